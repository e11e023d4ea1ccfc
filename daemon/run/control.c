// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/control.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "io/clock.h"
#include "io/ctl.h"
#include "lib/plain.h"
#include "run/execute.h"
#include "run/reload.h"
#include "run/show.h"
#include "run/trace.h"
#include "run/worker.h"

#define NESTING_MAX	4

/* Send @o, which is given away. */
static void answer(struct daemon *d, uint64_t client, struct json_object *o)
{
	ctl_answer(d->ctl, client, json_object_to_json_string_ext(o,
			JSON_C_TO_STRING_PLAIN |
			JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void refuse(struct daemon *d, uint64_t client, const char *why)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "error", json_object_new_string(why));
	answer(d, client, o);
}

/* A member that is a string without NUL, or NULL. */
static const char *member(struct json_object *req, const char *key)
{
	struct json_object *v;
	const char *s;

	if (!json_object_object_get_ex(req, key, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	s = json_object_get_string(v);
	return strlen(s) == (size_t)json_object_get_string_len(v) ? s : NULL;
}

static void do_show(struct daemon *d, uint64_t client,
		    struct json_object *req)
{
	struct show_cursor c = { .after = member(req, "after"),
				 .eid = member(req, "eid") };
	const char *why = "out of memory";
	struct json_object *data, *o;

	workers_lock(d);
	data = show(d, member(req, "what"), &c, &why);
	workers_unlock(d);
	if (!data) {
		refuse(d, client, why);
		return;
	}
	o = json_object_new_object();
	json_object_object_add(o, "data", data);
	if (c.next[0])
		json_object_object_add(o, "next",
				       json_object_new_string(c.next));
	answer(d, client, o);
}

static void do_resolve(struct daemon *d, uint64_t client,
		       struct json_object *req)
{
	struct eid eid;
	int err;

	if (eid_from_text(member(req, "eid"), &eid)) {
		refuse(d, client, "\"eid\" is no EID: expected one such as "
		       "\"[100]10.1.0.1\"");
		return;
	}
	err = node_resolve(d->node, clock_ms(), &eid, client,
			   execute_begin(d));
	if (err == -EBUSY)
		refuse(d, client, "too many EIDs are being resolved");
	else if (err)
		refuse(d, client, "not an xTR, or the EID is of no instance "
		       "served here, or is local");
	execute_end(d);
}

/* An object with one number. */
static void answer_count(struct daemon *d, uint64_t client, const char *key,
			 uint64_t n)
{
	struct json_object *o = json_object_new_object();
	struct json_object *data = json_object_new_object();

	json_object_object_add(o, "data", data);
	json_object_object_add(data, key, json_object_new_uint64(n));
	answer(d, client, o);
}

static void do_probe(struct daemon *d, uint64_t client,
		     struct json_object *req)
{
	const char *text = member(req, "rloc");
	struct rloc_view v;
	unsigned int n;
	struct addr a;

	if (text && addr_from_text(text, &a)) {
		refuse(d, client, "\"rloc\" is no address");
		return;
	}
	if (text && !node_rloc(d->node, &a, &v)) {
		refuse(d, client, "this RLOC is not probed: no mapping in the "
		       "map-cache uses it, or probing is off");
		return;
	}
	execute_begin(d);
	n = node_probe(d->node, clock_ms(), text ? &a : NULL);
	execute_end(d);
	answer_count(d, client, "probed", n);
}

/* Not all at once: an event has a limit. */
static uint64_t clear_all(struct daemon *d)
{
	uint64_t total = 0;
	size_t n;

	do {
		n = node_clear(d->node, NULL, execute_begin(d));
		execute_end(d);
		total += n;
	} while (n);
	return total;
}

static void do_clear(struct daemon *d, uint64_t client,
		     struct json_object *req)
{
	const char *text = member(req, "eid");
	struct eid eid;
	uint64_t n;

	if (text && eid_from_text(text, &eid)) {
		refuse(d, client, "\"eid\" is no EID-prefix: expected one "
		       "such as \"[100]10.2.0.0/16\"");
		return;
	}
	if (!text) {
		n = clear_all(d);
	} else {
		n = node_clear(d->node, &eid, execute_begin(d));
		execute_end(d);
	}
	if (text && !n)
		refuse(d, client, "the map-cache has no such EID-prefix");
	else
		answer_count(d, client, "cleared", n);
}

static void do_clear_referrals(struct daemon *d, uint64_t client,
			       struct json_object *req)
{
	const char *text = member(req, "eid");
	struct eid eid;
	size_t n;

	if (text && eid_from_text(text, &eid)) {
		refuse(d, client, "\"eid\" is no EID-prefix: expected one "
		       "such as \"[100]10.2.0.0/16\"");
		return;
	}
	n = node_clear_referrals(d->node, text ? &eid : NULL);
	if (text && !n)
		refuse(d, client, "the referral cache has no such EID-prefix");
	else
		answer_count(d, client, "cleared", n);
}

static void do_trace(struct daemon *d, uint64_t client,
		     struct json_object *req)
{
	struct json_object *o;
	struct eid eid;

	if (eid_from_text(member(req, "eid"), &eid) || !eid_is_ip(&eid)) {
		refuse(d, client, "\"eid\" is no EID: expected one such as "
		       "\"[100]10.1.0.1\"");
		return;
	}
	eid = eid_host(eid.iid, &eid.prefix.addr);
	o = json_object_new_object();
	json_object_object_add(o, "data", trace(d, &eid));
	answer(d, client, o);
}

static void do_reload(struct daemon *d, uint64_t client,
		      struct json_object *req)
{
	struct reload_result r;

	if (reload(d, &r))
		refuse(d, client, r.why);
	else
		answer_count(d, client, "changed", r.changed);
}

static void do_watch(struct daemon *d, uint64_t client,
		     struct json_object *req)
{
	if (watch_add(d, client) == -EBUSY)
		refuse(d, client, "too many are watching already");
}

static struct json_object *show_record(const struct map_record *r)
{
	struct json_object *o = json_object_new_object();

	show_add_eid(o, &r->eid);
	json_object_object_add(o, "ttl", json_object_new_uint64(r->ttl));
	json_object_object_add(o, "action", json_object_new_string(
		r->locator_count ? "forward" : map_action_name(r->action)));
	json_object_object_add(o, "authoritative",
			       json_object_new_boolean(r->authoritative));
	json_object_object_add(o, "locators",
			       show_locators(r->locators, r->locator_count));
	return o;
}

static const char *why_unresolved(int error)
{
	if (error == -ETIMEDOUT)
		return "no Map-Resolver answered";
	if (error == -ECANCELED)
		return "lispd was reconfigured meanwhile, ask again";
	return "no Map-Resolver can be sent to";
}

void control_resolved(struct daemon *d, const struct action_resolved *r)
{
	struct json_object *o, *data, *list;
	char text[ADDR_TEXT_MAX];

	if (r->error) {
		refuse(d, r->token, why_unresolved(r->error));
		return;
	}
	o = json_object_new_object();
	data = json_object_new_object();
	list = json_object_new_array();
	json_object_object_add(o, "data", data);
	json_object_object_add(data, "from", json_object_new_string(
				       addr_text(&r->peer, text)));
	json_object_object_add(data, "rtt", json_object_new_uint64(r->rtt));
	json_object_object_add(data, "tries",
			       json_object_new_uint64(r->tries));
	json_object_object_add(data, "records", list);
	for (size_t i = 0; i < r->record_count; i++)
		json_object_array_add(list, show_record(&r->records[i]));
	answer(d, r->token, o);
}

/* --- requests --- */

struct command {
	const char *name;
	/* Members beside "command": all are strings.  NULL: none. */
	const char *required;
	const char *optional;
	const char *other;	/* optional, too */
	void (*run)(struct daemon *d, uint64_t client,
		    struct json_object *req);
};

static void do_help(struct daemon *d, uint64_t client,
		    struct json_object *req);

static const struct command commands[] = {
	{ "help", NULL, NULL, NULL, do_help },
	{ "show", "what", "after", "eid", do_show },
	{ "resolve", "eid", NULL, NULL, do_resolve },
	{ "probe", NULL, "rloc", NULL, do_probe },
	{ "clear", NULL, "eid", NULL, do_clear },
	{ "clear-referrals", NULL, "eid", NULL, do_clear_referrals },
	{ "reload", NULL, NULL, NULL, do_reload },
	{ "trace", "eid", NULL, NULL, do_trace },
	{ "watch", NULL, NULL, NULL, do_watch },
};

static const struct command *const commands_end = commands +
	sizeof(commands) / sizeof(commands[0]);

static void add_word(struct json_object *list, const char *word)
{
	if (word)
		json_object_array_add(list, json_object_new_string(word));
}

/* What this lispd understands, for clients that are older or newer. */
static void do_help(struct daemon *d, uint64_t client,
		    struct json_object *req)
{
	struct json_object *o = json_object_new_object();
	struct json_object *data = json_object_new_object();
	struct json_object *all = json_object_new_object();

	json_object_object_add(o, "data", data);
	json_object_object_add(data, "version",
			       json_object_new_int(CONTROL_VERSION));
	json_object_object_add(data, "commands", all);
	json_object_object_add(data, "displays", show_displays());
	for (const struct command *c = commands; c < commands_end; c++) {
		struct json_object *one = json_object_new_object();
		struct json_object *required = json_object_new_array();
		struct json_object *optional = json_object_new_array();

		json_object_object_add(all, c->name, one);
		json_object_object_add(one, "required", required);
		json_object_object_add(one, "optional", optional);
		add_word(required, c->required);
		add_word(optional, c->optional);
		add_word(optional, c->other);
	}
	answer(d, client, o);
}

static bool is_member(const struct command *c, const char *key)
{
	return !strcmp(key, "command") ||
		(c->required && !strcmp(key, c->required)) ||
		(c->optional && !strcmp(key, c->optional)) ||
		(c->other && !strcmp(key, c->other));
}

/* 0, or the sentence is in @why. */
static int check_members(const struct command *c, struct json_object *req,
			 char *why, size_t size)
{
	json_object_object_foreach(req, key, v) {
		(void)v;
		if (!is_member(c, key)) {
			snprintf(why, size, "unknown member \"%.32s\"", key);
			plain_make(why);
			return -EINVAL;
		}
		if (!member(req, key)) {
			snprintf(why, size, "\"%s\": expected a string", key);
			return -EINVAL;
		}
	}
	if (!c->required || member(req, c->required))
		return 0;
	snprintf(why, size, "\"%s\" is missing", c->required);
	return -EINVAL;
}

static const struct command *find_command(const char *name)
{
	for (const struct command *c = commands; c < commands_end; c++)
		if (name && !strcmp(c->name, name))
			return c;
	return NULL;
}

static void run_request(struct daemon *d, uint64_t client,
			struct json_object *req)
{
	const struct command *c;
	char why[128];

	if (!json_object_is_type(req, json_type_object)) {
		refuse(d, client, "expected a JSON object");
		return;
	}
	c = find_command(member(req, "command"));
	if (!c)
		refuse(d, client, "unknown \"command\": expected help, "
		       "show, resolve, probe, clear, clear-referrals, reload, "
		       "trace or watch");
	else if (check_members(c, req, why, sizeof(why)))
		refuse(d, client, why);
	else
		c->run(d, client, req);
}

void control_request(void *arg, uint64_t client, const char *line, size_t len)
{
	struct json_tokener *tok = json_tokener_new_ex(NESTING_MAX);
	/* json-c takes a NUL for the end. */
	bool text = !memchr(line, '\0', len);
	struct json_object *req = NULL;
	struct daemon *d = arg;

	if (tok && text) {
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
				       JSON_TOKENER_VALIDATE_UTF8);
		/* With the NUL behind it, which ends a number. */
		req = json_tokener_parse_ex(tok, line, len + 1);
	}
	if (tok && text &&
	    json_tokener_get_error(tok) == json_tokener_success)
		run_request(d, client, req);
	else
		refuse(d, client, "not JSON");
	json_object_put(req);
	if (tok)
		json_tokener_free(tok);
}
