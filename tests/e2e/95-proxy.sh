# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# RFC 6832: a host that has never heard of LISP, and hosts of A and B.
#
#   red-a -- xtr-a -- r1 -- r2 -- xtr-b -- red-b
#                     |
#                   proxy -- inet		198.18.0.10  2001:db8:ffff::10
#
# proxy attracts 10.0.0.0/8 and 2001:db8:a::/47 as a proxy ITR, and takes what A
# and B send to others as their proxy ETR.  A is told of it over IPv4, B over
# IPv6, the only family it has.
# shellcheck disable=SC2154,SC2034 # what topology.sh sets and reads

petr4=192.0.2.9 petr6=2001:db8:0:9::1
inet4=198.18.0.10 inet6=2001:db8:ffff::10

batch_proxy_links()
{
	echo "netns add proxy"
	echo "netns add inet"
	echo "link add core netns proxy type veth peer name proxy netns r1"
	echo "link add lan netns proxy type veth peer name eth0 netns inet"
}
batch_proxy()
{
	up core $petr4/30 $petr6/64
	echo "route add default via 192.0.2.10"
	echo "route add default via 2001:db8:0:9::2"
	echo "link add red type vrf table 100"
	echo "link set red up"
	echo "link set lan master red"
	up lan 198.18.0.1/24 2001:db8:ffff::1/64
}
batch_inet()
{
	up lo
	up eth0 $inet4/24 $inet6/64
	echo "route add default via 198.18.0.1"
	echo "route add default via 2001:db8:ffff::1"
}
proxy_up()
{
	batch_proxy_links | ip -batch - &&
		batch_proxy | ip -n proxy -batch - &&
		batch_inet | ip -n inet -batch - &&
		up proxy 192.0.2.10/30 2001:db8:0:9::2/64 |
			ip -n r1 -batch - &&
		ip -n r2 -batch - <<-IP &&
			route add 192.0.2.8/30 via 192.0.2.253
			route add 2001:db8:0:9::/64 via 2001:db8:0:12::1
		IP
		in_ns proxy bash -c "$router_knobs" && host_serve inet
}
check "the rest of the world" proxy_up

cat >"$run/proxy.conf" <<-JSON
	{
	  "name": "proxy",
	  "control-socket": "$run/proxy.sock",
	  "state-dir": "$run/proxy.state",
	  "xtr": {
	    "rlocs": [ { "address": "$petr4" }, { "address": "$petr6" } ],
	    "map-resolvers": [ "$ms4" ],
	    "vpns": [
	      { "name": "red", "iid": 100, "device": "lisp100", "vrf": "red",
	        "proxy-itr": true, "proxy-etr": true,
	        "eid-space": [ "10.0.0.0/8", "2001:db8:a::/47" ] } ]
	  }
	}
JSON
watch_start proxy ms core "udp port 4342" || fail "capture at the Map-Server"
check_lab "the proxy starts" lispd_start proxy
conf_petr[red]=$petr4
conf_write xtr-a
conf_petr[red]=$petr6
conf_write xtr-b
unset "conf_petr[red]"
for n in xtr-a xtr-b; do
	ctl $n map-cache flush iid 100 origin 9301
	check "$n is told of its proxy ETR" ctl $n reload
done

# ---- from outside in, and back

# none_lost HOST ADDRESS
none_lost()
{
	in_ns "$1" ping -c 3 -i 0.2 -W 20 "$2" | grep -F " 3 received"
}
check_lab "inet reaches red-a, not even the first ping is lost" \
	none_lost inet 10.1.0.10
check_lab "and red-b over IPv6" none_lost inet 2001:db8:b::10
is "inet asks red-b" "$(ask_who inet 10.2.0.10)" red-b
check "the Map-Requests had the p bit" watched_some proxy \
	"src host $petr4 and udp[8] >> 4 = 8 and udp[41] & 0x80 != 0"
watch_stop proxy
is "the proxy registered nothing" "$(registered)" 12
check "what A sends back leads to its proxy ETR" map_has xtr-a 100 \
	198.0.0.0/8 ".action == \"native\" and
		[.locators[].address] == [\"$petr4\"]"
check "B's, over IPv6, to its own" map_has xtr-b 100 198.0.0.0/8 \
	"[.locators[].address] == [\"$petr6\"]"

# ---- from inside out

is "red-a asks inet over IPv4" "$(ask_who red-a $inet4)" inet
is "red-b asks inet over IPv6" "$(ask_who red-b $inet6)" inet
is "lispctl says how" "$(ctl xtr-a --json trace $inet4 iid 100 |
	jq -r .verdict)" \
	"not a LISP site: encapsulated to the one proxy ETR in use"

# ---- a source that is no EID

filtered()
{
	in_ns proxy nstat -asz TcpExtIPReversePathFilter |
		awk '/Filter/ { print $2 }'
}
filtered_some() { [ "$(filtered)" -gt 0 ]; }
in_ns proxy bash -c 'echo 1 >/proc/sys/net/ipv4/conf/lisp100/rp_filter'
is "the proxy verifies sources: red-a still asks inet" \
	"$(ask_who red-a $inet4)" inet
is "nothing was filtered" "$(filtered)" 0
ip -n red-a address add 172.16.0.1/32 dev lo
check_fails "red-a pings with a source that is no EID" \
	in_ns red-a ping -c 1 -W 1 -I 172.16.0.1 $inet4
check "it is filtered" wait_for 20 filtered_some
ip -n red-a address del 172.16.0.1/32 dev lo

# ---- what goes nowhere

check_lab "inet: an EID that nobody has: net unreachable" \
	refused inet 10.9.0.1 "Destination Net Unreachable"
check_lab "blue has no proxy: net unreachable" \
	refused blue-a $inet4 "Destination Net Unreachable"
for n in xtr-a xtr-b; do
	conf_write $n
	check "$n is told that it has none any more" ctl $n reload
done
check_lab "red-a does not reach inet then" \
	refused red-a $inet4 "Destination Net Unreachable"

lispd_stop proxy TERM
is "the proxy ends" $? 0
kill "${lab_pids##* }"
ip -batch - <<-IP
	netns del proxy
	netns del inet
IP
ip -n r2 -batch - <<-IP
	route del 192.0.2.8/30
	route del 2001:db8:0:9::/64
IP
