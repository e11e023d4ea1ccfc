// SPDX-License-Identifier: GPL-2.0
/*
 * RLOC objects and locator sets.
 *
 * Both are counted by plain integers under lisp_net.lock, since only writers
 * take and give references. What loses its last user is unlinked at once and
 * freed after a grace period, which is enough: readers come from mappings
 * that were unpublished before.
 */

#include <linux/jhash.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>
#include <net/dst.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>

#include "net.h"
#include "rloc.h"

/* RLOCs */

struct rloc_key {
	u32			underlay;
	int			family;
	const union lisp_addr	*addr;
	__be16			port;
};

static u32 rloc_hash(const struct lisp_loc_conf *conf)
{
	return jhash2((const u32 *)conf->addr.word, 4,
		      (__force u32)conf->port);
}

static int rloc_cmp(const struct lisp_rloc *rloc, u32 underlay, int family,
		    const union lisp_addr *addr, __be16 port)
{
	int cmp;

	if (underlay != rloc->underlay)
		return underlay < rloc->underlay ? -1 : 1;
	if (family != rloc->family)
		return family < rloc->family ? -1 : 1;
	cmp = lisp_addr_cmp(addr, &rloc->addr);
	if (cmp)
		return cmp;

	return (int)be16_to_cpu(port) - (int)be16_to_cpu(rloc->port);
}

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct rloc_key *key = data;

	return jhash2((const u32 *)key->addr->word, 4,
		      seed ^ key->underlay ^ (__force u32)key->port << 16);
}

static u32 key_hash_obj(const void *data, u32 len, u32 seed)
{
	const struct lisp_rloc *rloc = data;
	const struct rloc_key key = {
		.underlay = rloc->underlay,
		.addr = &rloc->addr,
		.port = rloc->port,
	};

	return key_hash(&key, len, seed);
}

static int key_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct rloc_key *key = arg->key;

	return rloc_cmp(obj, key->underlay, key->family, key->addr, key->port);
}

static const struct rhashtable_params rloc_params = {
	.head_offset = offsetof(struct lisp_rloc, keyed),
	.hashfn = key_hash,
	.obj_hashfn = key_hash_obj,
	.obj_cmpfn = key_cmp,
	.automatic_shrinking = true,
};

struct lisp_rloc *lisp_rloc_lookup(struct lisp_net *ln, u32 underlay,
				   int family, const union lisp_addr *addr,
				   __be16 port)
{
	const struct rloc_key key = {
		.underlay = underlay,
		.family = family,
		.addr = addr,
		.port = port,
	};

	return rhashtable_lookup_fast(&ln->rlocs.hash, &key, rloc_params);
}

struct lisp_rloc *lisp_rloc_find(struct lisp_net *ln, u32 underlay, int family,
				 const union lisp_addr *addr, __be16 port)
{
	struct rb_node *node = ln->rlocs.tree.rb_node;
	struct lisp_rloc *rloc;
	int cmp;

	lockdep_assert_held(&ln->lock);

	while (node) {
		rloc = rb_entry(node, struct lisp_rloc, node);
		cmp = rloc_cmp(rloc, underlay, family, addr, port);
		if (!cmp)
			return rloc;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}

	return NULL;
}

