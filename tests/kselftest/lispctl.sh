#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lispctl against the kernel: what it adds is there, what it shows is true,
# what the kernel refuses is said in the kernel's words.
# slow
# timeout 600
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp vrf veth
setup_ns a b
# shellcheck disable=SC2154
ctl() { in_ns "$a" lispctl "$@"; }
json() { ctl --json "${@:2}" | jq -cr "$1"; }
status() { "$@" >/dev/null 2>&1; echo $?; }

# shellcheck disable=SC2154
veth "$a" eth0 "192.0.2.1/24 2001:db8::1/64" "$b" eth0 \
	"192.0.2.2/24 2001:db8::2/64"
ip -n "$a" link add ured type vrf table 9
ip -n "$a" link set ured up
ip -n "$a" link add lisp5 type lisp id 5 local 192.0.2.1
ip -n "$a" link set lisp5 up
ip -n "$a" addr add 10.5.0.1/32 dev lisp5
ip -n "$a" route add 10.0.0.0/8 dev lisp5

# the map-cache
is "an empty map-cache" "$(ctl --json map-cache show)" "[]"
is "prints nothing as text" "$(ctl map-cache show)" ""
check "add a mapping" ctl map-cache add iid 5 prefix 10.6.0.0/16 \
	rloc 192.0.2.2 priority 1 weight 50 rloc 192.0.2.3 port 5000 \
	priority 2 ttl 600 origin 7 version 9
is "it is there" "$(json '.[0] | [.underlay, .iid, .prefix, .action, .origin,
	."map-version"]' map-cache show)" \
	'["default",5,"10.6.0.0/16","forward",7,9]'
is "so are its locators" "$(json '.[0].locators | map([.address, .port,
	.priority, .weight, .reachable])' map-cache show)" \
	'[["192.0.2.2",4341,1,50,true],["192.0.2.3",5000,2,100,true]]'
like "it expires" "$(json '.[0].expires' map-cache show)" '^([1-5]?[0-9]?[0-9]|600)$'
is "it was not used" "$(json '.[0] | [.packets, .used]' map-cache show)" \
	'[0,null]'
like "as text" "$(ctl map-cache show)" \
	"default +5 +10.6.0.0/16 +forward .* 192.0.2.2 1/50, 192.0.2.3 port 5000 2/100$"
check "replace it" ctl map-cache add iid 5 prefix 10.6.0.0/16 action drop \
	origin 7
is "replaced" "$(json '.[0] | [.action, .locators, .expires]' map-cache show)" \
	'["drop",[],null]'
check "a more specific one" ctl map-cache add iid 5 prefix 10.6.1.0/24 \
	action native
is "the best match" "$(json '.[0].prefix' map-cache get 10.6.1.9 iid 5)" \
	10.6.1.0/24
is "the next best" "$(json '.[0].prefix' map-cache get 10.6.2.9 iid 5)" \
	10.6.0.0/16
is "no match" "$(status ctl map-cache get 10.7.0.1 iid 5)" 2
check "IPv6" ctl map-cache add iid 5 prefix 2001:db8:6::/48 rloc 2001:db8::2
is "filter by origin" "$(json 'map(.prefix)' map-cache show origin 7)" \
	'["10.6.0.0/16"]'
is "filter by Instance-ID" "$(json 'length' map-cache show iid 6)" 0
is "all" "$(json 'map(.prefix) | sort' map-cache show)" \
	'["10.6.0.0/16","10.6.1.0/24","2001:db8:6::/48"]'

# what the kernel refuses
check_fails "somebody else's" ctl map-cache del iid 5 prefix 10.6.0.0/16
like "is said in the kernel's words" \
	"$(ctl map-cache del iid 5 prefix 10.6.0.0/16 2>&1)" \
	'^lispctl: .*origin.*\(Operation not permitted\)$'
is "with status 2" "$(status ctl map-cache del iid 5 prefix 10.6.0.0/16)" 2
is "misuse has status 1" "$(status ctl map-cache del iid 5)" 1
check_fails_with "a loopback locator" "lispctl: " \
	ctl map-cache add iid 5 prefix 10.8.0.0/16 rloc 127.0.0.1
is "nothing was added" "$(json length map-cache show)" 3
check_fails_with "an underlay that is not there" "nowhere" \
	ctl map-cache add iid 5 prefix 10.8.0.0/16 action drop underlay nowhere

check "delete" ctl map-cache del iid 5 prefix 10.6.0.0/16 origin 7
check_fails "delete again" ctl map-cache del iid 5 prefix 10.6.0.0/16 origin 7
check "flush an origin" ctl map-cache flush origin 0
is "all gone" "$(ctl --json map-cache show)" "[]"

# underlays are apart
ip -n "$a" link add lisp5r type lisp id 5 underlay ured
check "the same prefix in another underlay" ctl map-cache add iid 5 \
	prefix 10.6.0.0/16 action drop underlay ured
check "and in the default one" ctl map-cache add iid 5 prefix 10.6.0.0/16 \
	action native
is "by name" "$(json 'map([.underlay, .action]) | sort' map-cache show)" \
	'[["default","native"],["ured","drop"]]'
is "filtered" "$(json 'map(.action)' map-cache show underlay ured)" '["drop"]'
check "flush one" ctl map-cache flush underlay ured
is "the other one stays" "$(json 'map(.action)' map-cache show)" '["native"]'
ctl map-cache flush

