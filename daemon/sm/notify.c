// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Map-Notifies, as the ETR receives them (RFC 9301 5.7).
 *
 * One whose nonce is among the last of a part acknowledges that part; its
 * records say what was accepted.  Any other is unsolicited: it must come from
 * a Map-Server of ours, and once verified is acknowledged with a
 * Map-Notify-Ack, again when it is repeated.  Nothing is believed, logged as
 * a fact or answered before the MAC has been checked.
 */
#include "sm/register_part.h"

/* Which message of the part it was, counted from 1; 0: none of the last. */
static unsigned int part_message(const struct register_part *p, uint64_t nonce)
{
	unsigned int n = p->sent < REGISTER_NONCES ? p->sent : REGISTER_NONCES;

	for (unsigned int i = p->sent - n; i < p->sent; i++)
		if (p->nonces[i % REGISTER_NONCES] == nonce)
			return i + 1;
	return 0;
}

static struct register_part *find_part(const struct registrar *r,
				       uint64_t nonce)
{
	for (size_t i = 0; i < r->peer_count; i++)
		for (size_t k = 0; k < r->peers[i].part_count; k++)
			if (part_message(&r->peers[i].parts[k], nonce))
				return &r->peers[i].parts[k];
	return NULL;
}

static struct register_peer *find_peer(const struct registrar *r,
				       const struct addr *a)
{
	for (size_t i = 0; i < r->peer_count; i++)
		if (addr_equal(&r->peers[i].cfg->addr, a))
			return &r->peers[i];
	return NULL;
}

static bool verified(struct registrar *r, const struct register_peer *peer,
		     const struct packet *pkt, const struct map_notify *m,
		     struct actions *acts)
{
	if (!r->ops->verify(r->ops->arg, &peer->cfg->key, pkt->data, pkt->len,
			    &m->auth))
		return true;

	r->counters[REGISTER_BAD_AUTH]++;
	action_log_peer(acts, LOG_NOTIFY_AUTH, &pkt->from, NULL, m->nonce);
	return false;
}

static bool has_record(const struct map_notify *m, const struct eid *eid)
{
	for (unsigned int i = 0; i < m->record_count; i++)
		if (!m->records[i].foreign && eid_equal(&m->records[i].eid,
							eid))
			return true;
	return false;
}

/* What we registered and the Map-Notify leaves out was refused. */
static void note_refused(struct registrar *r, struct register_part *p,
			 const struct map_notify *m, struct actions *acts)
{
	for (size_t i = p->first; i < p->first + p->count; i++) {
		const struct local_eid *l = &r->db->eids[i];
		struct register_record *rr = &p->peer->records[i];
		bool refused = !l->withdrawn && !has_record(m, &l->eid);

		if (refused && !rr->refused)
			action_log_peer(acts, LOG_REGISTER_REFUSED,
					&p->peer->cfg->addr, &l->eid,
					m->nonce);
		r->counters[REGISTER_REFUSED] += refused;
		rr->refused = refused;
	}
}

/* A Map-Notify that was acknowledged before, or that was sent again by
 * somebody who recorded it, must not look like a sign of life. */
static void on_ack(struct registrar *r, struct register_part *p, uint64_t now,
		   const struct map_notify *m, struct actions *acts)
{
	if (part_message(p, m->nonce) <= p->settled) {
		r->counters[REGISTER_DUPLICATE]++;
		return;
	}

	p->settled = p->sent;
	r->counters[REGISTER_NOTIFIED]++;
	p->notified = p->heard = now;
	note_refused(r, p, m, acts);
	if (p->withdrawals && !register_settle(r, p, now, acts))
		return;
	register_step(r, p, REGISTER_ON_NOTIFY, now, acts);
}

/* The same fields, signed anew (RFC 9301 5.7). */
static void send_ack(struct registrar *r, const struct register_peer *peer,
		     const struct packet *pkt, const struct map_notify *m,
		     struct actions *acts)
{
	struct lisp_msg ack = { .type = MSG_TYPE_MAP_NOTIFY_ACK, .notify = *m };
	uint8_t *data;
	size_t len;

	ack.notify.ack = true;
	ack.notify.flags = 0;
	ack.notify.auth.data = NULL;
	data = action_build(acts, &ack, &len);
	if (!data || r->ops->sign(r->ops->arg, &peer->cfg->key, data, len)) {
		r->counters[REGISTER_FAILED]++;
		return;
	}

	action_send(acts, &pkt->to, &pkt->from, LISP_CONTROL_PORT, data, len);
	r->counters[REGISTER_ACKED]++;
}

static void on_unsolicited(struct registrar *r, struct register_peer *peer,
			   uint64_t now, const struct packet *pkt,
			   const struct map_notify *m, struct actions *acts)
{
	if (!bucket_take(&peer->verify, now)) {
		r->counters[REGISTER_LIMITED]++;
		return;
	}
	if (!verified(r, peer, pkt, m, acts))
		return;

	r->counters[REGISTER_UNSOLICITED]++;
	send_ack(r, peer, pkt, m, acts);
	if (peer->any_unsolicited && peer->unsolicited == m->nonce)
		return;

	peer->any_unsolicited = true;
	peer->unsolicited = m->nonce;
	for (unsigned int i = 0; i < m->record_count; i++)
		action_log_peer(acts, LOG_NOTIFY_CHANGE, &pkt->from,
				&m->records[i].eid,
				m->records[i].locator_count);
}

void register_on_notify(struct registrar *r, uint64_t now,
			const struct packet *pkt, const struct map_notify *m,
			struct actions *acts)
{
	struct register_part *p = find_part(r, m->nonce);
	struct register_peer *peer;

	if (p) {
		if (verified(r, p->peer, pkt, m, acts))
			on_ack(r, p, now, m, acts);
		return;
	}

	peer = find_peer(r, &pkt->from);
	if (peer) {
		on_unsolicited(r, peer, now, pkt, m, acts);
		return;
	}

	r->counters[REGISTER_BAD_NONCE]++;
	action_log_peer(acts, LOG_NOTIFY_NONCE, &pkt->from, NULL, m->nonce);
}
