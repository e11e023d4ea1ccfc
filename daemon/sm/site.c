// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Defaults of the Map-Server and the Map-Resolver; see xtr.c for the rates of
 * replies.
 *
 * What all sites together may have is about what one thread can do: with more
 * than that the socket would drop, whoever it is, before any share counts.  What
 * is refused costs a part of what is done.  tests/bench/m10-answers has figures:
 * on a virtual processor that was busy with other things, too, 90,000
 * Map-Registers taken or 110,000 Map-Requests answered a second, where a bare
 * echo did 174,000.
 */
#include <string.h>

#include "sm/site.h"

#define SECOND_US	1000000u
#define SHARE_BURST	4		/* of the smallest share */

void ms_config_init(struct ms_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->limits = (struct ms_limits){
		.timeout = 180 * 1000,
		.timeout_max = 24 * 3600 * 1000,
		.ttl_max = 1440,
		.replay_window = 60 * 1000,
		.notifies = 16384,
		.notifies_of_site = 1024,
		.verify = { .each = { 2000, 500 }, .all = { 6, 20000 } },
		.accept = { .each = { 2000, 1000 }, .all = { 5, 20000 } },
		.serve = { .each = { 1000, 1000 }, .all = { 6, 50000 } },
		.failures = {
			.each = { 20000, 100 },
			.all = { 100, 10000 },
			.slots = 4096,
		},
		.again = {
			.each = { SECOND_US, 5 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 4096,
		},
		.answer_again = { .each = { 20000, 100 },
				  .all = { 1000, 1000 } },
		.requests = {
			.each = { 1000, 1000 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 16384,
		},
		.per_eid = {
			.each = { 3 * SECOND_US, 3 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 65536,
		},
		.per_rloc = {
			.each = { 1000, 1000 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 16384,
		},
		.message_max4 = 1280 - 28,
		.message_max6 = 1280 - 48,
	};
}

void site_rate_split(const struct site_rate *r, size_t sites,
		     struct limit_rate *share, struct limit_rate *pool)
{
	const uint64_t half = 2 * (uint64_t)r->all.interval_us;
	const uint32_t most = r->each.interval_us;
	uint64_t own = half * sites;

	if (own < most)
		own = most;
	if (own > UINT32_MAX)
		own = UINT32_MAX;
	*share = (struct limit_rate){
		.interval_us = (uint32_t)own,
		.burst = (uint32_t)((uint64_t)r->each.burst * most / own),
	};
	if (share->burst < SHARE_BURST)
		share->burst = SHARE_BURST;
	*pool = (struct limit_rate){ (uint32_t)half, r->all.burst };
}

void mr_config_init(struct mr_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->requests = (struct limit_config){
		.each = { 1000, 1000 },
		.all = LIMIT_ALL_TOGETHER,
		.slots = 16384,
	};
	ddt_client_config_init(&cfg->ddt);
}

const char *site_mode_name(enum site_mode mode)
{
	static const char *const names[] = {
		[SITE_AUTO] = "auto",
		[SITE_PROXY] = "proxy",
		[SITE_FORWARD] = "forward",
	};

	return names[mode];
}
