// SPDX-License-Identifier: GPL-2.0-or-later
#include "grammar_part.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <linux/lisp.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(w) (1ull << (w))

/* --- commands --- */

#define NO_OPERAND	WORD_COUNT
#define FILTER		(BIT(WORD_UNDERLAY) | BIT(WORD_IID))
#define KEY		(FILTER | BIT(WORD_PREFIX) | BIT(WORD_ORIGIN))
#define KEY_NEEDED	(BIT(WORD_IID) | BIT(WORD_PREFIX))
#define LOCATORS	(BIT(WORD_RLOC) | BIT(WORD_PRIORITY) | \
			 BIT(WORD_WEIGHT) | BIT(WORD_LOCATOR_PORT) | \
			 BIT(WORD_REACHABLE) | BIT(WORD_ECHO_NONCE) | \
			 BIT(WORD_GPE))

static const struct command {
	const char *object;
	const char *verb;	/* NULL: there is but one */
	enum word_id operand;	/* value that stands without its word */
	uint64_t allowed;		/* 1 << enum word_id */
	uint64_t needed;
} commands[CMD_COUNT] = {
	[CMD_SHOW] = { "show", NULL, WORD_WHAT, BIT(WORD_WHAT) |
		BIT(WORD_EID) | BIT(WORD_IID) | BIT(WORD_PREFIX),
		BIT(WORD_WHAT) },
	[CMD_PROBE] = { "probe", NULL, WORD_ADDRESS, BIT(WORD_ADDRESS), 0 },
	[CMD_CLEAR] = { "clear", "map-cache", NO_OPERAND,
		BIT(WORD_IID) | BIT(WORD_PREFIX), 0 },
	[CMD_CLEAR_REFERRALS] = { "clear", "referral-cache", NO_OPERAND,
		BIT(WORD_IID) | BIT(WORD_PREFIX), 0 },
	[CMD_RELOAD] = { "reload", NULL, NO_OPERAND, 0, 0 },
	[CMD_TRACE] = { "trace", NULL, WORD_EID, BIT(WORD_EID) | BIT(WORD_IID),
		BIT(WORD_EID) | BIT(WORD_IID) },
	[CMD_MAP_ADD] = { "map-cache", "add", NO_OPERAND,
		KEY | LOCATORS | BIT(WORD_ACTION) | BIT(WORD_TTL) |
		BIT(WORD_VERSION) | BIT(WORD_HOME_IID), KEY_NEEDED },
	[CMD_MAP_DEL] = { "map-cache", "del", NO_OPERAND, KEY, KEY_NEEDED },
	[CMD_MAP_FLUSH] = { "map-cache", "flush", NO_OPERAND,
		FILTER | BIT(WORD_ORIGIN), 0 },
	[CMD_MAP_GET] = { "map-cache", "get", WORD_EID,
		FILTER | BIT(WORD_EID), BIT(WORD_IID) | BIT(WORD_EID) },
	[CMD_MAP_SHOW] = { "map-cache", "show", NO_OPERAND,
		FILTER | BIT(WORD_ORIGIN), 0 },
	[CMD_LOCAL_ADD] = { "local", "add", NO_OPERAND,
		KEY | LOCATORS | BIT(WORD_VERSION), KEY_NEEDED },
	[CMD_LOCAL_DEL] = { "local", "del", NO_OPERAND, KEY, KEY_NEEDED },
	[CMD_LOCAL_SHOW] = { "local", "show", NO_OPERAND,
		FILTER | BIT(WORD_ORIGIN), 0 },
	[CMD_RLOC_SET] = { "rloc", "set", WORD_ADDRESS,
		BIT(WORD_ADDRESS) | BIT(WORD_UNDERLAY) | BIT(WORD_PORT) |
		BIT(WORD_STATE) | BIT(WORD_RTT), BIT(WORD_ADDRESS) },
	[CMD_RLOC_SHOW] = { "rloc", "show", WORD_ADDRESS,
		BIT(WORD_ADDRESS) | BIT(WORD_UNDERLAY) | BIT(WORD_PORT), 0 },
	[CMD_DEVICE_SHOW] = { "device", "show", NO_OPERAND, FILTER, 0 },
	[CMD_MISS_SHOW] = { "miss", "show", NO_OPERAND, FILTER, 0 },
	[CMD_IID_ADD] = { "iid", "add", WORD_IID, FILTER | BIT(WORD_VRF),
		BIT(WORD_IID) },
	[CMD_IID_DEL] = { "iid", "del", WORD_IID, FILTER, BIT(WORD_IID) },
	[CMD_IID_SHOW] = { "iid", "show", WORD_IID, FILTER, 0 },
	[CMD_MONITOR] = { "monitor", NULL, NO_OPERAND,
		BIT(WORD_IID) | BIT(WORD_PREFIX) | BIT(WORD_KIND) |
		BIT(WORD_RETRIES) | BIT(WORD_KERNEL) | BIT(WORD_DAEMON), 0 },
	[CMD_DOCTOR] = { "doctor", NULL, NO_OPERAND, BIT(WORD_CONFIG), 0 },
	[CMD_TOP] = { "top", NULL, NO_OPERAND,
		BIT(WORD_DELAY) | BIT(WORD_TIMES), 0 },
	[CMD_CAPTURE] = { "capture", NULL, NO_OPERAND,
		BIT(WORD_DRY_RUN) | BIT(WORD_IID) | BIT(WORD_EID) |
		BIT(WORD_ADDRESS) | BIT(WORD_DEVICE) | BIT(WORD_WRITE) |
		BIT(WORD_TIMES) | BIT(WORD_WITH), 0 },
};

