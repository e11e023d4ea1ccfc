// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/priv.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

int priv_find_user(const char *name, struct priv_user *u)
{
	struct passwd *p = getpwnam(name);

	if (!p)
		return -ENOENT;
	u->uid = p->pw_uid;
	u->gid = p->pw_gid;
	return 0;
}

int priv_find_group(const char *name, gid_t *gid)
{
	struct group *g = getgrnam(name);

	if (!g)
		return -ENOENT;
	*gid = g->gr_gid;
	return 0;
}

int priv_state_dir(const char *dir, const struct priv_user *u)
{
	struct stat st;

	if (mkdir(dir, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(dir, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if ((st.st_uid != u->uid || st.st_gid != u->gid) &&
	    lchown(dir, u->uid, u->gid))
		return -errno;
	return chmod(dir, 0700) ? -errno : 0;
}

/* Permitted and effective become CAP_NET_ADMIN or nothing. */
static int set_capabilities(bool net_admin)
{
	cap_value_t admin = CAP_NET_ADMIN;
	cap_t caps = cap_init();
	int err = 0;

	if (!caps)
		return -ENOMEM;
	if (net_admin &&
	    (cap_set_flag(caps, CAP_PERMITTED, 1, &admin, CAP_SET) ||
	     cap_set_flag(caps, CAP_EFFECTIVE, 1, &admin, CAP_SET)))
		err = -errno;
	if (!err && cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

static int change_user(const struct priv_user *u)
{
	if (geteuid() != 0)
		return geteuid() == u->uid ? 0 : -EPERM;
	if (setgroups(0, NULL) || setresgid(u->gid, u->gid, u->gid) ||
	    setresuid(u->uid, u->uid, u->uid))
		return -errno;
	return 0;
}

int priv_drop(const struct priv_user *u, bool net_admin)
{
	int err;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	err = change_user(u);
	if (!err)
		err = set_capabilities(net_admin);
	if (!err && (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) ||
		     prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		err = -errno;
	return err;
}
