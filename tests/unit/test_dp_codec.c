// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Attributes of the "lisp" family: what is built is what is parsed, whatever
 * is cut, bent or too much is refused, and every name is the one of the spec.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/lisp.h>

#include "dp/codec.h"

#define FAMILY	0x20

static struct nl *nl;

static int open_nl(void **state)
{
	int err;

	nl = nl_open(NETLINK_GENERIC, &err);
	return nl ? 0 : err;
}

static int close_nl(void **state)
{
	nl_free(nl);
	return 0;
}

static struct nlmsghdr *message(uint8_t cmd)
{
	return nl_message_genl(nl, FAMILY, cmd, LISP_GENL_VERSION, 0);
}

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static struct eid eid(const char *text)
{
	struct eid e;

	assert_int_equal(eid_from_text(text, &e), 0);
	return e;
}

static struct dp_map full_map(void)
{
	struct dp_map m = {
		.underlay = 7,
		.eid = eid("[100]2001:db8:a::/48"),
		.action = LISP_ACTION_FORWARD,
		.ttl = 86400,
		.origin = 0xdeadbeef,
		.version = 4095,
	};

	m.locators.count = 2;
	m.locators.list[0] = (struct dp_locator) {
		.addr = address("192.0.2.1"), .port = 4341, .priority = 1,
		.weight = 100, .flags = LISP_LOC_FLAG_REACHABLE,
	};
	m.locators.list[1] = (struct dp_locator) {
		.addr = address("2001:db8::1"), .port = 14341,
		.priority = 255, .weight = 0, .flags = LISP_LOC_FLAG_LOCAL,
	};
	return m;
}

static void map_round_trip(void **state)
{
	struct dp_map m = full_map(), got;
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_NEW);

	codec_put_map(nl, &m);
	memset(&got, 0xa5, sizeof(got));
	assert_int_equal(codec_get_map(nlh, &got), 0);
	assert_memory_equal(&got, &m, sizeof(m));
	assert_int_equal(codec_command(nlh), LISP_CMD_MAP_NEW);

	/* What only the kernel sends. */
	nl_put_u32(nl, LISP_A_MAP_FLAGS, LISP_MAP_FLAG_STALE);
	nl_put(nl, LISP_A_MAP_PACKETS, &(uint64_t){ 1ull << 40 }, 8);
	nl_put(nl, LISP_A_MAP_BYTES, &(uint64_t){ 1ull << 50 }, 8);
	nl_put(nl, LISP_A_MAP_PAD, NULL, 0);
	nl_put_u32(nl, LISP_A_MAP_USED, 0);
	nl_put_u32(nl, LISP_A_MAP_EVENT, LISP_EVENT_EXPIRED);
	assert_int_equal(codec_get_map(nlh, &got), 0);
	assert_int_equal(got.flags, LISP_MAP_FLAG_STALE);
	assert_int_equal(got.packets, 1ull << 40);
	assert_int_equal(got.bytes, 1ull << 50);
	assert_true(got.used);
	assert_int_equal(got.used_age, 0);
	assert_true(got.has_event);
	assert_int_equal(got.event, LISP_EVENT_EXPIRED);
}

static void local_round_trip(void **state)
{
	struct dp_map m = full_map();
	struct dp_local l = {
		.underlay = 3, .eid = eid("0.0.0.0/0"), .origin = 9,
		.version = 1, .locators = m.locators,
	}, got;
	struct nlmsghdr *nlh = message(LISP_CMD_LOCAL_NEW);

	codec_put_local(nl, &l);
	assert_int_equal(codec_get_local(nlh, &got), 0);
	assert_memory_equal(&got, &l, sizeof(l));
}

static void most_locators(void **state)
{
	struct dp_map m = full_map(), got;
	struct nlmsghdr *nlh;

	for (unsigned int i = 0; i < DP_LOCATORS_MAX; i++) {
		m.locators.list[i] = m.locators.list[1];
		m.locators.list[i].addr.bytes[15] = i;
	}
	m.locators.count = DP_LOCATORS_MAX;
	nlh = message(LISP_CMD_MAP_NEW);
	codec_put_map(nl, &m);
	assert_int_equal(codec_get_map(nlh, &got), 0);
	assert_memory_equal(&got, &m, sizeof(m));
}

static void put_host(uint32_t iid)
{
	struct addr a = address("10.2.0.1");

	codec_put_lookup(nl, 0, iid, &a);
}

