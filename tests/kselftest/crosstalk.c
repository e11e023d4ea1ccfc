// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crosstalk [-t SECONDS] NETNS1 NETNS2 VRF...: ask, in both families and both
 * directions, from every VRF of one site for every VRF of the other, and see
 * that each datagram comes out in the VRF of the same name and in no other.
 *
 * VRFs have the same names at both sites, and the same addresses in each, site
 * S having 10.S.0.1 and 2001:db8:S::1; those number N, counted from 1 in the
 * order of the arguments, has 10.S.1.N and 2001:db8:S::1:N besides, which
 * nobody else has. So what leaks from one VRF into another is delivered there
 * for one of its destinations at least, and seen. Who is asked answers with
 * his number.
 *
 * Nothing is waited for that should not come: once all has been asked, those
 * that must be answered are asked once more, and what leaked came before that.
 * The last line is "ASKED asked, ANSWERED of EXPECTED answered, CROSSED
 * crossed"; status 0: all that must be was answered, and nothing crossed.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define VRFS_MAX	64
#define SHARED		0		/* the address that all VRFs have */
#define ASKED_PORT	5001
#define PAUSE_MS	200
#define SHOWN_MAX	10

enum { V4, V6, FAMILIES };
enum { ASKED, ASKING, SIDES };		/* sockets: who is asked, who asks */

struct ping {
	uint8_t family, site, round, answer;
	uint8_t from, to, by;		/* VRF, address, VRF of the answer */
};

static const int families[FAMILIES] = { AF_INET, AF_INET6 };
static int sockets[FAMILIES][2][SIDES][VRFS_MAX + 1];
/* Round in which own (0) and shared (1) address have answered last. */
static uint8_t answered[FAMILIES][2][VRFS_MAX + 1][2];
static char **vrfs;
static int count;
static unsigned long asked, crossed;

static void die(const char *what)
{
	fprintf(stderr, "crosstalk: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void enter(const char *netns)
{
	char name[128];
	int fd;

	snprintf(name, sizeof(name), "/run/netns/%s", netns);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(netns);
	close(fd);
}

/* Of a site (0, 1): its shared address, or that of VRF @nr. */
static socklen_t address(int family, int site, int nr, uint16_t port,
			 struct sockaddr_storage *out)
{
	struct sockaddr_in *sin = (void *)out;
	struct sockaddr_in6 *sin6 = (void *)out;
	uint8_t v4[4] = { 10, site + 1, nr != SHARED, nr ? nr : 1 };
	uint8_t v6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, site + 1 };

	memset(out, 0, sizeof(*out));
	if (family == V4) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons(port);
		memcpy(&sin->sin_addr, v4, 4);
		return sizeof(*sin);
	}
	v6[13] = nr != SHARED;
	v6[15] = nr ? nr : 1;
	sin6->sin6_family = AF_INET6;
	sin6->sin6_port = htons(port);
	memcpy(&sin6->sin6_addr, v6, 16);
	return sizeof(*sin6);
}

static int make_socket(int family, int site, int side, int nr)
{
	int fd = socket(families[family], SOCK_DGRAM | SOCK_NONBLOCK, 0);
	const char *vrf = vrfs[nr - 1];
	struct sockaddr_storage sa;
	int big = 1 << 22, on = 1;
	socklen_t len;

	len = address(family, site, SHARED, side == ASKED ? ASKED_PORT : 0,
		      &sa);
	/* Who is asked has two addresses. */
	if (side == ASKED)
		memset((char *)&sa + 4, 0, len - 4);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, vrf, strlen(vrf) + 1) ||
	    (family == V6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof(big)) ||
	    bind(fd, (void *)&sa, len))
		die(vrf);
	return fd;
}

static void make_sockets(int site)
{
	for (int family = 0; family < FAMILIES; family++)
		for (int side = 0; side < SIDES; side++)
			for (int nr = 1; nr <= count; nr++)
				sockets[family][site][side][nr] =
					make_socket(family, site, side, nr);
}

static void cross(const struct ping *p, int site, int nr)
{
	if (crossed++ < SHOWN_MAX)
		printf("%s of %s of site %d to address %d came out in %s of "
		       "site %d\n", p->answer ? "the answer" : "a datagram",
		       vrfs[p->from - 1], p->site + 1, p->to, vrfs[nr - 1],
		       site + 1);
}

static void take_question(int fd, struct ping *p, int site, int nr,
			  const struct sockaddr_storage *from, socklen_t len)
{
	if (p->answer || p->site == site || p->from != nr ||
	    (p->to != SHARED && p->to != nr))
		cross(p, site, nr);
	p->answer = 1;
	p->by = nr;
	/* One that cannot be sent will be missed. */
	if (sendto(fd, p, sizeof(*p), 0, (void *)from, len) < 0)
		return;
}

