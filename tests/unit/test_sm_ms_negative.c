// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Map-Replies of the Map-Server cover, against a twin that tries all
 * lengths.  Negative ones: the widest prefix around the EID that touches
 * nothing configured, delegated or registered but the configured one it is in,
 * and is no wider than that; the same where something of others is beneath what
 * was registered.  About what is delegated nothing is said.
 */
#include "sm_ms.h"

#include "sm/ddt.h"

#define ROWS	24	/* configured, of four sites */
#define REGS	40
#define AWAY	12	/* delegated */

static struct site_eid rows[ROWS];
static struct site four[4];
static struct eid regs[REGS];
static struct ddt_delegation away[AWAY];
static unsigned int row_count, reg_count, away_count;
static struct ddt_config ddt_cfg;
static struct ddt ddt;
static unsigned int delegated, narrowed, whole;
static uint64_t lot = 1;

static unsigned int draw(unsigned int n)
{
	lot = lot * 6364136223846793005u + 1442695040888963407u;
	return (unsigned int)(lot >> 33) % n;
}

/* Addresses close together, so that prefixes nest and touch. */
static struct eid draw_eid(unsigned int least, unsigned int most)
{
	struct addr a = A(draw(2) ? "10.0.0.0" : "2001:db8::");
	unsigned int bits = addr_bits(&a), len = least + draw(most - least);
	struct prefix p;

	for (unsigned int i = 1; i < bits / 8; i++)
		if (i >= bits / 8 - 3 || draw(8) == 0)
			a.bytes[i] = (uint8_t)draw(draw(2) ? 256 : 4);
	if (len > bits)
		len = bits;
	assert_int_equal(prefix_make(&a, len, &p), 0);
	return eid_make(100 + draw(2), &p);
}

static bool known(const struct eid *e)
{
	for (unsigned int i = 0; i < row_count; i++)
		if (eid_equal(&rows[i].eid, e))
			return true;
	return false;
}

static bool is_away(const struct xeid *x)
{
	for (unsigned int i = 0; i < away_count; i++)
		if (xeid_equal(&away[i].xeid, x))
			return true;
	return false;
}

/* Now and then a whole instance. */
static void delegate(void)
{
	static const struct referral_rloc child = { .priority = 1 };

	away_count = 0;
	while (away_count < AWAY) {
		struct eid e = draw_eid(9, 129);
		struct xeid x = xeid_of(&e);

		if (draw(100) == 0)
			assert_int_equal(xeid_range(e.iid, XEID_IID_BITS, &x),
					 0);
		if (!is_away(&x))
			away[away_count++] = (struct ddt_delegation){
				.xeid = x, .rlocs = &child, .rloc_count = 1 };
	}
	ddt_config_init(&ddt_cfg);
	ddt_cfg.delegations = away;
	ddt_cfg.delegation_count = away_count;
	assert_int_equal(ddt_init(&ddt, &ddt_cfg, &ms_ops, &ms, seed), 0);
}

static void configure(void)
{
	row_count = 0;
	while (row_count < ROWS) {
		struct eid e = draw_eid(9, 129);

		if (!known(&e))
			rows[row_count++] = (struct site_eid){
				.eid = e, .more_specifics = true };
	}
	for (int i = 0; i < 4; i++)
		four[i] = (struct site){
			.name = "s", .keys = keys_a, .key_count = 1,
			.mode = SITE_PROXY,
			.eids = rows + i * ROWS / 4, .eid_count = ROWS / 4 };
	cfg.sites = four;
	cfg.site_count = 4;
	begin_again();
	delegate();
}

