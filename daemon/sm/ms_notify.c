// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unsolicited Map-Notifies (RFC 9301 5.7): when a mapping changes because of
 * one registrant, others of it that set M are told: who has a part in the
 * merged locator set, whose registration is no longer what is answered, as the
 * EID has moved, and whose is again, as the later one is over.
 *
 * Each message is sent up to seven times, 3, 3, 3, 6, 12, 24 seconds apart,
 * until a Map-Notify-Ack with its nonce and a valid MAC comes.  Later news of
 * an EID for the same registrant takes the place of earlier, and so does a
 * registration of its own, as the Map-Notify that answers it says what holds.
 * A site has no more than its share of those outstanding, and a part of that
 * for itself, whatever others do.
 *
 * Nonces are random: who has not seen a Map-Notify cannot make us look at a MAC
 * of its acknowledgement, and who has, for one that is wrong, not often.
 */
#include <stdlib.h>
#include <string.h>

#include "sm/ms_part.h"
#include "sm/reply.h"
#include "sm/util.h"

static const unsigned int gaps[] = {
	3000, 3000, 3000, 6000, 12000, 24000, 24000,
};

#define BAD_ACKS_MAX	4	/* MACs looked at for each time it was sent */

struct pending {
	struct hash_node node;		/* by nonce */
	struct hash_node told;		/* by EID and registrant */
	struct heap_node timer;
	uint64_t nonce;
	struct registrant who;
	size_t site;			/* of the configuration */
	struct eid eid;
	struct addr from;
	struct addr to;
	const struct sm_key *key;
	unsigned int sent;
	unsigned int bad_acks;		/* since */
	uint64_t after;			/* what it says is on record then */
	size_t len;
	uint8_t data[];
};

/* What a site has for itself: its part of a half of all. */
static unsigned int own_share(const struct ms *ms)
{
	const struct ms_limits *l = &ms->cfg->limits;
	size_t part = l->notifies / 2 / (ms->cfg->site_count + 1);

	return part < l->notifies_of_site ? (unsigned int)part :
					    l->notifies_of_site;
}

static void count_up(struct ms *ms, size_t site)
{
	if (ms->outstanding[site]++ >= own_share(ms))
		ms->beyond++;
}

static void count_down(struct ms *ms, size_t site)
{
	if (--ms->outstanding[site] >= own_share(ms))
		ms->beyond--;
}

static void pending_del(struct ms *ms, struct pending *p)
{
	hash_del(&ms->notifies, &p->node);
	hash_del(&ms->told, &p->told);
	count_down(ms, p->site);
	heap_del(&ms->timers, &p->timer);
	free(p);
}

void ms_notify_free(struct ms *ms)
{
	struct hash_node *n;

	while (ms->notifies.count &&
	       (n = hash_walk_first(&ms->notifies)) != NULL)
		pending_del(ms, container_of(n, struct pending, node));
}

static uint64_t told_hash(const struct ms *ms, const struct eid *eid,
			  const struct registrant *who)
{
	uint8_t key[LIMIT_KEY_SIZE + sizeof(who->ids)];
	size_t len = limit_key(key, &who->source, eid);

	memcpy(key + len, &who->ids, sizeof(who->ids));
	return hash_key(&ms->told, key, len + sizeof(who->ids));
}

void ms_notify_drop(struct ms *ms, const struct eid *eid,
		    const struct registrant *who)
{
	struct hash_node *n, *next;

	if (!ms->told.count)
		return;
	for (n = hash_first(&ms->told, told_hash(ms, eid, who)); n; n = next) {
		struct pending *p = container_of(n, struct pending, told);

		next = hash_next(n);
		if (eid_equal(&p->eid, eid) && registrant_equal(&p->who, who))
			pending_del(ms, p);
	}
}

static void pending_send(struct ms *ms, struct pending *p, uint64_t now,
			 struct actions *acts)
{
	const uint8_t *data = arena_copy(acts->arena, p->data, p->len);

