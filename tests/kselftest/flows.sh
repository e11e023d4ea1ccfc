#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 400
# What is sent is what is received: ten thousand flows of all sizes, TCP and
# cut UDP, in all four combinations of families, with offloads whole, cut and
# merged on the wire, and switched off.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

flows=$LISP_TOP/build/kselftest/flows
mtu=9200
declare -A from=([4]=10.11.0.0 [6]=2001:db8:11::)
declare -A to=([4]=10.12.0.0 [6]=2001:db8:12::)
# by family
declare -A near=([4]=192.0.2.1 [6]=2001:db8:f::1)
declare -A far=([4]=192.0.2.2 [6]=2001:db8:f::2)

# jumbo NS SITE: a large MTU, and 10.1SITE/16 at the host
jumbo()
{
	local host=h$2 s=$2 x=$1

	ip -n "$x" -batch - <<-END || fatal "configure a router"
		link set un0 mtu $((mtu + 100))
		link set eth0 mtu $mtu
		link set lisp100 mtu $mtu
		route add 10.1$s.0.0/16 via 10.$s.0.1 table 100
		route add 2001:db8:1$s::/48 via 2001:db8:$s::1 table 100
	END
	ip -n "${!host}" -batch - <<-END || fatal "configure a host"
		link set eth0 mtu $mtu
		route add local 10.1$s.0.0/16 dev lo
		route add local 2001:db8:1$s::/48 dev lo
	END
	in_ns "${!host}" sysctl -qw net.ipv6.ip_nonlocal_bind=1
	local_eid "$x" "10.1$s.0.0/16" "2001:db8:1$s::/48"
}

# over FAMILY: the outer family from now on
over()
{
	# shellcheck disable=SC2154
	in_ns "$x1" lispctl map-cache flush iid 100 >/dev/null &&
	in_ns "$x2" lispctl map-cache flush iid 100 >/dev/null &&
	map "$x1" 10.12.0.0/16 rloc "${far[$1]}" &&
	map "$x1" 2001:db8:12::/48 rloc "${far[$1]}" &&
	map "$x2" 10.11.0.0/16 rloc "${near[$1]}" &&
	map "$x2" 2001:db8:11::/48 rloc "${near[$1]}"
}

# offloads whole|cut|off
offloads()
{
	local ns on=on dev tso=on gro=off

	case $1 in
	whole) ;;
	cut) tso=off gro=on ;;
	off) on=off tso=off ;;
	esac
	# shellcheck disable=SC2154
	for ns in "$h1:eth0" "$h2:eth0" "$x1:lisp100" "$x2:lisp100" \
		  "$x1:un0" "$x2:un0"; do
		dev=${ns#*:}
		in_ns "${ns%:*}" ethtool -K "$dev" tx $on sg $on gso $on
		[ "$dev" != un0 ] ||
			in_ns "${ns%:*}" ethtool -K un0 tso $tso gro $gro
	done >/dev/null 2>"$_work/ethtool" ||
		fatal "offloads $1" "$(cat "$_work/ethtool")"
}

# run NAME KIND FAMILY COUNT MAX
run()
{
	check "$1" "$flows" "$2" "$h1" "$h2" "${from[$3]}" "${to[$3]}" \
		"$4" "$5" "$RANDOM"
}

received() { dev_stat "$x2" "$1" rx_packets; }

sites
jumbo "$x1" 1
jumbo "$x2" 2
for outer in 4 6; do
	over $outer || fatal "mappings"
	for how in whole cut off; do
		offloads $how
		for inner in 4 6; do
			name="$inner in $outer, $how"
			[ $how = cut ] || run "$name: 2500 flows" udp \
				$inner 2500 9000
			[ $how = off ] || run "$name: cut UDP" segments \
				$inner 60 1400
			before=$(received lisp100) wire=$(received un0)
			run "$name: TCP" tcp $inner 6 0
			merged=$(($(received lisp100) - before))
			wire=$(($(received un0) - wire))
			[ $how != cut ] || check \
				"$name: $wire packets became $merged" \
				[ $((merged * 2)) -lt $wire ]
		done
	done
done
# shellcheck disable=SC2154
is "nothing was refused" "$(all_drops "$x1") $(all_drops "$x2")" "0 0"
done_testing
