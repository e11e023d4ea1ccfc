#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# once
# timeout 400
# Source RLOCs: which one an outer packet has, which families are sent in, and
# what becomes of both when the configuration or the routes change.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
ip -n "$x1" addr add 192.0.2.77/24 dev un0
ip -n "$x1" addr add 2001:db8:f::77/64 dev un0 nodad
set_link() { ip -n "$x1" link set lisp100 type lisp "$@"; }

# outer: source and destination of the outer header of a packet from h1
# shellcheck disable=SC2154
outer()
{
	local line

	sniff outer "$x2" un0 -c 1 -t 20 i.proto=17 || return 1
	echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
	line=$(sniffed outer)
	echo "$(field "$line" o.src) $(field "$line" o.dst)"
}

is "nothing configured: the address routing prefers" "$(outer)" \
	"192.0.2.1 192.0.2.2"
# The RLOC's cached route is now one for that source.
set_link local 192.0.2.77
is "a configured source is used, whatever was cached" "$(outer)" \
	"192.0.2.77 192.0.2.2"
is "and again" "$(outer)" "192.0.2.77 192.0.2.2"
set_link local 0.0.0.0
is "removed: what routing prefers" "$(outer)" "192.0.2.1 192.0.2.2"

# a second device of the underlay with another source, to the same RLOC
ip -n "$x1" link add other type vrf table 102
ip -n "$x1" link set other up
ip -n "$x1" link add lisp102 type lisp id 102 local 192.0.2.77
ip -n "$x1" link set lisp102 master other
ip -n "$x1" link set lisp102 up
ip -n "$x1" route add default dev lisp102 table 102
setup_ns ho
# shellcheck disable=SC2154
veth "$ho" eth0 10.1.0.1/24 "$x1" eth2 10.1.0.254/24
ip -n "$x1" link set eth2 master other
ip -n "$ho" route add default via 10.1.0.254
iid=102 map "$x1" 10.2.0.0/16 rloc 192.0.2.2
sniff outer "$x2" un0 -c 4 -t 20 i.proto=17
for n in 1 2; do
	echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"
	echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$ho"
done
is "two devices with two sources, one RLOC" \
	"$(sniffed outer | while read -r line; do field "$line" o.src; done |
		sort | uniq -c | xargs)" "2 192.0.2.1 2 192.0.2.77"

# families: one source RLOC alone means this router has that family alone
both="rloc 192.0.2.2 rloc 2001:db8:f::2"
# shellcheck disable=SC2086
map "$x1" 10.2.0.0/16 $both
set_link local6 2001:db8:f::77
is "local6 alone: IPv6 out of a mixed set" "$(outer)" \
	"2001:db8:f::77 2001:db8:f::2"
map "$x1" 10.2.0.0/16 rloc 192.0.2.2
sniff icmp "$h1" eth0 -t 20 i.proto=1 i.type=3
dropped "local6 alone: a set of IPv4 alone" "$x1" no-family 1 \
	eval 'echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"'
is "the sender hears host unreachable" "$(field "$(sniffed icmp)" i.code)" 1
set_link local6 ::
set_link local 192.0.2.77
# shellcheck disable=SC2086
map "$x1" 10.2.0.0/16 $both
is "local alone: IPv4 out of a mixed set" "$(outer)" "192.0.2.77 192.0.2.2"
set_link local 0.0.0.0

# nothing configured, one family without a route: the other one carries it
map "$x1" 10.2.0.0/16 rloc 203.0.113.2 rloc 2001:db8:f::2
is "no route to the IPv4 locator: the IPv6 one" \
	"$(outer | cut -d' ' -f2)" 2001:db8:f::2
map "$x1" 10.2.0.0/16 rloc 192.0.2.2 rloc 2001:db8:51::2
is "no route to the IPv6 locator: the IPv4 one" "$(outer)" \
	"192.0.2.1 192.0.2.2"
map "$x1" 10.2.0.0/16 rloc 203.0.113.2
dropped "no route to any" "$x1" no-route 1 \
	eval 'echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"'

# through other tunnels an outer packet comes back just as well
if ip -n "$x1" link add g0 type gre local 192.0.2.1 remote 198.51.100.9 \
	2>/dev/null
then
	ip -n "$x1" link set g0 up
	ip -n "$x1" link add lisp0 type lisp
	ip -n "$x1" link set lisp0 up
	ip -n "$x1" route add 198.51.100.0/24 dev lisp0
	ip -n "$x1" route add 203.0.113.0/24 dev g0
	iid=0 map "$x1" 198.51.100.0/24 rloc 203.0.113.2
	map "$x1" 10.2.0.0/16 rloc 203.0.113.2
	dropped "lisp over GRE over lisp" "$x1" loop 1 \
		eval 'echo "i.src=10.1.0.1 i.dst=10.2.0.1" | send "$h1"'
else
	skip "lisp over GRE over lisp" "no GRE in this kernel"
fi

# no redirects about a packet that turns round
local_eid "$x2" 10.6.0.0/16
map "$x1" 10.6.0.0/16 rloc 192.0.2.2
sniff icmp "$h1" eth0 -t 20 i.proto=1
echo "i.src=10.1.0.1 i.dst=10.6.0.1" | send "$h1"
is "a packet that turns round: host unreachable, no redirect" \
	"$(line=$(sniffed icmp); field "$line" i.type; field "$line" i.code)" \
	"3
1"

# a VRF and the devices over it, removed by one request
ip -n "$x1" link add ured type vrf table 9
ip -n "$x1" link set ured up
ip -n "$x1" link add lispu type lisp id 7 underlay ured
ip -n "$x1" link set ured group 7
ip -n "$x1" link set lispu group 7
check "an underlay and its device in one batch" ip -n "$x1" link del group 7
check_fails "both are gone" ip -n "$x1" link show lispu
done_testing
