/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ETR's nonces: a counter for each (Map-Server, key) that never goes back
 * (RFC 9301 5.6), not over a restart and not over a loss of power.
 *
 * It writes ahead: the file says "everything below this may have been used",
 * durably, before the first of them is; a restart goes on from there.
 */
#ifndef LISP_STORE_COUNTERS_H
#define LISP_STORE_COUNTERS_H

#include "lib/prefix.h"
#include "store/kv.h"

struct counter;

struct counters {
	struct kv *kv;
	unsigned int reserve;
	uint64_t first;			/* of a counter without a past */
	struct counter *list;
};

void counters_init(struct counters *c, struct kv *kv, unsigned int reserve,
		   uint64_t first);
void counters_free(struct counters *c);

/* As store_register_nonce(). */
int counters_next(struct counters *c, const struct addr *server, uint64_t tag,
		  uint64_t *nonce);

#endif
