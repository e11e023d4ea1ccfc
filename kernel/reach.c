// SPDX-License-Identifier: GPL-2.0
/* Packets: headers that say more than an Instance-ID, out and in. */

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/ktime.h>

#include "dev.h"
#include "iid.h"
#include "inner.h"
#include "local.h"
#include "map.h"
#include "net.h"
#include "reach-bits.h"
#include "reach.h"
#include "sock.h"
#include "wire.h"

/* The clock of echo-nonce ticks so many times a second. */
#define ECHO_HZ		10

static unsigned int echo_wait = 10;
module_param(echo_wait, uint, 0644);
MODULE_PARM_DESC(echo_wait, "seconds to wait for the echo of a nonce (10)");

static unsigned int echo_interval = 60;
module_param(echo_interval, uint, 0644);
MODULE_PARM_DESC(echo_interval,
		 "seconds between two requests to echo a nonce (60)");

static u32 echo_now(void)
{
	u64 jiffies_now = get_jiffies_64();

	return div_u64(jiffies_now, HZ / ECHO_HZ);
}

/* --- out --- */

/* The local EID prefix that the packet comes from, or NULL. */
static const struct lisp_local *source_of(const struct sk_buff *skb,
					  const struct lisp_iid *iid)
{
	const void *ip = skb->data;

	if (skb->protocol == htons(ETH_P_IP))
		return lisp_local_lookup(iid, AF_INET,
					 &((const struct iphdr *)ip)->saddr);

	return lisp_local_lookup(iid, AF_INET6,
				 &((const struct ipv6hdr *)ip)->saddr);
}

static void say_status(const struct lisp_local *local, struct lisp_hdr *h)
{
	const struct lisp_locset *set = local->set;

	if (!set || (u32)ktime_get_seconds() < local->quiet)
		return;
	h->flags |= LISP_HDR_L;
	h->status = lisp_status_own(set) & lisp_status_mask(set->n, h->iid);
}

/* Never without a destination version, RFC 9302 section 7.2. */
static void say_versions(const struct lisp_local *local,
			 const struct lisp_map *map, struct lisp_hdr *h)
{
	if (!map->version)
		return;
	h->flags |= LISP_HDR_V;
	h->field = lisp_hdr_versions(local ? local->version : 0, map->version);
}

static void verdict(struct lisp_net *ln, const struct lisp_rloc *rloc,
		    enum lisp_echo_verdict v)
{
	switch (v) {
	case LISP_ECHO_NONE:
		break;
	case LISP_ECHO_UP:
		lisp_reach_rloc(ln, rloc, LISP_RLOC_STATE_UP);
		break;
	case LISP_ECHO_DOWN:
		lisp_reach_rloc(ln, rloc, LISP_RLOC_STATE_UNREACHABLE_NONCE);
		break;
	}
}

/* A nonce takes the place of versions: they share their bits. */
static void say_nonce(const struct lisp_dev *ld, const struct lisp_loc *loc,
		      struct lisp_hdr *h)
{
	const struct lisp_echo_times times = {
		.wait = READ_ONCE(echo_wait) * ECHO_HZ,
		.interval = READ_ONCE(echo_interval) * ECHO_HZ,
	};
	bool may_ask = loc->flags & LISP_LOC_FLAG_ECHO_NONCE;
	struct lisp_rloc *rloc = loc->rloc;
	enum lisp_echo_verdict v;
	u32 say, now = echo_now();

	if (!lisp_echo_send_peek(&rloc->echo, &times, now, may_ask, &say)) {
		spin_lock_bh(&rloc->echo_lock);
		say = lisp_echo_send(&rloc->echo, &times, now, may_ask,
				     get_random_u32(), &v);
		spin_unlock_bh(&rloc->echo_lock);
		verdict(ld->ln, rloc, v);
	}
	if (!say)
		return;
	h->flags |= LISP_HDR_N | (say & LISP_ECHO_ASK ? LISP_HDR_E : 0);
	h->field = say & LISP_ECHO_NONCE;
}

void lisp_reach_build(struct sk_buff *skb, const struct lisp_inner *in,
		      const struct lisp_dev *ld, const struct lisp_map *map,
		      const struct lisp_loc *loc)
{
	const struct lisp_local *local = NULL;
	struct lisp_hdr h = { .iid = in->id };
	u8 on = READ_ONCE(ld->reach);

	if (loc->flags & LISP_LOC_FLAG_GPE) {
		/* nonces and versions have no place then */
		on &= ~(LISP_REACH_ECHO_NONCE | LISP_REACH_MAP_VERSIONS);
		h.flags = LISP_HDR_P;
		h.field = skb->protocol == htons(ETH_P_IP) ? LISP_GPE_IPV4 :
							     LISP_GPE_IPV6;
	}
	if (on & (LISP_REACH_STATUS_BITS | LISP_REACH_MAP_VERSIONS))
		local = source_of(skb, in->iid);
	if (on & LISP_REACH_STATUS_BITS && local)
		say_status(local, &h);
	if (on & LISP_REACH_MAP_VERSIONS)
		say_versions(local, map, &h);
	if (on & LISP_REACH_ECHO_NONCE)
		say_nonce(ld, loc, &h);

	lisp_hdr_build(__skb_push(skb, LISP_HDR_LEN), &h);
}

