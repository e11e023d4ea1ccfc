# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Site C gets a second xTR, xtr-c2 between r2 and xtr-c, whose RLOC is preferred
# and fails in three ways.  A probes once an hour: each time it is something else
# that notices first.
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
	exec_in xtr-a lispctl monitor --kernel >"$events" 2>&1 &
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
		s/.* kernel rloc .*address $second .*state \(unreachable[a-z-]*\).*/\1/p
		/ kernel reach status-bits .*prefix 10.3.0.0\/16/s/.*/status-bits/p" |
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
batch_c2_links()
{
	echo "netns add xtr-c2"
	echo "link add core netns xtr-c2 type veth peer name xtr-c2 netns r2"
	echo "link add lan netns xtr-c2 type veth peer name c2-lan" \
		"netns xtr-c"
}
c2_up()
{
	batch_c2_links | ip -batch - &&
		ip -n xtr-c link set c2-lan master red &&
		up c2-lan 10.3.255.1/30 | ip -n xtr-c -batch - &&
		up xtr-c2 203.0.113.6/30 | ip -n r2 -batch - &&
		ip -n r1 route add 203.0.113.4/30 via 192.0.2.254 &&
		ip -n xtr-c2 -batch - <<-IP &&
			$(up core $second/30)
			$(up lan 10.3.255.2/30)
			route add default via 203.0.113.6
			route add 10.3.0.0/24 via 10.3.255.1
		IP
		in_ns xtr-c2 bash -c "$router_knobs"
}

# ---- all trust their underlay; the site answers for itself

check "a second router of site C" c2_up
# what either registers is the same
c_more="$trust \"map-versions\": false,"
cat >"$run/xtr-c2.conf" <<-JSON
	{
	  "name": "xtr-c2",
	  "control-socket": "$run/xtr-c2.sock",
	  "state-dir": "$run/xtr-c2.state",
	  "user": "nobody",
	  "xtr": {
	    "site-id": 3, $c_more
	    "rlocs": [
	      { "address": "$first", "priority": 2, "neighbour": true },
	      { "address": "$second", "priority": 1 } ],
	    "map-resolvers": [ "$ms4" ],
	    "map-servers": [ { "address": "$ms4", "key": "$(key_of c)" } ],
	    "vpns": [
	      { "name": "red", "iid": 100, "device": "lisp100",
	        "eid-space": [ "10.1.0.0/16" ],
	        "database": [ { "prefix": "10.3.0.0/16" } ] } ]
	  }
	}
JSON
knob status_bits_wait 0
knob echo_wait 2
knob echo_interval 1
conf_mode=forward conf_write ms
conf_rlocs[c]="{ \"address\": \"$first\", \"priority\": 2 },
	{ \"address\": \"$second\", \"priority\": 1, \"neighbour\": true }"
conf_more=$c_more conf_probe=2 conf_write xtr-c
conf_more=$trust conf_probe=3600 conf_write xtr-a
check_lab "its lispd starts" lispd_start xtr-c2
for n in ms xtr-c xtr-a; do
	check "$n is reloaded" ctl $n reload
done
is "A's device has the switches" "$(ip -n xtr-a -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data | [.trusted_underlay,
	.icmp_unreachable, .status_bits, .echo_nonce, .map_versions]')" \
	"[true,true,true,true,false]"
ctl xtr-a map-cache flush iid 100 origin 9301
is "red-a reaches red-c" "$(ask_who red-a 10.3.0.10)" red-c
check_lab "A knows that the site echoes nonces, at both RLOCs" \
	wait_for 20 map_has xtr-a 100 10.3.0.0/16 '[.locators[] |
		select(."echo-nonce") | .address] | sort ==
		["203.0.113.1", "203.0.113.5"]'
# It was down before xtr-c2 came, for which A may look less and less often.
check_lab "A has the second RLOC in use" wait_for 60 back
events_start || fail "lispctl monitor"
# what comes from either says something, too
exec_in red-c ping -q -i 0.1 10.1.0.10 >/dev/null 2>&1 &
chatter=$!
exec_in xtr-c2 ping -q -i 0.1 -I 10.3.255.2 10.1.0.10 >/dev/null 2>&1 &
chatter2=$!

# ---- a router on A's way has no route to it any more, and says so

no_route() { ip -n r1 route add unreachable $second; }
fails no_route unreachable-icmp
ip -n r1 route del unreachable $second
check_lab "back in use" wait_for 60 back

# ---- what A sends to it gets lost, but it is heard

lost() { ip -n r1 route add blackhole $second; }
fails lost unreachable-nonce
ip -n r1 route del blackhole $second
check_lab "back in use" wait_for 60 back

# ---- it dies, and xtr-c finds out

knob echo_interval 3600
dies()
{
	ip -n r2 route add blackhole $second
	kill "$chatter2"
	lispd_stop xtr-c2 KILL
}
fails dies status-bits
check "in this mapping" map_has xtr-a 100 10.3.0.0/16 '[.locators[] |
	select(."status-down") | .address] == ["203.0.113.5"]'
is "A itself says nothing of the RLOC" "$(rloc_of xtr-a $second .state)" up
is "xtr-c does" "$(rloc_of xtr-c $second .state)" unreachable-probe
ip -n r2 route del blackhole $second
check_lab "the dead one starts again" lispd_start xtr-c2
check_lab "back in use" wait_for 60 map_has xtr-a 100 10.3.0.0/16 \
	'all(.locators[]; ."status-down" | not)'

# ---- as it was

kill "$chatter" "$monitor"
wait "$chatter" "$chatter2" "$monitor" 2>/dev/null
unset "conf_rlocs[c]"
lispd_stop xtr-c2 TERM
ip netns del xtr-c2
ip -n r1 route del 203.0.113.4/30
for n in ms xtr-c xtr-a; do
	conf_write $n
	check "$n is reloaded" ctl $n reload
done
is "the switches are off" "$(ip -n xtr-a -d -j link show lisp100 |
	jq -c '.[0].linkinfo.info_data | .trusted_underlay')" false
check_lab "all are registered" wait_for 30 all_registered
knobs_back
