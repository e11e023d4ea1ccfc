// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/trace.h"

#include <stdio.h>
#include <string.h>

#include "run/own.h"
#include "run/show.h"

#define VERDICT_MAX	160

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

/* --- locators --- */

/* Why the data plane would not use it; NULL: it may. */
static const char *why_not(const struct daemon *d, const struct locator *l)
{
	struct rloc_view v;

	if (l->priority == LOCATOR_UNUSED)
		return "priority 255: never";
	if (!(l->flags & LOCATOR_REACHABLE))
		return "its site says it is not reachable";
	switch (d->ops.rloc_check(d->ops.arg, &l->addr)) {
	case RLOC_NO_FAMILY:
		return "we have no RLOC of its family";
	case RLOC_OVERLAY:
		return "its route leads through a lisp device";
	case RLOC_OWN:
		return "it is an address of this host";
	case RLOC_USABLE:
		break;
	}
	if (node_rloc(d->node, &l->addr, &v) && v.down)
		return "it does not answer probes";
	return NULL;
}

/* The priority that is used, and the sum of the weights there; 255: none. */
static unsigned int best_priority(const struct daemon *d,
				  const struct cache_view *v,
				  unsigned int *weights, unsigned int *count)
{
	unsigned int best = LOCATOR_UNUSED;

	for (unsigned int i = 0; i < v->locator_count; i++)
		if (!why_not(d, &v->locators[i]) &&
		    v->locators[i].priority < best)
			best = v->locators[i].priority;
	*weights = 0;
	*count = 0;
	for (unsigned int i = 0; i < v->locator_count; i++) {
		if (why_not(d, &v->locators[i]) ||
		    v->locators[i].priority != best)
			continue;
		*weights += v->locators[i].weight;
		++*count;
	}
	return best;
}

static void add_use(const struct daemon *d, struct json_object *o,
		    const struct locator *l, unsigned int best,
		    unsigned int weights, unsigned int count)
{
	const char *why = why_not(d, l);
	char text[64];

	if (why) {
		add_text(o, "use", why);
	} else if (l->priority != best) {
		add_text(o, "use", "others have a better priority");
	} else {
		snprintf(text, sizeof(text), "share %u %%", weights ?
			 100 * l->weight / weights : 100 / count);
		add_text(o, "use", text);
	}
}

static struct json_object *locators(const struct daemon *d,
				    const struct cache_view *v,
				    unsigned int best, unsigned int weights,
				    unsigned int count)
{
	struct json_object *list = show_locators(v->locators,
						 v->locator_count);

	for (unsigned int i = 0; i < v->locator_count; i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		show_add_probing(d, o, &v->locators[i].addr);
		add_use(d, o, &v->locators[i], best, weights, count);
	}
	return list;
}

/* --- verdicts --- */

static const char *negative(const struct conf_vpn *vpn, enum map_action action)
{
	switch (action) {
	case MAP_NO_ACTION:
	case MAP_NATIVELY_FORWARD:
		return vpn->native ? "not a LISP site: leaves natively "
			"through the VPN's uplink" : "not a LISP site: "
			"refused, as the VPN has neither \"native\" nor "
			"\"proxy-etrs\"";
	case MAP_SEND_MAP_REQUEST:
		return "held while the mapping system is asked again";
	case MAP_DROP:
		return "dropped: the mapping says so, without a reason";
	case MAP_DROP_POLICY:
		return "dropped: by policy";
	case MAP_DROP_AUTH:
		return "dropped: an authentication failed";
	}
	return "dropped";
}

static void add_mapping(const struct daemon *d, struct json_object *o,
			const struct conf_vpn *vpn, const struct cache_view *v)
{
	unsigned int weights, count, best;
	char text[VERDICT_MAX];

	best = best_priority(d, v, &weights, &count);
	if (!v->locator_count)
		add_text(o, "verdict", negative(vpn, v->action));
	else if (!count)
		add_text(o, "verdict", "refused: no RLOC of the mapping can "
			 "be used");
	else {
		snprintf(text, sizeof(text), "%sencapsulated to %s",
			 v->petr ? "not a LISP site: " : "",
			 count > 1 ? "one of the RLOCs in use, by flow" :
			 v->petr ? "the one proxy ETR in use" :
			 "the one RLOC that is in use");
		add_text(o, "verdict", text);
	}
	show_add_mapping(o, v);
	json_object_object_del(o, "locators");
	json_object_object_add(o, "locators",
			       locators(d, v, best, weights, count));
}

static const struct conf_vpn *find_vpn(const struct conf_xtr *x, uint32_t iid)
{
	for (size_t i = 0; x && i < x->vpn_count; i++)
		if (x->vpns[i].iid == iid)
			return &x->vpns[i];
	return NULL;
}

static bool is_local(const struct daemon *d, const struct eid *host)
{
	const struct own *o = roles_own(d->roles);

	for (size_t i = own_first(o, host->iid); i < o->eid_count; i++)
		if (eid_contains(&o->eids[i], host))
			return true;
	return false;
}

static void add_verdict(const struct daemon *d, struct json_object *o,
			const struct conf_vpn *vpn, const struct eid *host)
{
	struct cache_view v;

	if (is_local(d, host))
		add_text(o, "verdict", "an EID of this site: not "
			 "encapsulated");
	else if (addr_is_multicast(&host->prefix.addr))
		add_text(o, "verdict", "refused: multicast");
	else if (node_cache_match(d->node, host, &v))
		add_mapping(d, o, vpn, &v);
	else
		add_text(o, "verdict", "held while the mapping system is "
			 "asked: there is no mapping yet");
}

struct json_object *trace(const struct daemon *d, const struct eid *host)
{
	const struct conf_vpn *vpn = find_vpn(d->conf->xtr, host->iid);
	struct json_object *o = json_object_new_object();
	char text[ADDR_TEXT_MAX];

	add_number(o, "iid", host->iid);
	add_text(o, "eid", addr_text(&host->prefix.addr, text));
	if (!vpn) {
		add_text(o, "verdict", "no VPN here has this Instance-ID");
		return o;
	}
	add_text(o, "vpn", vpn->name);
	add_text(o, "device", vpn->device);
	add_text(o, "vrf", vpn->vrf);
	add_verdict(d, o, vpn, host);
	return o;
}
