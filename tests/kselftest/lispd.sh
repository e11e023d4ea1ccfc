#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What lispd does to the machine: devices, VRFs, routes, local EIDs; that it
# takes them over after SIGKILL, and removes what it made and nothing else.
# slow
# timeout 600
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp vrf veth dummy
setup_ns a b
# shellcheck disable=SC2154
in_a() { in_ns "$a" "$@"; }
ctl() { in_a lispctl -s "$_work/sock" --json "$@"; }
link() { ip -n "$a" -d -j link show "$1" 2>/dev/null | jq -cr ".[0] | $2"; }
# routes FAMILY TABLE FILTER
routes() { ip -n "$a" -j "$1" route show table "$2" 2>/dev/null | jq -cr "$3"; }

# shellcheck disable=SC2154
veth "$a" eth0 "192.0.2.1/24 2001:db8::1/64" "$b" eth0 \
	"192.0.2.2/24 2001:db8::2/64"
for vrf in red:100 blue:200; do
	ip -n "$a" link add "${vrf%:*}" type vrf table "${vrf#*:}"
	ip -n "$a" link set "${vrf%:*}" up
done
ip -n "$a" link add eth9 type dummy
ip -n "$a" link set eth9 master red up

# vpn NAME IID DEVICE VRF PREFIX [MORE]
vpn()
{
	echo "{ \"name\": \"$1\", \"iid\": $2, \"device\": \"$3\"," \
		"${4:+\"vrf\": \"$4\",} ${6:+$6,}" \
		"\"database\": [ { \"prefix\": \"$5\" } ] }"
}

# config VPNS [MORE [MORE-OUTSIDE]]
config()
{
	cat >"$_work/conf" <<-END
	{ "name": "a", ${3:+$3,} "control-socket": "$_work/sock",
	  "state-dir": "$_work/state", "listen": [ "192.0.2.1", "2001:db8::1" ],
	  "xtr": {
	    "rlocs": [ { "address": "192.0.2.1" },
	               { "address": "2001:db8::1" } ],
	    "map-resolvers": [ "192.0.2.2" ],
	    "map-servers": [ { "address": "192.0.2.2", "key-id": 0,
	      "algorithm": "hmac-sha256", "key": "secret" } ],
	    ${2:+$2,}
	    "vpns": [ $1 ] } }
	END
}

pid=
start()
{
	in_a lispd -c "$_work/conf" 2>"$_work/log" &
	pid=$!
	busywait 20 ctl show status || {
		note "$(cat "$_work/log")"
		return 1
	}
}

stop()
{
	kill "-${1:-TERM}" "$(in_a pidof lispd)"
	wait "$pid" 2>/dev/null
	pid=
}

# refuse NAME TEXT: lispd does not start, and says why.
refuse()
{
	check_fails_with "$1" "$2" in_a timeout 30 lispd -c "$_work/conf"
}

chmod 755 "$_work"
vpns="$(vpn red 100 lisp100 red 10.1.0.0/16), $(vpn blue 200 lisp200 blue \
	10.1.0.0/16)"
config "$vpns" "" '"metrics": { }'
check "lispd starts" start
is "its device has the Instance-ID" \
	"$(link lisp100 .linkinfo.info_data.id)" 100
is "its sources are the RLOCs" "$(link lisp100 \
	'.linkinfo.info_data | [.local, .local6]')" \
	'["192.0.2.1","2001:db8::1"]'
is "it is in its VRF" "$(link lisp100 .master)" red
is "the other one in its own" "$(link lisp200 .master)" blue
like "it is up" "$(link lisp100 '.flags | join(" ")')" '\bUP\b'
is "it makes no address by itself" "$(ip -n "$a" -6 -j addr show dev lisp100 |
	jq -c 'map(select(.addr_info != null) | .addr_info[]?)')" '[]'
is "IPv4 leads into it" "$(routes -4 100 \
	'.[] | select(.dev == "lisp100" and .dst == "default") |
	[.protocol, .scope, .metric]')" '["93","link",9300]'
