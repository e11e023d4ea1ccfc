# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The network that the demo, the end-to-end and the interop tests play in.
# Sourced by scripts that run as root in the guest (tests/vm/run).
#
#   red-a  blue-a                                             red-b  blue-b
#     |      |                                                  |      |
#   +-+------+-+  4 and 6   +------+        +------+  6 only  +-+------+-+
#   |  xtr-a   +------------+  r1  +--------+  r2  +----------+  xtr-b   |
#   +----------+            +--+---+ 4 and 6+--+---+          +----------+
#                              |               |
#                              | 4 and 6       | 4 only
#                           +--+---+      +----+-----+
#                           |  ms  |      |  xtr-c   |
#                           +------+      +-+------+-+
#                                           |      |
#                                         red-c  blue-c
#
# Each box and each host is a network namespace of that name.  r1 and r2 are
# plain routers that have never heard of an EID.  ms is Map-Server and
# Map-Resolver.  An xTR has a VRF and a lisp device for each VPN: red is
# Instance-ID 100, blue is 200, and both use the very same addresses:
#
#   site   EID-prefixes                       host in red and in blue
#   a      10.1.0.0/16  2001:db8:a::/48      10.1.0.10  2001:db8:a::10
#   b      10.2.0.0/16  2001:db8:b::/48      10.2.0.10  2001:db8:b::10
#   c      10.3.0.0/16  2001:db8:c::/48      10.3.0.10  2001:db8:c::10
#
# RLOCs: xtr-a 192.0.2.1 and 2001:db8:0:a::1, xtr-b 2001:db8:0:b::1,
# xtr-c 203.0.113.1; ms is 198.51.100.10 and 2001:db8:0:ff::10.
#
# Every function is bounded in time: what must come true is asked again until
# it is, or until it took too long.

sites="a b c"
vpns="red blue"
nodes="r1 r2 ms xtr-a xtr-b xtr-c"
declare -A site_nr=([a]=1 [b]=2 [c]=3)
declare -A iid=([red]=100 [blue]=200)
declare -A uplink=([a]=r1 [b]=r2 [c]=r2)
declare -A rloc4=([a]=192.0.2.1 [c]=203.0.113.1)
declare -A rloc6=([a]=2001:db8:0:a::1 [b]=2001:db8:0:b::1)
ms4=198.51.100.10
ms6=2001:db8:0:ff::10

run=${LISP_RUN:-/run/lisp-lab}	# configurations, sockets, logs
declare -A lispd_pid=()
hosts=
for _s in $sites; do
	for _v in $vpns; do
		hosts+="$_v-$_s "
	done
done

# host4 SITE, host6 SITE: the address of the host of a site in both VPNs.
host4() { echo "10.${site_nr[$1]}.0.10"; }
host6() { echo "2001:db8:$1::10"; }

# in_ns NAMESPACE COMMAND...: cheaper than "ip netns exec", which also mounts
# a /sys.
in_ns() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

# The same, to be started with &: $! is then the command itself.
exec_in() { exec nsenter --net="/run/netns/$1" -- "${@:2}"; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for()
{
	local limit=$((SECONDS + $1))

	until "${@:2}" >/dev/null 2>&1; do
		((SECONDS < limit)) || return 1
		read -rt 0.05 -u "$_never" || :
	done
}
# Something to wait on that never says anything: a pause without a process.
exec {_never}<> <(:)

gone() { ! kill -0 "$1" 2>/dev/null; }

# wait_exit SECONDS PID: wait for a child of this shell and return its status;
# 124 when it would not end.
wait_exit()
{
	wait_for "$1" gone "$2" || return 124
	wait "$2"
}

# file_has REGEX FILE
file_has() { grep -qE -- "$1" "$2" 2>/dev/null; }

# ---------------------------------------------------------------- building it

batch_links()
{
	local s v

	for s in $nodes $hosts; do
		echo "netns add $s"
	done
	for s in $sites; do
		echo "link add core netns xtr-$s type veth" \
			"peer name xtr-$s netns ${uplink[$s]}"
		for v in $vpns; do
			echo "link add $v-lan netns xtr-$s type veth" \
				"peer name eth0 netns $v-$s"
		done
	done
	echo "link add r2 netns r1 type veth peer name r1 netns r2"
	echo "link add core netns ms type veth peer name ms netns r1"
}

# up DEVICE ADDRESS...
up()
{
	local a dev=$1

	for a in "${@:2}"; do
		case $a in
		*:*) echo "address add $a dev $dev nodad" ;;
		*) echo "address add $a dev $dev" ;;
		esac
	done
	echo "link set $dev up"
}

