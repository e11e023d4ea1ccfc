// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Make and watch packets, a line of key=value each.
 *
 *	pkt send		packets from lines on standard input
 *	pkt sniff DEV [-c COUNT] [-t SECONDS] [-r FILE] [-o] [KEY=VALUE]...
 *				print what passes on DEV; ends after COUNT
 *				packets (status 0) or SECONDS (status 1);
 *				FILE is made once it listens; -o: only what
 *				DEV sends, default only what it receives; only
 *				packets that have the KEY=VALUE pairs
 *
 * Keys of a packet, outer o.*, LISP header, inner i.*:
 *
 *	o.src o.dst o.ttl o.tos o.sport o.dport o.csum (0: no UDP checksum)
 *	hdr=16 hex digits
 *	i.src i.dst i.ttl i.tos i.df i.proto i.sport i.dport i.len (octets of
 *	UDP or other payload) i.csum (sniffed: ok or bad, the IPv4 header's)
 *	i.type i.code i.mtu (sniffed ICMP)
 *	len (sniffed: octets of the whole packet)
 *
 * "send" only: raw=HEX instead of an inner packet; cut=N keeps only the
 * first N octets of the UDP payload; i.badcsum=1; without o.dst the inner
 * packet itself is sent, through a raw socket. With q.src q.dst q.sport
 * q.dport (4341) it is an ICMP error of i.type, i.code, i.mtu about an empty
 * UDP packet.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUF 65536
#define KEYS 32

struct pair {
	char key[16];
	char value[8192];
};

struct spec {
	struct pair pair[KEYS];
	int n;
};

static void die(const char *what, const char *arg)
{
	fprintf(stderr, "pkt: %s: %s\n", what, arg);
	exit(2);
}

static void spec_add(struct spec *s, const char *word)
{
	const char *eq = strchr(word, '=');
	struct pair *p = &s->pair[s->n];

	if (!eq || (size_t)(eq - word) >= sizeof(p->key) || s->n == KEYS ||
	    strlen(eq) > sizeof(p->value))
		die("not KEY=VALUE, or too much", word);
	snprintf(p->key, sizeof(p->key), "%.*s", (int)(eq - word), word);
	snprintf(p->value, sizeof(p->value), "%s", eq + 1);
	s->n++;
}

static const char *spec_get(const struct spec *s, const char *key)
{
	int i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->pair[i].key, key))
			return s->pair[i].value;
	return NULL;
}

static long spec_num(const struct spec *s, const char *key, long dflt)
{
	const char *v = spec_get(s, key);
	char *end;
	long n;

	if (!v)
		return dflt;
	n = strtol(v, &end, 0);
	if (*end || end == v)
		die("not a number", v);
	return n;
}