static void one_locator_too_many(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);
	struct nlattr *list, *one;
	struct dp_map m;

	put_host(1);
	list = nl_nest(nl, LISP_A_MAP_LOCATORS);
	for (int i = 0; i <= DP_LOCATORS_MAX; i++) {
		one = nl_nest(nl, LISP_A_LOCATORS_LOCATOR);
		nl_put(nl, LISP_A_LOCATOR_ADDRESS, "\1\2\3\4", 4);
		nl_nest_end(nl, one);
	}
	nl_nest_end(nl, list);
	assert_int_equal(codec_get_map(nlh, &m), -EBADMSG);
}

static void locator_without_address(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);
	struct nlattr *list, *one;
	struct dp_map m;

	put_host(1);
	list = nl_nest(nl, LISP_A_MAP_LOCATORS);
	one = nl_nest(nl, LISP_A_LOCATORS_LOCATOR);
	nl_put_u8(nl, LISP_A_LOCATOR_PRIORITY, 1);
	nl_nest_end(nl, one);
	nl_nest_end(nl, list);
	assert_int_equal(codec_get_map(nlh, &m), -EBADMSG);
}

static void without_length_a_host(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);
	struct eid want = eid("[5]10.2.0.1");
	struct dp_map m;

	put_host(5);
	assert_int_equal(codec_get_map(nlh, &m), 0);
	assert_true(eid_equal(&m.eid, &want));
}

static void impossible_prefixes(void **state)
{
	static const struct {
		const char *addr;
		uint16_t size;
		uint8_t len;
		int want;
	} rows[] = {
		{ "\x0a\1\0\0", 4, 16, 0 },
		{ "\x0a\1\0\1", 4, 16, -EBADMSG },	/* bits beyond */
		{ "\x0a\1\0\0", 4, 33, -EBADMSG },
		{ "\x0a\1\0\0", 4, 128, -EBADMSG },
		{ "\x0a\1\0\0\0", 5, 16, -EBADMSG },
		{ "\x0a\1\0", 3, 16, -EBADMSG },
		{ "", 0, 0, -EBADMSG },
		{ "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 16, 0 },
		{ "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 15, -EBADMSG },
		{ "\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 129, -EBADMSG },
	};
	struct dp_map m;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);

		nl_put_u32(nl, LISP_A_MAP_IID, 1);
		nl_put(nl, LISP_A_MAP_PREFIX, rows[i].addr, rows[i].size);
		nl_put_u8(nl, LISP_A_MAP_PREFIX_LEN, rows[i].len);
		assert_int_equal(codec_get_map(nlh, &m), rows[i].want);
	}
}

static void impossible_iid(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);
	struct dp_map m;

	put_host(LISP_IID_MAX);
	assert_int_equal(codec_get_map(nlh, &m), 0);
	nlh = message(LISP_CMD_MAP_GET);
	put_host(LISP_IID_MAX + 1);
	assert_int_equal(codec_get_map(nlh, &m), -EBADMSG);
}

/* Every attribute of a fixed size, an octet too short and too long. */
static void odd_sizes(void **state)
{
	static const struct { uint16_t attr, size; } rows[] = {
		{ LISP_A_MAP_UNDERLAY, 4 }, { LISP_A_MAP_IID, 4 },
		{ LISP_A_MAP_PREFIX_LEN, 1 }, { LISP_A_MAP_ACTION, 4 },
		{ LISP_A_MAP_TTL, 4 }, { LISP_A_MAP_ORIGIN, 4 },
		{ LISP_A_MAP_MAP_VERSION, 2 }, { LISP_A_MAP_FLAGS, 4 },
		{ LISP_A_MAP_PACKETS, 8 }, { LISP_A_MAP_BYTES, 8 },
		{ LISP_A_MAP_USED, 4 }, { LISP_A_MAP_EVENT, 4 },
	};
	static const uint8_t zero[16];
	struct nlmsghdr *nlh;
	struct dp_map m;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int more = -1; more <= 1; more++) {
			nlh = message(LISP_CMD_MAP_GET);
			put_host(1);
			if (rows[i].attr == LISP_A_MAP_PREFIX_LEN && !more)
				continue; /* 0 does not fit a host */
			nl_put(nl, rows[i].attr, zero, rows[i].size + more);
			assert_int_equal(codec_get_map(nlh, &m),
					 more ? -EBADMSG : 0);
		}
}

static void unknown_attributes_are_skipped(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_GET);
	struct dp_map m;

	nl_put(nl, 1000, "new", 3);
	put_host(1);
	nl_put_u32(nl, LISP_A_MAP_ACTION, 77);
	nl_put(nl, __LISP_A_MAP_MAX, "", 0);
	assert_int_equal(codec_get_map(nlh, &m), 0);
	assert_int_equal(m.action, 77);
	assert_string_equal(dp_action_name(m.action), "?");
}

