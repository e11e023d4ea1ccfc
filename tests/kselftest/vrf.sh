#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# VPNs with the same addresses; underlays in VRFs; one Instance-ID over two.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
setup_ns b1 b2
# A second VPN, blue, IID 200, with the addresses of red.
# blue ROUTER HOST SITE
blue()
{
	veth "$2" eth0 "10.$3.0.1/24 2001:db8:$3::1/64" \
		"$1" eth1 "10.$3.0.254/24 2001:db8:$3::fe/64"
	ip -n "$1" link add blue type vrf table 200
	ip -n "$1" link set blue up
	in_ns "$1" sysctl -qw net.ipv6.conf.eth1.keep_addr_on_down=1
	ip -n "$1" link set eth1 master blue
	ip -n "$1" link add lisp200 type lisp id 200
	ip -n "$1" link set lisp200 master blue
	ip -n "$1" link set lisp200 up
	ip -n "$1" route add default dev lisp200 table 200
	ip -n "$1" -6 route add default via fe80::1 dev lisp200 table 200
	ip -n "$2" route add default via "10.$3.0.254"
	ip -n "$2" route add default via "2001:db8:$3::fe"
	busywait 10 _ready "$1"
}
# shellcheck disable=SC2154
blue "$x1" "$b1" 1
# shellcheck disable=SC2154
blue "$x2" "$b2" 2
iid=200 mapped 2001:db8:f::1 2001:db8:f::2

# both FAMILY HOST HOST: a packet from red and one from blue, to the same address;
# the first that either host sees must be its own.
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)
declare -A port=([h1]=21 [b1]=22)
both()
{
	local f=$1 ns

	# shellcheck disable=SC2154
	sniff red "$h2" eth0 -t 20 i.proto=17
	sniff blue "$b2" eth0 -t 20 i.proto=17
	shift
	for ns in "$@"; do
		echo "i.src=${src[$f]} i.dst=${dst[$f]} i.sport=${port[$ns]}" |
			send "${!ns}"
	done
	is "v$f, $1 first: red's ${dst[$f]} is red's, blue's is blue's" \
		"$(field "$(sniffed red)" i.sport) $(field "$(sniffed blue)" i.sport)" \
		"${port[h1]} ${port[b1]}"
}
for f in 4 6; do
	both $f h1 b1
	both $f b1 h1
done

# each has its own counters and mappings
tx=$(counter "$x1" tx-packets lisp200)
ping1 "$h1" 10.2.0.1 3 >/dev/null
is "red's packets are not counted in blue" \
	"$(counter "$x1" tx-packets lisp200)" "$tx"
iid=200 unmap "$x1" 10.2.0.0/16
check "red goes on when blue's mapping goes" ping1 "$h1" 10.2.0.1
iid=200 dropped "blue does not" "$x1" no-listener 1 \
	ping1 "$b1" 10.2.0.1 1 1
iid=200 map "$x1" 10.2.0.0/16 rloc 2001:db8:f::2
in_ns "$x2" lispctl local del iid 100 prefix 10.2.0.0/16
dropped "a local EID of blue's is none of red's" "$x2" rx-not-local 1 \
	ping1 "$h1" 10.2.0.1 1 1
check "and still blue's" ping1 "$b1" 10.2.0.1
local_eid "$x2" 10.2.0.0/16

# from the routers themselves, in the VRF
check "a router pings out of its VRF" in_ns "$x1" ping -c 1 -W 5 -I red \
	10.2.0.1

# An underlay in a VRF, addresses as in the default one: same Instance-ID.
for x in "$x1" "$x2"; do
	ip -n "$x" link add un type vrf table 50
	ip -n "$x" link set un up
done
veth "$x1" un1 "192.0.2.1/24 2001:db8:f::1/64" \
	"$x2" un1 "192.0.2.2/24 2001:db8:f::2/64"
for x in "$x1" "$x2"; do
	in_ns "$x" sysctl -qw net.ipv6.conf.un1.keep_addr_on_down=1
	ip -n "$x" link set un1 master un
done
busywait 10 _ready "$x1"
busywait 10 _ready "$x2"
setup_ns g1 g2
# green ROUTER HOST SITE: another VPN, of IID 100 in underlay un
green()
{
	veth "$2" eth0 "10.$3.0.1/24" "$1" eth2 "10.$3.0.254/24"
	ip -n "$1" link add green type vrf table 300
	ip -n "$1" link set green up
	ip -n "$1" link set eth2 master green
	check "the same Instance-ID in another underlay" \
		ip -n "$1" link add green100 type lisp id 100 underlay un
	ip -n "$1" link set green100 master green
	ip -n "$1" link set green100 up
	ip -n "$1" route add default dev green100 table 300
	ip -n "$2" route add default via "10.$3.0.254"
}
# shellcheck disable=SC2154
green "$x1" "$g1" 1
# shellcheck disable=SC2154
green "$x2" "$g2" 2
for f in "$x1 1 2 un" "$x2 2 1 un"; do
	# shellcheck disable=SC2086
	set -- $f
	in_ns "$1" lispctl local add iid 100 prefix "10.$2.0.0/16" underlay "$4"
	in_ns "$1" lispctl map-cache add iid 100 prefix "10.$3.0.0/16" \
		underlay "$4" rloc "192.0.2.$3"
done
sniff out "$x2" un1 -c 1 -t 20 i.proto=1
check "a tunnel whose underlay is a VRF" ping1 "$g1" 10.2.0.1
check "it goes through that VRF" sniffed out
rx=$(counter "$x2" rx-packets lisp100)
ping1 "$g1" 10.2.0.1 >/dev/null
is "and comes out of no other device" "$(counter "$x2" rx-packets lisp100)" "$rx"
check "red goes on beside it" ping1 "$h1" 10.2.0.1
is "each underlay has its own mapping" "$(in_ns "$x1" lispctl --json map-cache \
	show iid 100 | jq -r '[.[] | select(.prefix == "10.2.0.0/16") | .underlay] |
	sort | join(" ")')" "default un"

# the VRF below goes, and with it its devices
ip -n "$x1" link del un
check "the underlay's VRF takes its devices along" busywait 10 \
	not ip -n "$x1" link show green100
check "red goes on without it" ping1 "$h1" 10.2.0.1
done_testing
