// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/watch.h"

#include <errno.h>
#include <json-c/json.h>

#include "io/clock.h"
#include "run/daemon.h"
#include "run/show.h"

static void add_text(struct json_object *o, const char *key, const char *text)
{
	if (text)
		json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static struct json_object *event(const char *type)
{
	struct json_object *o = json_object_new_object();
	char text[CLOCK_TEXT_MAX];

	add_text(o, "time", clock_wall_text(text));
	add_text(o, "type", type);
	return o;
}

static struct json_object *describe(const struct action_log *l)
{
	const struct log_event_info *info = &log_events[l->event];
	struct json_object *o = event(info->name);
	char peer[ADDR_TEXT_MAX];

	add_text(o, "level", log_level_name(info->level));
	add_text(o, "machine", l->machine);
	add_text(o, "from", l->from);
	add_text(o, "to", l->to);
	add_text(o, "reason", l->event == LOG_TRANSITION ? l->cause :
		 info->text);
	if (l->peer.family != ADDR_NONE)
		add_text(o, "peer", addr_text(&l->peer, peer));
	if (l->has_eid)
		show_add_eid(o, &l->eid);
	add_text(o, "site", l->site);
	if (l->number)
		add_number(o, "number", l->number);
	return o;
}

static void put(struct daemon *d, const struct watcher *w,
		struct json_object *o)
{
	ctl_stream_put(d->ctl, w->client, json_object_to_json_string_ext(o,
			JSON_C_TO_STRING_PLAIN |
			JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* --- watchers --- */

/* Workers look at it. */
static void watchers_add(struct daemon *d, int n)
{
	__atomic_store_n(&d->watch.count, d->watch.count + (unsigned int)n,
			 __ATOMIC_RELAXED);
}

bool watch_wanted(const struct daemon *d)
{
	return __atomic_load_n(&d->watch.count, __ATOMIC_RELAXED) != 0;
}

static void forget(struct daemon *d, struct watcher *w)
{
	*w = (struct watcher){ .client = 0 };
	watchers_add(d, -1);
}

/* Say what was lost, now that there is room. */
static void settle(struct daemon *d, struct watcher *w)
{
	struct json_object *o;

	if (!w->lost)
		return;
	o = event("lost");
	add_number(o, "count", w->lost);
	put(d, w, o);
	json_object_put(o);
	w->lost = 0;
}

/* Is there somebody behind it who has room for a line more? */
static bool is_ready(struct daemon *d, struct watcher *w)
{
	int err = w->client ? ctl_stream_room(d->ctl, w->client) : -EBADF;

	if (err == -ENOENT)
		forget(d, w);
	else if (err == -ENOBUFS)
		w->lost++;
	return !err;
}

static void on_room(void *arg, uint64_t client)
{
	struct daemon *d = arg;

	for (size_t i = 0; i < CTL_STREAMS_MAX; i++)
		if (d->watch.list[i].client == client)
			settle(d, &d->watch.list[i]);
}

/* A place whose watcher has gone is free, too. */
static struct watcher *free_place(struct daemon *d)
{
	for (size_t i = 0; i < CTL_STREAMS_MAX; i++) {
		struct watcher *w = &d->watch.list[i];

		if (w->client &&
		    ctl_stream_room(d->ctl, w->client) == -ENOENT)
			forget(d, w);
		if (!w->client)
			return w;
	}
	return NULL;
}

int watch_add(struct daemon *d, uint64_t client)
{
	struct watcher *w = free_place(d);
	int err = w ? ctl_stream(d->ctl, client, on_room) : -EBUSY;

	if (err)
		return err;
	w->client = client;
	watchers_add(d, 1);
	ctl_stream_put(d->ctl, client, "{\"data\":{\"watching\":true}}");
	return 0;
}

void watch_event(struct daemon *d, const struct action_log *l)
{
	struct json_object *o = NULL;

	for (size_t i = 0; d->watch.count && i < CTL_STREAMS_MAX; i++) {
		struct watcher *w = &d->watch.list[i];

		if (!is_ready(d, w))
			continue;
		settle(d, w);
		if (!o)
			o = describe(l);
		put(d, w, o);
	}
	json_object_put(o);
}
