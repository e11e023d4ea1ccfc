// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands that go to the kernel: one row each says what is sent and how
 * answers are read and shown. */
#include "lispctl.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>

#include <linux/lisp.h>

#include "dp/codec.h"
#include "dp/session.h"
#include "objects.h"

/* A command under way. */
struct job {
	const struct options *opt;
	const struct args *args;
	struct session session;
	uint32_t underlay;
	uint32_t vrf;
	struct out *out;
};

int kernel_open(struct session *s)
{
	int err = session_open(s);

	if (err == -ENOENT)
		complain("the kernel has no LISP data plane: is the module "
			 "\"lisp\" loaded?");
	else if (err)
		complain("cannot talk to the kernel: %s", strerror(-err));
	return err;
}

void kernel_complain(const struct session *s, int err)
{
	const char *why = nl_why(s->nl);

	if (err == -EINTR)
		complain("the kernel's tables changed too much meanwhile: "
			 "entries may be missing or shown twice");
	else if (*why)
		complain("%s (%s)", why, strerror(-err));
	else if (err == -EPERM)
		complain("only root, or who has CAP_NET_ADMIN, may ask the "
			 "kernel for that");
	else
		complain("the kernel says: %s", strerror(-err));
}

/* --- requests --- */

static struct eid eid_of(const struct args *a)
{
	return eid_make(a->iid, &a->prefix);
}

static void put_map(struct job *j)
{
	struct dp_map m = {
		.underlay = j->underlay,
		.eid = eid_of(j->args),
		.action = j->args->action,
		.locators = j->args->locators,
		.has_home = args_said(j->args, WORD_HOME_IID),
		.home_iid = j->args->home_iid,
		.ttl = j->args->ttl,
		.origin = j->args->origin,
		.version = j->args->version,
	};

	codec_put_map(j->session.nl, &m);
}

static void put_local(struct job *j)
{
	struct dp_local l = {
		.underlay = j->underlay,
		.eid = eid_of(j->args),
		.locators = j->args->locators,
		.origin = j->args->origin,
		.version = j->args->version,
	};

	codec_put_local(j->session.nl, &l);
}

static void put_map_key(struct job *j)
{
	struct eid e = eid_of(j->args);

	codec_put_key(j->session.nl, CODEC_MAP, j->underlay, &e,
		      j->args->origin);
}

static void put_local_key(struct job *j)
{
	struct eid e = eid_of(j->args);

	codec_put_key(j->session.nl, CODEC_LOCAL, j->underlay, &e,
		      j->args->origin);
}

static void put_eid(struct job *j)
{
	codec_put_lookup(j->session.nl, j->underlay, j->args->iid,
			 &j->args->eid);
}

static struct dp_filter filter_of(const struct job *j)
{
	return (struct dp_filter) {
		.has_underlay = args_said(j->args, WORD_UNDERLAY),
		.underlay = j->underlay,
		.has_iid = args_said(j->args, WORD_IID),
		.iid = j->args->iid,
		.has_origin = args_said(j->args, WORD_ORIGIN),
		.origin = j->args->origin,
	};
}

static void put_filter(struct job *j)
{
	struct dp_filter f = filter_of(j);

	codec_put_filter(j->session.nl, j->args->command == CMD_LOCAL_SHOW ?
			 CODEC_LOCAL : CODEC_MAP, &f);
}

static void put_dev_filter(struct job *j)
{
	struct dp_filter f = filter_of(j);

	codec_put_dev_filter(j->session.nl, &f);
}

static void put_rloc(struct job *j)
{
	struct dp_rloc r = {
		.underlay = j->underlay,
		.addr = j->args->address,
		.port = j->args->port,
		.state = j->args->state,
		.rtt = j->args->rtt,
	};

	/* "rloc show" without an address is a dump of all. */
	if (args_said(j->args, WORD_ADDRESS))
		codec_put_rloc(j->session.nl, &r,
			       args_said(j->args, WORD_STATE),
			       args_said(j->args, WORD_RTT));
	else
		put_filter(j);
}

static void put_iid(struct job *j)
{
	struct dp_iid i = {
		.underlay = j->underlay,
		.iid = j->args->iid,
		.vrf = j->vrf,
	};

	codec_put_iid(j->session.nl, &i, true);
}

/* --- answers --- */

static int add(struct job *j, int err, struct json_object *(*make)(const void *),
	       const void *object)
{
	if (!err)
		out_add(j->out, make(object));
	return err;
}

