// SPDX-License-Identifier: GPL-2.0-or-later
/* LISP header of data packets. */
#include "wire/data.h"

#include <errno.h>

#include "lib/cursor.h"

/* The 24 bits behind the flags. */
static void field_take(struct data_header *h, uint32_t field)
{
	if (h->flags & DATA_PROTOCOL) {
		h->protocol = (uint8_t)field;
	} else if (h->flags & DATA_NONCE) {
		h->nonce = field;
	} else if (h->flags & DATA_VERSIONS) {
		h->source_version = (uint16_t)(field >> 12);
		h->dest_version = (uint16_t)(field & 0xfff);
	}
}

int data_header_parse(const void *data, size_t len, struct data_header *h)
{
	uint32_t first, second;
	struct reader r;

	reader_init(&r, data, len);
	first = reader_u32(&r);
	second = reader_u32(&r);
	*h = (struct data_header){ 0 };
	if (!reader_ok(&r))
		return -EBADMSG;
	h->flags = (uint8_t)(first >> 24) & (uint8_t)~DATA_KEY_ID;
	h->key_id = (uint8_t)(first >> 24) & DATA_KEY_ID;
	field_take(h, first & 0xffffff);
	if (h->flags & DATA_IID) {
		h->iid = second >> 8;
		second &= 0xff;
	}
	if (h->flags & DATA_STATUS)
		h->status = second;
	return 0;
}
