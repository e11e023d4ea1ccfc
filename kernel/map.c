// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings: add, replace, delete, flush, and expire.
 *
 * Everything here is done by writers under lisp_net.lock. A mapping is built
 * whole, then published; what it replaces is unpublished by the same store
 * and freed after a grace period. Its counters go on where those of its
 * predecessor were; packets that are counted in just that moment are lost.
 *
 * Mappings with a TTL hang on a timing wheel, worked off once a second in
 * small bites. When the TTL of a mapping has passed while its owner is away,
 * it goes on as stale for the owner's stale limit; also when the owner comes
 * back meanwhile, which then replaces or deletes it, or lets it end.
 */

#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "iid.h"
#include "map.h"
#include "miss.h"
#include "net.h"
#include "netlink.h"
#include "owner.h"
#include "reach.h"
#include "rloc.h"

/* Mappings learned from packets: how long, and how many (RFC 9300, 9). */
#define GLEAN_SECONDS	3
#define GLEAN_MAX	4096

/*
 * Entries and seconds that one bite of the expiry steps over; with a listener
 * each is worth some thousand instructions.
 */
#define EXPIRE_BITE	128

static unsigned int max_mappings = 4 << 20;
module_param(max_mappings, uint, 0644);
MODULE_PARM_DESC(max_mappings,
		 "mappings a network namespace may have (4194304)");

/* Objects end with the address: those of IPv4 are shorter. */
static struct kmem_cache *map_cache[2];

/*
 * Mappings to free after a grace period: by a work, because RCU would free all
 * of a flush in one go, in a softirq. Whoever fills it faster has to wait.
 */
#define GRAVES_MAX	65536

static LLIST_HEAD(graves);
static atomic_t n_graves;

static struct kmem_cache **cache_of(const struct lisp_map *map)
{
	return &map_cache[map->leaf.family == AF_INET6];
}

static u32 now_seconds(void)
{
	return ktime_get_boottime_seconds();
}

static struct lisp_lpm *table_of(struct lisp_iid *iid, int family)
{
	return &iid->cache[family == AF_INET6];
}

static struct lisp_map *to_map(struct lisp_lpm_leaf *leaf)
{
	return leaf ? container_of(leaf, struct lisp_map, leaf) : NULL;
}

void lisp_map_prefix(const struct lisp_map *map, struct lisp_prefix *prefix)
{
	prefix->family = map->leaf.family;
	prefix->len = map->leaf.len;
	lisp_addr_set(&prefix->addr, prefix->family, map->leaf.addr);
}

struct lisp_locset *lisp_map_locset(const struct lisp_map *map)
{
	return rcu_dereference_protected(map->set,
					 lockdep_is_held(&map->iid->ln->lock));
}

struct lisp_map *lisp_map_find(struct lisp_iid *iid,
			       const struct lisp_prefix *prefix)
{
	return to_map(lisp_lpm_find(table_of(iid, prefix->family),
				    prefix->addr.word, prefix->len,
				    &iid->ln->lock));
}

struct lisp_map *lisp_map_next(struct lisp_iid *iid,
			       const struct lisp_prefix *cursor)
{
	struct mutex *lock = &iid->ln->lock;
	struct lisp_lpm_leaf *leaf = NULL;

	if (cursor->family != AF_INET6)
		leaf = lisp_lpm_next(&iid->cache[0],
				     cursor->family ? cursor->addr.word : NULL,
				     cursor->len, lock);
	if (!leaf)
		leaf = lisp_lpm_next(&iid->cache[1],
				     cursor->family == AF_INET6 ?
				     cursor->addr.word : NULL,
				     cursor->len, lock);

	return to_map(leaf);
}

s64 lisp_map_idle(const struct lisp_map *map)
{
	/* first, lest it is later than now */
	u32 used = READ_ONCE(map->used);
	u32 ago = (u32)(get_jiffies_64() >> LISP_USED_SHIFT) - used;

	if (!atomic64_read(&map->packets))
		return -ENOENT;

	return ((u64)ago << LISP_USED_SHIFT) / HZ;
}

