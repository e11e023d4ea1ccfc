#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# Attributes that say how outer headers are filled, and what a received packet
# takes over: TTL, DSCP, ECN, UDP checksums. They change while traffic passes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
set_lisp() { ip -n "$1" link set lisp100 type lisp "${@:2}"; }
shown()
{
	ip -n "$x1" -d -j link show lisp100 |
		jq -c '.[0].linkinfo.info_data | [.ttl, .tos, .ecn, .udp_csum,
			.udp_zero_csum6_tx]'
}
declare -A rloc=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)

# --- sending: row by row, link options and what is on the wire for inner ECN
# 0 to 3 with TTL 50 and DSCP 10; the router takes one of the TTL. One family
# inside and outside: encap.sh has the combinations
rows=(
	"ttl inherit tos inherit ecn on|49 40 49 41 49 42 49 43"
	"ttl 7 tos inherit ecn on|7 40 7 41 7 42 7 43"
	"ttl inherit tos 0xb8 ecn on|49 184 49 185 49 186 49 187"
	"ttl 255 tos 0 ecn on|255 0 255 1 255 2 255 3"
	"ttl inherit tos inherit ecn off|49 40 49 40 49 40 49 40"
	"ttl 1 tos 0x20 ecn off|1 32 1 32 1 32 1 32"
)
for o in 4 6; do
	mapped 192.0.2.1 "${rloc[$o]}"
	for row in "${rows[@]}"; do
		# shellcheck disable=SC2086
		set_lisp "$x1" ${row%|*}
		i=$o
		sniff out "$x2" un0 -c 4 -t 20 i.proto=17 i.sport=7
		for e in 0 1 2 3; do
			echo "i.src=${src[$i]} i.dst=${dst[$i]} i.ttl=50" \
				"i.tos=$((40 | e)) i.sport=7 i.dport=$e"
		done | send "$h1"
		got=$(sniffed out)
		is "v$i over v$o: ${row%|*}" "$(for e in 0 1 2 3; do
			line=$(grep " i.dport=$e " <<<"$got")
			echo "$(field "$line" o.ttl) $(field "$line" o.tos)"
		done | xargs)" "${row#*|}"
	done
done
is "what was set is shown" "$(shown)" "[1,\"0x20\",false,null,null]"
set_lisp "$x1" ttl inherit tos inherit ecn on
is "so are defaults" "$(shown)" "[null,\"inherit\",true,null,null]"

# --- receiving with pipe model: the packet keeps TTL and DSCP, while ECN
# combines as ever (ecn.sh has the uniform model)
declare -A want=(
	[0,0]=0 [0,2]=0 [0,1]=0 [0,3]=drop
	[2,0]=2 [2,2]=2 [2,1]=1 [2,3]=3
	[1,0]=1 [1,2]=1 [1,1]=1 [1,3]=3
	[3,0]=3 [3,2]=3 [3,1]=3 [3,3]=3)
set_lisp "$x2" ttl 64 tos 0
for i in 4 6; do
	sniff in "$h2" eth0 -c 16 -t 20 i.proto=17 i.sport=8
	{
		for in in 0 1 2 3; do
			for out in 0 1 2 3; do
				echo "o.dst=${rloc[$i]} o.ttl=9" \
					"o.tos=$((46 << 2 | out))" \
					"hdr=0800000000006400" \
					"i.src=${src[$i]} i.dst=${dst[$i]} i.ttl=50" \
					"i.tos=$((10 << 2 | in)) i.sport=8" \
					"i.dport=$((100 + in * 4 + out))"
			done
		done
		echo "o.dst=${rloc[$i]} hdr=0800000000006400" \
			"i.src=${src[$i]} i.dst=${dst[$i]} i.sport=8 i.dport=99"
	} | send "$x1"
	got=$(sniffed in)
	result='' expected=''
	for in in 0 1 2 3; do
		for out in 0 1 2 3; do
			line=$(grep " i.dport=$((100 + in * 4 + out)) " <<<"$got")
			result+=" ${line:+$(field "$line" i.ttl)/$(field "$line" i.tos)}"
			[ "${want[$in,$out]}" = drop ] && expected+=" " && continue
			expected+=" 49/$((10 << 2 | want[$in,$out]))"
		done
	done
	is "v$i: pipe model, all 16 cases of ECN" "$result" "$expected"
	[ $i = 6 ] || is "header checksums" "$(grep -c hcsum=bad <<<"$got")" 0
done
# each by itself
one()
{
	sniff in "$h2" eth0 i.proto=17 i.sport=9
	echo "o.dst=192.0.2.2 o.ttl=9 o.tos=184 hdr=0800000000006400" \
		"i.src=10.1.0.1 i.dst=10.2.0.1 i.ttl=50 i.tos=40 i.sport=9" |
		send "$x1"
	line=$(sniffed in)
	echo "$(field "$line" i.ttl) $(field "$line" i.tos)"
}
set_lisp "$x2" tos inherit
is "ttl pipe, tos uniform" "$(one)" "49 184"
set_lisp "$x2" ttl inherit tos 8
is "ttl uniform, tos pipe" "$(one)" "8 40"
set_lisp "$x2" tos inherit
is "both uniform" "$(one)" "8 184"

# --- UDP checksums: a wrong one would not arrive
csum()
{
	sniff out "$x2" un0 i.proto=17
	sniff in "$h2" eth0 i.proto=17
	echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
	line=$(sniffed out)
	sniffed in >/dev/null || line="o.csum=lost"
	[ "$(field "$line" o.csum)" = 0 ] && echo zero && return
	[ "$(field "$line" o.csum)" = lost ] && echo lost || echo real
}
tcp()
{
	local listener

	rm -f "$_work/got"
	in_ns "$h2" socat -u TCP4-LISTEN:80,reuseaddr \
		"OPEN:$_work/got,creat,trunc" &
	listener=$!
	busywait 10 eval "ip netns exec $h2 ss -Hltn | grep -q :80"
	head -c 500000 /dev/zero | in_ns "$h1" timeout 60 socat -u - \
		TCP4:10.2.0.1:80
	wait $listener
	stat -c %s "$_work/got"
}
for o in 4 6; do
	mapped 192.0.2.1 "${rloc[$o]}"
	is "over v$o: no checksum" "$(csum)" zero
done
set_lisp "$x1" udpcsum
is "over v6 udpcsum changes nothing" "$(csum)" zero
set_lisp "$x1" noudpcsum noudp6zerocsumtx
is "over v6: noudp6zerocsumtx" "$(csum)" real
is "over v6: TCP, in segments, each with its checksum" "$(tcp)" 500000
mapped 192.0.2.1 192.0.2.2
is "over v4 that changes nothing" "$(csum)" zero
set_lisp "$x1" udpcsum
is "over v4: udpcsum" "$(csum)" real
is "over v4: TCP, in segments, each with its checksum" "$(tcp)" 500000
is "what was set is shown" "$(shown)" "[null,\"inherit\",true,true,false]"
set_lisp "$x1" noudpcsum udp6zerocsumtx
is "and off again" "$(csum)" zero

# --- refusals
for bad in "tos 3" "tos 0xb9"; do
	# shellcheck disable=SC2086
	check_fails_with "refused: $bad" "ECN" set_lisp "$x1" $bad
done
done_testing
