# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Who registered what, as the Map-Server and as the sites see it.
# shellcheck disable=SC2154 # what topology.sh sets

# registration SITE IID PREFIX LOCATORS: one registrant, asking for proxy
# replies, with these locators (sorted, one string).
registration()
{
	ctl ms --json show registrations | jq -e --arg s "site-$1" \
		--argjson i "$2" --arg p "$3" --arg l "$4" \
		'[.[] | select(.iid == $i and .prefix == $p)] |
		 length == 1 and .[0].site == $s and .[0].proxy and
		 ([.[0].locators[].address] | sort | join(" ")) == $l'
}

registered_everywhere()
{
	ctl "$1" --json show database | jq -e 'length == 4 and
		all(.[]; ."map-servers" | length > 0 and
			all(.[]; .registered))'
}

check "red's IPv4 prefix of A, with both locators" registration a 100 \
	10.1.0.0/16 "192.0.2.1 2001:db8:0:a::1"
check "blue's IPv4 prefix of B, with its IPv6 locator" registration b 200 \
	10.2.0.0/16 2001:db8:0:b::1
check "red's IPv6 prefix of C, with its IPv4 locator" registration c 100 \
	2001:db8:c::/48 203.0.113.1
for n in xtr-a xtr-b xtr-c; do
	check "$n knows that all it has is registered" wait_for 20 \
		registered_everywhere "$n"
done
is "nothing was refused" "$(stat_of ms map-server-records-refused) $(
	stat_of ms map-server-bad-auth) $(stat_of ms map-server-replayed)" \
	"0 0 0"

# lig_self NODE WORDS...
lig_self() { in_ns "$1" lig -S "$run/$1.sock" "${@:2}" self; }

for n in xtr-a xtr-b; do
	is "lig self: all four of $n are as registered" "$(lig_self "$n" |
		grep -c ': as here, says')" 4
done
is "lig self of one VPN" "$(lig_self xtr-a -i 200 -j | jq -c '[.[].iid]')" \
	"[200,200]"
check_fails_with "lig self where no lispd is" "No such file" lig_self ms -S /none
