// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of kv.h in memory, for tests and the simulator: a sorted array. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "store/kv_ops.h"

struct pair {
	size_t key_len;
	size_t len;
	uint8_t *value;
	uint8_t key[KV_KEY_MAX];
};

struct kv_disk {
	struct pair **pairs;		/* sorted */
	size_t count;
	size_t room;
	unsigned long writes;
	long fail_after;		/* -1: never */
	size_t used;			/* octets */
	size_t limit;
	int bell;			/* eventfd; -1: it is never late */
	struct pair *begun;		/* NULL: none */
	bool ended;			/* with @result */
	int result;
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
	struct kv_disk *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->fail_after = -1;
	d->bell = -1;
	d->limit = SIZE_MAX;
	return d;
}

static void pair_free(struct pair *p)
{
	free(p->value);
	free(p);
}

void kv_disk_free(struct kv_disk *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++)
		pair_free(d->pairs[i]);
	if (d->begun)
		pair_free(d->begun);
	if (d->bell >= 0)
		close(d->bell);
	free(d->pairs);
	free(d);
}

void kv_disk_fail_after(struct kv_disk *d, long writes)
{
	d->fail_after = writes;
}

unsigned long kv_disk_writes(const struct kv_disk *d)
{
	return d->writes;
}

void kv_disk_limit(struct kv_disk *d, size_t octets)
{
	d->limit = octets;
}

size_t kv_disk_used(const struct kv_disk *d)
{
	return d->used;
}

/* One write more; false: it does not happen any more. */
static bool may_write(struct kv_disk *d)
{
	if (!d->fail_after)
		return false;
	if (d->fail_after > 0)
		d->fail_after--;
	d->writes++;
	return true;
}

static int compare(const struct pair *p, const void *key, size_t len)
{
	size_t n = p->key_len < len ? p->key_len : len;
	int cmp = memcmp(p->key, key, n);

	return cmp ? cmp : (p->key_len > len) - (p->key_len < len);
}

