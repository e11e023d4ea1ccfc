// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/outbox.h"
#include "io/udp.h"
#include "run/control.h"
#include "run/show_part.h"
#include "run/worker.h"

void show_add_eid(struct json_object *o, const struct eid *e)
{
	char text[PREFIX_TEXT_MAX];

	add_number(o, "iid", e->iid);
	add_text(o, "prefix", prefix_text(&e->prefix, text));
}

struct json_object *show_locators(const struct locator *l, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();

		add_addr(o, "address", &l[i].addr);
		add_number(o, "priority", l[i].priority);
		add_number(o, "weight", l[i].weight);
		add_bool(o, "reachable", l[i].flags & LOCATOR_REACHABLE);
		json_object_array_add(list, o);
	}
	return list;
}

/* --- status --- */

static struct json_object *show_roles(const struct conf *c)
{
	struct json_object *list = json_object_new_array();

	if (c->xtr)
		json_object_array_add(list, json_object_new_string("xtr"));
	if (c->ms)
		json_object_array_add(list,
				      json_object_new_string("map-server"));
	if (c->mr)
		json_object_array_add(list,
				      json_object_new_string("map-resolver"));
	if (c->ddt)
		json_object_array_add(list, json_object_new_string("ddt-node"));
	return list;
}

static struct json_object *show_resolvers(const struct daemon *d, size_t n)
{
	struct json_object *list = json_object_new_array(), *o;
	struct resolver_view v;

	for (size_t i = 0; i < n; i++) {
		node_resolver_at(d->node, i, &v);
		o = json_object_new_object();
		add_addr(o, "address", &v.addr);
		add_text(o, "state", v.state);
		if (v.answered) {
			add_number(o, "answered", seconds_since(v.answered));
			add_number(o, "rtt", v.rtt);
		}
		json_object_array_add(list, o);
	}
	return list;
}

const char *show_state_dir(const struct daemon *d)
{
	if (d->sync_error)
		return d->sync_error == -ENOTRECOVERABLE ? "lost" : "failing";
	return store_whole(d->store) ? "ok" : "catching-up";
}

static void add_state_dir(struct json_object *o, const struct daemon *d)
{
	add_text(o, "state-dir", show_state_dir(d));
	if (d->sync_error)
		add_text(o, "state-dir-error",
			 report_record_trouble(d->sync_error));
}

static struct json_object *show_status(const struct daemon *d,
				       struct show_cursor *c, const char **why)
{
	struct json_object *o = json_object_new_object();
	struct node_status s;

	node_status(d->node, &s);
	add_text(o, "name", d->name);
	add_number(o, "pid", getpid());
	add_number(o, "uptime", seconds_since(d->started));
	if (d->file)
		add_text(o, "configuration", d->file);
	json_object_object_add(o, "roles", show_roles(d->conf));
	add_text(o, "data-plane", d->dp ? d->dp->ops->name : "none");
	add_state_dir(o, d);
	add_number(o, "map-cache-entries", s.cache_entries);
	add_number(o, "resolving", s.resolving);
	add_number(o, "local-prefixes", s.local_prefixes);
	add_number(o, "map-servers", s.servers);
	add_number(o, "map-servers-up", s.servers_up);
	json_object_object_add(o, "map-resolvers",
			       show_resolvers(d, s.resolvers));
	add_number(o, "registered-prefixes", s.registered_prefixes);
	add_number(o, "referral-cache-entries", s.referrals);
	add_number(o, "requests-pending", s.pending);
	add_number(o, "ddt-prefixes", s.ddt_prefixes);
	add_number(o, "ddt-delegations", s.ddt_delegations);
	add_number(o, "ddt-signed-records", s.ddt_signed);
	add_number(o, "mappings-claimed-at-start", d->sync.claimed);
	add_number(o, "mappings-swept-at-start", d->sync.swept);
	add_number(o, "local-eids-swept-at-start", d->sync.locals_swept);
	add_number(o, "devices-swept-at-start", d->sync.devices_swept);
	add_number(o, "miss-reports-lost", d->sync.misses_lost);
	return o;
}

/* --- lists in order of EID --- */

/* Where to start: NULL in *@after for the beginning. */
int show_start_after(const struct show_cursor *c, struct eid *room,
		     const struct eid **after, const char **why)
{
	*after = NULL;
	if (!c->after)
		return 0;
	if (eid_from_text(c->after, room)) {
		*why = "\"after\" is no EID-prefix";
		return -EINVAL;
	}
	*after = room;
	return 0;
}

int show_start_at(const struct show_cursor *c, size_t *at, const char **why)
{
	char *end;

	*at = 0;
	if (!c->after)
		return 0;
	*at = strtoul(c->after, &end, 10);
	if (*c->after >= '0' && *c->after <= '9' && !*end)
		return 0;
	*why = "\"after\" is no number";
	return -EINVAL;
}

static void add_action(struct json_object *o, enum map_action action,
		       size_t locators)
{
	add_text(o, "action", locators ? "forward" : map_action_name(action));
}

