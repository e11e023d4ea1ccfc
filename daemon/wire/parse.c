// SPDX-License-Identifier: GPL-2.0-or-later
/* Sticky errors. */
#include "wire/parse.h"

#include <string.h>

void parse_init(struct parse *p, const void *data, size_t len,
		struct arena *arena)
{
	*p = (struct parse){ .arena = arena };
	reader_init(&p->r, data, len);
}

int parse_fail(struct parse *p, enum wire_reason reason)
{
	if (p->err.reason == WIRE_OK) {
		p->err.reason = reason;
		p->err.offset = reader_offset(&p->r);
	}
	p->r.failed = true;
	return wire_reason_errno(p->err.reason);
}

int parse_check(struct parse *p)
{
	return reader_ok(&p->r) ? 0 : parse_fail(p, WIRE_SHORT);
}

void *parse_array(struct parse *p, size_t n, size_t size)
{
	void *array;

	if (parse_check(p))
		return NULL;
	array = arena_array(p->arena, n, size);
	if (!array)
		parse_fail(p, WIRE_MEMORY);
	return array;
}

int parse_finish(struct parse *p, void *m, size_t size,
		 struct wire_error *err)
{
	int ret = parse_check(p);

	if (ret)
		memset(m, 0, size);
	if (err)
		*err = p->err;
	return ret;
}