/* --- octets --- */

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put16(uint8_t *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint32_t sum16(const uint8_t *p, size_t len, uint32_t sum)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len ? sum + (p[0] << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static size_t put_hex(uint8_t *out, size_t size, const char *hex)
{
	unsigned int octet;
	size_t n;

	for (n = 0; hex[0]; n++, hex += 2) {
		if (n == size || sscanf(hex, "%2x", &octet) != 1 || !hex[1])
			die("bad hex digits", hex);
		out[n] = octet;
	}
	return n;
}

/* --- send --- */

static int spec_addr(const struct spec *s, const char *key, uint8_t *addr)
{
	const char *v = spec_get(s, key);

	if (!v)
		die("missing", key);
	if (inet_pton(AF_INET, v, addr) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, v, addr) == 1)
		return AF_INET6;
	die("not an address", v);
	return 0;
}

static size_t build_udp(uint8_t *p, const struct spec *s, const uint8_t *src,
			const uint8_t *dst, size_t alen, size_t len)
{
	uint32_t sum;
	uint16_t csum;

	put16(p, spec_num(s, "i.sport", 9));
	put16(p + 2, spec_num(s, "i.dport", 9));
	put16(p + 4, 8 + len);
	put16(p + 6, 0);
	memset(p + 8, 'x', len);
	sum = sum16(src, alen, IPPROTO_UDP + 8 + len);
	csum = fold(sum16(p, 8 + len, sum16(dst, alen, sum)));
	put16(p + 6, csum ? csum : 0xffff);
	return 8 + len;
}

/* The first octets of a UDP packet, as an ICMP error quotes it. */
static size_t build_quote(uint8_t *p, const struct spec *s, int family)
{
	size_t head = family == AF_INET ? 20 : 40;

	memset(p, 0, head + 8);
	if (family == AF_INET) {
		p[0] = 0x45;
		put16(p + 2, head + 8);
		put16(p + 6, 0x4000);
		p[8] = 64;
		p[9] = IPPROTO_UDP;
	} else {
		p[0] = 0x60;
		put16(p + 4, 8);
		p[6] = IPPROTO_UDP;
		p[7] = 64;
	}
	if (spec_addr(s, "q.src", p + (family == AF_INET ? 12 : 8)) != family ||
	    spec_addr(s, "q.dst", p + (family == AF_INET ? 16 : 24)) != family)
		die("families differ", "q.src q.dst");
	if (family == AF_INET)
		put16(p + 10, fold(sum16(p, head, 0)));
	put16(p + head, spec_num(s, "q.sport", 50000));
	put16(p + head + 2, spec_num(s, "q.dport", 4341));
	put16(p + head + 4, 8);
	return head + 8;
}

static size_t build_icmp(uint8_t *p, const struct spec *s, const uint8_t *src,
			 const uint8_t *dst, int family)
{
	long mtu = spec_num(s, "i.mtu", 0);
	uint32_t sum = 0;
	size_t n;

	memset(p, 0, 8);
	p[0] = spec_num(s, "i.type", 3);
	p[1] = spec_num(s, "i.code", 0);
	put16(p + 6, mtu);
	n = 8 + build_quote(p + 8, s, family);
	if (family == AF_INET6)
		sum = sum16(dst, 16, sum16(src, 16, IPPROTO_ICMPV6 + n));
	put16(p + 2, fold(sum16(p, n, sum)));
	return n;
}

static size_t build_inner(uint8_t *p, const struct spec *s, int *family)
{
	uint8_t src[16], dst[16];
	int proto = spec_num(s, "i.proto", IPPROTO_UDP);
	size_t len = spec_num(s, "i.len", 32), head;

	*family = spec_addr(s, "i.dst", dst);
	if (spec_get(s, "q.dst"))
		proto = *family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	if (spec_addr(s, "i.src", src) != *family)
		die("families differ", "i.src i.dst");
	head = *family == AF_INET ? 20 : 40;
	if (head + 8 + len > BUF)
		die("too long", "i.len");
	memset(p, 0, head);
	if (spec_get(s, "q.dst"))
		len = build_icmp(p + head, s, src, dst, *family);
	else if (proto == IPPROTO_UDP)
		len = build_udp(p + head, s, src, dst, head == 20 ? 4 : 16,
				len);
	else
		memset(p + head, 'x', len);
	if (*family == AF_INET6) {
		put16(p, 0x6000 | spec_num(s, "i.tos", 0) << 4);
		put16(p + 4, len);
		p[6] = proto;
		p[7] = spec_num(s, "i.ttl", 64);
		memcpy(p + 8, src, 16);
		memcpy(p + 24, dst, 16);
		return head + len;
	}
	p[0] = 0x45;
	p[1] = spec_num(s, "i.tos", 0);
	put16(p + 2, head + len);
	put16(p + 6, spec_num(s, "i.df", 0) ? 0x4000 : 0);
	p[8] = spec_num(s, "i.ttl", 64);
	p[9] = proto;
	memcpy(p + 12, src, 4);
	memcpy(p + 16, dst, 4);
	put16(p + 10, fold(sum16(p, head, 0)) ^
	      spec_num(s, "i.badcsum", 0));
	return head + len;
}

static void set_int(int fd, int level, int opt, int v)
{
	if (setsockopt(fd, level, opt, &v, sizeof(v)))
		die("setsockopt", strerror(errno));
}

static socklen_t sockaddr_of(struct sockaddr_storage *ss, int family,
			     const uint8_t *addr, int port)
{
	struct sockaddr_in6 *in6 = (void *)ss;
	struct sockaddr_in *in = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	ss->ss_family = family;
	if (family == AF_INET) {
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr, 4);
		return sizeof(*in);
	}
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, addr, 16);
	return sizeof(*in6);
}