void show_add_mapping(struct json_object *o, const struct cache_view *v)
{
	show_add_eid(o, &v->eid);
	add_text(o, "state", v->state);
	add_action(o, v->action, v->petr ? 0 : v->locator_count);
	add_number(o, "expires", seconds_until(v->expires));
	add_number(o, "version", v->version);
	add_addr(o, "from", &v->from);
	json_object_object_add(o, "locators",
			       show_locators(v->locators, v->locator_count));
}

static struct json_object *show_cache(const struct daemon *d,
				      struct show_cursor *c, const char **why)
{
	struct json_object *list, *o;
	const struct eid *after;
	struct cache_view v;
	struct eid at;

	if (show_start_after(c, &at, &after, why))
		return NULL;
	list = json_object_new_array();
	while (node_cache_next(d->node, after, &v)) {
		if (json_object_array_length(list) == CONTROL_LIST_MAX) {
			eid_text(after, c->next);
			break;
		}
		o = json_object_new_object();
		show_add_mapping(o, &v);
		json_object_array_add(list, o);
		at = v.eid;
		after = &at;
	}
	return list;
}

/* --- referral cache --- */

static struct json_object *show_targets(const struct referral_set *s)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < s->target_count; i++) {
		const struct referral_target *t = &s->targets[i];
		struct json_object *o = json_object_new_object();

		add_addr(o, "address", &t->addr);
		add_number(o, "priority", t->priority);
		add_number(o, "weight", t->weight);
		add_number(o, "keys", t->key_count);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *show_referral(const struct referral_view *v)
{
	struct json_object *o = json_object_new_object();
	char text[XEID_TEXT_MAX];

	show_add_eid(o, &v->eid);
	/* What was said, which may be about a range of instances. */
	add_text(o, "xeid", xeid_text(&v->set->xeid, text));
	add_text(o, "action", referral_action_name(v->set->action));
	add_number(o, "expires", seconds_until(v->set->expires));
	add_addr(o, "from", &v->set->from);
	json_object_object_add(o, "locators", show_targets(v->set));
	return o;
}

static struct json_object *show_referrals(const struct daemon *d,
					  struct show_cursor *c,
					  const char **why)
{
	const struct eid *after;
	struct referral_view v;
	struct json_object *list;
	struct eid at;

	if (show_start_after(c, &at, &after, why))
		return NULL;
	list = json_object_new_array();
	while (node_referral_next(d->node, clock_ms(), after, &v)) {
		if (json_object_array_length(list) == CONTROL_LIST_MAX) {
			eid_text(after, c->next);
			break;
		}
		json_object_array_add(list, show_referral(&v));
		at = v.eid;
		after = &at;
	}
	return list;
}

/* --- database: the cursor counts rows of node_database_at() --- */

static struct json_object *show_server(const struct database_view *v)
{
	struct json_object *o = json_object_new_object();

	add_addr(o, "address", &v->server);
	add_text(o, "state", v->state);
	add_bool(o, "refused", v->refused);
	add_bool(o, "registered", v->notified && !v->refused);
	if (v->notified)
		add_number(o, "notified", seconds_since(v->notified));
	return o;
}

static struct json_object *show_database_entry(const struct daemon *d,
					       const struct eid *eid,
					       struct json_object **servers)
{
	struct json_object *o = json_object_new_object();
	const struct locator *l;
	size_t n;

	l = roles_locators(d->roles, &n);
	show_add_eid(o, eid);
	json_object_object_add(o, "locators", show_locators(l, n));
	*servers = json_object_new_array();
	json_object_object_add(o, "map-servers", *servers);
	add_number(o, "version", roles_version(d->roles));
	return o;
}

static struct json_object *show_database(const struct daemon *d,
					 struct show_cursor *c,
					 const char **why)
{
	struct json_object *servers = NULL, *list;
	struct database_view v;
	struct eid last;
	size_t i;

	if (show_start_at(c, &i, why))
		return NULL;
	list = json_object_new_array();
	for (; node_database_at(d->node, i, &v); i++) {
		if (!servers || !eid_equal(&v.eid, &last)) {
			if (json_object_array_length(list) ==
			    CONTROL_LIST_MAX) {
				snprintf(c->next, sizeof(c->next), "%zu", i);
				break;
			}
			json_object_array_add(list,
				show_database_entry(d, &v.eid, &servers));
			last = v.eid;
		}
		if (v.server.family != ADDR_NONE)
			json_object_array_add(servers, show_server(&v));
	}
	return list;
}

/* --- RLOCs --- */

static void add_own_rlocs(const struct daemon *d, struct json_object *list)
{
	const struct locator *l;
	size_t n;

	l = roles_locators(d->roles, &n);
	for (size_t i = 0; i < n; i++) {
		struct json_object *o;

		/* The data plane has those of neighbours, too, and knows. */
		if (l[i].flags & LOCATOR_NEIGHBOUR)
			continue;
		o = json_object_new_object();
		add_addr(o, "address", &l[i].addr);
		add_bool(o, "local", true);
		add_text(o, "state", l[i].flags & LOCATOR_REACHABLE ? "up" :
			 "down");
		add_number(o, "priority", l[i].priority);
		add_number(o, "weight", l[i].weight);
		json_object_array_add(list, o);
	}
}

struct rloc_list {
	const struct daemon *d;
	struct json_object *list;
};

void show_add_probing(const struct daemon *d, struct json_object *o,
		      const struct addr *a)
{
	struct rloc_view v;

	if (!node_rloc(d->node, a, &v)) {
		add_text(o, "probe", "none");
		return;
	}
	add_text(o, "probe", v.state);
	add_number(o, "since", seconds_since(v.since));
	if (!v.replied)
		return;
	add_number(o, "rtt", v.rtt);
	add_number(o, "hops", v.hops);
	add_number(o, "answered", seconds_since(v.replied));
}

static void on_rloc(void *arg, const struct dp_rloc *r)
{
	struct rloc_list *l = arg;
	struct json_object *list = l->list, *o;

	/* The rest is seen with "lispctl rloc show". */
	if (json_object_array_length(list) >= CONTROL_LIST_MAX)
		return;
	o = json_object_new_object();
	add_addr(o, "address", &r->addr);
	add_bool(o, "local", false);
	add_number(o, "port", r->port);
	add_text(o, "state", dp_rloc_state_name(r->state));
	add_number(o, "users", r->users);
	add_number(o, "packets", r->packets);
	add_number(o, "bytes", r->bytes);
	show_add_probing(l->d, o, &r->addr);
	json_object_array_add(list, o);
}

static struct json_object *show_rlocs(const struct daemon *d,
				      struct show_cursor *c, const char **why)
{
	struct json_object *list = json_object_new_array();
	struct rloc_list l = { d, list };

