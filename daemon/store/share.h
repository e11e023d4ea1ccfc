/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What registrations share: a party, a record.  Each content is there
 * once, counted, and never edited: readers may look at it.
 */
#ifndef LISP_STORE_SHARE_H
#define LISP_STORE_SHARE_H

#include "lib/hash.h"
#include "lib/pool.h"
#include "sm/store.h"
#include "sm/util.h"

struct shared_by {
	struct hash_node node;
	uint32_t refs;
	uint32_t number;		/* in that snapshot */
	uint32_t snapshot;
	struct reg_party by;
};

struct shared_rec {
	struct hash_node node;
	uint32_t refs;
	uint32_t number;
	uint32_t snapshot;
	struct reg_record rec;
};

struct share {
	struct hash_table bys;
	struct hash_table recs;
	struct pool *pool;
};

int share_init(struct share *s, struct pool *pool, const uint8_t seed[16]);
void share_free(struct share *s);

/* The one with this content, with a reference more for the caller.  NULL: out
 * of memory. */
struct shared_by *share_by(struct share *s, const struct reg_party *by);
struct shared_rec *share_rec(struct share *s, const struct reg_record *rec);

/* Give a reference back. */
void share_put_by(struct share *s, struct shared_by *by);
void share_put_rec(struct share *s, struct shared_rec *rec);

/* What the registrations of the store point to. */
static inline struct shared_by *shared_by_of(const struct registration *reg)
{
	return container_of((void *)reg->by, struct shared_by, by);
}

static inline struct shared_rec *shared_rec_of(const struct registration *reg)
{
	return container_of((void *)reg->rec, struct shared_rec, rec);
}

bool same_party(const struct reg_party *a, const struct reg_party *b);
bool same_record(const struct reg_record *a, const struct reg_record *b);

#endif
