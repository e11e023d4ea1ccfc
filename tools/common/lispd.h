/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lispd shows through its control socket. */
#ifndef TOOLS_LISPD_H
#define TOOLS_LISPD_H

struct json_object;

/* All pieces of what "show @what" says, in one array; of what is no list the
 * array has the object.  NULL and *@err: -EPROTO when lispd refuses, otherwise
 * as of socket.h. */
struct json_object *lispd_show(const char *path, const char *what, int *err);

#endif
