/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From counters to rates: two samples of the same things, some time apart.
 * Pure: no clock, no kernel.
 */
#ifndef LISPCTL_RATE_H
#define LISPCTL_RATE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/prefix.h"

enum rate_counter {
	RATE_RX_PACKETS,
	RATE_RX_BYTES,
	RATE_TX_PACKETS,
	RATE_TX_BYTES,
	RATE_MISSES,
	RATE_DROPS,
	RATE_COUNTERS
};

/* A VPN, or an RLOC. */
struct rate_key {
	uint32_t underlay;		/* ifindex */
	uint32_t ifindex;		/* of a device; 0: an RLOC */
	uint32_t iid;			/* of a VPN */
	struct addr addr;		/* of an RLOC */
	uint16_t port;
};

#define RATE_NAME_MAX	24

struct rate_row {
	struct rate_key key;
	char name[RATE_NAME_MAX];	/* the device's, or the state */
	uint32_t rtt;			/* of an RLOC, microseconds */
	uint64_t count[RATE_COUNTERS];	/* since whenever */
	/* of rate_compare() */
	bool known;			/* it was there before */
	double rate[RATE_COUNTERS];	/* a second */
};

struct rate_rows {
	struct rate_row *list;
	size_t count, room;
};

/* Zeroed, to be filled in, or NULL: no memory. */
struct rate_row *rate_add(struct rate_rows *r);
void rate_free(struct rate_rows *r);

/* A second, of a counter that is 64 bits wide: one that wraps goes on; one that
 * is much less than before has begun again, and counts what it has since.
 * 0 when no time has passed. */
double rate_of(uint64_t before, uint64_t now, uint64_t ms);

/* Rates of the rows of @now, which is put in order: those with most octets
 * first.  What is only in @before is gone, and left out; @before was in this
 * function before, or is empty. */
void rate_compare(struct rate_rows *before, struct rate_rows *now,
		  uint64_t ms);

/* For people: "0", "999", "1.50k", "12.0M", "123G". */
#define RATE_TEXT_MAX	16
const char *rate_text(double v, char text[RATE_TEXT_MAX]);

#endif
