// SPDX-License-Identifier: GPL-2.0-or-later
/* The node: which machine gets what; the Map-Resolver; display. */
#include "sm_node.h"

#include "sm/ms.h"

#define NOW	1000000u

static struct xtr_config xtr;
static struct ms_config msc;
static struct mr_config mrc;
static struct ddt_config ddtc;
static const struct ddt_config *with_ddt;
static uint32_t ecm_flags;
static uint64_t when, last_nonce;
static struct node_config cfg;

static struct locator rloc;
static struct addr resolver, server;
static struct register_server reg_server;
static struct eid local[2];
static struct site site;
static struct site_eid site_eid;
static struct sm_key key;
static const uint32_t iids[] = { 100 };

static int set_up(void **state)
{
	memset(&world, 0, sizeof(world));
	rloc = L("192.0.2.1");
	resolver = A("198.51.100.20");
	server = A("198.51.100.10");
	key = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128, .tag = 1 };
	reg_server = (struct register_server){ .addr = server, .key = key,
					       .want_notify = true };
	local[0] = E("[100]10.1.0.0/16");
	local[1] = E("[100]10.7.0.0/16");
	site_eid = (struct site_eid){ .eid = E("[100]10.2.0.0/16"),
				      .more_specifics = true };
	site = (struct site){ .name = "b", .keys = &key, .key_count = 1,
			      .eids = &site_eid, .eid_count = 1 };

	xtr_config_init(&xtr);
	xtr.rlocs = &rloc;
	xtr.rloc_count = 1;
	xtr.resolvers = &resolver;
	xtr.resolver_count = 1;
	xtr.servers = &reg_server;
	xtr.server_count = 1;
	xtr.database = local;
	xtr.database_count = 2;
	xtr.iids = iids;
	xtr.iid_count = 1;
	ms_config_init(&msc);
	msc.sites = &site;
	msc.site_count = 1;
	mr_config_init(&mrc);
	mrc.servers = &server;
	mrc.server_count = 1;

	node_store();
	ddt_config_init(&ddtc);
	with_ddt = NULL;
	ecm_flags = 0;
	when = NOW;
	turn();
	return 0;
}

static void roles(bool x, bool s, bool r)
{
	cfg = (struct node_config){ x ? &xtr : NULL, s ? &msc : NULL,
				    r ? &mrc : NULL, with_ddt };
	node = node_new(&cfg, &node_ops, NOW, NULL);
	assert_non_null(node);
}

static int desk = -1;			/* 0 and on: at that one */
static enum node_desk_result left;

static void receive_from(const char *from, const struct lisp_msg *m)
{
	struct packet pkt = packet_of(from, "198.51.100.1", m);
	struct lisp_msg parsed;
	struct ms_proof proof;

	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	if (desk >= 0)
		left = node_desk_message(node, (unsigned int)desk, when, &pkt,
					 &parsed, &proof, &acts);
	else
		node_on_message(node, when, &pkt, &parsed, &acts);
}

static const char *asked_from = "203.0.113.5";

static void receive(const struct lisp_msg *m)
{
	receive_from(asked_from, m);
}

/* A Map-Request for @eid; @ecm: inside of one. */
static void ask(const char *eid, uint32_t flags, bool ecm)
{
	struct addr itr = A("192.0.2.5");
	struct request_record rr = { .eid = E(eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = flags, .nonce = ++last_nonce,
			.itr_rlocs = &itr, .itr_count = 1,
			.records = &rr, .record_count = 1,
		},
	};
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = { .flags = ecm_flags,
			 .source = itr, .dest = A("10.9.9.9"),
			 .source_port = 61000, .dest_port = 4342, .ttl = 64 },
	};

	turn();
	if (ecm) {
		out.ecm.message = action_build(&acts, &in,
					       &out.ecm.message_len);
		assert_non_null(out.ecm.message);
		receive(&out);
	} else {
		receive(&in);
	}
}

/* --- the Map-Resolver --- */

static void mr_passes_on(void **state)
{
	roles(false, false, true);
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_int_equal(sent(0).ecm.source_port, 61000);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &server));
	assert_int_equal(counter("map-resolver", "forwarded"), 1);
}

