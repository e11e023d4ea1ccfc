// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Map-Server takes a Map-Register (RFC 9301 5.6, 8.2; spec 02 5.4) that
 * ms_authenticate.c knows the sender of: is it new, what of it is allowed, one
 * transaction, then the Map-Notify.  Nothing is answered before the store has
 * taken all that is accepted and the nonce with it.
 *
 * What a site may change at what rate is its own share or, beyond that, the
 * one of all together, charged only now that the message has proven to be its
 * own and new.
 */
#include <errno.h>
#include <string.h>

#include "sm/ms_part.h"

#define RECORDS_TOKEN	8

/* What a record means, found out before the commit and told after it. */
struct fate {
	const struct site_ref *ref;
	struct store_entry room;
	const struct store_entry *entry;	/* before; NULL: none */
	const struct registration *old;		/* the registrant's own */
	bool was_there;
	bool news;				/* to other registrants */
};

/* One Map-Register on its way in. */
struct intake {
	struct ms *ms;
	uint64_t now;
	const struct packet *pkt;
	const struct map_register *msg;
	struct actions *acts;
	const struct ms_proof *proof;
	struct reg_party by;		/* of all that is registered */
	bool again;			/* taken before: answer only */
	struct store_change *changes;	/* one per record accepted */
	struct fate *fates;		/* the same */
	struct map_record *accepted;	/* the same, for the Map-Notify */
	const struct map_record *last;	/* that @content is of; NULL: none */
	struct reg_record *content;
	size_t count;
	bool unordered;			/* these */
	bool committed;
};

/* --- is it new --- */

static const struct {
	enum ms_counter counter;
	enum log_event event;
} refusals[SITE_REFUSALS] = {
	[SITE_LIMITED] = { MS_REGISTER_LIMITED, LOG_REGISTER_LIMITED },
	[SITE_REPLAYED] = { MS_REPLAYED, LOG_REGISTER_REPLAY },
	[SITE_OLD_VERSION] = { MS_OLD_VERSION, LOG_REGISTER_VERSION },
	[SITE_EID] = { MS_RECORDS_REFUSED, LOG_REGISTER_POLICY },
	[SITE_DELEGATED] = { MS_RECORDS_DELEGATED, LOG_REGISTER_DELEGATED },
	[SITE_RLOC] = { MS_RECORDS_REFUSED, LOG_REGISTER_RLOC },
	[SITE_REPEATED] = { MS_RECORDS_REFUSED, LOG_REGISTER_REPEATED },
	[SITE_FULL] = { MS_RECORDS_REFUSED, LOG_REGISTER_FULL },
	[SITE_STORE] = { MS_STORE_FAILED, LOG_STORE_FAILED },
};

static void refuse(const struct intake *in, enum site_refusal why,
		   const struct eid *eid)
{
	enum log_event event = refusals[why].event;

	in->ms->counters[refusals[why].counter]++;
	ms_note_refusal(in->ms, in->proof->site, why);
	ms_log_refusal(in->acts, event, in->pkt, in->proof->site,
		       in->msg->nonce, eid);
}

/* A full Map-Register costs as much as some 30 of one record. */
static bool may_change(const struct intake *in)
{
	size_t site = (size_t)(in->proof->site - in->ms->cfg->sites);
	uint32_t n = 1 + in->msg->record_count / RECORDS_TOKEN;

	return bucket_charge(&in->ms->accepts[site], in->now, n) ||
	       bucket_charge(&in->ms->accept, in->now, n);
}

static bool same_mac(const struct nonce_state *last,
		     const struct wire_auth *auth)
{
	return last->mac_len == auth->data_len && last->mac_len &&
	       !memcmp(last->mac, auth->data, last->mac_len);
}

/* The Map-Register that was accepted last has come once more: its Map-Notify
 * may have been lost (spec ambiguity B2). */