/* Straight into the store, beneath a row. */
static void register_some(void)
{
	struct {
		struct reg_record r;
		struct locator l;
	} content = { .r = { .ttl = 1, .locator_count = 1 } };
	struct reg_party by = { .who.source = A("192.0.2.1"),
				.source = A("192.0.2.1"),
				.site = "s", .key = &keys_a[0], .tag = 1 };

	content.r.locators[0] = L("192.0.2.1");
	for (reg_count = 0; reg_count < REGS; reg_count++) {
		const struct eid *row = &rows[draw(row_count)].eid;
		struct eid e = draw_eid(row->prefix.len, 129);
		struct prefix p;
		unsigned int bits = addr_bits(&row->prefix.addr);

		/* Beneath the row: its first bits, then some of its own. */
		p = row->prefix;
		for (unsigned int i = row->prefix.len; i < bits; i++)
			if (draw(3) == 0)
				p.addr.bytes[i / 8] |= 0x80 >> i % 8;
		assert_int_equal(prefix_make(&p.addr, e.prefix.len < bits ?
					     e.prefix.len : bits, &p), 0);
		if (p.len < row->prefix.len)
			p = row->prefix;
		regs[reg_count] = eid_make(row->iid, &p);
		assert_int_equal(store_memory_ops.commit(store,
			&(struct store_batch){ .count = 1,
				.changes = &(struct store_change){
					.eid = regs[reg_count],
					.reg = { .by = &by, .rec = &content.r,
						 .expires = NOW << 20,
						 .lifetime = 1 } } }), 0);
	}
}

/* What the host is in is no obstacle. */
static bool touches(const struct eid *k, const struct eid *host,
		    const struct prefix *p)
{
	return k->iid == host->iid &&
	       k->prefix.addr.family == p->addr.family &&
	       !prefix_contains(&k->prefix, &host->prefix) &&
	       (prefix_contains(&k->prefix, p) ||
		prefix_contains(p, &k->prefix));
}

/* The twin: 1 bit more at a time. */
static struct prefix widest(const struct eid *host, unsigned int floor)
{
	struct prefix p;

	for (unsigned int len = floor;; len++) {
		bool hit = false;

		assert_int_equal(prefix_make(&host->prefix.addr, len, &p), 0);
		for (unsigned int i = 0; i < row_count; i++)
			hit |= touches(&rows[i].eid, host, &p);
		for (unsigned int i = 0; i < reg_count; i++)
			hit |= touches(&regs[i], host, &p);
		for (unsigned int i = 0; i < away_count; i++)
			hit |= touches(&away[i].xeid.eid, host, &p);
		if (!hit)
			return p;
	}
}

/* The longest of @n prefixes that the address is in; -1: none. */
static int longest(const struct eid *host, bool of_rows)
{
	unsigned int n = of_rows ? row_count : reg_count;
	int best = -1;

	for (unsigned int i = 0; i < n; i++) {
		const struct eid *k = of_rows ? &rows[i].eid : &regs[i];

		if (k->iid == host->iid &&
		    prefix_contains(&k->prefix, &host->prefix) &&
		    k->prefix.len > best)
			best = k->prefix.len;
	}
	return best;
}

/* The same of what is delegated, a whole instance being 0. */
static int longest_away(const struct eid *host)
{
	const struct xeid x = xeid_of(host);
	int best = -1;

	for (unsigned int i = 0; i < away_count; i++) {
		const struct eid *k = &away[i].xeid.eid;

		if (xeid_contains(&away[i].xeid, &x) &&
		    (int)k->prefix.len > best)
			best = k->prefix.len;
	}
	return best;
}

/* The site whose row is the longest around @e; -1: none. */
static int site_around(const struct eid *e)
{
	int best = -1, len = -1;

	for (unsigned int i = 0; i < row_count; i++)
		if (eid_contains(&rows[i].eid, e) &&
		    rows[i].eid.prefix.len > len) {
			len = rows[i].eid.prefix.len;
			best = (int)(i / (ROWS / 4));
		}
	return best;
}

