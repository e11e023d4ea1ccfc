#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 300
# What can be seen from outside: tracepoints, ethtool -S, ip -s link.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# nothing is given up while a slow guest looks
echo 120000 >/sys/module/lisp/parameters/hold_ms

# --- tracepoints
mkdir "$_work/tracing"
mount -t tracefs tracefs "$_work/tracing" || fatal "mount tracefs"
T=$_work/tracing/instances/lisp-test
mkdir "$T"
for e in drop encap decap hold miss map; do
	check "there is a tracepoint lisp_$e" test -e "$T/events/lisp/lisp_$e"
done
trace() { echo "$1" >"$T/events/lisp/enable"; }
traced() { cat "$T/trace"; }
forget() { echo >"$T/trace"; }

# shellcheck disable=SC2154
ping1 "$h1" 10.2.0.1 >/dev/null
is "nothing is traced before it is switched on" \
	"$(traced | grep -c lisp_)" 0
trace 1
ping1 "$h1" 10.2.0.1 >/dev/null
line=$(traced | grep -m1 lisp_encap:)
ifindex=$(ip -n "$x1" -j link show lisp100 | jq '.[0].ifindex')
like "encap: device, Instance-ID, length, RLOC" "$line" \
	"ifindex=$ifindex iid=100 len=84 rloc=192.0.2.2:4341"
like "decap: the same packet at the other end" \
	"$(traced | grep -m1 lisp_decap:)" "iid=100 len=84"
# with an echo and its reply, each end encapsulates and decapsulates once
is "one line a packet" "$(traced | grep -c lisp_encap:) $(traced |
	grep -c lisp_decap:)" "2 2"

forget
map "$x1" 2001:db8:9::/48 rloc 2001:db8:f::2 port 4342
line=$(traced | grep -m1 lisp_map:)
like "map: prefix and event" "$line" \
	"iid=100 prefix=2001:db8:9::/48 action=0 event=new"
echo "i.src=2001:db8:1::1 i.dst=2001:db8:9::1" | send "$h1"
check "encap: an RLOC of IPv6" busywait 5 grep -qF \
	"rloc=[2001:db8:f::2]:4342" "$T/trace"
unmap "$x1" 2001:db8:9::/48
like "map: deleted" "$(traced | grep lisp_map: | tail -n1)" event=deleted

forget
monitor "$x1"
echo "i.src=10.1.0.1 i.dst=10.77.0.1" | send "$h1"
busywait 5 grep -q " kernel miss.* eid 10.77.0.1 " "$_work/monitor"
like "miss: EID and source" "$(traced | grep -m1 lisp_miss:)" \
	"iid=100 eid=10.77.0.1 source=10.1.0.1 reports=1"
like "hold: EID and what is held" "$(traced | grep -m1 lisp_hold:)" \
	"iid=100 eid=10.77.0.1 packets=1 bytes=[1-9]"
skb=$(traced | grep -m1 lisp_hold: | grep -o "skbaddr=[^ ]*")
map "$x1" 10.77.0.0/16 action drop
like "drop: the held packet, its device and reason" \
	"$(traced | grep lisp_drop: | grep -F "$skb ")" \
	"ifindex=$ifindex iid=100 reason=map-drop"
monitor_stop
# a packet for no Instance-ID reaches no device
forget
echo "o.dst=192.0.2.2 hdr=0800000000006500 i.src=10.1.0.1 i.dst=10.2.0.1" |
	send "$x1"
check "drop: a packet that reached no device" busywait 5 grep -q \
	"lisp_drop: .*ifindex=0 iid=0 reason=rx-unknown-iid" "$T/trace"
trace 0
forget
ping1 "$h1" 10.2.0.1 >/dev/null
is "nothing is traced after it is switched off" \
	"$(traced | grep -c lisp_)" 0
rmdir "$T"
umount "$_work/tracing"

# --- ethtool
stat() { in_ns "$x1" ethtool -S lisp100 | awk -v k="$1:" '$1 == k { print $2 }'; }
like "ethtool knows the driver" "$(in_ns "$x1" ethtool -i lisp100)" \
	"driver: lisp"
all=$(in_ns "$x1" ethtool -S lisp100)
is "ethtool -S: drops as netlink counts them" \
	"$(awk '/drop-/ { n += $2 } END { print n }' <<<"$all")" \
	"$(in_ns "$x1" lispctl --json device show | jq '[.[] |
		select(.device == "lisp100") | .drops | .[]] | add')"
