#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# Generic netlink: what is refused changes nothing and says why; who may ask;
# owners; dumps while everything changes.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
need_module lisp

nlraw=$LISP_TOP/build/kselftest/nlraw
setup_ns a
# shellcheck disable=SC2154
ip -n "$a" link add lisp100 type lisp id 100
ip -n "$a" link add lisp77 type lisp id 77
raw() { ip netns exec "$a" "$nlraw" "$@"; }
ctl() { ip netns exec "$a" lispctl "$@"; }

# Attributes of a mapping: 1 underlay, 2 iid, 3 prefix, 4 prefix-len,
# 5 action, 6 locators [ 1 locator [ 1 address, 2 port, 3 priority, 4 weight,
# 5 flags ] ], 7 ttl, 8 origin, 9 version, 16 home-iid.  Of a local EID:
# 5 locators, 6 origin, 7 version.  Of an RLOC: 2 address, 3 port, 4 state.
locator="1[ 1:ip=192.0.2.2 ]"
good="map-new 2:u32=100 3:ip=10.0.0.0 4:u8=8 6[ $locator ]"

is "a right request" "$(raw <<<"$good")" ok
state()
{
	ctl --json map-cache show
	ctl --json local show
	ctl --json rloc show | jq 'del(.[].changed)'
}
before=$(state)

