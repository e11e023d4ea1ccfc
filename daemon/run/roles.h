/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the configuration of a person (cfg/conf.h) to the configuration of the
 * machines (sm/node.h): arrays in the shape they want, keys set up for
 * signing.  Refers to the struct conf it was made from, which must outlive it.
 */
#ifndef LISP_RUN_ROLES_H
#define LISP_RUN_ROLES_H

#include "cfg/conf.h"
#include "sm/node.h"

struct roles;

struct own;

/* @own (run/own.h), of an xTR, becomes the roles'.  @xtr_id is used where the
 * configuration has none.  NULL with *@err: -ENOMEM, -EINVAL (what is wrong
 * with a key or a node is in refusal_last()). */
struct roles *roles_new(const struct conf *c, struct own *own,
			const uint8_t xtr_id[16], int *err);
void roles_free(struct roles *r);

/* Valid as long as @r is. */
const struct node_config *roles_config(const struct roles *r);

/* NULL: no xTR. */
const struct own *roles_own(const struct roles *r);

/* First own RLOC of a family in order of preference, one that is up if there
 * is any; family ADDR_NONE when there is none. */
struct addr roles_rloc(const struct roles *r, enum addr_family family);

/* Is the path to a Map-Server narrower than it was when @r was made, or known
 * only now? */
bool roles_paths_differ(const struct roles *r, const char *underlay);

/* The version of our mappings; 0, none, until it is set. */
void roles_set_version(struct roles *r, uint16_t version);
uint16_t roles_version(const struct roles *r);

/* Own RLOCs as locators, in the order of RFC 9301 5.5. */
const struct locator *roles_locators(const struct roles *r, size_t *n);

#endif
