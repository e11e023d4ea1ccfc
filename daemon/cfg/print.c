// SPDX-License-Identifier: GPL-2.0-or-later
/* The reference manual of a schema, printed from its tables. */
#include <stdio.h>

#include "cfg/load.h"
#include "cfg/value.h"

static void print_key(const struct cfg_key *k, int depth)
{
	enum cfg_type type = k->type == CFG_LIST ? k->item : k->type;
	char expected[VALUE_TEXT_MAX];

	printf("%*s%s: %s%s", depth * 2, "", k->name,
	       k->type == CFG_LIST ? "list of " : "", value_type_name(type));
	if (k->required)
		printf(", required");
	if (k->def)
		printf(", default %s", k->def);
	printf("\n%*s%s\n", depth * 2 + 4, "", k->doc);
	if (type != CFG_OBJECT && type != CFG_BOOL)
		printf("%*sExpected: %s.\n", depth * 2 + 4, "",
		       value_expected(k, type, expected));
	if (k->type == CFG_LIST)
		printf("%*sNumber of elements: %llu to %llu.\n",
		       depth * 2 + 4, "", (unsigned long long)k->min,
		       (unsigned long long)k->max);
}

static void print_section(const struct cfg_section *s, int depth)
{
	for (const struct cfg_key *k = s->keys; k->name; k++) {
		print_key(k, depth);
		if (k->section)
			print_section(k->section, depth + 1);
	}
}

void cfg_schema_print(const struct cfg_section *s)
{
	print_section(s, 0);
}
