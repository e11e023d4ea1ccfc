// SPDX-License-Identifier: GPL-2.0-or-later
#include "rate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rate_row *rate_add(struct rate_rows *r)
{
	size_t room = r->room ? 2 * r->room : 16;
	struct rate_row *list;

	if (r->count == r->room) {
		list = reallocarray(r->list, room, sizeof(*list));
		if (!list)
			return NULL;
		r->list = list;
		r->room = room;
	}
	list = &r->list[r->count++];
	memset(list, 0, sizeof(*list));
	return list;
}

void rate_free(struct rate_rows *r)
{
	free(r->list);
	memset(r, 0, sizeof(*r));
}

double rate_of(uint64_t before, uint64_t now, uint64_t ms)
{
	uint64_t more = now - before;

	if (more > INT64_MAX)
		more = now;
	return ms ? (double)more * 1000 / (double)ms : 0;
}

static int cmp_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int cmp_key(const void *a, const void *b)
{
	const struct rate_key *x = &((const struct rate_row *)a)->key;
	const struct rate_key *y = &((const struct rate_row *)b)->key;
	int c = cmp_number(x->underlay, y->underlay);

	c = c ? c : cmp_number(x->ifindex, y->ifindex);
	c = c ? c : cmp_number(x->iid, y->iid);
	c = c ? c : addr_cmp(&x->addr, &y->addr);
	return c ? c : cmp_number(x->port, y->port);
}

static double octets(const struct rate_row *r)
{
	return r->rate[RATE_RX_BYTES] + r->rate[RATE_TX_BYTES];
}

/* Those that do nothing stay in the order of their keys. */
static int cmp_octets(const void *a, const void *b)
{
	double x = octets(a), y = octets(b);

	return x > y ? -1 : x < y ? 1 : cmp_key(a, b);
}

static void sort(struct rate_rows *r, int (*cmp)(const void *, const void *))
{
	if (r->count)
		qsort(r->list, r->count, sizeof(*r->list), cmp);
}

void rate_compare(struct rate_rows *before, struct rate_rows *now,
		  uint64_t ms)
{
	const struct rate_row *old;

	sort(before, cmp_key);
	for (size_t i = 0; i < now->count; i++) {
		struct rate_row *r = &now->list[i];

		old = before->count ? bsearch(r, before->list, before->count,
					      sizeof(*r), cmp_key) : NULL;
		r->known = old;
		for (unsigned int k = 0; old && k < RATE_COUNTERS; k++)
			r->rate[k] = rate_of(old->count[k], r->count[k], ms);
	}
	sort(now, cmp_octets);
}

const char *rate_text(double v, char text[RATE_TEXT_MAX])
{
	static const char units[] = " kMGTPE";
	size_t u = 0;

	/* What would be rounded to 1000 is one of the next. */
	while (v >= 999.5 && units[u + 1]) {
		v /= 1000;
		u++;
	}
	if (!u)
		snprintf(text, RATE_TEXT_MAX, "%.0f", v);
	else
		snprintf(text, RATE_TEXT_MAX, "%.*f%c", v < 9.995 ? 2 :
			 v < 99.95 ? 1 : 0, v, units[u]);
	return text;
}
