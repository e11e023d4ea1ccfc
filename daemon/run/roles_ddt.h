/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The role DDT node, as roles.h has the others: from the configuration of a
 * person to that of the machine, with keys that are ready to sign. */
#ifndef LISP_RUN_ROLES_DDT_H
#define LISP_RUN_ROLES_DDT_H

#include "cfg/conf.h"
#include "sm/ddt.h"

struct roles_ddt;

/* Refers to @c.  NULL with *@err: -ENOMEM; -EINVAL: a key is none, or what is to
 * be said does not fit into a message, which is logged. */
struct roles_ddt *roles_ddt_new(const struct conf_ddt *c, int *err);
void roles_ddt_free(struct roles_ddt *r);

const struct ddt_config *roles_ddt_config(const struct roles_ddt *r);

#endif
