// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl capture: the commands it makes.  What the filters catch is in
 * tests/mapping/capture.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tools/lispctl/filter.c"

#define DATA	"(udp dst port 4341 or udp port 4342)"
#define IID100	"(udp port 4342 or (udp dst port 4341 and (" \
	"(ip and udp[8] & 8 != 0 and udp[12:4] & 0xffffff00 = 0x6400) or " \
	"(ip6 and ip6[48] & 8 != 0 and ip6[52:4] & 0xffffff00 = 0x6400))))"
#define IID0	"(udp port 4342 or (udp dst port 4341 and (" \
	"(ip and (udp[8] & 8 = 0 or udp[12:4] & 0xffffff00 = 0)) or " \
	"(ip6 and (ip6[48] & 8 = 0 or ip6[52:4] & 0xffffff00 = 0)))))"
#define EID4	"(udp port 4342 or (udp dst port 4341 and (" \
	"(ip and udp[16] & 0xf0 = 0x40 and " \
	"((udp[28:4] = 0xa020001) or (udp[32:4] = 0xa020001))) or " \
	"(ip6 and ip6[56] & 0xf0 = 0x40 and " \
	"((ip6[68:4] = 0xa020001) or (ip6[72:4] = 0xa020001))))))"

static const struct filter_device outer[] = { { "eth0", 2, false } };
static const struct filter_device inner[] = { { "lisp5", 9, true } };
static const struct filter_device both[] = { { "eth0", 2, false },
					     { "lisp5", 9, true } };

static const struct {
	const char *program;
	const struct filter_device *devices;
	size_t count;
	int64_t iid;			/* -1: any */
	const char *eid, *rloc, *write;
	uint32_t packets;
	const char *words;		/* with | between them */
} rows[] = {
	{ "tcpdump", NULL, 0, -1, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|any|" DATA },
	{ "tcpdump", outer, 1, -1, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|eth0|" DATA },
	{ "tcpdump", outer, 1, 100, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|eth0|" IID100 },
	{ "tcpdump", outer, 1, 0, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|eth0|" IID0 },
	{ "tcpdump", outer, 1, -1, "10.2.0.1", NULL, NULL, 0,
	  "tcpdump|-n|-i|eth0|" EID4 },
	{ "tcpdump", outer, 1, -1, NULL, "192.0.2.1", "-", 7,
	  "tcpdump|-n|-c|7|-U|-w|-|-i|eth0|host 192.0.2.1 and " DATA },
	{ "tcpdump", inner, 1, -1, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|lisp5|" },
	{ "tcpdump", inner, 1, -1, "10.2.0.1", "192.0.2.1", NULL, 0,
	  "tcpdump|-n|-i|lisp5|host 10.2.0.1" },
	{ "tcpdump", both, 2, 100, NULL, NULL, NULL, 0,
	  "tcpdump|-n|-i|any|(ifindex 2 and " IID100 ") or (ifindex 9)" },
	{ "tcpdump", both, 2, -1, "10.2.0.1", NULL, NULL, 0,
	  "tcpdump|-n|-i|any|(ifindex 2 and " EID4 ") or "
	  "(ifindex 9 and host 10.2.0.1)" },
	{ "tshark", both, 2, 100, NULL, NULL, "f.pcap", 3,
	  "tshark|-n|-c|3|-w|f.pcap|-i|eth0|-f|" IID100 "|-i|lisp5|-f|" },
	{ "tshark", NULL, 0, -1, NULL, NULL, NULL, 0,
	  "tshark|-n|-i|any|-f|" DATA },
};

static void addr(const char *text, struct addr *a)
{
	if (text)
		assert_int_equal(addr_from_text(text, a), 0);
}

static void commands(void **state)
{
	static struct filter_command c;
	char words[FILTER_TEXT_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filter f = {
			.program = rows[i].program, .devices = rows[i].devices,
			.device_count = rows[i].count,
			.has_iid = rows[i].iid >= 0,
			.iid = (uint32_t)rows[i].iid,
			.write = rows[i].write, .count = rows[i].packets,
		};

		addr(rows[i].eid, &f.eid);
		addr(rows[i].rloc, &f.rloc);
		assert_int_equal(filter_command(&f, &c), 0);
		assert_null(c.argv[c.argc]);
		words[0] = '\0';
		for (size_t w = 0; w < c.argc; w++) {
			strcat(words, w ? "|" : "");
			strcat(words, c.argv[w]);
		}
		assert_string_equal(words, rows[i].words);
	}
}

/* As many as there may be, with the longest of filters; and a text that has no
 * room for that. */
static void many_devices(void **state)
{
	static struct filter_device many[FILTER_DEVICES_MAX];
	static struct filter_command c;
	struct filter f = { .program = "tcpdump", .devices = many };

	for (uint32_t i = 0; i < FILTER_DEVICES_MAX; i++) {
		snprintf(many[i].name, sizeof(many[i].name), "e%u", i);
		many[i].index = i;
	}
	f.device_count = FILTER_DEVICES_MAX;
	assert_int_equal(filter_command(&f, &c), 0);
	f.program = "tshark";
	assert_int_equal(filter_command(&f, &c), 0);
	addr("2001:db8::1", &f.eid);
	assert_int_equal(filter_command(&f, &c), -E2BIG);
	f.program = "tcpdump";
	assert_int_equal(filter_command(&f, &c), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(many_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