static bool is_duplicate(const struct intake *in,
			 const struct nonce_state *last)
{
	return in->msg->nonce == last->nonce && last->when &&
	       in->now - last->when <= in->ms->cfg->limits.replay_window &&
	       same_mac(last, &in->msg->auth);
}

/* Nobody we remember; it may be one that had to be forgotten. */
static bool is_new_registrant(const struct intake *in)
{
	const struct sm_ops *ops = in->ms->ops;
	uint64_t floor;

	return in->proof->sure && (in->proof->site->accept_unordered_nonce ||
			    !ops->store->floor(ops->store_arg,
					       in->proof->who.tag, &floor) ||
			    in->msg->nonce > floor);
}

/* Of the ETR, and of its site's share or what is beyond all shares. */
static bool may_answer_again(const struct intake *in)
{
	struct ms *ms = in->ms;
	size_t site = (size_t)(in->proof->site - ms->cfg->sites);

	return limit_take(&ms->again, &in->proof->who, sizeof(in->proof->who),
			  in->now) &&
	       (bucket_take(&ms->answers_again[site], in->now) ||
		bucket_take(&ms->answer_again, in->now));
}

/* False: it has been dealt with. */
static bool is_new(struct intake *in)
{
	const struct sm_ops *ops = in->ms->ops;
	const struct nonce_state *last = ops->store->nonce(ops->store_arg,
							   &in->proof->who);

	in->again = last && is_duplicate(in, last);
	if (in->again) {
		in->ms->counters[MS_DUPLICATES]++;
		return in->msg->flags & MREG_WANT_NOTIFY &&
			may_answer_again(in);
	}
	if (last ? in->msg->nonce > last->nonce ||
		   in->proof->site->accept_unordered_nonce
		 : is_new_registrant(in))
		return true;

	refuse(in, SITE_REPLAYED, &in->msg->records[0].eid);
	return false;
}

/* --- policy --- */

/* The locators that can be used, sorted, without L, p. */
static void clean_locators(const struct map_record *rec, struct reg_record *to)
{
	for (unsigned int i = 0; i < rec->locator_count; i++) {
		struct locator *l = &to->locators[to->locator_count];

		if (!addr_usable_rloc(&rec->locators[i].addr))
			continue;
		*l = rec->locators[i];
		l->flags &= LOCATOR_REACHABLE;
		to->locator_count++;
	}
	locators_sort(to->locators, to->locator_count);
}

static uint32_t ttl_of(const struct intake *in, const struct map_record *rec)
{
	uint32_t max = in->ms->cfg->limits.ttl_max;

	return rec->ttl < max ? rec->ttl : max;
}

static uint32_t timeout_of(const struct intake *in,
			   const struct map_record *rec)
{
	const struct ms_limits *l = &in->ms->cfg->limits;
	uint64_t ttl = (uint64_t)rec->ttl * 60 * 1000;

	if (!(in->msg->flags & MREG_USE_TTL))
		return l->timeout;
	return ttl < l->timeout_max ? (uint32_t)ttl : l->timeout_max;
}

static bool same_content(const struct map_record *a,
			 const struct map_record *b)
{
	return a->ttl == b->ttl && a->version == b->version &&
	       a->iid_mask_len == b->iid_mask_len &&
	       a->locator_count == b->locator_count &&
	       locators_equal(a->locators, b->locators, a->locator_count);
}

/* What is kept of its content; the records of a message mostly have one and
 * the same, which the store knows by its address. */
static struct reg_record *content_of(struct intake *in,
				     const struct map_record *rec)
{
	struct reg_record *to;

	if (in->last && same_content(in->last, rec))
		return in->content;
	to = arena_alloc(in->acts->arena, sizeof(*to) + rec->locator_count *
			 sizeof(struct locator));
	if (!to)
		return NULL;
	to->ttl = ttl_of(in, rec);
	to->version = rec->version;
	to->iid_mask_len = rec->iid_mask_len;
	clean_locators(rec, to);
	in->last = rec;
	in->content = to;
	return to;
}

