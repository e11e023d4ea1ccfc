// SPDX-License-Identifier: GPL-2.0-or-later
/* The authentication part, and the IDs that may end such a message. */
#include "wire/auth.h"

#include <errno.h>

#include "wire/map_notify.h"
#include "wire/map_register.h"
#include "wire/msg.h"

static const struct {
	const char *name;
	uint16_t deployed, rfc;
} algorithms[] = {
	[AUTH_NONE] =			{ "none", 0, 0 },
	[AUTH_HMAC_SHA1_96] =		{ "hmac-sha1", 20, 12 },
	[AUTH_HMAC_SHA256_128] =	{ "hmac-sha256", 32, 16 },
	[AUTH_HMAC_SHA256_HKDF] =	{ "hkdf-sha256", 16, 16 },
};

#define ALGORITHMS	(sizeof(algorithms) / sizeof(algorithms[0]))

const char *auth_algorithm_name(uint8_t algorithm)
{
	return algorithm < ALGORITHMS ? algorithms[algorithm].name : NULL;
}

uint16_t auth_data_len(uint8_t algorithm, enum auth_length_style style)
{
	if (algorithm >= ALGORITHMS)
		return 0;
	switch (style) {
	case AUTH_LENGTH_DEPLOYED:
		return algorithms[algorithm].deployed;
	case AUTH_LENGTH_RFC:
		return algorithms[algorithm].rfc;
	}
	return 0;
}

bool auth_data_len_ok(uint8_t algorithm, uint16_t len)
{
	return algorithm < ALGORITHMS && (len == algorithms[algorithm].rfc ||
					  len == algorithms[algorithm].deployed);
}

int auth_parse(struct parse *p, struct wire_auth *auth)
{
	const uint8_t *data;

	*auth = (struct wire_auth){ 0 };
	auth->key_id = reader_u8(&p->r);
	auth->algorithm = reader_u8(&p->r);
	auth->data_len = reader_u16(&p->r);
	data = reader_bytes(&p->r, auth->data_len);
	if (!data)
		return parse_check(p);
	auth->data = arena_copy(p->arena, data, auth->data_len);
	return auth->data ? 0 : parse_fail(p, WIRE_MEMORY);
}

void auth_ranges(const struct parse *p, struct wire_auth *auth)
{
	auth->literal_end = reader_offset(&p->r);
	auth->entire_end = (size_t)(p->r.end - p->r.origin);
}

void auth_build(struct writer *w, const struct wire_auth *auth)
{
	writer_u8(w, auth->key_id);
	writer_u8(w, auth->algorithm);
	writer_u16(w, auth->data_len);
	if (auth->data)
		writer_bytes(w, auth->data, auth->data_len);
	else
		writer_zero(w, auth->data_len);
}

/* Does the first word say that IDs end the message?  -1: wrong type. */
static int has_ids(uint32_t word)
{
	switch (word >> 28) {
	case MSG_TYPE_MAP_REGISTER:
		return (word & MREG_IDS) != 0;
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return (word & MNOT_IDS) != 0;
	}
	return -1;
}

int auth_locate(const uint8_t *msg, size_t len, struct wire_auth *auth)
{
	struct reader r;
	int ids;

	reader_init(&r, msg, len);
	ids = has_ids(reader_u32(&r));
	reader_skip(&r, 8);		/* nonce */
	auth->key_id = reader_u8(&r);
	auth->algorithm = reader_u8(&r);
	auth->data_len = reader_u16(&r);
	auth->data = NULL;
	reader_skip(&r, auth->data_len);
	auth->literal_end = len - (ids > 0 ? AUTH_IDS_SIZE : 0);
	auth->entire_end = len;
	if (ids > 0)
		reader_skip(&r, AUTH_IDS_SIZE);
	return ids >= 0 && reader_ok(&r) ? 0 : -EBADMSG;
}

void site_ids_parse(struct parse *p, struct site_ids *ids)
{
	reader_copy(&p->r, ids->xtr_id, sizeof(ids->xtr_id));
	ids->site_id = reader_u64(&p->r);
}

void site_ids_build(struct writer *w, const struct site_ids *ids)
{
	writer_bytes(w, ids->xtr_id, sizeof(ids->xtr_id));
	writer_u64(w, ids->site_id);
}
