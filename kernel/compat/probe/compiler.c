// SPDX-License-Identifier: GPL-2.0
/* Compiles everywhere: the flags are right. */
#include <linux/netdevice.h>
