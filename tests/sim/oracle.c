// SPDX-License-Identifier: GPL-2.0-or-later
/* See oracle.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oracle.h"

#define MUST(cond, ...) do { \
	if (!(cond)) { \
		fprintf(stderr, "# oracle: " __VA_ARGS__); \
		fprintf(stderr, ": !(%s)\n", #cond); \
		abort(); \
	} \
} while (0)

static void check_spacing(struct oracle *o, const struct sim_host *h,
			  const struct eid *eid)
{
	uint64_t now = h->sim->now;
	size_t i = 0;

	while (i < o->asked_count && !(o->asked[i].host == h &&
				       eid_equal(&o->asked[i].eid, eid)))
		i++;
	MUST(i < ORACLE_EIDS, "too many EIDs");
	if (i < o->asked_count)
		MUST(o->asked[i].when < h->booted ||
		     now - o->asked[i].when >= 1000,
		     "%s asks again after %u ms", h->name,
		     (unsigned int)(now - o->asked[i].when));
	else
		o->asked_count++;
	o->asked[i].host = h;
	o->asked[i].eid = *eid;
	o->asked[i].when = now;
}

static void check_fresh(struct oracle *o, uint64_t nonce)
{
	for (size_t i = 0; i < o->nonce_count; i++)
		MUST(o->nonces[i] != nonce, "nonce used twice");
	MUST(o->nonce_count < ORACLE_NONCES, "too many nonces");
	o->nonces[o->nonce_count++] = nonce;
}

/* Only the asker's own: Map-Resolver and Map-Server pass on as it is. */
static void check_ecm(struct oracle *o, struct sim_host *h,
		      const struct lisp_msg *m, struct arena *arena)
{
	struct lisp_msg inner;

	MUST(!msg_parse(m->ecm.message, m->ecm.message_len, arena, &inner,
			NULL), "inner message");
	MUST(inner.type == MSG_TYPE_MAP_REQUEST, "inner type");
	MUST(inner.request.record_count == 1, "records in a request");
	MUST(!(inner.request.flags & MREQ_PROBE), "probe in an ECM");
	if (!h->cfg.xtr)
		return;
	check_spacing(o, h, &inner.request.records[0].eid);
	check_fresh(o, inner.request.nonce);
}

/* The same to the same RLOC: not within @gap ms. */
static void check_gap(struct oracle_sent *list, size_t *count,
		      const struct sim_host *h, const struct addr *rloc,
		      unsigned int gap, const char *what)
{
	uint64_t now = h->sim->now;
	size_t i = 0;

	while (i < *count && !(list[i].host == h &&
			       addr_equal(&list[i].rloc, rloc)))
		i++;
	MUST(i < ORACLE_RLOCS, "too many RLOCs");
	MUST(i == *count || list[i].when < h->booted ||
	     now - list[i].when >= gap, "%s: %s again after %u ms", h->name,
	     what, (unsigned int)(now - list[i].when));
	*count += i == *count;
	list[i] = (struct oracle_sent){ h, *rloc, now };
}

static void check_request(struct oracle *o, const struct sim_host *h,
			  const struct action_send *snd,
			  const struct map_request *m)
{
	if (m->flags & MREQ_SMR)
		check_gap(o->solicited, &o->solicited_count, h, &snd->to, 3000,
			  "solicited");
	if (!(m->flags & MREQ_PROBE))
		return;
	MUST(addr_equal(&snd->from, &m->itr_rlocs[0]), "probe's source");
	MUST(snd->from.family == snd->to.family, "probe's family");
	MUST(m->itr_count == 1 && m->record_count == 1, "probe's lists");
	check_gap(o->probed, &o->probed_count, h, &snd->to, 1000, "probed");
}

/* --- authority --- */

#define LATELY	(180000 + 60000)	/* ms; RFC 9301 8.2, and a restart */

static void note_owned(struct oracle *o, const struct sim_host *h,
		       const struct eid *eid)
{
	size_t i = 0;

	while (i < o->owned_count && !(o->owned[i].host == h &&
				       eid_equal(&o->owned[i].eid, eid)))
		i++;
	MUST(i < ORACLE_OWNED, "too many prefixes");
	o->owned_count += i == o->owned_count;
	o->owned[i].host = h;
	o->owned[i].eid = *eid;
	o->owned[i].seen = h->sim->now;
}