static const struct store_entry *entry_of(const struct intake *in,
					  const struct eid *eid,
					  struct store_entry *e)
{
	const struct sm_ops *ops = in->ms->ops;

	return ops->store->find(ops->store_arg, eid, e);
}

/* Records come in order, as a rule, and then one look suffices. */
static bool is_repeated(struct intake *in, const struct eid *eid)
{
	size_t n = in->count;

	if (!n || (!in->unordered &&
		   eid_cmp(&in->changes[n - 1].eid, eid) < 0))
		return false;
	in->unordered = true;
	while (n--)
		if (eid_equal(&in->changes[n].eid, eid))
			return true;
	return false;
}

static int fill_change(struct intake *in, const struct map_record *rec,
		       struct store_change *ch)
{
	struct reg_record *content = content_of(in, rec);

	ch->eid = rec->eid;
	ch->remove = rec->ttl == 0;
	ch->reg = (struct registration){
		.by = &in->by,
		.rec = content,
		.registered = in->now,
		.expires = in->now + timeout_of(in, rec),
		.lifetime = timeout_of(in, rec),
	};
	return content ? 0 : -ENOMEM;
}

/* Does the mapping change?  Not so when a registration is but repeated, though
 * it is the latest then: of two registrants that contradict each other each
 * would be told, for ever. */
static bool is_news(const struct store_change *ch, const struct fate *f)
{
	const struct registration *old = f->old;

	if (ch->remove)
		return old && (f->entry->regs == old ||
			       (old->by->merge && f->entry->regs->by->merge));
	return !old || old->by->merge != ch->reg.by->merge ||
	       !registration_same_locators(old, &ch->reg);
}

static void find_fate(const struct intake *in, const struct store_change *ch,
		      struct fate *f)
{
	f->entry = entry_of(in, &ch->eid, &f->room);
	f->old = registration_of(f->entry ? f->entry->regs : NULL,
				 &in->proof->who.who);
	f->was_there = f->old != NULL;
	f->news = is_news(ch, f);
}

/* Adds it to @in->changes, or *@why not.  0 or -ENOMEM. */
static int take_record(struct intake *in, const struct map_record *rec,
		       enum site_refusal *why)
{
	struct store_change *ch = &in->changes[in->count];
	struct fate *f = &in->fates[in->count];

	*why = ms_judge(in->ms, in->proof->site, rec, &f->ref);
	if (*why == SITE_REFUSALS && is_repeated(in, &rec->eid))
		*why = SITE_REPEATED;
	if (*why != SITE_REFUSALS)
		return 0;

	if (fill_change(in, rec, ch))
		return -ENOMEM;
	find_fate(in, ch, f);
	if (!ch->remove && !ch->reg.rec->locator_count)
		*why = SITE_RLOC;
	else if (!ch->remove && !f->was_there && !ms_has_room(in->ms, f->ref))
		*why = SITE_FULL;
	if (*why != SITE_REFUSALS)
		return 0;

	if (!ch->remove && !f->was_there)
		ms_count_new(in->ms, f->ref);
	in->count++;
	return 0;
}

static void name_party(struct intake *in)
{
	in->by = (struct reg_party){
		.who = in->proof->who.who,
		.source = in->pkt->from,
		.local = in->pkt->to,
		.site = in->proof->site->name,
		.key = in->proof->key,
		.tag = in->proof->key->tag,
		.proxy = in->msg->flags & MREG_PROXY_REPLY,
		.merge = in->msg->flags & MREG_MERGE,
		.want_notify = in->msg->flags & MREG_WANT_NOTIFY,
	};
}

