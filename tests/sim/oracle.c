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
		MUST(now - o->asked[i].when >= 1000,
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

static void check_probe(struct oracle *o, const struct sim_host *h,
			const struct action_send *snd,
			const struct map_request *m)
{
	uint64_t now = h->sim->now;
	size_t i = 0;

	if (!(m->flags & MREQ_PROBE))
		return;
	MUST(addr_equal(&snd->from, &m->itr_rlocs[0]), "probe's source");
	MUST(snd->from.family == snd->to.family, "probe's family");
	MUST(m->itr_count == 1 && m->record_count == 1, "probe's lists");
	while (i < o->probed_count && !(o->probed[i].host == h &&
					addr_equal(&o->probed[i].rloc,
						   &snd->to)))
		i++;
	MUST(i < ORACLE_RLOCS, "too many RLOCs");
	if (i < o->probed_count)
		MUST(now - o->probed[i].when >= 1000, "probed again after %u",
		     (unsigned int)(now - o->probed[i].when));
	else
		o->probed_count++;
	o->probed[i].host = h;
	o->probed[i].rloc = snd->to;
	o->probed[i].when = now;
}

static void check_register(struct oracle *o, const struct sim_host *h,
			   const struct lisp_msg *m)
{
	uint64_t *last = &o->registered[h - o->w->sim.hosts];

	MUST(m->reg.nonce > *last, "%s: register nonce does not grow",
	     h->name);
	*last = m->reg.nonce;
}

static void check_reply(const struct sim_host *h, const struct lisp_msg *m)
{
	for (unsigned int i = 0; i < m->reply.record_count; i++) {
		const struct map_record *r = &m->reply.records[i];

		MUST(r->authoritative == (h->cfg.xtr != NULL), "A bit");
		MUST(locators_sorted(r->locators, r->locator_count), "order");
		for (unsigned int k = 0; k < r->locator_count; k++)
			MUST(h->cfg.xtr || !(r->locators[k].flags &
			     (LOCATOR_LOCAL | LOCATOR_PROBED)), "L, p bits");
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
		check_register(o, from, &m);
		break;
	case MSG_TYPE_MAP_REPLY:
		check_reply(from, &m);
		break;
	case MSG_TYPE_MAP_REQUEST:
		check_probe(o, from, snd, &m.request);
		break;
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
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
}
