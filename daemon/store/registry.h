/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registrations in memory: the larger half of store.c.
 *
 * One writer.  Readers beside it see each registration whole: what changes of
 * it is replaced by another one, but for the times, which are single words.
 */
#ifndef LISP_STORE_REGISTRY_H
#define LISP_STORE_REGISTRY_H

#include "lib/wheel.h"
#include "sm/eidmap.h"
#include "sm/store.h"
#include "store/share.h"

/* Of a registration as it is then, or was. */
typedef void registry_tell(void *arg, enum store_what what,
			   const struct eid *eid, const struct reg_party *by);

struct registry {
	struct eidmap map;	/* EID -> its latest registration */
	struct wheel expiry;
	struct share share;
	size_t count;		/* registrations */
	size_t max;
	unsigned int per_entry;
	registry_tell *tell;	/* may be NULL */
	void *tell_arg;
};

/* @r must stay where it is. */
int registry_init(struct registry *r, size_t max, unsigned int per_entry,
		  const uint8_t seed[16]);
void registry_free(struct registry *r);

/*
 * A batch in two halves.  registry_prepare() takes all the memory that
 * applying needs, registry_apply() cannot fail; registry_cancel() undoes the
 * first.
 */
struct registry_step {
	struct trie_node *node;		/* NULL: a new EID */
	struct shared_by *by;
	struct shared_rec *rec;
};

int registry_prepare(struct registry *r, const struct store_batch *b,
		     struct registry_step *steps);
void registry_apply(struct registry *r, const struct store_batch *b,
		    struct registry_step *steps);
void registry_cancel(struct registry *r, const struct store_batch *b,
		     struct registry_step *steps);

/* From the disk: a registration with these, and the times of @times.  0,
 * -ENOMEM, -ENOSPC (a cap). */
int registry_load(struct registry *r, struct eidmap_near *near,
		  const struct eid *eid, struct shared_by *by,
		  struct shared_rec *rec, const struct registration *times);

/* As the functions of store_ops. */
const struct store_entry *registry_entry(const struct trie_node *n,
					 uint32_t iid, struct store_entry *e);
void registry_review(struct registry *r,
		     bool (*keep)(void *ctx, const struct eid *eid,
				  const struct registration *reg,
				  struct reg_party *by), void *ctx);
bool registry_expire(struct registry *r, uint64_t now, struct eid *eid,
		     struct reg_party *gone, bool *latest);
uint64_t registry_due(struct registry *r);

#endif
