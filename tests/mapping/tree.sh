# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A delegation tree, each node a lispd in a network namespace of its own, all on
# one link.  Everything is signed, and the resolver wants it so.
#
#	r1 .1   r2 .2                roots: all
#	 |       |
#	n11 .11 n12 .12              2001:db8::/32
#	 |       |
#	 +-------+-- m101 .101       2001:db8:100::/40, a Map-Server
#	 |       |
#	n201 .201                    2001:db8:500::/40
#	 |
#	 +---------- m211 .211       2001:db8:500::/48, a Map-Server
#	 |
#	n202 .202                    2001:db8:501::/48
#	 |
#	 +---------- m221 .221       2001:db8:501:8000::/49, Map-Servers that
#	             m222 .222       are peers
#
# and what is wrong: .12 is lame for 2001:db9::/32; n31 .31 (2001:dba::/32)
# refers to n11 for 2001:dba:1::/48, and that back to n31; the roots have another
# key for n41 .41 (2001:dbb::/32) than it signs with.  The resolver is mr .50, and itr .60 asks it.

net=192.0.2
declare -A pid
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
art=$top/build/mapping
bin=$top/build

# A namespace NAME with address .N.
host()
{
	ip netns add "$1"
	ip link add "v$1" type veth peer name eth0 netns "$1"
	ip link set "v$1" master br0 up
	ip -n "$1" addr add "$net.$2/24" dev eth0
	ip -n "$1" link set eth0 up
	ip -n "$1" link set lo up
}

# Keys are what takes time: as many as have to differ, and made only once.
make_keys()
{
	local name

	mkdir -p "$art/keys"
	for name in root n11 m101 n201 n202 ms n41 other; do
		[ -s "$art/keys/$name.pub" ] && continue
		openssl genrsa -out "$art/keys/$name.pem" 2048 2>/dev/null &&
			openssl rsa -in "$art/keys/$name.pem" -pubout \
				-out "$art/keys/$name.pub" 2>/dev/null
	done
}

# Of a node: its own keys, and one that answers for somebody else's.
own_key() { echo "\"key-files\": [\"$art/keys/$1.pem\"]"; }
# at N KEY [PRIORITY]
at()
{
	echo "{ \"address\": \"$net.$1\", \"priority\": ${3:-1}," \
		"\"key-files\": [\"$art/keys/$2.pub\"] }"
}

# to PREFIX NODES [MS]: a delegation
to()
{
	echo "{ \"eid-prefix\": \"$1\", \"nodes\": [$2]" \
		"${3:+, \"map-server\": true} }"
}

# own PREFIX [PEER...]: an authority, complete when peers are given
own()
{
	local p peers=

	for p in "${@:2}"; do peers+="${peers:+, }\"$net.$p\""; done
	echo "{ \"eid-prefix\": \"$1\"${2:+, \"peers\": [$peers], \"complete\": true} }"
}

# site PREFIX...: a site "s" that may register these
site()
{
	local p list=

	for p in "$@"; do list+="${list:+, }{ \"prefix\": \"$p\" }"; done
	echo "\"map-server\": { \"sites\": [ { \"name\": \"s\", \"eids\": [$list]," \
		"\"keys\": [ { \"key\": \"secret\" } ] } ] },"
}

# config NAME ROLES: its configuration file
config()
{
	cat >"$art/$1.conf" <<-END
		{ "name": "$1", "user": "root", "log-level": "debug",
		  "control-socket": "$art/$1.sock",
		  "state-dir": "$art/$1.state", $2 }
	END
}

# node NAME KEY AUTHORITIES DELEGATIONS [ROLES [HINTS]]
node() {
	config "$1" "${5:-} \"ddt-node\": { \"authoritative\": [$3],
		\"delegations\": [$4], \"hints\": [${6:-}], $(own_key "$2") }"
}

root() {
	node "$1" root "$(own '*')" "
		$(to 2001:db8::/32 "$(at 11 n11), $(at 12 n11)"),
		$(to 2001:db9::/32 "$(at 12 n11), $(at 11 n11 2)"),
		$(to 2001:dba::/32 "$(at 31 n11)"),
		$(to 2001:dbb::/32 "$(at 41 other)"),
		$(to "[256/24]*" "$(at 11 n11)")"
}

