/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader of tests/vectors/NAME.hex: a name on a line of its own, then its
 * octets in indented lines of hex.  Include after cmocka.h.
 */
#ifndef LISP_TESTS_VECTORS_H
#define LISP_TESTS_VECTORS_H

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vector {
	char name[64];
	size_t len;
	uint8_t octets[2048];
};

static struct vector *vectors;
static size_t vector_count;

/* Append the hex digits of @line. */
static inline void vector_hex(struct vector *v, const char *line)
{
	unsigned int octet;

	while (*line) {
		if (isspace((unsigned char)*line)) {
			line++;
			continue;
		}
		assert_int_equal(sscanf(line, "%2x", &octet), 1);
		assert_true(v->len < sizeof(v->octets));
		v->octets[v->len++] = octet;
		line += 2;
	}
}

static inline void vectors_load(const char *name)
{
	char path[512], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s.hex", TEST_TOP, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (line[0] == '\t') {
			assert_true(vector_count > 0);
			vector_hex(&vectors[vector_count - 1], line);
			continue;
		}
		vectors = realloc(vectors, ++vector_count * sizeof(*vectors));
		memset(&vectors[vector_count - 1], 0, sizeof(*vectors));
		assert_true(strlen(line) < sizeof(vectors->name));
		strcpy(vectors[vector_count - 1].name, line);
	}
	fclose(f);
	assert_true(vector_count > 0);
}

static inline void vectors_free(void)
{
	free(vectors);
	vectors = NULL;
	vector_count = 0;
}

/* Before and after a group of tests. */
static inline int vectors_messages(void **state)
{
	vectors_load("messages");
	return 0;
}

static inline int vectors_done(void **state)
{
	vectors_free();
	return 0;
}

static inline const struct vector *vector(const char *name)
{
	size_t i;

	for (i = 0; i < vector_count; i++)
		if (strcmp(vectors[i].name, name) == 0)
			return &vectors[i];
	fail_msg("no vector %s", name);
	return NULL;
}

/* The first @n octets in memory of exactly that size. */
static inline uint8_t *exactly(const void *octets, size_t n)
{
	uint8_t *p = malloc(n);

	if (n)
		memcpy(p, octets, n);
	return p;
}

#endif