batch_r1()
{
	up xtr-a 192.0.2.2/30 2001:db8:0:a::2/64
	up ms 198.51.100.1/24 2001:db8:0:ff::1/64
	up r2 192.0.2.253/30 2001:db8:0:12::1/64
	echo "route add 203.0.113.0/30 via 192.0.2.254"
	echo "route add 2001:db8:0:b::/64 via 2001:db8:0:12::2"
}

batch_r2()
{
	up xtr-b 2001:db8:0:b::2/64
	up xtr-c 203.0.113.2/30
	up r1 192.0.2.254/30 2001:db8:0:12::2/64
	echo "route add 192.0.2.0/30 via 192.0.2.253"
	echo "route add 198.51.100.0/24 via 192.0.2.253"
	echo "route add 2001:db8:0:a::/64 via 2001:db8:0:12::1"
	echo "route add 2001:db8:0:ff::/64 via 2001:db8:0:12::1"
}

batch_ms()
{
	up core $ms4/24 $ms6/64
	echo "route add default via 198.51.100.1"
	echo "route add default via 2001:db8:0:ff::1"
}

batch_xtr()
{
	local s=$1 v core=()

	[ -z "${rloc4[$s]-}" ] || core+=("${rloc4[$s]}/30")
	[ -z "${rloc6[$s]-}" ] || core+=("${rloc6[$s]}/64")
	up core "${core[@]}"
	[ -z "${rloc4[$s]-}" ] || echo "route add default via ${rloc4[$s]%.*}.2"
	[ -z "${rloc6[$s]-}" ] || echo "route add default via ${rloc6[$s]%:*}:2"
	for v in $vpns; do
		echo "link add $v type vrf table ${iid[$v]}"
		echo "link set $v up"
		echo "link set $v-lan master $v"
		up "$v-lan" "10.${site_nr[$s]}.0.1/24" "2001:db8:$s::1/64"
	done
}

