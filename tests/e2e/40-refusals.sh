# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What cannot be reached is refused at once, told by ICMP, and counted.

before=$(drops xtr-a 100 native-no-device)
check_lab "nobody registered 10.9.0.1: net unreachable" \
	refused red-a 10.9.0.1 "Destination Net Unreachable"
check_lab "nobody registered 2001:db8:d::1: no route" \
	refused red-a 2001:db8:d::1 "Destination unreachable: No route"
is "both are counted" $(($(drops xtr-a 100 native-no-device) - before)) 2
check "the answer covers all that is no EID, and nothing that is" map_has \
	xtr-a 100 10.8.0.0/13 '.action == "native" and .expires <= 900 and
		.locators == []'
check "the other VPN has no part in it" not map_has xtr-a 200 10.8.0.0/13
asked=$(stat_of xtr-a resolve-requests)
check "its neighbour 10.12.0.1 is refused, too" \
	refused red-a 10.12.0.1 "Destination Net Unreachable"
is "without another question" "$(stat_of xtr-a resolve-requests)" "$asked"

before=$(drops xtr-b 100 no-family)
check_lab "B to C, IPv4: host unreachable" \
	refused red-b 10.3.0.10 "Destination Host Unreachable"
check_lab "B to C, IPv6: address unreachable" refused red-b 2001:db8:c::10 \
	"Destination unreachable: Address unreachable"
is "both are counted as no-family" $(($(drops xtr-b 100 no-family) - before)) 2
check_lab "C to B, likewise" \
	refused blue-c 10.2.0.10 "Destination Host Unreachable"

before=$(drops xtr-b 100 tx-local-eid)
check_lab "an EID of B where no host is: host unreachable, from B" \
	refused red-a 10.2.77.7 "Destination Host Unreachable"
is "counted there, and not sent round in circles" \
	$(($(drops xtr-b 100 tx-local-eid) - before)) 1
