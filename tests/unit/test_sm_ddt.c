// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DDT node without a Map-Server: the nodes of the example of RFC 8111
 * section 9, then what they do not have.
 */
#include "sm_ddt_node.h"

/* A node is written down as text: authorities, and delegations with their
 * locators behind them, "ms" for Map-Servers. */
struct node_text {
	const char *own[4];
	const char *delegations[8][5];
};

#define SETS_MAX	8

static struct ddt_authority authorities[4];
static struct ddt_delegation delegations[SETS_MAX];
static struct referral_rloc rlocs[SETS_MAX][4];
static struct ddt_config cfg;
static struct ddt ddt;
static struct sm_ops node_ops;
static uint16_t key_sizes[2];		/* of signatures */

static void fill(const struct node_text *t)
{
	ddt_config_init(&cfg);
	cfg.authorities = authorities;
	cfg.delegations = delegations;
	for (size_t i = 0; i < 4 && t->own[i]; i++, cfg.authority_count++)
		authorities[i] = (struct ddt_authority){
			.xeid = X(t->own[i]),
		};
	for (size_t i = 0; i < SETS_MAX && t->delegations[i][0]; i++) {
		struct ddt_delegation *d = &delegations[i];

		*d = (struct ddt_delegation){
			.xeid = X(t->delegations[i][0]),
			.rlocs = rlocs[i],
		};
		for (size_t k = 1; k < 5 && t->delegations[i][k]; k++) {
			const char *word = t->delegations[i][k];

			if (strcmp(word, "ms") == 0)
				d->map_server = true;
			else
				rlocs[i][d->rloc_count++] =
					(struct referral_rloc){
						.addr = A(word),
						.priority = 1,
					};
		}
		cfg.delegation_count++;
	}
}

static struct ddt *node(const struct node_text *t)
{
	ddt_free(&ddt);
	fill(t);
	assert_int_equal(ddt_init(&ddt, &cfg, &node_ops, NULL, seed), 0);
	return &ddt;
}

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	memset(rlocs, 0, sizeof(rlocs));
	node_ops = ops;
	ddt_foreign = NULL;
	ddt_request_flags = 0;
	ddt_from = RESOLVER;
	key_sizes[0] = 256;
	key_sizes[1] = 384;
	turn();
	return 0;
}

static int end(void **state)
{
	ddt_free(&ddt);
	return turn_done(state);
}

/* --- RFC 8111 section 9 --- */

static const struct node_text root = {
	{ "*" }, { { "2001:db8::/32", "192.0.2.11", "192.0.2.12" } },
};
static const struct node_text n11 = {
	{ "2001:db8::/32" },
	{ { "2001:db8:100::/40", "192.0.2.101", "ms" },
	  { "2001:db8:500::/40", "192.0.2.201" } },
};
static const struct node_text n201 = {
	{ "2001:db8:500::/40" },
	{ { "2001:db8:500::/48", "192.0.2.211", "ms" },
	  { "2001:db8:501::/48", "192.0.2.221", "ms" } },
};
/* What of .211 is no Map-Server's business: as if its sites were delegated. */
static const struct node_text n211 = {
	{ "2001:db8:500::/48" },
	{ { "2001:db8:500:1::/64", "192.0.2.1" },
	  { "2001:db8:500:2::/64", "192.0.2.1" } },
};

static void example(void **state)
{
	SAYS(node(&root), "2001:db8:103:1::1/128",
	     "node-referral [0]2001:db8::/32 1440 192.0.2.11 192.0.2.12");
	SAYS(node(&n11), "2001:db8:103:1::1/128",
	     "ms-referral [0]2001:db8:100::/40 1440 192.0.2.101");
	SAYS(node(&root), "2001:db8:501:8:4::1/128",
	     "node-referral [0]2001:db8::/32 1440 192.0.2.11 192.0.2.12");
	SAYS(node(&n11), "2001:db8:501:8:4::1/128",
	     "node-referral [0]2001:db8:500::/40 1440 192.0.2.201");
	SAYS(node(&n201), "2001:db8:501:8:4::1/128",
	     "ms-referral [0]2001:db8:501::/48 1440 192.0.2.221");
	SAYS(node(&n201), "2001:db8:500:2:4::1/128",
	     "ms-referral [0]2001:db8:500::/48 1440 192.0.2.211");
	/* 9.5: the address exists nowhere. */
	SAYS(node(&n211), "2001:db8:500::1/128",
	     "delegation-hole [0]2001:db8:500::/64 15");
}

