// SPDX-License-Identifier: GPL-2.0-or-later
/* One row per scalar type; objects and lists are load.c's. */
#include "cfg/value.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cfg/file.h"
#include "lib/plain.h"
#include "lib/prefix.h"
#include "lib/secret.h"
#include "lib/xeid.h"

static const char *string_of(struct json_object *v)
{
	if (!json_object_is_type(v, json_type_string))
		return NULL;
	/* A NUL inside would hide the rest of the value. */
	if (strlen(json_object_get_string(v)) !=
	    (size_t)json_object_get_string_len(v))
		return NULL;
	return json_object_get_string(v);
}

static int read_bool(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	if (!json_object_is_type(v, json_type_boolean))
		return -EINVAL;
	*(bool *)dst = json_object_get_boolean(v);
	return 0;
}

static int read_uint(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	uint64_t n;

	if (!json_object_is_type(v, json_type_int))
		return -EINVAL;
	/* Negative numbers are clamped to 0 by the unsigned getter. */
	if (json_object_get_int64(v) < 0)
		return -EINVAL;
	n = json_object_get_uint64(v);
	if (n < key->min || n > key->max)
		return -EINVAL;
	*(uint64_t *)dst = n;
	return 0;
}

static int keep_string(const char *s, void *dst)
{
	char *copy = strdup(s);

	if (!copy)
		return -ENOMEM;
	free(*(char **)dst);
	*(char **)dst = copy;
	return 0;
}

static int read_string(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);

	if (!s || strlen(s) < key->min || strlen(s) > key->max ||
	    !plain_is(s))
		return -EINVAL;
	return keep_string(s, dst);
}

static int read_file(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	const char *s = string_of(v);

	if (!s || s[0] != '/' || !plain_is(s) || strlen(s) > key->max)
		return -EINVAL;
	return keep_string(s, dst);
}

/* What the kernel calls a valid name of a device. */
static int read_device(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);

	if (!s || !*s || strlen(s) >= IFNAMSIZ || !plain_is(s) ||
	    strpbrk(s, "/: %") || !strcmp(s, ".") || !strcmp(s, ".."))
		return -EINVAL;
	return keep_string(s, dst);
}

static int read_address(const struct cfg_key *key, struct json_object *v,
			void *dst)
{
	const char *s = string_of(v);
	struct addr a;

	if (!s || addr_from_text(s, &a) || !addr_usable_rloc(&a))
		return -EINVAL;
	*(struct addr *)dst = a;
	return 0;
}

/* Without its scope nobody can listen at a link-local address of IPv6. */
static int read_host(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	const char *s = string_of(v);
	struct addr a;

	if (!s || addr_from_text(s, &a) || addr_is_multicast(&a) ||
	    (a.family == ADDR_IPV6 && a.bytes[0] == 0xfe &&
	     (a.bytes[1] & 0xc0) == 0x80))
		return -EINVAL;
	*(struct addr *)dst = a;
	return 0;
}

static int read_prefix(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);

	return s && strchr(s, '/') ? prefix_from_text(s, dst) : -EINVAL;
}

static int read_xeid(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	const char *s = string_of(v);

	return s && strpbrk(s, "/*") ? xeid_from_text(s, dst) : -EINVAL;
}

static void free_pem(void *dst)
{
	struct cfg_pem *pem = dst;

	if (pem->text)
		secret_wipe(pem->text, pem->len);
	free(pem->text);
	free(pem->file);
	*pem = (struct cfg_pem){ 0 };
}

static int read_pem(const struct cfg_key *key, struct json_object *v,
		    void *dst)
{
	const char *s = string_of(v);
	struct cfg_pem pem = { 0 };
	int ret;

	if (!s || s[0] != '/' || !plain_is(s))
		return -EINVAL;
	ret = file_read_pem(s, &pem.text, &pem.len);
	if (!ret && keep_string(s, &pem.file))
		ret = -ENOMEM;
	if (ret) {
		free_pem(&pem);
		return ret;
	}
	free_pem(dst);
	*(struct cfg_pem *)dst = pem;
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_hex128(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);
	struct cfg_hex128 hex = { .given = true };
	int hi, lo;

	if (!s || strlen(s) != 2 * sizeof(hex.bytes))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(hex.bytes); i++) {
		hi = hex_digit(s[2 * i]);
		lo = hex_digit(s[2 * i + 1]);
		if (hi < 0 || lo < 0)
			return -EINVAL;
		hex.bytes[i] = hi << 4 | lo;
	}
	*(struct cfg_hex128 *)dst = hex;
	return 0;
}

