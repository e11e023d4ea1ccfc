// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cursor.h"
#include "lib/hash.h"

#define MAGIC		UINT64_C(0x4c495350636b7031)	/* LISPckp1 */
#define HEAD		(8 + 8 + 8 + 8 + 4 + CHECKPOINT_BOOT)
#define PAGE_MIN	256u
#define PAGE_MAX	65536u
#define PLACES		2
#define NO_BOOT		"none"

/* In LMDB's first meta page, behind what LMDB writes: whose file it is. */
#define ID_SIZE		16
/* And within each: its magic, and the number of the transaction. */
#define META_MAGIC	UINT32_C(0xbeefc0de)
#define META_AT		16
#define META_TXNID	144
#define APART		(256u * 1024)	/* places; there may be a hole */

/* A place: hash of the rest, magic, number, inode, size of a page, boot; then
 * the two pages. */
struct head {
	uint64_t hash;
	uint64_t magic;
	uint64_t number;
	uint64_t inode;
	uint32_t page;
	char boot[CHECKPOINT_BOOT];
};

static size_t place_size(size_t page)
{
	return HEAD + 2 * page;
}

/* Damage is no enemy. */
static uint64_t hash_of(const uint8_t *place, size_t page)
{
	static const uint8_t key[16];

	return siphash(key, place + 8, place_size(page) - 8);
}

static void put_head(uint8_t *place, const struct head *h)
{
	struct writer w;

	writer_init(&w, place, HEAD);
	writer_u64(&w, h->hash);
	writer_u64(&w, h->magic);
	writer_u64(&w, h->number);
	writer_u64(&w, h->inode);
	writer_u32(&w, h->page);
	writer_bytes(&w, h->boot, sizeof(h->boot));
}

static void get_head(const uint8_t *place, struct head *h)
{
	struct reader r;

	reader_init(&r, place, HEAD);
	h->hash = reader_u64(&r);
	h->magic = reader_u64(&r);
	h->number = reader_u64(&r);
	h->inode = reader_u64(&r);
	h->page = reader_u32(&r);
	reader_copy(&r, h->boot, sizeof(h->boot));
	h->boot[sizeof(h->boot) - 1] = '\0';
}

void checkpoint_boot(char boot[CHECKPOINT_BOOT])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, boot, CHECKPOINT_BOOT - 1);

	if (fd >= 0)
		close(fd);
	boot[n > 0 ? n : 0] = '\0';
}

static int join(char *path, size_t size, const char *dir, const char *file)
{
	int n = snprintf(path, size, "%s/%s", dir, file);

	return n > 0 && (size_t)n < size ? 0 : -ENAMETOOLONG;
}

static int read_at(int fd, void *buf, size_t len, off_t at)
{
	ssize_t n = pread(fd, buf, len, at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -ENODATA;
}

static int write_at(int fd, const void *buf, size_t len, off_t at)
{
	ssize_t n = pwrite(fd, buf, len, at);

	if (n != (ssize_t)len)
		return n < 0 ? -errno : -ENOSPC;
	return fdatasync(fd) ? -errno : 0;
}

/* A place that is whole, in @buf. */
static bool read_place(int fd, unsigned int i, uint8_t *buf, struct head *h)
{
	const off_t at = (off_t)i * APART;

	if (read_at(fd, buf, HEAD, at))
		return false;
	get_head(buf, h);
	return h->magic == MAGIC && h->page >= PAGE_MIN &&
	       h->page <= PAGE_MAX &&
	       !read_at(fd, buf, place_size(h->page), at) &&
	       h->hash == hash_of(buf, h->page);
}

/* The latest one, to be freed.  1, 0: none, -errno. */
static int find_latest(int fd, uint8_t **place, struct head *latest)
{
	uint8_t *buf = malloc(PLACES * APART);
	bool found = false;
	struct head h;

	*place = buf;
	if (!buf)
		return -ENOMEM;
	for (unsigned int i = 0; i < PLACES; i++) {
		uint8_t *at = buf + (size_t)i * APART;

		if (!read_place(fd, i, at, &h) ||
		    (found && h.number <= latest->number))
			continue;
		memmove(buf, at, place_size(h.page));
		found = true;
		*latest = h;
	}
	return found;
}

static int open_latest(const char *path, uint8_t **place, struct head *h)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	*place = NULL;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	ret = find_latest(fd, place, h);
	close(fd);
	return ret;
}

static uint64_t txnid_of(const uint8_t *meta)
{
	uint32_t magic;
	uint64_t id;

	memcpy(&magic, meta + META_AT, sizeof(magic));
	memcpy(&id, meta + META_TXNID, sizeof(id));
	return magic == META_MAGIC ? id : UINT64_MAX;
}

/* Meta pages of one that was copied over ours are another's, or of a time
 * before the checkpoint.  A damaged one may be ours. */
