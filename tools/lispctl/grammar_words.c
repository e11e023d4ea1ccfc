// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of the grammar, and how the value of each is read. */
#include "grammar_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/lisp.h>

#include "sm/event.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int number(const char *text, uint32_t min, uint32_t max, uint32_t *to)
{
	unsigned long long v;
	char *end;

	/* strtoull() would take "-1" and " 1" too. */
	if (*text < '0' || *text > '9')
		return -EINVAL;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v < min || v > max)
		return -EINVAL;
	*to = v;
	return 0;
}

static const char *const whats[] = {
	"status", "map-cache", "database", "registrations", "sites",
	"referral-cache", "rlocs", "statistics",
};

static const char *nth_what(uint32_t i)
{
	return i < COUNT(whats) ? whats[i] : "?";
}

static int read_what(const char *text, struct args *a)
{
	for (size_t i = 0; i < COUNT(whats); i++)
		if (!strcmp(whats[i], text)) {
			a->what = whats[i];
			return 0;
		}
	return -EINVAL;
}

static int read_address(const char *text, struct args *a)
{
	return addr_from_text(text, &a->address);
}

static int read_eid(const char *text, struct args *a)
{
	return addr_from_text(text, &a->eid);
}

static int read_iid(const char *text, struct args *a)
{
	return number(text, 0, LISP_IID_MAX, &a->iid);
}

static int read_prefix(const char *text, struct args *a)
{
	return prefix_from_text(text, &a->prefix);
}

static int read_underlay(const char *text, struct args *a)
{
	if (!*text || strlen(text) >= DP_DEVICE_NAME_MAX)
		return -EINVAL;
	a->underlay = text;
	return 0;
}

static int read_vrf(const char *text, struct args *a)
{
	if (!*text || strlen(text) >= DP_DEVICE_NAME_MAX)
		return -EINVAL;
	a->vrf = text;
	return 0;
}

static int read_rloc(const char *text, struct args *a)
{
	struct dp_locators *l = &a->locators;
	struct addr addr;

	if (l->count == DP_LOCATORS_MAX || addr_from_text(text, &addr))
		return -EINVAL;
	l->list[l->count++] = (struct dp_locator) {
		.addr = addr,
		.port = DP_DATA_PORT,
		.priority = 1,
		.weight = 100,
		.flags = LISP_LOC_FLAG_REACHABLE,
	};
	return 0;
}

/* The locator that priority, weight and port are said of. */
static struct dp_locator *last_locator(struct args *a)
{
	return &a->locators.list[a->locators.count - 1];
}

static int read_priority(const char *text, struct args *a)
{
	uint32_t v;

	if (number(text, 0, 255, &v))
		return -EINVAL;
	last_locator(a)->priority = v;
	return 0;
}

static int read_weight(const char *text, struct args *a)
{
	uint32_t v;

	if (number(text, 0, 255, &v))
		return -EINVAL;
	last_locator(a)->weight = v;
	return 0;
}

static int read_locator_port(const char *text, struct args *a)
{
	uint32_t v;

	if (number(text, 1, 65535, &v))
		return -EINVAL;
	last_locator(a)->port = v;
	return 0;
}

/* "yes" sets @flag of the last locator, "no" clears it. */
static int read_flag(const char *text, struct args *a, uint8_t flag)
{
	struct dp_locator *l = last_locator(a);

	if (!strcmp(text, "yes"))
		l->flags |= flag;
	else if (!strcmp(text, "no"))
		l->flags &= 0xff - flag;
	else
		return -EINVAL;
	return 0;
}

static const char *nth_flag(uint32_t i)
{
	return i == 0 ? "no" : i == 1 ? "yes" : "?";
}

static int read_reachable(const char *text, struct args *a)
{
	return read_flag(text, a, LISP_LOC_FLAG_REACHABLE);
}

static int read_echo_nonce(const char *text, struct args *a)
{
	return read_flag(text, a, LISP_LOC_FLAG_ECHO_NONCE);
}

static int read_gpe(const char *text, struct args *a)
{
	return read_flag(text, a, LISP_LOC_FLAG_GPE);
}

