/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lispctl monitor: one stream of what happens in the kernel and in lispd.
 *
 * An event is a JSON object, of whichever source:
 *
 *	time	"2026-11-21T15:04:05.678Z": lispd's own; of the kernel, ours
 *	reporter "kernel" or "lispd"
 *	kind	"miss", "transition", ...; of the stream itself "connected",
 *		"disconnected", "given-up" (with a "reason") and "lost"
 *
 * and what else it has.  A source is opened, read when there is something, and
 * opened again when it was lost; one that cannot be had is no reason to end as
 * long as there is the other.
 */
#ifndef LISPCTL_MONITOR_H
#define LISPCTL_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "lispctl.h"

struct json_object;

/* An event of now. */
struct json_object *monitor_event(const char *source, const char *kind);

/* Is it one that was asked for?  Those of the stream itself always are. */
bool monitor_wants(const struct args *a, struct json_object *event);

/* A line of it. */
void monitor_print(FILE *f, bool json, struct json_object *event);

/* Takes the reference; not asked for: not printed. */
typedef void (*monitor_fn)(void *arg, struct json_object *event);

#define MONITOR_WHY_MAX	256

/* --- monitor_kernel.c --- */

struct monitor_kernel;

/* NULL: no memory, or no netlink. */
struct monitor_kernel *monitor_kernel_new(monitor_fn fn, void *arg);
void monitor_kernel_free(struct monitor_kernel *k);

/* The module came or went: something is to be read here, always. */
int monitor_kernel_news_fd(const struct monitor_kernel *k);
/* What is read at once may be both, that it went and that it is there again:
 * as another family, of which a session from before hears nothing. */
#define MONITOR_WENT		1u
#define MONITOR_IS_THERE	2u
unsigned int monitor_kernel_news(struct monitor_kernel *k);

/* 0 or negative errno: -ENOENT, there is no lisp.ko, -EPERM. */
int monitor_kernel_open(struct monitor_kernel *k);
void monitor_kernel_close(struct monitor_kernel *k);
int monitor_kernel_fd(const struct monitor_kernel *k);	/* -1: closed */
/* 0, or negative errno: it is over. */
int monitor_kernel_read(struct monitor_kernel *k);

const char *monitor_kernel_why(int err, char text[MONITOR_WHY_MAX]);

/* --- monitor_lispd.c --- */

struct monitor_lispd;

struct monitor_lispd *monitor_lispd_new(const char *path, monitor_fn fn,
					void *arg);
void monitor_lispd_free(struct monitor_lispd *l);

/* 0: it was asked; it has agreed once it is monitor_lispd_agreed(). */
int monitor_lispd_open(struct monitor_lispd *l);
void monitor_lispd_close(struct monitor_lispd *l);
bool monitor_lispd_agreed(const struct monitor_lispd *l);
int monitor_lispd_fd(const struct monitor_lispd *l);
/* 0; 1: there is more already; or negative errno: it is over. */
int monitor_lispd_read(struct monitor_lispd *l);

const char *monitor_lispd_why(const struct monitor_lispd *l, int err,
			      char text[MONITOR_WHY_MAX]);

#endif
