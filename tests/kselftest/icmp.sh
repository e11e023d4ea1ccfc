#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# ICMP errors about outer packets: which are believed, and what follows.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# routers without a way say so once a second, unless told otherwise
cost=$(sysctl -n net.ipv4.route.error_cost)
sysctl -qw net.ipv4.route.error_cost=0
# An RLOC beyond x2 that x2 has no way to, and says so.
# shellcheck disable=SC2154
ip -n "$x2" -batch - <<-END
	route add unreachable 198.51.100.7
	route add unreachable 2001:db8:51::7
END
# shellcheck disable=SC2154
ip -n "$x1" -batch - <<-END
	route add 198.51.100.0/24 via 192.0.2.2
	route add 2001:db8:51::/64 via 2001:db8:f::2
END
declare -A gone=([4]=198.51.100.7 [6]=2001:db8:51::7)
declare -A good=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A us=([4]=192.0.2.1 [6]=2001:db8:f::1)
declare -A host=([4]=10.2.0.1 [6]=2001:db8:2::1)
declare -A bits=([4]=32 [6]=128)
declare -A peer=([4]=10.1.0.1 [6]=2001:db8:1::1)
# type and code: unreachable host, port, hop limit, too big
declare -A host_gone=([4]="i.type=3 i.code=1" [6]="i.type=1 i.code=3")
declare -A port_gone=([4]="i.type=3 i.code=3" [6]="i.type=1 i.code=4")
declare -A hop_limit=([4]="i.type=11 i.code=0" [6]="i.type=3 i.code=0")
declare -A too_big=([4]="i.type=3 i.code=4 i.mtu=1300"
	[6]="i.type=2 i.code=0 i.mtu=1300")

set_lisp() { ip -n "$x1" link set lisp100 type lisp "$@"; }
state()
{
	in_ns "$x1" lispctl --json rloc show "$1" | jq -r '.[0].state'
}
is_state() { [ "$(state "$1")" = "$2" ]; }
sent()
{
	in_ns "$x1" lispctl --json rloc show "$1" | jq '.[0].packets'
}

# said KEY COUNT COMMAND...: by how much COMMAND moves the counter, once it is
# COUNT at least
said()
{
	local key=$1 count=$2 before

	shift 2
	before=$(counter "$x1" "$key")
	"$@"
	busywait 2 _reached "$key" $((before + count))
	echo $(($(counter "$x1" "$key") - before))
}
_reached() { [ "$(counter "$x1" "$1")" -ge "$2" ]; }

one() { echo "i.src=${peer[$1]} i.dst=${host[$1]} i.sport=${2:-5}" | send "$h1"; }

# error FAMILY WHAT...: as if from the other side of the underlay; of what is
# said twice the first counts
error()
{
	echo "${*:2}" "i.src=${good[$1]} i.dst=${us[$1]} q.src=${us[$1]}" \
		"q.dst=${good[$1]}"
}
forge() { error "$@" | send "$x2"; }

refused_to_none=${external:+unreachable}
refused_to_none=${refused_to_none:-refused}

