#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lispctl doctor beside lisp.ko and two lispds: on an xTR where all is well it
# says so; one fault after another is put in, found, and mended as it says.
# What it finds without the module is in tests/mapping/doctor.sh.
# long
# timeout 600
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp vrf veth dummy
setup_ns a b
# Its doctor, finds and ok; where they look:
# shellcheck disable=SC2034
art=$_work bin=$(dirname "$(command -v lispctl)")
# shellcheck source=../mapping/doctor.sh
. "$LISP_TOP/tests/mapping/doctor.sh"

# shellcheck disable=SC2154
in_a() { in_ns "$a" "$@"; }
ctl() { in_a lispctl -s "$_work/a.sock" "$@"; }
map() { in_a lispctl map-cache "$1" iid 100 prefix "$2" origin 4 "${@:3}"; }

# the doctor of the xTR, and of the Map-Server
here() { doctor "$a" a "$_work/a.conf"; }
# shellcheck disable=SC2154
there() { doctor "$b" b "$_work/b.conf"; }
# finding NAME VERDICT CHECK PATTERN REMEDY: it is found, and this is advised.
# A loaded machine may leave a question without answer for its two seconds.
found() { here >"$_work/said"; finds "$@"; }
finding()
{
	check "$1" busywait 60 found "${@:2:3}" || note "$(cat "$_work/said")"
	is "... and what to do" "$(jq -r --arg c "$3" --arg p "$4" '[.[] |
		select(.check == $c and (.finding | test($p))).do |
		test($ARGS.positional[0])] | all' --args "$5" \
		<"$_work/doctor.json")" true
}
# All is well but the clock, which nothing here sets.
well()
{
	here
	[ "$status" -le 1 ] && jq -e 'map(select(.check != "clock")) |
		all(.verdict == "ok")' <"$_work/doctor.json"
}
mended() { check "$1" busywait 60 well || note "$(here)"; }

# config KEY: of the xTR
config()
{
	cat >"$_work/a.conf" <<-END
	{ "name": "a", "control-socket": "$_work/a.sock",
	  "state-dir": "$_work/a.state", "listen": [ "192.0.2.1" ],
	  "xtr": {
	    "rlocs": [ { "address": "192.0.2.1" } ],
	    "map-resolvers": [ "192.0.2.2" ],
	    "map-servers": [ { "address": "192.0.2.2", "key": "$1" } ],
	    "vpns": [ { "name": "red", "iid": 100, "device": "lisp100",
	      "vrf": "red", "database": [ { "prefix": "10.1.0.0/16" } ] } ] } }
	END
}
# starts NS NAME
starts()
{
	in_ns "$1" lispd -c "$_work/$2.conf" 2>>"$_work/$2.log" &
	busywait 30 in_ns "$1" lispctl -s "$_work/$2.sock" show status ||
		note "$(cat "$_work/$2.log")"
}
# stops NS
stops()
{
	local pid

	pid=$(ip netns pids "$1" | xargs -r ps -o pid=,comm= -p |
		awk '$2 == "lispd" { print $1 }')
	kill "$pid"
	busywait 30 not kill -0 "$pid"
}
vrf()
{
	ip -n "$a" link add red type vrf table 100
	ip -n "$a" link set red up
	ip -n "$a" link set site master red
	ip -n "$a" addr replace 10.1.0.1/16 dev site
}

veth "$a" eth0 192.0.2.1/24 "$b" eth0 192.0.2.2/24
in_a sysctl -qw net.ipv4.ip_forward=1
ip -n "$a" link add site type dummy
ip -n "$a" link set site up
vrf
chmod 755 "$_work"
config secret
cat >"$_work/b.conf" <<-END
	{ "name": "b", "control-socket": "$_work/b.sock",
	  "state-dir": "$_work/b.state", "listen": [ "192.0.2.2" ],
	  "map-server": { "sites": [ { "name": "s",
	    "eids": [ { "iid": 100, "prefix": "10.1.0.0/16" } ],
	    "keys": [ { "key": "secret" } ] } ] }, "map-resolver": {} }
