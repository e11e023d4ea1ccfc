#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# slow
# Locator-status-bits received: what they take out, for whom, and what they
# leave alone.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
a=192.0.2.2 b=192.0.2.11
# shellcheck disable=SC2154
ip -n "$x2" addr add $b/24 dev un0
map "$x1" 10.2.0.0/16 rloc $a rloc $b version 7
map "$x1" 10.4.0.0/16 rloc $a rloc $b
monitor "$x1"

# says HDR [SOURCE]: a packet of x2's site with this header reaches x1
says()
{
	local before

	before=$(counter "$x1" rx-packets)
	echo "o.dst=192.0.2.1 hdr=$1 i.src=${2:-10.2.0.1} i.dst=10.1.0.1" |
		send "$x2"
	busywait 10 received $((before + 1))
}
received() { [ "$(counter "$x1" rx-packets)" -ge "$1" ]; }

# down [PREFIX]: locators of it that status bits took out
down()
{
	in_ns "$x1" lispctl --json map-cache show | jq -r \
		--arg p "${1:-10.2.0.0/16}" '[.[] | select(.prefix == $p) |
		.locators[] | select(."status-down") | .address] | join(" ")'
}
down_is() { [ "$(down "${2:-}")" = "$1" ]; }
events() { grep -c " kernel reach $1" "$_work/monitor"; }
events_are() { [ "$(events "$1")" -ge "$2" ]; }

switch() { ip -n "$x1" link set lisp100 type lisp "$@"; }

# chosen DST: the RLOCs that 40 flows take
chosen()
{
	local n

	sniff flows "$x2" un0 -c 40 -t 20 i.proto=17 i.dst="$1"
	for ((n = 0; n < 40; n++)); do
		echo "i.src=10.1.0.1 i.dst=$1 i.sport=$((3000 + n)) i.len=1"
	done | send "$h1"
	sniffed flows | grep -o 'o.dst=[^ ]*' | sort -u | xargs
}

switch status-bits on
says 4800000000006401
is "not trusted: ignored" "$(down)" ""
switch status-bits off trusted-underlay on
says 4800000000006401
is "trusted, but switched off: ignored" "$(down)" ""

switch status-bits on
says 48000000000064ff
is "all up: nothing changes" "$(down)" ""
says 0800000000006401
is "bits that L does not announce" "$(down)" ""
says 4800000000006401 10.5.0.1
is "no event yet" "$(events status-bits)" 0
says 4800000000006401
check "the second one is down" busywait 10 down_is $b
check "an event tells" busywait 10 events_are \
	"status-bits underlay default iid 100 prefix 10.2.0.0/16 status-bits 0x1" 1
is "this mapping's flows avoid it" "$(chosen 10.2.0.1)" "o.dst=$a"
is "another mapping's do not" "$(chosen 10.4.0.1)" "o.dst=$b o.dst=$a"
is "the RLOC object is up" "$(in_ns "$x1" lispctl --json rloc show $b |
	jq -r '.[0].state')" up
like "lispctl shows it" "$(in_ns "$x1" lispctl map-cache show)" \
	"10.2.0.0/16.*$b 1/100 status-down"

# what the daemon does when it refreshes a mapping, and when the set is new
map "$x1" 10.2.0.0/16 rloc $a priority 3 rloc $b version 7
is "the same locators, replaced: still down" "$(down)" $b
map "$x1" 10.2.0.0/16 rloc $a rloc 192.0.2.12 version 7
is "other locators: nothing is known of them" "$(down)" ""
map "$x1" 10.2.0.0/16 rloc $a rloc $b version 7
busywait 10 down_is "" || fail "a new set"

says 4800000000006400
check "all down" busywait 10 down_is "$a $b"
dropped "then nothing can be sent" "$x1" no-locator 1 \
	ping1 "$h1" 10.2.0.1 1 1
says 4800000000006403
check "all up again" busywait 10 down_is ""
check "and packets go" ping1 "$h1" 10.2.0.1

# bits of another version of the mapping number other locators
switch map-versions on
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 5
says 5800800500006401
check "a newer source version is told" busywait 10 events_are \
	"source-newer .* version 8 own-version 7" 1
is "its bits are not believed" "$(down)" ""
says 5800700500006401
check "those of our version are" busywait 10 down_is $b
switch map-versions off
says 4800000000006403
busywait 10 down_is ""

# Bits that go up and down with each packet: a reaction a second at most.
before=$(events status-bits) start=$SECONDS
for ((n = 0; n < 400; n++)); do
	echo "o.dst=192.0.2.1 hdr=480000000000640$((n % 2 * 2 + 1)) i.src=10.2.0.1 i.dst=10.1.0.1"
done | send "$x2"
says 4800000000006401
check "the last word counts" busywait 10 down_is $b
n=$(($(events status-bits) - before)) most=$((SECONDS - start + 2))
check "400 changes: $n events, at most $most" [ "$n" -le "$most" ]
monitor_stop
done_testing
