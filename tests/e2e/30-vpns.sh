# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Every pair of sites that can reach each other, in both VPNs and families:
# each host answers with its name, and none with the name of its namesake.
# shellcheck disable=SC2154 # what topology.sh sets

watch_start core r1 r2 "udp port 4341 or net 10.0.0.0/8 or net
	2001:db8:a::/48 or net 2001:db8:b::/48 or net 2001:db8:c::/48" ||
	fail "capture on r1"
for pair in ab ba ac ca; do
	from=${pair:0:1} to=${pair:1:1}
	for v in $vpns; do
		is "$v-$from reaches $v-$to over IPv4" \
			"$(ask_who "$v-$from" "$(host4 "$to")" 2>&1)" "$v-$to"
		is "$v-$from reaches $v-$to over IPv6" \
			"$(ask_who "$v-$from" "$(host6 "$to")" 2>&1)" "$v-$to"
	done
done
check "A to B: IPv4 packets in IPv6 ones" \
	wait_for 10 watched_some core "$v4_in_v6"
check "A to C: IPv6 packets in IPv4 ones" \
	wait_for 10 watched_some core "$v6_in_v4"
is "the core never saw an EID" "$(watched core "net 10.0.0.0/8 or
	net 2001:db8:a::/48 or net 2001:db8:b::/48 or net 2001:db8:c::/48")" 0
for v in $vpns; do
	check "$v is Instance-ID ${iid[$v]} on the wire" watched_some core \
		"ip and udp dst port 4341 and udp[12:4] >> 8 = ${iid[$v]}"
done
watch_stop core
