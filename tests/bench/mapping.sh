# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck source=lib.sh
#
# For the benches of the mapping system: who asks and who answers, each in a
# network namespace of its own on this host, without a kernel module.
#
# The one who answers has the second processor and one worker, the one who asks
# (mapping/blast) the first.  As both are as busy, and whoever else uses the
# machine counts as well, a rate is answers a second of CPU time of the one who
# answers, softirqs that it runs included: what one core can do. All that are
# compared are asked by turns; medians.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TOOLS=$LISP_TOP/build/bench/mapping
PEERS=$LISP_TOP/build/peers
NS=lispbench-$$
work=$(mktemp -d /tmp/lispbench.XXXXXX)
declare -A server_pid=() server_nr=()
next_nr=1

cleanup()
{
	local name

	set +e
	for name in "${!server_pid[@]}"; do
		kill -KILL "${server_pid[$name]}" 2>/dev/null
		wait "${server_pid[$name]}" 2>/dev/null
	done
	for name in "${!server_nr[@]}"; do
		ip netns pids "$NS-$name" 2>/dev/null | xargs -r kill -KILL
		ip netns del "$NS-$name" 2>/dev/null
	done
	ip netns del "$NS" 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

build_mapping()
{
	"$LISP_TOP/tests/deps" peers >&2 || die "installing peers failed"
	make -C "$LISP_TOP" daemon tools mapping-tools >"$BENCH/build.log" 2>&1 ||
		die "building failed (build/bench/build.log)"
}

# Who asks: all of 10.1.0.0/16.
asker()
{
	ip netns add "$NS"
	ip -n "$NS" link set lo up
	ip -n "$NS" route add local 10.1.0.0/16 dev lo
}

# place NAME: a namespace for a server, NR in its address.
place()
{
	local nr=$next_nr

	next_nr=$((next_nr + 1))
	server_nr[$1]=$nr
	ip netns add "$NS-$1"
	ip link add s0 netns "$NS-$1" type veth peer name "a$nr" netns "$NS"
	ip -n "$NS-$1" link set lo up
	ip -n "$NS-$1" addr add "10.0.$nr.1/30" dev s0
	ip -n "$NS-$1" link set s0 up
	ip -n "$NS" addr add "10.0.$nr.2/30" dev "a$nr"
	ip -n "$NS" link set "a$nr" up
	ip -n "$NS-$1" route add default via "10.0.$nr.2"
}

address() { echo "10.0.${server_nr[$1]}.1"; }

# start NAME COMMAND...: in the place of that name, on processors $server_cpus.
start()
{
	local name=$1

	shift
	ip netns exec "$NS-$name" taskset -c "${server_cpus:-1}" "$@" \
		>"$work/$name.log" 2>&1 &
	server_pid[$name]=$!
}

stop()
{
	kill "${server_pid[$1]}" 2>/dev/null || true
	wait "${server_pid[$1]}" 2>/dev/null || true	# its status, if killed
	unset "server_pid[$1]"
}

blast() { "$TOOLS/blast" "$@"; }

# ask NAME OPTION...: what blast prints.
ask()
{
	local name=$1

	shift
	ip netns exec "$NS" taskset -c 0 "$TOOLS/blast" "$@" \
		-P "${asked_pid:-${server_pid[$name]}}" "$(address "$name")"
}

# answering NAME OPTION...: until it answers a question.  Each time others: one
# that was asked before is not answered again for three seconds, and who asked it
# first is gone.
answering()
{
	local name=$1 end=$((SECONDS + 60)) good

	shift
	while [ $SECONDS -lt $end ]; do
		question=$((${question:-0} + 1))
		read -r _ _ good _ < <(asked_pid=0 ask "$name" -c 16 -w 16 \
			-T 5 -f $((question * 16)) "$@")
		[ "${good:-0}" = 0 ] || return 0
		kill -0 "${server_pid[$name]}" 2>/dev/null || break
	done
	tail -5 "$work/$name.log" >&2
	die "$name does not answer"
}

# rate NAME OPTION...: answers a second of CPU time; nothing where more than
# one in a hundred was not the one hoped for.
rate()
{
	local out

	out=$(ask "$@") || return
	echo "# $1: $out (asked, answers, good ones, s, CPU s)" >&2
	awk '{ if ($1 && $3 >= 0.99 * $1 && $5 > 0) printf "%.0f", $3 / $5 }' \
		<<<"$out"
}

# memory NAME: octets that are resident.
memory() { awk '/^VmRSS:/ { print $2 * 1024 }' "/proc/${server_pid[$1]}/status"; }

lispd_conf()
{
	mkdir -p "$work/$1/state"
	blast -C lispd -W "${2:-1}" "$work/$1" >"$work/$1/conf"
}
start_lispd() { start "$1" "$LISP_TOP/build/lispd" -c "$work/$1/conf"; }

# 1,000,000 EIDs registered, over the wire; one in a thousand may be missing,
# since a server with a small buffer loses what comes while the machine is busy,
# and if it lost more all are sent again.
register_all()
{
	local name=$1 good sent try

	shift
	for try in 0 1 2; do
		read -r sent _ good _ < <(ask "$name" -a register -r 20 \
			-c 50000 -N $((try * 1000000 + 1)) -w 64 "$@")
		[ "$((good * 1000))" -lt "$((sent * 999))" ] || return 0
	done
	die "$name: $good of $sent Map-Registers were answered"
}

start_nsd()
{
	mkdir -p "$work/nsd"
	[ -s "$work/nsd/bench.zone" ] ||
		blast -C zone x >"$work/nsd/bench.zone"
	cat >"$work/nsd/conf" <<-NSD
	server:
	  server-count: 1
	  username: ""
	  chroot: ""
	  zonesdir: "$work/nsd"
	  database: ""
	  pidfile: "$work/nsd/pid"
	  xfrdfile: "$work/nsd/xfrd"
	  xfrdir: "$work/nsd"
	  zonelistfile: "$work/nsd/zones"
	  hide-version: yes
	  rrl-ratelimit: 0
	  receive-buffer-size: 8388608
	  send-buffer-size: 8388608
	remote-control:
	  control-enable: no
	zone:
	  name: bench
	  zonefile: bench.zone
	NSD
	start nsd env LD_LIBRARY_PATH="$PEERS/nsd/usr/lib/x86_64-linux-gnu" \
		"$PEERS/nsd/usr/sbin/nsd" -d -c "$work/nsd/conf"
}

# The process of NSD that answers: one of its children.
nsd_worker() { pgrep -P "$(pgrep -P "${server_pid[nsd]}" | tail -n 1)"; }

# It wants a place of its own for its lock and its API socket.
start_oor()
{
	mkdir -p "$work/oor"
	blast -C oor -1 -n "$1" s0 >"$work/oor/conf"
	# shellcheck disable=SC2016 # expanded over there
	start oor unshare -m bash -c 'mount -t tmpfs oor /var/lock 2>/dev/null
		LD_LIBRARY_PATH=$1/usr/lib/x86_64-linux-gnu exec stdbuf -oL \
			"$1/usr/sbin/oor" -f "$2"' oor "$PEERS/oor" \
		"$work/oor/conf"
}
