// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Giving up root, and reading what only root may read after that.  Each test is
 * a process of its own, as there is no way back; without root all are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cfg/conf.h"
#include "cfg/file.h"
#include "cfg/load.h"
#include "io/priv.h"

static const struct priv_user nobody = { 65534, 65534 };
static char dir[64], secret[96], public[96];

#define expect(x) do { \
	if (!(x)) { \
		fprintf(stderr, "line %d: %s\n", __LINE__, #x); \
		_exit(1); \
	} \
} while (0)

static void put(const char *name, const char *text, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int begin(void **state)
{
	strcpy(dir, "/tmp/lisp-test-priv-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(secret, sizeof(secret), "%s/secret", dir);
	snprintf(public, sizeof(public), "%s/public", dir);
	put(secret, "first\n", 0400);
	put(public, "all\n", 0644);
	return 0;
}

static int end(void **state)
{
	file_set_open(NULL);
	unlink(secret);
	unlink(public);
	return rmdir(dir);
}

/* @fn in a child, which has failed if it did not end well. */
static void in_child(void (*fn)(void))
{
	int status;
	pid_t pid;

	if (getuid())
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static bool has(cap_value_t what, cap_flag_t set)
{
	cap_flag_value_t on = CAP_CLEAR;
	cap_t now = cap_get_proc();

	expect(now && !cap_get_flag(now, what, set, &on));
	cap_free(now);
	return on == CAP_SET;
}

static bool reads(const char *file, const char *text)
{
	char buf[64] = "";
	int fd = priv_open(file);

	if (fd < 0)
		return false;
	expect(read(fd, buf, sizeof(buf) - 1) >= 0);
	close(fd);
	return !strcmp(buf, text);
}

static void kept(void)
{
	expect(!chmod(dir, 0700));
	expect(!priv_drop(&nobody, PRIV_NET_ADMIN | PRIV_READ_FILES));
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++) {
		expect(has(cap, CAP_EFFECTIVE) == (cap == CAP_NET_ADMIN));
		expect(has(cap, CAP_PERMITTED) ==
		       (cap == CAP_NET_ADMIN || cap == CAP_DAC_READ_SEARCH));
	}
	expect(!priv_readable(secret) && !priv_readable(public));
	expect(reads(secret, "first\n") && reads(public, "all\n"));
	/* Afterwards it is as before. */
	expect(!has(CAP_DAC_READ_SEARCH, CAP_EFFECTIVE));
	expect(has(CAP_NET_ADMIN, CAP_EFFECTIVE) && priv_may_net_admin());
	expect(open(secret, O_RDONLY) < 0 && errno == EACCES);
	expect(priv_open("/nowhere/at/all") == -ENOENT);
	expect(!prctl(PR_GET_DUMPABLE));
}

static void test_kept(void **state)
{
	in_child(kept);
}

static void given_up(void)
{
	expect(!priv_drop(&nobody, PRIV_READ_FILES));
	expect(!priv_keep(0));
	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		expect(!has(cap, CAP_PERMITTED));
	expect(!priv_readable(secret) && priv_readable(public));
	expect(priv_open(secret) == -EACCES);
	/* And there is no way back: asking for it again gives nothing. */
	expect(!priv_keep(PRIV_READ_FILES));
	expect(priv_open(secret) == -EACCES);
	expect(reads(public, "all\n"));
}

static void test_given_up(void **state)
{
	in_child(given_up);
}

static void undumpable(void)
{
	expect(prctl(PR_GET_DUMPABLE) == 1);
	expect(!priv_undumpable());
	expect(!prctl(PR_GET_DUMPABLE));
	/* Also where the user stays the same, and if it were reset before. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	expect(!priv_drop(&(struct priv_user){ 0, 0 }, 0));
	expect(!prctl(PR_GET_DUMPABLE));
}

static void test_undumpable(void **state)
{
	in_child(undumpable);
}

/* Who is not root stays who he is; a state directory that a service manager
 * has made is a link (systemd's DynamicUser=). */
static void stays(void)
{
	static const struct priv_user some = { 64321, 64322 };
	char link[96], to[96];
	struct priv_user u;

	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(to, sizeof(to), "%s/state", dir);
	expect(!priv_find_user("nobody", &u) && u.uid == nobody.uid);
	expect(priv_find_user("no such user", &u) == -ENOENT);
	expect(!symlink(to, link) && !priv_state_dir(to, &some));
	expect(priv_state_dir(link, &some) == -ENOTDIR);

	expect(!priv_drop(&some, 0));
	expect(!priv_find_user("nobody", &u));
	expect(u.uid == some.uid && u.gid == some.gid);
	expect(!priv_state_dir(link, &u));
	expect(priv_state_dir(dir, &u) == -EPERM);
	expect(!priv_drop(&u, PRIV_READ_FILES));
	expect(priv_drop(&nobody, 0) == -EPERM);
	expect(!priv_may_net_admin());
}

static void test_stays(void **state)
{
	char name[96];

	in_child(stays);
	snprintf(name, sizeof(name), "%s/link", dir);
	unlink(name);
	snprintf(name, sizeof(name), "%s/state", dir);
	rmdir(name);
}

/* --- a configuration and the files it names --- */

static const char text[] =
	"{ \"map-server\": { \"sites\": [ { \"name\": \"s\", \"eids\":"
	" [ { \"prefix\": \"10.1.0.0/16\" } ],"
	" \"keys\": [ { \"key-file\": \"%s\" } ] } ] },"
	" \"ddt-node\": { \"authoritative\": [], \"key-files\": [ \"%s\" ] } }";

static struct conf *parse(const char *key, const char *pem,
			  struct cfg_errors *e)
{
	char buf[1024];

	snprintf(buf, sizeof(buf), text, key, pem);
	cfg_errors_init(e, "f");
	return conf_parse(buf, e);
}

static const char *seen[4];
static unsigned int seen_count, seen_max;

static bool see(const char *file)
{
	seen[seen_count++] = file;
	return seen_count < seen_max;
}

static void test_files(void **state)
{
	const char *pem = TEST_TOP "/tests/vectors/ddt-key.pem";
	struct cfg_errors e;
	struct conf *c = parse(public, pem, &e);

	assert_non_null(c);
	seen_count = 0;
	seen_max = 4;
	assert_true(cfg_files(&conf_schema, c, see));
	assert_int_equal(seen_count, 2);
	assert_string_equal(seen[0], public);
	assert_string_equal(seen[1], pem);
	seen_count = 0;
	seen_max = 1;
	assert_false(cfg_files(&conf_schema, c, see));
	assert_int_equal(seen_count, 1);
	conf_free(c);
	cfg_errors_free(&e);
}

/* A file is another one after rename(2), and what it is in may be closed. */
static void replaced(void)
{
	char other[128];
	struct cfg_errors e;
	struct conf *c;

	file_set_open(priv_open);
	put(public, "-----BEGIN NOTHING-----\n", 0644);
	expect((c = parse(secret, public, &e)));
	conf_free(c);
	snprintf(other, sizeof(other), "%s/other", dir);
	put(other, "second\n", 0400);
	expect(!rename(other, secret));
	expect(!priv_drop(&nobody, PRIV_READ_FILES));
	expect((c = parse(secret, public, &e)));
	expect(secret_len(c->ms->sites[0].keys[0].key) == 6);
	expect(!memcmp(secret_bytes(c->ms->sites[0].keys[0].key), "second", 6));
	conf_free(c);
	expect(!priv_keep(0));
	expect(!parse(secret, public, &e));
	expect(e.count == 1 && strstr(e.lines[0], ".key-file: \""));
	expect(strstr(e.lines[0], secret) &&
	       strstr(e.lines[0], "\": Permission denied"));
	cfg_errors_free(&e);
}

static void test_replaced(void **state)
{
	in_child(replaced);
}

/* As many octets as there may be, and one more; what is in it is not said. */
static void test_large(void **state)
{
	static char pem[FILE_PEM_MAX + 2];
	struct cfg_errors e;
	struct conf *c;

	memset(pem, 'x', sizeof(pem) - 1);
	memcpy(pem, "-----BEGIN ", 11);
	put(public, pem, 0644);
	assert_null(parse(secret, public, &e));
	assert_int_equal(e.count, 1);
	assert_non_null(strstr(e.lines[0], "expected a file of at most 16 KiB"));
	cfg_errors_free(&e);

	pem[FILE_PEM_MAX] = '\0';
	put(public, pem, 0644);
	c = parse(secret, public, &e);
	assert_non_null(c);
	assert_int_equal(c->ddt->keys[0].len, FILE_PEM_MAX);
	conf_free(c);
	cfg_errors_free(&e);

	put(public, "-----HIDDEN KEY", 0644);
	assert_null(parse(secret, public, &e));
	assert_int_equal(e.count, 1);
	assert_non_null(strstr(e.lines[0], "expected a key in PEM form"));
	assert_null(strstr(e.lines[0], "HIDDEN"));
	cfg_errors_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kept, begin, end),
		cmocka_unit_test_setup_teardown(test_given_up, begin, end),
		cmocka_unit_test_setup_teardown(test_undumpable, begin, end),
		cmocka_unit_test_setup_teardown(test_stays, begin, end),
		cmocka_unit_test_setup_teardown(test_files, begin, end),
		cmocka_unit_test_setup_teardown(test_replaced, begin, end),
		cmocka_unit_test_setup_teardown(test_large, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
