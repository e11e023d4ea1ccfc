// SPDX-License-Identifier: GPL-2.0-or-later
/* lispd's own numbers.  Most are rows of a table, or counters of the machines,
 * which say their names themselves. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "io/clock.h"
#include "io/outbox.h"
#include "io/udp.h"
#include "run/metrics_part.h"
#include "run/show.h"
#include "run/worker.h"

#define NAME_SIZE	96

/* --- single numbers --- */

struct numbers {
	struct node_status status;
	struct daemon_sync sync;
	struct daemon_counters counters;
	struct udp_stats udp;
	struct workers_counters workers;
	struct metrics_self self;
	uint64_t threads;
	uint64_t sites;
};

#define ROW(t, n, m, h)	{ { t, n, NULL, h }, EXPO_AT(struct numbers, m) }
#define GAUGE(n, m, h)		ROW(EXPO_GAUGE, n, m, h)
#define COUNTER(n, m, h)	ROW(EXPO_COUNTER, n, m, h)

static const struct expo_row numbers[] = {
	GAUGE("lisp_map_cache_entries", status.cache_entries,
	      "Mappings in the map-cache of lispd"),
	GAUGE("lisp_resolving", status.resolving,
	      "EIDs that are being asked for, or were in vain a moment ago"),
	GAUGE("lisp_local_prefixes", status.local_prefixes,
	      "EID-prefixes of this site"),
	GAUGE("lisp_map_servers", status.servers,
	      "Map-Servers that this router registers with"),
	GAUGE("lisp_map_servers_up", status.servers_up,
	      "Those whose last answer is not overdue"),
	GAUGE("lisp_registered_prefixes", status.registered_prefixes,
	      "EID-prefixes that are registered at this Map-Server"),
	GAUGE("lisp_sites", sites, "Sites that may register here"),
	GAUGE("lisp_referral_cache_entries", status.referrals,
	      "Referrals that this Map-Resolver remembers"),
	GAUGE("lisp_requests_pending", status.pending,
	      "Map-Requests on their way through the delegation tree"),
	GAUGE("lisp_ddt_prefixes", status.ddt_prefixes,
	      "EID-prefixes that this DDT node answers for"),
	GAUGE("lisp_ddt_delegations", status.ddt_delegations,
	      "Delegations of this DDT node, with hints"),
	GAUGE("lisp_ddt_signed_records", status.ddt_signed,
	      "Signed records that this DDT node keeps"),
	GAUGE("lisp_mappings_claimed_at_start", sync.claimed,
	      "Mappings found in the data plane at the start, and kept"),
	GAUGE("lisp_mappings_swept_at_start", sync.swept,
	      "Mappings found there, and deleted"),
	GAUGE("lisp_local_eids_swept_at_start", sync.locals_swept,
	      "Local EIDs found there, and deleted"),
	GAUGE("lisp_devices_swept_at_start", sync.devices_swept,
	      "Devices of VPNs that are no more"),
	COUNTER("lisp_miss_reports_lost", sync.misses_lost,
		"Times that reports of the data plane were lost, and read anew"),
	COUNTER("lisp_udp_received", udp.received,
		"Control messages received"),
	COUNTER("lisp_udp_sent", udp.sent, "Control messages sent"),
	COUNTER("lisp_udp_receive_errors", udp.receive_errors,
		"Errors of the sockets of control messages, receiving"),
	COUNTER("lisp_udp_send_errors", udp.send_errors,
		"Control messages that the host refused to send"),
	COUNTER("lisp_data_plane_errors", counters.data_plane_errors,
		"Requests that the data plane refused"),
	COUNTER("lisp_actions_lost", counters.actions_lost,
		"Things to be done for which there was no memory"),
	COUNTER("lisp_record_errors", counters.record_errors,
		"Times that what was registered could not be put on record"),
	GAUGE("lisp_record_answers_held", workers.held,
	      "Answers that wait until what they say is on record"),
	COUNTER("lisp_record_answers_dropped", counters.answers_dropped,
		"Answers dropped for want of a record, or of room to wait for "
		"it"),
	GAUGE("lisp_workers", threads,
	      "Threads that answer for the Map-Server, the main one too"),
	COUNTER("lisp_workers_handed_over", workers.handed_over,
		"Messages that workers gave to the main thread"),
	COUNTER("lisp_workers_lost", workers.lost,
		"Messages for which the main thread had no room"),
	COUNTER("lisp_metrics_data_plane_failures", self.data_plane_failures,
		"Times that the data plane's numbers could not be read, or not "
		"in time"),
	COUNTER("lisp_metrics_scrapes", self.scrapes,
		"Times that this page was asked for"),
};

static void read_numbers(const struct daemon *d,
			 const struct metrics_self *self, struct numbers *n)
{
	memset(n, 0, sizeof(*n));
	node_status(d->node, &n->status);
	n->sync = d->sync;
	n->counters = d->counters;
	n->udp = *udp_stats(d->udp);
	n->workers.held = outbox_held(d->outbox);
	workers_count(d, &n->udp, &n->counters, &n->workers);
	n->self = *self;
	n->threads = d->conf->ms ? d->conf->ms->workers : 1;
	n->sites = d->conf->ms ? d->conf->ms->site_count : 0;
}

static void put_parse_errors(struct expo *x, const struct numbers *n)
{
	struct expo_family *f = expo_add(x, &(struct expo_what){
		EXPO_COUNTER, "lisp_parse_errors", NULL,
		"Messages that do not parse, by reason" });

	for (int i = WIRE_OK + 1; i < WIRE_REASON_COUNT; i++) {
		struct expo_labels l = { .len = 0 };

		expo_label(&l, "reason", wire_reason_name(i));
		expo_put(f, &l, n->counters.parse_errors[i]);
	}
}

