#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# Attributes of the link: defaults, display, refusals, what may change.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp vrf veth dummy
setup_ns a b
# shellcheck disable=SC2154
l() { ip -n "$a" link "$@"; }

attr()
{
	ip -n "$a" -d -j link show "$1" | jq -r ".[0].linkinfo.info_data.$2"
}

l add eth7 type dummy
l add ured type vrf table 9
l set ured up

check "default device without options" l add lisp0 type lisp
is "default Instance-ID" "$(attr lisp0 id)" 0
is "default port" "$(attr lisp0 port)" 4341
like "point-to-point, no ARP" "$(l show lisp0)" "POINTOPOINT.*NOARP|NOARP.*POINTOPOINT"
like "no link-layer address" "$(l show lisp0)" "link/none"
like "MTU leaves room for IPv6, UDP and LISP" "$(l show lisp0)" "mtu 1444"
l del lisp0
check "default device without the plugin" env IP_LIB_DIR=/nonexistent \
	ip -n "$a" link add lisp0 type lisp
l del lisp0

check "all options" l add lisp5 type lisp id 5 local 192.0.2.1 \
	local6 2001:db8::1 port 5000 underlay ured native eth7 proxy on
is "id is shown" "$(attr lisp5 id)" 5
is "local is shown" "$(attr lisp5 local)" 192.0.2.1
is "local6 is shown" "$(attr lisp5 local6)" 2001:db8::1
is "port is shown" "$(attr lisp5 port)" 5000
is "underlay is shown" "$(attr lisp5 underlay)" ured
is "native is shown" "$(attr lisp5 native)" eth7
is "proxy is shown" "$(attr lisp5 proxy)" true
like "ip -d shows them too" "$(ip -n "$a" -d link show lisp5)" \
	"lisp id 5 local 192.0.2.1 local6 2001:db8::1 port 5000 underlay ured native eth7 proxy on"

check "same Instance-ID in another underlay" l add lisp5b type lisp id 5
check_fails_with "same Instance-ID in one underlay" "Instance-ID" \
	l add lisp5c type lisp id 5 port 5001
check "an Instance-ID of 16777214" l add lispmax type lisp id 16777214
l del lispmax

# change and its limits
check "local can change" l set lisp5 type lisp local 192.0.2.9
is "local has changed" "$(attr lisp5 local)" 192.0.2.9
check "local can go" l set lisp5 type lisp local 0.0.0.0
is "local is gone" "$(attr lisp5 local)" null
check "native can go" l set lisp5 type lisp native none
is "native is gone" "$(attr lisp5 native)" null
check_fails_with "id cannot change" "Instance-ID" l set lisp5 type lisp id 6
check_fails_with "port cannot change" "port" l set lisp5 type lisp port 6
check_fails_with "underlay cannot change" "underlay" \
	l set lisp5 type lisp underlay none
check_fails_with "proxy cannot change" "mode" l set lisp5 type lisp proxy off
is "nothing of that has changed" \
	"$(attr lisp5 id) $(attr lisp5 port) $(attr lisp5 underlay) $(attr lisp5 proxy)" \
	"5 5000 ured true"

# wrong values: `ip` itself refuses some, so the kernel is asked by raw
# octets where the plugin would be in the way
check_fails_with "multicast local" "unicast" \
	l add bad type lisp id 7 local 224.0.0.1
check_fails_with "broadcast local" "unicast" \
	l add bad type lisp id 7 local 255.255.255.255
check_fails_with "multicast local6" "unicast" \
	l add bad type lisp id 7 local6 ff02::1
check_fails_with "underlay that is no VRF" "VRF" \
	l add bad type lisp id 7 underlay eth7
l add lisp8 type lisp id 8
check_fails_with "native that is a lisp device" "lisp" \
	l add bad type lisp id 7 native lisp8
check_fails_with "native that is itself" "lisp" \
	l set lisp8 type lisp native lisp8
check_fails "a refused device is not there" l show bad
check_fails_with "a bridge refuses it" "" \
	bash -c "ip -n $a link add br0 type bridge && ip -n $a link set lisp8 master br0"

# MTU
check_fails "MTU below 68" l set lisp8 mtu 60
check "MTU 9000" l set lisp8 mtu 9000

