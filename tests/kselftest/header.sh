#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# The LISP header on the wire: what each switch makes us send, octet by octet,
# and what each bit received does.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 5 \
	rloc 192.0.2.1 rloc 192.0.2.77 reachable no rloc 192.0.2.78
map "$x1" 10.2.0.0/16 rloc 192.0.2.2 version 7
map "$x1" 2001:db8:2::/48 rloc 192.0.2.2 version 9
map "$x1" 10.3.0.0/16 rloc 192.0.2.2

# A device for Instance-ID 0, with more locators than eight.
ip -n "$x1" -batch - <<-EOF
	link add lisp0 type lisp id 0
	link set lisp0 up
	addr add 10.8.0.1/32 dev lo
	route add 10.9.0.0/16 dev lisp0
EOF
ten=()
for n in 10 11 12 13 14 15 16 17 18 19; do
	ten+=(rloc "192.0.2.$n")
	[ $n != 18 ] || ten+=(reachable no)
done
in_ns "$x1" lispctl local add iid 0 prefix 10.8.0.0/16 version 4095 "${ten[@]}"
iid=0 map "$x1" 10.9.0.0/16 rloc 192.0.2.2 version 1

# switches DEVICE ON-OR-OFF SWITCH...: those named are that, others the reverse
switches()
{
	local dev=$1 s list=()

	shift
	for s in trusted-underlay status-bits echo-nonce map-versions gleaning
	do
		case " $* " in
		*" $s "*) list+=("$s" on) ;;
		*) list+=("$s" off) ;;
		esac
	done
	ip -n "$x1" link set "$dev" type lisp "${list[@]}"
}

# sends NAME SRC DST HDR: what a packet shall have on the wire; by its source
# port it is looked up at the end. One of IID 0 is the router's own.
port=1000
sends()
{
	local from=$h1

	[ "$2" != 10.8.0.1 ] || from=$x1
	echo "$((++port))|$4|$1" >>"$_work/sends"
	echo "i.src=$2 i.dst=$3 i.sport=$port" | send "$from"
}
rows=17
sniff all "$x2" un0 -c $rows -t 120 i.proto=17 i.dport=9

declare -A flow=(
	[v4]="10.1.0.1 10.2.0.1" [v6]="2001:db8:1::1 2001:db8:2::1"
	[bare]="10.1.0.1 10.3.0.1" [zero]="10.8.0.1 10.9.0.1"
)
l=status-bits v=map-versions n=echo-nonce t=trusted-underlay
while IFS='|' read -r name on which want; do
	dev=lisp100
	[ "$which" != zero ] || dev=lisp0
	# shellcheck disable=SC2086
	switches $dev $on
	# shellcheck disable=SC2086
	sends "$name" ${flow[$which]} "$want"
done <<-EOF
	nothing is on||v4|0800000000006400
	all, but not trusted|$l $v $n gleaning|v4|0800000000006400
	trusted, but nothing else|$t|v4|0800000000006400
	status bits, 8 beside the IID|$t $l|v4|4800000000006405
	status bits of a prefix without locators|$t $l|v6|0800000000006400
	map-versions|$t $v|v4|1800500700006400
	map-versions, our prefix has none|$t $v|v6|1800000900006400
	map-versions, their mapping has none|$t $v|bare|0800000000006400
	both|$t $l $v|v4|5800500700006405
	both, their mapping has no version|$t $l $v|bare|4800000000006405
	echo-nonce, but they do not echo|$t $n|v4|0800000000006400
	IID 0, nothing on||zero|0000000000000000
	IID 0, 32 status bits|$t $l|zero|40000000000002ff
	IID 0, both|$t $l $v|zero|50fff001000002ff
EOF

# Status bits follow what is known of the own locators.
switches lisp100 $t $l
in_ns "$x1" lispctl rloc set 192.0.2.78 state unreachable-probe
# shellcheck disable=SC2086
sends "an own locator failed" ${flow[v4]} 4800000000006401
in_ns "$x1" lispctl rloc set 192.0.2.78 state up

# A new set: peers have to learn it first. No more than the wait later it is
# said again.
echo 4 >/sys/module/lisp/parameters/status_bits_wait
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 6 \
	rloc 192.0.2.1 rloc 192.0.2.77 reachable no rloc 192.0.2.79
