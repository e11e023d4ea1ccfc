// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <inttypes.h>
#include <stdio.h>

#include "../common/record.h"

static void print_record(const struct map_record *r)
{
	char text[EID_TEXT_MAX];

	if (r->ttl == RECORD_TTL_FOREVER)
		printf("%s, no ttl", eid_text(&r->eid, text));
	else
		printf("%s, ttl %u min", eid_text(&r->eid, text), r->ttl);
	printf(", %s%s\n", record_action(r),
	       r->authoritative ? ", authoritative" : "");
	for (size_t i = 0; i < r->locator_count; i++) {
		const struct locator *l = &r->locators[i];

		printf("  %-39s %s, priority %u, weight %u\n",
		       addr_text(&l->addr, text),
		       l->flags & LOCATOR_REACHABLE ? "up" : "down",
		       l->priority, l->weight);
	}
}

void print_text(const struct ask_options *o, const struct ask_answer *a)
{
	char eid[EID_TEXT_MAX], from[ADDR_TEXT_MAX];

	printf("Map-Reply for %s from %s, %" PRIu64 " ms, try %u\n",
	       eid_text(&o->eid, eid), addr_text(&a->from, from), a->rtt,
	       a->tries);
	for (size_t i = 0; i < a->reply.record_count; i++)
		print_record(&a->reply.records[i]);
}

void print_json(const struct ask_options *o, const struct ask_answer *a)
{
	struct json_object *doc = json_object_new_object();
	struct json_object *list = json_object_new_array();
	char text[EID_TEXT_MAX];

	add_text(doc, "eid", eid_text(&o->eid, text));
	add_addr(doc, "from", &a->from);
	add_number(doc, "rtt", a->rtt);
	add_number(doc, "tries", a->tries);
	json_object_object_add(doc, "records", list);
	for (size_t i = 0; i < a->reply.record_count; i++)
		json_object_array_add(list,
				      record_json(&a->reply.records[i]));
	puts(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
}
