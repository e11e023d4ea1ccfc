// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DDT client reads a Map-Referral (RFC 8111 7.3.2 to 7.3.4).
 *
 * It must answer a query of ours: nonce, sender, a record that contains the
 * EID.  Then its signature; then it must lie inside of what its sender is
 * there for; then each action has its own.
 */
#include "sm/ddt_part.h"

/* One record that answers one query. */
struct answer_of {
	const struct referral_record *rec;
	struct ddt_claim claim;
	bool trusted;			/* its keys */
	unsigned int target;		/* who sent it */
};

/* The longest that contains the EID. */
static const struct referral_record *
covering(const struct map_referral *m, const struct ddt_query *q)
{
	const struct referral_record *best = NULL;
	struct xeid x = xeid_of(&q->eid);

	for (unsigned int i = 0; i < m->record_count; i++) {
		const struct referral_record *rec = &m->records[i];

		if (!rec->foreign && xeid_contains(&rec->xeid, &x) &&
		    (!best || xeid_bits(&rec->xeid) > xeid_bits(&best->xeid)))
			best = rec;
	}
	return best;
}

/* The query that @m from @from answers; the record for it, or NULL if it has
 * none, and which target it was. */
static struct ddt_query *find_query(struct ddt_client *c,
				    const struct addr *from,
				    const struct map_referral *m,
				    struct answer_of *a)
{
	struct ddt_query *found = NULL, *q;

	for (q = queries_first(&c->queries, m->nonce); q; q = queries_next(q)) {
		int target = ddt_asked_target(q, from);

		if (target < 0)
			continue;
		found = q;
		a->target = (unsigned int)target;
		a->rec = covering(m, q);
		if (a->rec)
			break;
	}
	return found;
}

/* A set of the record's, kept in the cache if it may be; NULL: no memory.
 *
 * A Map-Server is asked with the ITR's nonce, so that whoever asked us can
 * answer in its name.  Without a signature that counts for this query only,
 * and so does what is found by following it. */
static struct referral_set *keep(struct ddt_turn *t, const struct answer_of *a,
				 uint32_t ttl)
{
	const struct referral_record *rec = a->rec;
	struct referral_set *s, *parent = t->q->set;
	bool ack = rec->action == REFERRAL_MS_ACK;
	struct referral_source src = {
		.xeid = &rec->xeid,
		.action = rec->action,
		.rlocs = rec->rlocs,
		.rloc_count = rec->rloc_count,
		.trusted = a->trusted,
		.heir_of = ack ? parent : NULL,
		.from = parent->targets[a->target].addr,
		.expires = referral_expiry(&t->c->cfg->cache, t->now, ttl),
	};

	/* Keys that are inherited die with those they come from. */
	if (ack && src.expires > parent->expires)
		src.expires = parent->expires;
	s = referral_set_new(&src);
	if (s && !rec->incomplete && (a->trusted || !t->q->doubtful))
		referral_put(&t->c->cache, t->now, &t->q->eid, s);
	return s;
}

/* Nothing more specific than what sent us there (RFC 8111 7.3.4).  Those that
 * are configured may refer to anywhere. */
static bool is_loop(const struct ddt_query *q,
		    const struct referral_record *rec)
{
	return !q->set->root &&
	       xeid_bits(&rec->xeid) <= xeid_bits(&q->set->xeid);
}

static void on_loop(struct ddt_turn *t, const struct answer_of *a)
{
	const struct xeid x = xeid_of(&t->q->eid);

	ddt_complain(t, DDTC_LOOPS, LOG_DDT_LOOP,
		     &t->q->set->targets[a->target].addr);
	if (!ddt_to_root(t, "loop"))
		ddt_negative(t, &x, DDT_TTL_UNREGISTERED, "loop");
}

static void bad_referral(struct ddt_turn *t, unsigned int target)
{
	ddt_complain(t, DDTC_BAD_REFERRAL, LOG_DDT_REFERRAL,
		     &t->q->set->targets[target].addr);
	ddt_try_another(t, target, "bad referral");
}

