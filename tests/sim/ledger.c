// SPDX-License-Identifier: GPL-2.0-or-later
/* See ledger.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"

#define MUST(cond, ...) do { \
	if (!(cond)) { \
		fprintf(stderr, "# ledger: " __VA_ARGS__); \
		fprintf(stderr, ": !(%s), seed %lu\n", #cond, seed_now); \
		abort(); \
	} \
} while (0)

static unsigned long seed_now;		/* for these words */

/* --- whose is it --- */

static const struct site *site_of(const struct world *w, const struct eid *eid)
{
	const struct site *best = NULL;
	unsigned int len = 0;

	for (size_t i = 0; i < w->msc.site_count; i++) {
		const struct site *s = &w->msc.sites[i];

		for (size_t k = 0; k < s->eid_count; k++) {
			const struct eid *e = &s->eids[k].eid;

			if (eid_contains(e, eid) &&
			    (!best || e->prefix.len > len)) {
				best = s;
				len = e->prefix.len;
			}
		}
	}
	return best;
}

static const struct site *named_site(const struct world *w,
				     const struct map_register *m)
{
	const struct site *s = NULL;

	for (unsigned int i = 0; i < m->record_count && !s; i++)
		s = site_of(w, &m->records[i].eid);
	return s;
}

static bool is_dated(const struct sm_key *k, uint64_t wall)
{
	return wall < k->not_before || (k->not_after && wall > k->not_after);
}

static const struct sm_key *key_used(const struct world *w,
				     const struct site *s,
				     const struct packet *pkt,
				     const struct map_register *m)
{
	uint64_t wall = SIM_WALL + w->sim.now / 1000;

	for (size_t i = 0; i < s->key_count; i++) {
		const struct sm_key *k = &s->keys[i];

		if (k->key_id == m->auth.key_id && !is_dated(k, wall) &&
		    !auth_verify(k->key, pkt->data, pkt->len, &m->auth,
				 AUTH_COVER_ENTIRE))
			return k;
	}
	return NULL;
}

static unsigned int who_is(struct ledger_book *b, const struct site_ids *ids)
{
	unsigned int i = 0;

	while (i < b->who_count &&
	       (memcmp(b->who[i].ids.xtr_id, ids->xtr_id, 16) ||
		b->who[i].ids.site_id != ids->site_id))
		i++;
	MUST(i < LEDGER_REGISTRANTS, "too many registrants");
	if (i == b->who_count)
		b->who[b->who_count++].ids = *ids;
	return i;
}

/* Is the nonce a new one?  Then it is the last one. */
static bool is_new(struct ledger_book *b, unsigned int who, uint64_t tag,
		   uint64_t nonce)
{
	size_t n = b->who[who].last_count, i = 0;

	while (i < n && b->who[who].last[i].tag != tag)
		i++;
	MUST(i < 4, "too many keys");
	if (i < n && nonce <= b->who[who].last[i].nonce)
		return false;
	b->who[who].last_count += i == n;
	b->who[who].last[i].tag = tag;
	b->who[who].last[i].nonce = nonce;
	return true;
}

/* --- what it changes --- */

static struct ledger_row *row_of(struct ledger_book *b, const struct eid *eid)
{
	size_t i = 0;

	while (i < b->row_count && !eid_equal(&b->rows[i].eid, eid))
		i++;
	MUST(i < LEDGER_ROWS, "too many EID-prefixes");
	if (i == b->row_count)
		b->rows[b->row_count++].eid = *eid;
	return &b->rows[i];
}

static void write_down(struct ledger *l, unsigned int who,
		       const struct map_register *m,
		       const struct map_record *r)
{
	struct ledger_part *p = &row_of(&l->book, &r->eid)->parts[who];
	uint64_t now = l->w->sim.now;

	*p = (struct ledger_part){
		.there = r->ttl != 0,
		.merge = m->flags & MREG_MERGE,
		.ttl = r->ttl,
		.expires = now + (m->flags & MREG_USE_TTL ?
				  r->ttl * 60000ull : 180000),
		.order = l->book.accepted,
	};
	for (unsigned int i = 0; i < r->locator_count; i++) {
		MUST(i < LEDGER_LOCATORS, "too many locators");
		p->locators[p->locator_count++] = r->locators[i].addr;
	}
	l->book.records += p->there;
}