/* --- in --- */

/**
 * struct said - a received packet, and what it is compared with
 * @ld: device that it came to
 * @iid: its Instance-ID
 * @hdr: LISP header
 * @in: inner packet
 * @map: mapping that the inner source is in, or NULL
 * @saddr: RLOC that it came from
 * @daddr: RLOC that it was sent to
 * @family: of both
 */
struct said {
	const struct lisp_dev *ld;
	const struct lisp_iid *iid;
	const struct lisp_hdr *hdr;
	const struct lisp_inner *in;
	const struct lisp_map *map;
	union lisp_addr saddr;
	union lisp_addr daddr;
	u8 family;
};

static void parse_outer(struct said *s, const void *outer)
{
	const struct ipv6hdr *ip6 = outer;
	const struct iphdr *ip4 = outer;

	s->family = ip4->version == 4 ? AF_INET : AF_INET6;
	if (s->family == AF_INET) {
		lisp_addr_set(&s->saddr, AF_INET, &ip4->saddr);
		lisp_addr_set(&s->daddr, AF_INET, &ip4->daddr);
	} else {
		lisp_addr_set(&s->saddr, AF_INET6, &ip6->saddr);
		lisp_addr_set(&s->daddr, AF_INET6, &ip6->daddr);
	}
}

/* Of no prefix, or of the one of @leaf. */
static void react_init(struct lisp_react *what, enum lisp_react_kind kind,
		       const struct said *s, const struct lisp_lpm_leaf *leaf)
{
	memset(what, 0, sizeof(*what));
	what->kind = kind;
	what->underlay = s->iid->key.underlay;
	what->iid = s->iid->key.iid;
	if (!leaf)
		return;
	what->prefix.family = leaf->family;
	what->prefix.len = leaf->len;
	lisp_addr_set(&what->prefix.addr, leaf->family, leaf->addr);
}

static void react_from(struct lisp_react *what, const struct said *s)
{
	what->rloc_family = s->family;
	what->rloc = s->saddr;
	what->port = s->ld->sock->port;
}

/* RFC 9302, section 7.1, and what it leaves open: see rfc9302.rst */
static enum lisp_drop_reason check_dest(const struct said *s)
{
	u32 said = lisp_hdr_dest_version(s->hdr), own;
	const struct lisp_local *local;
	struct lisp_react what;

	local = lisp_local_lookup(s->iid, s->in->family, s->in->daddr);
	if (!local)
		return LISP_DROP_REASON_NONE;	/* a proxy has no version */
	own = local->version;
	if (!own || !said)
		return LISP_DROP_REASON_RX_VERSION_NONE;
	if (said == own)
		return LISP_DROP_REASON_NONE;

	if (lisp_version_is_newer(own, said)) {
		react_init(&what, LISP_REACT_DEST_NEWER, s, &local->leaf);
		react_from(&what, s);
		what.own = own;
		lisp_react(s->ld->ln, &what, said, 0);
		return LISP_DROP_REASON_RX_VERSION_NEWER;
	}

	react_init(&what, LISP_REACT_DEST_OLDER, s, &local->leaf);
	react_from(&what, s);
	what.own = own;
	if (lisp_react(s->ld->ln, &what, said, 0) >= LISP_REACT_PATIENCE)
		return LISP_DROP_REASON_RX_VERSION_STALE;

	return LISP_DROP_REASON_NONE;
}

/* RFC 9302, section 7.2 */
static enum lisp_drop_reason check_source(const struct said *s)
{
	u32 said = lisp_hdr_source_version(s->hdr), cached;
	struct lisp_react what;

	if (!s->map || !said)
		return LISP_DROP_REASON_NONE;
	cached = s->map->version;
	if (said == cached)
		return LISP_DROP_REASON_NONE;
	if (cached && !lisp_version_is_newer(cached, said))
		return LISP_DROP_REASON_RX_SOURCE_VERSION;

	react_init(&what, LISP_REACT_SOURCE_NEWER, s, &s->map->leaf);
	what.own = cached;
	lisp_react(s->ld->ln, &what, said, 0);

	return LISP_DROP_REASON_NONE;
}

/*
 * Status bits number the locators of one version of a mapping: those of
 * another say nothing about ours.
 */
static void hear_status(const struct said *s, bool versions)
{
	struct lisp_net *ln = s->ld->ln;
	bool changing = lisp_react_is_changing(&ln->reacts);
	const struct lisp_locset *set = rcu_dereference_bh(s->map->set);
	u32 down, mask, said = s->hdr->status;
	struct lisp_react what;
	bool news;

	if (!set || (versions &&
		     lisp_hdr_source_version(s->hdr) != s->map->version))
		return;
	mask = lisp_status_mask(set->n, s->hdr->iid);
	down = lisp_status_down(set);
	news = lisp_status_merge(down, said, mask) != down;
	if (!news && !changing)
		return;

	react_init(&what, LISP_REACT_STATUS, s, &s->map->leaf);
	if (news)
		lisp_react(ln, &what, said, mask);
	else
		lisp_react_recall(ln, &what, said, mask);
}

