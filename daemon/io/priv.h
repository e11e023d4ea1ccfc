/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving up root, or what else we were started with.
 *
 * lispd starts as root for three things: its state directory and control
 * socket, UDP port 4342 in a VRF, and the keys, which only root may read.
 * After that it needs CAP_NET_ADMIN (the lisp family, devices, routes) and
 * nothing else, not even to be root.
 *
 * But for one thing: a reload reads its files again, and may find another key
 * in them.  An open descriptor is no help, as a file that is replaced by
 * rename(2) is another one.  If there is a file that only root may read,
 * CAP_DAC_READ_SEARCH stays permitted, and is effective only while one such file
 * is opened; if there is none, nothing is kept.  It lets read, not write.
 *
 * Who is somebody else already, and was given these two capabilities (ambient
 * ones, capabilities(7), as systemd/lispd.service does), keeps as much of them
 * and stays who he is.  Then directory, socket and port must be his to make.
 */
#ifndef LISP_IO_PRIV_H
#define LISP_IO_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

struct priv_user {
	uid_t uid;
	gid_t gid;
};

/* Whom to be: @name if we are root, else who we are, whatever @name is.
 * 0 or -ENOENT. */
int priv_find_user(const char *name, struct priv_user *u);
int priv_find_group(const char *name, gid_t *gid);

/* Make @dir (its parents must be there) if it is missing; owned by @u, mode
 * 0700.  A link to a directory only if we are not root.  0, -ENOTDIR or another
 * negative errno. */
int priv_state_dir(const char *dir, const struct priv_user *u);

/* No core dump, and no memory or descriptors for others of this user to read.
 * 0 or negative errno. */
int priv_undumpable(void);

enum priv_kept {
	PRIV_NET_ADMIN = 1,	/* CAP_NET_ADMIN, effective */
	PRIV_READ_FILES = 2,	/* CAP_DAC_READ_SEARCH, if it is there, only
				 * permitted */
};

/*
 * Become @u for good: no supplementary groups, no way back, no core dumps, and
 * no capability but those of @keep (PRIV_...).  Who is not root must be @u, and
 * keeps his groups.  0 or negative errno; after an error the process must end.
 */
int priv_drop(const struct priv_user *u, unsigned int keep);

/* Whether there is a CAP_NET_ADMIN to be kept. */
bool priv_may_net_admin(void);

/* Of this thread's capabilities keep those of @what only.  0 or negative
 * errno. */
int priv_keep(unsigned int what);

/* A descriptor to read @file from, with PRIV_READ_FILES if it takes that and
 * it was kept; negative errno. */
int priv_open(const char *file);

/* Whether @file can be opened without PRIV_READ_FILES. */
bool priv_readable(const char *file);

#endif
