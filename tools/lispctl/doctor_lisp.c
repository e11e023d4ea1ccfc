// SPDX-License-Identifier: GPL-2.0-or-later
/* The mapping system: is it there, and does it believe us? */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>

#include "../common/ask.h"
#include "../common/said.h"
#include "doctor.h"

#define ASK_TRIES	2
#define ASK_TIMEOUT	1000		/* ms */
#define ASK_MAX		8		/* of a kind */

/* --- asking --- */

/* An EID to ask about: one of our own, which nobody else is asked for. */
static struct eid some_eid(const struct doctor *d)
{
	const struct conf_xtr *x = d->conf->xtr;
	struct addr none = addr_make(ADDR_IPV4, "\xc0\x00\x02\x00");

	for (size_t i = 0; x && i < x->vpn_count; i++)
		if (x->vpns[i].database_count)
			return eid_host((uint32_t)x->vpns[i].iid,
					&x->vpns[i].database[0].prefix.addr);
	/* 192.0.2.0 of RFC 5737 is nobody's. */
	return eid_host(0, &none);
}

/* 0: it answers a Map-Request, or as a DDT node one of those. */
static int ask_one(struct doctor *d, const struct addr *a, bool ddt)
{
	const struct ask_options o = {
		.eid = some_eid(d), .ddt = ddt, .resolver = *a,
		.tries = ASK_TRIES, .timeout = ASK_TIMEOUT,
		.device = d->conf->underlay,
	};
	struct ask_answer answer;
	struct arena arena;
	int err;

	arena_init(&arena, MSG_ARENA_CAP);
	err = ask(&o, &arena, &answer);
	arena_free(&arena);
	return err;
}

/* @tool asks, too. */
static void judge_answer(struct doctor *d, const struct addr *a, int asked,
			 const char *tool)
{
	char text[ADDR_TEXT_MAX];

	addr_text(a, text);
	if (!asked) {
		doctor_found(d, VERDICT_OK, "%s: answers", text);
		return;
	}
	doctor_found(d, VERDICT_BAD, "%s: does not answer a Map-Request (%s)",
		     text, strerror(-asked));
	doctor_advise(d, "does it run, is the address right, and does no "
		      "firewall on the way stop UDP port 4342, to it or back? "
		      "\"%s %s EID\" asks it", tool, text);
}

/* --- Map-Servers --- */

/* What lispd knows of our registrations at one, all EID-prefixes together. */
struct server_look {
	struct addr addr;
	bool known;			/* lispd said something */
	unsigned int up, asking, refused;
	char example[EID_TEXT_MAX];	/* one that was refused */
	uint64_t bad_auth;		/* Map-Notifies, of all servers */
	int asked;			/* as ask() */
};

static void look_at_entry(struct server_look *l, struct json_object *entry,
			  struct json_object *server)
{
	const char *state = doctor_text(server, "state");
	struct json_object *v;

	l->known = true;
	if (json_object_object_get_ex(server, "refused", &v) &&
	    json_object_get_boolean(v)) {
		l->refused++;
		snprintf(l->example, sizeof(l->example), "[%s]%s",
			 doctor_text(entry, "iid"),
			 doctor_text(entry, "prefix"));
	} else if (!strcmp(state, "asking") || !strcmp(state, "idle")) {
		l->asking++;
	} else {
		l->up++;
	}
}

static void look_at_database(const struct doctor *d, struct server_look *l)
{
	struct json_object *entry, *list, *s;
	struct addr a;

	for (size_t i = 0; i < said_count(d->database); i++) {
		entry = said_at(d->database, i);
		list = said_list(entry, "map-servers");
		for (size_t j = 0; j < said_count(list); j++) {
			s = said_at(list, j);
			if (!addr_from_text(doctor_text(s, "address"), &a) &&
			    addr_equal(&a, &l->addr))
				look_at_entry(l, entry, s);
		}
	}
}

