/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Server's memory, as the Map-Server sees it.  store/ implements it.
 *
 * Registrations: for each EID-prefix an entry, and under it one registration
 * per registrant, the most recent first.  A registrant is (Site-ID, xTR-ID),
 * or, where a Map-Register carries no IDs, a locator of its own: only what the
 * MAC covers tells registrants apart.
 *
 * There are very many, so what registrations have in common they share: what
 * is true of all that one registrant sent, and the content of a record.
 *
 * Everything returned is the store's, read-only, and valid until the next
 * commit(), expire() or review(), or for a reader beside the writer, until it
 * ends its read-side section (store/store.h).  What is shared is never edited.
 *
 * A message is one transaction, commit().  It is in force when commit()
 * returns, and has a number, sequence(); it lasts when the engine says that it
 * is durable up to that number.  What tells somebody that his message was
 * accepted is an ACTION_SEND with this number in @after, and run/ lets it go
 * only then.  So the engine may write many transactions at once, or ask others
 * for theirs and hear of it later: nothing of the machines waits.
 */
#ifndef LISP_SM_STORE_H
#define LISP_SM_STORE_H

#include <string.h>

#include "lib/trie.h"
#include "wire/record.h"
#include "wire/auth.h"

/* Who registers.  Compared as octets: zero what is not used. */
struct registrant {
	struct site_ids ids;
	struct addr source;	/* the locator; ADDR_NONE when there are IDs */
};

static inline bool registrant_equal(const struct registrant *a,
				    const struct registrant *b)
{
	return !memcmp(a->ids.xtr_id, b->ids.xtr_id, sizeof(a->ids.xtr_id)) &&
	       a->ids.site_id == b->ids.site_id &&
	       addr_equal(&a->source, &b->source);
}

/* What the registrations of a Map-Register have in common. */
struct reg_party {
	struct registrant who;
	struct addr source;		/* of the last Map-Register */
	struct addr local;		/* our address it was sent to */
	const char *site;		/* name in the configuration */
	const struct sm_key *key;	/* it was authenticated with */
	uint64_t tag;			/* of that key */
	bool proxy;			/* P */
	bool merge;			/* a */
	bool want_notify;		/* M */
};

/* What a record says about its EID-prefix. */
struct reg_record {
	uint32_t ttl;			/* minutes, for proxy replies */
	uint16_t version;
	uint8_t iid_mask_len;		/* as received; see map_record */
	uint8_t locator_count;
	struct locator locators[];	/* sorted as in RFC 9301 5.5 */
};

struct registration {
	const struct registration *next;	/* other registrants, older */
	const struct reg_party *by;
	const struct reg_record *rec;
	uint64_t registered;		/* ms: since when */
	uint64_t expires;		/* ms */
	uint32_t lifetime;		/* ms, from the last Map-Register on */
	uint32_t iid;			/* the store's */
};

/* ms: when the last Map-Register was. */
static inline uint64_t registration_refreshed(const struct registration *r)
{
	return r->expires - r->lifetime;
}

/* Readers beside the writer go from one to the next with this. */
static inline const struct registration *
registration_next(const struct registration *r)
{
	return __atomic_load_n(&r->next, __ATOMIC_ACQUIRE);
}

static inline void registration_set_next(struct registration *r,
					 const struct registration *next)
{
	__atomic_store_n(&r->next, next, __ATOMIC_RELEASE);
}

/* That of @who among @r and those after it, or NULL. */
static inline const struct registration *
registration_of(const struct registration *r, const struct registrant *who)
{
	while (r && !registrant_equal(&r->by->who, who))
		r = registration_next(r);
	return r;
}

struct store_entry {
	struct eid eid;
	const struct registration *regs;	/* never empty */
};

/* One step of a batch: add or replace @reg under @eid (the store copies it and
 * what it points to; @registered is kept for one that exists), or remove the
 * registration of @reg.by->who when @remove. */
struct store_change {
	struct eid eid;
	bool remove;
	struct registration reg;
};

#define STORE_BATCH_MAX		255	/* changes */

/* What became of a registration.  That it is as before, with other times, is
 * no event. */
