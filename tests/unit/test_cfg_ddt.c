// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration of the role DDT node, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cfg.h"

static void test_ddt_node(void **state)
{
	struct conf *c = parse_good("{\"ddt-node\": {\"authoritative\": ["
		"{\"eid-prefix\": \"[256/24]*\"}],"
		"\"delegations\": [{\"eid-prefix\": \"[300]10.0.0.0/8\", "
		"\"map-server\": true, \"nodes\": [{\"address\": \"192.0.2.1\", "
		"\"key-files\": [\"" TEST_TOP "/tests/vectors/ddt-key.pub.pem\""
		"]}]}], \"hints\": [{\"eid-prefix\": \"*\", \"nodes\": "
		"[{\"address\": \"192.0.2.2\"}]}], \"key-files\": [\""
		TEST_TOP "/tests/vectors/ddt-key.pem\"]}}");
	struct conf_ddt *d = c->ddt;
	char text[XEID_TEXT_MAX];

	assert_string_equal(xeid_text(&d->authorities[0].xeid, text),
			    "[256/24]*");
	assert_string_equal(xeid_text(&d->delegations[0].xeid, text),
			    "[300]10.0.0.0/8");
	assert_true(d->delegations[0].map_server);
	assert_false(d->hints[0].map_server);
	assert_int_equal(d->hint_count, 1);
	assert_int_equal(d->ttl, 1440);
	assert_int_equal(d->signature_validity, 168);
	assert_non_null(strstr(d->delegations[0].nodes[0].keys[0].text,
			       "BEGIN PUBLIC KEY"));
	assert_non_null(strstr(d->keys[0].text, "PRIVATE KEY"));
	assert_int_equal(d->keys[0].len, strlen(d->keys[0].text));
	conf_free(c);
}

#define EMPTY	TEST_TOP "/tests/fuzz/corpus/address/none"
#define LARGE	TEST_TOP "/Documentation/architecture.rst"
#define DDT(x) "{\"ddt-node\": {\n" x "}}"
#define OF(x) "{\"eid-prefix\": \"" x "\"}"
#define GIVEN(x) "{\"eid-prefix\": \"" x "\", \"nodes\": [{\"address\": " \
	"\"192.0.2.1\"}]}"

#define EIDS(a, b) "[{\"iid\": 1, \"prefix\": \"" a "\"}, " \
	"{\"iid\": 1, \"prefix\": \"" b "\"}]"
#define SITE(given, a, b) "{\"map-server\": {\"sites\": [{\"name\": " \
	"\"s\", \"keys\": [{\"key\": \"k\"}], \"eids\": " EIDS(a, b) "}]}, " \
	"\"ddt-node\": {\"authoritative\": [" OF("*") "], " \
	"\"delegations\": [" GIVEN(given) "], \"hints\": [" GIVEN("[0/1]*") \
	"]}}"

/* What is delegated is within a site's, beside them, of other instances; what
 * there is a hint for is no concern. */
static void test_beside_sites(void **state)
{
	conf_free(parse_good(SITE("[1]10.1.0.0/16", "10.0.0.0/8",
				  "10.2.0.0/16")));
	conf_free(parse_good(SITE("[2]*", "10.1.0.0/16", "10.2.0.0/16")));
}

