// SPDX-License-Identifier: GPL-2.0-or-later
/* See ask.h. */
#include <errno.h>

#include "sm/ask.h"

#define INNER_TTL	64

/*
 * The inner source: an RLOC of ours of the EID's family.  Where there is none
 * any address of that family will do, since nobody answers to it (spec 02 3):
 * the packet's source, or the EID itself.
 */
static struct addr inner_source(const struct ask *ask,
				const struct database *db)
{
	uint8_t family = ask->eid.prefix.addr.family;

	for (unsigned int i = 0; i < db->locator_count; i++)
		if (db->locators[i].addr.family == family)
			return db->locators[i].addr;
	return ask->source.family == family ? ask->source
					    : ask->eid.prefix.addr;
}

static const uint8_t *build_request(const struct ask *ask,
				    const struct database *db,
				    struct actions *acts, size_t *len)
{
	struct addr rlocs[ITR_RLOC_MAX];
	struct request_record rec = { .eid = ask->eid };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = ask->flags,
			.nonce = ask->nonce,
			.itr_rlocs = rlocs,
			.itr_count = db->locator_count,
			.records = &rec,
			.record_count = 1,
		},
	};

	for (unsigned int i = 0; i < db->locator_count; i++)
		rlocs[i] = db->locators[i].addr;
	if (ask->source.family != ADDR_NONE)
		m.request.source = eid_host(ask->eid.iid, &ask->source);
	return action_build(acts, &m, len);
}

int ask_send(const struct ask *ask, const struct database *db,
	     const struct addr *resolver, struct actions *acts)
{
	struct lisp_msg m = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.source = inner_source(ask, db),
			.dest = ask->eid.prefix.addr,
			.source_port = LISP_CONTROL_PORT,
			.dest_port = LISP_CONTROL_PORT,
			.ttl = INNER_TTL,
		},
	};

	m.ecm.message = build_request(ask, db, acts, &m.ecm.message_len);
	if (!m.ecm.message)
		return -ENOMEM;
	return action_send_msg(acts, NULL, resolver, LISP_CONTROL_PORT, &m);
}
