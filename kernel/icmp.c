// SPDX-License-Identifier: GPL-2.0
/*
 * ICMP errors about outer packets (RFC 9300, section 7; RFC 9301, section 7).
 *
 * Any host may send one, with its own address even, since errors come from
 * routers that nobody knows. So one counts only if it quotes a packet that we
 * could have sent: from an address of ours and a port we use, to an RLOC that
 * a locator set names. Where an external device's routes name RLOCs themselves
 * that may be any. What it says then is
 *
 *	too big		the stack's, which keeps the path MTU that encap.c asks
 *			for; it learns that before it asks us, so also from
 *			what we refuse. See path_mtu() for who minds
 *	unreachable	a hint. Told to who listens for events, which can ask
 *			the RLOC itself; believed only where that is switched
 *			on, and then of no effect on those who have no other
 *			RLOC (pick.c), nor for long (doubt.c)
 *	hop limit	nothing: TTL is copied outwards, so traceroute and
 *			short-lived packets make these
 *
 * Protocol and destination port were matched by the stack. That looks for a
 * socket on the port that a packet was sent to: errors about RLOCs with other
 * ports than the device's do not get here.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/udp.h>
#include <net/addrconf.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "icmp.h"
#include "net.h"
#include "reach.h"
#include "rloc.h"
#include "sock.h"
#include "stats.h"

enum what { TOO_BIG, UNREACHABLE, HOP_LIMIT, OTHER };

/**
 * struct quote - an error, and the packet in it
 * @what: the error
 * @family: of the addresses
 * @saddr: quoted source, ours if all is true
 * @daddr: quoted destination
 * @sport: UDP source port
 * @dport: UDP destination port
 */
struct quote {
	enum what what;
	int family;
	union lisp_addr saddr;
	union lisp_addr daddr;
	u16 sport;
	__be16 dport;
};

static enum what what4(const struct icmphdr *icmp)
{
	if (icmp->type == ICMP_DEST_UNREACH)
		return icmp->code == ICMP_FRAG_NEEDED ? TOO_BIG : UNREACHABLE;
	if (icmp->type == ICMP_TIME_EXCEEDED && icmp->code == ICMP_EXC_TTL)
		return HOP_LIMIT;
	return OTHER;
}

static enum what what6(const struct icmp6hdr *icmp)
{
	if (icmp->icmp6_type == ICMPV6_PKT_TOOBIG)
		return TOO_BIG;
	if (icmp->icmp6_type == ICMPV6_DEST_UNREACH)
		return UNREACHABLE;
	if (icmp->icmp6_type == ICMPV6_TIME_EXCEED &&
	    icmp->icmp6_code == ICMPV6_EXC_HOPLIMIT)
		return HOP_LIMIT;
	return OTHER;
}

/* skb->data is at the quoted packet, the ICMP header right before it. */
static void quote_parse(const struct sk_buff *skb, struct quote *q)
{
	const struct udphdr *uh = udp_hdr(skb);
	const void *ip = skb_network_header(skb);

	if (ip_hdr(skb)->version == 4) {
		q->family = AF_INET;
		q->what = what4(ip - sizeof(struct icmphdr));
		lisp_addr_set(&q->saddr, AF_INET, &ip_hdr(skb)->saddr);
		lisp_addr_set(&q->daddr, AF_INET, &ip_hdr(skb)->daddr);
	} else {
		q->family = AF_INET6;
		q->what = what6(ip - sizeof(struct icmp6hdr));
		lisp_addr_set(&q->saddr, AF_INET6, &ipv6_hdr(skb)->saddr);
		lisp_addr_set(&q->daddr, AF_INET6, &ipv6_hdr(skb)->daddr);
	}
	q->sport = ntohs(uh->source);
	q->dport = uh->dest;
}

static bool is_from_us(const struct lisp_net *ln, const struct sk_buff *skb,
		       const struct quote *q)
{
	if (q->sport < LISP_SPORT_MIN)
		return false;
	if (q->family == AF_INET)
		return inet_addr_type_dev_table(ln->net, skb->dev,
						q->saddr.ip) == RTN_LOCAL;
#if IS_ENABLED(CONFIG_IPV6)
	return ipv6_chk_addr(ln->net, &q->saddr.ip6, NULL, 0);
#else
	return false;
#endif
}

static void doubt(const struct lisp_sock *ls, const struct lisp_rloc *rloc)
{
	if (READ_ONCE(rloc->state) != LISP_RLOC_STATE_UP)
		return;
	if (READ_ONCE(ls->believers))
		lisp_reach_rloc(ls->ln, rloc,
				LISP_RLOC_STATE_UNREACHABLE_ICMP);
	else
		lisp_reach_doubt(ls->ln, rloc);
}

int lisp_icmp_error(struct sock *sk, struct sk_buff *skb)
{
	const struct lisp_sock *ls = rcu_dereference_sk_user_data(sk);
	const struct lisp_rloc *rloc;
	struct quote q;

	if (!ls)
		return -ENOENT;
	quote_parse(skb, &q);
	rloc = lisp_rloc_lookup(ls->ln, ls->underlay, q.family, &q.daddr,
				q.dport);
	if (!is_from_us(ls->ln, skb, &q) ||
	    (!rloc && !READ_ONCE(ls->direct))) {
		lisp_count_net(ls->ln, LISP_COUNT_ICMP_REFUSED);
		return -ENOENT;
	}

	switch (q.what) {
	case TOO_BIG:
		lisp_count_net(ls->ln, LISP_COUNT_ICMP_TOO_BIG);
		break;
	case UNREACHABLE:
		lisp_count_net(ls->ln, LISP_COUNT_ICMP_UNREACHABLE);
		if (rloc)
			doubt(ls, rloc);
		break;
	case HOP_LIMIT:
		lisp_count_net(ls->ln, LISP_COUNT_ICMP_HOP_LIMIT);
		break;
	case OTHER:
		break;
	}
	return 0;
}
