// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostile: load from those who mean no good, beside questions of those who do.
 *
 *	hostile -k forged|unregistered|spoofed|wide -r PACKETS-A-SECOND [-D]
 *		[-d MILLISECONDS] [-n EIDS] [-q QUESTIONS-A-SECOND]
 *		[-s FIRST-SOURCE] SERVER
 *
 *	forged		Map-Registers with a wrong MAC, in all sites' names
 *	unregistered	Map-Requests for EIDs that nobody has registered, half of
 *			them of no site
 *	spoofed		Map-Requests for EIDs that are, each from another address
 *	wide		Map-Requests from many addresses which all want the answer
 *			at one, for the four sites after all others, where an
 *			answer has everything that is in the site
 *
 * All of the load is sent from addresses in 10.64.0.0/10, which are not ours and
 * where its answers go, but those of wide to 10.1.0.1.  They begin with the
 * FIRST, which also says what is asked.  Questions are asked from 10.3.0.0/16,
 * once each.  What cannot be sent at its time is made up for as long as that is
 * some milliseconds.
 *
 * -D: Map-Requests, of both, are those of Map-Resolvers that walk down a
 * delegation tree (D in the ECM).  To be answered is to get a Map-Referral then,
 * and for a registered EID it has to be an MS-ACK.
 *
 * Prints: packets of the load, their octets with IP and UDP headers,
 * questions, questions answered, and with locators (MS-ACK).
 */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/sockaddr.h"
#include "packets.h"
#include "wire/msg.h"

#define BEHIND		2048u		/* made up for at most */
#define BURST		8u		/* sent before answers are looked at */
#define HEADERS		28u
#define SITE_SIZE	512u
#define FIRST_SITE	0x14000000u
#define LOAD_FROM	0x0a400000u
#define LOAD_SOURCES	0x400000u
#define WIDE_TO	0x0a010001u
#define WIDE_SITES	4u		/* of 41 EIDs each */
#define ASK_FROM	0x0a030000u
#define ASKERS		2000u
#define PATIENCE_NS	1000000000u	/* after the last question */

struct hostile {
	const char *kind;
	uint32_t flags;			/* of an ECM */
	struct addr server;
	struct packets load;
	uint32_t train;			/* of the load: from one source */
	uint32_t first;			/* source */
	uint32_t eids;
	double rate;			/* a ns */
	double ask_rate;
	uint64_t ns;
	int load_fd;
	int ask_fd;
	/* while it runs */
	uint64_t sent;
	uint64_t missed;
	uint32_t asked;
	uint32_t answered;
	uint32_t good;
	uint8_t *seen;			/* of each question */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct addr ip4(uint32_t a)
{
	uint32_t n = htonl(a);

	return addr_make(ADDR_IPV4, &n);
}

static uint64_t rnd_state;

static uint32_t rnd(void)
{
	rnd_state = rnd_state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(rnd_state >> 32);
}

/* --- packets --- */

static struct addr eid_at(uint32_t site, uint32_t host)
{
	return ip4(FIRST_SITE + site * SITE_SIZE + host);
}

static size_t build_request(const struct hostile *h, uint32_t source,
			    uint32_t rloc, const struct addr *eid,
			    uint64_t nonce, uint8_t *buf, size_t size)
{
	struct addr from = ip4(source), to = ip4(rloc);
	struct request_record rec = { .eid = eid_host(0, eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = nonce, .itr_rlocs = &to,
			     .itr_count = 1, .records = &rec,
			     .record_count = 1 },
	};
	uint8_t inner[256];
	int len = msg_build(&in, inner, sizeof(inner));
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = { .flags = h->flags, .source = from, .dest = *eid,
			 .source_port = 4342, .dest_port = 4342, .ttl = 64,
			 .message = inner, .message_len = len > 0 ? (size_t)len : 0 },
	};

	len = msg_build(&out, buf, size);
	if (len <= 0)
		fail("build");
	return (size_t)len;
}

static uint32_t load_source(const struct hostile *h, uint32_t i)
{
	return LOAD_FROM + (h->first + i / h->train) % LOAD_SOURCES;
}

