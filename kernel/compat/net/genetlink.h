/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_GENETLINK_H
#define _LISP_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <lisp-probes.h>

/* Of what it leads to only ->attrs is used, and that is in this one, too. */
#ifndef LISP_HAVE_GENL_INFO_DUMP
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#endif
