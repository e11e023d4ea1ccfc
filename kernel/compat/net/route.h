/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_ROUTE_H
#define _LISP_COMPAT_NET_ROUTE_H

#include_next <net/route.h>
#include <lisp-probes.h>

#ifndef LISP_HAVE_DST_RTABLE
static inline struct rtable *dst_rtable(struct dst_entry *dst)
{
	return container_of(dst, struct rtable, dst);
}
#endif

#endif
