// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Server that has warmed up allocates nothing for a Map-Request or for a
 * Map-Register that repeats what is registered: whatever malloc and its kin
 * hand out between the datagram and the actions is counted.
 *
 * Flushing the store is not a message's: it is for all that came since.
 */
#include "../real_auth.h"
#include "sm_node.h"

#define XTRS		200u
#define WARM_UP		4000u
#define MESSAGES	10000u
#define STEP		10u	/* ms between two messages */

/* gcc has no header for it. */
int __sanitizer_install_malloc_and_free_hooks(
	void (*on_malloc)(const volatile void *, size_t),
	void (*on_free)(const volatile void *));

static bool counting;
static unsigned long allocations;

static void on_malloc(const volatile void *p, size_t size)
{
	allocations += counting;
}

static void on_free(const volatile void *p)
{
}

/* --- a Map-Server --- */

static struct sm_key key;
static struct site_eid site_eid;
static struct site site;
static struct ms_config ms_cfg;
static struct mr_config mr_cfg;
static struct arena room;
static uint64_t now;

static void configure(void)
{
	struct secret *psk = secret_new("secret", 6);

	key = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128, .tag = 1,
			       .key = auth_key_new(0, AUTH_HMAC_SHA256_128,
						   psk) };
	secret_free(psk);
	assert_non_null(key.key);
	site_eid = (struct site_eid){ .eid = E("[100]10.0.0.0/8"),
				      .more_specifics = true };
	site = (struct site){ .name = "a", .keys = &key, .key_count = 1,
			      .eids = &site_eid, .eid_count = 1 };
	ms_config_init(&ms_cfg);
	ms_cfg.sites = &site;
	ms_cfg.site_count = 1;
	mr_config_init(&mr_cfg);
}

static int begin(void **state)
{
	struct node_config cfg = { .ms = &ms_cfg, .mr = &mr_cfg };

	configure();
	node_store();
	node_ops.sign = real_sign;
	node_ops.verify = real_verify;
	now = 1000000;
	node = node_new(&cfg, &node_ops, now, NULL);
	assert_non_null(node);
	arena_init(&room, ACTIONS_ARENA_CAP);
	turn();
	return 0;
}

static int end(void **state)
{
	arena_free(&room);
	node_done(state);
	auth_key_free(key.key);
	return 0;
}

/* --- messages --- */

/* As run/ does it: an arena that keeps its memory. */
static void hear(const struct packet *pkt)
{
	struct actions done;
	struct lisp_msg m;

	counting = true;
	arena_reset(&room);
	actions_init(&done, &room);
	assert_int_equal(msg_parse(pkt->data, pkt->len, &room, &m, NULL), 0);
	node_on_message(node, now, pkt, &m, &done);
	counting = false;
	assert_int_equal(done.lost, 0);
	now += STEP;
	while (node_due(node) <= now) {
		arena_reset(&room);
		actions_init(&done, &room);
		node_on_time(node, now, &done);
	}
	if (store_memory_ops.sequence(store) % 64 == 0)
		assert_int_equal(store_flush(store), 0);
}

/* [100]10.<kind>.<n>.0/24: kind 0 has its Map-Server answer, the ETR of kind 1
 * answers for itself, nobody has registered kind 2, and 3 is no site's. */
static struct eid eid_of(unsigned int kind, unsigned int n)
{
	char text[EID_TEXT_MAX];

	snprintf(text, sizeof(text), "[100]%u.%u.%u.0/24",
		 kind == 3 ? 11 : 10, kind, n);
	return E(text);
}

static void registers(unsigned int n, uint64_t nonce)
{
	struct locator l = L("192.0.2.1");
	struct map_record recs[2] = {
		{ .ttl = 1440, .eid = eid_of(n % 2, n), .locators = &l,
		  .locator_count = 1 },
	};
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = MREG_IDS | MREG_WANT_NOTIFY |
				 (n % 2 ? 0 : MREG_PROXY_REPLY),
			.nonce = nonce,
			.auth = { .algorithm = key.algorithm, .data_len = 32 },
			.records = recs, .record_count = 1,
		},
	};
	struct packet pkt;

	turn();
	m.reg.ids.xtr_id[0] = (uint8_t)n;
	pkt = packet_of("192.0.2.1", "198.51.100.10", &m);
	assert_int_equal(real_sign(NULL, &key, (uint8_t *)pkt.data, pkt.len),
			 0);
	hear(&pkt);
}

static void asks(unsigned int n, uint64_t nonce)
{
	struct addr itr = A("203.0.113.5");
	struct request_record rr = { .eid = eid_of(n % 4, n) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = nonce, .itr_rlocs = &itr, .itr_count = 1,
			     .records = &rr, .record_count = 1 },
	};
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = itr, .dest = A("10.9.9.9"),
			 .source_port = 4342, .dest_port = 4342, .ttl = 64 },
	};
	struct packet pkt;

	turn();
	out.ecm.message = action_build(&acts, &in, &out.ecm.message_len);
	pkt = packet_of("203.0.113.5", "198.51.100.10", &out);
	hear(&pkt);
}

static void many(unsigned int messages)
{
	static uint64_t nonce;

	for (unsigned int i = 0; i < messages; i++) {
		asks(i % XTRS, ++nonce);
		registers(i % XTRS, nonce);
	}
}

/* All are served, and in each of the four ways. */
static void none_per_message(void **state)
{
	static const char *const ways[] = { "proxy-replies", "forwarded",
					    "negative-unregistered",
					    "negative-hole" };
	uint64_t before[4];

	assert_true(__sanitizer_install_malloc_and_free_hooks(on_malloc,
							      on_free));
	many(WARM_UP);
	assert_true(allocations > XTRS);
	for (int i = 0; i < 4; i++)
		before[i] = counter("map-server", ways[i]);
	allocations = 0;
	many(MESSAGES);
	for (int i = 0; i < 4; i++)
		assert_int_equal(counter("map-server", ways[i]) - before[i],
				 MESSAGES / 4);
	assert_int_equal(counter("map-server", "notifies"),
			 WARM_UP + MESSAGES);
	assert_int_equal(store_registrations(store), XTRS);
	assert_int_equal(allocations, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_per_message, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
