// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/reload.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cfg/load.h"
#include "io/clock.h"
#include "io/log.h"
#include "lib/plain.h"
#include "run/execute.h"
#include "run/metrics.h"
#include "run/refusal.h"
#include "run/vpns.h"
#include "run/worker.h"

__attribute__((format(printf, 3, 4)))
static int refuse(struct reload_result *r, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r->why, sizeof(r->why), fmt, ap);
	va_end(ap);
	plain_make(r->why);		/* it may have been cut off */
	return err;
}

/* --- the file --- */

/* All mistakes into the log, the first one for who asked. */
static struct conf *load(struct daemon *d, struct reload_result *r)
{
	struct cfg_errors e;
	struct conf *c;

	cfg_errors_init(&e, d->file);
	c = conf_load(d->file, &e);
	for (unsigned int i = 0; i < e.count && i < CFG_ERRORS_MAX; i++)
		log_error("%s", e.lines[i] ? e.lines[i] : "out of memory");
	if (e.count)
		refuse(r, 0, "%s%s", e.lines[0] ? e.lines[0] : "out of memory",
		       e.count > 1 ? " (and more, see the log)" : "");
	cfg_errors_free(&e);
	return c;
}

/* --- what cannot change --- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static bool same_listen(const struct conf *a, const struct conf *b)
{
	if (a->listen_count != b->listen_count)
		return false;
	for (size_t i = 0; i < a->listen_count; i++)
		if (!addr_equal(&a->listen[i], &b->listen[i]))
			return false;
	return true;
}

static uint64_t workers_of(const struct conf *c)
{
	return c->ms ? c->ms->workers : 1;
}

/* The first key that differs, NULL: none.  Who is not given a name keeps it: at
 * the start it was the host's. */
static const char *needs_restart(const struct daemon *d, const struct conf *b)
{
	const struct conf *a = d->conf;
	const struct conf_xtr *x = a->xtr, *y = b->xtr;

	if (b->name && strcmp(b->name, d->name))
		return "name";
	if (!same_text(a->control_socket, b->control_socket))
		return "control-socket";
	if (!same_text(a->control_group, b->control_group))
		return "control-group";
	if (!same_text(a->state_dir, b->state_dir))
		return "state-dir";
	if (!same_text(a->user, b->user))
		return "user";
	if (!same_text(a->underlay, b->underlay))
		return "underlay";
	if (!same_listen(a, b))
		return "listen";
	/* The new one cannot be there before the old one has gone. */
	if (a->metrics && b->metrics && a->metrics->port == b->metrics->port &&
	    !addr_equal(&a->metrics->address, &b->metrics->address))
		return "metrics.address";
	if (workers_of(a) != workers_of(b))
		return "map-server.workers";
	if (!x != !y)
		return "xtr";
	if (!x)
		return NULL;
	if (x->origin != y->origin)
		return "xtr.origin";
	if (x->stale_limit != y->stale_limit)
		return "xtr.stale-limit";
	if (x->route_protocol != y->route_protocol)
		return "xtr.route-protocol";
	return x->route_metric != y->route_metric ? "xtr.route-metric" : NULL;
}

/* --- the data plane --- */

/* A change of the daemon's configuration and what was made of it. */
static void use(struct daemon *d, const struct conf *c, struct roles *roles)
{
	d->conf = c;
	d->roles = roles;
}

static int change_vpns(struct daemon *d, const struct conf *c,
		       struct roles *roles, struct reload_result *r)
{
	const struct conf *old = d->conf;
	struct roles *old_roles = d->roles;
	int err;

	if (!d->dp)
		return 0;
	use(d, c, roles);
	err = vpns_check_underlay(d);
	if (!err) {
		vpns_remove_other(d, old);
		err = vpns_add(d);
	}
	if (!err)
		return 0;

