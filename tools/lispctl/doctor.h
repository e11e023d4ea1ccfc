/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lispctl doctor: a row of checks, each of which looks at one thing and says
 * what it found; and for whatever is not well, what to do about it.
 *
 * Three sources: the configuration (what should be), the kernel (what is) and
 * lispd (what it knows).  Any of them may be missing: then a check says what it
 * could not look at, and the others go on.
 *
 * A check first looks and then judges.  Judging is a function of its arguments
 * alone, so that each finding has a unit test.
 */
#ifndef LISPCTL_DOCTOR_H
#define LISPCTL_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "cfg/conf.h"
#include "dp/session.h"
#include "io/rt.h"
#include "lispctl.h"

struct json_object;
struct timex;

/* From good to bad; the worst is the exit status (see doctor_run()). */
enum verdict {
	VERDICT_OK,
	VERDICT_UNKNOWN,	/* it could not be looked at */
	VERDICT_WARNING,
	VERDICT_BAD,
};

#define DOCTOR_RLOCS_MAX	32	/* looked at; of more it is said */

struct doctor {
	const struct options *opt;
	const struct args *args;
	const char *check;		/* which one is at work */
	struct json_object *findings;	/* list of check, verdict, finding, do */
	enum verdict worst;

	const char *file;		/* of the configuration */
	struct conf *conf;		/* NULL: not known */
	const char *socket;		/* where lispd was asked */
	int lispd_err;			/* 0: it answers */
	/* Lists of lispd; NULL: it did not say. */
	struct json_object *status;	/* one object in it */
	struct json_object *database;
	struct json_object *rlocs;
	struct json_object *sites;
	struct json_object *statistics;	/* one object in it */

	struct nl *route;		/* NULL: no rtnetlink */
	bool module;			/* the family is there */
	/* Where traffic goes: RLOCs of sites, without repetition. */
	struct addr peers[DOCTOR_RLOCS_MAX];
	size_t peer_count;
	bool more_peers;
};

/* Say what the check at work found... */
__attribute__((format(printf, 3, 4)))
void doctor_found(struct doctor *d, enum verdict v, const char *fmt, ...);

/* ...and what to do about it.  Each finding that is not VERDICT_OK has one. */
__attribute__((format(printf, 2, 3)))
void doctor_advise(struct doctor *d, const char *fmt, ...);

/* Is an xTR configured, or is it unknown what is? */
bool doctor_is_xtr(const struct doctor *d);

void doctor_add_peer(struct doctor *d, const struct addr *a);

/* Members of what lispd said; "" and 0 where there are none. */
const char *doctor_text(struct json_object *o, const char *key);
uint64_t doctor_number(struct json_object *o, const char *key);

/* --- doctor_keys.c: who may read them --- */

void doctor_keys(struct doctor *d);

/* --- doctor_host.c: this machine --- */

void doctor_kernel(struct doctor *d);
void doctor_forwarding(struct doctor *d);
void doctor_module(struct doctor *d);
void doctor_clock(struct doctor *d);
void doctor_sockets(struct doctor *d);

/* --- doctor_net.c: devices, VRFs and routes --- */

void doctor_vrfs(struct doctor *d);
void doctor_devices(struct doctor *d);
void doctor_routes(struct doctor *d);

/* ifindex of the underlay's VRF; 0 also when it is not there. */
uint32_t doctor_underlay(struct doctor *d);

/* --- doctor_path.c: own RLOCs, and the ways to others --- */

void doctor_rlocs(struct doctor *d);
void doctor_mtu(struct doctor *d);

/* --- doctor_lisp.c: the mapping system --- */

void doctor_map_servers(struct doctor *d);
void doctor_map_resolvers(struct doctor *d);
void doctor_ddt_roots(struct doctor *d);
void doctor_sites(struct doctor *d);
void doctor_store(struct doctor *d);

#endif
