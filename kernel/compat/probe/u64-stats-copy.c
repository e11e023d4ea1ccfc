// SPDX-License-Identifier: GPL-2.0
#include <linux/u64_stats_sync.h>

void f(u64 *dst, const u64_stats_t *src);
void f(u64 *dst, const u64_stats_t *src) { u64_stats_copy(dst, src, 8); }
