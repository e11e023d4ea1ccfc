/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_LINUX_U64_STATS_SYNC_H
#define _LISP_COMPAT_LINUX_U64_STATS_SYNC_H

#include_next <linux/u64_stats_sync.h>
#include <lisp-probes.h>

/* Each value in one piece, which memcpy() does not promise. Since 7.0. */
#ifndef LISP_HAVE_U64_STATS_COPY
static inline void *u64_stats_copy(void *dst, const void *src, size_t len)
{
	const u64_stats_t *from = src;
	size_t i;

	for (i = 0; i < len / sizeof(*from); i++)
		((u64 *)dst)[i] = u64_stats_read(&from[i]);
	return dst;
}
#endif

#endif
