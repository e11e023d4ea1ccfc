// SPDX-License-Identifier: GPL-2.0-or-later
/* Dumps that are not waited for, of what every kernel has: the families of
 * generic netlink. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "io/nl.h"

#define WAIT_MS	10000

static int on_message(void *arg, const struct nlmsghdr *nlh)
{
	unsigned int *n = arg;

	(*n)++;
	return 0;
}

static int on_first(void *arg, const struct nlmsghdr *nlh)
{
	on_message(arg, nlh);
	return -ECANCELED;
}

static void families(struct nl *n)
{
	nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_DUMP);
}

/* As a loop does: only when there is something to read. */
static int all_answers(struct nl *n, nl_fn fn, unsigned int *count)
{
	struct pollfd p = { .fd = nl_fd(n), .events = POLLIN };
	int err;

	do {
		assert_int_equal(poll(&p, 1, WAIT_MS), 1);
		err = nl_answers(n, fn, count);
	} while (err == -EINPROGRESS);
	return err;
}

static void test_as_if_waited(void **state)
{
	unsigned int waited = 0, got = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	families(n);
	assert_int_equal(nl_talk(n, on_message, &waited), 0);
	assert_true(waited > 1);
	families(n);
	assert_int_equal(nl_ask(n), 0);
	assert_int_equal(all_answers(n, on_message, &got), 0);
	assert_int_equal(got, waited);
	assert_int_equal(nl_answers(n, on_message, &got), -EAGAIN);
	nl_free(n);
}

static void test_refused(void **state)
{
	unsigned int got = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	nl_message_genl(n, GENL_ID_CTRL, 250, 1, 0);
	assert_int_equal(nl_ask(n), 0);
	assert_int_equal(all_answers(n, on_message, &got), -EOPNOTSUPP);
	assert_int_equal(got, 0);
	nl_free(n);
}

/* Who has enough is called no more. */
static void test_enough(void **state)
{
	unsigned int got = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	families(n);
	assert_int_equal(nl_ask(n), 0);
	assert_int_equal(all_answers(n, on_first, &got), -ECANCELED);
	assert_int_equal(got, 1);
	nl_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_if_waited),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
