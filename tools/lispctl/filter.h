/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lispctl capture: which packets, as a filter of pcap-filter(7), and the command
 * that captures them.  Pure: what is where is found out in capture.c.
 *
 * On a device of the underlay: LISP data packets (to UDP port 4341), by
 * Instance-ID, inner address and RLOC; and LISP control messages (UDP port 4342),
 * by RLOC only, as what they are about is at no fixed place.  Of a packet in IPv4
 * fragments only the first is recognised, in IPv6 none.
 * On a lisp device: all packets, or those of an EID; they have no LISP header.
 */
#ifndef LISPCTL_FILTER_H
#define LISPCTL_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/prefix.h"

#define FILTER_DEVICES_MAX	64
#define FILTER_TEXT_MAX		16384
#define FILTER_WORDS_MAX	(4 * FILTER_DEVICES_MAX + 16)

struct filter_device {
	char name[16];
	uint32_t index;
	bool inner;			/* a lisp device */
};

struct filter {
	const char *program;		/* "tcpdump" or "tshark" */
	const struct filter_device *devices;
	size_t device_count;		/* 0: all, and all are the underlay's */
	bool has_iid;
	uint32_t iid;
	struct addr eid;		/* family ADDR_NONE: any */
	struct addr rloc;
	const char *write;		/* to this file; NULL: print */
	uint32_t count;			/* packets; 0: until interrupted */
};

/* A command line, for execvp(3). */
struct filter_command {
	char *argv[FILTER_WORDS_MAX];
	size_t argc;
	char text[FILTER_TEXT_MAX];	/* where the words are */
	size_t used;
	bool full;			/* it did not fit */
};

/* 0 or -E2BIG. */
int filter_command(const struct filter *f, struct filter_command *c);

#endif