	heap_update(&ms->timers, &p->timer, now + gaps[p->sent++]);
	p->bad_acks = 0;
	if (!data)
		return;
	action_send_after(acts, &p->from, &p->to, LISP_CONTROL_PORT, data,
			  p->len, p->after);
	ms->counters[MS_UNSOLICITED]++;
}

static uint8_t *build(struct ms *ms, const struct registration *reg,
		      struct map_record *rec, uint64_t nonce,
		      struct actions *acts, size_t *len)
{
	const struct sm_key *key = reg->by->key;
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_NOTIFY,
		.notify = {
			.nonce = nonce,
			.auth = {
				.key_id = key->key_id,
				.algorithm = key->algorithm,
				.data_len = auth_data_len(key->algorithm,
							  key->length),
			},
			.records = rec,
			.record_count = 1,
		},
	};
	uint8_t *data = action_build(acts, &m, len);

	if (!data || ms->ops->sign(ms->ops->arg, key, data, *len))
		return NULL;
	return data;
}

/* In the site's own share; or beyond, where what is left is for all. */
static bool room_for(const struct ms *ms, size_t site)
{
	const struct ms_limits *l = &ms->cfg->limits;
	unsigned int own = own_share(ms);

	return ms->outstanding[site] < own ||
	       (ms->outstanding[site] < l->notifies_of_site &&
		ms->beyond < l->notifies - own * ms->cfg->site_count);
}

static void pending_add(struct ms *ms, struct pending *p)
{
	hash_add(&ms->notifies, &p->node,
		 hash_key(&ms->notifies, &p->nonce, sizeof(p->nonce)));
	hash_add(&ms->told, &p->told, told_hash(ms, &p->eid, &p->who));
	count_up(ms, p->site);
}

static struct pending *pending_new(struct ms *ms, const struct eid *eid,
				   const struct registration *reg, size_t site,
				   uint64_t nonce, const uint8_t *data,
				   size_t len)
{
	struct pending *p = calloc(1, sizeof(*p) + len);

	if (!p)
		return NULL;
	p->nonce = nonce;
	p->who = reg->by->who;
	p->site = site;
	p->eid = *eid;
	p->from = reg->by->local;
	p->to = reg->by->source;
	p->key = reg->by->key;
	p->after = ms->ops->store->sequence(ms->ops->store_arg);
	p->len = len;
	memcpy(p->data, data, len);
	heap_node_init(&p->timer);
	pending_add(ms, p);
	return p;
}

static void tell(struct ms *ms, uint64_t now, const struct eid *eid,
		 const struct registration *reg, struct map_record *rec,
		 struct actions *acts)
{
	const struct site_ref *ref = ms_site_of(ms, eid);
	size_t site = ref ? (size_t)(ref->site - ms->cfg->sites) : 0;
	uint64_t nonce = ms->ops->random(ms->ops->arg);
	struct pending *p;
	uint8_t *data;
	size_t len;

	ms_notify_drop(ms, eid, &reg->by->who);
	if (!ref || !room_for(ms, site)) {
		ms->counters[MS_UNSOLICITED_LOST]++;
		return;
	}

	data = build(ms, reg, rec, nonce, acts, &len);
	p = data ? pending_new(ms, eid, reg, site, nonce, data, len) : NULL;
	if (p)
		pending_send(ms, p, now, acts);
}

/* Another registration is answered, with other locators than @r has. */
static bool displaced(const struct store_entry *e,
		      const struct registration *r)
{
	return !r->by->merge && !registration_same_locators(r, e->regs);
}

