/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_LINUX_WORKQUEUE_H
#define _LISP_COMPAT_LINUX_WORKQUEUE_H

#include_next <linux/workqueue.h>
#include <lisp-probes.h>

/* Its name since 6.17; who uses the old one is logged since 7.2. */
#ifndef LISP_HAVE_PERCPU_WQ
#define system_percpu_wq	system_wq
#endif

#endif
