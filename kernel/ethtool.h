/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool(8) shows of a lisp device: its driver and its counters. */
#ifndef _LISP_ETHTOOL_H
#define _LISP_ETHTOOL_H

#include <linux/ethtool.h>

extern const struct ethtool_ops lisp_ethtool_ops;

#endif /* _LISP_ETHTOOL_H */
