# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# beside
# Many VPNs on one router, all with the same EID-prefixes: 1,000 of them in
# "make check-long", else 60.
#
#   m1 ---- m2		RLOCs 198.18.1.1 and .2; m2 is Map-Server, too
#
# Site 1 is 10.1.0.0/16 and 2001:db8:1::/48 in each VPN, site 2 likewise. VPN N
# is Instance-ID 1000 + N, VRF vN, device tN. crosstalk (tests/kselftest) asks
# in 50 of them from each VRF for every other; its addresses are the VRFs' own,
# so it takes no more namespaces.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

many=60 sampled=50
[ -z "${LISP_LONG:-}" ] || many=1000
# Of all VPNs, the first and the last among them.
sample=()
for ((k = 0; k < sampled; k++)); do
	sample+=("v$((1 + k * (many - 1) / (sampled - 1)))")
done

# batch_many SITE
batch_many()
{
	local i k

	echo "link set lo up"
	up core "198.18.1.$1/24"
	for ((i = 1; i <= many; i++)); do
		echo "link add v$i type vrf table $((1000 + i))"
		echo "link set v$i up"
	done
	for ((k = 1; k <= sampled; k++)); do
		printf -v i %x $k
		up "${sample[k - 1]}" "10.$1.0.1/32" "10.$1.1.$k/32" \
			"2001:db8:$1::1/128" "2001:db8:$1::1:$i/128"
	done
}

# No more than it needs: a thousand devices have many settings.
many_up()
{
	printf '%s\n' "netns add m1" "netns add m2" \
		"link add core netns m1 type veth peer name core netns m2" |
		ip -batch - &&
		batch_many 1 | ip -n m1 -batch - &&
		batch_many 2 | ip -n m2 -batch -
}

# Site 2 names them in no order that helps.
many_vpns()
{
	local i glue=

	for i in $(seq "$many" | { [ "$1" = 1 ] && cat || sort -R; }); do
		echo "$glue { \"name\": \"vpn-$i\", \"iid\": $((1000 + i)),
		  \"device\": \"t$i\", \"vrf\": \"v$i\", \"database\": [
		  { \"prefix\": \"10.$1.0.0/16\" },
		  { \"prefix\": \"2001:db8:$1::/48\" } ] }"
		glue=,
	done
}

many_eids()
{
	local i glue=

	for ((i = 1001; i <= 1000 + many; i++)); do
		echo "$glue { \"iid\": $i, \"prefix\": \"10.$1.0.0/16\" },
		  { \"iid\": $i, \"prefix\": \"2001:db8:$1::/48\" }"
		glue=,
	done
}

many_site()
{
	cat <<-JSON
	{ "name": "site-$1", "keys": [ { "key-id": 0,
	    "algorithm": "hmac-sha256", "key": "$(key_of "$1")" } ],
	  "eids": [ $(many_eids "$1") ] }
	JSON
}

# many_conf SITE
many_conf()
{
	cat <<-JSON
	{
	  "name": "m$1", "control-socket": "$run/m$1.sock",
	  "state-dir": "$run/m$1.state", "user": "nobody",
	  "xtr": {
	    "rlocs": [ { "address": "198.18.1.$1" } ],
	    "map-resolvers": [ "198.18.1.2" ],
	    "map-servers": [ { "address": "198.18.1.2", "key-id": 0,
	      "algorithm": "hmac-sha256", "key": "$(key_of "$1")" } ],
	    "vpns": [ $(many_vpns "$1") ]
	  }$([ "$1" = 1 ] || echo ", \"map-resolver\": { },
	  \"map-server\": { \"sites\": [ $(many_site 1), $(many_site 2) ] }")
	}
	JSON
}

many_registered()
{
	[ "$(ctl m2 --json show registrations | jq length)" = $((4 * many)) ]
}

talk()
{
	local rc

	crosstalk -t 60 m1 m2 "${sample[@]}" >"$run/crosstalk"
	rc=$?
	cat "$run/crosstalk"
	return $rc
}

# A device in another's VRF, as if somebody had mistyped.
misplace() { ip -n m2 link set "t${sample[3]#v}" master "${sample[7]}"; }

check "two routers with $many VRFs each" many_up
many_conf 1 >"$run/m1.conf"
many_conf 2 >"$run/m2.conf"
check "the second router's lispd starts" lispd_start m2
check "the first router's lispd starts" lispd_start m1
check "all EID-prefixes of $many VPNs are registered" \
	wait_for 120 many_registered
check "$sampled VPNs: each reaches itself and nobody else" talk
note "$(tail -n 1 "$run/crosstalk")"
check "a device of one VPN in the VRF of another" misplace
check_fails_with "is noticed" "came out in ${sample[7]} of site 2" talk
check "a reload puts it back" ctl m2 reload
check "and nothing crosses any more" talk
for n in m1 m2; do
	lispd_stop $n KILL	# all devices at once, with their namespace
done
printf '%s\n' "netns del m1" "netns del m2" | ip -batch -
