// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which of several sockets of one port gets what: a filter in the kernel, which
 * hashes the source address, of IPv6 the /64, and nothing else.  The kernel's
 * own choice takes the source port as well, and so whoever has one address
 * would have, with many ports, what a source may have of each thread.
 */
#include "io/udp_part.h"

#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#define INSNS_MAX	32

struct program {
	struct sock_filter insns[INSNS_MAX];
	unsigned short len;
};

static void add(struct program *p, uint16_t code, uint32_t k)
{
	p->insns[p->len++] = (struct sock_filter){ .code = code, .k = k };
}

/* A polynomial of the words at @at of the IP header, to A and X. */
static void add_words(struct program *p, uint32_t at, unsigned int words,
		      const uint32_t secret[2])
{
	add(p, BPF_LDX | BPF_IMM, secret[0]);
	for (unsigned int i = 0; i < words; i++) {
		add(p, BPF_LD | BPF_W | BPF_ABS,
		    (uint32_t)SKF_NET_OFF + at + 4 * i);
		add(p, BPF_ALU | BPF_ADD | BPF_X, 0);
		add(p, BPF_ALU | BPF_MUL | BPF_K, secret[1] | 1);
		add(p, BPF_MISC | BPF_TAX, 0);
	}
}

/* So that each bit counts for each. */
static void add_mix(struct program *p, uint32_t shift, uint32_t factor)
{
	add(p, BPF_MISC | BPF_TAX, 0);
	add(p, BPF_ALU | BPF_RSH | BPF_K, shift);
	add(p, BPF_ALU | BPF_XOR | BPF_X, 0);
	add(p, BPF_ALU | BPF_MUL | BPF_K, factor);
}

int udp_spread(int fd, enum addr_family family, unsigned int count)
{
	bool v4 = family == ADDR_IPV4;
	struct program p = { .len = 0 };
	struct sock_fprog prog = { .filter = p.insns };
	uint32_t secret[2];

	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		return -EIO;
	add_words(&p, v4 ? 12 : 8, v4 ? 1 : 2, secret);
	add_mix(&p, 16, 0x7feb352d);
	add_mix(&p, 15, 0x846ca68b);
	add(&p, BPF_ALU | BPF_RSH | BPF_K, 16);
	add(&p, BPF_ALU | BPF_MOD | BPF_K, count);
	add(&p, BPF_RET | BPF_A, 0);
	prog.len = p.len;
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog,
			  sizeof(prog)) ? -errno : 0;
}
