# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the test files of this directory: names for namespaces, checks that
# print TAP, waiting for a condition instead of sleeping, captures.
#
#	#!/bin/bash
#	. "$(dirname "$0")/lib.sh"
#	setup_ns a b				# sets $a and $b
#	check "a pings itself" ip netns exec "$a" ping -c1 -w5 127.0.0.1
#	check_fails "nothing at 192.0.2.1" ip netns exec "$a" ping -c1 ...
#	done_testing
#
# A file runs as root in the guest and nowhere else.  Whatever namespaces are
# left, processes included, the runner removes after the file.
#
# Lines a file may have near its top: "# once" (on 6.12 only in check-long),
# "# slow" (the same, and on debug kernels), "# long" (only in check-long),
# "# timeout SECONDS" (default 120), "# boot WORDS" (in a guest of its own, whose
# kernel is started with these).

LISP_TOP=${LISP_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
ARTIFACTS=${ARTIFACTS:-/tmp}
_tests=0
_failed=0
_ended=
_ns=()
_work=$(mktemp -d /tmp/lisp-test.XXXXXX)
# Something to wait on that never says anything: a pause without a process.
exec {_never}<> <(:)

_on_exit()
{
	local rc=$? n

	for n in "${_ns[@]}"; do
		ip netns pids "$n" 2>/dev/null | xargs -r kill -KILL 2>/dev/null
		ip netns del "$n" 2>/dev/null
	done
	rm -rf "$_work"
	[ -n "$_ended" ] || {
		echo "not ok $((_tests + 1)) - ended before done_testing" \
			"(status $rc)"
		exit 1
	}
}
trap _on_exit EXIT

# setup_ns NAME...: make a namespace for each and set $NAME to its real name.
setup_ns()
{
	local name ns

	for name in "$@"; do
		ns=$name-$(printf '%04x' $RANDOM)
		ip netns add "$ns" || return 1
		_ns+=("$ns")
		ip -n "$ns" link set lo up
		printf -v "$name" %s "$ns"
	done
}

# in_ns NS COMMAND...
in_ns() { ip netns exec "$@"; }

# veth NS1 DEV1 ADDRS1 NS2 DEV2 ADDRS2: a cable with addresses (a list in one
# argument) at both ends, ready at once: no duplicate address detection.
veth()
{
	local addr addrs dev i ns

	ip link add "$2" netns "$1" type veth peer name "$5" netns "$4" ||
		return 1
	for i in 1 4; do
		ns=${!i}
		dev=${*:i+1:1} addrs=${*:i+2:1}
		ip netns exec "$ns" sysctl -qw \
			"net.ipv6.conf.$dev.accept_dad=0" 2>/dev/null
		for addr in $addrs; do
			case $addr in
			*:*) ip -n "$ns" addr add "$addr" dev "$dev" nodad ;;
			*) ip -n "$ns" addr add "$addr" dev "$dev" ;;
			esac || return 1
		done
		ip -n "$ns" link set "$dev" up || return 1
	done
}

# shellcheck source=../jq.sh
. "$LISP_TOP/tests/jq.sh"

# ---- results

note() { printf '%s\n' "$*" | sed 's/^/# /'; }

_result()
{
	_tests=$((_tests + 1))
	[ "$1" = ok ] || _failed=$((_failed + 1))
	echo "$1 $_tests - $2"
}

