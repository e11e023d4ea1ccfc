// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "crypto/random.h"
#include "io/clock.h"
#include "io/ctl.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/outbox.h"
#include "run/control.h"
#include "run/execute.h"
#include "run/follow.h"
#include "run/metrics.h"
#include "run/ops.h"
#include "run/own.h"
#include "run/reload.h"
#include "run/vpns.h"
#include "run/worker.h"

#define SYNC_INTERVAL_MS	1000

/* How long a clean stop waits for the Map-Servers' acknowledgements. */
#define STOP_GRACE_MS		1000

enum log_level daemon_log_level(const struct conf *c)
{
	static const enum log_level levels[] = {
		[CONF_LOG_ERROR] = LOG_LEVEL_ERROR,
		[CONF_LOG_WARNING] = LOG_LEVEL_WARNING,
		[CONF_LOG_INFO] = LOG_LEVEL_INFO,
		[CONF_LOG_DEBUG] = LOG_LEVEL_DEBUG,
	};

	return levels[c->log_level];
}

/* --- what needs root --- */

/* "/run/lisp" of "/run/lisp/a.sock", if it is not there yet. */
static void make_parent(const char *path)
{
	char *copy = strdup(path);
	char *slash = copy ? strrchr(copy, '/') : NULL;

	if (slash && slash != copy) {
		*slash = '\0';
		/* If this fails, so does what needs it, with a reason.  Who
		 * may go in is no matter of who started us: umask(2). */
		if (!mkdir(copy, 0755))
			chmod(copy, 0755);
	}
	free(copy);
}

static int find_user(struct daemon *d)
{
	int err = priv_find_user(d->conf->user, &d->user);

	if (err)
		log_error("there is no user \"%s\"", d->conf->user);
	return err;
}

static int open_ctl(struct daemon *d)
{
	struct ctl_config cfg = {
		.path = d->conf->control_socket,
		.uid = d->user.uid,
		.gid = (gid_t)-1,
	};
	int err;

	if (d->conf->control_group &&
	    priv_find_group(d->conf->control_group, &cfg.gid)) {
		log_error("there is no group \"%s\"", d->conf->control_group);
		return -ENOENT;
	}
	make_parent(cfg.path);
	d->ctl = ctl_open(&cfg, &err);
	if (d->ctl)
		return 0;
	if (err == -EADDRINUSE)
		log_error("control socket %s: somebody is behind it: another "
			  "lispd?", cfg.path);
	else if (err == -EPERM && d->conf->control_group)
		log_error("control socket %s: cannot be given to group \"%s\": "
			  "who is not root must be a member", cfg.path,
			  d->conf->control_group);
	else
		log_error("control socket %s: %s", cfg.path, strerror(-err));
	return err;
}

/* All sockets while we are root: one port is for one user's. */
static int open_beside(struct daemon *d, const struct udp_config *cfg)
{
	int err;

	d->outbox = outbox_new(d->udp, execute_on_send_error, d);
	err = d->outbox ? workers_open(d, cfg) : -ENOMEM;
	if (err)
		log_error("map-server.workers: cannot open their sockets: %s",
			  strerror(-err));
	return err;
}

static int open_udp(struct daemon *d)
{
	struct udp_config cfg = {
		.listen = d->conf->listen,
		.listen_count = d->conf->listen_count,
		.port = LISP_CONTROL_PORT,
		.device = d->conf->underlay,
	};
	char text[ADDR_TEXT_MAX];
	struct addr failed;
	int err;

	d->udp = udp_open(&cfg, &err, &failed);
	if (d->udp)
		return open_beside(d, &cfg);
	if (err == -EADDRINUSE)
		log_error("UDP port %d is in use: another lispd runs in this "
			  "network namespace", LISP_CONTROL_PORT);
	else
		log_error("UDP port %d, address %s: %s", LISP_CONTROL_PORT,
			  failed.family == ADDR_NONE ? "any" :
			  addr_text(&failed, text), strerror(-err));
	return err;
}

static int open_state_dir(struct daemon *d)
{
	int err;

	make_parent(d->conf->state_dir);
	err = priv_state_dir(d->conf->state_dir, &d->user);
	if (err == -ENOTDIR)
		log_error("state-dir %s: expected a directory; a link, as "
			  "systemd makes it for its service, is only for that "
			  "service", d->conf->state_dir);
	else if (err)
		log_error("state-dir %s: %s", d->conf->state_dir,
			  strerror(-err));
	return err;
}

int daemon_init(struct daemon *d, const struct conf *c, struct dp *dp)
{
	char why[METRICS_WHY_MAX];
	int err;

	memset(d, 0, sizeof(*d));
	d->conf = c;
	d->name = c->name ? c->name : "lispd";
	d->dp = dp;
	arena_init(&d->arena, ACTIONS_ARENA_CAP);
	report_init(&d->report);
	err = service_open(&d->service);
	if (err)
		log_warning("NOTIFY_SOCKET: %s: the service manager is not "
			    "told", strerror(-err));
	err = find_user(d);
	if (!err)
		err = open_udp(d);
	if (!err)
		err = open_ctl(d);
	if (!err)
		err = metrics_open(d, c, &d->metrics, why, sizeof(why));
	if (!err)
		err = open_state_dir(d);
	return err;
}

