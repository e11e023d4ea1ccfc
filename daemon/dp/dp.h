/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data plane, as the daemon sees it: a table of functions over plain
 * structs.  kernel.c is lisp.ko through netlink, fake.c is for tests; another
 * kind of forwarder is one more file here.
 *
 * A data plane is opened for one underlay and one origin: what it is asked to
 * set, delete and dump is of that origin only.  Calls are synchronous and do
 * not call back, but for dumps, which call their function before they return;
 * that function must not use the data plane (-EBUSY), but for misses, where it
 * may.  A dump that was disturbed is made again from its start: its function
 * sees objects twice then.  Reports come through struct dp_reports from the
 * loop.
 *
 * All functions return 0 or a negative errno unless said otherwise; when one
 * fails, dp_why() has a sentence about it.
 */
#ifndef LISP_DP_DP_H
#define LISP_DP_DP_H

#include <linux/lisp.h>

#include "dp/object.h"

struct dp;
struct loop;

/* A VPN to be set up: device, master, addresses, routes. */
struct dp_vpn {
	const char *name;		/* for messages */
	uint32_t iid;
	const char *device;
	const char *vrf;		/* NULL: none */
	const char *native;		/* NULL: none */
	bool proxy;			/* delivers for EIDs that are not local */
	unsigned int trust;		/* enum rt_trust */
	struct addr local4;		/* source RLOCs; family ADDR_NONE: none */
	struct addr local6;
	const struct prefix *eid_space;	/* that is led into the device */
	size_t eid_space_count;
	uint8_t route_protocol;
	uint32_t route_metric;
};

/* Where does the route to an underlay address lead? */
enum dp_path {
	DP_PATH_OUT,			/* through the underlay */
	DP_PATH_NONE,			/* no route */
	DP_PATH_OVERLAY,		/* through a lisp device */
	DP_PATH_OWN,			/* to this host */
	DP_PATH_COUNT
};

/* What a data plane tells by itself. */
struct dp_reports {
	void (*miss)(void *arg, const struct dp_miss *m);
	/* A mapping of our origin was deleted or replaced by somebody else, or
	 * expired; own changes are not reported. */
	void (*map)(void *arg, const struct dp_map *m);
	/* Somebody else, the kernel itself for one, changed an RLOC's state;
	 * counters are not set. */
	void (*rloc)(void *arg, const struct dp_rloc *r);
	/* What data packets said of a mapping, remote or our own. */
	void (*reach)(void *arg, const struct dp_reach *r);
	/* Reports were lost: dump the misses, and check the mappings. */
	void (*lost)(void *arg);
	void *arg;
};

typedef void (*dp_map_fn)(void *arg, const struct dp_map *m);
typedef void (*dp_local_fn)(void *arg, const struct dp_local *l);
typedef void (*dp_miss_fn)(void *arg, const struct dp_miss *m);
typedef void (*dp_rloc_fn)(void *arg, const struct dp_rloc *r);
typedef void (*dp_dev_fn)(void *arg, const struct dp_dev *d);

/* Counters for who does not wait.  False: no more of those. */
struct dp_tally {
	dp_dev_fn dev;
	bool (*iid)(void *arg, const struct dp_iid *i);
	bool (*rloc)(void *arg, const struct dp_rloc *r);
	/* The end, or negative errno and it came too soon. */
	void (*done)(void *arg, int err);
	void *arg;
};

struct dp_ops {
	const char *name;
	void (*close)(struct dp *dp);

	/* Report from now on. */
	int (*subscribe)(struct dp *dp, struct loop *l,
			 const struct dp_reports *r);
	/* Be the owner of the origin's entries until closed. */
	int (*claim)(struct dp *dp, uint32_t stale_limit);

	/* Idempotent; reuses a device that fits.  *@made: the device is new.
	 * -EEXIST: there is one that does not fit.  -EINVAL: a default route
	 * into a device that shares the routing table of its underlay. */
	int (*vpn_add)(struct dp *dp, const struct dp_vpn *v, bool *made);
	/* Take our routes away, and the device too if @device and it was made
	 * here.  0 when there is nothing. */
	int (*vpn_del)(struct dp *dp, const struct dp_vpn *v, bool device);
	/* Delete the devices that an earlier run made and that @keep, which is
	 * in the order of strcmp(), does not name; their routes, mappings and
	 * local EIDs go with them.  @*swept: how many, also on error. */
	int (*vpn_sweep)(struct dp *dp, const char *const *keep, size_t count,
			 uint64_t *swept);

	int (*map_set)(struct dp *dp, const struct dp_map *m);
	/* -ENOENT: it is not there. */
	int (*map_del)(struct dp *dp, const struct eid *eid);
	/* The mapping with exactly this prefix.  -ENOENT. */
	int (*map_get)(struct dp *dp, const struct eid *eid, struct dp_map *m);
	int (*map_dump)(struct dp *dp, dp_map_fn fn, void *arg);
	int (*map_flush)(struct dp *dp);

	int (*local_set)(struct dp *dp, const struct dp_local *l);
	int (*local_del)(struct dp *dp, const struct eid *eid);
	int (*local_dump)(struct dp *dp, dp_local_fn fn, void *arg);

	int (*miss_dump)(struct dp *dp, dp_miss_fn fn, void *arg);
	/* RLOCs belong to nobody: all of the underlay.  A state is true for
	 * every mapping that names the RLOC (with the port DP_DATA_PORT).
	 * -ENOENT: none does. */
	int (*rloc_set)(struct dp *dp, const struct addr *a,
			enum lisp_rloc_state state);
	/* Microseconds.  -ENOENT, as above. */
	int (*rloc_rtt)(struct dp *dp, const struct addr *a, uint32_t rtt);
	int (*rloc_dump)(struct dp *dp, dp_rloc_fn fn, void *arg);
	/* Devices of the underlay, whoever made them, with their counters;
	 * and, with ifindex 0, what reached no device. */
	int (*dev_dump)(struct dp *dp, dp_dev_fn fn, void *arg);

	/* What dev_dump() has, Instance-IDs of external devices, then what
	 * rloc_dump() has, a part each time the loop turns, but never before
	 * this returns; there may be some twice.
	 * One at a time: -EBUSY.  Nothing is called after tally_stop(), which
	 * may be called when there is none. */
	int (*tally)(struct dp *dp, struct loop *l, const struct dp_tally *t);
	void (*tally_stop)(struct dp *dp);

	enum dp_path (*path)(struct dp *dp, const struct addr *a);
};

#define DP_WHY_MAX	256

struct dp {
	const struct dp_ops *ops;
	char why[DP_WHY_MAX];
};

struct dp_config {
	const char *underlay;		/* VRF, NULL: default domain */
	uint32_t origin;		/* not 0 */
};

/* lisp.ko of this network namespace.  NULL and an errno in *@err:
 * -ENOENT when the module is not there, -ENODEV when the underlay is not. */
struct dp *dp_kernel_open(const struct dp_config *cfg, int *err);

/* Sentence about the last error; "" when the data plane gave none. */
static inline const char *dp_why(const struct dp *dp)
{
	return dp->why;
}

/* "out", "none", ... */
const char *dp_path_name(enum dp_path p);

#endif
