/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two macros that C forgot. */
#ifndef LISP_SM_UTIL_H
#define LISP_SM_UTIL_H

#include <stddef.h>

#ifndef container_of
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#endif

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#endif