static struct addr load_eid(const struct hostile *h)
{
	uint32_t sites = h->eids / SITE_EIDS;

	if (h->kind[0] == 'w')
		return eid_at(sites + rnd() % WIDE_SITES, 41 + rnd() % 471);
	if (h->kind[0] == 'u' && rnd() % 2)
		return eid_at(sites + WIDE_SITES + rnd() % 20000, rnd() % SITE_SIZE);
	if (h->kind[0] == 'u')
		return eid_at(rnd() % sites, SITE_EIDS + rnd() % 12);
	return eid_at(rnd() % sites, rnd() % SITE_EIDS);
}

static void make_forged(struct hostile *h)
{
	struct plan p = {
		.ask = ASK_REGISTER, .eids = h->eids, .count = h->load.count,
		.records = 1, .nonce = 1ull << 60, .with_ids = true,
	};

	if (packets_make(&p, &h->load))
		fail("packets");
	for (uint32_t i = 0; i < h->load.count; i++)
		h->load.data[i * h->load.size + AUTH_DATA_OFFSET + i % 32] ^= 1;
}

static void make_load(struct hostile *h)
{
	uint8_t buf[512];

	/* As many as there is time for, so that no source comes twice. */
	h->load.count = ((uint32_t)((double)h->ns * h->rate) / TRAIN + 1) * TRAIN;
	h->train = h->kind[0] == 's' ? 1 : TRAIN;
	if (h->kind[0] == 'f') {
		make_forged(h);
		return;
	}
	for (uint32_t i = 0; i < h->load.count; i++) {
		struct addr eid = load_eid(h);
		uint32_t from = load_source(h, i);
		uint32_t to = h->kind[0] == 'w' ? WIDE_TO : from;
		size_t len = build_request(h, from, to, &eid, rnd(), buf,
					   sizeof(buf));

		if (!h->load.data) {
			h->load.size = len;
			h->load.data = malloc(h->load.count * len);
		}
		if (!h->load.data || h->load.size != len)
			fail("packets");
		memcpy(h->load.data + i * len, buf, len);
	}
}

/* --- sending --- */

/* @size: of each packet of the train; 0: it is one. */
static bool send_from(int fd, const struct addr *to, uint32_t source,
		      const uint8_t *data, size_t len, uint16_t size)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo)) +
			  CMSG_SPACE(sizeof(uint16_t))];
	} control = { 0 };
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(source) };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	union sockaddr_any sa;
	struct msghdr m = {
		.msg_name = &sa,
		.msg_namelen = sockaddr_make(to, LISP_CONTROL_PORT, &sa),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(info)),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	if (size) {
		m.msg_controllen = sizeof(control);
		c = CMSG_NXTHDR(&m, c);
		c->cmsg_level = IPPROTO_UDP;
		c->cmsg_type = UDP_SEGMENT;
		c->cmsg_len = CMSG_LEN(sizeof(size));
		memcpy(CMSG_DATA(c), &size, sizeof(size));
	}
	return sendmsg(fd, &m, 0) == (ssize_t)len;
}

static void send_load(struct hostile *h, uint64_t since)
{
	uint64_t due = (uint64_t)((double)since * h->rate);
	unsigned int n = 0;

	if (due > h->sent + h->missed + BEHIND)
		h->missed = due - h->sent - BEHIND;
	while (h->sent + h->missed + h->train <= due) {
		uint32_t i = (uint32_t)h->sent;

		if (!send_from(h->load_fd, &h->server, load_source(h, i),
			       h->load.data + i * h->load.size,
			       h->train * h->load.size,
			       h->train > 1 ? (uint16_t)h->load.size : 0))
			fail("sending the load");
		h->sent += h->train;
		if (++n == BURST)
			break;
	}
}

static void ask(struct hostile *h, uint64_t since)
{
	while (h->asked < (uint64_t)((double)since * h->ask_rate)) {
		struct addr eid = eid_at(rnd() % (h->eids / SITE_EIDS),
					 rnd() % SITE_EIDS);
		uint32_t from = ASK_FROM + 1 + h->asked % ASKERS;
		uint8_t buf[512];
		size_t len = build_request(h, from, from, &eid,
					   0xabcdull << 48 | h->asked, buf,
					   sizeof(buf));

		if (!send_from(h->ask_fd, &h->server, from, buf, len, 0))
			fail("asking");
		h->asked++;
	}
}

