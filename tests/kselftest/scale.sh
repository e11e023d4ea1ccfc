#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# 100,000 mappings: add, dump, use, flush, and go with their device.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
nlraw=$LISP_TOP/build/kselftest/nlraw
# shellcheck disable=SC2154
raw() { in_ns "$x1" "$nlraw" "$@"; }

memory() { awk '/^Slab:/ { print $2 }' /proc/meminfo; }
before=$(memory)
check "100000 mappings of hosts" raw bulk 100 100000
is "the device counts them" "$(counter "$x1" maps)" 100002
is "a dump shows them all" "$(raw <<<"map-get,dump 2:u32=100")" "ok 100002"
is "a dump of another Instance-ID shows none" \
	"$(raw <<<"map-get,dump 2:u32=5")" "ok 0"
is "each is found" "$(for n in 0 1 255 65535 99999; do
	echo "map-get 2:u32=100 3:ip=11.$((n >> 16)).$((n >> 8 & 255)).$((n & 255))"
done | raw | sort | uniq -c | xargs)" "5 ok"
is "the one after the last is not" \
	"$(raw <<<"map-get 2:u32=100 3:ip=11.1.134.160" | cut -d' ' -f1)" ENOENT
is "one locator set serves them all" "$(in_ns "$x1" lispctl --json rloc show \
	192.0.2.2 | jq '.[0].users')" 2
used=$((($(memory) - before) * 1024 / 100000))
if [ -e /proc/lockdep_stats ]; then
	skip "a mapping costs less than 160 octets of slab ($used)" \
		"a debug kernel pads what it allocates"
else
	check "a mapping costs less than 160 octets of slab ($used)" \
		[ $used -lt 160 ]
fi
check "traffic passes among them" ping1 "$h1" 10.2.0.1

check "replacing them all" raw bulk 100 100000
is "adds none" "$(counter "$x1" maps)" 100002
check "flush" raw <<<"map-flush 2:u32=100"
is "all are gone" "$(counter "$x1" maps) $(raw <<<"map-get,dump")" "0 ok 0"
is "no RLOC is left" "$(in_ns "$x1" lispctl --json rloc show | jq length)" 0

check "each entry of a dump exactly once while others come and go" \
	raw churn 100 20000 5
check "and again 100000" raw bulk 100 100000
check "which go with their device" ip -n "$x1" link del lisp100
is "all of them" "$(raw <<<"map-get,dump")" "ok 0"
check "the Instance-ID can be had again at once" \
	ip -n "$x1" link add lisp100 type lisp id 100
is "it begins empty" "$(counter "$x1" maps)" 0
check "what it is given" map "$x1" 11.0.0.1/32 rloc 192.0.2.2
one_set() { [ "$(in_ns "$x1" lispctl --json rloc show | jq '.[0].users')" = 1 ]; }
check "stays, when the mappings of the old one have gone" busywait 60 one_set
is "and is there" "$(raw <<<"map-get,dump")" "ok 1"
done_testing
