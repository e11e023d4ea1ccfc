#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# The control planes of Documentation/examples: a ping whose miss they answer.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

examples=$LISP_TOP/Documentation/examples
spec=$LISP_TOP/Documentation/netlink/specs/lisp.yaml
export PYTHONPATH=$LISP_TOP/build/ynl/tools/net/ynl
sites
# shellcheck disable=SC2154
local_eid "$x1" 10.1.0.0/16 2001:db8:1::/48
# shellcheck disable=SC2154
local_eid "$x2" 10.2.0.0/16 2001:db8:2::/48
map "$x2" 10.1.0.0/16 rloc 192.0.2.1
map "$x2" 2001:db8:1::/48 rloc 192.0.2.1

# answers NAME EIDS COMMAND...: while it runs, EIDS answer the first ping
answers()
{
	local name=$1 eids=$2 e pid

	shift 2
	ip netns exec "$x1" "$@" >"$_work/said" 2>"$_work/err" &
	pid=$!
	busywait 60 grep -qx listening "$_work/said" ||
		note "$(cat "$_work/err")"
	for e in $eids; do
		# shellcheck disable=SC2154
		check "$name: the first ping to $e" ping1 "$h1" "$e" 1 30
		check "$name: its miss was answered" \
			busywait 10 grep -qx "$e mapped" "$_work/said"
	done
	check_fails "$name: an EID of no prefix" ping1 "$h1" 10.9.0.1
	is "$name: is dropped" "$(in_ns "$x1" lispctl --json map-cache get \
		10.9.0.1 iid 100 | jq -c '.[0] | [.prefix, .action, .origin]')" \
		'["10.9.0.1/32","drop",4242]'
	is "$name: nothing was refused" "$(cat "$_work/err")" ""
	check_fails "$name: an EID whose mapping the kernel refuses" \
		ping1 "$h1" 10.3.0.1 1 1
	like "$name: and why" "$(cat "$_work/err")" \
		"^10.3.0.1: .* Invalid argument:? an RLOC is a unicast address"
	kill $pid
	wait $pid 2>/dev/null
	in_ns "$x1" lispctl map-cache flush origin 4242
}

# the longer prefix is the right one, whichever comes first
refused=10.3.0.0/16=127.0.0.1
answers "in C" 10.2.0.1 "$LISP_TOP/build/kselftest/answer-misses" 100 \
	10.0.0.0/14=192.0.2.99 10.2.0.0/16=192.0.2.2 10.2.0.0/15=192.0.2.99 \
	$refused
if [ -e "$PYTHONPATH/lib" ]; then
	answers "in Python" "10.2.0.1 2001:db8:2::1" python3 -B \
		"$examples/answer-misses.py" "$spec" 100 \
		10.0.0.0/14=192.0.2.99 10.2.0.0/16=192.0.2.2 \
		10.2.0.0/15=192.0.2.99 2001:db8:2::/48=192.0.2.2 $refused
	check_fails_with "in Python: a prefix with bits too many" \
		"10.2.0.1/16=192.0.2.2: not PREFIX/LENGTH=RLOC" \
		python3 -B "$examples/answer-misses.py" "$spec" 100 \
		10.2.0.1/16=192.0.2.2
else
	skip "in Python" "no YNL library: run tests/deps ynl"
fi

# what is no table is said so before anything else
for word in 10.2.0.0/33=192.0.2.2 10.2.0.1/16=192.0.2.2 10.2.0.0/16=192.0.2 \
	10.2.0.0/16=192.0.2.2x 10.2.0.0/16; do
	check_fails_with "in C: $word" "$word: not PREFIX/LENGTH=RLOC" \
		"$LISP_TOP/build/kselftest/answer-misses" 100 "$word"
done
for word in 16777215 1x; do
	check_fails_with "in C: $word" "$word: not an Instance-ID" \
		"$LISP_TOP/build/kselftest/answer-misses" "$word" \
		10.2.0.0/16=192.0.2.2
done
done_testing
