/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where mark.c jumps to and functions.c looks for it: user space addresses. */
#ifndef BENCH_MARK_H
#define BENCH_MARK_H

#define MARK_BASE	0x1b13c0000000ul
#define MARK_SIZE	64ul
#define MARKS		64ul

#endif /* BENCH_MARK_H */
