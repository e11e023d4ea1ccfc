// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cfg/file.h"

int priv_find_user(const char *name, struct priv_user *u)
{
	const struct passwd *p;

	u->uid = geteuid();
	u->gid = getegid();
	if (u->uid != 0)
		return 0;
	p = getpwnam(name);
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
	/* What root gives away is what was named, not what a link in it is to;
	 * who is not root gives nothing away. */
	if (geteuid() ? stat(dir, &st) : lstat(dir, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	/* Before it is somebody else's: that takes one capability less. */
	if ((st.st_mode & 07777) != 0700 && chmod(dir, 0700))
		return -errno;
	if ((st.st_uid != u->uid || st.st_gid != u->gid) &&
	    lchown(dir, u->uid, u->gid))
		return -errno;
	return 0;
}

int priv_undumpable(void)
{
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) ? -errno : 0;
}

/* --- capabilities --- */

static const cap_value_t net_admin = CAP_NET_ADMIN;
static const cap_value_t read_files = CAP_DAC_READ_SEARCH;

/* Whether it is there to be kept: it is not if who started us took it away, or
 * never gave it. */
static bool is_permitted(cap_value_t what)
{
	cap_flag_value_t on = CAP_CLEAR;
	cap_t now = cap_get_proc();

	if (now && cap_get_flag(now, what, CAP_PERMITTED, &on))
		on = CAP_CLEAR;
	cap_free(now);
	return on == CAP_SET;
}

bool priv_may_net_admin(void)
{
	return is_permitted(net_admin);
}

int priv_keep(unsigned int what)
{
	cap_t caps = cap_init();
	int err = 0;

	if (!caps)
		return -ENOMEM;
	if (what & PRIV_NET_ADMIN &&
	    (cap_set_flag(caps, CAP_PERMITTED, 1, &net_admin, CAP_SET) ||
	     cap_set_flag(caps, CAP_EFFECTIVE, 1, &net_admin, CAP_SET)))
		err = -errno;
	if (what & PRIV_READ_FILES && is_permitted(read_files) &&
	    cap_set_flag(caps, CAP_PERMITTED, 1, &read_files, CAP_SET))
		err = -errno;
	if (!err && cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

/* With the capability effective, and without it again: both sets are made
 * before, so that nothing comes in between. */
static int open_raised(const char *file)
{
	cap_t low = cap_get_proc(), high = low ? cap_dup(low) : NULL;
	int fd = -EACCES;

	if (high && !cap_set_flag(high, CAP_EFFECTIVE, 1, &read_files,
				  CAP_SET) && !cap_set_proc(high)) {
		fd = file_open_plainly(file);
		if (cap_set_proc(low))
			abort();
	}
	cap_free(high);
	cap_free(low);
	return fd;
}

int priv_open(const char *file)
{
	int fd = file_open_plainly(file);

	return fd == -EACCES ? open_raised(file) : fd;
}

bool priv_readable(const char *file)
{
	int fd = file_open_plainly(file);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* --- the user --- */

static int change_user(const struct priv_user *u)
{
	if (geteuid() != 0)
		return geteuid() == u->uid ? 0 : -EPERM;
	if (setgroups(0, NULL) || setresgid(u->gid, u->gid, u->gid) ||
	    setresuid(u->uid, u->uid, u->uid))
		return -errno;
	return 0;
}

int priv_drop(const struct priv_user *u, unsigned int keep)
{
	int err;

	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	err = change_user(u);
	if (!err)
		err = priv_keep(keep);
	if (!err && (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) ||
		     prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		err = -errno;
	/* To become somebody else may have made it dumpable again. */
	return err ? err : priv_undumpable();
}