/* "2026-11-30T12:00:00Z" and nothing else; a day that there is. */
static int read_time(const struct cfg_key *key, struct json_object *v,
		     void *dst)
{
	const char *s = string_of(v);
	struct tm tm = { 0 };
	char back[32];
	time_t t;

	if (!s || sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2dZ", &tm.tm_year,
			 &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
			 &tm.tm_sec) != 6)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	t = timegm(&tm);
	if (t <= 0 || !gmtime_r(&t, &tm) ||
	    !strftime(back, sizeof(back), "%Y-%m-%dT%H:%M:%SZ", &tm) ||
	    strcmp(back, s))
		return -EINVAL;
	*(uint64_t *)dst = (uint64_t)t;
	return 0;
}

static int read_choice(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);

	for (const struct cfg_choice *c = key->choices; s && c->word; c++) {
		if (!strcmp(c->word, s)) {
			*(int *)dst = c->value;
			return 0;
		}
	}
	return -EINVAL;
}

static int read_secret(const struct cfg_key *key, struct json_object *v,
		       void *dst)
{
	const char *s = string_of(v);
	struct secret *copy;
	size_t len;

	if (!s)
		return -EINVAL;
	len = strlen(s);
	if (!len || len > SECRET_MAX)
		return -EINVAL;
	copy = secret_new(s, len);
	if (!copy)
		return -ENOMEM;
	secret_free(*(struct secret **)dst);
	*(struct secret **)dst = copy;
	return 0;
}

static void free_string(void *dst)
{
	free(*(char **)dst);
}

static void free_secret(void *dst)
{
	secret_free(*(struct secret **)dst);
}

/* For JSON Schema, which is ECMA's regular expressions: all that is accepted
 * fits, and most that is not does not. */
#define TEXT		"[^\\x00-\\x1f\\x7f-\\x9f]"
#define OCTET		"(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
#define IPV4		OCTET "(\\." OCTET "){3}"
#define IPV6		"[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
#define LEN4		"(3[0-2]|[12]?[0-9])"
#define LEN6		"(12[0-8]|1[01][0-9]|[1-9]?[0-9])"
#define PREFIX		"(" IPV4 "/" LEN4 "|" IPV6 "/" LEN6 ")"
/* Not 0/8, 127/8, 169.254/16, 224/4 and what is behind. */
#define NOT_UNICAST	"(0|127|169\\.254|22[4-9]|2[3-5][0-9])\\."
#define ABSOLUTE	"^/" TEXT "*$"

