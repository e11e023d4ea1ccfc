// SPDX-License-Identifier: GPL-2.0-or-later
/* See counters.h.  Key in the table: the letter c, address, tag. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cursor.h"
#include "store/counters.h"

#define KIND_COUNTER	'c'
#define KEY_SIZE	(1 + 17 + 8)

struct counter {
	struct counter *next;
	struct addr server;
	uint64_t tag;
	uint64_t value;			/* the next one to hand out */
	uint64_t limit;			/* written: below it is reserved */
};

static size_t counter_key(uint8_t key[KEY_SIZE], const struct counter *c)
{
	struct writer w;

	writer_init(&w, key, KEY_SIZE);
	writer_u8(&w, KIND_COUNTER);
	writer_u8(&w, c->server.family);
	writer_bytes(&w, c->server.bytes, sizeof(c->server.bytes));
	writer_u64(&w, c->tag);
	return w.len;
}

void counters_init(struct counters *c, struct kv *kv, unsigned int reserve,
		   uint64_t first)
{
	*c = (struct counters){
		.kv = kv,
		.reserve = reserve,
		.first = first,
	};
}

void counters_free(struct counters *c)
{
	struct counter *next;

	for (struct counter *i = c->list; i; i = next) {
		next = i->next;
		free(i);
	}
	c->list = NULL;
}

static struct counter *find(const struct counters *c,
			    const struct addr *server, uint64_t tag)
{
	struct counter *i = c->list;

	while (i && !(i->tag == tag && addr_equal(&i->server, server)))
		i = i->next;
	return i;
}

static struct counter *open_one(struct counters *c, const struct addr *server,
				uint64_t tag)
{
	struct counter *i = calloc(1, sizeof(*i));
	uint8_t key[KEY_SIZE];
	int ret;

	if (!i)
		return NULL;

	i->server = *server;
	i->tag = tag;
	ret = kv_get_u64(c->kv, key, counter_key(key, i), &i->value);
	if (ret == -ENOENT) {
		i->value = c->first;
	} else if (ret) {
		free(i);
		return NULL;
	}

	i->limit = i->value;
	i->next = c->list;
	c->list = i;
	return i;
}

/* Durable before the first of them is used. */
static int reserve(struct counters *c, struct counter *i)
{
	uint64_t limit = UINT64_MAX - i->value > c->reserve ?
		i->value + c->reserve : UINT64_MAX;
	uint8_t key[KEY_SIZE];
	int ret = kv_put_u64(c->kv, key, counter_key(key, i), limit);

	if (!ret)
		ret = kv_sync(c->kv);
	if (ret)
		return -EIO;
	i->limit = limit;
	return 0;
}

int counters_next(struct counters *c, const struct addr *server, uint64_t tag,
		  uint64_t *nonce)
{
	struct counter *i = find(c, server, tag);

	if (!i)
		i = open_one(c, server, tag);
	if (!i)
		return -EIO;
	/* Used up: from the start again would be a replay.  Another key has
	 * another counter. */
	if (i->value == UINT64_MAX)
		return -ERANGE;
	if (i->value == i->limit && reserve(c, i))
		return -EIO;

	*nonce = i->value++;
	return 0;
}
