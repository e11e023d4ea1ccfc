// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "io/log.h"
#include "wire/msg.h"

#define LINE_SIZE	512

/* One line of a kind a second, ten at once. */
#define INTERVAL_US	1000000
#define BURST		10

static void limit_start(struct report_limit *l)
{
	bucket_init(&l->bucket, INTERVAL_US, BURST);
	l->kept_back = 0;
}

void report_init(struct report *r)
{
	for (size_t i = 0; i < LOG_EVENT_COUNT; i++)
		limit_start(&r->events[i]);
	limit_start(&r->parse);
	limit_start(&r->send);
	limit_start(&r->data_plane);
	limit_start(&r->record);
}

/* A line in the making. */
struct line {
	char text[LINE_SIZE];
	size_t len;
};

__attribute__((format(printf, 2, 3)))
static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, ap);
	va_end(ap);
	if (n > 0)
		l->len += n;
	if (l->len >= sizeof(l->text))
		l->len = sizeof(l->text) - 1;
}

static bool may_log(struct report_limit *l, enum log_level level,
		    uint64_t now)
{
	if (!log_wanted(level))
		return false;
	if (bucket_take(&l->bucket, now))
		return true;
	l->kept_back++;
	return false;
}

static void emit_fields(struct report_limit *l, enum log_level level,
			struct line *line, const struct log_field *fields,
			size_t count)
{
	if (l->kept_back)
		add(line, " (%" PRIu64 " more like this)", l->kept_back);
	l->kept_back = 0;
	log_fields(level, fields, count, line->text);
}

static void emit(struct report_limit *l, enum log_level level,
		 struct line *line)
{
	emit_fields(l, level, line, NULL, 0);
}

static void add_addr(struct line *l, const char *word, const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (a->family != ADDR_NONE)
		add(l, ", %s %s", word, addr_text(a, text));
}

static void add_eid(struct line *l, const struct eid *e)
{
	char text[EID_TEXT_MAX];

	add(l, ", EID %s", eid_text(e, text));
}

/* The members of an event, for the journal: Documentation/man/lispd.8. */
static void emit_with_fields(struct report_limit *limit, struct line *line,
			     const struct action_log *l)
{
	const struct log_event_info *info = &log_events[l->event];
	char peer[ADDR_TEXT_MAX], prefix[PREFIX_TEXT_MAX], iid[16], number[24];
	const struct log_field fields[] = {
		{ "LISP_EVENT", info->name },
		{ "LISP_MACHINE", l->machine },
		{ "LISP_FROM", l->from },
		{ "LISP_TO", l->to },
		{ "LISP_PEER", l->peer.family == ADDR_NONE ? NULL :
			addr_text(&l->peer, peer) },
		{ "LISP_IID", l->has_eid ? iid : NULL },
		{ "LISP_EID", !l->has_eid ? NULL :
			prefix_text(&l->eid.prefix, prefix) },
		{ "LISP_SITE", l->site },
		{ "LISP_NUMBER", l->number ? number : NULL },
	};

	snprintf(iid, sizeof(iid), "%u", l->eid.iid);
	snprintf(number, sizeof(number), "%" PRIu64, l->number);
	emit_fields(limit, info->level, line, fields,
		    sizeof(fields) / sizeof(fields[0]));
}

static void emit_event(struct report_limit *limit, const struct action_log *l)
{
	const struct log_event_info *info = &log_events[l->event];
	struct line line = { .len = 0 };

	if (l->event == LOG_TRANSITION)
		add(&line, "%s: %s -> %s (%s)", l->machine, l->from, l->to,
		    l->cause);
	else
		add(&line, "%s", info->text);
	add_addr(&line, "peer", &l->peer);
	if (l->has_eid)
		add_eid(&line, &l->eid);
	if (l->site)
		add(&line, ", site %s", l->site);
	if (l->number)
		add(&line, ", %s %" PRIu64, info->number, l->number);
	emit_with_fields(limit, &line, l);
}

/* Most are not wanted. */
void report_event(struct report *r, uint64_t now, const struct action_log *l)
{
	const struct log_event_info *info = &log_events[l->event];
	struct report_limit *limit = &r->events[l->event];

	if (info->remote ? may_log(limit, info->level, now) :
	    log_wanted(info->level))
		emit_event(limit, l);
}

void report_parse(struct report *r, uint64_t now, const struct addr *peer,
		  const struct wire_error *err, int type)
{
	const char *name = type < 0 ? NULL : msg_type_name(type);
	struct line line = { .len = 0 };

	if (!may_log(&r->parse, LOG_LEVEL_INFO, now))
		return;
	add(&line, "message cannot be parsed: %s at octet %zu",
	    wire_reason_name(err->reason), err->offset);
	add(&line, ", type %s", name ? name : "unknown");
	add_addr(&line, "peer", peer);
	emit(&r->parse, LOG_LEVEL_INFO, &line);
}

void report_send(struct report *r, uint64_t now, const struct addr *to,
		 const char *type, int err)
{
	struct line line = { .len = 0 };

	if (!may_log(&r->send, LOG_LEVEL_WARNING, now))
		return;
	add(&line, "%s cannot be sent: %s", type ? type : "message",
	    strerror(-err));
	add_addr(&line, "peer", to);
	emit(&r->send, LOG_LEVEL_WARNING, &line);
}

void report_data_plane(struct report *r, uint64_t now, const char *what,
		       const struct eid *eid, int err, const char *why)
{
	struct line line = { .len = 0 };

	if (!may_log(&r->data_plane, LOG_LEVEL_WARNING, now))
		return;
	add(&line, "data plane: %s failed: %s", what, strerror(-err));
	if (why && *why)
		add(&line, ": %s", why);
	if (eid)
		add_eid(&line, eid);
	emit(&r->data_plane, LOG_LEVEL_WARNING, &line);
}

const char *report_record_trouble(int err)
{
	if (err == -ENOTRECOVERABLE)
		return "the disk has failed, and nothing is put on record any "
		       "more: see to the disk and reboot the machine; lispd "
		       "goes on from what was on it for certain";
	return strerror(-err);
}

void report_record(struct report *r, uint64_t now, const char *dir, int err,
		   unsigned int dropped)
{
	struct line line = { .len = 0 };

	if (!may_log(&r->record, LOG_LEVEL_ERROR, now))
		return;
	if (err)
		add(&line, "state-dir %s: cannot be written: %s, ", dir,
		    report_record_trouble(err));
	else
		add(&line, "no room for more answers that wait for the store, ");
	add(&line, "%u answers dropped", dropped);
	emit(&r->record, LOG_LEVEL_ERROR, &line);
}
