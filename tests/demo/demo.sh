#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# demo.sh [--stay]: what LISP for Linux does, on real packets, step by step.
# Runs in the guest that "make demo" boots, on the network drawn in
# tests/e2e/topology.sh.
#
# A step is a function: it says one sentence, runs real commands before the
# reader's eyes, and judges what they said.  The first step that is not content
# ends the demo with its reason.  --stay leaves a shell, also after a failure.
# shellcheck disable=SC2317 # steps are called through a table
set -u

# shellcheck source=tests/e2e/topology.sh
. "$LISP_TOP/tests/e2e/topology.sh"

if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[0m'
else
	bold='' plain=''
fi
number=0
why=
declare -a shown=()

# -------------------------------------------------------------------- telling

say() { printf '  %s\n' "$@"; }

quote() { printf '    %s\n' "${out//$'\n'/$'\n'    }"; }

# on NODE COMMAND...: show the command and what it says; $out is that.
on()
{
	printf '\n    %s# %s\n' "$1" "${*:2}"
	out=$(in_ns "$@" 2>&1)
	rc=$?
	# tshark's opinion of root
	out=${out#Running as user*dangerous.}
	out=${out#$'\n'}
	[ -z "$out" ] || quote
	return "$rc"
}

# expect REASON COMMAND...: the step fails for that reason unless it succeeds.
expect()
{
	"${@:2}" >/dev/null 2>&1 && return
	why=$1
	return 1
}

said() { grep -qE -- "$1" <<<"$out"; }

# lispctl for the daemon of a node; the kernel's part needs no socket.
daemon() { echo "lispctl -s $run/$1.sock"; }

# ---------------------------------------------------------------------- steps

registrations()
{
	say "Each xTR registers its EID-prefixes, by VPN, with the Map-Server." \
	    "Red (100) and blue (200) use the same ones."
	expect "not all 12 registrations arrived" wait_for 60 all_registered ||
		return
	# shellcheck disable=SC2046 # a command
	on ms $(daemon ms) show registrations
	expect "a VPN's prefix is missing in the list" \
		said '10\.1\.0\.0/16' &&
	expect "an IPv6 prefix is missing in the list" \
		said '2001:db8:c::/48'
}

first_ping()
{
	say "The first packet of all from red-a to red-b.  Nobody knows yet where" \
	    "10.2.0.10 is: the kernel holds the packet, lispd asks the Map-Resolver."
	expect "xtr-a knew the answer before the question" \
		not map_has xtr-a 100 10.2.0.0/16 || return
	on red-a ping -c 3 -i 0.3 -W 10 10.2.0.10
	expect "a ping was lost" said ' 3 received, 0% packet loss' || return
	say "" "Three sent, three came back: not even the first was lost."
}

cache_entry()
{
	say "This map-cache entry in the kernel of xtr-a made it: the prefix that" \
	    "was registered, not just the address, and site b's RLOC."
	on xtr-a lispctl map-cache show iid 100
	expect "the entry 10.2.0.0/16 is not there" said '10\.2\.0\.0/16' &&
	expect "site b's RLOC is not in it" said '2001:db8:0:b::1' &&
	expect "no packet was counted on it" \
		map_has xtr-a 100 10.2.0.0/16 '.packets >= 3'
}

other_vpn()
{
	say "The same address in the other VPN is another host.  Each host tells" \
	    "its name by HTTP."
	on blue-a ping -c 1 -W 10 10.2.0.10
	expect "blue-a's first ping was lost" said ' 1 received' || return
	on red-a busybox wget -qO - http://10.2.0.10/who
	expect "red-b should have answered red-a" [ "$out" = red-b ] || return
	on blue-a busybox wget -qO - http://10.2.0.10/who
	expect "blue-b should have answered blue-a" [ "$out" = blue-b ]
}

families()
{
	say "A to C: IPv6 hosts over an IPv4 core, for C has only an IPv4 RLOC." \
	    "A to B: IPv4 hosts over an IPv6 core.  The wire at r1 is the witness."
	on red-a ping -c 2 -i 0.3 -W 10 2001:db8:c::10
	expect "an IPv6 ping to C was lost" said ' 2 received, 0% packet loss' ||
		return
	on red-a busybox wget -qO - "http://[2001:db8:c::10]/who"
	expect "red-c should have answered" [ "$out" = red-c ] || return
	expect "no IPv6 packet in an IPv4 one passed r1" \
		wait_for 10 watched_some core "$v6_in_v4" &&
	expect "no IPv4 packet in an IPv6 one passed r1" \
		wait_for 10 watched_some core "$v4_in_v6" || return
	say "" "Seen on r1: $(watched core "$v6_in_v4") packets IPv6 in IPv4," \
		"         $(watched core "$v4_in_v6") packets IPv4 in IPv6."
}

nobody()
{
	say "10.9.0.1 is registered by nobody.  The Map-Resolver says so, for the" \
	    "largest prefix that holds no EID, and the sender hears it by ICMP."
	on red-a ping -c 1 -W 10 10.9.0.1
	expect "no 'Net Unreachable' came back" \
		said 'Destination Net Unreachable' || return
	on xtr-a lispctl map-cache show iid 100
	expect "no negative entry 10.8.0.0/13" \
		map_has xtr-a 100 10.8.0.0/13 '.action == "native"' &&
	expect "the drop was not counted as native-no-device" \
		[ "$(drops xtr-a 100 native-no-device)" -ge 1 ]
}

no_common_family()
{
	say "B has only an IPv6 RLOC, C only an IPv4 one: no way between them yet." \
	    "The packet is refused, counted, and the sender told at once."
	on red-b ping -c 1 -W 10 10.3.0.10
	expect "no 'Host Unreachable' came back" \
		said 'Destination Host Unreachable' || return
	on red-b ping -c 1 -W 10 2001:db8:c::10
	expect "no 'Address unreachable' came back" \
		said 'Destination unreachable: Address unreachable' || return
	on xtr-b lispctl device show
	expect "the drops were not counted as no-family" \
		[ "$(drops xtr-b 100 no-family)" -ge 2 ]
}

download()
{
	say "A download through the tunnel: hosts that think of 1500 octets meet" \
	    "path MTU discovery, and every octet must be right."
	on red-a busybox wget -qO "$run/copy" http://10.2.0.10/blob
	expect "the download failed" [ "$rc" = 0 ] || return
	on red-a ls -l "$run/copy"
	expect "the copy differs" cmp "$run/copy" "$run/www/blob"
}

dissected()
{
	say "What passed r1, as tshark understands it: first what xtr-a and the" \
	    "mapping system told each other, then one packet of the blue VPN."
	watch_stop core
	on r1 tshark -n -r "$run/core.pcap" -Y lisp
	expect "tshark sees no Map-Request" said 'Map-Request' &&
	expect "tshark sees no Map-Reply" said 'Map-Reply' || return
	on r1 tshark -n -r "$run/core.pcap" -O lisp-data \
		-Y 'lisp-data.iid == 200 && icmp.type == 8'
	expect "tshark finds no LISP data packet with Instance-ID 200" \
		said 'Instance ID: 200'
}

killed()
{
	local pid

	say "lispd of xtr-a is killed with SIGKILL while a ping runs.  The kernel" \
	    "goes on without it."
	exec_in red-a ping -i 0.1 -c 60 10.2.0.10 >"$run/ping" 2>&1 &
	pid=$!
	expect "the ping does not start" \
		wait_for 20 file_has 'icmp_seq=10 ' "$run/ping" || return
	printf '\n    # kill -KILL %s\n' "${lispd_pid[xtr-a]}"
	lispd_stop xtr-a KILL
	expect "lispd is still there" gone_lispd xtr-a || return
	wait_exit 60 "$pid"
	out=$(tail -n 3 "$run/ping")
	quote
	expect "a ping was lost while lispd was dead" \
		said ' 60 received, 0% packet loss'
}

gone_lispd() { ! lispd_up "$1"; }

back()
{
	local before after

	before=$(map_get xtr-a 100 10.2.0.0/16 .packets)
	say "lispd comes back, finds its entries in the kernel and takes them over:" \
	    "the entry keeps its counters, and nobody is asked anything."
	lispd_start xtr-a
	expect "lispd does not start again" lispd_up xtr-a || return
	expect "it did not claim what it had left" \
		wait_for 20 stat_reaches xtr-a map-cache-claimed 4 || return
	# shellcheck disable=SC2046 # a command
	on xtr-a $(daemon xtr-a) show map-cache
	on red-a ping -c 2 -i 0.3 -W 10 10.2.0.10
	expect "a ping was lost" said ' 2 received, 0% packet loss' || return
	after=$(map_get xtr-a 100 10.2.0.0/16 .packets)
	say "" "Packets on 10.2.0.0/16 before: $before, now: $after."
	expect "the entry was made anew" [ "$after" -gt "$before" ] &&
	expect "it asked for what it already had" \
		[ "$(stat_of xtr-a resolve-requests)" = 0 ]
}

not() { ! "$@"; }

steps=(
	registrations	"Registrations at the Map-Server"
	first_ping	"First ping from A to B, none lost"
	cache_entry	"The map-cache entry that made it"
	other_vpn	"Same address, other VPN, other host"
	families	"IPv6 over IPv4, IPv4 over IPv6"
	nobody		"An address that nobody registered"
	no_common_family "B to C: no common address family"
	download	"A download through the tunnel"
	dissected	"The packets, as tshark sees them"
	killed		"lispd killed while a ping runs"
	back		"lispd back: state claimed again"
)

# ------------------------------------------------------------------- the show

# The drawing at the head of topology.sh.
drawing()
{
	sed -n '/^#   red-a/,/^#  *red-c/s/^#/ /p' \
		"$LISP_TOP/tests/e2e/topology.sh"
}

prepare()
{
	echo "${bold}LISP for Linux${plain}: three sites, two VPNs with the" \
		"same addresses, a mapping system"
	echo
	drawing
	echo
	say "Linux $(uname -r), lisp.ko, lispd; every box is a network namespace."
	modprobe lisp || { why="lisp.ko does not load"; return 1; }
	topo_up || { why="the network cannot be built"; return 1; }
	watch_start core r1 xtr-a "udp port 4341 or udp port 4342 or ip6" ||
		{ why="tcpdump does not start"; return 1; }
	lab_start 2>"$run/start" ||
		{ why=$(cat "$run/start"); return 1; }
}

summary()
{
	local line

	echo
	echo "${bold}Shown${plain}"
	for line in "${shown[@]}"; do
		printf '  %s\n' "$line"
	done
}

failed()
{
	summary
	echo
	echo "${bold}FAILED${plain} at step $number, $title: $why"
	lab_logs 12
}

perform()
{
	local i start

	title="building the network"
	prepare || { failed; return 1; }
	for ((i = 0; i < ${#steps[@]}; i += 2)); do
		number=$((number + 1))
		title=${steps[i + 1]}
		start=$SECONDS
		echo
		echo "${bold}$number. $title${plain}"
		echo
		"${steps[i]}" || { failed; return 1; }
		shown+=("$(printf '%2d  %-40s shown  %3d s' \
			"$number" "$title" $((SECONDS - start)))")
	done
	summary
	echo
	echo "All $number steps shown, in $SECONDS s."
}

# A shell in the guest, to look around.
stay()
{
	export run
	cat <<-HINTS

	${bold}You are in the guest.${plain}  Try:
	  ip netns exec red-a ping 10.2.0.10
	  ip netns exec blue-c busybox wget -qO - http://10.1.0.10/who
	  ip netns exec xtr-a lispctl map-cache show
	  ip netns exec xtr-a lispctl monitor
	  ip netns exec xtr-a ip -d link show lisp100
	  lispctl -s $run/ms.sock show registrations
	  less $run/xtr-a.conf
	"exit" ends the guest and everything in it.

	HINTS
	PS1='guest# ' bash --norc -i
}

perform
status=$?
[ "${1:-}" != --stay ] || stay
exit $status
