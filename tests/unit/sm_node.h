/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A node with a store in memory. */
#ifndef LISP_TESTS_SM_NODE_H
#define LISP_TESTS_SM_NODE_H

#include "sm.h"

#include "sm/node.h"
#include "store/store.h"

static struct sm_ops node_ops;
static struct store *store;
static struct kv *kv;
static struct node *node;

/* A store, and ops that know it; no node yet. */
static inline void node_store(void)
{
	struct store_config sc;

	store_config_init(&sc);
	kv = kv_open_memory(NULL);
	store = store_new(&sc, kv, seed, NULL);
	assert_non_null(store);
	node_ops = ops;
	node_ops.store = &store_memory_ops;
	node_ops.store_arg = store;
	node = NULL;
}

static inline int node_done(void **state)
{
	node_free(node);
	store_free(store);
	kv_close(kv);
	return turn_done(state);
}

static inline uint64_t counter(const char *group, const char *name)
{
	struct counter_group g;

	for (size_t i = 0; node_counters_at(node, i, &g); i++)
		if (!strcmp(g.name, group))
			return counted(g, name);
	fail_msg("no group %s", group);
	return 0;
}

#endif
