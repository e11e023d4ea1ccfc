// SPDX-License-Identifier: GPL-2.0-or-later
/* Map-Request: see the figure in RFC 9301 5.2 and that of RFC 9437 4. */
#include "wire/map_request.h"

#include <errno.h>

#include "wire/msg.h"

#define RECORD_N		0x80
#define REQUEST_RECORD_SIZE_MIN	4	/* 2 octets and an AFI */
#define IRC_SHIFT		8
#define IRC_MASK		0x1f

static void source_parse(struct parse *p, struct map_request *m)
{
	struct wire_addr a, *kept;

	if (wire_addr_parse(p, &a))
		return;
	m->source = eid_host(a.iid, &a.addr);
	if (a.kind == WIRE_ADDR_IP || (a.kind == WIRE_ADDR_NONE && !a.has_iid))
		return;
	if (!wire_addr_may_be_eid(&a)) {
		parse_fail(p, WIRE_EID);
		return;
	}
	kept = parse_array(p, 1, sizeof(*kept));
	if (kept)
		*kept = a;
	m->source_foreign = kept;
}

static void itr_rlocs_parse(struct parse *p, struct map_request *m,
			    unsigned int n)
{
	struct wire_addr a;

	m->itr_rlocs = parse_array(p, n, sizeof(*m->itr_rlocs));
	while (n-- && wire_addr_parse(p, &a) == 0) {
		if (a.kind == WIRE_ADDR_IP && a.iid == 0)
			m->itr_rlocs[m->itr_count++] = a.addr;
		else
			m->itr_ignored++;
	}
	if (reader_ok(&p->r) && m->itr_count == 0)
		parse_fail(p, WIRE_NO_ITR_RLOC);
}

static void request_record_parse(struct parse *p, struct request_record *rec)
{
	uint8_t mask_len;

	rec->subscribe = reader_u8(&p->r) & RECORD_N;
	mask_len = reader_u8(&p->r);
	record_eid_parse(p, mask_len, &rec->eid, &rec->foreign, NULL);
}

static void request_records_parse(struct parse *p, struct map_request *m,
				  unsigned int n)
{
	if (n == 0) {
		parse_fail(p, WIRE_NO_RECORDS);
		return;
	}
	if (n * REQUEST_RECORD_SIZE_MIN > reader_left(&p->r)) {
		parse_fail(p, WIRE_SHORT);
		return;
	}
	m->records = parse_array(p, n, sizeof(*m->records));
	while (n-- && reader_ok(&p->r))
		request_record_parse(p, &m->records[m->record_count++]);
}

static void reply_record_parse(struct parse *p, struct map_request *m)
{
	m->reply = parse_array(p, 1, sizeof(*m->reply));
	if (m->reply)
		record_parse(p, m->reply);
}

int map_request_parse(const void *data, size_t len, struct arena *arena,
		      struct map_request *m, struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, arena);
	word = reader_u32(&p.r);
	if (reader_ok(&p.r) && word >> 28 != MSG_TYPE_MAP_REQUEST)
		parse_fail(&p, WIRE_TYPE);
	*m = (struct map_request){
		.flags = word & MREQ_FLAGS,
		.nonce = reader_u64(&p.r),
	};
	source_parse(&p, m);
	itr_rlocs_parse(&p, m, (word >> IRC_SHIFT & IRC_MASK) + 1);
	request_records_parse(&p, m, word & 0xff);
	if (m->flags & MREQ_MAP_DATA)
		reply_record_parse(&p, m);
	if (m->flags & MREQ_IDS)
		site_ids_parse(&p, &m->ids);
	m->trailing = reader_left(&p.r);
	return parse_finish(&p, m, sizeof(*m), err);
}

static bool buildable(const struct map_request *m)
{
	return m->record_count > 0 &&
	       m->itr_count > 0 && m->itr_count <= ITR_RLOC_MAX &&
	       !!(m->flags & MREQ_MAP_DATA) == !!m->reply;
}

int map_request_build(const struct map_request *m, void *buf, size_t size)
{
	struct writer w;
	size_t i;

	if (!buildable(m))
		return -EINVAL;
	writer_init(&w, buf, size);
	writer_u32(&w, (uint32_t)MSG_TYPE_MAP_REQUEST << 28 |
		       (m->flags & MREQ_FLAGS) |
		       (m->itr_count - 1u) << IRC_SHIFT | m->record_count);
	writer_u64(&w, m->nonce);
	record_eid_build(&w, &m->source, m->source_foreign, 0);
	for (i = 0; i < m->itr_count; i++)
		wire_ip_build(&w, &m->itr_rlocs[i]);
	for (i = 0; i < m->record_count; i++) {
		const struct request_record *rec = &m->records[i];

		writer_u8(&w, rec->subscribe ? RECORD_N : 0);
		writer_u8(&w, rec->eid.prefix.len);
		record_eid_build(&w, &rec->eid, rec->foreign, 0);
	}
	if (m->reply)
		record_build(&w, m->reply);
	if (m->flags & MREQ_IDS)
		site_ids_build(&w, &m->ids);
	return writer_finish(&w);
}
