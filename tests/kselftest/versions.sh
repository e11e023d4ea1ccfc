#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# slow
# Map-versions received (RFC 9302), and gleaning.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# shellcheck disable=SC2154
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 3000
map "$x1" 10.2.0.0/16 rloc 192.0.2.2 version 100
map "$x1" 10.7.0.0/16 action drop
monitor "$x1"

switch() { ip -n "$x1" link set lisp100 type lisp "$@"; }
events() { grep -cE " kernel reach $1" "$_work/monitor"; }
events_are() { [ "$(events "$1")" -ge "$2" ]; }

# packet SOURCE-VERSION DEST-VERSION [SRC DST]
packet()
{
	printf 'o.dst=192.0.2.1 hdr=18%03x%03x00006400 i.src=%s i.dst=%s\n' \
		"$1" "$2" "${3:-10.2.0.1}" "${4:-10.1.0.1}"
}

# Each row: source and destination version, what becomes of it; v6 and unknown
# stand for other addresses.
table="
	100 3000 in
	100 0 rx-version-none
	100 3001 rx-version-newer
	100 951 rx-version-newer
	100 952 in
	100 2999 in
	99 3000 rx-source-version
	2149 3000 rx-source-version
	101 3000 in
	2148 3000 in
	0 3000 in
	99 0 rx-version-none
	99 2999 rx-source-version
	5 5 rx-version-none v6
	99 3000 in unknown"
rows()
{
	grep -v '^$' <<<"$table" | while read -r s d _ which; do
		case $which in
		v6) packet "$s" "$d" 2001:db8:2::1 2001:db8:1::1 ;;
		unknown) packet "$s" "$d" 10.99.0.1 ;;
		*) packet "$s" "$d" ;;
		esac
	done
}
want() { awk -v w="$1" '$3 == w { n++ } END { print n + 0 }' <<<"$table"; }
fate() { echo $(($(counter "$x1" rx-packets) + $(all_drops "$x1"))); }
fate_is() { [ "$(fate)" -ge "$1" ]; }
reasons="rx-version-none rx-version-newer rx-source-version"

# all NAME: the table's packets; prints "in none newer source"
all()
{
	local from r before

	from=$(fate)
	before=$(counts)
	rows | send "$x2"
	busywait 20 fate_is $((from + 15))
	paste -d' ' <(xargs -n1 <<<"$before") <(counts | xargs -n1) |
		awk '{ printf "%s%d", (NR > 1 ? " " : ""), $2 - $1 }'
}
counts()
{
	local r

	echo -n "$(counter "$x1" rx-packets)"
	for r in $reasons; do
		echo -n " $(drops "$x1" "$r")"
	done
	echo
}

switch map-versions on
is "not trusted: all come out" "$(all)" "15 0 0 0"
switch map-versions off trusted-underlay on
is "switched off: all come out" "$(all)" "15 0 0 0"
is "and nothing is said of them" "$(events .)" 0
switch map-versions on
is "on: as RFC 9302 says" "$(all)" "$(want in) $(want rx-version-none) $(want \
	rx-version-newer) $(want rx-source-version)"
p="underlay default iid 100 prefix"
check "who is ahead of us is told" busywait 10 events_are \
	"dest-newer $p 10.1.0.0/16 rloc 192.0.2.2 version [0-9]+ own-version 3000" 1
check "so is who is behind" busywait 10 events_are \
	"dest-older $p 10.1.0.0/16 rloc 192.0.2.2 version 2999 own-version 3000" 1
check "and whose mapping is old here" busywait 10 events_are \
	"source-newer $p 10.2.0.0/16 version 2148 own-version 100" 1
is "of a kind, one" "$(($(events source-newer) <= 2))" 1

# Still behind after ten reports, of which there is one a second at most.
go_on()
{
	for ((n = 0; n < 50; n++)); do
		packet 100 2999
	done | send "$x2"
	[ "$(drops "$x1" rx-version-stale)" -gt 0 ]
}
check "who does not listen is refused in the end" busywait 60 go_on
is "after ten reports" "$(events dest-older)" 10
in_ns "$x1" lispctl local add iid 100 prefix 10.1.0.0/16 version 3001
before=$(counter "$x1" rx-packets)
packet 100 2999 | send "$x2"
received() { [ "$(counter "$x1" rx-packets)" -gt "$before" ]; }
check "a new version of ours has ten of its own" busywait 10 received

# --- gleaning ---

known()
{
	in_ns "$x1" lispctl --json map-cache show | jq -c --arg p "$1" \
		'[.[] | select(.prefix == $p) | [.locators[0].address, .flags]]'
}
gleaned() { [ "$(known "$1")" = '[["192.0.2.2",["gleaned"]]]' ]; }
# from SRC...: a packet of each to x1
from()
{
	local src

	for src; do
		echo "o.dst=192.0.2.1 hdr=0800000000006400 i.src=$src i.dst=10.1.0.1"
	done | send "$x2"
}
switch map-versions off
from 10.99.0.1 10.99.0.2
switch gleaning on
is "off: nothing was learned" "$(known 10.99.0.1/32)" "[]"
from 10.99.0.1 10.7.0.1 10.1.5.5 10.2.0.9
check "on: a mapping of the source" busywait 10 gleaned 10.99.0.1/32
check "which somebody is asked to verify" busywait 5 events_are \
	"gleaned $p 10.99.0.1/32 rloc 192.0.2.2" 1
gone() { [ "$(known "$1")" = "[]" ]; }
check "it goes by itself" busywait 15 gone 10.99.0.1/32
is "none of who has a mapping, if only to be dropped, nor of our own" \
	"$(events gleaned)" 1
from 10.99.0.3
busywait 10 gleaned 10.99.0.3/32
check "another origin may replace it" in_ns "$x1" lispctl map-cache add \
	iid 100 prefix 10.99.0.3/32 origin 7 rloc 192.0.2.12
is "and it is verified then" "$(known 10.99.0.3/32)" '[["192.0.2.12",[]]]'
from 10.99.0.3
from 10.99.0.4
busywait 10 gleaned 10.99.0.4/32
is "and stays" "$(known 10.99.0.3/32)" '[["192.0.2.12",[]]]'
monitor_stop
done_testing