#define MAKER(name_, type_) \
	static struct json_object *make_##name_(const void *object) \
	{ \
		return object_##name_(object); \
	} \
	static int on_##name_(void *arg, const struct nlmsghdr *nlh) \
	{ \
		type_ o; \
	\
		return add(arg, codec_get_##name_(nlh, &o), make_##name_, &o); \
	}

MAKER(map, struct dp_map)
MAKER(local, struct dp_local)
MAKER(rloc, struct dp_rloc)
MAKER(miss, struct dp_miss)
MAKER(iid, struct dp_iid)

static int on_dev(void *arg, const struct nlmsghdr *nlh)
{
	struct job *j = arg;
	struct dp_dev d;
	int err = codec_get_dev(nlh, &d);

	if (err)
		return err;
	/* People need not know that nothing happened outside of devices. */
	if (!d.ifindex && !d.drop_count && !d.icmp_too_big &&
	    !d.icmp_unreachable && !d.icmp_hop_limit && !d.icmp_refused &&
	    !j->opt->json)
		return 0;
	out_add(j->out, j->opt->json ? object_dev(&d) : object_dev_short(&d));
	return 0;
}

/* --- */

static const struct request {
	uint8_t command;
	uint16_t flags;
	void (*put)(struct job *j);
	nl_fn on_answer;		/* NULL: none comes */
	const struct column *columns;
	size_t column_count;
} requests[CMD_COUNT] = {
#define SEND(command_, flags_, put_) \
	.command = LISP_CMD_##command_, .flags = flags_, .put = put_
#define SHOW(kind_) \
	.on_answer = on_##kind_, .columns = kind_##_columns, \
	.column_count = sizeof(kind_##_columns) / sizeof(struct column)
#define REPLACE	(NLM_F_CREATE | NLM_F_REPLACE)
	[CMD_MAP_ADD] = { SEND(MAP_NEW, REPLACE, put_map) },
	[CMD_MAP_DEL] = { SEND(MAP_DEL, 0, put_map_key) },
	[CMD_MAP_FLUSH] = { SEND(MAP_FLUSH, 0, put_filter) },
	[CMD_MAP_GET] = { SEND(MAP_GET, 0, put_eid), SHOW(map) },
	[CMD_MAP_SHOW] = { SEND(MAP_GET, NLM_F_DUMP, put_filter), SHOW(map) },
	[CMD_LOCAL_ADD] = { SEND(LOCAL_NEW, REPLACE, put_local) },
	[CMD_LOCAL_DEL] = { SEND(LOCAL_DEL, 0, put_local_key) },
	[CMD_LOCAL_SHOW] = { SEND(LOCAL_GET, NLM_F_DUMP, put_filter),
		SHOW(local) },
	[CMD_RLOC_SET] = { SEND(RLOC_SET, 0, put_rloc) },
	[CMD_RLOC_SHOW] = { SEND(RLOC_GET, NLM_F_DUMP, put_rloc),
		SHOW(rloc) },
	[CMD_DEVICE_SHOW] = { SEND(DEV_GET, NLM_F_DUMP, put_dev_filter),
		.on_answer = on_dev },
	[CMD_MISS_SHOW] = { SEND(MISS_GET, NLM_F_DUMP, put_filter),
		SHOW(miss) },
	[CMD_IID_ADD] = { SEND(IID_NEW, 0, put_iid) },
	[CMD_IID_DEL] = { SEND(IID_DEL, 0, put_iid) },
	[CMD_IID_SHOW] = { SEND(IID_GET, NLM_F_DUMP, put_filter),
		SHOW(iid) },
#undef REPLACE
#undef SHOW
#undef SEND
};

/* A dump takes filters; what names one object is a get. */
static uint16_t flags_of(const struct request *r, const struct args *a)
{
	if (a->command == CMD_RLOC_SHOW && args_said(a, WORD_ADDRESS))
		return 0;
	return r->flags;
}

/* @name: of a VRF, "default", or NULL. */
static int find_vrf(const char *what, const char *name, uint32_t *ifindex)
{
	if (!name)
		return 0;
	*ifindex = if_nametoindex(name);
	if (*ifindex || !strcmp(name, "default"))
		return 0;
	complain("%s \"%s\": there is no such device", what, name);
	return -ENODEV;
}

static int talk(struct job *j, const struct request *r)
{
	int err;

	if (r->on_answer) {
		j->out = out_new(stdout, j->opt->json, r->columns,
				 r->column_count);
		if (!j->out)
			return -ENOMEM;
	}
	session_message(&j->session, r->command, flags_of(r, j->args));
	r->put(j);
	err = nl_talk(j->session.nl, r->on_answer, j);
	if (err)
		kernel_complain(&j->session, err);
	if (j->out && out_end(j->out) && !err) {
		complain("cannot write the answer");
		err = -EIO;
	}
	return err;
}

int kernel_run(const struct options *opt, const struct args *a)
{
	struct job j = { .opt = opt, .args = a };
	int err = find_vrf("underlay", a->underlay, &j.underlay);

	if (!err)
		err = find_vrf("vrf", a->vrf, &j.vrf);
	if (!err)
		err = kernel_open(&j.session);
	if (err)
		return LISPCTL_FAILED;
	err = talk(&j, &requests[a->command]);
	session_close(&j.session);
	return err ? LISPCTL_FAILED : 0;
}
