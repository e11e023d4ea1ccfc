/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A device that serves many Instance-IDs (ip link add type lisp external):
 * routes into it say which one, as metadata of the packet; what comes out goes
 * to the VRF that the Instance-ID is for, or carries metadata itself.
 */
#ifndef _LISP_EXTERNAL_H
#define _LISP_EXTERNAL_H

#include <linux/skbuff.h>

#include <uapi/linux/lisp.h>

#include "dev.h"

struct lisp_iid;
struct lisp_inner;
struct lisp_rloc;
struct metadata_dst;

/* The Instance-ID the metadata of @skb says, NULL: none that @ld serves. */
struct lisp_iid *lisp_external_iid(const struct sk_buff *skb,
				   const struct lisp_dev *ld);

/*
 * The VPN of a packet on its way out, and the only place that knows how it is
 * found. NULL: of none. RCU and BH.
 */
static inline struct lisp_iid *lisp_iid_of_skb(const struct sk_buff *skb,
					       const struct lisp_dev *ld)
{
	return likely(ld->iid) ? ld->iid : lisp_external_iid(skb, ld);
}

/*
 * True: the route of @skb names an RLOC itself; *@rloc becomes it, a copy
 * that nobody else knows, and TTL and DSCP it gives go to *@in.
 */
bool lisp_external_rloc(const struct sk_buff *skb, const struct lisp_dev *ld,
			struct lisp_inner *in, struct lisp_rloc *rloc);

/*
 * Where errors about @skb are routed: the VRF of its Instance-ID, or the
 * device.
 */
struct net_device *lisp_external_side(const struct sk_buff *skb,
				      const struct lisp_dev *ld);

/*
 * Before the outer headers are stripped: metadata for @skb, unless its
 * Instance-ID has a VRF. NULL: none; ERR_PTR(-ENOMEM).
 */
struct metadata_dst *lisp_external_metadata(struct sk_buff *skb,
					    const struct lisp_iid *iid);

/*
 * Count the decapsulated @skb, whose data is at the inner header, and if its
 * Instance-ID has a VRF, consume it: true.
 */
bool lisp_external_receive(struct sk_buff *skb, struct lisp_dev *ld,
			   struct lisp_iid *iid);

#endif /* _LISP_EXTERNAL_H */
