// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hold COMMAND...: run it with sockets open that keep some switches of the
 * guest's kernel where they are.
 *
 * The kernel turns what nobody uses off by patching its own code: time stamps
 * of packets, UDP encapsulation (IPv4 and IPv6). QEMU with one thread a
 * processor sometimes runs the breakpoint of such a patch after it is gone,
 * and the guest dies of "Oops: int3" in __netif_receive_skb_core() or
 * udp_queue_rcv_one_skb(), without any module of ours: seen within a minute of
 * opening and closing an encapsulating socket under traffic. As the tests make
 * and remove the only user of a switch often, somebody must be another one.
 */
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_ENCAP_L2TPINUDP
#define UDP_ENCAP_L2TPINUDP 3
#endif

/* Above what a script uses by hand. */
#define FIRST_FD 200

int main(int argc, char **argv)
{
	int stamp = socket(AF_INET, SOCK_DGRAM, 0);
	int encap = socket(AF_INET6, SOCK_DGRAM, 0);
	int one = 1, type = UDP_ENCAP_L2TPINUDP;

	if (argc < 2)
		return 2;
	if (setsockopt(stamp, SOL_SOCKET, SO_TIMESTAMP, &one, sizeof(one)) ||
	    setsockopt(encap, IPPROTO_UDP, UDP_ENCAP, &type, sizeof(type)) ||
	    dup2(stamp, FIRST_FD) < 0 || dup2(encap, FIRST_FD + 1) < 0)
		perror("hold");
	close(stamp);
	close(encap);
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 127;
}
