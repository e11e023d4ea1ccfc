/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters: an enum per machine, an array of as many numbers, a name table.
 * Machines show themselves to `lispctl show statistics` as counter groups.
 */
#ifndef LISP_SM_COUNTER_H
#define LISP_SM_COUNTER_H

#include <stddef.h>
#include <stdint.h>

/* Up by one, also when another thread reads it at that moment. */
static inline void counter_up(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

static inline void counter_add(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline uint64_t counter_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* Those of a machine go on where an earlier one's have got to. */
static inline void counters_inherit(uint64_t *to, const uint64_t *from,
				    size_t count)
{
	for (size_t i = 0; i < count; i++)
		__atomic_store_n(&to[i], to[i] + counter_read(&from[i]),
				 __ATOMIC_RELAXED);
}

struct counter_group {
	const char *name;		/* "resolve", "map-server", ... */
	const char *const *names;	/* @count of them, "replies-accepted" */
	const uint64_t *values;
	size_t count;
};

#endif
