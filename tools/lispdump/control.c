// SPDX-License-Identifier: GPL-2.0-or-later
/* Control messages. */
#include "dump.h"

#include <inttypes.h>
#include <stdio.h>

#include "../common/record.h"
#include "crypto/auth.h"

#define INFO_REPLY	0x08	/* R, in the first octet of type 7 */

static const struct dump_flag request_flags[] = {
	{ MREQ_AUTHORITATIVE, "authoritative" },
	{ MREQ_MAP_DATA, "map-data" },
	{ MREQ_PROBE, "probe" },
	{ MREQ_SMR, "smr" },
	{ MREQ_PITR, "pitr" },
	{ MREQ_SMR_INVOKED, "smr-invoked" },
	{ MREQ_IDS, "ids" },
	{ MREQ_LOCAL, "local" },
	{ MREQ_DONT_REPLY, "dont-reply" },
};

static const struct dump_flag reply_flags[] = {
	{ MREP_PROBE, "probe" },
	{ MREP_ECHO_NONCE, "echo-nonce" },
	{ MREP_SECURITY, "security" },
};

static const struct dump_flag register_flags[] = {
	{ MREG_PROXY_REPLY, "proxy-reply" },
	{ MREG_SECURITY, "security" },
	{ MREG_IDS, "ids" },
	{ MREG_EID_NOTIFY, "eid-notify" },
	{ MREG_USE_TTL, "use-ttl" },
	{ MREG_MERGE, "merge" },
	{ MREG_WANT_NOTIFY, "want-notify" },
};

static const struct dump_flag notify_flags[] = {
	{ MNOT_IDS, "ids" },
};

static const struct dump_flag ecm_flags[] = {
	{ ECM_SECURITY, "security" },
	{ ECM_DDT, "ddt" },
	{ ECM_TO_ETR, "to-etr" },
	{ ECM_TO_MS, "to-ms" },
};

/* --- pieces --- */

static void add_u64(struct json_object *o, const char *key, uint64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%016" PRIx64, n);
	add_text(o, key, text);
}

static void add_ids(struct json_object *o, const struct site_ids *ids)
{
	add_octets(o, "xtr-id", ids->xtr_id, sizeof(ids->xtr_id));
	add_u64(o, "site-id", ids->site_id);
}

static void add_trailing(struct json_object *o, size_t n)
{
	if (n)
		add_number(o, "trailing", n);
}

static struct json_object *record(struct dump *d, const struct map_record *r)
{
	dump_found(d, &r->eid);
	return record_json(r);
}

static void add_records(struct dump *d, struct json_object *o,
			const struct map_record *r, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, record(d, &r[i]));
	json_object_object_add(o, "records", list);
}

/* --- authentication --- */

/* NULL: nobody wants to know. */
static const char *verdict(struct dump *d, const void *data, size_t len,
			   const struct wire_auth *auth)
{
	struct auth_key *k;
	int err;

	if (!d->o->key ||
	    (d->o->key_id >= 0 && d->o->key_id != auth->key_id))
		return NULL;
	if (!auth_algorithm_name(auth->algorithm))
		return "unknown algorithm";
	if (auth->algorithm == AUTH_NONE)
		return "not authenticated";
	k = auth_key_new(auth->key_id, auth->algorithm, d->o->key);
	if (!k)
		return "out of memory";
	err = auth_verify(k, data, len, auth, AUTH_COVER_EITHER);
	auth_key_free(k);
	return err ? "bad" : "good";
}

static void add_auth(struct dump *d, struct json_object *o, const void *data,
		     size_t len, const struct wire_auth *auth)
{
	const char *name = auth_algorithm_name(auth->algorithm);
	const char *said = verdict(d, data, len, auth);
	struct json_object *a = json_object_new_object();
	char number[4];

	snprintf(number, sizeof(number), "%u", auth->algorithm);
	add_number(a, "key-id", auth->key_id);
	add_text(a, "algorithm", name ? name : number);
	add_number(a, "length", auth->data_len);
	add_text(a, "verified", said);
	json_object_object_add(o, "authentication", a);
	if (said && *said != 'g')
		d->bad = true;
}

/* --- Map-Request and Map-Reply --- */

static void add_source(struct dump *d, struct json_object *o,
		       const struct map_request *m)
{
	struct json_object *source;

	if (m->source.prefix.addr.family == ADDR_NONE && !m->source_foreign)
		return;
	source = json_object_new_object();
	dump_found(d, &m->source);
	add_eid(source, &m->source, m->source_foreign);
	json_object_object_add(o, "source-eid", source);
}

static void add_itr_rlocs(struct json_object *o, const struct map_request *m)
{
	struct json_object *list = json_object_new_array();
	char text[ADDR_TEXT_MAX];

	for (unsigned int i = 0; i < m->itr_count; i++)
		json_object_array_add(list, json_object_new_string(
			addr_text(&m->itr_rlocs[i], text)));
	json_object_object_add(o, "itr-rlocs", list);
	if (m->itr_ignored)
		add_number(o, "itr-rlocs-ignored", m->itr_ignored);
}

