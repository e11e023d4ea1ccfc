#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 600
# Which locator a flow takes: priorities, weights, stability, failure.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# More RLOCs for x2.
for a in 192.0.2.11 192.0.2.12 192.0.2.13; do
	# shellcheck disable=SC2154
	ip -n "$x2" addr add $a/24 dev un0
done

# flows [COUNT]: one packet for each of many flows of h1
flows()
{
	local n

	for ((n = 0; n < ${1:-600}; n++)); do
		echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.sport=$((5000 + n)) i.len=1"
	done | send "$h1"
}

# sent RLOC: packets encapsulated to it so far
# shellcheck disable=SC2154
sent()
{
	in_ns "$x1" lispctl --json rloc show "$1" | jq '.[0].packets // 0'
}

# chosen: "SPORT RLOC" of each of COUNT flows, sorted
chosen()
{
	sniff flows "$x2" un0 -c 600 -t 60 i.proto=17
	flows
	sniffed flows |
		sed -n 's/.*o.dst=\([^ ]*\) .*i.sport=\([0-9]*\).*/\2 \1/p' |
		sort
}

share() { grep -c " $2\$" <<<"$1"; }

# check_share NAME COUNT OF PERCENT: within four standard deviations
check_share()
{
	check "$1: $2 of $3, expected $4 %" awk -v n="$2" -v of="$3" \
		-v p="$4" 'BEGIN { p /= 100; m = of * p
			d = 4 * sqrt(of * p * (1 - p))
			exit !(n >= m - d && n <= m + d) }'
}

a=192.0.2.2 b=192.0.2.11 c=192.0.2.12 d=192.0.2.13

# weights, and one of a worse priority that gets nothing
map "$x1" 10.2.0.0/16 rloc $a priority 1 weight 50 rloc $b priority 1 \
	weight 30 rloc $c priority 1 weight 20 rloc $d priority 2 weight 100
one=$(chosen)
is "600 flows were seen" "$(wc -l <<<"$one")" 600
check_share "weight 50" "$(share "$one" $a)" 600 50
check_share "weight 30" "$(share "$one" $b)" 600 30
check_share "weight 20" "$(share "$one" $c)" 600 20
is "a worse priority gets nothing" "$(share "$one" $d)" 0
is "the RLOC counts what it got" "$(sent $b)" "$(share "$one" $b)"
is "a flow keeps its locator" "$(chosen)" "$one"

# an RLOC fails: only its flows move, and come back
in_ns "$x1" lispctl rloc set $b state down
two=$(chosen)
is "a failed RLOC gets nothing" "$(share "$two" $b)" 0
is "only its flows moved" "$(comm -12 <(grep -v " $b\$" <<<"$one") \
	<(echo "$two"))" "$(grep -v " $b\$" <<<"$one")"
check "they moved to both others" \
	[ "$(share "$two" $a)" -gt "$(share "$one" $a)" -a \
	"$(share "$two" $c)" -gt "$(share "$one" $c)" ]
in_ns "$x1" lispctl rloc set $b state up
is "it comes back, and they with it" "$(chosen)" "$one"

# all of the best fail: the next priority
for r in $a $b $c; do
	in_ns "$x1" lispctl rloc set "$r" state down
done
is "the next priority gets all" "$(share "$(chosen)" $d)" 600
in_ns "$x1" lispctl rloc set $d state down
dropped "none is left" "$x1" no-locator 10 flows 10
for r in $a $b $c $d; do
	in_ns "$x1" lispctl rloc set "$r" state up
done

# weights 0
map "$x1" 10.2.0.0/16 rloc $a weight 0 rloc $b weight 0
three=$(chosen)
check_share "all weights 0: equal shares" "$(share "$three" $a)" 600 50
map "$x1" 10.2.0.0/16 rloc $a weight 0 rloc $b weight 1
is "weight 0 beside others gets nothing" "$(share "$(chosen)" $a)" 0

# families
ip -n "$x1" link set lisp100 type lisp local6 2001:db8:f::1
map "$x1" 10.2.0.0/16 rloc $a
dropped "no locator of a family with a source RLOC" "$x1" no-family 10 \
	flows 10
map "$x1" 10.2.0.0/16 rloc $a rloc 2001:db8:f::2
sniff six "$x2" un0 -c 10 -t 20 i.proto=17
flows 10
is "of two locators the one of our family" "$(sniffed six |
	grep -c "o.dst=2001:db8:f::2 ")" 10

# One write takes an RLOC out of every mapping that names it.
ip -n "$x1" link set lisp100 type lisp local6 ::
map "$x1" 10.2.7.0/24 rloc $a
map "$x1" 10.2.8.0/24 rloc $a priority 1 rloc $b priority 2
in_ns "$x1" lispctl rloc set $a state unreachable-probe
one() { echo "i.src=10.1.0.1 i.dst=$1 i.sport=5" | send "$h1"; }
dropped "one has no other" "$x1" no-locator 1 one 10.2.7.1
sniff other "$x2" un0 -c 1 -t 20 i.proto=17
one 10.2.8.1
is "one has" "$(field "$(sniffed other)" o.dst)" $b
in_ns "$x1" lispctl rloc set $a state up
sniff other "$x2" un0 -c 2 -t 20 i.proto=17
one 10.2.7.1
one 10.2.8.1
is "and another write puts it back" \
	"$(sniffed other | grep -c "o.dst=$a ")" 2
unmap "$x1" 10.2.7.0/24
unmap "$x1" 10.2.8.0/24

# one RLOC, two mappings
map "$x1" 10.2.9.0/24 rloc 2001:db8:f::2
is "an RLOC knows how many sets name it" "$(in_ns "$x1" lispctl --json rloc \
	show 2001:db8:f::2 | jq '.[0].users')" 2
unmap "$x1" 10.2.9.0/24
unmap "$x1" 10.2.0.0/16
check_fails "an RLOC that nobody names is unknown" in_ns "$x1" lispctl rloc \
	set $d state down
done_testing
