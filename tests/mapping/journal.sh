# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art, bin, net and pid are tree.sh's
#
# lispd's log where stderr is the journal: what its socket is sent.  The journal
# is a script's, in a /run of the runner's own.

journal=/run/systemd/journal/socket

journal_start()
{
	mkdir -p "${journal%/*}"
	socat -u "UNIX-RECV:$journal" "CREATE:/run/journal.log" &
	journal_pid=$!
	within 5 test -S "$journal"
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
			echo "not there: $line"
			return 1
		}
	done
}

to_the_journal()
{
	host dj 94 && host dje 95 || return 1
	config dj "\"map-server\": { \"sites\": [ { \"name\": \"s\",
		\"eids\": [ { \"iid\": 0, \"prefix\": \"2001:db8:1::/48\" } ],
		\"keys\": [ { \"key\": \"secret\" } ] } ] }"
	journal_start && logs || return 1
	ip netns exec dje timeout 2 "$top/tests/mapping/etr" "$net.94" wrong \
		"$net.95" 2001:db8:1::/48
	within 5 has "LISP_EVENT=register-auth" && has "LISP_PEER=$net.95" \
		"LISP_SITE=s" "LISP_NAME=dj" "SYSLOG_IDENTIFIER=lispd" \
		"PRIORITY=[4-6]" "MESSAGE=.*, peer $net.95.*" || return 1
	ip netns exec dje "$top/tests/mapping/etr" "$net.94" secret "$net.95" \
		2001:db8:1::/48 && within 5 has "LISP_EID=2001:db8:1::/48" &&
		has "LISP_IID=0" && ! grep . "$art/dj.log"
}

# Nobody takes it any more: nothing is lost.
journal_away()
{
	kill "$journal_pid"
	wait "$journal_pid"
	rm -f "$journal"
	ip netns exec dje timeout 2 "$top/tests/mapping/etr" "$net.94" wrong \
		"$net.95" 2001:db8:1::/48
	within 5 grep "^<[4-6]>dj: .*peer $net.95" "$art/dj.log"
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
