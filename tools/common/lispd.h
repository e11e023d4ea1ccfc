/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Asking lispd through its control socket:
 *
 *	{"command": "show", "what": "map-cache", "after": "..."}
 *	{"data": ..., "next": "..."}  or  {"error": "..."}
 *
 * A list may come in pieces: "next" of one is "after" of the question for the
 * following.  Whatever answers is not believed: each piece has to bring the
 * talk on, and what is kept of all of them has a bound.
 */
#ifndef TOOLS_LISPD_H
#define TOOLS_LISPD_H

#define LISPD_KEPT_MAX	(256u << 20)	/* octets of an answer, as JSON */

struct json_object;
struct socket_in;

/* A piece of the answer, an object, which stays whose it is.  0 or negative
 * errno, which ends the talk. */
typedef int (*lispd_fn)(void *arg, struct json_object *answer);

/* Ask @question (members "after" are put into it) until all was said.  0; as
 * @fn; as socket.h has it; -EBADMSG: it makes no sense. */
int lispd_ask(struct socket_in *in, struct json_object *question,
	      lispd_fn fn, void *arg);

/* All pieces of what "show @what" says, in one array of objects; of what is no
 * list the array has the object.  NULL and *@err: -EPROTO when lispd refuses,
 * -EFBIG when it is more than LISPD_KEPT_MAX, otherwise as above. */
struct json_object *lispd_show(const char *path, const char *what, int *err);

#endif
