# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # bin, art and top are tree.sh's
#
# A Map-Server under load from those who mean no good (tests/bench/mapping/
# hostile.c), at half the rate at which a bare echo answers in the same run,
# while others ask:
#
#	asker ---- server ---- victim
#	10.3/16  10.0.1.1      10.1/16, 10.64/10
#	         10.0.2.1
#
# The asker sends the load as well, from the victim's addresses, so what the
# server says to it comes to the victim.  For run, whose check() it uses.
#
# On two processors shared with whoever else there is, what the server would
# answer is lost in its socket while it waits for its turn.  That is no doing of
# the server's, so it and those who ask have real-time priority, where that may
# be had, and a load that did not come to it is offered again, twice at most.

tool=$bin/bench/mapping
held=50000			# EIDs registered, of 100 sites
wide=(100 101 102 103)		# sites after these, with 40 EIDs and itself each

first=0 			# source of the load: no two rounds share any

# now COMMAND...: it does not wait for a processor.
now()
{
	if [ "$soon" = yes ]; then
		exec chrt -r 10 "$@"
	else
		exec "$@"
	fi
}

# link NAME NR ROUTE...: a namespace beside the server's
link()
{
	local to

	ip netns add "$1"
	ip link add "to-$1" netns server type veth peer name eth0 netns "$1"
	ip -n "$1" addr add "10.0.$2.2/24" dev eth0
	ip -n "$1" link set lo up
	ip -n "$1" link set eth0 up
	ip -n server addr add "10.0.$2.1/24" dev "to-$1"
	ip -n server link set "to-$1" up
	for to in "${@:3}"; do
		ip -n server route add "$to" via "10.0.$2.2"
		ip -n "$1" route add local "$to" dev lo
	done
}

inside() { (now ip netns exec "$@"); }
by_victim() { inside victim "$tool/blast" -n $held "$@" 10.0.2.1; }

# started OPTION...: does the server, whose process is $server, answer?
started()
{
	local good

	read -r _ _ good _ < <(by_victim -c 16 -w 16 -T 50 "$@")
	[ "${good:-0}" -gt 0 ]
}

# Half of the echo's answers a second into $half.
echo_up()
{
	local good seconds

	now ip netns exec server "$tool/echo" &
	server=$!
	within 60 started -a echo || return 1
	read -r _ _ good seconds _ < <(by_victim -a echo -c 100000 -w 512)
	kill $server
	wait $server
	half=$(awk "BEGIN { printf \"%d\", $good / $seconds / 2 }")
	say "the bare echo: $((2 * half)) answers/s"
	[ "$half" -gt 0 ]
}