void ms_notify_others(struct ms *ms, uint64_t now, const struct store_entry *e,
		      const struct registrant *except, struct actions *acts)
{
	struct map_record rec;

	if (ms_entry_record(e, &e->eid, NULL, acts->arena, &rec))
		return;

	for (const struct registration *r = e->regs; r;
	     r = registration_next(r)) {
		if (!r->by->want_notify ||
		    registrant_equal(&r->by->who, except))
			continue;
		if (displaced(e, r))
			ms->counters[MS_MOVED]++;
		else if (!r->by->merge && r != e->regs)
			continue;
		tell(ms, now, &e->eid, r, &rec, acts);
	}
}

/* --- another configuration --- */

/* Under this site: the key that it is signed with, NULL. */
static const struct sm_key *key_under(const struct ms *ms,
				      const struct site *site,
				      const struct pending *p)
{
	const struct site_ref *ref = ms_site_of(ms, &p->eid);
	const struct sm_key *key = site ? ms_key_of(site, p->key->tag) : NULL;

	if (!key || !ref || ref->site != site ||
	    !ms_site_allows(ref, &p->eid) ||
	    ms_is_delegated(ms, ref, &p->eid) ||
	    key->key_id != p->key->key_id)
		return NULL;
	return key;
}

static void move(struct ms *ms, struct ms *old, struct pending *p,
		 const struct site *site, const struct sm_key *key)
{
	const uint64_t due = p->timer.due;

	hash_del(&old->notifies, &p->node);
	hash_del(&old->told, &p->told);
	heap_del(&old->timers, &p->timer);
	count_down(old, p->site);
	p->site = (size_t)(site - ms->cfg->sites);
	p->key = key;
	pending_add(ms, p);
	heap_add(&ms->timers, &p->timer, due);
}

void ms_notify_inherit(struct ms *ms, struct ms *old,
		       const struct site *const *heirs)
{
	struct hash_node *n, *next;

	for (n = hash_walk_first(&old->notifies); n; n = next) {
		struct pending *p = container_of(n, struct pending, node);
		const struct site *site = heirs[p->site];
		const struct sm_key *key = key_under(ms, site, p);

		next = hash_walk_next(&old->notifies, n);
		if (key)
			move(ms, old, p, site, key);
		else
			ms->counters[MS_UNSOLICITED_LOST]++;
	}
}

/* --- time, answers --- */

bool ms_notify_on_time(struct ms *ms, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&ms->timers, now);
	struct pending *p;

	if (!n)
		return false;

	p = container_of(n, struct pending, timer);
	if (p->sent < ARRAY_SIZE(gaps)) {
		pending_send(ms, p, now, acts);
		return true;
	}

	ms->counters[MS_UNSOLICITED_LOST]++;
	action_log_peer(acts, LOG_NOTIFY_UNACKED, &p->to, &p->eid, p->nonce);
	pending_del(ms, p);
	return true;
}

static struct pending *find_pending(const struct ms *ms, uint64_t nonce)
{
	uint64_t hash = hash_key(&ms->notifies, &nonce, sizeof(nonce));
	struct hash_node *n;

	for (n = hash_first(&ms->notifies, hash); n; n = hash_next(n)) {
		struct pending *p = container_of(n, struct pending, node);

		if (p->nonce == nonce)
			return p;
	}
	return NULL;
}

static bool is_acked_by(const struct ms *ms, struct pending *p,
			const struct packet *pkt, const struct map_notify *m)
{
	if (p->bad_acks == BAD_ACKS_MAX)
		return false;
	if (!ms->ops->verify(ms->ops->arg, p->key, pkt->data, pkt->len,
			     &m->auth))
		return true;
	p->bad_acks++;
	return false;
}

/* Surplus acks are nobody's fault: counted, not logged (ambiguity B4). */
void ms_on_ack(struct ms *ms, const struct packet *pkt,
	       const struct map_notify *m, struct actions *acts)
{
	struct pending *p = find_pending(ms, m->nonce);

	if (!p || !is_acked_by(ms, p, pkt, m)) {
		ms->counters[MS_BAD_ACK]++;
		return;
	}

	ms->counters[MS_UNSOLICITED_ACKED]++;
	pending_del(ms, p);
}
