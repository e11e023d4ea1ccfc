// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/feed.h"

#include <errno.h>
#include <stdlib.h>

int feed_init(struct feed *f, size_t size)
{
	*f = (struct feed){ .size = size };
	f->ring = size ? calloc(size, sizeof(*f->ring)) : NULL;
	return f->ring || !size ? 0 : -ENOMEM;
}

void feed_free(struct feed *f)
{
	free(f->ring);
	*f = (struct feed){ 0 };
}

void feed_add(struct feed *f, const struct store_event *e)
{
	if (f->size)
		f->ring[f->count % f->size] = *e;
	f->count++;
}

int feed_next(const struct feed *f, uint64_t *at, struct store_event *e)
{
	if (*at >= f->count) {
		*at = f->count;
		return 0;
	}
	if (f->count - *at > f->size) {
		*at = f->count;
		return -ENOBUFS;
	}
	*e = f->ring[(*at)++ % f->size];
	return 1;
}
