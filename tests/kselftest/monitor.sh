#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One stream of what happens in the kernel and in lispd (lispctl monitor): what
# either does is in it, and so is that one of them went, came back, or said more
# than was read.
# once
# timeout 300
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp vrf veth
setup_ns a b
nlraw=$LISP_TOP/build/kselftest/nlraw
# shellcheck disable=SC2154
in_a() { in_ns "$a" "$@"; }
ctl() { in_a lispctl -s "$_work/sock" "$@"; }
# watch FILE OPTION... [WORD...]: in the background; $! is lispctl itself
watch()
{
	ip netns exec "$a" lispctl -s "$_work/sock" "${@:2}" >"$_work/$1" &
}

# shellcheck disable=SC2154
veth "$a" eth0 192.0.2.1/24 "$b" eth0 192.0.2.2/24
ip -n "$a" link add red type vrf table 100
ip -n "$a" link set red up
ip -n "$a" addr add 10.1.0.1/32 dev red
chmod 755 "$_work"
cat >"$_work/conf" <<-END
	{ "name": "a", "control-socket": "$_work/sock",
	  "state-dir": "$_work/state", "listen": [ "192.0.2.1" ],
	  "xtr": {
	    "rlocs": [ { "address": "192.0.2.1" } ],
	    "map-resolvers": [ "192.0.2.2" ],
	    "map-servers": [ { "address": "192.0.2.2", "key-id": 0,
	      "algorithm": "hmac-sha256", "key": "secret" } ],
	    "vpns": [ { "name": "red", "iid": 100, "device": "lisp100",
	      "vrf": "red", "database": [ { "prefix": "10.1.0.0/16" } ] } ] } }
END

# lispd_starts
lispd_starts()
{
	in_a lispd -c "$_work/conf" 2>>"$_work/log" &
	lispd=$!
	busywait 30 ctl show status
}

# lines FILE FILTER: those objects of it that the jq expression holds for
lines() { jq -c "select($2)" "$_work/$1"; }
# has FILE FILTER
has() { [ -n "$(lines "$@")" ]; }
# sees NAME FILTER: it is in the stream, of whichever comes first
sees() { check "$1" busywait 30 has json "$2"; }
# reads NAME REGEX: the same, of the stream that is for people
reads() { check "$1" busywait 30 grep -qE "$2" "$_work/text"; }
# of REPORTER: what the stream says of its own, in order
of()
{
	jq -r "select(.reporter == \"$1\" and (.kind |
		IN(\"connected\", \"disconnected\", \"given-up\"))) | .kind" \
		"$_work/json" | xargs
}
of_is() { [ "$(of "$1")" = "$2" ]; }
# change: what the kernel then has to tell
change()
{
	in_a lispctl map-cache add iid 100 prefix "$1" rloc 192.0.2.2 origin 4
	in_a lispctl map-cache add iid 100 prefix "$1" action drop origin 4
	in_a lispctl map-cache del iid 100 prefix "$1" origin 4
}

# without lispd
check_fails_with "who asks for lispd alone is told that there is none" \
	"lispctl: no lispd behind \"$_work/sock\"" ctl monitor --daemon
watch json --json monitor
json=$!
watch text monitor
text=$!
sees "the kernel is there" '.reporter == "kernel" and .kind == "connected"'
sees "lispd is not, and why" '.reporter == "lispd" and
	.kind == "disconnected" and (.reason | startswith("no lispd behind"))'
check "lispd starts" lispd_starts
sees "that is seen" '.reporter == "lispd" and .kind == "connected"'
watch few --json monitor iid 100 prefix 10.66.1.0/24 kind map
few=$!
watch once monitor --daemon kind register retries 0
once=$!
busywait 30 has few '.reporter == "lispd" and .kind == "connected"'

busywait 30 grep -q connected "$_work/once"

# a packet
in_a ping -I red -c 1 -W 1 10.9.9.9 >/dev/null
sees "a miss, by the kernel" '.reporter == "kernel" and .kind == "miss" and
	.iid == 100 and .eid == "10.9.9.9"'
sees "lispd asks" '.reporter == "lispd" and .kind == "transition" and
	.machine == "resolve" and .iid == 100 and .prefix == "10.9.9.9/32"'

# mappings and RLOCs
change 10.77.0.0/16
change 10.66.0.0/16
in_a lispctl map-cache add iid 100 prefix 10.66.1.9/32 rloc 192.0.2.2 origin 4
in_a lispctl rloc set 192.0.2.2 state down
in_a lispctl rloc set 192.0.2.2 state up
for event in new replaced deleted; do
	sees "a mapping: $event" ".kind == \"map\" and .event == \"$event\" and
		.prefix == \"10.77.0.0/16\" and .iid == 100"
done
for state in down up; do
	sees "an RLOC: $state" ".kind == \"rloc\" and .state == \"$state\" and
		.address == \"192.0.2.2\""
done
reads "a line of the kernel for people" \
	" kernel map new underlay default iid 100 prefix 10.77.0.0/16 .*origin 4"
reads "and one of lispd" \
	" lispd  resolve: [a-z-]+ -> [a-z-]+ \(.+\).*, EID \[100\]10.9.9.9/32"
check "who asked for some" busywait 30 has few '.prefix == "10.66.1.9/32"'
is "sees only those" "$(jq -rs 'map(select(.kind == "map") |
	.event + " " + .prefix) | unique | join(", ")' "$_work/few")" \
	"deleted 10.66.0.0/16, new 10.66.0.0/16, new 10.66.1.9/32, \
replaced 10.66.0.0/16"
is "and what the stream says of itself" "$(jq -rs 'map(.kind) - ["map"] |
	unique | join(" ")' "$_work/few")" connected

