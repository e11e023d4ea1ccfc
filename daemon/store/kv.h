/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must survive a restart, as an ordered table of octet strings:
 * one LMDB file in production, memory in tests.
 */
#ifndef LISP_STORE_KV_H
#define LISP_STORE_KV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KV_KEY_MAX	128	/* octets */
#define KV_VALUE_MAX	(32u * 1024 * 1024)

#define KV_FILE		"state.mdb"

struct kv;

/* Open or create KV_FILE in @dir, readable by the owner only.  NULL and a
 * negative errno in *@err: -EBADMSG if it is damaged, -EPROTONOSUPPORT if it is
 * of another version of LMDB, -EBUSY if somebody has it open: who opens @dir
 * has it locked until kv_close() or the end of the process.  An unreadable file
 * is an error and not replaced: what it protects from would be lost. */
struct kv *kv_open_lmdb(const char *dir, int *err);

/* In memory.  kv_close() keeps what is in it if @disk is given: the next
 * kv_open_memory() of the same @disk finds it (a restart, for tests). */
struct kv_disk;
struct kv_disk *kv_disk_new(void);
void kv_disk_free(struct kv_disk *d);
struct kv *kv_open_memory(struct kv_disk *disk);

/*
 * Late: a write that is begun (kv_put_start()) ends when the test says so,
 * with @err (0: well), and is made (@made) or not, as who asks others cannot
 * know when it fails; or by kv_sync(), well.  kv_disk_end(): false if none was
 * begun.
 */
int kv_disk_late(struct kv_disk *d);
bool kv_disk_end(struct kv_disk *d, bool made, int err);

/* After @writes more of them each one fails with -EIO, as if the process had
 * died (-1: none does); those so far. */
void kv_disk_fail_after(struct kv_disk *d, long writes);
unsigned long kv_disk_writes(const struct kv_disk *d);

/* It has room for so many octets of keys and values: what does not fit fails
 * with -ENOSPC.  SIZE_MAX: no end, as at first. */
void kv_disk_limit(struct kv_disk *d, size_t octets);
size_t kv_disk_used(const struct kv_disk *d);

/* Makes everything durable first. */
void kv_close(struct kv *k);

/* Octets of the value (copied to @value, at most @size), -ENOENT, -EIO, or
 * -EBADMSG as above. */
int kv_get(struct kv *k, const void *key, size_t key_len, void *value,
	   size_t size);

/* Survives the death of the process when it returns 0, and a crash of the
 * machine after kv_sync().  -ENOSPC, -EIO, -EINVAL, or -ENOTRECOVERABLE: see
 * kv_sync(). */
int kv_put(struct kv *k, const void *key, size_t key_len, const void *value,
	   size_t len);

/*
 * The same for an engine that asks others, which may take its time.  0: done,
 * as kv_put().  -EINPROGRESS: begun; until kv_put_result() says how it ended no
 * other is begun (kv_put() is another matter: it waits).  The engine has a copy
 * of what it was given, and ends each one within a time of its own.  One that
 * failed has happened or not, but does not happen any more once another one
 * was begun for the same key.
 */
int kv_put_start(struct kv *k, const void *key, size_t key_len,
		 const void *value, size_t len);

/* How it ended: 0 (or none was begun), or as of kv_put(); -EINPROGRESS: not
 * yet. */
int kv_put_result(struct kv *k);

/* It can be read, until kv_put_result() was called, when what was begun has
 * ended; the engine's.  -1: nothing is ever begun (LMDB). */
int kv_fd(struct kv *k);

/* The same for a number, 8 octets in network order.  kv_get_u64(): 0, -ENOENT,
 * -EIO (also when something else is there). */
int kv_put_u64(struct kv *k, const void *key, size_t key_len, uint64_t v);
int kv_get_u64(struct kv *k, const void *key, size_t key_len, uint64_t *v);

/* 0, also when it was not there. */
int kv_del(struct kv *k, const void *key, size_t key_len);

/* Delete keys from @from on and before @to, at most @max of them.  How many
 * there were, or negative errno. */
int kv_del_range(struct kv *k, const void *from, size_t from_len,
		 const void *to, size_t to_len, int max);

/* Call @fn for each key that starts with @prefix, in order, until it returns
 * non-zero.  That value, 0 at the end, -EIO or -EBADMSG.  @fn changes
 * nothing. */
int kv_walk(struct kv *k, const void *prefix, size_t prefix_len,
	    int (*fn)(void *arg, const void *key, size_t key_len,
		      const void *value, size_t len), void *arg);

/* Durable against a crash of the machine.  May take a disk's time, and what was
 * begun has ended then.  0; -EIO, -ENOSPC or the like: it may be tried again,
 * and if it has failed often nothing can be put until it succeeds; or
 * -ENOTRECOVERABLE: the disk has failed to keep what it was given, which no later
 * success makes good.  From then on nothing can be put, and who opens the table
 * again finds what was durable last. */
int kv_sync(struct kv *k);

/* Begin to make durable what was put so far, and return at once; to be called
 * every second.  Does nothing when nothing was put, when the disk is still busy
 * with the last one, or when it has failed often, for up to a minute.  0, or as
 * of kv_sync() when the last one failed. */
int kv_sync_start(struct kv *k);

#endif
