// SPDX-License-Identifier: GPL-2.0-or-later
#include "cfg/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/secret.h"

int file_open_plainly(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static file_open_fn open_file = file_open_plainly;

void file_set_open(file_open_fn fn)
{
	open_file = fn ? fn : file_open_plainly;
}

int file_open(const char *file)
{
	return open_file(file);
}

static int check_regular(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return S_ISREG(st.st_mode) ? 0 : -ESPIPE;
}

/* Whoever waits for a writer of a FIFO does nothing else. */
int file_open_regular(const char *file)
{
	int fd = file_open(file), err;

	if (fd < 0)
		return fd;
	err = check_regular(fd);
	if (!err)
		return fd;
	close(fd);
	return err;
}

ssize_t file_read(const char *file, char *buf, size_t size)
{
	int fd = file_open_regular(file);
	ssize_t n, got = 0;

	if (fd < 0)
		return fd;
	do {
		n = read(fd, buf + got, size - 1 - got);
		if (n > 0)
			got += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0) {
		n = -errno;
		secret_wipe(buf, size);
		got = n;
	} else {
		buf[got] = '\0';
	}
	close(fd);
	return got;
}

int file_read_pem(const char *file, char **text, size_t *len)
{
	const size_t size = FILE_PEM_MAX + 2;
	char *buf = malloc(size);
	ssize_t n;
	int err = 0;

	if (!buf)
		return -ENOMEM;
	n = file_read(file, buf, size);
	if (n < 0)
		err = (int)n;
	else if (n > FILE_PEM_MAX)
		err = -EFBIG;
	else if (!strstr(buf, "-----BEGIN "))
		err = -ENODATA;
	if (!err) {
		*text = buf;
		*len = (size_t)n;
		return 0;
	}
	secret_wipe(buf, size);
	free(buf);
	return err;
}

const char *file_trouble(int err)
{
	switch (err) {
	case -ENODATA:
		return "expected a key in PEM form in it";
	case -EFBIG:
		return "expected a file of at most 16 KiB";
	case -ESPIPE:
		return "expected a regular file";
	}
	return strerror(-err);
}
