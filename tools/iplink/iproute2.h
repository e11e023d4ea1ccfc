/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a link_KIND.so sees of iproute2. Debian installs no header for plugins,
 * so the few declarations needed are repeated here as iproute2 has had them
 * since 5.x; the `ip` binary exports the functions.
 *
 * Arguments are parsed by iproute2's own functions wherever it has one: then a
 * wrong argument gets the message that every other kind of link gives, in the
 * words of the `ip` that is installed.
 */
#ifndef _IPLINK_IPROUTE2_H
#define _IPLINK_IPROUTE2_H

#include <stdbool.h>
#include <stdio.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct link_util {
	struct link_util *next;
	const char *id;
	int maxattr;
	/* 0, or -1 when a message has been printed */
	int (*parse_opt)(struct link_util *lu, int argc, char **argv,
			 struct nlmsghdr *n);
	/* @tb: NULL when the link has no attributes of its kind */
	void (*print_opt)(struct link_util *lu, FILE *f, struct rtattr *tb[]);
	/* with -s; @xstats: IFLA_INFO_XSTATS */
	void (*print_xstats)(struct link_util *lu, FILE *f,
			     struct rtattr *xstats);
	void (*print_help)(struct link_util *lu, int argc, char **argv,
			   FILE *f);
	int (*parse_ifla_xstats)(struct link_util *lu, int argc, char **argv);
	int (*print_ifla_xstats)(struct nlmsghdr *n, void *arg);
};

typedef struct {
	__u16 flags;
	__u16 bytelen;
	__s16 bitlen;
	__u16 family;
	__u32 data[64];
} inet_prefix;

enum output_type { PRINT_FP = 1, PRINT_JSON = 2, PRINT_ANY = 4 };
enum color_attr { COLOR_NONE = 6 };

/* The buffer that parse_opt writes into: struct iplink_req of iproute2. */
#define REQ_SIZE 1024

int addattr_l(struct nlmsghdr *n, int maxlen, int type, const void *data,
	      int alen);

/* 0, or -1 when @arg is no such number; @base as for strtoul(3) */
int get_u32(__u32 *val, const char *arg, int base);
int get_u16(__u16 *val, const char *arg, int base);
/* The same for a name of rt_dsfield, or a hexadecimal number up to ff. */
int rtnl_dsfield_a2n(__u32 *id, const char *arg);
/* Ends the program when @arg is no address of @family (0: of any). */
int get_addr(inet_prefix *dst, const char *arg, int family);
/* Sets *@err and has printed a message when @arg is neither. */
bool parse_on_off(const char *key, const char *arg, int *err);
unsigned int ll_name_to_index(const char *name);
const char *ll_index_to_name(unsigned int idx);

/* Print a message; all but nodev() end the program. */
void incomplete_command(void) __attribute__((noreturn));
void invarg(const char *msg, const char *arg) __attribute__((noreturn));
void duparg2(const char *key, const char *arg) __attribute__((noreturn));
int nodev(const char *dev);

int print_color_uint(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, unsigned int value);
int print_color_string(enum output_type t, enum color_attr color,
		       const char *key, const char *fmt, const char *value);
int print_color_bool(enum output_type t, enum color_attr color,
		     const char *key, const char *fmt, bool value);
int print_color_on_off(enum output_type t, enum color_attr color,
		       const char *key, const char *fmt, bool value);
int print_color_u64(enum output_type t, enum color_attr color,
		    const char *key, const char *fmt, __u64 value);
/* The end of a line, but with -o. */
void print_nl(void);
void open_json_object(const char *key);
void close_json_object(void);

#endif /* _IPLINK_IPROUTE2_H */
