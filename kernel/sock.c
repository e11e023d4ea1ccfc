// SPDX-License-Identifier: GPL-2.0
/*
 * One pair of UDP sockets for each (underlay, port), shared by the devices
 * there. A socket of an underlay VRF is bound to the VRF; without that it
 * would get nothing. The default domain's socket is bound to nothing and, by
 * default, sees nothing that came in through a VRF.
 *
 * Zero UDP checksums are sent and accepted on both families (RFC 9300, 5.3).
 */
#include <linux/cred.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "gro.h"
#include "icmp.h"
#include "net.h"
#include "recv.h"
#include "sock.h"

/*
 * The default domain and each VRF have a socket of their own on the same
 * port. UDP calls that a conflict unless they are of one reuseport user, so
 * they all belong to the kernel, whoever asked for the device, and have the
 * option set while one of them is bound. They are in different reuseport
 * groups because they are bound to different devices.
 *
 * At other times it is off: nobody shall share our port, and UDP does not
 * look for a group at each packet.
 */
static void set_reuseport(const struct lisp_sock *ls, bool on)
{
	if (ls->v4)
		ls->v4->sk->sk_reuseport = on;
	if (ls->v6)
		ls->v6->sk->sk_reuseport = on;
}

static void set_reuseport_all(struct lisp_sock *new, bool on)
{
	struct lisp_sock *ls;

	set_reuseport(new, on);
	list_for_each_entry(ls, &new->ln->socks, list)
		set_reuseport(ls, on);
}

static int bind_socket(struct socket *sock, int family, u32 underlay,
		       __be16 port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = port };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = port };
	int err;

	if (underlay) {
		err = sock_bindtoindex(sock->sk, underlay, true);
		if (err)
			return err;
	}
	sock_set_reuseport(sock->sk);
	if (family == AF_INET) {
		sock->sk->sk_no_check_tx = 1;
		/* encap.c judges sizes: the interface's is enough to check */
		ip_sock_set_mtu_discover(sock->sk, IP_PMTUDISC_PROBE);
		return kernel_bind(sock, (void *)&in, sizeof(in));
	}

	err = ip6_sock_set_v6only(sock->sk);
	if (err)
		return err;
	udp_set_no_check6_tx(sock->sk, true);
	udp_set_no_check6_rx(sock->sk, true);
	return kernel_bind(sock, (void *)&in6, sizeof(in6));
}

static struct socket *open_socket(struct lisp_sock *ls, int family)
{
	struct udp_tunnel_sock_cfg cfg = {
		.sk_user_data = ls,
		.encap_type = 1,
		.encap_rcv = lisp_recv,
		.encap_err_lookup = lisp_icmp_error,
		.gro_receive = lisp_gro_receive,
		.gro_complete = lisp_gro_complete,
	};
	struct socket *sock;
	int err;

	err = sock_create_kern(ls->ln->net, family, SOCK_DGRAM, IPPROTO_UDP,
			       &sock);
	if (err)
		return ERR_PTR(err);
	err = bind_socket(sock, family, ls->underlay, ls->port);
	if (err) {
		sock_release(sock);
		return ERR_PTR(err);
	}
	setup_udp_tunnel_sock(ls->ln->net, sock->sk, &cfg);
	return sock;
}

/*
 * Not udp_tunnel_sock_release(), which waits for a grace period each: a packet
 * on its way in may still use the struct lisp_sock, and RCU frees that, as it
 * frees the sock.
 */
static void close_socket(struct socket *sock)
{
	if (!sock)
		return;
	rcu_assign_sk_user_data(sock->sk, NULL);
	kernel_sock_shutdown(sock, SHUT_RDWR);
	sock_release(sock);
}

static int open_pair(struct lisp_sock *ls)
{
	struct socket *sock;

	sock = open_socket(ls, AF_INET);
	if (IS_ERR(sock))
		return PTR_ERR(sock);
	ls->v4 = sock;

	if (!ipv6_mod_enabled())
		return 0;
	sock = open_socket(ls, AF_INET6);
	if (IS_ERR(sock)) {
		close_socket(ls->v4);
		ls->v4 = NULL;
		return PTR_ERR(sock);
	}
	ls->v6 = sock;
	return 0;
}

static int open_pair_as_kernel(struct lisp_sock *ls)
{
	const struct cred *old;
	struct cred *kernel;
	int err;

	kernel = prepare_kernel_cred(&init_task);
	if (!kernel)
		return -ENOMEM;
	old = override_creds(kernel);
	set_reuseport_all(ls, true);
	err = open_pair(ls);
	set_reuseport_all(ls, false);
	revert_creds(old);
	put_cred(kernel);
	return err;
}

static struct lisp_sock *find(struct lisp_net *ln, u32 underlay, __be16 port)
{
	struct lisp_sock *ls;

	list_for_each_entry(ls, &ln->socks, list)
		if (ls->underlay == underlay && ls->port == port)
			return ls;
	return NULL;
}

struct lisp_sock *lisp_sock_get(struct lisp_net *ln, u32 underlay,
				__be16 port, struct netlink_ext_ack *extack)
{
	struct lisp_sock *ls;
	int err;

	ASSERT_RTNL();
	ls = find(ln, underlay, port);
	if (ls) {
		ls->users++;
		return ls;
	}

	ls = kzalloc(sizeof(*ls), GFP_KERNEL);
	if (!ls)
		return ERR_PTR(-ENOMEM);
	ls->ln = ln;
	ls->underlay = underlay;
	ls->port = port;
	ls->users = 1;
	err = open_pair_as_kernel(ls);
	if (err) {
		if (err == -EADDRINUSE)
			NL_SET_ERR_MSG(extack,
				       "Another program uses this UDP port");
		else
			NL_SET_ERR_MSG(extack, "Cannot open the UDP sockets");
		kfree_rcu(ls, rcu);
		return ERR_PTR(err);
	}
	list_add(&ls->list, &ln->socks);
	return ls;
}

void lisp_sock_put(struct lisp_sock *ls)
{
	ASSERT_RTNL();
	if (--ls->users)
		return;
	list_del(&ls->list);
	close_socket(ls->v6);
	close_socket(ls->v4);
	kfree_rcu(ls, rcu);
}
