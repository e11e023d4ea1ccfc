/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Server's memory, as the Map-Server sees it.  store/ implements it.
 *
 * Registrations: for each EID-prefix an entry, and under it one registration
 * per registrant, the most recent first.  A registrant is (Site-ID, xTR-ID),
 * or, where a Map-Register carries no IDs, a locator of its own: only what the
 * MAC covers tells registrants apart.
 *
 * Everything returned is the store's, read-only, and valid until the next
 * commit() or expire().
 */
#ifndef LISP_SM_STORE_H
#define LISP_SM_STORE_H

#include "lib/trie.h"
#include "wire/record.h"
#include "wire/auth.h"

/* Who registers.  Compared as octets: zero what is not used. */
struct registrant {
	struct site_ids ids;
	struct addr source;	/* the locator; ADDR_NONE when there are IDs */
};

struct registration {
	struct registration *next;	/* other registrants, older */
	struct registrant who;
	struct addr source;		/* of the last Map-Register */
	struct addr local;		/* our address it was sent to */
	const char *site;		/* name in the configuration */
	const struct sm_key *key;	/* it was authenticated with */
	uint64_t registered;		/* ms: since when */
	uint64_t refreshed;		/* ms: last Map-Register */
	uint64_t expires;		/* ms */
	uint32_t ttl;			/* minutes, for proxy replies */
	uint16_t version;
	uint8_t iid_mask_len;		/* as received; see map_record */
	bool proxy;			/* P */
	bool merge;			/* a */
	bool want_notify;		/* M */
	uint8_t locator_count;
	const struct locator *locators;	/* sorted as in RFC 9301 5.5 */
};

struct store_entry {
	struct eid eid;
	struct registration *regs;	/* never empty */
	unsigned int reg_count;
};

/* One step of a batch: add or replace @reg under @eid (the store copies it,
 * locators too; @registered is kept for one that exists), or remove
 * @reg.who's registration when @remove. */
struct store_change {
	struct eid eid;
	bool remove;
	struct registration reg;
};

/* Replay protection (RFC 9301 5.6): the last nonce of a registrant and key. */
struct nonce_key {
	struct registrant who;
	uint64_t tag;			/* sm_key.tag */
};

#define STORE_MAC_MAX		32
#define STORE_NOTIFY_MAX	1472	/* longer ones are not kept */

struct nonce_state {
	uint64_t nonce;
	uint64_t when;			/* ms; 0: from before a restart */
	uint64_t until;			/* ms: its registrations are over */
	uint8_t mac[STORE_MAC_MAX];	/* of that Map-Register, zero padded */
	uint8_t mac_len;
	/* The Map-Notify that answered it, to be sent again; may be NULL. */
	const uint8_t *notify;
	uint16_t notify_len;
};

struct store_batch {
	const struct store_change *changes;
	size_t count;
	const struct nonce_key *nonce_key;	/* NULL: leave nonces alone */
	struct nonce_state nonce;
};

struct store_ops {
	/* Entry with exactly @eid; entry with the longest prefix that covers
	 * it.  NULL: none. */
	const struct store_entry *(*find)(void *arg, const struct eid *eid);
	const struct store_entry *(*match)(void *arg, const struct eid *eid);

	/* Entries within @within in prefix order, itself included: the first
	 * (@prev NULL), then the one after @prev. */
	const struct store_entry *(*next)(void *arg, const struct eid *within,
					  const struct store_entry *prev);

	/* All entries of all instances in order of eid_cmp(): the first one
	 * after @after (NULL: from the start).  For display. */
	const struct store_entry *(*walk)(void *arg, const struct eid *after);

	/* How many entries there are. */
	size_t (*prefixes)(void *arg);

	/* As trie_gap() over the registered prefixes of @iid. */
	int (*gap)(void *arg, uint32_t iid, const struct addr *a,
		   unsigned int floor, struct prefix *gap);

	/* Apply all of it or, on -ENOMEM, -ENOSPC (a cap) or -EIO (the nonce
	 * could not be made persistent), nothing. */
	int (*commit)(void *arg, const struct store_batch *b);

	/* Take out one registration that expired at @now or before and
	 * describe it in *@gone (locators NULL) and *@eid; false: none. */
	bool (*expire)(void *arg, uint64_t now, struct eid *eid,
		       struct registration *gone);

	/* Show each registration to @keep, which may change its site and key
	 * (the configuration is another one); false: take it out. */
	void (*review)(void *arg,
		       bool (*keep)(void *ctx, const struct eid *eid,
				    struct registration *reg), void *ctx);

	/* When expire() has something to do, UINT64_MAX: never. */
	uint64_t (*due)(void *arg);

	/* The last nonce accepted, NULL: none known. */
	const struct nonce_state *(*nonce)(void *arg,
					   const struct nonce_key *key);

	/* Registrants of the key @tag were forgotten, none with a nonce above
	 * *@floor: one that is not known must come with a higher one. */
	bool (*floor)(void *arg, uint64_t tag, uint64_t *floor);
};

#endif
