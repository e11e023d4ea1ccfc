// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks that concern more than one key.  Each reports at the place a person
 * has to change; those of a role are in a file of its own.
 */
#include <stdlib.h>
#include <string.h>

#include "cfg/check_part.h"
#include "cfg/file.h"

/* --- uniqueness: sort pointers, look at neighbours --- */

struct item {
	const void *value;
	size_t index;
};

static int (*item_compare)(const void *a, const void *b);

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = item_compare(x->value, y->value);

	return c ? c : (x->index > y->index) - (x->index < y->index);
}

int conf_cmp_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int conf_cmp_uint(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

int conf_cmp_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

int conf_cmp_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static void report_repeated(struct place *p, const struct unique *u,
			    size_t i, size_t first, struct cfg_errors *e)
{
	char value[64] = "";

	push(p, u->list, 0);
	push(p, NULL, i);
	if (u->key)
		push(p, u->key, 0);
	/* Objects, which may hold keys, are not shown. */
	if (cfg_errors_room(e))
		cfg_text_scalar(e->text, here(p), value, sizeof(value));
	cfg_error(e, here(p), "%s%sthe same as in element %zu: expected each "
		  "once", value, *value ? ": " : "", first);
	p->depth -= u->key ? 3 : 2;
}

void check_unique(struct place *p, const struct unique *u,
		  struct cfg_errors *e)
{
	struct item *items = calloc(u->n + 1, sizeof(*items));

	if (!items) {
		cfg_error(e, here(p), "out of memory");
		return;
	}
	for (size_t i = 0; i < u->n; i++) {
		items[i].value = (const char *)u->base + i * u->size +
			u->offset;
		items[i].index = i;
	}
	item_compare = u->compare;
	qsort(items, u->n, sizeof(*items), compare_items);
	for (size_t i = 1; i < u->n; i++)
		if (!u->compare(items[i - 1].value, items[i].value))
			report_repeated(p, u, items[i].index,
					items[i - 1].index, e);
	free(items);
}

/* --- keys --- */

static void load_key_file(struct place *p, struct conf_key *k,
			  struct cfg_errors *e)
{
	char buf[SECRET_MAX + 2];
	ssize_t n = file_read(k->key_file, buf, sizeof(buf));

	push(p, "key-file", 0);
	if (n < 0) {
		cfg_error(e, here(p), "\"%s\": %s", k->key_file,
			  file_trouble((int)n));
	} else {
		k->key = secret_new(buf, strcspn(buf, "\r\n"));
		if (!k->key)
			cfg_error(e, here(p), "\"%s\": expected a key of 1 to "
				  "%d characters in its first line",
				  k->key_file, SECRET_MAX);
	}
	secret_wipe(buf, sizeof(buf));
	pop(p);
}

void conf_check_key(struct place *p, struct conf_key *k,
		    struct cfg_errors *e)
{
	if (k->algorithm == AUTH_NONE) {
		if (k->key || k->key_file)
			cfg_error(e, here(p), "expected no key, as "
				  "\"algorithm\" is \"none\"");
		return;
	}
	if (!k->key == !k->key_file)
		cfg_error(e, here(p), "expected either \"key\" or "
			  "\"key-file\"");
	else if (k->key_file)
		load_key_file(p, k, e);
}

/* --- all of it --- */

void conf_check(struct conf *c, struct cfg_errors *e)
{
	struct place p;

	place_init(&p);
	if (!c->xtr && !c->ms && !c->mr && !c->ddt)
		cfg_error(e, here(&p), "no role: expected \"xtr\", "
			  "\"map-server\", \"map-resolver\" or \"ddt-node\"");
	check_unique(&p, UNIQUE_PLAIN("listen", c->listen, c->listen_count,
				      conf_cmp_addr), e);
	if (c->xtr)
		conf_check_xtr(c, &p, e);
	if (c->ms)
		conf_check_ms(c, &p, e);
	if (c->mr)
		conf_check_mr(c, &p, e);
	if (c->ddt)
		conf_check_ddt(c, e);
}
