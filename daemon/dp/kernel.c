// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lisp.ko as a data plane: the "lisp" generic netlink family.
 *
 * Three sockets: requests, rtnetlink, notifications.  A dump that was
 * disturbed (NLM_F_DUMP_INTR), or whose answer overflowed the socket, is made
 * again from the start; functions called by dumps must bear that.
 */
#include "dp/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "dp/codec.h"
#include "io/loop.h"
#include "io/rt.h"

#define DUMP_TRIES	10

int dp_kernel_failed(struct dp_kernel *k, const struct nl *n, int err)
{
	snprintf(k->dp.why, sizeof(k->dp.why), "%s", nl_why(n));
	return err;
}

/* --- requests --- */

static void message(struct dp_kernel *k, uint8_t cmd, uint16_t flags)
{
	session_message(&k->session, cmd, flags);
}

static int talk(struct dp_kernel *k, nl_fn fn, void *arg)
{
	return dp_kernel_failed(k, k->session.nl, nl_talk(k->session.nl, fn, arg));
}

static struct dp_filter own_filter(const struct dp_kernel *k)
{
	return (struct dp_filter){
		.has_underlay = true, .underlay = k->underlay,
		.has_origin = true, .origin = k->origin,
	};
}

static int map_set(struct dp *dp, const struct dp_map *m)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct dp_map own = *m;

	own.underlay = k->underlay;
	own.origin = k->origin;
	message(k, LISP_CMD_MAP_NEW, NLM_F_CREATE | NLM_F_REPLACE);
	codec_put_map(k->session.nl, &own);
	return talk(k, NULL, NULL);
}

static int map_del(struct dp *dp, const struct eid *eid)
{
	struct dp_kernel *k = dp_kernel(dp);

	message(k, LISP_CMD_MAP_DEL, 0);
	codec_put_key(k->session.nl, CODEC_MAP, k->underlay, eid, k->origin);
	return talk(k, NULL, NULL);
}

static int on_one_map(void *arg, const struct nlmsghdr *nlh)
{
	return codec_get_map(nlh, arg);
}

/* The kernel answers with the longest match, which may be another one. */
static int map_get(struct dp *dp, const struct eid *eid, struct dp_map *m)
{
	struct dp_kernel *k = dp_kernel(dp);
	int err;

	memset(m, 0, sizeof(*m));
	message(k, LISP_CMD_MAP_GET, 0);
	codec_put_key(k->session.nl, CODEC_MAP, k->underlay, eid, k->origin);
	err = talk(k, on_one_map, m);
	if (err)
		return err;
	return eid_equal(&m->eid, eid) && m->origin == k->origin ?
		0 : -ENOENT;
}

static int map_flush(struct dp *dp)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct dp_filter f = own_filter(k);

	message(k, LISP_CMD_MAP_FLUSH, 0);
	codec_put_filter(k->session.nl, CODEC_MAP, &f);
	return talk(k, NULL, NULL);
}

static int local_set(struct dp *dp, const struct dp_local *l)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct dp_local own = *l;

	own.underlay = k->underlay;
	own.origin = k->origin;
	message(k, LISP_CMD_LOCAL_NEW, NLM_F_CREATE | NLM_F_REPLACE);
	codec_put_local(k->session.nl, &own);
	return talk(k, NULL, NULL);
}

static int local_del(struct dp *dp, const struct eid *eid)
{
	struct dp_kernel *k = dp_kernel(dp);

	message(k, LISP_CMD_LOCAL_DEL, 0);
	codec_put_key(k->session.nl, CODEC_LOCAL, k->underlay, eid, k->origin);
	return talk(k, NULL, NULL);
}

static int rloc_set(struct dp *dp, const struct addr *a,
		    enum lisp_rloc_state state)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct dp_rloc r = {
		.underlay = k->underlay, .addr = *a, .port = DP_DATA_PORT,
		.state = state,
	};

	message(k, LISP_CMD_RLOC_SET, 0);
	codec_put_rloc(k->session.nl, &r, true, false);
	return talk(k, NULL, NULL);
}

static int rloc_rtt(struct dp *dp, const struct addr *a, uint32_t rtt)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct dp_rloc r = {
		.underlay = k->underlay, .addr = *a, .port = DP_DATA_PORT,
		.rtt = rtt,
	};

	message(k, LISP_CMD_RLOC_SET, 0);
	codec_put_rloc(k->session.nl, &r, false, true);
	return talk(k, NULL, NULL);
}

static int claim(struct dp *dp, uint32_t stale_limit)
{
	struct dp_kernel *k = dp_kernel(dp);

	message(k, LISP_CMD_OWNER_SET, 0);
	codec_put_owner(k->session.nl, k->origin, stale_limit);
	return talk(k, NULL, NULL);
}