/* Who is alive has what its configuration says. */
static void note_all_owned(struct oracle *o)
{
	struct sim *s = &o->w->sim;

	for (size_t i = 0; i < s->host_count; i++) {
		const struct xtr_config *x = s->hosts[i].cfg.xtr;

		for (size_t k = 0; s->hosts[i].node && x &&
		     k < x->database_count; k++)
			note_owned(o, &s->hosts[i], &x->database[k]);
	}
}

static bool has_owned(const struct oracle *o, const struct sim_host *h,
		      const struct eid *eid)
{
	for (size_t i = 0; i < o->owned_count; i++)
		if (o->owned[i].host == h && eid_equal(&o->owned[i].eid, eid))
			return o->owned[i].seen + LATELY >= o->w->sim.now;
	return false;
}

static void note_grant(struct oracle *o, const struct sim_host *to,
		       const struct map_record *r)
{
	struct oracle_grant *g = &o->grants[o->grant_count++ % ORACLE_GRANTS];
	struct sim *s = &o->w->sim;

	*g = (struct oracle_grant){
		.to = to,
		.eid = r->eid,
		.until = s->now + s->net.delay_max + r->ttl * 60000ull + 1000,
	};
	for (unsigned int k = 0; k < r->locator_count; k++) {
		const struct addr *a = &r->locators[k].addr;

		MUST(g->locator_count < PLANE_LOCATORS, "too many locators");
		MUST(has_owned(o, sim_host_of(s, a), &r->eid),
		     "a locator of nobody who has the prefix");
		g->locators[g->locator_count++] = *a;
	}
}

/* Nobody's word: they are those of this configuration, or of the last one for
 * a moment. */
static bool is_petrs(const struct sim_host *h, const struct plane_map *m)
{
	const struct xtr_config *x = h->cfg.xtr;

	for (size_t i = 0; i < x->petrs_count; i++)
		if (x->petrs[i].iid == m->eid.iid &&
		    x->petrs[i].count == m->locator_count &&
		    !memcmp(x->petrs[i].locators, m->locators,
			    m->locator_count * sizeof(m->locators[0])))
			return true;
	return false;
}

static bool grants(const struct oracle_grant *g, const struct plane_map *m)
{
	if (!eid_contains(&g->eid, &m->eid) ||
	    (m->expires > g->until && !m->stale_since))
		return false;
	if (m->petr)
		return !g->locator_count && is_petrs(g->to, m);
	for (unsigned int i = 0; i < m->locator_count; i++) {
		unsigned int k = 0;

		while (k < g->locator_count &&
		       !addr_equal(&g->locators[k], &m->locators[i].addr))
			k++;
		if (k == g->locator_count)
			return false;
	}
	return true;
}

static void check_authority(const struct oracle *o, const struct sim_host *h,
			    const struct plane_map *m)
{
	size_t n = o->grant_count < ORACLE_GRANTS ? o->grant_count :
		ORACLE_GRANTS;
	char text[EID_TEXT_MAX];
	bool found = false;

	for (size_t i = 0; i < n && !found; i++)
		found = o->grants[i].to == h && grants(&o->grants[i], m);
	MUST(found, "%s: nobody said %s, for so long", h->name,
	     eid_text(&m->eid, text));
}

/* --- the data planes --- */

static void check_loop(const struct sim_host *h, const struct plane_map *m)
{
	const struct xtr_config *x = h->cfg.xtr;

	for (size_t i = 0; i < x->database_count; i++)
		MUST(!eid_contains(&x->database[i], &m->eid),
		     "%s: a mapping of its own EIDs", h->name);
	for (unsigned int i = 0; i < m->locator_count; i++)
		MUST(sim_host_of(h->sim, &m->locators[i].addr) != h,
		     "%s: a mapping that leads to itself", h->name);
}

