/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a shell is told that completes a command line:
 *
 *	PROGRAM --complete WORD... START
 *
 * prints each word that could stand in the place of START, which may be "",
 * a line each, and those only that begin with it.  What lispd knows is asked of
 * it; one that does not answer within a second knows nothing.  Nothing is ever
 * said on stderr.
 */
#ifndef TOOLS_COMPLETE_H
#define TOOLS_COMPLETE_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

/* Exit status: a file is wanted, which the shell knows better. */
#define COMPLETE_FILE	3

#define COMPLETE_LETTERS	128

/* Where the command line stands. */
struct complete {
	const char *start;	/* of the word */
	int option;		/* letter of the option whose value it is, or 0 */
	char **words;		/* before it, those that are no options */
	int count;
	const char *given[COMPLETE_LETTERS];	/* values of options */
};

/* Is it "--complete"? */
bool complete_wanted(int argc, char **argv);

/* Read a command line with "--complete" in front; options end with the first
 * other word if @leading.  From now on there is a second left. */
void complete_read(struct complete *c, const struct option *longs, bool leading,
		   int argc, char **argv);

/* Print @word if it fits; @c is a struct complete. */
void complete_say(void *c, const char *word);

/* Options, if the word begins like one. */
void complete_options(const struct complete *c, const struct option *longs);

/* What lispd behind @socket (NULL: the default) has as members @key in what it
 * shows as @what, but for objects of another IID than *@iid (NULL: any). */
void complete_lispd(const struct complete *c, const char *socket,
		    const char *what, const char *key, const uint32_t *iid);

/* Instance-IDs that lispd knows, its own, a site's or learned. */
void complete_iids(const struct complete *c, const char *socket);

/* VRF devices of this network namespace. */
void complete_vrfs(const struct complete *c);

#endif