batch_host()
{
	local s=${1#*-}

	up lo
	up eth0 "$(host4 "$s")/24" "$(host6 "$s")/64"
	echo "route add default via 10.${site_nr[$s]}.0.1"
	echo "route add default via 2001:db8:$s::1"
}

# Duplicate address detection would make every address useless for a second.
# shellcheck disable=SC2016 # expanded in the namespace
router_knobs='
cd /proc/sys/net
for f in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 1 >$f; done
for f in ipv6/conf/*/accept_dad; do echo 0 >$f; done
'

topo_fail()
{
	echo "topology: $*" >&2
	return 1
}

# topo_up: namespaces, links, addresses, routes, the responders on the hosts.
topo_up()
{
	local n

	mkdir -p "$run"
	chmod 755 "$run"
	batch_links | ip -batch - || { topo_fail "links"; return; }
	for n in r1 r2 ms; do
		"batch_$n" | ip -n "$n" -batch - ||
			{ topo_fail "$n"; return; }
	done
	for n in $sites; do
		batch_xtr "$n" | ip -n "xtr-$n" -batch - ||
			{ topo_fail "xtr-$n"; return; }
	done
	for n in $nodes; do
		in_ns "$n" bash -c "$router_knobs" ||
			{ topo_fail "knobs of $n"; return; }
	done
	for n in $hosts; do
		batch_host "$n" | ip -n "$n" -batch - ||
			{ topo_fail "$n"; return; }
		host_serve "$n"
	done
}

# Each host says by HTTP who it is, and has a file worth downloading.
host_serve()
{
	local dir=$run/www/$1

	mkdir -p "$dir"
	echo "$1" >"$dir/who"
	ln -sf "$run/www/blob" "$dir/blob"
	[ -e "$run/www/blob" ] ||
		head -c 4000000 /dev/urandom >"$run/www/blob"
	exec_in "$1" busybox httpd -f -p "[::]:80" -h "$dir" &
	lab_pids+=" $!"
}
lab_pids=

# ask_who HOST ADDRESS: the name of the one that answers there.
ask_who()
{
	local a=$2

	[[ $a != *:* ]] || a="[$a]"
	in_ns "$1" timeout 20 busybox wget -q -O - "http://$a/who"
}

# topo_down: everything that topo_up and lispd_start made.
topo_down()
{
	local n

	for n in "${!lispd_pid[@]}"; do
		lispd_stop "$n" KILL
	done
	# shellcheck disable=SC2086 # a list
	kill $lab_pids 2>/dev/null
	# shellcheck disable=SC2086
	wait $lab_pids 2>/dev/null
	lab_pids=
	for n in $nodes $hosts; do
		echo "netns del $n"
	done | ip -force -batch - 2>/dev/null
	rm -rf "$run"
}

# -------------------------------------------------------------- configurations

key_of() { echo "key-of-site-$1"; }

# joined GLUE WORD...
joined()
{
	local w out=

	for w in "${@:2}"; do
		out+="${out:+$1}$w"
	done
	echo "$out"
}

# The words of a list, quoted and with commas, for JSON.
quoted()
{
	local words=("${@/#/\"}")

	joined ", " "${words[@]/%/\"}"
}

# Where site $1 registers and asks: over IPv4 if it can.
ms_of() { if [ -n "${rloc4[$1]-}" ]; then echo $ms4; else echo $ms6; fi; }

vpn_json()
{
	local s=$1 v=$2

	cat <<-JSON
	      { "name": "$v", "iid": ${iid[$v]}, "device": "lisp${iid[$v]}",
	        "vrf": "$v", ${conf_petr[$v]:+"\"proxy-etrs\":
	          [ { \"address\": \"${conf_petr[$v]}\" } ],"}
	        "database": [ { "prefix": "10.${site_nr[$s]}.0.0/16" },
	                      { "prefix": "2001:db8:$s::/48" } ] }
	JSON
}

# Tests change details of the configurations by variables: conf_key,
# conf_listen ("any"), conf_probe and conf_more (of an xTR),
# conf_interval, conf_algorithm, conf_mode and conf_timeout (of the Map-Server).
conf_key='' conf_interval=60 conf_algorithm=hmac-sha256
conf_listen='' conf_probe=60 conf_more=''
conf_mode=auto conf_timeout=180
# Sites whose nonces may go backwards.
unordered=
# Locators of a site that are not the usual ones, as JSON.
declare -A conf_rlocs=()
# A VPN's proxy ETR.
declare -A conf_petr=()

# xtr_conf SITE: lispd's configuration of an xTR.
xtr_conf()
{
	local s=$1 a v rlocs=() nets=() listen mrs

	for v in $vpns; do
		nets+=("$(vpn_json "$s" "$v")")
	done
	for a in ${rloc4[$s]-} ${rloc6[$s]-}; do
		rlocs+=("{ \"address\": \"$a\", \"priority\": 1 }")
	done
	# shellcheck disable=SC2086 # one, the other or both
	listen=$(quoted ${rloc4[$s]-} ${rloc6[$s]-})
	[ "$conf_listen" != any ] || listen=
	case $s in
	a) mrs=$(quoted $ms4 $ms6) ;;
	*) mrs=$(quoted "$(ms_of "$s")") ;;
	esac
	cat <<-JSON
	/* The xTR of site $s. */
	{
	  "name": "xtr-$s",
	  "control-socket": "$run/xtr-$s.sock",
	  "state-dir": "$run/xtr-$s.state",
	  "user": "nobody",
	  "listen": [ $listen ],
	  "xtr": {
	    "xtr-id": "000000000000000000000000000000a${site_nr[$s]}",
	    "site-id": ${site_nr[$s]},
	    "rlocs": [ ${conf_rlocs[$s]-$(joined ", " "${rlocs[@]}")} ],
	    "map-resolvers": [ $mrs ],
	    "map-servers": [
	      { "address": "$(ms_of "$s")", "key-id": 0,
	        "algorithm": "$conf_algorithm",
	        "key": "${conf_key:-$(key_of "$s")}",
	        "proxy-reply": true, "want-map-notify": true } ],
	    "register-interval": $conf_interval,
	    "probe-interval": $conf_probe,
	    $conf_more
	    "vpns": [
$(joined $',\n' "${nets[@]}")
	    ]
	  }
	}
	JSON
}