# level1 NAME MORE-AUTHORITIES MORE-DELEGATIONS [HINTS]
level1() {
	node "$1" n11 "$(own 2001:db8::/32)$2" "
		$(to 2001:db8:100::/40 "$(at 101 m101)" ms),
		$(to 2001:db8:500::/40 "$(at 201 n201)")$3" "" "${4:-}"
}

configure()
{
	root r1
	root r2
	level1 n11 ", $(own 2001:db9::/32), $(own '[256/24]*')" ",
		$(to 2001:db9:1::/48 "$(at 101 m101)" ms)" \
		"$(to 2001:dba:1::/48 "$(at 31 n11)")"
	level1 n12 "" ""
	node m101 m101 "$(own 2001:db8:100::/40), $(own 2001:db9:1::/48)" "" \
		"$(site 2001:db8:103::/48 2001:db8:104::/48 2001:db9:1::/48)"
	node n201 n201 "$(own 2001:db8:500::/40)" "
		$(to 2001:db8:500::/48 "$(at 211 ms)" ms),
		$(to 2001:db8:501::/48 "$(at 202 n202)")"
	node n202 n202 "$(own 2001:db8:501::/48)" "
		$(to 2001:db8:501:8000::/49 "$(at 221 ms), $(at 222 ms)" ms)"
	node m211 ms "$(own 2001:db8:500::/48)" "" \
		"$(site 2001:db8:500:1::/64 2001:db8:500:2::/64)"
	node m221 ms "$(own 2001:db8:501:8000::/49 222)" "" \
		"$(site 2001:db8:501:8008::/64 2001:db8:501:8009::/64)"
	node m222 ms "$(own 2001:db8:501:8000::/49 221)" "" \
		"$(site 2001:db8:501:8008::/64 2001:db8:501:8009::/64)"
	node n31 n11 "$(own 2001:dba::/32)" "
		$(to 2001:dba:1::/48 "$(at 11 n11)")"
	node n41 n41 "$(own 2001:dbb::/32)" ""
	config mr "\"map-resolver\": { \"ddt-roots\": [\"$net.1\", \"$net.2\"],
		\"ddt-security\": \"require\",
		\"ddt-trust-anchors\": [{ \"key-file\": \"$art/keys/root.pub\" }] }"
}

ctl() { "$bin/lispctl" -s "$art/$1.sock" "${@:2}"; }

# within SECONDS COMMAND...: until it succeeds; of the machine's own seconds, its
# clock may be set meanwhile
within()
{
	local now end

	IFS=. read -r end _ </proc/uptime
	end=$((end + $1))
	until "${@:2}" >/dev/null 2>&1; do
		IFS=. read -r now _ </proc/uptime
		[ "$now" -lt "$end" ] || return 1
		read -r -t 0.05 <> <(:)
	done
	return 0
}

start()
{
	ip netns exec "$1" "$bin/lispd" -c "$art/$1.conf" \
		>"$art/$1.log" 2>&1 &
	pid[$1]=$!
	within 60 ctl "$1" show status
}

stop()
{
	kill "${pid[$1]}"
	wait "${pid[$1]}" 2>/dev/null
}

# reconfigured NAME: it has read its file again
reconfigured() { ctl "$1" reload; }

tree_up()
{
	local h

	ip link add br0 type bridge
	ip link set br0 up
	make_keys && configure || return 1
	for h in r1:1 r2:2 n11:11 n12:12 n31:31 n41:41 m101:101 n201:201 \
		n202:202 m211:211 m221:221 m222:222 mr:50 itr:60 etr:70; do
		host "${h%:*}" "${h#*:}" || return 1
	done
	for h in r1 r2 n11 n12 n31 n41 m101 n201 n202 m211 m221 m222 mr; do
		start "$h" || { echo "# $h did not start"; return 1; }
	done
	registers 101 2001:db8:103::/48 2001:db9:1::/48 &&
		registers 211 2001:db8:500:1::/64 &&
		registers 221 2001:db8:501:8008::/64 &&
		registers 222 2001:db8:501:8008::/64
}

# registers N PREFIX...: at the Map-Server .N
registers()
{
	ip netns exec etr "$top/tests/mapping/etr" "$net.$1" secret "$net.70" \
		"${@:2}"
}

# counter NAME GROUP COUNTER
counter() { ctl "$1" --json show statistics | jq ".\"$2-$3\""; }
