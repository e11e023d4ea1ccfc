// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/sockaddr.h"

#include <errno.h>
#include <string.h>

socklen_t sockaddr_make(const struct addr *a, uint16_t port,
			union sockaddr_any *out)
{
	memset(out, 0, sizeof(*out));
	if (a->family == ADDR_IPV4) {
		out->in.sin_family = AF_INET;
		out->in.sin_port = htons(port);
		memcpy(&out->in.sin_addr, a->bytes, 4);
		return sizeof(out->in);
	}
	out->in6.sin6_family = AF_INET6;
	out->in6.sin6_port = htons(port);
	memcpy(&out->in6.sin6_addr, a->bytes, 16);
	return sizeof(out->in6);
}

int sockaddr_split(const union sockaddr_any *s, struct addr *a,
		   uint16_t *port)
{
	switch (s->sa.sa_family) {
	case AF_INET:
		*a = addr_make(ADDR_IPV4, &s->in.sin_addr);
		*port = ntohs(s->in.sin_port);
		return 0;
	case AF_INET6:
		*a = addr_make(ADDR_IPV6, &s->in6.sin6_addr);
		*port = ntohs(s->in6.sin6_port);
		return 0;
	default:
		return -EAFNOSUPPORT;
	}
}

int sockaddr_family(enum addr_family family)
{
	switch (family) {
	case ADDR_IPV4:
		return AF_INET;
	case ADDR_IPV6:
		return AF_INET6;
	case ADDR_NONE:
		break;
	}
	return AF_UNSPEC;
}