monitor "$x1"
for f in 4 6; do
	map "$x1" "${host[$f]}/${bits[$f]}" rloc "${gone[$f]}" priority 1 \
		rloc "${good[$f]}" priority 2
	set_lisp icmp-unreachable off

	# --- off: it is only told
	is "v$f: an error of the underlay is counted" \
		"$(said icmp-unreachable 1 one $f)" 1
	check "v$f: and told, for somebody to ask the RLOC" busywait 5 \
		grep -q "rloc.*${gone[$f]}.*up.*doubt" "$_work/monitor"
	is "v$f: not believed" "$(state "${gone[$f]}")" up
	set_lisp icmp-unreachable on
	one $f
	is "v$f: nor without trusted-underlay" "$(state "${gone[$f]}")" up

	# --- on
	set_lisp trusted-underlay on
	one $f
	check "v$f: believed" busywait 5 is_state "${gone[$f]}" unreachable-icmp
	check "v$f: which is an event" busywait 5 \
		grep -q "rloc.*${gone[$f]}.*unreachable-icmp" "$_work/monitor"
	before=$(sent "${good[$f]}")
	one $f
	is "v$f: those who have another RLOC use it" \
		$(($(sent "${good[$f]}") - before)) 1
	map "$x1" "${host[$f]}/${bits[$f]}" rloc "${gone[$f]}"
	before=$(sent "${gone[$f]}")
	one $f
	is "v$f: those who have none stay" \
		$(($(sent "${gone[$f]}") - before)) 1
	in_ns "$x1" lispctl rloc set "${gone[$f]}" state up
	is "v$f: whoever knows better says so" "$(state "${gone[$f]}")" up

	# it ends by itself, but not what somebody said since
	param=/sys/module/lisp/parameters/icmp_wait
	one $f
	busywait 5 is_state "${gone[$f]}" unreachable-icmp
	echo 0 >$param
	check "v$f: up again after a while" busywait 10 is_state "${gone[$f]}" up
	echo 60 >$param
	in_ns "$x1" lispctl rloc set "${gone[$f]}" state unreachable-probe
	forge $f "${host_gone[$f]}" "q.dst=${gone[$f]}"
	is "v$f: what somebody set stands" "$(state "${gone[$f]}")" \
		unreachable-probe
	unmap "$x1" "${host[$f]}/${bits[$f]}"

	# --- forged ones
	is "v$f: refused: a source port we never use" "$(said icmp-refused 1 \
		forge $f "${host_gone[$f]}" q.sport=49151)" 1
	is "v$f: refused: an address that is not ours" "$(said icmp-refused 1 \
		forge $f "${host_gone[$f]}" "q.src=${peer[$f]}")" 1
	# routes of an external device may name RLOCs that nobody knows of
	is "v$f: to no RLOC: ${external:+not }refused" "$(said \
		"icmp-${refused_to_none}" 1 forge $f "${host_gone[$f]}" \
		"q.dst=${gone[$f]}")" 1
	mapped "${us[$f]}" "${good[$f]}"
	before=$(counter "$x1" icmp-unreachable)
	forge $f "${host_gone[$f]}" q.dport=4342
	is "v$f: to another port" "$(said icmp-hop-limit 1 \
		forge $f "${hop_limit[$f]}"):$(($(counter "$x1" \
		icmp-unreachable) - before))" 1:0
	is "v$f: a hop limit is only counted" "$(state "${good[$f]}")" up
	is "v$f: nothing of this is believed" "$(state "${good[$f]}")" up
	is "v$f: refused: too big, about what is not ours" "$(said \
		icmp-refused 1 forge $f "${too_big[$f]}" q.sport=1024)" 1
	is "v$f: too big is counted" "$(said icmp-too-big 1 \
		forge $f "${too_big[$f]}")" 1
	check "v$f: and the MTU is learned" grep -q "mtu 1300" <(
		ip -n "$x1" route get "${good[$f]}")
	forge $f "${port_gone[$f]}"
	check "v$f: one that we could have sent is believed" busywait 5 \
		is_state "${good[$f]}" unreachable-icmp
	in_ns "$x1" lispctl rloc set "${good[$f]}" state up

	# --- many at once: an RLOC is told of once a second
	set_lisp trusted-underlay off
	before=$(grep -c doubt "$_work/monitor")
	for ((n = 0; n < 200; n++)); do
		error $f "${host_gone[$f]}"
	done >"$_work/many"
	is "v$f: many are counted" "$(said icmp-unreachable 200 \
		send "$x2" <"$_work/many")" 200
	check "v$f: and told" busywait 5 eval \
		"[ \$(grep -c doubt $_work/monitor) -gt $before ]"
	check "v$f: but not each" \
		[ $(($(grep -c doubt "$_work/monitor") - before)) -lt 20 ]
done
monitor_stop

# --- no ETR at the other end: port unreachable, the real one
sysctl -qw net.ipv4.route.error_cost="$cost"
set_lisp trusted-underlay on
mapped
ip -n "$x2" link del lisp100
one 4
check "nobody listens on the RLOC's port" busywait 5 is_state 192.0.2.2 \
	unreachable-icmp
is "the switch is shown" "$(ip -n "$x1" -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data.icmp_unreachable')" true
done_testing