	add_own_rlocs(d, list);
	if (d->dp && d->dp->ops->rloc_dump(d->dp, on_rloc, &l)) {
		*why = "the data plane does not answer";
		json_object_put(list);
		return NULL;
	}
	return list;
}

/* --- statistics --- */

static void add_counter(struct json_object *o, const char *group,
			const char *name, uint64_t value)
{
	char key[128];

	snprintf(key, sizeof(key), "%s-%s", group, name);
	add_number(o, key, value);
}

static void add_own_counters(const struct daemon *d, struct json_object *o)
{
	struct daemon_counters c = d->counters;
	struct udp_stats u = *udp_stats(d->udp);
	struct workers_counters w = { .held = outbox_held(d->outbox) };

	workers_count(d, &u, &c, &w);
	add_counter(o, "udp", "received", u.received);
	add_counter(o, "udp", "sent", u.sent);
	add_counter(o, "udp", "receive-errors", u.receive_errors);
	add_counter(o, "udp", "send-errors", u.send_errors);
	for (int i = WIRE_OK + 1; i < WIRE_REASON_COUNT; i++)
		add_counter(o, "parse-error", wire_reason_name(i),
			    c.parse_errors[i]);
	add_counter(o, "data-plane", "errors", c.data_plane_errors);
	add_counter(o, "daemon", "actions-lost", c.actions_lost);
	add_counter(o, "record", "errors", c.record_errors);
	add_counter(o, "record", "answers-held", w.held);
	add_counter(o, "record", "answers-dropped", c.answers_dropped);
	add_counter(o, "workers", "handed-over", w.handed_over);
	add_counter(o, "workers", "lost", w.lost);
}

static struct json_object *show_statistics(const struct daemon *d,
					   struct show_cursor *c,
					   const char **why)
{
	struct json_object *o = json_object_new_object();
	struct counter_group g;

	for (size_t i = 0; node_counters_at(d->node, i, &g); i++)
		for (size_t j = 0; j < g.count; j++)
			add_counter(o, g.name, g.names[j], g.values[j]);
	add_own_counters(d, o);
	return o;
}

static const struct {
	const char *what;
	struct json_object *(*show)(const struct daemon *d,
				    struct show_cursor *c, const char **why);
	bool goes_on;			/* it has a "next", and so an "after" */
} displays[] = {
	{ "status", show_status, false },
	{ "map-cache", show_cache, true },
	{ "database", show_database, true },
	{ "registrations", show_registrations, true },
	{ "sites", show_sites, true },
	{ "referral-cache", show_referrals, true },
	{ "rlocs", show_rlocs, false },
	{ "statistics", show_statistics, false },
};

struct json_object *show_displays(void)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < sizeof(displays) / sizeof(displays[0]); i++)
		json_object_array_add(list,
			json_object_new_string(displays[i].what));
	return list;
}

struct json_object *show(const struct daemon *d, const char *what,
			 struct show_cursor *c, const char **why)
{
	if (c->eid && strcmp(what, "registrations")) {
		*why = "\"eid\": expected with registrations only";
		return NULL;
	}
	for (size_t i = 0; i < sizeof(displays) / sizeof(displays[0]); i++) {
		if (strcmp(displays[i].what, what))
			continue;
		if (!c->after || displays[i].goes_on)
			return displays[i].show(d, c, why);
		*why = "\"after\": expected with a list that goes on only";
		return NULL;
	}
	*why = "unknown \"what\": expected status, map-cache, database, "
		"registrations, sites, referral-cache, rlocs or statistics";
	return NULL;
}
