/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_LINUX_UNALIGNED_H
#define _LISP_COMPAT_LINUX_UNALIGNED_H

#include <lisp-probes.h>

/* In asm/ until 6.12. */
#ifdef LISP_HAVE_LINUX_UNALIGNED
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif
