// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The machine dies: of the pages written since the last sync the disk has
 * some and lacks others, in no order.  What was synced is there, whole.
 */
#include "store_image.h"

#include "sm/util.h"
#include "store/checkpoint.h"

#define KEYS	40
#define VALUE	9000

/* What is under each key: so many octets of that value. */
struct model {
	unsigned int len[KEYS];
	uint8_t value[KEYS];
};

static struct model model;
static uint8_t value[VALUE];
static unsigned int rng;

static unsigned int rnd(unsigned int n)
{
	rng = rng * 1103515245 + 12345;
	return (rng >> 16) % n;
}

static void some_writes(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint8_t k = (uint8_t)rnd(KEYS);

		model.len[k] = rnd(4) ? 1 + rnd(rnd(8) ? 300 : VALUE) : 0;
		model.value[k] = (uint8_t)rnd(256);
		memset(value, model.value[k], sizeof(value));
		if (model.len[k])
			assert_int_equal(kv_put(kv, &k, 1, value,
						model.len[k]), 0);
		else
			assert_int_equal(kv_del(kv, &k, 1), 0);
	}
}

static void check(const struct model *m)
{
	for (uint8_t k = 0; k < KEYS; k++) {
		int len = kv_get(kv, &k, 1, value, sizeof(value));

		if (!m->len[k]) {
			assert_int_equal(len, -ENOENT);
			continue;
		}
		assert_int_equal(len, m->len[k]);
		for (int i = 0; i < len; i++)
			assert_int_equal(value[i], m->value[k]);
	}
}

/* Of each page what was synced or what came after it; of what is beyond the
 * end nothing, or zeros. */
static struct image torn(const struct image *synced, const struct image *last)
{
	struct image im = { calloc(1, last->len + 1), last->len };

	if (rnd(2))
		im.len = synced->len;
	for (size_t at = 0; at < im.len; at += PAGE) {
		const struct image *from = rnd(2) ? synced : last;

		if (at + PAGE <= from->len)
			memcpy(im.data + at, from->data + at, PAGE);
	}
	return im;
}

static void power_fails(void **state)
{
	struct image synced, last, ok, after;
	struct model safe;

	for (unsigned int i = 0; i < 30; i++) {
		rng = i;
		memset(&model, 0, sizeof(model));
		kv = open_kv();
		some_writes(rnd(150));
		assert_int_equal(kv_sync(kv), 0);
		some_writes(rnd(10));
		assert_int_equal(kv_sync(kv), 0);
		safe = model;
		synced = read_image(KV_FILE);
		some_writes(rnd(60));
		last = read_image(KV_FILE);
		ok = read_image(CHECKPOINT_FILE);
		kv_close(kv);

		after = torn(&synced, &last);
		write_image(KV_FILE, &after);
		write_image(CHECKPOINT_FILE, &ok);
		assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"),
				 1);
		kv = open_kv();
		check(&safe);
		model = safe;
		some_writes(20);
		check(&model);
		kv_close(kv);
		free(synced.data);
		free(last.data);
		free(ok.data);
		free(after.data);
		clean_files();
	}
}

/* Half of @ok was written over @before, the first or the last one: at least an
 * octet that differs is the one's, and one the other's. */
static void half(struct image *ok, const struct image *before)
{
	size_t first = 0, last = ok->len - 1, cut;

	assert_int_equal(ok->len, before->len);
	while (ok->data[first] == before->data[first])
		first++;
	while (ok->data[last] == before->data[last])
		last--;
	cut = first + 1 + rnd((unsigned int)(last - first));
	if (rnd(4))
		memcpy(ok->data + cut, before->data + cut, ok->len - cut);
	else
		memcpy(ok->data, before->data, cut);
}

/* Half of a checkpoint is none: the one before holds. */
static void half_a_checkpoint(void **state)
{
	struct image before, ok, last;
	struct model safe;

	for (unsigned int i = 0; i < 30; i++) {
		rng = i;
		memset(&model, 0, sizeof(model));
		kv = open_kv();
		some_writes(30);
		assert_int_equal(kv_sync(kv), 0);
		safe = model;
		before = read_image(CHECKPOINT_FILE);
		some_writes(1 + rnd(20));
		last = read_image(KV_FILE);
		assert_int_equal(kv_sync(kv), 0);
		ok = read_image(CHECKPOINT_FILE);
		kv_close(kv);

		half(&ok, &before);
		write_image(KV_FILE, &last);
		write_image(CHECKPOINT_FILE, &ok);
		assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"),
				 1);
		kv = open_kv();
		check(&safe);
		kv_close(kv);
		free(before.data);
		free(ok.data);
		free(last.data);
		clean_files();
	}
}

/* Only what is of another boot and of this file is put back. */
static void not_put_back(void **state)
{
	char boot[CHECKPOINT_BOOT], path[128], other[128];

	kv = open_kv();
	assert_int_equal(kv_put(kv, "a", 1, "b", 1), 0);
	kv_close(kv);
	checkpoint_boot(boot);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, boot), 0);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, ""), 0);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 1);
	path_of(path, KV_FILE);
	path_of(other, "kept");
	assert_int_equal(link(path, other), 0);
	assert_int_equal(unlink(path), 0);
	kv = open_kv();
	assert_int_equal(kv_get(kv, "a", 1, path, 1), -ENOENT);
	kv_close(kv);
	path_of(path, KV_FILE);
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 0);
	clean_files();
}

/* The inode is the same, and what is in it is another's, or of earlier. */
static void copied_over(void **state)
{
	struct image other, ours, earlier, cut;

	rng = 7;
	memset(&model, 0, sizeof(model));
	kv = open_kv();
	some_writes(50);
	kv_close(kv);
	other = read_image(KV_FILE);
	clean_files();

	memset(&model, 0, sizeof(model));
	kv = open_kv();
	some_writes(5);
	assert_int_equal(kv_sync(kv), 0);
	earlier = read_image(KV_FILE);
	some_writes(5);
	kv_close(kv);
	ours = read_image(KV_FILE);
	cut = (struct image){ ours.data, PAGE };

	write_image(KV_FILE, &other);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 0);
	write_image(KV_FILE, &earlier);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 0);
	write_image(KV_FILE, &cut);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 0);
	write_image(KV_FILE, &ours);
	assert_int_equal(checkpoint_restore(dir, KV_FILE, "another"), 1);
	free(other.data);
	free(earlier.data);
	free(ours.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(power_fails, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(half_a_checkpoint, on_lmdb,
						clean),
		cmocka_unit_test_setup_teardown(not_put_back, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(copied_over, on_lmdb, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
