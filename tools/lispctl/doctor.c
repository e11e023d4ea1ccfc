// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../common/lispd.h"
#include "../common/progress.h"
#include "../common/said.h"
#include "../common/socket.h"
#include "io/priv.h"
#include "out.h"

#define CONF_DEFAULT	"/etc/lispd.conf"
#define TEXT_SIZE	512

static const char *const verdict_names[] = {
	[VERDICT_OK] = "ok",
	[VERDICT_UNKNOWN] = "unknown",
	[VERDICT_WARNING] = "warning",
	[VERDICT_BAD] = "bad",
};

/* --- findings --- */

__attribute__((format(printf, 3, 0)))
static void put_text(struct json_object *o, const char *key, const char *fmt,
		     va_list ap)
{
	char text[TEXT_SIZE];

	vsnprintf(text, sizeof(text), fmt, ap);
	json_object_object_add(o, key, json_object_new_string(text));
}

void doctor_found(struct doctor *d, enum verdict v, const char *fmt, ...)
{
	struct json_object *o = json_object_new_object();
	va_list ap;

	json_object_object_add(o, "check", json_object_new_string(d->check));
	json_object_object_add(o, "verdict",
			       json_object_new_string(verdict_names[v]));
	va_start(ap, fmt);
	put_text(o, "finding", fmt, ap);
	va_end(ap);
	json_object_array_add(d->findings, o);
	d->worst = v > d->worst ? v : d->worst;
}

void doctor_advise(struct doctor *d, const char *fmt, ...)
{
	size_t n = json_object_array_length(d->findings);
	va_list ap;

	va_start(ap, fmt);
	put_text(json_object_array_get_idx(d->findings, n - 1), "do", fmt, ap);
	va_end(ap);
}

/* --- what is known --- */

const char *doctor_text(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) && v ?
		json_object_get_string(v) : "";
}

uint64_t doctor_number(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ?
		json_object_get_uint64(v) : 0;
}

static struct json_object *ask_lispd(struct doctor *d, const char *what)
{
	struct json_object *all;
	int err;

	if (d->lispd_err)
		return NULL;
	all = lispd_show(d->socket, what, &err);
	/* What it refuses to say is of a role that it does not have. */
	if (!all && err != -EPROTO) {
		doctor_found(d, VERDICT_UNKNOWN, "asked for its %s: %s", what,
			     strerror(-err));
		doctor_advise(d, "\"lispctl show %s\" may say more; is it "
			      "lispd, and of this version, that answers "
			      "behind %s?", what, d->socket);
	}
	return all;
}

static void find_lispd(struct doctor *d, const char *socket)
{
	d->socket = socket;
	d->status = lispd_show(socket, "status", &d->lispd_err);
}

static struct json_object *status_of(const struct doctor *d)
{
	return said_at(d->status, 0);
}

bool doctor_is_xtr(const struct doctor *d)
{
	struct json_object *roles = said_list(status_of(d), "roles");
	const char *role;

	if (d->conf)
		return d->conf->xtr;
	for (size_t i = 0; i < said_count(roles); i++) {
		role = json_object_get_string(
			json_object_array_get_idx(roles, i));
		if (role && !strcmp(role, "xtr"))
			return true;
	}
	return !roles;
}

static const char *conf_file(const struct doctor *d)
{
	const char *said = doctor_text(status_of(d), "configuration");

	if (d->args->config)
		return d->args->config;
	/* One that is not absolute is of lispd's working directory. */
	return *said == '/' ? said : CONF_DEFAULT;
}

