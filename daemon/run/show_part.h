/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of displays, and the displays that are not in show.c. */
#ifndef LISP_RUN_SHOW_PART_H
#define LISP_RUN_SHOW_PART_H

#include "io/clock.h"
#include "run/show.h"

/* json-c takes ownership; a member that cannot be made is left out. */
static inline void add_text(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static inline void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static inline void add_bool(struct json_object *o, const char *key, bool b)
{
	json_object_object_add(o, key, json_object_new_boolean(b));
}

static inline void add_addr(struct json_object *o, const char *key,
		     const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (a->family != ADDR_NONE)
		add_text(o, key, addr_text(a, text));
}

static inline uint64_t seconds_until(uint64_t ms)
{
	uint64_t now = clock_ms();

	return ms > now ? (ms - now) / 1000 : 0;
}

static inline uint64_t seconds_since(uint64_t ms)
{
	uint64_t now = clock_ms();

	/* What is older than the clock is below zero. */
	return (int64_t)(now - ms) > 0 ? (now - ms) / 1000 : 0;
}

/* Where a list goes on: NULL in *@after for the beginning. */
int show_start_after(const struct show_cursor *c, struct eid *room,
		     const struct eid **after, const char **why);
/* The same of a list whose cursor counts rows. */
int show_start_at(const struct show_cursor *c, size_t *at, const char **why);

struct json_object *show_registrations(const struct daemon *d,
				       struct show_cursor *c,
				       const char **why);
struct json_object *show_sites(const struct daemon *d, struct show_cursor *c,
			       const char **why);

#endif
