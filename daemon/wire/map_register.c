// SPDX-License-Identifier: GPL-2.0-or-later
/* Map-Register: see the figure in RFC 9301 5.6. */
#include "wire/map_register.h"

#include <errno.h>

#include "wire/msg.h"

int map_register_parse(const void *data, size_t len, struct arena *arena,
		       struct map_register *m, struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, arena);
	word = reader_u32(&p.r);
	if (reader_ok(&p.r) && word >> 28 != MSG_TYPE_MAP_REGISTER)
		parse_fail(&p, WIRE_TYPE);
	*m = (struct map_register){
		.flags = word & MREG_FLAGS,
		.nonce = reader_u64(&p.r),
		.record_count = word & 0xff,
	};
	if (reader_ok(&p.r) && m->record_count == 0)
		parse_fail(&p, WIRE_NO_RECORDS);
	auth_parse(&p, &m->auth);
	records_parse(&p, m->record_count, &m->records);
	auth_ranges(&p, &m->auth);
	if (m->flags & MREG_IDS)
		site_ids_parse(&p, &m->ids);
	m->trailing = reader_left(&p.r);
	return parse_finish(&p, m, sizeof(*m), err);
}

int map_register_build(const struct map_register *m, void *buf, size_t size)
{
	struct writer w;

	if (m->record_count == 0)
		return -EINVAL;
	writer_init(&w, buf, size);
	writer_u32(&w, (uint32_t)MSG_TYPE_MAP_REGISTER << 28 |
		       (m->flags & MREG_FLAGS) | m->record_count);
	writer_u64(&w, m->nonce);
	auth_build(&w, &m->auth);
	records_build(&w, m->records, m->record_count);
	if (m->flags & MREG_IDS)
		site_ids_build(&w, &m->ids);
	return writer_finish(&w);
}
