/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include_next <linux/ipv6.h>