# ---- refusals: REQUEST | ERROR | part of the sentence
refusals()
{
	cat <<-END
	map-new 3:ip=10.1.0.0 4:u8=16 6[ $locator ] | EINVAL | Instance-ID is missing
	map-new 2:u32=100 4:u8=16 6[ $locator ] | EINVAL | prefix is missing
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 | EINVAL | needs locators
	map-new 2:u32=16777215 3:ip=10.1.0.0 4:u8=16 6[ $locator ] | ERANGE | Instance-ID
	map-new 2:u32=5 3:ip=10.1.0.0 4:u8=16 6[ $locator ] | ENODEV | Instance-ID
	map-new 1:u32=999 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ $locator ] | ENODEV | underlay
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=33 6[ $locator ] | EINVAL | longer
	map-new 2:u32=100 3:ip=2001:db8:: 4:u8=129 6[ $locator ] | EINVAL | longer
	map-new 2:u32=100 3:ip=10.1.0.1 4:u8=16 6[ $locator ] | EINVAL | beyond
	map-new 2:u32=100 3:ip=2001:db8::1 4:u8=64 6[ $locator ] | EINVAL | beyond
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 5:u32=6 6[ $locator ] | ERANGE | range
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 5:u32=3 6[ $locator ] | EINVAL | only actions
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 5:u32=3 16:u32=5 | EINVAL | no header
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 16:u32=16777215 6[ $locator ] | ERANGE | Instance-ID
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 9:u16=4096 6[ $locator ] | ERANGE | version
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ ] | EINVAL | empty
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 2:u16=1 ] ] | EINVAL | no address
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=192.0.2.2 2:u16=0 ] ] | EINVAL | port
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=224.0.0.1 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=255.255.255.255 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=127.0.0.1 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=0.0.0.0 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=ff02::1 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=fe80::1 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=::1 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=::ffff:192.0.2.2 ] ] | EINVAL | unicast
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:ip=192.0.2.2 5:u8=64 ] ] | EINVAL | reserved
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ $locator $locator ] | EINVAL | twice
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 2[ 1:ip=192.0.2.2 ] ] | EINVAL |
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 9:ip=192.0.2.2 ] ] | EINVAL |
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6:ip=192.0.2.2 | EINVAL |
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 10:u32=1 6[ $locator ] | EINVAL |
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 200:u32=1 6[ $locator ] | EINVAL |
	map-new,excl 2:u32=100 3:ip=10.0.0.0 4:u8=8 6[ $locator ] | EEXIST | exists
	map-new,replace 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ $locator ] | ENOENT | no such prefix
	map-new 2:u32=100 3:ip=10.0.0.0 4:u8=8 8:u32=5 6[ $locator ] | EPERM | another origin
	map-del 2:u32=100 3:ip=10.0.0.0 4:u8=8 8:u32=5 | EPERM | another origin
	map-del 2:u32=100 3:ip=10.0.0.0 4:u8=9 | ENOENT | no mapping
	map-del 2:u32=100 | EINVAL | prefix is missing
	map-get 2:u32=100 3:ip=10.0.0.0 4:u8=9 | ENOENT |
	map-get 2:u32=100 3:ip=11.0.0.1 | ENOENT |
	map-flush 2:u32=16777215 | ERANGE | Instance-ID
	map-flush 3:ip=10.0.0.0 | EINVAL |
	local-new 3:ip=10.1.0.0 4:u8=16 | EINVAL | Instance-ID is missing
	local-new 2:u32=100 3:ip=10.1.0.1 4:u8=16 | EINVAL | beyond
	local-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 5[ ] | EINVAL | empty
	local-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 7:u16=5000 | ERANGE | version
	local-del 2:u32=100 3:ip=10.1.0.0 4:u8=16 | ENOENT |
	local-get 2:u32=100 3:ip=10.1.0.0 | ENOENT |
	rloc-set 2:ip=192.0.2.2 | EINVAL | missing
	rloc-set 4:u32=1 | EINVAL | missing
	rloc-set 2:ip=192.0.2.2 4:u32=6 | ERANGE | range
	rloc-set 2:ip=192.0.2.3 4:u32=1 | ENOENT |
	rloc-set 2:ip=192.0.2.2 3:u16=5 4:u32=1 | ENOENT |
	rloc-get 2:ip=192.0.2.3 | ENOENT |
	dev-get 4:u32=5 | ENODEV | Instance-ID
	miss-get 2:u32=100 3:ip=10.9.9.9 | ENOENT |
	iid-new 3:u32=1 | EINVAL | Instance-ID is missing
	iid-new 2:u32=16777215 | ERANGE | Instance-ID
	iid-new 2:u32=5 | ENODEV | no external device
	iid-new 2:u32=5 4:u32=1 | EINVAL |
	iid-del 2:u32=100 | ENODEV | no external device
	iid-get 2:u32=100 | ENODEV | no external device
	owner-set 2:u32=5 | EINVAL | missing
	owner-set 1:u32=0 | EINVAL | origin 0
	owner-set 1:u32=7 2:u32=604801 | ERANGE | stale limit
	END
	# wrong lengths of each attribute
	for n in 0 1 2 3 5 6 7 8 15 17 20 2000; do
		echo "map-new 2:u32=100 3:zero=$n 4:u8=0 6[ $locator ] | EINVAL |"
		echo "map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1[ 1:zero=$n ] ] | EINVAL |"
		echo "rloc-set 2:zero=$n 4:u32=1 | EINVAL |"
	done
	for n in 0 1 2 3 5 8; do
		new="map-new 2:u32=100 3:ip=10.1.0.0" end="6[ $locator ] | ERANGE EINVAL |"
		for t in 1 2 5 7 8; do
			echo "map-new 2:u32=100 $t:zero=$n 3:ip=10.1.0.0 4:u8=16 $end"
		done
		[ $n = 1 ] || echo "$new 4:zero=$n $end"
		[ $n = 2 ] || echo "$new 4:u8=16 9:zero=$n $end"
	done
	# 33 locators
	printf 'map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6['
	for n in $(seq 33); do printf ' 1[ 1:ip=192.0.3.%d ]' "$n"; done
	echo ' ] | E2BIG | 32'
}

refusals >"$_work/refusals"
sed 's/ *|.*//' "$_work/refusals" | raw >"$_work/answers"
is "all were answered" "$(wc -l <"$_work/answers")" \
	"$(wc -l <"$_work/refusals")"
