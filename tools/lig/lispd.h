/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lispd shows through its control socket. */
#ifndef LIG_LISPD_H
#define LIG_LISPD_H

struct json_object;

/* All pieces of what "show @what" says, in one array; of what is no list the
 * array has the object.  NULL after a line on stderr. */
struct json_object *lispd_show(const char *path, const char *what);

#endif
