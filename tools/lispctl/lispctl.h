/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lispctl: one command, and two places it may be about: lispd, through its
 * control socket (show, probe, clear, reload, trace), or the kernel,
 * through generic netlink (the others); monitor and doctor are about both.
 */
#ifndef LISPCTL_LISPCTL_H
#define LISPCTL_LISPCTL_H

#include "grammar.h"

/* Exit status; 1 is a command not understood. */
#define LISPCTL_FAILED	2
#define LISPCTL_ENDED	3	/* what was watched is no more */

struct options {
	const char *socket;	/* of lispd */
	bool json;
};

/* All return an exit status and say on stderr what went wrong. */
int show_run(const struct options *opt, const struct args *a);
int kernel_run(const struct options *opt, const struct args *a);
int monitor_run(const struct options *opt, const struct args *a);
int top_run(const struct options *opt, const struct args *a);
int capture_run(const struct options *opt, const struct args *a);

/* Exit status: 0 all is well, 1 warnings, or what could not be looked at, 2
 * something is bad. */
int doctor_run(const struct options *opt, const struct args *a);

struct option;

/* lispctl --complete WORD...: an exit status of common/complete.h. */
int complete_run(const struct option *longs, int argc, char **argv);

/* "lispctl: ..." on stderr. */
__attribute__((format(printf, 1, 2)))
void complain(const char *fmt, ...);

struct session;

/* Open a session, or complain.  0 or negative errno. */
int kernel_open(struct session *s);

/* Why nl_talk() failed. */
void kernel_complain(const struct session *s, int err);

#endif
