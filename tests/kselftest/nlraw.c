// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Speak generic netlink to the family "lisp" attribute by attribute, rightly
 * or wrongly.
 *
 *	nlraw			send the requests on standard input, a line each
 *	nlraw cut REQUEST...	send each strict prefix of the message, from the
 *				generic netlink header on
 *	nlraw fuzz COUNT SEED	send requests with random attributes of
 *				Instance-ID 77; any answer will do
 *	nlraw join GROUP	join a multicast group, leave again
 *	nlraw bulk IID COUNT [RLOC [IIDS [4|6 [TTL]]]]
 *				map that many hosts from 11.0.0.0 (2001:db8:b::)
 *				on, in turn of IIDS Instance-IDs from IID on
 *	nlraw churn IID COUNT ROUNDS
 *				add every other host from 12.0.0.0, COUNT of
 *				them; while a child adds and deletes the others,
 *				dump ROUNDS times and see each of the first
 *				exactly once
 *
 * A request is COMMAND[,dump][,excl][,replace][,create][,noack] and
 * attributes TYPE:u8=V, TYPE:u16=V, TYPE:u32=V, TYPE:ip=ADDRESS,
 * TYPE:hex=DIGITS, TYPE:zero=OCTETS; TYPE[ ... ] nests. The answer is a line:
 * "ok" (after a dump, "ok N"), or the error's name and the kernel's sentence.
 * Status: 1 if a request was refused.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/lisp.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEPTH 8
#define HEAD (NLMSG_HDRLEN + GENL_HDRLEN)

struct msg {
	union {
		struct nlmsghdr nlh;
		uint8_t octet[66000];
	};
	struct nlattr *nest[DEPTH];
	int depth;
};

