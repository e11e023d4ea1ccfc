// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lispd is asked (common/lispd.h), and its answer.  Data is an object,
 * shown as lines of name and value, or a list of objects, shown as a table.
 */
#include "lispctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "../common/lispd.h"
#include "../common/said.h"
#include "../common/socket.h"
#include "out.h"

/* What people see of a list; all members are in the JSON. */
static const struct column map_cache[] = {
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN("ACTION", "action"),
	COLUMN("STATE", "state"),
	COLUMN_NUMBER("EXPIRES", "expires"),
	COLUMN_NUMBER("VERSION", "version"),
	COLUMN("FROM", "from"),
	COLUMN("LOCATORS", "locators"),
};

static const struct column database[] = {
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN_NUMBER("VERSION", "version"),
	COLUMN("LOCATORS", "locators"),
	COLUMN("MAP-SERVERS", "map-servers"),
};

static const struct column registrations[] = {
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN("SITE", "site"),
	COLUMN("ETR", "etr"),
	COLUMN("PROXY", "proxy"),
	COLUMN_NUMBER("EXPIRES", "expires"),
	COLUMN_NUMBER("VERSION", "version"),
	COLUMN("LOCATORS", "locators"),
};

static const struct column referral_cache[] = {
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN("ACTION", "action"),
	COLUMN_NUMBER("EXPIRES", "expires"),
	COLUMN("FROM", "from"),
	COLUMN("NODES", "locators"),
};

static const struct column history[] = {
	COLUMN("CHANGE", "change"),
	COLUMN_NUMBER("AGO", "ago"),
	COLUMN("ETR", "etr"),
	COLUMN("XTR-ID", "xtr-id"),
};

static const struct column sites[] = {
	COLUMN("SITE", "site"),
	COLUMN("MODE", "mode"),
	COLUMN_NUMBER("REGISTRATIONS", "registrations"),
	COLUMN_NUMBER("LAST", "last"),
	COLUMN_NUMBER("ACCEPTED", "accepted"),
	COLUMN_NUMBER("REFUSED", "refused"),
	COLUMN("REFUSALS", "refusals"),
	COLUMN("KEYS", "keys"),
	COLUMN("REGISTRANTS", "registrants"),
	COLUMN("EIDS", "eids"),
};

static const struct column rlocs[] = {
	COLUMN("ADDRESS", "address"),
	COLUMN_NUMBER("PORT", "port"),
	COLUMN("LOCAL", "local"),
	COLUMN("STATE", "state"),
	COLUMN_NUMBER("PRIORITY", "priority"),
	COLUMN_NUMBER("WEIGHT", "weight"),
	COLUMN("PROBE", "probe"),
	COLUMN_NUMBER("RTT", "rtt"),
	COLUMN_NUMBER("HOPS", "hops"),
	COLUMN_NUMBER("ANSWERED", "answered"),
	COLUMN_NUMBER("USERS", "users"),
	COLUMN_NUMBER("PACKETS", "packets"),
	COLUMN_NUMBER("BYTES", "bytes"),
};

/* Of a trace. */
static const struct column locators[] = {
	COLUMN("LOCATOR", "address"),
	COLUMN_NUMBER("PRIORITY", "priority"),
	COLUMN_NUMBER("WEIGHT", "weight"),
	COLUMN("PROBE", "probe"),
	COLUMN_NUMBER("RTT", "rtt"),
	COLUMN("USE", "use"),
};

/* Status and statistics are objects and need no columns. */
static const struct view {
	const char *what;
	const struct column *columns;
	size_t count;
} views[] = {
#define VIEW(what_, columns_) \
	{ what_, columns_, sizeof(columns_) / sizeof(columns_[0]) }
	VIEW("map-cache", map_cache),
	VIEW("database", database),
	VIEW("registrations", registrations),
	VIEW("history", history),
	VIEW("sites", sites),
	VIEW("referral-cache", referral_cache),
	VIEW("rlocs", rlocs),
	VIEW("trace", locators),
#undef VIEW
};

/* --- the question --- */

