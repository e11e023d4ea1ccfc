// SPDX-License-Identifier: GPL-2.0-or-later
/* Map-Notify and Map-Notify-Ack: see the figure in RFC 9301 5.7. */
#include "wire/map_notify.h"

#include "wire/msg.h"

static bool type_ok(unsigned int type)
{
	return type == MSG_TYPE_MAP_NOTIFY || type == MSG_TYPE_MAP_NOTIFY_ACK;
}

int map_notify_parse(const void *data, size_t len, struct arena *arena,
		     struct map_notify *m, struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, arena);
	word = reader_u32(&p.r);
	if (reader_ok(&p.r) && !type_ok(word >> 28))
		parse_fail(&p, WIRE_TYPE);
	*m = (struct map_notify){
		.ack = word >> 28 == MSG_TYPE_MAP_NOTIFY_ACK,
		.flags = word & MNOT_FLAGS,
		.nonce = reader_u64(&p.r),
		.record_count = word & 0xff,
	};
	auth_parse(&p, &m->auth);
	records_parse(&p, m->record_count, &m->records);
	auth_ranges(&p, &m->auth);
	if (m->flags & MNOT_IDS)
		site_ids_parse(&p, &m->ids);
	m->trailing = reader_left(&p.r);
	return parse_finish(&p, m, sizeof(*m), err);
}

int map_notify_build(const struct map_notify *m, void *buf, size_t size)
{
	uint32_t type = m->ack ? MSG_TYPE_MAP_NOTIFY_ACK : MSG_TYPE_MAP_NOTIFY;
	struct writer w;

	writer_init(&w, buf, size);
	writer_u32(&w, type << 28 | (m->flags & MNOT_FLAGS) | m->record_count);
	writer_u64(&w, m->nonce);
	auth_build(&w, &m->auth);
	records_build(&w, m->records, m->record_count);
	if (m->flags & MNOT_IDS)
		site_ids_build(&w, &m->ids);
	return writer_finish(&w);
}