static void take_answer(const struct ping *p, int family, int site, int nr)
{
	if (!p->answer || p->site != site || p->from != nr || p->by != nr)
		cross(p, site, nr);
	else
		answered[family][site][nr][p->to == SHARED] = p->round;
}

static void drain(int family, int site, int side, int nr)
{
	int fd = sockets[family][site][side][nr];
	struct sockaddr_storage from;
	struct ping p;
	ssize_t n;

	for (;;) {
		socklen_t len = sizeof(from);

		n = recvfrom(fd, &p, sizeof(p), 0, (void *)&from, &len);
		if (n < 0 && errno == EAGAIN)
			return;
		/* an ICMP error is not what we look for */
		if (n != sizeof(p) || p.family != family || !p.from ||
		    p.from > count)
			continue;
		if (side == ASKED)
			take_question(fd, &p, site, nr, &from, len);
		else
			take_answer(&p, family, site, nr);
	}
}

static void drain_all(void)
{
	for (int family = 0; family < FAMILIES; family++)
		for (int site = 0; site < 2; site++)
			for (int side = 0; side < SIDES; side++)
				for (int nr = 1; nr <= count; nr++)
					drain(family, site, side, nr);
}

static void ask(int family, int site, int nr, int to, int round)
{
	struct ping p = { .family = family, .site = site, .round = round,
			  .from = nr, .to = to };
	struct sockaddr_storage sa;
	socklen_t len = address(family, !site, to, ASKED_PORT, &sa);

	if (sendto(sockets[family][site][ASKING][nr], &p, sizeof(p), 0,
		   (void *)&sa, len) == sizeof(p))
		asked++;
}

/* Whom VRF @nr must reach and who has not answered in this round; how many. */
static unsigned int ask_own(int family, int site, int nr, int round)
{
	unsigned int n = 0;

	for (int shared = 0; shared < 2; shared++) {
		if (answered[family][site][nr][shared] == round)
			continue;
		ask(family, site, nr, shared ? SHARED : nr, round);
		n++;
	}
	return n;
}

static unsigned int ask_missing(int round)
{
	unsigned int n = 0;

	for (int family = 0; family < FAMILIES; family++)
		for (int site = 0; site < 2; site++)
			for (int nr = 1; nr <= count; nr++)
				n += ask_own(family, site, nr, round);
	return n;
}

static void ask_everybody(int round)
{
	for (int family = 0; family < FAMILIES; family++) {
		for (int site = 0; site < 2; site++) {
			for (int nr = 1; nr <= count; nr++) {
				for (int to = 1; to <= count; to++)
					ask(family, site, nr, to, round);
				drain_all();
			}
		}
	}
}

/* Until something comes, for a moment at most. */
static void wait_any(void)
{
	static struct pollfd fds[FAMILIES * 2 * SIDES * VRFS_MAX];
	unsigned int n = 0;

	for (int family = 0; family < FAMILIES; family++)
		for (int site = 0; site < 2; site++)
			for (int side = 0; side < SIDES; side++)
				for (int nr = 1; nr <= count; nr++)
					fds[n++] = (struct pollfd){
						.fd = sockets[family][site]
							[side][nr],
						.events = POLLIN,
					};
	poll(fds, n, PAUSE_MS);
}

/* Until all who must have answered in this round; what is missing. */
static unsigned int settle(int round, time_t end)
{
	unsigned int missing;

	for (;;) {
		missing = ask_missing(round);
		for (int i = 0; i < 4; i++)
			drain_all();
		if (!missing || crossed || time(NULL) > end)
			return missing;
		wait_any();
		drain_all();
	}
}

int main(int argc, char **argv)
{
	unsigned int expected, missing;
	time_t end = time(NULL) + 60;

	if (argc > 2 && !strcmp(argv[1], "-t")) {
		end = time(NULL) + atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	count = argc - 3;
	if (count < 2 || count > VRFS_MAX) {
		fprintf(stderr, "crosstalk: see the head of crosstalk.c\n");
		return 2;
	}
	vrfs = argv + 3;
	for (int site = 0; site < 2; site++) {
		enter(argv[1 + site]);
		make_sockets(site);
	}
	/* 1: mappings are found; 2: everybody; 3: nothing is under way */
	missing = settle(1, end);
	if (!missing && !crossed) {
		ask_everybody(2);
		missing = settle(3, end);
	}
	expected = FAMILIES * 2 * 2 * count;
	printf("%lu asked, %u of %u answered, %lu crossed\n", asked,
	       expected - missing, expected, crossed);
	return missing || crossed;
}
