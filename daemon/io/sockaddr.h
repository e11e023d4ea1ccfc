/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between struct addr and struct sockaddr. */
#ifndef LISP_IO_SOCKADDR_H
#define LISP_IO_SOCKADDR_H

#include <netinet/in.h>

#include "lib/prefix.h"

union sockaddr_any {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Length of the result. @a is IPv4 or IPv6. */
socklen_t sockaddr_make(const struct addr *a, uint16_t port,
			union sockaddr_any *out);

/* Port is host order.  -EAFNOSUPPORT for other families. */
int sockaddr_split(const union sockaddr_any *s, struct addr *a,
		   uint16_t *port);

/* AF_INET, AF_INET6, AF_UNSPEC. */
int sockaddr_family(enum addr_family family);

#endif
