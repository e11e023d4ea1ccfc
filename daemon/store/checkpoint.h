/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What of the LMDB file is certain to be on the disk, for when the machine
 * dies.
 *
 * LMDB writes pages and then one of two meta pages, which leads to them.
 * Without a sync between the two the disk may have the second without the
 * first, as file systems promise no order: after that nothing can be read.  So
 * once a second, when all up to some transaction has been synced, both meta
 * pages as they were then are put into a file of their own (CHECKPOINT_FILE),
 * synced too.  Until the next time a reader of LMDB's stays at that
 * transaction, so that none of its pages is used again.  After another boot
 * those meta pages are put back first of all: what came later is lost, at most
 * what the last second has brought and a sync took, and the rest is whole.
 *
 * The file has two places, which take turns: one that was not written to its
 * end is seen by its hash, and the other one holds.  It is for one boot and one
 * file, by its inode, a random name in its first page, and the numbers of its
 * transactions: state.mdb that was moved away, or copied, also to where another
 * one was or an earlier state of it, has none.
 */
#ifndef LISP_STORE_CHECKPOINT_H
#define LISP_STORE_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#define CHECKPOINT_FILE	"state.ok"
#define CHECKPOINT_BOOT	40

struct checkpoint {
	int fd;
	char boot[CHECKPOINT_BOOT];
	uint64_t number;		/* of the next one */
	uint8_t *buf;
	size_t page;			/* octets of one of LMDB's */
};

/* Which boot this is; "": that cannot be known, and nothing is put back. */
void checkpoint_boot(char boot[CHECKPOINT_BOOT]);

/* Before LMDB opens @file of @dir: put the meta pages back if they are of
 * another boot than @boot, or of none.  1: done, 0: nothing to do, -errno. */
int checkpoint_restore(const char *dir, const char *file, const char *boot);

/* For a file with pages of @page octets: CHECKPOINT_FILE has room for all there
 * will be from here on.  0 or negative errno; checkpoint_free() in any case. */
int checkpoint_init(struct checkpoint *c, const char *dir, size_t page);
void checkpoint_free(struct checkpoint *c);

/* Give the file its name if it has none, before the first of them is taken. */
int checkpoint_name(int fd, size_t page);

/* Read the meta pages: while nobody changes them. */
int checkpoint_take(struct checkpoint *c, int fd);

/* What they lead to is on the disk: put them there, too. */
int checkpoint_put(struct checkpoint *c);

/* What came after the last one on the disk shall be forgotten, whatever of it
 * is there: from here on that one is of no boot.  0 or negative errno: it may be
 * tried again. */
int checkpoint_distrust(struct checkpoint *c);

#endif
