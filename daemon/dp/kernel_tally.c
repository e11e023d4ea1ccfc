// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dumps of lisp.ko that nobody waits for.  The kernel makes a part of a dump
 * for each one that is read: reading one each time the loop turns keeps both of
 * us short.  Each dump has a socket of its own: one that is not read to its end
 * would be in the way of the next.  The family is the one that lispd found at its
 * start: a module loaded since is not the one whose numbers are told.
 */
#include "dp/kernel.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/netlink.h>

#include "dp/codec.h"
#include "io/loop.h"

struct kernel_tally {
	struct dp_kernel *k;
	struct dp_tally what;
	struct loop *loop;
	struct session session;
	struct loop_event *reader;
	unsigned int step;
};

static int on_dev(void *arg, const struct nlmsghdr *nlh)
{
	struct kernel_tally *t = arg;
	struct dp_dev dev;
	int err = codec_get_dev(nlh, &dev);

	if (!err && (!dev.ifindex || dev.underlay == t->k->underlay))
		t->what.dev(t->what.arg, &dev);
	return err;
}

static int on_iid(void *arg, const struct nlmsghdr *nlh)
{
	struct kernel_tally *t = arg;
	struct dp_iid i;
	int err = codec_get_iid(nlh, &i);

	if (!err && i.underlay == t->k->underlay &&
	    !t->what.iid(t->what.arg, &i))
		err = -ECANCELED;
	return err;
}

static int on_rloc(void *arg, const struct nlmsghdr *nlh)
{
	struct kernel_tally *t = arg;
	struct dp_rloc r;
	int err = codec_get_rloc(nlh, &r);

	if (!err && r.underlay == t->k->underlay &&
	    !t->what.rloc(t->what.arg, &r))
		err = -ECANCELED;
	return err;
}

static const struct {
	uint8_t cmd;
	nl_fn fn;
} steps[] = {
	{ LISP_CMD_DEV_GET, on_dev },
	{ LISP_CMD_IID_GET, on_iid },
	{ LISP_CMD_RLOC_GET, on_rloc },
};

#define STEPS	(sizeof(steps) / sizeof(steps[0]))

static void on_readable(void *arg);

static int start_step(struct kernel_tally *t)
{
	int err;

	loop_event_free(t->reader);
	t->reader = NULL;
	err = session_again(&t->session);
	if (err)
		return err;
	session_message(&t->session, steps[t->step].cmd, NLM_F_DUMP);
	err = nl_ask(t->session.nl);
	if (err)
		return err;
	t->reader = loop_reader(t->loop, nl_fd(t->session.nl), on_readable, t);
	return t->reader ? 0 : -ENOMEM;
}

void dp_kernel_tally_stop(struct dp *dp)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct kernel_tally *t = k->tally;

	if (!t)
		return;
	k->tally = NULL;
	loop_event_free(t->reader);
	session_close(&t->session);
	free(t);
}

static void end(struct kernel_tally *t, int err)
{
	const struct dp_tally what = t->what;

	dp_kernel_tally_stop(&t->k->dp);
	what.done(what.arg, err);
}

static void on_readable(void *arg)
{
	struct kernel_tally *t = arg;
	int err = nl_answers(t->session.nl, steps[t->step].fn, t);

	if (err == -EINPROGRESS || err == -EAGAIN)
		return;
	/* What has changed meanwhile may be missing, until the next time; and
	 * enough is enough. */
	if (err == -EINTR || err == -ECANCELED)
		err = 0;
	if (!err && ++t->step < STEPS) {
		err = start_step(t);
		if (!err)
			return;
	}
	end(t, err);
}

int dp_kernel_tally(struct dp *dp, struct loop *l, const struct dp_tally *what)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct kernel_tally *t;
	int err;

	if (k->tally)
		return -EBUSY;
	t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	k->tally = t;
	t->k = k;
	t->what = *what;
	t->loop = l;
	t->session.family = k->session.family;
	err = start_step(t);
	if (err)
		dp_kernel_tally_stop(dp);
	return err;
}
