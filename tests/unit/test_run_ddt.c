// SPDX-License-Identifier: GPL-2.0-or-later
/* From keys in files to a signed Map-Referral that a stranger can verify. */
#include "sm_ddt_node.h"

#include "crypto/sig.h"
#include "run/roles_ddt.h"

#define FILE_OF(name)	TEST_TOP "/tests/vectors/" name

static char pem[2][8192];

static struct cfg_pem read_file(const char *file, char *text)
{
	FILE *f = fopen(file, "r");
	struct cfg_pem p = { .file = (char *)file, .text = text };

	assert_non_null(f);
	p.len = fread(text, 1, 8191, f);
	text[p.len] = '\0';
	fclose(f);
	return p;
}

static uint64_t wall(void *arg)
{
	return 1800000000;
}

static int sign_referral(void *arg, const struct sig_key *key,
			 const uint8_t *data, size_t len, uint8_t *sig,
			 size_t sig_len)
{
	return sig_sign(key, data, len, sig, sig_len) == (int)sig_len ? 0 :
									-EIO;
}

static struct cfg_pem private, public;
static struct conf_ddt_node child;
static struct conf_ddt_authority own;
static struct conf_ddt_delegation given;
static struct conf_ddt conf;

static int begin(void **state)
{
	private = read_file(FILE_OF("ddt-key.pem"), pem[0]);
	public = read_file(FILE_OF("ddt-key.pub.pem"), pem[1]);
	own = (struct conf_ddt_authority){ .xeid = X("*") };
	child = (struct conf_ddt_node){
		.address = A("192.0.2.11"), .priority = 1, .weight = 100,
		.keys = &public, .key_count = 1,
	};
	given = (struct conf_ddt_delegation){
		.xeid = X("2001:db8::/32"), .nodes = &child, .node_count = 1,
	};
	conf = (struct conf_ddt){
		.authorities = &own, .authority_count = 1,
		.hints = &given, .hint_count = 1,
		.ttl = 77, .signature_validity = 2,
		.keys = &private, .key_count = 1,
	};
	turn();
	return 0;
}

static void signed_for_a_stranger(void **state)
{
	struct sm_ops node_ops = ops;
	int err;
	struct roles_ddt *r = roles_ddt_new(&conf, &err);
	const struct referral_record *rec;
	uint8_t data[2048];
	struct ddt ddt;
	int n;

	assert_non_null(r);
	node_ops.wall = wall;
	node_ops.sign_referral = sign_referral;
	assert_int_equal(ddt_init(&ddt, roles_ddt_config(r), &node_ops, NULL,
				  seed), 0);
	SAYS(&ddt, "2001:db8::1/128",
	     "node-referral [0]2001:db8::/32 77 192.0.2.11");
	rec = referral();
	assert_int_equal(rec->sig_count, 1);
	assert_int_equal(rec->sigs[0].expiration, 1800000000 + 7200);
	assert_int_equal(rec->sigs[0].len, 256);
	assert_int_equal(rec->rlocs[0].key_count, 1);
	/* The child has the same key here, as it happens. */
	assert_int_equal(rec->sigs[0].key_tag,
			 referral_key_tag(rec->rlocs[0].keys[0].data,
					  rec->rlocs[0].keys[0].len));
	n = referral_signed(act(ACTION_SEND, 0)->send.data, rec, &rec->sigs[0],
			    data, sizeof(data));
	assert_true(n > 0);
	assert_int_equal(sig_verify(rec->rlocs[0].keys[0].data,
				    rec->rlocs[0].keys[0].len, data, (size_t)n,
				    rec->sigs[0].data, rec->sigs[0].len), 0);
	data[0] ^= 1;
	assert_int_equal(sig_verify(rec->rlocs[0].keys[0].data,
				    rec->rlocs[0].keys[0].len, data, (size_t)n,
				    rec->sigs[0].data, rec->sigs[0].len),
			 -EBADMSG);
	ddt_free(&ddt);
	roles_ddt_free(r);
}

static void keys_that_are_none(void **state)
{
	int err;

	conf.keys = &public;
	assert_null(roles_ddt_new(&conf, &err));
	assert_int_equal(err, -EINVAL);
	conf.keys = &private;
	child.keys = &private;
	err = 0;
	assert_null(roles_ddt_new(&conf, &err));
	assert_int_equal(err, -EINVAL);
}

/* A node whose keys leave no room for it is an error at the start, and not a
 * delegation to nobody. */
static void what_does_not_fit(void **state)
{
	struct cfg_pem many[4] = { public, public, public, public };
	struct roles_ddt *r;
	int err;

	child.keys = many;
	child.key_count = 3;
	r = roles_ddt_new(&conf, &err);
	assert_non_null(r);
	roles_ddt_free(r);
	child.key_count = 4;
	assert_null(roles_ddt_new(&conf, &err));
	assert_int_equal(err, -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(signed_for_a_stranger, begin,
						turn_done),
		cmocka_unit_test_setup_teardown(keys_that_are_none, begin,
						turn_done),
		cmocka_unit_test_setup_teardown(what_does_not_fit, begin,
						turn_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
