// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/held.h"

#include <stdlib.h>
#include <string.h>

struct held_item {
	struct held_item *next;
	struct addr from;
	struct addr to;
	struct outbox_item item;	/* points to these and to @data */
	uint8_t data[];
};

static size_t size_of(const struct outbox_item *item)
{
	return sizeof(struct held_item) + item->len;
}

static struct held_item *copy(const struct outbox_item *item)
{
	struct held_item *i = malloc(size_of(item));

	if (!i)
		return NULL;
	i->next = NULL;
	i->to = *item->to;
	i->item = *item;
	i->item.to = &i->to;
	i->item.data = i->data;
	if (item->from) {
		i->from = *item->from;
		i->item.from = &i->from;
	}
	memcpy(i->data, item->data, item->len);
	return i;
}

bool held_add(struct held *h, const struct outbox_item *item)
{
	struct held_item *i;

	if (h->count == HELD_MAX || size_of(item) > HELD_OCTETS - h->octets)
		return false;
	i = copy(item);
	if (!i)
		return false;
	/* One that is sent again is of an earlier transaction: it waits for
	 * those before it, which is not for long. */
	if (h->last && i->item.after < h->last->item.after)
		i->item.after = h->last->item.after;
	*(h->last ? &h->last->next : &h->first) = i;
	h->last = i;
	h->count++;
	h->octets += size_of(item);
	return true;
}

const struct outbox_item *held_first(const struct held *h,
				     uint64_t on_record)
{
	return h->first && h->first->item.after <= on_record ?
		&h->first->item : NULL;
}

void held_pop(struct held *h)
{
	struct held_item *i = h->first;

	h->first = i->next;
	if (!h->first)
		h->last = NULL;
	h->count--;
	h->octets -= size_of(&i->item);
	free(i);
}

unsigned int held_clear(struct held *h)
{
	unsigned int n = h->count;

	while (h->first)
		held_pop(h);
	return n;
}
