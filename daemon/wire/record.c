// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * EID-records and RLOC-records.
 *
 * Counts are a sender's claim: before memory is set aside for them, the
 * octets that so many elements need at least must be there.
 */
#include "wire/record.h"

#include <string.h>

#define RECORD_SIZE_MIN		12	/* 10 octets and an AFI */
#define LOCATOR_SIZE_MIN	8	/* 6 octets and an AFI */

#define RECORD_ACT_SHIFT	13
#define RECORD_A		0x1000
#define RECORD_VERSION		0x0fff
#define VERSION_HALF		2048	/* of the circle of versions */

const char *map_action_name(enum map_action action)
{
	switch (action) {
	case MAP_NO_ACTION:
		return "no-action";
	case MAP_NATIVELY_FORWARD:
		return "natively-forward";
	case MAP_SEND_MAP_REQUEST:
		return "send-map-request";
	case MAP_DROP:
		return "drop";
	case MAP_DROP_POLICY:
		return "drop-policy-denied";
	case MAP_DROP_AUTH:
		return "drop-auth-failure";
	}
	return "?";
}

/* Unassigned actions are drops for no reason. */
static enum map_action action_of(unsigned int act)
{
	return act <= MAP_DROP_AUTH ? (enum map_action)act : MAP_DROP;
}

bool version_newer(uint16_t v, uint16_t than)
{
	return v > than ? v - than <= VERSION_HALF : than - v > VERSION_HALF;
}

int locator_cmp(const struct locator *a, const struct locator *b)
{
	return addr_cmp(&a->addr, &b->addr);
}

bool locators_sorted(const struct locator *l, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++)
		if (locator_cmp(&l[i - 1], &l[i]) > 0)
			return false;
	return true;
}

static bool locator_equal(const struct locator *a, const struct locator *b)
{
	return addr_equal(&a->addr, &b->addr) && a->priority == b->priority &&
	       a->weight == b->weight && a->mpriority == b->mpriority &&
	       a->mweight == b->mweight && a->flags == b->flags;
}

bool locators_equal(const struct locator *a, const struct locator *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!locator_equal(&a[i], &b[i]))
			return false;
	return true;
}

/* Insertion sorts: sets are small and nearly always sorted already. */
void locators_sort(struct locator *l, size_t n)
{
	size_t i, j;

	for (i = 1; i < n; i++) {
		struct locator moving = l[i];

		for (j = i; j > 0 && locator_cmp(&l[j - 1], &moving) > 0; j--)
			l[j] = l[j - 1];
		l[j] = moving;
	}
}

/* The same for a set that must not be touched. */
static void sorted_order(const struct locator *l, size_t n,
			 uint8_t order[LOCATOR_MAX])
{
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = i; j > 0; j--) {
			if (locator_cmp(&l[order[j - 1]], &l[i]) <= 0)
				break;
			order[j] = order[j - 1];
		}
		order[j] = (uint8_t)i;
	}
}

int record_eid_parse(struct parse *p, uint8_t mask_len, struct eid *e,
		     const struct wire_addr **foreign, uint8_t *iid_mask_len)
{
	struct wire_addr a, *kept;

	*e = (struct eid){ 0 };
	*foreign = NULL;
	if (wire_addr_parse(p, &a))
		return parse_check(p);
	e->iid = a.iid;
	if (iid_mask_len)
		*iid_mask_len = a.iid_mask_len;
	if (a.kind == WIRE_ADDR_IP) {
		if (prefix_make(&a.addr, mask_len, &e->prefix))
			return parse_fail(p, WIRE_MASK_LEN);
		return 0;
	}
	if (!wire_addr_may_be_eid(&a))
		return parse_fail(p, WIRE_EID);
	e->prefix.len = mask_len;
	kept = parse_array(p, 1, sizeof(*kept));
	if (kept)
		*kept = a;
	*foreign = kept;
	return parse_check(p);
}

void record_eid_build(struct writer *w, const struct eid *e,
		      const struct wire_addr *foreign, uint8_t iid_mask_len)
{
	if (foreign)
		wire_addr_build(w, foreign);
	else
		wire_eid_build(w, e->iid, iid_mask_len, &e->prefix.addr);
}

