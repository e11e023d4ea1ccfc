// SPDX-License-Identifier: GPL-2.0-or-later
#include "echo.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>

#include "io/clock.h"
#include "io/sockaddr.h"

#define ICMP_HEADER	8
#define SMALL_SIZE	64	/* octets, as of struct echo */
#define MTU_MIN		68	/* nobody can report less: RFC 791 */
#define COUNT_MAX	64

/* Numbers of the two requests. */
enum {
	SMALL = 1,
	LARGE,
};

static bool is_v4(const struct echo *e)
{
	return e->to.family == ADDR_IPV4;
}

static unsigned int ip_header(const struct echo *e)
{
	return is_v4(e) ? 20 : 40;
}

/* RFC 1071, over whole words: sizes are even. */
static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The kernel fills in the identifier of a datagram socket, and the checksum of
 * that and of all of IPv6. */
static int send_one(const struct echo *e, unsigned int number,
		    unsigned int size)
{
	uint8_t packet[ECHO_SIZE_MAX] = { 0 };
	size_t len = (size - ip_header(e)) & ~1u;
	uint16_t sum, id = (uint16_t)getpid();

	packet[0] = is_v4(e) ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	packet[4] = (uint8_t)(id >> 8);
	packet[5] = (uint8_t)id;
	packet[7] = (uint8_t)number;
	sum = checksum(packet, len);
	packet[2] = (uint8_t)(sum >> 8);
	packet[3] = (uint8_t)sum;
	return send(e->fd, packet, len, MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* One that needs no privilege, if the group may; else one that does. */
static int open_socket(const struct echo *e)
{
	int family = sockaddr_family(e->to.family);
	int protocol = is_v4(e) ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, protocol);
	return fd < 0 ? -errno : fd;
}

/* Not in fragments, and whatever the kernel believes of the path; errors are
 * kept for us. */
static int prepare(const struct echo *e, const char *device)
{
	int level = is_v4(e) ? IPPROTO_IP : IPPROTO_IPV6, yes = 1;
	int probe = is_v4(e) ? IP_PMTUDISC_PROBE : IPV6_PMTUDISC_PROBE;
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(&e->to, 0, &sa);

	if ((device && setsockopt(e->fd, SOL_SOCKET, SO_BINDTODEVICE, device,
				  strlen(device) + 1)) ||
	    setsockopt(e->fd, level, is_v4(e) ? IP_MTU_DISCOVER :
		       IPV6_MTU_DISCOVER, &probe, sizeof(probe)) ||
	    setsockopt(e->fd, level, is_v4(e) ? IP_RECVERR : IPV6_RECVERR,
		       &yes, sizeof(yes)) ||
	    connect(e->fd, &sa.sa, len))
		return -errno;
	return 0;
}

/* It is a wish of the size that came before this that may be too large for the
 * first device: nothing was lost then, and the answer is "no". */
static int begin(struct echo *e, const char *device)
{
	int err;

	e->fd = open_socket(e);
	if (e->fd < 0)
		return e->fd;
	err = prepare(e, device);
	if (!err)
		err = send_one(e, SMALL, SMALL_SIZE);
	if (!err && e->size > SMALL_SIZE)
		err = send_one(e, LARGE, e->size > ECHO_SIZE_MAX ?
			       ECHO_SIZE_MAX : e->size);
	return err == -EMSGSIZE ? 0 : err;
}

/* Raw sockets of IPv4 get the IP header, too, and all of them what others
 * asked for; the address is the one that we are connected to. */
static void read_reply(struct echo *e)
{
	uint8_t packet[ECHO_SIZE_MAX], *p = packet;
	ssize_t n = recv(e->fd, packet, sizeof(packet), MSG_DONTWAIT);
	int type;
	socklen_t len = sizeof(type);

	if (n < 0 || getsockopt(e->fd, SOL_SOCKET, SO_TYPE, &type, &len))
		return;
	if (type == SOCK_RAW && is_v4(e) && n >= 20) {
		size_t ihl = (p[0] & 15) * 4u;

		if ((size_t)n < ihl)
			return;
		p += ihl;
		n -= (ssize_t)ihl;
	}
	if (n < ICMP_HEADER ||
	    p[0] != (is_v4(e) ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) ||
	    (type == SOCK_RAW && ((uint16_t)getpid() != (p[4] << 8 | p[5]))))
		return;
	e->small |= p[7] == SMALL;
	e->large |= p[7] == LARGE;
}

/* What a router said about a packet of ours. */
static void read_error(struct echo *e)
{
	struct sock_extended_err *ee;
	uint8_t data[64], control[512];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(e->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
		ee = (struct sock_extended_err *)CMSG_DATA(c);
		if (((c->cmsg_level == IPPROTO_IP &&
		      c->cmsg_type == IP_RECVERR) ||
		     (c->cmsg_level == IPPROTO_IPV6 &&
		      c->cmsg_type == IPV6_RECVERR)) &&
		    ee->ee_errno == EMSGSIZE && ee->ee_info >= MTU_MIN &&
		    ee->ee_info < e->size)
			e->reported = ee->ee_info;
	}
}

static bool is_done(const struct echo *e)
{
	return e->err || (e->small && (e->large || e->reported || !e->size));
}

/* False: the time is over, or there is nothing left to wait for. */
static bool wait_once(struct echo *list, size_t count, uint64_t end)
{
	struct pollfd p[COUNT_MAX];
	uint64_t now = clock_ms();
	bool open = false;

	for (size_t i = 0; i < count; i++) {
		bool done = is_done(&list[i]);

		p[i] = (struct pollfd){ done ? -1 : list[i].fd, POLLIN, 0 };
		open |= !done;
	}
	if (!open || now >= end || poll(p, count, (int)(end - now)) <= 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (p[i].revents & POLLERR)
			read_error(&list[i]);
		if (p[i].revents & POLLIN)
			read_reply(&list[i]);
	}
	return true;
}

void echo_try(struct echo *list, size_t count, const char *device,
	      unsigned int timeout)
{
	uint64_t end = clock_ms() + timeout;

	count = count > COUNT_MAX ? COUNT_MAX : count;
	for (size_t i = 0; i < count; i++)
		list[i].err = begin(&list[i], device);
	while (wait_once(list, count, end))
		;
	for (size_t i = 0; i < count; i++)
		if (list[i].fd >= 0)
			close(list[i].fd);
}
