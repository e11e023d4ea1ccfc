/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mark N: tell a profiler that watches addresses (functions.c) that phase N
 * begins, by a call of an address nobody else calls; 0: none.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "mark.h"

int main(int argc, char **argv)
{
	unsigned long n = argc == 2 ? strtoul(argv[1], NULL, 10) : MARKS;
	uint8_t *code;

	if (n >= MARKS)
		return 2;
	code = mmap((void *)MARK_BASE, MARKS * MARK_SIZE,
		    PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (code == MAP_FAILED)
		return 1;
	memset(code, 0xc3, MARKS * MARK_SIZE);	/* ret */
	((void (*)(void))(code + n * MARK_SIZE))();
	return 0;
}
