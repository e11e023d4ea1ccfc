// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * linkraw ATTRIBUTE LENGTH...: ask for a lisp device by rtnetlink with just
 * this attribute, all zero, of this length. A line each: "ok" (and there is a
 * device of a name that the kernel gave), or the error's name.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct {
	struct nlmsghdr nlh;
	struct ifinfomsg ifi;
	char attrs[512];
} req;

static struct rtattr *add(int type, const void *data, size_t len)
{
	struct rtattr *a = (void *)((char *)&req + req.nlh.nlmsg_len);

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (data)
		memcpy(RTA_DATA(a), data, len);
	req.nlh.nlmsg_len += RTA_SPACE(len);
	return a;
}

static void end(struct rtattr *nest)
{
	nest->rta_len = (char *)&req + req.nlh.nlmsg_len - (char *)nest;
}

static void request(int type, size_t len)
{
	struct rtattr *info, *data;

	memset(&req, 0, sizeof(req));
	req.nlh.nlmsg_len = NLMSG_LENGTH(sizeof(req.ifi));
	req.nlh.nlmsg_type = RTM_NEWLINK;
	req.nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
			      NLM_F_EXCL;
	info = add(IFLA_LINKINFO, NULL, 0);
	add(IFLA_INFO_KIND, "lisp", 5);
	data = add(IFLA_INFO_DATA, NULL, 0);
	add(type, NULL, len);
	end(data);
	end(info);
}

int main(int argc, char **argv)
{
	union {
		struct nlmsghdr nlh;
		char octets[4096];
	} answer;
	int i, err, sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	for (i = 1; i + 1 < argc; i += 2) {
		size_t len = strtoul(argv[i + 1], NULL, 0);

		if (len > 256)
			return 2;
		request(atoi(argv[i]), len);
		if (send(sock, &req, req.nlh.nlmsg_len, 0) < 0 ||
		    recv(sock, &answer, sizeof(answer), 0) < 0 ||
		    answer.nlh.nlmsg_type != NLMSG_ERROR) {
			perror("linkraw");
			return 2;
		}
		err = *(int *)NLMSG_DATA(&answer.nlh);
		puts(err ? strerrorname_np(-err) : "ok");
	}
	return 0;
}
