/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a table in LMDB as octets: what a disk had of them, and has not. */
#ifndef LISP_TESTS_STORE_IMAGE_H
#define LISP_TESTS_STORE_IMAGE_H

#include "store.h"

#include <fcntl.h>

#define PAGE	4096u		/* of LMDB's; the first two are meta pages */

struct image {
	uint8_t *data;
	size_t len;
};

static inline void path_of(char path[128], const char *file)
{
	snprintf(path, 128, "%s/%s", dir, file);
}

static inline struct image read_image(const char *file)
{
	struct image im = { NULL, 0 };
	char path[128];
	struct stat st;
	int fd;

	path_of(path, file);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	im.len = (size_t)st.st_size;
	im.data = malloc(im.len + 1);
	assert_int_equal(read(fd, im.data, im.len), im.len);
	close(fd);
	return im;
}

/* Into the same inode. */
static inline void write_image(const char *file, const struct image *im)
{
	char path[128];
	int fd;

	path_of(path, file);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, im->data, im->len), im->len);
	close(fd);
}

#endif
