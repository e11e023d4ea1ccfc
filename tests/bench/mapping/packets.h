/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `make bench-mapping` asks, and who is asked about it.
 *
 * 1,000,000 IPv4 host EIDs of 2,000 sites, 500 each, every site with a /23 and
 * a key of its own, as a country's registry might have them: so the limits
 * that lispd has for each site and each source can stay as they are.  EID i is
 * host i % 500 of site i / 500.  They are asked for and registered in an order
 * that jumps about.
 */
#ifndef BENCH_MAPPING_PACKETS_H
#define BENCH_MAPPING_PACKETS_H

#include <stdint.h>
#include <stdio.h>

#include "lib/prefix.h"

#define SITE_EIDS	500u
#define RECORDS_MAX	20u

/* Consecutive packets of one size and from one source: the kernel takes them
 * as one. */
#define TRAIN		16u

enum ask {
	ASK_REQUEST,		/* Map-Requests, which are answered */
	ASK_HOLE,		/* for EIDs that nobody registered */
	ASK_REGISTER,
	ASK_ECHO,		/* Map-Requests, which come back */
	ASK_NAME,		/* DNS */
};

struct plan {
	enum ask ask;
	uint32_t eids;		/* of the whole scheme */
	uint32_t first;		/* question */
	uint32_t count;		/* packets */
	uint32_t records;	/* of a Map-Register */
	uint32_t iid;
	uint32_t sources;	/* addresses asked from */
	uint64_t nonce;		/* of the first Map-Register */
	bool sha1;		/* else HMAC-SHA256-128 */
	bool with_ids;		/* xTR-IDs */
	struct addr server;
};

struct packets {
	uint8_t *data;		/* one after the other */
	size_t size;		/* of each */
	uint32_t count;
};

/* Made before anything is measured.  0 or -1. */
int packets_make(const struct plan *p, struct packets *out);
void packets_free(struct packets *p);

/* The address that train @i comes from: of 10.1.0.0/16. */
struct addr plan_source(const struct plan *p, uint32_t train);

/* Is it an answer, and the one hoped for? */
bool plan_is_good(const struct plan *p, const uint8_t *data, size_t len);

/* Configurations of those who are asked. */
void plan_print_lispd(const struct plan *p, FILE *f, const char *dir,
		      unsigned int workers);
void plan_print_zone(const struct plan *p, FILE *f);
void plan_print_oor(const struct plan *p, FILE *f, const char *device);

#endif
