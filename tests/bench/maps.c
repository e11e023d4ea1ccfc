// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * maps fill COUNT IIDS SITES ORIGIN: that many mappings of hosts from 11.0.0.0
 * on for a day, in turn of Instance-IDs from 1 on, each of a site with two
 * RLOCs, in turn of SITES.
 * maps dump: receive all mappings and do nothing with them; print how many
 * messages there were. What any program pays that wants to know them.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/lisp.h>

#define BATCH	128

static char buf[65536];
static struct mnl_socket *sock;
static uint16_t family;

static void die(const char *what)
{
	fprintf(stderr, "maps: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct nlmsghdr *message(void *at, uint16_t type, uint8_t cmd,
				uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);
	struct genlmsghdr *g;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
	g->cmd = cmd;
	g->version = 1;
	return nlh;
}

static void send_all(const void *data, size_t len)
{
	if (mnl_socket_sendto(sock, data, len) < 0)
		die("send");
}

/* One answer: an acknowledgement, or what @fn takes of it before that. */
static void receive(mnl_cb_t fn, void *arg)
{
	int ret = MNL_CB_OK;

	while (ret > MNL_CB_STOP) {
		ssize_t n = mnl_socket_recvfrom(sock, buf, sizeof(buf));

		ret = n < 0 ? -1 : mnl_cb_run(buf, n, 0, 0, fn, arg);
	}
	if (ret < 0)
		die("the kernel");
}

static int on_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(a);
	return MNL_CB_OK;
}

static void open_family(void)
{
	struct nlmsghdr *nlh;

	sock = mnl_socket_open(NETLINK_GENERIC);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID))
		die("socket");
	nlh = message(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LISP_GENL_NAME);
	send_all(nlh, nlh->nlmsg_len);
	receive(on_family, NULL);
}

static void put_locator(struct nlmsghdr *nlh, uint32_t addr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh,
						  LISP_A_LOCATORS_LOCATOR);

	addr = htonl(addr);
	mnl_attr_put(nlh, LISP_A_LOCATOR_ADDRESS, 4, &addr);
	mnl_attr_put_u8(nlh, LISP_A_LOCATOR_PRIORITY, 1);
	mnl_attr_put_u8(nlh, LISP_A_LOCATOR_WEIGHT, 50);
	mnl_attr_put_u8(nlh, LISP_A_LOCATOR_FLAGS, LISP_LOC_FLAG_REACHABLE);
	mnl_attr_nest_end(nlh, nest);
}

static size_t put_map(void *at, uint32_t host, uint32_t iid, uint32_t site,
		      uint32_t origin, bool ack)
{
	struct nlmsghdr *nlh = message(at, family, LISP_CMD_MAP_NEW,
				       NLM_F_CREATE | NLM_F_REPLACE |
				       (ack ? NLM_F_ACK : 0));
	struct nlattr *nest;

	host = htonl(0x0b000000 + host);
	mnl_attr_put_u32(nlh, LISP_A_MAP_IID, iid);
	mnl_attr_put(nlh, LISP_A_MAP_PREFIX, 4, &host);
	mnl_attr_put_u32(nlh, LISP_A_MAP_ORIGIN, origin);
	mnl_attr_put_u32(nlh, LISP_A_MAP_TTL, 86400);
	nest = mnl_attr_nest_start(nlh, LISP_A_MAP_LOCATORS);
	put_locator(nlh, 0x64400000 + 2 * site);
	put_locator(nlh, 0x64400001 + 2 * site);
	mnl_attr_nest_end(nlh, nest);
	return nlh->nlmsg_len;
}

static int on_nothing(const struct nlmsghdr *nlh, void *arg)
{
	++*(size_t *)arg;
	return MNL_CB_OK;
}

static void fill(uint32_t count, uint32_t iids, uint32_t sites,
		 uint32_t origin)
{
	static char batch[BATCH * 256];
	size_t n = 0, seen;

	for (uint32_t i = 0; i < count; i++) {
		bool last = i + 1 == count || i % BATCH == BATCH - 1;

		n += put_map(batch + n, i / iids, 1 + i % iids,
			     i % sites, origin, last);
		if (!last)
			continue;
		send_all(batch, n);
		receive(on_nothing, &seen);
		n = 0;
	}
}

static void dump(void)
{
	struct nlmsghdr *nlh = message(buf, family, LISP_CMD_MAP_GET,
				       NLM_F_DUMP);
	size_t seen = 0;

	send_all(nlh, nlh->nlmsg_len);
	receive(on_nothing, &seen);
	printf("%zu\n", seen);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "fill")) {
		open_family();
		fill(atol(argv[2]), atol(argv[3]), atol(argv[4]),
		     atol(argv[5]));
	} else if (argc == 2 && !strcmp(argv[1], "dump")) {
		open_family();
		dump();
	} else {
		fprintf(stderr, "maps: see the head of maps.c\n");
		return 2;
	}
	return 0;
}