/* --- timers and signals --- */

/* Once when it begins, and when it is over. */
static void say_sync(struct daemon *d, int err)
{
	if (err == d->sync_error)
		return;
	d->sync_error = err;
	if (err)
		log_error("state-dir %s: cannot be written: %s",
			  d->conf->state_dir, report_record_trouble(err));
	else
		log_notice("state-dir %s: can be written again",
			   d->conf->state_dir);
}

static void on_sync(void *arg)
{
	struct daemon *d = arg;
	int err;

	workers_lock(d);
	store_set_time(d->store, clock_ms(), clock_wall_us() / 1000);
	err = store_sync_start(d->store);
	workers_unlock(d);
	say_sync(d, err);
	loop_timer_arm(d->sync_timer, SYNC_INTERVAL_MS);
}

static void on_stop_timer(void *arg)
{
	struct daemon *d = arg;

	loop_stop(d->loop);
}

static void on_watchdog(void *arg)
{
	struct daemon *d = arg;

	service_alive(&d->service);
	loop_timer_arm(d->watchdog_timer, d->service.watchdog_ms);
}

/* What the data plane has stays behind. */
static bool leaves_all(const struct daemon *d)
{
	return d->leaving || d->conf->xtr->keep_on_exit;
}

/* Deregister, wait a little for that to arrive, then go.  A second signal
 * ends the waiting. */
static void on_terminate(void *arg)
{
	struct daemon *d = arg;
	bool withdraw = d->conf->xtr && d->conf->xtr->map_server_count &&
		d->conf->xtr->deregister_on_exit && !leaves_all(d);

	if (!d->stopping)
		service_stopping(&d->service);
	if (d->stopping || !withdraw) {
		loop_stop(d->loop);
		return;
	}
	d->stopping = true;
	log_info("stopping");
	node_withdraw(d->node, clock_ms(), NULL, execute_begin(d));
	execute_end(d);
	loop_timer_arm(d->stop_timer, STOP_GRACE_MS);
}

/* The next lispd is about to start.  What is withdrawn already is no more to be
 * kept. */
static void on_leave(void *arg)
{
	struct daemon *d = arg;

	d->leaving = !d->stopping;
	on_terminate(d);
}

static void on_hangup(void *arg)
{
	struct reload_result r;

	reload(arg, &r);		/* the log says how it went */
}

static int add_timers(struct daemon *d)
{
	d->timer = loop_timer(d->loop, execute_on_time, d);
	d->sync_timer = loop_timer(d->loop, on_sync, d);
	d->stop_timer = loop_timer(d->loop, on_stop_timer, d);
	d->watchdog_timer = loop_timer(d->loop, on_watchdog, d);
	if (!d->timer || !d->sync_timer || !d->stop_timer ||
	    !d->watchdog_timer)
		return -ENOMEM;
	loop_timer_arm(d->sync_timer, SYNC_INTERVAL_MS);
	if (d->service.watchdog_ms)
		loop_timer_arm(d->watchdog_timer, d->service.watchdog_ms);
	return 0;
}

/* The end of a flush that takes its time. */
static int follow_store(struct daemon *d)
{
	int fd = store_fd(d->store);

	if (fd < 0)
		return 0;
	d->stored = loop_reader(d->loop, fd, execute_on_stored, d);
	return d->stored ? 0 : -ENOMEM;
}

static int add_signals(struct daemon *d)
{
	d->signals[0] = loop_signal(d->loop, SIGTERM, on_terminate, d);
	d->signals[1] = loop_signal(d->loop, SIGINT, on_terminate, d);
	d->signals[2] = loop_signal(d->loop, SIGHUP, on_hangup, d);
	d->signals[3] = loop_signal(d->loop, SIGUSR1, on_leave, d);
	return d->signals[0] && d->signals[1] && d->signals[2] &&
	       d->signals[3] ? 0 : -ENOMEM;
}

/* --- start --- */

/* What an operator can do about it. */
static const char *store_trouble(int err)
{
	switch (-err) {
	case EBADMSG:
		return "damaged. If no copy can be had, move it away: "
		       "registrations come back with the next Map-Registers, "
		       "but until then old ones are not known as replays";
	case EPROTONOSUPPORT:
		return "written by another version of lispd: start that one, "
		       "or move the file away, which forgets registrations "
		       "and what Map-Registers have been seen";
	case ENOSPC:
		return "no room left on the disk";
	}
	return strerror(-err);
}

static int open_store(struct daemon *d)
{
	struct store_config cfg;
	uint8_t seed[16];
	int err;

	if (!d->kv)
		d->kv = kv_open_lmdb(d->conf->state_dir, &err);
	if (!d->kv)
		return err;
	store_config_init(&cfg);
	cfg.first_nonce = clock_wall_us();
	cfg.now = clock_ms();
	cfg.wall = clock_wall_us() / 1000;
	err = random_bytes(seed, sizeof(seed));
	if (err)
		return err;
	d->store = store_new(&cfg, d->kv, seed, &err);
	return d->store ? 0 : err;
}

