#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# External devices: one device, many Instance-IDs. What hosts hear of errors is
# in actions-external.sh and pmtu-external.sh.
# shellcheck disable=SC2034 # see sites
external=1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
l() { ip -n "$x1" link "$@"; }
ctl() { in_ns "$x1" lispctl "$@"; }
# of NS IID KEY: what an Instance-ID shows
of() { in_ns "$1" lispctl --json iid show "$2" | jq -r ".[0][\"$3\"]"; }

# --- the device and its Instance-IDs
is "the device is shown as external" "$(ip -n "$x1" -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data | [.external, .id]')" "[true,null]"
is "its MTU is that of each path" "$(ip -n "$x1" -j link show lisp100 |
	jq '.[0].mtu')" 65479
check "unless somebody says it" l add lisp9 mtu 1400 type lisp external \
	underlay red
like "and it stays" "$(l show lisp9)" "mtu 1400"
l del lisp9
check_fails_with "external with an id" "cannot be specified" \
	l add bad type lisp external id 5
check_fails_with "an id for an external one" "no id of its own" \
	l set lisp100 type lisp id 5
check_fails_with "a second one in the underlay" "already" \
	l add bad type lisp external
check_fails_with "a device cannot stop being external" "external" \
	l set lisp100 type lisp noexternal
l add up0 type veth peer name up1
check_fails_with "external with a native uplink" "no native uplink" \
	l set lisp100 type lisp native up0
check_fails_with "an Instance-ID it has" "exists" ctl iid add 100 vrf red
check_fails_with "an Instance-ID in an underlay without external device" \
	"no external device" ctl iid add 101 underlay red
check_fails_with "an Instance-ID for what is no VRF" "no VRF" \
	ctl iid add 101 vrf up0
l add lisp7 type lisp id 7
check_fails_with "an Instance-ID that another device has" "exists" \
	ctl iid add 7
check_fails_with "another device's Instance-ID is not deleted" \
	"no external device" ctl iid del 7
l del lisp7
is "the VRF of an Instance-ID is shown" "$(of "$x1" 100 vrf)" red

# --- traffic
for a in 10.2.0.1 2001:db8:2::1; do
	check "ping to $a" ping1 "$h1" $a
done
is "counted at the Instance-ID" "$(of "$x1" 100 tx-packets) $(
	of "$x1" 100 rx-packets) $(of "$x2" 100 rx-bytes)" "2 2 188"
is "counted at the device" "$(counter "$x1" tx-packets lisp100) $(
	dev_stat "$x1" lisp100 rx_packets)" "2 2"
sniff out "$x2" un0 i.proto=17
sniff red "$x2" red i.proto=17
echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
is "the Instance-ID is in the header" "$(field "$(sniffed out)" hdr)" \
	0800000000006400
is "it comes out of the VRF's own device" "$(field "$(sniffed red)" i.dst)" \
	10.2.0.1

# a miss, and its answer
monitor "$x1"
echo "i.src=10.1.0.1 i.dst=10.2.9.1" | send "$h1"
unmap "$x1" 10.2.0.0/16
echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
check "a miss is reported with its Instance-ID" busywait 5 \
	grep -q " kernel miss.* iid 100 eid 10.2.0.1 " "$_work/monitor"
sniff in "$h2" eth0 i.proto=17
map "$x1" 10.2.0.0/16 rloc 192.0.2.2
check "the packet that was held is sent" sniffed in
monitor_stop

# --- another VPN with the same addresses, through the same device
setup_ns g1 g2
for n in 1 2; do
	g=g$n x=x$n
	veth "${!x}" blue0 "10.$n.0.254/24" "${!g}" eth0 "10.$n.0.1/24"
	ip -n "${!x}" -batch - <<-END
		link add blue type vrf table 200
		link set blue up
		link set blue0 master blue
		route add default encap ip id 200 dst 0.0.0.0 dev lisp100 table 200
	END
	ip -n "${!g}" route add default via "10.$n.0.254"
	in_ns "${!x}" lispctl iid add 200 vrf blue
	iid=200 local_eid "${!x}" "10.$n.0.0/16"
done
iid=200 map "$x1" 10.2.0.0/16 rloc 192.0.2.2
iid=200 map "$x2" 10.1.0.0/16 rloc 192.0.2.1
red=$(of "$x2" 100 rx-packets)
# shellcheck disable=SC2154
check "the same addresses in another VPN" ping1 "$g1" 10.2.0.1
is "and each counts its own" \
	"$(of "$x2" 100 rx-packets) $(of "$x2" 200 rx-packets)" "$red 1"

# --- a route that names the RLOC itself
unmap "$x1" 10.2.0.0/16
ip -n "$x1" route add 10.2.0.0/24 encap ip id 100 dst 192.0.2.2 ttl 77 tos 0xb8 \
	dev lisp100 table 100
