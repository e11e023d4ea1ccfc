/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet as JSON; text.h makes text of that, so that what a message has is
 * said once.  Members are documented in lispdump(1) and keep their names.
 *
 * A packet costs an arena that is used again and the object; all of it is
 * bounded by the packet's length.
 */
#ifndef LISPDUMP_DUMP_H
#define LISPDUMP_DUMP_H

#include <json-c/json.h>

#include "lib/secret.h"
#include "packet.h"
#include "wire/msg.h"

/* What a packet may be: a control message by its type (RFC 9301 5.1), or */
enum dump_type {
	DUMP_INFO = 7,		/* no codec here: no more than its name */
	DUMP_DATA = 16,
	DUMP_FRAGMENT,		/* of UDP, not the first one */
	DUMP_BROKEN,		/* ends before it can be known */
	DUMP_TYPES
};

/* What hex text is. */
enum dump_layer {
	LAYER_CONTROL,		/* payload of UDP port 4342 */
	LAYER_DATA,		/* payload of UDP port 4341 */
	LAYER_IP,
	LAYER_ETHERNET,
};

struct dump_options {
	uint32_t types;		/* bits 1 << enum dump_type; 0: all */
	bool has_iid;
	uint32_t iid;
	/* Packets that name an EID that overlaps it; family ADDR_NONE: all. */
	struct prefix eid;
	const struct secret *key;	/* NULL: no MAC is looked at */
	int key_id;			/* only those with it; -1: any */
};

struct dump {
	const struct dump_options *o;
	struct arena arena;
	uint32_t types;		/* of this packet */
	bool eid_found;
	/* The last packet was cut short or malformed, or its MAC is wrong. */
	bool bad;
};

void dump_init(struct dump *d, const struct dump_options *o);
void dump_free(struct dump *d);

/* NULL: it is nothing of LISP's, or not what was asked for. */
struct json_object *dump_frame(struct dump *d, const void *data, size_t len,
			       enum packet_link link);
struct json_object *dump_layer(struct dump *d, const void *data, size_t len,
			       enum dump_layer layer);

/* "Map-Request", ..., "Info-Request", "data", "fragment", "broken"; NULL for
 * numbers that are nothing. */
const char *dump_type_name(unsigned int type);

/* --- between the files of this tool --- */

/* Member "message" of @o. */
void control_add(struct dump *d, struct json_object *o, const void *data,
		 size_t len);
void data_add(struct dump *d, struct json_object *o, const void *data,
	      size_t len);

/* Addresses, ports and so on of a packet, into @o. */
void packet_add(struct json_object *o, const struct packet *p);

/* Member "error" of a packet of kind BAD. */
void packet_add_error(struct dump *d, struct json_object *o,
		      const struct packet *p);

/* An EID the packet names: is it one that was asked for? */
void dump_found(struct dump *d, const struct eid *e);

/* As above; of a range of instances all that is in it. */
void dump_found_xeid(struct dump *d, const struct xeid *x);

/* Names of the flags that are set, as a list. */
struct dump_flag {
	uint32_t bit;
	const char *name;
};

void add_flags(struct json_object *o, uint32_t flags,
	       const struct dump_flag *names, size_t n);

#define ADD_FLAGS(o, flags, names) \
	add_flags(o, flags, names, sizeof(names) / sizeof((names)[0]))

#endif
