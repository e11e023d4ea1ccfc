// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lig, the LISP Internet Groper (RFC 6835): asks a Map-Resolver for an EID
 * and prints the Map-Reply; or, "lig self", for all that are our own (self.h).
 * Exit status: 0 a reply came, 1 none came, 2 the command line was wrong, 3 of
 * our own some are not registered as they are here.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_lisp.h>

#include "../common/complete.h"
#include "../common/socket.h"
#include "../common/words.h"
#include "print.h"
#include "self.h"

static const char usage[] =
"usage: lig [-m MAP-RESOLVER] [-i IID] [-S SOCKET] [-s SOURCE] [-u VRF]\n"
"           [-c TRIES] [-t MILLISECONDS] [-j] {EID | self}\n"
"\n"
"\"self\" asks for every EID-prefix of the lispd that runs here and compares\n"
"what is registered with what it has.\n"
"\n"
"  -m, --resolver ADDRESS  Map-Resolver to ask; default: one of those of the\n"
"                          lispd that runs here\n"
"  -i, --iid NUMBER        Instance-ID, default 0; or EID as [NUMBER]ADDRESS;\n"
"                          of \"self\" that VPN only\n"
"  -S, --socket PATH       control socket of lispd, default " SOCKET_DEFAULT "\n"
"  -s, --source ADDRESS    where the answer shall come to; default: the\n"
"                          address that routing towards the resolver prefers\n"
"  -u, --underlay VRF      send out of a VRF\n"
"  -c, --count NUMBER      Map-Requests at most, 1 to 10, default 3\n"
"  -t, --timeout NUMBER    milliseconds between them, default 2000\n"
"  -j, --json              print JSON\n"
"  -h, --help              print this\n"
"\n"
"Exit status: 0 answered (and \"self\" is as here), 1 not answered, 2 wrong\n"
"command line, 3 \"self\" is not registered as it is here.\n";

static const struct option options[] = {
	{ "resolver", required_argument, NULL, 'm' },
	{ "iid", required_argument, NULL, 'i' },
	{ "source", required_argument, NULL, 's' },
	{ "socket", required_argument, NULL, 'S' },
	{ "underlay", required_argument, NULL, 'u' },
	{ "count", required_argument, NULL, 'c' },
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL }
};

struct command {
	struct ask_options ask;
	uint32_t iid;
	bool has_iid;
	bool self;
	const char *socket;
	bool json;
};

static void read_option(struct command *c, int option)
{
	switch (option) {
	case 'm':
		c->ask.resolver = words_address("resolver", optarg);
		break;
	case 'i':
		c->iid = words_number("iid", optarg, 0, LISP_IID_MAX);
		c->has_iid = true;
		break;
	case 's':
		c->ask.source = words_address("source", optarg);
		break;
	case 'S':
		c->socket = optarg;
		break;
	case 'u':
		c->ask.device = optarg;
		break;
	case 'c':
		c->ask.tries = words_number("count", optarg, 1, ASK_TRIES_MAX);
		break;
	case 't':
		c->ask.timeout = words_number("timeout", optarg, 1, 60000);
		break;
	case 'j':
		c->json = true;
		break;
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		fputs(usage, stderr);
		exit(2);
	}
}

static void read_command(int argc, char **argv, struct command *c)
{
	int option;

	while ((option = getopt_long(argc, argv, "m:i:s:S:u:c:t:jh", options,
				     NULL)) != -1)
		read_option(c, option);
	c->self = optind + 1 == argc && !strcmp(argv[optind], "self");
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		exit(2);
	}
	if (!c->self && eid_from_text(argv[optind], &c->ask.eid))
		words_refuse("EID", argv[optind], "an address, a prefix, or "
		       "either behind \"[IID]\"");
	if (c->iid)
		c->ask.eid.iid = c->iid;
}

/* Whoever is asked. */
static void find_resolver(struct command *c)
{
	if (c->ask.resolver.family == ADDR_NONE &&
	    self_resolver(c->socket, &c->ask.resolver)) {
		fputs("lig: expected a Map-Resolver to ask: -m ADDRESS\n",
		      stderr);
		exit(1);
	}
	if (c->ask.source.family != ADDR_NONE &&
	    c->ask.source.family != c->ask.resolver.family) {
		fprintf(stderr, "lig: source and resolver are of different "
			"families\n");
		exit(2);
	}
}

static int ask_one(const struct command *c)
{
	struct ask_answer answer;
	char text[ADDR_TEXT_MAX];
	struct arena arena;
	int err;

	arena_init(&arena, MSG_ARENA_CAP);
	err = ask(&c->ask, &arena, &answer);
	if (err == -ETIMEDOUT)
		fprintf(stderr, "lig: no answer to %u Map-Requests to %s: is a "
			"Map-Resolver there, and does UDP port 4342 pass, "
			"to it and back?\n", c->ask.tries,
			addr_text(&c->ask.resolver, text));
	else if (err)
		fprintf(stderr, "lig: asking %s: %s\n",
			addr_text(&c->ask.resolver, text), strerror(-err));
	else if (c->json)
		print_json(&c->ask, &answer);
	else
		print_text(&c->ask, &answer);
	arena_free(&arena);
	return err ? 1 : 0;
}

/* Words that may stand next. */
static int complete(int argc, char **argv)
{
	struct complete c;

	complete_read(&c, options, false, argc, argv);
	switch (c.option) {
	case 0:
		complete_options(&c, options);
		if (!c.count)
			complete_say(&c, "self");
		break;
	case 'm':
		complete_lispd(&c, c.given['S'], "status", "address", NULL);
		break;
	case 'i':
		complete_iids(&c, c.given['S']);
		break;
	case 'u':
		complete_vrfs(&c);
		break;
	case 'S':
		return COMPLETE_FILE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct command c = {
		.ask = { .tries = 3, .timeout = 2000 },
		.socket = SOCKET_DEFAULT,
	};
	struct self_options self = { .ask = &c.ask };

	if (complete_wanted(argc, argv))
		return complete(argc, argv);
	read_command(argc, argv, &c);
	find_resolver(&c);
	if (!c.self)
		return ask_one(&c);
	self.socket = c.socket;
	self.iid = c.has_iid ? &c.iid : NULL;
	self.json = c.json;
	return self_run(&self);
}