static int read_home_iid(const char *text, struct args *a)
{
	return number(text, 0, LISP_IID_MAX, &a->home_iid);
}

static int read_action(const char *text, struct args *a)
{
	int v = dp_action_from_name(text);

	if (v < 0)
		return -EINVAL;
	a->action = v;
	return 0;
}

static int read_ttl(const char *text, struct args *a)
{
	return number(text, 0, UINT32_MAX, &a->ttl);
}

static int read_version(const char *text, struct args *a)
{
	return number(text, 0, 4095, &a->version);
}

static int read_origin(const char *text, struct args *a)
{
	return number(text, 0, UINT32_MAX, &a->origin);
}

static int read_port(const char *text, struct args *a)
{
	return number(text, 1, 65535, &a->port);
}

static int read_state(const char *text, struct args *a)
{
	int v = dp_rloc_state_from_name(text);

	if (v < 0)
		return -EINVAL;
	a->state = v;
	return 0;
}

static int read_rtt(const char *text, struct args *a)
{
	return number(text, 0, UINT32_MAX, &a->rtt);
}

static int read_config(const char *text, struct args *a)
{
	if (!*text)
		return -EINVAL;
	a->config = text;
	return 0;
}

static int read_delay(const char *text, struct args *a)
{
	return number(text, 1, 3600, &a->delay);
}

static int read_times(const char *text, struct args *a)
{
	return number(text, 1, UINT32_MAX, &a->times);
}

static int read_device(const char *text, struct args *a)
{
	if (!*text || strlen(text) >= DP_DEVICE_NAME_MAX ||
	    a->device_count == ARGS_DEVICES_MAX)
		return -EINVAL;
	a->devices[a->device_count++] = text;
	return 0;
}

/* What begins with "-" the capturing program would take for an option. */
static int read_write(const char *text, struct args *a)
{
	if (!*text || (*text == '-' && text[1]))
		return -EINVAL;
	a->write = text;
	return 0;
}

static const char *const programs[] = { "tcpdump", "tshark" };

static const char *nth_program(uint32_t i)
{
	return i < COUNT(programs) ? programs[i] : "?";
}

static int read_with(const char *text, struct args *a)
{
	for (size_t i = 0; i < COUNT(programs); i++)
		if (!strcmp(programs[i], text)) {
			a->with = programs[i];
			return 0;
		}
	return -EINVAL;
}

/* Kinds of events: of the kernel, lispd's machines, and its other events. */
static const char *const kinds[] = {
	"miss", "map", "local", "rloc", "reach", "iid",
	"cache", "ddt", "probe", "register", "resolve", "resolver",
};

static const char *nth_kind(uint32_t i)
{
	if (i < COUNT(kinds))
		return kinds[i];
	i -= COUNT(kinds);
	return i < LOG_EVENT_COUNT ? log_events[i].name : "?";
}

static int read_kind(const char *text, struct args *a)
{
	for (uint32_t i = 0; a->kind_count < ARGS_KINDS_MAX &&
	     *nth_kind(i) != '?'; i++)
		if (!strcmp(nth_kind(i), text)) {
			a->kinds[a->kind_count++] = nth_kind(i);
			return 0;
		}
	return -EINVAL;
}

static int read_retries(const char *text, struct args *a)
{
	return number(text, 0, UINT32_MAX, &a->retries);
}

#define ADDRESS_FORM	"an IPv4 or IPv6 address"

