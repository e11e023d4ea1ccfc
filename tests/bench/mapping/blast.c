// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blast: ask a server as fast as it answers, and print what came of it.
 *
 *	blast [-a request|hole|register|echo|name] [-c PACKETS] [-f FIRST]
 *	      [-n EIDS] [-r RECORDS] [-i IID] [-N NONCE] [-1] [-p PORT] [-w WINDOW]
 *	      [-P PID] [-t PACKETS-TO-WARM-UP] [-T PATIENCE-MS] SERVER
 *	blast -C lispd|zone|oor [-n EIDS] [-i IID] [-1] [-W WORKERS] DIR|DEVICE
 *
 * All packets are made beforehand.  So many that WINDOW are outstanding are
 * sent, in trains of 16 that the kernel takes apart (UDP_SEGMENT), so that
 * asking costs less than answering; an answer lets another one go.  Where no
 * answer comes for a while what is outstanding counts as lost.
 *
 * Prints: packets sent, answers, answers hoped for, seconds, seconds of CPU
 * time that process PID took meanwhile.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io/sockaddr.h"
#include "packets.h"

#define ANSWERS		64
#define TRAINS		4		/* a system call */

struct blast {
	struct plan plan;
	struct packets packets;
	uint16_t port;
	uint32_t window;
	uint32_t warm_up;
	uint64_t patience_ns;
	int pid;
	int fd;
	/* while it runs */
	uint32_t sent;
	uint32_t answered;
	uint32_t good;
	uint32_t lost;
	uint64_t last_ns;	/* of an answer */
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- CPU time of another process, all its threads --- */

static uint64_t cpu_ns(int pid)
{
	char path[288];
	uint64_t sum = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = pid ? opendir(path) : NULL;
	while (d && (e = readdir(d)) != NULL) {
		unsigned long long ns;
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat",
			 pid, e->d_name);
		f = fopen(path, "r");
		if (f && fscanf(f, "%llu", &ns) == 1)
			sum += ns;
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return sum;
}

/* --- sending --- */

struct train {
	union sockaddr_any to;
	struct iovec iov;
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(struct in_pktinfo)) +
			  CMSG_SPACE(sizeof(uint16_t))];
	} control;
};

static void *put_cmsg(struct msghdr *m, struct cmsghdr *c, int level, int type,
		      const void *data, size_t len)
{
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	return CMSG_NXTHDR(m, c);
}

/* @n packets from number @first on, which are of one train. */
static void make_train(const struct blast *b, uint32_t first, uint32_t n,
		       struct train *t, struct msghdr *m)
{
	struct addr from = plan_source(&b->plan, first / TRAIN);
	struct in_pktinfo info = { 0 };
	uint16_t size = (uint16_t)b->packets.size;
	struct cmsghdr *c;

	memset(&t->control, 0, sizeof(t->control));
	memcpy(&info.ipi_spec_dst, from.bytes, 4);
	t->iov.iov_base = b->packets.data + (size_t)first * b->packets.size;
	t->iov.iov_len = n * b->packets.size;
	*m = (struct msghdr){
		.msg_name = &t->to,
		.msg_namelen = sockaddr_make(&b->plan.server, b->port, &t->to),
		.msg_iov = &t->iov,
		.msg_iovlen = 1,
		.msg_control = &t->control,
		.msg_controllen = sizeof(t->control),
	};
	c = put_cmsg(m, CMSG_FIRSTHDR(m), IPPROTO_IP, IP_PKTINFO, &info,
		     sizeof(info));
	put_cmsg(m, c, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size));
}

static uint32_t outstanding(const struct blast *b)
{
	return b->sent - b->answered - b->lost;
}

static bool send_some(struct blast *b, uint32_t end)
{
	struct train trains[TRAINS];
	struct mmsghdr msgs[TRAINS];
	uint32_t room = b->window - outstanding(b), at = b->sent;
	uint32_t sizes[TRAINS];
	unsigned int n = 0;
	int ret;

	while (n < TRAINS && at < end && room >= TRAIN) {
		uint32_t k = TRAIN - at % TRAIN;

		if (k > end - at)
			k = end - at;
		make_train(b, at, k, &trains[n], &msgs[n].msg_hdr);
		sizes[n++] = k;
		at += k;
		room -= k;
	}
	ret = n ? sendmmsg(b->fd, msgs, n, 0) : 0;
	if (ret < 0) {
		perror("sendmmsg");
		exit(1);
	}
	for (int i = 0; i < ret; i++)
		b->sent += sizes[i];
	return ret > 0;
}

/* --- receiving --- */

