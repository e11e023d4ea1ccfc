/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map-version of our own mappings (RFC 9302): a number from 1 to 4095
 * that goes up, in a circle, when the locators have changed, also when they
 * did while lispd was not there; and that a restart by itself leaves alone.
 *
 * All EID-prefixes of an xTR have the same locators, so there is one number
 * for all of them, kept with a fingerprint of the locators it stands for.  A
 * prefix that goes and comes back finds the number where it is by then.
 */
#ifndef LISP_STORE_VERSIONS_H
#define LISP_STORE_VERSIONS_H

#include "store/kv.h"
#include "wire/record.h"

#define MAP_VERSION_MAX	0xfff

/* The one after @v: never 0, which says "no version". */
uint16_t version_next(uint16_t v);

/* As store_map_version(). */
int versions_get(struct kv *kv, const struct locator *l, size_t n,
		 uint16_t fresh, uint16_t *version);

#endif
