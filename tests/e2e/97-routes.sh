# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# beside
# Routes of C's VRF red are EID-prefixes of the site, as long as they are there.
# shellcheck disable=SC2154 # what topology.sh sets

# locals_are PREFIX...: the IPv4 ones of red that the kernel has.
locals_are()
{
	[ "$(ctl xtr-c --json local show | jq -r '[.[] | select(.iid == 100) |
		.prefix | select(contains(":") | not)] | sort | join(" ")')" \
		= "$*" ]
}
route() { ip -n xtr-c route "$1" "$2" dev red-lan table 100 "${@:3}"; }

rules='"max-routes": 4, "routes": [
	{ "prefix": "10.3.9.0/24", "exclude": true },
	{ "prefix": "10.3.0.0/16", "le": 24 } ],'
conf=$(<"$run/xtr-c.conf")
echo "${conf/\"vrf\": \"red\",/\"vrf\": \"red\", $rules}" >"$run/xtr-c.conf"
check "C is told to register routes beneath 10.3.0.0/16" ctl xtr-c reload
check_lab "the connected one is a local EID" \
	wait_for 20 locals_are 10.3.0.0/16 10.3.0.0/24
# Ours behind a lisp device, if only one way of several, are the others'.
ip -n xtr-c route add 10.3.4.0/24 dev lisp100 table 100
ip -n xtr-c route add 10.3.5.0/24 table 100 \
	nexthop dev lisp100 nexthop dev red-lan
ip -n xtr-c route add 10.3.6.0/24 table 100 \
	nexthop dev red-lan nexthop dev lisp100
route add 10.3.9.0/24
route add 10.3.8.0/25
route add 10.4.0.0/24
route add 10.3.7.0/24
check_lab "a route that fits is one, too; six that do not are none" \
	wait_for 20 locals_are 10.3.0.0/16 10.3.0.0/24 10.3.7.0/24
check "lispctl trace knows it" eval 'ctl xtr-c trace 10.3.7.1 iid 100 |
	grep -q "an EID of this site"'
check_lab "it is registered with the Map-Server" wait_for 30 eval \
	'ctl xtr-c --json show database | jq -e "any(.[];
		.prefix == \"10.3.7.0/24\" and .[\"map-servers\"][0].notified)"'
for n in 1 2 3; do
	route add 10.3.2$n.0/24
done
check_lab "more than max-routes: the log says so" wait_for 60 file_has \
	'VPN red: 1 routes more than its "max-routes"' "$run/xtr-c.log"
for n in 1 2 3; do
	route del 10.3.2$n.0/24
done
for n in 4 5 6; do
	ip -n xtr-c route del 10.3.$n.0/24 table 100
done
ip -n xtr-c link set red-lan down
check_lab "the interface is down, and with it all routes go" \
	wait_for 80 locals_are 10.3.0.0/16
ip -n xtr-c link set red-lan up
ip -n xtr-c -6 address replace 2001:db8:c::1/64 dev red-lan nodad
check_lab "up: the connected one is back" \
	wait_for 80 locals_are 10.3.0.0/16 10.3.0.0/24
conf_write xtr-c
check "C is as it was" ctl xtr-c reload
check_lab "without routes" wait_for 20 locals_are 10.3.0.0/16
check_lab "all is registered, and no more" wait_for 60 all_registered
is "red-a reaches red-c" "$(ask_who red-a 10.3.0.10)" red-c
