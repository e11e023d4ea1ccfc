#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# Path MTU: what does not fit is answered with the MTU that does, whoever sent
# it and wherever the narrow link is; and TCP with segmentation offload passes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
# A way from x1 to x2 with a router between, which has the narrow link.
setup_ns core
# shellcheck disable=SC2154
veth "$x1" un1 "198.51.100.1/24 2001:db8:51::1/64" \
	"$core" west "198.51.100.254/24 2001:db8:51::fe/64"
# shellcheck disable=SC2154
veth "$core" east "203.0.113.254/24 2001:db8:77::fe/64" \
	"$x2" un1 "203.0.113.2/24 2001:db8:77::2/64"
in_ns "$core" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
ip -n "$x1" route add 203.0.113.0/24 via 198.51.100.254
ip -n "$x1" -6 route add 2001:db8:77::/64 via 2001:db8:51::fe
ip -n "$x2" route add 198.51.100.0/24 via 203.0.113.254
ip -n "$x2" -6 route add 2001:db8:51::/64 via 2001:db8:77::fe

declare -A near=([4]=192.0.2.2 [6]=2001:db8:f::2)
# shellcheck disable=SC2034 # by name, below
declare -A far=([4]=203.0.113.2 [6]=2001:db8:77::2)
declare -A host=([4]=10.2.0.1 [6]=2001:db8:2::1)
# the inner packet that fits in 1400 octets, by the outer family
declare -A fits=([4]=1364 [6]=1344)

# learned NS ADDRESS MTU [VRF]: the route has that MTU
learned()
{
	ip -n "$1" route get "$2" ${4:+vrf "$4"} | grep -qw "mtu $3"
}

# An external device is not in the VRF: routes through it choose no source.
big_ping()
{
	local source=()

	[ -z "${4:-}" ] || source=(-I "$4")
	[ -z "$external" ] || [ -z "${4:-}" ] || case $2 in
	*:*) source+=(-I 2001:db8:1::fe) ;;
	*) source+=(-I 10.1.0.254) ;;
	esac
	in_ns "$1" ping -c 1 -W 1 -M "$3" -s 1372 "${source[@]}" "$2"
}

# forget: what everybody has learned so far
forget()
{
	local ns

	# shellcheck disable=SC2154
	for ns in "$h1" "$x1" "$x2" "$h2"; do
		in_ns "$ns" sysctl -qw net.ipv4.route.flush=1
	done
	# IPv6 keeps what it learned for as long as the route
	ip -n "$h1" route replace default via 2001:db8:1::fe
	ip -n "$h2" route replace default via 2001:db8:2::fe
	into_lisp "$x1"
	ip -n "$x1" -6 route replace 2001:db8:77::/64 via 2001:db8:51::fe
}

# try_big NS ADDRESS MTU [VRF]: a packet that does not fit teaches the MTU
try_big()
{
	big_ping "$1" "$2" "do" "${4:-}"
	learned "$1" "$2" "$3" "${4:-}"
}

mapped
check "an ordinary link: 1400 octets pass" big_ping "$h1" 10.2.0.1 "do"

for where in near far; do
	if [ $where = near ]; then
		ip -n "$x1" link set un0 mtu 1400
		ip -n "$x2" link set un0 mtu 1400
	else
		ip -n "$core" link set east mtu 1400
		ip -n "$x2" link set un1 mtu 1400
	fi
	for o in 4 6; do
		declare -n rloc=$where
		mapped 192.0.2.1 "${rloc[$o]}"
		for i in 4 6; do
			t="v$i over v$o, $where link"
			forget
			check "$t: a host learns its MTU" busywait 15 \
				try_big "$h1" "${host[$i]}" "${fits[$o]}"
			check "$t: and then reaches the other" ping1 "$h1" \
				"${host[$i]}"
			forget
			check "$t: the router learns its MTU in its VRF" \
				busywait 15 try_big "$x1" "${host[$i]}" \
				"${fits[$o]}" red
		done
		forget
		check "v4 without DF over v$o, $where link: passes" \
			busywait 15 big_ping "$h1" 10.2.0.1 dont
	done
done

# without DF it is the tunnel's business: the host is told nothing
mapped
forget
big_ping "$h1" 10.2.0.1 dont >/dev/null
check_fails "without DF the host learns nothing" learned "$h1" 10.2.0.1 1364

# two pieces, not a full one and a stub
matched()
{
	in_ns "$x1" lispctl --json map-cache get 10.2.0.1 iid 100 |
		jq '.[0].packets'
}
n=$(matched)
sniff out "$x2" un0 -c 2 -t 20 i.proto=1
big_ping "$h1" 10.2.0.1 dont >/dev/null
is "each counts at the mapping, the whole does not" $(($(matched) - n)) 2
is "two pieces of about the same size" "$(sniffed out |
	while read -r line; do field "$line" i.tot; done | xargs)" "716 704"

# the MTU that the message says, exactly
sniff icmp "$h1" eth0 -t 20 i.proto=1 i.type=3
echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.df=1 i.len=1372" | send "$h1"
icmp=$(sniffed icmp)
is "the message: fragmentation needed, and the MTU" \
	"$(field "$icmp" i.code) $(field "$icmp" i.mtu)" "4 1364"
is "it comes from the router's side of the host" "$(field "$icmp" i.src)" \
	10.1.0.254
before=$(drops "$x1" mtu)
sniff icmp "$h1" eth0 -t 20 i.proto=58 i.type=2
echo "i.src=2001:db8:1::1 i.dst=2001:db8:2::1 i.len=1372" | send "$h1"
is "the same of IPv6" "$(field "$(sniffed icmp)" i.mtu)" 1364
is "and it is counted" "$(($(drops "$x1" mtu) - before))" 1

# TCP: 2 MB each way, from hosts that know nothing yet
for o in 4 6; do
	mapped 192.0.2.1 "${near[$o]}"
	for i in 4 6; do
		forget
		tx=$(counter "$x1" tx-packets)
		in_ns "$h2" timeout 60 socat -u "TCP$i-LISTEN:80,reuseaddr" \
			"OPEN:$_work/got,creat,trunc" &
		listener=$!
		busywait 10 eval "ip netns exec $h2 ss -Hltn | grep -q :80"
		dst=${host[$i]}
		[ $i = 4 ] || dst="[$dst]"
		head -c 2000000 /dev/zero | in_ns "$h1" timeout 60 socat -u - \
			"TCP$i:$dst:80"
		wait $listener
		is "v$i over v$o: TCP passes" "$(stat -c %s "$_work/got")" \
			2000000
		tx=$(($(counter "$x1" tx-packets) - tx))
		check "v$i over v$o: in segments larger than packets ($tx)" \
			[ $tx -lt 1000 ]
	done
done
done_testing
