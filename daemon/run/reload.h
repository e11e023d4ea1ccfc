/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another configuration while the daemon runs: SIGHUP, "lispctl reload".
 *
 * The file is read and checked as at a start, then compared with what runs.
 * Until then nothing has happened: a file with a mistake changes nothing.
 * Then VPNs, routes and local EIDs are made what they should be, which leaves
 * alone what already is, and a new node takes over from the old one, with the
 * same store, sockets and data plane: it claims the mappings there as after a
 * restart, so no packet is lost that would not have been.
 *
 * What a daemon has opened at its start cannot change: see needs_restart().
 *
 * The file, and those with keys that it names, are read as the daemon's own
 * user, or as io/priv.h says if it was started with some that only root may
 * read.
 */
#ifndef LISP_RUN_RELOAD_H
#define LISP_RUN_RELOAD_H

#include "run/daemon.h"

#define RELOAD_WHY_MAX	512

struct reload_result {
	uint64_t changed;		/* EID-prefixes of our own */
	char why[RELOAD_WHY_MAX];	/* sentence, when it failed */
};

/* 0, or negative errno: all is as before (or, if the data plane refused and
 * would not be put back, as the log says). */
int reload(struct daemon *d, struct reload_result *r);

/* The same configuration, where the addresses or links of this host are
 * others now.  0, or negative errno with a line logged: all is as before. */
int reload_same(struct daemon *d);

#endif
