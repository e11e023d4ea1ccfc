/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How large a packet gets to an address and back: two ICMP echo requests to
 * each that must not be fragmented, a small one and one as large as is asked
 * about.  ICMP, because whatever is sent to a LISP port is a message there.
 */
#ifndef LISPCTL_ECHO_H
#define LISPCTL_ECHO_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/prefix.h"

#define ECHO_SIZE_MAX	9216	/* octets, IP header included */

struct echo {
	struct addr to;
	unsigned int size;		/* of the large one; 0: not sent */
	/* what came of it */
	int err;			/* 0: they were sent */
	bool small;			/* answered */
	bool large;
	unsigned int reported;		/* MTU, by a router; 0: none */
	int fd;				/* of echo_try() */
};

/* All at once, @timeout ms at most.  @device: VRF, or NULL.  Needs
 * CAP_NET_RAW, or a group of net.ipv4.ping_group_range: else -EPERM or
 * -EACCES in err. */
void echo_try(struct echo *list, size_t count, const char *device,
	      unsigned int timeout);

#endif
