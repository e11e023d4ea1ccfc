# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# C gets a second RLOC while it runs, loses it, gets it back; gives up a VPN;
# and leaves without saying so.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

first=203.0.113.1 second=203.0.113.5
two_rlocs="{ \"address\": \"$first\", \"priority\": 2 },
	{ \"address\": \"$second\", \"priority\": 1 }"

# learnt IID PREFIX LOCATORS: A's mapping has these, the preferred first.
learnt()
{
	map_has xtr-a "$1" "$2" "[.locators | sort_by(.priority)[] |
		.address] == $3"
}
both="[\"$second\", \"$first\"]"

# ---- a second RLOC: SIGHUP

ip -n xtr-c address add $second/32 dev core
ip -n r2 route add $second/32 via $first
ip -n r1 route add $second/32 via 192.0.2.254
conf_listen=any conf_write xtr-c
lispd_stop xtr-c KILL
lispd_start xtr-c || fail "C starts"
conf_probe=2 conf_write xtr-a
check "A is told to probe every two seconds" ctl xtr-a reload
for v in $vpns; do
	check "$v-a reaches $v-c" in_ns "$v-a" ping -q -c 1 -W 20 2001:db8:c::10
done
check "red-a pings red-c" pings_start
conf_rlocs[c]=$two_rlocs
conf_listen=any conf_write xtr-c
kill -HUP "${lispd_pid[xtr-c]}"
check_lab "C is told of a second RLOC: A learns it" \
	wait_for 30 learnt 100 10.3.0.0/16 "$both"
check_lab "in the other VPN, too" \
	wait_for 30 learnt 200 2001:db8:c::/48 "$both"
check "because C said so" stat_reaches xtr-a resolve-smr 1
pings_stop
is "no packet was lost" "$(pings_lost)" 0 || note "$(tail -n 3 "$run/pings")"
is "they go to the preferred one" "$(
	n=$(rloc_of xtr-a $second .packets)
	in_ns red-a ping -q -c 3 -i 0.2 -W 20 10.3.0.10 >/dev/null
	echo $(($(rloc_of xtr-a $second .packets) - n)))" 3

# two routers are between C and A
hops_are() { [ "$(rloc_of xtr-a $second .hops)" = 2 ]; }
check_lab "A knows how many routers C is away" wait_for 20 hops_are

# ---- it dies

check "red-a pings red-c again" pings_start
ip -n r2 route change blackhole $second/32
check_lab "the second RLOC swallows all: probes find out" \
	wait_for 40 rloc_is xtr-a $second unreachable-probe
for v in $vpns; do
	is "$v-a reaches $v-c over IPv4" "$(ask_who "$v-a" 10.3.0.10)" "$v-c"
	is "$v-a reaches $v-c over IPv6" \
		"$(ask_who "$v-a" 2001:db8:c::10)" "$v-c"
done
pings_stop
note "no answer for $(pings_gap) ms with probes every 2 s"
like "lispctl says why it is not used" "$(ctl xtr-a trace 10.3.0.10 iid 100)" \
	"$second +1 .*does not answer probes"

# ---- and comes back

ip -n r2 route change $second/32 via $first
check_lab "it answers again: back in use" wait_for 60 rloc_is xtr-a $second up
n=$(rloc_of xtr-a $second .packets)
check "blue-a reaches blue-c" in_ns blue-a ping -q -c 2 -i 0.2 -W 20 10.3.0.10
is "through it" $(($(rloc_of xtr-a $second .packets) - n)) 2

# ---- a mistake, and a VPN less: lispctl reload

sed -i 's/"rlocs"/"rlox"/' "$run/xtr-c.conf"
check_fails_with "a mistake is refused with its line" \
	'did you mean "rlocs"' ctl xtr-c reload
vpns=red conf_listen=any conf_write xtr-c
check "C gives blue up" ctl xtr-c reload
check_lab "the Map-Server was told" wait_for 20 registered_are 10
check_lab "A was, too" wait_for 20 map_has xtr-a 200 10.3.0.0/16 \
	'.action == "native"'
check "and refuses it" refused blue-a 10.3.0.10 "Destination Net Unreachable"
is "red does not notice" "$(ask_who red-a 10.3.0.10)" red-c
conf_listen=any conf_write xtr-c
check "C has blue again" ctl xtr-c reload
check_lab "the Map-Server was told that" wait_for 20 all_registered
ctl xtr-a map-cache flush iid 200 origin 9301
is "blue-a reaches blue-c again" "$(ask_who blue-a 10.3.0.10)" blue-c

# ---- an end that nobody is told of

unset "conf_rlocs[c]"
n=$(stat_of ms map-server-deregistered)
conf_more='"deregister-on-exit": false,' conf_listen=any conf_write xtr-c
check "C is to go quietly" ctl xtr-c reload
lispd_stop xtr-c TERM
is "it ends" $? 0
conf_write xtr-c
check_lab "and starts as it was" lispd_start xtr-c
check_lab "with one RLOC" wait_for 30 eval 'ctl ms --json show registrations |
	jq -e "[.[] | select(.site == \"site-c\") | .locators[].address] |
		length == 4 and unique == [\"$first\"]"'
is "nothing was deregistered" "$(stat_of ms map-server-deregistered)" "$n"
ip -n xtr-c address del $second/32 dev core
ip -n r2 route del $second/32
ip -n r1 route del $second/32
conf_write xtr-a
ctl xtr-a reload >/dev/null
