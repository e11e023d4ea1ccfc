// SPDX-License-Identifier: GPL-2.0-or-later
/* Packets of port 4341. */
#include "dump.h"

#include <stdio.h>

#include "../common/record.h"
#include "wire/data.h"

static const struct dump_flag flags[] = {
	{ DATA_NONCE, "nonce" },
	{ DATA_STATUS, "status" },
	{ DATA_ECHO, "echo" },
	{ DATA_VERSIONS, "versions" },
	{ DATA_IID, "iid" },
	{ DATA_PROTOCOL, "protocol" },
};

static void add_hex(struct json_object *o, const char *key, uint32_t n,
		    int digits)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%0*x", digits, n);
	add_text(o, key, text);
}

/* What the flags announce. */
static void add_header(struct json_object *o, const struct data_header *h)
{
	bool nonce = h->flags & DATA_NONCE && !(h->flags & DATA_PROTOCOL);

	ADD_FLAGS(o, h->flags, flags);
	add_number(o, "iid", h->iid);
	if (h->key_id)
		add_number(o, "key-id", h->key_id);
	if (nonce)
		add_hex(o, "nonce", h->nonce, 6);
	else if (h->flags & DATA_PROTOCOL)
		add_number(o, "next-protocol", h->protocol);
	else if (h->flags & DATA_VERSIONS) {
		add_number(o, "source-version", h->source_version);
		add_number(o, "destination-version", h->dest_version);
	}
	if (h->flags & DATA_STATUS)
		add_hex(o, "status", h->status, h->flags & DATA_IID ? 2 : 8);
}

/* How the inner packet begins.  False: that is not known. */
static bool inner_link(const struct data_header *h, enum packet_link *link)
{
	*link = h->protocol == DATA_PROTOCOL_ETHERNET ? LINK_ETHERNET :
		LINK_IP;
	if (h->key_id)
		return false;
	return !(h->flags & DATA_PROTOCOL) ||
	       h->protocol == DATA_PROTOCOL_IPV4 ||
	       h->protocol == DATA_PROTOCOL_IPV6 ||
	       h->protocol == DATA_PROTOCOL_ETHERNET;
}

static void find(struct dump *d, uint32_t iid, const struct packet *p)
{
	struct eid source = eid_host(iid, &p->source);
	struct eid dest = eid_host(iid, &p->dest);

	dump_found(d, &source);
	dump_found(d, &dest);
}

static void add_inner(struct dump *d, struct json_object *o,
		      const struct data_header *h, const uint8_t *data,
		      size_t len)
{
	struct json_object *inner;
	enum packet_link link;
	struct packet p;

	if (!inner_link(h, &link)) {
		find(d, h->iid, &(struct packet){ 0 });
		return;
	}
	inner = json_object_new_object();
	json_object_object_add(o, "inner", inner);
	packet_parse(data, len, link, &p);
	packet_add(inner, &p);
	find(d, h->iid, &p);
	if (p.kind == PACKET_BAD)
		packet_add_error(d, inner, &p);
	else if (h->iid == DATA_IID_CONTROL && p.kind == PACKET_UDP)
		control_add(d, inner, p.payload, p.payload_len);
}

void data_add(struct dump *d, struct json_object *o, const void *data,
	      size_t len)
{
	struct json_object *m = json_object_new_object();
	struct packet cut = {
		.header = "LISP header", .expected = "8 octets",
		.offset = len,
	};
	struct data_header h;

	d->types |= 1u << DUMP_DATA;
	json_object_object_add(o, "message", m);
	add_text(m, "type", dump_type_name(DUMP_DATA));
	if (data_header_parse(data, len, &h)) {
		packet_add_error(d, m, &cut);
		return;
	}
	add_header(m, &h);
	add_inner(d, m, &h, (const uint8_t *)data + DATA_HEADER_SIZE,
		  len - DATA_HEADER_SIZE);
}
