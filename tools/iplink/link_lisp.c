// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_lisp.so teaches iproute2 the options of a lisp device:
 *
 *	ip link add lisp100 type lisp id 100 local 192.0.2.1
 *	ip -d [-j] link show lisp100
 *
 * `ip` loads link_KIND.so from its library directory or from $IP_LIB_DIR and
 * looks up the symbol KIND_link_util.
 *
 * An option is a row of options[]: the words of the command line, the
 * attribute and, by its type, what it takes and how it is shown. What is shown
 * can be given again. A device's defaults are the kernel's.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <linux/if_lisp.h>

#include "dp/object.h"
#include "iproute2.h"

#define TTL_INHERIT	0
#define TOS_INHERIT	1

struct option;

struct type {
	/* What help says of the value; NULL: the option is [no]NAME. */
	const char *arg;
	int len;	/* of the attribute, octets */
	/*
	 * Adds the attribute for @arg. 0, or -1 when iproute2 has said what is
	 * wrong, if it has not ended the program.
	 */
	int (*put)(struct nlmsghdr *n, const struct option *o,
		   const char *arg);
	/* @data: the attribute's @len octets; @fmt: "NAME %s " */
	void (*show)(const struct option *o, const void *data,
		     const char *fmt);
};

struct option {
	const char *name;
	const char *alias;	/* another word for it, or NULL */
	const char *key;	/* of JSON */
	int attr;
	const struct type *type;
};

extern struct link_util lisp_link_util;

static int put(struct nlmsghdr *n, const struct option *o, const void *data)
{
	return addattr_l(n, REQ_SIZE, o->attr, data, o->type->len);
}

static void show_word(const struct option *o, const char *fmt,
		      const char *word)
{
	print_color_string(PRINT_ANY, COLOR_NONE, o->key, fmt, word);
}

/* A number, which fmt's %s takes as a word where people read it. */
static void show_uint(const struct option *o, const char *fmt, __u32 v)
{
	char word[16];

	print_color_uint(PRINT_JSON, COLOR_NONE, o->key, NULL, v);
	snprintf(word, sizeof(word), "%u", v);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, fmt, word);
}

/* --- types --- */

static int put_id(struct nlmsghdr *n, const struct option *o, const char *arg)
{
	__u32 id;

	if (get_u32(&id, arg, 0) || id > LISP_IID_MAX)
		invarg("invalid id", arg);
	return put(n, o, &id);
}

static void show_u32(const struct option *o, const void *data, const char *fmt)
{
	show_uint(o, fmt, *(const __u32 *)data);
}

static const struct type iid = { "IID", 4, put_id, show_u32 };

static int put_port(struct nlmsghdr *n, const struct option *o,
		    const char *arg)
{
	__u16 port;
	__be16 be;

	if (get_u16(&port, arg, 0) || !port)
		invarg("invalid port", arg);
	be = htons(port);
	return put(n, o, &be);
}

static void show_port(const struct option *o, const void *data,
		      const char *fmt)
{
	show_uint(o, fmt, ntohs(*(const __be16 *)data));
}

static const struct type port = { "PORT", 2, put_port, show_port };

/* parse_opt() has made an option of IPv6 out of one that has a colon. */
static int put_addr4(struct nlmsghdr *n, const struct option *o,
		     const char *arg)
{
	inet_prefix addr;

	get_addr(&addr, arg, AF_UNSPEC);
	if (addr.family != AF_INET)
		invarg("invalid local address", arg);
	return put(n, o, addr.data);
}

static int put_addr6(struct nlmsghdr *n, const struct option *o,
		     const char *arg)
{
	inet_prefix addr;

	get_addr(&addr, arg, AF_INET6);
	return put(n, o, addr.data);
}

static void show_addr(const struct option *o, const void *data,
		      const char *fmt)
{
	char buf[INET6_ADDRSTRLEN];

	inet_ntop(o->type->len == 4 ? AF_INET : AF_INET6, data, buf,
		  sizeof(buf));
	show_word(o, fmt, buf);
}