bad=0
while IFS='|' read -r request errors text <&3 && read -r got <&4; do
	text=${text# }
	[[ " $errors " = *" ${got%% *} "* && "${got#* }" = *"$text"* &&
		-n "${got#* }" && "$got" = *" "* ]] || {
		bad=$((bad + 1))
		note "${request:0:100}: got '$got', wanted '$errors, $text'"
	}
done 3<"$_work/refusals" 4<"$_work/answers"
is "each with its error and a sentence" "$bad" 0
is "and nothing changed" "$(state)" "$before"

# ---- every truncation
check "a mapping, truncated anywhere" raw cut map-new 1:u32=0 2:u32=100 \
	9:u16=1 3:ip=10.1.0.0 4:u8=16 "6[" "1[" 4:u8=1 \
	1:ip=192.0.2.2 "]" "]"
check "a local EID, truncated anywhere" raw cut local-new 2:u32=100 \
	6:u32=0 3:ip=10.0.0.1
check "an RLOC, truncated anywhere" raw cut rloc-set 2:ip=192.0.2.2 4:u32=1
check "an owner, truncated anywhere" raw cut owner-set 1:u32=9
is "and nothing changed by it" "$(state)" "$before"
check_fails_with "oversized: 60,000 octets" "EINVAL" raw <<-END
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 6[ 1:zero=60000 ]
END
check_fails_with "an unknown command" "EOPNOTSUPP" raw <<<"99 2:u32=100"
check_fails_with "a notification is no command" "EOPNOTSUPP" \
	raw <<<"miss-ntf 2:u32=100"
check "random attributes" raw fuzz 20000 1
is "changed nothing of another Instance-ID" \
	"$(ctl --json map-cache show iid 100)" \
	"$(ctl --json map-cache get 10.1.2.3 iid 100)"
raw >/dev/null <<<"map-flush 2:u32=77"
ctl --json local show iid 77 | jq -r '.[] | "prefix \(.prefix) origin \(.origin)"' |
	while read -r line; do
		# shellcheck disable=SC2086
		ctl local del iid 77 $line
	done

# ---- flags, filters, get
is "replace, exact get, longest match" "$(raw <<-END | xargs
	map-new,replace 2:u32=100 3:ip=10.0.0.0 4:u8=8 6[ $locator ]
	map-new,create,excl 2:u32=100 3:ip=10.1.0.0 4:u8=16 5:u32=3
	map-new 2:u32=100 3:ip=10.1.0.0 4:u8=16 5:u32=4
	map-get 2:u32=100 3:ip=10.1.0.0 4:u8=16
	map-get 2:u32=100 3:ip=10.1.2.3
END
)" "ok ok ok ok ok"
is "the longest match answers" \
	"$(ctl --json map-cache get 10.1.2.3 iid 100 | jq -r '.[0].prefix')" \
	10.1.0.0/16
raw >/dev/null <<-END
	map-new 2:u32=77 3:ip=10.0.0.0 4:u8=8 8:u32=7 5:u32=3
	map-new 2:u32=77 3:ip=2001:db8:: 4:u8=32 5:u32=3
	map-new 2:u32=100 3:ip=10.2.0.0 4:u8=16 8:u32=7 5:u32=3
END
is "dumps: all, by IID, by origin, by both, by a foreign underlay" \
	"$(raw <<-END | xargs
	map-get,dump
	map-get,dump 2:u32=77
	map-get,dump 8:u32=7
	map-get,dump 2:u32=77 8:u32=7
	map-get,dump 1:u32=99
END
)" "ok 5 ok 2 ok 2 ok 1 ok 0"
is "in order: Instance-ID, IPv4 first, longer prefixes first" \
	"$(ctl --json map-cache show | jq -r '[.[] |
		"\(.iid):\(.prefix | sub("[.][12][.]"; ".x."))"] |
		join(" ")')" \
	"77:10.0.0.0/8 77:2001:db8::/32 100:10.x.0.0/16 100:10.x.0.0/16 100:10.0.0.0/8"
is "flush by origin takes no other's" "$(raw <<-END | xargs
	map-flush 8:u32=7
	map-get,dump
	map-flush 2:u32=77
	map-get,dump
	map-flush
	map-get,dump
END
)" "ok ok 3 ok ok 2 ok ok 0"
is "locator sets chosen so that they have one hash" \
	"$(samehash 9 | raw | sort | uniq -c | xargs)" "512 ok"
raw >/dev/null <<<"map-flush 2:u32=100"
is "no mapping, no RLOC" "$(ctl --json rloc show | jq length)" 0

# ---- events
ip netns exec "$a" lispctl monitor --kernel >"$_work/monitor" 2>&1 &
joined() { ctl local add iid 77 prefix 10.7.0.0/16; [ -s "$_work/monitor" ]; }
check "a listener joins" busywait 10 joined
ctl map-cache add iid 100 prefix 10.5.0.0/16 rloc 192.0.2.2
ctl map-cache add iid 100 prefix 10.5.0.0/16 action drop
ctl map-cache add iid 100 prefix 10.6.0.0/16 rloc 192.0.2.2
ctl rloc set 192.0.2.2 state down
ctl rloc set 192.0.2.2 state down
ctl map-cache flush iid 100
ctl map-cache add iid 100 prefix 10.8.0.0/16 action drop ttl 1
has() { grep -q "$1" "$_work/monitor"; }
check "an expiry is told" busywait 20 has " kernel map expired .*10.8.0.0/16"
is "each change is told once" "$(grep -cE " kernel (map|rloc) " \
	"$_work/monitor")" 8