static int outer_socket(const struct spec *s, int family)
{
	int fd = socket(family, SOCK_DGRAM, 0);
	bool v4 = family == AF_INET;
	struct sockaddr_storage ss;
	uint8_t src[16] = { 0 };
	socklen_t len;

	if (fd < 0)
		die("socket", strerror(errno));
	if (spec_get(s, "o.src"))
		spec_addr(s, "o.src", src);
	len = sockaddr_of(&ss, family, src, spec_num(s, "o.sport", 0));
	if (bind(fd, (void *)&ss, len))
		die("bind", strerror(errno));
	set_int(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		v4 ? IP_TTL : IPV6_UNICAST_HOPS, spec_num(s, "o.ttl", 64));
	set_int(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS,
		spec_num(s, "o.tos", 0));
	if (!spec_num(s, "o.csum", 1))
		set_int(fd, v4 ? SOL_SOCKET : IPPROTO_UDP,
			v4 ? SO_NO_CHECK : 101 /* UDP_NO_CHECK6_TX */, 1);
	return fd;
}

static void transmit(int fd, const uint8_t *p, size_t n, int family,
		     const uint8_t *dst, int port)
{
	struct sockaddr_storage ss;
	socklen_t len = sockaddr_of(&ss, family, dst, port);
	ssize_t r;

	/* An ICMP error for an earlier packet is reported here: not ours. */
	do
		r = sendto(fd, p, n, 0, (void *)&ss, len);
	while (r < 0 && (errno == ECONNREFUSED || errno == EHOSTUNREACH));
	if (r < 0)
		die("sendto", strerror(errno));
	close(fd);
}

static void send_plain(const struct spec *s)
{
	static uint8_t buf[BUF];
	uint8_t dst[16];
	int family, fd;
	size_t n;

	n = build_inner(buf, s, &family);
	fd = socket(family, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		die("raw socket", strerror(errno));
	/* whatever size this host was told */
	if (family == AF_INET)
		set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE);
	else
		set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
			IPV6_PMTUDISC_PROBE);
	spec_addr(s, "i.dst", dst);
	transmit(fd, buf, n, family, dst, 0);
}

static void send_lisp(const struct spec *s)
{
	static uint8_t buf[BUF + 8];
	const char *hdr = spec_get(s, "hdr"), *raw = spec_get(s, "raw");
	int family, inner;
	uint8_t dst[16];
	size_t n;

	if (put_hex(buf, 8, hdr ? hdr : "0000000000000000") != 8)
		die("not 16 digits", hdr);
	n = 8 + (raw ? put_hex(buf + 8, BUF, raw) :
		 build_inner(buf + 8, s, &inner));
	if ((size_t)spec_num(s, "cut", n) < n)
		n = spec_num(s, "cut", n);
	family = spec_addr(s, "o.dst", dst);
	transmit(outer_socket(s, family), buf, n, family, dst,
		 spec_num(s, "o.dport", 4341));
}

