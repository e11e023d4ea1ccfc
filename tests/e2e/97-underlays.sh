# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# beside
# Two RLOC spaces, each in a VRF of its own on both routers, with the same
# addresses in both; and in both a VPN of Instance-ID 100 with the same
# EID-prefixes. A lispd serves an RLOC space (draft-ietf-lisp-vpn 3.3), so each
# router has two.
#
#	    redA -- tA -- coreA ======== coreA -- tA -- redA
#	u1						      u2
#	    redB -- tB -- coreB ======== coreB -- tB -- redB
#
# RLOCs are 198.18.1.1 of u1 and 198.18.1.2 of u2, which is Map-Server, too: of
# two sites in two mapping systems that know nothing of each other.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

# batch_under SITE
batch_under()
{
	local x nr=0

	echo "link set lo up"
	for x in A B; do
		nr=$((nr + 1))
		echo "link add core$x type vrf table $((10 + nr))"
		echo "link set core$x up"
		echo "link set wire$x master core$x"
		up "wire$x" "198.18.1.$1/24"
		echo "link add red$x type vrf table $((20 + nr))"
		up "red$x" "10.$1.0.1/32" "10.$1.1.$nr/32" \
			"2001:db8:$1::1/128" "2001:db8:$1::1:$nr/128"
	done
}

under_up()
{
	local x

	{
		printf '%s\n' "netns add u1" "netns add u2"
		for x in A B; do
			echo "link add wire$x netns u1 type veth" \
				"peer name wire$x netns u2"
		done
	} | ip -batch - &&
		batch_under 1 | ip -n u1 -batch - &&
		batch_under 2 | ip -n u2 -batch -
}

under_site()
{
	cat <<-JSON
	{ "name": "site-$1", "keys": [ { "key-id": 0,
	    "algorithm": "hmac-sha256", "key": "$(key_of "$1$2")" } ],
	  "eids": [ { "iid": 100, "prefix": "10.$1.0.0/16" },
	            { "iid": 100, "prefix": "2001:db8:$1::/48" } ] }
	JSON
}

# under_conf SITE A|B: what tells two in one namespace apart is the underlay,
# their origin, and where they keep their things.
declare -A under_origin=([A]=9301 [B]=9302)
under_conf()
{
	cat <<-JSON
	{
	  "name": "u$1-$2", "control-socket": "$run/u$1-$2.sock",
	  "state-dir": "$run/u$1-$2.state", "user": "nobody",
	  "underlay": "core$2",
	  "xtr": {
	    "origin": ${under_origin[$2]},
	    "rlocs": [ { "address": "198.18.1.$1" } ],
	    "map-resolvers": [ "198.18.1.2" ],
	    "map-servers": [ { "address": "198.18.1.2", "key-id": 0,
	      "algorithm": "hmac-sha256", "key": "$(key_of "$1$2")" } ],
	    "vpns": [ { "name": "red", "iid": 100, "device": "t$2",
	      "vrf": "red$2", "database": [ { "prefix": "10.$1.0.0/16" },
	      { "prefix": "2001:db8:$1::/48" } ] } ]
	  }$([ "$1" = 1 ] || echo ", \"map-resolver\": { },
	  \"map-server\": { \"sites\": [ $(under_site 1 "$2"),
	                                 $(under_site 2 "$2") ] }")
	}
	JSON
}

under_ctl() { in_ns "${1%-*}" lispctl -s "$run/$1.sock" "${@:2}"; }

under_answers() { gone "${lispd_pid[$1]}" || under_ctl "$1" show status; }

# under_start u1-A
under_start()
{
	under_conf "${1:1:1}" "${1#*-}" >"$run/$1.conf"
	exec_in "${1%-*}" lispd -c "$run/$1.conf" >>"$run/$1.log" 2>&1 &
	lispd_pid[$1]=$!
	wait_for 30 under_answers "$1" && lispd_alive "$1"
}

under_registered()
{
	[ "$(under_ctl "u2-$1" --json show registrations | jq length)" = 4 ]
}

under_talk() { crosstalk -t 60 u1 u2 redA redB; }

# The mappings of one underlay, in the kernel.
under_maps()
{
	in_ns u1 lispctl --json map-cache show iid 100 underlay "core$1" |
		jq -r '.[].prefix' | sort | tr '\n' ' '
}

check "two routers with two RLOC spaces" under_up
for n in u2-A u2-B u1-A u1-B; do
	check "lispd $n starts" under_start $n
done
for x in A B; do
	check "both sites are registered over core$x" wait_for 60 \
		under_registered $x
done
check "Instance-ID 100 over two RLOC spaces are two VPNs" under_talk
for x in A B; do
	is "u1 has a map-cache for core$x" "$(under_maps $x)" \
		"10.2.0.0/16 2001:db8:2::/48 "
done
check "of two lispd, that of core A goes" lispd_stop u1-A
is "its device with it, the other's stays" \
	"$(ip -n u1 -json link show type lisp | jq -r '.[].ifname')" tB
check "it comes again" under_start u1-A
check "each VPN reaches itself only, again" under_talk
check "a device in the VRF of the other VPN" \
	ip -n u2 link set tA master redB
check_fails_with "is noticed" "came out in redB of site 2" under_talk
for n in u1-A u1-B u2-A u2-B; do
	lispd_stop $n
done
printf '%s\n' "netns del u1" "netns del u2" | ip -batch -
