#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# Mappings that send otherwise: with another Instance-ID in the header
# (extranets), to a PETR, in the format of LISP-GPE (RFC 9305).
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# sent PREFIX-FAMILY DST: the header of a packet that h1 sends
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
sent()
{
	# shellcheck disable=SC2154
	sniff out "$x2" un0 -t 20 o.dport=4341 i.dst="$2"
	echo "i.src=${src[$1]} i.dst=$2" | send "$h1"
	sniffed out
}
shown() { in_ns "$x1" lispctl --json map-cache get "$1" iid 100 | jq -c "$2"; }

# --- Home-IID: what is in VPN 200 at x2 answers VPN 100 of x1
map "$x1" 10.3.0.0/24 rloc 192.0.2.2 home-iid 200
is "home-iid is in the header" "$(field "$(sent 4 10.3.0.1)" hdr)" \
	080000000000c800
is "and shown" "$(shown 10.3.0.1 '.[0]["home-iid"]')" 200
is "other mappings with the same locators keep their own" \
	"$(field "$(sent 4 10.2.0.1)" hdr)" 0800000000006400
map "$x1" 10.3.0.0/24 rloc 192.0.2.2 home-iid 0
is "home-iid 0 is the default table, without I" \
	"$(field "$(sent 4 10.3.0.1)" hdr)" 0000000000000000
map "$x1" 10.3.0.0/24 rloc 192.0.2.2
is "without it the mapping's own again" \
	"$(field "$(sent 4 10.3.0.1)" hdr)" 0800000000006400
check_fails_with "home-iid without locators" "no header" in_ns "$x1" lispctl \
	map-cache add iid 100 prefix 10.3.0.0/24 action drop home-iid 5
# through: x2 has a device for VPN 200 whose hosts are in VRF red, too
# shellcheck disable=SC2154
ip -n "$x2" -batch - <<-END
	link add lisp200 type lisp id 200
	link set lisp200 master red
	link set lisp200 up
END
iid=200 local_eid "$x2" 10.2.0.0/16
map "$x1" 10.2.0.0/16 rloc 192.0.2.2 home-iid 200
check "a ping out with home-iid, back without" ping1 "$h1" 10.2.0.1
is "it came in by the home Instance-ID" "$(counter "$x2" rx-packets lisp200)" 1
map "$x1" 10.2.0.0/16 rloc 192.0.2.2

# --- PETR: natively-forward with locators
dropped "native without locators needs an uplink" "$x1" native-no-device 1 \
	eval "map $x1 203.0.113.0/24 action native
		echo i.src=10.1.0.1 i.dst=203.0.113.7 | send $h1"
map "$x1" 203.0.113.0/24 action native rloc 192.0.2.2
line=$(sent 4 203.0.113.7)
is "native with locators is encapsulated to them" \
	"$(field "$line" o.dst) $(field "$line" hdr)" "192.0.2.2 0800000000006400"
is "and shown as native" "$(shown 203.0.113.7 \
	'.[0] | [.action, .locators[0].address]')" '["native","192.0.2.2"]'
check_fails "drop has no locators" in_ns "$x1" lispctl map-cache add iid 100 \
	prefix 203.0.113.0/24 action drop rloc 192.0.2.2

# --- LISP-GPE, sending: P, next protocol, real checksums
declare -A rloc=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)
declare -A net=([4]=10.2.0.0/16 [6]=2001:db8:2::/48)
gpe()
{
	map "$x1" "${net[$1]}" rloc "${rloc[$2]}" gpe yes
}
csum() { [ "$(field "$1" o.csum)" = 0 ] && echo zero || echo real; }
for o in 4 6; do
	for i in 4 6; do
		gpe $i $o
		line=$(sent $i "${dst[$i]}")
		is "GPE: v$i over v$o" "$(field "$line" hdr) $(csum "$line")" \
			"0c00000$((i / 4 + (i == 6)))00006400 real"
	done
done
ip -n "$x1" link set lisp100 type lisp udp6zerocsumtx noudpcsum
is "GPE: zero checksums if that is asked for" "$(csum "$(sent 4 10.2.0.1)")" \
	zero
is "gpe is shown" "$(shown 10.2.0.1 '.[0].locators[0].gpe')" true

# --- LISP-GPE, receiving
before=$(counter "$x2" rx-reserved)
check "a P bit from who is not known to speak GPE is reserved: it passes" \
	ping1 "$h1" 10.2.0.1
check "and is counted" [ "$(counter "$x2" rx-reserved)" -gt "$before" ]
ip -n "$x2" link set lisp100 type lisp gpe on
before=$(counter "$x2" rx-reserved)
for i in 4 6; do
	gpe $i 4
	check "GPE: v$i to a device that knows it" ping1 "$h1" "${dst[$i]}"
done
is "that is no reserved bit" "$(counter "$x2" rx-reserved)" "$before"
inner="i.src=10.1.0.1 i.dst=10.2.0.1"
while read -r hdr reason what; do
	dropped "GPE: $what" "$x2" "$reason" 1 \
		eval "echo o.dst=192.0.2.2 hdr=$hdr $inner | send $x1"
done <<-END
	0c00000200006400 rx-next-protocol IPv4 that is said to be IPv6
	0c00000300006400 rx-ethernet Ethernet
	0c00000400006400 rx-next-protocol NSH
	0c00000000006400 rx-next-protocol reserved next protocol
	0c00008000006400 rx-next-protocol a shim header
	0d00000100006400 rx-crypto a key-id keeps its meaning
END
sniff in "$h2" eth0 i.proto=17
echo "o.dst=192.0.2.2 hdr=fc000001000064ff $inner" | send "$x1"
check "GPE: N, E, V and L are no reason to drop" sniffed in
before=$(counter "$x2" rx-reserved)
sniff in "$h2" eth0 i.proto=17
echo "o.dst=192.0.2.2 hdr=0c00010100006400 $inner" | send "$x1"
check "GPE: nor are the bits before the next protocol" sniffed in
is "which are reserved" $(($(counter "$x2" rx-reserved) - before)) 1
ip -n "$x2" link set lisp100 type lisp gpe off
sniff in "$h2" eth0 i.proto=17
echo "o.dst=192.0.2.2 hdr=0c00000300006400 $inner" | send "$x1"
check "without gpe the next protocol means nothing" sniffed in
done_testing