static const struct {
	const char *name;
	const char *expected;	/* NULL: depends on the key */
	size_t size;
	int (*read)(const struct cfg_key *key, struct json_object *v,
		    void *dst);
	void (*free)(void *dst);
	const char *pattern;	/* of a string; NULL: any */
	const char *example;	/* of a string; NULL: there are words */
} types[CFG_TYPE_COUNT] = {
	[CFG_BOOL] = {
		"boolean", "true or false", sizeof(bool), read_bool,
	},
	[CFG_UINT] = {
		"number", NULL, sizeof(uint64_t), read_uint,
	},
	[CFG_STRING] = {
		"string", NULL, sizeof(char *), read_string, free_string,
		.pattern = "^" TEXT "*$",
		.example = "red",
	},
	[CFG_FILE] = {
		"path", "an absolute path in quotes", sizeof(char *),
		read_file, free_string,
		.pattern = ABSOLUTE,
		.example = "/run/lispd/file",
	},
	[CFG_INPUT] = {
		"path", "an absolute path in quotes", sizeof(char *),
		read_file, free_string,
		.pattern = ABSOLUTE,
		.example = "/etc/lispd/file",
	},
	[CFG_DEVICE] = {
		"device", "the name of a network device, at most 15 characters",
		sizeof(char *), read_device, free_string,
		.pattern = "^(?!\\.{1,2}$)[^/: %\\x00-\\x1f\\x7f-\\x9f]{1,15}$",
		.example = "eth0",
	},
	[CFG_ADDRESS] = {
		"address", "a unicast IPv4 or IPv6 address in quotes, neither "
		"loopback nor link-local", sizeof(struct addr), read_address,
		.pattern = "^((?!" NOT_UNICAST ")" IPV4 "|" IPV6 ")$",
		.example = "192.0.2.1",
	},
	[CFG_HOST] = {
		"own address", "an IPv4 or IPv6 address of this host in quotes, "
		"also a loopback one, or \"0.0.0.0\" or \"::\" for all, but no "
		"link-local one", sizeof(struct addr), read_host,
		.pattern = "^((?!(22[4-9]|23[0-9])\\.)" IPV4 "|" IPV6 ")$",
		.example = "127.0.0.1",
	},
	[CFG_PREFIX] = {
		"prefix", "a prefix such as \"10.1.0.0/16\" without bits "
		"beyond its length", sizeof(struct prefix), read_prefix,
		.pattern = "^" PREFIX "$",
		.example = "10.1.0.0/16",
	},
	[CFG_XEID] = {
		"eid-prefix", "an EID-prefix such as \"[100]10.1.0.0/16\", or "
		"\"[100]*\" for an instance, \"[256/24]*\" for a range of them, "
		"\"*\" for all", sizeof(struct xeid), read_xeid,
		.pattern = "^(\\*|\\[[0-9]{1,10}(/[0-9]{1,2})?\\]\\*|"
			   "(\\[[0-9]{1,10}\\])?" PREFIX ")$",
		.example = "[100]10.1.0.0/16",
	},
	[CFG_PEM] = {
		"key file", "the absolute path of a file with a key in PEM "
		"form", sizeof(struct cfg_pem), read_pem, free_pem,
		.pattern = ABSOLUTE,
		.example = "/etc/lispd/key.pem",
	},
	[CFG_HEX128] = {
		"hex", "32 hexadecimal digits in quotes",
		sizeof(struct cfg_hex128), read_hex128,
		.pattern = "^[0-9A-Fa-f]{32}$",
		.example = "00112233445566778899aabbccddeeff",
	},
	[CFG_TIME] = {
		"time", "a time in UTC such as \"2026-11-30T12:00:00Z\" in "
		"quotes", sizeof(uint64_t), read_time,
		.pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
			   "T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
		.example = "2026-11-30T12:00:00Z",
	},
	[CFG_CHOICE] = {
		"word", NULL, sizeof(int), read_choice,
	},
	[CFG_SECRET] = {
		"secret", "1 to 1024 characters in quotes",
		sizeof(struct secret *), read_secret, free_secret,
		.example = "secret",
	},
	[CFG_OBJECT] = { "object", "an object, { ... }", sizeof(void *) },
	[CFG_LIST] = { "list", "a list, [ ... ]", sizeof(void *) },
};

int value_read(const struct cfg_key *key, enum cfg_type type,
	       struct json_object *v, void *dst)
{
	return types[type].read(key, v, dst);
}

void value_free(enum cfg_type type, void *dst)
{
	if (types[type].free)
		types[type].free(dst);
}

size_t value_size(enum cfg_type type)
{
	return types[type].size;
}

const char *value_pattern(enum cfg_type type)
{
	return types[type].pattern;
}

const char *value_example(enum cfg_type type)
{
	return types[type].example;
}

const char *value_type_name(enum cfg_type type)
{
	return types[type].name;
}

static void expected_choice(const struct cfg_key *key,
			    char out[VALUE_TEXT_MAX])
{
	const struct cfg_choice *c = key->choices;
	size_t n = 0;

	for (; c->word && n < VALUE_TEXT_MAX; c++)
		n += snprintf(out + n, VALUE_TEXT_MAX - n, "%s\"%s\"",
			      c == key->choices ? "" :
			      c[1].word ? ", " : " or ", c->word);
}

const char *value_expected(const struct cfg_key *key, enum cfg_type type,
			   char out[VALUE_TEXT_MAX])
{
	unsigned long long min = key->min, max = key->max;

	if (types[type].expected)
		snprintf(out, VALUE_TEXT_MAX, "%s", types[type].expected);
	else if (type == CFG_UINT)
		snprintf(out, VALUE_TEXT_MAX,
			 "a whole number from %llu to %llu", min, max);
	else if (type == CFG_STRING)
		snprintf(out, VALUE_TEXT_MAX,
			 "%llu to %llu printable characters in quotes", min,
			 max);
	else
		expected_choice(key, out);
	return out;
}

const char *value_text(enum cfg_type type, struct json_object *v,
		       char out[VALUE_TEXT_MAX])
{
	const char *s;

	if (type == CFG_SECRET)
		return "(not shown)";
	/* Whatever it is, there may be a key somewhere in it. */
	if (json_object_is_type(v, json_type_object))
		return "{...}";
	if (json_object_is_type(v, json_type_array))
		return "[...]";
	s = json_object_to_json_string_ext(v, JSON_C_TO_STRING_PLAIN |
					   JSON_C_TO_STRING_NOSLASHESCAPE);
	snprintf(out, VALUE_TEXT_MAX, strlen(s) > 60 ? "%.57s..." : "%s", s);
	return out;
}