is "IPv6 leads into it" "$(routes -6 100 \
	'.[] | select(.dev == "lisp100" and .dst == "default") |
	[.protocol, .gateway, .metric]')" '["93","fe80::1",9300]'
is "and nothing in the main table" "$(routes -4 main \
	'map(select(.dev | startswith("lisp"))) | length')" 0
is "its EIDs are local" "$(in_a lispctl --json local show |
	jq -cr 'map([.iid, .prefix, (.locators | length)])')" \
	'[[100,"10.1.0.0/16",2],[200,"10.1.0.0/16",2]]'
check_fails "it is not root any more" \
	in_a grep -q '^Uid:.0' "/proc/$(in_a pidof lispd)/status"

in_a lispd -c "$_work/conf" 2>"$_work/second"
is "a second one does not start" $? 1
like "and says why" "$(cat "$_work/second")" "already|another|in use"
check "the first one goes on" ctl show status

# monitored: the page has the kernel's numbers
scrape()
{
	in_a timeout 30 bash -c 'exec 3<>/dev/tcp/127.0.0.1/14342 &&
		printf "GET /metrics HTTP/1.0\r\n\r\n" >&3 && cat <&3' \
		>"$_work/page"
}
# sample NAME DEVICE [MORE-LABELS]: its value on the page
sample()
{
	sed -n "s/^$1{device=\"$2\",iid=\"[0-9]*\"$3} //p" "$_work/page"
}
ip -n "$a" addr add 10.1.0.1/24 dev eth9
ip -n "$a" link set eth9 up
in_a lispctl map-cache add iid 100 prefix 10.8.0.0/16 action drop origin 4
in_a ping -I red -c 1 -W 1 10.9.9.9 >/dev/null
in_a ping -I red -c 3 -i 0.2 -W 1 10.8.8.8 >/dev/null
ip -n "$a" link add ext0 type lisp external
ip -n "$a" link set ext0 up
for iid in 300 301; do in_a lispctl iid add "$iid" vrf red; done
in_a lispctl map-cache add iid 301 prefix 10.8.0.0/16 action drop
check "monitoring is answered" scrape
is "the kernel has been asked" \
	"$(sed -n 's/^lisp_data_plane_up //p' "$_work/page")" 1
like "misses are there" "$(sample lisp_device_misses_total lisp100)" '^[1-9]'
is "and not in the other VPN" "$(sample lisp_device_misses_total lisp200)" 0
is "so are local EIDs" "$(sample lisp_device_local_eids lisp200)" 1
is "and the mapping" "$(sample lisp_device_mappings lisp100)" 1
is "and what is dropped, by its reason" "$(sample \
	lisp_device_dropped_packets_total lisp100 ',reason="map-drop"')" 3
is "an external device's Instance-IDs have their own" "$(sed -n \
	's/^lisp_iid_mappings{iid=\("30[01]"\)}/\1/p' "$_work/page" |
	xargs)" "300 0 301 1"
is "and the device has none" "$(grep -c '{device="ext0",iid=' "$_work/page")" 0
for iid in {302..4000}; do echo "iid-new 2:u32=$iid"; done |
	in_a "$LISP_TOP/build/kselftest/nlraw" >"$_work/many" ||
	note "$(tail -n 3 "$_work/many")"
truncated()
{
	scrape && grep -q '^lisp_metrics_truncated{list="iids"} 1' "$_work/page"
}
check "of many it says that there are more" busywait 30 truncated
is "and has so many" "$(grep -c ^lisp_iid_mappings "$_work/page")" 1024
check "and what comes after them" grep -q ^lisp_rloc_up "$_work/page"
is "nothing failed" "$(sed -n 's/^lisp_data_plane_up //p' "$_work/page")" 1
ip -n "$a" link del ext0
in_a lispctl map-cache del iid 100 prefix 10.8.0.0/16 origin 4
promtool=$LISP_TOP/build/peers/prometheus/usr/bin/promtool
if [ -x "$promtool" ]; then
	is "promtool has nothing against the page" \
		"$(sed '1,/^\r*$/d' "$_work/page" |
			"$promtool" check metrics 2>&1)" ""
