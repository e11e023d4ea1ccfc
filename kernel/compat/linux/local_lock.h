/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_LINUX_LOCAL_LOCK_H
#define _LISP_COMPAT_LINUX_LOCAL_LOCK_H

/* Until 6.1 at least, it uses current with lockdep and does not say so. */
#include <linux/sched.h>
#include_next <linux/local_lock.h>
#include <lisp-probes.h>

/* Until 6.11 BH off was enough of a lock on PREEMPT_RT, too. */
#ifndef LISP_HAVE_NESTED_BH
#define local_lock_nested_bh(lock)	((void)(lock))
#define local_unlock_nested_bh(lock)	((void)(lock))
#endif

#endif
