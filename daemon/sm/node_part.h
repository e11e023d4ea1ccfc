/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of a node share; nobody else includes this. */
#ifndef LISP_SM_NODE_PART_H
#define LISP_SM_NODE_PART_H

#include "sm/answer.h"
#include "sm/ddt.h"
#include "sm/former.h"
#include "sm/mr.h"
#include "sm/node.h"
#include "sm/probe.h"
#include "sm/register.h"
#include "sm/resolve.h"
#include "sm/smr.h"

enum node_counter {
	NODE_MESSAGES,
	NODE_UNEXPECTED,
	NODE_ECM_BAD,
	NODE_LOST_ACTIONS,
	NODE_COUNT
};

/* What one thread counts; ms_desk has the rest. */
struct node_desk {
	uint64_t counters[NODE_COUNT];
	uint64_t local;			/* answered for the Map-Resolver */
	uint8_t apart[64];
};

struct node {
	struct node_config cfg;
	struct sm_ops ops;
	struct database db;
	struct probe probe;
	struct cache cache;
	struct resolve resolve;
	struct registrar reg;
	struct answer answer;
	struct smr smr;
	struct former former;
	struct ms ms;
	struct mr mr;
	struct ddt ddt;
	uint64_t counters[NODE_COUNT];
	struct node_desk *desks;	/* as many as of the Map-Server */
	struct node_totals *totals;	/* for node_counters_at() */
};

struct node_totals {
	uint64_t node[NODE_COUNT];
	uint64_t mr[MR_COUNT];
};

/* A Map-Server acknowledges requests with D even without authority. */
static inline bool has_ddt(const struct node *n)
{
	return n->cfg.ddt || n->cfg.ms;
}

#endif
