/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The language in which a configuration schema is written: sections (JSON
 * objects) are tables of keys, each with type, range, default and a sentence
 * of documentation.  schema.c has the tables, load.c fills structs from
 * them, print.c prints the reference manual from them.
 */
#ifndef LISP_CFG_TABLE_H
#define LISP_CFG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Type of a value, and the C type of the struct member it is stored in. */
enum cfg_type {
	CFG_BOOL,	/* bool */
	CFG_UINT,	/* uint64_t; min..max */
	CFG_STRING,	/* char *; length min..max */
	CFG_FILE,	/* char *; absolute path */
	CFG_INPUT,	/* the same, of a file that is read */
	CFG_DEVICE,	/* char *; name of a network device */
	CFG_ADDRESS,	/* struct addr; any unicast address */
	CFG_HOST,	/* struct addr; one of this host's to listen at */
	CFG_PREFIX,	/* struct prefix */
	CFG_XEID,	/* struct xeid */
	CFG_PEM,	/* struct cfg_pem; path of a file, which is read */
	CFG_HEX128,	/* struct cfg_hex128 */
	CFG_TIME,	/* uint64_t; seconds since 1970, not 0 */
	CFG_CHOICE,	/* int; words of a table */
	CFG_SECRET,	/* struct secret * */
	CFG_OBJECT,	/* pointer to the section's struct, NULL: not given */
	CFG_LIST,	/* pointer to array, and size_t count; number min..max */
	CFG_TYPE_COUNT
};

struct cfg_hex128 {
	uint8_t bytes[16];
	bool given;
};

struct cfg_pem {
	char *file;
	char *text;		/* NUL-terminated; may be a private key */
	size_t len;
};

struct cfg_choice {
	const char *word;	/* NULL ends the table */
	int value;
};

struct cfg_section;

struct cfg_key {
	const char *name;	/* NULL ends the table */
	enum cfg_type type;
	enum cfg_type item;	/* CFG_LIST: type of its elements */
	size_t offset;		/* of the member in the section's struct */
	size_t count_offset;	/* CFG_LIST: of the size_t */
	uint64_t min;
	uint64_t max;
	const char *def;	/* as JSON text; NULL: no default */
	bool required;
	const struct cfg_choice *choices;
	const struct cfg_section *section;	/* of object, or of elements */
	const char *doc;	/* one sentence */
};

struct cfg_section {
	const char *name;
	size_t size;		/* of the struct */
	const struct cfg_key *keys;
};

/* The key @name, or NULL. */
const struct cfg_key *cfg_key_find(const struct cfg_section *s,
				   const char *name);

#endif