sniff out "$x2" un0 i.proto=17
echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.tos=1" | send "$h1"
line=$(sniffed out)
is "a route's own RLOC, TTL and DSCP; ECN stays" \
	"$(field "$line" o.dst) $(field "$line" o.ttl) $(field "$line" o.tos)" \
	"192.0.2.2 77 185"
ip -n "$x1" route replace 10.2.0.0/24 encap ip6 id 100 dst 2001:db8:f::2 \
	dev lisp100 table 100
check "a route's own RLOC of IPv6" ping1 "$h1" 10.2.0.1
ip -n "$x1" route del 10.2.0.0/24 table 100
map "$x1" 10.2.0.0/16 rloc 192.0.2.2

# --- refusals
ip -n "$x1" route add 10.8.0.0/24 dev lisp100 table 100
ip -n "$x1" route add 10.8.1.0/24 encap ip id 999 dst 0.0.0.0 dev lisp100 table 100
l add lisp7 type lisp id 7
ip -n "$x1" route add 10.8.2.0/24 encap ip id 7 dst 0.0.0.0 dev lisp100 table 100
for a in 10.8.0.1 10.8.1.1 10.8.2.1; do
	dropped "no Instance-ID that it serves: $a" "$x1" tx-no-iid 1 \
		eval "echo i.src=10.1.0.1 i.dst=$a | send $h1"
done
l del lisp7
dropped "received for an Instance-ID it does not serve" "$x2" rx-unknown-iid 1 \
	eval "echo o.dst=192.0.2.2 hdr=080000000003e700 i.src=10.1.0.1 \
		i.dst=10.2.0.1 | send $x1"

# --- metadata, both ways
in_ns "$x2" lispctl iid add 300
iid=300 local_eid "$x2" 10.2.0.0/16
in_ns "$x2" bash -e <<-END || fatal "tc"
	tc qdisc add dev lisp100 clsact
	tc filter add dev lisp100 ingress protocol ip flower enc_key_id 300 \
		enc_src_ip 192.0.2.1 enc_dst_ip 192.0.2.2 action drop
END
packets()
{
	in_ns "$x2" tc -j -s filter show dev lisp100 ingress |
		jq '[.. | .actions? // empty | .[].stats.packets] | add'
}
saw() { [ "$(packets)" = "$1" ]; }
echo "o.dst=192.0.2.2 hdr=0800000000012c00 i.src=10.1.0.1 i.dst=10.2.0.1" |
	send "$x1"
check "without VRF it comes out of the device, with metadata" busywait 5 saw 1
# a debug kernel sees whether the metadata of what is refused was given back
dropped "without VRF, but not IP" "$x2" rx-bad-inner 1 eval \
	"echo o.dst=192.0.2.2 hdr=0800000000012c00 raw=00112233445566778899 | send $x1"
ctl iid add 300
in_ns "$x1" bash -e <<-END || fatal "tc"
	tc qdisc add dev eth0 clsact
	tc filter add dev eth0 ingress protocol ip flower dst_ip 10.77.0.1 \
		action tunnel_key set src_ip 192.0.2.1 dst_ip 192.0.2.2 id 300 \
		dst_port 4341 action mirred egress redirect dev lisp100
END
sniff out "$x2" un0 i.proto=17
echo "i.src=10.1.0.1 i.dst=10.77.0.1" | send "$h1"
is "metadata of tc says the Instance-ID and the RLOC" \
	"$(field "$(sniffed out)" hdr)" 0800000000012c00
# such a packet has no route that an error could go back by
iid=300 map "$x1" 10.78.0.0/16 action drop
in_ns "$x1" tc filter add dev eth0 ingress protocol ip flower \
	dst_ip 10.78.0.1 action tunnel_key set src_ip 192.0.2.1 \
	dst_ip 0.0.0.0 id 300 action mirred egress redirect dev lisp100
dropped "and it is refused without an error" "$x1" map-drop 1 \
	eval "echo i.src=10.1.0.1 i.dst=10.78.0.1 | send $h1"

# --- what goes
monitor "$x1"
ip -n "$x1" link del blue
check "an Instance-ID goes with its VRF" busywait 5 \
	grep -q " kernel iid deleted.* iid 200 " "$_work/monitor"
check_fails "its mappings are gone" eval "iid=200 unmap $x1 10.2.0.0/16"
monitor_stop
check "an Instance-ID goes when it is told to" ctl iid del 300
check "the other one is still served" ping1 "$h1" 10.2.0.1
setup_ns other
# shellcheck disable=SC2154
check "the device moves" l set lisp100 netns "$other"
is "and leaves what had a VRF behind" "$(ctl --json iid show | jq length)" 0
check "it takes Instance-IDs still" ctl iid add 400
ip -n "$other" link del lisp100
is "they go with it" "$(ctl --json iid show | jq length)" 0
done_testing
