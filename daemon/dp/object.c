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
};

static const char *const drop_reasons[] = {
	[LISP_DROP_REASON_NONE] = "none",
	[LISP_DROP_REASON_TX_NOT_IP] = "tx-not-ip",
	[LISP_DROP_REASON_TX_MULTICAST] = "tx-multicast",
	[LISP_DROP_REASON_TX_LOCAL_EID] = "tx-local-eid",
	[LISP_DROP_REASON_NO_MAP] = "no-map",
	[LISP_DROP_REASON_NO_LISTENER] = "no-listener",
	[LISP_DROP_REASON_HOLD_TIMEOUT] = "hold-timeout",
	[LISP_DROP_REASON_HOLD_EVICTED] = "hold-evicted",
	[LISP_DROP_REASON_HOLD_FULL] = "hold-full",
	[LISP_DROP_REASON_HOLD_PURGED] = "hold-purged",
	[LISP_DROP_REASON_MAP_DROP] = "map-drop",
	[LISP_DROP_REASON_MAP_POLICY] = "map-policy",
	[LISP_DROP_REASON_MAP_AUTH] = "map-auth",
	[LISP_DROP_REASON_MAP_ASK] = "map-ask",
	[LISP_DROP_REASON_NATIVE_NO_DEVICE] = "native-no-device",
	[LISP_DROP_REASON_NATIVE_NO_ROUTE] = "native-no-route",
	[LISP_DROP_REASON_NO_LOCATOR] = "no-locator",
	[LISP_DROP_REASON_NO_FAMILY] = "no-family",
	[LISP_DROP_REASON_NO_ROUTE] = "no-route",
	[LISP_DROP_REASON_LOOP] = "loop",
	[LISP_DROP_REASON_MTU] = "mtu",
	[LISP_DROP_REASON_TX_TTL] = "tx-ttl",
	[LISP_DROP_REASON_TX_NO_MEMORY] = "tx-no-memory",
	[LISP_DROP_REASON_TX_ERROR] = "tx-error",
	[LISP_DROP_REASON_RX_SHORT] = "rx-short",
	[LISP_DROP_REASON_RX_CONTROL] = "rx-control",
	[LISP_DROP_REASON_RX_CRYPTO] = "rx-crypto",
	[LISP_DROP_REASON_RX_UNKNOWN_IID] = "rx-unknown-iid",
	[LISP_DROP_REASON_RX_DEVICE_DOWN] = "rx-device-down",
	[LISP_DROP_REASON_RX_BAD_INNER] = "rx-bad-inner",
	[LISP_DROP_REASON_RX_NOT_LOCAL] = "rx-not-local",
	[LISP_DROP_REASON_RX_ECN] = "rx-ecn",
	[LISP_DROP_REASON_RX_TTL] = "rx-ttl",
	[LISP_DROP_REASON_RX_NO_MEMORY] = "rx-no-memory",
};

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

const char *dp_drop_reason_name(uint32_t reason)
{
	return name_of(drop_reasons, COUNT(drop_reasons), reason);
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