static void put_numbers(struct expo *x, const struct numbers *from)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		expo_put_row(expo_add(x, &numbers[i].what), NULL, &numbers[i],
			     from);
	put_parse_errors(x, from);
}

/* --- counters of the machines --- */

/* "lisp_map_cache_installed" of "map-cache" and "installed". */
static void name_of(char *name, const char *group, const char *counter)
{
	snprintf(name, NAME_SIZE, "lisp_%s_%s", group, counter);
	for (; *name; name++)
		if (*name == '-')
			*name = '_';
}

static void put_counters(struct expo *x, const struct node *n)
{
	struct counter_group g;
	char name[NAME_SIZE];

	for (size_t i = 0; node_counters_at(n, i, &g); i++)
		for (size_t j = 0; j < g.count; j++) {
			name_of(name, g.name, g.names[j]);
			expo_put(expo_add(x, &(struct expo_what){
					EXPO_COUNTER, name, NULL,
					metrics_words(g.name, g.names[j]) }),
				 NULL, counter_read(&g.values[j]));
		}
}

/* "lisp_resolve_latency_seconds" of "resolve-latency". */
static void put_histograms(struct expo *x, const struct node *n)
{
	static const char *const help[] = {
		"From a miss until its mapping is in the map-cache",
		"Round-trip times of RLOC-probes",
	};
	struct histogram_view v;
	char name[NAME_SIZE];

	for (size_t i = 0; node_histogram_at(n, i, &v); i++) {
		name_of(name, v.name, "seconds");
		expo_put_histogram(expo_add(x, &(struct expo_what){
				EXPO_HISTOGRAM, name, "seconds", help[i] }),
			v.histogram);
	}
}

/* --- what is told by a word --- */

static void put_info(struct expo *x, const char *name, const char *help,
		     const struct expo_labels *l)
{
	expo_put(expo_add(x, &(struct expo_what){ EXPO_INFO, name, NULL,
						  help }), l, 1);
}

static void put_infos(struct expo *x, const struct daemon *d)
{
	struct expo_labels build = { .len = 0 }, daemon = { .len = 0 };
	struct expo_labels kernel = { .len = 0 };
	struct utsname u;

	expo_label(&build, "version", LISP_VERSION);
	put_info(x, "lisp_build", "The version of lispd", &build);
	expo_label(&daemon, "name", d->name);
	expo_label(&daemon, "data_plane", d->dp ? d->dp->ops->name : "none");
	put_info(x, "lisp_daemon", "This lispd and its data plane", &daemon);
	if (uname(&u))
		return;
	expo_label(&kernel, "release", u.release);
	expo_label(&kernel, "machine", u.machine);
	put_info(x, "lisp_kernel", "The running kernel", &kernel);
}

/* One sample for each word, 1 for those that hold. */
static void put_word(struct expo_family *f, const char *label,
		     const char *word, bool holds)
{
	struct expo_labels l = { .len = 0 };

	expo_label(&l, label, word);
	expo_put(f, &l, holds);
}

static void put_roles(struct expo *x, const struct conf *c)
{
	struct expo_family *f = expo_add(x, &(struct expo_what){
		EXPO_GAUGE, "lisp_role", NULL,
		"1 for each role that this lispd has" });

	put_word(f, "role", "xtr", c->xtr);
	put_word(f, "role", "map-server", c->ms);
	put_word(f, "role", "map-resolver", c->mr);
	put_word(f, "role", "ddt-node", c->ddt);
}

static void put_store(struct expo *x, const struct daemon *d)
{
	static const char *const states[] = {
		"ok", "catching-up", "failing", "lost",
	};
	struct expo_family *f = expo_add(x, &(struct expo_what){
		EXPO_GAUGE, "lisp_state_dir", NULL,
		"1 for the state that the state-dir is in" });
	const char *now = show_state_dir(d);

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		put_word(f, "state", states[i], !strcmp(states[i], now));
}

static void put_resolvers(struct expo *x, const struct daemon *d, size_t n)
{
	struct expo_family *up = expo_add(x, &(struct expo_what){
		EXPO_GAUGE, "lisp_map_resolver_up", NULL,
		"0 while a Map-Resolver that is asked does not answer" });
	struct expo_family *rtt = expo_add(x, &(struct expo_what){
		EXPO_GAUGE, "lisp_map_resolver_rtt_seconds", "seconds",
		"What its last answer took" });
	char text[ADDR_TEXT_MAX];
	struct resolver_view v;

	for (size_t i = 0; i < n; i++) {
		struct expo_labels l = { .len = 0 };

		node_resolver_at(d->node, i, &v);
		expo_label(&l, "address", addr_text(&v.addr, text));
		expo_put(up, &l, strcmp(v.state, "silent") != 0);
		if (v.answered)
			expo_put_decimal(rtt, &l, v.rtt, 3);
	}
}

static void put_start(struct expo *x, const struct daemon *d)
{
	uint64_t age = clock_ms() - d->started;

	expo_put_decimal(expo_add(x, &(struct expo_what){
				EXPO_GAUGE, "process_start_time_seconds",
				"seconds", "When lispd started, since 1970" }),
			 NULL, clock_wall_us() / 1000 - age, 3);
}

void metrics_put_daemon(const struct daemon *d,
			const struct metrics_self *self, struct expo *x)
{
	struct numbers n;

	read_numbers(d, self, &n);
	put_infos(x, d);
	put_start(x, d);
	put_roles(x, d->conf);
	put_store(x, d);
	put_numbers(x, &n);
	put_resolvers(x, d, n.status.resolvers);
	put_counters(x, d->node);
	put_histograms(x, d->node);
}
