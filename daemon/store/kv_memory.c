// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of kv.h in memory, for tests and the simulator: a sorted list. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/kv_ops.h"

struct pair {
	struct pair *next;
	uint8_t key[KV_KEY_MAX];
	uint8_t value[KV_VALUE_MAX];
	size_t key_len;
	size_t len;
};

struct kv_disk {
	struct pair *first;
};

struct kv_memory {
	struct kv kv;
	struct kv_disk *disk;
	bool own_disk;
};

static struct kv_disk *disk_of(struct kv *k)
{
	return ((struct kv_memory *)k)->disk;
}

struct kv_disk *kv_disk_new(void)
{
	return calloc(1, sizeof(struct kv_disk));
}

void kv_disk_free(struct kv_disk *d)
{
	struct pair *p;

	if (!d)
		return;
	while ((p = d->first) != NULL) {
		d->first = p->next;
		free(p);
	}
	free(d);
}

static int compare(const struct pair *p, const void *key, size_t len)
{
	size_t n = p->key_len < len ? p->key_len : len;
	int cmp = memcmp(p->key, key, n);

	return cmp ? cmp : (p->key_len > len) - (p->key_len < len);
}

/* Where @key is, or where it would be put. */
static struct pair **place(struct kv_disk *d, const void *key, size_t len)
{
	struct pair **at = &d->first;

	while (*at && compare(*at, key, len) < 0)
		at = &(*at)->next;
	return at;
}

static bool is_at(struct pair **at, const void *key, size_t len)
{
	return *at && !compare(*at, key, len);
}

static int memory_get(struct kv *k, const void *key, size_t key_len,
		      void *value, size_t size)
{
	struct pair **at = place(disk_of(k), key, key_len);

	if (!is_at(at, key, key_len))
		return -ENOENT;
	memcpy(value, (*at)->value, (*at)->len < size ? (*at)->len : size);
	return (int)(*at)->len;
}

static int memory_put(struct kv *k, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	struct pair **at = place(disk_of(k), key, key_len);

	if (!is_at(at, key, key_len)) {
		struct pair *p = calloc(1, sizeof(*p));

		if (!p)
			return -ENOSPC;
		memcpy(p->key, key, key_len);
		p->key_len = key_len;
		p->next = *at;
		*at = p;
	}
	memcpy((*at)->value, value, len);
	(*at)->len = len;
	return 0;
}

static int memory_del(struct kv *k, const void *key, size_t key_len)
{
	struct pair **at = place(disk_of(k), key, key_len);
	struct pair *p = *at;

	if (is_at(at, key, key_len)) {
		*at = p->next;
		free(p);
	}
	return 0;
}

static int memory_walk(struct kv *k, const void *prefix, size_t prefix_len,
		       kv_fn *fn, void *arg)
{
	struct pair *p = *place(disk_of(k), prefix, prefix_len);

	for (; p && p->key_len >= prefix_len &&
	       !memcmp(p->key, prefix, prefix_len); p = p->next) {
		int ret = fn(arg, p->key, p->key_len, p->value, p->len);

		if (ret)
			return ret;
	}
	return 0;
}

static int memory_sync_start(struct kv *k)
{
	return 0;
}

static int memory_sync(struct kv *k)
{
	return 0;
}

static void memory_close(struct kv *k)
{
	struct kv_memory *m = (struct kv_memory *)k;

	if (m->own_disk)
		kv_disk_free(m->disk);
	free(m);
}

static const struct kv_ops memory_ops = {
	.get = memory_get,
	.put = memory_put,
	.del = memory_del,
	.walk = memory_walk,
	.sync = memory_sync,
	.sync_start = memory_sync_start,
	.close = memory_close,
};

struct kv *kv_open_memory(struct kv_disk *disk)
{
	struct kv_memory *m = calloc(1, sizeof(*m));

	if (!m)
		return NULL;

	m->kv.ops = &memory_ops;
	m->own_disk = !disk;
	m->disk = disk ? disk : kv_disk_new();
	if (!m->disk) {
		free(m);
		return NULL;
	}
	return &m->kv;
}
