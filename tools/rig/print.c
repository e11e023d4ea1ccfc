// SPDX-License-Identifier: GPL-2.0-or-later
#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../common/record.h"

static const char *error_of(const struct walk_step *s)
{
	if (s->error == -ETIMEDOUT)
		return "no answer";
	if (s->error)
		return strerror(-s->error);
	return s->record ? NULL : "a referral for something else";
}

/* --- for people --- */

static void print_rlocs(const struct referral_record *r)
{
	char text[ADDR_TEXT_MAX];

	for (unsigned int i = 0; i < r->rloc_count; i++) {
		const struct referral_rloc *l = &r->rlocs[i];

		printf("  %-39s priority %u, weight %u", addr_text(&l->addr,
		       text), l->priority, l->weight);
		if (l->key_count)
			printf(", %u %s%s", l->key_count,
			       l->keys[0].revoked ? "revoked " : "",
			       l->key_count == 1 ? "key" : "keys");
		putchar('\n');
	}
}

void print_step(void *arg, const struct walk_step *s)
{
	char node[ADDR_TEXT_MAX], xeid[XEID_TEXT_MAX];
	const struct referral_record *r = s->record;

	printf("%s: ", addr_text(&s->node, node));
	if (error_of(s)) {
		puts(error_of(s));
		return;
	}
	printf("%s %s, ttl %u min, %" PRIu64 " ms", xeid_text(&r->xeid, xeid),
	       referral_action_name(r->action), r->ttl, s->answer->rtt);
	printf("%s", r->incomplete ? ", incomplete" : "");
	if (r->sig_count)
		printf(", %u %s", r->sig_count, r->sig_count == 1 ?
		       "signature" : "signatures");
	puts(s->loop ? ", which is a loop" : "");
	print_rlocs(r);
	fflush(stdout);
}

/* --- JSON --- */

static void add_record(struct json_object *o, const struct walk_step *s)
{
	const struct referral_record *r = s->record;
	char text[XEID_TEXT_MAX];

	add_text(o, "prefix", xeid_text(&r->xeid, text));
	add_text(o, "action", referral_action_name(r->action));
	add_number(o, "ttl", r->ttl);
	add_bool(o, "incomplete", r->incomplete);
	add_bool(o, "loop", s->loop);
	add_number(o, "signatures", r->sig_count);
	json_object_object_add(o, "referrals", referral_rlocs_json(r));
}

void print_collect(void *arg, const struct walk_step *s)
{
	struct json_object *o = json_object_new_object();
	char text[ADDR_TEXT_MAX];

	add_text(o, "node", addr_text(&s->node, text));
	if (error_of(s))
		add_text(o, "error", error_of(s));
	if (!s->error) {
		add_number(o, "rtt", s->answer->rtt);
		add_number(o, "tries", s->answer->tries);
	}
	if (s->record)
		add_record(o, s);
	json_object_array_add(arg, o);
}

void print_json(const struct ask_options *o, enum walk_end end,
		struct json_object *steps)
{
	static const char *const ends[] = {
		[WALK_ACKNOWLEDGED] = "answered",
		[WALK_SILENT] = "silent",
		[WALK_NOTHING] = "nothing",
	};
	struct json_object *doc = json_object_new_object();
	char text[EID_TEXT_MAX];

	add_text(doc, "eid", eid_text(&o->eid, text));
	add_text(doc, "result", ends[end]);
	json_object_object_add(doc, "steps", steps);
	puts(json_object_to_json_string_ext(doc, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(doc);
}
