#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# ECN (RFC 6040, all 16 cases), TTL and DSCP at decapsulation.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
declare -A rloc=([4]=192.0.2.2 [6]=2001:db8:f::2)
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)

# want[inner,outer], by the ECN codepoints 0 Not-ECT, 1 ECT(1), 2 ECT(0), 3 CE
declare -A want=(
	[0,0]=0 [0,2]=0 [0,1]=0 [0,3]=drop
	[2,0]=2 [2,2]=2 [2,1]=1 [2,3]=3
	[1,0]=1 [1,2]=1 [1,1]=1 [1,3]=3
	[3,0]=3 [3,2]=3 [3,1]=3 [3,3]=3)

# Inner DSCP 10, outer DSCP 46: the outer's comes out (uniform).
for o in 4 6; do
	for i in 4 6; do
		before=$(drops "$x2" rx-ecn)
		sniff in "$h2" eth0 -c 16 -t 20 i.proto=17 i.sport=7
		{
			for in in 0 1 2 3; do
				for out in 0 1 2 3; do
					echo "o.dst=${rloc[$o]} o.csum=0" \
						"o.tos=$((46 << 2 | out))" \
						"hdr=0800000000006400" \
						"i.src=${src[$i]} i.dst=${dst[$i]}" \
						"i.tos=$((10 << 2 | in)) i.sport=7" \
						"i.dport=$((100 + in * 4 + out))"
				done
			done
			# the last one tells that all came
			echo "o.dst=${rloc[$o]} hdr=0800000000006400" \
				"i.src=${src[$i]} i.dst=${dst[$i]} i.sport=7 i.dport=99"
		} | send "$x1"
		got=$(sniffed in)
		for in in 0 1 2 3; do
			for out in 0 1 2 3; do
				line=$(grep " i.dport=$((100 + in * 4 + out)) " <<<"$got")
				tos=$(field "$line" i.tos)
				ecn=drop
				[ -z "$line" ] || ecn=$((tos & 3))
				is "v$i in v$o: ECN inner $in outer $out" \
					"$ecn" "${want[$in,$out]}"
				[ -z "$line" ] || [ $((tos >> 2)) = 46 ] ||
					fail "v$i in v$o: DSCP $((tos >> 2))"
			done
		done
		is "v$i in v$o: the drop is counted" \
			"$(($(drops "$x2" rx-ecn) - before))" 1
		[ "$i" = 6 ] || is "v$i in v$o: header checksums" \
			"$(grep -c i.hcsum=bad <<<"$got")" 0
	done
done

# TTL: the smaller one comes out, less one for the router itself
ttls=("10 64" "64 10" "255 255" "2 3")	# outer, inner
for o in 4 6; do
	for i in 4 6; do
		sniff in "$h2" eth0 -c 4 -t 10 i.sport=8
		for n in 0 1 2 3; do
			read -r outer inner <<<"${ttls[$n]}"
			echo "o.dst=${rloc[$o]} o.ttl=$outer hdr=0800000000006400" \
				"i.src=${src[$i]} i.dst=${dst[$i]} i.ttl=$inner" \
				"i.sport=8 i.dport=$n"
		done | send "$x1"
		got=$(sniffed in)
		is "v$i in v$o: TTL is the smaller one" "$(for n in 0 1 2 3; do
			field "$(grep " i.dport=$n " <<<"$got")" i.ttl
		done | xargs)" "9 9 254 1"
	done
done
done_testing
