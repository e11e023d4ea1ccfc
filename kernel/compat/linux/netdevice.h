/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_LINUX_NETDEVICE_H
#define _LISP_COMPAT_LINUX_NETDEVICE_H

#include_next <linux/netdevice.h>
#include <lisp-probes.h>

/* Transmit needs no lock of the core's. A feature bit until 6.12. */
static inline void netdev_set_lltx(struct net_device *dev)
{
#ifdef LISP_HAVE_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

#endif