/* Of one prefix, answered for and delegated, the delegation says. */
static void own_and_delegated(void **state)
{
	static const struct node_text t = {
		{ "2001:db8::/32" }, { { "2001:db8::/32", "192.0.2.11" } },
	};

	SAYS(node(&t), "2001:db8::1/128",
	     "node-referral [0]2001:db8::/32 1440 192.0.2.11");
}

static void not_authoritative(void **state)
{
	SAYS(node(&n11), "2001:db9::1/128",
	     "not-authoritative [0]2001:db9::1/128 0 I");
	assert_int_equal(count_logs(LOG_REFERRAL_LAME), 1);
	SAYS(&ddt, "[5]2001:db8::/40",
	     "not-authoritative [5]2001:db8::/40 0 I");
	SAYS(&ddt, "10.0.0.1/32", "not-authoritative [0]10.0.0.1/32 0 I");
	assert_int_equal(counted(ddt_counters(&ddt), "not-authoritative"), 3);
	assert_int_equal(counted(ddt_counters(&ddt), "requests"), 3);
}

static void holes(void **state)
{
	static const struct node_text t = {
		{ "*" },
		{ { "[256/24]*", "192.0.2.1" },
		  { "[7]10.1.0.0/16", "192.0.2.2" },
		  { "[7]10.2.0.0/16", "192.0.2.3" } },
	};
	static const struct node_text bare = {
		.own = { "[7]10.0.0.0/8", "[9]*" },
	};

	node(&t);
	/* Among instances: 512 and above, but not those of 256 to 511. */
	SAYS(&ddt, "[513]10.0.0.1/32", "delegation-hole [512/23]* 15");
	SAYS(&ddt, "[4294967295]::1/128", "delegation-hole [2147483648/1]* 15");
	SAYS(&ddt, "[6]10.0.0.1/32", "delegation-hole [6]* 15");
	SAYS(&ddt, "[5]10.0.0.1/32", "delegation-hole [4/31]* 15");
	/* Within one. */
	SAYS(&ddt, "[7]10.0.0.1/32", "delegation-hole [7]10.0.0.0/16 15");
	SAYS(&ddt, "[7]10.3.0.1/32", "delegation-hole [7]10.3.0.0/16 15");
	SAYS(&ddt, "[7]11.0.0.1/32", "delegation-hole [7]11.0.0.0/8 15");
	SAYS(&ddt, "[7]2001::1/128", "delegation-hole [7]::/0 15");
	/* No wider than what is ours. */
	SAYS(node(&n211), "2001:db8:500:8000::/128",
	     "delegation-hole [0]2001:db8:500:8000::/49 15");
	SAYS(node(&bare), "[7]10.0.0.1/32",
	     "delegation-hole [7]10.0.0.0/8 15");
	SAYS(&ddt, "[9]10.0.0.1/32", "delegation-hole [9]* 15");
}

/* By instance, by range of instances, by prefix: the longest counts. */
static void delegations_by_length(void **state)
{
	static const struct node_text t = {
		{ "*" },
		{ { "[256/24]*", "192.0.2.1" },
		  { "[300]*", "192.0.2.2", "ms" },
		  { "[300]10.0.0.0/8", "192.0.2.3" },
		  { "[300]10.1.0.0/16", "192.0.2.4", "2001:db8::4" },
		  { "[0]*", "192.0.2.5" } },
	};

	node(&t);
	SAYS(&ddt, "[257]10.0.0.1/32", "node-referral [256/24]* 1440 192.0.2.1");
	SAYS(&ddt, "[300]9.0.0.1/32", "ms-referral [300]* 1440 192.0.2.2");
	SAYS(&ddt, "[300]::1/128", "ms-referral [300]* 1440 192.0.2.2");
	SAYS(&ddt, "[300]10.0.0.1/32",
	     "node-referral [300]10.0.0.0/8 1440 192.0.2.3");
	SAYS(&ddt, "[300]10.1.0.1/32",
	     "node-referral [300]10.1.0.0/16 1440 192.0.2.4 2001:db8::4");
	/* What is asked must lie within; where nothing is so wide, its address. */
	SAYS(&ddt, "[300]10.0.0.0/7", "ms-referral [300]* 1440 192.0.2.2");
	SAYS(node(&root), "2001:db8::/31",
	     "node-referral [0]2001:db8::/32 1440 192.0.2.11 192.0.2.12");
	node(&t);
	SAYS(&ddt, "10.0.0.1/32", "node-referral [0]* 1440 192.0.2.5");
}

