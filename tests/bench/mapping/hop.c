// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hop: ask a Map-Resolver one question after the other, each once, and print
 * how long the answers took.
 *
 *	hop [-i IID] [-n NUMBER] [-k STEP] MAP-RESOLVER SOURCE EID
 *
 * Asks for NUMBER EIDs from EID on, STEP addresses apart, from SOURCE port 4342
 * to which Map-Replies with locators must come.  Prints: answers, and the
 * median in microseconds.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/sockaddr.h"
#include "wire/msg.h"

#define PATIENCE_MS	1500

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int build(const struct eid *eid, const struct addr *source,
		 uint64_t nonce, uint8_t *buf, size_t size)
{
	struct addr itr = *source;
	struct request_record rec = { .eid = *eid };
	uint8_t request[256];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = nonce, .itr_rlocs = &itr, .itr_count = 1,
			     .records = &rec, .record_count = 1 },
	}, ecm = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = *source, .dest = eid->prefix.addr,
			 .source_port = LISP_CONTROL_PORT,
			 .dest_port = LISP_CONTROL_PORT, .message = request },
	};
	int len = msg_build(&m, request, sizeof(request));

	if (len < 0)
		return len;
	ecm.ecm.message_len = (size_t)len;
	return msg_build(&ecm, buf, size);
}

/* Is it the answer, with locators? */
static bool is_answer(const uint8_t *data, size_t len, uint64_t nonce)
{
	struct lisp_msg m;
	struct arena arena;
	bool good;

	arena_init(&arena, MSG_ARENA_CAP);
	good = !msg_parse(data, len, &arena, &m, NULL) &&
	       m.type == MSG_TYPE_MAP_REPLY && m.reply.nonce == nonce &&
	       m.reply.record_count && m.reply.records[0].locator_count;
	arena_free(&arena);
	return good;
}

/* Nanoseconds; 0: no answer. */
static uint64_t question(int fd, const struct addr *to,
			 const struct addr *source, const struct eid *eid)
{
	static uint64_t nonce = 0x1122334455660000;
	uint64_t start = now_ns();
	union sockaddr_any sa;
	socklen_t sa_len = sockaddr_make(to, LISP_CONTROL_PORT, &sa);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint8_t buf[2048];
	int len = build(eid, source, ++nonce, buf, sizeof(buf));

	if (len < 0 || sendto(fd, buf, (size_t)len, 0, &sa.sa, sa_len) < 0)
		return 0;
	while (now_ns() - start < PATIENCE_MS * 1000000ull) {
		ssize_t got = poll(&p, 1, PATIENCE_MS) > 0 ?
			recv(fd, buf, sizeof(buf), MSG_DONTWAIT) : -1;

		if (got > 0 && is_answer(buf, (size_t)got, nonce))
			return now_ns() - start;
	}
	return 0;
}

static void advance(struct addr *a, uint32_t by)
{
	uint32_t n;

	memcpy(&n, a->bytes, 4);
	n = htonl(ntohl(n) + by);
	memcpy(a->bytes, &n, 4);
}

static int cmp(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int run(const struct addr *to, const struct addr *source,
	       struct eid eid, unsigned int n, uint32_t step)
{
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(source, LISP_CONTROL_PORT, &sa);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t *took = calloc(n, sizeof(*took));
	unsigned int good = 0;

	if (fd < 0 || !took || bind(fd, &sa.sa, len)) {
		perror("hop");
		return 1;
	}
	for (unsigned int i = 0; i < n; i++) {
		uint64_t ns = question(fd, to, source, &eid);

		if (ns)
			took[good++] = ns;
		else
			fprintf(stderr, "hop: no answer to question %u\n", i);
		advance(&eid.prefix.addr, step);
	}
	qsort(took, good, sizeof(*took), cmp);
	printf("%u %.1f\n", good, good ? (double)took[good / 2] / 1000 : 0.0);
	free(took);
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int n = 1, iid = 0;
	struct addr to, source, eid;
	uint32_t step = 1;
	int c;

	while ((c = getopt(argc, argv, "i:n:k:")) != -1) {
		switch (c) {
		case 'i': iid = (unsigned int)atol(optarg); break;
		case 'n': n = (unsigned int)atol(optarg); break;
		case 'k': step = (uint32_t)atol(optarg); break;
		default: return 1;
		}
	}
	if (optind != argc - 3 || !n || addr_from_text(argv[optind], &to) ||
	    addr_from_text(argv[optind + 1], &source) ||
	    addr_from_text(argv[optind + 2], &eid))
		return 1;
	return run(&to, &source, eid_host(iid, &eid), n, step);
}
