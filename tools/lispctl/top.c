// SPDX-License-Identifier: GPL-2.0-or-later
/* Live rates of each VPN and each RLOC, from the kernel's counters. */
#include "lispctl.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <json-c/json.h>
#include <linux/lisp.h>
#include <linux/netlink.h>

#include "../common/progress.h"
#include "dp/codec.h"
#include "dp/session.h"
#include "io/clock.h"
#include "out.h"
#include "rate.h"
#include "top.h"

#define DUMP_TRIES	5

static const struct column vpn_columns[] = {
	COLUMN("VPN", "vpn"),
	COLUMN_NUMBER("IID", "iid"),
	COLUMN_NUMBER("RX-PKT/S", "rx-packets"),
	COLUMN_NUMBER("RX-BIT/S", "rx-bits"),
	COLUMN_NUMBER("TX-PKT/S", "tx-packets"),
	COLUMN_NUMBER("TX-BIT/S", "tx-bits"),
	COLUMN_NUMBER("MISS/S", "misses"),
	COLUMN_NUMBER("DROP/S", "drops"),
};

static const struct column rloc_columns[] = {
	COLUMN("RLOC", "rloc"),
	COLUMN_NUMBER("PORT", "port"),
	COLUMN("STATE", "state"),
	COLUMN_NUMBER("RTT", "rtt"),
	COLUMN_NUMBER("RX-PKT/S", "rx-packets"),
	COLUMN_NUMBER("RX-BIT/S", "rx-bits"),
	COLUMN_NUMBER("TX-PKT/S", "tx-packets"),
	COLUMN_NUMBER("TX-BIT/S", "tx-bits"),
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- samples --- */

static void name_device(struct rate_row *r, uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	if (if_indextoname(ifindex, name))
		snprintf(r->name, sizeof(r->name), "%s", name);
	else
		snprintf(r->name, sizeof(r->name), "device %u", ifindex);
}

static int on_dev(void *arg, const struct nlmsghdr *nlh)
{
	struct top_sample *s = arg;
	struct rate_row *r;
	struct dp_dev d;
	int err = codec_get_dev(nlh, &d);

	/* What reached no device is of no VPN; an external one has many. */
	if (err || !d.ifindex || d.external)
		return err;
	r = rate_add(&s->vpns);
	if (!r)
		return -ENOMEM;
	r->key = (struct rate_key){ d.underlay, d.ifindex, .iid = d.iid };
	snprintf(r->name, sizeof(r->name), "%s", d.name);
	r->count[RATE_RX_PACKETS] = d.rx_packets;
	r->count[RATE_RX_BYTES] = d.rx_bytes;
	r->count[RATE_TX_PACKETS] = d.tx_packets;
	r->count[RATE_TX_BYTES] = d.tx_bytes;
	r->count[RATE_MISSES] = d.misses;
	for (unsigned int i = 0; i < d.drop_count; i++)
		r->count[RATE_DROPS] += d.drops[i].packets;
	return 0;
}

static int on_iid(void *arg, const struct nlmsghdr *nlh)
{
	struct top_sample *s = arg;
	struct rate_row *r;
	struct dp_iid d;
	int err = codec_get_iid(nlh, &d);

	if (err)
		return err;
	r = rate_add(&s->vpns);
	if (!r)
		return -ENOMEM;
	r->key = (struct rate_key){ d.underlay, d.ifindex, .iid = d.iid };
	name_device(r, d.vrf ? d.vrf : d.ifindex);
	r->count[RATE_RX_PACKETS] = d.rx_packets;
	r->count[RATE_RX_BYTES] = d.rx_bytes;
	r->count[RATE_TX_PACKETS] = d.tx_packets;
	r->count[RATE_TX_BYTES] = d.tx_bytes;
	r->count[RATE_MISSES] = d.misses;
	return 0;
}

static int on_rloc(void *arg, const struct nlmsghdr *nlh)
{
	struct top_sample *s = arg;
	struct rate_row *r;
	struct dp_rloc d;
	int err = codec_get_rloc(nlh, &d);

	if (err)
		return err;
	r = rate_add(&s->rlocs);
	if (!r)
		return -ENOMEM;
	r->key = (struct rate_key){ d.underlay, 0, 0, d.addr, d.port };
	snprintf(r->name, sizeof(r->name), "%s", dp_rloc_state_name(d.state));
	r->rtt = d.rtt;
	r->count[RATE_RX_PACKETS] = d.rx_packets;
	r->count[RATE_RX_BYTES] = d.rx_bytes;
	r->count[RATE_TX_PACKETS] = d.packets;
	r->count[RATE_TX_BYTES] = d.bytes;
	return 0;
}

static void forget(struct top_sample *s)
{
	rate_free(&s->vpns);
	rate_free(&s->rlocs);
}

static int dump_all(struct session *k, struct top_sample *s)
{
	static const struct {
		uint8_t command;
		nl_fn fn;
	} dumps[] = {
		{ LISP_CMD_DEV_GET, on_dev },
		{ LISP_CMD_IID_GET, on_iid },
		{ LISP_CMD_RLOC_GET, on_rloc },
	};
	int err = 0;

	for (size_t i = 0; !err && i < COUNT(dumps); i++) {
		session_message(k, dumps[i].command, NLM_F_DUMP);
		err = nl_talk(k->nl, dumps[i].fn, s);
	}
	return err;
}

/* What changed meanwhile is read again: nothing is in it twice. */
static int take(struct session *k, struct top_sample *s)
{
	int err = -EINTR;

	for (int i = 0; err == -EINTR && i < DUMP_TRIES; i++) {
		forget(s);
		s->when = clock_ms();
		err = dump_all(k, s);
	}
	if (err)
		kernel_complain(k, err);
	return err;
}

/* --- printing --- */

/* A program gets numbers, people get what fits a column.  One that was not
 * there before has none yet. */
static void put_rate(struct json_object *o, const char *key, double v,
		     const struct rate_row *r, bool json)
{
	char text[RATE_TEXT_MAX];
	struct json_object *value = NULL;

	if (r->known)
		value = json ? json_object_new_double((double)(uint64_t)
						      (v * 10 + 0.5) / 10) :
			json_object_new_string(rate_text(v, text));
	json_object_object_add(o, key, value);
}

static void put_traffic(struct json_object *o, const struct rate_row *r,
			bool json)
{
	put_rate(o, "rx-packets", r->rate[RATE_RX_PACKETS], r, json);
	put_rate(o, "rx-bits", 8 * r->rate[RATE_RX_BYTES], r, json);
	put_rate(o, "tx-packets", r->rate[RATE_TX_PACKETS], r, json);
	put_rate(o, "tx-bits", 8 * r->rate[RATE_TX_BYTES], r, json);
}

static struct json_object *vpn_object(const struct rate_row *r, bool json)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "vpn", json_object_new_string(r->name));
	json_object_object_add(o, "iid", json_object_new_uint64(r->key.iid));
	put_traffic(o, r, json);
	put_rate(o, "misses", r->rate[RATE_MISSES], r, json);
	put_rate(o, "drops", r->rate[RATE_DROPS], r, json);
	return o;
}