/* The version of our mappings, with the locators they have now. */
static int find_version(struct daemon *d, const struct conf *c,
			struct roles *roles)
{
	const struct locator *l;
	uint16_t version;
	size_t n;
	int err;

	if (!c->xtr || !c->xtr->map_versions)
		return 0;
	l = roles_locators(roles, &n);
	err = store_map_version(d->store, l, n, (uint16_t)random_u64(),
				&version);
	if (!err)
		roles_set_version(roles, version);
	return err;
}

/* The roles as things are on this host. */
static int make_roles(struct daemon *d, const struct conf *c,
		      struct roles **roles)
{
	const struct own *was = d->roles ? roles_own(d->roles) : NULL;
	struct own *own = NULL;
	uint8_t fresh[16], id[16];
	int err = random_bytes(fresh, sizeof(fresh));

	if (!err)
		err = store_xtr_id(d->store, fresh, id);
	if (!err)
		err = follow_open(d, c);
	if (err)
		return err;
	if (c->xtr) {
		own = own_new(c, d->host, was);
		if (!own)
			return -ENOMEM;
		follow_say_own(d, own);
	}
	*roles = roles_new(c, own, id, &err);
	return err;
}

int daemon_make(struct daemon *d, const struct conf *c, struct roles **roles,
		struct node **n)
{
	int err = make_roles(d, c, roles);

	if (err)
		return err;
	err = find_version(d, c, *roles);
	*n = err ? NULL : node_new(roles_config(*roles), &d->ops, clock_ms(),
				   &err);
	if (*n)
		return 0;
	roles_free(*roles);
	*roles = NULL;
	return err;
}

static int start_data_plane(struct daemon *d)
{
	int err = vpns_open(d);

	if (!err)
		err = vpns_check_underlay(d);
	if (!err)
		err = vpns_recall(d);
	if (!err)
		err = vpns_add(d);
	return err;
}

/* From here on messages and misses are answered. */
static int start_events(struct daemon *d)
{
	size_t changed;
	int err = udp_start_batch(d->udp, d->loop, execute_on_datagrams, d);

	if (!err)
		err = ctl_start(d->ctl, d->loop, control_request, d);
	if (!err && d->metrics)
		err = metrics_start(d->metrics);
	if (err)
		return err;
	changed = node_start(d->node, clock_ms(), execute_begin(d));
	execute_end(d);
	if (changed)
		log_notice("%zu EID-prefixes of our own changed since an "
			   "earlier run", changed);
	if (d->dp)
		return vpns_sync(d);
	err = workers_start(d);
	if (err)
		log_error("map-server.workers: cannot start their threads: "
			  "%s", strerror(-err));
	return err;
}

/* What has no line of its own when it fails. */
static int start_core(struct daemon *d)
{
	int err;

	ops_init(d);
	d->loop = loop_new();
	if (!d->loop)
		return -ENOMEM;
	err = add_timers(d);
	if (!err)
		err = add_signals(d);
	if (!err)
		err = follow_store(d);
	if (!err)
		err = daemon_make(d, d->conf, &d->roles, &d->node);
	if (err)
		log_error("cannot start: %s", strerror(-err));
	return err;
}

int daemon_start(struct daemon *d)
{
	int err;

	d->started = clock_ms();
	err = open_store(d);
	if (err == -EBUSY)
		log_error("state-dir %s: another lispd uses it; each needs "
			  "its own", d->conf->state_dir);
	else if (err)
		log_error("%s/" KV_FILE ": %s", d->conf->state_dir,
			  store_trouble(err));
	if (err)
		return err;
	err = start_core(d);
	if (!err && d->conf->xtr)
		err = start_data_plane(d);
	if (!err)
		err = start_events(d);
	if (err)
		return err;
	log_notice("started");
	service_ready(&d->service);
	return 0;
}

/* --- stop --- */

void daemon_stop(struct daemon *d)
{
	workers_stop(d);
	if (d->dp && !leaves_all(d))
		vpns_remove(d);
	if (d->store)
		say_sync(d, store_sync(d->store));
	log_notice("stopped");
}

void daemon_free(struct daemon *d)
{
	workers_stop(d);
	workers_free(d);
	metrics_close(d->metrics);
	ctl_close(d->ctl);
	outbox_free(d->outbox);
	udp_close(d->udp);
	node_free(d->node);
	roles_free(d->roles);
	conf_free(d->reloaded);
	store_free(d->store);
	loop_event_free(d->stored);
	if (d->kv)
		kv_close(d->kv);
	if (d->dp)
		d->dp->ops->close(d->dp);
	for (size_t i = 0; i < 4; i++)
		loop_event_free(d->signals[i]);
	loop_event_free(d->timer);
	loop_event_free(d->sync_timer);
	loop_event_free(d->stop_timer);
	loop_event_free(d->watchdog_timer);
	follow_close(d);
	loop_free(d->loop);
	service_close(&d->service);
	arena_free(&d->arena);
	memset(d, 0, sizeof(*d));
}
