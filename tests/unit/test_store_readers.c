// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads that read the store while another one changes it: whatever they find
 * covers what they asked for, and is of one piece.  The pool is malloc here,
 * so AddressSanitizer sees what is used after it was given back.
 */
#include "store.h"

#include <pthread.h>

#define READERS		3
#define ROUNDS		20000
#define N_EIDS		300
#define N_XTRS		4
#define LOCATORS	5

static bool done;
static unsigned long found[READERS];

struct random { unsigned int state; };

/* A thread cannot end the test: it says where it was. */
static int wrong;
#define must(cond) do { \
	if (!(cond)) \
		__atomic_store_n(&wrong, __LINE__, __ATOMIC_RELAXED); \
} while (0)

static unsigned int rnd(struct random *r, unsigned int n)
{
	r->state = r->state * 1103515245 + 12345;
	return (r->state >> 16) % n;
}

static struct eid random_eid(struct random *r, bool host)
{
	unsigned int i = rnd(r, N_EIDS);
	struct addr a = { ADDR_IPV4, { 10, i % 3, i / 3 % 4, i / 12 } };
	struct prefix p;

	must(prefix_make(&a, host ? 32 : 20 + i % 13, &p) == 0);
	return eid_make(i % 5, &p);
}

/* Everything in a record follows from its TTL; from its party, whose it is. */
static void check_registration(const struct registration *r)
{
	const struct reg_record *rec = r->rec;
	uint8_t x = r->by->who.ids.xtr_id[0];

	must(r->by->who.ids.xtr_id[15] == x);
	must(r->by->tag == 100u + x);
	must(rec->ttl / 1000 == x);
	must(rec->locator_count == 1 + rec->ttl % LOCATORS);
	for (unsigned int i = 0; i < rec->locator_count; i++) {
		must(rec->locators[i].weight == (uint8_t)(rec->ttl + i));
		must(rec->locators[i].addr.bytes[3] == i);
	}
}

static void check_entry(const struct store_entry *e, const struct eid *asked)
{
	unsigned int n = 0;

	must(eid_contains(&e->eid, asked));
	for (const struct registration *r = e->regs; r;
	     r = registration_next(r)) {
		check_registration(r);
		if (++n == 100)
			break;
	}
	must(n > 0 && n < 100);
}

static void look(struct random *r, unsigned long *count)
{
	struct eid asked = random_eid(r, true), all = eid_make(asked.iid,
		&(struct prefix){ .addr = { .family = ADDR_IPV4 } });
	const struct store_entry *e;
	struct store_entry room;
	struct prefix gap;

	e = store_memory_ops.match(store, &asked, &room);
	if (e) {
		check_entry(e, &asked);
		__atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
	}
	must(store_memory_ops.gap(store, asked.iid, &asked.prefix.addr, 0,
				  &gap) == 0);
	must(prefix_contains_addr(&gap, &asked.prefix.addr));
	e = store_memory_ops.next(store, &all, &asked, &room);
	for (int i = 0; e && i < 5; i++) {
		struct eid at = e->eid;

		check_entry(e, &at);
		e = store_memory_ops.next(store, &all, &at, &room);
		must(!e || eid_cmp(&at, &e->eid) < 0);
	}
}

static void *reader(void *arg)
{
	unsigned long *count = arg;
	struct random r = { (unsigned int)(count - found) + 77 };

	store_reader_register();
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		store_read_begin();
		for (int i = 0; i < 10; i++)
			look(&r, count);
		store_read_end();
	}
	store_reader_unregister();
	return NULL;
}

static void change(struct random *r, uint64_t now)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     LOCATORS * sizeof(struct locator)];
	} content;
	uint8_t x = (uint8_t)rnd(r, N_XTRS);
	struct reg_party by = { .tag = 100u + x };
	struct store_change ch = {
		.eid = random_eid(r, false),
		.remove = rnd(r, 3) == 0,
		.reg = {
			.by = &by,
			.rec = &content.rec,
			.expires = now + 1 + rnd(r, 200),
		},
	};
	struct store_batch b = { .changes = &ch, .count = 1 };

	memset(by.who.ids.xtr_id, x, 16);
	content.rec.ttl = 1000u * x + rnd(r, 40);
	content.rec.locator_count = 1 + content.rec.ttl % LOCATORS;
	for (unsigned int i = 0; i < content.rec.locator_count; i++)
		content.rec.locators[i] = (struct locator){
			.addr = { ADDR_IPV4, { 192, 0, 2, i } },
			.weight = (uint8_t)(content.rec.ttl + i),
		};
	assert_int_equal(store_memory_ops.commit(store, &b), 0);
}

static bool seen_wrong(void)
{
	return __atomic_load_n(&wrong, __ATOMIC_RELAXED);
}

static void readers_beside_a_writer(void **state)
{
	struct random r = { 1 };
	pthread_t threads[READERS];
	struct reg_party gone;
	unsigned long before = 0;
	struct eid eid;

	store_config_init(&cfg);
	cfg.snapshot_octets = 100000;
	open_store();
	store_share(store);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, reader,
						&found[i]), 0);
	/* Until each has found something, and there were enough. */
	for (uint64_t now = 0; !seen_wrong() && (now < ROUNDS || before < READERS);
	     now++) {
		for (int i = 0; i < 10; i++)
			change(&r, now);
		while (store_memory_ops.expire(store, now, &eid, &gone, NULL))
			;
		assert_int_equal(store_flush(store), 0);
		before = 0;
		for (int i = 0; i < READERS; i++)
			before += __atomic_load_n(&found[i],
						  __ATOMIC_RELAXED) > 1000;
	}
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
	for (int i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(wrong, 0);
	/* Alone again. */
	change(&r, ROUNDS);
	store_unshare(store);
	for (int i = 0; i < 100; i++)
		change(&r, ROUNDS);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readers_beside_a_writer,
						on_memory, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