static struct json_object *rloc_object(const struct rate_row *r, bool json)
{
	struct json_object *o = json_object_new_object();
	char text[ADDR_TEXT_MAX];

	json_object_object_add(o, "rloc", json_object_new_string(
				       addr_text(&r->key.addr, text)));
	json_object_object_add(o, "port",
			       json_object_new_uint64(r->key.port));
	json_object_object_add(o, "state", json_object_new_string(r->name));
	if (r->rtt)
		json_object_object_add(o, "rtt",
				       json_object_new_uint64(r->rtt));
	put_traffic(o, r, json);
	return o;
}

typedef struct json_object *(*make_fn)(const struct rate_row *r, bool json);

static void print_table(const struct rate_rows *rows, size_t most,
			make_fn make, const struct column *c, size_t columns)
{
	struct out *o = out_new(stdout, false, c, columns);

	for (size_t i = 0; o && i < rows->count && i < most; i++)
		out_add(o, make(&rows->list[i], false));
	if (o)
		out_end(o);
	if (rows->count > most)
		printf("(%zu more)\n", rows->count - most);
}

/* Lines for rows, of each of two tables with title, heading and the rest. */
static size_t rows_that_fit(bool terminal)
{
	struct winsize w;

	if (!terminal || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || !w.ws_row)
		return SIZE_MAX;
	return w.ws_row < 12 ? 2 : (w.ws_row - 8u) / 2;
}

