// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nonces that must outlive the process (RFC 9301 5.6).
 *
 * As a Map-Server: the last nonce of each (registrant, key), written before
 * the registration it came with takes effect.  As an ETR: a counter for each
 * (Map-Server, key).  The counter writes ahead: the file says "everything
 * below this may have been used", and a restart goes on from there.
 *
 * Keys of the table: a letter for the kind, then the fields in network order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cursor.h"
#include "sm/util.h"
#include "store/nonces.h"

#define KIND_LAST	'n'
#define KIND_COUNTER	'c'
#define KEY_SIZE	(1 + 16 + 8 + 17 + 8)

struct last {
	struct hash_node node;
	struct nonce_key key;
	struct nonce_state state;
	uint8_t *notify;		/* what state.notify points to */
};

struct counter {
	struct counter *next;
	struct addr server;
	uint64_t tag;
	uint64_t value;			/* the next one to hand out */
	uint64_t limit;			/* written: below it is reserved */
};

/* --- keys and values --- */

static void write_addr(struct writer *w, const struct addr *a)
{
	writer_u8(w, a->family);
	writer_bytes(w, a->bytes, sizeof(a->bytes));
}

static size_t last_key(uint8_t key[KEY_SIZE], const struct nonce_key *k)
{
	struct writer w;

	writer_init(&w, key, KEY_SIZE);
	writer_u8(&w, KIND_LAST);
	writer_bytes(&w, k->who.ids.xtr_id, sizeof(k->who.ids.xtr_id));
	writer_u64(&w, k->who.ids.site_id);
	write_addr(&w, &k->who.source);
	writer_u64(&w, k->tag);
	return w.len;
}

static size_t counter_key(uint8_t key[KEY_SIZE], const struct counter *c)
{
	struct writer w;

	writer_init(&w, key, KEY_SIZE);
	writer_u8(&w, KIND_COUNTER);
	write_addr(&w, &c->server);
	writer_u64(&w, c->tag);
	return w.len;
}

static int put_u64(struct kv *kv, const uint8_t *key, size_t key_len,
		   uint64_t v)
{
	uint8_t octets[8];
	struct writer w;

	writer_init(&w, octets, sizeof(octets));
	writer_u64(&w, v);
	return kv_put(kv, key, key_len, octets, sizeof(octets));
}

static int get_u64(struct kv *kv, const uint8_t *key, size_t key_len,
		   uint64_t *v)
{
	uint8_t octets[8];
	struct reader r;
	int ret = kv_get(kv, key, key_len, octets, sizeof(octets));

	if (ret < 0)
		return ret;
	if (ret != sizeof(octets))
		return -EIO;
	reader_init(&r, octets, sizeof(octets));
	*v = reader_u64(&r);
	return 0;
}

/* --- replay protection --- */

static struct last *find_last(const struct nonces *n,
			      const struct nonce_key *k)
{
	uint8_t key[KEY_SIZE], other[KEY_SIZE];
	size_t len = last_key(key, k);
	struct hash_node *h = hash_first(&n->table,
					 hash_key(&n->table, key, len));

	for (; h; h = hash_next(h)) {
		struct last *l = container_of(h, struct last, node);

		last_key(other, &l->key);
		if (!memcmp(key, other, len))
			return l;
	}
	return NULL;
}

static struct last *new_last(struct nonces *n, const struct nonce_key *k)
{
	uint8_t key[KEY_SIZE];
	size_t len = last_key(key, k);
	struct last *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->key = *k;
	hash_add(&n->table, &l->node, hash_key(&n->table, key, len));
	return l;
}

static void free_last(struct nonces *n, struct last *l)
{
	hash_del(&n->table, &l->node);
	free(l->notify);
	free(l);
}

/* For each one in the file, at start. */
static int load_last(void *arg, const void *key, size_t key_len,
		     const void *value, size_t len)
{
	struct nonces *n = arg;
	struct nonce_key k = { 0 };
	struct reader r, v;
	struct last *l;

	reader_init(&r, key, key_len);
	reader_init(&v, value, len);
	reader_skip(&r, 1);
	reader_copy(&r, k.who.ids.xtr_id, sizeof(k.who.ids.xtr_id));
	k.who.ids.site_id = reader_u64(&r);
	k.who.source.family = reader_u8(&r);
	reader_copy(&r, k.who.source.bytes, sizeof(k.who.source.bytes));
	k.tag = reader_u64(&r);
	if (!reader_ok(&r) || reader_left(&r) || len != 8)
		return -EIO;

	l = new_last(n, &k);
	if (!l)
		return -ENOMEM;
	l->state.nonce = reader_u64(&v);
	return 0;
}

