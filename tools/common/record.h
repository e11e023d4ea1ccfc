/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of control messages as JSON, the same in every tool, and the members
 * that such objects are made of.
 */
#ifndef TOOLS_RECORD_H
#define TOOLS_RECORD_H

#include <json-c/json.h>

#include "wire/map_referral.h"
#include "wire/record.h"

/* Members of @o.  A NULL @text, or an address of no family, adds none. */
void add_text(struct json_object *o, const char *key, const char *text);
void add_number(struct json_object *o, const char *key, uint64_t n);
void add_bool(struct json_object *o, const char *key, bool b);
void add_addr(struct json_object *o, const char *key, const struct addr *a);

/* @n octets as hex digits. */
void add_octets(struct json_object *o, const char *key, const void *octets,
		size_t n);

/*
 * Members "iid" and "prefix"; or of an EID that is no IP prefix (@foreign, else
 * NULL) "iid" if it has one, "mask-len", and one of "mac", "name", "iid-range"
 * ("256/24"), "lcaf" (the type's name, or its number) with "octets", and
 * "prefix", which is "none".
 */
void add_eid(struct json_object *o, const struct eid *e,
	     const struct wire_addr *foreign);

/* "forward" if there are locators, "no usable locator", or the ACT field. */
const char *record_action(const struct map_record *r);

/* An EID-record: its EID, "ttl" (minutes), "action", "authoritative",
 * "version", "locators", and "ignored", if some are. */
struct json_object *record_json(const struct map_record *r);

/* The locators of a record of a Map-Referral: "address", "priority", "weight",
 * "keys" (how many), and "revoked", if they are. */
struct json_object *referral_rlocs_json(const struct referral_record *r);

#endif