s64 lisp_map_ttl(const struct lisp_map *map)
{
	s64 left;

	if (!lisp_age_is_set(&map->age))
		return -ENOENT;
	if (map->flags & LISP_MAP_FLAG_STALE)
		return 0;

	/* the second that was added lest it ends too early */
	left = (s64)map->age.when - now_seconds() - 1;

	return max_t(s64, left, 0);
}

static void bury(struct work_struct *work)
{
	struct llist_node *dead = llist_del_all(&graves);
	struct lisp_map *map, *next;

	synchronize_rcu();
	llist_for_each_entry_safe(map, next, dead, dead) {
		kmem_cache_free(*cache_of(map), map);
		atomic_dec(&n_graves);
		cond_resched();
	}
}

static DECLARE_WORK(bury_work, bury);

/* Not one of the system's: works of any number of namespaces wait for it. */
static struct workqueue_struct *bury_queue;

/* @map was unpublished, or never published. */
static void map_free(struct lisp_map *map)
{
	struct lisp_net *ln = map->iid->ln;

	lisp_age_del(&ln->maps.ages, &map->age);
	lisp_locset_put(ln, rcu_dereference_protected(map->set, true));
	if (map->flags & LISP_MAP_FLAG_GLEANED)
		ln->maps.n_gleaned--;
	if (llist_add(&map->dead, &graves))
		queue_work(bury_queue, &bury_work);
	if (atomic_inc_return(&n_graves) > GRAVES_MAX)
		flush_work(&bury_work);
}

static struct lisp_map *map_new(struct lisp_iid *iid,
				const struct lisp_map_conf *conf)
{
	bool is_v6 = conf->prefix.family == AF_INET6;
	struct lisp_locset *set = NULL;
	struct lisp_map *map;

	map = kmem_cache_zalloc(map_cache[is_v6], GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);

	if (conf->n_locs) {
		set = lisp_locset_get(iid->ln, iid->key.underlay, conf->locs,
				      conf->n_locs, conf->home);
		if (IS_ERR(set)) {
			kmem_cache_free(map_cache[is_v6], map);
			return ERR_CAST(set);
		}
	}

	RCU_INIT_POINTER(map->set, set);
	map->action = conf->action;
	map->version = conf->version;
	map->origin = conf->origin;
	map->iid = iid;
	map->leaf.family = conf->prefix.family;
	map->leaf.len = conf->prefix.len;
	memcpy(map->leaf.addr, conf->prefix.addr.word,
	       lisp_addr_size(conf->prefix.family));

	return map;
}

static void map_inherit(struct lisp_map *map, const struct lisp_map *old)
{
	atomic64_set(&map->packets, atomic64_read(&old->packets));
	atomic64_set(&map->bytes, atomic64_read(&old->bytes));
	map->used = READ_ONCE(old->used);
}

static int map_publish(struct lisp_map *map, struct lisp_map *old)
{
	struct lisp_lpm *table = table_of(map->iid, map->leaf.family);
	struct lisp_net *ln = map->iid->ln;
	int err;

	if (old) {
		map_inherit(map, old);
		lisp_lpm_replace(table, &old->leaf, &map->leaf, &ln->lock);
		return 0;
	}

	err = lisp_lpm_insert(table, &map->leaf, &ln->lock);
	if (err)
		return err;
	map->iid->n_maps++;
	ln->maps.n_maps++;

	return 0;
}

static void map_unpublish(struct lisp_map *map)
{
	lisp_lpm_remove(table_of(map->iid, map->leaf.family), &map->leaf,
			&map->iid->ln->lock);
	map->iid->n_maps--;
	map->iid->ln->maps.n_maps--;
}

