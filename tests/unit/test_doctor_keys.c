// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl doctor: which files have keys in them, and for whom they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tools/lispctl/doctor_keys.c"

/* What was said, a line a finding. */
static char said[1024];

static void say(const char *fmt, va_list ap)
{
	size_t n = strlen(said);

	vsnprintf(said + n, sizeof(said) - n, fmt, ap);
}

void doctor_found(struct doctor *d, enum verdict v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strcat(said, v == VERDICT_OK ? "ok: " : "warning: ");
	say(fmt, ap);
	va_end(ap);
	strcat(said, "\n");
}

void doctor_advise(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strcat(said, "do: ");
	say(fmt, ap);
	va_end(ap);
	strcat(said, "\n");
}

static void says(struct conf *c, const char *what)
{
	struct doctor d = { .conf = c, .file = "conf" };

	*said = '\0';
	doctor_keys(&d);
	assert_string_equal(said, what);
}

static void file_is(const char *name, mode_t mode)
{
	int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

#define CLOSED(n) "ok: files with keys that not every user may read: " #n "\n"
#define OPEN(n, file) \
	"warning: files with keys that every user of this host may read or " \
	"change: " #n ", \"" file "\" is one\n" \
	"do: \"chmod o= " file "\"; if there are users who should not know " \
	"the key, make a new one\n"

static void in_configuration(void **state)
{
	struct conf_map_server ms = { 0 };
	struct conf_xtr x = { .map_servers = &ms, .map_server_count = 1 };
	struct conf c = { 0 };

	says(NULL, "");
	says(&c, "");
	c.xtr = &x;
	file_is("conf", 0644);
	says(&c, "");				/* without a key */
	ms.key.key = (struct secret *)&ms;	/* never looked into */
	says(&c, OPEN(1, "conf"));
	file_is("conf", 0602);
	says(&c, OPEN(1, "conf"));
	file_is("conf", 0660);
	says(&c, CLOSED(1));
	/* in a file of its own: the configuration has none */
	file_is("conf", 0644);
	file_is("key", 0600);
	ms.key.key_file = "key";
	says(&c, CLOSED(1));
	file_is("key", 0604);
	says(&c, OPEN(1, "key"));
	/* behind a door, by whatever name */
	assert_int_equal(mkdir("room", 0711), 0);
	file_is("room/key", 0604);
	assert_int_equal(symlink("room/key", "link"), 0);
	ms.key.key_file = "link";
	says(&c, OPEN(1, "link"));
	assert_int_equal(chmod("room", 0710), 0);
	says(&c, CLOSED(1));
}

static void of_all_roles(void **state)
{
	struct conf_key keys[] = { { .key_file = "a" }, { .key_file = "none" } };
	struct conf_key more[] = { { .key_file = "b" } };
	struct conf_site sites[] = {
		{ .keys = keys, .key_count = 2 },
		{ .keys = more, .key_count = 1 },
	};
	struct conf_ms ms = { .sites = sites, .site_count = 2 };
	struct cfg_pem pems[] = { { .file = "p" }, { .file = "q" } };
	struct conf_ddt ddt = { .keys = pems, .key_count = 2 };
	struct conf c = { .ms = &ms, .ddt = &ddt };

	file_is("a", 0640);
	file_is("b", 0644);
	file_is("p", 0600);
	file_is("q", 0646);
	says(&c, OPEN(2, "b") CLOSED(2));
	file_is("b", 0600);
	says(&c, OPEN(1, "q") CLOSED(3));
}

static int in_a_directory(void **state)
{
	char name[] = "/tmp/doctor-keys.XXXXXX";

	*state = mkdtemp(name) ? strdup(name) : NULL;
	return *state ? chmod(*state, 0755) || chdir(*state) : -1;
}

static int that_goes(void **state)
{
	static const char *const files[] = {
		"conf", "key", "link", "room/key", "a", "b", "p", "q",
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	rmdir("room");
	rmdir(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_configuration),
		cmocka_unit_test(of_all_roles),
	};

	return cmocka_run_group_tests(tests, in_a_directory, that_goes);
}
