// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Map-Server takes a Map-Register (RFC 9301 5.6, 8.2; spec 02 5.4) that
 * ms_authenticate.c knows the sender of: is it new, what of it is allowed, one
 * transaction, then the Map-Notify.  Nothing is answered before the store has
 * taken all that is accepted and the nonce with it.
 *
 * What a site may change is limited for each site and for all together, and
 * charged to the site only now that the message has proven to be its own and
 * new.
 */
#include <errno.h>
#include <string.h>

#include "sm/ms_part.h"

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
	struct map_record *accepted;	/* the same, for the Map-Notify */
	size_t count;
};

/* --- is it new --- */

static void refuse(const struct intake *in, enum ms_counter counter,
		   enum log_event event, const struct eid *eid)
{
	in->ms->counters[counter]++;
	ms_log_refusal(in->acts, event, in->pkt, in->proof->site,
		       in->msg->nonce, eid);
}

static bool may_change(const struct intake *in)
{
	size_t site = (size_t)(in->proof->site - in->ms->cfg->sites);

	return bucket_take(&in->ms->accepts[site], in->now) &&
	       bucket_take(&in->ms->accept, in->now);
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
			limit_take(&in->ms->again, &in->proof->who,
				   sizeof(in->proof->who), in->now);
	}
	if (last ? in->msg->nonce > last->nonce ||
		   in->proof->site->accept_unordered_nonce
		 : is_new_registrant(in))
		return true;

	refuse(in, MS_REPLAYED, LOG_REGISTER_REPLAY,
	       &in->msg->records[0].eid);
	return false;
}

/* --- policy --- */

static bool allowed(const struct intake *in, const struct map_record *rec)
{
	const struct site_ref *ref = ms_site_of(in->ms, &rec->eid);

	if (rec->foreign || !ref || ref->site != in->proof->site)
		return false;
	return ms_site_allows(ref, &rec->eid);
}

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

/* What is kept of its content. */
static struct reg_record *content_of(const struct intake *in,
				     const struct map_record *rec)
{
	struct reg_record *to = arena_alloc(in->acts->arena, sizeof(*to) +
					    rec->locator_count *
					    sizeof(struct locator));

	if (!to)
		return NULL;
	to->ttl = ttl_of(in, rec);
	to->version = rec->version;
	to->iid_mask_len = rec->iid_mask_len;
	clean_locators(rec, to);
	return to;
}

/* 0; -EPERM: policy; -ENOMEM. */
static int take_record(struct intake *in, const struct map_record *rec)
{
	struct store_change *ch = &in->changes[in->count];
	struct reg_record *content;

	if (!allowed(in, rec))
		return -EPERM;
	content = content_of(in, rec);
	if (!content)
		return -ENOMEM;

	ch->eid = rec->eid;
	ch->remove = rec->ttl == 0;
	ch->reg = (struct registration){
		.by = &in->by,
		.rec = content,
		.registered = in->now,
		.expires = in->now + timeout_of(in, rec),
		.lifetime = timeout_of(in, rec),
	};
	if (!ch->remove && !content->locator_count)
		return -EPERM;

	in->count++;
	return 0;
}

static int take_records(struct intake *in)
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
	in->changes = arena_array(in->acts->arena, in->msg->record_count,
				  sizeof(*in->changes));
	if (!in->changes)
		return -ENOMEM;

	for (unsigned int i = 0; i < in->msg->record_count; i++) {
		int ret = take_record(in, &in->msg->records[i]);

		if (ret == -ENOMEM)
			return ret;
		if (ret)
			refuse(in, MS_RECORDS_REFUSED, LOG_REGISTER_POLICY,
			       &in->msg->records[i].eid);
	}
	return 0;
}

/* --- the Map-Notify --- */

static const struct store_entry *entry_of(const struct intake *in,
					  const struct eid *eid,
					  struct store_entry *e)
{
	const struct sm_ops *ops = in->ms->ops;