static void say(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

/* "[100]10.2.0.0/16", "192.0.2.2"; NULL: not said. */
static const char *eid_said(const struct args *a, char text[EID_TEXT_MAX])
{
	struct eid e;

	if (args_said(a, WORD_PREFIX))
		e = eid_make(a->iid, &a->prefix);
	else if (args_said(a, WORD_EID))
		e = eid_host(a->iid, &a->eid);
	else
		return NULL;
	return eid_text(&e, text);
}

static const char *address_said(const struct args *a,
				char text[ADDR_TEXT_MAX])
{
	return args_said(a, WORD_ADDRESS) ? addr_text(&a->address, text) :
		NULL;
}

static const char *const names[CMD_COUNT] = {
	[CMD_SHOW] = "show",
	[CMD_PROBE] = "probe",
	[CMD_CLEAR] = "clear",
	[CMD_CLEAR_REFERRALS] = "clear-referrals",
	[CMD_RELOAD] = "reload",
	[CMD_TRACE] = "trace",
};

static struct json_object *question(const struct args *a)
{
	struct json_object *o = json_object_new_object();
	char eid[EID_TEXT_MAX], address[ADDR_TEXT_MAX];

	say(o, "command", names[a->command]);
	say(o, "what", a->what);
	say(o, "rloc", address_said(a, address));
	say(o, "eid", eid_said(a, eid));
	return o;
}

/* --- the answer --- */

/* A show under way. */
struct show {
	const struct options *opt;
	const struct args *args;
	struct socket_in in;
	struct out *out;		/* NULL: no list so far */
	bool said;			/* what went wrong */
};

/* A list without a view, of a newer lispd, is shown object by object. */
static struct out *new_out(const struct show *s, const char *what)
{
	const struct view *v = NULL;

	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		if (what && !strcmp(views[i].what, what))
			v = &views[i];
	return out_new(stdout, s->opt->json, v ? v->columns : NULL,
		       v ? v->count : 0);
}

static int print_list(struct show *s, struct json_object *list)
{
	if (!said_is_list(list))
		return -EBADMSG;
	if (!s->out)
		s->out = new_out(s, s->args->what ? s->args->what :
				 names[s->args->command]);
	if (!s->out)
		return -ENOMEM;
	for (size_t i = 0; i < said_count(list); i++)
		out_add(s->out, json_object_get(said_at(list, i)));
	return 0;
}

/* The list @key of @o as a table with a title. */
static int print_part(struct show *s, struct json_object *o, const char *key)
{
	struct json_object *list = said_list(o, key);
	int err;

	if (!list)
		return 0;
	if (!said_count(list)) {
		printf("\n%s: none\n", key);
		return 0;
	}
	printf("\n%s:\n", key);
	s->out = new_out(s, key);
	err = print_list(s, list);
	if (s->out && out_end(s->out) && !err)
		err = -EIO;
	s->out = NULL;
	return err;
}

/* What is registered for an EID, for people. */
static int print_registration(struct show *s, struct json_object *o)
{
	struct json_object *head = json_object_new_object();
	int err = 0;

	json_object_object_foreach(o, key, v)
		if (!json_object_is_type(v, json_type_array))
			json_object_object_add(head, key, json_object_get(v));
	err = out_object(stdout, false, head);
	if (!err)
		err = print_part(s, o, "registrations");
	return err ? err : print_part(s, o, "history");
}

/* For people, the locators as a table beneath the rest. */
static int print_object(struct show *s, struct json_object *o)
{
	struct json_object *list = NULL;
	int err;

	if (s->args->what && !strcmp(s->args->what, "registrations") &&
	    !s->opt->json)
		return print_registration(s, o);
	if (s->args->command == CMD_TRACE && !s->opt->json &&
	    (list = said_list(o, "locators"))) {
		json_object_get(list);
		json_object_object_del(o, "locators");
	}
	err = out_object(stdout, s->opt->json, json_object_get(o));
	if (!err && said_count(list))
		err = print_list(s, list);
	json_object_put(list);
	return err;
}

static int print_data(struct show *s, struct json_object *data)
{
	switch (json_object_get_type(data)) {
	case json_type_array:
		return print_list(s, data);
	case json_type_object:
		return print_object(s, data);
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
	case json_type_string:
		break;
	}
	return -EBADMSG;
}

static int on_answer(void *arg, struct json_object *answer)
{
	struct json_object *member;
	struct show *s = arg;
	int err = -EBADMSG;
	char *text;

	if (json_object_object_get_ex(answer, "error", &member)) {
		text = member ? out_text(member) : NULL;
		complain("lispd: %s", text ? text : "no, and no reason");
		free(text);
		s->said = true;
		return -EPROTO;
	}
	if (json_object_object_get_ex(answer, "data", &member))
		err = print_data(s, member);
	if (err && err != -EBADMSG) {
		complain("cannot write the answer: %s", strerror(-err));
		s->said = true;
	}
	return err;
}

int show_run(const struct options *opt, const struct args *a)
{
	struct show s = { .opt = opt, .args = a };
	struct json_object *q = question(a);
	int err;

	err = socket_open(&s.in, opt->socket);
	if (!err)
		err = lispd_ask(&s.in, q, on_answer, &s);
	if (err && !s.said)
		socket_complain(opt->socket, err);
	if (s.out && out_end(s.out) && !err) {
		complain("cannot write the answer");
		err = -EIO;
	}
	socket_close(&s.in);
	json_object_put(q);
	return err ? LISPCTL_FAILED : 0;
}
