/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as text for monitoring: OpenMetrics 1.0, or the text format 0.0.4 of
 * Prometheus, which differ in the headers of families and in the end.
 *
 * A family is what has one name; what is added to it is kept in its own buffer,
 * so that families may be filled in turn, a little at a time.  A family that
 * cannot be made for want of memory is NULL, and takes what it is given.
 */
#ifndef LISP_RUN_EXPO_H
#define LISP_RUN_EXPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum expo_type {
	EXPO_COUNTER,		/* samples end in _total */
	EXPO_GAUGE,
	EXPO_HISTOGRAM,
	EXPO_INFO,		/* samples end in _info and are 1 */
};

enum expo_format {
	EXPO_OPENMETRICS,
	EXPO_PROMETHEUS,
	EXPO_FORMATS
};

struct evbuffer;
struct expo;
struct histogram;
struct expo_family;

/* NULL: no memory. */
struct expo *expo_new(void);
void expo_free(struct expo *x);

struct expo_what {
	enum expo_type type;
	const char *name;	/* without what samples end in */
	const char *unit;	/* which the name ends in; NULL: none */
	const char *help;	/* stays the caller's, until expo_free() */
};

/* The name is copied. */
struct expo_family *expo_add(struct expo *x, const struct expo_what *w);

#define EXPO_LABELS_MAX	256

/* Labels in the making, cut off at a whole one if there is no room. */
struct expo_labels {
	char text[EXPO_LABELS_MAX];
	uint16_t len;
};

/* What is not printable ASCII becomes a question mark. */
void expo_label(struct expo_labels *l, const char *name, const char *value);
void expo_label_number(struct expo_labels *l, const char *name, uint64_t n);

/* @l may be NULL. */
void expo_put(struct expo_family *f, const struct expo_labels *l, uint64_t v);

/* A family of one number, which is a member of a structure. */
struct expo_row {
	struct expo_what what;
	size_t offset;
	size_t size;		/* 4 or 8: it is a uint32_t or uint64_t */
};

#define EXPO_AT(type, m)	offsetof(type, m), sizeof(((type *)NULL)->m)

/* The number of @row in @from. */
void expo_put_row(struct expo_family *f, const struct expo_labels *l,
		  const struct expo_row *row, const void *from);

/* As expo_put(), of @v / 10^@digits. */
void expo_put_decimal(struct expo_family *f, const struct expo_labels *l,
		      uint64_t v, unsigned int digits);

/* All samples of a histogram, in seconds. */
void expo_put_histogram(struct expo_family *f, const struct histogram *h);

/* All families, in the order they were made; those without samples are left
 * out.  May be asked for both formats.  NULL: memory was short, somewhere. */
struct evbuffer *expo_text(const struct expo *x, enum expo_format format);

const char *expo_media_type(enum expo_format format);

/* The better of what the header Accept (NULL: anything) allows; that of
 * Prometheus where it allows neither. */
enum expo_format expo_choose(const char *accept);

#endif
