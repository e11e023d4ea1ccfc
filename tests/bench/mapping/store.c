// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * store DIRECTORY [EIDS [PER_REGISTRANT]]: what the Map-Server's store costs.
 *
 * Registers that many IPv4 hosts (1,000,000) of one instance, as many to a
 * registrant as are said (20), each with two locators, by Map-Registers of at
 * most 20 records, 64 to a flush; refreshes them all; asks for them and for
 * holes; closes the store, in DIRECTORY, and opens it again.  One line
 * "NAME VALUE" a result.  Times are the processor's; memory is what the
 * process has grown by (anonymous), all in.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sm/ops.h"
#include "store/store.h"

#define RECORDS	20
#define FLUSH	64	/* Map-Registers */

static const struct store_ops *ops = &store_memory_ops;
static struct store *store;
static struct kv *kv;
static struct sm_key key = { .tag = 7 };
static unsigned long eids = 1000000, per_registrant = 20;
static uint64_t now = 1000000;

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long memory(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kb = 0;
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Anonymous: %lu", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb * 1024;
}

/* Spread over 10/8 by an odd number. */
static struct eid eid_at(unsigned long i, uint32_t offset)
{
	uint32_t a = (uint32_t)(i * 2654435761u) >> 8 ^ offset;
	struct addr addr = {
		.family = ADDR_IPV4,
		.bytes = { 10, a >> 16, a >> 8, a },
	};

	return eid_host(100, &addr);
}

static void register_some(unsigned long first, unsigned long count,
			  uint64_t nonce)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     2 * sizeof(struct locator)];
	} content;
	static struct store_change ch[RECORDS];
	unsigned long who = first / per_registrant;
	struct reg_party by = { .site = "site", .key = &key, .tag = 7 };
	struct nonce_key nk = { .tag = 7 };
	struct store_batch b = {
		.changes = ch,
		.count = count,
		.nonce_key = &nk,
		.nonce = { .nonce = nonce, .when = now, .until = now + 180000 },
	};

	memcpy(by.who.ids.xtr_id, &who, sizeof(who));
	by.source = (struct addr){ ADDR_IPV4, { 198, 51, 100, 1 } };
	by.local = (struct addr){ ADDR_IPV4, { 192, 0, 2, 1 } };
	nk.who = by.who;
	content.rec.ttl = 1440;
	content.rec.locator_count = 2;
	for (int i = 0; i < 2; i++)
		content.rec.locators[i] = (struct locator){
			.addr = { ADDR_IPV4, { 198, 18 + i, who >> 8, who } },
			.priority = 1,
			.weight = 50,
			.flags = LOCATOR_REACHABLE,
		};
	for (unsigned long i = 0; i < count; i++)
		ch[i] = (struct store_change){
			.eid = eid_at(first + i, 0),
			.reg = {
				.by = &by,
				.rec = &content.rec,
				.registered = now,
				.expires = now + 180000,
				.lifetime = 180000,
			},
		};
	if (ops->commit(store, &b)) {
		fprintf(stderr, "store: commit failed\n");
		exit(1);
	}
}

static void flush(void)
{
	if (store_flush(store)) {
		fprintf(stderr, "store: flush failed\n");
		exit(1);
	}
}

static double register_all(uint64_t nonce)
{
	unsigned long step = per_registrant < RECORDS ? per_registrant :
		RECORDS;
	double start = seconds();

	for (unsigned long i = 0; i < eids; i += step) {
		register_some(i, step, nonce + i);
		if (i / step % FLUSH == FLUSH - 1)
			flush();
	}
	flush();
	return (seconds() - start) * 1e9 / (double)eids;
}

static double match_all(void)
{
	double start = seconds();
	unsigned long found = 0;
	struct store_entry e;

	for (unsigned long i = 0; i < eids; i++) {
		struct eid eid = eid_at(i * 7919 % eids, 0);

		found += ops->match(store, &eid, &e) != NULL;
	}
	if (found != eids) {
		fprintf(stderr, "store: %lu of %lu found\n", found, eids);
		exit(1);
	}
	return (seconds() - start) * 1e9 / (double)eids;
}

static double gap_all(void)
{
	double start = seconds();

	for (unsigned long i = 0; i < eids; i++) {
		struct eid eid = eid_at(i * 7919 % eids, 0x5a5a5a);
		struct prefix gap;

		ops->gap(store, 100, &eid.prefix.addr, 1, &gap);
	}
	return (seconds() - start) * 1e9 / (double)eids;
}

static double expire_all(void)
{
	struct reg_party gone;
	struct eid eid;
	double start;

	now += 1000000;
	start = seconds();
	while (store_registrations(store))
		ops->expire(store, now, &eid, &gone, NULL);
	return (seconds() - start) * 1e9 / (double)eids;
}

static void open_all(const char *dir)
{
	static const uint8_t seed[16] = { 1 };
	struct store_config cfg;

	kv = kv_open_lmdb(dir, NULL);
	store_config_init(&cfg);
	cfg.now = now;
	cfg.wall = now;
	store = kv ? store_new(&cfg, kv, seed, NULL) : NULL;
	if (!store) {
		fprintf(stderr, "store: %s cannot be opened\n", dir);
		exit(1);
	}
}

static void close_all(void)
{
	store_free(store);
	kv_close(kv);
}

static double open_again(const char *dir)
{
	double start = seconds();

	open_all(dir);
	start = seconds() - start;
	if (store_registrations(store) != eids) {
		fprintf(stderr, "store: %zu of %lu are back\n",
			store_registrations(store), eids);
		exit(1);
	}
	return start;
}

int main(int argc, char **argv)
{
	unsigned long before;

	if (argc > 2)
		eids = strtoul(argv[2], NULL, 0);
	if (argc > 3)
		per_registrant = strtoul(argv[3], NULL, 0);
	if (argc < 2 || !eids || !per_registrant)
		return 2;

	open_all(argv[1]);
	before = memory();
	printf("register-ns %.0f\n", register_all(1));
	printf("octets-per-eid %.1f\n",
	       (double)(memory() - before) / (double)eids);
	now += 60000;
	printf("refresh-ns %.0f\n", register_all(2));
	printf("match-ns %.0f\n", match_all());
	printf("gap-ns %.0f\n", gap_all());
	printf("octets-per-eid-refreshed %.1f\n",
	       (double)(memory() - before) / (double)eids);
	close_all();
	printf("open-s %.2f\n", open_again(argv[1]));
	close_all();
	open_all(argv[1]);
	printf("expire-ns %.0f\n", expire_all());
	close_all();
	return 0;
}