is "ethtool -S: map-drop" "$(stat drop-map-drop)" "$(drops "$x1" map-drop)"
is "ethtool -S: misses" "$(stat misses)" "$(counter "$x1" misses)"
# each reason of the specification has its counter, under its name
want=$(awk '/name: drop-reason/ { on = 1 } on && /^ *name: / { print $2 }
	/type: const/ { on = 0 }' \
	"$LISP_TOP/Documentation/netlink/specs/lisp.yaml" |
	grep -vxE "drop-reason|none|iid-max" | sort)
is "ethtool -S: each reason for a drop is there" \
	"$(grep -o "drop-[^:]*" <<<"$all" | sed s/drop-// | sort)" "$want"

# --- ip
dropped "something received is dropped" "$x1" rx-not-local 1 eval \
	"echo o.dst=192.0.2.1 hdr=0800000000006400 i.src=10.2.0.1 \
		i.dst=203.0.113.1 | send $x2"
stats=$(ip -n "$x1" -s -j link show lisp100 | jq '.[0].stats64')
is "ip -s link: packets as netlink counts them" \
	"$(jq '.tx.packets, .rx.packets' <<<"$stats" | xargs)" \
	"$(counter "$x1" tx-packets) $(counter "$x1" rx-packets)"
is "ip -s link: dropped, going out and coming in" \
	"$(jq -c '[.tx.dropped, .rx.dropped]' <<<"$stats")" \
	"$(in_ns "$x1" lispctl --json device show | jq -c '[.[] |
		select(.device == "lisp100") | .drops | to_entries[]] |
		[map(select(.key | startswith("rx-") | not).value),
		 map(select(.key | startswith("rx-")).value)] | map(add)')"

# one packet that nobody knows may come in between
same_counters()
{
	[ "$(ip -n "$x1" -s -d -j link show lisp100 |
		jq -r '.[0].linkinfo.info_xstats | to_entries[] |
			if .key == "drops" then .value | to_entries[] |
				"drop-\(.key): \(.value)"
			else "\(.key | gsub("_"; "-")): \(.value)" end')" = \
	"$(in_ns "$x1" ethtool -S lisp100 | sed '1d; s/^ *//')" ]
}
check "ip -s -d link: the counters of ethtool -S" busywait 5 same_counters
like "ip -s -d link: drops that there were" \
	"$(ip -n "$x1" -s -d link show lisp100)" "held-bytes.*drop-rx-not-local 1"

# --- rx-counters
received()
{
	in_ns "$x1" lispctl --json rloc show | jq -r '.[] |
		select(.address == "192.0.2.2") | "\(."rx-packets") \(."rx-bytes")"'
	in_ns "$x1" lispctl --json local show | jq -r 'sort_by(.prefix)[] |
		"\(.packets) \(.bytes)"'
}
forge()
{
	echo "o.tos=$1 o.dst=192.0.2.1 hdr=0800000000006400 i.src=10.2.0.1 \
		i.dst=10.1.0.1 i.len=100" | send "$x2"
}
ping1 "$h1" 10.2.0.1 >/dev/null
is "rx-counters off: none" "$(received | xargs)" "0 0 0 0 0 0"
check "rx-counters on" ip -n "$x1" link set lisp100 type lisp rx-counters on
like "it is shown" "$(ip -n "$x1" -d link show lisp100)" "rx-counters on"
ping1 "$h1" 10.2.0.1 >/dev/null
ping1 "$h1" 2001:db8:2::1 >/dev/null
ping1 "$h1" 2001:db8:2::1 >/dev/null
is "its RLOC, and each local EID prefix" "$(received | xargs)" \
	"3 292 1 84 2 208"
dropped "a packet that is dropped for its ECN" "$x1" rx-ecn 1 forge 3
is "is not counted" "$(received | xargs)" "3 292 1 84 2 208"
local_eid "$x1" 10.1.0.0/16
is "who replaces the prefix does not lose what is counted" \
	"$(received | sed -n 2p)" "1 84"
check "rx-counters off again" ip -n "$x1" link set lisp100 type lisp \
	rx-counters off
ping1 "$h1" 10.2.0.1 >/dev/null
is "nothing more is counted" "$(received | xargs)" "3 292 1 84 2 208"

like "ip -s -d link" "$(ip -n "$x1" -s -d link show lisp100)" "lisp id 100"
done_testing
