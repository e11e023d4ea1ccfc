# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art, bin, net and pid are tree.sh's
#
# lispctl doctor in network namespaces, without lisp.ko: what it finds of a
# lispd that is a Map-Server, of an xTR whose lispd is away, and of one that a
# script speaks for.  Every finding by itself is in tests/unit/test_doctor*.c.

# doctor NAME SOCKET FILE [COMMAND...]: its status is in $status, what it found
# in $art/doctor.json
doctor()
{
	status=0
	ip netns exec "$1" "${@:4}" "${lispctl:-$bin/lispctl}" -j -s "$art/$2.sock" doctor \
		config "$3" >"$art/doctor.json" || status=$?
	jq -r '.[] | "\(.verdict) \(.check): \(.finding) -> \(.do // "")"' \
		"$art/doctor.json"
}

# finds VERDICT CHECK PATTERN: there is such a finding
finds()
{
	jq -e --arg v "$1" --arg c "$2" --arg p "$3" 'any(.[]; .verdict == $v and
		.check == $c and (.finding | test($p)))' <"$art/doctor.json" || {
		echo "not found: $*"
		return 1
	}
}

# ok CHECK: it found something, and that all is well
ok() { jq -e --arg c "$1" '[.[] | select(.check == $c) | .verdict] |
	length > 0 and all(. == "ok")' <"$art/doctor.json"; }

nothing_there()
{
	doctor dx nobody "$art/nothing.conf"
	[ "$status" = 2 ] && finds bad configuration "there is no" &&
		finds bad lispd "no lispd behind .*nobody.sock" &&
		finds bad module "not loaded" && ok kernel && ok sockets &&
		jq -e 'all(.verdict == "ok" or has("do"))' <"$art/doctor.json"
}

# Of a Map-Server all is well but perhaps the machine's clock.
a_map_server()
{
	host dms 91 || return 1
	config dms "\"map-server\": { \"sites\": [ { \"name\": \"s\",
		\"eids\": [ { \"prefix\": \"2001:db8:1::/48\" } ],
		\"keys\": [ { \"key\": \"secret\" } ] } ] }, \"map-resolver\": {}"
	start dms || return 1
	# Not beneath what only root may enter.
	cp "$art/dms.conf" /run/dms.conf
	chmod 604 /run/dms.conf
	doctor dms dms /run/dms.conf
	finds warning keys 'every user .*: 1, "/run/dms.conf"' || return 1
	chmod 600 "$art/dms.conf"
	doctor dms dms "$art/dms.conf"
	jq -e 'map(select(.check != "clock")) | all(.verdict == "ok")' \
		<"$art/doctor.json" && ok configuration && ok lispd && ok keys &&
		ok module && finds ok sockets "4342 .*bound" && ok sites && ok store &&
		[ "$status" -lt 2 ]
}

# The doctor looks at the file that lispd has, and lispd was given it by a name
# that means something else here.
its_file()
{
	local other

	config dms2 '"map-resolver": { "map-servers": [ "192.0.2.91" ] }'
	(cd "$art" && exec ip netns exec dx "$bin/lispd" -c dms2.conf) &
	other=$!
	within 60 ctl dms2 show status || return 1
	(cd / && "$bin/lispctl" -j -s "$art/dms2.sock" doctor) \
		>"$art/doctor.json"
	kill "$other" && wait "$other"
	finds ok configuration "^$art/dms2.conf: no mistakes"
}

# An ETR with another key than its site's; then it has the right one.
wrong_key_at_server()
{
	ip netns exec dx "$top/tests/mapping/etr" "$net.91" wrong \
		"$net.90" 2001:db8:1::/48 && return 1
	doctor dms dms "$art/dms.conf"
	[ "$status" = 2 ] && finds bad sites '0 registrations.*"key":' &&
		grep "fails authentication.*, nonce [0-9]" "$art/dms.log" &&
		ip netns exec dx "$top/tests/mapping/etr" "$net.91" secret \
			"$net.90" 2001:db8:1::/48 || return 1
	doctor dms dms "$art/dms.conf"
	[ "$status" = 1 ] && finds warning sites '1 registrations.*"key":'
}

# xtr [RLOC]: a configuration whose Map-Server is dms
xtr_config()
{
	config dxtr "\"xtr\": { \"rlocs\": [ { \"address\": \"$net.${1:-90}\" } ],
		\"map-resolvers\": [ \"$net.91\" ],
		\"map-servers\": [ { \"address\": \"$net.91\", \"key\": \"secret\" } ],
		\"vpns\": [ { \"name\": \"v\", \"iid\": 0, \"device\": \"lisp0\",
			\"eid-space\": [ \"2001:db8::/32\" ], \"vrf\": \"dv\",
			\"database\": [ { \"prefix\": \"2001:db8:1::/48\" } ] } ] }"
}

no_lispd()
{
	xtr_config
	doctor dx nobody "$art/dxtr.conf"
	[ "$status" = 2 ] && ok configuration && ok rlocs && ok routes &&
		finds bad vrfs 'no VRF "dv"' && finds bad module "not loaded" &&
		finds ok map-servers "$net.91: answers" && ok map-resolvers
}

# A device of another kind has the setting, too.
forwarding()
{
	config dfw "\"xtr\": { \"rlocs\": [ { \"address\": \"$net.90\" } ],
		\"map-resolvers\": [ \"$net.91\" ],
		\"vpns\": [ { \"name\": \"v\", \"iid\": 0,
			\"device\": \"fw0\", \"database\": [
				{ \"prefix\": \"10.1.0.0/16\" },
				{ \"prefix\": \"2001:db8:1::/48\" } ] } ] }"
	ip -n dx link add fw0 type veth peer name fw1
	ip netns exec dx sysctl -qw net.ipv6.conf.all.forwarding=0 \
		net.ipv4.ip_forward=0
	doctor dx nobody "$art/dfw.conf"
	finds warning forwarding "fw0: IPv4 packets are not forwarded" &&
		finds warning forwarding "all: IPv6 packets are not" || return 1
	ip netns exec dx sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv4.ip_forward=1
	doctor dx nobody "$art/dfw.conf"
	ip -n dx link del fw0
	ip netns exec dx sysctl -qw net.ipv6.conf.all.forwarding=0 \
		net.ipv4.ip_forward=0
	ok forwarding
}

wrong_host()
{
	xtr_config 99
	ip -n dx addr del "$net.90/24" dev eth0
	ip -n dx addr add 198.18.0.1/32 dev lo
	doctor dx nobody "$art/dxtr.conf"
	ip -n dx addr del 198.18.0.1/32 dev lo
	ip -n dx addr add "$net.90/24" dev eth0
	finds bad rlocs "$net.99: this host does not have" &&
		finds bad routes "Map-Server $net.91: there is no route" &&
		finds bad routes "Map-Resolver $net.91: there is no route"
}

mistake()
{
	echo '{ "xtr": 5 }' >"$art/mistake.conf"
	doctor dx nobody "$art/mistake.conf"
	[ "$status" = 2 ] && finds bad configuration "mistake.conf:1: xtr" ||
		return 1
	mkfifo "$art/fifo"
	doctor dx nobody "$art/fifo" timeout 60
	[ "$status" = 2 ] &&
		finds bad configuration "fifo: expected a regular file"
}

# Somebody else has the ports.
taken()
{
	local others=() p

	for p in 4341 4342; do
		ip netns exec dx socat -u "UDP4-RECV:$p" /dev/null &
		others+=($!)
	done
	xtr_config
	within 60 eval 'doctor dx nobody "$art/dxtr.conf"
		finds bad sockets "4341 is taken" &&
		finds bad sockets "4342 is taken"'
	p=$?
	kill "${others[@]}"
	wait "${others[@]}"
	return $p
}

# Who is not root is told what he did not get to see.
not_root()
{
	chmod 600 "$art/dxtr.conf"
	# Not beneath what only root may enter.
	cp "$bin/lispctl" /run/lispctl
	lispctl=/run/lispctl
	doctor dms dms "$art/dxtr.conf" setpriv --reuid 65534 --regid 65534 \
		--clear-groups
	lispctl=
	[ "$status" -gt 0 ] && finds unknown configuration "read|denied" &&
		finds unknown lispd "does not talk to this user"
}

# A lispd that a script speaks for: one file an answer, named by "what".
speaker()
{
	cat >/run/speak <<-'END'
		#!/bin/bash
		while read -r line; do
			what=${line#*\"what\":\"}
			cat "/run/say/${what%%\"*}" 2>/dev/null ||
				echo '{"data":[]}'
		done
	END
	chmod +x /run/speak
	mkdir -p /run/say
	echo '{"data":{"name":"x","uptime":1,"data-plane":"script",' \
		"\"map-resolvers\":[{\"address\":\"$net.99\"}," \
		"{\"address\":\"$net.91\",\"state\":\"up\"}]}}" \
		>/run/say/status
	socat "UNIX-LISTEN:$art/said.sock,fork" EXEC:/run/speak &
	speaking=$!
	within 60 "$bin/lispctl" -s "$art/said.sock" show status
}

# lig SOCKET WORDS...
lig() { ip netns exec dx "$bin/lig" -S "$art/$1.sock" -c 1 "${@:2}"; }

# says_no PATTERN STATUS COMMAND...: it ends so, and that is why
says_no()
{
	local out status=0

	out=$("${@:3}" 2>&1) || status=$?
	echo "$out"
	[ "$status" = "$2" ] && grep -q "$1" <<<"$out"
}

# lig asks whom lispd asks, and says whom it has asked in vain.
lig_asks()
{
	lig said 2001:db8:1::1 | grep "from $net.91" &&
		says_no "expected a Map-Resolver to ask: -m" 1 \
			lig nobody 2001:db8:1::1 &&
		says_no "no answer to 1 Map-Requests to $net.90:" 1 \
			lig said -m "$net.90" -t 100 2001:db8:1::1 &&
		says_no "lispd has no EID-prefix of its own$" 1 lig said self
}

# Whom a Map-Resolver asks: a root that is there and one that is not, or a
# Map-Server.
resolver()
{
	local root

	config droot '"ddt-node": { "authoritative": [ { "eid-prefix": "*" } ] }'
	ip netns exec dx "$bin/lispd" -c "$art/droot.conf" &
	root=$!
	within 60 ctl droot show status || return 1
	echo '{"data":{"ddt-client-bad-signature":3}}' >/run/say/statistics
	config dmr "\"map-resolver\": { \"ddt-roots\": [ \"$net.90\",
		\"$net.99\" ] }"
	doctor dx said "$art/dmr.conf"
	kill "$root" && wait "$root"
	rm /run/say/statistics
	finds ok ddt-roots "$net.90: answers" &&
		finds bad ddt-roots "$net.99: does not answer" &&
		finds warning ddt-roots "3 Map-Referrals were not signed" &&
		! finds ok map-servers . || return 1
	config dmr "\"map-resolver\": { \"map-servers\": [ \"$net.91\" ] }"
	doctor dx said "$art/dmr.conf"
	finds ok map-servers "$net.91: answers" && ! finds ok ddt-roots .
}

# What the Map-Server makes of our registrations is something lispd knows.
registrations()
{
	local entry='"iid":0,"prefix":"2001:db8:1::/48"'

	xtr_config
	echo "{\"data\":[{$entry,\"map-servers\":[{\"address\":\"$net.91\",
		\"state\":\"asking\",\"refused\":false}]}]}" | tr -d '\n' \
		>/run/say/database
	echo >>/run/say/database
	doctor dx said "$art/dxtr.conf"
	finds bad map-servers "does not acknowledge our Map-Registers" &&
		finds bad sockets "not bound in this network namespace" ||
		return 1
	stop dms
	doctor dx said "$art/dxtr.conf"
	finds bad map-servers "$net.91: does not answer" &&
		finds bad map-resolvers "does not answer a Map-Request" ||
		return 1
	sed -i 's/asking/up/' /run/say/database
	doctor dx said "$art/dxtr.conf"
	finds ok map-servers "has all 1 EID-prefixes"
}

# dx - br0 - dy, which takes no more than 1400 octets and does not say so;
# dx - br0 - dr - dz, where dr says that it is 1300; .98 is nobody.
paths()
{
	local a

	config dxtr "\"xtr\": { \"rlocs\": [ { \"address\": \"$net.90\" } ],
		\"vpns\": [] }"
	host dy 92 && host dr 93 && ip netns add dz &&
		ip -n dy link set eth0 mtu 1400 &&
		ip -n dr link add z0 mtu 1300 type veth peer name eth0 \
			mtu 1300 netns dz || return 1
	ip -n dr addr add 198.18.1.1/24 dev z0
	ip -n dz addr add 198.18.1.2/24 dev eth0
	ip -n dr link set z0 up
	ip -n dz link set eth0 up
	ip -n dz route add default via 198.18.1.1
	ip netns exec dr sysctl -qw net.ipv4.ip_forward=1
	ip -n dx route add 198.18.1.0/24 via "$net.93"
	{
		printf '{"data":['
		for a in "$net.92" 198.18.1.2 "$net.93" "$net.98"; do
			printf '{"local":false,"address":"%s"},' "$a"
		done
		echo '{"local":true,"address":"192.0.2.90"}]}'
	} >/run/say/rlocs
	doctor dx said "$art/dxtr.conf"
	finds bad mtu "$net.92: packets of 1500 octets are lost" &&
		finds warning mtu "198.18.1.2: .* no more than 1300" &&
		finds ok mtu "$net.93: 1500 octets$" &&
		finds ok mtu "$net.98: 1500 octets .*answers no ping" &&
		! finds ok mtu "$net.90:"
}

# without_module NAME COMMAND...: a check that there is none in the kernel
without_module()
{
	if [ -e /sys/module/lisp ]; then
		skip "$1" "lisp.ko is loaded"
	else
		check "$@"
	fi
}

doctor_checks()
{
	if [ ! -e /sys/module/lisp ] && modinfo lisp >/dev/null 2>&1; then
		skip doctor "lisp.ko is installed, and would be loaded"
		return
	fi
	[ -e /sys/class/net/br0 ] || { ip link add br0 type bridge &&
		ip link set br0 up; }
	check "doctor: a host for it" host dx 90
	without_module "doctor: nothing is there" nothing_there
	check "doctor: a Map-Server is well" a_map_server
	check "doctor: the file that lispd has" its_file
	check "doctor: an ETR with a wrong key, at the Map-Server" \
		wrong_key_at_server
	without_module "doctor: an xTR without lispd, module and VRF" no_lispd
	check "doctor: a router that does not forward" forwarding
	check "doctor: no such RLOC here, no way to the Map-Server" wrong_host
	check "doctor: a mistake in the configuration" mistake
	check "doctor: the ports are taken" taken
	check "doctor: not root" not_root
	check "doctor: a script that speaks for lispd" speaker
	check "lig: the Map-Resolver of lispd, or who it is to ask" lig_asks
	check "doctor: whom a Map-Resolver asks" resolver
	check "doctor: registrations that nobody acknowledges" registrations
	check "doctor: packets lost for their size, said and not said" paths
	kill "$speaking"
}
