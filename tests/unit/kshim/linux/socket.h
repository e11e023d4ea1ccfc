/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/socket.h>
#include_next <linux/socket.h>
