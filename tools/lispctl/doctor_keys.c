// SPDX-License-Identifier: GPL-2.0-or-later
/* Files with keys: who else may read or change them? */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"

/* There may be thousands: the first of each kind is named. */
struct key_files {
	size_t closed;
	size_t open;
	const char *first_open;
	size_t unknown;
	const char *first_unknown;
	int err;			/* of that one */
};

static void count_file(struct key_files *f, const char *file, int err,
		       mode_t mode)
{
	if (err) {
		if (!f->unknown++) {
			f->first_unknown = file;
			f->err = err;
		}
	} else if (mode & (S_IROTH | S_IWOTH)) {
		if (!f->open++)
			f->first_open = file;
	} else {
		f->closed++;
	}
}

static void look_at_file(struct key_files *f, const char *file)
{
	struct stat st = { 0 };
	int err = stat(file, &st) ? -errno : 0;

	count_file(f, file, err, st.st_mode);
}

static void judge_key_files(struct doctor *d, const struct key_files *f)
{
	if (f->unknown) {
		doctor_found(d, VERDICT_UNKNOWN, "files with keys, who may "
			     "read them: %s: %s (of %zu)", f->first_unknown,
			     strerror(-f->err), f->unknown);
		doctor_advise(d, "run \"lispctl doctor\" as root");
	}
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
