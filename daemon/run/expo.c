// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/expo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "sm/histogram.h"

#define OPENMETRICS	"application/openmetrics-text"

struct expo_family {
	struct expo_family *next;
	struct expo *expo;
	struct expo_what what;
	char *name;
	struct evbuffer *samples;
};

struct expo {
	struct expo_family *first;
	struct expo_family **end;
	bool failed;
};

struct expo *expo_new(void)
{
	struct expo *x = calloc(1, sizeof(*x));

	if (x)
		x->end = &x->first;
	return x;
}

static void family_free(struct expo_family *f)
{
	if (f->samples)
		evbuffer_free(f->samples);
	free(f->name);
	free(f);
}

void expo_free(struct expo *x)
{
	struct expo_family *f;

	if (!x)
		return;
	while ((f = x->first) != NULL) {
		x->first = f->next;
		family_free(f);
	}
	free(x);
}

struct expo_family *expo_add(struct expo *x, const struct expo_what *w)
{
	struct expo_family *f = calloc(1, sizeof(*f));

	if (f) {
		f->expo = x;
		f->what = *w;
		f->name = strdup(w->name);
		f->samples = evbuffer_new();
	}
	if (!f || !f->name || !f->samples) {
		x->failed = true;
		if (f)
			family_free(f);
		return NULL;
	}
	*x->end = f;
	x->end = &f->next;
	return f;
}

/* --- samples --- */

/* One for which there is no room is left out as a whole. */
static void put_label(struct expo_labels *l, const char *name,
		      const char *value)
{
	size_t room = sizeof(l->text) - l->len;
	int n = snprintf(l->text + l->len, room, "%s%s=\"%s\"",
			 l->len ? "," : "", name, value);

	if (n > 0 && (size_t)n < room)
		l->len += n;
	l->text[l->len] = '\0';
}

void expo_label(struct expo_labels *l, const char *name, const char *value)
{
	char safe[EXPO_LABELS_MAX];
	size_t n = 0;

	for (; *value && n < sizeof(safe) - 2; value++) {
		if (*value == '"' || *value == '\\')
			safe[n++] = '\\';
		safe[n++] = *value >= ' ' && *value < 0x7f ? *value : '?';
	}
	safe[n] = '\0';
	put_label(l, name, safe);
}

void expo_label_number(struct expo_labels *l, const char *name, uint64_t n)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, n);
	put_label(l, name, value);
}

static const char *const suffixes[] = {
	[EXPO_COUNTER] = "_total",
	[EXPO_GAUGE] = "",
	[EXPO_HISTOGRAM] = "",
	[EXPO_INFO] = "_info",
};

static void put_suffixed(struct expo_family *f, const char *suffix,
			 const struct expo_labels *l, const char *value)
{
	bool labels = l && l->len;

	if (evbuffer_add_printf(f->samples, "%s%s%s%s%s %s\n", f->name,
				suffix, labels ? "{" : "",
				labels ? l->text : "", labels ? "}" : "",
				value) < 0)
		f->expo->failed = true;
}

static void put_sample(struct expo_family *f, const struct expo_labels *l,
		       const char *value)
{
	if (f)
		put_suffixed(f, suffixes[f->what.type], l, value);
}

void expo_put(struct expo_family *f, const struct expo_labels *l, uint64_t v)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, v);
	put_sample(f, l, value);
}

void expo_put_row(struct expo_family *f, const struct expo_labels *l,
		  const struct expo_row *row, const void *from)
{
	const char *at = (const char *)from + row->offset;
	uint32_t narrow;
	uint64_t wide;

	if (row->size == sizeof(narrow)) {
		memcpy(&narrow, at, sizeof(narrow));
		wide = narrow;
	} else {
		memcpy(&wide, at, sizeof(wide));
	}
	expo_put(f, l, wide);
}

#define DECIMAL_MAX	48

/* "0.5", "20.0": without the zeros that say nothing. */
static const char *decimal(uint64_t v, unsigned int digits,
			   char out[DECIMAL_MAX])
{
	uint64_t one = 1;
	size_t n;

	for (unsigned int i = 0; i < digits; i++)
		one *= 10;
	snprintf(out, DECIMAL_MAX, "%" PRIu64 ".%0*" PRIu64, v / one,
		 (int)digits, v % one);
	n = strlen(out);
	while (out[n - 1] == '0' && out[n - 2] != '.')
		out[--n] = '\0';
	return out;
}

void expo_put_decimal(struct expo_family *f, const struct expo_labels *l,
		      uint64_t v, unsigned int digits)
{
	char value[DECIMAL_MAX];

	put_sample(f, l, decimal(v, digits, value));
}

static void put_count(struct expo_family *f, const char *suffix,
		      const char *bound, uint64_t n)
{
	struct expo_labels l = { .len = 0 };
	char value[24];

	if (bound)
		expo_label(&l, "le", bound);
	snprintf(value, sizeof(value), "%" PRIu64, n);
	put_suffixed(f, suffix, &l, value);
}

