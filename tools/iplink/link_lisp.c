// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link_lisp.so teaches iproute2 the options of a lisp device:
 *
 *	ip link add lisp100 type lisp id 100 local 192.0.2.1
 *	ip -d [-j] link show lisp100
 *
 * `ip` loads link_KIND.so from its library directory or from $IP_LIB_DIR and
 * looks up the symbol KIND_link_util.  Debian installs no header for plugins,
 * so the few declarations needed are repeated here as iproute2 has had them
 * since 4.x; the functions are exported by the `ip` binary.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_lisp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

/* --- iproute2's plugin interface --- */

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

enum output_type { PRINT_FP = 1, PRINT_JSON = 2, PRINT_ANY = 4 };
enum color_attr { COLOR_NONE = 6 };

/* The buffer that parse_opt writes into: struct iplink_req of iproute2. */
#define REQ_SIZE 1024

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);
int get_u32(__u32 *val, const char *arg, int base);
int get_u16(__u16 *val, const char *arg, int base);
unsigned int ll_name_to_index(const char *name);
const char *ll_index_to_name(unsigned int idx);
void incomplete_command(void) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));
void duparg2(const char *key, const char *arg) __attribute__((noreturn));
int print_color_uint(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, unsigned int value);
int print_color_string(enum output_type t, enum color_attr color,
		       const char *key, const char *fmt, const char *value);
int print_color_bool(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, _Bool value);

extern struct link_util lisp_link_util;

/* --- arguments --- */

struct option {
	const char *name;
	int attr;
	/* Puts the attribute for @arg into @n or ends with invarg(). */
	void (*put)(struct nlmsghdr *n, const struct option *o,
		    const char *arg);
	const char *arg;
	const char *help;
};

static void put(struct nlmsghdr *n, const struct option *o, const void *data,
		int len)
{
	addattr_l(n, REQ_SIZE, o->attr, data, len);
}

static void put_id(struct nlmsghdr *n, const struct option *o, const char *arg)
{
	__u32 id;

	if (get_u32(&id, arg, 0) || id > LISP_IID_MAX)
		invarg("\"id\" must be an Instance-ID, 0 to 16777214", arg);
	put(n, o, &id, sizeof(id));
}

static void put_local(struct nlmsghdr *n, const struct option *o,
		      const char *arg)
{
	struct in_addr a;

	if (inet_pton(AF_INET, arg, &a) != 1)
		invarg("\"local\" must be an IPv4 address", arg);
	put(n, o, &a, sizeof(a));
}

static void put_local6(struct nlmsghdr *n, const struct option *o,
		       const char *arg)
{
	struct in6_addr a;

	if (inet_pton(AF_INET6, arg, &a) != 1)
		invarg("\"local6\" must be an IPv6 address", arg);
	put(n, o, &a, sizeof(a));
}

static void put_port(struct nlmsghdr *n, const struct option *o,
		     const char *arg)
{
	__u16 port;
	__be16 be;

	if (get_u16(&port, arg, 0) || !port)
		invarg("\"port\" must be a UDP port, 1 to 65535", arg);
	be = htons(port);
	put(n, o, &be, sizeof(be));
}

static void put_dev(struct nlmsghdr *n, const struct option *o,
		    const char *arg)
{
	__u32 ifindex = 0;

	if (strcmp(arg, "none")) {
		ifindex = ll_name_to_index(arg);
		if (!ifindex)
			invarg("no such device", arg);
	}
	put(n, o, &ifindex, sizeof(ifindex));
}

static void put_u8(struct nlmsghdr *n, const struct option *o,
		   const char *arg)
{
	__u32 v;
	__u8 u8;

	if (!strcmp(arg, "inherit"))
		v = o->attr == IFLA_LISP_TOS ? 1 : 0;
	else if (get_u32(&v, arg, 0) || v > 255 || (o->attr == IFLA_LISP_TTL &&
						     !v))
		invarg("must be \"inherit\" or a number up to 255", arg);
	u8 = v;
	put(n, o, &u8, sizeof(u8));
}

