#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 600
# The actions of mappings, what each counts and what the sender hears.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# An uplink of x1's VRF, to what is no EID of anybody's.
setup_ns net
# shellcheck disable=SC2154
veth "$x1" up0 "198.51.100.1/24 2001:db8:51::1/64" \
	"$net" up0 "198.51.100.2/24 2001:db8:51::2/64 203.0.113.7/32 2001:db8:77::7/128"
ip -n "$x1" link set up0 master red
ip -n "$net" route add 10.1.0.0/16 via 198.51.100.1
ip -n "$net" route add 2001:db8:1::/48 via 2001:db8:51::1

declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=203.0.113.7 [6]=2001:db8:77::7)
declare -A prefix=([4]=203.0.113.0/24 [6]=2001:db8:77::/48)
declare -A icmp=([4]="i.proto=1 i.type=3" [6]="i.proto=58 i.type=1")

# refused NAME FAMILY REASON CODE: one packet from h1
refused()
{
	local name="v$2: $1" line

	# shellcheck disable=SC2086,SC2154
	sniff icmp "$h1" eth0 -t 20 ${icmp[$2]}
	dropped "$name is counted" "$x1" "$3" 1 one_packet "$2"
	line=$(sniffed icmp)
	is "$name is answered by code $4" "$(field "$line" i.code)" "$4"
}

one_packet() { echo "i.src=${src[$1]} i.dst=${dst[$1]}" | send "$h1"; }

declare -A codes=([drop]="1 3" [drop-policy]="13 1" [drop-auth]="13 1")
declare -A reasons=([drop]=map-drop [drop-policy]=map-policy
	[drop-auth]=map-auth)
for action in drop drop-policy drop-auth; do
	# shellcheck disable=SC2086
	set -- ${codes[$action]}
	for f in 4 6; do
		map "$x1" "${prefix[$f]}" action $action
	done
	refused $action 4 "${reasons[$action]}" "$1"
	refused $action 6 "${reasons[$action]}" "$2"
done

# native: of external devices there is none, see external.sh
native()
{
	for f in 4 6; do
		map "$x1" "${prefix[$f]}" action native
	done
	refused "native without a device" 4 native-no-device 0
	refused "native without a device" 6 native-no-device 0
	ip -n "$x1" link set lisp100 type lisp native up0
	refused "native without a route" 4 native-no-route 0
	refused "native without a route" 6 native-no-route 0

	# 0.0.0.0/0 through the uplink, less preferred than the one into lisp100
	ip -n "$x1" route add default via 198.51.100.2 table 100 metric 2000
	ip -n "$x1" -6 route add default via 2001:db8:51::2 table 100 metric 2000
	tx=$(counter "$x1" tx-packets)
	check "native: ping" ping1 "$h1" 203.0.113.7
	check "native: ping of IPv6" ping1 "$h1" 2001:db8:77::7
	is "native is not encapsulated" "$(counter "$x1" tx-packets)" "$tx"
	is "native is counted" "$(counter "$x1" native-packets)" 2
	is "an EID through the uplink's route is encapsulated still" \
		"$(ping1 "$h1" 10.2.0.1 >/dev/null && counter "$x1" tx-packets)" \
		"$((tx + 1))"

	# too big for the uplink
	ip -n "$x1" link set up0 mtu 1300
	sniff big "$h1" eth0 -t 20 i.proto=1 i.type=3
	echo "i.src=10.1.0.1 i.dst=203.0.113.7 i.df=1 i.len=1372" | send "$h1"
	big=$(sniffed big)
	is "native: too big is answered with the uplink's MTU" \
		"$(field "$big" i.code) $(field "$big" i.mtu)" "4 1300"

	# the uplink goes
	ip -n "$x1" link del up0
	refused "native after its device has gone" 4 native-no-device 0
}
[ "$external" ] || native

# ask: a miss each time it may be, no packet is held
for f in 4 6; do
	map "$x1" "${prefix[$f]}" action ask
done
monitor "$x1"
for f in 4 6; do
	dropped "v$f: ask is counted" "$x1" map-ask 1 one_packet $f
	check "v$f: ask reports a miss" busywait 5 \
		grep -q " kernel miss.* eid ${dst[$f]} " "$_work/monitor"
done
monitor_stop
is "ask holds nothing" "$(counter "$x1" held-packets)" 0

# no locator
map "$x1" "${prefix[4]}" rloc 192.0.2.2 priority 255
map "$x1" "${prefix[6]}" rloc 192.0.2.2 priority 255
refused "no usable locator" 4 no-locator 1
refused "no usable locator" 6 no-locator 3
map "$x1" "${prefix[4]}" rloc 192.0.3.2
map "$x1" "${prefix[6]}" rloc 2001:db8:e::1
refused "no route to the locator" 4 no-route 1
refused "no route to the locator" 6 no-route 3

# the packets that matched are counted at the mapping, whatever became of them
matched()
{
	in_ns "$x1" lispctl --json map-cache get 203.0.113.7 iid 100 |
		jq '.[0].packets'
}
before=$(matched)
dropped "one more" "$x1" no-route 1 one_packet 4
is "a mapping counts its packets" "$(matched)" $((before + 1))
check_fails "refused: locators with action drop" in_ns "$x1" lispctl \
	map-cache add iid 100 prefix 10.9.0.0/16 action drop rloc 192.0.2.2
done_testing