server_up()
{
	local sent good list i s

	rm -rf "$art/server"	# and the nonces of the last run
	mkdir -p "$art/server/state"
	"$tool/blast" -C lispd -n $((held + 500 * ${#wide[@]})) "$art/server" \
		>"$art/server/conf" || return 1
	now ip netns exec server "$bin/lispd" -c "$art/server/conf" \
		>"$art/server.log" 2>&1 &
	server=$!
	within 60 started -a hole || return 1
	for i in 1 2 3; do
		read -r sent _ good _ < <(by_victim -a register -r 20 -w 256 \
			-c $((held / 20)) -N $((i * 100000)))
		echo "$good of $sent Map-Registers answered"
		[ "$sent" != "$good" ] || break
	done
	[ "$sent" = "$good" ] || return 1
	for s in "${wide[@]}"; do
		list=("20.0.$((2 * s)).0/23")
		for i in {1..40}; do list+=("20.0.$((2 * s)).$i/32"); done
		ip netns exec victim "$top/tests/mapping/etr" 10.0.2.1 \
			"site-000$s" 10.1.0.9 "${list[@]}" || return 1
	done
}

resident() { awk '/^VmRSS:/ { print $2 }' "/proc/$server/status"; }
to_victim()
{
	ip netns exec server cat "/sys/class/net/to-victim/statistics/tx_$1"
}

# Of lispd's counters.
count()
{
	"$bin/lispctl" -s "$art/server/sock" --json show statistics |
		jq ".\"map-server-$1\""
}
# Datagrams that have come to its socket, and those that found it full.
arrivals()
{
	ip netns exec server awk '/^Udp:/ { n = $2 + $6; full = $6 }
		END { print n, full }' /proc/net/snmp
}
# Milliseconds that it waited for a processor.
waited() { awk '{ printf "%d", $2 / 1000000 }' "/proc/$server/schedstat"; }

# offer KIND MILLISECONDS [-D]: the load was $sent packets of $load octets, $came
# came to the server, questions included, and it was answered with $octets in
# $packets; of those who asked meanwhile $good of $asked have their answer.
offer()
{
	local full delay was was_full answered

	octets=$(to_victim bytes) packets=$(to_victim packets)
	read -r was was_full < <(arrivals)
	delay=$(waited)
	read -r sent load asked answered good < <(inside asker "$tool/hostile" \
		-k "$1" -r "$half" -d "$2" -s $first -n $held -q 2000 \
		"${@:3}" 10.0.1.1)
	first=$((first + 300000))
	octets=$(($(to_victim bytes) - octets))
	packets=$(($(to_victim packets) - packets))
	read -r came full < <(arrivals)
	came=$((came - was))
	say "$1${3:+ with D}: $((sent * 1000 / $2))/s offered of $half/s;" \
		"$came of $((sent + asked)) came, $((full - was_full)) found the" \
		"socket full, waited $(($(waited) - delay)) ms for a processor;" \
		"$load octets in, $octets ($packets packets) out to who did not" \
		"ask"
	say "$1${3:+ with D}: $good of $asked questions answered ($answered answers)"
}

# Was nearly all of it, $1 milliseconds long, sent, and came?
offered()
{
	[ $((sent * 100)) -ge $((half * $1 * 95 / 1000)) ] &&
		[ "$asked" -ge $(($1 * 18 / 10)) ] &&
		[ $((came * 1000)) -ge $(((sent + asked) * 998)) ]
}

# under KIND MILLISECONDS [-D]: under that load 99 of 100 questions are answered.
under()
{
	offer "$@"
	offered "$2" || offer "$@"
	offered "$2" || offer "$@"
	offered "$2" && [ $((good * 100)) -ge $((asked * 99)) ]
}

# None is accepted, and nobody is told that his key is wrong: some packets of ARP.
forged()
{
	local accepted bad

	accepted=$(count records-accepted) bad=$(count bad-auth)
	under forged "$1" || return 1
	echo "$(count records-accepted) records accepted, $accepted before"
	[ "$packets" -lt 20 ] && [ "$(count bad-auth)" -gt "$bad" ] &&
		[ "$(count records-accepted)" = "$accepted" ]
}
# An answer is no larger than its question.
no_larger() { under "$@" && [ "$octets" -gt 0 ] && [ "$octets" -le "$load" ]; }
# Asked with D a Map-Server that knows the EID answers the Map-Resolver and the
# ITR, here at one address: neither answer is larger, and half as many questions
# are as many answers.
neither_larger()
{
	local half=$((half / 2))

	under "$@" && [ "$packets" -gt 0 ] &&
		[ "$packets" -le $((2 * came + 20)) ] &&
		[ "$octets" -le $((2 * load)) ]
}
# An address gets 1,000 a second and as many at once, whoever asks in its name
# (here a fifth more: whose clock is right?), of 1,280 octets and the Ethernet
# header at most.  The EIDs asked for, three times each, would be more.
wide()
{
	local most=$((1000 + $1 * 12 / 10))

	under wide "$1" && [ "$packets" -gt 0 ] && [ "$packets" -le $most ] &&
		[ "$octets" -gt "$((packets * 500))" ] &&
		[ "$octets" -le $((most * 1294)) ]
}

all_kinds()
{
	forged "$1" && no_larger unregistered "$1" && no_larger spoofed "$1" &&
		wide "$1" && no_larger unregistered "$1" -D &&
		neither_larger spoofed "$1" -D
}

# Every table is as full as it gets; another round, from other addresses, takes
# no more memory.
flat()
{
	local before after

	before=$(resident)
	all_kinds 500 || return 1
	after=$(resident)
	say "lispd: $empty KiB before the load, $before after, $after" \
		"after more of it"
	[ $((after - before)) -le 256 ] && [ $((before - empty)) -le 4096 ]
}

hostile_checks()
{
	# Two of these at a time would measure each other.
	exec 9</
	flock -w 120 9
	ip netns add server
	ip netns exec server sysctl -qw net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0
	ip -n server link set lo up
	link asker 1 10.3.0.0/16
	link victim 2 10.1.0.0/16 10.64.0.0/10
	soon=yes
	chrt -r 10 true 2>/dev/null || soon=no
	check "the rate of a bare echo" echo_up
	check "a Map-Server with $held EIDs" server_up
	empty=$(resident)
	check "questions are answered beside forged Map-Registers" forged 1000
	check "beside questions for EIDs that nobody registered" \
		no_larger unregistered 1000
	check "beside questions from others' addresses" no_larger spoofed 1000
	check "beside questions in one's name whose answers are large" wide 1000
	check "with D, beside those for EIDs that nobody registered" \
		no_larger unregistered 1000 -D
	check "with D, beside those from others' addresses" \
		neither_larger spoofed 1000 -D
	check "memory does not grow" flat
	kill "$server"
	wait "$server"
}
