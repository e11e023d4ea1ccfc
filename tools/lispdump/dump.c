// SPDX-License-Identifier: GPL-2.0-or-later
/* From a packet to its message, and whether it was asked for. */
#include "dump.h"

#include <netinet/in.h>
#include <stdio.h>

#include "../common/record.h"
#include "lib/xeid.h"

void dump_init(struct dump *d, const struct dump_options *o)
{
	*d = (struct dump){ .o = o };
	arena_init(&d->arena, MSG_ARENA_CAP);
}

void dump_free(struct dump *d)
{
	arena_free(&d->arena);
}

const char *dump_type_name(unsigned int type)
{
	switch (type) {
	case DUMP_INFO:
		return "Info-Request";
	case DUMP_DATA:
		return "data";
	case DUMP_FRAGMENT:
		return "fragment";
	case DUMP_BROKEN:
		return "broken";
	}
	return msg_type_name(type);
}

/* --- what was asked for --- */

void dump_found_xeid(struct dump *d, const struct xeid *x)
{
	const struct dump_options *o = d->o;
	struct xeid all;

	if (o->has_iid && xeid_range(o->iid, XEID_IID_BITS, &all) == 0 &&
	    !xeid_contains(x, &all) && x->eid.iid != o->iid)
		return;
	if (o->eid.addr.family != ADDR_NONE && !xeid_is_range(x) &&
	    !prefix_overlaps(&o->eid, &x->eid.prefix))
		return;
	d->eid_found = true;
}

void dump_found(struct dump *d, const struct eid *e)
{
	struct xeid x = xeid_of(e);

	/* A name or a MAC address is not what a prefix asks for. */
	if (!eid_is_ip(e) && d->o->eid.addr.family != ADDR_NONE)
		return;
	dump_found_xeid(d, &x);
}

static bool wanted(const struct dump *d)
{
	const struct dump_options *o = d->o;

	if (o->types && !(o->types & d->types))
		return false;
	return d->eid_found ||
	       (!o->has_iid && o->eid.addr.family == ADDR_NONE);
}

/* --- packets --- */

void add_flags(struct json_object *o, uint32_t flags,
	       const struct dump_flag *names, size_t n)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++)
		if (flags & names[i].bit)
			json_object_array_add(list,
				json_object_new_string(names[i].name));
	json_object_object_add(o, "flags", list);
}

static void add_fragment(struct json_object *o, const struct packet *p)
{
	struct json_object *f = json_object_new_object();

	add_number(f, "id", p->fragment_id);
	add_number(f, "offset", p->fragment_offset);
	add_bool(f, "more", p->more_fragments);
	json_object_object_add(o, "fragment", f);
}

static void add_vlans(struct json_object *o, const struct packet *p)
{
	struct json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < p->vlan_count; i++)
		json_object_array_add(list, json_object_new_int(p->vlans[i]));
	json_object_object_add(o, "vlans", list);
}

static void add_protocol(struct json_object *o, uint8_t protocol)
{
	const char *name = packet_protocol_name(protocol);
	char number[4];

	snprintf(number, sizeof(number), "%u", protocol);
	add_text(o, "protocol", name ? name : number);
}

void packet_add(struct json_object *o, const struct packet *p)
{
	char type[8];

	if (p->vlan_count)
		add_vlans(o, p);
	if (p->kind == PACKET_OTHER) {
		snprintf(type, sizeof(type), "0x%04x", p->ethertype);
		add_text(o, "ethertype", p->ethertype ? type : "llc");
	}
	if (p->source.family == ADDR_NONE)
		return;
	add_addr(o, "source", &p->source);
	if (p->has_ports)
		add_number(o, "source-port", p->source_port);
	add_addr(o, "destination", &p->dest);
	if (p->has_ports)
		add_number(o, "destination-port", p->dest_port);
	add_protocol(o, p->protocol);
	add_number(o, "ttl", p->ttl);
	add_number(o, "tos", p->tos);
	add_number(o, "length", p->payload_len);
	if (p->missing)
		add_number(o, "missing", p->missing);
	if (p->fragment)
		add_fragment(o, p);
}

void packet_add_error(struct dump *d, struct json_object *o,
		      const struct packet *p)
{
	struct json_object *error = json_object_new_object();

	d->bad = true;
	add_text(error, "where", p->header);
	add_number(error, "offset", p->offset);
	add_text(error, "expected", p->expected);
	json_object_object_add(o, "error", error);
}

/* 4342 is said to first: answers come from there to any port. */
static void add_message(struct dump *d, struct json_object *o,
			const struct packet *p)
{
	if (p->dest_port != LISP_DATA_PORT &&
	    (p->dest_port == LISP_CONTROL_PORT ||
	     p->source_port == LISP_CONTROL_PORT))
		control_add(d, o, p->payload, p->payload_len);
	else
		data_add(d, o, p->payload, p->payload_len);
}

static bool is_lisp(const struct packet *p)
{
	return p->dest_port == LISP_DATA_PORT ||
	       p->dest_port == LISP_CONTROL_PORT ||
	       p->source_port == LISP_DATA_PORT ||
	       p->source_port == LISP_CONTROL_PORT;
}

/* False: it cannot be anything of LISP's. */
static bool classify(struct dump *d, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_OTHER:
		return false;
	case PACKET_IP:
		d->types = 1u << DUMP_FRAGMENT;
		return p->fragment && p->protocol == IPPROTO_UDP;
	case PACKET_UDP:
		return is_lisp(p);
	case PACKET_BAD:
		d->types = 1u << DUMP_BROKEN;
		return !p->has_ports || is_lisp(p);
	}
	return false;
}

/* Of @p, or none of it: NULL. */
static struct json_object *dump_packet(struct dump *d, const struct packet *p)
{
	struct json_object *o;

	if (!classify(d, p))
		return NULL;
	o = json_object_new_object();
	packet_add(o, p);
	if (p->kind == PACKET_UDP)
		add_message(d, o, p);
	else if (p->kind == PACKET_BAD)
		packet_add_error(d, o, p);
	return o;
}

static void begin(struct dump *d)
{
	d->types = 0;
	d->eid_found = false;
	d->bad = false;
}

static struct json_object *end(struct dump *d, struct json_object *o)
{
	if (o && wanted(d))
		return o;
	json_object_put(o);
	d->bad = false;
	return NULL;
}

struct json_object *dump_frame(struct dump *d, const void *data, size_t len,
			       enum packet_link link)
{
	struct packet p;

	begin(d);
	packet_parse(data, len, link, &p);
	return end(d, dump_packet(d, &p));
}

struct json_object *dump_layer(struct dump *d, const void *data, size_t len,
			       enum dump_layer layer)
{
	struct json_object *o;

	if (layer == LAYER_IP || layer == LAYER_ETHERNET)
		return dump_frame(d, data, len, layer == LAYER_IP ? LINK_IP :
				  LINK_ETHERNET);
	begin(d);
	o = json_object_new_object();
	if (layer == LAYER_CONTROL)
		control_add(d, o, data, len);
	else
		data_add(d, o, data, len);
	return end(d, o);
}
