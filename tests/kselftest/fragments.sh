#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# All fragments of an inner datagram take one path: the same RLOC and the same
# outer source port, whoever made them, though only the first has UDP ports.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
ip -n "$x2" addr add 192.0.2.12/24 dev un0
map "$x1" 10.2.0.0/16 rloc 192.0.2.2 rloc 192.0.2.12
map "$x1" 2001:db8:2::/48 rloc 192.0.2.2 rloc 192.0.2.12
declare -A to=([4]=10.2.0. [6]=2001:db8:2::)
many=12

# datagrams NS FAMILY OCTETS: one to each of many hosts, from different ports
datagrams()
{
	local ns=$1 f=$2 n dst

	for ((n = 1; n <= many; n++)); do
		dst=${to[$f]}$n
		[ "$f" = 4 ] || dst="[$dst]"
		head -c "$3" /dev/zero | in_ns "$ns" socat -u -b 9000 - \
			"UDP$f-SENDTO:$dst:9"
	done
}

# small FAMILY OCTETS: the same from a host, without DF
small()
{
	local n

	for ((n = 1; n <= many; n++)); do
		echo "i.src=10.1.0.1 i.dst=${to[$1]}$n i.sport=$((4000 + n))" \
			"i.len=$2"
	done | send "$h1"
}

# paths NAME FAMILY PIECES COMMAND...: what COMMAND sends is seen in PIECES
# each, on one path each, and on more than one over all
paths()
{
	local name=$1 f=$2 pieces=$3 got n each

	shift 3
	sniff out "$x2" un0 -c $((many * pieces)) -t 30 o.dport=4341
	"$@"
	got=$(sniffed out)
	for ((n = 1; n <= many; n++)); do
		each+=" $(grep -c "i.dst=${to[$f]}$n " <<<"$got")"
		each+=":$(grep "i.dst=${to[$f]}$n " <<<"$got" | path | wc -l)"
	done
	is "$name: pieces and paths of each" "$each" \
		"$(printf " $pieces:1%.0s" $(seq $many))"
	check "$name: source ports differ" [ \
		"$(path <<<"$got" | cut -d' ' -f2 | sort -u | wc -l)" -gt 1 ]
	is "$name: and both RLOCs are used" \
		"$(path <<<"$got" | cut -d' ' -f1 | sort -u | wc -l)" 2
}

# path: the RLOCs and source ports in what was sniffed
path() { sed -n 's/.*o.dst=\([^ ]*\) .*o.sport=\([0-9]*\) .*/\1 \2/p' | sort -u; }

paths "v4, fragments of what does not fit" 4 2 small 4 1460
# shellcheck disable=SC2154
ip -n "$h1" link set eth0 mtu 1400
paths "v4, a host's fragments" 4 3 datagrams "$h1" 4 3600
paths "v6, a host's fragments" 6 3 datagrams "$h1" 6 3600
# shellcheck disable=SC2154
ip -n "$x1" link set un0 mtu 1300
paths "v4, fragments of a host's fragments" 4 5 datagrams "$h1" 4 3600
done_testing