static bool names_somebody(const struct referral_record *rec)
{
	for (unsigned int i = 0; i < rec->rloc_count; i++)
		if (rec->rlocs[i].priority != 255 &&
		    addr_usable_rloc(&rec->rlocs[i].addr))
			return true;
	return false;
}

/* node-referral and ms-referral. */
static void on_delegation(struct ddt_turn *t, const struct answer_of *a)
{
	struct referral_set *s;

	if (is_loop(t->q, a->rec) ||
	    t->q->referrals >= t->c->cfg->referrals) {
		on_loop(t, a);
		return;
	}
	if (!names_somebody(a->rec)) {
		bad_referral(t, a->target);
		return;
	}
	s = keep(t, a, a->claim.ttl);
	if (!s) {
		ddt_give_up(t, "no memory");
		return;
	}
	t->q->referrals++;
	t->q->cached = false;
	ddt_follow(t, s, referral_action_name(a->rec->action));
	referral_set_put(s);
}

/* A node that turns out to be a Map-Server has got our own nonce, which the
 * ITR does not know: it is asked again. */
static void on_ack(struct ddt_turn *t, const struct answer_of *a)
{
	struct referral_set *s = names_somebody(a->rec) ?
		keep(t, a, a->claim.ttl) : NULL;

	if (ddt_to_server(t->q) || !s) {
		t->c->counters[DDTC_ACKS]++;
		ddt_finish(t, "ms-ack");
	} else {
		t->q->referrals++;
		ddt_follow(t, s, "ms-ack");
	}
	referral_set_put(s);
}

static uint32_t at_most(uint32_t ttl, uint32_t max)
{
	return ttl < max ? ttl : max;
}

static void on_nothing(struct ddt_turn *t, const struct answer_of *a,
		       uint32_t max)
{
	uint32_t ttl = at_most(a->claim.ttl, max);
	const struct xeid x = a->rec->xeid;

	referral_set_put(keep(t, a, ttl));
	ddt_negative(t, &x, ttl ? ttl : 1,
		     referral_action_name(a->rec->action));
}

bool ddt_not_registered(struct ddt_turn *t)
{
	const struct query_absent absent = t->q->absent;
	const struct referral_record rec = {
		.xeid = absent.xeid,
		.action = REFERRAL_MS_NOT_REGISTERED,
		.incomplete = absent.incomplete,
	};
	const struct answer_of a = {
		.rec = &rec,
		.claim = { .ttl = absent.ttl },
		.trusted = !absent.untrusted,
		.target = absent.target,
	};

	if (absent.said)
		on_nothing(t, &a, DDT_TTL_UNREGISTERED);
	return absent.said;
}

/* Its peers may have the registration: they are asked as often as anybody, also
 * one that has been silent once, so that it does not matter who was first.  Of
 * what two say the longer one is true of both. */
static void on_not_registered(struct ddt_turn *t, const struct answer_of *a)
{
	struct query_absent *absent = &t->q->absent;

	if (!absent->said ||
	    xeid_bits(&a->rec->xeid) > xeid_bits(&absent->xeid))
		absent->xeid = a->rec->xeid;
	if (!absent->said || a->claim.ttl < absent->ttl)
		absent->ttl = a->claim.ttl;
	absent->incomplete |= a->rec->incomplete;
	absent->untrusted |= !a->trusted;
	absent->target = (uint8_t)a->target;
	absent->said++;
	t->q->bad |= (uint16_t)(1u << a->target);
	if (!ddt_ask_next(t, t->c->cfg->tries))
		ddt_not_registered(t);
}

/* Lame: others of its set may not be; then what the cache knew is old; then
 * the tree is broken, which is said of this EID alone. */
static void on_not_authoritative(struct ddt_turn *t, const struct answer_of *a)
{
	const struct xeid x = xeid_of(&t->q->eid);

	ddt_complain(t, DDTC_LAME, LOG_DDT_LAME,
		     &t->q->set->targets[a->target].addr);
	t->q->bad |= (uint16_t)(1u << a->target);
	if (ddt_ask_next(t, t->c->cfg->tries) || ddt_not_registered(t) ||
	    (t->q->cached && ddt_to_root(t, "lame")))
		return;
	ddt_negative(t, &x, DDT_TTL_UNREGISTERED, "not-authoritative");
}