static bool is_ours(const uint8_t *now, const uint8_t *then, size_t page)
{
	static const uint8_t none[ID_SIZE];
	const uint8_t *id = then + page - ID_SIZE;

	if (memcmp(id, none, ID_SIZE) &&
	    memcmp(id, now + page - ID_SIZE, ID_SIZE))
		return false;
	return txnid_of(now) >= txnid_of(then) &&
	       txnid_of(now + page) >= txnid_of(then + page);
}

/* 1: it is what @place was made of. */
static int same_file(int fd, const uint8_t *place, const struct head *h)
{
	uint8_t *now;
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_ino != h->inode)
		return 0;
	now = malloc(2 * h->page);
	if (!now)
		return -ENOMEM;
	ret = read_at(fd, now, 2 * h->page, 0);
	if (!ret)
		ret = is_ours(now, place + HEAD, h->page);
	free(now);
	return ret == -ENODATA ? 0 : ret;
}

static int put_back(const char *path, const uint8_t *place,
		    const struct head *h)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), ret;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	ret = same_file(fd, place, h);
	if (ret > 0) {
		ret = write_at(fd, place + HEAD, 2 * h->page, 0);
		ret = ret ? ret : 1;
	}
	close(fd);
	return ret;
}

static bool of_another_boot(const struct head *h, const char *boot)
{
	return !strcmp(h->boot, NO_BOOT) ||
	       (*boot && h->boot[0] && strcmp(h->boot, boot));
}

int checkpoint_restore(const char *dir, const char *file, const char *boot)
{
	char path[4096];
	struct head h;
	uint8_t *place;
	int ret = join(path, sizeof(path), dir, CHECKPOINT_FILE);

	if (ret)
		return ret;
	ret = open_latest(path, &place, &h);
	if (ret > 0 && !of_another_boot(&h, boot))
		ret = 0;
	if (ret > 0) {
		ret = join(path, sizeof(path), dir, file);
		if (!ret)
			ret = put_back(path, place, &h);
	}
	free(place);
	return ret;
}

/* Room for both places: a disk that is full later has it. */
static int allocate(int fd, size_t page)
{
	int ret = 0;

	for (unsigned int i = 0; i < PLACES && !ret; i++)
		ret = -posix_fallocate(fd, (off_t)i * APART,
				       (off_t)place_size(page));
	return ret;
}

static int open_places(struct checkpoint *c)
{
	struct head h;
	uint8_t *place;
	int ret = find_latest(c->fd, &place, &h);

	if (ret > 0)
		c->number = h.number + 1;
	free(place);
	return ret < 0 ? ret : allocate(c->fd, c->page);
}

int checkpoint_init(struct checkpoint *c, const char *dir, size_t page)
{
	char path[4096];
	int ret = join(path, sizeof(path), dir, CHECKPOINT_FILE);

	*c = (struct checkpoint){ .fd = -1, .page = page };
	checkpoint_boot(c->boot);
	c->buf = calloc(1, place_size(page));
	if (ret || !c->buf)
		return ret ? ret : -ENOMEM;
	c->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return c->fd < 0 ? -errno : open_places(c);
}

void checkpoint_free(struct checkpoint *c)
{
	if (c->buf && c->fd >= 0)
		close(c->fd);
	free(c->buf);
	memset(c, 0, sizeof(*c));
}

int checkpoint_name(int fd, size_t page)
{
	static const uint8_t none[ID_SIZE];
	const off_t at = (off_t)page - ID_SIZE;
	uint8_t id[ID_SIZE];
	int ret = read_at(fd, id, sizeof(id), at);

	if (ret || memcmp(id, none, sizeof(id)))
		return ret;
	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return -EIO;
	return write_at(fd, id, sizeof(id), at);
}

static void seal(uint8_t *place, struct head *h)
{
	put_head(place, h);
	h->hash = hash_of(place, h->page);
	put_head(place, h);
}

int checkpoint_take(struct checkpoint *c, int fd)
{
	struct head h = { .magic = MAGIC, .number = c->number };
	struct stat st;
	int ret;

	if (fstat(fd, &st))
		return -errno;
	h.inode = st.st_ino;
	h.page = (uint32_t)c->page;
	memcpy(h.boot, c->boot, sizeof(h.boot));
	ret = read_at(fd, c->buf + HEAD, 2 * c->page, 0);
	if (!ret)
		seal(c->buf, &h);
	return ret;
}

static off_t next_place(const struct checkpoint *c)
{
	return (off_t)(c->number % PLACES * APART);
}

int checkpoint_put(struct checkpoint *c)
{
	int ret = write_at(c->fd, c->buf, place_size(c->page), next_place(c));

	if (!ret)
		c->number++;
	return ret;
}

int checkpoint_distrust(struct checkpoint *c)
{
	struct head h;
	uint8_t *place;
	int ret = find_latest(c->fd, &place, &h);

	if (ret > 0) {
		h.number = c->number;
		memset(h.boot, 0, sizeof(h.boot));
		memcpy(h.boot, NO_BOOT, sizeof(NO_BOOT));
		seal(place, &h);
		/* In this boot the page cache would do, but it is not kept. */
		ret = write_at(c->fd, place, place_size(h.page),
			       next_place(c));
	}
	free(place);
	return ret;
}
