// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/nl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/genetlink.h>

/* The kernel fills dump skbs up to 32 KiB if the reader has shown room. */
#define RECEIVE_MAX	65536
#define RECEIVE_BUFFER	(2 * 1024 * 1024)
#define WHY_MAX		256
#define BATCH		32
/* The kernel answers at once, or while a dump is read; this is for the case
 * that something is badly wrong. */
#define ANSWER_TIMEOUT_S	10

/* State of one talk. */
struct talk {
	struct nl *nl;
	nl_fn fn;
	void *arg;
	int err;
	bool interrupted;
	bool done;
};

struct nl {
	struct mnl_socket *sock;
	unsigned int portid;
	uint32_t seq;
	bool overflow;			/* request did not fit */
	bool talking;
	struct talk later;		/* nl_ask() */
	char why[WHY_MAX];
	struct nlmsghdr *msg;		/* in request[] */
	_Alignas(8) char request[NL_MESSAGE_MAX];
	_Alignas(8) char answer[RECEIVE_MAX];
};

static void set_options(struct nl *n, int bus)
{
	int fd = mnl_socket_get_fd(n->sock);
	struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
	int on = 1, size = RECEIVE_BUFFER;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	/* All of them wishes: an older kernel does without. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (bus == NETLINK_ROUTE)
		setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
			   sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

struct nl *nl_open(int bus, int *err)
{
	struct nl *n = calloc(1, sizeof(*n));

	*err = -ENOMEM;
	if (!n)
		return NULL;
	n->sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!n->sock || mnl_socket_bind(n->sock, 0, MNL_SOCKET_AUTOPID)) {
		*err = -errno;
		nl_free(n);
		return NULL;
	}
	n->portid = mnl_socket_get_portid(n->sock);
	set_options(n, bus);
	*err = 0;
	return n;
}

void nl_free(struct nl *n)
{
	if (!n)
		return;
	if (n->sock)
		mnl_socket_close(n->sock);
	free(n);
}

int nl_fd(const struct nl *n)
{
	return mnl_socket_get_fd(n->sock);
}

uint32_t nl_portid(const struct nl *n)
{
	return n->portid;
}

/* --- writing --- */

struct nlmsghdr *nl_message(struct nl *n, uint16_t type, uint16_t flags)
{
	n->overflow = false;
	n->msg = mnl_nlmsg_put_header(n->request);
	n->msg->nlmsg_type = type;
	n->msg->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	/* While a talk is under way its number stays: see nl_talk(). */
	n->msg->nlmsg_seq = n->talking ? n->seq : ++n->seq;
	return n->msg;
}

struct nlmsghdr *nl_message_genl(struct nl *n, uint16_t family, uint8_t cmd,
				 uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = nl_message(n, family, flags);
	struct genlmsghdr *g;

	g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
	g->cmd = cmd;
	g->version = version;
	return nlh;
}

void nl_put(struct nl *n, uint16_t type, const void *data, uint16_t len)
{
	if (!mnl_attr_put_check(n->msg, sizeof(n->request), type, len, data))
		n->overflow = true;
}

void nl_put_u8(struct nl *n, uint16_t type, uint8_t v)
{
	nl_put(n, type, &v, sizeof(v));
}

void nl_put_u16(struct nl *n, uint16_t type, uint16_t v)
{
	nl_put(n, type, &v, sizeof(v));
}

void nl_put_u32(struct nl *n, uint16_t type, uint32_t v)
{
	nl_put(n, type, &v, sizeof(v));
}

void nl_put_string(struct nl *n, uint16_t type, const char *s)
{
	nl_put(n, type, s, strlen(s) + 1);
}

struct nlattr *nl_nest(struct nl *n, uint16_t type)
{
	struct nlattr *nest;

	nest = mnl_attr_nest_start_check(n->msg, sizeof(n->request), type);
	if (!nest)
		n->overflow = true;
	return nest;
}

void nl_nest_end(struct nl *n, struct nlattr *nest)
{
	if (nest)
		mnl_attr_nest_end(n->msg, nest);
}

/* --- answers --- */

const char *nl_why(const struct nl *n)
{
	return n->why;
}

/* Offset of the extended acknowledgement's attributes: behind the message
 * that is quoted, whole unless NLM_F_CAPPED. */
static unsigned int ext_ack_offset(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	unsigned int off = sizeof(*e);

	if (!(nlh->nlmsg_flags & NLM_F_CAPPED) && e->error)
		off += e->msg.nlmsg_len - sizeof(e->msg);
	return MNL_ALIGN(off);
}

static void read_why(struct nl *n, const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(nlh) < ext_ack_offset(nlh))
		return;
	mnl_attr_for_each(attr, nlh, ext_ack_offset(nlh)) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG ||
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			continue;
		strncpy(n->why, mnl_attr_get_str(attr), WHY_MAX - 1);
		n->why[WHY_MAX - 1] = '\0';
	}
}

static void on_error(struct talk *t, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

	t->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e)) {
		t->err = -EBADMSG;
		return;
	}
	if (e->error && !t->err)
		t->err = e->error;
	read_why(t->nl, nlh);
}

