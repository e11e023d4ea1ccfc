# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The first packet to an EID that nobody has asked for yet.

# shellcheck disable=SC2016
no_drops='[.[] | select(.iid == 100) | .drops[]] | add // 0'

check "xtr-a knows nothing of B" not map_has xtr-a 100 10.2.0.0/16
check_lab "not even the first of five pings is lost" \
	in_ns red-a ping -c 5 -i 0.2 -W 20 10.2.0.10
is "it was one question" "$(stat_of xtr-a resolve-requests)" 1
check "the entry is the registered prefix, with B's RLOC" map_has xtr-a 100 \
	10.2.0.0/16 '.action == "forward" and
		[.locators[].address] == ["2001:db8:0:b::1"]'
check "every packet is counted on the entry" map_has xtr-a 100 10.2.0.0/16 \
	'.packets == 5 and .bytes == 5 * 84'
check "lispd has the entry, too" eval \
	'ctl xtr-a --json show map-cache | jq -e "any(.[]; .iid == 100 and
		.prefix == \"10.2.0.0/16\" and .action == \"forward\")"'
is "no packet was dropped at A" \
	"$(ctl xtr-a --json device show | jq "$no_drops")" 0
is "none at B" "$(ctl xtr-b --json device show | jq "$no_drops")" 0
check "blue has not learnt it from red" not map_has xtr-a 200 10.2.0.0/16
