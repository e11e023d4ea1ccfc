// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lispdump: what it says about each vector, as text and as JSON, against
 * tests/vectors/lispdump.golden; each vector cut at each length; captures that
 * are made here; what it is asked for, and its exit status.  GOLDEN=FILE writes
 * what is said now.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

int lispdump_main(int argc, char **argv);

#define main lispdump_main
#include "../../tools/lispdump/main.c"
#undef main

#include "vectors.h"

#define SAID_MAX	65536

static struct dump_options plain = { .key_id = -1 };

/* --- what is said about a vector --- */

static enum dump_layer layer_of(const char *name)
{
	if (!strncmp(name, "data-", 5))
		return LAYER_DATA;
	if (!strncmp(name, "ip-", 3))
		return LAYER_IP;
	if (!strncmp(name, "ethernet-", 9))
		return LAYER_ETHERNET;
	return LAYER_CONTROL;
}

static void load_all(void)
{
	vectors_load("messages");
	vectors_load("packets");
}

/* Valid JSON, and nothing that does anything to a terminal. */
static void assert_harmless(const char *text, const char *json)
{
	struct json_object *again = json_tokener_parse(json);

	assert_non_null(again);
	assert_string_equal(json_object_to_json_string_ext(again,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE), json);
	json_object_put(again);
	for (; *text; text++)
		assert_true(*text == '\n' || (*text >= ' ' && *text <= '~'));
	for (; *json; json++)
		assert_true(*json >= ' ' && *json <= '~');
}

/* The first @len octets of a vector, as text and then as JSON; NULL: nothing.
 * From malloc. */
static char *said(struct dump *d, const struct vector *v, size_t len)
{
	uint8_t *octets = exactly(v->octets, len);
	struct json_object *o = dump_layer(d, octets, len, layer_of(v->name));
	char *text = NULL;
	size_t size, n;
	FILE *f;

	free(octets);
	if (!o)
		return NULL;
	f = open_memstream(&text, &size);
	text_print(f, o);
	fflush(f);
	n = size;
	fputs(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
			JSON_C_TO_STRING_NOSLASHESCAPE), f);
	fclose(f);
	json_object_put(o);
	assert_harmless(text, text + n);
	return text;
}

static void write_block(FILE *f, const char *name, char *text)
{
	char *line, *save;

	fprintf(f, "%s\n", name);
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		fprintf(f, "\t%s\n", line);
}

static char *read_all(const char *file)
{
	char *text = calloc(1, 4 * SAID_MAX);
	FILE *f = fopen(file, "r");

	if (!f)
		fail_msg("cannot open %s", file);
	assert_true(fread(text, 1, 4 * SAID_MAX - 1, f) < 4 * SAID_MAX - 1);
	fclose(f);
	return text;
}

/* Line by line, so that a difference can be read. */
static void assert_same_lines(char *is, char *should)
{
	char *a, *b, *save_a, *save_b, name[80] = "";

	a = strtok_r(is, "\n", &save_a);
	b = strtok_r(should, "\n", &save_b);
	for (; a && b; a = strtok_r(NULL, "\n", &save_a),
	     b = strtok_r(NULL, "\n", &save_b)) {
		if (*b != '\t')
			snprintf(name, sizeof(name), "%s", b);
		if (strcmp(a, b))
			fail_msg("%s:\n%s\nshould be\n%s", name, a, b);
	}
	assert_null(a);
	assert_null(b);
}

static void golden(void **state)
{
	struct dump_options o = { .key_id = -1 };
	const char *to = getenv("GOLDEN");
	char *is = NULL, *should, *text;
	struct dump d;
	size_t size;
	FILE *f;

	load_all();
	o.key = secret_new("lisp-test-key", 13);
	dump_init(&d, &o);
	f = to ? fopen(to, "w") : open_memstream(&is, &size);
	assert_non_null(f);
	for (size_t i = 0; i < vector_count; i++) {
		text = said(&d, &vectors[i], vectors[i].len);
		write_block(f, vectors[i].name, text ? text : (char[]){ "" });
		free(text);
	}
	fclose(f);
	should = read_all(TEST_TOP "/tests/vectors/lispdump.golden");
	if (!to)
		assert_same_lines(is, should);
	free(is);
	free(should);
	dump_free(&d);
	secret_free((struct secret *)o.key);
	vectors_free();
}