/* What is known of others' prefixes, but not against what is ours. */
static void hints(void **state)
{
	static const struct node_text t = {
		{ "2001:db8::/32" },
		{ { "*", "192.0.2.1" }, { "2001:db9::/32", "192.0.2.9", "ms" },
		  { "2001:db8:1::/48", "192.0.2.2" } },
	};

	node(&t);
	SAYS(&ddt, "2001:db9::1/128",
	     "ms-referral [0]2001:db9::/32 1440 192.0.2.9");
	SAYS(&ddt, "[5]10.0.0.1/32", "node-referral * 1440 192.0.2.1");
	SAYS(&ddt, "2001:db8:1::1/128",
	     "node-referral [0]2001:db8:1::/48 1440 192.0.2.2");
	SAYS(&ddt, "2001:db8:2::1/128",
	     "delegation-hole [0]2001:db8:2::/47 15");
}

static void other_eids(void **state)
{
	static const uint8_t raw[] = { 0x40, 5, 2, 0, 0, 0, 0, 1 };
	struct wire_addr mac = {
		.kind = WIRE_ADDR_MAC, .has_iid = true, .iid = 300,
		.raw = raw, .raw_len = sizeof(raw),
	};
	static const struct node_text t = {
		{ "[256/24]*" },
		{ { "[300]*", "192.0.2.2", "ms" },
		  { "[301]10.0.0.0/8", "192.0.2.3" } },
	};
	struct referral_record *r;

	node(&t);
	ddt_foreign = &mac;
	SAYS(&ddt, "[300]0.0.0.0/0", "ms-referral [300]* 1440 192.0.2.2");
	mac.iid = 302;
	SAYS(&ddt, "[302]0.0.0.0/0", "delegation-hole [302/31]* 15");
	mac.iid = 301;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "[301]0.0.0.0/0");
	r = referral();
	assert_int_equal(r->action, REFERRAL_DELEGATION_HOLE);
	assert_non_null(r->foreign);
	assert_int_equal(r->foreign->kind, WIRE_ADDR_MAC);
	mac.iid = 9;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "[9]0.0.0.0/0");
	r = referral();
	assert_int_equal(r->action, REFERRAL_NOT_AUTHORITATIVE);
	assert_memory_equal(r->foreign->raw, raw, sizeof(raw));
	assert_int_equal(r->xeid.eid.prefix.len, 48);
}

static void not_served(void **state)
{
	static const uint32_t flags[] = { MREQ_PROBE, MREQ_SMR };

	node(&root);
	for (int i = 0; i < 2; i++) {
		ddt_request_flags = flags[i];
		ask_ddt(&ddt, 1000, "192.0.2.1", "2001:db8::1/128");
		assert_int_equal(count_acts(ACTION_SEND), 0);
		assert_int_equal(count_logs(LOG_REQUEST_INVALID), 1);
	}
	assert_int_equal(counted(ddt_counters(&ddt), "invalid"), 2);
}

