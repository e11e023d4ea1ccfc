/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data plane for the simulator: a list of mappings, a list of packets that
 * wait.  What lisp.ko does, without its speed: longest match, expiry, use,
 * misses reported once a second while packets are held.
 */
#ifndef LISP_TESTS_PLANE_H
#define LISP_TESTS_PLANE_H

#include "sm/action.h"

#define PLANE_MAPS	256
#define PLANE_LOCATORS	8
#define PLANE_LOCALS	10240
#define PLANE_HELD	64
#define PLANE_DOWN	16

enum plane_fate {
	PLANE_SENT,		/* encapsulated */
	PLANE_NATIVE,
	PLANE_DROPPED,		/* a negative mapping, or no locator */
	PLANE_HELD_BACK,	/* a miss */
};

struct plane_map {
	bool present;
	struct eid eid;
	uint64_t expires;	/* ms */
	uint64_t stale_since;	/* ms; last found so, 0: it is not */
	enum map_action action;
	uint16_t version;
	struct locator locators[PLANE_LOCATORS];
	uint8_t locator_count;
	bool petr;		/* they are those of proxy ETRs */
	bool used;
	uint64_t last_used;	/* ms */
};

struct plane_held {
	bool present;
	uint32_t iid;
	struct addr src;
	struct addr dst;
	uint64_t since;		/* ms */
	uint64_t reported;
};

struct plane {
	struct plane_map maps[PLANE_MAPS];
	struct plane_held held[PLANE_HELD];
	struct eid locals[PLANE_LOCALS];	/* all with the same locators */
	size_t local_count;
	struct locator own[PLANE_LOCATORS];
	uint8_t own_count;
	bool owner;		/* its daemon is there: entries expire */
	unsigned long sent;
	unsigned long dropped;
	unsigned long held_sent;	/* of @sent, after waiting */
	unsigned long held_lost;	/* no room to wait */
	unsigned long sets;		/* MAP_SETs */
	unsigned long dels;
	struct addr last_rloc;		/* of the last packet sent */
	struct addr down[PLANE_DOWN];	/* RLOCs out of use */
	size_t down_count;
};

void plane_set(struct plane *p, uint64_t now, const struct action_map *m);
void plane_del(struct plane *p, const struct eid *eid);
struct plane_map *plane_find(struct plane *p, const struct eid *eid);
struct plane_map *plane_match(struct plane *p, const struct eid *host);

/* An RLOC is out of use, or in use again. */
void plane_rloc(struct plane *p, const struct addr *a, bool up);
bool plane_rloc_down(const struct plane *p, const struct addr *a);

/* Forward one packet.  A miss is held and gets reported by plane_miss(). */
enum plane_fate plane_packet(struct plane *p, uint64_t now, uint32_t iid,
			     const struct addr *src, const struct addr *dst);

/* The next miss to report at @now, NULL: none; marks it reported. */
struct plane_held *plane_miss(struct plane *p, uint64_t now);

/* Take out one mapping that has expired. */
bool plane_expire(struct plane *p, uint64_t now, struct eid *eid);

/* When one of the two above has something, UINT64_MAX: never. */
uint64_t plane_due(const struct plane *p);

unsigned int plane_count(const struct plane *p);

#endif
