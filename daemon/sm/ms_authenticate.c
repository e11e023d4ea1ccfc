// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whose a Map-Register is (RFC 9301 5.6, 8.2; spec 02 5.4): the half of taking
 * it that reads nothing but the message and the configuration, so that as many
 * threads as there are desks do it at a time.
 *
 * Nothing of the message is used but its first EID (to find the site and with
 * it the key) before the MAC over the whole of it holds.
 *
 * Limits.  A source address is nobody's word, so none of them can be used up
 * in an ETR's name: MACs are computed within a budget of the site named, which
 * nobody else can use, and beyond that within one of all sites together.  So
 * whoever forges in the name of some sites, if of all but one, takes nothing
 * from the others.  Refusals are charged to their source, for which they only
 * cease to be logged.
 */
#include <string.h>

#include "sm/ms_part.h"

void ms_log_refusal(struct actions *acts, enum log_event event,
		    const struct packet *pkt, const struct site *site,
		    uint64_t nonce, const struct eid *eid)
{
	struct action_log *l = action_log(acts, event);

	l->peer = pkt->from;
	l->site = site ? site->name : NULL;
	l->number = nonce;
	if (eid) {
		l->eid = *eid;
		l->has_eid = true;
	}
}

/* One Map-Register of which nobody knows yet whose it is. */
struct claim {
	const struct ms *ms;
	struct ms_desk *desk;
	uint64_t now;
	const struct packet *pkt;
	const struct map_register *msg;
	struct actions *acts;
	struct ms_proof *proof;
	bool dated;			/* a key fits but is not valid now */
};

static struct site_desk *site_desk(const struct claim *c)
{
	return &c->desk->sites[c->proof->site - c->ms->cfg->sites];
}

/* Before the message has proven anything. */
static bool reject(const struct claim *c, enum site_refusal why,
		   enum ms_counter counter, enum log_event event)
{
	const struct addr *from = &c->pkt->from;

	if (c->proof->site)
		counter_up(&site_desk(c)->refused[why]);
	counter_up(&c->desk->counters[counter]);
	if (limit_take_source(&c->desk->failures, from, c->now))
		ms_log_refusal(c->acts, event, c->pkt, c->proof->site,
			    c->msg->nonce, &c->msg->records[0].eid);
	return false;
}

/* The site of the first record that is of a site at all: one MAC per message,
 * whatever it contains. */
static bool find_site(const struct claim *c)
{
	for (unsigned int i = 0; i < c->msg->record_count; i++) {
		const struct site_ref *ref =
			ms_site_of(c->ms, &c->msg->records[i].eid);

		if (ref) {
			c->proof->site = ref->site;
			return true;
		}
	}
	return false;
}

static bool may_verify(const struct claim *c)
{
	return bucket_take(&site_desk(c)->verify, c->now) ||
	       bucket_take(&c->desk->verify, c->now);
}

/* With a coverage of its own, to know which one it was that held. */
static bool verify(const struct claim *c, const struct sm_key *key,
		   enum auth_coverage coverage)
{
	const struct sm_ops *ops = c->desk->ops;
	struct sm_key k = *key;

	if (key->coverage != coverage && key->coverage != AUTH_COVER_EITHER)
		return false;
	k.coverage = coverage;
	return !ops->verify(ops->arg, &k, c->pkt->data, c->pkt->len,
			    &c->msg->auth);
}

static bool may_use(struct claim *c, const struct sm_key *key)
{
	const struct wire_auth *auth = &c->msg->auth;

	if (key->key_id != auth->key_id || key->algorithm != auth->algorithm)
		return false;
	if (key_state(key, c->desk->ops) == KEY_VALID)
		return true;
	c->dated = true;
	return false;
}

static bool find_key(struct claim *c)
{
	const struct wire_auth *auth = &c->msg->auth;
	const struct site *site = c->proof->site;
	struct ms_proof *p = c->proof;

	for (size_t i = 0; i < site->key_count; i++) {
		const struct sm_key *key = &site->keys[i];

		if (!may_use(c, key))
			continue;
		p->key = key;
		p->literal = false;
		if (verify(c, key, AUTH_COVER_ENTIRE))
			return true;
		p->literal = auth->literal_end != auth->entire_end;
		if ((p->literal || key->coverage == AUTH_COVER_LITERAL) &&
		    verify(c, key, AUTH_COVER_LITERAL))
			return true;
	}
	return false;
}

/* The locator that stands for an ETR without IDs: of those it calls its own
 * (L), or else of all, the lowest.  NULL: the message has none. */
static const struct addr *own_locator(const struct map_register *m)
{
	const struct locator *best = NULL;

	for (unsigned int i = 0; i < m->record_count; i++)
		for (unsigned int k = 0; k < m->records[i].locator_count; k++) {
			const struct locator *l = &m->records[i].locators[k];
			int more = !!(l->flags & LOCATOR_LOCAL) -
				   (best && best->flags & LOCATOR_LOCAL);

			if (!best || more > 0 ||
			    (!more && locator_cmp(l, best) < 0))
				best = l;
		}
	return best ? &best->addr : NULL;
}

/* By what the MAC covers.  The packet's source is nobody's word: a recorded
 * message from ever new sources would be ever new registrants, with no nonce
 * to compare with.  It serves where there is nothing else, to withdraw.  IDs
 * are nobody's word either when the MAC ends before them. */
static void name_registrant(const struct claim *c)
{
	const struct addr *own = own_locator(c->msg);
	struct ms_proof *p = c->proof;
	bool ids = (c->msg->flags & MREG_IDS) && !p->literal;

	p->who.tag = p->key->tag;
	p->sure = ids || own;
	if (ids)
		p->who.who.ids = c->msg->ids;
	else
		p->who.who.source = own ? *own : c->pkt->from;
}

bool ms_authenticate(const struct ms *ms, struct ms_desk *desk, uint64_t now,
		     const struct packet *pkt, const struct map_register *m,
		     struct ms_proof *proof, struct actions *acts)
{
	struct claim c = {
		.ms = ms,
		.desk = desk,
		.now = now,
		.pkt = pkt,
		.msg = m,
		.acts = acts,
		.proof = proof,
	};

	memset(proof, 0, sizeof(*proof));
	counter_up(&desk->counters[MS_REGISTERS]);
	if (!find_site(&c))
		return reject(&c, SITE_REFUSALS, MS_NO_SITE,
			      LOG_SITE_UNKNOWN);
	if (!may_verify(&c))
		return reject(&c, SITE_LIMITED, MS_VERIFY_LIMITED,
			      LOG_REGISTER_LIMITED);
	if (m->auth.data_len > STORE_MAC_MAX || !find_key(&c))
		return c.dated ? reject(&c, SITE_KEY_TIME, MS_KEY_TIME,
					LOG_REGISTER_KEY_TIME)
			       : reject(&c, SITE_KEY, MS_BAD_AUTH,
					LOG_REGISTER_AUTH);
	name_registrant(&c);
	return true;
}
