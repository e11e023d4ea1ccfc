#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# Encapsulation and decapsulation, four combinations of families, to the bit.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
# shellcheck disable=SC2154
declare -A r1=([4]=192.0.2.1 [6]=2001:db8:f::1)
declare -A r2=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A e1=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A e2=([4]=10.2.0.1 [6]=2001:db8:2::1)

for o in 4 6; do
	mapped "${r1[$o]}" "${r2[$o]}"
	for i in 4 6; do
		t="v$i over v$o"
		check "$t: ping" ping1 "$h1" "${e2[$i]}"
		sniff out "$x2" un0 -c 3 i.proto=17
		sniff in "$h2" eth0 -c 3 i.proto=17
		send "$h1" <<-END
			i.src=${e1[$i]} i.dst=${e2[$i]} i.ttl=33 i.tos=186 i.sport=1000
			i.src=${e1[$i]} i.dst=${e2[$i]} i.ttl=33 i.tos=186 i.sport=1000
			i.src=${e1[$i]} i.dst=${e2[$i]} i.ttl=33 i.tos=186 i.sport=1001
		END
		out=$(sniffed out)
		in=$(sniffed in)
		first=$(head -n1 <<<"$out")
		is "$t: three packets" "$(wc -l <<<"$out") $(wc -l <<<"$in")" "3 3"
		is "$t: LISP header" "$(field "$first" hdr)" 0800000000006400
		is "$t: outer addresses" \
			"$(field "$first" o.src) $(field "$first" o.dst)" \
			"${r1[$o]} ${r2[$o]}"
		is "$t: ports, no UDP checksum" \
			"$(field "$first" o.dport) $(field "$first" o.csum)" "4341 0"
		is "$t: outer TTL is the inner's after routing" \
			"$(field "$first" o.ttl) $(field "$first" i.ttl)" "32 32"
		is "$t: outer DSCP and ECN are the inner's" \
			"$(field "$first" o.tos) $(field "$first" i.tos)" "186 186"
		[ $o = 6 ] || is "$t: DF" "$(field "$first" o.df)" 1
		is "$t: length" "$(field "$first" o.tot)" \
			"$(($(field "$first" i.tot) + (o == 4 ? 36 : 56)))"
		ports=$(while read -r line; do field "$line" o.sport; done <<<"$out")
		is "$t: one port a flow" "$(head -n2 <<<"$ports" | uniq | wc -l)" 1
		check "$t: ports of 49152 to 65535" awk \
			'$1 < 49152 || $1 > 65535 { exit 1 }' <<<"$ports"
		first=$(head -n1 <<<"$in")
		is "$t: comes out whole" \
			"$(for key in i.src i.dst i.sport i.len i.tos; do
				field "$first" "$key"
			done | xargs)" \
			"${e1[$i]} ${e2[$i]} 1000 32 186"
		is "$t: TTL as of two routers" "$(field "$first" i.ttl)" 31
		[ $i = 6 ] || is "$t: inner header checksum" \
			"$(field "$first" i.hcsum)" ok
	done
done

# many flows use many ports
sniff out "$x2" un0 -c 32 i.proto=17
for ((n = 0; n < 32; n++)); do
	echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.sport=$((2000 + n))"
done | send "$h1"
n=$(sniffed out | grep -o "o.sport=[0-9]*" | sort -u | wc -l)
check "32 flows use more than 20 ports ($n)" [ "$n" -gt 20 ]

is "counted as sent" "$(($(counter "$x1" tx-packets) > 40))" 1
is "counted as received" "$(counter "$x2" rx-packets)" \
	"$(counter "$x1" tx-packets)"
is "the device's own statistics agree" "$(dev_stat "$x1" lisp100 tx_packets)" \
	"$(counter "$x1" tx-packets)"
is "nothing was dropped" "$(drops "$x2" rx-not-local) $(drops "$x1" no-route)" "0 0"

matched() { in_ns "$x1" lispctl --json map-cache get 10.2.0.1 iid 100 | jq '.[0].packets'; }
n=$(matched)
map "$x1" 10.2.0.0/16 rloc 192.0.2.2
check "a mapping that is replaced hands on its count ($n)" \
	[ "$n" -ge 32 -a "$(matched)" = "$n" ]

# an MTU that is locked: whoever is narrow on the way may fragment
ip -n "$x1" route add 192.0.2.2 dev un0 mtu lock 1500
sniff out "$x2" un0 i.proto=17
echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
is "no DF on a route whose MTU is locked" "$(field "$(sniffed out)" o.df)" 0
ip -n "$x1" route del 192.0.2.2

# real checksums are accepted, wrong ones are not
sniff in "$h2" eth0 -c 2 -t 30 i.proto=17
send "$x1" <<-END
	o.dst=192.0.2.2 o.csum=1 hdr=0800000000006400 i.src=10.1.0.1 i.dst=10.2.0.1
	o.dst=2001:db8:f::2 o.csum=1 hdr=0800000000006400 i.src=10.1.0.1 i.dst=10.2.0.1
END
check "a UDP checksum is accepted on both families" sniffed in
done_testing