	use(d, old, old_roles);
	if (err == -ELOOP)
		refuse(r, err, "an address of the underlay leads through a "
		       "lisp device, see the log");
	else
		refuse(r, err, "the data plane refuses: %s", dp_why(d->dp));
	if (err != -ELOOP && vpns_add(d))
		log_error("and what was there cannot be put back");
	return err;
}

/* --- the node --- */

static int take_over(struct daemon *d, struct node *n,
		     struct reload_result *r)
{
	const struct daemon_sync at_start = d->sync;
	struct node *old = d->node;
	uint64_t now = clock_ms();
	int err = 0;

	d->node = n;
	r->changed = node_replace(n, old, now, execute_begin(d));
	execute_end(d);
	node_start(n, now, execute_begin(d));
	execute_end(d);
	if (d->dp)
		err = vpns_sync(d);
	node_inherit(n, old);
	node_free(old);
	execute_begin(d);
	execute_end(d);			/* the timer */
	d->sync = at_start;
	return err;
}

static int change(struct daemon *d, const struct conf *c,
		  struct reload_result *r)
{
	struct roles *roles, *old_roles = d->roles;
	struct node *n;
	int err;

	/* Everything that may fail comes before anything changes. */
	refusal_forget();
	err = daemon_make(d, c, &roles, &n);
	if (err)
		return refuse(r, err, "cannot set up: %s", refusal_last()[0] ?
			      refusal_last() : strerror(-err));
	err = change_vpns(d, c, roles, r);
	if (err) {
		node_free(n);
		roles_free(roles);
		return err;
	}

	use(d, c, roles);
	err = take_over(d, n, r);
	if (err)
		log_error("the map-cache could not be read: known mappings "
			  "stay until they expire");
	roles_free(old_roles);
	return 0;
}

static int change_conf(struct daemon *d, struct conf *c,
		       struct reload_result *r)
{
	char why[METRICS_WHY_MAX];
	struct metrics *m;
	int err;

	err = metrics_reopen(d, c, &m, why, sizeof(why));
	if (err)
		return refuse(r, err, "%s", why);
	err = change(d, c, r);
	if (m != d->metrics) {
		metrics_close(err ? m : d->metrics);
		d->metrics = err ? d->metrics : m;
	}
	if (err)
		return err;
	conf_free(d->reloaded);
	d->reloaded = c;
	if (!d->debug)
		log_set_level(daemon_log_level(c));
	return 0;
}

static int reload_file(struct daemon *d, struct reload_result *r)
{
	const char *key;
	struct conf *c;
	int err;

	memset(r, 0, sizeof(*r));
	if (!d->file || d->stopping)
		return refuse(r, -EINVAL, "there is no file to read, or "
			      "lispd is stopping");
	c = load(d, r);
	if (!c)
		return -EINVAL;
	key = needs_restart(d, c);
	workers_pause(d);
	err = key ? refuse(r, -EINVAL, "%s: \"%s\" differs, which needs a "
			   "restart", d->file, key)
		  : change_conf(d, c, r);
	workers_resume(d);
	if (err) {
		conf_free(c);
		log_error("not reconfigured: %s", r->why);
		return err;
	}
	log_notice("reconfigured: %llu EID-prefixes of our own changed",
		   (unsigned long long)r->changed);
	return 0;
}

int reload(struct daemon *d, struct reload_result *r)
{
	bool tell = !d->stopping;
	int err;

	if (tell)
		service_reloading(&d->service);
	err = reload_file(d, r);
	if (tell)
		service_ready(&d->service);
	return err;
}

int reload_same(struct daemon *d)
{
	struct reload_result r;
	int err;

	memset(&r, 0, sizeof(r));
	workers_pause(d);
	err = change(d, d->conf, &r);
	workers_resume(d);
	if (err)
		log_error("not followed: %s", r.why);
	else
		log_info("%llu EID-prefixes of our own changed",
			 (unsigned long long)r.changed);
	return err;
}
