// SPDX-License-Identifier: GPL-2.0-or-later
/* A node, to be looked at; see node.h. */
#include <string.h>

#include "sm/node_part.h"

static const char *const counter_names[NODE_COUNT] = {
	[NODE_MESSAGES] = "messages",
	[NODE_UNEXPECTED] = "unexpected",
	[NODE_ECM_BAD] = "ecm-bad",
	[NODE_LOST_ACTIONS] = "lost-actions",
};

static bool view_entry(const struct node *n, const struct cache_entry *e,
		       struct cache_view *v)
{
	const struct locator *petrs;
	unsigned int count;

	if (!e)
		return false;

	*v = (struct cache_view){
		.eid = e->eid,
		.state = cache_state_name(e->state),
		.expires = e->expires,
		.action = e->action,
		.version = e->version,
		.from = e->from,
		.locators = e->locators,
		.locator_count = e->locator_count,
	};
	petrs = cache_petrs(&n->cache, e, &count);
	if (petrs) {
		v->locators = petrs;
		v->locator_count = (uint8_t)count;
		v->petr = true;
	}
	return true;
}

bool node_cache_next(const struct node *n, const struct eid *after,
		     struct cache_view *v)
{
	return view_entry(n, n->cfg.xtr ? eidmap_walk(&n->cache.map, after) :
			  NULL, v);
}

bool node_cache_match(const struct node *n, const struct eid *host,
		      struct cache_view *v)
{
	return view_entry(n, n->cfg.xtr ? cache_match(&n->cache, host) : NULL,
			  v);
}

bool node_rloc(const struct node *n, const struct addr *a,
	       struct rloc_view *v)
{
	struct probe_view p;

	if (!n->cfg.xtr || !probe_view(&n->probe, a, &p))
		return false;
	*v = (struct rloc_view){
		.state = probe_state_name(p.state),
		.down = p.out,
		.since = p.since,
		.replied = p.replied,
		.rtt = p.rtt,
		.hops = p.hops,
	};
	return true;
}

bool node_database_at(const struct node *n, size_t i, struct database_view *v)
{
	size_t servers = n->reg.peer_count ? n->reg.peer_count : 1;
	struct register_view rv;

	if (!n->cfg.xtr || i / servers >= n->db.count)
		return false;

	*v = (struct database_view){
		.eid = n->db.eids[i / servers].eid,
		.state = "local",
	};
	if (!n->reg.peer_count)
		return true;

	register_view(&n->reg, i / servers, i % servers, &rv);
	v->server = *rv.server;
	v->state = register_state_name(rv.state);
	v->refused = rv.refused;
	v->notified = rv.notified;
	return true;
}

const struct ms *node_ms(const struct node *n)
{
	return n->cfg.ms ? &n->ms : NULL;
}

/* The main thread's and all desks'. */
static struct counter_group node_counters(const struct node *n)
{
	uint64_t *total = n->totals->node;

	for (unsigned int k = 0; k < NODE_COUNT; k++) {
		total[k] = n->counters[k];
		for (unsigned int i = 0; i < n->ms.desk_count; i++)
			total[k] += counter_read(&n->desks[i].counters[k]);
	}
	return (struct counter_group){
		.name = "node",
		.names = counter_names,
		.values = total,
		.count = NODE_COUNT,
	};
}

static struct counter_group resolver_counters(const struct node *n)
{
	struct counter_group g = mr_counters(&n->mr);
	uint64_t *total = n->totals->mr;

	memcpy(total, g.values, sizeof(n->totals->mr));
	for (unsigned int i = 0; i < n->ms.desk_count; i++) {
		uint64_t local = counter_read(&n->desks[i].local);

		total[MR_REQUESTS] += local;
		total[MR_LOCAL] += local;
	}
	g.values = total;
	return g;
}

bool node_counters_at(const struct node *n, size_t i, struct counter_group *g)
{
	struct counter_group all[12];
	size_t count = 0;

	all[count++] = node_counters(n);
	if (n->cfg.xtr) {
		all[count++] = resolve_counters(&n->resolve);
		all[count++] = cache_counters(&n->cache);
		all[count++] = probe_counters(&n->probe);
		all[count++] = register_counters(&n->reg);
		all[count++] = answer_counters(&n->answer);
		all[count++] = smr_counters(&n->smr);
	}
	if (n->cfg.ms)
		all[count++] = ms_counters(&n->ms);
	if (n->cfg.mr)
		all[count++] = resolver_counters(n);
	if (n->cfg.mr && n->mr.iterates)
		all[count++] = ddt_client_counters(&n->mr.ddt);
	if (has_ddt(n))
		all[count++] = ddt_counters(&n->ddt);

	if (i >= count)
		return false;
	*g = all[i];
	return true;
}

bool node_histogram_at(const struct node *n, size_t i,
		       struct histogram_view *v)
{
	const struct histogram_view all[] = {
		{ "resolve-latency", &n->resolve.latency },
		{ "probe-rtt", &n->probe.rtt },
	};

	if (!n->cfg.xtr || i >= sizeof(all) / sizeof(all[0]))
		return false;
	*v = all[i];
	return true;
}

void node_status(const struct node *n, struct node_status *s)
{
	memset(s, 0, sizeof(*s));
	if (n->cfg.xtr) {
		s->cache_entries = n->cache.map.count;
		s->resolving = resolve_outstanding(&n->resolve);
		s->local_prefixes = n->db.count;
		s->servers = n->reg.peer_count;
		s->servers_up = register_servers_up(&n->reg);
		s->resolvers = n->cfg.xtr->resolver_count;
	}
	if (n->cfg.mr && n->mr.iterates) {
		s->referrals = n->mr.ddt.cache.map.count;
		s->pending = n->mr.ddt.queries.count;
	}
	if (n->cfg.ms)
		s->registered_prefixes =
			n->ops.store->prefixes(n->ops.store_arg);
	if (n->cfg.ddt) {
		s->ddt_prefixes = n->cfg.ddt->authority_count;
		s->ddt_delegations = n->cfg.ddt->delegation_count;
		s->ddt_signed = n->ddt.sign.records.count;
	}
}

void node_resolver_at(const struct node *n, size_t i, struct resolver_view *v)
{
	const struct resolver *r = &n->resolve.resolvers.list[i];

	*v = (struct resolver_view){
		.addr = n->cfg.xtr->resolvers[i],
		.state = r->failures ? "silent" : r->answered ? "up" : "new",
		.answered = r->answered,
		.rtt = r->rtt,
	};
}

bool node_referral_next(const struct node *n, uint64_t now,
			const struct eid *after, struct referral_view *v)
{
	const struct referral_entry *e = n->cfg.mr ?
		mr_referral_next(&n->mr, now, after) : NULL;

	if (!e)
		return false;
	*v = (struct referral_view){ .eid = e->eid, .set = e->set };
	return true;
}