static void add_questions(struct dump *d, struct json_object *o,
			  const struct map_request *m)
{
	struct json_object *list = json_object_new_array(), *q;

	for (unsigned int i = 0; i < m->record_count; i++) {
		const struct request_record *r = &m->records[i];

		q = json_object_new_object();
		dump_found(d, &r->eid);
		add_eid(q, &r->eid, r->foreign);
		add_bool(q, "subscribe", r->subscribe);
		json_object_array_add(list, q);
	}
	json_object_object_add(o, "records", list);
}

static void add_request(struct dump *d, struct json_object *o,
			const void *data, size_t len, const struct lisp_msg *m)
{
	const struct map_request *r = &m->request;

	add_u64(o, "nonce", r->nonce);
	ADD_FLAGS(o, r->flags, request_flags);
	add_itr_rlocs(o, r);
	if (r->flags & MREQ_IDS)
		add_ids(o, &r->ids);
	add_trailing(o, r->trailing);
	add_source(d, o, r);
	add_questions(d, o, r);
	if (r->reply)
		json_object_object_add(o, "reply", record(d, r->reply));
}

static void add_reply(struct dump *d, struct json_object *o, const void *data,
		      size_t len, const struct lisp_msg *m)
{
	const struct map_reply *r = &m->reply;

	add_u64(o, "nonce", r->nonce);
	ADD_FLAGS(o, r->flags, reply_flags);
	if (r->flags & MREP_SECURITY)
		add_number(o, "security-length", len - r->security_offset);
	add_trailing(o, r->trailing);
	add_records(d, o, r->records, r->record_count);
}

/* --- Map-Register, Map-Notify, Map-Notify-Ack --- */

static void add_register(struct dump *d, struct json_object *o,
			 const void *data, size_t len, const struct lisp_msg *m)
{
	const struct map_register *r = &m->reg;

	add_u64(o, "nonce", r->nonce);
	ADD_FLAGS(o, r->flags, register_flags);
	if (r->flags & MREG_IDS)
		add_ids(o, &r->ids);
	add_trailing(o, r->trailing);
	add_auth(d, o, data, len, &r->auth);
	add_records(d, o, r->records, r->record_count);
}

static void add_notify(struct dump *d, struct json_object *o, const void *data,
		       size_t len, const struct lisp_msg *m)
{
	const struct map_notify *n = &m->notify;

	add_u64(o, "nonce", n->nonce);
	ADD_FLAGS(o, n->flags, notify_flags);
	if (n->flags & MNOT_IDS)
		add_ids(o, &n->ids);
	add_trailing(o, n->trailing);
	add_auth(d, o, data, len, &n->auth);
	add_records(d, o, n->records, n->record_count);
}

/* --- Map-Referral --- */

static struct json_object *signatures(const struct referral_record *r)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < r->sig_count; i++) {
		const struct referral_sig *s = &r->sigs[i];
		struct json_object *o = json_object_new_object();

		add_number(o, "key-tag", s->key_tag);
		add_number(o, "algorithm", s->algorithm);
		add_number(o, "original-ttl", s->original_ttl);
		add_number(o, "inception", s->inception);
		add_number(o, "expiration", s->expiration);
		add_number(o, "length", s->len);
		json_object_array_add(list, o);
	}
	return list;
}

/* Of a range of instances there is no prefix. */
static void add_xeid(struct dump *d, struct json_object *o,
		     const struct referral_record *r)
{
	char text[XEID_TEXT_MAX];

	if (r->foreign)
		dump_found(d, &r->xeid.eid);
	else
		dump_found_xeid(d, &r->xeid);
	if (r->foreign || !xeid_is_range(&r->xeid))
		add_eid(o, &r->xeid.eid, r->foreign);
	else
		add_text(o, "instances", xeid_text(&r->xeid, text));
}

static struct json_object *referral(struct dump *d,
				    const struct referral_record *r)
{
	struct json_object *o = json_object_new_object();

	add_xeid(d, o, r);
	add_number(o, "ttl", r->ttl);
	add_text(o, "action", referral_action_name(r->action));
	add_bool(o, "authoritative", r->authoritative);
	add_bool(o, "incomplete", r->incomplete);
	add_number(o, "version", r->version);
	if (r->ignored)
		add_number(o, "ignored", r->ignored);
	json_object_object_add(o, "locators", referral_rlocs_json(r));
	json_object_object_add(o, "signatures", signatures(r));
	return o;
}

static void add_referral(struct dump *d, struct json_object *o,
			 const void *data, size_t len, const struct lisp_msg *m)
{
	const struct map_referral *r = &m->referral;
	struct json_object *list = json_object_new_array();

	add_u64(o, "nonce", r->nonce);
	add_trailing(o, r->trailing);
	for (unsigned int i = 0; i < r->record_count; i++)
		json_object_array_add(list, referral(d, &r->records[i]));
	json_object_object_add(o, "records", list);
}

