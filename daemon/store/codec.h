/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registrations and nonces as octets, for journal.c and snapshot.c: numbers in
 * network order, times of the wall clock. */
#ifndef LISP_STORE_CODEC_H
#define LISP_STORE_CODEC_H

#include "lib/cursor.h"
#include "sm/store.h"

/* What each of a batch begins with. */
enum codec_kind {
	CODEC_NONCE = 'N',	/* the last one of a registrant */
	CODEC_DROP = 'D',	/* of a registrant that was forgotten */
	CODEC_FLOOR = 'F',	/* of a key */
	CODEC_MESSAGE = 'M',	/* a party and what it registers */
	CODEC_PARTY = 'P',	/* the next one, in a snapshot */
	CODEC_CONTENT = 'C',	/* the next one */
	CODEC_ENTRY = 'E',	/* a registration: EID, party, content, times */
	CODEC_NEAR = 'e',	/* the same, as far as it is not as in the one
				 * before */
};

#define CODEC_PARTY_MAX		(16 + 8 + 3 * 17 + 8 + 1)
#define CODEC_EID_MAX		(4 + 1 + 17)
#define CODEC_TIMES_MAX		(8 + 8 + 4)
#define CODEC_NONCE_MAX		(1 + 16 + 8 + 17 + 8 + 8 + 8)
#define CODEC_FLOOR_MAX		(1 + 8 + 8)

/* Of a CODEC_NEAR: what is as in the one before. */
#define ENTRY_SAME_PARTY	0x01
#define ENTRY_SAME_CONTENT	0x02
#define ENTRY_SAME_TIMES	0x04
#define ENTRY_SAME		0x07

#define CODEC_LOCATOR_MAX	(17 + 4 + 2)
#define CODEC_CONTENT_MAX	(4 + 2 + 1 + 1 + LOCATOR_MAX * CODEC_LOCATOR_MAX)

/* A record with the most locators. */
struct codec_content {
	struct reg_record rec;
	struct locator room[LOCATOR_MAX];
};

/* Of one instance, family and length. */
static inline bool codec_is_near(const struct eid *a, const struct eid *b)
{
	return a->iid == b->iid && a->prefix.len == b->prefix.len &&
	       a->prefix.addr.family == b->prefix.addr.family;
}

static inline bool codec_same_times(const struct registration *a,
				    const struct registration *b)
{
	return a->registered == b->registered && a->expires == b->expires &&
	       a->lifetime == b->lifetime;
}

size_t codec_content_size(const struct reg_record *rec);

void codec_put_nonce_key(struct writer *w, const struct nonce_key *k);
void codec_put_party(struct writer *w, const struct reg_party *by);
void codec_put_content(struct writer *w, const struct reg_record *rec);
void codec_put_eid(struct writer *w, const struct eid *e);
/* What of @e is not as in @before, near which it is. */
void codec_put_near(struct writer *w, const struct eid *e,
		    const struct eid *before);
void codec_put_times(struct writer *w, const struct registration *reg,
		     int64_t offset);

/* What cannot be fails the reader: nothing later looks at it again. */
void codec_get_nonce_key(struct reader *r, struct nonce_key *k);
void codec_get_party(struct reader *r, struct reg_party *by);
void codec_get_content(struct reader *r, struct codec_content *c);
void codec_get_eid(struct reader *r, struct eid *e);
/* *@e is the one before. */
void codec_get_near(struct reader *r, struct eid *e);
/* It is @now on our clock. */
void codec_get_times(struct reader *r, struct registration *reg,
		     int64_t offset, uint64_t now);

#endif