/* A copy of the first @len octets with nothing behind them. */
static struct nlmsghdr *copy(const struct nlmsghdr *nlh, size_t len)
{
	struct nlmsghdr *c = malloc(len);

	assert_non_null(c);
	memcpy(c, nlh, len);
	c->nlmsg_len = len;
	return c;
}

/* Does an attribute end there, with its padding or a part of it? */
static bool at_boundary(const struct nlmsghdr *nlh, size_t len)
{
	const struct nlattr *attr;
	size_t at, next;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		at = (const char *)attr - (const char *)nlh;
		next = at + MNL_ALIGN(mnl_attr_get_len(attr));
		if (len >= at + mnl_attr_get_len(attr) && len <= next)
			return true;
	}
	return false;
}

static void truncated(void **state)
{
	size_t head = NLMSG_HDRLEN + sizeof(struct genlmsghdr);
	struct dp_map m = full_map(), got;
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_NEW), *c;
	struct dp_local l;
	struct dp_miss miss;
	struct dp_rloc r;

	codec_put_map(nl, &m);
	for (size_t len = NLMSG_HDRLEN; len < nlh->nlmsg_len; len++) {
		c = copy(nlh, len);
		if (len < head)
			assert_int_equal(codec_command(c), -1);
		if (!at_boundary(nlh, len) && len != head)
			assert_int_equal(codec_get_map(c, &got), -EBADMSG);
		else
			codec_get_map(c, &got);
		/* Of another kind: whatever they say, nothing is read from
		 * where nothing is. */
		codec_get_local(c, &l);
		codec_get_miss(c, &miss);
		codec_get_rloc(c, &r);
		free(c);
	}
	/* No prefix. */
	c = copy(nlh, head);
	assert_int_equal(codec_get_map(c, &got), -EBADMSG);
	free(c);
}

static void check_map(const struct dp_map *m)
{
	struct prefix p;

	assert_true(m->eid.iid <= LISP_IID_MAX);
	assert_int_equal(prefix_make(&m->eid.prefix.addr, m->eid.prefix.len,
				     &p), 0);
	assert_true(prefix_equal(&p, &m->eid.prefix));
	assert_true(m->locators.count <= DP_LOCATORS_MAX);
	for (unsigned int i = 0; i < m->locators.count; i++)
		assert_int_not_equal(m->locators.list[i].addr.family,
				     ADDR_NONE);
}

/* Octets overwritten at random: refused, or what comes out keeps its word. */
static void bent(void **state)
{
	struct dp_map m = full_map(), got;
	struct nlmsghdr *nlh = message(LISP_CMD_MAP_NEW), *c;
	struct dp_dev d;
	int accepted = 0;

	codec_put_map(nl, &m);
	srand(1);
	for (int i = 0; i < 20000; i++) {
		c = copy(nlh, nlh->nlmsg_len);
		for (int n = rand() % 3; n >= 0; n--)
			((uint8_t *)c)[NLMSG_HDRLEN + rand() %
				(nlh->nlmsg_len - NLMSG_HDRLEN)] = rand();
		if (!codec_get_map(c, &got)) {
			accepted++;
			check_map(&got);
		}
		codec_get_dev(c, &d);
		assert_true(d.drop_count <= DP_DROPS_MAX);
		free(c);
	}
	assert_in_range(accepted, 1000, 19000);
}

static void put_drop(uint32_t reason, uint64_t packets)
{
	struct nlattr *nest = nl_nest(nl, LISP_A_DEV_DROP);

	nl_put_u32(nl, LISP_A_DROP_REASON, reason);
	nl_put(nl, LISP_A_DROP_PACKETS, &packets, sizeof(packets));
	nl_nest_end(nl, nest);
}

static void device(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_DEV_GET);
	struct dp_dev d;

	nl_put_u32(nl, LISP_A_DEV_IFINDEX, 4);
	nl_put_string(nl, LISP_A_DEV_IFNAME, "lisp100");
	nl_put_u32(nl, LISP_A_DEV_IID, 100);
	nl_put(nl, LISP_A_DEV_TX_PACKETS, &(uint64_t){ 12 }, 8);
	nl_put_u32(nl, LISP_A_DEV_HELD_PACKETS, 3);
	put_drop(LISP_DROP_REASON_MTU, 5);
	put_drop(LISP_DROP_REASON_LOOP, 1ull << 33);
	assert_int_equal(codec_get_dev(nlh, &d), 0);
	assert_string_equal(d.name, "lisp100");
	assert_int_equal(d.iid, 100);
	assert_int_equal(d.tx_packets, 12);
	assert_int_equal(d.held_packets, 3);
	assert_int_equal(d.drop_count, 2);
	assert_int_equal(d.drops[0].reason, LISP_DROP_REASON_MTU);
	assert_int_equal(d.drops[0].packets, 5);
	assert_int_equal(d.drops[1].packets, 1ull << 33);

	/* A name without an end, and one that is too long. */
	nlh = message(LISP_CMD_DEV_GET);
	nl_put(nl, LISP_A_DEV_IFNAME, "lisp", 4);
	assert_int_equal(codec_get_dev(nlh, &d), -EBADMSG);
	nlh = message(LISP_CMD_DEV_GET);
	nl_put_string(nl, LISP_A_DEV_IFNAME, "0123456789abcdef");
	assert_int_equal(codec_get_dev(nlh, &d), -EBADMSG);
}