/* One record: with locators, or an MS-ACK. */
static bool is_good(const struct hostile *h, const uint8_t *msg)
{
	return msg[3] == 1 && (h->flags & ECM_DDT ?
			       msg[18] >> 5 == REFERRAL_MS_ACK : msg[16] > 0);
}

static void hear(struct hostile *h)
{
	uint8_t type = h->flags & ECM_DDT ? MSG_TYPE_MAP_REFERRAL :
		MSG_TYPE_MAP_REPLY;
	uint8_t buf[2048];
	ssize_t n;

	while ((n = recv(h->ask_fd, buf, sizeof(buf), MSG_DONTWAIT)) > 18) {
		uint32_t i = (uint32_t)buf[8] << 24 | (uint32_t)buf[9] << 16 |
			     (uint32_t)buf[10] << 8 | buf[11];

		if (buf[0] >> 4 != type || i >= h->asked || h->seen[i])
			continue;
		h->seen[i] = 1;
		h->answered++;
		h->good += is_good(h, buf);
	}
}

/* Until more of the load or a question is due, or answers come. */
static void wait_for(const struct hostile *h, uint64_t since)
{
	double load = (double)(h->sent + h->missed + h->train) / h->rate;
	double next = (double)(h->asked + 1) / h->ask_rate;
	struct pollfd p = { .fd = h->ask_fd, .events = POLLIN };
	struct timespec t = { 0 };

	if (load < next)
		next = load;
	if (next <= (double)since)
		return;
	t.tv_nsec = (long)(next - (double)since);
	ppoll(&p, 1, &t, NULL);
}

static void run(struct hostile *h)
{
	uint64_t start = now_ns(), since = 0;

	h->seen = calloc((size_t)((double)h->ns * h->ask_rate) + 1, 1);
	if (!h->seen)
		fail("memory");
	while (since < h->ns) {
		send_load(h, since);
		ask(h, since);
		hear(h);
		wait_for(h, since);
		since = now_ns() - start;
	}
	while (h->answered < h->asked && since < h->ns + PATIENCE_NS) {
		hear(h);
		since = now_ns() - start;
	}
}

static int open_socket(uint16_t port, int transparent)
{
	struct addr any = { .family = ADDR_IPV4 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int size = 8 << 20;
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(&any, port, &sa);

	if (fd < 0 ||
	    setsockopt(fd, SOL_IP, IP_TRANSPARENT, &transparent, sizeof(int)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, &sa.sa, len))
		fail("socket");
	return fd;
}

int main(int argc, char **argv)
{
	struct hostile h = { .eids = 50000, .ns = 1000000000,
			     .ask_rate = 2e-6 };
	int c;

	while ((c = getopt(argc, argv, "k:r:d:n:q:s:D")) != -1) {
		switch (c) {
		case 'k': h.kind = optarg; break;
		case 'r': h.rate = atof(optarg) / 1e9; break;
		case 'D': h.flags = ECM_DDT; break;
		case 'd': h.ns = strtoull(optarg, NULL, 10) * 1000000; break;
		case 'n': h.eids = (uint32_t)atol(optarg); break;
		case 's': h.first = (uint32_t)atol(optarg); break;
		case 'q': h.ask_rate = atof(optarg) / 1e9; break;
		default: return 2;
		}
	}
	if (!h.kind || !h.rate || h.eids < SITE_EIDS || optind != argc - 1 ||
	    addr_from_text(argv[optind], &h.server))
		return 2;
	rnd_state = h.first;
	make_load(&h);
	h.load_fd = open_socket(0, 1);
	h.ask_fd = open_socket(LISP_CONTROL_PORT, 0);
	run(&h);
	printf("%llu %llu %u %u %u\n", (unsigned long long)h.sent,
	       (unsigned long long)(h.sent * (h.load.size + HEADERS)), h.asked,
	       h.answered, h.good);
	return 0;
}
