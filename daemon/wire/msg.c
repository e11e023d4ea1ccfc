// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dispatch by message type.  A new message is a file of its own and a row
 * here.
 */
#include "wire/msg.h"

#include <errno.h>
#include <string.h>

typedef int parse_fn(const void *data, size_t len, struct arena *arena,
		     struct lisp_msg *m, struct wire_error *err);
typedef int build_fn(const struct lisp_msg *m, void *buf, size_t size);

static int request_parse(const void *data, size_t len, struct arena *arena,
			 struct lisp_msg *m, struct wire_error *err)
{
	return map_request_parse(data, len, arena, &m->request, err);
}

static int request_build(const struct lisp_msg *m, void *buf, size_t size)
{
	return map_request_build(&m->request, buf, size);
}

static int reply_parse(const void *data, size_t len, struct arena *arena,
		       struct lisp_msg *m, struct wire_error *err)
{
	return map_reply_parse(data, len, arena, &m->reply, err);
}

static int reply_build(const struct lisp_msg *m, void *buf, size_t size)
{
	return map_reply_build(&m->reply, buf, size);
}

static int register_parse(const void *data, size_t len, struct arena *arena,
			  struct lisp_msg *m, struct wire_error *err)
{
	return map_register_parse(data, len, arena, &m->reg, err);
}

static int register_build(const struct lisp_msg *m, void *buf, size_t size)
{
	return map_register_build(&m->reg, buf, size);
}

static int notify_parse(const void *data, size_t len, struct arena *arena,
			struct lisp_msg *m, struct wire_error *err)
{
	return map_notify_parse(data, len, arena, &m->notify, err);
}

static int notify_build(const struct lisp_msg *m, void *buf, size_t size)
{
	bool ack = m->type == MSG_TYPE_MAP_NOTIFY_ACK;

	return m->notify.ack == ack ? map_notify_build(&m->notify, buf, size) :
				      -EINVAL;
}

static int refer_parse(const void *data, size_t len, struct arena *arena,
		       struct lisp_msg *m, struct wire_error *err)
{
	return map_referral_parse(data, len, arena, &m->referral, err);
}

static int refer_build(const struct lisp_msg *m, void *buf, size_t size)
{
	return map_referral_build(&m->referral, buf, size);
}

static int encapsulated_parse(const void *data, size_t len,
			      struct arena *arena, struct lisp_msg *m,
			      struct wire_error *err)
{
	return ecm_parse(data, len, &m->ecm, err);
}

static int encapsulated_build(const struct lisp_msg *m, void *buf, size_t size)
{
	return ecm_build(&m->ecm, buf, size);
}

/* Minimum: every count at its least, every address that may be empty empty. */
static const struct {
	const char *name;
	size_t min;
	parse_fn *parse;
	build_fn *build;
} types[16] = {
	[MSG_TYPE_MAP_REQUEST] = {
		"Map-Request", 24, request_parse, request_build },
	[MSG_TYPE_MAP_REPLY] = {
		"Map-Reply", 12, reply_parse, reply_build },
	[MSG_TYPE_MAP_REGISTER] = {
		"Map-Register", 28, register_parse, register_build },
	[MSG_TYPE_MAP_NOTIFY] = {
		"Map-Notify", 16, notify_parse, notify_build },
	[MSG_TYPE_MAP_NOTIFY_ACK] = {
		"Map-Notify-Ack", 16, notify_parse, notify_build },
	[MSG_TYPE_MAP_REFERRAL] = {
		"Map-Referral", 24, refer_parse, refer_build },
	[MSG_TYPE_ECM] = {
		"ECM", 4, encapsulated_parse, encapsulated_build },
};

const char *msg_type_name(unsigned int type)
{
	return type < 16 ? types[type].name : NULL;
}

int msg_peek_type(const void *data, size_t len)
{
	return len ? *(const uint8_t *)data >> 4 : -1;
}

static int refuse(struct wire_error *err, enum wire_reason reason,
		  size_t offset)
{
	if (err)
		*err = (struct wire_error){ reason, offset };
	return wire_reason_errno(reason);
}

int msg_parse(const void *data, size_t len, struct arena *arena,
	      struct lisp_msg *m, struct wire_error *err)
{
	int type = msg_peek_type(data, len);
	int ret;

	memset(m, 0, sizeof(*m));
	if (type < 0)
		return refuse(err, WIRE_SHORT, 0);
	if (!types[type].parse)
		return refuse(err, WIRE_TYPE, 0);
	if (len < types[type].min)
		return refuse(err, WIRE_SHORT, len);
	ret = types[type].parse(data, len, arena, m, err);
	if (ret == 0)
		m->type = (enum msg_type)type;
	return ret;
}

int msg_build(const struct lisp_msg *m, void *buf, size_t size)
{
	if (m->type >= 16 || !types[m->type].build)
		return -EINVAL;
	return types[m->type].build(m, buf, size);
}
