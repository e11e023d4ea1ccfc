// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/udp.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io/loop.h"
#include "io/udp_part.h"

#define RECEIVE_BUFFER	(4 * 1024 * 1024)
#define DSCP_CS6	(48 << 2)

static int set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) ?
		-errno : 0;
}

static int set_options4(int fd)
{
	int err;

	err = set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_RECVTTL, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER,
			      IP_PMTUDISC_DONT);
	if (!err)
		err = set_int(fd, IPPROTO_IP, IP_TOS, DSCP_CS6);
	return err;
}

static int set_options6(int fd)
{
	int err;

	err = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER,
			      IPV6_PMTUDISC_DONT);
	if (!err)
		err = set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, DSCP_CS6);
	return err;
}

static int set_options(int fd, enum addr_family family, const char *device)
{
	int err = family == ADDR_IPV4 ? set_options4(fd) : set_options6(fd);

	if (!err && device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device,
		       strlen(device) + 1))
		err = -errno;
	/* A larger buffer is a wish: without CAP_NET_ADMIN up to a limit. */
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER))
		set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	return err;
}

static int bind_socket(struct udp_socket *s, uint16_t port)
{
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(&s->local, port, &sa);
	struct addr ignored;

	if (bind(s->fd, &sa.sa, len))
		return -errno;
	len = sizeof(sa);
	if (getsockname(s->fd, &sa.sa, &len))
		return -errno;
	return sockaddr_split(&sa, &ignored, &s->port);
}

/* Of the socket beside it, if there is one. */
static uint16_t port_of(const struct udp_config *cfg, enum addr_family family)
{
	return cfg->beside ? udp_port(cfg->beside, family) : cfg->port;
}

/* One more socket, bound to @local. */
static int add_socket(struct udp *u, const struct udp_config *cfg,
		      const struct addr *local)
{
	struct udp_socket *s = &u->sockets[u->count];
	int err;

	s->udp = u;
	s->local = *local;
	s->fd = socket(sockaddr_family(local->family),
		       SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP);
	if (s->fd < 0)
		return -errno;
	err = set_options(s->fd, local->family, cfg->device);
	if (!err && cfg->beside)
		err = set_int(s->fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (!err)
		err = bind_socket(s, port_of(cfg, local->family));
	if (!err && cfg->beside)
		err = udp_spread(s->fd, local->family, cfg->sharers);
	if (err) {
		close(s->fd);
		return err;
	}
	u->count++;
	return 0;
}

/* A host without one of the families is a host still. */
static int add_any(struct udp *u, const struct udp_config *cfg)
{
	static const struct addr any[] = {
		{ .family = ADDR_IPV4 },
		{ .family = ADDR_IPV6 },
	};
	int err;

	for (size_t i = 0; i < 2; i++) {
		err = add_socket(u, cfg, &any[i]);
		if (err && err != -EAFNOSUPPORT)
			return err;
	}
	return u->count ? 0 : -EAFNOSUPPORT;
}

static int add_listed(struct udp *u, const struct udp_config *cfg,
		      struct addr *failed)
{
	int err;

	for (size_t i = 0; i < cfg->listen_count; i++) {
		err = add_socket(u, cfg, &cfg->listen[i]);
		if (err) {
			*failed = cfg->listen[i];
			return err;
		}
	}
	return 0;
}

/* From now on others may have the port, too, who say so before they bind. */
static int share_ports(const struct udp *u)
{
	int err = 0;

	for (size_t i = 0; u && i < u->count && !err; i++)
		err = set_int(u->sockets[i].fd, SOL_SOCKET, SO_REUSEPORT, 1);
	return err;
}

static int open_sockets(struct udp *u, const struct udp_config *cfg,
			struct addr *failed)
{
	int err = share_ports(cfg->beside);

	u->sockets = calloc(cfg->listen_count + 2, sizeof(*u->sockets));
	if (!u->sockets)
		return -ENOMEM;
	if (err)
		return err;
	return cfg->listen_count ? add_listed(u, cfg, failed) : add_any(u, cfg);
}

struct udp *udp_open(const struct udp_config *cfg, int *err,
		     struct addr *failed)
{
	struct udp *u = calloc(1, sizeof(*u));
	struct addr ignored;

	if (!failed)
		failed = &ignored;
	memset(failed, 0, sizeof(*failed));
	*err = -ENOMEM;
	if (!u)
		return NULL;
	*err = open_sockets(u, cfg, failed);
	if (*err) {
		udp_close(u);
		return NULL;
	}
	return u;
}

void udp_close(struct udp *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < u->count; i++) {
		loop_event_free(u->sockets[i].reader);
		close(u->sockets[i].fd);
	}
	udp_inbox_free(u->inbox);
	free(u->sockets);
	free(u);
}