site_json()
{
	local s=$1 v p eids=() any=false

	[[ " $unordered " != *" $s "* ]] || any=true
	for v in $vpns; do
		for p in "10.${site_nr[$s]}.0.0/16" "2001:db8:$s::/48"; do
			eids+=("{ \"iid\": ${iid[$v]}, \"prefix\": \"$p\" }")
		done
	done
	cat <<-JSON
	      { "name": "site-$s", "mode": "$conf_mode",
	        "accept-unordered-nonce": $any,
	        "keys": [ { "key-id": 0, "algorithm": "$conf_algorithm",
	                    "key": "$(key_of "$s")" } ],
	        "eids": [ $(joined $',\n                  ' "${eids[@]}") ] }
	JSON
}

# ms_conf: the Map-Server's.
ms_conf()
{
	cat <<-JSON
	// Map-Server and Map-Resolver of all three sites.
	{
	  "name": "ms",
	  "control-socket": "$run/ms.sock",
	  "state-dir": "$run/ms.state",
	  "user": "nobody",
	  "listen": [ "$ms4", "$ms6" ],
	  "map-server": {
	    "sites": [
	$(site_json a),
	$(site_json b),
	$(site_json c)
	    ],
	    "registration-timeout": $conf_timeout
	  },
	  "map-resolver": { }
	}
	JSON
}

# conf_write NODE: write the file that lispd_start uses.
conf_write()
{
	case $1 in
	ms) ms_conf ;;
	xtr-*) xtr_conf "${1#xtr-}" ;;
	esac >"$run/$1.conf"
}

# ------------------------------------------------------------------- daemons

# ctl NODE ARGUMENT...: lispctl towards the lispd, or the kernel, of a node.
ctl() { in_ns "$1" lispctl -s "$run/$1.sock" "${@:2}"; }

lispd_up() { ctl "$1" show status; }

# lispd_start NODE: start lispd there and wait until it answers.  Its log is
# $run/NODE.log, its pid ${lispd_pid[NODE]}.
lispd_start()
{
	[ -e "$run/$1.conf" ] || conf_write "$1"
	exec_in "$1" lispd -c "$run/$1.conf" >>"$run/$1.log" 2>&1 &
	lispd_pid[$1]=$!
	wait_for 30 lispd_ready "$1" && lispd_alive "$1"
}

# Ready, or dead: both end the waiting.
lispd_ready() { gone "${lispd_pid[$1]}" || lispd_up "$1"; }
lispd_alive() { [ -n "${lispd_pid[$1]-}" ] && ! gone "${lispd_pid[$1]}"; }

# lispd_stop NODE [SIGNAL]: and wait for its end; its exit status.
lispd_stop()
{
	local pid=${lispd_pid[$1]-} rc

	[ -n "$pid" ] || return 0
	kill "-${2:-TERM}" "$pid" 2>/dev/null
	wait_exit 30 "$pid" 2>/dev/null
	rc=$?
	unset "lispd_pid[$1]"
	return $rc
}

# How many registrations the Map-Server has.
registered() { ctl ms --json show registrations | jq length; }

registered_are() { [ "$(registered)" = "$1" ]; }

# Three sites, two VPNs, two address families.
all_registered() { registered_are 12; }

lab_start()
{
	local n

	for n in ms xtr-a xtr-b xtr-c; do
		lispd_start "$n" || {
			topo_fail "lispd of $n does not start:" \
				"$(tail -n 5 "$run/$n.log")"
			return
		}
	done
	wait_for 60 all_registered ||
		topo_fail "only $(registered) of 12 registrations"
}