static void mr_and_ms(void **state)
{
	roles(false, true, true);
	/* Our own site: answered here.  Another's: passed on. */
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	ask("[100]10.3.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	/* No other server: then it does not exist. */
	world.own = server;
	ask("[100]10.4.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(sent(0).reply.records->ttl, 15);
	assert_int_equal(counter("map-resolver", "local"), 2);
	node_free(node);
	mrc.server_count = 0;
	roles(false, true, true);
	ask("[100]10.5.0.1", 0, true);
	assert_int_equal(sent(0).reply.records->ttl, 15);
}

/* Another server that cannot be sent to now may know the EID all the same:
 * nobody is told that it does not exist. */
static void mr_others_away(void **state)
{
	static const struct addr none;
	const struct addr *away[] = { &world.no_family, &world.overlay };

	roles(false, true, true);
	for (unsigned int i = 0; i < 2; i++) {
		*(struct addr *)away[i] = server;
		ask("[100]10.3.0.1", 0, true);
		assert_int_equal(count_acts(ACTION_SEND), 0);
		assert_int_equal(count_logs(LOG_FORWARD_NOWHERE), 1);
		*(struct addr *)away[i] = none;
	}
	assert_int_equal(counter("map-resolver", "nowhere"), 2);
	/* Nor whoever sends it on to us itself. */
	server = A("203.0.113.5");
	ask("[100]10.3.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("map-resolver", "nowhere"), 3);
	assert_int_equal(counter("map-resolver", "local"), 0);
}

/* Several servers: each has its share of the requests, and that of one that
 * cannot be sent to goes to the others. */
static void mr_several(void **state)
{
	struct addr three[3] = { A("198.51.100.10"), A("198.51.100.11"),
				 A("198.51.100.12") };
	unsigned int had[2][3] = { 0 };

	mrc.servers = three;
	mrc.server_count = 3;
	roles(false, false, true);
	for (int i = 0; i < 60; i++) {
		if (i == 30)
			world.no_family = three[1];
		ask("[100]10.2.0.1", 0, true);
		assert_int_equal(count_acts(ACTION_SEND), 1);
		for (int k = 0; k < 3; k++)
			had[i / 30][k] += addr_equal(
				&act(ACTION_SEND, 0)->send.to, &three[k]);
	}
	for (int k = 0; k < 3; k++)
		assert_int_equal(had[0][k], 10);
	assert_int_equal(had[1][1], 0);
	assert_int_equal(had[1][0] + had[1][2], 30);
	assert_true(had[1][0] >= 10 && had[1][2] >= 10);
	assert_int_equal(counter("map-resolver", "forwarded"), 60);
}

/* One that gets no answer asks again, and another server, though it may keep
 * its nonce. */
static void mr_asked_again(void **state)
{
	struct addr two[2] = { A("198.51.100.10"), A("198.51.100.11") };
	struct addr first;

	mrc.servers = two;
	mrc.server_count = 2;
	roles(false, false, true);
	ask("[100]10.2.0.1", 0, true);
	first = act(ACTION_SEND, 0)->send.to;
	last_nonce--;
	when += 1000;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_false(addr_equal(&act(ACTION_SEND, 0)->send.to, &first));
}

/* A desk answers for the Map-Server, and leaves the rest without a word. */
static void desks(void **state)
{
	struct lisp_msg other = { .type = MSG_TYPE_MAP_REPLY };

	msc.desks = 3;
	roles(false, true, true);
	desk = 2;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(left, NODE_SERVED);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(node_ms(node)->desks[2].counters[MS_REQUESTS], 1);
	ask("[100]10.3.0.1", 0, true);		/* another's site */
	assert_int_equal(left, NODE_OTHER);
	ecm_flags = ECM_DDT;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(left, NODE_OTHER);
	ecm_flags = 0;
	ask("[100]10.2.0.1", 0, false);
	assert_int_equal(left, NODE_OTHER);
	turn();
	receive(&other);
	assert_int_equal(left, NODE_OTHER);
	assert_int_equal(acts.count, 0);
	assert_int_equal(counter("node", "messages"), 1);
	assert_int_equal(counter("map-resolver", "requests"), 1);
	assert_int_equal(counter("map-resolver", "local"), 1);

	/* And over reloads. */
	for (int i = 0; i < 2; i++) {
		struct node *old = node;

		roles(false, true, true);
		node_inherit(node, old);
		node_free(old);
		assert_int_equal(counter("node", "messages"), 1);
		assert_int_equal(counter("map-resolver", "requests"), 1);
		assert_int_equal(counter("map-resolver", "local"), 1);
	}
	node_free(node);

	/* No other server: there is nobody to pass it on to. */
	mrc.server_count = 0;
	roles(false, true, true);
	ask("[100]10.3.0.1", 0, true);
	assert_int_equal(left, NODE_SERVED);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	node_free(node);

	/* It may be the xTR's. */
	roles(true, true, false);
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(left, NODE_OTHER);
	desk = -1;
}

/* Round in a circle: once is enough. */
static void mr_loops(void **state)
{
	struct lisp_msg m;

	roles(false, false, true);
	ask("[100]10.2.0.1", 0, true);
	m = sent(0);
	receive(&m);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("map-resolver", "forward-loop"), 1);
	/* Another request for the same EID is not the same request. */
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

static void mr_limits(void **state)
{
	unsigned int n = 0;

	roles(false, false, true);
	for (int i = 0; i < 1100; i++) {
		ask("[100]10.2.0.1", 0, true);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 1000);
	/* All addresses of one IPv6 link are one source. */
	for (int i = 0; i < 1100; i++) {
		char from[ADDR_TEXT_MAX];
		snprintf(from, sizeof(from), "2001:db8:0:1::%x", i + 1);
		asked_from = from;
		ask("[100]10.2.0.1", 0, true);
	}
	asked_from = "203.0.113.5";
	assert_int_equal(counter("map-resolver", "limited"), 200);
}

static void mr_nowhere(void **state)
{
	roles(false, false, true);
	world.no_family = server;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_FORWARD_NOWHERE), 1);
	memset(&world, 0, sizeof(world));
	server = A("203.0.113.5");
	ask("[100]10.2.0.1", 0, true);
	/* Never back to where it came from. */
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

static void mr_refuses(void **state)
{
	roles(false, false, true);
	ask("[100]10.2.0.1", MREQ_PROBE, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	ask("[100]10.2.0.1", MREQ_SMR, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("map-resolver", "invalid"), 2);
}

/* --- dispatch --- */

/* D asks for a referral, which a resolver has none of for others; without D a
 * node that is nothing but a DDT node has nothing to say. */
static void ddt_or_not(void **state)
{
	with_ddt = &ddtc;
	roles(false, false, false);
	ecm_flags = ECM_DDT;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REFERRAL);
	ecm_flags = 0;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("node", "unexpected"), 1);
	assert_int_equal(counter("ddt-node", "requests"), 1);
	node_free(node);
	with_ddt = NULL;

	roles(false, false, true);
	ecm_flags = ECM_DDT;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("node", "unexpected"), 1);
	node_free(node);

	roles(true, true, true);
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REFERRAL);
	ecm_flags = 0;
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
}

