#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# Path MTU without state (RFC 9300, section 7.1): what the administrator says
# fits is all that counts, whatever ICMP says of the path.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites path-mtu 1400
# the device's own MTU is a limit, too
# shellcheck disable=SC2154
ip -n "$x1" link set lisp100 mtu 2000
declare -A rloc=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A us=([4]=192.0.2.1 [6]=2001:db8:f::1)
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)
declare -A too_big=([4]="i.type=3 i.code=4" [6]="i.type=2 i.code=0")
# S: the largest inner packet, by the outer family; headers by the inner one
declare -A fits=([4]=1364 [6]=1344)
declare -A head=([4]=28 [6]=48)

set_lisp() { ip -n "$x1" link set lisp100 type lisp "$@"; }

# big FAMILY OCTETS [DF]: an inner packet of that size
big()
{
	echo "i.src=${src[$1]} i.dst=${dst[$1]} i.df=${3:-1}" \
		"i.len=$(($2 - ${head[$1]}))" | send "$h1"
}

# told FAMILY OCTETS: the MTU that the sender of a packet of that size is told
told()
{
	# shellcheck disable=SC2154
	sniff told "$h1" eth0 -t 20 \
		"$([ "$1" = 4 ] && echo i.type=3 || echo i.type=2)"
	big "$1" "$2"
	field "$(sniffed told)" i.mtu
}

# whole FAMILY OCTETS: what arrives of one packet of that size at the host
whole()
{
	# shellcheck disable=SC2154
	sniff whole "$h2" eth0 -t 20 i.proto=17
	big "$1" "$2"
	field "$(sniffed whole)" i.tot
}

# forge FAMILY MTU: an ICMP error about a packet of ours
forge()
{
	# shellcheck disable=SC2154
	echo "${too_big[$1]} i.mtu=$2 i.src=${rloc[$1]} i.dst=${us[$1]}" \
		"q.src=${us[$1]} q.dst=${rloc[$1]}" | send "$x2"
}

is_learned() { ip -n "$x1" route get "${rloc[$1]}" | grep -q "mtu $2"; }

for o in 4 6; do
	mapped 192.0.2.1 "${rloc[$o]}"
	set_lisp path-mtu 1400
	s=${fits[$o]}
	for i in 4 6; do
		t="v$i over v$o"
		is "$t: what fits passes" "$(whole $i "$s")" "$s"
		is "$t: of what does not the sender is told" \
			"$(told $i $((s + 1)))" "$s"
	done

	# two halves, each encapsulated
	sniff out "$x2" un0 -c 2 -t 20 o.dport=4341 i.proto=17
	big 4 $((s + 1)) 0
	is "v4 over v$o, without DF: two halves" "$(sniffed out |
		while read -r line; do field "$line" i.tot; done | xargs)" \
		"$(((s + 1 - 20) / 2 / 8 * 8 + 8 + 20)) $((s + 1 -
		((s + 1 - 20) / 2 / 8 * 8 + 8)))"

	# what ICMP says of the path changes nothing here, nor what passes
	forge $o 1280
	check "v$o: the stack has learned a smaller MTU" busywait 5 \
		is_learned $o 1280
	is "v$o: what fits still passes" "$(whole 4 "$s")" "$s"
	is "v$o: and hosts are told the same" "$(told 6 $((s + 1)))" "$s"
	set_lisp path-mtu learn
	is "v$o: with state it counts" "$(told 4 "$s")" \
		$((1280 - 1400 + s))

	# no larger than the link, though
	set_lisp path-mtu 9000
	is "v$o: no more than the link takes" "$(told 4 $((s + 101)))" \
		$((1500 - 1400 + s))
done

# TCP, in large segments until the last moment
set_lisp path-mtu 1400
for o in 4 6; do
	mapped 192.0.2.1 "${rloc[$o]}"
	in_ns "$h2" socat -u TCP4-LISTEN:80,reuseaddr \
		"OPEN:$_work/got,creat,trunc" &
	listener=$!
	busywait 10 eval "ip netns exec $h2 ss -Hltn | grep -q :80"
	before=$(counter "$x1" tx-packets)
	head -c 1000000 /dev/zero | in_ns "$h1" timeout 60 socat -u - \
		TCP4:10.2.0.1:80
	wait $listener
	is "TCP over v$o passes" "$(stat -c %s "$_work/got")" 1000000
	check "TCP over v$o: in large segments" \
		[ $(($(counter "$x1" tx-packets) - before)) -lt 500 ]
done

# --- the attribute
shown()
{
	ip -n "$x1" -d -j link show lisp100 |
		jq '.[0].linkinfo.info_data.path_mtu'
}
is "it is shown" "$(shown)" 1400
set_lisp path-mtu learn
is "unless the path's is learned" "$(shown)" null
for bad in 575 65536; do
	check_fails_with "refused: path-mtu $bad" "576" set_lisp path-mtu $bad
done
done_testing
