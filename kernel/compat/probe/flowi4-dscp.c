// SPDX-License-Identifier: GPL-2.0
#include <net/flow.h>
#include <net/inet_dscp.h>

void f(struct flowi4 *fl4);
void f(struct flowi4 *fl4) { fl4->flowi4_dscp = inet_dsfield_to_dscp(0); }
