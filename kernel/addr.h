/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses and prefixes of both families; compiles in user space too. */
#ifndef _LISP_ADDR_H
#define _LISP_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

/* Network order. An IPv4 address is in word[0], the other words are zero. */
union lisp_addr {
	__be32		ip;
	struct in6_addr	ip6;
	__be32		word[4];
};

/* @family is AF_INET or AF_INET6; bits of @addr beyond @len are zero. */
struct lisp_prefix {
	u8		family;
	u8		len;
	union lisp_addr	addr;
};

static inline unsigned int lisp_addr_size(int family)
{
	return family == AF_INET6 ? 16 : 4;
}

static inline unsigned int lisp_addr_bits(int family)
{
	return family == AF_INET6 ? 128 : 32;
}

static inline void lisp_addr_set(union lisp_addr *addr, int family,
				 const void *octets)
{
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, octets, lisp_addr_size(family));
}

/* The order of octets, of which IPv4 has 12 zero ones at the end. */
static inline int lisp_addr_cmp(const union lisp_addr *a,
				const union lisp_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

#endif /* _LISP_ADDR_H */
