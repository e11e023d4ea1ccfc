// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM	(512 * 1024)

int handover_init(struct handover *h)
{
	memset(h, 0, sizeof(*h));
	h->rooms[0] = malloc(2 * ROOM);
	if (!h->rooms[0])
		return -ENOMEM;
	h->rooms[1] = h->rooms[0] + ROOM;
	pthread_mutex_init(&h->lock, NULL);
	return 0;
}

void handover_free(struct handover *h)
{
	if (!h->rooms[0])
		return;
	pthread_mutex_destroy(&h->lock);
	free(h->rooms[0]);
	memset(h, 0, sizeof(*h));
}

static void put(uint8_t *at, const struct handed *item, size_t len,
		size_t size)
{
	struct handed *copy = (struct handed *)at;

	*copy = *item;
	copy->size = size;
	if (!len)
		return;
	copy->datagram.data = at + sizeof(*copy);
	memcpy(at + sizeof(*copy), item->datagram.data, len);
}

bool handover_put(struct handover *h, const struct handed *item, bool *first)
{
	size_t len = item->kind == HANDED_DATAGRAM ? item->datagram.len : 0;
	size_t size = (sizeof(*item) + len + 15) / 16 * 16, *used;
	bool fits;

	pthread_mutex_lock(&h->lock);
	used = &h->used[h->filling];
	fits = size <= ROOM - *used;
	*first = fits && !*used;
	if (fits) {
		put(h->rooms[h->filling] + *used, item, len, size);
		*used += size;
	}
	pthread_mutex_unlock(&h->lock);
	return fits;
}

/* What has been read is empty, and the other one is to be read. */
static void change_rooms(struct handover *h)
{
	pthread_mutex_lock(&h->lock);
	h->used[!h->filling] = 0;
	h->filling = !h->filling;
	h->at = 0;
	pthread_mutex_unlock(&h->lock);
}

/* Its length is the reader's, once it is not the one being filled. */
bool handover_left(const struct handover *h)
{
	return h->at < h->used[!h->filling];
}

const struct handed *handover_take(struct handover *h)
{
	const struct handed *item;

	if (!handover_left(h))
		change_rooms(h);
	if (!handover_left(h))
		return NULL;
	item = (const struct handed *)(h->rooms[!h->filling] + h->at);
	h->at += item->size;
	return item;
}
