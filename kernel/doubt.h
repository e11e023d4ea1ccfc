/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RLOCs that ICMP took out of use. Nobody is sure, so that ends by itself: an
 * RLOC is up again when nobody said anything else of it for a minute (module
 * parameter icmp_wait), and packets find out whether it is.
 */
#ifndef _LISP_DOUBT_H
#define _LISP_DOUBT_H

#include <linux/list.h>
#include <linux/workqueue.h>

struct lisp_net;
struct lisp_rloc;

/**
 * struct lisp_doubts - those of one network namespace
 * @rlocs: lisp_rloc.doubted, the oldest first (lisp_net.lock)
 * @work: runs each second while there are any
 */
struct lisp_doubts {
	struct list_head	rlocs;
	struct delayed_work	work;
};

int lisp_doubt_net_init(struct lisp_net *ln);
void lisp_doubt_net_exit(struct lisp_net *ln);

/*
 * @rloc has become "unreachable-icmp". A change of its state, by whomever,
 * ends the doubt. lisp_net.lock is held.
 */
void lisp_doubt_add(struct lisp_net *ln, struct lisp_rloc *rloc);

#endif /* _LISP_DOUBT_H */
