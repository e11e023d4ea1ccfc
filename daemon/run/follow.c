// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/follow.h"

#include <errno.h>
#include <string.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "run/own.h"
#include "run/reload.h"

#define PATHS_INTERVAL_MS	60000

static void on_sign(void *arg)
{
	struct daemon *d = arg;
	uint64_t now = clock_ms();

	damp_on_sign(&d->damp, now);
	loop_timer_arm(d->follow_timer, d->damp.due > now ? d->damp.due - now :
		       0);
}

static void say(const struct conf_rloc *r, const struct own_rloc *was,
		const struct own_rloc *is)
{
	char from[ADDR_TEXT_MAX], to[ADDR_TEXT_MAX];

	if (!r->interface ||
	    (addr_equal(&was->addr, &is->addr) && was->up == is->up))
		return;
	log_notice("RLOC of %s: %s %s -> %s %s", r->interface,
		   was->addr.family ? addr_text(&was->addr, from) : "none",
		   was->up ? "up" : "down",
		   is->addr.family ? addr_text(&is->addr, to) : "none",
		   is->up ? "up" : "down");
}

static void say_elsewhere(struct daemon *d, const struct own *o)
{
	size_t n = 0;

	for (size_t i = 0; i < o->count; i++)
		n += o->rlocs[i].elsewhere;
	for (size_t i = 0; n != d->elsewhere && i < o->count; i++)
		if (o->rlocs[i].elsewhere)
			log_warning("RLOC of %s: the interface is in another "
				    "VRF than the underlay: not used",
				    o->conf->rlocs[i].interface);
	d->elsewhere = n;
}

void follow_say_own(struct daemon *d, const struct own *o)
{
	say_elsewhere(d, o);
	if (o->left_out && o->left_out != d->left_out)
		log_warning("VPN %s: %zu routes more than its \"max-routes\": "
			    "they are not registered", o->full->name,
			    o->left_out);
	d->left_out = o->left_out;
}

static void on_look(void *arg)
{
	struct daemon *d = arg;
	const struct own *was = roles_own(d->roles);
	struct own *is = d->stopping ? NULL :
		own_new(d->conf, d->host, was);
	bool changed = is && !own_equal(was, is);

	damp_on_look(&d->damp, clock_ms(), changed);
	if (is)
		follow_say_own(d, is);
	if (changed) {
		for (size_t i = 0; i < is->count; i++)
			say(&d->conf->xtr->rlocs[i], &was->rlocs[i],
			    &is->rlocs[i]);
		if (reload_same(d))
			on_sign(d);
	}
	own_free(is);
}

static int open_host(struct daemon *d)
{
	int err;

	if (d->host)
		return 0;
	if (!d->follow_timer)
		d->follow_timer = loop_timer(d->loop, on_look, d);
	if (!d->follow_timer)
		return -ENOMEM;
	d->host = host_open(d->loop, on_sign, d, &err);
	return err;
}

void follow_paths(struct daemon *d)
{
	if (d->stopping || !roles_paths_differ(d->roles, d->conf->underlay))
		return;
	log_info("the path MTU to a Map-Server is another one");
	reload_same(d);
}

static void on_path_timer(void *arg)
{
	struct daemon *d = arg;

	follow_paths(d);
	loop_timer_arm(d->path_timer, PATHS_INTERVAL_MS);
}

static int open_paths(struct daemon *d)
{
	if (d->path_timer)
		return 0;
	d->path_timer = loop_timer(d->loop, on_path_timer, d);
	if (!d->path_timer)
		return -ENOMEM;
	loop_timer_arm(d->path_timer, PATHS_INTERVAL_MS);
	return 0;
}

int follow_open(struct daemon *d, const struct conf *c)
{
	int err = own_follows(c) ? open_host(d) : 0;

	if (!err && c->xtr)
		err = open_paths(d);
	if (!err && own_follows_routes(c))
		err = host_follow_routes(d->host);
	if (err)
		log_error("links, addresses and routes cannot be read: %s",
			  strerror(-err));
	return err;
}

void follow_close(struct daemon *d)
{
	host_close(d->host);
	loop_event_free(d->follow_timer);
	loop_event_free(d->path_timer);
	d->host = NULL;
	d->follow_timer = NULL;
	d->path_timer = NULL;
}
