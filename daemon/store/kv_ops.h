/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between kv.c and the two tables behind it. */
#ifndef LISP_STORE_KV_OPS_H
#define LISP_STORE_KV_OPS_H

#include "store/kv.h"

typedef int kv_fn(void *arg, const void *key, size_t key_len,
		  const void *value, size_t len);

/* Lengths have been checked by kv.c. */
struct kv_ops {
	int (*get)(struct kv *k, const void *key, size_t key_len, void *value,
		   size_t size);
	int (*put)(struct kv *k, const void *key, size_t key_len,
		   const void *value, size_t len);
	/* These three: NULL if put() is done at once. */
	int (*put_start)(struct kv *k, const void *key, size_t key_len,
			 const void *value, size_t len);
	int (*put_result)(struct kv *k);
	int (*fd)(struct kv *k);
	int (*del)(struct kv *k, const void *key, size_t key_len);
	int (*del_range)(struct kv *k, const void *from, size_t from_len,
			 const void *to, size_t to_len, int max);
	int (*walk)(struct kv *k, const void *prefix, size_t prefix_len,
		    kv_fn *fn, void *arg);
	int (*sync)(struct kv *k);
	int (*sync_start)(struct kv *k);
	void (*close)(struct kv *k);
};

struct kv {
	const struct kv_ops *ops;
};

#endif
