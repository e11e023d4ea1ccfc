// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Signatures of Map-Referrals (RFC 8111 10), verifying side.  A key of these
 * tests is 16 octets, and what it signs is a sum; crypto/sig has the real
 * thing and its own test.
 */
#include "sm_ddt_client.h"

#define EID	"2001:db8:103:1::1"
#define NODE1	"192.0.2.11"
#define NODE2	"192.0.2.12"
#define MS1	"192.0.2.101"
#define SIG	32
#define WALL	1800000000u

static uint8_t octets[4][16];
static struct referral_key keys[4];	/* root's two, node's, another's */
enum { ROOT_KEY, ROOT_KEY2, NODE_KEY, OTHER_KEY };
static uint64_t wall_clock;
static unsigned int verified;

static void sum(const uint8_t *key, const uint8_t *data, size_t len,
		uint8_t out[SIG])
{
	uint64_t a = siphash(key, data, len);

	for (unsigned int i = 0; i < SIG; i++)
		out[i] = (uint8_t)(a >> (8 * (i % 8)));
}

static int fake_signed_with(void *arg, const uint8_t *key, size_t key_len,
			    const uint8_t *data, size_t len,
			    const uint8_t *sig, size_t sig_len)
{
	uint8_t right[SIG];

	verified++;
	sum(key, data, len, right);
	return sig_len == SIG && !memcmp(sig, right, SIG) ? 0 : -EBADMSG;
}

static uint64_t wall_2023(void *arg)
{
	return wall_clock;
}

static int begin_secure(void **state)
{
	begin(state);
	for (unsigned int i = 0; i < 4; i++) {
		memset(octets[i], (int)i + 1, sizeof(octets[i]));
		keys[i] = (struct referral_key){
			.algorithm = REFERRAL_RSA_SHA256,
			.data = octets[i], .len = 16,
		};
	}
	wall_clock = WALL;
	verified = 0;
	ddt_ops.wall = wall_2023;
	ddt_ops.signed_with = fake_signed_with;
	cfg.anchors = keys;
	cfg.anchor_count = 2;
	cfg.security = DDT_SECURITY_REQUIRE;
	restart();
	return 0;
}

/* --- a signed referral --- */

struct signing {
	const char *xeid;
	unsigned int action;
	const char *rloc;
	const struct referral_key *gives;	/* to that RLOC; NULL: none */
	const struct referral_key *by[3];
	uint32_t ttl;			/* 1440 */
	uint32_t original;		/* ttl */
	uint32_t inception;		/* an hour ago */
	uint32_t expiration;		/* in ten days */
	uint8_t algorithm;		/* RSA_SHA256 */
	bool wrong_tag;
	bool tampered;
};

static void sign(struct map_referral *m, const struct signing *s,
		 struct packet *pkt)
{
	struct referral_record *rec;
	struct lisp_msg built = { .type = MSG_TYPE_MAP_REFERRAL,
				  .referral = *m }, parsed;
	uint8_t *msg = action_build(&acts, &built, &pkt->len);
	uint8_t over[2048];

	assert_non_null(msg);
	pkt->data = msg;
	assert_int_equal(msg_parse(msg, pkt->len, &arena, &parsed, NULL), 0);
	rec = parsed.referral.records;
	for (unsigned int i = 0; i < rec->sig_count; i++) {
		int len = referral_signed(msg, rec, &rec->sigs[i], over,
					  sizeof(over));

		assert_true(len > 0);
		sum(s->by[i]->data, over, (size_t)len, msg +
		    rec->sigs[i].offset + REFERRAL_SIG_SIZE);
	}
	if (s->tampered)	/* the map-version, which nothing looks at */
		msg[rec->offset + 9] ^= 1;
}