static void judge_conf(struct doctor *d, const char *file,
		       const struct cfg_errors *e, int access_err)
{
	if (d->conf) {
		doctor_found(d, VERDICT_OK, "%s: no mistakes", file);
	} else if (access_err == EACCES) {
		doctor_found(d, VERDICT_UNKNOWN, "%s cannot be read, so it is "
			     "not known what should be here", file);
		doctor_advise(d, "run \"lispctl doctor\" as root");
	} else if (access_err) {
		doctor_found(d, d->lispd_err ? VERDICT_BAD : VERDICT_UNKNOWN,
			     access_err == ENOENT ? "there is no %s" :
			     "%s: %s", file, strerror(access_err));
		doctor_advise(d, "write one (\"lispd --schema\" explains every "
			      "key), or name another one: \"lispctl doctor "
			      "config FILE\"");
	}
	for (unsigned int i = 0; !d->conf && !access_err && i < e->count &&
	     i < CFG_ERRORS_MAX; i++) {
		doctor_found(d, VERDICT_BAD, "%s", e->lines[i] ? e->lines[i] :
			     "out of memory");
		doctor_advise(d, "mend the file, then \"lispd --check %s\" and "
			      "\"lispctl reload\"", file);
	}
}

static void check_conf(struct doctor *d)
{
	struct cfg_errors e;
	int err;

	d->file = conf_file(d);
	err = access(d->file, R_OK) ? errno : 0;
	cfg_errors_init(&e, d->file);
	if (!err)
		d->conf = conf_load(d->file, &e);
	judge_conf(d, d->file, &e, err);
	cfg_errors_free(&e);
	/* Nobody is behind the usual socket: the file may name another one. */
	if (d->lispd_err && d->conf &&
	    !strcmp(d->socket, SOCKET_DEFAULT) &&
	    strcmp(d->conf->control_socket, SOCKET_DEFAULT))
		find_lispd(d, d->conf->control_socket);
}

static void judge_lispd(struct doctor *d)
{
	struct json_object *s = status_of(d);

	switch (d->lispd_err) {
	case 0:
		doctor_found(d, VERDICT_OK, "\"%s\" answers, up for %s s, "
			     "data plane %s", doctor_text(s, "name"),
			     doctor_text(s, "uptime"),
			     doctor_text(s, "data-plane"));
		return;
	case -EACCES:
	case -EPROTO:
		doctor_found(d, VERDICT_UNKNOWN, "lispd behind %s does not "
			     "talk to this user", d->socket);
		doctor_advise(d, "run \"lispctl doctor\" as root, or as a "
			      "member of the \"control-group\" of lispd's "
			      "configuration");
		return;
	case -ETIMEDOUT:
		doctor_found(d, VERDICT_BAD, "lispd behind %s does not answer",
			     d->socket);
		doctor_advise(d, "\"journalctl -u lispd\" may say why; "
			      "\"systemctl restart lispd\"; known EIDs keep "
			      "flowing meanwhile");
		return;
	case -EBADMSG:
	case -EMSGSIZE:
	case -EFBIG:
		doctor_found(d, VERDICT_BAD, "what answers behind %s is no "
			     "lispd (%s)", d->socket, strerror(-d->lispd_err));
		doctor_advise(d, "\"ss -xlp\" says what listens there: stop "
			      "it, then \"systemctl restart lispd\"; or name "
			      "lispd's socket: \"lispctl -s SOCKET doctor\"");
		return;
	default:
		doctor_found(d, VERDICT_BAD, "no lispd behind %s (%s)",
			     d->socket, strerror(-d->lispd_err));
		doctor_advise(d, "\"systemctl start lispd\", then \"journalctl "
			      "-u lispd\" if it does not stay; or name its "
			      "socket: \"lispctl -s SOCKET doctor\"");
	}
}

static void add_peers(struct doctor *d)
{
	struct json_object *o, *local;
	struct addr a;

	for (size_t i = 0; i < said_count(d->rlocs); i++) {
		o = said_at(d->rlocs, i);
		if (json_object_object_get_ex(o, "local", &local) &&
		    !json_object_get_boolean(local) &&
		    !addr_from_text(doctor_text(o, "address"), &a))
			doctor_add_peer(d, &a);
	}
}