/* Its node goes on over a reload, too; also that of a plain Map-Server. */
static void ddt_inherits(void **state)
{
	struct node *old;

	for (int i = 0; i < 2; i++) {
		with_ddt = i ? &ddtc : NULL;
		roles(false, !i, false);
		ecm_flags = ECM_DDT;
		ask("[100]10.2.0.1", 0, true);
		old = node;
		roles(false, !i, false);
		node_inherit(node, old);
		node_free(old);
		assert_int_equal(counter("ddt-node", "requests"), 1);
		if (!i)
			node_free(node);
	}
}

/* What the node delegates to others, though it be in a site of its own, is none
 * of its Map-Server's: its resolver looks for it, and if it has none, nobody is
 * told that it does not exist. */
static void delegated_out_of_a_site(void **state)
{
	const struct referral_rloc child = { .addr = A("198.51.100.77") };
	struct ddt_delegation d = { .xeid = xeid_of(&site_eid.eid),
				    .rlocs = &child, .rloc_count = 1 };

	d.xeid.eid.prefix.len = 24;
	ddtc.delegations = &d;
	ddtc.delegation_count = 1;
	with_ddt = &ddtc;
	roles(false, true, false);
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("map-server", "delegated"), 1);
	/* The hole beside it is none of it. */
	ask("[100]10.2.1.1", 0, true);
	assert_int_equal(sent(0).reply.records->eid.prefix.len, 24);
	node_free(node);

	roles(false, true, true);
	ask("[100]10.2.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &server));
	/* Nor is a prefix whose first address is in it. */
	ask("[100]10.2.0.0/16", 0, true);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_int_equal(counter("map-server", "delegated"), 0);
	/* One beside it is. */
	ask("[100]10.2.128.0/17", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
}

static void etr_before_map_server(void **state)
{
	roles(true, true, true);
	ask("[100]10.1.0.1", 0, true);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	assert_true(sent(0).reply.records->authoritative);
	ask("[100]10.2.0.1", 0, true);
	assert_false(sent(0).reply.records->authoritative);
	/* By itself a Map-Request is for the ETR. */
	ask("[100]10.2.0.1", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("answer", "no-match"), 1);
}

static void smr_in_an_ecm(void **state)
{
	roles(true, false, false);
	ask("[100]10.1.0.1", MREQ_SMR, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("resolve", "smr-ignored"), 1);
}

/* Every type to a node without the role for it. */
static void nobody_home(void **state)
{
	struct map_record rec = { .eid = local[0] };
	struct wire_auth auth = { .algorithm = AUTH_HMAC_SHA256_128,
				  .data_len = 32 };
	struct lisp_msg reg = { .type = MSG_TYPE_MAP_REGISTER,
				.reg = { .auth = auth, .records = &rec,
					 .record_count = 1 } };
	struct lisp_msg ack = { .type = MSG_TYPE_MAP_NOTIFY_ACK,
				.notify = { .ack = true, .auth = auth } };
	struct lisp_msg notify = { .type = MSG_TYPE_MAP_NOTIFY,
				   .notify = { .auth = auth } };
	struct lisp_msg reply = { .type = MSG_TYPE_MAP_REPLY };

	roles(true, false, false);
	receive(&reg);
	receive(&ack);
	assert_int_equal(counter("node", "unexpected"), 2);
	node_free(node);

	roles(false, true, false);
	receive(&notify);
	receive(&reply);
	ask("[100]10.2.0.1", 0, false);
	assert_int_equal(counter("node", "unexpected"), 3);
	assert_int_equal(count_logs(LOG_MSG_UNEXPECTED), 1);
	assert_int_equal(counter("node", "messages"), 3);
}

static void bad_ecms(void **state)
{
	struct map_record rec = { .eid = local[0] };
	struct lisp_msg in = { .type = MSG_TYPE_MAP_REPLY,
			       .reply = { .records = &rec,
					  .record_count = 1 } };
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = A("192.0.2.5"), .dest = A("10.9.9.9"),
			 .source_port = 4342, .dest_port = 4342, .ttl = 64 },
	};
	static const uint8_t junk[] = { 0x10, 0, 0, 1, 2, 3 };

	roles(true, true, true);
	out.ecm.message = action_build(&acts, &in, &out.ecm.message_len);
	receive(&out);
	assert_int_equal(counter("node", "unexpected"), 1);
	out.ecm.message = junk;
	out.ecm.message_len = sizeof(junk);
	receive(&out);
	assert_int_equal(counter("node", "ecm-bad"), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* Events for an xTR do nothing where there is none. */
static void no_xtr(void **state)
{
	struct eid e = E("[100]10.2.0.1");
	struct map_found f = { .eid = e };

	roles(false, true, true);
	node_start(node, NOW, &acts);
	node_on_miss(node, NOW, 100, &e.prefix.addr, NULL, &acts);
	node_on_map_found(node, NOW, &f, &acts);
	node_on_map_synced(node, NOW, &acts);
	node_on_map_used(node, NOW, &e, MAP_USE_NEVER, 0, &acts);
	node_on_map_gone(node, NOW, &e, &acts);
	node_on_time(node, NOW, &acts);
	assert_int_equal(acts.count, 0);
	assert_int_equal(node_due(node), UINT64_MAX);
	assert_int_equal(node_resolve(node, NOW, &e, 1, &acts), -EINVAL);
	assert_int_equal(node_withdraw(node, NOW, &e, &acts), -EINVAL);
}

static void bad_configuration(void **state)
{
	int err = 0;

	cfg = (struct node_config){ .xtr = &xtr };
	xtr.rloc_count = 0;
	assert_null(node_new(&cfg, &node_ops, NOW, &err));
	assert_int_equal(err, -EINVAL);
	xtr.rloc_count = 1;
	local[1].iid = 200;
	err = 0;
	assert_null(node_new(&cfg, &node_ops, NOW, &err));
	assert_int_equal(err, -EINVAL);
}

/* Found in the data plane, but ours by now. */
static void found_but_local(void **state)
{
	struct map_found f = { .eid = E("[100]10.1.3.0/24"), .ttl = 100 };

	roles(true, false, false);
	node_on_map_found(node, NOW, &f, &acts);
	assert_non_null(act_for(ACTION_MAP_DEL, "[100]10.1.3.0/24"));
}

/* --- time and use --- */

/* A refresh: most of the TTL has gone, the data plane says it is used, a request. */
static void refresh(void **state)
{
	struct eid e = E("[100]10.2.0.0/16");
	struct map_found f = { .eid = e, .ttl = 100 };

	roles(true, false, false);
	node_on_map_found(node, NOW, &f, &acts);
	node_on_map_synced(node, NOW, &acts);
	assert_in_range(node_due(node), NOW + 80000, NOW + 90000);
	node_on_time(node, NOW + 90000, &acts);
	assert_non_null(act_for(ACTION_MAP_QUERY, "[100]10.2.0.0/16"));
	turn();
	node_on_map_used(node, NOW + 90000, &e, MAP_USE_AGE, 3, &acts);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent_inner(0).request.records->eid.prefix.len, 16);
}