static void refer_signed(uint64_t now, struct signing s)
{
	struct addr from = asked_whom();
	struct referral_sig sigs[3] = { 0 };
	struct referral_rloc rloc = { .keys = s.gives,
				      .key_count = s.gives ? 1 : 0 };
	struct referral_record rec = {
		.ttl = s.ttl ? s.ttl : 1440, .action = (uint8_t)s.action,
		.rlocs = &rloc, .rloc_count = s.rloc ? 1 : 0, .sigs = sigs,
	};
	struct map_referral m = { .nonce = asked_nonce(), .records = &rec,
				  .record_count = 1 };
	struct packet pkt = { .from = from };
	struct lisp_msg parsed;

	turn();
	assert_int_equal(xeid_from_text(s.xeid, &rec.xeid), 0);
	if (s.rloc)
		rloc.addr = A(s.rloc);
	for (; rec.sig_count < 3 && s.by[rec.sig_count]; rec.sig_count++) {
		const struct referral_key *k = s.by[rec.sig_count];

		sigs[rec.sig_count] = (struct referral_sig){
			.original_ttl = s.original ? s.original : rec.ttl,
			.expiration = s.expiration ? s.expiration :
				WALL + 10 * 86400,
			.inception = s.inception ? s.inception : WALL - 3600,
			.key_tag = (uint16_t)(referral_key_tag(k->data,
				k->len) + s.wrong_tag),
			.algorithm = s.algorithm ? s.algorithm :
				REFERRAL_RSA_SHA256,
			.len = SIG,
		};
	}
	sign(&m, &s, &pkt);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	ddt_client_on_referral(&ddt, now, &pkt, &parsed.referral, &acts);
}

#define SIGNED(now, ...) \
	refer_signed(now, (struct signing){ __VA_ARGS__ })

/* Root -> node -> Map-Server, each with the keys of the one above. */
static void the_chain(void **state)
{
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] });
	assert_asks(NODE1);
	SIGNED(NOW, "2001:db8:100::/40", REFERRAL_MS, MS1, &keys[OTHER_KEY],
	       { &keys[NODE_KEY] });
	assert_asks(MS1);
	SIGNED(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, MS1, NULL,
	       { &keys[OTHER_KEY] });
	assert_silent();
	assert_int_equal(counter("acks"), 1);
	assert_int_equal(counter("bad-signature"), 0);
	/* What a Map-Server acknowledged keeps the keys of its parent's. */
	ASK(NOW, "2001:db8:103:2::2");
	assert_asks(MS1);
	SIGNED(NOW, "2001:db8:103:2::/64", REFERRAL_MS_NOT_REGISTERED, NULL,
	       NULL, { &keys[OTHER_KEY] });
	assert_negative("2001:db8:103:2::/64", 1);
}

/* Each of these is no answer: the other root is asked, then nobody. */
static void refused(void **state)
{
	static const struct referral_key *const root[] = { &keys[ROOT_KEY] };
	const struct signing good = {
		"2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
		{ root[0] },
	};
	struct signing bad[9];

	for (unsigned int i = 0; i < 9; i++)
		bad[i] = good;
	bad[0].by[0] = NULL;			/* none */
	bad[1].by[0] = &keys[OTHER_KEY];	/* nobody's */
	bad[2].by[0] = &keys[NODE_KEY];		/* the one it brings */
	bad[3].expiration = WALL - 1;
	bad[4].inception = WALL + 1;
	bad[5].algorithm = REFERRAL_RSA_SHA1;
	bad[6].wrong_tag = true;
	bad[7].tampered = true;
	bad[8].algorithm = 3;
	for (unsigned int i = 0; i < 9; i++) {
		restart();
		ASK(NOW, EID);
		refer_signed(NOW, bad[i]);
		assert_int_equal(counter("bad-signature"), 1);
		assert_int_equal(sent(0).type, MSG_TYPE_ECM);
		assert_int_equal(ddt.cache.map.count, 0);
		refer_signed(NOW, bad[i]);
		assert_silent();
		assert_int_equal(ddt.queries.count, 0);
	}
	/* The edges of its time are inside. */
	restart();
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY2] }, .inception = WALL, .expiration = WALL + 60);
	assert_asks(NODE1);
}

/* A key is good for what it was delegated for, and nothing beside it. */
static void a_key_has_its_place(void **state)
{
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] });
	SIGNED(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE, NULL,
	       NULL, { &keys[NODE_KEY] });
	assert_negative("2001:db8:103:1::/64", 15);
	/* Above its delegation. */
	ASK(NOW, "2001:db8:104::1");
	assert_asks(NODE1);
	SIGNED(NOW, "2001::/16", REFERRAL_DELEGATION_HOLE, NULL, NULL,
	       { &keys[NODE_KEY] });
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_int_equal(counter("loops"), 1);
	/* Now a root is asked: the node's key is none of its. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE2, NULL,
	       { &keys[NODE_KEY] });
	assert_int_equal(counter("bad-signature"), 1);
}

/* The TTL is no more than what was signed, nor beyond the signature. */
static void not_longer_than_signed(void **state)
{
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] }, .ttl = 1440, .original = 10);
	ASK(NOW + 10 * 60000 - 1, "2001:db8:104::1");
	assert_asks(NODE1);
	ASK(NOW + 10 * 60000, "2001:db8:105::1");
	SIGNED(NOW + 10 * 60000, "2001:db8::/32", REFERRAL_NODE, NODE2,
	       &keys[NODE_KEY], { &keys[ROOT_KEY] },
	       .expiration = WALL + 5 * 60);
	ASK(NOW + 15 * 60000 - 1, "2001:db8:106::1");
	assert_asks(NODE2);
	ASK(NOW + 15 * 60000, "2001:db8:107::1");
	assert_int_not_equal(asked_whom().bytes[3], 12);
}

