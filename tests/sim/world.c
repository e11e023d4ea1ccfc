// SPDX-License-Identifier: GPL-2.0-or-later
/* The world of world.h. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sm/util.h"
#include "world.h"

struct addr A(const char *text)
{
	struct addr a;

	if (addr_from_text(text, &a)) {
		fprintf(stderr, "# bad address %s\n", text);
		abort();
	}
	return a;
}

struct eid E(const char *text)
{
	struct eid e;

	if (eid_from_text(text, &e)) {
		fprintf(stderr, "# bad EID %s\n", text);
		abort();
	}
	return e;
}

static const char *const a_addrs[] = { "192.0.2.1", "2001:db8:0:a::1", NULL };
static const char *const b_addrs[] = { "192.0.2.2", "2001:db8:0:b::1", NULL };
static const char *const a4_addrs[] = { "192.0.2.1", NULL };
static const char *const b6_addrs[] = { "2001:db8:0:b::1", NULL };
static const char *const ms_addrs[] = { "198.51.100.10", "2001:db8:0:ff::10",
					NULL };
static const char *const mr_addrs[] = { "198.51.100.20", "2001:db8:0:ff::20",
					NULL };

static const char *const eids[2][3] = {
	{ "[100]10.1.0.0/16", "[200]10.1.0.0/16", "[100]2001:db8:a::/48" },
	{ "[100]10.2.0.0/16", "[200]10.2.0.0/16", "[100]2001:db8:b::/48" },
};

static const uint32_t iids[] = { 100, 200 };

static void make_key(struct world *w, size_t i)
{
	static const char *const psk[] = { "secret of a", "secret of b" };
	struct secret *s = secret_new(psk[i], strlen(psk[i]));

	assert(s);
	w->keys[i] = auth_key_new(0, AUTH_HMAC_SHA256_128, s);
	assert(w->keys[i]);
	secret_free(s);
	w->sm_keys[i] = (struct sm_key){
		.algorithm = AUTH_HMAC_SHA256_128,
		.coverage = AUTH_COVER_EITHER,
		.key = w->keys[i],
		.tag = 100 + i,
	};
}

static void make_xtr(struct world *w, size_t i, struct sim_host *h,
		     const struct world_config *cfg)
{
	bool v4 = h->addrs[0].family == ADDR_IPV4;
	struct xtr_config *x = &w->xtr[i];
	size_t n = 0;

	w->servers[i] = (struct register_server){
		.addr = A(v4 ? ms_addrs[0] : ms_addrs[1]),
		.key = w->sm_keys[cfg->merge ? 0 : i],
		.proxy_reply = !cfg->no_proxy,
		.want_notify = true,
		.merge = cfg->merge,
	};
	for (size_t k = 0; k < h->addr_count; k++)
		w->rlocs[i][k] = (struct locator){
			.addr = h->addrs[k],
			.priority = 1,
			.weight = 100,
			.mpriority = 255,
			.flags = LOCATOR_REACHABLE,
		};
	for (size_t k = 0; k < ARRAY_SIZE(eids[i]); k++)
		w->eids[i][n++] = E(eids[cfg->merge ? 0 : i][k]);
	w->resolvers[i][0] = A(v4 ? mr_addrs[0] : mr_addrs[1]);
	w->resolvers[i][1] = A(v4 ? ms_addrs[0] : ms_addrs[1]);

	xtr_config_init(x);
	x->ids.site_id = cfg->merge ? 1 : i + 1;
	memset(x->ids.xtr_id, (int)(0xa0 + i), sizeof(x->ids.xtr_id));
	x->rlocs = w->rlocs[i];
	x->rloc_count = h->addr_count;
	x->resolvers = w->resolvers[i];
	x->resolver_count = cfg->one_resolver ? 1 : 2;
	x->servers = &w->servers[i];
	x->server_count = 1;
	x->database = w->eids[i];
	x->database_count = n;
	x->iids = iids;
	x->iid_count = ARRAY_SIZE(iids);
	if (cfg->ttl)
		x->mapping_ttl = cfg->ttl;
	h->cfg.xtr = x;
}

static void make_site(struct world *w, size_t i, const char *name,
		      const struct world_config *cfg)
{
	for (size_t k = 0; k < ARRAY_SIZE(eids[i]); k++)
		w->site_eids[i][k] = (struct site_eid){
			.eid = E(eids[i][k]),
			.more_specifics = true,
		};
	w->sites[i] = (struct site){
		.name = name,
		.keys = &w->sm_keys[i],
		.key_count = 1,
		.eids = w->site_eids[i],
		.eid_count = ARRAY_SIZE(eids[i]),
		.mode = cfg->mode,
		.accept_unordered_nonce = cfg->unordered,
	};
}

void world_init(struct world *w, uint64_t seed,
		const struct world_config *cfg)
{
	memset(w, 0, sizeof(*w));
	sim_init(&w->sim, seed);
	if (cfg->net.delay_max)
		w->sim.net = cfg->net;

	w->a = sim_host_add(&w->sim, "a", cfg->a_only_v4 ? a4_addrs : a_addrs);
	w->b = sim_host_add(&w->sim, "b", cfg->b_only_v6 ? b6_addrs : b_addrs);
	w->ms = sim_host_add(&w->sim, "ms", ms_addrs);
	w->mr = sim_host_add(&w->sim, "mr", mr_addrs);
	w->ms_addr = A(ms_addrs[0]);

	make_key(w, 0);
	make_key(w, 1);
	make_xtr(w, 0, w->a, cfg);
	make_xtr(w, 1, w->b, cfg);
	make_site(w, 0, "site-a", cfg);
	make_site(w, 1, "site-b", cfg);

	ms_config_init(&w->msc);
	w->msc.sites = w->sites;
	w->msc.site_count = 2;
	mr_config_init(&w->ms_mrc);
	w->ms->cfg.ms = &w->msc;
	w->ms->cfg.mr = &w->ms_mrc;

	mr_config_init(&w->mrc);
	w->mrc.servers = &w->ms_addr;
	w->mrc.server_count = 1;
	w->mr->cfg.mr = &w->mrc;
}

void world_done(struct world *w)
{
	sim_done(&w->sim);
	auth_key_free(w->keys[0]);
	auth_key_free(w->keys[1]);
}

void world_boot(struct world *w)
{
	sim_boot(w->ms);
	sim_boot(w->mr);
	sim_boot(w->a);
	sim_boot(w->b);
}

bool world_registered(void *arg)
{
	struct world *w = arg;
	struct store_entry e;

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < w->xtr[i].database_count; k++)
			if (!store_memory_ops.find(w->ms->store,
						   &w->xtr[i].database[k], &e))
				return false;
	return true;
}
