// SPDX-License-Identifier: GPL-2.0
#include <net/route.h>

struct rtable *f(struct dst_entry *dst);
struct rtable *f(struct dst_entry *dst) { return dst_rtable(dst); }
