#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 600
# The local database: what is delivered, what is never encapsulated.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# packet DESTINATION [SOURCE]: from the underlay to x2
packet()
{
	local src=${2:-10.1.0.1}

	echo "o.dst=192.0.2.2 hdr=0800000000006400 i.src=$src i.dst=$1"
}

to_x2() { packet "$@" | send "$x1"; }

# shellcheck disable=SC2154
tx=$(counter "$x2" tx-packets)
dropped "not a local EID" "$x2" rx-not-local 1 to_x2 10.3.0.1
dropped "not a local EID, IPv6" "$x2" rx-not-local 1 \
	to_x2 2001:db8:3::1 2001:db8:1::1
dropped "the other site's own EID" "$x2" rx-not-local 1 to_x2 10.1.0.1
dropped "multicast" "$x2" rx-not-local 1 to_x2 224.0.0.5
dropped "broadcast" "$x2" rx-not-local 1 to_x2 255.255.255.255
dropped "loopback" "$x2" rx-not-local 1 to_x2 127.0.0.1
dropped "link-local" "$x2" rx-not-local 1 to_x2 fe80::1 2001:db8:1::1
dropped "IPv6 multicast" "$x2" rx-not-local 1 to_x2 ff02::1 2001:db8:1::1
dropped "source multicast" "$x2" rx-bad-inner 1 to_x2 10.2.0.1 224.0.0.1
dropped "source unspecified" "$x2" rx-bad-inner 1 to_x2 10.2.0.1 0.0.0.0
dropped "source link-local" "$x2" rx-bad-inner 1 \
	to_x2 2001:db8:2::1 fe80::1
is "none of them went back" "$(counter "$x2" tx-packets)" "$tx"

# local beats the cache, however specific
# shellcheck disable=SC2154
map "$x1" 10.1.77.1/32 rloc 192.0.2.2
sniff icmp "$h1" eth0 -t 20 i.proto=1 i.type=3
to_local() { echo "i.src=10.1.0.1 i.dst=10.1.77.1" | send "$h1"; }
dropped "a local EID without a route is not encapsulated" "$x1" \
	tx-local-eid 1 to_local
is "and its sender hears of it" "$(field "$(sniffed icmp)" i.code)" 1
is "its mapping was not used" "$(in_ns "$x1" lispctl --json map-cache show |
	jq '.[] | select(.prefix == "10.1.77.1/32") | .packets')" 0
in_ns "$x1" lispctl local del iid 100 prefix 10.1.0.0/16
tx=$(counter "$x1" tx-packets)
to_local
check "no longer local: its mapping is used" busywait 5 \
	sent_more "$x1" "$tx"
local_eid "$x1" 10.1.0.0/16

# a proxy forwards
ip -n "$x2" link del lisp100
ip -n "$x2" link add lisp100 type lisp id 100 proxy on
ip -n "$x2" link set lisp100 master red
ip -n "$x2" link set lisp100 up
local_eid "$x2" 10.2.0.0/16
# shellcheck disable=SC2154
ip -n "$x2" route add 10.3.0.0/16 via 10.2.0.1 table 100
sniff in "$h2" eth0 -t 20 i.dst=10.3.0.1
to_x2 10.3.0.1
check "a proxy delivers what is not local" sniffed in
dropped "but no multicast" "$x2" rx-not-local 1 to_x2 224.0.0.5
sniff in "$h2" eth0 -t 20 i.dst=10.2.0.1 i.proto=17
to_x2 10.2.0.1
check "and local EIDs" sniffed in

# show and delete
is "local show" "$(in_ns "$x1" lispctl --json local show iid 100 |
	jq -r '[.[].prefix] | sort | join(" ")')" "10.1.0.0/16 2001:db8:1::/48"
check_fails "deleting what is not there" in_ns "$x1" lispctl local del \
	iid 100 prefix 10.1.0.0/17
check_fails "of an Instance-ID nobody has" in_ns "$x1" lispctl local add \
	iid 5 prefix 10.1.0.0/17
done_testing