else
	skip "promtool reads the page" "not here: tests/deps peers"
fi

# killed and started again
index=$(link lisp100 .ifindex)
ip -n "$a" route add 10.50.0.0/16 dev eth9 table 100 proto 93
in_a lispctl map-cache add iid 100 prefix 10.66.0.0/16 action drop \
	origin 9301
in_a lispctl map-cache add iid 100 prefix 10.77.0.0/16 action drop origin 4
stop KILL
is "killed, the device stays" "$(link lisp100 .ifindex)" "$index"
is "and the routes" "$(routes -4 100 \
	'map(select(.dev == "lisp100")) | length')" 1
is "and the local EIDs" "$(in_a lispctl --json local show | jq length)" 2
config "$(vpn red 100 lisp100 red 10.2.0.0/16 '"eid-space": [ "10.0.0.0/8" ]'), $(
	vpn blue 200 lisp200 blue 10.1.0.0/16)"
check "it starts again" start
like "reuses its device" "$(cat "$_work/log")" "lisp100 reused"
like "and says what became of the mappings" "$(cat "$_work/log")" \
	"1 mappings re-claimed|1 mappings and"
is "which is the same" "$(link lisp100 .ifindex)" "$index"
is "routes are those of the new configuration" "$(routes -4 100 \
	'map(select(.dev == "lisp100") | .dst)')" '["10.0.0.0/8"]'
is "not the old ones" "$(routes -6 100 \
	'map(select(.dev == "lisp100" and .protocol == "93")) | length')" 0
is "another device's route stays" "$(routes -4 100 \
	'map(select(.dev == "eth9" and .dst == "10.50.0.0/16")) | length')" 1
is "local EIDs are those of the new configuration" \
	"$(in_a lispctl --json local show | jq -cr 'map([.iid, .prefix])')" \
	'[[100,"10.2.0.0/16"],[200,"10.1.0.0/16"]]'
is "somebody else's mapping stays" "$(in_a lispctl --json map-cache show \
	origin 4 | jq -r '.[].prefix')" 10.77.0.0/16

# a clean end
stop
is "a clean end removes the device" "$(link lisp100 .ifindex)" ""
is "and the local EIDs" "$(in_a lispctl --json local show)" "[]"
is "and with it what was in it" "$(in_a lispctl --json map-cache show)" "[]"

# devices somebody else made
ip -n "$a" link add lisp100 type lisp id 100
config "$vpns"
check "a device that was there is used" start
is "it is in the VRF" "$(link lisp100 .master)" red
is "it has the sources" "$(link lisp100 .linkinfo.info_data.local)" 192.0.2.1
in_a lispctl map-cache add iid 100 prefix 10.66.0.0/16 action drop \
	origin 9301
in_a lispctl map-cache add iid 100 prefix 10.77.0.0/16 action drop origin 4
in_a lispctl local add iid 100 prefix 10.88.0.0/16 origin 4
stop
is "a clean end removes mappings of its own only" "$(in_a lispctl --json \
	map-cache show | jq -cr 'map(.prefix)')" '["10.77.0.0/16"]'
is "and local EIDs of its own only" "$(in_a lispctl --json local show |
	jq -cr 'map(.prefix)')" '["10.88.0.0/16"]'
is "and stays at the end" "$(link lisp100 .linkinfo.info_data.id)" 100
is "without routes" "$(routes -4 100 \
	'map(select(.dev == "lisp100" and .protocol == "93")) | length')" 0
ip -n "$a" link set lisp100 master blue
refuse "a device in another VRF" "another VRF"
is "is left there" "$(link lisp100 .master)" blue
ip -n "$a" link del lisp100
ip -n "$a" link add lisp100 type lisp id 7
refuse "a device with another Instance-ID" "Instance-ID 7"
ip -n "$a" link del lisp100
ip -n "$a" link add lisp100 type dummy
refuse "a device that is none" "no lisp device"
ip -n "$a" link del lisp100
is "nothing stays behind" "$(link lisp200 .ifindex)" ""