static bool receive_some(struct blast *b)
{
	static uint8_t data[ANSWERS][64];
	static struct mmsghdr msgs[ANSWERS];
	static struct iovec iov[ANSWERS];
	int n;

	for (int i = 0; i < ANSWERS; i++) {
		iov[i] = (struct iovec){ data[i], sizeof(data[i]) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i],
						   .msg_iovlen = 1 };
	}
	n = recvmmsg(b->fd, msgs, ANSWERS, MSG_DONTWAIT, NULL);
	if (n <= 0)
		return false;
	for (int i = 0; i < n; i++)
		b->good += plan_is_good(&b->plan, data[i], msgs[i].msg_len);
	b->answered += (uint32_t)n;
	return true;
}

static void run(struct blast *b, uint32_t end)
{
	b->last_ns = now_ns();
	while (b->sent < end || outstanding(b)) {
		bool any = receive_some(b);

		if (any)
			b->last_ns = now_ns();
		if (send_some(b, end) || any)
			continue;
		if (outstanding(b) && now_ns() - b->last_ns > b->patience_ns) {
			b->lost += outstanding(b);
			b->last_ns = now_ns();
		}
	}
}

static int open_socket(struct blast *b)
{
	struct addr any = { .family = ADDR_IPV4 };
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(&any, 4342, &sa);
	int size = 8 << 20;

	b->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(b->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(b->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return bind(b->fd, &sa.sa, len);
}

static int measure(struct blast *b)
{
	uint64_t start, cpu, ns;

	if (open_socket(b) || packets_make(&b->plan, &b->packets)) {
		fprintf(stderr, "blast: cannot prepare\n");
		return 1;
	}
	run(b, b->warm_up < b->plan.count ? b->warm_up : 0);
	b->plan.count -= b->sent;
	b->answered = b->good = b->lost = 0;
	/* Trains stay whole: the first packets are simply gone. */
	b->packets.data += (size_t)b->sent * b->packets.size;
	b->sent = 0;
	cpu = cpu_ns(b->pid);
	start = now_ns();
	run(b, b->plan.count);
	ns = b->lost ? now_ns() - start : b->last_ns - start;
	close(b->fd);		/* whoever reads the line may ask next */
	printf("%u %u %u %.6f %.6f\n", b->sent, b->answered, b->good,
	       (double)ns / 1e9, (double)(cpu_ns(b->pid) - cpu) / 1e9);
	return 0;
}

static enum ask ask_of(const char *name)
{
	static const char *const names[] = {
		[ASK_REQUEST] = "request", [ASK_HOLE] = "hole",
		[ASK_REGISTER] = "register", [ASK_ECHO] = "echo",
		[ASK_NAME] = "name",
	};

	for (unsigned int i = 0; i < 5; i++)
		if (!strcmp(names[i], name))
			return (enum ask)i;
	fprintf(stderr, "blast: -a %s\n", name);
	exit(1);
}

int main(int argc, char **argv)
{
	struct blast b = {
		.plan = {
			.eids = 1000000, .count = 100000, .records = 1,
			.sources = 4096, .with_ids = true,
		},
		.port = 4342,
		.window = 512,
		.patience_ns = 1000000000,
	};
	const char *conf = NULL;
	unsigned int workers = 1;
	int c;

	while ((c = getopt(argc, argv, "a:c:f:n:r:i:N:1p:w:P:t:T:C:W:")) != -1) {
		switch (c) {
		case 'a': b.plan.ask = ask_of(optarg); break;
		case 'c': b.plan.count = (uint32_t)atol(optarg); break;
		case 'f': b.plan.first = (uint32_t)atol(optarg); break;
		case 'n': b.plan.eids = (uint32_t)atol(optarg); break;
		case 'r': b.plan.records = (uint32_t)atol(optarg); break;
		case 'i': b.plan.iid = (uint32_t)atol(optarg); break;
		case 'N': b.plan.nonce = strtoull(optarg, NULL, 10); break;
		case '1': b.plan.sha1 = true; break;
		case 'p': b.port = (uint16_t)atol(optarg); break;
		case 'w': b.window = (uint32_t)atol(optarg); break;
		case 'P': b.pid = atoi(optarg); break;
		case 't': b.warm_up = (uint32_t)atol(optarg); break;
		case 'T': b.patience_ns = strtoull(optarg, NULL, 10) * 1000000;
			break;
		case 'C': conf = optarg; break;
		case 'W': workers = (unsigned int)atoi(optarg); break;
		default: return 1;
		}
	}
	if (optind != argc - 1)
		return 1;
	if (conf && !strcmp(conf, "lispd"))
		plan_print_lispd(&b.plan, stdout, argv[optind], workers);
	else if (conf && !strcmp(conf, "zone"))
		plan_print_zone(&b.plan, stdout);
	else if (conf && !strcmp(conf, "oor"))
		plan_print_oor(&b.plan, stdout, argv[optind]);
	else if (conf || addr_from_text(argv[optind], &b.plan.server))
		return 1;
	else
		return measure(&b);
	return 0;
}
