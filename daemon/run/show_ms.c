// SPDX-License-Identifier: GPL-2.0-or-later
/* What the Map-Server knows, as JSON: registrations and sites. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/control.h"
#include "run/show_part.h"
#include "sm/ms.h"

#define HISTORY_MAX	32	/* changes shown of an EID */
#define EIDS_MAX	64	/* of a site, as registrants are */
#define LOOKED_AT	1000	/* registered prefixes, for registrants */

static void add_xtr_id(struct json_object *o, const struct site_ids *ids)
{
	char text[2 * sizeof(ids->xtr_id) + 1];

	for (size_t i = 0; i < sizeof(ids->xtr_id); i++)
		snprintf(text + 2 * i, 3, "%02x", ids->xtr_id[i]);
	add_text(o, "xtr-id", text);
	add_number(o, "site-id", ids->site_id);
}

static struct json_object *show_registration(const struct store_entry *e,
					     const struct registration *r)
{
	struct json_object *o = json_object_new_object();
	const struct reg_party *by = r->by;
	const struct reg_record *rec = r->rec;

	show_add_eid(o, &e->eid);
	add_text(o, "site", by->site);
	add_addr(o, "etr", &by->source);
	if (by->who.source.family == ADDR_NONE)
		add_xtr_id(o, &by->who.ids);
	add_bool(o, "proxy", by->proxy);
	add_bool(o, "merge", by->merge);
	add_bool(o, "want-notify", by->want_notify);
	add_number(o, "ttl", rec->ttl);
	add_number(o, "registered", seconds_since(r->registered));
	add_number(o, "refreshed", seconds_since(registration_refreshed(r)));
	add_number(o, "expires", seconds_until(r->expires));
	add_number(o, "version", rec->version);
	json_object_object_add(o, "locators",
			       show_locators(rec->locators,
					     rec->locator_count));
	return o;
}

/* Registrants of one prefix stay together. */
static struct json_object *all_registrations(const struct daemon *d,
					     struct show_cursor *c,
					     const char **why)
{
	const struct store_ops *ops = d->ops.store;
	struct store_entry e;
	struct json_object *list;
	const struct eid *after;
	struct eid at;

	if (show_start_after(c, &at, &after, why))
		return NULL;
	list = json_object_new_array();
	while (node_ms(d->node) && ops->walk(d->ops.store_arg, after, &e)) {
		if (json_object_array_length(list) >= CONTROL_LIST_MAX) {
			eid_text(after, c->next);
			break;
		}
		for (const struct registration *r = e.regs; r; r = r->next)
			json_object_array_add(list, show_registration(&e, r));
		at = e.eid;
		after = &at;
	}
	return list;
}

/* --- one EID --- */

static struct json_object *show_history(const struct ms *ms,
					const struct eid *eid)
{
	struct json_object *list = json_object_new_array(), *o;
	uint64_t at = UINT64_MAX;
	const struct ms_event *e;

	for (unsigned int n = 0; n < HISTORY_MAX &&
	     (e = ms_history_next(ms, eid, &at)); n++) {
		o = json_object_new_object();
		add_text(o, "change", ms_change_name(e->what));
		add_number(o, "ago", seconds_since(e->when));
		add_addr(o, "etr", &e->source);
		if (e->who.source.family == ADDR_NONE)
			add_xtr_id(o, &e->who.ids);
		json_object_array_add(list, o);
	}
	return list;
}

/* What is registered for it exactly, or else around it; and what became of
 * that lately. */
static struct json_object *one_registration(const struct daemon *d,
					    const char *text,
					    const char **why)
{
	const struct store_ops *ops = d->ops.store;
	struct json_object *o, *list;
	struct store_entry e;
	struct eid eid;

	if (eid_from_text(text, &eid) || !eid_is_ip(&eid)) {
		*why = "\"eid\" is no EID-prefix";
		return NULL;
	}
	if (!node_ms(d->node)) {
		*why = "this is no Map-Server";
		return NULL;
	}
	list = json_object_new_array();
	if (ops->find(d->ops.store_arg, &eid, &e) ||
	    ops->match(d->ops.store_arg, &eid, &e)) {
		for (const struct registration *r = e.regs; r; r = r->next)
			json_object_array_add(list, show_registration(&e, r));
		eid = e.eid;
	}
	o = json_object_new_object();
	show_add_eid(o, &eid);
	json_object_object_add(o, "registrations", list);
	json_object_object_add(o, "history",
			       show_history(node_ms(d->node), &eid));
	return o;
}

struct json_object *show_registrations(const struct daemon *d,
				       struct show_cursor *c, const char **why)
{
	return c->eid ? one_registration(d, c->eid, why) :
		all_registrations(d, c, why);
}

/* --- sites --- */

