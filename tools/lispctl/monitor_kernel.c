// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's part of the stream: misses, mappings, RLOCs, ... */
#include "monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>
#include <linux/genetlink.h>
#include <linux/lisp.h>

#include "dp/codec.h"
#include "dp/session.h"
#include "objects.h"

struct monitor_kernel {
	monitor_fn fn;
	void *arg;
	struct nl *news;		/* of families that come and go */
	struct session session;		/* nl is NULL: closed */
};

/* --- events --- */

/* Takes the reference to @object; its members follow those of every event. */
static void report(struct monitor_kernel *k, const char *kind,
		   struct json_object *object)
{
	struct json_object *o = monitor_event("kernel", kind);

	json_object_object_foreach(object, key, v)
		json_object_object_add(o, key, json_object_get(v));
	json_object_put(object);
	k->fn(k->arg, o);
}

/* A notification of a rloc has none of its counters. */
static struct json_object *rloc_event(const struct dp_rloc *r)
{
	struct json_object *o = object_rloc(r);
	static const char *const absent[] = {
		"changed", "users", "packets", "bytes", "rx-packets",
		"rx-bytes",
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		json_object_object_del(o, absent[i]);
	return o;
}

static int on_notification(void *arg, const struct nlmsghdr *nlh)
{
	struct monitor_kernel *k = arg;
	struct dp_reach reach;
	struct dp_local local;
	struct dp_rloc rloc;
	struct dp_miss miss;
	struct dp_map map;
	struct dp_iid iid;

	if (nlh->nlmsg_type != k->session.family)
		return 0;
	switch (codec_command(nlh)) {
	case LISP_CMD_MISS_NTF:
		if (!codec_get_miss(nlh, &miss))
			report(k, "miss", object_miss(&miss));
		break;
	case LISP_CMD_MAP_NTF:
		if (!codec_get_map(nlh, &map))
			report(k, "map", object_map(&map));
		break;
	case LISP_CMD_LOCAL_NTF:
		if (!codec_get_local(nlh, &local))
			report(k, "local", object_local(&local));
		break;
	case LISP_CMD_RLOC_NTF:
		if (!codec_get_rloc(nlh, &rloc))
			report(k, "rloc", rloc_event(&rloc));
		break;
	case LISP_CMD_REACH_NTF:
		if (!codec_get_reach(nlh, &reach))
			report(k, "reach", object_reach(&reach));
		break;
	case LISP_CMD_IID_NTF:
		if (!codec_get_iid(nlh, &iid))
			report(k, "iid", object_iid(&iid));
		break;
	}
	return 0;
}

/* --- the module --- */

struct monitor_kernel *monitor_kernel_new(monitor_fn fn, void *arg)
{
	struct nl_group group = { .name = "notify" };
	struct monitor_kernel *k = calloc(1, sizeof(*k));
	uint16_t family;
	int err;

	if (!k)
		return NULL;
	k->fn = fn;
	k->arg = arg;
	k->news = nl_open(NETLINK_GENERIC, &err);
	if (!k->news || nl_family(k->news, "nlctrl", &family, &group, 1) ||
	    nl_join(k->news, group.id)) {
		monitor_kernel_free(k);
		return NULL;
	}
	return k;
}

void monitor_kernel_free(struct monitor_kernel *k)
{
	if (!k)
		return;
	session_close(&k->session);
	nl_free(k->news);
	free(k);
}

int monitor_kernel_news_fd(const struct monitor_kernel *k)
{
	return nl_fd(k->news);
}

static int on_family(void *arg, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;
	uint8_t cmd = codec_command(nlh);
	unsigned int *news = arg;

	if (nlh->nlmsg_type != GENL_ID_CTRL)
		return 0;
	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_NAME ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ||
		    strcmp(mnl_attr_get_str(attr), LISP_GENL_NAME))
			continue;
		if (cmd == CTRL_CMD_NEWFAMILY)
			*news |= MONITOR_IS_THERE;
		else if (cmd == CTRL_CMD_DELFAMILY)
			*news = MONITOR_WENT;
	}
	return 0;
}

unsigned int monitor_kernel_news(struct monitor_kernel *k)
{
	unsigned int news = 0;

	nl_receive(k->news, on_family, &news);
	return news;
}

/* --- the source --- */

int monitor_kernel_open(struct monitor_kernel *k)
{
	int err = session_open_loaded(&k->session);

	if (!err)
		err = session_join(&k->session);
	if (err)
		session_close(&k->session);
	return err;
}

void monitor_kernel_close(struct monitor_kernel *k)
{
	session_close(&k->session);
}

int monitor_kernel_fd(const struct monitor_kernel *k)
{
	return k->session.nl ? nl_fd(k->session.nl) : -1;
}

int monitor_kernel_read(struct monitor_kernel *k)
{
	int err = nl_receive(k->session.nl, on_notification, k);

	if (err == -ENOBUFS) {
		k->fn(k->arg, monitor_event("kernel", "lost"));
		return 0;
	}
	return err == -EAGAIN ? 0 : err;
}

const char *monitor_kernel_why(int err, char text[MONITOR_WHY_MAX])
{
	switch (err) {
	case -ENOENT:
		return "lisp.ko is not loaded";
	case -ENODEV:
		return "lisp.ko was unloaded";
	case -EPERM:
		return "only who has CAP_NET_ADMIN may watch the kernel";
	default:
		snprintf(text, MONITOR_WHY_MAX, "netlink: %s", strerror(-err));
		return text;
	}
}
