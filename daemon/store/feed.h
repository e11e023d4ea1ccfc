/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last changes, for whoever follows them: a ring, as sm/store.h has it. */
#ifndef LISP_STORE_FEED_H
#define LISP_STORE_FEED_H

#include "sm/store.h"

struct feed {
	struct store_event *ring;
	size_t size;
	uint64_t count;			/* events ever */
};

/* 0 or -ENOMEM. */
int feed_init(struct feed *f, size_t size);
void feed_free(struct feed *f);

void feed_add(struct feed *f, const struct store_event *e);

/* As store_ops.feed(). */
int feed_next(const struct feed *f, uint64_t *at, struct store_event *e);

#endif