static int take_records(struct intake *in)
{
	size_t n = in->msg->record_count;

	name_party(in);
	in->changes = arena_array(in->acts->arena, n, sizeof(*in->changes));
	in->fates = arena_array(in->acts->arena, n, sizeof(*in->fates));
	if (!in->changes || !in->fates)
		return -ENOMEM;

	for (size_t i = 0; i < n; i++) {
		enum site_refusal why;

		if (take_record(in, &in->msg->records[i], &why))
			return -ENOMEM;
		if (why != SITE_REFUSALS)
			refuse(in, why, &in->msg->records[i].eid);
	}
	return 0;
}

/* What was counted as new did not come to be; or it did, and what was to go is
 * gone. */
static void settle_counts(const struct intake *in)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct fate *f = &in->fates[i];
		bool removed = in->changes[i].remove;

		if (in->committed ? removed && f->was_there
				  : !removed && !f->was_there)
			ms_count_gone(in->ms, f->ref);
	}
}

/* --- the Map-Notify --- */

/* Records as accepted; merged, where that was asked for. */
static int notify_records(struct intake *in)
{
	in->accepted = arena_array(in->acts->arena, in->count,
				   sizeof(*in->accepted));
	if (!in->accepted)
		return -ENOMEM;

	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		int ret = ms_entry_record(in->by.merge && !ch->remove ?
					  in->fates[i].entry : NULL,
					  &ch->eid, &ch->reg, in->acts->arena,
					  &in->accepted[i]);

		if (ret)
			return ret;
		in->accepted[i].iid_mask_len = ch->reg.rec->iid_mask_len;
	}
	return 0;
}

/* With M only.  The lengths of the authentication data are the peer's. */
static int build_notify(struct intake *in, uint8_t **data, size_t *len)
{
	const struct sm_ops *ops = in->ms->ops;
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_NOTIFY,
		.notify = {
			.nonce = in->msg->nonce,
			.auth = in->msg->auth,
			.record_count = (uint8_t)in->count,
		},
	};
	int ret;

	*data = NULL;
	*len = 0;
	if (!(in->msg->flags & MREG_WANT_NOTIFY))
		return 0;

	ret = notify_records(in);
	if (ret)
		return ret;

	m.notify.auth.data = NULL;
	m.notify.records = in->accepted;
	*data = action_build(in->acts, &m, len);
	if (!*data)
		return -ENOMEM;
	return ops->sign(ops->arg, in->proof->key, *data, *len);
}

/* --- the transaction --- */

/* RFC 9302 5: a message with an older version than its sender has registered
 * changes nothing and is not answered.  Each registrant counts for itself, and
 * one that has lost count has a new start when its registration times out. */
static bool is_old(const struct intake *in)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		const struct registration *r = in->fates[i].old;
		uint16_t version = ch->reg.rec->version;

		if (!r || !r->rec->version || !version ||
		    !version_newer(r->rec->version, version))
			continue;
		refuse(in, SITE_OLD_VERSION, &ch->eid);
		return true;
	}
	return false;
}

static void remember(const struct intake *in, const struct store_change *ch,
		     const struct fate *fate)
{
	struct ms_event e = {
		.when = in->now,
		.eid = ch->eid,
		.who = in->by.who,
		.source = in->pkt->from,
		.what = ch->remove ? MS_WITHDRAWN :
			fate->was_there ? MS_CHANGED : MS_CAME,
	};

	if (ch->remove ? fate->was_there : fate->news)
		ms_history_add(in->ms, fate->ref, &e);
}

static void describe(const struct intake *in, const struct store_change *ch,
		     const struct fate *fate)
{
	enum log_event event = ch->remove ? LOG_REGISTRATION_GONE
					  : LOG_REGISTRATION_NEW;
	struct action_log *l;

	if (ch->remove)
		in->ms->counters[MS_DEREGISTERED] += fate->was_there;
	else
		in->ms->counters[MS_RECORDS_ACCEPTED]++;
	if (ch->remove != fate->was_there)
		return;

	l = action_log(in->acts, event);
	l->peer = in->pkt->from;
	l->site = in->proof->site->name;
	l->eid = ch->eid;
	l->has_eid = true;
}