static void rloc_and_miss(void **state)
{
	struct dp_rloc r = { .underlay = 2, .addr = address("2001:db8::1"),
		.port = 4341, .state = LISP_RLOC_STATE_DOWN,
		.rtt = 12345 }, got;
	struct nlmsghdr *nlh = message(LISP_CMD_RLOC_SET);
	struct addr a = address("10.0.0.1");
	struct dp_miss m;

	codec_put_rloc(nl, &r, true, true);
	assert_int_equal(codec_get_rloc(nlh, &got), 0);
	assert_memory_equal(&got, &r, sizeof(r));
	nlh = message(LISP_CMD_RLOC_GET);
	nl_put_u32(nl, LISP_A_RLOC_STATE, 0);
	assert_int_equal(codec_get_rloc(nlh, &got), -EBADMSG);

	nlh = message(LISP_CMD_MISS_NTF);
	nl_put_u32(nl, LISP_A_MISS_IID, 100);
	assert_int_equal(codec_get_miss(nlh, &m), -EBADMSG);
	nl_put(nl, LISP_A_MISS_EID, a.bytes, 4);
	nl_put_u32(nl, LISP_A_MISS_REPORTS, 2);
	assert_int_equal(codec_get_miss(nlh, &m), 0);
	assert_true(addr_equal(&m.eid, &a));
	assert_int_equal(m.source.family, ADDR_NONE);
	assert_int_equal(m.iid, 100);
	assert_int_equal(m.reports, 2);
}

static void reach(void **state)
{
	struct nlmsghdr *nlh = message(LISP_CMD_REACH_NTF);
	struct addr a = address("10.1.0.0"), b = address("192.0.2.1");
	struct dp_reach r;

	nl_put_u32(nl, LISP_A_REACH_EVENT, LISP_REACH_EVENT_DEST_OLDER);
	nl_put_u32(nl, LISP_A_REACH_IID, 100);
	assert_int_equal(codec_get_reach(nlh, &r), -EBADMSG);
	nl_put(nl, LISP_A_REACH_PREFIX, a.bytes, 4);
	nl_put_u8(nl, LISP_A_REACH_PREFIX_LEN, 16);
	assert_int_equal(codec_get_reach(nlh, &r), 0);
	assert_int_equal(r.event, LISP_REACH_EVENT_DEST_OLDER);
	assert_int_equal(r.eid.iid, 100);
	assert_int_equal(r.eid.prefix.len, 16);
	assert_false(r.has_bits || r.has_version);
	assert_int_equal(r.rloc.family, ADDR_NONE);
	nl_put(nl, LISP_A_REACH_RLOC, b.bytes, 4);
	nl_put_u32(nl, LISP_A_REACH_STATUS_BITS, 5);
	nl_put_u16(nl, LISP_A_REACH_VERSION, 7);
	nl_put_u16(nl, LISP_A_REACH_OWN_VERSION, 8);
	assert_int_equal(codec_get_reach(nlh, &r), 0);
	assert_true(r.has_bits && r.has_version && addr_equal(&r.rloc, &b));
	assert_int_equal(r.bits, 5);
	assert_int_equal(r.version, 7);
	assert_int_equal(r.own_version, 8);
	/* bits beyond the length of the prefix */
	nl_put_u8(nl, LISP_A_REACH_PREFIX_LEN, 8);
	nl_put(nl, LISP_A_REACH_PREFIX, b.bytes, 4);
	assert_int_equal(codec_get_reach(nlh, &r), -EBADMSG);
}

static int count_attributes(const struct nlmsghdr *nlh, uint32_t *sum)
{
	const struct nlattr *attr;
	int n = 0;

	*sum = 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		n++;
		*sum += mnl_attr_get_type(attr) * 1000 +
			mnl_attr_get_u32(attr);
	}
	return n;
}