END
chmod 600 "$_work"/?.conf

# the module
modprobe -r lisp
finding "lisp.ko is not loaded" bad module "installed but not loaded" \
	"modprobe lisp"
check "looking does not load it" test ! -e /sys/module/lisp
modprobe lisp

# all is well
starts "$b" b
starts "$a" a
map add 10.2.0.0/16 rloc 192.0.2.2
mended "all is well"
for c in configuration lispd keys kernel module sockets vrfs devices routes \
	forwarding rlocs mtu map-servers map-resolvers; do
	check "which was looked at: $c" ok "$c"
done
there >/dev/null
check "the Map-Server is well, too" ok sites

# a key for everybody
chmod o+r "$_work/a.conf"
finding "everybody may read the key" warning keys \
	"every user .*: 1, .*/a.conf" "chmod o= .*/a.conf"
chmod o= "$_work/a.conf"
mended "root alone may"

# a VRF
ip -n "$a" link del red
finding "a VRF is missing" bad vrfs 'no VRF "red"' \
	"ip link add red type vrf.*lispctl reload"
vrf
ctl reload >/dev/null
mended "the VRF is made, and \"lispctl reload\" does the rest"

# forwarding
in_a sysctl -qw net.ipv4.ip_forward=0
finding "nothing is forwarded" warning forwarding "IPv4 packets are not" \
	"sysctl -w net.ipv4.ip_forward=1"
in_a sysctl -qw net.ipv4.ip_forward=1
mended "it is"

# a way to an RLOC
map add 10.3.0.0/16 rloc 198.51.100.7
finding "no route to an RLOC" bad routes "RLOC 198.51.100.7: there is no" \
	"ip route get 198.51.100.7"
ip -n "$a" route add default via 192.0.2.2
mended "a default route is one"
map del 10.3.0.0/16
ip -n "$a" route del default

# the MTU
ip -n "$a" route add 192.0.2.2 dev eth0 mtu 1400
finding "a path smaller than the device" warning mtu \
	"192.0.2.2: the path takes 1400 octets, a full packet .* is 1480" \
	"ip link set DEVICE mtu 1364"
ip -n "$a" link set lisp100 mtu 1364
mended "the device sends less"
ip -n "$a" link set lisp100 mtu 1444
ip -n "$a" route del 192.0.2.2 dev eth0 mtu 1400
in_ns "$b" nft -f - <<-END
	add table ip large
	add chain ip large input { type filter hook input priority 0; }
	add rule ip large input ip length > 1300 drop
END
finding "a path that loses what is large" bad mtu \
	"192.0.2.2: packets of 1500 octets are lost" "route change .* mtu"
in_ns "$b" nft delete table ip large
mended "it does not any more"

# the key
config wrong
ctl reload >/dev/null
refused() { there && finds warning sites '1 registrations.*"key":'; }
check "a wrong key: the Map-Server says so" busywait 60 refused
finding "and the xTR that nobody acknowledges" bad map-servers \
	"192.0.2.2: answers Map-Requests, but does not" \
	"site must have the same \"key\""
stops "$b"
finding "the Map-Server is dead" bad map-servers "192.0.2.2: does not answer" \
	"firewall"
check "the Map-Resolver, too" finds bad map-resolvers \
	"192.0.2.2: does not answer"
starts "$b" b
config secret
ctl reload >/dev/null
mended "it runs, and the key is right"

# lispd
stops "$a"
finding "lispd does not run" bad lispd "no lispd behind" \
	"systemctl start lispd"

# the clock, for a moment
now=$EPOCHSECONDS
date -s @1600000000 >/dev/null
here >"$_work/said"
date -s "@$now" >/dev/null
check "the clock is off" finds bad clock "years behind" ||
	note "$(cat "$_work/said")"
done_testing
