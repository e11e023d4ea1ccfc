/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up root.
 *
 * lispd starts as root for three things: its state directory and control
 * socket, UDP port 4342 in a VRF, and the keys, which only root may read.
 * After that it needs CAP_NET_ADMIN (the lisp family, devices, routes) and
 * nothing else, not even to be root.
 */
#ifndef LISP_IO_PRIV_H
#define LISP_IO_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

struct priv_user {
	uid_t uid;
	gid_t gid;
};

/* 0 or -ENOENT. */
int priv_find_user(const char *name, struct priv_user *u);
int priv_find_group(const char *name, gid_t *gid);

/* Make @dir (its parents must be there) if it is missing; owned by @u, mode
 * 0700.  0, -ENOTDIR or another negative errno. */
int priv_state_dir(const char *dir, const struct priv_user *u);

/*
 * Become @u for good: no supplementary groups, no way back, and no capability
 * but CAP_NET_ADMIN, if @net_admin.  Works also when not started as root, as
 * long as nothing has to change.  0 or negative errno; after an error the
 * process must end.
 */
int priv_drop(const struct priv_user *u, bool net_admin);

#endif
