// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/host.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>

#include <linux/if_addr.h>
#include <netlink/cache.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>

#include "io/log.h"
#include "io/loop.h"
#include "io/sockaddr.h"

#define BUFFER		(1 << 20)	/* octets of notifications */
#define AGAIN_MS	1000

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
	struct loop_event *reader;
	struct loop_event *again;	/* when reading anew failed */
};

static void on_change(struct nl_cache *cache, struct nl_object *object,
		      int action, void *arg)
{
	struct host *h = arg;

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
}

static void on_readable(void *arg);

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