/* LISP-SEC data end where the message ends, and the records of a message that
 * is refused are not looked at. */
static bool may_be_cut(const char *name)
{
	return !strcmp(name, "map-reply-security");
}

/* Control messages end where they say, so each part of one is an error that
 * tells the place; of all others it is enough that nothing crashes. */
static void cut_anywhere(void **state)
{
	struct dump d;
	char *text;

	load_all();
	dump_init(&d, &plain);
	for (size_t i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];
		bool whole = strchr(v->name, '-') &&
			(!strncmp(v->name, "map-", 4) ||
			 !strncmp(v->name, "ecm-", 4)) && !may_be_cut(v->name);

		for (size_t n = 0; n < v->len; n++) {
			text = said(&d, v, n);
			if (whole && !(text && d.bad &&
				       strstr(text, "error ") &&
				       strstr(text, "\"offset\":")))
				fail_msg("%s, %zu octets: %s", v->name, n,
					 text ? text : "nothing");
			free(text);
		}
	}
	dump_free(&d);
	vectors_free();
}

/* Each octet of each vector, changed. */
static void changed_anywhere(void **state)
{
	struct dump d;

	load_all();
	dump_init(&d, &plain);
	for (size_t i = 0; i < vector_count; i++) {
		struct vector *v = &vectors[i];

		for (size_t n = 0; n < v->len; n++) {
			v->octets[n] ^= 0xff >> n % 8;
			free(said(&d, v, v->len));
			v->octets[n] ^= 0xff >> n % 8;
		}
	}
	dump_free(&d);
	vectors_free();
}

/* --- what was asked for --- */

static void asked_for(void **state)
{
	static const struct {
		const char *vector;
		const char *type, *iid, *eid;
		bool is;
	} rows[] = {
		{ "map-request-plain", "map-request", NULL, NULL, true },
		{ "map-request-plain", "Map-Reply", NULL, NULL, false },
		{ "ecm-ipv4", "ecm", NULL, NULL, true },
		{ "ecm-ipv4", "map-request", NULL, NULL, true },
		{ "ecm-ipv4", "data", NULL, NULL, false },
		{ "data-iid", "data", NULL, NULL, true },
		{ "data-control", "map-reply", NULL, NULL, true },
		{ "ethernet-fragment-next", "fragment", NULL, NULL, true },
		{ "ip-header-length", "broken", NULL, NULL, true },
		{ "ip-empty", "broken", NULL, NULL, true },
		{ "ip-info-reply", "info-request", NULL, NULL, true },
		{ "data-iid", NULL, "100", NULL, true },
		{ "data-iid", NULL, "101", NULL, false },
		{ "data-iid", NULL, NULL, "10.2.0.0/16", true },
		{ "data-iid", NULL, NULL, "10.3.0.0/16", false },
		{ "data-iid", NULL, NULL, "[100]10.1.0.1", true },
		{ "data-iid", NULL, NULL, "[7]10.1.0.1", false },
		{ "data-iid", NULL, "100", "10.1.0.1", true },
		{ "data-iid", NULL, "100", "10.1.0.2", false },
		{ "data-versions", NULL, "0", NULL, true },
		{ "data-encrypted", NULL, "9", NULL, true },
		{ "data-encrypted", NULL, "8", NULL, false },
		{ "data-encrypted", NULL, "9", "10.0.0.0/8", false },
		{ "ecm-ipv4", NULL, NULL, "10.2.0.7", true },
		{ "ecm-ipv4", NULL, NULL, "10.2.0.8", false },
		{ "map-request-all-flags", NULL, "16777215", NULL, true },
		{ "map-request-all-flags", NULL, "1", NULL, true },
		{ "map-request-all-flags", NULL, "2", NULL, false },
		/* Of one EID both, not each of another one. */
		{ "map-request-all-flags", NULL, "1", "10.2.3.0/24", false },
		{ "map-request-all-flags", NULL, "0", "10.2.3.0/24", true },
		{ "map-referral-range", NULL, "300", NULL, true },
		{ "map-referral-range", NULL, "512", NULL, false },
		{ "map-referral-range", NULL, "300", "10.0.0.0/8", true },
		{ "control-name-iid", NULL, "100", NULL, true },
		{ "control-name-iid", NULL, NULL, "0.0.0.0/0", false },
		{ "control-afi", NULL, "0", NULL, false },
		{ "control-afi", "map-reply", NULL, NULL, true },
	};
	struct command c;
	struct dump d;
	char *text;

	load_all();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		c = (struct command){ .dump.key_id = -1 };
		if (rows[i].type)
			c.dump.types = read_type(rows[i].type);
		if (rows[i].iid) {
			c.dump.iid = (uint32_t)atoi(rows[i].iid);
			c.dump.has_iid = true;
		}
		if (rows[i].eid)
			read_eid(&c.dump, rows[i].eid);
		dump_init(&d, &c.dump);
		text = said(&d, vector(rows[i].vector),
			    vector(rows[i].vector)->len);
		if (!!text != rows[i].is)
			fail_msg("row %zu, %s: %s", i, rows[i].vector,
				 text ? text : "nothing");
		assert_true(text || !d.bad);
		free(text);
		dump_free(&d);
	}
	vectors_free();
}

