// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Defaults of the Map-Server and the Map-Resolver; see xtr.c for the rates of
 * replies.  A site has a share of 500 Map-Registers a second that is its own:
 * one of 10,000 prefixes sends some thousand when it starts.
 */
#include <string.h>

#include "sm/site.h"

#define SECOND_US	1000000u

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
		.verify = { .each = { 2000, 1000 }, .all = LIMIT_ALL_TOGETHER },
		.accept = { .each = { 2000, 2000 }, .all = LIMIT_ALL_TOGETHER },
		.failures = {
			.each = { 20000, 100 },
			.all = { 100, 10000 },
			.slots = 4096,
		},
		.again = {
			.each = { SECOND_US, 5 },
			.all = { 1000, 1000 },
			.slots = 4096,
		},
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