static const struct type addr4 = { "ADDR", 4, put_addr4, show_addr };
static const struct type addr6 = { "IPV6ADDR", 16, put_addr6, show_addr };

static int put_dev(struct nlmsghdr *n, const struct option *o,
		   const char *arg)
{
	__u32 ifindex = 0;

	if (strcmp(arg, "none")) {
		ifindex = ll_name_to_index(arg);
		if (!ifindex)
			exit(nodev(arg));
	}
	return put(n, o, &ifindex);
}

static void show_dev(const struct option *o, const void *data, const char *fmt)
{
	show_word(o, fmt, ll_index_to_name(*(const __u32 *)data));
}

static const struct type dev = { "{ DEV | none }", 4, put_dev, show_dev };
static const struct type vrf = { "{ VRF | none }", 4, put_dev, show_dev };

static int put_switch(struct nlmsghdr *n, const struct option *o,
		      const char *arg)
{
	int err = 0;
	__u8 on = parse_on_off(o->name, arg, &err);

	return err ? -1 : put(n, o, &on);
}

static void show_switch(const struct option *o, const void *data,
			const char *fmt)
{
	print_color_on_off(PRINT_ANY, COLOR_NONE, o->key, fmt,
			   *(const __u8 *)data);
}

static const struct type on_off = {
	"{ on | off }", 1, put_switch, show_switch
};

static int put_flag(struct nlmsghdr *n, const struct option *o,
		    const char *arg)
{
	__u8 on = !strcmp(arg, o->name);

	return put(n, o, &on);
}

static void show_flag(const struct option *o, const void *data,
		      const char *fmt)
{
	bool on = *(const __u8 *)data;
	char word[32];

	print_color_bool(PRINT_JSON, COLOR_NONE, o->key, NULL, on);
	snprintf(word, sizeof(word), "%s%s", on ? "" : "no", o->name);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s ", word);
}

static const struct type flag = { NULL, 1, put_flag, show_flag };

static int put_ttl(struct nlmsghdr *n, const struct option *o,
		   const char *arg)
{
	__u32 v = TTL_INHERIT;
	__u8 ttl;

	if (strcmp(arg, "inherit")) {
		if (get_u32(&v, arg, 0))
			invarg("invalid TTL", arg);
		if (v > 255)
			invarg("TTL must be <= 255", arg);
	}
	ttl = v;
	return put(n, o, &ttl);
}

/* In JSON "ttl" is a number or not there. */
static void show_ttl(const struct option *o, const void *data, const char *fmt)
{
	__u8 v = *(const __u8 *)data;

	if (v != TTL_INHERIT)
		show_uint(o, fmt, v);
	else
		print_color_string(PRINT_FP, COLOR_NONE, NULL, fmt, "inherit");
}

static const struct type ttl = { "TTL", 1, put_ttl, show_ttl };

static int put_tos(struct nlmsghdr *n, const struct option *o,
		   const char *arg)
{
	__u32 v = TOS_INHERIT;
	__u8 tos;

	if (strcmp(arg, "inherit") && rtnl_dsfield_a2n(&v, arg))
		invarg("bad TOS value", arg);
	tos = v;
	return put(n, o, &tos);
}

static void show_tos(const struct option *o, const void *data, const char *fmt)
{
	__u8 v = *(const __u8 *)data;
	char word[8];

	if (v == TOS_INHERIT) {
		show_word(o, fmt, "inherit");
		return;
	}
	snprintf(word, sizeof(word), "0x%x", v);
	show_word(o, fmt, word);
}

static const struct type tos = { "TOS", 1, put_tos, show_tos };

static int put_path_mtu(struct nlmsghdr *n, const struct option *o,
			const char *arg)
{
	__u32 mtu = 0;

	if (strcmp(arg, "learn") && (get_u32(&mtu, arg, 0) || !mtu))
		invarg("invalid path MTU", arg);
	return put(n, o, &mtu);
}

