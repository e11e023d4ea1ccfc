#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# Many IPv6 destinations need no neighbour entries: the table is one for all
# namespaces of the machine.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# to NETWORK COUNT: one packet to each of so many hosts
to()
{
	local n

	for ((n = 1; n <= $2; n++)); do
		printf 'i.src=2001:db8:1::1 i.dst=%s%x i.len=1\n' "$1" $n
	done | send "$h1"
}

# shellcheck disable=SC2154
neighbours() { ip -n "$x1" -6 neigh show nud all dev lisp100 | wc -l; }

# shellcheck disable=SC2154
tx=$(counter "$x1" tx-packets)
to 2001:db8:2:1:: 5000
sent_all() { [ "$(counter "$x1" tx-packets)" -ge $((tx + 5000)) ]; }
check "5000 destinations were sent to" busywait 20 sent_all
n=$(neighbours)
check "with $n neighbours on the device, 4 at most" [ "$n" -le 4 ]
n=$(ip -n "$x1" -6 neigh show nud all | wc -l)
check "and $n in all, 12 at most" [ "$n" -le 12 ]

# that this can be seen at all: a route without "via"
ip -n "$x1" -6 route add 2001:db8:2:2::/64 dev lisp100 table 100
to 2001:db8:2:2:: 100
many() { [ "$(neighbours)" -ge 50 ]; }
check "a route without gateway would make one for each" busywait 20 many
done_testing