# shellcheck disable=SC2086
sends "no status bits just after the set changed" ${flow[v4]} 0800000000006400
sniff again "$x2" un0 -c 1 -t 60 i.sport=77 hdr=4800000000006405
said_again()
{
	echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.sport=77 i.dport=10" | send "$h1"
	[ -e "$_work/again.status" ]
}
check "they are back later" busywait 20 said_again
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 6 \
	rloc 192.0.2.1 rloc 192.0.2.77 rloc 192.0.2.79
# shellcheck disable=SC2086
sends "another R bit is no other set" ${flow[v4]} 4800000000006407

sniffed all >"$_work/all" || fail "$rows packets"
while IFS='|' read -r port want name; do
	is "$name" "$(field "$(grep " i.sport=$port " "$_work/all")" hdr)" \
		"$want"
done <"$_work/sends"
is "packets" "$(wc -l <"$_work/sends")" $rows

# The other end, with everything off: bits are ignored, the odd ones counted.
while IFS='|' read -r name hdr out odd; do
	echo "o.dst=192.0.2.2 hdr=$hdr i.src=10.1.0.1 i.dst=10.2.0.1" >>"$_work/in"
	printf '%s %s\n' "$out" "$odd" >>"$_work/want"
done <<-EOF
	plain|0800000000006400|in|0
	nonce|88abcdef00006400|in|0
	nonce, asking for an echo|a8abcdef00006400|in|0
	E without N|2800000000006400|in|1
	status bits|48000000000064ff|in|0
	status bits that L does not announce|0800000000006401|in|1
	versions|18abcdef00006400|in|0
	versions and nonce|98abcdef00006400|in|1
	a nonce that nothing announces|0800000100006400|in|1
	the reserved bit|0c00000000006400|in|1
	the reserved bit, as P|0c00000300006400|in|1
	all that may be with a nonce|e8abcdef000064ff|in|0
	everything|fcffffff000064ff|in|1
	key-id 1|0900000000006400|rx-crypto|0
	key-id 3 and everything|ffffffff000064ff|rx-crypto|0
	the control Instance-ID|08000000ffffff00|rx-control|0
	the control Instance-ID and everything|fcffffffffffffff|rx-control|0
	no Instance-ID|0000000000000000|rx-unknown-iid|0
	an unknown one|0800000000006500|rx-unknown-iid|0
EOF
count() { grep -c "^$1\$" "$_work/want"; }
fate() { echo $(($(counter "$x2" rx-packets) + $(all_drops "$x2"))); }
fate_is() { [ "$(fate)" -ge "$1" ]; }
from=$(fate) in=$(counter "$x2" rx-packets) odd=$(counter "$x2" rx-reserved)
for r in rx-crypto rx-control rx-unknown-iid; do
	before[${#before[@]}]=$(drops "$x2" $r)
done
send "$x1" <"$_work/in"
busywait 20 fate_is $((from + $(wc -l <"$_work/in")))
is "delivered" $(($(counter "$x2" rx-packets) - in)) "$(count 'in .')"
is "of them odd" $(($(counter "$x2" rx-reserved) - odd)) "$(count 'in 1')"
i=0
for r in rx-crypto rx-control rx-unknown-iid; do
	is "$r" $(($(drops "$x2" $r) - before[i++])) "$(count "$r .")"
done

# The switches themselves.
info()
{
	ip -n "$x1" -d -j link show lisp100 |
		jq -c '.[0].linkinfo.info_data | [.trusted_underlay,
		.status_bits, .echo_nonce, .map_versions, .gleaning]'
}
switches lisp100
is "all are off" "$(info)" "[false,false,false,false,false]"
switches lisp100 $t $n
is "two are on" "$(info)" "[true,false,true,false,false]"
like "in words, too" "$(ip -n "$x1" -d link show lisp100)" \
	"proxy off trusted-underlay on status-bits off echo-nonce on"
switches lisp100 $l $v gleaning
is "the other three" "$(info)" "[false,true,false,true,true]"
like "a switch is on or off" "$(ip -n "$x1" link set lisp100 type lisp \
	gleaning maybe 2>&1)" 'must be one of "off", "on"'
done_testing
