#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# long
# timeout 900
# Everything at once: packets at full speed in all directions, good, broken,
# unmapped and too big, while mappings, RLOCs, local EIDs, devices, VRFs and
# namespaces come and go. The kernel's log is the judge; here is checked that
# each of them really went on, and that all works afterwards.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

period=60 # seconds
nlraw=$LISP_TOP/build/kselftest/nlraw

# again NAME COMMAND...: until the time is up, in the background; counts.
again()
{
	local name=$1

	shift
	{
		n=0
		while [ $SECONDS -lt "$end" ]; do
			"$@"
			n=$((n + 1))
			echo $n >"$_work/$name.n"
		done
	} >/dev/null 2>&1 &
	workers+=($!)
	names+=("$name")
}

# ---- what flies

# flood NS ADDRESS SIZE
flood() { ip netns exec "$1" ping -f -q -w 5 -s "$3" "$2"; }

# Packets to the data port that are nearly right: octets of good ones changed.
# shellcheck disable=SC2154
hostile()
{
	awk -v seed="$RANDOM" 'BEGIN {
		srand(seed)
		v4 = "450000280001000040110000" "0a020001" "0a010001"
		v6 = "600000000014114020010db8000200000000000000000001" \
			"20010db8000100000000000000000001"
		for (n = 0; n < 2000; n++) {
			hex = "0800000000006400"
			raw = (n % 2 ? v4 : v6) "00350035001400001122334455667788"
			for (k = int(rand() * 4); k > 0; k--) {
				at = int(rand() * length(raw) / 2) * 2
				raw = substr(raw, 1, at) \
					sprintf("%02x", rand() * 256) \
					substr(raw, at + 3)
			}
			if (rand() < 0.2)
				hex = sprintf("%02x", rand() * 256) \
					substr(hex, 3)
			cut = rand() < 0.3 ? " cut=" int(rand() * 70) : ""
			print "o.dst=" (rand() < 0.5 ? "192.0.2.1" : \
				"2001:db8:f::1") " hdr=" hex " raw=" raw cut
		}
	}' | send "$x2"
}

# ---- what comes and goes

# One round of netlink requests, read by one process again and again.
requests()
{
	local r4="1[ 1:ip=192.0.2.2 ]" r6="1[ 1:ip=2001:db8:f::2 ]"

	cat <<-END
		map-new 2:u32=100 3:ip=10.2.0.0 4:u8=16 6[ $r4 ]
		map-new 2:u32=100 3:ip=10.2.0.0 4:u8=16 6[ $r4 $r6 ]
		rloc-set 2:ip=192.0.2.2 4:u32=1
		map-new 2:u32=100 3:ip=10.2.0.1 6[ $r4 ] 7:u32=1
		rloc-set 2:ip=192.0.2.2 4:u32=0
		map-new 2:u32=100 3:ip=10.2.0.0 4:u8=25 5:u32=2
		miss-get,dump
		dev-get,dump
		map-new 2:u32=100 3:ip=10.9.0.0 4:u8=16 5:u32=3 7:u32=1
		local-new 2:u32=100 3:ip=10.2.0.0 4:u8=28
		rloc-get,dump
		local-del 2:u32=100 3:ip=10.2.0.0 4:u8=28
		map-del 2:u32=100 3:ip=10.2.0.0 4:u8=25
		map-del 2:u32=100 3:ip=10.2.0.1
		map-get,dump
		map-flush 2:u32=100
		map-new 2:u32=100 3:ip=2001:db8:2:: 4:u8=48 6[ $r4 ]
	END
}

change_maps()
{
	for _ in {1..20}; do requests; done | in_ns "$x1" "$nlraw"
}

fuzz() { in_ns "$x1" "$nlraw" fuzz 1000 "$RANDOM"; }
dump() { in_ns "$x1" "$nlraw" churn 100 200 3; }
listen() { timeout 3 ip netns exec "$x1" lispctl monitor --kernel; }