static void check_plane(struct oracle *o, struct sim_host *h)
{
	bool changed = o->sets[h - o->w->sim.hosts] != h->plane.sets;
	struct node_status st;
	size_t live = 0;

	for (size_t i = 0; i < PLANE_MAPS; i++) {
		const struct plane_map *m = &h->plane.maps[i];

		if (!m->present)
			continue;
		live += m->expires > h->sim->now + 1000;
		MUST(!m->stale_since ||
		     h->sim->now <= m->stale_since + 61000, "%s: still stale",
		     h->name);
		check_loop(h, m);
		if (changed)
			check_authority(o, h, m);
	}
	o->sets[h - o->w->sim.hosts] = h->plane.sets;

	/* The data plane counts in seconds, and may keep one up to that. */
	node_status(h->node, &st);
	MUST(st.cache_entries >= live &&
	     st.cache_entries <= plane_count(&h->plane),
	     "%s knows of %zu mappings of %zu", h->name,
	     (size_t)st.cache_entries, live);
}

static void check(struct sim *s)
{
	struct oracle *o = s->tap_arg;

	note_all_owned(o);
	for (size_t i = 0; i < s->host_count; i++)
		if (s->hosts[i].node && s->hosts[i].cfg.xtr)
			check_plane(o, &s->hosts[i]);
}

/* --- messages --- */

static void check_register(struct oracle *o, const struct sim_host *h,
			   const struct action_send *snd,
			   const struct lisp_msg *m)
{
	uint8_t key = m->reg.auth.key_id;
	size_t i = 0;

	while (i < o->registered_count &&
	       !(o->registered[i].host == h && o->registered[i].key == key &&
		 addr_equal(&o->registered[i].server, &snd->to)))
		i++;
	MUST(i < ORACLE_RLOCS, "too many servers");
	MUST(i == o->registered_count || m->reg.nonce > o->registered[i].nonce,
	     "%s: register nonce does not grow", h->name);
	o->registered_count += i == o->registered_count;
	o->registered[i].host = h;
	o->registered[i].key = key;
	o->registered[i].server = snd->to;
	o->registered[i].nonce = m->reg.nonce;
}

static void check_reply(struct oracle *o, const struct sim_host *h,
			const struct action_send *snd,
			const struct lisp_msg *m)
{
	const struct sim_host *to = sim_host_of(h->sim, &snd->to);

	for (unsigned int i = 0; i < m->reply.record_count; i++) {
		const struct map_record *r = &m->reply.records[i];

		MUST(r->authoritative == (h->cfg.xtr != NULL), "A bit");
		MUST(locators_sorted(r->locators, r->locator_count), "order");
		for (unsigned int k = 0; k < r->locator_count; k++)
			MUST(h->cfg.xtr || !(r->locators[k].flags &
			     (LOCATOR_LOCAL | LOCATOR_PROBED)), "L, p bits");
		if (!(m->reply.flags & MREP_PROBE))
			note_grant(o, to, r);
	}
}

static bool watch(struct sim *s, struct sim_host *from,
		  const struct action_send *snd)
{
	struct oracle *o = s->tap_arg;
	struct arena arena;
	struct lisp_msg m;

	arena_init(&arena, MSG_ARENA_CAP);
	o->checked++;
	MUST(snd->len <= 1280 - 28, "%zu octets", snd->len);
	MUST(!msg_parse(snd->data, snd->len, &arena, &m, NULL), "message");
	switch (m.type) {
	case MSG_TYPE_ECM:
		check_ecm(o, from, &m, &arena);
		break;
	case MSG_TYPE_MAP_REGISTER:
		check_register(o, from, snd, &m);
		break;
	case MSG_TYPE_MAP_REPLY:
		note_all_owned(o);
		check_reply(o, from, snd, &m);
		break;
	case MSG_TYPE_MAP_REQUEST:
		check_request(o, from, snd, &m.request);
		break;
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
	case MSG_TYPE_MAP_REFERRAL:
		break;
	}
	arena_free(&arena);
	return true;
}

void oracle_watch(struct oracle *o, struct world *w)
{
	memset(o, 0, sizeof(*o));
	o->w = w;
	w->sim.tap = watch;
	w->sim.tap_arg = o;
	w->sim.check = check;
}

void oracle_world(struct oracle *o, struct world *w, uint64_t seed,
		  const struct world_config *cfg)
{
	world_init(w, seed, cfg);
	oracle_watch(o, w);
	world_boot(w);
	MUST(sim_until(&w->sim, 60000, world_registered, w), "not registered");
	sim_run(&w->sim, 100);
}
