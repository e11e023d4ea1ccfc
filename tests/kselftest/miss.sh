#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 600
# Misses: reported once, held within limits, sent in order when answered,
# refused when not.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

param=/sys/module/lisp/parameters
sites
# x2 knows its way back; x1 knows only itself.
local_eid "$x1" 10.1.0.0/16 2001:db8:1::/48
local_eid "$x2" 10.2.0.0/16 2001:db8:2::/48
map "$x2" 10.1.0.0/16 rloc 192.0.2.1
map "$x2" 2001:db8:1::/48 rloc 192.0.2.1

one_packet() { echo "i.src=10.1.0.1 i.dst=$1" | send "$h1"; }
held_is() { [ "$(counter "$x1" held-packets)" = "$1" ]; }
reported() { [ "$(misses "$1")" -ge "${2:-1}" ]; }

# nobody listens
sniff icmp "$h1" eth0 -t 20 i.proto=1 i.type=3
dropped "nobody listens: refused at once" "$x1" no-listener 1 \
	one_packet 10.2.0.1
is "and answered" "$(field "$(sniffed icmp)" i.code)" 1
is "nothing is held" "$(counter "$x1" held-packets)" 0

# nor does it help that somebody listens in another namespace, or did here
monitor "$x1"
one_packet 10.2.0.1
check "a listener: a packet is held" busywait 10 held_is 1
monitor_stop
map "$x1" 10.2.0.1 action drop
unmap "$x1" 10.2.0.1
monitor "$x2"
dropped "only another namespace listens: refused at once" "$x1" \
	no-listener 1 one_packet 10.2.0.1
monitor_stop

# the first ping is answered, later
monitor "$x1"
for e in 10.2.0.1 2001:db8:2::1; do
	# shellcheck disable=SC2154
	in_ns "$h1" ping -c 1 -W 30 $e >"$_work/ping" &
	ping=$!
	check "$e: a miss is reported" busywait 10 reported "eid $e "
	check "$e: the packet is held" busywait 10 held_is 1
	like "$e: it can be dumped" "$(in_ns "$x1" lispctl --json miss show |
		jq -c '.[] | [.eid, .["held-packets"], .iid]')" "^\[\"$e\",1,100\]$"
	map "$x1" $e rloc 192.0.2.2
	wait $ping
	like "$e: the first ping is answered" "$(cat "$_work/ping")" \
		"1 packets transmitted, 1 received"
	is "$e: nothing is held any more" "$(counter "$x1" held-packets)" 0
	unmap "$x1" $e
done
is "no miss is left" "$(in_ns "$x1" lispctl --json miss show | jq length)" 0

# many packets for one EID: one report, and all come in order
echo 600000 >$param/hold_ms
sniff in "$h2" eth0 -c 50 -t 30 i.proto=17 i.dst=10.2.0.1
for ((n = 1; n <= 50; n++)); do
	echo "i.src=10.1.0.1 i.dst=10.2.0.1 i.dport=$n i.len=1"
done | send "$h1"
check "50 packets are held" busywait 10 held_is 50
is "with one miss" "$(in_ns "$x1" lispctl --json miss show | jq length)" 1
like "which says how often it was reported, not how many packets" \
	"$(in_ns "$x1" lispctl --json miss show | jq '.[0].reports')" "^[1-5]$"
local_eid "$x1" 10.2.99.0/24
is "an answer that does not cover it releases nothing" \
	"$(counter "$x1" held-packets)" 50
map "$x1" 10.2.0.0/16 rloc 192.0.2.2
in=$(sniffed in)
is "all are sent, in order" "$(grep -o "i.dport=[0-9]*" <<<"$in" |
	cut -d= -f2 | xargs)" "$(seq -s ' ' 1 50)"
is "and counted at the mapping" "$(in_ns "$x1" lispctl --json map-cache \
	get 10.2.0.1 iid 100 | jq '.[0].packets')" 50
unmap "$x1" 10.2.0.0/16
in_ns "$x1" lispctl local del iid 100 prefix 10.2.99.0/24

# reported again while nobody answers
one_packet 10.2.0.7
check "an unanswered miss is reported again" busywait 20 \
	reported "eid 10.2.0.7 " 3
like "with its number" "$(grep "eid 10.2.0.7 " "$_work/monitor" | tail -n 1)" \
	"reports 3$"
