// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rig, the Referral Internet Groper (RFC 8112): walks down a delegation tree
 * towards an EID and prints each referral.  Exit status: 0 a Map-Server
 * acknowledged the request, 1 nobody answered, 2 the command line was wrong,
 * 3 the tree has no such EID.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/if_lisp.h>

#include "../common/complete.h"
#include "../common/words.h"
#include "print.h"

static const char usage[] =
"usage: rig -d NODE [-i IID] [-s SOURCE] [-u VRF] [-c TRIES]\n"
"           [-t MILLISECONDS] [-a | -1] [-j] EID\n"
"\n"
"  -d, --node ADDRESS      DDT node to begin at, for instance a root\n"
"  -i, --iid NUMBER        Instance-ID, default 0; or EID as [NUMBER]ADDRESS\n"
"  -s, --source ADDRESS    where answers shall come to; default: the\n"
"                          address that routing towards each node prefers\n"
"  -u, --underlay VRF      send out of a VRF\n"
"  -c, --count NUMBER      Map-Requests to one node at most, 1 to 10,\n"
"                          default 3\n"
"  -t, --timeout NUMBER    milliseconds between them, default 2000\n"
"  -a, --all               ask everybody who is named, not one of each\n"
"                          referral\n"
"  -1, --one               ask that node only\n"
"  -j, --json              print JSON\n"
"  -h, --help              print this\n";

static const struct option options[] = {
	{ "node", required_argument, NULL, 'd' },
	{ "iid", required_argument, NULL, 'i' },
	{ "source", required_argument, NULL, 's' },
	{ "underlay", required_argument, NULL, 'u' },
	{ "count", required_argument, NULL, 'c' },
	{ "timeout", required_argument, NULL, 't' },
	{ "all", no_argument, NULL, 'a' },
	{ "one", no_argument, NULL, '1' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL }
};

struct command {
	struct ask_options ask;
	uint32_t iid;
	enum walk_mode mode;
	bool json;
};

static void read_option(struct command *c, int option)
{
	switch (option) {
	case 'd':
		c->ask.resolver = words_address("node", optarg);
		break;
	case 'i':
		c->iid = words_number("iid", optarg, 0, LISP_IID_MAX);
		break;
	case 's':
		c->ask.source = words_address("source", optarg);
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
	case 'a':
		c->mode = WALK_ALL;
		break;
	case '1':
		c->mode = WALK_ONE;
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

	while ((option = getopt_long(argc, argv, "d:i:s:u:c:t:a1jh", options,
				     NULL)) != -1)
		read_option(c, option);
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		exit(2);
	}
	if (c->ask.resolver.family == ADDR_NONE) {
		fputs("rig: expected a DDT node to begin at: -d ADDRESS\n",
		      stderr);
		exit(2);
	}
	if (eid_from_text(argv[optind], &c->ask.eid))
		words_refuse("EID", argv[optind], "an address, a prefix, or "
			     "either behind \"[IID]\"");
	if (c->iid)
		c->ask.eid.iid = c->iid;
	if (c->ask.source.family != ADDR_NONE &&
	    c->ask.source.family != c->ask.resolver.family) {
		fprintf(stderr, "rig: source and node are of different "
			"families\n");
		exit(2);
	}
}

/* Words that may stand next; nodes are those who have answered lispd. */
static int complete(int argc, char **argv)
{
	struct complete c;

	complete_read(&c, options, false, argc, argv);
	switch (c.option) {
	case 0:
		complete_options(&c, options);
		break;
	case 'd':
		complete_lispd(&c, NULL, "referral-cache", "from", NULL);
		break;
	case 'i':
		complete_iids(&c, NULL);
		break;
	case 'u':
		complete_vrfs(&c);
		break;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const int status[] = {
		[WALK_ACKNOWLEDGED] = 0,
		[WALK_SILENT] = 1,
		[WALK_NOTHING] = 3,
	};
	struct command c = { .ask = { .tries = 3, .timeout = 2000 } };
	struct json_object *steps = NULL;
	enum walk_end end;

	if (complete_wanted(argc, argv))
		return complete(argc, argv);
	read_command(argc, argv, &c);
	if (c.json)
		steps = json_object_new_array();
	end = walk(&c.ask, c.mode, c.json ? print_collect : print_step, steps);
	if (c.json)
		print_json(&c.ask, end, steps);
	return status[end];
}
