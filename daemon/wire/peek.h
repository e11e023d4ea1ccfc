/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a datagram seems to be about, before it is parsed: a hint, for fetching
 * things into the cache.  Nothing may be decided by it.
 */
#ifndef LISP_WIRE_PEEK_H
#define LISP_WIRE_PEEK_H

#include "lib/prefix.h"

/* The first EID, as a host, that a Map-Request in an ECM or a Map-Register
 * names.  False: another message, or an EID of an uncommon form. */
bool peek_eid(const uint8_t *data, size_t len, struct eid *e);

#endif
