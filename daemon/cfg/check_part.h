/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the checks of the roles share.  Each reports at the place a person has
 * to change, found by walking down to it: push() a key or an element, pop() it.
 */
#ifndef LISP_CFG_CHECK_PART_H
#define LISP_CFG_CHECK_PART_H

#include <stddef.h>
#include <string.h>

#include "cfg/conf.h"

/* The frames of a path "a.b[i].c[j]..." as deep as we need it. */
struct place {
	struct cfg_path frame[8];
	unsigned int depth;
};

static inline void place_init(struct place *p)
{
	memset(p, 0, sizeof(*p));
	p->depth = 1;
}

static inline void push(struct place *p, const char *key, size_t index)
{
	struct cfg_path *f = &p->frame[p->depth];

	f->up = f - 1;
	f->key = key;
	f->index = index;
	p->depth++;
}

static inline void pop(struct place *p)
{
	p->depth--;
}

static inline const struct cfg_path *here(const struct place *p)
{
	return &p->frame[p->depth - 1];
}

/* @key of element @i of the list @list beneath @p. */
static inline void element(struct place *p, const char *list, size_t i,
			   const char *key)
{
	push(p, list, 0);
	push(p, NULL, i);
	push(p, key, 0);
}

static inline void element_end(struct place *p)
{
	p->depth -= 3;
}

/* A list that is to be free of repetitions: @n elements of @size octets, in
 * which the value is at @offset. */
struct unique {
	const char *list;
	const char *key;	/* NULL: the element is the value */
	const void *base;
	size_t n;
	size_t size;
	size_t offset;
	int (*compare)(const void *a, const void *b);
};

#define UNIQUE(list_, key_, array, count, member, cmp) (&(struct unique){ \
	.list = list_, .key = key_, .base = array, .n = count, \
	.size = sizeof(*(array)), \
	.offset = offsetof(typeof(*(array)), member), .compare = cmp })
#define UNIQUE_PLAIN(list_, array, count, cmp) (&(struct unique){ \
	.list = list_, .base = array, .n = count, \
	.size = sizeof(*(array)), .compare = cmp })

void check_unique(struct place *p, const struct unique *u,
		  struct cfg_errors *e);

/* For check_unique(): char *, uint64_t, struct addr, struct prefix. */
int conf_cmp_string(const void *a, const void *b);
int conf_cmp_uint(const void *a, const void *b);
int conf_cmp_addr(const void *a, const void *b);
int conf_cmp_prefix(const void *a, const void *b);

/* One of "key" and "key-file"; a file is read. */
void conf_check_key(struct place *p, struct conf_key *k, struct cfg_errors *e);

/* The roles, each below the root of the document. */
void conf_check_xtr(struct conf *c, struct place *p, struct cfg_errors *e);
void conf_check_ms(struct conf *c, struct place *p, struct cfg_errors *e);
void conf_check_mr(const struct conf *c, struct place *p, struct cfg_errors *e);
void conf_check_ddt(const struct conf *c, struct cfg_errors *e);

#endif
