// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Answer misses of the lisp device from a table: a whole control plane, with
 * libmnl alone.
 *
 *	cc -o answer-misses answer-misses.c -lmnl
 *	answer-misses IID PREFIX/LENGTH=RLOC... (IPv4)
 *
 * Give it a device first:
 *
 *	ip link add lisp100 type lisp id 100
 *	ip link set lisp100 up
 *	ip route add 10.0.0.0/8 dev lisp100
 *	answer-misses 100 10.2.0.0/16=192.0.2.2
 *
 * An EID of no prefix gets a mapping that drops, for ten seconds.  The others
 * stay when the program ends; "lispctl map-cache flush origin 4242" ends them.
 * What may be relied on: Documentation/netlink/stability.rst.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/lisp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ORIGIN 4242	/* one of our own: nobody else's entries change */

struct entry {
	struct in_addr prefix, rloc;
	uint8_t len;
};

static struct entry table[64];
static int entries;
static uint32_t iid, group;
static uint16_t family;
static struct mnl_socket *asks, *hears;
static char sentence[256];	/* the kernel's own, why it refused */

static void die(const char *what)
{
	fprintf(stderr, "answer-misses: %s: %s\n", what, strerror(errno));
	exit(1);
}

static struct nlmsghdr *request(void *buf, uint16_t type, uint8_t cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *g;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	g = mnl_nlmsg_put_extra_header(nlh, sizeof(*g));
	g->cmd = cmd;
	g->version = LISP_GENL_VERSION;
	return nlh;
}

/* The end of an answer: done, or refused with errno and maybe a sentence. */
static int on_end(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *a;

	if (err->error == 0)
		return MNL_CB_STOP;
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		mnl_attr_for_each(a, nlh, sizeof(*err))
			if (mnl_attr_get_type(a) == NLMSGERR_ATTR_MSG)
				snprintf(sentence, sizeof(sentence), ": %s",
					 mnl_attr_get_str(a));
	errno = -err->error;
	return MNL_CB_ERROR;
}

/* Send a request, give the answer to fn, see whether it was done. */
static int ask(const struct nlmsghdr *nlh, mnl_cb_t fn)
{
	static mnl_cb_t ends[] = { [NLMSG_ERROR] = on_end };
	char buf[32768];
	ssize_t n;
	int rc = MNL_CB_OK;

	sentence[0] = '\0';
	if (mnl_socket_sendto(asks, nlh, nlh->nlmsg_len) < 0)
		die("send");
	while (rc == MNL_CB_OK) {
		n = mnl_socket_recvfrom(asks, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("receive");
		rc = mnl_cb_run2(buf, n, 0, mnl_socket_get_portid(asks), fn,
				 NULL, ends, MNL_ARRAY_SIZE(ends));
	}
	return rc;
}

static void on_group(const struct nlattr *nest)
{
	const struct nlattr *a;
	const char *name = "";
	uint32_t id = 0;

	mnl_attr_for_each_nested(a, nest) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
			name = mnl_attr_get_str(a);
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
			id = mnl_attr_get_u32(a);
	}
	if (strcmp(name, LISP_MCGRP_MISS) == 0)
		group = id;
}

/* The answer to CTRL_CMD_GETFAMILY: numbers of the family and of "miss". */
static int on_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *a, *g;

	mnl_attr_for_each(a, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(a);
		if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GROUPS)
			mnl_attr_for_each_nested(g, a)
				on_group(g);
	}
	return MNL_CB_OK;
}

static void find_family(void)
{
	char buf[256];
	struct nlmsghdr *nlh = request(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, LISP_GENL_NAME);
	if (ask(nlh, on_family) < 0)
		die("family " LISP_GENL_NAME " (is lisp.ko loaded?)");
}

/* An address without the bits beyond a length. */
static in_addr_t cut(struct in_addr a, unsigned int len)
{
	return a.s_addr & htonl(len ? ~0u << (32 - len) : 0);
}

static const struct entry *look_up(struct in_addr eid)
{
	const struct entry *best = NULL;

	for (const struct entry *e = table; e < table + entries; e++)
		if (cut(eid, e->len) == e->prefix.s_addr &&
		    (!best || e->len > best->len))
			best = e;
	return best;
}