/* A key that lists itself as revoked, and signs that, is nobody's any more; one
 * that another key calls so is. */
static void revocation(void **state)
{
	struct referral_key gone = keys[ROOT_KEY];

	gone.revoked = true;
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
	       { &keys[ROOT_KEY2] });
	assert_asks(NODE1);
	assert_int_equal(ddt.verify.revocations, 0);
	restart();
	ASK(NOW, EID);
	/* Good for nothing else. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
	       { &keys[ROOT_KEY] });
	assert_int_equal(counter("bad-signature"), 1);
	assert_int_equal(ddt.verify.revocations, 1);
	restart();
	ASK(NOW, EID);
	/* Two signatures: the record is good for the other one. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
	       { &keys[ROOT_KEY], &keys[ROOT_KEY2] });
	assert_asks(NODE1);
	assert_int_equal(ddt.verify.revocations, 1);
	ASK(NOW, "2001:db9::1");
	SIGNED(NOW, "2001:db9::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] });
	assert_int_equal(counter("bad-signature"), 1);
	SIGNED(NOW, "2001:db9::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY2] });
	assert_asks(NODE1);
}

/* A resolver that knows what has been revoked, but has these roots and key. */
static void restart_with(const char *root, const struct referral_key *key)
{
	static struct ddt_revoked kept[DDT_REVOKED_MAX];

	memcpy(kept, ddt.verify.revoked, sizeof(kept));
	roots[0] = A(root);
	cfg.root_count = 1;
	cfg.anchors = key;
	cfg.anchor_count = 1;
	restart();
	memcpy(ddt.verify.revoked, kept, sizeof(kept));
}

/* Who revokes any number of keys of its own pushes out no one else's. */
static void revocations_of_one(void **state)
{
	static uint8_t many[100][16];
	struct referral_key key = {
		.algorithm = REFERRAL_RSA_SHA256, .len = 16,
	}, gone;

	for (unsigned int i = 0; i < 100; i++) {
		many[i][0] = (uint8_t)(i + 1);
		many[i][1] = 77;
		key.data = many[i];
		gone = key;
		gone.revoked = true;
		restart_with(i ? ROOT1 : ROOT2, &key);
		ASK(NOW + i, EID);
		SIGNED(NOW + i, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
		       { &key });
		assert_int_equal(ddt.verify.revocations, 1);
	}
	key.data = many[0];
	restart_with(ROOT2, &key);
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, NULL, { &key });
	assert_int_equal(counter("bad-signature"), 1);
}

/* A key that is revoked stays so, and what was verified is known, under another
 * configuration of whatever kind. */
static void another_configuration(void **state)
{
	struct referral_key gone = keys[ROOT_KEY];

	gone.revoked = true;
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
	       { &keys[ROOT_KEY], &keys[ROOT_KEY2] });
	assert_int_equal(ddt.verify.revocations, 1);
	for (unsigned int i = 0; i < 2; i++) {
		reload();
		ASK(NOW + i, "2001:db9::1", .nonce = 80 + i);
		SIGNED(NOW, "2001:db9::/32", REFERRAL_NODE, NODE1,
		       &keys[NODE_KEY], { &keys[ROOT_KEY] });
		assert_int_equal(counter("bad-signature"), i + 1);
		/* Now without one of the roots' keys, so that nothing that
		 * rested on it is kept. */
		cfg.anchor_count = 1;
	}
	assert_int_equal(ddt.verify.revocations, 1);
	assert_int_equal(ddt.cache.map.count, 0);
	cfg.anchor_count = 2;
	reload();
	verified = 0;
	ASK(NOW, EID, .nonce = 90);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &gone,
	       { &keys[ROOT_KEY], &keys[ROOT_KEY2] });
	assert_asks(NODE1);
	assert_int_equal(verified, 0);
	/* What another policy believed is asked for anew. */
	cfg.security = DDT_SECURITY_IF_PRESENT;
	reload();
	assert_int_equal(ddt.cache.map.count, 0);
	assert_int_equal(ddt.queries.count, 0);
}