/* --- ECM --- */

static void add_ecm(struct dump *d, struct json_object *o, const void *data,
		    size_t len, const struct lisp_msg *m)
{
	struct json_object *inner = json_object_new_object();
	const struct ecm *e = &m->ecm;

	ADD_FLAGS(o, e->flags, ecm_flags);
	add_trailing(o, e->trailing);
	add_addr(inner, "source", &e->source);
	add_number(inner, "source-port", e->source_port);
	add_addr(inner, "destination", &e->dest);
	add_number(inner, "destination-port", e->dest_port);
	add_number(inner, "ttl", e->ttl);
	add_bool(inner, "no-checksum", e->no_checksum);
	json_object_object_add(o, "inner", inner);
	control_add(d, inner, e->message, e->message_len);
}

/* --- any of them --- */

typedef void add_fn(struct dump *d, struct json_object *o, const void *data,
		    size_t len, const struct lisp_msg *m);

static add_fn *const adds[16] = {
	[MSG_TYPE_MAP_REQUEST] = add_request,
	[MSG_TYPE_MAP_REPLY] = add_reply,
	[MSG_TYPE_MAP_REGISTER] = add_register,
	[MSG_TYPE_MAP_NOTIFY] = add_notify,
	[MSG_TYPE_MAP_NOTIFY_ACK] = add_notify,
	[MSG_TYPE_MAP_REFERRAL] = add_referral,
	[MSG_TYPE_ECM] = add_ecm,
};

static const char *const expected[WIRE_REASON_COUNT] = {
	[WIRE_OK] = "nothing else",
	[WIRE_SHORT] = "more octets: what stands here goes beyond the end",
	[WIRE_TYPE] = "a message type that is assigned",
	[WIRE_NO_RECORDS] = "at least one record",
	[WIRE_NO_ITR_RLOC] = "at least one IPv4 or IPv6 ITR-RLOC",
	[WIRE_MASK_LEN] = "a mask length within the address",
	[WIRE_AFI] = "a known address family: its length is unknown",
	[WIRE_LCAF] = "an LCAF as long as its length says",
	[WIRE_LCAF_DEPTH] = "LCAFs nested 4 deep at most",
	[WIRE_LCAF_ITEMS] = "32 items at most in an LCAF",
	[WIRE_VENDOR] = "no LCAF of an unknown vendor",
	[WIRE_EID] = "an EID: its type is unknown, or no EID has it",
	[WIRE_NAME] = "a distinguished name that ends with a NUL",
	[WIRE_SECURITY] = "no LISP-SEC data: they are not understood",
	[WIRE_INNER_VERSION] = "an inner packet of IPv4 or IPv6",
	[WIRE_INNER_HEADER] = "an inner IP header without contradictions",
	[WIRE_INNER_CHECKSUM] = "right inner checksums",
	[WIRE_INNER_FRAGMENT] = "an inner packet that is whole",
	[WIRE_INNER_PROTOCOL] = "UDP in the inner packet",
	[WIRE_INNER_LENGTH] = "inner lengths that agree",
	[WIRE_INNER_PORT] = "port 4342 in the inner packet",
	[WIRE_INNER_NESTED] = "no ECM inside an ECM",
	[WIRE_MEMORY] = "a message that fits in memory",
};

static void add_error(struct dump *d, struct json_object *o, size_t len,
		      const struct wire_error *err)
{
	struct json_object *e = json_object_new_object();

	d->bad = true;
	add_text(e, "reason", wire_reason_name(err->reason));
	add_number(e, "offset", err->offset);
	add_number(e, "length", len);
	add_text(e, "expected", expected[err->reason]);
	json_object_object_add(o, "error", e);
}

static void add_parsed(struct dump *d, struct json_object *o, const void *data,
		       size_t len)
{
	struct wire_error err;
	struct lisp_msg m;

	arena_reset(&d->arena);
	if (msg_parse(data, len, &d->arena, &m, &err))
		add_error(d, o, len, &err);
	else
		adds[m.type](d, o, data, len, &m);
}

void control_add(struct dump *d, struct json_object *o, const void *data,
		 size_t len)
{
	struct json_object *m = json_object_new_object();
	int type = msg_peek_type(data, len);
	const char *name = type < 0 ? NULL : dump_type_name((unsigned int)type);
	char text[24];

	json_object_object_add(o, "message", m);
	snprintf(text, sizeof(text), "type %d", type);
	if (type < 0)
		name = "empty";
	if (type == DUMP_INFO && *(const uint8_t *)data & INFO_REPLY)
		add_text(m, "type", "Info-Reply");
	else
		add_text(m, "type", name ? name : text);
	d->types |= type < 0 ? 1u << DUMP_BROKEN : 1u << type;
	if (type == DUMP_INFO)
		add_number(m, "length", len);
	else
		add_parsed(d, m, data, len);
}
