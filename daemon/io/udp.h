/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP sockets of the control plane.
 *
 * A struct udp is a set of sockets with the same port: one for each address
 * that is listened on, or one for any IPv4 and one for any IPv6 address.
 * Every datagram comes with the address it was sent to, and is sent from the
 * address the caller names, so that an answer leaves from where the question
 * went (RFC 9301 5.5).
 *
 * Several threads may each have a struct udp of their own with the same
 * addresses and ports: the first one is made alone, so that another process
 * that has the port is noticed, the others beside it.  The kernel then spreads
 * what comes over all of them, all of one source address to the same, whatever
 * its port, so that a limit for a source is one.
 *
 * Datagrams are received many at a time.  Who sends many, too, collects them
 * (io/outbox.h).
 *
 * UDP checksums are always sent, and verified by the kernel.  A datagram over
 * IPv4 without a checksum cannot be told from one with: Linux accepts it.
 * Datagrams are sent without DF and with DSCP CS6.
 */
#ifndef LISP_IO_UDP_H
#define LISP_IO_UDP_H

#include "lib/prefix.h"

#define UDP_PAYLOAD_MAX		65507

struct udp;
struct loop;

struct udp_datagram {
	struct addr from;
	struct addr to;
	uint16_t from_port;
	uint16_t to_port;
	uint8_t ttl;		/* or hop limit, as it came */
	const uint8_t *data;	/* valid during the callback */
	size_t len;
};

#define UDP_BATCH		64

typedef void (*udp_fn)(void *arg, const struct udp_datagram *d);

/* @n datagrams, UDP_BATCH at most, in the order they came in. */
typedef void (*udp_batch_fn)(void *arg, const struct udp_datagram *d, size_t n);

struct udp_config {
	const struct addr *listen;	/* none: any address of both families */
	size_t listen_count;
	uint16_t port;			/* 0: one the kernel chooses */
	const char *device;		/* VRF to bind to, or NULL */
	struct udp *beside;		/* whose ports to share, or NULL */
	unsigned int sharers;		/* of these ports, when all are open */
};

struct udp_stats {
	uint64_t received;
	uint64_t sent;
	uint64_t send_errors;
	uint64_t receive_errors;
};

/* NULL and a negative errno in *@err.  With @failed (may be NULL): which of
 * the addresses it was, family ADDR_NONE when none in particular. */
struct udp *udp_open(const struct udp_config *cfg, int *err,
		     struct addr *failed);
void udp_close(struct udp *u);

/* Deliver datagrams to @fn from @l, one by one or many at once.  0 or
 * -ENOMEM. */
int udp_start(struct udp *u, struct loop *l, udp_fn fn, void *arg);
int udp_start_batch(struct udp *u, struct loop *l, udp_batch_fn fn, void *arg);

/* Send from @from (family ADDR_NONE: the kernel chooses; NULL is the same).
 * 0, or negative errno: -EAFNOSUPPORT when there is no socket for it. */
int udp_send(struct udp *u, const struct addr *from, const struct addr *to,
	     uint16_t port, const void *data, size_t len);

/* Port of the sockets of a family, 0: there is none. */
uint16_t udp_port(const struct udp *u, enum addr_family family);

bool udp_has_family(const struct udp *u, enum addr_family family);
const struct udp_stats *udp_stats(const struct udp *u);

#endif