struct lisp_rloc *lisp_rloc_next(struct lisp_net *ln, u32 underlay, int family,
				 const union lisp_addr *addr, __be16 port)
{
	struct rb_node *node = ln->rlocs.tree.rb_node;
	struct lisp_rloc *rloc, *next = NULL;

	lockdep_assert_held(&ln->lock);

	while (node) {
		rloc = rb_entry(node, struct lisp_rloc, node);
		if (rloc_cmp(rloc, underlay, family, addr, port) < 0) {
			next = rloc;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return next;
}

/* 0 or an error, if there is no memory. */
static int rloc_link(struct lisp_rlocs *rlocs, struct lisp_rloc *rloc)
{
	struct rb_node **pos = &rlocs->tree.rb_node, *parent = NULL;
	int err;

	err = rhashtable_insert_fast(&rlocs->hash, &rloc->keyed, rloc_params);
	if (err)
		return err;

	while (*pos) {
		parent = *pos;
		if (rloc_cmp(rb_entry(parent, struct lisp_rloc, node),
			     rloc->underlay, rloc->family, &rloc->addr,
			     rloc->port) < 0)
			pos = &parent->rb_left;
		else
			pos = &parent->rb_right;
	}
	rb_link_node(&rloc->node, parent, pos);
	rb_insert_color(&rloc->node, &rlocs->tree);

	return 0;
}

static void rloc_free(struct lisp_rloc *rloc)
{
	int cpu;

	for_each_possible_cpu(cpu)
		dst_release(per_cpu_ptr(rloc->routes, cpu)->dst);
	free_percpu(rloc->routes);
	free_percpu(rloc->count);
	kfree(rloc);
}

static void rloc_free_rcu(struct rcu_head *rcu)
{
	rloc_free(container_of(rcu, struct lisp_rloc, rcu));
}

static struct lisp_rloc *rloc_new(u32 underlay,
				  const struct lisp_loc_conf *conf)
{
	struct lisp_rloc *rloc;
	int cpu;

	rloc = kzalloc(sizeof(*rloc), GFP_KERNEL_ACCOUNT);
	if (!rloc)
		return NULL;

	rloc->count = alloc_percpu_gfp(struct lisp_rloc_count,
				       GFP_KERNEL_ACCOUNT);
	if (!rloc->count)
		goto free_rloc;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(rloc->count, cpu)->syncp);

	rloc->routes = alloc_percpu_gfp(struct lisp_route,
					GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!rloc->routes)
		goto free_count;

	for_each_possible_cpu(cpu)
		local_lock_init(&per_cpu_ptr(rloc->routes, cpu)->lock);

	rloc->underlay = underlay;
	rloc->family = conf->family;
	rloc->addr = conf->addr;
	rloc->port = conf->port;
	rloc->hash = rloc_hash(conf);
	rloc->state = LISP_RLOC_STATE_UP;
	INIT_LIST_HEAD(&rloc->doubted);
	rloc->changed = ktime_get_boottime_seconds();
	spin_lock_init(&rloc->echo_lock);

	return rloc;

free_count:
	free_percpu(rloc->count);
free_rloc:
	kfree(rloc);
	return NULL;
}

/* With one more user; NULL: no memory. */
static struct lisp_rloc *rloc_get(struct lisp_net *ln, u32 underlay,
				  const struct lisp_loc_conf *conf)
{
	struct lisp_rloc *rloc;

	rloc = lisp_rloc_find(ln, underlay, conf->family, &conf->addr,
			      conf->port);
	if (!rloc) {
		rloc = rloc_new(underlay, conf);
		if (!rloc)
			return NULL;
		if (rloc_link(&ln->rlocs, rloc)) {
			rloc_free(rloc);
			return NULL;
		}
		ln->rlocs.used = true;
	}
	rloc->users++;

	return rloc;
}

static void rloc_put(struct lisp_net *ln, struct lisp_rloc *rloc)
{
	if (--rloc->users)
		return;
	list_del(&rloc->doubted);
	rb_erase(&rloc->node, &ln->rlocs.tree);
	rhashtable_remove_fast(&ln->rlocs.hash, &rloc->keyed, rloc_params);
	call_rcu(&rloc->rcu, rloc_free_rcu);
}

bool lisp_rloc_set_state(struct lisp_rloc *rloc, enum lisp_rloc_state state)
{
	if (rloc->state == state)
		return false;
	list_del_init(&rloc->doubted);
	WRITE_ONCE(rloc->state, state);
	rloc->changed = ktime_get_boottime_seconds();

	return true;
}

void lisp_rloc_read(const struct lisp_rloc *rloc, struct lisp_rloc_sum *sum)
{
	const struct lisp_rloc_count *count;
	struct lisp_rloc_sum one;
	unsigned int start;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu) {
		count = per_cpu_ptr(rloc->count, cpu);
		do {
			start = u64_stats_fetch_begin(&count->syncp);
			one.packets = u64_stats_read(&count->packets);
			one.bytes = u64_stats_read(&count->bytes);
			one.rx_packets = u64_stats_read(&count->rx_packets);
			one.rx_bytes = u64_stats_read(&count->rx_bytes);
		} while (u64_stats_fetch_retry(&count->syncp, start));
		sum->packets += one.packets;
		sum->bytes += one.bytes;
		sum->rx_packets += one.rx_packets;
		sum->rx_bytes += one.rx_bytes;
	}
}

/* Locator sets */

/* What a set is found by. */
struct locset_key {
	u32				underlay;
	u32				home;
	unsigned int			n;
	const struct lisp_loc_conf	*locs;
};

static u32 loc_hash(const union lisp_addr *addr, __be16 port, u32 use, u32 hash)
{
	hash = jhash2((const u32 *)addr->word, 4, hash);

	return jhash_2words((__force u32)port, use, hash);
}

/*
 * Remote sites choose what is in a set: without the table's secret they could
 * choose many sets that have the same hash.
 */
static u32 locset_key_hash(const void *data, u32 len, u32 seed)
{
	const struct locset_key *key = data;
	const struct lisp_loc_conf *loc = key->locs;
	u32 hash = jhash_2words(key->underlay, key->home, seed);
	unsigned int i;

	for (i = 0; i < key->n; i++, loc++)
		hash = loc_hash(&loc->addr, loc->port, loc->priority << 16 |
				loc->weight << 8 | loc->flags, hash);

	return hash;
}

static u32 locset_hash(const void *data, u32 len, u32 seed)
{
	const struct lisp_locset *set = data;
	const struct lisp_loc *loc = set->loc;
	u32 hash = jhash_2words(loc->rloc->underlay, set->home, seed);
	unsigned int i;

	for (i = 0; i < set->n; i++, loc++)
		hash = loc_hash(&loc->rloc->addr, loc->rloc->port,
				loc->priority << 16 | loc->weight << 8 |
				loc->flags, hash);

	return hash;
}