static const char *const commands[] = {
	[LISP_CMD_MAP_NEW] = "map-new",		[LISP_CMD_MAP_DEL] = "map-del",
	[LISP_CMD_MAP_FLUSH] = "map-flush",	[LISP_CMD_MAP_GET] = "map-get",
	[LISP_CMD_LOCAL_NEW] = "local-new",	[LISP_CMD_LOCAL_DEL] = "local-del",
	[LISP_CMD_LOCAL_GET] = "local-get",	[LISP_CMD_RLOC_SET] = "rloc-set",
	[LISP_CMD_RLOC_GET] = "rloc-get",	[LISP_CMD_DEV_GET] = "dev-get",
	[LISP_CMD_MISS_GET] = "miss-get",	[LISP_CMD_OWNER_SET] = "owner-set",
	[LISP_CMD_MISS_NTF] = "miss-ntf",	[LISP_CMD_IID_NEW] = "iid-new",
	[LISP_CMD_IID_DEL] = "iid-del",		[LISP_CMD_IID_GET] = "iid-get",
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int sock;
static uint16_t family;
static uint32_t groups[3];	/* by LISP_NLGRP_* of the kernel: miss, event */
static uint32_t seq;

static void die(const char *what, const char *arg)
{
	fprintf(stderr, "nlraw: %s: %s\n", what, arg);
	exit(2);
}

/* --- messages --- */

static void msg_init(struct msg *m, uint16_t type, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *g = (void *)(m->octet + NLMSG_HDRLEN);

	memset(m->octet, 0, HEAD);
	m->depth = 0;
	m->nlh.nlmsg_len = HEAD;
	m->nlh.nlmsg_type = type;
	m->nlh.nlmsg_flags = NLM_F_REQUEST | flags;
	g->cmd = cmd;
	g->version = 1;
}

static void *msg_attr(struct msg *m, uint16_t type, size_t len)
{
	struct nlattr *a = (void *)(m->octet + m->nlh.nlmsg_len);
	size_t size = NLA_ALIGN(NLA_HDRLEN + len);

	if (m->nlh.nlmsg_len + size > sizeof(m->octet))
		die("too long", "message");
	memset(a, 0, size);
	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	m->nlh.nlmsg_len += size;
	return (char *)a + NLA_HDRLEN;
}

static void msg_put(struct msg *m, uint16_t type, const void *data, size_t len)
{
	memcpy(msg_attr(m, type, len), data, len);
}

static void msg_u32(struct msg *m, uint16_t type, uint32_t v)
{
	msg_put(m, type, &v, sizeof(v));
}

static void msg_nest(struct msg *m, uint16_t type)
{
	if (m->depth == DEPTH)
		die("too deep", "nest");
	m->nest[m->depth++] = (void *)(m->octet + m->nlh.nlmsg_len);
	msg_attr(m, type | NLA_F_NESTED, 0);
}

static void msg_nest_end(struct msg *m)
{
	struct nlattr *a;

	if (!m->depth)
		die("nothing to close", "]");
	a = m->nest[--m->depth];
	a->nla_len = m->octet + m->nlh.nlmsg_len - (uint8_t *)a;
}

/* --- words of a request --- */

static void word_hex(struct msg *m, uint16_t type, const char *hex)
{
	uint8_t octet[4096];
	unsigned int v;
	size_t n;

	for (n = 0; *hex; n++, hex += 2) {
		if (n == sizeof(octet) || sscanf(hex, "%2x", &v) != 1)
			die("bad digits", hex);
		octet[n] = v;
	}
	msg_put(m, type, octet, n);
}

static void word_ip(struct msg *m, uint16_t type, const char *text)
{
	uint8_t addr[16];

	if (inet_pton(AF_INET, text, addr) == 1)
		msg_put(m, type, addr, 4);
	else if (inet_pton(AF_INET6, text, addr) == 1)
		msg_put(m, type, addr, 16);
	else
		die("not an address", text);
}

static void word_number(struct msg *m, uint16_t type, int bits, const char *text)
{
	uint32_t v32 = strtoul(text, NULL, 0);
	uint16_t v16 = v32;
	uint8_t v8 = v32;

	if (bits == 8)
		msg_put(m, type, &v8, 1);
	else if (bits == 16)
		msg_put(m, type, &v16, 2);
	else
		msg_put(m, type, &v32, 4);
}

static void msg_word(struct msg *m, const char *word)
{
	char form[8], *end;
	const char *value;
	uint16_t type;
	int bits;

	if (!strcmp(word, "]")) {
		msg_nest_end(m);
		return;
	}
	type = strtoul(word, &end, 0);
	if (!strcmp(end, "[")) {
		msg_nest(m, type);
		return;
	}
	value = strchr(word, '=');
	if (*end != ':' || !value || value - end > (long)sizeof(form))
		die("not TYPE:FORM=VALUE", word);
	snprintf(form, sizeof(form), "%.*s", (int)(value - end - 1), end + 1);
	value++;
	if (sscanf(form, "u%d", &bits) == 1)
		word_number(m, type, bits, value);
	else if (!strcmp(form, "ip"))
		word_ip(m, type, value);
	else if (!strcmp(form, "hex"))
		word_hex(m, type, value);
	else if (!strcmp(form, "zero"))
		msg_attr(m, type, strtoul(value, NULL, 0));
	else
		die("unknown form", form);
}

static uint16_t flag_of(const char *name)
{
	static const struct {
		const char *name;
		uint16_t flag;
	} flags[] = {
		{ "dump", NLM_F_DUMP }, { "excl", NLM_F_EXCL },
		{ "replace", NLM_F_REPLACE }, { "create", NLM_F_CREATE },
		{ "noack", 0 },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, name))
			return flags[i].flag;
	die("unknown flag", name);
	return 0;
}

/* COMMAND[,FLAG]...; a number may stand for the command. */
static void msg_command(struct msg *m, char *word)
{
	char *save, *name = strtok_r(word, ",", &save), *flag, *end;
	uint16_t flags = NLM_F_ACK;
	unsigned int cmd;

	cmd = strtoul(name, &end, 0);
	if (*end)
		for (cmd = 1; cmd < COMMANDS; cmd++)
			if (commands[cmd] && !strcmp(commands[cmd], name))
				break;
	if (*end && cmd == COMMANDS)
		die("unknown command", name);
	while ((flag = strtok_r(NULL, ",", &save)))
		flags |= flag_of(flag);
	if ((flags & NLM_F_DUMP) == NLM_F_DUMP)
		flags &= ~NLM_F_ACK;
	msg_init(m, family, cmd, flags);
}

/* --- talking --- */

static void msg_send(struct msg *m)
{
	m->nlh.nlmsg_seq = ++seq;
	if (send(sock, m->octet, m->nlh.nlmsg_len, 0) < 0)
		die("send", strerror(errno));
}

