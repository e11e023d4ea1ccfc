// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>

void f(struct net_device *dev);
void f(struct net_device *dev) { dev->lltx = true; }