# local EIDs
check "add a local EID" ctl local add iid 5 prefix 10.5.0.0/16 \
	rloc 192.0.2.1 origin 3
is "it is there" "$(json '.[0] | [.iid, .prefix, .origin,
	.locators[0].address]' local show)" \
	'[5,"10.5.0.0/16",3,"192.0.2.1"]'
check_fails "not without its origin" ctl local del iid 5 prefix 10.5.0.0/16
check "delete it" ctl local del iid 5 prefix 10.5.0.0/16 origin 3
is "it is gone" "$(ctl --json local show)" "[]"

# RLOCs
ctl map-cache add iid 5 prefix 10.6.0.0/16 rloc 192.0.2.2
is "an RLOC is up" "$(json 'map([.address, .port, .state, .users])' \
	rloc show)" '[["192.0.2.2",4341,"up",1]]'
check "set it down" ctl rloc set 192.0.2.2 state down
is "it is down" "$(json '.[0].state' rloc show 192.0.2.2)" down
for s in probe nonce status icmp; do
	ctl rloc set 192.0.2.2 state unreachable-$s
	states+="$(json '.[0].state' rloc show) "
done
is "for one reason or another" "$states" "unreachable-probe \
unreachable-nonce unreachable-status unreachable-icmp "
check "a round-trip time" ctl rloc set 192.0.2.2 rtt 1234
is "it changes no state" "$(json '.[0] | [.state, .rtt]' rloc show)" \
	'["unreachable-icmp",1234]'
check "set it up" ctl rloc set 192.0.2.2 state up
check_fails "one that nobody names" ctl rloc set 192.0.2.77 state down

# traffic
in_ns "$a" ping -c 2 -i 0.2 -w 1 10.6.0.1 >/dev/null
like "packets are counted" "$(json '.[0].packets' map-cache show)" '^[1-9]'
like "and when" "$(json '.[0].used' map-cache show)" '^[0-9]+$'
like "the device sent them" "$(json 'map(select(.device == "lisp5"))[0] |
	."tx-packets"' device show)" '^[1-9]'
is "every reason has a counter" "$(json '.[0].drops | has("loop") and
	has("hold-evicted") and has("rx-not-local")' device show)" true
ctl rloc set 192.0.2.2 state down
in_ns "$a" ping -c 1 -w 1 10.6.0.1 >/dev/null
like "a drop by its name" "$(json 'map(select(.device == "lisp5"))[0] |
	.drops."no-locator"' device show)" '^[1-9]'
like "as text, too" "$(ctl device show iid 5)" 'no-locator [1-9]'

# rates
ctl map-cache add iid 5 prefix 10.7.0.0/16 action drop
ctl rloc set 192.0.2.2 state up
for to in 10.6.0.1 10.7.0.1; do
	in_ns "$a" ping -i 0.2 "$to" >/dev/null &
done
rates() { ctl --json top -n 1 >"$_work/top" && jq -e "$1" <"$_work/top"; }
# of one VPN; lisp5r is of the same Instance-ID
check "top: what a device sends, and drops" busywait 30 rates \
	'[.vpns[] | select(.vpn == "lisp5" and .iid == 5 and
	."tx-packets" > 0 and ."tx-bits" > 0 and .drops > 0)] | length == 1'
check "top: what an RLOC is sent" busywait 30 rates 'any(.rlocs[];
	.rloc == "192.0.2.2" and .state == "up" and ."tx-packets" > 0)'
check "top: the other VPN is silent" rates 'any(.vpns[];
	.vpn == "lisp5r" and ."tx-packets" == 0 and .drops == 0)'
like "top, as text" "$(ctl top -n 1)" '^192\.0\.2\.2 +4341 +up '

# captures, of the pings above
like "capture: the devices that lead to RLOCs, and the VPN's" \
	"$(ctl capture --dry-run iid 5 rloc 192.0.2.2)" \
	"^tcpdump -n -i any .*'.*$(in_ns "$a" cat /sys/class/net/eth0/ifindex)"
ctl capture iid 5 eid 10.6.0.1 write "$_work/pcap" -n 1 2>"$_work/said" &
check "capture: a packet of this EID" busywait 60 test -s "$_work/pcap"
wait $!
is "capture: ends after so many" $? 0
like "capture: it is LISP" "$(tcpdump -n -r "$_work/pcap" 2>/dev/null)" \
	'192\.0\.2\.1\.[0-9]+ > 192\.0\.2\.2\.4341|10\.5\.0\.1 > 10\.6\.0\.1'

# misses: there are none while nobody listens; one that goes on, as a slow guest
# may look too late for a single packet's
ctl monitor --kernel >"$_work/monitor" &
busywait 30 grep -q connected "$_work/monitor"
in_ns "$a" ping -i 0.2 10.10.0.1 >/dev/null &
waits() { json 'map(.eid) | index("10.10.0.1")' miss show | grep -q '^[0-9]'; }
check "a miss that waits" busywait 60 waits

# who may
without()
{
	in_ns "$a" setpriv --bounding-set -net_admin --inh-caps -net_admin \
		lispctl "$@"
}
is "not without CAP_NET_ADMIN" "$(status without map-cache show)" 2
for command in "map-cache show" "top -n 1"; do
	# shellcheck disable=SC2086 # words
	check_fails_with "... and that is said: $command" CAP_NET_ADMIN \
		without $command
done
done_testing