/* MAP_NEW: a whole prefix of the table, or "drop" for one EID. */
static void answer(struct in_addr eid)
{
	const struct entry *e = look_up(eid);
	struct nlattr *locators, *locator;
	struct nlmsghdr *nlh;
	char buf[512];

	nlh = request(buf, family, LISP_CMD_MAP_NEW);
	mnl_attr_put_u32(nlh, LISP_A_MAP_IID, iid);
	mnl_attr_put_u32(nlh, LISP_A_MAP_ORIGIN, ORIGIN);
	mnl_attr_put(nlh, LISP_A_MAP_PREFIX, sizeof(eid), e ? &e->prefix : &eid);
	mnl_attr_put_u8(nlh, LISP_A_MAP_PREFIX_LEN, e ? e->len : 32);
	if (e) {
		locators = mnl_attr_nest_start(nlh, LISP_A_MAP_LOCATORS);
		locator = mnl_attr_nest_start(nlh, LISP_A_LOCATORS_LOCATOR);
		mnl_attr_put(nlh, LISP_A_LOCATOR_ADDRESS, sizeof(e->rloc),
			     &e->rloc);
		mnl_attr_nest_end(nlh, locator);
		mnl_attr_nest_end(nlh, locators);
	} else {
		mnl_attr_put_u32(nlh, LISP_A_MAP_ACTION, LISP_ACTION_DROP);
		mnl_attr_put_u32(nlh, LISP_A_MAP_TTL, 10);
	}
	if (ask(nlh, NULL) < 0)
		fprintf(stderr, "%s: the kernel refuses its mapping: %s%s\n",
			inet_ntoa(eid), strerror(errno), sentence);
	else
		printf("%s %s\n", inet_ntoa(eid), e ? "mapped" : "dropped");
}

/* A notification: of other Instance-IDs and of IPv6 is not our business. */
static int on_miss(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);
	struct in_addr eid = { 0 };
	const struct nlattr *a;
	int ours = 0;

	if (nlh->nlmsg_type != family || g->cmd != LISP_CMD_MISS_NTF)
		return MNL_CB_OK;
	mnl_attr_for_each(a, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(a) == LISP_A_MISS_IID &&
		    mnl_attr_get_u32(a) == iid)
			ours |= 1;
		if (mnl_attr_get_type(a) == LISP_A_MISS_EID &&
		    mnl_attr_get_payload_len(a) == sizeof(eid)) {
			memcpy(&eid, mnl_attr_get_payload(a), sizeof(eid));
			ours |= 2;
		}
	}
	if (ours == 3)
		answer(eid);
	return MNL_CB_OK;
}

/* PREFIX/LENGTH=RLOC, and nothing behind it */
static int read_entry(const char *word, struct entry *e)
{
	char prefix[16], rloc[16];
	unsigned int len;
	int end = 0;

	if (sscanf(word, "%15[0-9.]/%2u=%15[0-9.]%n", prefix, &len, rloc,
		   &end) != 3 || word[end] || len > 32 ||
	    inet_pton(AF_INET, prefix, &e->prefix) != 1 ||
	    inet_pton(AF_INET, rloc, &e->rloc) != 1 ||
	    cut(e->prefix, len) != e->prefix.s_addr)
		return -1;
	e->len = len;
	return 0;
}

static void read_table(int argc, char **argv)
{
	unsigned long number;
	char *end;

	if (argc < 3 || argc - 2 > (int)MNL_ARRAY_SIZE(table)) {
		fprintf(stderr, "answer-misses IID PREFIX/LENGTH=RLOC...\n");
		exit(2);
	}
	number = strtoul(argv[1], &end, 10);
	if (end == argv[1] || *end || number > LISP_IID_MAX) {
		fprintf(stderr, "%s: not an Instance-ID\n", argv[1]);
		exit(2);
	}
	iid = number;
	for (int i = 2; i < argc; i++) {
		if (read_entry(argv[i], &table[entries++]) < 0) {
			fprintf(stderr, "%s: not PREFIX/LENGTH=RLOC\n", argv[i]);
			exit(2);
		}
	}
}

static struct mnl_socket *new_socket(void)
{
	struct mnl_socket *s = mnl_socket_open(NETLINK_GENERIC);
	int on = 1;

	if (!s || mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink socket");
	/* refusals with a sentence, without the request */
	mnl_socket_setsockopt(s, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(s, NETLINK_CAP_ACK, &on, sizeof(on));
	return s;
}

int main(int argc, char **argv)
{
	char buf[32768];
	ssize_t n;

	setlinebuf(stdout);
	read_table(argc, argv);
	asks = new_socket();
	hears = new_socket();
	find_family();
	if (mnl_socket_setsockopt(hears, NETLINK_ADD_MEMBERSHIP, &group,
				  sizeof(group)) < 0)
		die("listening to misses");
	puts("listening");
	for (;;) {
		n = mnl_socket_recvfrom(hears, buf, sizeof(buf));
		/* ENOBUFS: some were lost, and are repeated until answered */
		if (n < 0 && (errno == ENOBUFS || errno == EINTR))
			continue;
		if (n < 0)
			die("receive");
		mnl_cb_run(buf, n, 0, 0, on_miss, NULL);
	}
}
