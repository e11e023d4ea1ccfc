# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# C has a second RLOC, which is preferred and fails in three ways.  A probes once
# an hour: each time it is something else that notices first.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

first=203.0.113.1 second=203.0.113.5
trust='"trusted-underlay": true, "icmp-unreachable": true,
	"status-bits": true, "echo-nonce": true,'
knobs=/sys/module/lisp/parameters

# knob NAME VALUE: of the module; "knobs_back" undoes all
declare -A knob_was=()
knob()
{
	[ -n "${knob_was[$1]-}" ] || knob_was[$1]=$(cat "$knobs/$1")
	echo "$2" >"$knobs/$1"
}
knobs_back()
{
	local k

	for k in "${!knob_was[@]}"; do
		echo "${knob_was[$k]}" >"$knobs/$k"
	done
}

# What the kernel of A says by itself, from events_begin on.
events=$run/events
events_start()
{
	: >"$events"
	exec_in xtr-a lispctl monitor >"$events" 2>&1 &
	monitor=$!
	wait_for 20 events_come
	ctl xtr-a local del iid 100 prefix 192.0.2.255/32
}
events_come()
{
	ctl xtr-a local add iid 100 prefix 192.0.2.255/32
	[ -s "$events" ]
}
events_begin() { seen=$(wc -l <"$events"); }
# The first thing said against the second RLOC: a state, or "status-bits".
blamed()
{
	tail -n "+$((seen + 1))" "$events" | sed -n "
		s/^rloc .*address $second .*state \(unreachable[a-z-]*\).*/\1/p
		/^reach status-bits .*prefix 10.3.0.0\/16/s/.*/status-bits/p" |
		head -n 1
}
blamed_some() { [ -n "$(blamed)" ]; }

# answered N: the pings have N answers more than at the last "count"
count() { answers=$(grep -c ttl= "$run/pings"); }
answered() { [ "$(grep -c ttl= "$run/pings")" -ge $((answers + $1)) ]; }

# fails HOW WHO: the second RLOC fails now in the way HOW, a command; WHO is
# the first to notice, and what A sends takes the other one.
fails()
{
	check "red-a pings red-c" pings_start
	is "through the second RLOC" "$(rloc_of xtr-a $second .state)" up
	events_begin
	$1
	check_lab "the second RLOC fails" wait_for 60 blamed_some
	is "noticed by $2" "$(blamed)" "$2"
	count
	check_lab "the pings go on" wait_for 20 answered 5
	pings_stop
	note "$2: no answer for $(pings_gap) ms"
}
# Mended: A is told to look.
back()
{
	ctl xtr-a probe $second >/dev/null
	rloc_is xtr-a $second up
}
route() { ip -n r2 route change "$@"; }

# ---- both ends trust their underlay; C answers for itself

ip -n xtr-c address add $second/32 dev core
ip -n r2 route add $second/32 via $first
ip -n r1 route add $second/32 via 192.0.2.254
knob status_bits_wait 0
knob echo_wait 2
knob echo_interval 1
conf_mode=forward conf_write ms
conf_rlocs[c]="{ \"address\": \"$first\", \"priority\": 2 },
	{ \"address\": \"$second\", \"priority\": 1 }"
conf_more=$trust conf_listen=any conf_write xtr-c
conf_more=$trust conf_probe=3600 conf_write xtr-a
check "the Map-Server is told to forward" ctl ms reload
lispd_stop xtr-c KILL
check_lab "C starts" lispd_start xtr-c
check "A is reloaded" ctl xtr-a reload
is "A's device has the switches" "$(ip -n xtr-a -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data | [."trusted-underlay",
	."icmp-unreachable", ."status-bits", ."echo-nonce",
	."map-versions"]')" "[true,true,true,true,false]"
ctl xtr-a map-cache flush iid 100 origin 9301
is "red-a reaches red-c" "$(ask_who red-a 10.3.0.10)" red-c
check_lab "A knows that C echoes nonces, by both RLOCs" \
	wait_for 20 map_has xtr-a 100 10.3.0.0/16 '[.locators[] |
		select(."echo-nonce") | .address] | sort ==
		["203.0.113.1", "203.0.113.5"]'
events_start || fail "lispctl monitor"
# what comes from C says something, too
exec_in red-c ping -q -i 0.1 10.1.0.10 >/dev/null 2>&1 &
chatter=$!

# ---- a router on the way has no route to it any more, and says so

no_route() { route unreachable $second/32; }
fails no_route unreachable-icmp
route $second/32 via $first
check_lab "back in use" wait_for 60 back

# ---- all that is sent to it gets lost, but C is heard

lost() { route blackhole $second/32; }
fails lost unreachable-nonce
route $second/32 via $first
check_lab "back in use" wait_for 60 back

# ---- the same, and C knows that

knob echo_interval 3600
told()
{
	lost
	ctl xtr-c rloc set $second state down
}
fails told status-bits
check "in this mapping" map_has xtr-a 100 10.3.0.0/16 '[.locators[] |
	select(."status-down") | .address] == ["203.0.113.5"]'
is "of the RLOC nothing is said" "$(rloc_of xtr-a $second .state)" up
route $second/32 via $first
ctl xtr-c rloc set $second state up
check_lab "back in use" wait_for 20 map_has xtr-a 100 10.3.0.0/16 \
	'all(.locators[]; ."status-down" | not)'

# ---- as it was

kill "$chatter" "$monitor"
wait "$chatter" "$monitor" 2>/dev/null
unset "conf_rlocs[c]"
lispd_stop xtr-c TERM
for n in ms xtr-a xtr-c; do
	conf_write $n
done
check_lab "C starts as it was" lispd_start xtr-c
for n in ms xtr-a; do
	check "$n is reloaded" ctl $n reload
done
is "the switches are off" "$(ip -n xtr-a -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data | ."trusted-underlay"')" false
check_lab "all are registered" wait_for 30 all_registered
knobs_back
ip -n xtr-c address del $second/32 dev core
ip -n r2 route del $second/32
ip -n r1 route del $second/32
