// SPDX-License-Identifier: GPL-2.0
/* Compiles everywhere, or no answer of the other probes means anything. */
#include <linux/netdevice.h>
#include <net/route.h>
#include <net/rtnetlink.h>
#include <net/udp_tunnel.h>
