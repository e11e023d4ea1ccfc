// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configurations, as "lispd --check" may be given somebody else's: either there
 * is one or there are mistakes, and what is said of them does nothing to a
 * terminal.  No file that they name is read.
 */
#include <errno.h>

#include "cfg/conf.h"
#include "cfg/file.h"
#include "fuzz_message.h"
#include "lib/plain.h"

static int no_file(const char *file)
{
	return -ENOENT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct cfg_errors e;
	struct conf *c;

	memcpy(text, data, size);
	text[size] = '\0';
	file_set_open(no_file);
	cfg_errors_init(&e, "f");
	c = conf_parse(text, &e);
	MUST((c != NULL) == !e.count);
	for (unsigned int i = 0; i < e.count && i < CFG_ERRORS_MAX; i++)
		MUST(e.lines[i] && plain_is(e.lines[i]));
	conf_free(c);
	cfg_errors_free(&e);
	free(text);
	return 0;
}