/* When all that this message registers is over. */
static uint64_t last_expiry(const struct intake *in)
{
	uint64_t until = in->now;

	for (size_t i = 0; i < in->count; i++)
		if (!in->changes[i].remove &&
		    in->changes[i].reg.expires > until)
			until = in->changes[i].reg.expires;
	return until;
}

static int commit(struct intake *in)
{
	const struct sm_ops *ops = in->ms->ops;
	const struct wire_auth *auth = &in->msg->auth;
	struct store_batch b = {
		.changes = in->changes,
		.count = in->count,
		.nonce_key = &in->proof->who,
		.nonce = {
			.nonce = in->msg->nonce,
			.when = in->now,
			.until = last_expiry(in),
			.mac_len = (uint8_t)auth->data_len,
		},
	};

	memcpy(b.nonce.mac, auth->data, auth->data_len);
	return ops->store->commit(ops->store_arg, &b);
}

static void note_accepted(const struct intake *in)
{
	struct site_use *u = &in->ms->uses[in->proof->site -
					   in->ms->cfg->sites];

	u->accepted++;
	u->last = in->now;
	u->last_from = in->pkt->from;
}

static void tell(const struct intake *in)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		struct store_entry e;

		describe(in, ch, &in->fates[i]);
		remember(in, ch, &in->fates[i]);
		if (ch->remove || in->by.want_notify)
			ms_notify_drop(in->ms, &ch->eid, &in->proof->who.who);
		if (in->fates[i].news && entry_of(in, &ch->eid, &e))
			ms_notify_others(in->ms, in->now, &e,
					 &in->proof->who.who, in->acts);
	}
}

/* When all that was committed so far lasts. */
static int send_notify(const struct intake *in, const uint8_t *notify,
		       size_t len)
{
	const struct sm_ops *ops = in->ms->ops;

	return action_send_after(in->acts, &in->pkt->to, &in->pkt->from,
				 LISP_CONTROL_PORT, notify, len,
				 ops->store->sequence(ops->store_arg));
}

/* Store, then say so: the Map-Notify goes last.  Of one that has been taken
 * already only the answer is made anew. */
static int settle(struct intake *in)
{
	uint8_t *notify;
	size_t len;
	int ret;

	ret = build_notify(in, &notify, &len);
	if (ret || in->again)
		return ret ? ret : send_notify(in, notify, len);

	ret = commit(in);
	if (ret)
		return ret;

	in->committed = true;
	note_accepted(in);
	tell(in);
	if (!notify)
		return 0;
	in->ms->counters[MS_NOTIFIES]++;
	return send_notify(in, notify, len);
}

void ms_take(struct ms *ms, uint64_t now, const struct packet *pkt,
	     const struct map_register *m, const struct ms_proof *proof,
	     struct actions *acts)
{
	struct intake in = {
		.ms = ms,
		.now = now,
		.pkt = pkt,
		.msg = m,
		.acts = acts,
		.proof = proof,
	};
	int ret;

	if (!is_new(&in))
		return;
	if (!in.again && !may_change(&in)) {
		refuse(&in, SITE_LIMITED, &m->records[0].eid);
		return;
	}

	ret = take_records(&in);
	if (!ret && (in.again || !is_old(&in)))
		ret = settle(&in);
	settle_counts(&in);
	if (ret)
		refuse(&in, SITE_STORE, &m->records[0].eid);
}

void ms_on_register(struct ms *ms, struct ms_desk *desk, uint64_t now,
		    const struct packet *pkt, const struct map_register *m,
		    struct actions *acts)
{
	struct ms_proof proof;

	if (ms_authenticate(ms, desk, now, pkt, m, &proof, acts))
		ms_take(ms, now, pkt, m, &proof, acts);
}