static void put_path_mtu(struct nlmsghdr *n, const struct option *o,
			 const char *arg)
{
	__u32 mtu = 0;

	if (strcmp(arg, "learn") && (get_u32(&mtu, arg, 0) || !mtu))
		invarg("must be \"learn\" or a number of octets", arg);
	put(n, o, &mtu, sizeof(mtu));
}

static void put_switch(struct nlmsghdr *n, const struct option *o,
		       const char *arg)
{
	__u8 on = !strcmp(arg, "on");

	if (!on && strcmp(arg, "off"))
		invarg("must be \"on\" or \"off\"", arg);
	put(n, o, &on, sizeof(on));
}

/* Has no argument, but may be said with "no" before it. */
static void put_flag(struct nlmsghdr *n, const struct option *o,
		     const char *arg)
{
	__u8 on = strncmp(arg, "no", 2) != 0;

	put(n, o, &on, sizeof(on));
}

static const struct option options[] = {
	{ "id", IFLA_LISP_ID, put_id, "IID",
	  "Instance-ID, 0 to 16777214 (0)" },
	{ "local", IFLA_LISP_LOCAL, put_local, "ADDR",
	  "IPv4 source RLOC; 0.0.0.0: let routing choose" },
	{ "local6", IFLA_LISP_LOCAL6, put_local6, "ADDR",
	  "IPv6 source RLOC; ::: let routing choose" },
	{ "port", IFLA_LISP_PORT, put_port, "PORT", "UDP port (4341)" },
	{ "underlay", IFLA_LISP_UNDERLAY, put_dev, "VRF|none",
	  "VRF that carries the outer packets (none)" },
	{ "native", IFLA_LISP_NATIVE, put_dev, "DEV|none",
	  "uplink for natively-forwarded packets (none)" },
	{ "proxy", IFLA_LISP_PROXY, put_switch, "on|off",
	  "also forward to EIDs that are not local (off)" },
	{ "trusted-underlay", IFLA_LISP_TRUSTED_UNDERLAY, put_switch, "on|off",
	  "headers may be believed; needed by the five that follow (off)" },
	{ "status-bits", IFLA_LISP_STATUS_BITS, put_switch, "on|off",
	  "locator-status-bits (off)" },
	{ "echo-nonce", IFLA_LISP_ECHO_NONCE, put_switch, "on|off",
	  "test the way to locators that echo (off)" },
	{ "map-versions", IFLA_LISP_MAP_VERSIONS, put_switch, "on|off",
	  "map-versions (off)" },
	{ "gleaning", IFLA_LISP_GLEANING, put_switch, "on|off",
	  "learn mappings from packets (off)" },
	{ "icmp-unreachable", IFLA_LISP_ICMP_UNREACHABLE, put_switch, "on|off",
	  "believe ICMP that an RLOC is unreachable (off)" },
	{ "rx-counters", IFLA_LISP_RX_COUNTERS, put_switch, "on|off",
	  "count what is received by RLOC and local EID prefix, too (off)" },
	{ "external", IFLA_LISP_EXTERNAL, put_flag, NULL,
	  "serve many Instance-IDs, which routes and netlink name" },
	{ "ttl", IFLA_LISP_TTL, put_u8, "inherit|TTL",
	  "outer TTL; a number: pipe model (inherit)" },
	{ "tos", IFLA_LISP_TOS, put_u8, "inherit|TOS",
	  "outer DSCP, 4 times it; a number: pipe model (inherit)" },
	{ "path-mtu", IFLA_LISP_PATH_MTU, put_path_mtu, "learn|OCTETS",
	  "largest outer packet; learn: what ICMP says of the path (learn)" },
	{ "ecn", IFLA_LISP_ECN, put_switch, "on|off",
	  "copy ECN to the outer header (on)" },
	{ "udpcsum", IFLA_LISP_UDP_CSUM, put_flag, NULL,
	  "send UDP checksums over IPv4" },
	{ "udp6zerocsumtx", IFLA_LISP_UDP_ZERO_CSUM6_TX, put_flag, NULL,
	  "send zero UDP checksums over IPv6 (as if said)" },
	{ "gpe", IFLA_LISP_GPE, put_switch, "on|off",
	  "the P bit of packets received has a meaning, RFC 9305 (off)" },
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static void print_help(struct link_util *lu, int argc, char **argv, FILE *f)
{
	size_t i;

	fprintf(f, "Usage: ... lisp [ OPTION VALUE ]...\n");
	for (i = 0; i < N_OPTIONS; i++)
		fprintf(f, "\t%s%-16s %-11s  %s\n",
			options[i].arg ? "" : "[no]", options[i].name,
			options[i].arg ? options[i].arg : "", options[i].help);
}

static const struct option *option_find(const char *name)
{
	size_t i;

	for (i = 0; i < N_OPTIONS; i++)
		if (!strcmp(options[i].name, name) ||
		    (!options[i].arg && !strncmp(name, "no", 2) &&
		     !strcmp(options[i].name, name + 2)))
			return &options[i];
	return NULL;
}

static int parse_opt(struct link_util *lu, int argc, char **argv,
		     struct nlmsghdr *n)
{
	const struct option *o;
	unsigned int seen = 0;

	for (; argc > 0; argc--, argv++) {
		if (!strcmp(*argv, "help")) {
			print_help(lu, argc, argv, stdout);
			return -1;
		}
		o = option_find(*argv);
		if (!o) {
			fprintf(stderr, "lisp: unknown option \"%s\"\n", *argv);
			print_help(lu, argc, argv, stderr);
			return -1;
		}
		if (o->arg) {
			if (--argc <= 0)
				incomplete_command();
			argv++;
		}
		if (seen & (1u << (o - options)))
			duparg2(o->name, *argv);
		seen |= 1u << (o - options);
		o->put(n, o, *argv);
	}
	return 0;
}

/* --- display --- */

static __u32 attr_u32(const struct rtattr *a)
{
	__u32 v;

	memcpy(&v, RTA_DATA(a), sizeof(v));
	return v;
}

static void show_addr(struct rtattr *tb[], int attr, int family, size_t len,
		      const char *key, const char *fmt)
{
	char buf[INET6_ADDRSTRLEN];

	if (tb[attr] && RTA_PAYLOAD(tb[attr]) == len &&
	    inet_ntop(family, RTA_DATA(tb[attr]), buf, sizeof(buf)))
		print_color_string(PRINT_ANY, COLOR_NONE, key, fmt, buf);
}

static void show_dev(struct rtattr *tb[], int attr, const char *key,
		     const char *fmt)
{
	if (tb[attr] && attr_u32(tb[attr]))
		print_color_string(PRINT_ANY, COLOR_NONE, key, fmt,
				   ll_index_to_name(attr_u32(tb[attr])));
}

/* What is off by default is not worth a word. */
static void show_switch(struct rtattr *tb[], int attr, const char *key,
			const char *fmt, _Bool always)
{
	_Bool on;

	if (!tb[attr] || RTA_PAYLOAD(tb[attr]) != 1)
		return;
	on = *(__u8 *)RTA_DATA(tb[attr]);
	print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, on);
	if (on || always)
		print_color_string(PRINT_FP, COLOR_NONE, NULL, fmt,
				   on ? "on" : "off");
}