/* It acknowledges nothing. */
static void judge_silent(struct doctor *d, const struct server_look *l,
			 const char *text)
{
	if (l->bad_auth) {
		doctor_found(d, VERDICT_BAD, "%s: %" PRIu64 " Map-Notifies had "
			     "a wrong MAC", text, l->bad_auth);
		doctor_advise(d, "\"key\", \"key-id\" and \"algorithm\" must be "
			      "those that the Map-Server has for this site");
	} else if (!l->asked) {
		doctor_found(d, VERDICT_BAD, "%s: answers Map-Requests, but "
			     "does not acknowledge our Map-Registers", text);
		doctor_advise(d, "its site must have the same \"key\" and "
			      "\"key-id\" as this one's map-servers, and these "
			      "EID-prefixes: \"lispctl show sites\" there "
			      "counts what it refuses, and why");
	} else {
		doctor_found(d, VERDICT_BAD, "%s: does not answer", text);
		doctor_advise(d, "does it run, is the address right, and does "
			      "no firewall on the way stop UDP port 4342, to "
			      "it or back?");
	}
}

static void judge_server(struct doctor *d, const struct server_look *l)
{
	char text[ADDR_TEXT_MAX];

	addr_text(&l->addr, text);
	if (l->refused) {
		doctor_found(d, VERDICT_BAD, "%s: refuses %u of our "
			     "EID-prefixes, %s for one", text, l->refused,
			     l->example);
		doctor_advise(d, "its site must have them among its \"eids\": "
			      "\"lispctl show sites\" there");
	} else if (l->asking || (!l->known && l->asked)) {
		judge_silent(d, l, text);
	} else if (l->known) {
		doctor_found(d, VERDICT_OK, "%s: has all %u EID-prefixes",
			     text, l->up);
	} else {
		doctor_found(d, VERDICT_OK, "%s: answers; whether it takes our "
			     "key only lispd can know", text);
	}
}

/* Whoever acknowledges need not be asked. */
static void look_at_server(struct doctor *d, const struct addr *a)
{
	struct json_object *s = said_at(d->statistics, 0);
	struct server_look l = {
		.addr = *a,
		.bad_auth = doctor_number(s, "register-bad-auth"),
	};

	look_at_database(d, &l);
	if (l.asking || !l.known)
		l.asked = ask_one(d, a, false);
	judge_server(d, &l);
}

/* Those of an xTR, and those that a Map-Resolver passes requests on to. */
void doctor_map_servers(struct doctor *d)
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;
	const struct conf_mr *mr = d->conf ? d->conf->mr : NULL;

	for (size_t i = 0; mr && i < mr->map_server_count && i < ASK_MAX; i++)
		judge_answer(d, &mr->map_servers[i],
			     ask_one(d, &mr->map_servers[i], false), "lig -m");
	for (size_t i = 0; x && i < x->map_server_count && i < ASK_MAX; i++)
		look_at_server(d, &x->map_servers[i].address);
	if (x && !x->map_server_count) {
		doctor_found(d, VERDICT_WARNING, "none is configured: nobody "
			     "will find this site");
		doctor_advise(d, "add \"map-servers\" to \"xtr\"");
	}
}

/* --- Map-Resolvers --- */

void doctor_map_resolvers(struct doctor *d)
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;

	for (size_t i = 0; x && i < x->map_resolver_count && i < ASK_MAX; i++)
		judge_answer(d, &x->map_resolvers[i],
			     ask_one(d, &x->map_resolvers[i], false),
			     "lig -m");
	if (x && !x->map_resolver_count) {
		doctor_found(d, VERDICT_WARNING, "none is configured: nothing "
			     "is known of other sites");
		doctor_advise(d, "add \"map-resolvers\" to \"xtr\"");
	}
}

/* --- a Map-Resolver's way down a delegation tree --- */

