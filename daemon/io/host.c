// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/host.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/vrf.h>
#include <netlink/route/route.h>

#include "io/log.h"
#include "io/loop.h"
#include "io/sockaddr.h"

#define BUFFER		(1 << 20)	/* octets of notifications */
#define AGAIN_MS	1000
#define REREAD_MS	100
#define NESTING_MAX	8	/* as the kernel's MAX_NEST_DEV */

/* No address to be found by: not ready, lost, or soon another one. */
#define UNFIT	(IFA_F_TENTATIVE | IFA_F_OPTIMISTIC | IFA_F_DADFAILED)

struct host {
	struct loop *loop;
	void (*changed)(void *arg);
	void *arg;
	struct nl_sock *sock;
	struct nl_cache_mngr *manager;
	struct nl_cache *links;		/* the manager's */
	struct nl_cache *addrs;
	struct nl_cache *routes;
	bool want_routes;
	struct loop_event *reader;
	struct loop_event *again;	/* when reading anew failed */
};

/* Does the kernel drop IPv4 routes now, without a word about each? */
static bool goes(const struct host *h, struct nl_cache *cache,
		 struct nl_object *object, int action)
{
	unsigned int flags;

	if (action == NL_ACT_DEL || cache != h->links)
		return action == NL_ACT_DEL;
	flags = rtnl_link_get_flags((struct rtnl_link *)object);
	return !(flags & IFF_UP);
}

static void on_change(struct nl_cache *cache, struct nl_object *object,
		      int action, void *arg)
{
	struct host *h = arg;

	if (h->want_routes && cache != h->routes && goes(h, cache, object,
							 action))
		loop_timer_arm(h->again, REREAD_MS);
	h->changed(h->arg);
}

static void forget(struct host *h)
{
	loop_event_free(h->reader);
	if (h->manager)
		nl_cache_mngr_free(h->manager);
	nl_socket_free(h->sock);
	h->reader = NULL;
	h->manager = NULL;
	h->sock = NULL;
	h->links = NULL;
	h->addrs = NULL;
	h->routes = NULL;
}

static void on_readable(void *arg);

static int add_routes(struct host *h)
{
	return nl_cache_mngr_add(h->manager, "route/route", on_change, h,
				 &h->routes);
}

/* 0, or an error of libnl. */
static int read_all(struct host *h)
{
	int err;

	h->sock = nl_socket_alloc();
	if (!h->sock)
		return -NLE_NOMEM;
	err = nl_cache_mngr_alloc(h->sock, NETLINK_ROUTE, 0, &h->manager);
	if (err)
		return err;
	nl_socket_set_buffer_size(h->sock, BUFFER, 0);
	err = nl_cache_mngr_add(h->manager, "route/link", on_change, h,
				&h->links);
	if (!err)
		err = nl_cache_mngr_add(h->manager, "route/addr", on_change,
					h, &h->addrs);
	if (!err && h->want_routes)
		err = add_routes(h);
	if (err)
		return err;
	h->reader = loop_reader(h->loop, nl_cache_mngr_get_fd(h->manager),
				on_readable, h);
	return h->reader ? 0 : -NLE_NOMEM;
}

static void start_over(void *arg)
{
	struct host *h = arg;
	int err;

	forget(h);
	err = read_all(h);
	if (err) {
		log_error("reading links and addresses: %s", nl_geterror(err));
		forget(h);
		loop_timer_arm(h->again, AGAIN_MS);
		return;
	}
	h->changed(h->arg);
}

/* Whatever goes wrong, a full buffer most likely: the caches are made anew. */
static void on_readable(void *arg)
{
	struct host *h = arg;

	if (nl_cache_mngr_data_ready(h->manager) < 0)
		start_over(h);
}

struct host *host_open(struct loop *l, void (*changed)(void *arg), void *arg,
		       int *err)
{
	struct host *h = calloc(1, sizeof(*h));

	*err = -ENOMEM;
	if (!h)
		return NULL;
	h->loop = l;
	h->changed = changed;
	h->arg = arg;
	h->again = loop_timer(l, start_over, h);
	if (h->again && !read_all(h)) {
		*err = 0;
		return h;
	}
	if (h->again)
		*err = -EIO;
	host_close(h);
	return NULL;
}

void host_close(struct host *h)
{
	if (!h)
		return;
	forget(h);
	loop_event_free(h->again);
	free(h);
}

/* --- what there is --- */

static struct rtnl_link *find_link(const struct host *h, const char *name)
{
	return h->links ? rtnl_link_get_by_name(h->links, name) : NULL;
}

bool host_link_up(const struct host *h, const char *name)
{
	struct rtnl_link *link = find_link(h, name);
	unsigned int flags = link ? rtnl_link_get_flags(link) : 0;

	if (link)
		rtnl_link_put(link);
	return (flags & IFF_UP) && (flags & IFF_RUNNING);
}