/* --- the program --- */

static char dir[] = "/tmp/lispdump.XXXXXX";
static char out[SAID_MAX], err[SAID_MAX];

static void slurp(const char *name, char *text)
{
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	text[fread(text, 1, SAID_MAX - 1, f)] = '\0';
	fclose(f);
}

static void redirect(const char *in, const char *to)
{
	int fds[] = {
		open(in ? in : "/dev/null", O_RDONLY),
		open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600),
		open("err", O_WRONLY | O_CREAT | O_TRUNC, 0600),
	};

	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
}

/* Run it with @words; the exit status.  Its words are in out and err. */
static int run_to(const char *to, const char *in, const char *words)
{
	char text[256], *argv[16] = { (char[]){ "lispdump" } }, *save;
	int argc = 1, status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		redirect(in, to);
		snprintf(text, sizeof(text), "%s", words);
		for (char *w = strtok_r(text, " ", &save); w && argc < 15;
		     w = strtok_r(NULL, " ", &save))
			argv[argc++] = w;
		optind = 1;
		exit(lispdump_main(argc, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	slurp("err", err);
	return WEXITSTATUS(status);
}

static int run_it(const char *in, const char *words)
{
	int status = run_to("out", in, words);

	slurp("out", out);
	return status;
}

/* A capture of @count vectors; each as far as @snap octets go. */
static void capture(const char *file, int link, unsigned int snap,
		    const char *const *names, size_t count)
{
	pcap_t *pcap = pcap_open_dead(link, 65535);
	pcap_dumper_t *to = pcap_dump_open(pcap, file);
	struct pcap_pkthdr header = { .ts = { 1700000000, 123 } };
	const struct vector *v;

	assert_non_null(to);
	for (size_t i = 0; i < count; i++) {
		v = vector(names[i]);
		header.len = (bpf_u_int32)v->len;
		header.caplen = header.len < snap ? header.len : snap;
		header.ts.tv_usec++;
		pcap_dump((u_char *)to, &header, v->octets);
	}
	pcap_dump_close(to);
	pcap_close(pcap);
}

static const char *const frames[] = {
	"ethernet-arp", "ethernet-map-reply", "ethernet-vlans",
	"ethernet-data", "ethernet-fragment-next",
};

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void captures(void **state)
{
	load_all();
	capture("all", DLT_EN10MB, 65535, frames, 5);
	assert_int_equal(run_it(NULL, "all"), 0);
	assert_string_equal(err, "");
	assert_non_null(strstr(out, "2 2023-11-14T22:13:20.000125Z "
		"192.0.2.2:4342 > 192.0.2.1:61000, udp, ttl 64, tos 192, "
		"length 64: Map-Reply, nonce 0x0102030405060708\n"));
	assert_non_null(strstr(out, "\n5 "));
	assert_int_equal(run_it(NULL, "-j all"), 0);
	assert_int_equal(lines(out), 4);
	assert_true(!strncmp(out, "{\"frame\":2,\"time\":\"2023-11-14T"
			     "22:13:20.000125Z\",\"source\":", 56));
	assert_int_equal(run_it(NULL, "-j -c 2 all"), 0);
	assert_int_equal(lines(out), 2);
	assert_int_equal(run_it("all", "-j -t data -i 100 -"), 0);
	assert_int_equal(lines(out), 1);
	assert_int_equal(run_it(NULL, "-j -e 10.99.0.1 all"), 0);
	assert_string_equal(out, "");
	assert_int_equal(run_to("/dev/full", NULL, "all"), 1);
	assert_non_null(strstr(err, "cannot write"));
	vectors_free();
}

/* What fits into the capture is there, and what does not is an error. */
static void short_captures(void **state)
{
	load_all();
	capture("short", DLT_EN10MB, 72, frames, 5);
	assert_int_equal(run_it(NULL, "short"), 3);
	assert_non_null(strstr(out, "missing 34: Map-Reply\n    error short, "
			       "offset 28, length 30, expected "));
	assert_int_equal(run_it(NULL, "-t data short"), 0);
	assert_non_null(strstr(out, "missing 18: data"));
	vectors_free();
}

/* The same packet behind every kind of link-layer header. */
static void links(void **state)
{
	static const struct {
		int link;
		size_t len;
		uint8_t header[24];
	} rows[] = {
		{ DLT_RAW, 0, { 0 } },
		{ DLT_IPV4, 0, { 0 } },
		{ DLT_NULL, 4, { 2 } },
		{ DLT_LOOP, 4, { 0, 0, 0, 2 } },
		{ DLT_LINUX_SLL, 16, { [14] = 0x08 } },
		{ DLT_LINUX_SLL, 20, { [14] = 0x81, 0, 0, 7, 0x08 } },
		{ DLT_LINUX_SLL2, 20, { 0x08 } },
	};
	static const char *const name[] = { "made" };
	struct vector *v;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		load_all();
		v = (struct vector *)vector("ip-options");
		strcpy(v->name, "made");
		memmove(v->octets + rows[i].len, v->octets, v->len);
		memcpy(v->octets, rows[i].header, rows[i].len);
		v->len += rows[i].len;
		capture("link", rows[i].link, 65535, name, 1);
		if (run_it(NULL, "link") ||
		    !strstr(out, "192.0.2.1:4342 > 192.0.2.2:4342, udp, ttl 64,"
			    " length 28: Map-Reply, nonce"))
			fail_msg("row %zu: %s%s", i, out, err);
		vectors_free();
	}
}

static void write_file(const char *name, const void *octets, size_t n)
{
	FILE *f = fopen(name, "w");

	assert_int_equal(fwrite(octets, 1, n, f), n);
	fclose(f);
}

static void damaged(void **state)
{
	char *text;
	FILE *f;
	long size;

	load_all();
	capture("whole", DLT_EN10MB, 65535, frames, 5);
	capture("odd", DLT_PPP, 65535, frames, 1);
	vectors_free();
	assert_int_equal(run_it(NULL, "odd"), 1);
	assert_non_null(strstr(err, "link-layer type PPP (9): expected"));
	assert_int_equal(run_it(NULL, "nowhere"), 1);
	assert_non_null(strstr(err, "nowhere: No such file"));
	write_file("text", "hello, world, this is no capture", 32);
	assert_int_equal(run_it(NULL, "text"), 1);
	assert_non_null(strstr(err, "expected a capture"));
	assert_int_equal(run_it(NULL, "-x text"), 1);
	assert_non_null(strstr(err, "text:1: expected hex digits"));
	/* In the middle of the last packet: those before it are printed. */
	text = malloc(4096);
	f = fopen("whole", "r");
	size = (long)fread(text, 1, 4096, f);
	fclose(f);
	write_file("broken", text, (size_t)size - 5);
	assert_int_equal(run_it(NULL, "-j broken"), 1);
	assert_int_equal(lines(out), 3);
	assert_non_null(strstr(err, "broken: truncated dump file"));
	free(text);
}

static void statuses(void **state)
{
	static const struct {
		const char *words;
		int status;
		const char *said;
	} rows[] = {
		{ "", 2, "usage:" },
		{ "a b", 2, "usage:" },
		{ "-c 0 a", 2, "count \"0\": expected a number from 1" },
		{ "-i 16777216 a", 2, "iid \"16777216\": expected a number" },
		{ "-e 10.0.0.0/33 a", 2, "eid \"10.0.0.0/33\": expected" },
		{ "-t other a", 2, "type \"other\": expected" },
		{ "-x -l tcp a", 2, "layer \"tcp\": expected control" },
		{ "-l data a", 2, "--layer is of --hex only" },
		{ "-K 1 a", 2, "--key-id goes with --key" },
		{ "-K 256 -k key a", 2, "key-id \"256\": expected" },
		{ "-k nowhere a", 1, "nowhere: No such file" },
		{ "-k nothing a", 1, "nothing: expected a line" },
		{ "-x request", 0, "" },
		{ "-x -j -l control request", 0, "" },
		{ "-x -l data request", 3, "" },
		{ "-x register", 0, "" },
		{ "-x -k key register", 0, "" },
		{ "-x -k other register", 3, "" },
		{ "-x -k other -K 7 register", 0, "" },
	};

	write_file("key", "lisp-test-key\nand more\n", 23);
	write_file("other", "lisp-other-key", 14);
	write_file("nothing", "\n", 1);
	write_file("request", "10000001 01020304 05060708 00010a01\n00050001 "
		   "c0000201 00200001 0a020007\n", 72);
	write_file("register", "38000101 01020304 05060708 0001000c 8c59fc5d "
		   "296989f2 1ccc9623 000005a0 01100000 00004003 00000200 "
		   "000a0000 00640001 0a010000 0164ff00 00050001 c0000201",
		   152);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = run_it(NULL, rows[i].words);

		if (status != rows[i].status || !strstr(err, rows[i].said) ||
		    (!*rows[i].said && *err))
			fail_msg("\"%s\": status %d\n%s%s", rows[i].words,
				 status, out, err);
	}
	assert_int_equal(run_it(NULL, "--help"), 0);
	assert_true(!strncmp(out, "usage:", 6));
	assert_int_equal(run_it("request", "-x -"), 0);
	assert_string_equal(out, "Map-Request, nonce 0x0102030405060708, "
		"itr-rlocs 192.0.2.1\n    source-eid [0]10.1.0.5/32\n    "
		"record [0]10.2.0.7/32\n");
}

static int enter(void **state)
{
	return mkdtemp(dir) && !chdir(dir) ? 0 : -1;
}

static int leave(void **state)
{
	static const char *const names[] = {
		"all", "short", "link", "whole", "odd", "text", "broken",
		"key", "other", "nothing", "request", "register", "out", "err",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(names[i]);
	return chdir("/") || rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(changed_anywhere),
		cmocka_unit_test(asked_for),
		cmocka_unit_test(captures),
		cmocka_unit_test(short_captures),
		cmocka_unit_test(links),
		cmocka_unit_test(damaged),
		cmocka_unit_test(statuses),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