/* The end of a dump carries an errno of its own. */
static void on_done(struct talk *t, const struct nlmsghdr *nlh)
{
	int err = 0;

	t->done = true;
	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(err))
		memcpy(&err, mnl_nlmsg_get_payload(nlh), sizeof(err));
	if (err < 0 && !t->err)
		t->err = err;
}

static void on_message(struct talk *t, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != t->nl->seq || nlh->nlmsg_pid != t->nl->portid)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		t->interrupted = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		on_error(t, nlh);
		break;
	case NLMSG_DONE:
		on_done(t, nlh);
		break;
	case NLMSG_NOOP:
		break;
	default:
		/* After an error go on reading, so that the next talk finds
		 * the socket empty. */
		if (t->fn && !t->err)
			t->err = t->fn(t->arg, nlh);
	}
}

/* One datagram, which may hold many messages; -EAGAIN: none came in time. */
static int read_answers(struct talk *t, int flags)
{
	struct nl *n = t->nl;
	const struct nlmsghdr *nlh = (const void *)n->answer;
	ssize_t got;
	int left;

	do {
		got = recv(nl_fd(n), n->answer, sizeof(n->answer), flags);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	for (left = got; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left))
		on_message(t, nlh);
	return 0;
}

static int talk(struct nl *n, struct talk *t)
{
	int err = 0;

	if (mnl_socket_sendto(n->sock, n->msg, n->msg->nlmsg_len) < 0)
		return -errno;
	while (!t->done && !err)
		err = read_answers(t, 0);
	if (err)
		return err == -EAGAIN ? -ETIMEDOUT : err;
	if (!t->err && t->interrupted)
		return -EINTR;
	return t->err;
}

int nl_talk(struct nl *n, nl_fn fn, void *arg)
{
	struct talk t = { .nl = n, .fn = fn, .arg = arg };
	int err;

	/* Buffers and sequence number are of the talk that is under way. */
	if (n->talking)
		return -EBUSY;
	n->why[0] = '\0';
	if (n->overflow)
		return -EMSGSIZE;
	n->talking = true;
	err = talk(n, &t);
	n->talking = false;
	return err;
}

int nl_ask(struct nl *n)
{
	n->later = (struct talk){ .nl = n };
	if (n->overflow)
		return -EMSGSIZE;
	return mnl_socket_sendto(n->sock, n->msg, n->msg->nlmsg_len) < 0 ?
		-errno : 0;
}

int nl_answers(struct nl *n, nl_fn fn, void *arg)
{
	struct talk *t = &n->later;
	int err;

	t->fn = fn;
	t->arg = arg;
	err = read_answers(t, MSG_DONTWAIT);
	if (err || t->err)
		return err ? err : t->err;
	if (!t->done)
		return -EINPROGRESS;
	return t->interrupted ? -EINTR : 0;
}

/* --- generic netlink families --- */

struct family {
	const char *name;
	uint16_t id;
	struct nl_group *groups;
	unsigned int group_count;
};

static void read_group(struct family *f, const struct nlattr *group)
{
	const struct nlattr *attr;
	const char *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			name = mnl_attr_get_str(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			id = mnl_attr_get_u32(attr);
	}
	for (unsigned int i = 0; name && i < f->group_count; i++)
		if (!strcmp(f->groups[i].name, name))
			f->groups[i].id = id;
}

static int on_family(void *arg, const struct nlmsghdr *nlh)
{
	struct family *f = arg;
	const struct nlattr *attr, *group;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
			f->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(group, attr)
				read_group(f, group);
	}
	return 0;
}

int nl_family(struct nl *n, const char *name, uint16_t *family,
	      struct nl_group *groups, unsigned int group_count)
{
	struct family f = { .groups = groups, .group_count = group_count };
	int err;

	nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	nl_put_string(n, CTRL_ATTR_FAMILY_NAME, name);
	err = nl_talk(n, on_family, &f);
	if (err)
		return err;
	*family = f.id;
	for (unsigned int i = 0; i < group_count; i++)
		if (!groups[i].id)
			return -ENOENT;
	return f.id ? 0 : -ENOENT;
}

static int on_listed(void *arg, const struct nlmsghdr *nlh)
{
	struct family *f = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
		    !strcmp(mnl_attr_get_str(attr), f->name))
			return on_family(f, nlh);
	return 0;
}

/* Who asks for it by name has the kernel load it; a list does not. */
int nl_family_there(struct nl *n, const char *name)
{
	struct family f = { .name = name };
	int err;

	nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
	err = nl_talk(n, on_listed, &f);
	if (f.id)
		return 0;
	return err ? err : -ENOENT;
}

/* --- notifications --- */

int nl_join(struct nl *n, uint32_t group)
{
	return setsockopt(nl_fd(n), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			  &group, sizeof(group)) ? -errno : 0;
}

int nl_receive(struct nl *n, nl_fn fn, void *arg)
{
	const struct nlmsghdr *nlh;
	ssize_t got;
	int left;

	for (int i = 0; i < BATCH; i++) {
		got = recv(nl_fd(n), n->answer, sizeof(n->answer),
			   MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN && i ? 0 : -errno;
		nlh = (const void *)n->answer;
		for (left = got; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left))
			if (nlh->nlmsg_type >= NLMSG_MIN_TYPE)
				fn(arg, nlh);
	}
	return 0;
}
