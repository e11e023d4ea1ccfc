// SPDX-License-Identifier: GPL-2.0-or-later
/* See versions.h.  Value in the table: fingerprint, version. */
#include <errno.h>

#include "lib/cursor.h"
#include "store/versions.h"

#define VALUE_SIZE	(8 + 2)
#define FNV_BASIS	0xcbf29ce484222325u
#define FNV_PRIME	0x100000001b3u

static const char key[] = "map-version";

uint16_t version_next(uint16_t v)
{
	v = (v + 1) & MAP_VERSION_MAX;
	return v ? v : 1;
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
	const uint8_t *octets = data;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ octets[i]) * FNV_PRIME;
	return hash;
}

/* FNV-1a: nobody but the operator chooses what goes in. */
static uint64_t fingerprint(const struct locator *l, size_t n)
{
	uint64_t hash = FNV_BASIS;

	for (size_t i = 0; i < n; i++) {
		const uint8_t rest[] = {
			l[i].addr.family, l[i].priority, l[i].weight,
			l[i].mpriority, l[i].mweight,
			l[i].flags & LOCATOR_REACHABLE,
		};

		hash = mix(hash, rest, sizeof(rest));
		hash = mix(hash, l[i].addr.bytes, addr_size(&l[i].addr));
	}
	return hash;
}

static int put(struct kv *kv, uint64_t print, uint16_t version)
{
	uint8_t value[VALUE_SIZE];
	struct writer w;
	int ret;

	writer_init(&w, value, sizeof(value));
	writer_u64(&w, print);
	writer_u16(&w, version);
	ret = kv_put(kv, key, sizeof(key), value, w.len);
	if (!ret)
		ret = kv_sync(kv);
	return ret ? -EIO : 0;
}

int versions_get(struct kv *kv, const struct locator *l, size_t n,
		 uint16_t fresh, uint16_t *version)
{
	uint64_t print = fingerprint(l, n), old = !print;
	uint8_t value[VALUE_SIZE];
	uint16_t last = fresh;
	struct reader r;
	int ret;

	ret = kv_get(kv, key, sizeof(key), value, sizeof(value));
	if (ret == VALUE_SIZE) {
		reader_init(&r, value, sizeof(value));
		old = reader_u64(&r);
		last = reader_u16(&r);
	} else if (ret != -ENOENT) {
		return -EIO;
	}
	*version = old == print ? last : version_next(last);
	return old == print ? 0 : put(kv, print, *version);
}