in_ns "$x1" lispctl map-cache add iid 100 prefix 10.2.0.7/32 action drop
check "a negative answer ends it" busywait 10 held_is 0
unmap "$x1" 10.2.0.7/32

# no answer in time
echo 1000 >$param/hold_ms
sniff icmp "$h1" eth0 -t 30 i.proto=1 i.type=3
sniff icmp6 "$h1" eth0 -t 30 i.proto=58 i.type=1
before=$(drops "$x1" hold-timeout)
one_packet 10.2.0.8
echo "i.src=2001:db8:1::1 i.dst=2001:db8:2::8" | send "$h1"
is "timeout: code 1" "$(field "$(sniffed icmp)" i.code)" 1
is "timeout, IPv6: code 3" "$(field "$(sniffed icmp6)" i.code)" 3
is "timeouts are counted" "$(($(drops "$x1" hold-timeout) - before))" 2
echo 600000 >$param/hold_ms

# limits: an EID's
echo 8192 >$param/hold_eid_bytes
before=$(drops "$x1" hold-full)
for ((n = 1; n <= 40; n++)); do
	echo "i.src=10.1.0.1 i.dst=10.2.0.9"
done | send "$h1"
full=$(($(drops "$x1" hold-full) - before))
held=$(counter "$x1" held-packets)
is "one EID's packets are held or counted" "$((full + held))" 40
check "and no more of them than its bytes ($held)" \
	[ "$held" -ge 2 -a "$held" -le 16 ]
check "held-bytes says how many" \
	[ "$(counter "$x1" held-bytes)" -le $((8192 + 1024)) ]

# a scan in one VPN: its own oldest go, the other keeps what it holds
ip -n "$x1" link add lisp200 type lisp id 200
ip -n "$x1" link add blue type vrf table 200
ip -n "$x1" link set blue up
ip -n "$x1" link set lisp200 master blue
ip -n "$x1" link set lisp200 up
ip -n "$x1" route add default dev lisp200 table 200
setup_ns hb
# shellcheck disable=SC2154
veth "$hb" eth0 10.1.0.1/24 "$x1" eth1 10.1.0.254/24
ip -n "$x1" link set eth1 master blue
ip -n "$hb" route add default via 10.1.0.254
echo 65536 >$param/hold_iid_bytes
echo 100000 >$param/hold_total_bytes
iid_held() { counter "$x1" held-packets "lisp$1"; }
red=$(iid_held 100)
echo 1 >$param/miss_iid_rate
reports=$(counter "$x1" misses lisp200)
for ((n = 0; n < 600; n++)); do
	echo "i.src=10.1.0.1 i.dst=10.3.$((n / 200)).$((n % 200 + 1))"
done | send "$hb"
scanned()
{
	echo $(($(iid_held 200) + $(drops "$x1" hold-evicted) +
		$(drops "$x1" hold-full) - full - before))
}
scanned_all() { [ "$(scanned)" = 600 ]; }
busywait 10 scanned_all
check "a scan holds no more than its Instance-ID may" \
	[ "$(counter "$x1" held-bytes lisp200)" -le 65536 ]
check "but something" [ "$(iid_held 200)" -gt 10 ]
is "the scan's packets are held or evicted" "$(scanned)" 600
is "the other VPN keeps what it holds" "$(iid_held 100)" "$red"
check "a scan is reported no faster than its rate" \
	[ $(($(counter "$x1" misses lisp200) - reports)) -lt 300 ]
echo 500 >$param/miss_iid_rate

# in total: the largest pays
echo 1000000 >$param/hold_iid_bytes
for ((n = 0; n < 200; n++)); do
	echo "i.src=10.1.0.1 i.dst=10.4.0.$((n + 1))"
done | send "$hb"
is "when all is full the larger VPN pays" "$(iid_held 100)" "$red"
total=$(($(counter "$x1" held-bytes)))
check "all together is within the total ($total)" [ $total -le 100000 ]

# down, deleted
before=$(drops "$x1" hold-purged)
blue=$(iid_held 200)
ip -n "$x1" link set lisp200 down
is "a device that goes down drops what it holds" "$(iid_held 200)" 0
is "and counts it" "$(($(drops "$x1" hold-purged) - before))" "$blue"
ip -n "$x1" link del lisp100
is "a deleted device leaves no miss" \
	"$(in_ns "$x1" lispctl --json miss show | jq length)" 0
monitor_stop
done_testing
