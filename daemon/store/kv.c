// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks what both tables would have to check; see kv.h. */
#include <errno.h>

#include "lib/cursor.h"
#include "store/kv_ops.h"

static bool key_ok(size_t len)
{
	return len >= 1 && len <= KV_KEY_MAX;
}

int kv_get(struct kv *k, const void *key, size_t key_len, void *value,
	   size_t size)
{
	return key_ok(key_len) ? k->ops->get(k, key, key_len, value, size)
			       : -EINVAL;
}

int kv_put(struct kv *k, const void *key, size_t key_len, const void *value,
	   size_t len)
{
	if (!key_ok(key_len) || len > KV_VALUE_MAX)
		return -EINVAL;
	return k->ops->put(k, key, key_len, value, len);
}

int kv_put_start(struct kv *k, const void *key, size_t key_len,
		 const void *value, size_t len)
{
	if (!k->ops->put_start)
		return kv_put(k, key, key_len, value, len);
	if (!key_ok(key_len) || len > KV_VALUE_MAX)
		return -EINVAL;
	return k->ops->put_start(k, key, key_len, value, len);
}

int kv_put_result(struct kv *k)
{
	return k->ops->put_result ? k->ops->put_result(k) : 0;
}

int kv_fd(struct kv *k)
{
	return k->ops->fd ? k->ops->fd(k) : -1;
}

int kv_del(struct kv *k, const void *key, size_t key_len)
{
	return key_ok(key_len) ? k->ops->del(k, key, key_len) : -EINVAL;
}

int kv_del_range(struct kv *k, const void *from, size_t from_len,
		 const void *to, size_t to_len, int max)
{
	if (!key_ok(from_len) || !key_ok(to_len))
		return -EINVAL;
	return k->ops->del_range(k, from, from_len, to, to_len, max);
}

int kv_walk(struct kv *k, const void *prefix, size_t prefix_len, kv_fn *fn,
	    void *arg)
{
	return key_ok(prefix_len) ? k->ops->walk(k, prefix, prefix_len, fn, arg)
				  : -EINVAL;
}

int kv_sync_start(struct kv *k)
{
	return k->ops->sync_start(k);
}

int kv_sync(struct kv *k)
{
	return k->ops->sync(k);
}

void kv_close(struct kv *k)
{
	if (!k)
		return;
	kv_sync(k);
	k->ops->close(k);
}

int kv_put_u64(struct kv *k, const void *key, size_t key_len, uint64_t v)
{
	uint8_t octets[8];
	struct writer w;

	writer_init(&w, octets, sizeof(octets));
	writer_u64(&w, v);
	return kv_put(k, key, key_len, octets, sizeof(octets));
}

int kv_get_u64(struct kv *k, const void *key, size_t key_len, uint64_t *v)
{
	uint8_t octets[8];
	struct reader r;
	int ret = kv_get(k, key, key_len, octets, sizeof(octets));

	if (ret < 0)
		return ret;
	if (ret != sizeof(octets))
		return -EIO;
	reader_init(&r, octets, sizeof(octets));
	*v = reader_u64(&r);
	return 0;
}