static bool read_addr(struct rtnl_addr *a, int ifindex,
		      enum addr_family family, struct host_addr *out)
{
	unsigned int flags = rtnl_addr_get_flags(a);
	struct nl_addr *local = rtnl_addr_get_local(a);

	if (rtnl_addr_get_ifindex(a) != ifindex || !local ||
	    rtnl_addr_get_family(a) != sockaddr_family(family) ||
	    (flags & UNFIT))
		return false;
	*out = (struct host_addr){
		.addr = addr_make(family, nl_addr_get_binary_addr(local)),
		.deprecated = flags & IFA_F_DEPRECATED,
		/* The same bit is "temporary" of an IPv6 address. */
		.secondary = flags & IFA_F_SECONDARY,
	};
	return addr_usable_rloc(&out->addr);
}

size_t host_addrs(const struct host *h, const char *name,
		  enum addr_family family, struct host_addr *out, size_t max)
{
	struct rtnl_link *link = find_link(h, name);
	struct nl_object *o;
	size_t n = 0;

	if (!link)
		return 0;
	for (o = nl_cache_get_first(h->addrs); o && n < max;
	     o = nl_cache_get_next(o))
		n += read_addr((struct rtnl_addr *)o,
			       rtnl_link_get_ifindex(link), family, &out[n]);
	rtnl_link_put(link);
	return n;
}

/* The VRF is the interface itself, or above it, perhaps with a bridge or a
 * bond in between. */
void host_vrf_of(const struct host *h, const char *name,
		 char vrf[HOST_NAME_MAX_LEN])
{
	struct rtnl_link *link = find_link(h, name);

	vrf[0] = '\0';
	for (int i = 0; link && i < NESTING_MAX; i++) {
		int above = rtnl_link_get_master(link);

		if (rtnl_link_is_vrf(link)) {
			snprintf(vrf, HOST_NAME_MAX_LEN, "%s",
				 rtnl_link_get_name(link));
			break;
		}
		rtnl_link_put(link);
		link = above ? rtnl_link_get(h->links, above) : NULL;
	}
	if (link)
		rtnl_link_put(link);
}

/* --- routes --- */

int host_follow_routes(struct host *h)
{
	if (h->want_routes)
		return 0;
	h->want_routes = true;
	/* One that is being made anew will have them. */
	return h->manager && add_routes(h) ? -EIO : 0;
}

static bool is_lisp(const struct host *h, int ifindex)
{
	struct rtnl_link *link = rtnl_link_get(h->links, ifindex);
	const char *type = link ? rtnl_link_get_type(link) : NULL;
	bool lisp = type && !strcmp(type, "lisp");

	if (link)
		rtnl_link_put(link);
	return lisp;
}

/* Of the nexthops of a route, does any lead into a lisp device? */
struct ways {
	const struct host *h;
	bool lisp;
};

static void look_at_way(struct rtnl_nexthop *n, void *arg)
{
	struct ways *w = arg;

	w->lisp |= is_lisp(w->h, rtnl_route_nh_get_ifindex(n));
}

static bool read_route(const struct host *h, struct rtnl_route *r,
		       uint32_t table, struct host_route *out)
{
	struct nl_addr *dst = rtnl_route_get_dst(r);
	struct ways ways = { .h = h };
	enum addr_family family;

	if (rtnl_route_get_table(r) != table || !dst ||
	    rtnl_route_get_type(r) != RTN_UNICAST ||
	    (rtnl_route_get_flags(r) & RTM_F_CLONED) ||
	    !nl_addr_get_prefixlen(dst) || !nl_addr_get_len(dst))
		return false;
	family = rtnl_route_get_family(r) == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	out->dst.addr = addr_make(family, nl_addr_get_binary_addr(dst));
	out->dst.len = nl_addr_get_prefixlen(dst);
	out->protocol = rtnl_route_get_protocol(r);
	rtnl_route_foreach_nexthop(r, look_at_way, &ways);
	/* Neither link-local nor multicast. */
	return addr_usable_rloc(&out->dst.addr) && !ways.lisp;
}

uint32_t host_vrf_table(const struct host *h, const char *name)
{
	struct rtnl_link *link = find_link(h, name);
	uint32_t table = 0;

	if (link && rtnl_link_is_vrf(link))
		rtnl_link_vrf_get_tableid(link, &table);
	if (link)
		rtnl_link_put(link);
	return table;
}

void host_routes(const struct host *h, uint32_t table,
		 void (*fn)(void *arg, const struct host_route *r), void *arg)
{
	struct host_route route;
	struct nl_object *o;

	if (!table || !h->routes)
		return;
	for (o = nl_cache_get_first(h->routes); o; o = nl_cache_get_next(o))
		if (read_route(h, (struct rtnl_route *)o, table, &route))
			fn(arg, &route);
}
