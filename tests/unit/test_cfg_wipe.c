// SPDX-License-Identifier: GPL-2.0-or-later
/* Of the keys in a configuration our memory has what will be used, and nothing
 * else that reading it has left. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cfg/conf.h"

#define VEIL		0x55	/* the test has no key as it is */
#define KEYS		3
#define SMALL		((size_t)256 << 20)	/* unlike what ASan maps */

static unsigned char veiled[KEYS][48];
static size_t lens[KEYS];

/* Of other letters each. */
static void make_keys(void)
{
	static const size_t given[KEYS] = { 16, 31, 47 };

	for (int k = 0; k < KEYS; k++) {
		lens[k] = given[k];
		for (size_t i = 0; i < lens[k]; i++)
			veiled[k][i] = (unsigned char)('a' + 8 * k + (i * 3 + i / 8) % 8)
				^ VEIL;
	}
}

/* The second half of it, as a shorter string may have come over the first. */
static unsigned int count_in(const unsigned char *at, size_t len, int k)
{
	const unsigned char *half = veiled[k] + lens[k] / 2;
	size_t size = lens[k] - lens[k] / 2;
	unsigned int n = 0;

	for (size_t i = 0; i + size <= len; i++) {
		size_t m = 0;

		while (m < size && (at[i + m] ^ VEIL) == half[m])
			m++;
		n += m == size;
	}
	return n;
}

/* How often all that we can write to has the key. */
static unsigned int copies(int k)
{
	static unsigned char *room;
	FILE *maps = fopen("/proc/self/maps", "r");
	int mem = open("/proc/self/mem", O_RDONLY);
	unsigned long from, to;
	unsigned int n = 0;
	char line[512], mode[8];

	if (!room)
		room = mmap(NULL, SMALL, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_ptr_not_equal(room, MAP_FAILED);
	assert_non_null(maps);
	assert_true(mem >= 0);
	while (fgets(line, sizeof(line), maps)) {
		ssize_t got;

		if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) != 3 ||
		    mode[1] != 'w' || to - from >= SMALL)
			continue;
		got = pread(mem, room, to - from, (off_t)from);
		if (got > 0)
			n += count_in(room, (size_t)got, k);
		explicit_bzero(room, to - from);
	}
	fclose(maps);
	close(mem);
	return n;
}

static void say_key(int fd, int k)
{
	for (size_t i = 0; i < lens[k]; i++) {
		unsigned char c = veiled[k][i] ^ VEIL;

		assert_int_equal(write(fd, &c, 1), 1);
	}
}

/* Three sites, of which the last one has its key under that name; before or
 * after them a string that is longer than all keys. */
static void write_file(char *path, const char *last, bool before)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	dprintf(fd, before ? "{ \"state-dir\": \"/%0100d\",\n" : "{\n", 0);
	dprintf(fd, "\"map-server\": { \"sites\": [\n");
	for (int k = 0; k < KEYS; k++) {
		dprintf(fd, "{ \"name\": \"%d\", \"eids\": [ { \"prefix\": "
			"\"10.%d.0.0/16\" } ], \"keys\": [ { \"%s\": \"", k, k,
			k + 1 < KEYS ? "key" : last);
		say_key(fd, k);
		dprintf(fd, "\" } ] }%s\n", k + 1 < KEYS ? "," : "");
	}
	dprintf(fd, before ? "] } }\n" :
		"] },\n\"state-dir\": \"/%0100d\" }\n", 0);
	close(fd);
}

static struct conf *load(const char *last, bool before, bool mistaken)
{
	char path[] = "/tmp/lisp-test-wipe-XXXXXX";
	struct cfg_errors e;
	struct conf *c;

	make_keys();
	write_file(path, last, before);
	cfg_errors_init(&e, path);
	c = conf_load(path, &e);
	for (unsigned int i = 0; i < e.count && !mistaken; i++)
		print_error("%s\n", e.lines[i]);
	assert_int_equal(e.count > 0, mistaken);
	cfg_errors_free(&e);
	unlink(path);
	return c;
}

static void used_ones_only(void **state)
{
	for (int before = 0; before < 2; before++) {
		struct conf *c = load("key", before, false);

		assert_non_null(c);
		for (int k = 0; k < KEYS; k++)
			assert_int_equal(copies(k), 1);
		conf_free(c);
		for (int k = 0; k < KEYS; k++)
			assert_int_equal(copies(k), 0);
	}
}

/* Also what nobody asked for. */
static void none_after_a_mistake(void **state)
{
	for (int before = 0; before < 2; before++) {
		assert_null(load("kez", before, true));
		for (int k = 0; k < KEYS; k++)
			assert_int_equal(copies(k), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_ones_only),
		cmocka_unit_test(none_after_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