static int cmd_send(void)
{
	static char line[BUF];
	static struct spec s;
	char *word, *save;

	while (fgets(line, sizeof(line), stdin)) {
		s.n = 0;
		for (word = strtok_r(line, " \t\n", &save); word;
		     word = strtok_r(NULL, " \t\n", &save))
			spec_add(&s, word);
		if (!s.n || s.pair[0].key[0] == '#')
			continue;
		if (spec_get(&s, "o.dst"))
			send_lisp(&s);
		else
			send_plain(&s);
	}
	return 0;
}

/* --- sniff --- */

struct out {
	char text[1024];
	size_t len;
};

static void say(struct out *o, const char *layer, const char *key,
		const char *fmt, unsigned long v)
{
	o->len += snprintf(o->text + o->len, sizeof(o->text) - o->len,
			   "%s%s%s=", o->len ? " " : "", layer, key);
	o->len += snprintf(o->text + o->len, sizeof(o->text) - o->len, fmt, v);
}

static void say_addr(struct out *o, const char *layer, const char *key, int af,
		     const uint8_t *a)
{
	char buf[INET6_ADDRSTRLEN];

	inet_ntop(af, a, buf, sizeof(buf));
	o->len += snprintf(o->text + o->len, sizeof(o->text) - o->len,
			   "%s%s%s=%s", o->len ? " " : "", layer, key, buf);
}

static void show_ip(struct out *o, const char *layer, const uint8_t *p,
		    size_t n);

static void show_lisp(struct out *o, const uint8_t *p, size_t n)
{
	int i;

	if (n < 8)
		return;
	say(o, "", "hdr", "%08lx", (unsigned long)get16(p) << 16 | get16(p + 2));
	for (i = 4; i < 8; i++)
		o->len += snprintf(o->text + o->len,
				   sizeof(o->text) - o->len, "%02x", p[i]);
	show_ip(o, "i.", p + 8, n - 8);
}

static void show_payload(struct out *o, const char *layer, int proto,
			 const uint8_t *p, size_t n)
{
	bool outer = layer[0] == 'o';

	say(o, layer, "proto", "%lu", proto);
	if (proto == IPPROTO_UDP && n >= 8) {
		say(o, layer, "sport", "%lu", get16(p));
		say(o, layer, "dport", "%lu", get16(p + 2));
		say(o, layer, "len", "%lu", n - 8);
		if (outer) {
			say(o, layer, "csum", "%lu", get16(p + 6));
			show_lisp(o, p + 8, n - 8);
		}
	} else if ((proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6) &&
		   n >= 8) {
		say(o, layer, "type", "%lu", p[0]);
		say(o, layer, "code", "%lu", p[1]);
		say(o, layer, "mtu", "%lu", proto == IPPROTO_ICMP ?
		    get16(p + 6) :
		    (unsigned long)get16(p + 4) << 16 | get16(p + 6));
	} else {
		say(o, layer, "len", "%lu", n);
	}
}

static void show_ip(struct out *o, const char *layer, const uint8_t *p,
		    size_t n)
{
	if (n >= 20 && p[0] >> 4 == 4) {
		size_t head = (p[0] & 15) * 4u;

		say_addr(o, layer, "src", AF_INET, p + 12);
		say_addr(o, layer, "dst", AF_INET, p + 16);
		say(o, layer, "ttl", "%lu", p[8]);
		say(o, layer, "tos", "%lu", p[1]);
		say(o, layer, "df", "%lu", p[6] >> 6 & 1);
		say(o, layer, "frag", "%lu", get16(p + 6) & 0x3fff);
		say(o, layer, "tot", "%lu", get16(p + 2));
		o->len += snprintf(o->text + o->len,
				   sizeof(o->text) - o->len, " %shcsum=%s",
				   layer, head <= n && !fold(sum16(p, head, 0)) ?
				   "ok" : "bad");
		if (head <= n)
			show_payload(o, layer, p[9], p + head, n - head);
	} else if (n >= 40 && p[0] >> 4 == 6) {
		say_addr(o, layer, "src", AF_INET6, p + 8);
		say_addr(o, layer, "dst", AF_INET6, p + 24);
		say(o, layer, "ttl", "%lu", p[7]);
		say(o, layer, "tos", "%lu", get16(p) >> 4 & 0xff);
		say(o, layer, "tot", "%lu", get16(p + 4) + 40ul);
		show_payload(o, layer, p[6], p + 40, n - 40);
	}
}

