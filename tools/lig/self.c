// SPDX-License-Identifier: GPL-2.0-or-later
#include "self.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "../common/lispd.h"
#include "../common/said.h"
#include "run/show.h"

enum verdict {
	AS_HERE,
	AND_OTHERS,
	DIFFERS,
	NOT_REGISTERED,
	NO_ANSWER,
};

static const char *const verdicts[] = {
	[AS_HERE] = "as here",
	[AND_OTHERS] = "and others",
	[DIFFERS] = "differs",
	[NOT_REGISTERED] = "not registered",
	[NO_ANSWER] = "no answer",
};

/* An EID-prefix of ours and what was said of it. */
struct finding {
	struct eid eid;
	struct locator ours[LOCATOR_MAX];
	size_t our_count;
	const struct map_record *rec;	/* NULL: none */
	const struct ask_answer *answer;
	enum verdict verdict;
};

/* --- what lispd says --- */

static uint32_t number(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ?
		(uint32_t)json_object_get_int64(v) : 0;
}

static const char *word(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && v ?
		json_object_get_string(v) : "";
}

static int read_ours(struct json_object *o, struct finding *f)
{
	struct json_object *list, *l;

	memset(f, 0, sizeof(*f));
	f->verdict = NO_ANSWER;
	f->eid.iid = number(o, "iid");
	list = said_list(o, "locators");
	if (prefix_from_text(word(o, "prefix"), &f->eid.prefix) || !list)
		return -EPROTO;
	for (size_t i = 0; i < said_count(list); i++) {
		struct locator *to = &f->ours[f->our_count];

		l = said_at(list, i);
		if (f->our_count == LOCATOR_MAX ||
		    addr_from_text(word(l, "address"), &to->addr))
			return -EPROTO;
		to->priority = (uint8_t)number(l, "priority");
		to->weight = (uint8_t)number(l, "weight");
		f->our_count++;
	}
	return 0;
}

static struct json_object *ask_lispd(const char *path, const char *what)
{
	struct json_object *all;
	int err;

	all = lispd_show(path, what, &err);
	if (!all)
		fprintf(stderr, "lig: asking lispd behind \"%s\" (-S names "
			"another socket): %s\n", path, strerror(-err));
	return all;
}

int self_resolver(const char *path, struct addr *a)
{
	struct json_object *all = ask_lispd(path, "status"), *list, *o;
	int err = -ENOENT;

	if (!all)
		return -EIO;
	list = said_list(said_at(all, 0), "map-resolvers");
	for (size_t i = 0; i < said_count(list); i++) {
		o = said_at(list, i);
		if (err && !addr_from_text(word(o, "address"), a))
			err = 0;
		if (strcmp(word(o, "state"), "up"))
			continue;
		err = addr_from_text(word(o, "address"), a);
		break;
	}
	json_object_put(all);
	if (err)
		fprintf(stderr, "lig: lispd has no Map-Resolver that it asks\n");
	return err;
}

/* --- comparing --- */

static const struct map_record *find_record(const struct map_reply *r,
					    const struct eid *eid)
{
	for (size_t i = 0; i < r->record_count; i++)
		if (!r->records[i].foreign &&
		    eid_equal(&r->records[i].eid, eid))
			return &r->records[i];
	return NULL;
}

static bool has(const struct map_record *rec, const struct locator *l)
{
	for (size_t i = 0; i < rec->locator_count; i++)
		if (addr_equal(&rec->locators[i].addr, &l->addr))
			return rec->locators[i].priority == l->priority &&
			       rec->locators[i].weight == l->weight;
	return false;
}

static enum verdict judge(struct finding *f, const struct map_reply *r)
{
	f->rec = find_record(r, &f->eid);
	if (!f->rec || !f->rec->locator_count)
		return NOT_REGISTERED;
	for (size_t i = 0; i < f->our_count; i++)
		if (!has(f->rec, &f->ours[i]))
			return DIFFERS;
	return f->rec->locator_count > f->our_count ? AND_OTHERS : AS_HERE;
}

/* --- saying --- */

static void print_locators(const char *whose, const struct locator *l,
			   size_t n)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < n; i++)
		printf("  %-10s %-39s priority %u, weight %u\n", whose,
		       addr_text(&l[i].addr, text), l[i].priority,
		       l[i].weight);
}

static void print_finding(const struct finding *f)
{
	char eid[EID_TEXT_MAX], from[ADDR_TEXT_MAX];

	printf("%s: %s", eid_text(&f->eid, eid), verdicts[f->verdict]);
	if (f->answer)
		printf(", says %s", addr_text(&f->answer->from, from));
	putchar('\n');
	if (f->verdict == AND_OTHERS || f->verdict == DIFFERS) {
		print_locators("here", f->ours, f->our_count);
		print_locators("registered", f->rec->locators,
			       f->rec->locator_count);
	}
}

static struct json_object *finding_json(const struct finding *f)
{
	struct json_object *o = json_object_new_object();
	char text[ADDR_TEXT_MAX];

	show_add_eid(o, &f->eid);
	json_object_object_add(o, "verdict",
			       json_object_new_string(verdicts[f->verdict]));
	json_object_object_add(o, "here", show_locators(f->ours,
							f->our_count));
	if (f->answer)
		json_object_object_add(o, "from", json_object_new_string(
				       addr_text(&f->answer->from, text)));
	if (f->rec)
		json_object_object_add(o, "registered", show_locators(
				       f->rec->locators,
				       f->rec->locator_count));
	return o;
}

/* --- asking --- */

/* 0, 1 or 3, as self_run(). */
static int ask_for(const struct self_options *o, const struct ask_options *how,
		   struct finding *f, struct json_object *list)
{
	struct ask_options q = *how;
	struct ask_answer answer;
	struct arena arena;

	arena_init(&arena, MSG_ARENA_CAP);
	q.eid = f->eid;
	if (!ask(&q, &arena, &answer)) {
		f->answer = &answer;
		f->verdict = judge(f, &answer.reply);
	}
	if (o->json)
		json_object_array_add(list, finding_json(f));
	else
		print_finding(f);
	arena_free(&arena);
	if (f->verdict == NO_ANSWER)
		return 1;
	return f->verdict == AS_HERE || f->verdict == AND_OTHERS ? 0 : 3;
}

/* What is wrong is worse than what is not known. */
static int ask_for_all(const struct self_options *o,
		       const struct ask_options *how,
		       struct json_object *ours)
{
	struct json_object *list = json_object_new_array();
	struct finding f;
	int status = 0, one;
	bool any = false;

	for (size_t i = 0; i < said_count(ours); i++) {
		if (read_ours(said_at(ours, i), &f)) {
			fprintf(stderr, "lig: lispd says what lig does not "
				"understand\n");
			status = 1;
			break;
		}
		if (o->iid && f.eid.iid != *o->iid)
			continue;
		any = true;
		one = ask_for(o, how, &f, list);
		status = one > status ? one : status;
	}
	if (o->json)
		puts(json_object_to_json_string_ext(list,
				JSON_C_TO_STRING_PRETTY |
				JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(list);
	if (any || status)
		return status;
	fprintf(stderr, "lig: lispd has no EID-prefix of its own%s\n",
		o->iid ? " in this instance" : "");
	return 1;
}

int self_run(const struct self_options *o)
{
	struct json_object *ours;
	int status;

	ours = ask_lispd(o->socket, "database");
	if (!ours)
		return 1;
	status = ask_for_all(o, o->ask, ours);
	json_object_put(ours);
	return status;
}