/* Expire @map when @seconds have passed, never before. */
static void map_schedule(struct lisp_map *map, u32 seconds)
{
	struct lisp_maps *maps = &map->iid->ln->maps;
	u32 now = now_seconds();

	lisp_age_add(&maps->ages, &map->age,
		     min_t(u64, (u64)now + seconds + 1, U32_MAX), now);
	queue_delayed_work(system_long_wq, &maps->work, HZ);
}

/* Who may replace @old: its origin; for a gleaned one anybody. */
static const u32 *owner_of(const struct lisp_map *old,
			   const struct lisp_map_conf *conf)
{
	return old->flags & LISP_MAP_FLAG_GLEANED ? &conf->origin :
						    &old->origin;
}

int lisp_map_set(struct lisp_iid *iid, const struct lisp_map_conf *conf,
		 const struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct lisp_net *ln = iid->ln;
	struct lisp_map *old, *map;
	int err;

	lockdep_assert_held(&ln->lock);

	old = lisp_map_find(iid, &conf->prefix);
	err = lisp_owner_check(old ? owner_of(old, conf) : NULL, conf->origin,
			       info);
	if (err)
		return err;
	if (!old && ln->maps.n_maps >= READ_ONCE(max_mappings)) {
		NL_SET_ERR_MSG(extack,
			       "no room for more mappings (module parameter max_mappings)");
		return -ENOSPC;
	}

	map = map_new(iid, conf);
	if (IS_ERR(map)) {
		NL_SET_ERR_MSG(extack, "no memory for the mapping");
		return PTR_ERR(map);
	}
	err = map_publish(map, old);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the mapping");
		map_free(map);
		return err;
	}
	if (conf->ttl)
		map_schedule(map, conf->ttl);
	if (old) {
		lisp_reach_inherit(map, old);
		map_free(old);
	}

	lisp_netlink_map(map, old ? LISP_EVENT_REPLACED : LISP_EVENT_NEW,
			 info);
	lisp_miss_release(iid, &conf->prefix);

	return 0;
}

int lisp_map_glean(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		   const struct lisp_loc_conf *loc)
{
	const struct lisp_map_conf conf = {
		.prefix = *prefix,
		.action = LISP_ACTION_FORWARD,
		.locs = loc,
		.n_locs = 1,
		.home = LISP_HOME_OWN,
	};
	struct lisp_net *ln = iid->ln;
	struct lisp_map *map;
	int err;

	lockdep_assert_held(&ln->lock);

	rcu_read_lock();
	map = lisp_map_lookup(iid, prefix->family, &prefix->addr);
	rcu_read_unlock();
	if (map)
		return -EEXIST;
	if (ln->maps.n_gleaned >= GLEAN_MAX ||
	    ln->maps.n_maps >= READ_ONCE(max_mappings))
		return -ENOSPC;

	map = map_new(iid, &conf);
	if (IS_ERR(map))
		return PTR_ERR(map);
	map->flags = LISP_MAP_FLAG_GLEANED;
	ln->maps.n_gleaned++;
	err = map_publish(map, NULL);
	if (err) {
		map_free(map);
		return err;
	}
	map_schedule(map, GLEAN_SECONDS);
	lisp_netlink_map(map, LISP_EVENT_NEW, NULL);
	lisp_miss_release(iid, prefix);

	return 0;
}

/* @info: who asked, or NULL. */
static void map_delete(struct lisp_map *map, enum lisp_event event,
		       const struct genl_info *info)
{
	map_unpublish(map);
	lisp_netlink_map(map, event, info);
	map_free(map);
}

int lisp_map_del(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		 u32 origin, const struct genl_info *info)
{
	struct lisp_map *map;

	lockdep_assert_held(&iid->ln->lock);

	map = lisp_map_find(iid, prefix);
	if (!map) {
		GENL_SET_ERR_MSG(info, "there is no mapping for this prefix");
		return -ENOENT;
	}
	if (map->origin != origin) {
		GENL_SET_ERR_MSG(info, "this prefix belongs to another origin");
		return -EPERM;
	}
	map_delete(map, LISP_EVENT_DELETED, info);

	return 0;
}

