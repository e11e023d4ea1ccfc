/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EID-records and RLOC-records (RFC 9301 5.4), common to Map-Reply,
 * Map-Register, Map-Notify and Map-Notify-Ack.
 *
 * Structs filled by a parser point only into its arena, never into the
 * datagram.
 */
#ifndef LISP_WIRE_RECORD_H
#define LISP_WIRE_RECORD_H

#include "wire/address.h"

#define RECORD_MAX	255	/* records in a message */
#define LOCATOR_MAX	255	/* locators in a record */

/* RFC 9301 5.4, ACT.  Unassigned values are read as MAP_DROP. */
enum map_action {
	MAP_NO_ACTION = 0,
	MAP_NATIVELY_FORWARD = 1,
	MAP_SEND_MAP_REQUEST = 2,
	MAP_DROP = 3,
	MAP_DROP_POLICY = 4,
	MAP_DROP_AUTH = 5,
};

#define RECORD_TTL_DEFAULT_MIN	1440		/* minutes */
#define RECORD_TTL_FOREVER	0xffffffffu	/* receiver's choice */

enum locator_flags {
	LOCATOR_LOCAL = 0x0004,		/* L: of the replying ETR itself */
	LOCATOR_PROBED = 0x0002,	/* p: the one that was probed */
	LOCATOR_REACHABLE = 0x0001,	/* R: the sender has a route to it */
	/* Never on the wire, where E of the Map-Reply says it of all. */
	LOCATOR_ECHO_NONCE = 0x8000,
	/* Of our site, but of another xTR; never on the wire either. */
	LOCATOR_NEIGHBOUR = 0x4000,
};

#define LOCATOR_FLAGS	0x0007
#define LOCATOR_UNUSED	255	/* priority: not to be used */

struct locator {
	struct addr addr;	/* IPv4 or IPv6 */
	uint8_t priority;
	uint8_t weight;
	uint8_t mpriority;	/* multicast */
	uint8_t mweight;
	uint16_t flags;		/* enum locator_flags */
};

struct map_record {
	uint32_t ttl;		/* minutes, as on the wire */
	enum map_action action;	/* means something only without locators */
	bool authoritative;	/* A */
	uint16_t version;	/* 0..4095; 0: none */
	/* The octet beside the Instance-ID, which means something in ranges
	 * only (RFC 8060 4.1).  Peers send other values than 0 and want a
	 * Map-Notify to carry theirs. */
	uint8_t iid_mask_len;
	struct eid eid;		/* see eid_is_ip() */
	/* When the EID is no IP prefix (name, MAC, range, multicast, ...):
	 * its encoding.  eid then holds the instance, family ADDR_NONE and the
	 * mask length of the wire.  NULL for IP EIDs. */
	const struct wire_addr *foreign;
	struct locator *locators;	/* usable ones, in wire order */
	uint8_t locator_count;
	/* Locators of kinds that are not understood, left out above.  A record
	 * with locator_count 0 and ignored > 0 is not a negative one: it is
	 * one without usable locators (RFC 9306 3). */
	uint8_t ignored;
};

/* "no-action", "natively-forward", ... */
const char *map_action_name(enum map_action action);

/* RFC 9302 6: is @v newer than @than?  Neither is 0, and the numbers go round:
 * at half the circle the larger one is. */
bool version_newer(uint16_t v, uint16_t than);

/* Order of RFC 9301 5.5: address ascending, IPv4 first. */
int locator_cmp(const struct locator *a, const struct locator *b);
bool locators_sorted(const struct locator *l, size_t n);

/* The same ones in the same order, in every respect? */
bool locators_equal(const struct locator *a, const struct locator *b,
		    size_t n);
void locators_sort(struct locator *l, size_t n);

/* One EID-record with its locators at the cursor. */
int record_parse(struct parse *p, struct map_record *rec);

/* @n of them, into an array in the arena.  *@recs is NULL on error. */
int records_parse(struct parse *p, size_t n, struct map_record **recs);

/* Write records; locators go out in RFC order whatever their order here. */
void record_build(struct writer *w, const struct map_record *rec);
void records_build(struct writer *w, const struct map_record *recs, size_t n);

/* Octets record_build() writes; for filling a message up to the MTU. */
size_t record_size(const struct map_record *rec);

/* Mask length and address of an EID as Map-Request and EID-record have them:
 * *@e and, if it is no IP EID, *@foreign (else NULL).  @iid_mask_len may be
 * NULL. */
int record_eid_parse(struct parse *p, uint8_t mask_len, struct eid *e,
		     const struct wire_addr **foreign, uint8_t *iid_mask_len);
void record_eid_build(struct writer *w, const struct eid *e,
		      const struct wire_addr *foreign, uint8_t iid_mask_len);

#endif