void expo_put_histogram(struct expo_family *f, const struct histogram *h)
{
	char text[DECIMAL_MAX];
	uint64_t n = 0;

	if (!f)
		return;
	for (unsigned int i = 0; i < HISTOGRAM_BOUNDS; i++) {
		n += h->counts[i];
		put_count(f, "_bucket", decimal(histogram_bounds[i], 3, text),
			  n);
	}
	n += h->counts[HISTOGRAM_BOUNDS];
	put_count(f, "_bucket", "+Inf", n);
	put_count(f, "_count", NULL, n);
	put_suffixed(f, "_sum", NULL, decimal(h->sum, 3, text));
}

/* --- text --- */

static const char *const types[EXPO_FORMATS][4] = {
	[EXPO_OPENMETRICS] = {
		[EXPO_COUNTER] = "counter",
		[EXPO_GAUGE] = "gauge",
		[EXPO_HISTOGRAM] = "histogram",
		[EXPO_INFO] = "info",
	},
	[EXPO_PROMETHEUS] = {
		[EXPO_COUNTER] = "counter",
		[EXPO_GAUGE] = "gauge",
		[EXPO_HISTOGRAM] = "histogram",
		[EXPO_INFO] = "gauge",
	},
};

/* The older format gives a family the name of its samples, and knows no
 * units. */
static bool put_family(struct evbuffer *out, const struct expo_family *f,
		       enum expo_format format)
{
	bool open = format == EXPO_OPENMETRICS;
	const struct expo_what *w = &f->what;
	const char *suffix = open ? "" : suffixes[w->type];

	if (!evbuffer_get_length(f->samples))
		return true;
	if (evbuffer_add_printf(out, "# TYPE %s%s %s\n", f->name, suffix,
				types[format][w->type]) < 0)
		return false;
	if (open && w->unit &&
	    evbuffer_add_printf(out, "# UNIT %s %s\n", f->name, w->unit) < 0)
		return false;
	return evbuffer_add_printf(out, "# HELP %s%s %s\n", f->name, suffix,
				   w->help) >= 0 &&
	       !evbuffer_add_buffer_reference(out, f->samples);
}

struct evbuffer *expo_text(const struct expo *x, enum expo_format format)
{
	struct evbuffer *out = x->failed ? NULL : evbuffer_new();
	bool good = out;

	for (struct expo_family *f = x->first; f && good; f = f->next)
		good = put_family(out, f, format);
	if (good && format == EXPO_OPENMETRICS)
		good = evbuffer_add_printf(out, "# EOF\n") >= 0;
	if (good || !out)
		return out;
	evbuffer_free(out);
	return NULL;
}

/* --- which format --- */

const char *expo_media_type(enum expo_format format)
{
	return format == EXPO_OPENMETRICS ?
		OPENMETRICS "; version=1.0.0; charset=utf-8" :
		"text/plain; version=0.0.4; charset=utf-8";
}

/* "0", "1", "0.5": in thousandths. */
static unsigned int weight(const char *s)
{
	unsigned int q = *s == '1' ? 1000 : 0;

	if ((*s != '0' && *s != '1') || s[1] != '.')
		return q;
	s += 2;
	for (unsigned int unit = 100; unit && *s >= '0' && *s <= '9'; unit /= 10)
		q += (*s++ - '0') * unit;
	return q;
}

/* Parameters of a media range, from its first semicolon to its comma: the
 * weight (RFC 9110 12.4.2) in thousandths; 0, too, if it is of a version that
 * is not ours. */
static unsigned int weigh(const char *at, size_t len)
{
	char text[128], *save, *p;
	unsigned int q = 1000;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, at, len);
	text[len] = '\0';
	for (p = strtok_r(text, "; \t", &save); p;
	     p = strtok_r(NULL, "; \t", &save)) {
		if (!strncmp(p, "q=", 2))
			q = weight(p + 2);
		else if (!strncmp(p, "version=", 8) &&
			 strcmp(p + 8, "1.0.0") && strcmp(p + 8, "0.0.4"))
			return 0;
	}
	return q <= 1000 ? q : 0;
}

enum expo_format expo_choose(const char *accept)
{
	unsigned int open = 0, plain = 0;

	while (accept && *accept) {
		size_t all, type;
		unsigned int q;

		accept += strspn(accept, " \t");
		all = strcspn(accept, ",");
		type = strcspn(accept, ",; \t");
		q = weigh(accept + type, all - type);
		if (type == strlen(OPENMETRICS) &&
		    !strncmp(accept, OPENMETRICS, type) && q > open)
			open = q;
		else if (type == strlen("text/plain") &&
			 !strncmp(accept, "text/plain", type) && q > plain)
			plain = q;
		accept += all;
		accept += *accept == ',';
	}
	return open && open >= plain ? EXPO_OPENMETRICS : EXPO_PROMETHEUS;
}
