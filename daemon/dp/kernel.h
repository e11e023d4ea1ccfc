/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of the kernel data plane share; nobody else's. */
#ifndef LISP_DP_KERNEL_H
#define LISP_DP_KERNEL_H

#include "dp/dp.h"
#include "dp/session.h"

struct kernel_tally;
struct loop_event;

struct dp_kernel {
	struct dp dp;
	uint32_t origin;
	uint32_t underlay;		/* ifindex */
	/* Requests; as long as it is open it owns the origin's entries. */
	struct session session;
	struct nl *route;
	struct session notify;		/* closed: not subscribed */
	struct loop_event *reader;
	struct dp_reports reports;
	struct kernel_tally *tally;	/* NULL: none is under way */
};

static inline struct dp_kernel *dp_kernel(struct dp *dp)
{
	return (struct dp_kernel *)dp;
}

/* Note the reason of an error of @n and pass the error on. */
int dp_kernel_failed(struct dp_kernel *k, const struct nl *n, int err);

/* kernel_tally.c */
int dp_kernel_tally(struct dp *dp, struct loop *l, const struct dp_tally *t);
void dp_kernel_tally_stop(struct dp *dp);

/* kernel_vpn.c */
int dp_kernel_vpn_add(struct dp *dp, const struct dp_vpn *v, bool *made);
int dp_kernel_vpn_del(struct dp *dp, const struct dp_vpn *v, bool device);
int dp_kernel_vpn_sweep(struct dp *dp, const char *const *keep, size_t count,
			uint64_t *swept);
enum dp_path dp_kernel_path(struct dp *dp, const struct addr *a);

#endif