# The last words of every daemon, for a failure's report.
lab_logs()
{
	local f

	for f in "$run"/{ms,xtr-*}.log; do
		[ -s "$f" ] || continue
		echo "--- the end of lispd's log in $(basename "$f"):"
		tail -n "${1:-8}" "$f"
	done
}

# ------------------------------------------------------------------- looking

# map_has NODE IID PREFIX [JQ]: the kernel has that mapping, and it satisfies
# the filter.
map_has()
{
	ctl "$1" --json map-cache show iid "$2" | jq -e --arg p "$3" \
		"any(.[]; .prefix == \$p and (${4:-true}))" >/dev/null
}

# map_get NODE IID PREFIX JQ: something of that mapping.
map_get()
{
	ctl "$1" --json map-cache show iid "$2" |
		jq -r --arg p "$3" ".[] | select(.prefix == \$p) | $4"
}

# drops NODE IID REASON: packets refused for that reason.
drops()
{
	ctl "$1" --json device show | jq --argjson i "$2" --arg r "$3" \
		'[.[] | select(.iid == $i) | .drops[$r] // 0] | add'
}

# rloc_of NODE ADDRESS JQ: something the daemon says of an RLOC.
rloc_of()
{
	ctl "$1" --json show rlocs | jq -r --arg a "$2" \
		".[] | select(.address == \$a and (.local | not)) | $3"
}
rloc_is() { [ "$(rloc_of "$1" "$2" .state)" = "$3" ]; }

# stat_of NODE NAME: one of lispd's own counters.
stat_of()
{
	ctl "$1" --json show statistics |
		jq --arg n "$2" '.[$n] // "no such counter"'
}

# stat_reaches NODE NAME NUMBER: at least that.
stat_reaches() { [ "$(stat_of "$1" "$2")" -ge "$3" ]; }

# pings_start, pings_stop: red-a pings red-c without end.
pings_start()
{
	exec_in red-a ping -D -i 0.05 10.3.0.10 >"$run/pings" 2>&1 &
	pings=$!
	wait_for 20 file_has 'icmp_seq=20 ' "$run/pings"
}
pings_stop()
{
	kill -INT "$pings"
	wait_exit 20 "$pings"
}
# Replies missing among them, and the longest time without one, in ms.
pings_lost()
{
	sed -n 's/.*icmp_seq=\([0-9]*\) ttl.*/\1/p' "$run/pings" |
		awk '{ n++; if ($1 > max) max = $1 } END { print max - n }'
}
pings_gap()
{
	sed -n 's/^\[\([0-9.]*\)\] .* ttl.*/\1/p' "$run/pings" | awk '
		last && $1 - last > max { max = $1 - last } { last = $1 }
		END { printf "%d\n", 1000 * max }'
}

# ------------------------------------------------------------------ captures

# watch_start NAME NODE DEVICE [FILTER]: record to $run/NAME.pcap; returns when
# tcpdump really listens.
declare -A watch_pid=()
watch_start()
{
	exec_in "$2" tcpdump -Z root -U --immediate-mode -s 0 -n -i "$3" \
		-w "$run/$1.pcap" ${4:+"$4"} 2>"$run/$1.tcpdump" &
	watch_pid[$1]=$!
	wait_for 20 file_has "listening on" "$run/$1.tcpdump"
}

# watch_stop NAME: it is written, --immediate-mode and -U see to that.
watch_stop()
{
	kill -INT "${watch_pid[$1]}"
	wait "${watch_pid[$1]}"
	unset "watch_pid[$1]"
}

# watched NAME FILTER: how many packets of that kind it has seen so far.
watched() { tcpdump -n -r "$run/$1.pcap" "$2" 2>/dev/null | wc -l; }
watched_some() { [ "$(watched "$@")" -gt 0 ]; }

# Data packets by what is outside and what is inside.  LISP's header ends 16
# octets after the start of the UDP header.
# shellcheck disable=SC2034 # for those who source this
{
	v4_in_v6='ip6 and ip6[6] = 17 and ip6[42:2] = 4341 and ip6[56] & 0xf0 = 0x40'
	v6_in_v4='ip and udp dst port 4341 and udp[16] & 0xf0 = 0x60'
}