static void policies(void **state)
{
	/* Who has keys must sign, also if it is not required of all. */
	cfg.security = DDT_SECURITY_IF_PRESENT;
	restart();
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_int_equal(counter("bad-signature"), 1);
	/* A signed delegation to somebody without keys is good. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, NULL,
	       { &keys[ROOT_KEY] });
	assert_asks(NODE1);
	/* Keys from there are nobody's: what they sign is not needed. */
	SIGNED(NOW, "2001:db8:100::/40", REFERRAL_MS, MS1, &keys[NODE_KEY],
	       { NULL });
	assert_asks(MS1);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS1 });
	assert_silent();
	assert_int_equal(counter("acks"), 1);
	/* Where all must sign, who has no keys cannot. */
	cfg.security = DDT_SECURITY_REQUIRE;
	restart();
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, NULL,
	       { &keys[ROOT_KEY] });
	assert_asks(NODE1);
	SIGNED(NOW, "2001:db8:100::/40", REFERRAL_MS, MS1, &keys[NODE_KEY],
	       { &keys[NODE_KEY] });
	assert_silent();
	assert_int_equal(counter("bad-signature"), 1);
	verified = 0;
	cfg.security = DDT_SECURITY_OFF;
	restart();
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, NULL,
	       { &keys[OTHER_KEY] });
	assert_asks(NODE1);
	assert_int_equal(verified, 0);
}

/* Computing is bounded for one query and for all. */
static void work(void **state)
{
	struct referral_key same[16];

	for (unsigned int i = 0; i < 16; i++)
		same[i] = keys[ROOT_KEY];
	cfg.anchors = same;
	cfg.anchor_count = 16;
	restart();
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY], &keys[ROOT_KEY], &keys[ROOT_KEY] },
	       .tampered = true);
	assert_int_equal(verified, ddt.verify.per_query);
	assert_int_equal(count_logs(LOG_DDT_BUSY), 1);
	/* What nobody had the time to look at is not believed. */
	assert_silent();
	assert_int_equal(ddt.cache.map.count, 0);
	verified = 0;
	cfg.queries.each = 256;
	restart();
	for (unsigned int i = 0; i < 200; i++) {
		char eid[32];

		snprintf(eid, sizeof(eid), "10.0.%u.1", i);
		ASK(NOW, eid);
		SIGNED(NOW, "10.0.0.0/8", REFERRAL_NODE, NODE1,
		       &keys[NODE_KEY], { &keys[ROOT_KEY] }, .tampered = true);
	}
	assert_int_equal(verified, 2000);
}

/* What was verified once is known, octet for octet; another signature, key or
 * record is not. */
static void computed_once(void **state)
{
	static const uint8_t as[16] = { 1, 2, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1,
					1, 1, 1 };
	const struct referral_key twin = {
		.algorithm = REFERRAL_RSA_SHA256, .data = as, .len = 16,
	};

	assert_int_equal(referral_key_tag(as, 16),
			 referral_key_tag(octets[ROOT_KEY], 16));
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] });
	assert_int_equal(verified, 1);
	SIGNED(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE, NULL,
	       NULL, { &keys[NODE_KEY] });
	assert_int_equal(verified, 2);
	referral_clear(&ddt.cache, NULL);
	ASK(NOW, EID);
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] });
	assert_asks(NODE1);
	assert_int_equal(verified, 2);
	referral_clear(&ddt.cache, NULL);
	SIGNED(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE, NULL,
	       NULL, { &keys[NODE_KEY] });
	assert_int_equal(verified, 2);
	referral_clear(&ddt.cache, NULL);
	ASK(NOW, EID);
	/* The same, with a signature that is none. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY] }, .tampered = true);
	assert_int_equal(counter("bad-signature"), 1);
	assert_int_equal(verified, 3);
	/* The same record, which a stranger has signed under the same tag. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &twin });
	assert_int_equal(counter("bad-signature"), 2);
	assert_int_equal(verified, 4);
	ASK(NOW, EID);
	/* And by another key. */
	SIGNED(NOW, "2001:db8::/32", REFERRAL_NODE, NODE1, &keys[NODE_KEY],
	       { &keys[ROOT_KEY2] });
	assert_asks(NODE1);
	assert_int_equal(verified, 5);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin_secure, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_chain),
		TEST(refused),
		TEST(a_key_has_its_place),
		TEST(not_longer_than_signed),
		TEST(revocation),
		TEST(revocations_of_one),
		TEST(another_configuration),
		TEST(policies),
		TEST(work),
		TEST(computed_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
