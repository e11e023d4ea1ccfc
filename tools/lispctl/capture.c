// SPDX-License-Identifier: GPL-2.0-or-later
/* Capture what LISP sends and receives: find the devices, then become tcpdump
 * or tshark. */
#include "lispctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/lisp.h>
#include <linux/netlink.h>

#include "dp/codec.h"
#include "dp/session.h"
#include "filter.h"
#include "io/rt.h"

struct search {
	const struct args *args;
	struct nl *route;
	struct filter_device devices[FILTER_DEVICES_MAX];
	size_t count;
};

/* --- devices --- */

static void add_device(struct search *s, const struct rt_link *l)
{
	struct filter_device *d = &s->devices[s->count];

	for (size_t i = 0; i < s->count; i++)
		if (s->devices[i].index == l->index)
			return;
	if (s->count == FILTER_DEVICES_MAX)
		return;
	snprintf(d->name, sizeof(d->name), "%s", l->name);
	d->index = l->index;
	d->inner = !strcmp(l->kind, "lisp");
	s->count++;
}

static void add_index(struct search *s, uint32_t index)
{
	struct rt_link l;

	if (index && !rt_link_by_index(s->route, index, &l))
		add_device(s, &l);
}

/* The device that the way to an RLOC leads through. */
static void add_way(struct search *s, const struct addr *a, uint32_t underlay)
{
	uint32_t oif = 0;

	if (rt_lookup(s->route, a, underlay, &oif) == RT_FOUND_OUT)
		add_index(s, oif);
}

/* RLOCs that the kernel has, and their routing domains: of a dump they are
 * kept until it is over, as another socket is asked about each. */
#define WAYS_MAX	256

struct ways {
	const struct args *args;
	size_t count;
	struct {
		struct addr addr;
		uint32_t underlay;
	} list[WAYS_MAX];
	uint32_t vpns[FILTER_DEVICES_MAX];	/* ifindex */
	size_t vpn_count;
};

static int on_rloc(void *arg, const struct nlmsghdr *nlh)
{
	struct ways *w = arg;
	struct dp_rloc r;
	int err = codec_get_rloc(nlh, &r);

	if (err || w->count == WAYS_MAX ||
	    (args_said(w->args, WORD_ADDRESS) &&
	     !addr_equal(&r.addr, &w->args->address)))
		return err;
	w->list[w->count].addr = r.addr;
	w->list[w->count++].underlay = r.underlay;
	return 0;
}

static void add_vpn(struct ways *w, uint32_t iid, uint32_t ifindex)
{
	if (args_said(w->args, WORD_IID) && iid == w->args->iid &&
	    w->vpn_count < FILTER_DEVICES_MAX)
		w->vpns[w->vpn_count++] = ifindex;
}

static int on_dev(void *arg, const struct nlmsghdr *nlh)
{
	struct dp_dev d;
	int err = codec_get_dev(nlh, &d);

	if (!err && d.ifindex && !d.external)
		add_vpn(arg, d.iid, d.ifindex);
	return err;
}

static int on_iid(void *arg, const struct nlmsghdr *nlh)
{
	struct dp_iid i;
	int err = codec_get_iid(nlh, &i);

	if (!err)
		add_vpn(arg, i.iid, i.ifindex);
	return err;
}

/* Without the module there are none; a Map-Server needs none. */
static int ask_kernel(struct ways *w)
{
	static const struct {
		uint8_t command;
		nl_fn fn;
	} dumps[] = {
		{ LISP_CMD_RLOC_GET, on_rloc },
		{ LISP_CMD_DEV_GET, on_dev },
		{ LISP_CMD_IID_GET, on_iid },
	};
	struct session k;
	int err = session_open_loaded(&k);

	for (size_t i = 0; !err && i < 3; i++) {
		session_message(&k, dumps[i].command, NLM_F_DUMP);
		err = nl_talk(k.nl, dumps[i].fn, w);
		err = err == -EINTR ? 0 : err;
	}
	session_close(&k);
	return err == -ENOENT ? 0 : err;
}

