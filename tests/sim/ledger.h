/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the Map-Server of a world must hold, found out a second time and in the
 * plainest way: a table of EID-prefixes and registrants, that hears each
 * Map-Register which arrives and decides for itself what it changes.
 *
 *   - The first record of a site's says which site; one of its keys, valid now,
 *     must have made the MAC, and the nonce be above all that this registrant
 *     has ever used with that key.  Else nothing changes.
 *   - Records of that site's EID-prefixes count, others do not.
 *   - A registration ends when its time is over (of the last message; three
 *     minutes, or its TTL with the T bit), or with a record of TTL 0.
 *   - The mapping is what the last registrant said; if that was with the merge
 *     bit, the union of all that were, with the shortest TTL.
 *
 * After each event the store must hold exactly this, and each Map-Reply say it.
 * Registrants have xTR-IDs here, and map-versions are none.
 */
#ifndef LISP_TESTS_LEDGER_H
#define LISP_TESTS_LEDGER_H

#include "world.h"

#define LEDGER_ROWS		16
#define LEDGER_REGISTRANTS	8
#define LEDGER_LOCATORS		8

struct ledger_part {
	bool there;
	bool merge;
	uint32_t ttl;			/* minutes */
	uint64_t expires;		/* ms */
	uint64_t order;			/* of the message; later is more */
	struct addr locators[LEDGER_LOCATORS];
	unsigned int locator_count;
};

struct ledger_row {
	struct eid eid;
	struct ledger_part parts[LEDGER_REGISTRANTS];
};

struct ledger_book {
	struct ledger_row rows[LEDGER_ROWS];
	size_t row_count;
	struct {
		struct site_ids ids;
		struct {
			uint64_t tag;
			uint64_t nonce;
		} last[4];			/* a key each */
		size_t last_count;
	} who[LEDGER_REGISTRANTS];
	size_t who_count;
	unsigned long accepted;			/* messages */
	unsigned long records;
	unsigned long refused;			/* messages */
};

struct ledger {
	struct world *w;
	struct ledger_book book;
	struct ledger_book before;		/* the last message */
	uint64_t sequence;			/* of the store then */
	unsigned long compared;
	unsigned long replies;
};

/* Watch @w's Map-Server from now on, before it has started. */
void ledger_watch(struct ledger *l, struct world *w);

/* The Map-Server died before it could write what it took last: that did not
 * happen.  To be called before it is killed. */
void ledger_died(struct ledger *l);

/* How many registrants there are of an EID-prefix now. */
unsigned int ledger_registrants(const struct ledger *l, const struct eid *eid);

#endif
