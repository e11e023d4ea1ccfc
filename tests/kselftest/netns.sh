#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# Things go away while packets fly: devices, VRFs, namespaces, the module.
# What is proven is what the kernel's log does not say; the runner reads it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

# traffic: both ways, encapsulated, held and refused, until traffic_stop
flying=()
traffic()
{
	local ns

	# shellcheck disable=SC2154
	for ns in "$h1 10.2.0.1" "$h1 2001:db8:2::1" "$h2 10.1.0.1" \
		"$h1 10.9.9.9"; do
		# shellcheck disable=SC2086
		set -- $ns
		ip netns exec "$1" ping -q -i 0.02 "$2" >/dev/null 2>&1 &
		flying+=($!)
	done
	tx=$(counter "$x1" tx-packets)
	busywait 10 sent_more "$x1" $((tx + 50))
}

traffic_stop()
{
	kill "${flying[@]}" 2>/dev/null
	wait "${flying[@]}" 2>/dev/null
	flying=()
}

# renew: x1's device and what it needs, after it was taken away
# shellcheck disable=SC2154
renew()
{
	ip -n "$x1" link show red >/dev/null 2>&1 || {
		ip -n "$x1" link add red type vrf table 100
		ip -n "$x1" link set red up
		ip -n "$x1" link set eth0 master red
	}
	ip -n "$x1" link show lisp100 >/dev/null 2>&1 ||
		ip -n "$x1" link add lisp100 type lisp id 100
	ip -n "$x1" -batch - <<-END
		link set lisp100 master red
		link set lisp100 up
		route replace default dev lisp100 table 100
		route replace default via fe80::1 dev lisp100 table 100
	END
	mapped
}

flows() { busywait 20 ping1 "$h1" 10.2.0.1 1 1; }

sites
mapped
monitor "$x1"
check "traffic flies" traffic
for ((n = 0; n < 3; n++)); do
	ip -n "$x1" link del lisp100 || fail "delete of the device, round $n"
	renew
done
check "a device deleted three times: it flows again" flows

for ((n = 0; n < 3; n++)); do
	ip -n "$x1" link set lisp100 down
	ip -n "$x1" link set lisp100 up
	ip -n "$x1" route replace default dev lisp100 table 100
	ip -n "$x1" -6 route replace default via fe80::1 dev lisp100 table 100
done
check "a device down and up three times: it flows again" flows

setup_ns away
# shellcheck disable=SC2154
for ((n = 0; n < 2; n++)); do
	ip -n "$x1" link set lisp100 netns "$away"
	ip -n "$away" link set lisp100 up
	ip -n "$away" link set lisp100 netns "$x1"
	renew
done
check "a device moved away and back twice: it flows again" flows

for ((n = 0; n < 2; n++)); do
	ip -n "$x1" link del red
	renew
done
check "its VRF deleted twice: it flows again" flows

# mappings and local EIDs change under it
for ((n = 0; n < 5; n++)); do
	in_ns "$x1" lispctl map-cache flush
	mapped 192.0.2.1 2001:db8:f::2
	mapped
done
check "mappings changed: it flows again" flows
monitor_stop

# a namespace goes with its device; one that has another's device; the
# underlay of a device elsewhere
for ((n = 0; n < 3; n++)); do
	setup_ns gone there
	# shellcheck disable=SC2154
	ip -n "$gone" link add lisp5 type lisp id 5
	ip -n "$gone" link set lisp5 up
	ip -n "$gone" link add lisp6 type lisp id 6
	# shellcheck disable=SC2154
	ip -n "$gone" link set lisp6 netns "$there"
	ip -n "$there" link set lisp6 up
	ip netns del "$gone"
	check "the device goes with its underlay's namespace, round $n" \
		busywait 20 not ip -n "$there" link show lisp6
	ip netns del "$there"
done
for pid in $(ip netns pids "$x1"); do kill "$pid"; done
ip netns del "$x1"
check "the namespace of a router under traffic goes" \
	not ip netns exec "$x1" true
traffic_stop

# the module
sites
mapped
check "traffic flies again" traffic
check "the module is unloaded under traffic" modprobe -r lisp
check "and its devices with it" not ip -n "$x1" link show lisp100
modprobe lisp
ip -n "$x2" link add lisp100 type lisp id 100
ip -n "$x2" link set lisp100 master red
ip -n "$x2" link set lisp100 up
ip -n "$x2" route replace default dev lisp100 table 100
ip -n "$x2" -6 route replace default via fe80::1 dev lisp100 table 100
renew
check "and it flows with the new one" flows
traffic_stop
done_testing