static bool loc_is(const struct lisp_loc *loc, const struct lisp_loc_conf *conf,
		   u32 underlay)
{
	const struct lisp_rloc *rloc = loc->rloc;

	return !rloc_cmp(rloc, underlay, conf->family, &conf->addr,
			 conf->port) &&
	       loc->priority == conf->priority && loc->weight == conf->weight &&
	       loc->flags == conf->flags;
}

static int locset_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct locset_key *key = arg->key;
	const struct lisp_locset *set = obj;
	unsigned int i;

	if (key->n != set->n || key->home != set->home)
		return 1;
	for (i = 0; i < set->n; i++) {
		if (!loc_is(&set->loc[i], &key->locs[i], key->underlay))
			return 1;
	}

	return 0;
}

static const struct rhashtable_params locset_params = {
	.head_offset = offsetof(struct lisp_locset, node),
	.hashfn = locset_key_hash,
	.obj_hashfn = locset_hash,
	.obj_cmpfn = locset_cmp,
	.automatic_shrinking = true,
};

static int loc_conf_cmp(const void *a, const void *b)
{
	const struct lisp_loc_conf *x = a, *y = b;
	int cmp;

	if (x->family != y->family)
		return x->family == AF_INET ? -1 : 1;
	cmp = lisp_addr_cmp(&x->addr, &y->addr);
	if (cmp)
		return cmp;

	return (int)be16_to_cpu(x->port) - (int)be16_to_cpu(y->port);
}

int lisp_loc_sort(struct lisp_loc_conf *locs, unsigned int n)
{
	unsigned int i;

	sort(locs, n, sizeof(*locs), loc_conf_cmp, NULL);
	for (i = 1; i < n; i++) {
		if (!loc_conf_cmp(&locs[i - 1], &locs[i]))
			return -EEXIST;
	}

	return 0;
}

static void locset_put_rlocs(struct lisp_net *ln, struct lisp_locset *set)
{
	unsigned int i;

	for (i = 0; i < set->n; i++)
		rloc_put(ln, set->loc[i].rloc);
}

/* A set nobody else has yet, with a reference to each of its RLOCs. */
static struct lisp_locset *locset_new(struct lisp_net *ln, u32 underlay,
				      const struct lisp_loc_conf *locs,
				      unsigned int n, u32 home)
{
	struct lisp_locset *set;
	struct lisp_loc *loc;

	set = kzalloc(struct_size(set, loc, n), GFP_KERNEL_ACCOUNT);
	if (!set)
		return NULL;

	for (; set->n < n; set->n++, locs++) {
		loc = &set->loc[set->n];
		loc->rloc = rloc_get(ln, underlay, locs);
		if (!loc->rloc) {
			locset_put_rlocs(ln, set);
			kfree(set);
			return NULL;
		}
		loc->hash = loc->rloc->hash;
		loc->priority = locs->priority;
		loc->weight = locs->weight;
		loc->flags = locs->flags;
		loc->family = locs->family;
	}
	set->home = home;

	return set;
}

struct lisp_locset *lisp_locset_get(struct lisp_net *ln, u32 underlay,
				    const struct lisp_loc_conf *locs,
				    unsigned int n, u32 home)
{
	struct locset_key key = {
		.underlay = underlay,
		.locs = locs,
		.n = n,
		.home = home,
	};
	struct lisp_locset *set;
	int err;

	lockdep_assert_held(&ln->lock);

	set = rhashtable_lookup_fast(&ln->rlocs.sets, &key, locset_params);
	if (set) {
		set->users++;
		return set;
	}

	set = locset_new(ln, underlay, locs, n, home);
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->users = 1;
	err = rhashtable_insert_fast(&ln->rlocs.sets, &set->node,
				     locset_params);
	if (err) {
		locset_put_rlocs(ln, set);
		kfree(set);
		return ERR_PTR(err);
	}

	return set;
}

void lisp_locset_put(struct lisp_net *ln, struct lisp_locset *set)
{
	lockdep_assert_held(&ln->lock);

	if (!set || --set->users)
		return;

	rhashtable_remove_fast(&ln->rlocs.sets, &set->node, locset_params);
	locset_put_rlocs(ln, set);
	kfree_rcu(set, rcu);
}

int lisp_rloc_net_init(struct lisp_net *ln)
{
	int err;

	ln->rlocs.tree = RB_ROOT;
	err = rhashtable_init(&ln->rlocs.hash, &rloc_params);
	if (err)
		return err;
	err = rhashtable_init(&ln->rlocs.sets, &locset_params);
	if (err)
		rhashtable_destroy(&ln->rlocs.hash);

	return err;
}

void lisp_rloc_net_exit(struct lisp_net *ln)
{
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&ln->rlocs.tree));
	rhashtable_destroy(&ln->rlocs.sets);
	rhashtable_destroy(&ln->rlocs.hash);
}