static const struct type path_mtu = {
	"{ OCTETS | learn }", 4, put_path_mtu, show_u32
};

/* --- options, in the order they are shown in --- */

#define ROW(name, alias, key, attr, type) \
	{ name, alias, key, IFLA_LISP_##attr, &(type) }

static const struct option options[] = {
	ROW("id", "vni", "id", ID, iid),
	ROW("external", NULL, "external", EXTERNAL, flag),
	ROW("local", NULL, "local", LOCAL, addr4),
	ROW("local6", NULL, "local6", LOCAL6, addr6),
	ROW("port", NULL, "port", PORT, port),
	ROW("underlay", NULL, "underlay", UNDERLAY, vrf),
	ROW("native", NULL, "native", NATIVE, dev),
	ROW("proxy", NULL, "proxy", PROXY, on_off),
	ROW("trusted-underlay", NULL, "trusted_underlay", TRUSTED_UNDERLAY,
	    on_off),
	ROW("status-bits", NULL, "status_bits", STATUS_BITS, on_off),
	ROW("echo-nonce", NULL, "echo_nonce", ECHO_NONCE, on_off),
	ROW("map-versions", NULL, "map_versions", MAP_VERSIONS, on_off),
	ROW("gleaning", NULL, "gleaning", GLEANING, on_off),
	ROW("icmp-unreachable", NULL, "icmp_unreachable", ICMP_UNREACHABLE,
	    on_off),
	ROW("rx-counters", NULL, "rx_counters", RX_COUNTERS, on_off),
	ROW("ttl", "hoplimit", "ttl", TTL, ttl),
	ROW("tos", "dsfield", "tos", TOS, tos),
	ROW("ecn", NULL, "ecn", ECN, on_off),
	ROW("path-mtu", NULL, "path_mtu", PATH_MTU, path_mtu),
	ROW("gpe", NULL, "gpe", GPE, on_off),
	ROW("udpcsum", NULL, "udp_csum", UDP_CSUM, flag),
	ROW("udp6zerocsumtx", NULL, "udp_zero_csum6_tx", UDP_ZERO_CSUM6_TX,
	    flag),
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	const struct option *o;

	for (o = options; o < options + N_OPTIONS; o++)
		fprintf(f, "%s[ %s%s%s%s ]\n",
			o == options ? "Usage: ... lisp " : "\t\t",
			o->type->arg ? "" : "[no]", o->name,
			o->type->arg ? " " : "",
			o->type->arg ? o->type->arg : "");
	fprintf(f, "\nWhere:	IID    := 0-%u\n"
		"	ADDR   := { IPV4ADDR | IPV6ADDR }\n"
		"	PORT   := 1-65535\n"
		"	TTL    := { 1-255 | inherit }\n"
		"	TOS    := { NUMBER | inherit }\n"
		"	OCTETS := 576-65535\n", LISP_IID_MAX);
}

static bool is_called(const struct option *o, const char *word)
{
	if (!o->type->arg && !strncmp(word, "no", 2) &&
	    !strcmp(o->name, word + 2))
		return true;
	return !strcmp(o->name, word) || (o->alias && !strcmp(o->alias, word));
}

static const struct option *option_find(const char *word)
{
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		if (is_called(&options[i], word))
			return &options[i];
	return NULL;
}

/* "local" takes an address of either family, each in its own attribute. */
static const struct option *by_family(const struct option *o, const char *arg)
{
	if (o->attr == IFLA_LISP_LOCAL && strchr(arg, ':'))
		return option_find("local6");
	return o;
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	const struct option *o;
	unsigned int seen = 0;
	bool external = false;

	for (; argc > 0; argc--, argv++) {
		o = option_find(*argv);
		if (!o) {
			if (strcmp(*argv, "help"))
				fprintf(stderr,
					"lisp: unknown command \"%s\"?\n",
					*argv);
			print_help(lu, argc, argv, stderr);
			return -1;
		}
		if (o->type->arg) {
			if (--argc <= 0)
				incomplete_command();
			o = by_family(o, *++argv);
		}
		if (seen & 1u << o->attr)
			duparg2(o->type->arg ? o->name : *argv, *argv);
		if (o->type->put(n, o, *argv))
			return -1;
		seen |= 1u << o->attr;
		if (o->attr == IFLA_LISP_EXTERNAL)
			external = !strcmp(*argv, o->name);
	}
	if (external && seen & 1u << IFLA_LISP_ID) {
		fprintf(stderr,
			"lisp: both 'external' and id cannot be specified\n");
		return -1;
	}
	return 0;
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	const struct option *o;
	char fmt[32];

	if (!tb)
		return;
	for (o = options; o < options + N_OPTIONS; o++) {
		/* another kernel may have another idea of it */
		if (!tb[o->attr] ||
		    (int)RTA_PAYLOAD(tb[o->attr]) != o->type->len)
			continue;
		snprintf(fmt, sizeof(fmt), "%s %%s ", o->name);
		o->type->show(o, RTA_DATA(tb[o->attr]), fmt);
	}
}

/* --- counters, under the names that ethtool -S has --- */

struct count {
	const char *name;
	const char *key;	/* of JSON */
};

static const struct count counts[] = {
	{ "native-packets", "native_packets" },
	{ "rx-reserved", "rx_reserved" },
	{ "misses", "misses" },
	{ "held-packets", "held_packets" },
	{ "held-bytes", "held_bytes" },
};

#define N_COUNTS (sizeof(counts) / sizeof(counts[0]))

/* Number @i of the array that @a is; false: there are no more. */
static bool number(const struct rtattr *a, size_t i, __u64 *v)
{
	if ((i + 1) * sizeof(*v) > RTA_PAYLOAD(a))
		return false;
	memcpy(v, (const char *)RTA_DATA(a) + i * sizeof(*v), sizeof(*v));
	return true;
}

static void show_counts(const struct rtattr *a)
{
	char fmt[32];
	size_t i;
	__u64 v;

	for (i = 0; i < N_COUNTS && number(a, i, &v); i++) {
		snprintf(fmt, sizeof(fmt), "%s %%llu ", counts[i].name);
		print_color_u64(PRINT_ANY, COLOR_NONE, counts[i].key, fmt, v);
	}
}

/* People are spared those that are 0. */
static void show_drops(const struct rtattr *a)
{
	char fmt[64], word[32];
	const char *name;
	size_t i;
	__u64 v;

	open_json_object("drops");
	for (i = 0; number(a, i, &v); i++) {
		snprintf(word, sizeof(word), "reason-%zu", i + 1);
		name = i + 1 < dp_drop_reason_count() ?
		       dp_drop_reason_name(i + 1) : word;
		print_color_u64(PRINT_JSON, COLOR_NONE, name, NULL, v);
		snprintf(fmt, sizeof(fmt), "drop-%s %%llu ", name);
		if (v)
			print_color_u64(PRINT_FP, COLOR_NONE, NULL, fmt, v);
	}
	close_json_object();
}

static void print_xstats(struct link_util *lu, FILE *f, struct rtattr *xstats)
{
	int len = RTA_PAYLOAD(xstats);
	struct rtattr *a;

	print_nl();
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s", "    ");
	for (a = RTA_DATA(xstats); RTA_OK(a, len); a = RTA_NEXT(a, len)) {
		switch (a->rta_type & NLA_TYPE_MASK) {
		case IFLA_LISP_XSTATS_COUNTS:
			show_counts(a);
			break;
		case IFLA_LISP_XSTATS_DROPS:
			show_drops(a);
			break;
		}
	}
}

struct link_util lisp_link_util = {
	.id		= "lisp",
	.maxattr	= IFLA_LISP_MAX,
	.parse_opt	= parse_opt,
	.print_opt	= print_opt,
	.print_xstats	= print_xstats,
	.print_help	= print_help,
};