static void show_flag(struct rtattr *tb[], int attr, const char *key)
{
	char word[32];
	_Bool on;

	if (!tb[attr])
		return;
	on = *(__u8 *)RTA_DATA(tb[attr]);
	print_color_bool(PRINT_JSON, COLOR_NONE, key, NULL, on);
	snprintf(word, sizeof(word), "%s%s ", on ? "" : "no", key);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s", word);
}

/* Shown unless it is @inherit. */
static void show_u8(struct rtattr *tb[], int attr, __u8 inherit,
		    const char *key)
{
	char word[16];
	__u8 v;

	if (!tb[attr])
		return;
	v = *(__u8 *)RTA_DATA(tb[attr]);
	if (v == inherit)
		return;
	print_color_uint(PRINT_JSON, COLOR_NONE, key, NULL, v);
	snprintf(word, sizeof(word), "%s %u ", key, v);
	print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s", word);
}

static void print_opt(struct link_util *lu, FILE *f, struct rtattr *tb[])
{
	__be16 port;

	if (!tb)
		return;
	if (tb[IFLA_LISP_ID])
		print_color_uint(PRINT_ANY, COLOR_NONE, "id", "id %u ",
				 attr_u32(tb[IFLA_LISP_ID]));
	show_flag(tb, IFLA_LISP_EXTERNAL, "external");
	show_addr(tb, IFLA_LISP_LOCAL, AF_INET, 4, "local", "local %s ");
	show_addr(tb, IFLA_LISP_LOCAL6, AF_INET6, 16, "local6", "local6 %s ");
	if (tb[IFLA_LISP_PORT]) {
		memcpy(&port, RTA_DATA(tb[IFLA_LISP_PORT]), sizeof(port));
		print_color_uint(PRINT_ANY, COLOR_NONE, "port", "port %u ",
				 ntohs(port));
	}
	show_dev(tb, IFLA_LISP_UNDERLAY, "underlay", "underlay %s ");
	show_dev(tb, IFLA_LISP_NATIVE, "native", "native %s ");
	show_switch(tb, IFLA_LISP_PROXY, "proxy", "proxy %s ", 1);
	show_switch(tb, IFLA_LISP_TRUSTED_UNDERLAY, "trusted-underlay",
		    "trusted-underlay %s ", 0);
	show_switch(tb, IFLA_LISP_STATUS_BITS, "status-bits",
		    "status-bits %s ", 0);
	show_switch(tb, IFLA_LISP_ECHO_NONCE, "echo-nonce", "echo-nonce %s ",
		    0);
	show_switch(tb, IFLA_LISP_MAP_VERSIONS, "map-versions",
		    "map-versions %s ", 0);
	show_switch(tb, IFLA_LISP_GLEANING, "gleaning", "gleaning %s ", 0);
	show_switch(tb, IFLA_LISP_ICMP_UNREACHABLE, "icmp-unreachable",
		    "icmp-unreachable %s ", 0);
	show_switch(tb, IFLA_LISP_RX_COUNTERS, "rx-counters", "rx-counters %s ",
		    0);
	show_u8(tb, IFLA_LISP_TTL, 0, "ttl");
	show_u8(tb, IFLA_LISP_TOS, 1, "tos");
	if (tb[IFLA_LISP_PATH_MTU])
		print_color_uint(PRINT_ANY, COLOR_NONE, "path-mtu",
				 "path-mtu %u ",
				 attr_u32(tb[IFLA_LISP_PATH_MTU]));
	if (tb[IFLA_LISP_ECN] && !*(__u8 *)RTA_DATA(tb[IFLA_LISP_ECN])) {
		print_color_bool(PRINT_JSON, COLOR_NONE, "ecn", NULL, 0);
		print_color_string(PRINT_FP, COLOR_NONE, NULL, "%s",
				   "ecn off ");
	}
	show_switch(tb, IFLA_LISP_GPE, "gpe", "gpe %s ", 0);
	show_flag(tb, IFLA_LISP_UDP_CSUM, "udpcsum");
	show_flag(tb, IFLA_LISP_UDP_ZERO_CSUM6_TX, "udp6zerocsumtx");
}

struct link_util lisp_link_util = {
	.id		= "lisp",
	.maxattr	= IFLA_LISP_MAX,
	.parse_opt	= parse_opt,
	.print_opt	= print_opt,
	.print_help	= print_help,
};