is "in order" "$(sed -nE "s/.* kernel (map [a-z]+|rloc) .*/\1/p" \
	"$_work/monitor" | xargs)" \
	"map new map replaced map new rloc map deleted map deleted map new map expired"
is "expired is gone" "$(ctl --json map-cache show | jq length)" 0

# ---- owners
mkfifo "$_work/owner"
ip netns exec "$a" "$nlraw" <"$_work/owner" >"$_work/owned" &
pid=$!
exec {owner}>"$_work/owner"
echo "owner-set 1:u32=7 2:u32=3600" >&$owner
check "an owner" busywait 10 grep -q ok "$_work/owned"
check_fails_with "one socket an origin" EBUSY raw <<<"owner-set 1:u32=7"
check "another origin has another" raw <<<"owner-set 1:u32=8"
ctl map-cache add iid 100 prefix 10.1.0.0/16 action drop ttl 1 origin 7
check "while its owner is there an entry expires" \
	busywait 20 has " kernel map expired .*10.1.0.0/16"
ctl map-cache add iid 100 prefix 10.2.0.0/16 action drop ttl 2 origin 7
exec {owner}>&-
wait "$pid"
stale() { ctl --json map-cache show | jq -e '.[0].flags == ["stale"]'; }
check "it outlives its TTL while the owner is away, stale" busywait 20 stale
check "the origin can be claimed again" raw <<<"owner-set 1:u32=7 2:u32=0"
ctl map-cache add iid 100 prefix 10.2.0.0/16 action drop ttl 1 origin 7
check "without stale limit it expires all the same" \
	busywait 20 has " kernel map expired .*10.2.0.0/16"

# ---- who may
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@"; }
may() { ip netns exec "$a" setpriv --reuid 65534 --regid 65534 --clear-groups \
	--inh-caps=-all "$nlraw" "$@"; }
is "nobody may ask or change anything" "$(may <<-END | sort | uniq -c | xargs
	$good
	map-del 2:u32=100 3:ip=10.0.0.0 4:u8=8
	map-flush
	map-get 2:u32=100 3:ip=10.0.0.0
	map-get,dump
	local-new 2:u32=100 3:ip=10.1.0.0 4:u8=16
	local-del 2:u32=100 3:ip=10.1.0.0 4:u8=16
	local-get,dump
	rloc-set 2:ip=192.0.2.2 4:u32=1
	rloc-get,dump
	dev-get,dump
	miss-get,dump
	owner-set 1:u32=9
END
)" "13 EPERM"
check_fails_with "nor join miss" EPERM may join miss
check_fails_with "nor join event" EPERM may join event
check "root may join" raw join miss
in_user_ns()
{
	nobody unshare -Urn bash -c "ip link add lisp0 type lisp &&
		ip link set lisp0 up && '$nlraw' join miss &&
		'$nlraw' <<<'map-new 2:u32=0 3:ip=10.0.0.0 4:u8=8 5:u32=3'"
}
check "root of its own namespaces may there" in_user_ns

# An external device of a user's own namespaces that root took to another one:
# VRFs there are not the user's.
ip -n "$a" link add red type vrf table 10
mkfifo "$_work/go"
touch "$_work/pid"
chmod 755 "$_work"
chmod 666 "$_work/go" "$_work/pid"
red=$(ip -n "$a" -j link show red | jq '.[0].ifindex')
nobody unshare -Urn bash -c "ip link add ext type lisp external &&
	echo \$\$ >'$_work/pid' && read -r <'$_work/go' && '$nlraw' <<-END
		iid-new 2:u32=5 3:u32=$red
		iid-new 2:u32=6
	END" >"$_work/foreign" &
check "a user makes an external device" busywait 10 test -s "$_work/pid"
check "root takes it" nsenter --net="/proc/$(cat "$_work/pid")/ns/net" \
	ip link set ext netns "$a"
echo go >"$_work/go"
wait $!
is "the user gives it no VRF of that namespace" \
	"$(cut -d' ' -f1 "$_work/foreign" | xargs)" "EPERM ok"

# ---- dumps while others write
check "each entry exactly once" raw churn 100 3000 10
done_testing