pass() { _result ok "$1"; }
fail() { _result "not ok" "$1"; [ $# = 1 ] || note "${@:2}"; }
skip() { _result ok "$1 # SKIP ${2:-}"; }

# skip_all REASON: nothing in this file can run here.
skip_all()
{
	skip "all" "$1"
	_ended=1
	exit 0
}

# check NAME COMMAND...: passes when the command succeeds.
check()
{
	local name=$1 rc

	shift
	if "$@" >"$_work/out" 2>&1; then
		pass "$name"
		return 0
	else
		rc=$?
	fi
	fail "$name" "status $rc of: $*" "$(tail -n 15 "$_work/out")"
	return 1
}

# check_fails NAME COMMAND...: passes when it fails on its own account.  To be
# unknown (127), not executable (126) or killed by a signal is no proof.
check_fails()
{
	local name=$1 rc

	shift
	"$@" >"$_work/out" 2>&1
	rc=$?
	if [ $rc -ge 1 ] && [ $rc -lt 126 ]; then
		pass "$name"
		return 0
	fi
	fail "$name" "should fail, but status $rc of: $*" \
		"$(tail -n 15 "$_work/out")"
	return 1
}

# check_fails_with NAME TEXT COMMAND...: ... and says TEXT (a fixed string).
check_fails_with()
{
	local name=$1 text=$2 rc

	shift 2
	"$@" >"$_work/out" 2>&1
	rc=$?
	if [ $rc -ge 1 ] && [ $rc -lt 126 ] && grep -qF -- "$text" "$_work/out"
	then
		pass "$name"
		return 0
	fi
	fail "$name" "should fail and say '$text'; status $rc of: $*" \
		"$(tail -n 15 "$_work/out")"
	return 1
}

# is NAME GOT WANTED
is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
		return 0
	fi
	fail "$1" "got    $2" "wanted $3"
	return 1
}

# like NAME GOT REGEX (extended)
like()
{
	if grep -qE -- "$3" <<<"$2"; then
		pass "$1"
		return 0
	fi
	fail "$1" "got    $2" "wanted something like $3"
	return 1
}

# fatal TEXT: the rest of the file makes no sense.
fatal()
{
	fail "$@"
	done_testing
}

# Ends the file; its status is 1 if a check failed.
done_testing()
{
	echo "1..$_tests"
	_ended=1
	exit $((_failed > 0))
}

# ---- waiting

# busywait SECONDS COMMAND...: until it succeeds; fails when time is up (later
# on debug kernels).  A guest is slow: be generous, it costs nothing when the
# condition comes.
busywait()
{
	local end

	end=$(($(_now_ms) + $1 * 1000 * ${LISP_SLOW:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(_now_ms)" -lt "$end" ] || return 1
		read -rt 0.05 -u "$_never" || :
	done
}

_now_ms()
{
	local t=$EPOCHREALTIME

	echo $((${t/[.,]/} / 1000))
}

# not COMMAND...: for busywait and check.
not() { ! "$@"; }

# ---- captures

# capture NAME NS DEV [FILTER]: record packets to $ARTIFACTS/NAME.pcap until
# capture_stop NAME.  Returns when tcpdump really listens.
capture()
{
	local file

	file=$(capture_file "$1")
	ip netns exec "$2" tcpdump -Z root -U --immediate-mode -s 0 -n \
		-i "$3" -w "$file" ${4:+"$4"} 2>"$_work/$1.tcpdump" &
	echo $! >"$_work/$1.pid"
	busywait 20 grep -q "listening on" "$_work/$1.tcpdump" || {
		note "tcpdump: $(cat "$_work/$1.tcpdump")"
		return 1
	}
}

capture_file() { echo "$ARTIFACTS/$(basename "$0" .sh)-$1.pcap"; }

# capture_count NAME [FILTER]: packets so far.
capture_count()
{
	tcpdump -n -r "$(capture_file "$1")" ${2:+"$2"} 2>/dev/null | wc -l
}

# capture_wait NAME COUNT [FILTER]: until that many packets were seen.
capture_wait()
{
	busywait 10 _capture_has "$@"
}

_capture_has() { [ "$(capture_count "$1" "${3:-}")" -ge "$2" ]; }

capture_stop()
{
	local pid

	pid=$(cat "$_work/$1.pid") || return 1
	kill -INT "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	rm -f "$_work/$1.pid"
}

# capture_hex NAME [FILTER]: the packets without their link header, one line
# of hexadecimal digits each.
capture_hex()
{
	tcpdump -n -x -r "$(capture_file "$1")" ${2:+"$2"} 2>/dev/null |
	awk '/^\t0x/ { sub(/^[^:]*: */, ""); gsub(/ /, ""); line = line $0; next }
		line != "" { print line; line = "" }
		END { if (line != "") print line }'
}

# ---- counters

# dev_stat NS DEV NAME: e.g. tx_packets.
dev_stat() { ip netns exec "$1" cat "/sys/class/net/$2/statistics/$3"; }

# need_module NAME...: load, or skip the file.
need_module()
{
	local m

	for m in "$@"; do
		modprobe -q "$m" || skip_all "no module $m"
	done
}
