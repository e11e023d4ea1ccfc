#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# boot ipv6.disable=1
# A kernel whose IPv6 is switched off has no tables to ask: what names IPv6 all
# the same is refused, and IPv4 works.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

check_fails "IPv6 is off" test -e /proc/sys/net/ipv6
setup_ns x
# shellcheck disable=SC2154
ip -n "$x" -batch - <<-END || fatal "make the devices"
	link add d0 type dummy
	addr add 192.0.2.1/24 dev d0
	link set d0 up
	link add lisp5 type lisp id 5 native d0
	link set lisp5 up
	route add 11.0.0.0/8 dev lisp5
	link add ext type lisp external
	link set ext up
END
in_ns "$x" bash -e <<-END || fatal "make the mappings"
	lispctl iid add 100
	lispctl map-cache add iid 5 prefix 2001:db8::/32 action native
	lispctl map-cache add iid 5 prefix 11.1.0.0/16 rloc 192.0.2.2
	lispctl map-cache add iid 5 prefix 11.2.0.0/16 rloc 2001:db8::2
	ip route add 10.1.0.0/16 encap ip id 100 dst 192.0.2.2 dev ext
	ip route add 10.2.0.0/16 encap ip6 id 100 dst 2001:db8::2 dev ext
END

to() { echo "i.src=192.0.2.1 i.dst=$1" | send "$x"; }
for dev in lisp5 ext; do
	net=11
	[ $dev = lisp5 ] || net=10
	sent=$(counter "$x" tx-packets $dev)
	to "$net.1.0.1"
	is "$dev: an RLOC of IPv4" \
		$(($(counter "$x" tx-packets $dev) - sent)) 1
done
dropped "a mapping with an RLOC of IPv6" "$x" no-family 1 to 11.2.0.1
dropped "a route that names an RLOC of IPv6" "$x" no-route 1 to 10.2.0.1

# What no route can bring there a packet socket can: an IPv6 header, no more.
# Its address is a struct sockaddr_ll without the family.
bare6()
{
	local index host=20010db8000000000000000000000001

	index=$(ip -n "$x" -j link show lisp5 | jq '.[0].ifindex')
	# shellcheck disable=SC2059
	printf "$(printf '600000000000%02x40%s%s' 59 "$host" "$host" |
		sed 's/../\\x&/g')" | in_ns "$x" socat -u - \
		"SOCKET-SENDTO:17:2:$((0xdd86)):x86dd$(printf '%02x000000' \
			"$index")00000000$(printf '%016x' 0)"
}
dropped "an inner packet of IPv6, natively" "$x" native-no-route 1 bare6
done_testing