/* As the configuration has it. */
static void add_time(struct json_object *o, const char *key, uint64_t seconds)
{
	time_t t = (time_t)seconds;
	char text[32];
	struct tm tm;

	if (seconds && gmtime_r(&t, &tm) &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		add_text(o, key, text);
}

static struct json_object *show_keys(const struct daemon *d,
				     const struct site *site)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < site->key_count; i++) {
		const struct sm_key *k = &site->keys[i];

		o = json_object_new_object();
		add_number(o, "key-id", k->key_id);
		add_text(o, "algorithm", auth_algorithm_name(k->algorithm));
		add_text(o, "state", key_state_name(key_state(k, &d->ops)));
		add_time(o, "not-before", k->not_before);
		add_time(o, "not-after", k->not_after);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *show_eids(const struct site *site)
{
	struct json_object *list = json_object_new_array(), *o;

	for (size_t i = 0; i < site->eid_count && i < EIDS_MAX; i++) {
		o = json_object_new_object();
		show_add_eid(o, &site->eids[i].eid);
		add_bool(o, "more-specifics", site->eids[i].more_specifics);
		if (site->eids[i].max)
			add_number(o, "max-registrations", site->eids[i].max);
		json_object_array_add(list, o);
	}
	return list;
}

/* Who registers, as far as a look at some of what is registered tells. */
struct registrants {
	struct registrant who[EIDS_MAX];
	struct addr source[EIDS_MAX];
	size_t count;
	unsigned int looked_at;
};

static void add_registrant(struct registrants *rs, const struct reg_party *by)
{
	size_t i = 0;

	while (i < rs->count && (!addr_equal(&rs->source[i], &by->source) ||
				 memcmp(&rs->who[i].ids, &by->who.ids,
					sizeof(by->who.ids))))
		i++;
	if (i < rs->count || i == EIDS_MAX)
		return;
	rs->who[i] = by->who;
	rs->source[i] = by->source;
	rs->count++;
}

static void find_registrants(const struct daemon *d, const struct eid *within,
			     struct registrants *rs)
{
	const struct store_ops *ops = d->ops.store;
	const struct eid *after = NULL;
	struct store_entry e;
	struct eid at;

	while (rs->looked_at++ < LOOKED_AT &&
	       ops->next(d->ops.store_arg, within, after, &e)) {
		for (const struct registration *r = e.regs; r; r = r->next)
			add_registrant(rs, r->by);
		at = e.eid;
		after = &at;
	}
}

static struct json_object *show_registrants(const struct daemon *d,
					    const struct site *site)
{
	struct json_object *list = json_object_new_array(), *o;
	struct registrants rs = { .count = 0 };

	for (size_t i = 0; i < site->eid_count; i++)
		find_registrants(d, &site->eids[i].eid, &rs);
	for (size_t i = 0; i < rs.count; i++) {
		o = json_object_new_object();
		add_addr(o, "etr", &rs.source[i]);
		if (rs.who[i].source.family == ADDR_NONE)
			add_xtr_id(o, &rs.who[i].ids);
		json_object_array_add(list, o);
	}
	return list;
}

static struct json_object *show_refused(const struct site_use *u)
{
	struct json_object *o = json_object_new_object();

	for (unsigned int k = 0; k < SITE_REFUSALS; k++)
		if (u->refused[k])
			add_number(o, site_refusal_name(k), u->refused[k]);
	return o;
}

static struct json_object *show_site(const struct daemon *d,
				     const struct site_view *v)
{
	struct json_object *o = json_object_new_object();
	uint64_t refused = 0;

	for (unsigned int k = 0; k < SITE_REFUSALS; k++)
		refused += v->use.refused[k];
	add_text(o, "site", v->site->name);
	add_text(o, "mode", site_mode_name(v->site->mode));
	json_object_object_add(o, "keys", show_keys(d, v->site));
	json_object_object_add(o, "eids", show_eids(v->site));
	add_number(o, "eid-count", v->site->eid_count);
	add_number(o, "registrations", v->use.registered);
	add_number(o, "max-registrations", v->site->max);
	json_object_object_add(o, "registrants", show_registrants(d, v->site));
	add_number(o, "accepted", v->use.accepted);
	if (v->use.last) {
		add_number(o, "last", seconds_since(v->use.last));
		add_addr(o, "last-from", &v->use.last_from);
	}
	add_number(o, "refused", refused);
	json_object_object_add(o, "refusals", show_refused(&v->use));
	return o;
}

/* The cursor counts sites. */
struct json_object *show_sites(const struct daemon *d, struct show_cursor *c,
			       const char **why)
{
	const struct ms *ms = node_ms(d->node);
	struct json_object *list;
	struct site_view v;
	size_t i;

	if (show_start_at(c, &i, why))
		return NULL;
	list = json_object_new_array();
	for (; ms && ms_site_at(ms, i, &v); i++) {
		if (json_object_array_length(list) == CONTROL_LIST_MAX / 10) {
			snprintf(c->next, sizeof(c->next), "%zu", i);
			break;
		}
		json_object_array_add(list, show_site(d, &v));
	}
	return list;
}
