/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Displays as JSON, for run/control.c. */
#ifndef LISP_RUN_SHOW_H
#define LISP_RUN_SHOW_H

#include <json-c/json.h>

#include "run/daemon.h"

/* Where a list goes on; NULL: from its start. */
struct show_cursor {
	const char *after;		/* from the request */
	const char *eid;		/* from it, too: only this one */
	char next[EID_TEXT_MAX];	/* for the answer; "": that was all */
};

/* The data of a display.  NULL: there is no such @what, or "after" is not one
 * of ours, or memory is out; *@why says it. */
struct json_object *show(const struct daemon *d, const char *what,
			 struct show_cursor *c, const char **why);

/* The names of all displays, as a list. */
struct json_object *show_displays(void);

/* "ok", "catching-up", "failing" or "lost", as it was a second ago at most. */
const char *show_state_dir(const struct daemon *d);

/* Members "iid" and "prefix". */
void show_add_eid(struct json_object *o, const struct eid *e);

/* What probing knows about an RLOC: members "probe", "since", "rtt",
 * "answered". */
void show_add_probing(const struct daemon *d, struct json_object *o,
		      const struct addr *a);

/* Members of a mapping, as in "show map-cache". */
void show_add_mapping(struct json_object *o, const struct cache_view *v);

/* A list of locators. */
struct json_object *show_locators(const struct locator *l, size_t n);

#endif
