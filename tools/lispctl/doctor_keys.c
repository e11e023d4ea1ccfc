// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with keys: who else may read or change them? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"

/* There may be thousands: one is named. */
struct key_files {
	size_t closed;
	size_t open;
	const char *first_open;
};

/* What everybody may do with @file: nothing where a directory keeps them out.
 * Negative errno. */
static int mode_for_all(const char *file)
{
	char *path = realpath(file, NULL);
	struct stat st;
	int mode = 0;

	if (!path)
		return -errno;
	if (!stat(path, &st))
		mode = st.st_mode & S_IRWXO;
	for (char *s = strrchr(path, '/'); s && s != path;
	     s = strrchr(path, '/')) {
		*s = '\0';
		if (stat(path, &st) || !(st.st_mode & S_IXOTH))
			mode = 0;
	}
	free(path);
	return mode;
}

/* It was there a moment ago, when the configuration was read. */
static void look_at_file(struct key_files *f, const char *file)
{
	int mode = mode_for_all(file);

	if (mode < 0)
		return;
	if (!(mode & (S_IROTH | S_IWOTH)))
		f->closed++;
	else if (!f->open++)
		f->first_open = file;
}

static void judge_key_files(struct doctor *d, const struct key_files *f)
{
	if (f->open) {
		doctor_found(d, VERDICT_WARNING, "files with keys that every "
			     "user of this host may read or change: %zu, "
			     "\"%s\" is one", f->open, f->first_open);
		doctor_advise(d, "\"chmod o= %s\"; if there are users who "
			      "should not know the key, make a new one",
			      f->first_open);
	}
	if (f->closed)
		doctor_found(d, VERDICT_OK, "files with keys that not every "
			     "user may read: %zu", f->closed);
}

/* A key is in a file of its own or, as @inside then says, the configuration. */
static void look_at_key(struct key_files *f, const struct conf_key *k,
			bool *inside)
{
	if (k->key_file)
		look_at_file(f, k->key_file);
	else if (k->key)
		*inside = true;
}

/* Public keys are everybody's. */
void doctor_keys(struct doctor *d)
{
	const struct conf *c = d->conf;
	struct key_files f = { 0 };
	bool inside = false;

	for (size_t i = 0; c && c->xtr && i < c->xtr->map_server_count; i++)
		look_at_key(&f, &c->xtr->map_servers[i].key, &inside);
	for (size_t i = 0; c && c->ms && i < c->ms->site_count; i++)
		for (size_t j = 0; j < c->ms->sites[i].key_count; j++)
			look_at_key(&f, &c->ms->sites[i].keys[j], &inside);
	for (size_t i = 0; c && c->ddt && i < c->ddt->key_count; i++)
		look_at_file(&f, c->ddt->keys[i].file);
	if (inside)
		look_at_file(&f, d->file);
	judge_key_files(d, &f);
}
