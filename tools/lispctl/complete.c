// SPDX-License-Identifier: GPL-2.0-or-later
/* Words that may stand next: those of the grammar, and values that are known
 * elsewhere. */
#include "../common/complete.h"

#include "lispctl.h"

#define ANY	CMD_COUNT

/* What of lispd's a word may be; of the rows for a word the first that has the
 * command, or any. */
static const struct source {
	enum word_id word;
	enum command_id command;
	const char *what;
	const char *key;
} sources[] = {
	{ WORD_PREFIX, CMD_SHOW, "registrations", "prefix" },
	{ WORD_PREFIX, CMD_CLEAR_REFERRALS, "referral-cache", "prefix" },
	{ WORD_PREFIX, CMD_LOCAL_DEL, "database", "prefix" },
	{ WORD_PREFIX, ANY, "map-cache", "prefix" },
	{ WORD_ADDRESS, ANY, "rlocs", "address" },
};

static void say_known(const struct complete *c, enum word_id w,
		      const struct args *a, const char *socket)
{
	const uint32_t *iid = args_said(a, WORD_IID) ? &a->iid : NULL;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (sources[i].word == w && (sources[i].command == ANY ||
					     sources[i].command == a->command)) {
			complete_lispd(c, socket, sources[i].what,
				       sources[i].key, iid);
			return;
		}
}

int complete_run(const struct option *longs, int argc, char **argv)
{
	struct complete c;
	struct args a;
	enum word_id w;

	complete_read(&c, longs, true, argc, argv);
	if (c.option)
		return c.option == 's' ? COMPLETE_FILE : 0;
	if (!c.count)
		complete_options(&c, longs);
	w = grammar_complete(c.count, c.words, &a, complete_say, &c);
	if (w == WORD_CONFIG || w == WORD_WRITE)
		return COMPLETE_FILE;
	if (w == WORD_IID || w == WORD_HOME_IID)
		complete_iids(&c, c.given['s']);
	else if (w == WORD_UNDERLAY || w == WORD_VRF)
		complete_vrfs(&c);
	else
		say_known(&c, w, &a, c.given['s']);
	return 0;
}