/* One RLOC-record; false if it is of a kind that cannot be used. */
static bool locator_parse(struct parse *p, struct locator *l)
{
	struct wire_addr a;

	l->priority = reader_u8(&p->r);
	l->weight = reader_u8(&p->r);
	l->mpriority = reader_u8(&p->r);
	l->mweight = reader_u8(&p->r);
	l->flags = reader_u16(&p->r) & LOCATOR_FLAGS;
	if (wire_addr_parse(p, &a))
		return false;
	l->addr = a.addr;
	/* An address in another instance is nothing to send a packet to. */
	return a.kind == WIRE_ADDR_IP && a.iid == 0;
}

static void locators_parse(struct parse *p, struct map_record *rec,
			   unsigned int n)
{
	if (n * LOCATOR_SIZE_MIN > reader_left(&p->r)) {
		parse_fail(p, WIRE_SHORT);
		return;
	}
	rec->locators = parse_array(p, n, sizeof(*rec->locators));
	while (n-- && reader_ok(&p->r)) {
		if (locator_parse(p, &rec->locators[rec->locator_count]))
			rec->locator_count++;
		else
			rec->ignored++;
	}
}

int record_parse(struct parse *p, struct map_record *rec)
{
	unsigned int locators, bits;
	uint8_t mask_len;

	*rec = (struct map_record){ .ttl = reader_u32(&p->r) };
	locators = reader_u8(&p->r);
	mask_len = reader_u8(&p->r);
	bits = reader_u16(&p->r);
	rec->action = action_of(bits >> RECORD_ACT_SHIFT);
	rec->authoritative = bits & RECORD_A;
	rec->version = reader_u16(&p->r) & RECORD_VERSION;
	if (!record_eid_parse(p, mask_len, &rec->eid, &rec->foreign,
			      &rec->iid_mask_len))
		locators_parse(p, rec, locators);
	return parse_check(p);
}

int records_parse(struct parse *p, size_t n, struct map_record **recs)
{
	size_t i;

	*recs = NULL;
	if (n * RECORD_SIZE_MIN > reader_left(&p->r))
		return parse_fail(p, WIRE_SHORT);
	*recs = parse_array(p, n, sizeof(**recs));
	for (i = 0; i < n && reader_ok(&p->r); i++)
		record_parse(p, &(*recs)[i]);
	if (parse_check(p))
		*recs = NULL;
	return parse_check(p);
}

static void locator_build(struct writer *w, const struct locator *l)
{
	writer_u8(w, l->priority);
	writer_u8(w, l->weight);
	writer_u8(w, l->mpriority);
	writer_u8(w, l->mweight);
	writer_u16(w, l->flags & LOCATOR_FLAGS);
	wire_ip_build(w, &l->addr);
}

void record_build(struct writer *w, const struct map_record *rec)
{
	uint8_t order[LOCATOR_MAX];
	size_t i;

	writer_u32(w, rec->ttl);
	writer_u8(w, rec->locator_count);
	writer_u8(w, rec->eid.prefix.len);
	writer_u16(w, (uint16_t)(rec->action << RECORD_ACT_SHIFT |
				 (rec->authoritative ? RECORD_A : 0)));
	writer_u16(w, rec->version & RECORD_VERSION);
	record_eid_build(w, &rec->eid, rec->foreign, rec->iid_mask_len);
	sorted_order(rec->locators, rec->locator_count, order);
	for (i = 0; i < rec->locator_count; i++)
		locator_build(w, &rec->locators[order[i]]);
}

void records_build(struct writer *w, const struct map_record *recs, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		record_build(w, &recs[i]);
}

size_t record_size(const struct map_record *rec)
{
	const struct wire_addr *f = rec->foreign;
	size_t i, size;

	if (f)
		size = RECORD_SIZE_MIN - 2 + wire_addr_size(f);
	else
		size = RECORD_SIZE_MIN - 2 +
		       wire_eid_size(rec->eid.iid, &rec->eid.prefix.addr);
	for (i = 0; i < rec->locator_count; i++)
		size += LOCATOR_SIZE_MIN - 2 +
			wire_ip_size(&rec->locators[i].addr);
	return size;
}
