/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Do two parsed messages say the same?  Used by unit tests and fuzz drivers
 * for parse -> build -> parse.  Not compared: what a rebuilt message cannot
 * have (trailing octets, locators that were left out, a zero inner checksum).
 * Locators are compared as sets, since a builder sorts them.
 */
#ifndef LISP_TESTS_MSG_EQUAL_H
#define LISP_TESTS_MSG_EQUAL_H

#include <stdlib.h>
#include <string.h>

#include "wire/msg.h"

static inline bool equal_foreign(const struct wire_addr *a,
				 const struct wire_addr *b)
{
	if (!a || !b)
		return a == b;
	return a->kind == b->kind && a->has_iid == b->has_iid &&
	       a->iid_mask_len == b->iid_mask_len && a->iid == b->iid &&
	       a->lcaf_type == b->lcaf_type && a->raw_len == b->raw_len &&
	       addr_equal(&a->addr, &b->addr) && !a->raw == !b->raw &&
	       (!a->raw || memcmp(a->raw, b->raw, a->raw_len) == 0);
}

static inline int locator_order(const void *x, const void *y)
{
	const struct locator *a = x, *b = y;
	int order = addr_cmp(&a->addr, &b->addr);

	return order ? order : memcmp(a, b, sizeof(*a));
}

static inline bool equal_locators(const struct map_record *a,
				  const struct map_record *b)
{
	size_t n = a->locator_count, i;
	struct locator x[LOCATOR_MAX], y[LOCATOR_MAX];

	if (n != b->locator_count)
		return false;
	if (n) {
		memcpy(x, a->locators, n * sizeof(*x));
		memcpy(y, b->locators, n * sizeof(*y));
	}
	qsort(x, n, sizeof(*x), locator_order);
	qsort(y, n, sizeof(*y), locator_order);
	for (i = 0; i < n; i++)
		if (!addr_equal(&x[i].addr, &y[i].addr) ||
		    x[i].priority != y[i].priority ||
		    x[i].weight != y[i].weight ||
		    x[i].mpriority != y[i].mpriority ||
		    x[i].mweight != y[i].mweight || x[i].flags != y[i].flags)
			return false;
	return true;
}

static inline bool equal_record(const struct map_record *a,
				const struct map_record *b)
{
	return a->ttl == b->ttl && a->action == b->action &&
	       a->authoritative == b->authoritative &&
	       a->version == b->version && eid_equal(&a->eid, &b->eid) &&
	       equal_foreign(a->foreign, b->foreign) && equal_locators(a, b);
}

static inline bool equal_records(const struct map_record *a, size_t n,
				 const struct map_record *b, size_t m)
{
	size_t i;

	for (i = 0; n == m && i < n; i++)
		if (!equal_record(&a[i], &b[i]))
			return false;
	return n == m;
}

static inline bool equal_octets(const uint8_t *a, size_t n, const uint8_t *b,
				size_t m)
{
	return n == m && (n == 0 || memcmp(a, b, n) == 0);
}

static inline bool equal_referral_rloc(const struct referral_rloc *a,
				       const struct referral_rloc *b)
{
	size_t i;

	if (!addr_equal(&a->addr, &b->addr) || a->priority != b->priority ||
	    a->weight != b->weight || a->key_count != b->key_count)
		return false;
	for (i = 0; i < a->key_count; i++)
		if (a->keys[i].algorithm != b->keys[i].algorithm ||
		    a->keys[i].revoked != b->keys[i].revoked ||
		    !equal_octets(a->keys[i].data, a->keys[i].len,
				  b->keys[i].data, b->keys[i].len))
			return false;
	return true;
}

static inline bool equal_sig(const struct referral_sig *a,
			     const struct referral_sig *b)
{
	return a->original_ttl == b->original_ttl &&
	       a->expiration == b->expiration &&
	       a->inception == b->inception && a->key_tag == b->key_tag &&
	       a->algorithm == b->algorithm &&
	       equal_octets(a->data, a->len, b->data, b->len);
}