static void hear_nonce(const struct said *s)
{
	const struct lisp_hdr *hdr = s->hdr;
	enum lisp_echo_verdict v;
	struct lisp_rloc *rloc;
	u32 says = 0, now = echo_now();

	rloc = lisp_rloc_lookup(s->ld->ln, s->iid->key.underlay, s->family,
				&s->saddr, s->ld->sock->port);
	if (!rloc)
		return;
	if (hdr->flags & LISP_HDR_N)
		says = hdr->field | (hdr->flags & LISP_HDR_E ? LISP_ECHO_ASK :
							       LISP_ECHO_TELL);
	if (lisp_echo_receive_peek(&rloc->echo, now, says))
		return;

	spin_lock_bh(&rloc->echo_lock);
	v = lisp_echo_receive(&rloc->echo, now, says,
			      lisp_addr_cmp(&s->daddr, &s->saddr) < 0);
	spin_unlock_bh(&rloc->echo_lock);
	verdict(s->ld->ln, rloc, v);
}

/* A source nobody has a mapping for, who is not one of ours. */
static void glean(const struct said *s)
{
	struct lisp_react what;

	if (lisp_iid_is_local(s->iid, s->in->family, s->in->saddr))
		return;
	react_init(&what, LISP_REACT_GLEAN, s, NULL);
	react_from(&what, s);
	what.prefix.family = s->in->family;
	what.prefix.len = lisp_addr_bits(s->in->family);
	lisp_addr_set(&what.prefix.addr, s->in->family, s->in->saddr);
	lisp_react(s->ld->ln, &what, 0, 0);
}

enum lisp_drop_reason lisp_reach_receive(const struct sk_buff *skb,
					 const struct lisp_dev *ld,
					 const struct lisp_iid *iid,
					 const struct lisp_hdr *hdr,
					 const struct lisp_inner *in, u16 outer)
{
	struct said s = { .ld = ld, .iid = iid, .hdr = hdr, .in = in };
	enum lisp_drop_reason why = LISP_DROP_REASON_NONE;
	u8 on = READ_ONCE(ld->reach);
	bool versions;

	parse_outer(&s, skb->head + outer);
	if (on & ~LISP_REACH_ECHO_NONCE)
		s.map = lisp_map_lookup(iid, in->family, in->saddr);

	versions = on & LISP_REACH_MAP_VERSIONS &&
		   (hdr->flags & (LISP_HDR_V | LISP_HDR_N)) == LISP_HDR_V;
	if (versions)
		why = check_dest(&s);
	if (versions && !why)
		why = check_source(&s);
	if (why)
		return why;

	if (on & LISP_REACH_STATUS_BITS && hdr->flags & LISP_HDR_L && s.map)
		hear_status(&s, versions);
	if (on & LISP_REACH_ECHO_NONCE)
		hear_nonce(&s);
	if (on & LISP_REACH_GLEANING && !s.map)
		glean(&s);

	return LISP_DROP_REASON_NONE;
}

void lisp_reach_count(const struct sk_buff *skb, const struct lisp_dev *ld,
		      const struct lisp_iid *iid, u16 outer)
{
	struct lisp_local *local;
	struct lisp_rloc *rloc;
	struct said s;

	parse_outer(&s, skb->head + outer);
	rloc = lisp_rloc_lookup(ld->ln, iid->key.underlay, s.family, &s.saddr,
				ld->sock->port);
	if (rloc)
		lisp_rloc_received(rloc, skb->len);

	local = skb->protocol == htons(ETH_P_IP) ?
		lisp_local_lookup(iid, AF_INET, &ip_hdr(skb)->daddr) :
		lisp_local_lookup(iid, AF_INET6, &ipv6_hdr(skb)->daddr);
	if (local) {
		atomic64_inc(&local->packets);
		atomic64_add(skb->len, &local->bytes);
	}
}

static void react_rloc(struct lisp_net *ln, enum lisp_react_kind kind,
		       const struct lisp_rloc *rloc, u32 value)
{
	struct lisp_react what;

	memset(&what, 0, sizeof(what));
	what.kind = kind;
	what.underlay = rloc->underlay;
	what.rloc_family = rloc->family;
	what.rloc = rloc->addr;
	what.port = rloc->port;
	lisp_react(ln, &what, value, 0);
}

void lisp_reach_rloc(struct lisp_net *ln, const struct lisp_rloc *rloc,
		     enum lisp_rloc_state state)
{
	react_rloc(ln, LISP_REACT_RLOC, rloc, state);
}

void lisp_reach_doubt(struct lisp_net *ln, const struct lisp_rloc *rloc)
{
	react_rloc(ln, LISP_REACT_DOUBT, rloc, 0);
}
