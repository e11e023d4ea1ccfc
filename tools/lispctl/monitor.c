// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel reports, a line each, until interrupted. */
#include "lispctl.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <linux/lisp.h>

#include "dp/codec.h"
#include "dp/session.h"
#include "objects.h"

struct watch {
	const struct options *opt;
	uint16_t family;
};

/* "map new underlay default iid 100 prefix 10.2.0.0/16 ..." */
static void print_line(const char *kind, struct json_object *object)
{
	struct json_object_iterator i = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	const char *name;
	char *text;

	fputs(kind, stdout);
	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		name = json_object_iter_peek_name(&i);
		text = out_text(json_object_iter_peek_value(&i));
		if (strcmp(name, "event"))
			printf(" %s", name);
		printf(" %s", text ? text : "?");
		free(text);
	}
	putchar('\n');
}

/* Takes the reference to @object. */
static void report(const struct watch *w, const char *kind,
		   struct json_object *object)
{
	if (w->opt->json) {
		json_object_object_add(object, "kind",
				       json_object_new_string(kind));
		puts(json_object_to_json_string_ext(object,
						    JSON_C_TO_STRING_SPACED |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
	} else {
		print_line(kind, object);
	}
	json_object_put(object);
}

/* A notification of a rloc has none of its counters. */
static struct json_object *rloc_event(const struct dp_rloc *r)
{
	struct json_object *o = object_rloc(r);
	static const char *const absent[] = {
		"changed", "users", "packets", "bytes",
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		json_object_object_del(o, absent[i]);
	return o;
}

static int on_notification(void *arg, const struct nlmsghdr *nlh)
{
	const struct watch *w = arg;
	struct dp_reach reach;
	struct dp_local local;
	struct dp_rloc rloc;
	struct dp_miss miss;
	struct dp_map map;
	struct dp_iid iid;

	if (nlh->nlmsg_type != w->family)
		return 0;
	switch (codec_command(nlh)) {
	case LISP_CMD_MISS_NTF:
		if (!codec_get_miss(nlh, &miss))
			report(w, "miss", object_miss(&miss));
		break;
	case LISP_CMD_MAP_NTF:
		if (!codec_get_map(nlh, &map))
			report(w, "map", object_map(&map));
		break;
	case LISP_CMD_LOCAL_NTF:
		if (!codec_get_local(nlh, &local))
			report(w, "local", object_local(&local));
		break;
	case LISP_CMD_RLOC_NTF:
		if (!codec_get_rloc(nlh, &rloc))
			report(w, "rloc", rloc_event(&rloc));
		break;
	case LISP_CMD_REACH_NTF:
		if (!codec_get_reach(nlh, &reach))
			report(w, "reach", object_reach(&reach));
		break;
	case LISP_CMD_IID_NTF:
		if (!codec_get_iid(nlh, &iid))
			report(w, "iid", object_iid(&iid));
		break;
	}
	return 0;
}

static int watch_session(const struct options *opt, struct session *s)
{
	struct watch w = { .opt = opt, .family = s->family };
	struct pollfd p = { .fd = nl_fd(s->nl), .events = POLLIN };
	int err;

	for (;;) {
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return -errno;
		err = nl_receive(s->nl, on_notification, &w);
		if (err == -ENOBUFS)
			report(&w, "lost", json_object_new_object());
		else if (err && err != -EAGAIN)
			return err;
		if (fflush(stdout))
			return -errno;
	}
}

int monitor_run(const struct options *opt, const struct args *a)
{
	struct session s;
	int err;

	if (kernel_open(&s))
		return LISPCTL_FAILED;
	err = session_join(&s);
	if (err == -EPERM)
		complain("only who has CAP_NET_ADMIN may watch");
	else if (!err)
		err = watch_session(opt, &s);
	if (err && err != -EPERM)
		complain("watching: %s", strerror(-err));
	session_close(&s);
	return LISPCTL_FAILED;
}