enum store_what {
	STORE_NEW,
	STORE_CHANGED,		/* another content, or on other terms */
	STORE_REMOVED,
	STORE_EXPIRED,
	STORE_FORGOTTEN,	/* by review() */
};

struct store_event {
	uint64_t sequence;	/* of the transaction, or of the last one
				 * before it if it is none */
	struct eid eid;
	struct registrant who;
	struct addr source;	/* of its last Map-Register */
	enum store_what what;
};

/* Replay protection (RFC 9301 5.6): the last nonce of a registrant and key. */
struct nonce_key {
	struct registrant who;
	uint64_t tag;			/* sm_key.tag */
};

#define STORE_MAC_MAX		32

struct nonce_state {
	uint64_t nonce;
	uint64_t when;			/* ms; 0: from before a restart */
	uint64_t until;			/* ms: its registrations are over */
	uint8_t mac[STORE_MAC_MAX];	/* of that Map-Register, zero padded */
	uint8_t mac_len;
};

struct store_batch {
	const struct store_change *changes;
	size_t count;
	const struct nonce_key *nonce_key;	/* NULL: leave nonces alone */
	struct nonce_state nonce;
};

struct store_ops {
	/* Entry with exactly @eid; entry with the longest prefix that covers
	 * it.  It is put into *@e, and @e returned; NULL: none. */
	const struct store_entry *(*find)(void *arg, const struct eid *eid,
					  struct store_entry *e);
	const struct store_entry *(*match)(void *arg, const struct eid *eid,
					   struct store_entry *e);

	/* These (TRIE_WARM_MAX at most) will be looked up in a moment; as
	 * trie_warm().  May be NULL. */
	void (*warm)(void *arg, const struct eid *eids, size_t n);

	/* Entries within @within in prefix order, itself included: the first
	 * (@after NULL), then the one after @after, which is within @within,
	 * need not be there, and may be in *@e. */
	const struct store_entry *(*next)(void *arg, const struct eid *within,
					  const struct eid *after,
					  struct store_entry *e);

	/* All entries of all instances in order of eid_cmp(): the first one
	 * after @after (NULL: from the start).  For display. */
	const struct store_entry *(*walk)(void *arg, const struct eid *after,
					  struct store_entry *e);

	/* How many entries there are. */
	size_t (*prefixes)(void *arg);

	/* As trie_gap() over the registered prefixes of @iid.  Its cost does
	 * not depend on how many there are. */
	int (*gap)(void *arg, uint32_t iid, const struct addr *a,
		   unsigned int floor, struct prefix *gap);

	/* Apply all of it or, on -ENOMEM, -ENOSPC (a cap), -EINVAL (more than
	 * STORE_BATCH_MAX) or -EIO (too much is not durable yet), nothing. */
	int (*commit)(void *arg, const struct store_batch *b);

	/* The number of the last commit(), for action_send.after. */
	uint64_t (*sequence)(void *arg);

	/*
	 * The change feed, for whoever follows what is registered.  A reader
	 * has a place of its own, *@at: UINT64_MAX to begin with, which is the
	 * end.  1: the event after it, which is put into *@e; they come in
	 * the order of their sequence numbers.  0: there is none yet.
	 * -ENOBUFS: the reader came too late for the next one, and goes on at
	 * the end: it must look at what there is (walk()) once more.  Opening
	 * makes no events.  What lasts only when it is durable is for the
	 * reader to wait for, as with action_send.after.
	 */
	int (*feed)(void *arg, uint64_t *at, struct store_event *e);

	/* Take out one registration that expired at @now or before and
	 * describe it in *@gone and *@eid; *@latest (may be NULL): it was the
	 * most recent one of its entry.  False: none, or due() is not above
	 * @now and there is more to do. */
	bool (*expire)(void *arg, uint64_t now, struct eid *eid,
		       struct reg_party *gone, bool *latest);

	/* Show each registration to @keep, which may give it another site and
	 * key in *@by, a copy (the configuration is another one, or the store
	 * has just been opened and has neither); false: take it out. */
	void (*review)(void *arg,
		       bool (*keep)(void *ctx, const struct eid *eid,
				    const struct registration *reg,
				    struct reg_party *by), void *ctx);

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
