// SPDX-License-Identifier: GPL-2.0-or-later
#include "objects.h"

#include <json-c/json.h>
#include <linux/lisp.h>
#include <net/if.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct column map_columns[MAP_COLUMNS] = {
	COLUMN("UNDERLAY", "underlay"),
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN("ACTION", "action"),
	COLUMN_NUMBER("EXPIRES", "expires"),
	COLUMN_NUMBER("ORIGIN", "origin"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
	COLUMN_NUMBER("USED", "used"),
	COLUMN("FLAGS", "flags"),
	COLUMN("LOCATORS", "locators"),
};

const struct column local_columns[LOCAL_COLUMNS] = {
	COLUMN("UNDERLAY", "underlay"),
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN_NUMBER("ORIGIN", "origin"),
	COLUMN("LOCATORS", "locators"),
};

const struct column rloc_columns[RLOC_COLUMNS] = {
	COLUMN("UNDERLAY", "underlay"),
	COLUMN("ADDRESS", "address"),
	COLUMN_NUMBER("PORT", "port"),
	COLUMN("STATE", "state"),
	COLUMN_NUMBER("CHANGED", "changed"),
	COLUMN_NUMBER("RTT", "rtt"),
	COLUMN_NUMBER("USERS", "users"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

const struct column miss_columns[MISS_COLUMNS] = {
	COLUMN("UNDERLAY", "underlay"),
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("EID", "eid"),
	COLUMN("SOURCE", "source"),
	COLUMN_NUMBER("HELD", "held-packets"),
	COLUMN_NUMBER("REPORTS", "reports"),
};

const struct column iid_columns[IID_COLUMNS] = {
	COLUMN("UNDERLAY", "underlay"),
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("VRF", "vrf"),
	COLUMN_NUMBER("RX", "rx-packets"),
	COLUMN_NUMBER("TX", "tx-packets"),
	COLUMN_NUMBER("MISSES", "misses"),
	COLUMN_NUMBER("MAPS", "maps"),
	COLUMN_NUMBER("LOCALS", "locals"),
};

static void put_string(struct json_object *o, const char *key,
		       const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void put_number(struct json_object *o, const char *key, uint64_t value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

static void put_address(struct json_object *o, const char *key,
			const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	put_string(o, key, addr_text(a, text));
}

/* The device may be gone, or be in another namespace: then its number. */
static void put_device(struct json_object *o, const char *key,
		       uint32_t ifindex, const char *none)
{
	char name[IF_NAMESIZE];

	if (!ifindex)
		put_string(o, key, none);
	else if (if_indextoname(ifindex, name))
		put_string(o, key, name);
	else
		put_number(o, key, ifindex);
}

static void put_underlay(struct json_object *o, uint32_t ifindex)
{
	put_device(o, "underlay", ifindex, "default");
}

static void put_eid(struct json_object *o, uint32_t underlay,
		    const struct eid *e)
{
	char text[PREFIX_TEXT_MAX];

	put_underlay(o, underlay);
	put_number(o, "iid", e->iid);
	put_string(o, "prefix", prefix_text(&e->prefix, text));
}

static struct json_object *locator(const struct dp_locator *l)
{
	struct json_object *o = json_object_new_object();

	put_address(o, "address", &l->addr);
	put_number(o, "port", l->port);
	put_number(o, "priority", l->priority);
	put_number(o, "weight", l->weight);
	json_object_object_add(o, "reachable", json_object_new_boolean(
			       l->flags & LISP_LOC_FLAG_REACHABLE));
	json_object_object_add(o, "local", json_object_new_boolean(
			       l->flags & LISP_LOC_FLAG_LOCAL));
	if (l->flags & LISP_LOC_FLAG_GPE)
		json_object_object_add(o, "gpe",
				       json_object_new_boolean(true));
	if (l->flags & LISP_LOC_FLAG_ECHO_NONCE)
		json_object_object_add(o, "echo-nonce",
				       json_object_new_boolean(true));
	if (l->flags & LISP_LOC_FLAG_STATUS_DOWN)
		json_object_object_add(o, "status-down",
				       json_object_new_boolean(true));
	return o;
}

static void put_locators(struct json_object *o, const struct dp_locators *l)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < l->count; i++)
		json_object_array_add(list, locator(&l->list[i]));
	json_object_object_add(o, "locators", list);
}

static void put_flags(struct json_object *o, uint32_t flags)
{
	struct json_object *list = json_object_new_array();

	if (flags & LISP_MAP_FLAG_STALE)
		json_object_array_add(list, json_object_new_string("stale"));
	if (flags & LISP_MAP_FLAG_GLEANED)
		json_object_array_add(list, json_object_new_string("gleaned"));
	json_object_object_add(o, "flags", list);
}

struct json_object *object_map(const struct dp_map *m)
{
	struct json_object *o = json_object_new_object();

	if (m->has_event)
		put_string(o, "event", dp_event_name(m->event));
	put_eid(o, m->underlay, &m->eid);
	put_string(o, "action", dp_action_name(m->action));
	put_number(o, "origin", m->origin);
	/* A notification carries no more than this. */
	if (m->has_event)
		return o;
	if (m->ttl || m->flags & LISP_MAP_FLAG_STALE)
		put_number(o, "expires", m->ttl);
	put_number(o, "packets", m->packets);
	put_number(o, "bytes", m->bytes);
	if (m->used)
		put_number(o, "used", m->used_age);
	if (m->version)
		put_number(o, "map-version", m->version);
	put_flags(o, m->flags);
	if (m->has_home)
		put_number(o, "home-iid", m->home_iid);
	put_locators(o, &m->locators);
	return o;
}

struct json_object *object_local(const struct dp_local *l)
{
	struct json_object *o = json_object_new_object();

	if (l->has_event)
		put_string(o, "event", dp_event_name(l->event));
	put_eid(o, l->underlay, &l->eid);
	put_number(o, "origin", l->origin);
	if (l->has_event)
		return o;
	if (l->version)
		put_number(o, "map-version", l->version);
	put_number(o, "packets", l->packets);
	put_number(o, "bytes", l->bytes);
	put_locators(o, &l->locators);
	return o;
}

struct json_object *object_rloc(const struct dp_rloc *r)
{
	struct json_object *o = json_object_new_object();

	put_underlay(o, r->underlay);
	put_address(o, "address", &r->addr);
	put_number(o, "port", r->port);
	put_string(o, "state", dp_rloc_state_name(r->state));
	put_number(o, "changed", r->changed);
	if (r->rtt)
		put_number(o, "rtt", r->rtt);
	if (r->doubt)
		json_object_object_add(o, "doubt",
				       json_object_new_boolean(true));
	put_number(o, "users", r->users);
	put_number(o, "packets", r->packets);
	put_number(o, "bytes", r->bytes);
	put_number(o, "rx-packets", r->rx_packets);
	put_number(o, "rx-bytes", r->rx_bytes);
	return o;
}

struct json_object *object_reach(const struct dp_reach *r)
{
	struct json_object *o = json_object_new_object();
	char text[16];

	put_string(o, "event", dp_reach_event_name(r->event));
	put_eid(o, r->underlay, &r->eid);
	if (r->rloc.family != ADDR_NONE)
		put_address(o, "rloc", &r->rloc);
	if (r->has_bits) {
		snprintf(text, sizeof(text), "0x%x", r->bits);
		put_string(o, "status-bits", text);
	}
	if (r->has_version) {
		put_number(o, "version", r->version);
		put_number(o, "own-version", r->own_version);
	}
	return o;
}

struct json_object *object_miss(const struct dp_miss *m)
{
	struct json_object *o = json_object_new_object();

	put_underlay(o, m->underlay);
	put_number(o, "iid", m->iid);
	put_address(o, "eid", &m->eid);
	if (m->source.family != ADDR_NONE)
		put_address(o, "source", &m->source);
	put_number(o, "held-packets", m->held_packets);
	put_number(o, "reports", m->reports);
	return o;
}

struct json_object *object_iid(const struct dp_iid *i)
{
	struct json_object *o = json_object_new_object();

	if (i->has_event)
		put_string(o, "event", dp_event_name(i->event));
	put_underlay(o, i->underlay);
	put_number(o, "iid", i->iid);
	put_device(o, "vrf", i->vrf, "none");
	if (i->has_event)
		return o;
	put_device(o, "device", i->ifindex, "none");
	put_number(o, "rx-packets", i->rx_packets);
	put_number(o, "rx-bytes", i->rx_bytes);
	put_number(o, "tx-packets", i->tx_packets);
	put_number(o, "tx-bytes", i->tx_bytes);
	put_number(o, "misses", i->misses);
	put_number(o, "held-packets", i->held_packets);
	put_number(o, "held-bytes", i->held_bytes);
	put_number(o, "maps", i->maps);
	put_number(o, "locals", i->locals);
	return o;
}

/* --- devices --- */

struct counter {
	const char *name;
	size_t offset;
	bool is_64;
};

static const struct counter counters[] = {
#define COUNTER32(n, m) { n, offsetof(struct dp_dev, m), false }
#define COUNTER64(n, m) { n, offsetof(struct dp_dev, m), true }
	COUNTER64("rx-packets", rx_packets),
	COUNTER64("rx-bytes", rx_bytes),
	COUNTER64("tx-packets", tx_packets),
	COUNTER64("tx-bytes", tx_bytes),
	COUNTER64("native-packets", native_packets),
	COUNTER64("rx-reserved", rx_reserved),
	COUNTER64("misses", misses),
	COUNTER32("held-packets", held_packets),
	COUNTER32("held-bytes", held_bytes),
	COUNTER32("maps", maps),
	COUNTER32("locals", locals),
};

/* What is of no device. */
static const struct counter net_counters[] = {
	COUNTER64("icmp-too-big", icmp_too_big),
	COUNTER64("icmp-unreachable", icmp_unreachable),
	COUNTER64("icmp-hop-limit", icmp_hop_limit),
	COUNTER64("icmp-refused", icmp_refused),
};

static uint64_t count_of(const struct dp_dev *d, const struct counter *c)
{
	const void *at = (const char *)d + c->offset;

	return c->is_64 ? *(const uint64_t *)at : *(const uint32_t *)at;
}

static uint64_t drops_of(const struct dp_dev *d, uint32_t reason)
{
	for (unsigned int i = 0; i < d->drop_count; i++)
		if (d->drops[i].reason == reason)
			return d->drops[i].packets;
	return 0;
}

static void put_drops(struct json_object *o, const struct dp_dev *d, bool all)
{
	unsigned int known = dp_drop_reason_count();
	struct json_object *drops = json_object_new_object();
	char name[24];

	for (unsigned int r = LISP_DROP_REASON_NONE + 1; r < known; r++)
		if (all || drops_of(d, r))
			put_number(drops, dp_drop_reason_name(r),
				   drops_of(d, r));
	/* Those of a newer kernel have numbers only. */
	for (unsigned int i = 0; i < d->drop_count; i++) {
		if (d->drops[i].reason < known)
			continue;
		snprintf(name, sizeof(name), "reason-%u", d->drops[i].reason);
		put_number(drops, name, d->drops[i].packets);
	}
	if (all || json_object_object_length(drops))
		json_object_object_add(o, "drops", drops);
	else
		json_object_put(drops);
}

static struct json_object *dev(const struct dp_dev *d, bool all)
{
	struct json_object *o = json_object_new_object();

	if (!d->ifindex) {
		json_object_object_add(o, "device", NULL);
		for (size_t i = 0; i < COUNT(net_counters); i++)
			if (all || count_of(d, &net_counters[i]))
				put_number(o, net_counters[i].name,
					   count_of(d, &net_counters[i]));
		put_drops(o, d, all);
		return o;
	}
	put_string(o, "device", d->name);
	put_number(o, "ifindex", d->ifindex);
	put_underlay(o, d->underlay);
	if (d->external)
		json_object_object_add(o, "external",
				       json_object_new_boolean(true));
	else
		put_number(o, "iid", d->iid);
	for (size_t i = 0; i < COUNT(counters); i++)
		put_number(o, counters[i].name, count_of(d, &counters[i]));
	put_drops(o, d, all);
	return o;
}

struct json_object *object_dev(const struct dp_dev *d)
{
	return dev(d, true);
}

struct json_object *object_dev_short(const struct dp_dev *d)
{
	return dev(d, false);
}