static const struct {
	const char *text;
	const char *error;
} bad[] = {
	{ DDT("\"authoritative\": [{\"eid-prefix\": \"[256/25]10.0.0.0/8\"}]"),
	  "f:2: ddt-node.authoritative[0].eid-prefix: \"[256/25]10.0.0.0/8\": "
	  "expected an EID-prefix such as \"[100]10.1.0.0/16\", or "
	  "\"[100]*\" for an instance, \"[256/24]*\" for a range of them, "
	  "\"*\" for all" },
	{ DDT("\"authoritative\": [" OF("*") ", " OF("[0/0]*") "]"),
	  "f:2: ddt-node.authoritative[1].eid-prefix: \"*\": expected each "
	  "once" },
	{ DDT("\"authoritative\": [" OF("[1]*") "],\n\"delegations\": ["
	      GIVEN("[1]10.0.0.0/8") ", " GIVEN("[1]*") "]"),
	  "f:3: ddt-node.delegations[1].eid-prefix: \"[1]*\": expected a part "
	  "of what is \"authoritative\"; what is not, belongs to \"hints\"" },
	{ DDT("\"authoritative\": [" OF("*") "],\n\"delegations\": ["
	      GIVEN("[1]10.0.0.0/8") "],\n\"hints\": [" GIVEN("[2]*") ", "
	      GIVEN("[1]10.0.0.0/8") "]"),
	  "f:4: ddt-node.hints[1].eid-prefix: \"[1]10.0.0.0/8\": expected each "
	  "once" },
	{ DDT("\"authoritative\": [{\"eid-prefix\": \"*\", "
	      "\"complete\": true}]"),
	  "f:2: ddt-node.authoritative[0].complete: \"*\": expected of a "
	  "Map-Server only, which this process is not" },
	{ SITE("[1]10.1.0.0/16", "10.1.0.0/16", "10.1.2.0/24"),
	  "f:1: map-server.sites[0].eids[0].prefix: \"[1]10.1.0.0/16\": "
	  "expected nothing of what \"delegations\" of \"ddt-node\" gives to "
	  "others, \"[1]10.1.0.0/16\"" },
	{ SITE("[1]10.1.0.0/16", "10.0.0.0/8", "10.1.2.0/24"),
	  "f:1: map-server.sites[0].eids[1].prefix: \"[1]10.1.2.0/24\": "
	  "expected nothing of what \"delegations\" of \"ddt-node\" gives to "
	  "others, \"[1]10.1.0.0/16\"" },
	{ SITE("[1]*", "10.0.0.0/8", "2001:db8::/32"),
	  "f:1: map-server.sites[0].eids[0].prefix: \"[1]10.0.0.0/8\": "
	  "expected nothing of what \"delegations\" of \"ddt-node\" gives to "
	  "others, \"[1]*\"" },
	{ "{\"map-resolver\": {\"ddt-roots\":\n[\"127.0.0.1\"]}}",
	  "f:2: map-resolver.ddt-roots[0]: \"127.0.0.1\": expected a "
	  "unicast IPv4 or IPv6 address in quotes, neither loopback nor "
	  "link-local" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"" EMPTY "\"]"),
	  "f:3: ddt-node.key-files[0]: \"" EMPTY "\": expected a key in PEM "
	  "form in it" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"/nowhere/at/all\"]"),
	  "f:3: ddt-node.key-files[0]: \"/nowhere/at/all\": No such file or "
	  "directory" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"/\"]"),
	  "f:3: ddt-node.key-files[0]: \"/\": Is a directory" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"key.pem\"]"),
	  "f:3: ddt-node.key-files[0]: \"key.pem\": expected the absolute "
	  "path of a file with a key in PEM form" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"/dev/zero\"]"),
	  "f:3: ddt-node.key-files[0]: \"/dev/zero\": expected a regular "
	  "file" },
	{ DDT("\"authoritative\": [],\n\"key-files\": [\"" LARGE "\"]"),
	  "f:3: ddt-node.key-files[0]: \"" LARGE "\": expected a file of at "
	  "most 16 KiB" },
};

/* What nobody writes into is no reason to wait. */
static void test_fifo(void **state)
{
	char dir[] = "/tmp/lisp-test-cfg-XXXXXX", fifo[64], text[256];
	struct cfg_errors e;

	assert_non_null(mkdtemp(dir));
	snprintf(fifo, sizeof(fifo), "%s/key", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	alarm(60);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), i ?
			 "{\"map-server\": {\"sites\": [{\"name\": \"a\", "
			 "\"keys\": [{\"key-file\": \"%s\"}], "
			 "\"eids\": [{\"prefix\": \"10.0.0.0/8\"}]}]}}" :
			 "{\"ddt-node\": {\"authoritative\": [], "
			 "\"key-files\": [\"%s\"]}}", fifo);
		assert_null(parse(text, &e));
assert_non_null(strstr(e.lines[0],
				       "/key\": expected a regular file"));
		cfg_errors_free(&e);
	}
	alarm(0);
	unlink(fifo);
	rmdir(dir);
}

/* Somebody writes into the configuration, later: not everyone waits for him. */
static void test_fifo_of_all(void **state)
{
	char dir[] = "/tmp/lisp-test-cfg-XXXXXX", fifo[64];
	static const char said[] =
		"{ \"ddt-node\": { \"authoritative\": [] } }\n";
	struct cfg_errors e;
	struct conf *c;
	pid_t writer;

	assert_non_null(mkdtemp(dir));
	snprintf(fifo, sizeof(fifo), "%s/conf", dir);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	cfg_errors_init(&e, "f");
	alarm(60);
	assert_null(conf_load(fifo, &e));
	assert_string_equal(e.lines[0], "f: expected a regular file");
	cfg_errors_free(&e);
	writer = fork();
	if (!writer) {
		int fd;

		alarm(60);
		usleep(200000);
		fd = open(fifo, O_WRONLY);
		_exit(write(fd, said, strlen(said)) < 0);
	}
	cfg_errors_init(&e, "f");
	c = conf_await(fifo, &e);
	alarm(0);
	assert_non_null(c);
	assert_non_null(c->ddt);
	conf_free(c);
	cfg_errors_free(&e);
	waitpid(writer, NULL, 0);
	unlink(fifo);
	rmdir(dir);
}

static void test_bad(void **state)
{
	struct cfg_errors e;
	int wrong = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct conf *c = parse(bad[i].text, &e);
		const char *line = e.count ? e.lines[0] : "(accepted)";

		if (c || strcmp(line, bad[i].error)) {
			print_error("%s\n  got  %s\n  want %s\n", bad[i].text,
				    line, bad[i].error);
			wrong++;
		}
		conf_free(c);
		cfg_errors_free(&e);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ddt_node),
		cmocka_unit_test(test_beside_sites),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_fifo_of_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