bool lisp_map_flush(struct lisp_iid *iid, const u32 *origin,
		    struct lisp_prefix *cursor, int *budget,
		    const struct genl_info *info)
{
	struct lisp_map *map;

	lockdep_assert_held(&iid->ln->lock);

	while ((map = lisp_map_next(iid, cursor))) {
		if (--*budget < 0)
			return false;
		lisp_map_prefix(map, cursor);
		if (!origin || map->origin == *origin)
			map_delete(map, LISP_EVENT_DELETED, info);
	}

	return true;
}

bool lisp_map_drop(struct lisp_iid *iid, struct lisp_prefix *cursor,
		   int *budget)
{
	struct lisp_map *map;

	lockdep_assert_held(&iid->ln->lock);

	while ((map = lisp_map_next(iid, cursor))) {
		if (--*budget < 0)
			return false;
		lisp_map_prefix(map, cursor);
		map_unpublish(map);
		map_free(map);
	}
	lisp_lpm_exit(&iid->cache[0], &iid->ln->lock);
	lisp_lpm_exit(&iid->cache[1], &iid->ln->lock);

	return true;
}

/* @map's time has come. */
static void map_expire(struct lisp_map *map)
{
	struct lisp_net *ln = map->iid->ln;
	u32 limit = 0;

	/* then lisp_map_drop() will come to it */
	if (map->iid->dead)
		return;
	if (!(map->flags & LISP_MAP_FLAG_STALE))
		limit = lisp_owner_stale_limit(ln, map->origin);
	if (limit) {
		map->flags |= LISP_MAP_FLAG_STALE;
		map_schedule(map, limit);
	} else {
		map_delete(map, LISP_EVENT_EXPIRED, NULL);
	}
}

/* True: there is more to do now. */
static bool expire_bite(struct lisp_net *ln)
{
	struct lisp_maps *maps = &ln->maps;
	int budget = EXPIRE_BITE;
	struct lisp_age *age;

	mutex_lock(&ln->lock);
	while ((age = lisp_age_pop(&maps->ages, now_seconds(), &budget)))
		map_expire(container_of(age, struct lisp_map, age));
	if (maps->ages.n && budget > 0)
		queue_delayed_work(system_long_wq, &maps->work, HZ);
	mutex_unlock(&ln->lock);

	return maps->ages.n && budget <= 0;
}

static void expire_work(struct work_struct *work)
{
	struct lisp_net *ln = container_of(to_delayed_work(work),
					   struct lisp_net, maps.work);

	while (expire_bite(ln))
		cond_resched();
}

int lisp_map_net_init(struct lisp_net *ln)
{
	memset(&ln->maps, 0, sizeof(ln->maps));
	INIT_DELAYED_WORK(&ln->maps.work, expire_work);

	return 0;
}

void lisp_map_net_exit(struct lisp_net *ln)
{
	cancel_delayed_work_sync(&ln->maps.work);
	WARN_ON_ONCE(ln->maps.n_maps || ln->maps.n_locals);
}

static struct kmem_cache *cache_new(const char *name, int family)
{
	return kmem_cache_create(name, offsetof(struct lisp_map, leaf.addr) +
				 lisp_addr_size(family), 0, 0, NULL);
}

int lisp_map_init(void)
{
	lisp_lpm_init();
	map_cache[0] = cache_new("lisp_map4", AF_INET);
	map_cache[1] = cache_new("lisp_map6", AF_INET6);
	bury_queue = alloc_workqueue("lisp", WQ_UNBOUND, 0);
	if (map_cache[0] && map_cache[1] && bury_queue)
		return 0;

	lisp_map_exit();

	return -ENOMEM;
}

void lisp_map_exit(void)
{
	if (bury_queue)
		destroy_workqueue(bury_queue);
	kmem_cache_destroy(map_cache[0]);
	kmem_cache_destroy(map_cache[1]);
}