/* However much is due: a bounded piece at a time, and it says there is more. */
static void work_is_bounded(void **state)
{
	unsigned int turns = 0;

	roles(true, false, false);
	for (int i = 0; i < 500; i++) {
		struct addr a = A("10.2.0.0");

		a.bytes[2] = (uint8_t)(i / 250);
		a.bytes[3] = (uint8_t)(i % 250);
		turn();
		node_on_miss(node, NOW, 100, &a, NULL, &acts);
	}
	while (node_due(node) <= NOW + 1000) {
		turn();
		node_on_time(node, NOW + 1000, &acts);
		assert_in_range(count_acts(ACTION_SEND), 1, 40);
		turns++;
	}
	assert_in_range(turns, 16, 17);
}

/* --- display --- */

static void views(void **state)
{
	struct map_found f = { .eid = E("[100]10.2.0.0/16"), .ttl = 100 };
	struct database_view d;
	struct node_status s;
	struct cache_view c;
	struct eid after;

	roles(true, true, false);
	node_on_map_found(node, NOW, &f, &acts);
	f.eid = E("[100]10.3.0.0/16");
	node_on_map_found(node, NOW, &f, &acts);
	assert_true(node_cache_next(node, NULL, &c));
	assert_string_equal(c.state, "fresh");
	after = c.eid;
	assert_true(node_cache_next(node, &after, &c));
	assert_int_equal(c.eid.prefix.addr.bytes[1], 3);
	after = c.eid;
	assert_false(node_cache_next(node, &after, &c));

	assert_true(node_database_at(node, 0, &d));
	assert_string_equal(d.state, "idle");
	assert_true(addr_equal(&d.server, &server));
	assert_true(node_database_at(node, 1, &d));
	assert_int_equal(d.eid.prefix.addr.bytes[1], 7);
	assert_false(node_database_at(node, 2, &d));

	node_status(node, &s);
	assert_int_equal(s.cache_entries, 2);
	assert_int_equal(s.local_prefixes, 2);
	assert_int_equal(s.servers, 1);
	assert_int_equal(s.servers_up, 0);
	assert_int_equal(s.registered_prefixes, 0);
	assert_non_null(node_ms(node));
}

