// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lispdump: a packet of each kind, as the first octet says, or hex text.  What
 * is printed is valid JSON, which says the same when it is read again, and does
 * nothing to a terminal.
 */
#include <errno.h>

#include "../../tools/lispdump/dump.h"
#include "../../tools/lispdump/hex.h"
#include "../../tools/lispdump/text.h"
#include "fuzz_message.h"

#define FORM	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

enum { KINDS = LINK_IP + 1, LAYERS = 2 };

static void must_be_harmless(const char *text, size_t len, bool newlines)
{
	for (size_t i = 0; i < len; i++)
		MUST((newlines && text[i] == '\n') ||
		     (text[i] >= ' ' && text[i] <= '~'));
}

static void print(struct json_object *o)
{
	const char *json = json_object_to_json_string_ext(o, FORM);
	struct json_object *again = json_tokener_parse(json);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	MUST(again && json_object_equal(o, again));
	json_object_put(again);
	must_be_harmless(json, strlen(json), false);
	text_print(f, o);
	fclose(f);
	must_be_harmless(text, size, true);
	free(text);
}

static void packet(const uint8_t *data, size_t size, unsigned int kind)
{
	static struct dump_options o = { .key_id = -1 };
	struct json_object *said;
	struct dump d;
	uint8_t *in;

	if (!o.key)
		o.key = secret_new("lisp-test-key", 13);
	in = malloc(size ? size : 1);
	memcpy(in, data, size);
	dump_init(&d, &o);
	if (kind < LAYERS)
		said = dump_layer(&d, in, size, (enum dump_layer)kind);
	else
		said = dump_frame(&d, in, size,
				  (enum packet_link)(kind - LAYERS));
	free(in);
	MUST(said || !d.bad);
	if (said)
		print(said);
	json_object_put(said);
	dump_free(&d);
}

static void text(const uint8_t *data, size_t size)
{
	FILE *in = fmemopen((void *)data, size, "r");
	struct hex *h = hex_new(in);
	int ret;

	while ((ret = hex_read(h)) == 1)
		MUST(h->len > 0 && h->len <= HEX_PACKET_MAX);
	MUST(ret == 0 || (ret == -EBADMSG && h->expected));
	hex_free(h);
	fclose(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > MSG_SIZE_MAX)
		return 0;
	if (data[0] < LAYERS + KINDS)
		packet(data + 1, size - 1, data[0]);
	else
		text(data + 1, size - 1);
	return 0;
}
