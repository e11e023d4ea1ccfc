// SPDX-License-Identifier: GPL-2.0-or-later
/* Events of the stream: which were asked for, and how they look. */
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "io/clock.h"
#include "out.h"

static void add(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

struct json_object *monitor_event(const char *source, const char *kind)
{
	struct json_object *o = json_object_new_object();
	char text[CLOCK_TEXT_MAX];

	add(o, "time", clock_wall_text(text));
	add(o, "reporter", source);
	add(o, "kind", kind);
	return o;
}

/* "" where there is none. */
static const char *member(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && v ?
		json_object_get_string(v) : "";
}

/* --- filters --- */

static const char *const of_stream[] = {
	"connected", "disconnected", "given-up", "lost",
};

static bool is_of_stream(const char *kind)
{
	for (size_t i = 0; i < sizeof(of_stream) / sizeof(of_stream[0]); i++)
		if (!strcmp(kind, of_stream[i]))
			return true;
	return false;
}

static bool has_kind(const struct args *a, struct json_object *event)
{
	for (size_t i = 0; i < a->kind_count; i++)
		if (!strcmp(a->kinds[i], member(event, "kind")) ||
		    !strcmp(a->kinds[i], member(event, "machine")))
			return true;
	return false;
}

/* It is about an EID in @p, or about one around it. */
static bool is_about(struct json_object *event, const struct prefix *p)
{
	struct prefix q;
	struct addr eid;

	if (!prefix_from_text(member(event, "prefix"), &q))
		return prefix_overlaps(&q, p);
	return !addr_from_text(member(event, "eid"), &eid) &&
		prefix_contains_addr(p, &eid);
}

static bool is_of_iid(struct json_object *event, uint32_t iid)
{
	struct json_object *v;

	return json_object_object_get_ex(event, "iid", &v) &&
		json_object_get_int64(v) == iid;
}

bool monitor_wants(const struct args *a, struct json_object *event)
{
	if (is_of_stream(member(event, "kind")))
		return true;
	if (args_said(a, WORD_KIND) && !has_kind(a, event))
		return false;
	if (args_said(a, WORD_IID) && !is_of_iid(event, a->iid))
		return false;
	return !args_said(a, WORD_PREFIX) || is_about(event, &a->prefix);
}

/* --- for people --- */

/* Text of a member without control characters. */
static void put(FILE *f, struct json_object *o, const char *key,
		const char *before, const char *after)
{
	struct json_object *v;
	char *text;

	if (!json_object_object_get_ex(o, key, &v))
		return;
	text = out_text(v);
	if (text)
		fprintf(f, "%s%s%s", before, text, after);
	free(text);
}

/* "probe: up -> doubt (no answer), peer 192.0.2.2" */
static void put_lispd(FILE *f, struct json_object *o)
{
	if (json_object_object_get_ex(o, "machine", NULL)) {
		put(f, o, "machine", "", ":");
		put(f, o, "from", " ", " ->");
		put(f, o, "to", " ", "");
		put(f, o, "reason", " (", ")");
	} else {
		put(f, o, "kind", "", "");
		put(f, o, "reason", ": ", "");
	}
	put(f, o, "peer", ", peer ", "");
	put(f, o, "iid", ", EID [", "]");
	put(f, o, "prefix", "", "");
	put(f, o, "site", ", site ", "");
	put(f, o, "number", ", number ", "");
}

/* "map new underlay default iid 100 prefix 10.2.0.0/16 ..." */
static void put_kernel(FILE *f, struct json_object *o)
{
	static const char *const head[] = { "time", "reporter", "kind" };

	put(f, o, "kind", "", "");
	put(f, o, "event", " ", "");
	json_object_object_foreach(o, key, v) {
		bool said = !strcmp(key, "event");

		for (size_t i = 0; i < 3; i++)
			said = said || !strcmp(key, head[i]);
		if (!said && v) {
			fprintf(f, " %s", key);
			put(f, o, key, " ", "");
		}
	}
}

static void put_stream(FILE *f, struct json_object *o)
{
	put(f, o, "kind", "", "");
	put(f, o, "reason", ": ", "");
	put(f, o, "count", " ", " events");
}

void monitor_print(FILE *f, bool json, struct json_object *o)
{
	if (json) {
		out_json(f, o, JSON_C_TO_STRING_SPACED);
		fputc('\n', f);
		return;
	}
	put(f, o, "time", "", " ");
	fprintf(f, "%-6s ", member(o, "reporter"));
	if (is_of_stream(member(o, "kind")))
		put_stream(f, o);
	else if (!strcmp(member(o, "reporter"), "kernel"))
		put_kernel(f, o);
	else
		put_lispd(f, o);
	fputc('\n', f);
}
