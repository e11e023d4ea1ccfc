/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A plugin of QEMU (7.2 and its like, plugin interface 1): how many
 * instructions the guest spent at which address, between two marks. tests/
 * bench/profile turns the addresses into functions.
 *
 * Argument out=NAME: where the counts go, "PHASE ADDRESS INSTRUCTIONS" a
 * line. A phase begins when the guest calls the mark's address (mark.c), and
 * is named by the mark's number; before the first mark it is 0.
 *
 * QEMU translates blocks without a branch in the middle; each has one counter
 * a phase, which QEMU's code for the block adds to by itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

/* What Debian does not package of qemu-plugin.h. */
struct qemu_plugin_tb;
typedef uint64_t qemu_plugin_id_t;
typedef void (*tb_trans_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*tb_exec_cb)(unsigned int cpu, void *arg);
typedef void (*atexit_cb)(qemu_plugin_id_t, void *arg);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, tb_trans_cb);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, atexit_cb, void *);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, tb_exec_cb,
					  int flags, void *arg);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int op,
					      void *counter, uint64_t add);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *);

struct block {
	struct block *next;
	uint64_t addr;
	uint64_t count;
};

#define BUCKETS	(1u << 16)
static struct block *blocks[BUCKETS];
static FILE *out;
static unsigned long phase;

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
		    char **argv);

/* A block that is translated again goes on counting where it did. */
static struct block *block_at(uint64_t addr)
{
	struct block **head = &blocks[(addr * 0x9e3779b97f4a7c15) >> 48];
	struct block *b;

	for (b = *head; b; b = b->next)
		if (b->addr == addr)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->addr = addr;
	b->next = *head;
	*head = b;
	return b;
}

static void flush(void)
{
	for (unsigned int i = 0; i < BUCKETS; i++) {
		for (struct block *b = blocks[i]; b; b = b->next) {
			if (b->count && phase)
				fprintf(out, "%lu %lx %lu\n", phase, b->addr,
					b->count);
			b->count = 0;
		}
	}
	fflush(out);
}

static void on_mark(unsigned int cpu, void *arg)
{
	flush();
	phase = (unsigned long)arg;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t addr = qemu_plugin_tb_vaddr(tb);

	if (addr >= MARK_BASE && addr < MARK_BASE + MARKS * MARK_SIZE &&
	    !(addr % MARK_SIZE))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_mark, 0,
			(void *)((addr - MARK_BASE) / MARK_SIZE));
	qemu_plugin_register_vcpu_tb_exec_inline(tb, 0, &block_at(addr)->count,
						 qemu_plugin_tb_n_insns(tb));
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *arg)
{
	flush();
	fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc,
			char **argv)
{
	const char *name = NULL;

	for (int i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			name = argv[i] + 4;
	out = name ? fopen(name, "w") : NULL;
	if (!out) {
		fprintf(stderr, "functions: cannot write to out=%s\n",
			name ? name : "");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