/* Has anybody else a part of @e that does not reach beyond it? */
static bool is_whole(const struct eid *e)
{
	const struct xeid x = xeid_of(e);
	int site = site_around(e);

	for (unsigned int i = 0; i < row_count; i++)
		if ((int)(i / (ROWS / 4)) != site &&
		    !eid_equal(e, &rows[i].eid) &&
		    eid_contains(e, &rows[i].eid))
			return false;
	for (unsigned int i = 0; i < away_count; i++)
		if (!xeid_equal(&x, &away[i].xeid) &&
		    xeid_contains(&x, &away[i].xeid))
			return false;
	return true;
}

/* What is registered, and nothing in it that is of others. */
static void compare_positive(const struct map_reply *m, const struct eid *host,
			     unsigned int len)
{
	struct prefix right;

	assert_in_range(m->record_count, 1, REGS);
	assert_true(eid_contains(&m->records[0].eid, host));
	for (unsigned int i = 0; i < m->record_count; i++) {
		assert_int_equal(m->records[i].locator_count, 1);
		assert_true(is_whole(&m->records[i].eid));
	}
	if (m->records[0].eid.prefix.len == len) {
		whole++;
		return;
	}
	right = widest(host, len);
	assert_int_equal(prefix_cmp(&m->records[0].eid.prefix, &right), 0);
	assert_int_equal(m->record_count, 1);
	narrowed++;
}

/* Was there something to compare? */
static bool ask_and_compare(uint64_t now, const struct eid *host)
{
	int row = longest(host, true), reg = longest(host, false);
	uint64_t silent = counter("delegated");
	char text[EID_TEXT_MAX];
	const struct map_record *r;
	struct prefix right;
	struct lisp_msg m;

	/* What is registered above the most specific row is another site's,
	 * or the site's other row's: the twin of that is not this test. */
	if (reg >= 0 && reg < row)
		return false;
	ask(now, eid_text(host, text), 0);
	if (longest_away(host) > row) {
		assert_int_equal(count_acts(ACTION_SEND), 0);
		assert_int_equal(counter("delegated"), silent + 1);
		delegated++;
		return false;
	}
	if (reg >= 0) {
		m = sent(0);
		compare_positive(&m.reply, host, (unsigned int)reg);
		return false;
	}
	assert_int_equal(sent(0).reply.record_count, 1);
	r = sent(0).reply.records;
	assert_int_equal(r->locator_count, 0);
	assert_int_equal(r->action, MAP_NATIVELY_FORWARD);
	assert_int_equal(r->ttl, row < 0 ? 15 : 1);
	assert_int_equal(r->eid.iid, host->iid);
	right = widest(host, row < 0 ? 1 : (unsigned int)row);
	assert_int_equal(prefix_cmp(&r->eid.prefix, &right), 0);
	return true;
}

static void as_the_twin_says(void **state)
{
	unsigned int holes = 0;
	uint64_t now = NOW;

	for (int round = 0; round < 150; round++) {
		configure();
		register_some();
		for (int i = 0; i < 40; i++, now += 10000) {
			struct eid e = draw_eid(128, 129);

			e = eid_host(e.iid, &e.prefix.addr);
			holes += ask_and_compare(now, &e);
		}
		/* Right beside what there is. */
		for (unsigned int i = 0; i < reg_count; i++, now += 10000) {
			struct addr a = regs[i].prefix.addr;
			unsigned int len = regs[i].prefix.len;
			struct eid e;

			a.bytes[(len - 1) / 8] ^= 0x80 >> (len - 1) % 8;
			e = eid_host(regs[i].iid, &a);
			holes += ask_and_compare(now, &e);
			e = eid_host(regs[i].iid, &regs[i].prefix.addr);
			ask_and_compare(now, &e);
		}
		ddt_free(&ddt);
		end(NULL);
		begin_asking(NULL);
	}
	assert_true(holes > 3000);
	assert_true(delegated > 300);
	assert_true(narrowed > 100);
	assert_true(whole > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(as_the_twin_says, begin_asking,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