static void every_counter_has_a_name(void **state)
{
	struct counter_group g;
	size_t groups = 0;

	with_ddt = &ddtc;
	roles(true, true, true);
	for (; node_counters_at(node, groups, &g); groups++) {
		assert_non_null(g.name);
		for (size_t i = 0; i < g.count; i++) {
			assert_non_null(g.names[i]);
			for (size_t k = 0; k < i; k++)
				assert_string_not_equal(g.names[i],
							g.names[k]);
		}
	}
	assert_int_equal(groups, 10);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, node_done)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mr_passes_on),
		TEST(mr_and_ms),
		TEST(desks),
		TEST(mr_others_away),
		TEST(mr_several),
		TEST(mr_asked_again),
		TEST(mr_loops),
		TEST(mr_limits),
		TEST(mr_nowhere),
		TEST(mr_refuses),
		TEST(ddt_or_not),
		TEST(ddt_inherits),
		TEST(delegated_out_of_a_site),
		TEST(etr_before_map_server),
		TEST(smr_in_an_ecm),
		TEST(nobody_home),
		TEST(bad_ecms),
		TEST(no_xtr),
		TEST(bad_configuration),
		TEST(found_but_local),
		TEST(refresh),
		TEST(work_is_bounded),
		TEST(views),
		TEST(every_counter_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