	return ops->store->find(ops->store_arg, eid, e);
}

/* Records as accepted; merged, where that was asked for. */
static int notify_records(struct intake *in)
{
	in->accepted = arena_array(in->acts->arena, in->count,
				   sizeof(*in->accepted));
	if (!in->accepted)
		return -ENOMEM;

	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		struct store_entry e;
		int ret = ms_entry_record(in->by.merge && !ch->remove ?
					  entry_of(in, &ch->eid, &e) : NULL,
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

static const struct registration *reg_of(const struct intake *in,
					 const struct eid *eid)
{
	const struct registration *r;
	struct store_entry e;

	r = entry_of(in, eid, &e) ? e.regs : NULL;
	while (r && !registrant_equal(&r->by->who, &in->proof->who.who))
		r = registration_next(r);
	return r;
}

/* RFC 9302 5: a message with an older version than its sender has registered
 * changes nothing and is not answered.  Each registrant counts for itself, and
 * one that has lost count has a new start when its registration times out. */
static bool is_old(const struct intake *in)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		const struct registration *r = reg_of(in, &ch->eid);
		uint16_t version = ch->reg.rec->version;

		if (!r || !r->rec->version || !version ||
		    !version_newer(r->rec->version, version))
			continue;
		refuse(in, MS_OLD_VERSION, LOG_REGISTER_VERSION, &ch->eid);
		return true;
	}
	return false;
}

/* What a change means, found out before the commit and told after it. */
struct fate {
	bool was_there;
	bool news;		/* to other registrants */
};

/* Does the mapping change with the end of @old? */
static bool is_answered(const struct intake *in, const struct store_change *ch,
			const struct registration *old)
{
	struct store_entry e;

	return old->by->merge || entry_of(in, &ch->eid, &e)->regs == old;
}

/* Not so when a registration is but repeated, though it is the latest then: of
 * two registrants that contradict each other each would be told, for ever. */
static bool is_news(const struct registration *reg,
		    const struct registration *old)
{
	return !old || old->by->merge != reg->by->merge ||
	       !registration_same_locators(old, reg);
}

static void compare(const struct intake *in, struct fate *fates)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		const struct registration *old = reg_of(in, &ch->eid);

		fates[i].was_there = old != NULL;
		fates[i].news = ch->remove ? old && is_answered(in, ch, old)
					   : is_news(&ch->reg, old);
	}
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

static void tell(const struct intake *in, const struct fate *fates)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct store_change *ch = &in->changes[i];
		struct store_entry e;

		describe(in, ch, &fates[i]);
		if (ch->remove || in->by.want_notify)
			ms_notify_drop(in->ms, &ch->eid, &in->proof->who.who);
		if (fates[i].news && entry_of(in, &ch->eid, &e))
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
	struct fate fates[RECORD_MAX];
	uint8_t *notify;
	size_t len;
	int ret;

	ret = build_notify(in, &notify, &len);
	if (ret || in->again)
		return ret ? ret : send_notify(in, notify, len);

	compare(in, fates);
	ret = commit(in);
	if (ret)
		return ret;

	tell(in, fates);
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
		refuse(&in, MS_REGISTER_LIMITED, LOG_REGISTER_LIMITED,
		       &m->records[0].eid);
		return;
	}

	ret = take_records(&in);
	if (!ret && !in.again && is_old(&in))
		return;
	if (!ret)
		ret = settle(&in);
	if (ret)
		refuse(&in, MS_STORE_FAILED, LOG_STORE_FAILED,
		       &m->records[0].eid);
}

void ms_on_register(struct ms *ms, struct ms_desk *desk, uint64_t now,
		    const struct packet *pkt, const struct map_register *m,
		    struct actions *acts)
{
	struct ms_proof proof;

	if (ms_authenticate(ms, desk, now, pkt, m, &proof, acts))
		ms_take(ms, now, pkt, m, &proof, acts);
}