# two devices, one socket; the second goes without harm to the first
check "listens on 4341" bash -c \
	"ip -n $a link set lisp8 up; ip netns exec $a ss -Huln | grep -q :4341"
l add lisp9 type lisp id 9
l set lisp9 up
l del lisp9
check "still listens after one of two is gone" bash -c \
	"ip netns exec $a ss -Huln | grep -q :4341"
l del lisp8
l del lisp5b
check "does not listen when all are gone" not bash -c \
	"ip netns exec $a ss -Huln | grep -q :4341"

# in another namespace it keeps its underlay
l add lisp10 type lisp id 10
# shellcheck disable=SC2154
check "moves to another namespace" l set lisp10 netns "$b"
check "its port is where it was made" bash -c \
	"ip -n $b link set lisp10 up; ip netns exec $a ss -Huln | grep -q :4341"
check_fails_with "its Instance-ID is taken where it was made" "Instance-ID" \
	l add lisp10 type lisp id 10
ip -n "$b" link del lisp10

# the VRF below goes: so does the device
l del ured
check "the device goes with its underlay" busywait 5 not l show lisp5

# both in one batch, the VRF first
l add v11 type vrf table 11
l add lisp11 type lisp id 11 underlay v11
l set v11 group 7
l set lisp11 group 7
check "VRF and device go in one batch" l del group 7
check_fails "both are gone" bash -c "ip -n $a link show lisp11 || ip -n $a link show v11"

# What `ip -d` shows of a device can be given again, by the `ip` of each Debian
# that tests/deps suites has unpacked, too.
shown()
{
	"${ip[@]}" -d link show "$1" |
		sed -n 's/ addrgenmode .*//; s/^ *lisp *//p'
}
again()
{
	local first

	"${ip[@]}" link add lisp20 type lisp "$@" || return 1
	first=$(shown lisp20)
	"${ip[@]}" link del lisp20
	echo "$first"
	# shellcheck disable=SC2086 # words
	"${ip[@]}" link add lisp20 type lisp $first || return 1
	[ "$(shown lisp20)" = "$first" ] || shown lisp20
	"${ip[@]}" link del lisp20
}
l add v20 type vrf table 20
off="trusted-underlay off status-bits off echo-nonce off map-versions off
	gleaning off icmp-unreachable off rx-counters off"
all="id 20 local 192.0.2.1 local6 2001:db8::1 port 5020 underlay v20
	native eth7 proxy on trusted-underlay on status-bits on echo-nonce on
	map-versions on gleaning on icmp-unreachable on rx-counters on ttl 7
	tos 0xb8 ecn off path-mtu 1400 gpe on udpcsum noudp6zerocsumtx"
for root in / "$LISP_TOP"/build/suites/*/; do
	ip=(ip netns exec "$a")
	if [ "$root" = / ]; then
		ip+=(ip)
	else
		[ -e "$root/bin/ip" ] || continue
		for d in "$root"/usr/lib/*-linux-gnu/; do
			install -D "$LISP_TOP/build/link_lisp.so" \
				"$d/ip/link_lisp.so"
		done
		ip+=(env -u IP_LIB_DIR chroot "$root" /bin/ip)
	fi
	of="as ip of $root shows it"
	# shellcheck disable=SC2086 # words
	is "all that can be said of a device, $of" "$(again $all)" \
		"$(xargs <<<"$all")"
	is "nothing said, $of" "$(again)" "$(xargs <<<"id 0 port 4341 proxy off
		$off ttl inherit tos inherit ecn on gpe off")"
	is "an external device, $of" "$(again external udp6zerocsumtx)" \
		"$(xargs <<<"external port 4341 proxy off $off ttl inherit
			tos inherit ecn on gpe off udp6zerocsumtx")"
done
l del v20

# Attributes of a length that is not theirs.  Of one octet: 6 and up are.
words=()
for n in {1..19}; do
	for len in 0 1 2 3 5 7 8 15 17; do
		case $n:$len in
		4:2 | [7-9]:1 | 1?:1) continue ;;
		esac
		words+=("$n" "$len")
	done
done
is "attributes of wrong lengths are refused" \
	"$(ip netns exec "$a" linkraw "${words[@]}" |
		grep -cE "^(EINVAL|ERANGE)$")" $((${#words[@]} / 2))
done_testing
