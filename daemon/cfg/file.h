/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How files are read that a configuration consists of: itself, and those with
 * keys.  Nothing read is left behind in a buffer of stdio.
 */
#ifndef LISP_CFG_FILE_H
#define LISP_CFG_FILE_H

#include <stddef.h>
#include <sys/types.h>

#define FILE_PEM_MAX	16384	/* octets of a file with a key in PEM */

/* A descriptor to read @file from, which does not block (nor has opening it),
 * or negative errno. */
typedef int (*file_open_fn)(const char *file);

/* The one that is used at first: open(2). */
int file_open_plainly(const char *file);

/* From now on files are opened by @fn; NULL: by file_open_plainly(). */
void file_set_open(file_open_fn fn);

/* As @file_open_fn. */
int file_open(const char *file);

/* The same, but -ESPIPE for what is no regular file, which could block. */
int file_open_regular(const char *file);

/* The first @size - 1 octets at most, and a NUL after them.  How many there
 * are (@size - 1: perhaps there are more), or negative errno with @buf wiped: as
 * file_open_regular(). */
ssize_t file_read(const char *file, char *buf, size_t size);

/*
 * A whole file of at most FILE_PEM_MAX octets with something in PEM, into
 * memory from malloc, NUL-terminated; the caller wipes it.  0, -EFBIG,
 * -ENODATA (no PEM), or another negative errno.
 */
int file_read_pem(const char *file, char **text, size_t *len);

/* What was expected of a file whose reading gave @err. */
const char *file_trouble(int err);

#endif
