#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 600
# Attempts at loops: a packet is counted twice at the very most, and nothing
# goes round.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# all NS: packets sent, received and refused by its devices
all()
{
	in_ns "$1" lispctl --json device show | jq '[.[] |
		(."rx-packets" // 0) + (."tx-packets" // 0) +
		([.drops // {} | .[]] | add // 0)] | add'
}

# Of ICMP, and of a type that nobody knows: they are not answered by an error
# message, which would be counted, too.
ten_packets()
{
	for ((n = 0; n < 10; n++)); do
		echo "i.src=10.1.0.1 i.dst=$1 i.ttl=64 i.proto=1"
	done | send "$2"
}

# bounded NAME NS REASON DESTINATION [FROM]: of ten packets each is refused
# once for REASON at NS, and no router counts it more than twice
# shellcheck disable=SC2154
bounded()
{
	local name=$1 ns=$2 reason=$3 dst=$4 from=${5:-$h1} one two misses

	one=$(all "$x1")
	two=$(all "$x2")
	misses=$(counter "$x1" misses)
	dropped "$name: refused" "$ns" "$reason" 10 ten_packets "$dst" "$from"
	one=$(($(all "$x1") - one))
	two=$(($(all "$x2") - two))
	check "$name: counted twice at most ($one, $two of 10)" \
		[ $one -le 20 -a $two -le 20 ]
	is "$name: no miss" "$(counter "$x1" misses)" "$misses"
}

monitor "$x1"
# the RLOC's route leads through another lisp device
ip -n "$x1" link add lisp101 type lisp id 101
ip -n "$x1" link set lisp101 up
ip -n "$x1" route add 198.51.100.0/24 dev lisp101
map "$x1" 10.3.0.0/16 rloc 198.51.100.2
bounded "lisp over lisp" "$x1" loop 10.3.0.1
sniff icmp "$h1" eth0 -t 20 i.proto=1 i.type=3
echo "i.src=10.1.0.1 i.dst=10.3.0.1" | send "$h1"
is "lisp over lisp: the sender hears host unreachable" \
	"$(field "$(sniffed icmp)" i.code)" 1
ip -n "$x1" -6 route add 2001:db8:51::/48 via fe80::1 dev lisp101
map "$x1" 10.3.0.0/16 rloc 2001:db8:51::2
bounded "lisp over lisp, IPv6" "$x1" loop 10.3.0.1

# a lisp device whose underlay is the VRF it is in, or whose VRF is below
ip -n "$x1" link add lisp102 type lisp id 102 underlay red
ip -n "$x1" link add other type vrf table 102
ip -n "$x1" link set other up
ip -n "$x1" link set lisp102 master other
ip -n "$x1" link set lisp102 up
ip -n "$x1" route add default dev lisp102 table 102
setup_ns ho
# shellcheck disable=SC2154
veth "$ho" eth0 10.1.0.1/24 "$x1" eth2 10.1.0.254/24
ip -n "$x1" link set eth2 master other
ip -n "$ho" route add default via 10.1.0.254
in_ns "$x1" lispctl map-cache add iid 102 prefix 10.3.0.0/16 underlay red \
	rloc 10.2.0.1
bounded "an underlay whose routes lead into a tunnel" "$x1" loop 10.3.0.1 "$ho"

# Instance-ID 0 in the main table, which is its own underlay
ip -n "$x1" link add lisp0 type lisp
ip -n "$x1" link set lisp0 up
ip -n "$x1" route add default dev lisp0
iid=0 map "$x1" 0.0.0.0/0 rloc 203.0.113.9
setup_ns hm
# shellcheck disable=SC2154
veth "$hm" eth0 10.1.0.1/24 "$x1" eth3 10.1.0.254/24
ip -n "$hm" route add default via 10.1.0.254
bounded "IID 0 in the main table" "$x1" loop 10.3.0.1 "$hm"
ip -n "$x1" route del default dev lisp0

# hairpin: the RLOC is our own
map "$x1" 10.4.0.0/16 rloc 192.0.2.1
bounded "a mapping to ourselves" "$x1" rx-not-local 10.4.0.1
map "$x1" 10.4.0.0/16 rloc 2001:db8:f::1
bounded "a mapping to ourselves, IPv6" "$x1" rx-not-local 10.4.0.1

# two xTRs that point at each other
map "$x1" 10.5.0.0/16 rloc 192.0.2.2
map "$x2" 10.5.0.0/16 rloc 192.0.2.1
bounded "xTRs that point at each other" "$x2" rx-not-local 10.5.0.1

# a local EID that has no route but the default one into the tunnel
local_eid "$x2" 10.6.0.0/16
map "$x1" 10.6.0.0/16 rloc 192.0.2.2
map "$x2" 10.6.0.0/16 rloc 192.0.2.1
bounded "a local EID without a route" "$x2" tx-local-eid 10.6.0.1
monitor_stop
check "afterwards all is well" ping1 "$h1" 10.2.0.1
done_testing
