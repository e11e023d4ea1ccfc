// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Defaults of the xTR machines, and why.
 *
 * Requests: RFC 9301 5.3 allows one a second per EID; the rest keeps a scan
 * of one VPN from using up what others need.  Replies: 5.4 recommends one per
 * three seconds; a burst of three lets a lost reply be asked for again.
 * Probes: spec 02 8; 65,536 targets a minute are under 1,100 a second.
 * Message sizes: spec 02 1, what fits where nothing is known about the path
 * (576 octets over IPv4, 1280 over IPv6) for registrations; replies may use
 * more, since they go back the way a request came.  However large the packets
 * of a path, a Map-Register is no larger than an Ethernet's: that is what
 * everybody's buffer takes, and the Map-Notify comes back as large.
 */
#include <string.h>

#include "sm/util.h"
#include "sm/xtr.h"

#define SECOND_US	1000000u

#define UDP4_HEADERS	28
#define UDP6_HEADERS	48
#define ETHERNET_MTU	1500

void xtr_config_init(struct xtr_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->mapping_ttl = RECORD_TTL_DEFAULT_MIN;

	cfg->resolve = (struct resolve_limits){
		.outstanding = 16384,
		.per_iid = 4096,
		.waiters = 64,
		.requests = { .interval_us = 500, .burst = 2000 },
	};
	cfg->cache = (struct cache_limits){
		.entries = 1000000,
		.ttl_max = 24 * 3600,
		.ttl_unusable = 60,
		.locators = 32,
		.min_len4 = 8,
		.min_len6 = 16,
	};
	cfg->probe = (struct probe_limits){
		.interval = 60 * 1000,
		.retry = 1000,
		.tries = 3,
		.rise = 2,
		.backoff = 2000,
		.targets = 65536,
		.rate = { .interval_us = 500, .burst = 200 },
	};
	cfg->reg = (struct register_limits){
		.interval = 60 * 1000,
		.quick_interval = 20 * 1000,
		.quick_time = 300 * 1000,
		.retry_min = 1000,
		.message_max4 = 576 - UDP4_HEADERS,
		.message_max6 = 1280 - UDP6_HEADERS,
	};
	cfg->answer = (struct answer_limits){
		.per_eid = {
			.each = { 3 * SECOND_US, 3 },
			.all = { 200, 10000 },
			.slots = 16384,
		},
		.per_rloc = {
			.each = { 10000, 200 },
			.all = { 200, 10000 },
			.slots = 4096,
		},
		.probes = {
			.each = { 100000, 20 },
			.all = { 200, 10000 },
			.slots = 4096,
		},
		.message_max4 = 1280 - UDP4_HEADERS,
		.message_max6 = 1280 - UDP6_HEADERS,
	};
}

unsigned int xtr_message_max(enum addr_family family, unsigned int mtu)
{
	/* Steps, as anybody can make up an ICMP message, and each that makes a
	 * path's MTU smaller costs a reload. */
	static const unsigned int steps[] = {
		ETHERNET_MTU, 1400, 1280, 1000, 576,
	};
	unsigned int headers = family == ADDR_IPV4 ? UDP4_HEADERS :
		UDP6_HEADERS;
	size_t i = 0;

	if (!mtu)
		return 0;
	while (i < ARRAY_SIZE(steps) - 1 && mtu < steps[i])
		i++;
	return steps[i] - headers;
}

/* Asked for each mapping that is found after a restart. */
static bool holds(const uint32_t *iids, size_t n, uint32_t iid)
{
	size_t low = 0;

	while (low < n) {
		size_t mid = low + (n - low) / 2;

		if (iids[mid] == iid)
			return true;
		if (iids[mid] < iid)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

bool xtr_has_iid(const struct xtr_config *cfg, uint32_t iid)
{
	return holds(cfg->iids, cfg->iid_count, iid);
}

bool xtr_is_pitr(const struct xtr_config *cfg, uint32_t iid)
{
	return holds(cfg->pitr_iids, cfg->pitr_iid_count, iid);
}