static inline bool equal_referral_record(const struct referral_record *a,
					 const struct referral_record *b)
{
	size_t i;

	if (a->ttl != b->ttl || !xeid_equal(&a->xeid, &b->xeid) ||
	    !equal_foreign(a->foreign, b->foreign) ||
	    a->action != b->action || a->incomplete != b->incomplete ||
	    a->authoritative != b->authoritative ||
	    a->version != b->version || a->rloc_count != b->rloc_count ||
	    a->sig_count != b->sig_count)
		return false;
	for (i = 0; i < a->rloc_count; i++)
		if (!equal_referral_rloc(&a->rlocs[i], &b->rlocs[i]))
			return false;
	for (i = 0; i < a->sig_count; i++)
		if (!equal_sig(&a->sigs[i], &b->sigs[i]))
			return false;
	return true;
}

static inline bool equal_referral(const struct map_referral *a,
				  const struct map_referral *b)
{
	size_t i;

	if (a->nonce != b->nonce || a->record_count != b->record_count)
		return false;
	for (i = 0; i < a->record_count; i++)
		if (!equal_referral_record(&a->records[i], &b->records[i]))
			return false;
	return true;
}

static inline bool equal_ids(const struct site_ids *a,
			     const struct site_ids *b)
{
	return memcmp(a->xtr_id, b->xtr_id, sizeof(a->xtr_id)) == 0 &&
	       a->site_id == b->site_id;
}

static inline bool equal_auth(const struct wire_auth *a,
			      const struct wire_auth *b)
{
	return a->key_id == b->key_id && a->algorithm == b->algorithm &&
	       a->data_len == b->data_len &&
	       memcmp(a->data, b->data, a->data_len) == 0;
}

static inline bool equal_request(const struct map_request *a,
				 const struct map_request *b)
{
	size_t i;

	if (a->flags != b->flags || a->nonce != b->nonce ||
	    !eid_equal(&a->source, &b->source) ||
	    !equal_foreign(a->source_foreign, b->source_foreign) ||
	    a->itr_count != b->itr_count ||
	    a->record_count != b->record_count || !a->reply != !b->reply ||
	    !equal_ids(&a->ids, &b->ids))
		return false;
	for (i = 0; i < a->itr_count; i++)
		if (!addr_equal(&a->itr_rlocs[i], &b->itr_rlocs[i]))
			return false;
	for (i = 0; i < a->record_count; i++) {
		const struct request_record *x = &a->records[i];
		const struct request_record *y = &b->records[i];

		if (x->subscribe != y->subscribe ||
		    !eid_equal(&x->eid, &y->eid) ||
		    !equal_foreign(x->foreign, y->foreign))
			return false;
	}
	return !a->reply || equal_record(a->reply, b->reply);
}

static inline bool equal_ecm(const struct ecm *a, const struct ecm *b)
{
	return a->flags == b->flags && addr_equal(&a->source, &b->source) &&
	       addr_equal(&a->dest, &b->dest) &&
	       a->source_port == b->source_port &&
	       a->dest_port == b->dest_port &&
	       (a->ttl == b->ttl || a->ttl == 0) &&
	       a->message_len == b->message_len &&
	       memcmp(a->message, b->message, a->message_len) == 0;
}

static inline bool equal_msg(const struct lisp_msg *a,
			     const struct lisp_msg *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case MSG_TYPE_MAP_REQUEST:
		return equal_request(&a->request, &b->request);
	case MSG_TYPE_MAP_REPLY:
		return a->reply.flags == b->reply.flags &&
		       a->reply.nonce == b->reply.nonce &&
		       equal_records(a->reply.records, a->reply.record_count,
				     b->reply.records, b->reply.record_count);
	case MSG_TYPE_MAP_REGISTER:
		return a->reg.flags == b->reg.flags &&
		       a->reg.nonce == b->reg.nonce &&
		       equal_auth(&a->reg.auth, &b->reg.auth) &&
		       equal_ids(&a->reg.ids, &b->reg.ids) &&
		       equal_records(a->reg.records, a->reg.record_count,
				     b->reg.records, b->reg.record_count);
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return a->notify.ack == b->notify.ack &&
		       a->notify.flags == b->notify.flags &&
		       a->notify.nonce == b->notify.nonce &&
		       equal_auth(&a->notify.auth, &b->notify.auth) &&
		       equal_ids(&a->notify.ids, &b->notify.ids) &&
		       equal_records(a->notify.records, a->notify.record_count,
				     b->notify.records, b->notify.record_count);
	case MSG_TYPE_MAP_REFERRAL:
		return equal_referral(&a->referral, &b->referral);
	case MSG_TYPE_ECM:
		return equal_ecm(&a->ecm, &b->ecm);
	}
	return false;
}

#endif