static int start(struct udp *u, struct loop *l)
{
	if (!u->inbox)
		u->inbox = udp_inbox_new();
	if (!u->inbox)
		return -ENOMEM;
	for (size_t i = 0; i < u->count; i++) {
		u->sockets[i].reader = loop_reader(l, u->sockets[i].fd,
						   udp_on_readable,
						   &u->sockets[i]);
		if (!u->sockets[i].reader)
			return -ENOMEM;
	}
	return 0;
}

int udp_start(struct udp *u, struct loop *l, udp_fn fn, void *arg)
{
	u->fn = fn;
	u->arg = arg;
	return start(u, l);
}

int udp_start_batch(struct udp *u, struct loop *l, udp_batch_fn fn, void *arg)
{
	u->batch_fn = fn;
	u->arg = arg;
	return start(u, l);
}

/* The socket to send from @from to @to: one bound to @from, or to any
 * address; without @from the first of the family. */
struct udp_socket *udp_choose(struct udp *u, const struct addr *from,
			      const struct addr *to)
{
	static const uint8_t zero[16];
	struct udp_socket *s;

	for (size_t i = 0; i < u->count; i++) {
		s = &u->sockets[i];
		if (s->local.family != to->family)
			continue;
		if (!from || addr_equal(from, &s->local) ||
		    !memcmp(s->local.bytes, zero, sizeof(zero)))
			return s;
	}
	return NULL;
}

static void put_cmsg(struct msghdr *m, int level, int type, const void *data,
		     size_t len)
{
	struct cmsghdr *c;

	m->msg_controllen = CMSG_SPACE(len);
	c = CMSG_FIRSTHDR(m);
	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
}

void udp_put_source(struct msghdr *m, union udp_control *control,
		    const struct addr *from)
{
	struct in_pktinfo p4 = { 0 };
	struct in6_pktinfo p6 = { 0 };

	m->msg_control = control;
	if (from->family == ADDR_IPV4) {
		memcpy(&p4.ipi_spec_dst, from->bytes, 4);
		put_cmsg(m, IPPROTO_IP, IP_PKTINFO, &p4, sizeof(p4));
	} else {
		memcpy(&p6.ipi6_addr, from->bytes, 16);
		put_cmsg(m, IPPROTO_IPV6, IPV6_PKTINFO, &p6, sizeof(p6));
	}
}

int udp_send(struct udp *u, const struct addr *from, const struct addr *to,
	     uint16_t port, const void *data, size_t len)
{
	struct iovec iov = { (void *)data, len };
	union udp_control control = { 0 };
	union sockaddr_any sa;
	struct msghdr m = { .msg_name = &sa, .msg_iov = &iov, .msg_iovlen = 1 };
	struct udp_socket *s;

	if (from && from->family != to->family)
		from = NULL;
	s = udp_choose(u, from, to);
	if (!s) {
		counter_up(&u->stats.send_errors);
		return -EAFNOSUPPORT;
	}
	m.msg_namelen = sockaddr_make(to, port, &sa);
	if (from)
		udp_put_source(&m, &control, from);
	if (sendmsg(s->fd, &m, 0) < 0) {
		counter_up(&u->stats.send_errors);
		return -errno;
	}
	counter_up(&u->stats.sent);
	return 0;
}

uint16_t udp_port(const struct udp *u, enum addr_family family)
{
	for (size_t i = 0; i < u->count; i++)
		if (u->sockets[i].local.family == family)
			return u->sockets[i].port;
	return 0;
}

bool udp_has_family(const struct udp *u, enum addr_family family)
{
	return udp_port(u, family) != 0;
}

const struct udp_stats *udp_stats(const struct udp *u)
{
	return &u->stats;
}
