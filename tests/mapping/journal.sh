# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art, bin, net and pid are tree.sh's
#
# lispd's log where stderr is the journal: what its socket is sent.  The journal
# is a script's, in a /run of the runner's own.

journal=/run/systemd/journal/socket

# Its socket takes as much as systemd lets it take, whoever has the processor.
journal_start()
{
	sysctl -qw net.unix.max_dgram_qlen=512
	mkdir -p "${journal%/*}"
	socat -u "UNIX-RECV:$journal" "CREATE:/run/journal.log" &
	journal_pid=$!
	within 60 test -S "$journal"
}

# logs [STREAM]: lispd, with that JOURNAL_STREAM or the one of its stderr
logs()
{
	: >"$art/dj.log"
	JOURNAL_STREAM=${1:-$(stat -c %d:%i "$art/dj.log")} start dj
}

# has LINE...: of one entry that has the first
has()
{
	local line

	for line in "$@"; do
		grep -q -a -x -e "$line" /run/journal.log || {
			echo "not there: $line, but"
			cat /run/journal.log
			return 1
		}
	done
}

# refused COMMAND...: an ETR with a wrong key asks, which nobody answers, until
# the command succeeds
refused()
{
	local etr status=0

	ip netns exec dje "$top/tests/mapping/etr" "$net.94" wrong "$net.95" \
		2001:db8:1::/48 &
	etr=$!
	within 60 "$@" || status=1
	kill $etr
	wait $etr
	return $status
}

to_the_journal()
{
	host dj 94 && host dje 95 || return 1
	config dj "\"map-server\": { \"sites\": [ { \"name\": \"s\",
		\"eids\": [ { \"iid\": 0, \"prefix\": \"2001:db8:1::/48\" } ],
		\"keys\": [ { \"key\": \"secret\" } ] } ] }"
	journal_start && logs || return 1
	refused has "LISP_EVENT=register-auth"
	has "LISP_EVENT=register-auth" "LISP_PEER=$net.95" "LISP_SITE=s" \
		"LISP_NAME=dj" "SYSLOG_IDENTIFIER=lispd" "PRIORITY=[4-6]" \
		"MESSAGE=.*, peer $net.95.*" || return 1
	ip netns exec dje "$top/tests/mapping/etr" "$net.94" secret "$net.95" \
		2001:db8:1::/48 || return 1
	within 60 has "LISP_EID=2001:db8:1::/48"
	has "LISP_EID=2001:db8:1::/48" "LISP_IID=0" && ! grep . "$art/dj.log"
}

# Nobody takes it any more: nothing is lost.
journal_away()
{
	kill "$journal_pid"
	wait "$journal_pid"
	rm -f "$journal"
	refused grep "^<[4-6]>dj: .*peer $net.95" "$art/dj.log"
}

# stderr is another file than the one that systemd made.
another_stderr()
{
	stop dj
	rm -f /run/journal.log
	journal_start && logs 1:1 && grep "^<[5-7]>dj: " "$art/dj.log" &&
		! grep -a . /run/journal.log
}

journal_checks()
{
	[ -e /sys/class/net/br0 ] || { ip link add br0 type bridge &&
		ip link set br0 up; }
	check "journal: lines have fields" to_the_journal
	check "journal: it is away" journal_away
	check "journal: stderr is redirected" another_stderr
	stop dj
	kill "$journal_pid"
}
