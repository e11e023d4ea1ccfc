# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# beside
# The Map-Server restarts, forwards instead of answering, refuses wrong keys
# and old messages, and forgets the dead.
# shellcheck disable=SC2154 # what topology.sh sets

ms_restart()
{
	conf_write ms
	lispd_stop ms "${1:-TERM}"
	lispd_start ms
}

of_site()
{
	ctl ms --json show registrations |
		jq "[.[] | select(.site == \"site-$1\")] | length"
}
site_has() { [ "$(of_site "$1")" = "$2" ]; }

# forget NODE: what lispd there has learnt about red.
forget() { ctl "$1" map-cache flush iid 100 origin 9301; }

# ---- restart

ms_restart KILL || fail "the Map-Server starts again"
check_lab "after a crash of the Map-Server every site is back soon" \
	wait_for 60 all_registered
is "none of them was taken for a replay" "$(stat_of ms map-server-replayed)" 0

# ---- a recorded registration, sent again

# resend FILE SED: the first Map-Register of site C in it, changed, from r1.
resend()
{
	local hex

	hex=$(tcpdump -n -x -c 1 -r "$run/reg.pcap" \
		"src host ${rloc4[c]} and udp[8] >> 4 = 3" 2>/dev/null |
		sed -n 's/^\s*0x[0-9a-f]*:\s*//p' | tr -d ' \n')
	# without the IPv4 and UDP headers
	hex=$(sed -E "$1" <<<"${hex:56}")
	printf '%b' "${hex//??/\\x&}" |
		in_ns r1 socat -u - "UDP4-SENDTO:$ms4:4342"
}
watch_start reg ms core "udp port 4342" || fail "capture at the Map-Server"
check "a registration of C is recorded" wait_for 60 watched_some reg \
	"src host ${rloc4[c]} and udp[8] >> 4 = 3"
watch_stop reg
# What was recorded last could be answered as a duplicate: let another pass.
n=$(stat_of ms map-server-registers)
check "others follow" wait_for 60 stat_reaches ms map-server-registers \
	$((n + 6))
n=$(stat_of ms map-server-replayed)
resend ''
check_lab "sent again it is refused as a replay" wait_for 20 stat_reaches ms \
	map-server-replayed $((n + 1))
n=$(stat_of ms map-server-bad-auth)
# four bits of the nonce
resend 's/^(.{22})f/\10/; t; s/^(.{22})./\1f/'
check_lab "with another nonce its authentication is wrong" wait_for 20 \
	stat_reaches ms map-server-bad-auth $((n + 1))

# ---- a wrong key

lispd_stop xtr-c TERM
check "C says goodbye" wait_for 20 site_has c 0
conf_key=not-the-key-of-c conf_write xtr-c
n=$(stat_of ms map-server-bad-auth)
check "C comes with a wrong key" lispd_start xtr-c
check_lab "which is refused" wait_for 30 stat_reaches ms \
	map-server-bad-auth $((n + 1))
is "it is not registered" "$(of_site c)" 0
check "the log says so, with C's address" grep \
	"Map-Register fails authentication, peer ${rloc4[c]}" "$run/ms.log"
check_fails "and no key" grep -E "key-of-(c|site)" "$run"/{ms,xtr-c}.log
lispd_stop xtr-c TERM
conf_write xtr-c
lispd_start xtr-c || fail "C starts with its key"
check_lab "with its own key it is registered" wait_for 60 site_has c 4

# ---- forward mode

conf_mode=forward ms_restart || fail "the Map-Server starts in forward mode"
check_lab "the sites register in forward mode" wait_for 60 all_registered
n=$(stat_of xtr-b answer-replies)
forget xtr-a
check_lab "red-a reaches red-b, whose xTR answers the question, none lost" \
	eval 'in_ns red-a ping -c 3 -i 0.2 -W 20 10.2.0.10 |
		grep " 3 received"'
check "the Map-Server forwarded it" stat_reaches ms map-server-forwarded 1
check "B answered it" stat_reaches xtr-b answer-replies $((n + 1))
is "the Map-Server did not" "$(stat_of ms map-server-proxy-replies)" 0
forget xtr-b
check_lab "B asks for C, which could not answer it: host unreachable" \
	refused red-b 10.3.0.10 "Destination Host Unreachable"
check "there the Map-Server stood in" \
	stat_reaches ms map-server-proxy-for-family 1

# ---- a dead site

conf_timeout=30 ms_restart || fail "the Map-Server starts with 30 s"
# What was registered before keeps the time that it was given then.
renewed()
{
	ctl ms --json show registrations |
		jq -e 'length == 12 and all(.[]; .expires <= 30)' >/dev/null
}
check_lab "all sites have registered anew" wait_for 120 renewed
lispd_stop xtr-c KILL
check_lab "30 s after its last word, C is forgotten" \
	wait_for 90 site_has c 0
is "it expired, it did not withdraw" "$(stat_of ms map-server-expired) $(
	stat_of ms map-server-deregistered)" "4 0"
is "A and B are not" "$(of_site a) $(of_site b)" "4 4"
forget xtr-a
check_lab "its EIDs are unreachable then" \
	refused red-a 10.3.0.10 "Destination Net Unreachable"
lispd_start xtr-c || fail "C starts again"
ms_restart || fail "the Map-Server starts as it was"
check_lab "everybody is back" wait_for 60 all_registered
forget xtr-a
forget xtr-b