/* --- dumps --- */

struct dump {
	struct dp_kernel *k;
	dp_map_fn map;
	dp_local_fn local;
	dp_rloc_fn rloc;
	dp_dev_fn dev;
	void *arg;
	struct dp_miss *misses;
	size_t miss_count;
	size_t miss_room;
};

static int on_map(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct dp_map m;
	int err = codec_get_map(nlh, &m);

	if (!err && m.origin == d->k->origin && m.underlay == d->k->underlay)
		d->map(d->arg, &m);
	return err;
}

static int on_local(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct dp_local l;
	int err = codec_get_local(nlh, &l);

	if (!err && l.origin == d->k->origin && l.underlay == d->k->underlay)
		d->local(d->arg, &l);
	return err;
}

/* Misses are kept until the dump is over: whoever hears of one may want to
 * add a mapping at once. */
static int on_miss(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct dp_miss m, *more;
	int err = codec_get_miss(nlh, &m);

	if (err || m.underlay != d->k->underlay)
		return err;
	if (d->miss_count == d->miss_room) {
		more = reallocarray(d->misses, d->miss_room + 256,
				    sizeof(*more));
		if (!more)
			return -ENOMEM;
		d->misses = more;
		d->miss_room += 256;
	}
	d->misses[d->miss_count++] = m;
	return 0;
}

static int on_rloc(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct dp_rloc r;
	int err = codec_get_rloc(nlh, &r);

	if (!err && r.underlay == d->k->underlay)
		d->rloc(d->arg, &r);
	return err;
}

static int on_dev(void *arg, const struct nlmsghdr *nlh)
{
	struct dump *d = arg;
	struct dp_dev dev;
	int err = codec_get_dev(nlh, &dev);

	if (!err && (!dev.ifindex || dev.underlay == d->k->underlay))
		d->dev(d->arg, &dev);
	return err;
}

static void put_dump(struct dp_kernel *k, uint8_t cmd)
{
	struct dp_filter f = own_filter(k);

	message(k, cmd, NLM_F_DUMP);
	/* No filter: that would leave out what reached no device. */
	if (cmd == LISP_CMD_DEV_GET)
		return;
	/* Misses and RLOCs belong to nobody. */
	f.has_origin = cmd == LISP_CMD_MAP_GET || cmd == LISP_CMD_LOCAL_GET;
	codec_put_filter(k->session.nl, cmd == LISP_CMD_LOCAL_GET ? CODEC_LOCAL :
			 CODEC_MAP, &f);
}

static int dump(struct dp_kernel *k, uint8_t cmd, nl_fn fn, struct dump *d)
{
	int err = -EINTR;

	d->k = k;
	for (int i = 0; i < DUMP_TRIES && (err == -EINTR || err == -ENOBUFS);
	     i++) {
		d->miss_count = 0;
		put_dump(k, cmd);
		err = talk(k, fn, d);
	}
	return err;
}

static int map_dump(struct dp *dp, dp_map_fn fn, void *arg)
{
	struct dump d = { .map = fn, .arg = arg };

	return dump(dp_kernel(dp), LISP_CMD_MAP_GET, on_map, &d);
}

static int local_dump(struct dp *dp, dp_local_fn fn, void *arg)
{
	struct dump d = { .local = fn, .arg = arg };

	return dump(dp_kernel(dp), LISP_CMD_LOCAL_GET, on_local, &d);
}

static int miss_dump(struct dp *dp, dp_miss_fn fn, void *arg)
{
	struct dump d = { .misses = NULL };
	int err = dump(dp_kernel(dp), LISP_CMD_MISS_GET, on_miss, &d);

	for (size_t i = 0; !err && i < d.miss_count; i++)
		fn(arg, &d.misses[i]);
	free(d.misses);
	return err;
}

static int rloc_dump(struct dp *dp, dp_rloc_fn fn, void *arg)
{
	struct dump d = { .rloc = fn, .arg = arg };

	return dump(dp_kernel(dp), LISP_CMD_RLOC_GET, on_rloc, &d);
}

static int dev_dump(struct dp *dp, dp_dev_fn fn, void *arg)
{
	struct dump d = { .dev = fn, .arg = arg };

	return dump(dp_kernel(dp), LISP_CMD_DEV_GET, on_dev, &d);
}

/* --- notifications --- */

static void report_miss(struct dp_kernel *k, const struct nlmsghdr *nlh)
{
	struct dp_miss m;

	if (!codec_get_miss(nlh, &m) && m.underlay == k->underlay)
		k->reports.miss(k->reports.arg, &m);
}

