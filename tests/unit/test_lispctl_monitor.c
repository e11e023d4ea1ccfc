// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl monitor, and a module that goes and comes: however much of that is
 * read at once, the stream says it and goes on; and one that cannot begin. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>
#include <linux/genetlink.h>
#include <linux/lisp.h>

#include "dp/session.h"
#include "../../tools/lispctl/monitor.h"

/* What the kernel says of families, and whether there is ours. */
static int read_families(nl_fn fn, void *arg);
static int open_session(struct session *s);
static void note(struct json_object *event);

#define nl_receive(n, fn, arg)		read_families(fn, arg)
#define session_open_loaded(s)		open_session(s)
#define session_join(s)			0
#define monitor_print(f, json, event)	note(event)

#include "../../tools/lispctl/monitor_kernel.c"
#include "../../tools/lispctl/monitor.c"

static const char *messages;	/* a letter each, see read_families() */
static bool loaded;
static char said[256];		/* the kinds of the events */
static char complaints[1024];

void complain(const char *fmt, ...)
{
	size_t n = strlen(complaints);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaints + n, sizeof(complaints) - n, fmt, ap);
	va_end(ap);
}

static int open_session(struct session *s)
{
	int err = -ENOENT;

	s->nl = loaded ? nl_open(NETLINK_GENERIC, &err) : NULL;
	return s->nl ? 0 : err;
}

static void note(struct json_object *event)
{
	struct json_object *kind = json_object_object_get(event, "kind");

	if (*said)
		strcat(said, " ");
	strcat(said, json_object_get_string(kind));
}

/* New, deleted; in capitals it is somebody else's. */
static int read_families(nl_fn fn, void *arg)
{
	_Alignas(8) char buffer[256];
	struct genlmsghdr *g;
	struct nlmsghdr *nlh;

	for (; *messages; messages++) {
		nlh = mnl_nlmsg_put_header(buffer);
		nlh->nlmsg_type = GENL_ID_CTRL;
		g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
		g->cmd = strchr("nN", *messages) ? CTRL_CMD_NEWFAMILY :
			CTRL_CMD_DELFAMILY;
		mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, 30);
		mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME,
				  strchr("nd", *messages) ? LISP_GENL_NAME :
				  "other");
		fn(arg, nlh);
	}
	return 0;
}

static void read_at_once(void **state)
{
	static const struct {
		bool before;
		const char *messages;
		bool after;
		const char *said;
	} rows[] = {
		{ true, "d", false, "disconnected" },
		{ true, "dn", true, "disconnected connected" },
		{ true, "dndn", true, "disconnected connected" },
		{ true, "DdNn", true, "disconnected connected" },
		{ true, "dnd", false, "disconnected" },
		{ true, "dND", false, "disconnected" },
		/* Opened before it was read that it is there. */
		{ true, "n", true, "" },
		{ true, "DN", true, "" },
		{ false, "n", true, "connected" },
		{ false, "dn", true, "connected" },
		{ false, "nd", false, "" },
		{ false, "DN", false, "" },
	};
	static const struct options opt;
	static const struct args none;
	bool open;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor m = { .opt = &opt, .args = &none };

		m.kernel = monitor_kernel_new(on_event, &m);
		assert_non_null(m.kernel);
		loaded = rows[i].before;
		tell_kernel(&m, monitor_kernel_open(m.kernel));
		said[0] = '\0';
		messages = rows[i].messages;
		loaded = rows[i].after;
		on_news(&m);
		open = monitor_kernel_fd(m.kernel) >= 0;
		monitor_kernel_free(m.kernel);
		if (strcmp(said, rows[i].said) || open != loaded)
			fail_msg("%s: %s", rows[i].messages, said);
	}
}

/* What is asked for and not there is an error, and no event of a stream. */
static void nothing_to_watch(void **state)
{
	static const struct options opt = { .socket = "/nonexistent/lispd" };
	static const struct {
		bool loaded, lispd;
		int result;
		const char *said, *complaint;
	} rows[] = {
		{ false, false, -1, "", "lisp.ko is not loaded" },
		{ false, true, -1, "", "no lispd behind" },
		{ true, true, 0, "connected disconnected", "" },
		{ true, false, 0, "connected", "" },
	};
	static const struct args none;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct monitor m = { .opt = &opt, .args = &none,
				     .retry.most = 1 };

		said[0] = complaints[0] = '\0';
		loaded = rows[i].loaded;
		m.kernel = monitor_kernel_new(on_event, &m);
		assert_non_null(m.kernel);
		if (rows[i].lispd)
			m.lispd = monitor_lispd_new(opt.socket, on_event, &m);
		assert_int_equal(begin(&m), rows[i].result);
		monitor_kernel_free(m.kernel);
		monitor_lispd_free(m.lispd);
		assert_string_equal(said, rows[i].said);
		assert_non_null(strstr(complaints, rows[i].complaint));
		assert_true(*rows[i].complaint || !*complaints);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_at_once),
		cmocka_unit_test(nothing_to_watch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
