# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lispd dies, comes back, ends: what stays, what goes, what was never its own.
# shellcheck disable=SC2154 # what topology.sh sets

x=xtr-a

# ---- what it runs as

# status_of FIELD
status_of()
{
	sed -n "s/^$1:\s*//p" "/proc/${lispd_pid[$x]}/status"
}
nobody=$(id -u nobody)
is "lispd gave up root" "$(status_of Uid | tr '\t' ' ')" \
	"$nobody $nobody $nobody $nobody"
is "its group, too" "$(status_of Groups)" ""
for f in CapPrm CapEff; do
	is "$f is CAP_NET_ADMIN and nothing else" "$(status_of $f)" \
		0000000000001000
done
is "nothing for a child to inherit" "$(status_of CapInh) $(status_of CapAmb)" \
	"0000000000000000 0000000000000000"

# ---- a second one

second() { in_ns $x timeout -s KILL 60 lispd -c "$run/second.conf"; }
sed "s/$x\.\(sock\|state\)/second.\1/" "$run/$x.conf" >"$run/second.conf"
check_fails "a second lispd in the same namespace ends" second
like "and says why" "$(second 2>&1)" "another lispd|already|in use"
check "the first one does not mind" lispd_up $x
is "and its devices are where they were" \
	"$(ip -n $x -br link show type lisp | awk '{ print $1 }' | sort |
		tr '\n' ' ')" "lisp100 lisp200 "

# ---- other people's things

ip -n $x -batch - <<-IP || fail "somebody adds a device and a route"
	link add lisp999 type lisp id 999
	link set lisp999 up
	link add dummy0 type dummy
	link set dummy0 up master red
	route add 10.99.0.0/16 dev dummy0 table 100
IP
for i in 100 999; do
	check "an orchestrator adds a mapping to Instance-ID $i" ctl $x \
		map-cache add iid $i prefix 10.77.0.0/16 action drop origin 4711
done
# orchestrated IID: its mapping is there.
orchestrated()
{
	map_has $x "$1" 10.77.0.0/16 '.origin == 4711 and .action == "drop"'
}
others_there()
{
	orchestrated 999 &&
		ip -n $x link show lisp999 &&
		ip -n $x route show table 100 |
			grep -q "10.99.0.0/16 dev dummy0"
}
check "what is not lispd's is there" others_there

# ---- killed

check "warm: red-a reaches red-b" in_ns red-a ping -q -c 1 -W 20 10.2.0.10
exec_in red-a ping -i 0.05 -c 100 10.2.0.10 >"$run/ping" 2>&1 &
ping=$!
wait_for 20 file_has 'icmp_seq=20 ' "$run/ping" || fail "the ping runs"
lispd_stop $x KILL
is "killed in the middle of it" \
	"$(grep -c 'icmp_seq=100 ' "$run/ping")" 0
wait_exit 60 $ping
like "not one of 100 replies was lost" "$(cat "$run/ping")" \
	"100 packets transmitted, 100 received"
check "an EID that nobody looks up is refused at once" \
	refused red-a 10.200.0.1 "Destination Host Unreachable"
is "counted as no-listener" "$(drops $x 100 no-listener)" 1 ||
	note "$(ctl $x --json device show | jq -c '.[].drops')" \
		"$(ctl $x map-cache show)"
check "the mapping is still there" map_has $x 100 10.2.0.0/16

# ---- back, with another configuration

check "blue has a mapping, too" map_has $x 200 10.2.0.0/16
vpns=red conf_write $x
count=$(map_get $x 100 10.2.0.0/16 .packets)
check_lab "lispd starts again" lispd_start $x
check_lab "it claims what it had left" wait_for 20 stat_reaches $x \
	map-cache-claimed 3
check "the mapping is not made anew: its counter goes on" map_has $x 100 \
	10.2.0.0/16 ".packets >= $count"
check "blue, which is in the configuration no more, is swept" wait_for 20 \
	not ip -n $x link show lisp200
is "its EID-prefixes are all that has changed" "$(stat_of $x smr-changed)" 2
check_lab "and are deregistered, late as it is" wait_for 20 registered_are 10
check "other people's things are untouched" others_there
check "among them a mapping in a device of lispd" orchestrated 100
check "red-a reaches red-b, none lost" eval \
	'in_ns red-a ping -c 5 -i 0.2 -W 20 10.2.0.10 | grep " 5 received"'
is "without a question" "$(stat_of $x resolve-requests)" 0
check_lab "new EIDs are looked up again" \
	refused red-a 10.200.0.1 "Destination Net Unreachable"

# ---- ended for the next one to start, as an upgrade does

exec_in red-a ping -i 0.05 -c 200 10.2.0.10 >"$run/ping" 2>&1 &
ping=$!
wait_for 20 file_has 'icmp_seq=20 ' "$run/ping" || fail "the ping runs"
lispd_stop $x USR1
is "SIGUSR1: status 0" $? 0
check "the mapping stays" map_has $x 100 10.2.0.0/16
check "and what is registered" registered_are 10
check_lab "the next one starts" lispd_start $x
is "while the ping runs" "$(grep -c 'icmp_seq=200 ' "$run/ping")" 0
wait_exit 60 $ping
like "not one of 200 replies was lost" "$(cat "$run/ping")" \
	"200 packets transmitted, 200 received"

# ---- a clean end

lispd_stop $x TERM
is "SIGTERM: status 0" $? 0
is "no device of its own is left" \
	"$(ip -n $x -br link show type lisp | awk '{ print $1 }')" lisp999
is "no mapping" "$(ctl $x --json map-cache show origin 9301 | jq length)" 0
is "no local EID" "$(ctl $x --json local show | jq length)" 0
is "no route" "$(ip -n $x route show table all proto 93
	ip -n $x -6 route show table all proto 93)" ""
check "other people's things are untouched by that" others_there
check "the Map-Server was told" wait_for 20 registered_are 8
conf_write $x
check_lab "it starts once more, with all it had" lispd_start $x
check_lab "and registers" wait_for 60 all_registered
ip -n $x -batch - <<-IP
	link del lisp999
	link del dummy0
IP