/* Was it ourselves?  The kernel notes the sender of a request in its
 * notifications. */
static bool is_own(const struct dp_kernel *k, const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_pid == nl_portid(k->session.nl);
}

static void report_map(struct dp_kernel *k, const struct nlmsghdr *nlh)
{
	struct dp_map m;

	if (is_own(k, nlh) || codec_get_map(nlh, &m) || !m.has_event ||
	    m.event == LISP_EVENT_NEW || m.origin != k->origin ||
	    m.underlay != k->underlay)
		return;
	k->reports.map(k->reports.arg, &m);
}

static void report_rloc(struct dp_kernel *k, const struct nlmsghdr *nlh)
{
	struct dp_rloc r;

	if (!is_own(k, nlh) && !codec_get_rloc(nlh, &r) &&
	    r.underlay == k->underlay)
		k->reports.rloc(k->reports.arg, &r);
}

static void report_reach(struct dp_kernel *k, const struct nlmsghdr *nlh)
{
	struct dp_reach r;

	if (!codec_get_reach(nlh, &r) && r.underlay == k->underlay)
		k->reports.reach(k->reports.arg, &r);
}

static int on_notification(void *arg, const struct nlmsghdr *nlh)
{
	struct dp_kernel *k = arg;

	if (nlh->nlmsg_type != k->notify.family)
		return 0;
	switch (codec_command(nlh)) {
	case LISP_CMD_MISS_NTF:
		report_miss(k, nlh);
		break;
	case LISP_CMD_MAP_NTF:
		report_map(k, nlh);
		break;
	case LISP_CMD_RLOC_NTF:
		report_rloc(k, nlh);
		break;
	case LISP_CMD_REACH_NTF:
		report_reach(k, nlh);
		break;
	}
	return 0;
}

static void on_readable(void *arg)
{
	struct dp_kernel *k = arg;

	if (nl_receive(k->notify.nl, on_notification, k) == -ENOBUFS)
		k->reports.lost(k->reports.arg);
}

static int subscribe(struct dp *dp, struct loop *l,
		     const struct dp_reports *r)
{
	struct dp_kernel *k = dp_kernel(dp);
	int err;

	k->reports = *r;
	err = session_open(&k->notify);
	if (!err)
		err = session_join(&k->notify);
	if (err)
		return err;
	k->reader = loop_reader(l, nl_fd(k->notify.nl), on_readable, k);
	return k->reader ? 0 : -ENOMEM;
}

/* --- life --- */

static void kernel_close(struct dp *dp)
{
	struct dp_kernel *k = dp_kernel(dp);

	dp_kernel_tally_stop(dp);
	loop_event_free(k->reader);
	session_close(&k->notify);
	nl_free(k->route);
	session_close(&k->session);
	free(k);
}

static const struct dp_ops kernel_ops = {
	.name = "kernel",
	.close = kernel_close,
	.subscribe = subscribe,
	.claim = claim,
	.vpn_add = dp_kernel_vpn_add,
	.vpn_del = dp_kernel_vpn_del,
	.vpn_sweep = dp_kernel_vpn_sweep,
	.map_set = map_set,
	.map_del = map_del,
	.map_get = map_get,
	.map_dump = map_dump,
	.map_flush = map_flush,
	.local_set = local_set,
	.local_del = local_del,
	.local_dump = local_dump,
	.miss_dump = miss_dump,
	.rloc_set = rloc_set,
	.rloc_rtt = rloc_rtt,
	.rloc_dump = rloc_dump,
	.dev_dump = dev_dump,
	.tally = dp_kernel_tally,
	.tally_stop = dp_kernel_tally_stop,
	.path = dp_kernel_path,
};

static int find_underlay(struct dp_kernel *k, const char *name)
{
	struct rt_link l;
	int err;

	if (!name)
		return 0;
	err = rt_link_by_name(k->route, name, &l);
	if (err)
		return err;
	k->underlay = l.index;
	return strcmp(l.kind, "vrf") ? -ENODEV : 0;
}

struct dp *dp_kernel_open(const struct dp_config *cfg, int *err)
{
	struct dp_kernel *k = calloc(1, sizeof(*k));

	*err = -ENOMEM;
	if (!k)
		return NULL;
	k->dp.ops = &kernel_ops;
	k->origin = cfg->origin;
	*err = session_open(&k->session);
	if (!*err)
		k->route = nl_open(NETLINK_ROUTE, err);
	if (!*err)
		*err = find_underlay(k, cfg->underlay);
	if (*err) {
		kernel_close(&k->dp);
		return NULL;
	}
	return &k->dp;
}