static int search_ways(struct search *s)
{
	struct ways *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	w->args = s->args;
	err = ask_kernel(w);
	for (size_t i = 0; !err && i < w->count; i++)
		add_way(s, &w->list[i].addr, w->list[i].underlay);
	if (!err && !w->count && args_said(s->args, WORD_ADDRESS))
		add_way(s, &s->args->address, 0);
	/* All of them, and not only the VPN's, if no RLOC is known. */
	if (!err && s->count)
		for (size_t i = 0; i < w->vpn_count; i++)
			add_index(s, w->vpns[i]);
	free(w);
	return err;
}

static int search_named(struct search *s)
{
	struct rt_link l;
	int err = 0;

	for (size_t i = 0; !err && i < s->args->device_count; i++) {
		err = rt_link_by_name(s->route, s->args->devices[i], &l);
		if (err)
			complain("device \"%s\": %s", s->args->devices[i],
				 strerror(-err));
		else
			add_device(s, &l);
	}
	return err;
}

static int search(struct search *s)
{
	int err = 0;

	s->route = nl_open(NETLINK_ROUTE, &err);
	if (!s->route) {
		complain("cannot talk to the kernel: %s", strerror(-err));
		return err;
	}
	if (s->args->device_count) {
		err = search_named(s);
	} else {
		err = search_ways(s);
		if (err)
			complain("looking for devices: %s; name some with "
				 "\"device\"", strerror(-err));
		else if (!s->count)
			complain("no RLOC is known here: capturing on all "
				 "devices");
	}
	nl_free(s->route);
	return err;
}

/* --- the program --- */

static bool is_there(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];
	size_t len;

	for (path = path ? path : "/usr/sbin:/usr/bin"; *path;
	     path += len + (path[len] == ':')) {
		len = strcspn(path, ":");
		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path,
			 program);
		if (!access(file, X_OK))
			return true;
	}
	return false;
}

/* NULL: there is none; it was said. */
static const char *find_program(const struct args *a)
{
	static const char *const known[] = { "tcpdump", "tshark" };

	for (size_t i = 0; i < 2; i++)
		if ((!a->with || !strcmp(a->with, known[i])) &&
		    is_there(known[i]))
			return known[i];
	if (a->with)
		complain("%s is not installed: \"apt-get install %s\"",
			 a->with, a->with);
	else
		complain("neither tcpdump nor tshark is installed: \"apt-get "
			 "install tcpdump\"");
	return NULL;
}

/* As a shell reads it. */
static void print_word(const char *text, bool first)
{
	const char *plain = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,";

	if (!first)
		putchar(' ');
	if (*text && !text[strspn(text, plain)]) {
		fputs(text, stdout);
		return;
	}
	putchar('\'');
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	putchar('\'');
}

static int print_command(const struct filter_command *c)
{
	for (size_t i = 0; i < c->argc; i++)
		print_word(c->argv[i], !i);
	putchar('\n');
	return fflush(stdout) || ferror(stdout) ? LISPCTL_FAILED : 0;
}

int capture_run(const struct options *opt, const struct args *a)
{
	static struct filter_command c;
	struct search s = { .args = a };
	struct filter f = {
		.program = find_program(a), .devices = s.devices,
		.has_iid = args_said(a, WORD_IID), .iid = a->iid,
		.eid = a->eid, .rloc = a->address, .write = a->write,
		.count = a->times,
	};

	if (!f.program || search(&s))
		return LISPCTL_FAILED;
	f.device_count = s.count;
	if (filter_command(&f, &c)) {
		complain("too many devices for one filter: name some with "
			 "\"device\"");
		return LISPCTL_FAILED;
	}
	if (args_said(a, WORD_DRY_RUN))
		return print_command(&c);
	execvp(c.argv[0], c.argv);
	complain("%s: %s", c.argv[0], strerror(errno));
	return LISPCTL_FAILED;
}