const struct word words[WORD_COUNT] = {
#define WORD(name_, value_, read_, expected_) \
	.name = name_, .value = value_, .read = read_, .expected = expected_
#define OF_LOCATOR	.of_locator = true, .repeats = true
	[WORD_WHAT] = { WORD("show", "WHAT", read_what, "status, map-cache, "
		"database, registrations, sites, referral-cache, rlocs or "
		"statistics"), .nth = nth_what },
	[WORD_ADDRESS] = { WORD("rloc", "ADDRESS", read_address,
		ADDRESS_FORM) },
	[WORD_EID] = { WORD("eid", "ADDRESS", read_eid, ADDRESS_FORM) },
	[WORD_IID] = { WORD("iid", "IID", read_iid,
		"an Instance-ID, 0 to 16777214") },
	[WORD_PREFIX] = { WORD("prefix", "PREFIX", read_prefix,
		"an EID-prefix, like 10.1.0.0/16 or 2001:db8::/48, with no "
		"bits set beyond its length") },
	[WORD_UNDERLAY] = { WORD("underlay", "VRF", read_underlay,
		"the name of a VRF device") },
	[WORD_RLOC] = { WORD("rloc", "ADDRESS", read_rloc,
		ADDRESS_FORM ", of at most 32"), .repeats = true },
	[WORD_PRIORITY] = { WORD("priority", "0-255", read_priority,
		"a number, 0 to 255"), OF_LOCATOR },
	[WORD_WEIGHT] = { WORD("weight", "0-255", read_weight,
		"a number, 0 to 255"), OF_LOCATOR },
	[WORD_LOCATOR_PORT] = { WORD("port", "PORT", read_locator_port,
		"a UDP port, 1 to 65535"), OF_LOCATOR },
	[WORD_REACHABLE] = { WORD("reachable", "yes|no", read_reachable,
		"yes or no"), .nth = nth_flag, OF_LOCATOR },
	[WORD_ECHO_NONCE] = { WORD("echo-nonce", "yes|no", read_echo_nonce,
		"yes or no"), .nth = nth_flag, OF_LOCATOR },
	[WORD_GPE] = { WORD("gpe", "yes|no", read_gpe, "yes or no"),
		.nth = nth_flag, OF_LOCATOR },
	[WORD_ACTION] = { WORD("action", "ACTION", read_action,
		"forward, native, ask, drop, drop-policy or drop-auth"),
		.nth = dp_action_name },
	[WORD_TTL] = { WORD("ttl", "SECONDS", read_ttl,
		"seconds, 0 for ever") },
	[WORD_VERSION] = { WORD("version", "0-4095", read_version,
		"a number, 0 to 4095") },
	[WORD_ORIGIN] = { WORD("origin", "NUMBER", read_origin,
		"a number, 0 to 4294967295") },
	[WORD_PORT] = { WORD("port", "PORT", read_port,
		"a UDP port, 1 to 65535") },
	[WORD_STATE] = { WORD("state", "STATE", read_state, "up, down, "
		"unreachable-probe, unreachable-nonce, unreachable-status or "
		"unreachable-icmp"), .nth = dp_rloc_state_name },
	[WORD_RTT] = { WORD("rtt", "MICROSECONDS", read_rtt,
		"microseconds, 0: not known") },
	[WORD_HOME_IID] = { WORD("home-iid", "IID", read_home_iid,
		"an Instance-ID, 0 to 16777214") },
	[WORD_VRF] = { WORD("vrf", "VRF", read_vrf,
		"the name of a VRF device") },
	[WORD_CONFIG] = { WORD("config", "FILE", read_config,
		"a configuration of lispd") },
	[WORD_DELAY] = { WORD("-d", "SECONDS", read_delay,
		"seconds, 1 to 3600") },
	[WORD_TIMES] = { WORD("-n", "TIMES", read_times,
		"a number, from 1") },
	[WORD_DEVICE] = { WORD("device", "DEVICE", read_device,
		"the name of a device, of at most 8"), .repeats = true },
	[WORD_WRITE] = { WORD("write", "FILE", read_write,
		"the name of a file, \"-\" for standard output") },
	[WORD_WITH] = { WORD("with", "PROGRAM", read_with,
		"tcpdump or tshark"), .nth = nth_program },
	[WORD_KIND] = { WORD("kind", "KIND", read_kind, "at most 16 of miss, "
		"map, local, rloc, reach, iid (of the kernel), transition, "
		"cache, ddt, probe, register, resolve, resolver, or another "
		"event that lispd logs"), .nth = nth_kind, .repeats = true },
	[WORD_RETRIES] = { WORD("retries", "NUMBER", read_retries,
		"a number, 0 to 4294967295") },
	/* Without a value. */
	[WORD_DRY_RUN] = { .name = "--dry-run" },
	[WORD_KERNEL] = { .name = "--kernel" },
	[WORD_DAEMON] = { .name = "--daemon" },
#undef OF_LOCATOR
#undef WORD
};