int nonces_init(struct nonces *n, struct kv *kv, size_t max,
		unsigned int reserve, uint64_t first, const uint8_t seed[16])
{
	const uint8_t kind = KIND_LAST;
	int ret;

	memset(n, 0, sizeof(*n));
	n->kv = kv;
	n->max = max;
	n->reserve = reserve;
	n->first = first;

	ret = hash_init(&n->table, seed);
	if (ret)
		return ret;
	ret = kv_walk(kv, &kind, sizeof(kind), load_last, n);
	if (ret)
		nonces_free(n);
	return ret;
}

void nonces_free(struct nonces *n)
{
	struct hash_node *h;
	struct counter *c;

	while (n->table.count && (h = hash_walk_first(&n->table)) != NULL)
		free_last(n, container_of(h, struct last, node));
	if (n->table.bucket)
		hash_free(&n->table);

	while ((c = n->counters) != NULL) {
		n->counters = c->next;
		free(c);
	}
	memset(n, 0, sizeof(*n));
}

const struct nonce_state *nonces_find(const struct nonces *n,
				      const struct nonce_key *key)
{
	struct last *l = find_last(n, key);

	return l ? &l->state : NULL;
}

static int set_last(struct nonces *n, struct last *l,
		    const struct nonce_state *state)
{
	bool keep = state->notify && state->notify_len <= STORE_NOTIFY_MAX;
	uint8_t *notify = NULL, key[KEY_SIZE];
	size_t len = last_key(key, &l->key);
	int ret;

	if (keep) {
		notify = malloc(state->notify_len);
		if (!notify)
			return -ENOMEM;
		memcpy(notify, state->notify, state->notify_len);
	}

	ret = put_u64(n->kv, key, len, state->nonce);
	if (ret) {
		free(notify);
		return ret == -ENOSPC ? -ENOSPC : -EIO;
	}

	free(l->notify);
	l->notify = notify;
	l->state = *state;
	l->state.notify = notify;
	l->state.notify_len = notify ? state->notify_len : 0;
	return 0;
}

int nonces_set(struct nonces *n, const struct nonce_key *key,
	       const struct nonce_state *state)
{
	struct last *l = find_last(n, key);
	bool fresh = !l;
	int ret;

	if (fresh && n->table.count >= n->max)
		return -ENOSPC;
	if (fresh)
		l = new_last(n, key);
	if (!l)
		return -ENOMEM;

	ret = set_last(n, l, state);
	if (ret && fresh)
		free_last(n, l);
	return ret;
}

/* --- the ETR's counters --- */

static struct counter *find_counter(const struct nonces *n,
				    const struct addr *server, uint64_t tag)
{
	struct counter *c = n->counters;

	while (c && !(c->tag == tag && addr_equal(&c->server, server)))
		c = c->next;
	return c;
}

static struct counter *open_counter(struct nonces *n,
				    const struct addr *server, uint64_t tag)
{
	struct counter *c = calloc(1, sizeof(*c));
	uint8_t key[KEY_SIZE];
	int ret;

	if (!c)
		return NULL;

	c->server = *server;
	c->tag = tag;
	ret = get_u64(n->kv, key, counter_key(key, c), &c->value);
	if (ret == -ENOENT) {
		c->value = n->first;
	} else if (ret) {
		free(c);
		return NULL;
	}

	c->limit = c->value;
	c->next = n->counters;
	n->counters = c;
	return c;
}

/* Durable before the first of them is used. */
static int reserve(struct nonces *n, struct counter *c)
{
	uint64_t limit = c->value + n->reserve;
	uint8_t key[KEY_SIZE];
	int ret = put_u64(n->kv, key, counter_key(key, c), limit);

	if (!ret)
		ret = kv_sync(n->kv);
	if (ret)
		return -EIO;
	c->limit = limit;
	return 0;
}

int nonces_next(struct nonces *n, const struct addr *server, uint64_t tag,
		uint64_t *nonce)
{
	struct counter *c = find_counter(n, server, tag);

	if (!c)
		c = open_counter(n, server, tag);
	if (!c)
		return -EIO;
	if (c->value == c->limit && reserve(n, c))
		return -EIO;

	*nonce = c->value++;
	return 0;
}
