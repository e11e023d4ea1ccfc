# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# C's RLOC is whatever address its uplink has: the uplink is renumbered under
# traffic, and loses its link.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

old=203.0.113.1 new=203.0.113.9

# c_is ADDRESS JQ: A's mapping of C has this locator, for which JQ is true.
c_is()
{
	map_has xtr-a 100 10.3.0.0/16 "[.locators[] |
		select(.address == \"$1\" and ($2))] | length == 1"
}
# The longest time between two answers, in ms.
longest_gap()
{
	sed -n 's/^\[\([0-9.]*\)\] .* ttl.*/\1/p' "$run/pings" | awk '
		last && $1 - last > max { max = $1 - last } { last = $1 }
		END { printf "%d\n", 1000 * max }'
}

conf_rlocs[c]='{ "interface": "core", "family": "ipv4" }'
conf_listen=any conf_write xtr-c
lispd_stop xtr-c KILL
check_lab "C starts with the address of its interface" lispd_start xtr-c
is "it is its RLOC" "$(ctl xtr-c --json show rlocs |
	jq -r '.[] | select(.local) | .address + " " + .state')" "$old up"
conf_rlocs[c]+=', { "interface": "red-lan", "family": "ipv4" }'
conf_listen=any conf_write xtr-c
check "an RLOC in another VRF than the underlay" ctl xtr-c reload
check "is refused with a line" file_has \
	'RLOC of red-lan: the interface is in another VRF' "$run/xtr-c.log"
is "and is none" "$(ctl xtr-c --json show rlocs |
	jq -r '.[] | select(.local).address')" "$old"
conf_rlocs[c]='{ "interface": "core", "family": "ipv4" }'
conf_listen=any conf_write xtr-c
check "without it" ctl xtr-c reload
check "red-a reaches red-c" in_ns red-a ping -q -c 1 -W 20 10.3.0.10
version=$(ctl xtr-c --json show database | jq '.[0].version')

# ---- another address

ip -n r2 address add 203.0.113.10/30 dev xtr-c
ip -n r1 route add 203.0.113.8/30 via 192.0.2.254
exec_in red-a ping -D -i 0.05 10.3.0.10 >"$run/pings" 2>&1 &
pings=$!
wait_for 20 file_has 'icmp_seq=20 ' "$run/pings" || fail "the ping runs"
ip -n xtr-c -batch - <<-IP
	address add $new/30 dev core
	route replace default via 203.0.113.10
	address del $old/30 dev core
IP
check_lab "renumbered: A learns the new address" wait_for 30 c_is $new true
n=$(grep -c ttl "$run/pings")
check "and red-a is answered" wait_for 20 eval \
	'[ $(grep -c ttl "$run/pings") -gt $((n + 20)) ]'
kill -INT $pings
wait_exit 20 $pings
note "renumbered under a ping: no answer for $(longest_gap) ms"
check "because C said so" stat_reaches xtr-c smr-sent 1
is "the kernel knows it, too" "$(ctl xtr-c --json local show |
	jq -r '[.[].locators[].address] | unique | join(" ")')" "$new"
is "the mapping has the next version" \
	"$(ctl xtr-c --json show database | jq '.[0].version')" \
	$((version % 4095 + 1))
is "at the Map-Server as well" \
	"$(ctl ms --json show registrations | jq '[.[] |
		select(.prefix == "10.3.0.0/16").version] | unique | .[]')" \
	$((version % 4095 + 1))

# ---- no link

ip -n r2 link set xtr-c down
check_lab "the link is down: so is the RLOC" wait_for 20 eval \
	'ctl xtr-c --json show rlocs | jq -e ".[] |
		select(.local) | .state == \"down\" and .priority == 255"'
ip -n r2 link set xtr-c up
check_lab "and up again" wait_for 40 eval \
	'ctl xtr-c --json show rlocs | jq -e ".[] |
		select(.local) | .state == \"up\" and .priority == 1"'

# ---- as it was

ip -n xtr-c -batch - <<-IP
	address add $old/30 dev core
	route replace default via 203.0.113.2
	address del $new/30 dev core
IP
check_lab "renumbered back: A learns the old address" wait_for 60 c_is $old true
ip -n r2 address del 203.0.113.10/30 dev xtr-c
ip -n r1 route del 203.0.113.8/30
unset "conf_rlocs[c]"
conf_write xtr-c
lispd_stop xtr-c KILL
check_lab "C starts as it was" lispd_start xtr-c
check_lab "all is registered" wait_for 60 all_registered
is "red-a reaches red-c" "$(ask_who red-a 10.3.0.10)" red-c
