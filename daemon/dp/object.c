// SPDX-License-Identifier: GPL-2.0-or-later
/* Name tables.  Where the kernel is newer than we are, a name is "?". */
#include "dp/object.h"

#include <errno.h>
#include <string.h>

#include <linux/lisp.h>

#include "dp/dp.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *const actions[] = {
	[LISP_ACTION_FORWARD] = "forward",
	[LISP_ACTION_NATIVE] = "native",
	[LISP_ACTION_ASK] = "ask",
	[LISP_ACTION_DROP] = "drop",
	[LISP_ACTION_DROP_POLICY] = "drop-policy",
	[LISP_ACTION_DROP_AUTH] = "drop-auth",
};

static const char *const events[] = {
	[LISP_EVENT_NEW] = "new",
	[LISP_EVENT_REPLACED] = "replaced",
	[LISP_EVENT_DELETED] = "deleted",
	[LISP_EVENT_EXPIRED] = "expired",
};

static const char *const rloc_states[] = {
	[LISP_RLOC_STATE_UP] = "up",
	[LISP_RLOC_STATE_DOWN] = "down",
	[LISP_RLOC_STATE_UNREACHABLE_PROBE] = "unreachable-probe",
	[LISP_RLOC_STATE_UNREACHABLE_NONCE] = "unreachable-nonce",
	[LISP_RLOC_STATE_UNREACHABLE_STATUS] = "unreachable-status",
	[LISP_RLOC_STATE_UNREACHABLE_ICMP] = "unreachable-icmp",
};

static const char *const reach_events[] = {
	[LISP_REACH_EVENT_STATUS_BITS] = "status-bits",
	[LISP_REACH_EVENT_SOURCE_NEWER] = "source-newer",
	[LISP_REACH_EVENT_DEST_OLDER] = "dest-older",
	[LISP_REACH_EVENT_DEST_NEWER] = "dest-newer",
	[LISP_REACH_EVENT_GLEANED] = "gleaned",
};

/* A switch, so that the compiler finds the reason that has no name. */
static const char *drop_reason(enum lisp_drop_reason reason)
{
	switch (reason) {
	case LISP_DROP_REASON_NONE:
		return "none";
	case LISP_DROP_REASON_TX_NOT_IP:
		return "tx-not-ip";
	case LISP_DROP_REASON_TX_MULTICAST:
		return "tx-multicast";
	case LISP_DROP_REASON_TX_LOCAL_EID:
		return "tx-local-eid";
	case LISP_DROP_REASON_NO_MAP:
		return "no-map";
	case LISP_DROP_REASON_NO_LISTENER:
		return "no-listener";
	case LISP_DROP_REASON_HOLD_TIMEOUT:
		return "hold-timeout";
	case LISP_DROP_REASON_HOLD_EVICTED:
		return "hold-evicted";
	case LISP_DROP_REASON_HOLD_FULL:
		return "hold-full";
	case LISP_DROP_REASON_HOLD_PURGED:
		return "hold-purged";
	case LISP_DROP_REASON_MAP_DROP:
		return "map-drop";
	case LISP_DROP_REASON_MAP_POLICY:
		return "map-policy";
	case LISP_DROP_REASON_MAP_AUTH:
		return "map-auth";
	case LISP_DROP_REASON_MAP_ASK:
		return "map-ask";
	case LISP_DROP_REASON_NATIVE_NO_DEVICE:
		return "native-no-device";
	case LISP_DROP_REASON_NATIVE_NO_ROUTE:
		return "native-no-route";
	case LISP_DROP_REASON_NO_LOCATOR:
		return "no-locator";
	case LISP_DROP_REASON_NO_FAMILY:
		return "no-family";
	case LISP_DROP_REASON_NO_ROUTE:
		return "no-route";
	case LISP_DROP_REASON_LOOP:
		return "loop";
	case LISP_DROP_REASON_MTU:
		return "mtu";
	case LISP_DROP_REASON_TX_TTL:
		return "tx-ttl";
	case LISP_DROP_REASON_TX_NO_MEMORY:
		return "tx-no-memory";
	case LISP_DROP_REASON_TX_ERROR:
		return "tx-error";
	case LISP_DROP_REASON_RX_SHORT:
		return "rx-short";
	case LISP_DROP_REASON_RX_CONTROL:
		return "rx-control";
	case LISP_DROP_REASON_RX_CRYPTO:
		return "rx-crypto";
	case LISP_DROP_REASON_RX_UNKNOWN_IID:
		return "rx-unknown-iid";
	case LISP_DROP_REASON_RX_DEVICE_DOWN:
		return "rx-device-down";
	case LISP_DROP_REASON_RX_BAD_INNER:
		return "rx-bad-inner";
	case LISP_DROP_REASON_RX_NOT_LOCAL:
		return "rx-not-local";
	case LISP_DROP_REASON_RX_ECN:
		return "rx-ecn";
	case LISP_DROP_REASON_RX_TTL:
		return "rx-ttl";
	case LISP_DROP_REASON_RX_NO_MEMORY:
		return "rx-no-memory";
	case LISP_DROP_REASON_RX_VERSION_NONE:
		return "rx-version-none";
	case LISP_DROP_REASON_RX_VERSION_NEWER:
		return "rx-version-newer";
	case LISP_DROP_REASON_RX_VERSION_STALE:
		return "rx-version-stale";
	case LISP_DROP_REASON_RX_SOURCE_VERSION:
		return "rx-source-version";
	case LISP_DROP_REASON_TX_NO_IID:
		return "tx-no-iid";
	case LISP_DROP_REASON_RX_ETHERNET:
		return "rx-ethernet";
	case LISP_DROP_REASON_RX_NEXT_PROTOCOL:
		return "rx-next-protocol";
	}
	return NULL;
}

static const char *const paths[DP_PATH_COUNT] = {
	[DP_PATH_OUT] = "out",
	[DP_PATH_NONE] = "none",
	[DP_PATH_OVERLAY] = "overlay",
	[DP_PATH_OWN] = "own",
};

static const char *name_of(const char *const *names, size_t n, uint32_t v)
{
	return v < n && names[v] ? names[v] : "?";
}

static int value_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return -EINVAL;
}

const char *dp_action_name(uint32_t action)
{
	return name_of(actions, COUNT(actions), action);
}

const char *dp_event_name(uint32_t event)
{
	return name_of(events, COUNT(events), event);
}

const char *dp_rloc_state_name(uint32_t state)
{
	return name_of(rloc_states, COUNT(rloc_states), state);
}

const char *dp_reach_event_name(uint32_t event)
{
	return name_of(reach_events, COUNT(reach_events), event);
}

const char *dp_drop_reason_name(uint32_t reason)
{
	const char *name = drop_reason((enum lisp_drop_reason)reason);

	return name ? name : "?";
}

unsigned int dp_drop_reason_count(void)
{
	unsigned int n = 0;

	while (drop_reason((enum lisp_drop_reason)n))
		n++;
	return n;
}

const char *dp_path_name(enum dp_path p)
{
	return name_of(paths, COUNT(paths), p);
}

int dp_action_from_name(const char *name)
{
	return value_of(actions, COUNT(actions), name);
}

int dp_rloc_state_from_name(const char *name)
{
	return value_of(rloc_states, COUNT(rloc_states), name);
}
