/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_FLOW_H
#define _LISP_COMPAT_NET_FLOW_H

#include_next <net/flow.h>
#include <net/inet_dscp.h>
#include <lisp-probes.h>

/* DSCP of a TOS octet as IPv4 routes by it. */
static inline void flowi4_set_tos(struct flowi4 *fl4, __u8 tos)
{
#ifdef LISP_HAVE_FLOWI4_DSCP
	fl4->flowi4_dscp = inet_dsfield_to_dscp(tos);
#else
	fl4->flowi4_tos = tos & INET_DSCP_MASK;
#endif
}

#endif
