/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel files that compile in user space find instead of the kernel:
 * the headers in linux/ and net/ lead here.  A test #includes the .c file.
 *
 * Stricter than the kernel where that finds mistakes: a pointer that a lock
 * protects may be read only while the test holds that lock, and what is freed
 * after a grace period is freed when the test says kshim_grace().
 */
#ifndef KSHIM_H
#define KSHIM_H

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define U8_MAX	UINT8_MAX
#define U32_MAX	UINT32_MAX

#define __rcu
#define __percpu
#define __force
#define __read_mostly
#define __aligned(n)	__attribute__((aligned(n)))
#undef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#define noinline	__attribute__((noinline))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define min(a, b) ({							\
	__typeof__(a) min_a = (a);					\
	__typeof__(b) min_b = (b);					\
	min_a < min_b ? min_a : min_b;					\
})
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define BIT(n)			(1UL << (n))
#define BUILD_BUG_ON(c)		_Static_assert(!(c), #c)
#define WARN_ON_ONCE(c)		({ bool bug = (c); assert(!bug); bug; })
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define container_of(p, type, member)					\
	((type *)((char *)(p) - offsetof(type, member)))

static inline u32 be32_to_cpu(__be32 x)
{
	return ntohl(x);
}

#define cpu_to_be32(x)	htonl(x)
#define cpu_to_be64(x)	htobe64(x)
#define get_unaligned(p) ({						\
	__typeof__(({ *(p); })) unaligned_x;					\
	memcpy(&unaligned_x, (p), sizeof(unaligned_x));			\
	unaligned_x;							\
})
#define swap(a, b)	do {						\
	__typeof__(a) swap_a = (a);					\
	(a) = (b);							\
	(b) = swap_a;							\
} while (0)
#define struct_size(p, member, n)					\
	(sizeof(*(p)) + (n) * sizeof(*(p)->member))
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_wmb()		__atomic_thread_fence(__ATOMIC_RELEASE)

static inline unsigned long __ffs64(u64 x)
{
	return __builtin_ctzll(x);
}

static inline void cond_resched(void)
{
}

/* the same in each run */
static inline void get_random_bytes(void *buf, size_t n)
{
	uint64_t x = 0x9e3779b97f4a7c15ULL;
	uint8_t *p = buf;

	for (; n; n--) {
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		*p++ = x >> 56;
	}
}

static inline int fls(u32 x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/* Locks */

struct mutex {
	bool held;
};

#define lockdep_is_held(lock)	((lock)->held)

/* RCU */

struct rcu_head {
	void *unused;
};

#define rcu_read_lock_bh_held()		true
#define rcu_access_pointer(p)		__atomic_load_n(&(p), __ATOMIC_RELAXED)
#define rcu_dereference_check(p, c)	({				\
	(void)(c);							\
	__atomic_load_n(&(p), __ATOMIC_ACQUIRE);			\
})
#define rcu_dereference_protected(p, c)	({				\
	assert(c);							\
	__atomic_load_n(&(p), __ATOMIC_RELAXED);			\
})
#define rcu_dereference_raw(p)	__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), (v), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		__atomic_store_n(&(p), (v), __ATOMIC_RELAXED)

/* Memory */

typedef int gfp_t;

#define GFP_KERNEL_ACCOUNT	0
#define __GFP_NOWARN		0

/*
 * Objects allocated and not given back, and their size; those that wait for a
 * grace period.
 */
static long kshim_objects;
static size_t kshim_octets;
static void **kshim_waiting;
static size_t kshim_n_waiting;
/* Allocations from now on that succeed; negative: all. */
static int kshim_alloc_limit = -1;

/* Aligned as the kernel aligns what has a size that is a power of two. */
static inline void *kzalloc(size_t size, gfp_t gfp)
{
	size_t align = size & (size - 1) ? 8 : size < 4096 ? size : 4096;
	void *p;

	(void)gfp;
	if (!kshim_alloc_limit)
		return NULL;
	if (kshim_alloc_limit > 0)
		kshim_alloc_limit--;
	if (posix_memalign(&p, align < 8 ? 8 : align, size))
		abort();
	memset(p, 0, size);
	kshim_objects++;
	kshim_octets += malloc_usable_size(p);
	return p;
}

#define kvzalloc(size, gfp)	kzalloc(size, gfp)

/* Something that was allocated leaves the books. */
static inline void kshim_gone(void *p)
{
	kshim_objects--;
	kshim_octets -= malloc_usable_size(p);
}

static inline void kfree(void *p)
{
	if (p)
		kshim_gone(p);
	free(p);
}

static inline void kshim_defer(void *p)
{
	/* full: at 0 and every power of two */
	if (!(kshim_n_waiting & (kshim_n_waiting - 1)))
		kshim_waiting = realloc(kshim_waiting, sizeof(void *) *
					(kshim_n_waiting * 2 + 1));
	assert(kshim_waiting);
	kshim_waiting[kshim_n_waiting++] = p;
}

static inline void kvfree_rcu_mightsleep(void *p)
{
	kshim_gone(p);
	kshim_defer(p);
}

/* No reader is left. */
static inline void kshim_grace(void)
{
	while (kshim_n_waiting)
		free(kshim_waiting[--kshim_n_waiting]);
	free(kshim_waiting);
	kshim_waiting = NULL;
}

/* Lists */

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define hlist_entry(p, type, member)	container_of(p, type, member)

static inline bool hlist_unhashed(const struct hlist_node *n)
{
	return !n->pprev;
}

static inline bool hlist_empty(const struct hlist_head *h)
{
	return !h->first;
}

static inline void hlist_add_head(struct hlist_node *n, struct hlist_head *h)
{
	n->next = h->first;
	if (n->next)
		n->next->pprev = &n->next;
	h->first = n;
	n->pprev = &h->first;
}

static inline void hlist_del_init(struct hlist_node *n)
{
	if (!n->pprev)
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
}

static inline void hlist_move_list(struct hlist_head *from,
				   struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

/* Only named by structs that the tests use in part */

struct rb_node { char unused; };
struct rb_root { char unused; };
struct rhash_head { char unused; };
struct rhashtable { char unused; };
struct u64_stats_sync { char unused; };
typedef struct { char unused; } spinlock_t;
typedef struct { char unused; } local_lock_t;
typedef struct { u64 v; } u64_stats_t;

#define this_cpu_ptr(p)			(p)
#define u64_stats_update_begin(s)	((void)(s))
#define u64_stats_update_end(s)		((void)(s))
#define u64_stats_read(c)		((c)->v)
#define u64_stats_inc(c)		((void)(c)->v++)
#define u64_stats_add(c, n)		((void)((c)->v += (n)))

#endif /* KSHIM_H */