# its VRF goes away meanwhile
config "$vpns"
check "start once more" start
ip -n "$a" link del red
stop
is "the device goes though its VRF has gone" "$(link lisp100 .ifindex)" ""
refuse "a VRF that is not there" '"red"'
ip -n "$a" link add red type dummy
refuse "a VRF that is none" "no VRF"
ip -n "$a" link del red

# one table for both
config "$(vpn main 100 lisp100 "" 10.1.0.0/16)"
check "a VPN in the table of its underlay" start
is "gets no default route" "$(routes -4 main \
	'map(select(.dev == "lisp100" and .dst == "default")) | length')" 0
stop
config "$(vpn main 100 lisp100 "" 10.1.0.0/16 '"eid-space": [ "0.0.0.0/0" ]')"
refuse "a default route there" "underlay"
config "$(vpn main 100 lisp100 "" 10.1.0.0/16 '"eid-space": [ "10.0.0.0/8" ]')"
check "but other routes are fine" start
is "there" "$(routes -4 main 'map(select(.dev == "lisp100" and
	.protocol == "93") | .dst)')" '["10.0.0.0/8"]'
stop

# loops
ip -n "$a" link add lisp7 type lisp id 7
ip -n "$a" link set lisp7 up
ip -n "$a" route add 203.0.113.0/24 dev lisp7
config "$vpns" '"map-resolvers": [ "203.0.113.1" ]'
sed -i '0,/"map-resolvers"/{/"map-resolvers"/d}' "$_work/conf"
ip -n "$a" link add red type vrf table 100
ip -n "$a" link set red up
refuse "a Map-Resolver behind a lisp device" "through a lisp device"
is "before anything is made" "$(link lisp100 .ifindex)" ""
ip -n "$a" link del lisp7

# an underlay that is a VRF
ip -n "$a" link add under type vrf table 300
ip -n "$a" link set under up
ip -n "$a" link set eth0 master under
ip -n "$a" addr add 2001:db8::1/64 dev eth0 nodad 2>/dev/null
config "$vpns" "" '"underlay": "under"'
check "an underlay that is a VRF" start
is "is that of the device" "$(link lisp100 .linkinfo.info_data.underlay)" under
is "and of its local EIDs" "$(in_a lispctl --json local show underlay under |
	jq -cr 'map([.iid, .underlay])')" '[[100,"under"],[200,"under"]]'
stop
ip -n "$a" link add lisp7 type lisp id 7
ip -n "$a" link set lisp7 master under up
ip -n "$a" route add 192.0.2.2/32 dev lisp7 table 300
refuse "a loop in the underlay's table" "through a lisp device"
ip -n "$a" link del lisp7
ip -n "$a" link add under2 type dummy
config "$vpns" "" '"underlay": "under2"'
refuse "an underlay that is no VRF" "no VRF"
config "$(vpn x 100 lisp100 under 10.1.0.0/16)" "" '"underlay": "under"'
check "a VPN in the VRF that is its underlay" start
is "gets no default route either" "$(routes -4 300 \
	'map(select(.dev == "lisp100" and .dst == "default")) | length')" 0
stop

# without the module
config "$(vpn x 100 lisp100 under 10.1.0.0/16)" "" \
	'"underlay": "under", "metrics": { }'
check "one that is monitored" start
check "loses its module" modprobe -r lisp
check "and is monitored" scrape
is "which says so" "$(sed -n 's/^lisp_data_plane_up //p' "$_work/page")" 0
check "and does not load it" test ! -e /sys/module/lisp
modprobe lisp
# Who asks within a second gets the same page.
read -rt 2 -u "$_never"
check "it is loaded again" scrape
is "and is not the one that lispd knew" \
	"$(sed -n 's/^lisp_data_plane_up //p' "$_work/page")" 0
stop
done_testing