# set_up NS SITE: the device of a site, its routes and mappings
set_up()
{
	ip -n "$1" link add lisp100 type lisp id 100
	ip -n "$1" -batch - <<-END
		link set lisp100 master red
		link set lisp100 up
		route replace default dev lisp100 table 100
		route replace default via fe80::1 dev lisp100 table 100
	END
	mapped
}

change_device()
{
	ip -n "$x2" link del lisp100
	set_up "$x2" 2
	ip -n "$x1" link set lisp100 type lisp local 192.0.2.1
	ip -n "$x1" link set lisp100 down
	ip -n "$x1" link set lisp100 type lisp local 0.0.0.0
	set_up "$x1" 1
}

# A VRF, with devices in it and devices that have it as their underlay, one of
# these in a namespace of its own that goes first or last.
change_vrf()
{
	local away=away-$RANDOM

	ip -n "$x1" -batch - <<-END
		link add und type vrf table 200
		link set und up
		link set un1 master und
		link add lisp7 type lisp id 7 underlay und
		link set lisp7 master red
		link set lisp7 up
	END
	in_ns "$x1" lispctl map-cache add iid 7 underlay und \
		prefix 10.2.0.0/16 rloc 203.0.113.2
	ip netns add "$away"
	ip -n "$x1" link set lisp7 netns "$away"
	ip -n "$away" -batch - <<-END
		link set lisp7 up
		addr add 10.1.0.77/32 dev lisp7
		route add default dev lisp7
	END
	ip netns exec "$away" ping -f -q -w 1 10.2.0.77
	if [ $((RANDOM % 2)) = 0 ]; then
		ip -n "$x1" link del und
		ip netns del "$away"
	else
		ip netns del "$away"
		ip -n "$x1" link del und
	fi
}

change_red()
{
	ip -n "$x2" link del red
	ip -n "$x2" link add red type vrf table 100
	ip -n "$x2" -batch - <<-END
		link set red up
		link set eth0 master red
		link set lisp100 master red
		route replace default dev lisp100 table 100
		route replace default via fe80::1 dev lisp100 table 100
	END
}

change_ns()
{
	local ns=ns-$RANDOM

	ip netns add "$ns"
	ip -n "$ns" -batch - <<-END
		link set lo up
		link add lisp0 type lisp
		link set lisp0 up
		addr add 10.1.0.1/32 dev lisp0
		route add default dev lisp0
	END
	ip netns exec "$ns" lispctl monitor --kernel &
	in_ns "$ns" "$nlraw" bulk 0 500
	ip netns exec "$ns" ping -f -q -w 1 10.2.0.1
	kill $!
	ip netns del "$ns"
}

sites
mapped
ip link add un1 netns "$x1" type veth peer name un1 netns "$x2"
ip -n "$x1" link set un1 up
ip -n "$x2" link set un1 up
ip -n "$x1" addr add 203.0.113.1/24 dev un1
ip -n "$x1" link add lisp77 type lisp id 77
check "a ping before" ping1 "$h1" 10.2.0.1

end=$((SECONDS + period)) workers=() names=()
again flood-v4 flood "$h1" 10.2.0.1 56
again flood-v6 flood "$h2" 2001:db8:1::1 3000
again flood-unmapped flood "$h1" 10.9.9.9 200
again hostile hostile
again mappings change_maps
again fuzz fuzz
again dumps dump
again listener listen
again device change_device
again vrf change_vrf
again red change_red
again netns change_ns
wait "${workers[@]}"
for name in "${names[@]}"; do
	n=$(cat "$_work/$name.n" 2>/dev/null)
	check "it went on for $period s: $name, ${n:-0} times" test "${n:-0}" -gt 0
done

set_up "$x2" 2
set_up "$x1" 1
in_ns "$x1" lispctl map-cache flush
mapped
check "packets flow afterwards, IPv4" busywait 20 ping1 "$h1" 10.2.0.1 1 1
check "and IPv6" busywait 20 ping1 "$h1" 2001:db8:2::1 1 1
# shellcheck disable=SC2046 # words
kill $(ip netns pids "$x1") 2>/dev/null
ip netns del "$x1"
check "the namespace goes" not ip netns exec "$x1" true
done_testing
