/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink transport over libmnl: synchronous requests and dumps on one
 * socket, notifications on another.
 *
 * A request is written into the buffer nl_message() returns and sent by
 * nl_talk(); the answer comes as calls of a function, then the kernel's
 * verdict as return value, and its sentence (extack), if there was one,
 * through nl_why().
 */
#ifndef LISP_IO_NL_H
#define LISP_IO_NL_H

#include <stdint.h>

#include <libmnl/libmnl.h>

#define NL_MESSAGE_MAX	8192	/* octets of a request */

struct nl;

/* An answer, or a notification.  0 or negative errno, which ends the talk. */
typedef int (*nl_fn)(void *arg, const struct nlmsghdr *nlh);

/* @bus is NETLINK_GENERIC or NETLINK_ROUTE.  NULL and an errno in *@err. */
struct nl *nl_open(int bus, int *err);
void nl_free(struct nl *n);
int nl_fd(const struct nl *n);

/* Address of the socket, by which a notification names its cause. */
uint32_t nl_portid(const struct nl *n);

/*
 * Start a request: @flags beyond NLM_F_REQUEST and NLM_F_ACK.  The message
 * has room for NL_MESSAGE_MAX octets: use the _check putters, or the ones
 * below, which make nl_talk() fail with -EMSGSIZE.
 */
struct nlmsghdr *nl_message(struct nl *n, uint16_t type, uint16_t flags);
/* The same with a generic netlink header behind it. */
struct nlmsghdr *nl_message_genl(struct nl *n, uint16_t family, uint8_t cmd,
				 uint8_t version, uint16_t flags);

void nl_put(struct nl *n, uint16_t type, const void *data, uint16_t len);
void nl_put_u8(struct nl *n, uint16_t type, uint8_t v);
void nl_put_u16(struct nl *n, uint16_t type, uint16_t v);
void nl_put_u32(struct nl *n, uint16_t type, uint32_t v);
void nl_put_string(struct nl *n, uint16_t type, const char *s);
struct nlattr *nl_nest(struct nl *n, uint16_t type);
void nl_nest_end(struct nl *n, struct nlattr *nest);

/*
 * Send the message and read all answers.  0 or negative errno: what the
 * kernel said, what @fn said, -ETIMEDOUT, or -EINTR when a dump was
 * inconsistent (NLM_F_DUMP_INTR; everything was delivered): ask again.
 * -EBUSY: @fn of a talk that is under way began another one.
 */
int nl_talk(struct nl *n, nl_fn fn, void *arg);

/*
 * The same for who does not wait: nl_ask(), then nl_answers() whenever nl_fd()
 * can be read, which reads a part.  -EINPROGRESS: that was not all; -EAGAIN:
 * nothing was there; else as nl_talk(), and there is nothing more, but after
 * another error than -EINTR the socket is to be closed.
 */
int nl_ask(struct nl *n);
int nl_answers(struct nl *n, nl_fn fn, void *arg);

/* The kernel's sentence about the last nl_talk(), "" if it had none. */
const char *nl_why(const struct nl *n);

/* A generic netlink family: its number, and those of its groups. */
struct nl_group {
	const char *name;
	uint32_t id;		/* set by nl_family() */
};

/* -ENOENT: no such family, or a group is missing. */
int nl_family(struct nl *n, const char *name, uint16_t *family,
	      struct nl_group *groups, unsigned int group_count);

/* The same family of generic netlink without the kernel loading a module for
 * it: 0, or -ENOENT when it is not there now. */
int nl_family_there(struct nl *n, const char *name);

/* Become a member; notifications come through nl_receive(). */
int nl_join(struct nl *n, uint32_t group);

/* Read what is there, at most a batch, without waiting.  0; -EAGAIN when
 * nothing was there; -ENOBUFS when notifications were lost. */
int nl_receive(struct nl *n, nl_fn fn, void *arg);

#endif
