#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# slow
# Echo-nonce: asking, echoing, the verdicts, and both at once.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites trusted-underlay on
mapped
echo 3 >/sys/module/lisp/parameters/echo_wait
echo 4 >/sys/module/lisp/parameters/echo_interval
a=192.0.2.2 b=192.0.2.11
# shellcheck disable=SC2154
ip -n "$x2" addr add $b/24 dev un0
map "$x1" 10.2.0.0/16 rloc $a priority 1 echo-nonce yes rloc $b priority 2
monitor "$x1"

switch() { ip -n "$1" link set lisp100 type lisp echo-nonce "$2"; }
state() { in_ns "$x1" lispctl --json rloc show "$1" | jq -r '.[0].state'; }
state_is() { [ "$(state "$1")" = "$2" ]; }

# Traffic both ways while a command waits for something.
traffic()
{
	local pid rc

	# not in_ns: what is killed has to be ping itself
	nsenter --net="/run/netns/$h1" ping -q -i 0.2 10.2.0.1 \
		>/dev/null 2>&1 &
	pid=$!
	"$@"
	rc=$?
	kill $pid
	wait $pid 2>/dev/null
	return $rc
}

# asked NAME NS: until a packet that came in there asks; prints its header
asked()
{
	sniff "$1" "$2" un0 -c 200 -t "${3:-10}" i.proto=1
}
headers() { grep -o 'hdr=[0-9a-f]*' "$_work/$1.out" | cut -d= -f2; }
has() { headers "$1" | grep -q "^$2"; }

# Nobody asks while it is off, or before anything came from there.
asked off "$x2" 5
traffic busywait 20 test -e "$_work/off.status"
is "off: no nonce" "$(headers off | sort -u)" 0800000000006400

# x2 has it off: it gets the question, and does not answer.
switch "$x1" on
asked quiet "$x2" 30
check "on: a nonce, asking for its echo" traffic busywait 15 has quiet a8
check "packets come, no echo: unreachable" traffic busywait 20 \
	state_is $a unreachable-nonce
is "one nonce while it asked" "$(headers quiet | grep ^a8 | sort -u | wc -l)" 1
check "an event tells" busywait 5 grep -q \
	" kernel rloc .*address $a .*state unreachable-nonce" "$_work/monitor"
sniff other "$x2" un0 -c 1 i.proto=1 i.type=8
check "the next locator gets the traffic" ping1 "$h1" 10.2.0.1
is "indeed" "$(field "$(sniffed other)" o.dst)" $b

# x2 answers.
switch "$x2" on
in_ns "$x1" lispctl rloc set $a state up
asked asks "$x2" 40
asked tells "$x1" 40
check "it asks again" traffic busywait 20 has asks a8
check "and is answered" traffic busywait 10 has tells 88
nonce=$(headers asks | grep -m1 ^a8)
is "with its own nonce" "$(headers tells | grep -m1 ^88)" "88${nonce:2}" ||
	note "asks: $(headers asks | uniq -c | xargs)" \
		"tells: $(headers tells | uniq -c | xargs)"
count() { headers asks | grep -c "^a8"; }
n=$(count)
check "then it is quiet" traffic busywait 10 has tells 08
# for longer than it would have waited
asked later "$x2" 5
traffic busywait 20 test -e "$_work/later.status"
is "and up" "$(state $a)" up

# Both ask at once.
map "$x2" 10.1.0.0/16 rloc 192.0.2.1 echo-nonce yes
asked up "$x2" 60
asked back "$x1" 60
both() { has up a8 && has up 88 && has back a8 && has back 88; }
check "both ask, both are answered" traffic busywait 40 both
is "x1 finds x2 up" "$(state $a)" up
is "x2 finds x1 up" "$(in_ns "$x2" lispctl --json rloc show 192.0.2.1 |
	jq -r '.[0].state')" up

# The peer's answers get lost, ours too: nothing is heard, nothing is said.
in_ns "$x2" lispctl map-cache add iid 100 prefix 10.1.0.0/16 action drop
traffic busywait 12 state_is $a unreachable-nonce
is "silence is no verdict" "$(state $a)" up
monitor_stop
done_testing
