/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be said to lispctl: a table of commands, a table of words
 * (grammar_words.c), and one function that reads a command line by them.  It
 * touches neither the kernel nor a socket.
 */
#ifndef LISPCTL_GRAMMAR_H
#define LISPCTL_GRAMMAR_H

#include <stdio.h>

#include "dp/object.h"

enum command_id {
	CMD_SHOW,
	CMD_PROBE,
	CMD_CLEAR,
	CMD_CLEAR_REFERRALS,
	CMD_RELOAD,
	CMD_TRACE,
	CMD_MAP_ADD,
	CMD_MAP_DEL,
	CMD_MAP_FLUSH,
	CMD_MAP_GET,
	CMD_MAP_SHOW,
	CMD_LOCAL_ADD,
	CMD_LOCAL_DEL,
	CMD_LOCAL_SHOW,
	CMD_RLOC_SET,
	CMD_RLOC_SHOW,
	CMD_DEVICE_SHOW,
	CMD_MISS_SHOW,
	CMD_IID_ADD,
	CMD_IID_DEL,
	CMD_IID_SHOW,
	CMD_MONITOR,
	CMD_DOCTOR,
	CMD_TOP,
	CMD_CAPTURE,
	CMD_COUNT
};

enum word_id {
	WORD_WHAT,		/* operand of show */
	WORD_ADDRESS,		/* operand of rloc */
	WORD_EID,		/* operand of map-cache get */
	WORD_IID,
	WORD_PREFIX,
	WORD_UNDERLAY,
	WORD_RLOC,
	WORD_PRIORITY,		/* these five: of the rloc before them */
	WORD_WEIGHT,
	WORD_LOCATOR_PORT,
	WORD_REACHABLE,
	WORD_ECHO_NONCE,
	WORD_GPE,
	WORD_ACTION,
	WORD_TTL,
	WORD_VERSION,
	WORD_ORIGIN,
	WORD_PORT,
	WORD_STATE,
	WORD_RTT,
	WORD_VRF,
	WORD_HOME_IID,
	WORD_CONFIG,
	WORD_DELAY,
	WORD_TIMES,
	WORD_DEVICE,
	WORD_WRITE,
	WORD_WITH,
	WORD_DRY_RUN,
	WORD_KIND,
	WORD_RETRIES,
	WORD_KERNEL,
	WORD_DAEMON,
	WORD_COUNT
};

#define ARGS_DEVICES_MAX	8
#define ARGS_KINDS_MAX		16

/* A command line, understood.  What was not said is zero. */
struct args {
	enum command_id command;
	uint64_t said;			/* 1 << enum word_id */
	const char *what;
	struct addr address;
	struct addr eid;
	uint32_t iid;
	struct prefix prefix;
	const char *underlay;		/* in argv */
	struct dp_locators locators;
	uint32_t action;		/* enum lisp_action */
	uint32_t ttl;
	uint32_t version;
	uint32_t origin;
	uint32_t port;
	uint32_t state;			/* enum lisp_rloc_state */
	uint32_t rtt;			/* microseconds */
	const char *vrf;		/* in argv */
	uint32_t home_iid;
	const char *config;		/* in argv */
	uint32_t delay;			/* seconds */
	uint32_t times;
	const char *devices[ARGS_DEVICES_MAX];	/* in argv */
	size_t device_count;
	const char *write;		/* in argv */
	const char *with;		/* "tcpdump", "tshark" */
	const char *kinds[ARGS_KINDS_MAX];	/* of events */
	size_t kind_count;
	uint32_t retries;
};

static inline bool args_said(const struct args *a, enum word_id w)
{
	return a->said & 1ull << w;
}

#define GRAMMAR_WHY_MAX	512

/* Read the @argc words of @argv, the program and its options left out.  0, or
 * -EINVAL and a sentence that names the word in @why. */
int grammar_parse(int argc, char *const *argv, struct args *a,
		  char why[GRAMMAR_WHY_MAX]);

typedef void (*grammar_say_fn)(void *arg, const char *word);

/* Say each word that may stand behind these, and return the word whose value may
 * (those that are known here were said), or WORD_COUNT.  @a is what was said so
 * far, as far as it could be understood. */
enum word_id grammar_complete(int argc, char *const *argv, struct args *a,
			      grammar_say_fn say, void *arg);

/* All commands, a line each. */
void grammar_print(FILE *f);

#endif
