// SPDX-License-Identifier: GPL-2.0-or-later
#include "record.h"

#include <stdio.h>
#include <stdlib.h>

/* --- members --- */

void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

void add_bool(struct json_object *o, const char *key, bool b)
{
	json_object_object_add(o, key, json_object_new_boolean(b));
}

void add_addr(struct json_object *o, const char *key, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (a->family != ADDR_NONE)
		add_text(o, key, addr_text(a, text));
}

void add_octets(struct json_object *o, const char *key, const void *octets,
		size_t n)
{
	const uint8_t *octet = octets;
	char *text = malloc(2 * n + 1);

	if (!text)
		return;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", octet[i]);
	add_text(o, key, text);
	free(text);
}

/* --- EIDs --- */

/* Printable ASCII; all else, and the backslash, as \xNN: what a stranger says
 * does nothing to a terminal, and is valid JSON. */
static void add_name(struct json_object *o, const char *key,
		     const uint8_t *name, size_t n)
{
	char *text = malloc(4 * n + 1), *end = text;

	if (!text)
		return;
	*end = '\0';
	for (size_t i = 0; i < n; i++)
		end += sprintf(end, name[i] < ' ' || name[i] > '~' ||
			       name[i] == '\\' ? "\\x%02x" : "%c", name[i]);
	add_text(o, key, text);
	free(text);
}

static void add_mac(struct json_object *o, const uint8_t *mac)
{
	char text[18];

	snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	add_text(o, "mac", text);
}

static void add_lcaf(struct json_object *o, const struct wire_addr *a)
{
	const char *name = lcaf_type_name(a->lcaf_type);
	char number[4];

	snprintf(number, sizeof(number), "%u", a->lcaf_type);
	add_text(o, "lcaf", name ? name : number);
	add_octets(o, "octets", a->raw, a->raw_len);
}

static void add_foreign(struct json_object *o, const struct wire_addr *a)
{
	char text[16];

	switch (a->kind) {
	case WIRE_ADDR_NONE:
		snprintf(text, sizeof(text), "%u/%u", a->iid, a->iid_mask_len);
		add_text(o, a->has_iid ? "iid-range" : "prefix",
			 a->has_iid ? text : "none");
		break;
	case WIRE_ADDR_MAC:
		add_mac(o, a->raw + 2);
		break;
	case WIRE_ADDR_NAME:
		add_name(o, "name", a->raw + 2, a->raw_len - 3);
		break;
	case WIRE_ADDR_LCAF:
	case WIRE_ADDR_UNKNOWN:
		add_lcaf(o, a);
		break;
	case WIRE_ADDR_IP:
		break;
	}
}

void add_eid(struct json_object *o, const struct eid *e,
	     const struct wire_addr *foreign)
{
	char text[PREFIX_TEXT_MAX];

	if (!foreign) {
		add_number(o, "iid", e->iid);
		add_text(o, "prefix", prefix_text(&e->prefix, text));
		return;
	}
	if (foreign->has_iid && foreign->kind != WIRE_ADDR_NONE)
		add_number(o, "iid", foreign->iid);
	add_foreign(o, foreign);
	add_number(o, "mask-len", e->prefix.len);
}

/* --- EID-records --- */

const char *record_action(const struct map_record *r)
{
	if (r->locator_count)
		return "forward";
	return r->ignored ? "no usable locator" : map_action_name(r->action);
}

static struct json_object *locators_json(const struct map_record *r)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < r->locator_count; i++) {
		const struct locator *l = &r->locators[i];
		struct json_object *o = json_object_new_object();

		add_addr(o, "address", &l->addr);
		add_number(o, "priority", l->priority);
		add_number(o, "weight", l->weight);
		add_number(o, "multicast-priority", l->mpriority);
		add_number(o, "multicast-weight", l->mweight);
		add_bool(o, "reachable", l->flags & LOCATOR_REACHABLE);
		add_bool(o, "local", l->flags & LOCATOR_LOCAL);
		add_bool(o, "probed", l->flags & LOCATOR_PROBED);
		json_object_array_add(list, o);
	}
	return list;
}

struct json_object *record_json(const struct map_record *r)
{
	struct json_object *o = json_object_new_object();

	add_eid(o, &r->eid, r->foreign);
	add_number(o, "ttl", r->ttl);
	add_text(o, "action", record_action(r));
	add_bool(o, "authoritative", r->authoritative);
	add_number(o, "version", r->version);
	if (r->ignored)
		add_number(o, "ignored", r->ignored);
	json_object_object_add(o, "locators", locators_json(r));
	return o;
}

/* --- Map-Referrals --- */

struct json_object *referral_rlocs_json(const struct referral_record *r)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < r->rloc_count; i++) {
		const struct referral_rloc *l = &r->rlocs[i];
		struct json_object *o = json_object_new_object();

		add_addr(o, "address", &l->addr);
		add_number(o, "priority", l->priority);
		add_number(o, "weight", l->weight);
		add_number(o, "keys", l->key_count);
		if (l->key_count)
			add_bool(o, "revoked", l->keys[0].revoked);
		json_object_array_add(list, o);
	}
	return list;
}