/* Is it LISP on its way between routers? Then its layers are o. and i. */
static bool is_lisp(const uint8_t *p, size_t n)
{
	size_t head = n < 20 ? 0 : p[0] >> 4 == 4 ? (p[0] & 15) * 4u : 40;
	int proto = n < 20 ? 0 : p[0] >> 4 == 4 ? p[9] : p[6];

	return head && n >= head + 16 && proto == IPPROTO_UDP &&
	       get16(p + head + 2) == 4341;
}

static bool wanted(const struct out *o, const struct spec *filter)
{
	char pair[64], text[sizeof(o->text) + 2];
	int i;

	snprintf(text, sizeof(text), " %s ", o->text);
	for (i = 0; i < filter->n; i++) {
		snprintf(pair, sizeof(pair), " %s=%.40s ", filter->pair[i].key,
			 filter->pair[i].value);
		if (!strstr(text, pair))
			return false;
	}
	return true;
}

static int sniff_socket(const char *dev)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = if_nametoindex(dev) };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));

	if (!ll.sll_ifindex)
		die("no such device", dev);
	if (fd < 0 || bind(fd, (void *)&ll, sizeof(ll)))
		die("packet socket", strerror(errno));
	/* more than rmem_max: a burst may pass before this process runs */
	set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20);
	return fd;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int sniff(int fd, long count, long ms, bool outgoing,
		 const struct spec *filter)
{
	static uint8_t buf[BUF * 2];
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	long end = now_ms() + ms;

	while (count > 0) {
		struct sockaddr_ll ll;
		socklen_t len = sizeof(ll);
		struct out o = { .len = 0 };
		long left = end - now_ms();
		ssize_t n;

		if (left <= 0 || poll(&pfd, 1, left) <= 0)
			return 1;
		n = recvfrom(fd, buf, sizeof(buf), 0, (void *)&ll, &len);
		if (n <= 0 || (ll.sll_pkttype == PACKET_OUTGOING) != outgoing)
			continue;
		show_ip(&o, is_lisp(buf, n) ? "o." : "i.", buf, n);
		say(&o, "", "len", "%lu", n);
		if (!wanted(&o, filter))
			continue;
		puts(o.text);
		fflush(stdout);
		count--;
	}
	return 0;
}

static int cmd_sniff(int argc, char **argv)
{
	static struct spec filter;
	const char *ready = NULL;
	long count = 1, seconds = 10;
	bool outgoing = false;
	int c, fd;

	while ((c = getopt(argc, argv, "c:t:r:o")) != -1) {
		switch (c) {
		case 'c':
			count = atol(optarg);
			break;
		case 't':
			seconds = atol(optarg);
			break;
		case 'r':
			ready = optarg;
			break;
		case 'o':
			outgoing = true;
			break;
		default:
			return 2;
		}
	}
	if (optind >= argc)
		die("missing", "device");
	fd = sniff_socket(argv[optind++]);
	for (; optind < argc; optind++)
		spec_add(&filter, argv[optind]);
	if (ready)
		close(open(ready, O_CREAT | O_WRONLY, 0644));
	return sniff(fd, count, seconds * 1000, outgoing, &filter);
}

int main(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "send"))
		return cmd_send();
	if (argc >= 3 && !strcmp(argv[1], "sniff"))
		return cmd_sniff(argc - 1, argv + 1);
	fprintf(stderr, "usage: pkt send | pkt sniff DEV [OPTIONS] [FILTER]\n");
	return 2;
}
