#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# long
# timeout 2400
# A million IPv4 and a million IPv6 mappings over sixteen Instance-IDs: add,
# find, dump, go by their TTL, by a flush, with their device, with the namespace.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp
setup_ns a
nlraw=$LISP_TOP/build/kselftest/nlraw
million=1000000
# shellcheck disable=SC2154
raw() { ip netns exec "$a" "$nlraw" "$@"; }
maps() { ip netns exec "$a" lispctl --json device show | jq '[.[].maps // 0] | add'; }
has() { [ "$(maps)" = "$1" ]; }

for i in {1..16}; do echo "link add l$i type lisp id $i"; done |
	ip -n "$a" -batch - || fatal "make the devices"

check "a million of IPv4" raw bulk 1 $million 192.0.2.2 16 4
check "a million of IPv6" raw bulk 1 $million 192.0.2.2 16 6
is "all are counted" "$(maps)" $((2 * million))
is "a dump shows each" "$(raw <<<"map-get,dump")" "ok $((2 * million))"
is "the last of each family is found, the next is not" "$(raw <<-END | cut -d' ' -f1 | xargs
	map-get 2:u32=16 3:ip=11.0.244.35
	map-get 2:u32=16 3:ip=11.0.244.36
	map-get 2:u32=16 3:ip=2001:db8:b::b00:f423
	map-get 2:u32=16 3:ip=2001:db8:b::b00:f424
END
)" "ok ENOENT ok ENOENT"
is "a dump of one Instance-ID shows its own" \
	"$(raw <<<"map-get,dump 2:u32=7")" "ok $((2 * million / 16))"

check "each is replaced, by one with a TTL: IPv4" \
	raw bulk 1 $million 192.0.2.2 16 4 20
check "IPv6" raw bulk 1 $million 192.0.2.2 16 6 20
check "all expire" busywait 600 has 0
is "no RLOC is left" "$(ip netns exec "$a" lispctl --json rloc show | jq length)" 0

check "again" raw bulk 1 $million 192.0.2.3 16 4
check "flush one Instance-ID" raw <<<"map-flush 2:u32=3"
check "flush leaves the others" has $((million - million / 16))
check "a device goes" ip -n "$a" link del l1
check "with what it had" busywait 60 has $((million - 2 * million / 16))
check "the namespace goes with all the others" ip netns del "$a"
_ns=()
# it warns of what is left, and the kernel's log is judged
unload() { modprobe -r lisp; }
check "and no mapping is left" busywait 300 unload
done_testing
