/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events into the node, actions out of it.
 *
 *	acts = execute_begin(d);
 *	node_on_xxx(d->node, clock_ms(), ..., acts);
 *	execute_end(d);
 */
#ifndef LISP_RUN_EXECUTE_H
#define LISP_RUN_EXECUTE_H

#include "run/daemon.h"

struct action_send;
struct outbox_item;
struct udp_datagram;

/* An empty list; what an earlier event left in the arena is gone.  From here to
 * execute_end() no other thread changes the store (run/worker.h). */
struct actions *execute_begin(struct daemon *d);

/* Execute the list, also what executing adds to it, send what it sends, and
 * arm the timer. */
void execute_end(struct daemon *d);

/* Handlers for io/ and dp/; their argument is the daemon. */
void execute_on_datagrams(void *arg, const struct udp_datagram *dgrams,
			  size_t n);
void execute_on_send_error(void *arg, const struct addr *to, int kind,
			   int err);
void execute_on_miss(void *arg, const struct dp_miss *m);
void execute_on_map(void *arg, const struct dp_map *m);
void execute_on_rloc(void *arg, const struct dp_rloc *r);
void execute_on_reach(void *arg, const struct dp_reach *r);
void execute_on_lost(void *arg);
void execute_on_time(void *arg);

/* The store's: a flush has ended. */
void execute_on_stored(void *arg);

/* For any thread. */
struct packet execute_packet(const struct udp_datagram *dgram);
struct outbox_item execute_send_item(const struct action_send *s);

/* What messages seem to be about is brought to hand. */
void execute_warm(const struct daemon *d, const struct udp_datagram *dgrams,
		  size_t n);

/* Between mappings of the wire and of the data plane. */
void execute_map_to_dp(const struct action_map *a, struct dp_map *m);
bool execute_map_from_dp(const struct dp_map *m, struct locator *locators,
			 struct map_found *f);
void execute_locators_from_dp(const struct dp_locators *d, struct locator *l);

#endif
