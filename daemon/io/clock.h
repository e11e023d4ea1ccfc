/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only place of the daemon that reads a clock. */
#ifndef LISP_IO_CLOCK_H
#define LISP_IO_CLOCK_H

#include <stdint.h>

/* Milliseconds that never go back and count while the machine sleeps, so that
 * a mapping does not outlive a suspend.  Always > 0. */
uint64_t clock_ms(void);

/* Microseconds since 1970. */
uint64_t clock_wall_us(void);

#define CLOCK_TEXT_MAX	32

/* Now, as "2026-11-21T15:04:05.678Z". */
const char *clock_wall_text(char text[CLOCK_TEXT_MAX]);

#endif
