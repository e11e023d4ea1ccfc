// SPDX-License-Identifier: GPL-2.0-or-later
#include "dp/session.h"

#include <linux/lisp.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <string.h>

static int open_it(struct session *s, bool load)
{
	struct nl_group groups[] = {
		{ .name = LISP_MCGRP_MISS },
		{ .name = LISP_MCGRP_EVENT },
	};
	int err;

	memset(s, 0, sizeof(*s));
	s->nl = nl_open(NETLINK_GENERIC, &err);
	if (!s->nl)
		return err;
	err = load ? 0 : nl_family_there(s->nl, LISP_GENL_NAME);
	if (!err)
		err = nl_family(s->nl, LISP_GENL_NAME, &s->family, groups, 2);
	if (err) {
		session_close(s);
		return err;
	}
	s->miss_group = groups[0].id;
	s->event_group = groups[1].id;
	return 0;
}

int session_open(struct session *s)
{
	return open_it(s, true);
}

int session_open_loaded(struct session *s)
{
	return open_it(s, false);
}

int session_again(struct session *s)
{
	int err;

	session_close(s);
	s->nl = nl_open(NETLINK_GENERIC, &err);
	return s->nl ? 0 : err;
}

void session_close(struct session *s)
{
	nl_free(s->nl);
	s->nl = NULL;
}

void session_message(struct session *s, uint8_t cmd, uint16_t flags)
{
	nl_message_genl(s->nl, s->family, cmd, LISP_GENL_VERSION, flags);
}

int session_join(struct session *s)
{
	int err = nl_join(s->nl, s->miss_group);

	return err ? err : nl_join(s->nl, s->event_group);
}
