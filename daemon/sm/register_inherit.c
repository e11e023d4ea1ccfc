// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another configuration takes over: what a Map-Server has, and is still the
 * same, need not be said again before its time.
 *
 * An EID-prefix more moves all behind it from part to part, so the records are
 * compared: a part whose records are all registered is up, and goes when the
 * first of the parts that they were in would have.
 */
#include <string.h>

#include "sm/register_part.h"

static bool same_server(const struct register_server *a,
			const struct register_server *b)
{
	return addr_equal(&a->addr, &b->addr) && a->key.tag == b->key.tag &&
	       a->key.key_id == b->key.key_id &&
	       a->key.algorithm == b->key.algorithm &&
	       a->key.length == b->key.length &&
	       a->proxy_reply == b->proxy_reply &&
	       a->want_notify == b->want_notify && a->merge == b->merge;
}

static const struct register_peer *find_peer(const struct registrar *old,
					     const struct register_server *srv)
{
	for (size_t i = 0; i < old->peer_count; i++)
		if (same_server(old->peers[i].cfg, srv))
			return &old->peers[i];
	return NULL;
}

/* The part that EID number @eid is in. */
static const struct register_part *part_of(const struct register_peer *peer,
					   size_t eid)
{
	size_t low = 0, high = peer->part_count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (peer->parts[mid].first <= eid)
			low = mid;
		else
			high = mid;
	}
	return &peer->parts[low];
}

static bool is_registered(const struct register_part *p)
{
	return (p->state == REGISTER_UP || p->state == REGISTER_CHECKING ||
		p->state == REGISTER_BLIND) && heap_queued(&p->timer);
}

/* Like the part of @peer that has it now, or sooner. */
static void take_after(struct register_part *p, const struct register_part *q,
		       uint64_t *due)
{
	if (q->timer.due < *due)
		*due = q->timer.due;
	if (!p->notified || q->notified < p->notified)
		p->notified = q->notified;
	if (q->quick_until > p->quick_until)
		p->quick_until = q->quick_until;
}

static void inherit_part(struct registrar *r, struct register_part *p,
			 const struct registrar *old,
			 const struct register_peer *peer)
{
	struct register_part heir = *p;
	uint64_t due = UINT64_MAX;

	for (size_t i = p->first; i < p->first + p->count; i++) {
		const struct local_eid *l =
			database_find(old->db, &r->db->eids[i].eid);
		size_t k = l ? (size_t)(l - old->db->eids) : 0;

		if (!l || l->withdrawn || !is_registered(part_of(peer, k)))
			return;
		take_after(&heir, part_of(peer, k), &due);
		p->peer->records[i].refused = peer->records[k].refused;
	}
	p->notified = heir.notified;
	p->quick_until = heir.quick_until;
	p->state = p->peer->cfg->want_notify ? REGISTER_UP : REGISTER_BLIND;
	heap_update(&r->timers, &p->timer, due);
}

/* A server that was heard of lately has something of us, which times out unless
 * it is told in time what is new, be it only the key. */
static void inherit_heard(struct register_peer *heir,
			  const struct registrar *old)
{
	uint64_t heard = 0;

	for (size_t i = 0; i < old->peer_count; i++) {
		const struct register_peer *peer = &old->peers[i];

		if (!addr_equal(&peer->cfg->addr, &heir->cfg->addr))
			continue;
		for (size_t k = 0; k < peer->part_count; k++)
			if (peer->parts[k].heard > heard)
				heard = peer->parts[k].heard;
	}
	for (size_t k = 0; k < heir->part_count; k++)
		heir->parts[k].heard = heard;
}

void register_inherit(struct registrar *r, const struct registrar *old)
{
	for (size_t i = 0; i < r->peer_count; i++)
		inherit_heard(&r->peers[i], old);
	if (!database_same_mapping(r->db, old->db) ||
	    memcmp(&r->cfg->ids, &old->cfg->ids, sizeof(r->cfg->ids)))
		return;
	for (size_t i = 0; i < r->peer_count; i++) {
		struct register_peer *heir = &r->peers[i];
		const struct register_peer *peer = find_peer(old, heir->cfg);

		if (!peer)
			continue;
		heir->pace.start = peer->pace.start;
		for (size_t k = 0; k < heir->part_count; k++)
			inherit_part(r, &heir->parts[k], old, peer);
	}
}