/* Each source has its own tokens, so one that is made up costs others none. */
static void limited(void **state)
{
	fill(&root);
	cfg.requests.each = (struct limit_rate){ 1000000, 3 };
	assert_int_equal(ddt_init(&ddt, &cfg, &node_ops, NULL, seed), 0);
	for (int i = 0; i < 5; i++) {
		ask_ddt(&ddt, 1000, "192.0.2.1", "2001:db8::1/128");
		assert_int_equal(count_acts(ACTION_SEND), i < 3);
	}
	assert_int_equal(counted(ddt_counters(&ddt), "limited"), 2);
	ddt_from = "198.51.100.8";
	ask_ddt(&ddt, 1000, "192.0.2.1", "2001:db8::1/128");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* Sources that are made up leave something for one that is not. */
static void many_sources(void **state)
{
	char from[32];

	node(&n11);
	for (int i = 0; i < 60000; i++) {
		snprintf(from, sizeof(from), "10.%d.%d.%d", i % 5, i / 250,
			 i % 250);
		ddt_from = from;
		ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	}
	ddt_from = "198.51.100.8";
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* --- signatures --- */

static struct {
	uint64_t wall;
	bool broken;
	uint64_t spent;		/* us that signing took */
} clock;

/* With OpenSSL 3.0, measured; not what the product reckons with. */
static uint64_t takes(size_t sig_len)
{
	return sig_len == 256 ? 250 : sig_len == 384 ? 2130 : 3830;
}

static uint64_t wall_2023(void *arg)
{
	return clock.wall;
}

/* The first octet of the key, and a sum. */
static int fake_sign_referral(void *arg, const struct sig_key *key,
			      const uint8_t *data, size_t len, uint8_t *sig,
			      size_t sig_len)
{
	uint8_t sum = *(const uint8_t *)key;

	clock.spent += takes(sig_len);
	if (clock.broken)
		return -EIO;
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum * 31 + data[i]);
	memset(sig, sum, sig_len);
	return 0;
}

static const uint8_t key_octets[2] = { 3, 5 };
static struct ddt_key sign_keys[2];

static struct ddt *signing(const struct node_text *t, size_t keys)
{
	ddt_free(&ddt);
	fill(t);
	clock.wall = 1000000000;
	clock.broken = false;
	clock.spent = 0;
	for (size_t i = 0; i < 2; i++)
		sign_keys[i] = (struct ddt_key){
			.key = (const struct sig_key *)&key_octets[i],
			.tag = (uint16_t)(0x1234 + i), .size = key_sizes[i],
		};
	cfg.sign.keys = sign_keys;
	cfg.sign.key_count = keys;
	node_ops.wall = wall_2023;
	node_ops.sign_referral = fake_sign_referral;
	assert_int_equal(ddt_init(&ddt, &cfg, &node_ops, NULL, seed), 0);
	return &ddt;
}

/* Every signature of the record sent is right, and valid now. */
static void check_signatures(size_t keys)
{
	const struct action *a = act(ACTION_SEND, 0);
	const struct referral_record *r = referral();
	uint8_t data[2048], want[512];

	assert_int_equal(r->sig_count, keys);
	for (size_t i = 0; i < keys; i++) {
		const struct referral_sig *s = &r->sigs[i];
		int n = referral_signed(a->send.data, r, s, data, sizeof(data));

		assert_true(n > 0);
		fake_sign_referral(NULL, sign_keys[i].key, data, (size_t)n,
				   want, s->len);
		assert_int_equal(s->len, sign_keys[i].size);
		assert_memory_equal(s->data, want, s->len);
		assert_int_equal(s->key_tag, sign_keys[i].tag);
		assert_int_equal(s->algorithm, REFERRAL_RSA_SHA256);
		assert_int_equal(s->original_ttl, r->ttl);
		assert_true(s->inception <= clock.wall);
		assert_true(s->expiration > clock.wall);
	}
}

static uint64_t signatures(void)
{
	return counted(ddt_counters(&ddt), "signed");
}

static void signs(void **state)
{
	signing(&n11, 2);
	SAYS(&ddt, "2001:db8:103:1::1/128",
	     "ms-referral [0]2001:db8:100::/40 1440 192.0.2.101");
	check_signatures(2);
	SAYS(&ddt, "2001:db8:900::1/128",
	     "delegation-hole [0]2001:db8:800::/37 15");
	check_signatures(2);
	SAYS(&ddt, "2001:db9::1/128",
	     "not-authoritative [0]2001:db9::1/128 0 I");
	check_signatures(2);
	assert_int_equal(signatures(), 6);
}

/* The same record again is not signed again, whoever asks. */
static void signs_once(void **state)
{
	signing(&n11, 1);
	for (int i = 0; i < 50; i++) {
		ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
		check_signatures(1);
		ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:900::1/128");
		check_signatures(1);
	}
	assert_int_equal(signatures(), 2);
	/* After half of the validity it is; a clock set back, too. */
	clock.wall += cfg.sign.validity / 2 - 1;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	assert_int_equal(signatures(), 2);
	clock.wall += 1;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	check_signatures(1);
	assert_int_equal(signatures(), 3);
	clock.wall -= 100000;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	check_signatures(1);
	assert_int_equal(signatures(), 4);
}

/* Requests for anything cost a bounded number of signatures, and leave those
 * of delegations and of holes alone. */
static void work_is_bounded(void **state)
{
	char eid[64];

	signing(&n11, 1);
	for (int i = 0; i < 500; i++) {
		snprintf(eid, sizeof(eid), "2001:db9::%x/128", i);
		ask_ddt(&ddt, 1000000, "192.0.2.1", eid);
		assert_int_equal(count_acts(ACTION_SEND), i < 7);
	}
	assert_int_equal(signatures(), 7);
	assert_int_equal(counted(ddt_counters(&ddt), "sign-limited"), 493);
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	check_signatures(1);
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:900::1/128");
	check_signatures(1);
}

/* Whoever asks without end has half of what there is of each class; the rest
 * is there for others. */
static void half_for_one_source(void **state)
{
	static const char *const eids[2][2] = {
		{ "2001:db9::1/128", "2001:db9::2/128" },
		{ "2001:db8:900::1/128", "2001:db8:1900::1/128" },
	};

	for (size_t kind = 0; kind < 2; kind++) {
		unsigned int heard = 0;

		signing(&n11, 1);
		cfg.sign.kept[DDT_SIGN_SHARED] = 1;
		for (unsigned int ms = 0; ms < 10000; ms++) {
			bool other = ms % 200 == 199;

			ddt_from = other ? "198.51.100.9" : "198.51.100.8";
			ask_ddt(&ddt, 1000000 + ms, "192.0.2.1",
				eids[kind][ms % 2]);
			heard += other && count_acts(ACTION_SEND);
		}
		assert_int_equal(heard, 50);
		assert_true(signatures() > 100);
	}
}

/* Ten seconds in which strangers ask for what is not signed yet, a thousand
 * times a second; what was in the way of that is pushed out, each time. */
static uint64_t time_for(const char *const eids[2], size_t keys)
{
	char from[32];

	signing(&n11, keys);
	for (size_t i = 0; i < DDT_SIGN_CLASSES; i++)
		cfg.sign.kept[i] = 1;
	for (int ms = 0; ms < 10000; ms++) {
		snprintf(from, sizeof(from), "10.0.%d.%d", ms / 200 % 250,
			 ms % 200);
		ddt_from = from;
		ask_ddt(&ddt, 1000000 + (uint64_t)ms, "192.0.2.1",
			eids[ms % 2]);
	}
	return clock.spent;
}

/* Whatever the keys cost: 5 % of a thread for what strangers make up, 10 % for
 * what is configured; and no long pause. */
static void a_share_of_the_time(void **state)
{
	static const uint16_t sizes[][2] = {
		{ 256, 0 }, { 384, 0 }, { 512, 0 }, { 512, 512 },
	};
	static const char *const given[] = {
		"2001:db8:103::1/128", "2001:db8:503::1/128",
	};
	static const char *const holes[] = {
		"2001:db8:900::1/128", "2001:db8:1900::1/128",
	};
	static const char *const others[] = {
		"2001:db9::1/128", "2001:db9::2/128",
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t keys = sizes[i][1] ? 2 : 1;
		uint64_t spent;

		memcpy(key_sizes, sizes[i], sizeof(key_sizes));
		spent = time_for(given, keys);
		assert_true(spent <= 1000000 + 100000);
		assert_true(spent >= 300000);
		spent = time_for(holes, keys) + time_for(others, keys);
		assert_true(spent <= 500000 + 50000);
		assert_true(spent >= 150000);
	}
}

/* Holes push each other out, but never a delegation. */
static void kept_ones(void **state)
{
	char eid[64];

	signing(&n11, 1);
	cfg.sign.kept[DDT_SIGN_SHARED] = 4;
	for (int round = 0; round < 2; round++)
		for (int i = 1; i < 9; i++) {
			uint64_t before = signatures();

			snprintf(eid, sizeof(eid), "2001:db8:%x::1/128",
				 0x400 << i);
			if (0x400 << i > 0xffff)
				continue;
			ask_ddt(&ddt, 1000000, "192.0.2.1", eid);
			assert_int_equal(signatures(), before + 1);
			ask_ddt(&ddt, 1000000, "192.0.2.1",
				"2001:db8:103::1/128");
			assert_true(signatures() <= before + 1 +
				    (round == 0 && i == 1));
		}
	assert_int_equal(ddt.sign.lists[DDT_SIGN_SHARED].count, 4);
}

/* Without a new signature the old one does, as long as it is valid. */
static void cannot_sign(void **state)
{
	signing(&n11, 1);
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	clock.broken = true;
	clock.wall += cfg.sign.validity - 1;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	clock.broken = false;
	check_signatures(1);
	clock.broken = true;
	clock.wall += 1;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8:103::1/128");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_REFERRAL_UNSIGNED), 1);
	assert_int_equal(counted(ddt_counters(&ddt), "sign-failed"), 1);
}

/* Public keys of the children go with their locators; what does not fit is
 * left out, and said so. */
static void keys_of_children(void **state)
{
	static uint8_t octets[300];
	struct referral_key key = { REFERRAL_RSA_SHA256, false, octets, 300 };
	struct referral_record *r;

	signing(&root, 1);
	for (int i = 0; i < 4; i++) {
		rlocs[0][i] = (struct referral_rloc){
			A("192.0.2.11"), 1, 1, &key, 1,
		};
		rlocs[0][i].addr.bytes[3] += i;
	}
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8::1/128");
	check_signatures(1);
	r = referral();
	assert_int_equal(r->rloc_count, 2);
	assert_int_equal(r->rlocs[1].key_count, 1);
	assert_int_equal(r->rlocs[1].keys[0].len, 300);
	assert_false(r->incomplete);
	delegations[0].rloc_count = 4;
	ask_ddt(&ddt, 1000000, "192.0.2.1", "2001:db8::1/128");
	check_signatures(1);
	r = referral();
	assert_int_equal(r->rloc_count, 2);
	assert_true(r->incomplete);
	assert_true(act(ACTION_SEND, 0)->send.len <= 1280 - 28);
	assert_int_equal(counted(ddt_counters(&ddt), "cut"), 1);
}

static void refused(void **state)
{
	fill(&n11);
	authorities[1] = authorities[0];
	cfg.authority_count = 2;
	assert_int_equal(ddt_init(&ddt, &cfg, &ops, NULL, seed), -EINVAL);
	fill(&n11);
	delegations[1].xeid = delegations[0].xeid;
	assert_int_equal(ddt_init(&ddt, &cfg, &ops, NULL, seed), -EINVAL);
	fill(&n11);
	sign_keys[0].size = 512;
	sign_keys[1].size = 512;
	cfg.sign.keys = sign_keys;
	cfg.sign.key_count = 2;
	assert_int_equal(ddt_init(&ddt, &cfg, &ops, NULL, seed), 0);
	ddt_free(&ddt);
	sign_keys[1].size = 600;
	assert_int_equal(ddt_init(&ddt, &cfg, &ops, NULL, seed), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f)	cmocka_unit_test_setup_teardown(f, begin, end)
		T(example),
		T(own_and_delegated),
		T(not_authoritative),
		T(holes),
		T(delegations_by_length),
		T(hints),
		T(other_eids),
		T(not_served),
		T(limited),
		T(many_sources),
		T(signs),
		T(signs_once),
		T(work_is_bounded),
		T(half_for_one_source),
		T(a_share_of_the_time),
		T(kept_ones),
		T(cannot_sign),
		T(keys_of_children),
		T(refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