static bool accept_message(struct ledger *l, const struct packet *pkt,
			   const struct map_register *m)
{
	const struct site *s = named_site(l->w, m);
	const struct sm_key *k = s ? key_used(l->w, s, pkt, m) : NULL;
	unsigned int who;

	if (!k)
		return false;
	MUST(m->flags & MREG_IDS, "no IDs");
	who = who_is(&l->book, &m->ids);
	if (!is_new(&l->book, who, k->tag, m->nonce))
		return false;
	l->book.accepted++;
	for (unsigned int i = 0; i < m->record_count; i++)
		if (site_of(l->w, &m->records[i].eid) == s)
			write_down(l, who, m, &m->records[i]);
	return true;
}

/* What was over at @at is gone. */
static void end_what_is_over(struct ledger_book *b, uint64_t at)
{
	for (size_t i = 0; i < b->row_count; i++)
		for (size_t k = 0; k < LEDGER_REGISTRANTS; k++)
			b->rows[i].parts[k].there &=
				b->rows[i].parts[k].expires > at;
}

static void hear(struct sim *s, struct sim_host *to, const struct packet *pkt,
		 const struct lisp_msg *m)
{
	struct ledger *l = s->heard_arg;

	if (to != l->w->ms)
		return;
	/* What ends in this very moment may be there still. */
	end_what_is_over(&l->book, s->now - 1);
	if (m->type != MSG_TYPE_MAP_REGISTER)
		return;
	l->before = l->book;
	l->sequence = store_memory_ops.sequence(to->store);
	if (!accept_message(l, pkt, &m->reg)) {
		l->book = l->before;
		l->book.refused++;
	}
}

void ledger_died(struct ledger *l)
{
	if (store_durable(l->w->ms->store) <= l->sequence &&
	    store_memory_ops.sequence(l->w->ms->store) > l->sequence)
		l->book = l->before;
}

/* --- what is there --- */

/* The part that comes after the one of @order; NULL: none. */
static const struct ledger_part *older(const struct ledger_row *row,
				       uint64_t order, size_t *who)
{
	const struct ledger_part *best = NULL;

	for (size_t k = 0; k < LEDGER_REGISTRANTS; k++) {
		const struct ledger_part *p = &row->parts[k];

		if (p->there && p->order < order &&
		    (!best || p->order > best->order)) {
			best = p;
			*who = k;
		}
	}
	return best;
}

static bool has_locator(const struct ledger_part *p, const struct addr *a)
{
	for (unsigned int i = 0; i < p->locator_count; i++)
		if (addr_equal(&p->locators[i], a))
			return true;
	return false;
}

static void compare_part(const struct ledger *l, const struct ledger_part *p,
			 size_t who, const struct registration *r,
			 const char *eid)
{
	const struct site_ids *ids = &l->book.who[who].ids;

	MUST(!memcmp(r->by->who.ids.xtr_id, ids->xtr_id, 16) &&
	     r->by->who.ids.site_id == ids->site_id, "%s: by another", eid);
	MUST(r->expires == p->expires, "%s: ends at another time", eid);
	MUST(r->by->merge == p->merge, "%s: merge", eid);
	MUST(r->rec->locator_count == p->locator_count, "%s: locators", eid);
	for (unsigned int i = 0; i < p->locator_count; i++)
		MUST(has_locator(p, &r->rec->locators[i].addr),
		     "%s: another's locator", eid);
}

/* All registrants of the row, the last one first.  How many. */
static unsigned int compare_row(struct ledger *l, const struct ledger_row *row)
{
	const struct store_entry *e;
	const struct registration *r;
	const struct ledger_part *p;
	char text[EID_TEXT_MAX];
	uint64_t order = UINT64_MAX;
	unsigned int n = 0;
	struct store_entry room;
	size_t who;

	eid_text(&row->eid, text);
	e = store_memory_ops.find(l->w->ms->store, &row->eid, &room);
	r = e ? e->regs : NULL;
	for (p = older(row, order, &who); p; p = older(row, order, &who)) {
		MUST(r, "%s: a registration is lost", text);
		compare_part(l, p, who, r, text);
		order = p->order;
		r = r->next;
		n++;
	}
	MUST(!r, "%s: registered for no reason", text);
	return n;
}

static void compare(struct sim *s)
{
	struct ledger *l = s->heard_arg;
	struct sim_host *ms = l->w->ms;
	size_t n = 0;

	/* Not while it is about to end what is over. */
	if (!ms->node || node_due(ms->node) <= s->now)
		return;
	end_what_is_over(&l->book, s->now);
	for (size_t i = 0; i < l->book.row_count; i++)
		n += compare_row(l, &l->book.rows[i]);
	MUST(store_registrations(ms->store) == n, "more than was registered");
	l->compared++;
}

unsigned int ledger_registrants(const struct ledger *l, const struct eid *eid)
{
	unsigned int n = 0;

	for (size_t i = 0; i < l->book.row_count; i++)
		for (size_t k = 0; k < LEDGER_REGISTRANTS &&
		     eid_equal(&l->book.rows[i].eid, eid); k++)
			n += l->book.rows[i].parts[k].there;
	return n;
}