static void filters(void **state)
{
	struct dp_filter f = { .has_iid = true, .iid = 5 };
	struct nlmsghdr *nlh;
	uint32_t sum;

	nlh = message(LISP_CMD_MAP_GET);
	codec_put_filter(nl, CODEC_MAP, &f);
	assert_int_equal(count_attributes(nlh, &sum), 1);
	assert_int_equal(sum, LISP_A_MAP_IID * 1000 + 5);
	/* Zero is a value, too: the default underlay, origin 0. */
	f = (struct dp_filter) { .has_underlay = true, .has_origin = true };
	nlh = message(LISP_CMD_LOCAL_GET);
	codec_put_filter(nl, CODEC_LOCAL, &f);
	assert_int_equal(count_attributes(nlh, &sum), 2);
	assert_int_equal(sum, (LISP_A_LOCAL_UNDERLAY + LISP_A_LOCAL_ORIGIN) *
			 1000);
	f = (struct dp_filter) { .has_underlay = true, .underlay = 3,
		.has_iid = true, .iid = 4 };
	nlh = message(LISP_CMD_DEV_GET);
	codec_put_dev_filter(nl, &f);
	assert_int_equal(count_attributes(nlh, &sum), 2);
	assert_int_equal(sum, (LISP_A_DEV_UNDERLAY + LISP_A_DEV_IID) * 1000 +
			 7);
}

/* --- names --- */

typedef const char *(*name_fn)(uint32_t value);

/* Compare the entries of definition @what in the spec with @name; how many. */
static unsigned int compare_names(const char *what, name_fn name)
{
	FILE *f = fopen(TEST_TOP "/Documentation/netlink/specs/lisp.yaml", "r");
	char line[256], head[64], entry[64];
	bool in = false, entries = false;
	unsigned int n = 0;

	assert_non_null(f);
	snprintf(head, sizeof(head), "    name: %s\n", what);
	while (fgets(line, sizeof(line), f)) {
		if (!strcmp(line, "attribute-sets:\n"))
			break;
		if (!strncmp(line, "    name: ", 10))
			in = !strcmp(line, head);
		if (!strncmp(line, "  -", 3))
			entries = in = false;
		if (in && !strcmp(line, "    entries:\n"))
			entries = true;
		if (entries && sscanf(line, "        name: %63s", entry) == 1)
			assert_string_equal(name(n++), entry);
	}
	fclose(f);
	return n;
}

static void names_are_those_of_the_spec(void **state)
{
	unsigned int n;

	n = compare_names("action", dp_action_name);
	assert_int_equal(n, LISP_ACTION_DROP_AUTH + 1);
	assert_string_equal(dp_action_name(n), "?");
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(dp_action_from_name(dp_action_name(i)), i);
	assert_int_equal(dp_action_from_name("dropp"), -EINVAL);
	assert_int_equal(dp_action_from_name("?"), -EINVAL);

	n = compare_names("event", dp_event_name);
	assert_int_equal(n, LISP_EVENT_EXPIRED + 1);
	n = compare_names("rloc-state", dp_rloc_state_name);
	assert_int_equal(n, LISP_RLOC_STATE_UNREACHABLE_ICMP + 1);
	assert_int_equal(dp_rloc_state_from_name("down"),
			 LISP_RLOC_STATE_DOWN);

	n = compare_names("reach-event", dp_reach_event_name);
	assert_int_equal(n, LISP_REACH_EVENT_GLEANED + 1);
	assert_string_equal(dp_reach_event_name(n), "?");

	n = compare_names("drop-reason", dp_drop_reason_name);
	assert_true(n > 30);
	assert_int_equal(n, dp_drop_reason_count());
	assert_string_equal(dp_drop_reason_name(n), "?");
	assert_string_equal(dp_drop_reason_name(UINT32_MAX), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_round_trip),
		cmocka_unit_test(local_round_trip),
		cmocka_unit_test(most_locators),
		cmocka_unit_test(one_locator_too_many),
		cmocka_unit_test(locator_without_address),
		cmocka_unit_test(without_length_a_host),
		cmocka_unit_test(impossible_prefixes),
		cmocka_unit_test(impossible_iid),
		cmocka_unit_test(odd_sizes),
		cmocka_unit_test(unknown_attributes_are_skipped),
		cmocka_unit_test(truncated),
		cmocka_unit_test(bent),
		cmocka_unit_test(device),
		cmocka_unit_test(rloc_and_miss),
		cmocka_unit_test(reach),
		cmocka_unit_test(filters),
		cmocka_unit_test(names_are_those_of_the_spec),
	};

	return cmocka_run_group_tests(tests, open_nl, close_nl);
}
