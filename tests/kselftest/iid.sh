#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# The LISP header on receipt: Instance-ID, key-id, bits that mean nothing.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
# The default table on x2: IID 0, in a VRF of its own with its own host.
# shellcheck disable=SC2154
setup_ns h0
# shellcheck disable=SC2154
veth "$x2" eth1 10.2.0.254/24 "$h0" eth0 10.2.0.1/24
ip -n "$x2" link add zero type vrf table 7
ip -n "$x2" link set zero up
ip -n "$x2" link set eth1 master zero
ip -n "$x2" link add lisp0 type lisp
ip -n "$x2" link set lisp0 master zero
ip -n "$x2" link set lisp0 up
iid=0 local_eid "$x2" 10.2.0.0/16

# packet HEADER PORT [MORE...]: a line for send
packet()
{
	echo "o.dst=192.0.2.2 hdr=$1 i.src=10.1.0.1 i.dst=10.2.0.1 i.dport=$2" \
		"${*:3}"
}

# Everything at once; a packet more that comes out takes another's place.
for r in rx-unknown-iid rx-control rx-crypto; do
	before[${#before[@]}]=$(drops "$x2" $r)
done
reserved=$(counter "$x2" rx-reserved)
sniff red "$h2" eth0 -c 12 -t 60 i.proto=17 i.sport=9
sniff zero "$h0" eth0 -c 4 -t 60 i.proto=17 i.sport=9
{
	packet 0800000000006500 1	# IID 101: nobody's
	packet 08000000fffffe00 2	# the largest: nobody's either
	packet 08000000ffffff00 3	# the control marker
	packet 0900000000006400 4	# KK 1, 2, 3
	packet 0a00000000006400 5
	packet 0b00000000006400 6
	packet 0000000000000000 7	# no I bit: IID 0
	packet 0800000000000000 8	# IID 0 with I bit
	packet 00000000ffffffff 9	# no I bit: word 1 is ignored
	packet 0800000000006400 10	# good
	packet 8812345600006400 11	# nonce: ignored
	packet a812345600006400 12	# and echo request
	packet 4800000000006455 13	# locator-status-bits
	packet 1812345600006400 14	# map-versions
	packet 0c00000000006400 15	# R
	packet 0812345600006400 16	# nonce field without N or V
	packet 08000000000064ff 17	# status bits without L
	packet 2800000000006400 18	# E without N
	packet 9812345600006400 19	# N with V
	packet fc123456000064aa 20	# all but KK
	packet 0000000000000000 21	# the last ones
	packet 0800000000006400 22
} | send "$x1"
red=$(sniffed red)
zero=$(sniffed zero)
ports() { grep -o "i.dport=[0-9]*" <<<"$1" | cut -d= -f2 | sort -n | xargs; }

is "what came out in IID 100" "$(ports "$red")" \
	"10 11 12 13 14 15 16 17 18 19 20 22"
is "what came out in IID 0" "$(ports "$zero")" "7 8 9 21"
is "unknown Instance-IDs are counted" \
	"$(($(drops "$x2" rx-unknown-iid) - before[0]))" 2
is "the control marker is counted" "$(($(drops "$x2" rx-control) - before[1]))" 1
is "key-ids without a key are counted" \
	"$(($(drops "$x2" rx-crypto) - before[2]))" 3
# 9, 15 to 20
is "reserved bits are counted, no reason to drop" \
	"$(($(counter "$x2" rx-reserved) - reserved))" 7

# sent: IID 0 has no I bit
ip -n "$x2" route add default dev lisp0 table 7
iid=0 map "$x2" 10.1.0.0/16 rloc 192.0.2.1
# shellcheck disable=SC2154
ip -n "$h0" route add default via 10.2.0.254
sniff out "$x1" un0 -c 1 i.proto=17 i.sport=77
echo "i.src=10.2.0.1 i.dst=10.1.0.1 i.sport=77" | send "$h0"
is "IID 0 is sent without the I bit" "$(field "$(sniffed out)" hdr)" \
	0000000000000000

# a device that is down receives nothing
ip -n "$x2" link set lisp100 down
dropped "a device that is down drops and counts" "$x2" rx-device-down 1 \
	sent_alone "$x1"
ip -n "$x2" link set lisp100 up
ip -n "$x2" link del lisp100
dropped "a deleted device's Instance-ID is unknown" "$x2" rx-unknown-iid 1 \
	sent_alone "$x1"
done_testing
