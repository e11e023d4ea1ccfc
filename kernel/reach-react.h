/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What packets say about reachability, done later: packets are in softirq and
 * come as fast as they like, tables change under a mutex.
 *
 * A reaction has a key. While it is pending, more packets with this key only
 * renew its value; once done it is not done again for a second. A packet that
 * finds nothing to change may have to take back what is pending: the last word
 * counts. There is room
 * for LISP_REACT_SLOTS keys a network namespace. When that is full of others a
 * reaction is lost, and the next packet that wants it tries again.
 */
#ifndef _LISP_REACH_REACT_H
#define _LISP_REACH_REACT_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "addr.h"
#include "rloc.h"

struct lisp_iid;
struct lisp_net;

#define LISP_REACT_SLOTS	256

/* Reports of an old destination version, before its packets are dropped. */
#define LISP_REACT_PATIENCE	10

/* What to do; those from 0 on are reports, LISP_REACH_EVENT_*. */
enum lisp_react_kind {
	LISP_REACT_STATUS	= LISP_REACH_EVENT_STATUS_BITS,
	LISP_REACT_SOURCE_NEWER	= LISP_REACH_EVENT_SOURCE_NEWER,
	LISP_REACT_DEST_OLDER	= LISP_REACH_EVENT_DEST_OLDER,
	LISP_REACT_DEST_NEWER	= LISP_REACH_EVENT_DEST_NEWER,
	LISP_REACT_GLEAN	= LISP_REACH_EVENT_GLEANED,
	LISP_REACT_RLOC,		/* no report: a state of an RLOC */
	LISP_REACT_DOUBT,		/* no report: ICMP about an RLOC */
};

/**
 * struct lisp_react - a reaction; compared octet by octet, so zero it first
 * @underlay: of all kinds
 * @kind: enum lisp_react_kind
 * @rloc_family: of @rloc, 0: there is none
 * @iid: Instance-ID, not of LISP_REACT_RLOC and _DOUBT
 * @own: for versions, the one that we have; each has reports of its own
 * @rloc: where the packet came from, or the RLOC that changes
 * @port: of @rloc
 * @prefix: EID prefix, where there is an @iid
 */
struct lisp_react {
	u32			underlay;
	u32			iid;
	u8			kind;
	u8			rloc_family;
	__be16			port;
	u32			own;
	union lisp_addr		rloc;
	struct lisp_prefix	prefix;
};

/* Status bits: those that are up, and those that were said anything of. */
struct lisp_react_value {
	u32	value;		/* bits, version, or state */
	u32	mask;
};

struct lisp_react_slot;

/**
 * struct lisp_reacts - reactions of one network namespace
 * @lock: for @slots and all they have
 * @slots: NULL until a device needs them
 * @work: runs while one is pending
 * @changing: how many of LISP_REACT_STATUS are pending or being done
 */
struct lisp_reacts {
	spinlock_t		lock;
	struct lisp_react_slot	*slots;
	struct delayed_work	work;
	u32			changing;
};

int lisp_react_net_init(struct lisp_net *ln);
void lisp_react_net_exit(struct lisp_net *ln);

/* Make room for reactions; -ENOMEM. RTNL. */
int lisp_react_prepare(struct lisp_net *ln);

/* Do @what soon. How often it was done before. Any context but hard irq. */
u32 lisp_react(struct lisp_net *ln, const struct lisp_react *what,
	       u32 value, u32 mask);

/* As lisp_react(), if @what is pending or being done now; else nothing. */
void lisp_react_recall(struct lisp_net *ln, const struct lisp_react *what,
		       u32 value, u32 mask);

/*
 * Whether status bits of any mapping are about to change. What is read after
 * "no" is what the last change made.
 */
static inline bool lisp_react_is_changing(const struct lisp_reacts *r)
{
	/* before what is read next: set_active() */
	return smp_load_acquire(&r->changing);
}

/* lisp_net.lock is held: do it now (reach-do.c). */
void lisp_react_do(struct lisp_net *ln, const struct lisp_react *what,
		   const struct lisp_react_value *v);

#endif /* _LISP_REACH_REACT_H */
