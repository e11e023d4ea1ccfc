// SPDX-License-Identifier: GPL-2.0-or-later
/* A UDP socket that is connected has a route; connecting sends nothing. */
#include "io/path.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/sockaddr.h"

#define PORT	4342	/* any will do */

static int ask(int fd, const struct addr *to)
{
	bool v4 = to->family == ADDR_IPV4;
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(to, PORT, &sa);
	int mtu;

	if (connect(fd, &sa.sa, len))
		return 0;
	len = sizeof(mtu);
	if (getsockopt(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       v4 ? IP_MTU : IPV6_MTU, &mtu, &len))
		return 0;
	return mtu > 0 ? mtu : 0;
}

unsigned int path_mtu(const char *device, const struct addr *to)
{
	int fd = socket(sockaddr_family(to->family),
			SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int mtu = 0;

	if (fd < 0)
		return 0;
	if (!device || !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				   strlen(device) + 1))
		mtu = ask(fd, to);
	close(fd);
	return (unsigned int)mtu;
}