# lispd ends, and is there again
kill -KILL "$(in_a pidof lispd)"
wait "$lispd" 2>/dev/null
wait "$once"
is "lispd ends: who does not try again ends, too, with status" $? 3
like "and says why" "$(tail -n 1 "$_work/once")" \
	" lispd  given-up: lispd has ended$"
sees "who tries again says so" '.reporter == "lispd" and
	.kind == "disconnected" and .reason == "lispd has ended"'
check "it starts again" lispd_starts
check "that is seen, too" busywait 60 of_is lispd \
	"disconnected connected disconnected connected"

# more than is read
kill -STOP "$json"
in_a "$nlraw" bulk 100 20000 >"$_work/bulk" 2>&1 ||
	note "$(tail -n 3 "$_work/bulk")"
is "nothing is lost before" "$(lines json '.kind == "lost"')" ""
kill -CONT "$json"
sees "what was not read is lost, and that is said" '.reporter == "kernel" and
	.kind == "lost"'
change 10.78.0.0/16
sees "what follows is there" '.kind == "map" and .event == "deleted" and
	.prefix == "10.78.0.0/16"'

# the module goes, and comes back
kill -TERM "$(in_a pidof lispd)"
wait "$lispd"
check "lisp.ko goes" modprobe -r lisp
check "that is seen" busywait 30 of_is kernel "connected disconnected"
sees "with the reason" '.reporter == "kernel" and
	.reason == "lisp.ko was unloaded"'
check "and is not loaded for it" test ! -e /sys/module/lisp
modprobe lisp
check "it is back" busywait 30 of_is kernel "connected disconnected connected"

# its end
for i in "$json:INT" "$text:TERM" "$few:TERM"; do
	kill -"${i#*:}" "${i%:*}"
	wait "${i%:*}"
	is "SIG${i#*:} is its end, with status" $? 0
done
is "every line is an object with its head" "$(jq -c 'select(
	(.time | test("^20[0-9-]+T[0-9:]+\\.[0-9]+Z$") | not) or
	(.reporter | IN("kernel", "lispd") | not) or
	(.kind | type) != "string")' "$_work/json")" ""
is "an object a line" "$(jq -c . "$_work/json" | wc -l)" \
	"$(wc -l <"$_work/json")"
is "as text, a line begins with the same" \
	"$(grep -cvE '^20[0-9-]+T[0-9:.]+Z (kernel|lispd ) [a-z-]+' \
	"$_work/text")" 0
done_testing