/* --- what is said --- */

/* The parts of what the row maps to: the first one, the one after @p. */
static const struct ledger_part *next_part(const struct ledger_row *row,
					   const struct ledger_part *p)
{
	size_t who;
	const struct ledger_part *last = older(row, UINT64_MAX, &who);

	if (!p)
		return last;
	while (last->merge && (p = older(row, p->order, &who)) != NULL)
		if (p->merge)
			return p;
	return NULL;
}

static bool maps_to(const struct ledger_row *row, const struct addr *a)
{
	const struct ledger_part *p = NULL;

	while ((p = next_part(row, p)) != NULL)
		if (has_locator(p, a))
			return true;
	return false;
}

static bool record_has(const struct map_record *r, const struct addr *a)
{
	for (unsigned int i = 0; i < r->locator_count; i++)
		if (addr_equal(&r->locators[i].addr, a))
			return true;
	return false;
}

/* Everything that the row maps to is in @r. */
static bool says_all(const struct ledger_row *row, const struct map_record *r)
{
	const struct ledger_part *p = NULL;

	while ((p = next_part(row, p)) != NULL)
		for (unsigned int i = 0; i < p->locator_count; i++)
			if (!record_has(r, &p->locators[i]))
				return false;
	return true;
}

static uint32_t shortest_ttl(const struct ledger_row *row)
{
	const struct ledger_part *p = NULL;
	uint32_t ttl = UINT32_MAX;

	while ((p = next_part(row, p)) != NULL)
		if (p->ttl < ttl)
			ttl = p->ttl;
	return ttl;
}

static const struct ledger_row *find_row(const struct ledger *l,
					 const struct eid *eid)
{
	for (size_t i = 0; i < l->book.row_count; i++)
		if (eid_equal(&l->book.rows[i].eid, eid))
			return &l->book.rows[i];
	return NULL;
}

/* Nothing is registered above or beneath it. */
static void check_hole(const struct ledger *l, const struct eid *eid,
		       const char *text)
{
	for (size_t i = 0; i < l->book.row_count; i++) {
		const struct eid *e = &l->book.rows[i].eid;

		MUST(!ledger_registrants(l, e) ||
		     (!eid_contains(e, eid) && !eid_contains(eid, e)),
		     "%s: said to be a hole", text);
	}
}

/* The TTL it must have; UINT32_MAX: any. */
static uint32_t check_record(const struct ledger *l, const struct map_record *r)
{
	const struct ledger_row *row = find_row(l, &r->eid);
	char text[EID_TEXT_MAX];

	eid_text(&r->eid, text);
	if (!r->locator_count) {
		check_hole(l, &r->eid, text);
		return UINT32_MAX;
	}
	MUST(row, "%s: not registered", text);
	for (unsigned int i = 0; i < r->locator_count; i++)
		MUST(maps_to(row, &r->locators[i].addr),
		     "%s: answered with a locator it has not", text);
	MUST(says_all(row, r), "%s: answered without a locator it has", text);
	return shortest_ttl(row);
}

/* All records of it live as long. */
static void check_reply(const struct ledger *l, const struct map_reply *m)
{
	uint32_t ttl = UINT32_MAX;

	for (unsigned int i = 0; i < m->record_count; i++) {
		uint32_t of_record = check_record(l, &m->records[i]);

		if (of_record < ttl)
			ttl = of_record;
	}
	for (unsigned int i = 0; i < m->record_count; i++)
		MUST(ttl == UINT32_MAX || m->records[i].ttl == ttl,
		     "a TTL of %u and not %u", m->records[i].ttl, ttl);
}

static bool listen(struct sim *s, struct sim_host *from,
		   const struct action_send *snd)
{
	struct ledger *l = s->heard_arg;
	struct arena arena;
	struct lisp_msg m;

	if (from != l->w->ms || snd->type != MSG_TYPE_MAP_REPLY)
		return true;
	arena_init(&arena, MSG_ARENA_CAP);
	MUST(!msg_parse(snd->data, snd->len, &arena, &m, NULL), "message");
	check_reply(l, &m.reply);
	l->replies++;
	arena_free(&arena);
	return true;
}

void ledger_watch(struct ledger *l, struct world *w)
{
	memset(l, 0, sizeof(*l));
	l->w = w;
	seed_now = (unsigned long)w->sim.seed;
	w->sim.heard = hear;
	w->sim.heard_arg = l;
	w->sim.tap = listen;
	w->sim.check = compare;
}
