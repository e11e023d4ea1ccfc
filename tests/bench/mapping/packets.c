// SPDX-License-Identifier: GPL-2.0-or-later
/* See packets.h. */
#include "packets.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/auth.h"
#include "wire/msg.h"

#define SITE_SIZE	512u		/* addresses of a /23 */
#define FIRST_SITE	0x14000000u	/* 20.0.0.0 */
#define FIRST_SOURCE	0x0a010000u	/* 10.1.0.0 */
#define LEAP		387420489ull	/* 3^18: of no common divisor with n */
#define PACKET_MAX	1400

static struct addr ip4(uint32_t a)
{
	uint32_t n = htonl(a);

	return addr_make(ADDR_IPV4, &n);
}

/* The @i-th in the order that jumps about. */
static uint32_t jump(uint32_t i, uint32_t n)
{
	return (uint32_t)(i * LEAP % n);
}

static uint32_t sites_of(const struct plan *p)
{
	return (p->eids + SITE_EIDS - 1) / SITE_EIDS;
}

static struct addr eid_addr(uint32_t site, uint32_t host)
{
	return ip4(FIRST_SITE + site * SITE_SIZE + host);
}

struct addr plan_source(const struct plan *p, uint32_t train)
{
	/* The sites of a train are the same ones a round of all sites later:
	 * so each site registers from one address. */
	uint32_t n = p->ask == ASK_REGISTER ? (sites_of(p) + TRAIN - 1) / TRAIN
					    : p->sources;

	return ip4(FIRST_SOURCE + 1 + train % n);
}

static void key_text(char text[32], uint32_t site)
{
	snprintf(text, 32, "site-%06u", site);
}

/* --- Map-Requests --- */

static int make_request(const struct plan *p, uint32_t i, uint8_t *buf)
{
	uint32_t e = jump((p->first + i) % p->eids, p->eids);
	/* Above the registered ones of each /23 there are twelve free. */
	uint32_t host = p->ask == ASK_HOLE ? SITE_EIDS + e % 12 :
			e % SITE_EIDS;
	struct addr eid = eid_addr(e / SITE_EIDS, host);
	struct addr from = plan_source(p, i / TRAIN);
	struct request_record rec = { .eid = eid_host(p->iid, &eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.nonce = (p->first + i + 1) * 0x9e3779b97f4a7c15ull,
			.itr_rlocs = &from,
			.itr_count = 1,
			.records = &rec,
			.record_count = 1,
		},
	};
	uint8_t inner[256];
	int len = msg_build(&in, inner, sizeof(inner));
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.source = from,
			.dest = eid,
			.source_port = 4342,
			.dest_port = 4342,
			.ttl = 64,
			.message = inner,
			.message_len = (size_t)len,
		},
	};

	return len < 0 ? len : msg_build(&out, buf, PACKET_MAX);
}

/* --- Map-Registers --- */

static enum auth_algorithm algorithm_of(const struct plan *p)
{
	return p->sha1 ? AUTH_HMAC_SHA1_96 : AUTH_HMAC_SHA256_128;
}

static struct auth_key **keys_new(const struct plan *p)
{
	struct auth_key **keys = calloc(sites_of(p), sizeof(*keys));

	for (uint32_t i = 0; keys && i < sites_of(p); i++) {
		char text[32];
		struct secret *s;

		key_text(text, i);
		s = secret_new(text, strlen(text));
		keys[i] = auth_key_new(0, algorithm_of(p), s);
		secret_free(s);
		if (!keys[i])
			return NULL;
	}
	return keys;
}

static void keys_free(const struct plan *p, struct auth_key **keys)
{
	for (uint32_t i = 0; keys && i < sites_of(p); i++)
		auth_key_free(keys[i]);
	free(keys);
}

static int make_register(const struct plan *p, uint32_t i,
			 struct auth_key **keys, uint8_t *buf)
{
	uint32_t sites = sites_of(p);
	/* By turns of the sites; each registers its own from the first on. */
	uint32_t site = jump(i, sites);
	uint32_t first = (i / sites * p->records) % SITE_EIDS;
	struct locator l = { .addr = ip4(0x0a020000u + site + 1), .priority = 1,
			     .weight = 100, .flags = LOCATOR_REACHABLE |
						     LOCATOR_LOCAL };
	struct map_record recs[RECORDS_MAX] = { 0 };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = MREG_PROXY_REPLY | MREG_WANT_NOTIFY |
				 (p->with_ids ? MREG_IDS : 0),
			.nonce = p->nonce + i,
			.auth = {
				.algorithm = (uint8_t)algorithm_of(p),
				.data_len = auth_data_len(
					(uint8_t)algorithm_of(p),
					AUTH_LENGTH_DEPLOYED),
			},
			.records = recs,
			.record_count = (uint8_t)p->records,
		},
	};
	int len;

	memcpy(m.reg.ids.xtr_id, &site, sizeof(site));
	m.reg.ids.site_id = site;
	for (uint32_t k = 0; k < p->records; k++) {
		struct addr a = eid_addr(site, (first + k) % SITE_EIDS);

		recs[k] = (struct map_record){
			.ttl = 1440, .eid = eid_host(p->iid, &a),
			.locators = &l, .locator_count = 1,
			.authoritative = true,
		};
	}
	len = msg_build(&m, buf, PACKET_MAX);
	if (len > 0 && auth_sign(keys[site], buf, (size_t)len,
				 AUTH_COVER_ENTIRE))
		return -1;
	return len;
}

/* --- names --- */