/* Where @key is, or where it would be put. */
static size_t place(const struct kv_disk *d, const void *key, size_t len)
{
	size_t low = 0, high = d->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(d->pairs[mid], key, len) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_at(const struct kv_disk *d, size_t at, const void *key,
		  size_t len)
{
	return at < d->count && !compare(d->pairs[at], key, len);
}

static int memory_get(struct kv *k, const void *key, size_t key_len,
		      void *value, size_t size)
{
	struct kv_disk *d = disk_of(k);
	size_t at = place(d, key, key_len);

	if (!is_at(d, at, key, key_len))
		return -ENOENT;
	memcpy(value, d->pairs[at]->value,
	       d->pairs[at]->len < size ? d->pairs[at]->len : size);
	return (int)d->pairs[at]->len;
}

static struct pair *pair_new(const void *key, size_t key_len)
{
	struct pair *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	memcpy(p->key, key, key_len);
	p->key_len = key_len;
	return p;
}

static bool insert(struct kv_disk *d, size_t at, struct pair *p)
{
	if (d->count == d->room) {
		size_t room = d->room ? 2 * d->room : 16;
		struct pair **more = realloc(d->pairs, room * sizeof(*more));

		if (!more)
			return false;
		d->pairs = more;
		d->room = room;
	}
	memmove(&d->pairs[at + 1], &d->pairs[at],
		(d->count - at) * sizeof(*d->pairs));
	d->pairs[at] = p;
	d->count++;
	return true;
}

static int disk_put(struct kv_disk *d, const void *key, size_t key_len,
		    const void *value, size_t len)
{
	size_t at = place(d, key, key_len), old = 0;
	uint8_t *copy;

	if (!may_write(d))
		return -EIO;
	if (is_at(d, at, key, key_len))
		old = key_len + d->pairs[at]->len;
	if (d->used - old + key_len + len > d->limit)
		return -ENOSPC;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOSPC;
	memcpy(copy, value, len);
	if (!is_at(d, at, key, key_len)) {
		struct pair *p = pair_new(key, key_len);

		if (!p || !insert(d, at, p)) {
			free(p);
			free(copy);
			return -ENOSPC;
		}
	}
	free(d->pairs[at]->value);
	d->pairs[at]->value = copy;
	d->pairs[at]->len = len;
	d->used += key_len + len - old;
	return 0;
}

static int memory_put(struct kv *k, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	return disk_put(disk_of(k), key, key_len, value, len);
}

/* --- late --- */

int kv_disk_late(struct kv_disk *d)
{
	if (d->bell < 0)
		d->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return d->bell < 0 ? -errno : 0;
}

static int memory_put_start(struct kv *k, const void *key, size_t key_len,
			    const void *value, size_t len)
{
	struct kv_disk *d = disk_of(k);
	struct pair *p;

	if (d->bell < 0)
		return memory_put(k, key, key_len, value, len);
	if (d->begun || d->ended)
		return -EBUSY;
	p = pair_new(key, key_len);
	if (p)
		p->value = malloc(len + 1);
	if (!p || !p->value) {
		free(p);
		return -ENOSPC;
	}
	memcpy(p->value, value, len);
	p->len = len;
	d->begun = p;
	return -EINPROGRESS;
}

bool kv_disk_end(struct kv_disk *d, bool made, int err)
{
	struct pair *p = d->begun;

	if (!p)
		return false;
	d->result = made ? disk_put(d, p->key, p->key_len, p->value, p->len)
			 : 0;
	if (err)
		d->result = err;
	d->begun = NULL;
	d->ended = true;
	pair_free(p);
	eventfd_write(d->bell, 1);
	return true;
}

static int memory_put_result(struct kv *k)
{
	struct kv_disk *d = disk_of(k);
	eventfd_t n;

	if (d->begun)
		return -EINPROGRESS;
	if (!d->ended)
		return 0;
	d->ended = false;
	eventfd_read(d->bell, &n);
	return d->result;
}

static int memory_fd(struct kv *k)
{
	return disk_of(k)->bell;
}

/* --- the rest of the table --- */

static void delete(struct kv_disk *d, size_t at, size_t n)
{
	for (size_t i = at; i < at + n; i++) {
		d->used -= d->pairs[i]->key_len + d->pairs[i]->len;
		pair_free(d->pairs[i]);
	}
	memmove(&d->pairs[at], &d->pairs[at + n],
		(d->count - at - n) * sizeof(*d->pairs));
	d->count -= n;
}

static int memory_del(struct kv *k, const void *key, size_t key_len)
{
	struct kv_disk *d = disk_of(k);
	size_t at = place(d, key, key_len);

	if (!is_at(d, at, key, key_len))
		return 0;
	if (!may_write(d))
		return -EIO;
	delete(d, at, 1);
	return 0;
}

static int memory_del_range(struct kv *k, const void *from, size_t from_len,
			    const void *to, size_t to_len, int max)
{
	struct kv_disk *d = disk_of(k);
	size_t at = place(d, from, from_len), end = place(d, to, to_len), n;

	n = end > at ? end - at : 0;
	if (n > (size_t)max)
		n = (size_t)max;
	if (n && !may_write(d))
		return -EIO;
	delete(d, at, n);
	return (int)n;
}

static int memory_walk(struct kv *k, const void *prefix, size_t prefix_len,
		       kv_fn *fn, void *arg)
{
	struct kv_disk *d = disk_of(k);

	for (size_t i = place(d, prefix, prefix_len); i < d->count; i++) {
		const struct pair *p = d->pairs[i];
		int ret;

		if (p->key_len < prefix_len ||
		    memcmp(p->key, prefix, prefix_len))
			break;
		ret = fn(arg, p->key, p->key_len, p->value, p->len);
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
	kv_disk_end(disk_of(k), true, 0);
	return 0;
}

static void memory_close(struct kv *k)
{
	struct kv_memory *m = (struct kv_memory *)k;

	memory_put_result(k);
	if (m->own_disk)
		kv_disk_free(m->disk);
	free(m);
}

static const struct kv_ops memory_ops = {
	.get = memory_get,
	.put = memory_put,
	.put_start = memory_put_start,
	.put_result = memory_put_result,
	.fd = memory_fd,
	.del = memory_del,
	.del_range = memory_del_range,
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
