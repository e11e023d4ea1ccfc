// SPDX-License-Identifier: GPL-2.0-or-later
/* lispd: reads its arguments and its configuration, then runs. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cfg/conf.h"
#include "cfg/file.h"
#include "cfg/load.h"
#include "io/log.h"
#include "io/loop.h"
#include "run/daemon.h"
#include "run/roles.h"

#define DEFAULT_FILE	"/etc/lispd.conf"
#define NAME_MAX_LEN	64

static const char usage[] =
"usage: lispd [-c FILE] [-d]\n"
"       lispd --check FILE\n"
"       lispd --schema | --json-schema\n"
"\n"
"  -c, --config FILE  configuration, default " DEFAULT_FILE "\n"
"  -d, --debug        log as with \"log-level\": \"debug\"\n"
"  -f, --foreground   what it always does; for old habits\n"
"      --check FILE   look for mistakes in a configuration and exit\n"
"      --schema       print all keys of the configuration and exit\n"
"      --json-schema  the same as JSON Schema, for editors and orchestrators\n"
"  -h, --help         print this\n"
"\n"
"SIGTERM and SIGINT end it cleanly: registrations are withdrawn, and devices,\n"
"routes and mappings it made are removed (see \"keep-on-exit\").  SIGUSR1 ends\n"
"it for the next one to start: all of that stays.  After SIGUSR1 and SIGKILL\n"
"known EIDs keep flowing, and the next start takes them over.\n"
"SIGHUP makes it read FILE again; a file with a mistake changes nothing.\n";

enum option_id {
	OPT_CHECK = 256,
	OPT_SCHEMA,
	OPT_JSON_SCHEMA,
};

static const struct option options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "debug", no_argument, NULL, 'd' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "check", required_argument, NULL, OPT_CHECK },
	{ "schema", no_argument, NULL, OPT_SCHEMA },
	{ "json-schema", no_argument, NULL, OPT_JSON_SCHEMA },
	{ "help", no_argument, NULL, 'h' },
	{ NULL }
};

struct arguments {
	const char *file;
	bool debug;
	bool check;
};

/* Exits for options that are a whole run. */
static void read_arguments(int argc, char **argv, struct arguments *a)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:dfh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			a->file = optarg;
			break;
		case 'd':
			a->debug = true;
			break;
		case 'f':
			break;
		case OPT_CHECK:
			a->file = optarg;
			a->check = true;
			break;
		case OPT_SCHEMA:
			cfg_schema_print(&conf_schema);
			exit(0);
		case OPT_JSON_SCHEMA:
			cfg_schema_print_json(&conf_schema);
			exit(0);
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "lispd: unexpected \"%s\"\n%s", argv[optind],
			usage);
		exit(2);
	}
}

static struct conf *load(const char *file)
{
	struct cfg_errors e;
	struct conf *c;

	cfg_errors_init(&e, file);
	c = conf_await(file, &e);
	for (unsigned int i = 0; i < e.count && i < CFG_ERRORS_MAX; i++)
		fprintf(stderr, "%s\n", e.lines[i] ? e.lines[i] :
			"out of memory");
	if (e.count > CFG_ERRORS_MAX)
		fprintf(stderr, "%s: %u more mistakes\n", file,
			e.count - CFG_ERRORS_MAX);
	cfg_errors_free(&e);
	return c;
}

/* What the keys in a configuration's files are is found when they are used;
 * complains of those that cannot be.  An xTR has no such keys, and would ask the
 * kernel about its addresses. */
static bool keys_are_good(const struct conf *c)
{
	static const uint8_t none[16];
	struct conf rest = *c;
	struct roles *r;
	int err;

	rest.xtr = NULL;
	r = roles_new(&rest, NULL, none, &err);
	roles_free(r);
	return r;
}

static int check(struct conf *c, const char *file)
{
	bool ok = keys_are_good(c);

	if (ok)
		printf("%s: no mistakes\n", file);
	conf_free(c);
	return ok ? 0 : 1;
}

/* Become the user.  What is needed to read the files again that are only
 * root's is kept if there are any. */
static int drop(const struct daemon *d, const struct conf *c, const char *file)
{
	unsigned int keep = c->xtr ? PRIV_NET_ADMIN : 0;
	int err;

	if (keep && !priv_may_net_admin()) {
		log_error("\"xtr\" needs CAP_NET_ADMIN: start lispd as root, "
			  "or with this capability");
		return -EPERM;
	}
	err = priv_drop(&d->user, keep | PRIV_READ_FILES);
	if (!err && priv_readable(file) &&
	    cfg_files(&conf_schema, c, priv_readable))
		err = priv_keep(keep);
	if (err)
		log_error("cannot go on as user %u: %s",
			  (unsigned int)d->user.uid, strerror(-err));
	return err;
}

/* For who asks lispd what its file is, and is in another directory. */
static const char *absolute(const char *file)
{
	static char path[PATH_MAX];
	size_t len;

	if (*file == '/' || !getcwd(path, sizeof(path)))
		return file;
	len = strlen(path);
	if (len + 1 + strlen(file) >= sizeof(path))
		return file;
	snprintf(path + len, sizeof(path) - len, "/%s", file);
	return path;
}

static int run(struct daemon *d, const struct conf *c,
	       const struct arguments *a)
{
	int err = daemon_init(d, c, NULL);

	if (err)
		return err;
	d->file = absolute(a->file);
	d->debug = a->debug;
	err = drop(d, c, d->file);
	if (!err)
		err = daemon_start(d);
	if (err)
		return err;
	err = loop_run(d->loop);
	daemon_stop(d);
	return d->failed ? -EIO : err;
}

int main(int argc, char **argv)
{
	struct arguments a = { .file = DEFAULT_FILE };
	char host[NAME_MAX_LEN] = "lispd";
	struct daemon d = { .conf = NULL };
	struct conf *c;
	int err;

	read_arguments(argc, argv, &a);
	/* From here on there are keys in memory. */
	err = priv_undumpable();
	if (err) {
		fprintf(stderr, "lispd: prctl: %s\n", strerror(-err));
		return 1;
	}
	file_set_open(priv_open);
	c = load(a.file);
	if (!c)
		return 1;
	if (a.check)
		return check(c, a.file);
	if (!c->name) {
		gethostname(host, sizeof(host) - 1);
		c->name = strdup(host);
	}
	log_init(a.debug ? LOG_LEVEL_DEBUG : daemon_log_level(c), c->name);
	err = run(&d, c, &a);
	daemon_free(&d);
	conf_free(c);
	return err ? 1 : 0;
}
