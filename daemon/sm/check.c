// SPDX-License-Identifier: GPL-2.0-or-later
/* Which records of a Map-Reply to believe; see check.h. */
#include <errno.h>

#include "sm/check.h"

static const enum log_event fault_logs[CHECK_FAULT_COUNT] = {
	[CHECK_RECORD] = LOG_REPLY_RECORD,
	[CHECK_SHORT_PREFIX] = LOG_REPLY_SHORT_PREFIX,
	[CHECK_LOCAL_EID] = LOG_REPLY_LOCAL_EID,
	[CHECK_RLOC] = LOG_REPLY_RLOC,
};

static void fault(struct check *c, enum check_fault f, const struct eid *eid,
		  uint64_t number, struct actions *acts)
{
	c->faults[f]++;
	action_log_peer(acts, fault_logs[f], &c->from, eid, number);
}

/* The record that is about the address asked; the longest, if several are. */
static const struct map_record *find_answer(const struct check *c,
					    const struct map_reply *m)
{
	struct eid host = eid_host(c->asked.iid, &c->asked.prefix.addr);
	const struct map_record *best = NULL;

	for (unsigned int i = 0; i < m->record_count; i++) {
		const struct map_record *rec = &m->records[i];

		if (rec->foreign || !eid_contains(&rec->eid, &host))
			continue;
		if (!best || rec->eid.prefix.len > best->eid.prefix.len)
			best = rec;
	}
	return best;
}

static unsigned int min_len(const struct check *c, const struct eid *eid)
{
	return eid->prefix.addr.family == ADDR_IPV4 ? c->limits->min_len4
						    : c->limits->min_len6;
}

static bool record_ok(struct check *c, const struct map_record *rec,
		      const struct map_record *answer, struct actions *acts)
{
	if (rec->foreign || (!eid_contains(&rec->eid, &answer->eid) &&
			     !eid_contains(&answer->eid, &rec->eid) &&
			     !eid_contains(&c->asked, &rec->eid)))
		fault(c, CHECK_RECORD, &rec->eid, rec->foreign != NULL, acts);
	else if (rec != answer && rec->eid.prefix.len < min_len(c, &rec->eid))
		fault(c, CHECK_SHORT_PREFIX, &rec->eid, 0, acts);
	else if (database_is_local(c->db, &rec->eid))
		fault(c, CHECK_LOCAL_EID, &rec->eid, 0, acts);
	else
		return true;
	return false;
}

/* An RLOC that resolves through LISP would make packets loop; one that is
 * ours would bring them back.  A family we lack is for the data plane to
 * refuse, packet by packet, with the right ICMP. */
static bool locator_ok(const struct check *c, const struct locator *l)
{
	if (!addr_usable_rloc(&l->addr))
		return false;

	switch (c->ops->rloc_check(c->ops->arg, &l->addr)) {
	case RLOC_USABLE:
	case RLOC_NO_FAMILY:
		return true;
	case RLOC_OVERLAY:
	case RLOC_OWN:
		return false;
	}
	return false;
}

/* Only the answer can be too short here. */
static void narrow(struct check *c, struct map_record *rec,
		   struct actions *acts)
{
	unsigned int min = min_len(c, &rec->eid);

	if (rec->eid.prefix.len >= min)
		return;
	fault(c, CHECK_SHORT_PREFIX, &rec->eid, min, acts);
	prefix_make(&c->asked.prefix.addr, min, &rec->eid.prefix);
}

/* A copy of the record with the locators that can be used. */
static int keep(struct check *c, const struct map_record *rec,
		struct actions *acts)
{
	struct map_record *copy = arena_copy(acts->arena, rec, sizeof(*rec));
	struct locator *locs = arena_copy(acts->arena, rec->locators,
					  rec->locator_count * sizeof(*locs));
	unsigned int n = 0;

	if (!copy || !locs)
		return -ENOMEM;

	for (unsigned int i = 0; i < rec->locator_count; i++) {
		if (c->echo_nonce)
			locs[i].flags |= LOCATOR_ECHO_NONCE;
		if (locator_ok(c, &locs[i]))
			locs[n++] = locs[i];
		else
			fault(c, CHECK_RLOC, &rec->eid, i, acts);
	}

	narrow(c, copy, acts);
	copy->locators = locs;
	copy->locator_count = (uint8_t)n;
	c->maps[c->count++] = (struct cache_mapping){
		.rec = copy,
		.unusable = !n && (rec->locator_count || rec->ignored),
	};
	return 0;
}

int check_reply(struct check *c, const struct map_reply *m,
		struct actions *acts)
{
	const struct map_record *answer = find_answer(c, m);

	c->count = 0;
	c->echo_nonce = m->flags & MREP_ECHO_NONCE;
	if (!answer)
		return -EBADMSG;

	c->maps = arena_array(acts->arena, m->record_count, sizeof(*c->maps));
	if (!c->maps)
		return -ENOMEM;

	for (unsigned int i = 0; i < m->record_count; i++) {
		const struct map_record *rec = &m->records[i];
		int ret = 0;

		if (record_ok(c, rec, answer, acts))
			ret = keep(c, rec, acts);
		else if (rec == answer)
			return -EBADMSG;
		if (ret)
			return ret;
	}
	return 0;
}