__attribute__((format(printf, 2, 3)))
static int refuse(char why[GRAMMAR_WHY_MAX], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, GRAMMAR_WHY_MAX, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

__attribute__((format(printf, 2, 3)))
static void append(char list[GRAMMAR_WHY_MAX], const char *fmt, ...)
{
	size_t used = strlen(list);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(list + used, GRAMMAR_WHY_MAX - used, fmt, ap);
	va_end(ap);
}

/* Objects, or the verbs of @object. */
static void each_choice(const char *object, grammar_say_fn say, void *arg)
{
	const char *name, *before = "";

	for (size_t i = 0; i < COUNT(commands); i++) {
		if (object && strcmp(commands[i].object, object))
			continue;
		name = object ? commands[i].verb : commands[i].object;
		if (!name || !strcmp(name, before))
			continue;
		say(arg, name);
		before = name;
	}
}

static void append_choice(void *list, const char *name)
{
	append(list, "%s%s", *(char *)list ? ", " : "", name);
}

/* The same for a message. */
static const char *list_choices(const char *object, char list[GRAMMAR_WHY_MAX])
{
	list[0] = '\0';
	each_choice(object, append_choice, list);
	return list;
}

static const char *list_words(const struct command *c,
			      char list[GRAMMAR_WHY_MAX])
{
	list[0] = '\0';
	for (unsigned int w = 0; w < WORD_COUNT; w++)
		if (c->allowed & BIT(w) && w != c->operand)
			append(list, "%s%s", *list ? ", " : "", words[w].name);
	return list;
}

/* *@used: words that name the command. */
static const struct command *find_command(int argc, char *const *argv,
					  int *used, char *why)
{
	char list[GRAMMAR_WHY_MAX];
	bool object = false;

	if (!argc) {
		refuse(why, "no command, expected one of: %s",
		       list_choices(NULL, list));
		return NULL;
	}
	for (size_t i = 0; i < COUNT(commands); i++) {
		const struct command *c = &commands[i];

		if (strcmp(c->object, argv[0]))
			continue;
		object = true;
		*used = c->verb ? 2 : 1;
		if (!c->verb || (argc > 1 && !strcmp(c->verb, argv[1])))
			return c;
	}
	if (!object)
		refuse(why, "unknown command \"%s\", expected one of: %s",
		       argv[0], list_choices(NULL, list));
	else if (argc < 2)
		refuse(why, "\"%s\" wants one of: %s", argv[0],
		       list_choices(argv[0], list));
	else
		refuse(why, "unknown command \"%s %s\", expected one of: %s",
		       argv[0], argv[1], list_choices(argv[0], list));
	return NULL;
}

static int find_word(const struct command *c, const char *text)
{
	for (unsigned int w = 0; w < WORD_COUNT; w++)
		if (c->allowed & BIT(w) && w != c->operand &&
		    !strcmp(words[w].name, text))
			return w;
	return -EINVAL;
}

static int read_value(struct args *a, unsigned int w, const char *text,
		      char *why)
{
	const struct word *word = &words[w];

	if (args_said(a, w) && !word->repeats)
		return refuse(why, "\"%s\" is said twice", word->name);
	if (word->of_locator && !a->locators.count)
		return refuse(why, "\"%s\" belongs behind a \"rloc ADDRESS\"",
			      word->name);
	if (word->read && word->read(text, a))
		return refuse(why, "\"%s\" does not fit \"%s\", expected %s",
			      text, word->name, word->expected);
	a->said |= BIT(w);
	return 0;
}

static int read_words(const struct command *c, int argc, char *const *argv,
		      struct args *a,
		  char why[GRAMMAR_WHY_MAX])
{
	char list[GRAMMAR_WHY_MAX];
	int err, w;

	for (int i = 0; i < argc; i++) {
		w = find_word(c, argv[i]);
		if (w >= 0 && words[w].read && ++i == argc)
			return refuse(why, "\"%s\" wants a value: %s",
				      words[w].name, words[w].expected);
		if (w < 0 && c->operand != NO_OPERAND &&
		    !args_said(a, c->operand))
			w = c->operand;
		if (w < 0 && !*list_words(c, list))
			return refuse(why, "\"%s\" is one word too many",
				      argv[i]);
		if (w < 0)
			return refuse(why, "unknown word \"%s\", expected one "
				      "of: %s", argv[i], list);
		err = read_value(a, w, argv[i], why);
		if (err)
			return err;
	}
	return 0;
}

static int check(const struct command *c, const struct args *a,
		  char why[GRAMMAR_WHY_MAX])
{
	for (unsigned int w = 0; w < WORD_COUNT; w++)
		if (c->needed & BIT(w) && !args_said(a, w))
			return refuse(why, "%s \"%s\" is missing: %s",
				      w == c->operand ? "the value of" :
				      "the word", words[w].name,
				      words[w].expected);
	if (a->command == CMD_RLOC_SET && !args_said(a, WORD_STATE) &&
	    !args_said(a, WORD_RTT))
		return refuse(why, "a \"state\" or a \"rtt\" is missing");
	if ((a->command == CMD_CLEAR || a->command == CMD_CLEAR_REFERRALS) &&
	    args_said(a, WORD_IID) != args_said(a, WORD_PREFIX))
		return refuse(why, "\"iid\" and \"prefix\" go together");
	if (args_said(a, WORD_KERNEL) && args_said(a, WORD_DAEMON))
		return refuse(why, "\"--kernel\" and \"--daemon\" exclude "
			      "each other: without them both are watched");
	if (a->command != CMD_MAP_ADD)
		return 0;
	if (a->action == LISP_ACTION_FORWARD && !a->locators.count)
		return refuse(why, "a mapping needs a \"rloc\", or an "
			      "\"action\" other than forward");
	if (a->action != LISP_ACTION_FORWARD &&
	    a->action != LISP_ACTION_NATIVE && a->locators.count)
		return refuse(why, "a mapping with action %s has no \"rloc\"",
			      dp_action_name(a->action));
	return 0;
}

int grammar_parse(int argc, char *const *argv, struct args *a,
		  char why[GRAMMAR_WHY_MAX])
{
	const struct command *c;
	int err, used = 0;

	memset(a, 0, sizeof(*a));
	c = find_command(argc, argv, &used, why);
	if (!c)
		return -EINVAL;
	a->command = c - commands;
	err = read_words(c, argc - used, argv + used, a, why);
	return err ? err : check(c, a, why);
}

/* --- a command line that is begun --- */

/* What makes no sense is passed over. */
static unsigned int read_begun(const struct command *c, int argc,
			       char *const *argv, struct args *a)
{
	char why[GRAMMAR_WHY_MAX];
	int w;

	for (int i = 0; i < argc; i++) {
		w = find_word(c, argv[i]);
		if (w >= 0 && words[w].read && ++i == argc)
			return w;
		if (w < 0)
			w = c->operand;
		if (w != NO_OPERAND)
			read_value(a, w, argv[i], why);
	}
	return WORD_COUNT;
}

static void each_word(const struct command *c, const struct args *a,
		      grammar_say_fn say, void *arg)
{
	for (unsigned int w = 0; w < WORD_COUNT; w++)
		if (c->allowed & BIT(w) && w != c->operand &&
		    (!args_said(a, w) || words[w].repeats) &&
		    (!words[w].of_locator || a->locators.count))
			say(arg, words[w].name);
}

enum word_id grammar_complete(int argc, char *const *argv, struct args *a,
			      grammar_say_fn say, void *arg)
{
	const struct command *c;
	char why[GRAMMAR_WHY_MAX];
	unsigned int w;
	int used = 0;

	memset(a, 0, sizeof(*a));
	c = find_command(argc, argv, &used, why);
	if (!c && argc < 2)
		each_choice(argc ? argv[0] : NULL, say, arg);
	if (!c)
		return WORD_COUNT;
	a->command = c - commands;
	w = read_begun(c, argc - used, argv + used, a);
	if (w == WORD_COUNT) {
		if (c->operand != NO_OPERAND && !args_said(a, c->operand))
			w = c->operand;
		if (w == WORD_COUNT || !(c->needed & BIT(w)))
			each_word(c, a, say, arg);
	}
	for (uint32_t i = 0; w < WORD_COUNT && words[w].nth; i++) {
		if (*words[w].nth(i) == '?')
			break;
		say(arg, words[w].nth(i));
	}
	return w;
}

/* --- usage --- */

static void print_word(FILE *f, const struct command *c, unsigned int w)
{
	bool needed = c->needed & BIT(w);
	bool bare = w == c->operand;

	fprintf(f, " %s%s%s%s%s", needed ? "" : "[", bare ? "" : words[w].name,
		bare || !words[w].value ? "" : " ",
		words[w].value ? words[w].value : "", needed ? "" : "]");
}

static void print_command(FILE *f, const struct command *c)
{
	fprintf(f, "  lispctl %s", c->object);
	if (c->verb)
		fprintf(f, " %s", c->verb);
	for (unsigned int w = 0; w < WORD_COUNT; w++) {
		if (!(c->allowed & BIT(w)) || words[w].of_locator)
			continue;
		if (w == WORD_RLOC)
			fprintf(f, " {rloc ADDRESS [priority N] [weight N] "
				"[port N]}...");
		else
			print_word(f, c, w);
	}
	fputc('\n', f);
}

void grammar_print(FILE *f)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		print_command(f, &commands[i]);
	fprintf(f, "\n  WHAT: %s\n  ACTION: %s\n", words[WORD_WHAT].expected,
		words[WORD_ACTION].expected);
}
