/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject DEV COUNT OCTETS MTU SMAC DMAC: COUNT large TCP packets with OCTETS
 * of data, to be cut for an MTU, from 10.1.0.1 to 198.18.0.1 out of DEV. They
 * belong to no connection, so there are exactly that many; data lies in pages,
 * as what a driver has merged.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADERS	(sizeof(struct mac_header) + sizeof(struct iphdr) + \
		 sizeof(struct tcphdr))

struct mac_header {
	uint8_t dst[6], src[6];
	uint16_t proto;
} __attribute__((packed));

struct frame {
	struct virtio_net_hdr vnet;
	struct mac_header eth;
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t data[60000];
} __attribute__((packed));

static void mac(const char *text, uint8_t *to)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to[0], &to[1],
		   &to[2], &to[3], &to[4], &to[5]) != 6)
		errx(2, "%s: no MAC address", text);
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t add(const void *p, size_t n)
{
	const uint8_t *octet = p;
	uint32_t sum = 0;

	for (; n > 1; n -= 2, octet += 2)
		sum += octet[0] << 8 | octet[1];
	return sum;
}

static void build(struct frame *f, size_t octets, unsigned int mtu)
{
	size_t len = sizeof(f->ip) + sizeof(f->tcp) + octets;
	struct { uint32_t src, dst; uint16_t proto, len; } pseudo;

	f->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	f->vnet.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	f->vnet.gso_size = mtu - sizeof(f->ip) - sizeof(f->tcp);
	f->vnet.hdr_len = HEADERS;
	f->vnet.csum_start = HEADERS - sizeof(f->tcp);
	f->vnet.csum_offset = offsetof(struct tcphdr, check);
	f->eth.proto = htons(ETHERTYPE_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.ttl = 64;
	f->ip.frag_off = htons(0x4000);
	f->ip.protocol = IPPROTO_TCP;
	f->ip.tot_len = htons(len);
	f->ip.saddr = inet_addr("10.1.0.1");
	f->ip.daddr = inet_addr("198.18.0.1");
	f->ip.check = htons(~fold(add(&f->ip, sizeof(f->ip))));
	f->tcp.source = htons(4000);
	f->tcp.dest = htons(5001);
	f->tcp.doff = 5;
	f->tcp.ack = 1;
	f->tcp.window = htons(1000);
	pseudo.src = f->ip.saddr;
	pseudo.dst = f->ip.daddr;
	pseudo.proto = htons(IPPROTO_TCP);
	pseudo.len = htons(len - sizeof(f->ip));
	f->tcp.check = htons(fold(add(&pseudo, sizeof(pseudo))));
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	static struct frame f;
	size_t octets;
	int fd, on = 1;
	long i, count;

	if (argc != 7)
		errx(2, "inject DEV COUNT OCTETS MTU SMAC DMAC");
	count = atol(argv[2]);
	octets = atol(argv[3]);
	if (octets > sizeof(f.data))
		errx(2, "%s: too many octets", argv[3]);
	build(&f, octets, atoi(argv[4]));
	mac(argv[5], f.eth.src);
	mac(argv[6], f.eth.dst);

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (fd < 0 || !to.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		err(1, "%s", argv[1]);
	for (i = 0; i < count; i++) {
		f.tcp.seq = htonl(1 + i * octets);
		if (sendto(fd, &f, sizeof(f.vnet) + HEADERS + octets, 0,
			   (void *)&to, sizeof(to)) < 0)
			err(1, "sendto");
	}
	return 0;
}