static int make_name(const struct plan *p, uint32_t i, uint8_t *buf)
{
	static const uint8_t head[12] = { 0, 0, 0, 0, 0, 1 };
	uint32_t e = jump(i, p->eids);
	char label[16];
	size_t n = 0;

	memcpy(buf, head, sizeof(head));
	buf[0] = (uint8_t)(i >> 8);
	buf[1] = (uint8_t)i;
	n = sizeof(head);
	snprintf(label, sizeof(label), "%08x", e);
	buf[n++] = 8;
	memcpy(buf + n, label, 8);
	n += 8;
	memcpy(buf + n, "\5bench\0\0\1\0\1", 11);
	return (int)n + 11;
}

void plan_print_zone(const struct plan *p, FILE *f)
{
	fputs("$ORIGIN bench.\n$TTL 86400\n"
	      "@ IN SOA ns.bench. root.bench. 1 3600 900 604800 86400\n"
	      "@ IN NS ns.bench.\nns IN A 10.0.0.1\n", f);
	for (uint32_t i = 0; i < p->eids; i++)
		fprintf(f, "%08x A 10.%u.%u.%u\n", i, i >> 16 & 255,
			i >> 8 & 255, i & 255);
}

/* --- all of them --- */

static int make_one(const struct plan *p, uint32_t i, struct auth_key **keys,
		    uint8_t *buf)
{
	switch (p->ask) {
	case ASK_REQUEST:
	case ASK_HOLE:
	case ASK_ECHO:
		return make_request(p, i, buf);
	case ASK_REGISTER:
		return make_register(p, i, keys, buf);
	case ASK_NAME:
		return make_name(p, i, buf);
	}
	return -1;
}

int packets_make(const struct plan *p, struct packets *out)
{
	struct auth_key **keys = NULL;
	uint8_t buf[PACKET_MAX];
	int len = 0;

	memset(out, 0, sizeof(*out));
	if (p->ask == ASK_REGISTER)
		keys = keys_new(p);
	if (p->ask == ASK_REGISTER && !keys)
		return -1;
	for (uint32_t i = 0; i < p->count; i++) {
		len = make_one(p, i, keys, buf);
		if (len <= 0 || (out->size && out->size != (size_t)len))
			break;
		if (!out->data) {
			out->size = (size_t)len;
			out->data = malloc(out->size * p->count);
		}
		if (!out->data)
			break;
		memcpy(out->data + i * out->size, buf, out->size);
		out->count++;
	}
	keys_free(p, keys);
	return out->count == p->count ? 0 : -1;
}

void packets_free(struct packets *p)
{
	free(p->data);
}

bool plan_is_good(const struct plan *p, const uint8_t *data, size_t len)
{
	switch (p->ask) {
	case ASK_REQUEST:	/* a record with locators */
		return len > 17 && data[0] >> 4 == MSG_TYPE_MAP_REPLY &&
		       data[3] == 1 && data[16] > 0;
	case ASK_HOLE:
		return len > 17 && data[0] >> 4 == MSG_TYPE_MAP_REPLY &&
		       data[3] == 1 && data[16] == 0;
	case ASK_REGISTER:
		return len > 16 && data[0] >> 4 == MSG_TYPE_MAP_NOTIFY &&
		       data[3] == p->records;
	case ASK_ECHO:
		return len > 16 && data[0] >> 4 == MSG_TYPE_ECM;
	case ASK_NAME:		/* no error, one answer */
		return len > 12 && (data[2] & 0x80) && !(data[3] & 15) &&
		       data[7] == 1;
	}
	return false;
}

/* --- configurations --- */

void plan_print_lispd(const struct plan *p, FILE *f, const char *dir,
		      unsigned int workers)
{
	char key[32], text[PREFIX_TEXT_MAX];

	fprintf(f, "{ \"name\": \"bench\", \"user\": \"root\",\n"
		"  \"log-level\": \"warning\",\n"
		"  \"control-socket\": \"%s/sock\", \"state-dir\": \"%s/state\","
		"\n  \"map-server\": { \"workers\": %u, "
		"\"registration-timeout\": 3600,\n"
		"    \"sites\": [\n", dir, dir, workers);
	for (uint32_t i = 0; i < sites_of(p); i++) {
		struct prefix site = { .addr = eid_addr(i, 0), .len = 23 };

		key_text(key, i);
		fprintf(f, "%s{ \"name\": \"s%u\", \"keys\": [ { \"key-id\": 0, "
			"\"algorithm\": \"%s\", \"key\": \"%s\" } ],\n"
			"  \"eids\": [ { \"iid\": %u, \"prefix\": \"%s\", "
			"\"accept-more-specifics\": true } ] }", i ? ",\n" : "",
			i, auth_algorithm_name((uint8_t)algorithm_of(p)), key,
			p->iid, prefix_text(&site, text));
	}
	fprintf(f, "\n] } }\n");
}

/* All sites with one key: it compares none. */
void plan_print_oor(const struct plan *p, FILE *f, const char *device)
{
	char key[32], text[PREFIX_TEXT_MAX];

	fprintf(f, "debug = 0\nmap-request-retries = 2\noperating-mode = MS\n"
		"control-iface = %s\n", device);
	for (uint32_t i = 0; i < sites_of(p); i++) {
		struct prefix site = { .addr = eid_addr(i, 0), .len = 23 };

		key_text(key, i);
		fprintf(f, "lisp-site {\n  eid-prefix = %s\n  key-type = 1\n"
			"  key = %s\n  iid = %u\n"
			"  accept-more-specifics = true\n}\n",
			prefix_text(&site, text), key, p->iid);
	}
}
