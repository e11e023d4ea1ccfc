// SPDX-License-Identifier: GPL-2.0-or-later
/* Map-Reply: see the figure in RFC 9301 5.4. */
#include "wire/map_reply.h"

#include <errno.h>

#include "wire/msg.h"

/* What follows the records: LISP-SEC data if announced, else nothing. */
static void reply_rest(struct parse *p, struct map_reply *m)
{
	size_t left = reader_left(&p->r);

	if (!reader_ok(&p->r))
		return;
	if (!(m->flags & MREP_SECURITY))
		m->trailing = left;
	else if (left > 0)
		m->security_offset = reader_offset(&p->r);
	else
		parse_fail(p, WIRE_SHORT);
}

int map_reply_parse(const void *data, size_t len, struct arena *arena,
		    struct map_reply *m, struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, arena);
	word = reader_u32(&p.r);
	if (reader_ok(&p.r) && word >> 28 != MSG_TYPE_MAP_REPLY)
		parse_fail(&p, WIRE_TYPE);
	*m = (struct map_reply){
		.flags = word & MREP_FLAGS,
		.nonce = reader_u64(&p.r),
		.record_count = word & 0xff,
	};
	records_parse(&p, m->record_count, &m->records);
	reply_rest(&p, m);
	return parse_finish(&p, m, sizeof(*m), err);
}

int map_reply_build(const struct map_reply *m, void *buf, size_t size)
{
	struct writer w;

	if (m->flags & MREP_SECURITY)
		return -EOPNOTSUPP;
	writer_init(&w, buf, size);
	writer_u32(&w, (uint32_t)MSG_TYPE_MAP_REPLY << 28 |
		       (m->flags & MREP_FLAGS) | m->record_count);
	writer_u64(&w, m->nonce);
	records_build(&w, m->records, m->record_count);
	return writer_finish(&w);
}