static void check_lispd(struct doctor *d)
{
	judge_lispd(d);
	d->database = ask_lispd(d, "database");
	d->rlocs = ask_lispd(d, "rlocs");
	add_peers(d);
	d->sites = ask_lispd(d, "sites");
	d->statistics = ask_lispd(d, "statistics");
}

/* --- the row --- */

static const struct {
	const char *name;
	void (*run)(struct doctor *d);
} checks[] = {
	{ "configuration", check_conf },
	{ "lispd", check_lispd },
	{ "keys", doctor_keys },
	{ "kernel", doctor_kernel },
	{ "module", doctor_module },
	{ "clock", doctor_clock },
	{ "sockets", doctor_sockets },
	{ "vrfs", doctor_vrfs },
	{ "devices", doctor_devices },
	{ "forwarding", doctor_forwarding },
	{ "routes", doctor_routes },
	{ "rlocs", doctor_rlocs },
	{ "mtu", doctor_mtu },
	{ "map-servers", doctor_map_servers },
	{ "map-resolvers", doctor_map_resolvers },
	{ "ddt-roots", doctor_ddt_roots },
	{ "sites", doctor_sites },
	{ "store", doctor_store },
};

static void print_finding(struct json_object *o)
{
	char *finding = out_text(json_object_object_get(o, "finding"));
	char *remedy = out_text(json_object_object_get(o, "do"));

	printf("%-8s %-13s %s\n", doctor_text(o, "verdict"),
	       doctor_text(o, "check"), finding ? finding : "?");
	if (json_object_object_get_ex(o, "do", NULL))
		printf("%22s do: %s\n", "", remedy ? remedy : "?");
	free(finding);
	free(remedy);
}

/* Those from number @from on; they are printed as they come. */
static void print_findings(const struct doctor *d, size_t from)
{
	size_t n = json_object_array_length(d->findings);

	progress_end();
	for (size_t i = from; i < n && !d->opt->json; i++)
		print_finding(json_object_array_get_idx(d->findings, i));
	fflush(stdout);
}

static int print_list(const struct doctor *d)
{
	struct out *o = out_new(stdout, true, NULL, 0);

	if (!o)
		return -ENOMEM;
	for (size_t i = 0; i < json_object_array_length(d->findings); i++)
		out_add(o, json_object_get(
				json_object_array_get_idx(d->findings, i)));
	return out_end(o);
}

static void run_checks(struct doctor *d)
{
	size_t before;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		before = json_object_array_length(d->findings);
		d->check = checks[i].name;
		progress("%s...", d->check);
		checks[i].run(d);
		print_findings(d, before);
	}
}

static int exit_status(enum verdict worst)
{
	switch (worst) {
	case VERDICT_OK:
		return 0;
	case VERDICT_UNKNOWN:
	case VERDICT_WARNING:
		return 1;
	case VERDICT_BAD:
		break;
	}
	return 2;
}

static void let_go(struct doctor *d)
{
	json_object_put(d->findings);
	json_object_put(d->status);
	json_object_put(d->database);
	json_object_put(d->rlocs);
	json_object_put(d->sites);
	json_object_put(d->statistics);
	conf_free(d->conf);
	nl_free(d->route);
}

int doctor_run(const struct options *opt, const struct args *a)
{
	struct doctor d = { .opt = opt, .args = a };
	int err;

	/* From here on there are keys in memory. */
	err = priv_undumpable();
	if (err) {
		complain("prctl: %s", strerror(-err));
		return LISPCTL_FAILED;
	}
	d.findings = json_object_new_array();
	d.route = nl_open(NETLINK_ROUTE, &err);
	find_lispd(&d, opt->socket);
	run_checks(&d);
	err = opt->json ? print_list(&d) : 0;
	if (err || ferror(stdout)) {
		complain("cannot write the answer");
		d.worst = VERDICT_BAD;
	}
	let_go(&d);
	return exit_status(d.worst);
}
