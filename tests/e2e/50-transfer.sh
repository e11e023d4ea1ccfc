# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Bulk data: hosts believe in 1500 octets, the tunnel takes 56 of them.
# shellcheck disable=SC2154 # what topology.sh sets

# fetched HOST ADDRESS: download the blob and compare.
fetched()
{
	local a=$2

	[[ $a != *:* ]] || a="[$a]"
	rm -f "$run/copy"
	in_ns "$1" timeout 60 busybox wget -q -O "$run/copy" \
		"http://$a/blob" && cmp "$run/copy" "$run/www/blob"
}

# too_big HOST ADDRESS: 1500 octets, not to be fragmented.
too_big() { in_ns "$1" ping -M "do" -c 1 -W 20 -s "$3" "$2"; }

check "A downloads from B, IPv4 in IPv6" fetched red-a 10.2.0.10
check "C downloads from A, IPv6 in IPv4" fetched blue-c 2001:db8:a::10
check "B downloads from A" fetched blue-b 10.1.0.10
like "a packet of 1500 octets is told the size that fits" \
	"$(too_big red-a 10.2.0.10 1472 2>&1)" "mtu ?= ?1444"
check "one of that size passes" too_big red-a 10.2.0.10 1416