/* Less specific than what the one who said it is there for. */
static void on_outside(struct ddt_turn *t, const struct answer_of *a)
{
	ddt_complain(t, DDTC_LOOPS, LOG_DDT_LOOP,
		     &t->q->set->targets[a->target].addr);
	ddt_try_another(t, a->target, "less specific");
}

static void on_record(struct ddt_turn *t, const struct answer_of *a)
{
	unsigned int action = a->rec->action;

	t->q->doubtful |= ddt_to_server(t->q) && !a->trusted;
	if (action != REFERRAL_NOT_AUTHORITATIVE &&
	    !xeid_contains(&t->q->set->xeid, &a->rec->xeid)) {
		on_outside(t, a);
		return;
	}
	switch (action) {
	case REFERRAL_NODE:
	case REFERRAL_MS:
		on_delegation(t, a);
		break;
	case REFERRAL_MS_ACK:
		on_ack(t, a);
		break;
	case REFERRAL_MS_NOT_REGISTERED:
		on_not_registered(t, a);
		break;
	case REFERRAL_DELEGATION_HOLE:
		on_nothing(t, a, DDT_TTL_HOLE);
		break;
	case REFERRAL_NOT_AUTHORITATIVE:
		on_not_authoritative(t, a);
		break;
	default:		/* unassigned: of a later RFC */
		bad_referral(t, a->target);
		break;
	}
}

/* False: the query is not to hear of it, or has been seen to. */
static bool check_signature(struct ddt_turn *t, const struct packet *pkt,
			    struct answer_of *a)
{
	a->claim = (struct ddt_claim){
		.pkt = pkt,
		.rec = a->rec,
		.sender = &t->q->set->targets[a->target],
		.spent = &t->q->verified,
		.ttl = a->rec->ttl,
	};

	switch (ddt_verify(&t->c->verify, t->now, &a->claim, t->acts->arena)) {
	case DDT_VERIFIED:
		a->trusted = true;
		return true;
	case DDT_UNVERIFIED:
		return true;
	case DDT_REFUSED:
		ddt_complain(t, DDTC_BAD_SIGNATURE, LOG_DDT_SIGNATURE,
			     &pkt->from);
		ddt_try_another(t, a->target, "bad signature");
		return false;
	case DDT_BUSY:
		ddt_complain(t, DDTC_BAD_SIGNATURE, LOG_DDT_BUSY, &pkt->from);
		return false;
	}
	return false;
}

void ddt_client_on_referral(struct ddt_client *c, uint64_t now,
			    const struct packet *pkt,
			    const struct map_referral *m,
			    struct actions *acts)
{
	struct ddt_turn t = { .c = c, .now = now, .acts = acts };
	struct answer_of a = { 0 };

	c->counters[DDTC_REFERRALS]++;
	t.q = find_query(c, &pkt->from, m, &a);
	if (!t.q) {
		c->counters[DDTC_UNASKED]++;
		action_log_peer(acts, LOG_DDT_UNASKED, &pkt->from, NULL,
				m->nonce);
	} else if (!a.rec) {
		bad_referral(&t, a.target);
	} else if (check_signature(&t, pkt, &a)) {
		on_record(&t, &a);
	}
}

bool ddt_client_on_reply(struct ddt_client *c, uint64_t now,
			 const struct packet *pkt, const struct map_reply *m,
			 struct actions *acts)
{
	struct ddt_turn t = { .c = c, .now = now, .acts = acts };
	struct ddt_query *q;

	for (q = queries_first(&c->queries, m->nonce); q; q = queries_next(q)) {
		int target = ddt_asked_target(q, &pkt->from);

		/* What a Map-Server is asked for is the ITR's to hear. */
		if (target < 0 || ddt_to_server(q))
			continue;
		t.q = q;
		bad_referral(&t, (unsigned int)target);
		return true;
	}
	return false;
}

