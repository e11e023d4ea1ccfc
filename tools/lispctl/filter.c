// SPDX-License-Identifier: GPL-2.0-or-later
#include "filter.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- words of the command --- */

__attribute__((format(printf, 2, 3)))
static void add(struct filter_command *c, const char *fmt, ...)
{
	size_t room = sizeof(c->text) - c->used;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(c->text + c->used, room, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n + 1 >= room)
		c->full = true;
	else
		c->used += (size_t)n;
}

/* What add() adds is a word of its own from here on. */
static void begin(struct filter_command *c)
{
	if (c->argc + 1 == FILTER_WORDS_MAX) {
		c->full = true;
		return;
	}
	c->argv[c->argc++] = c->text + c->used;
	c->argv[c->argc] = NULL;
}

static void end(struct filter_command *c)
{
	if (!c->full)
		c->text[c->used++] = '\0';
}

static void word(struct filter_command *c, const char *text)
{
	begin(c);
	add(c, "%s", text);
	end(c);
}

static void number(struct filter_command *c, uint32_t n)
{
	begin(c);
	add(c, "%u", n);
	end(c);
}

/* --- pieces of a filter --- */

/*
 * Where the LISP header is: "udp[8...]" of IPv4, which needs no fixed length of
 * the IP header; IPv6 can only be addressed from its start, "ip6[48...]".
 */
struct outer {
	const char *base;
	unsigned int lisp;
};

static const struct outer outers[] = { { "udp", 8 }, { "ip6", 48 } };

#define LISP_HEADER	8
#define INNER_SOURCE4	12
#define INNER_SOURCE6	8

static uint32_t word_of(const struct addr *a, unsigned int i)
{
	const uint8_t *b = &a->bytes[4 * i];

	return (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

/* Without the I bit (RFC 9300 5.3) it is instance 0. */
static void add_iid(struct filter_command *c, const struct outer *o,
		    uint32_t iid)
{
	if (iid)
		add(c, " and %s[%u] & 8 != 0 and %s[%u:4] & 0xffffff00 = 0x%x",
		    o->base, o->lisp, o->base, o->lisp + 4, iid << 8);
	else
		add(c, " and (%s[%u] & 8 = 0 or %s[%u:4] & 0xffffff00 = 0)",
		    o->base, o->lisp, o->base, o->lisp + 4);
}

/* An address of 4 or 16 octets at @at. */
static void add_addr(struct filter_command *c, const struct outer *o,
		     unsigned int at, const struct addr *a)
{
	for (unsigned int i = 0; i < addr_size(a) / 4; i++)
		add(c, "%s%s[%u:4] = 0x%x", i ? " and " : "(", o->base,
		    at + 4 * i, word_of(a, i));
	add(c, ")");
}

static void add_eid(struct filter_command *c, const struct outer *o,
		    const struct addr *a)
{
	unsigned int inner = o->lisp + LISP_HEADER;
	bool v4 = a->family == ADDR_IPV4;
	unsigned int source = inner + (v4 ? INNER_SOURCE4 : INNER_SOURCE6);

	add(c, " and %s[%u] & 0xf0 = 0x%x0 and (", o->base, inner, v4 ? 4 : 6);
	add_addr(c, o, source, a);
	add(c, " or ");
	add_addr(c, o, source + addr_size(a), a);
	add(c, ")");
}

static void add_outer(struct filter_command *c, const struct filter *f)
{
	bool by_content = f->has_iid || f->eid.family != ADDR_NONE;
	char text[ADDR_TEXT_MAX];

	if (f->rloc.family != ADDR_NONE)
		add(c, "host %s and ", addr_text(&f->rloc, text));
	if (!by_content) {
		add(c, "(udp dst port 4341 or udp port 4342)");
		return;
	}
	add(c, "(udp port 4342 or (udp dst port 4341 and (");
	for (size_t i = 0; i < 2; i++) {
		add(c, i ? ") or (ip6" : "(ip");
		if (f->has_iid)
			add_iid(c, &outers[i], f->iid);
		if (f->eid.family != ADDR_NONE)
			add_eid(c, &outers[i], &f->eid);
	}
	add(c, "))))");
}

/* Nothing: all packets. */
static void add_inner(struct filter_command *c, const struct filter *f)
{
	char text[ADDR_TEXT_MAX];

	if (f->eid.family != ADDR_NONE)
		add(c, "host %s", addr_text(&f->eid, text));
}

static void add_device_filter(struct filter_command *c, const struct filter *f,
			      const struct filter_device *d)
{
	if (d && d->inner)
		add_inner(c, f);
	else
		add_outer(c, f);
}

/* --- programs --- */

/* It captures from one device, or from all: then the filter says which. */
static void tcpdump(struct filter_command *c, const struct filter *f)
{
	const struct filter_device *one = f->devices;
	bool several = f->device_count > 1;

	word(c, "-i");
	word(c, f->device_count == 1 ? one->name : "any");
	begin(c);
	for (size_t i = 0; several && i < f->device_count; i++) {
		const struct filter_device *d = &f->devices[i];
		bool all = d->inner && f->eid.family == ADDR_NONE;

		add(c, "%s(ifindex %u%s", i ? " or " : "", d->index,
		    all ? "" : " and ");
		add_device_filter(c, f, d);
		add(c, ")");
	}
	if (!several)
		add_device_filter(c, f, f->device_count ? one : NULL);
	end(c);
}

/* It captures from several, each with a filter of its own. */
static void tshark(struct filter_command *c, const struct filter *f)
{
	static const struct filter_device any = { .name = "any" };
	const struct filter_device *d = f->device_count ? f->devices : &any;
	size_t n = f->device_count ? f->device_count : 1;

	for (size_t i = 0; i < n; i++) {
		word(c, "-i");
		word(c, d[i].name);
		word(c, "-f");
		begin(c);
		add_device_filter(c, f, &d[i]);
		end(c);
	}
}

int filter_command(const struct filter *f, struct filter_command *c)
{
	bool is_tshark = !strcmp(f->program, "tshark");

	c->argc = 0;
	c->used = 0;
	c->full = false;
	word(c, f->program);
	word(c, "-n");
	if (f->count) {
		word(c, "-c");
		number(c, f->count);
	}
	if (f->write) {
		/* Each packet at once: somebody may be reading. */
		if (!is_tshark)
			word(c, "-U");
		word(c, "-w");
		word(c, f->write);
	}
	if (is_tshark)
		tshark(c, f);
	else
		tcpdump(c, f);
	return c->full ? -E2BIG : 0;
}