static const char *sentence(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = NLMSG_DATA(nlh);
	size_t at = NLMSG_HDRLEN + sizeof(int);
	const struct nlattr *a;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return "";
	if (nlh->nlmsg_type == NLMSG_ERROR)
		at += nlh->nlmsg_flags & NLM_F_CAPPED ? sizeof(e->msg) :
		      NLMSG_ALIGN(e->msg.nlmsg_len);
	for (; at + NLA_HDRLEN <= nlh->nlmsg_len; at += NLA_ALIGN(a->nla_len)) {
		a = (const void *)((const char *)nlh + at);
		if ((a->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			return (const char *)a + NLA_HDRLEN;
		if (a->nla_len < NLA_HDRLEN)
			break;
	}
	return "";
}

typedef void (*message_fn)(const struct nlmsghdr *nlh, void *arg);

struct answer {
	int err;
	unsigned int messages;
	bool interrupted;
	char text[256];
};

/* Until the acknowledgement, error or end of the dump with our number. */
static void receive(struct answer *r, message_fn fn, void *arg)
{
	static char buf[1 << 17];
	struct pollfd p = { .fd = sock, .events = POLLIN };
	struct nlmsghdr *nlh;
	ssize_t n;

	memset(r, 0, sizeof(*r));
	for (;;) {
		if (poll(&p, 1, 30000) != 1)
			die("no answer", "30 s");
		n = recv(sock, buf, sizeof(buf), 0);
		if (n < 0)
			die("recv", strerror(errno));
		for (nlh = (void *)buf; NLMSG_OK(nlh, (size_t)n);
		     nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_seq != seq)
				continue;
			r->interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
			if (nlh->nlmsg_type == NLMSG_ERROR ||
			    nlh->nlmsg_type == NLMSG_DONE) {
				r->err = -*(int *)NLMSG_DATA(nlh);
				snprintf(r->text, sizeof(r->text), "%s",
					 sentence(nlh));
				return;
			}
			r->messages++;
			if (fn)
				fn(nlh, arg);
		}
	}
}

static void open_socket(void)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int one = 1, size = 4 << 20;

	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (sock < 0 || bind(sock, (void *)&any, sizeof(any)))
		die("socket", strerror(errno));
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(sock, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

static struct nlattr *attr_next(const struct nlattr *a)
{
	return (void *)((char *)a + NLA_ALIGN(a->nla_len));
}

/* The groups are listed in the order of the specification: miss, event. */
static void learn_groups(const struct nlattr *nest)
{
	const char *end = (const char *)nest + nest->nla_len;
	const struct nlattr *g, *a;
	int n = 0;

	for (g = nest + 1; (const char *)g < end && n < 2; g = attr_next(g), n++)
		for (a = g + 1; (const char *)a < (const char *)g + g->nla_len;
		     a = attr_next(a))
			if (a->nla_type == CTRL_ATTR_MCAST_GRP_ID)
				memcpy(&groups[n], a + 1, 4);
}

static void learn_family(const struct nlmsghdr *nlh, void *arg)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *a = (const void *)((const char *)nlh + HEAD);

	for (; (const char *)a < end; a = attr_next(a)) {
		int type = a->nla_type & NLA_TYPE_MASK;

		if (type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family, a + 1, 2);
		else if (type == CTRL_ATTR_MCAST_GROUPS)
			learn_groups(a);
	}
}

static void find_family(void)
{
	static struct msg m;
	struct answer r;

	msg_init(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK);
	msg_put(&m, CTRL_ATTR_FAMILY_NAME, LISP_GENL_NAME,
		sizeof(LISP_GENL_NAME));
	msg_send(&m);
	receive(&r, learn_family, NULL);
	if (!family)
		die("no such family", LISP_GENL_NAME);
}

static int show(const struct answer *r, bool dump)
{
	if (r->err)
		printf("%s %s\n", strerrorname_np(r->err), r->text);
	else if (dump)
		printf("ok %u%s\n", r->messages,
		       r->interrupted ? " interrupted" : "");
	else
		puts("ok");
	fflush(stdout);
	return r->err != 0;
}

/* --- commands --- */

static int cmd_lines(void)
{
	static char line[1 << 17];
	static struct msg m;
	char *word, *save;
	struct answer r;
	int status = 0;

	while (fgets(line, sizeof(line), stdin)) {
		word = strtok_r(line, " \t\n", &save);
		if (!word || *word == '#')
			continue;
		msg_command(&m, word);
		while ((word = strtok_r(NULL, " \t\n", &save)))
			msg_word(&m, word);
		msg_send(&m);
		receive(&r, NULL, NULL);
		status |= show(&r, (m.nlh.nlmsg_flags & NLM_F_DUMP) ==
			       NLM_F_DUMP);
	}
	return status;
}

static int cmd_cut(int argc, char **argv)
{
	unsigned int full, refused = 0, silent = 0, accepted = 0;
	static struct msg m;
	struct answer r;

	msg_command(&m, argv[0]);
	for (int i = 1; i < argc; i++)
		msg_word(&m, argv[i]);
	full = m.nlh.nlmsg_len;
	for (unsigned int len = HEAD; len < full; len++) {
		m.nlh.nlmsg_len = len;
		msg_send(&m);
		receive(&r, NULL, NULL);
		if (!r.err)
			accepted++;
		else if (!*r.text)
			silent++;
		else
			refused++;
	}
	printf("refused %u of %u, %u without a sentence, accepted %u\n",
	       refused + silent, full - (unsigned int)HEAD, silent, accepted);
	return accepted || silent;
}

/* Any but @keep, which has its value already. */
static void random_attr(struct msg *m, int depth, uint16_t keep)
{
	static const uint8_t lens[] = { 0, 1, 2, 3, 4, 4, 4, 8, 15, 16, 16, 17 };
	uint8_t data[17];
	uint16_t type = random() % 12;

	if (!depth && keep && type == keep)
		type = LISP_A_MAP_LOCATORS;
	if (depth < 3 && random() % 4 == 0) {
		msg_nest(m, type);
		for (int n = random() % 4; n; n--)
			random_attr(m, depth + 1, keep);
		msg_nest_end(m);
		return;
	}
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = random() % 3 ? random() % 4 : random();
	msg_put(m, type, data, lens[random() % sizeof(lens)]);
}

/* Where a request has its Instance-ID; 0: it has none. */
static uint16_t iid_attr(int cmd)
{
	switch (cmd) {
	case LISP_CMD_OWNER_SET:
	case LISP_CMD_RLOC_SET:
	case LISP_CMD_RLOC_GET:
		return 0;
	case LISP_CMD_DEV_GET:
		return LISP_A_DEV_IID;
	default:
		return LISP_A_MAP_IID;
	}
}

static int cmd_fuzz(long count, unsigned int seed)
{
	unsigned long ok = 0, refused = 0;
	static struct msg m;
	struct answer r;

	srandom(seed);
	for (; count; count--) {
		uint16_t flags = random() % 8 ? NLM_F_ACK : NLM_F_DUMP;
		int cmd = random() % (LISP_CMD_MAX + 1);
		uint16_t iid = iid_attr(cmd);

		msg_init(&m, family, cmd, flags);
		if (iid)
			msg_u32(&m, iid, 77);
		for (int n = random() % 6; n; n--)
			random_attr(&m, 0, iid);
		msg_send(&m);
		receive(&r, NULL, NULL);
		if (r.err)
			refused++;
		else
			ok++;
	}
	printf("%lu accepted, %lu refused\n", ok, refused);
	return !refused;
}

static int cmd_join(const char *name)
{
	uint32_t *id = &groups[!strcmp(name, LISP_MCGRP_EVENT)];

	if (setsockopt(sock, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, id,
		       sizeof(*id))) {
		puts(strerrorname_np(errno));
		return 1;
	}
	puts("ok");
	return 0;
}

/* Hosts first, first + step, ..., in turn of Instance-IDs iid, iid + 1, ... */
struct hosts {
	uint32_t first, step, count;
	uint32_t iid, iids, ttl;
	bool is_v6;
};

static const char *bulk_rloc = "192.0.2.2";

static void put_host(struct msg *m, uint8_t cmd, const struct hosts *h,
		     uint32_t i, uint16_t flags)
{
	uint8_t addr[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 11 };
	uint32_t host = htonl(h->first + i / h->iids * h->step);

	memcpy(addr + (h->is_v6 ? 12 : 0), &host, 4);
	if (cmd == LISP_CMD_MAP_NEW)
		flags |= NLM_F_CREATE | NLM_F_REPLACE;
	msg_init(m, family, cmd, flags);
	msg_u32(m, LISP_A_MAP_IID, h->iid + i % h->iids);
	msg_put(m, LISP_A_MAP_PREFIX, addr, h->is_v6 ? 16 : 4);
	if (cmd != LISP_CMD_MAP_NEW)
		return;
	msg_nest(m, LISP_A_MAP_LOCATORS);
	msg_nest(m, LISP_A_LOCATORS_LOCATOR);
	word_ip(m, LISP_A_LOCATOR_ADDRESS, bulk_rloc);
	msg_nest_end(m);
	msg_nest_end(m);
	if (h->ttl)
		msg_u32(m, LISP_A_MAP_TTL, h->ttl);
}

/* Many in one send(); the last wants an acknowledgement, errors come unasked */
static void host_range(uint8_t cmd, const struct hosts *h)
{
	static struct msg m;
	static uint8_t batch[1 << 15];
	struct answer r;
	size_t n = 0;

	for (uint32_t i = 0; i < h->count; i++) {
		bool last = i + 1 == h->count || n + 200 > sizeof(batch);

		put_host(&m, cmd, h, i, last ? NLM_F_ACK : 0);
		m.nlh.nlmsg_seq = ++seq;
		memcpy(batch + n, m.octet, m.nlh.nlmsg_len);
		n += m.nlh.nlmsg_len;
		if (!last)
			continue;
		if (send(sock, batch, n, 0) < 0)
			die("send", strerror(errno));
		receive(&r, NULL, NULL);
		if (r.err)
			die(strerrorname_np(r.err), r.text);
		n = 0;
	}
}

#define FIRST_BULK	0x0b000000
#define FIRST_CHURN	0x0c000000

struct seen {
	uint8_t *times;
	uint32_t count, others;
};

static void see_host(const struct nlmsghdr *nlh, void *arg)
{
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const struct nlattr *a = (const void *)((const char *)nlh + HEAD);
	struct seen *s = arg;
	uint32_t host = 0;

	for (; (const char *)a < end; a = attr_next(a))
		if ((a->nla_type & NLA_TYPE_MASK) == LISP_A_MAP_PREFIX)
			memcpy(&host, a + 1, 4);
	host = ntohl(host) - FIRST_CHURN;
	if (host >= 2 * s->count)
		return;
	if (host & 1)
		s->others++;
	else if (s->times[host / 2] < 255)
		s->times[host / 2]++;
}

static void churn_child(uint32_t iid, uint32_t count)
{
	const struct hosts odd = { FIRST_CHURN + 1, 2, count, iid, 1, 0, false };

	open_socket();
	for (;;) {
		host_range(LISP_CMD_MAP_NEW, &odd);
		host_range(LISP_CMD_MAP_DEL, &odd);
	}
}

/* One dump; false: it was not as it should be. */
static bool churn_round(uint32_t iid, struct seen *s)
{
	uint32_t missing = 0, twice = 0;
	static struct msg m;
	struct answer r;

	memset(s->times, 0, s->count);
	s->others = 0;
	msg_init(&m, family, LISP_CMD_MAP_GET, NLM_F_DUMP);
	msg_u32(&m, LISP_A_MAP_IID, iid);
	msg_send(&m);
	receive(&r, see_host, s);
	for (uint32_t i = 0; i < s->count; i++) {
		missing += !s->times[i];
		twice += s->times[i] > 1;
	}
	if (!r.err && !missing && !twice && !r.interrupted)
		return true;
	printf("error %d, missing %u, twice %u%s\n", r.err, missing, twice,
	       r.interrupted ? ", interrupted" : "");
	return false;
}

static int cmd_churn(uint32_t iid, uint32_t count, int rounds)
{
	const struct hosts even = { FIRST_CHURN, 2, count, iid, 1, 0, false };
	struct seen s = { .count = count, .times = calloc(count, 1) };
	uint32_t partly = 0, i;
	bool good = true;
	pid_t child;

	if (!s.times)
		die("calloc", "no memory");
	host_range(LISP_CMD_MAP_NEW, &even);
	child = fork();
	if (!child)
		churn_child(iid, count);
	/* more than asked for, until some dumps met a change half-way */
	for (i = 0; good && (i < (uint32_t)rounds || partly < 3) &&
	     i < 50u * rounds; i++) {
		good = churn_round(iid, &s);
		partly += s.others && s.others < count;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("%u dumps of %u, %u while others changed\n", i, count, partly);
	return !good || !partly;
}

int main(int argc, char **argv)
{
	open_socket();
	find_family();
	if (argc == 1)
		return cmd_lines();
	if (argc >= 3 && !strcmp(argv[1], "cut"))
		return cmd_cut(argc - 2, argv + 2);
	if (argc == 4 && !strcmp(argv[1], "fuzz"))
		return cmd_fuzz(atol(argv[2]), atol(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "join"))
		return cmd_join(argv[2]);
	if (argc >= 4 && argc <= 8 && !strcmp(argv[1], "bulk")) {
		if (argc > 4)
			bulk_rloc = argv[4];
		host_range(LISP_CMD_MAP_NEW, &(struct hosts) {
			.first = FIRST_BULK, .step = 1,
			.count = atol(argv[3]),
			.iid = atol(argv[2]),
			.iids = argc > 5 ? atol(argv[5]) : 1,
			.is_v6 = argc > 6 && !strcmp(argv[6], "6"),
			.ttl = argc > 7 ? atol(argv[7]) : 0,
		});
		return 0;
	}
	if (argc == 5 && !strcmp(argv[1], "churn"))
		return cmd_churn(atol(argv[2]), atol(argv[3]), atoi(argv[4]));
	die("see the head of nlraw.c", "usage");
}