void top_print(const struct top_sample *s, uint64_t ms, bool terminal)
{
	size_t most = rows_that_fit(terminal);
	char text[CLOCK_TEXT_MAX];

	if (terminal)
		fputs("\033[H\033[J", stdout);
	printf("%s, rates over %.1f s\n\n", clock_wall_text(text),
	       (double)ms / 1000);
	if (s->vpns.count)
		print_table(&s->vpns, most, vpn_object, vpn_columns,
			    COUNT(vpn_columns));
	else
		puts("no lisp device: no VPN");
	putchar('\n');
	if (s->rlocs.count)
		print_table(&s->rlocs, most, rloc_object, rloc_columns,
			    COUNT(rloc_columns));
	else
		puts("no RLOC is in use");
	if (!terminal)
		putchar('\n');
}

static struct json_object *list_of(const struct rate_rows *rows, make_fn make)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < rows->count; i++)
		json_object_array_add(list, make(&rows->list[i], true));
	return list;
}

void top_print_json(const struct top_sample *s, uint64_t ms)
{
	struct json_object *o = json_object_new_object();
	char text[CLOCK_TEXT_MAX];

	json_object_object_add(o, "time", json_object_new_string(
				       clock_wall_text(text)));
	json_object_object_add(o, "milliseconds", json_object_new_uint64(ms));
	json_object_object_add(o, "vpns", list_of(&s->vpns, vpn_object));
	json_object_object_add(o, "rlocs", list_of(&s->rlocs, rloc_object));
	out_json(stdout, o, JSON_C_TO_STRING_PLAIN);
	putchar('\n');
	json_object_put(o);
}

/* --- --- */

/* Print what happened from @before on, which becomes what is now. */
static int step(const struct options *opt, struct session *k,
		struct top_sample *before)
{
	struct top_sample now = { .when = 0 };
	int err = take(k, &now);

	if (!err) {
		uint64_t ms = now.when - before->when;

		rate_compare(&before->vpns, &now.vpns, ms);
		rate_compare(&before->rlocs, &now.rlocs, ms);
		if (opt->json)
			top_print_json(&now, ms);
		else
			top_print(&now, ms, isatty(STDOUT_FILENO));
		if (fflush(stdout) || ferror(stdout)) {
			complain("cannot write: %s", strerror(errno));
			err = -EIO;
		}
	}
	forget(before);
	*before = now;
	return err;
}

int top_run(const struct options *opt, const struct args *a)
{
	unsigned int delay = args_said(a, WORD_DELAY) ? a->delay : 1;
	struct top_sample before = { .when = 0 };
	struct session k;
	int err;

	if (kernel_open(&k))
		return LISPCTL_FAILED;
	err = take(&k, &before);
	if (!err)
		progress("counting for %u s...", delay);
	for (uint32_t i = 0; !err && (!a->times || i < a->times); i++) {
		sleep(delay);
		progress_end();
		err = step(opt, &k, &before);
	}
	forget(&before);
	session_close(&k);
	return err ? LISPCTL_FAILED : 0;
}
