/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_GSO_H
#define _LISP_COMPAT_NET_GSO_H

#include <lisp-probes.h>

/* Split off from these two in 6.5. */
#ifdef LISP_HAVE_NET_GSO
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#endif

#endif
