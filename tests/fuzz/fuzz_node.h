/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The nodes of fuzz_node.c, one of which an input chooses: their
 * configurations, and what they may ask for.
 */
#ifndef LISP_FUZZ_NODE_H
#define LISP_FUZZ_NODE_H

#include "fuzz_signed.h"

#include "../real_auth.h"
#include "sm/node.h"
#include "sm/site.h"
#include "store/store.h"

#define SIGNATURE	256	/* octets, of the DDT node */

static struct addr us, peer, child;
static struct sm_key site_keys[3];
static struct site_eid site_eids[4];	/* everything of 0, and of 100 */
static struct site site;
static struct ms_config ms_cfg;
static struct mr_config mr_cfg, iterating_cfg, wary_cfg;
static struct ddt_config ddt_cfg;
static uint64_t draws;

/* All of the tree that there is: what DDT nodes delegate. */
static const uint8_t public_key[4] = { 1, 2, 3, 4 };
static const struct referral_key child_key = {
	.algorithm = REFERRAL_RSA_SHA256, .data = public_key, .len = 4,
};
static struct referral_rloc child_rloc;
static struct ddt_authority own[2];
static struct ddt_delegation delegations[4];
static const struct ddt_key signing = {
	.key = (const struct sig_key *)&child_key, .tag = 7, .size = SIGNATURE,
};

static const struct node_config fuzz_nodes[] = {
	{ .ms = &ms_cfg, .mr = &mr_cfg },
	{ .ddt = &ddt_cfg },
	{ .mr = &iterating_cfg },
	{ .ms = &ms_cfg, .mr = &wary_cfg, .ddt = &ddt_cfg },
};

static uint64_t op_random(void *arg)
{
	return ++draws * 0x9e3779b97f4a7c15u;
}

static uint64_t op_wall(void *arg)
{
	return 1800000000;
}

static enum rloc_verdict op_rloc_check(void *arg, const struct addr *a)
{
	return addr_usable_rloc(a) ? RLOC_USABLE : RLOC_NO_FAMILY;
}

/* A signature is good whose first octet is the key's. */
static int op_signed_with(void *arg, const uint8_t *key, size_t key_len,
			  const uint8_t *data, size_t len, const uint8_t *sig,
			  size_t sig_len)
{
	return sig_len && key_len && *sig == *key ? 0 : -1;
}

static int op_sign_referral(void *arg, const struct sig_key *key,
			    const uint8_t *data, size_t len, uint8_t *sig,
			    size_t sig_len)
{
	MUST(sig_len == SIGNATURE);
	memset(sig, public_key[0], sig_len);
	return 0;
}

static struct xeid fuzz_xeid(const char *text)
{
	struct xeid x;

	MUST(!xeid_from_text(text, &x));
	return x;
}

static void configure_ms(void)
{
	struct prefix p4 = { .addr.family = ADDR_IPV4 };
	struct prefix p6 = { .addr.family = ADDR_IPV6 };

	for (int i = 0; i < 3; i++)
		site_keys[i] = (struct sm_key){
			.algorithm = (uint8_t)(i + 1), .tag = i + 1u,
			.coverage = AUTH_COVER_EITHER,
			.key = fuzz_key((uint8_t)(i + 1)) };
	for (int i = 0; i < 4; i++)
		site_eids[i] = (struct site_eid){
			.eid = eid_make(i / 2 * 100, i % 2 ? &p6 : &p4),
			.more_specifics = true, .max = 20 };
	site = (struct site){ .name = "fuzz", .keys = site_keys,
			      .key_count = 3, .eids = site_eids,
			      .eid_count = 4 };
	ms_config_init(&ms_cfg);
	ms_cfg.sites = &site;
	ms_cfg.site_count = 1;
}

static void configure_ddt(void)
{
	static const char *const delegated[] = {
		"2001:db8:100::/40", "10.2.0.0/16", "[100]10.1.0.0/24",
		"[256/24]*",
	};

	child_rloc = (struct referral_rloc){
		.addr = child, .priority = 1, .weight = 1,
		.keys = &child_key, .key_count = 1,
	};
	own[0] = (struct ddt_authority){ .xeid = fuzz_xeid("[0]*") };
	own[1] = (struct ddt_authority){ .xeid = fuzz_xeid("[100]10.0.0.0/8"),
					 .peers = &peer, .peer_count = 1,
					 .complete = true };
	for (int i = 0; i < 4; i++)
		delegations[i] = (struct ddt_delegation){
			.xeid = fuzz_xeid(delegated[i]), .rlocs = &child_rloc,
			.rloc_count = 1, .map_server = i & 1 };
	ddt_config_init(&ddt_cfg);
	ddt_cfg.authorities = own;
	ddt_cfg.authority_count = 2;
	ddt_cfg.delegations = delegations;
	ddt_cfg.delegation_count = 4;
	ddt_cfg.sign.keys = &signing;
	ddt_cfg.sign.key_count = 1;
}

static void configure(void)
{
	if (site.name)
		return;
	addr_from_text("198.51.100.10", &us);
	addr_from_text("192.0.2.1", &peer);
	addr_from_text("192.0.2.101", &child);
	configure_ms();
	configure_ddt();
	mr_config_init(&mr_cfg);
	mr_config_init(&iterating_cfg);
	iterating_cfg.ddt.roots = &child;
	iterating_cfg.ddt.root_count = 1;
	wary_cfg = iterating_cfg;
	wary_cfg.ddt.anchors = &child_key;
	wary_cfg.ddt.anchor_count = 1;
	wary_cfg.ddt.security = DDT_SECURITY_REQUIRE;
}

#endif