static void judge_signatures(struct doctor *d, uint64_t bad)
{
	if (!bad)
		return;
	doctor_found(d, VERDICT_WARNING, "%" PRIu64 " Map-Referrals were not "
		     "signed with a trusted key since lispd started", bad);
	doctor_advise(d, "lispd's log names who sent them: a root's public key "
		      "must be among the \"ddt-trust-anchors\", another "
		      "node's among the \"key-files\" of its parent's "
		      "delegation");
}

void doctor_ddt_roots(struct doctor *d)
{
	const struct conf_mr *mr = d->conf ? d->conf->mr : NULL;
	struct json_object *s = said_at(d->statistics, 0);

	for (size_t i = 0; mr && i < mr->ddt_root_count && i < ASK_MAX; i++)
		judge_answer(d, &mr->ddt_roots[i],
			     ask_one(d, &mr->ddt_roots[i], true), "rig -d");
	judge_signatures(d, doctor_number(s, "ddt-client-bad-signature"));
}

/* --- a Map-Server's sites --- */

static void advise_refusals(struct doctor *d, struct json_object *why)
{
	static const struct {
		const char *refusal;
		const char *remedy;
	} rows[] = {
		{ "key", "the ETR's key, key-id or algorithm is not one of the "
			"site's \"keys\": make them the same" },
		{ "key-time", "the key's \"not-before\" and \"not-after\" do "
			"not hold now: renew it, or set the clocks" },
		{ "eid", "the ETR registers what is not among the site's "
			"\"eids\": add it, or correct the ETR" },
		{ "rloc", "the ETR registers a locator that is not among the "
			"site's \"rlocs\": add it, or correct the ETR" },
		{ "replayed", "its nonces do not grow: two ETRs share an "
			"xTR-ID, or its state directory was lost" },
		{ "full", "raise the site's \"max-registrations\"" },
		{ "limited", "it sends more than a site may: is an ETR "
			"restarting in a loop?" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (doctor_number(why, rows[i].refusal)) {
			doctor_advise(d, "%s", rows[i].remedy);
			return;
		}
	doctor_advise(d, "\"lispctl show sites\" and lispd's log say what, "
		      "and of whom");
}

static void judge_site(struct doctor *d, struct json_object *o)
{
	uint64_t has = doctor_number(o, "registrations");
	uint64_t refused = doctor_number(o, "refused");
	struct json_object *why = NULL;

	json_object_object_get_ex(o, "refusals", &why);
	if (!refused) {
		doctor_found(d, VERDICT_OK, "site \"%s\": %" PRIu64
			     " registrations, none refused",
			     doctor_text(o, "site"), has);
		return;
	}
	doctor_found(d, has ? VERDICT_WARNING : VERDICT_BAD, "site \"%s\": %"
		     PRIu64 " registrations; %" PRIu64 " were refused: %s",
		     doctor_text(o, "site"), has, refused,
		     json_object_to_json_string_ext(why,
				JSON_C_TO_STRING_PLAIN));
	advise_refusals(d, why);
}

void doctor_sites(struct doctor *d)
{
	for (size_t i = 0; i < said_count(d->sites); i++)
		judge_site(d, said_at(d->sites, i));
}

/* --- its disk --- */

static void judge_store(struct doctor *d, uint64_t errors, uint64_t dropped)
{
	if (!errors && !dropped) {
		doctor_found(d, VERDICT_OK, "all that was accepted is on "
			     "record");
		return;
	}
	doctor_found(d, VERDICT_BAD, "%" PRIu64 " writes failed and %" PRIu64
		     " answers were dropped since lispd started", errors,
		     dropped);
	doctor_advise(d, "lispd's log says why: \"journalctl -u lispd\"; look "
		      "at the disk of \"state-dir\", and how full it is");
}

void doctor_store(struct doctor *d)
{
	struct json_object *s = said_at(d->statistics, 0);

	if (s)
		judge_store(d, doctor_number(s, "record-errors"),
			    doctor_number(s, "record-answers-dropped"));
}
