#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 600
# Hostile packets on the data port: every length from 0 to 64 octets, every
# truncation of real packets, every octet of flags. Each is counted once, and
# only whole packets come out.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

sites
mapped
declare -A rloc=([4]=192.0.2.2 [6]=2001:db8:f::2)

# shellcheck disable=SC2154
rx() { counter "$x2" rx-packets; }
fate() { echo $(($(rx) + $(all_drops "$x2"))); }
fate_is() { [ "$(fate)" -ge "$1" ]; }

# all_counted NAME COUNT: that many packets came since $from, each once
all_counted()
{
	busywait 20 fate_is $((from + $2))
	is "$1: each is delivered or counted, once" $(($(fate) - from)) "$2"
}

# Random octets from a seed of our own, with a LISP header before them that
# may lead somewhere.
noise()
{
	awk -v seed="$1" -v dst="$2" 'BEGIN {
		srand(seed)
		split("00 08 09 0c 48 80 88 ff", flags)
		split("00 40 45 46 4f 50 60 6f", first)
		for (len = 0; len <= 64; len++)
			for (n = 0; n < 8; n++) {
				hex = flags[n + 1] "000000" "000064" "00"
				raw = first[(n + len) % 8 + 1]
				for (i = 1; i < 56; i++)
					raw = raw sprintf("%02x", rand() * 256)
				# IID 100 half of the time
				if (n % 2)
					hex = flags[n + 1] "00000000000000"
				printf "o.dst=%s hdr=%s raw=%s cut=%d\n", \
					dst, hex, raw, len
			}
		}'
}

for o in 4 6; do
	from=$(fate)
	before=$(rx)
	noise $o "${rloc[$o]}" | send "$x1"
	all_counted "v$o: 8 packets of each length 0 to 64" 520
	is "v$o: none of them came out" "$(rx)" "$before"
done

# truncations: all but the whole are refused
declare -A src=([4]=10.1.0.1 [6]=2001:db8:1::1)
declare -A dst=([4]=10.2.0.1 [6]=2001:db8:2::1)
declare -A whole=([4]=68 [6]=88)
for o in 4 6; do
	for i in 4 6; do
		from=$(fate)
		before=$(rx)
		size=${whole[$i]}
		for ((n = 0; n <= size; n++)); do
			echo "o.dst=${rloc[$o]} hdr=0800000000006400" \
				"i.src=${src[$i]} i.dst=${dst[$i]} cut=$n"
		done | send "$x1"
		all_counted "v$i in v$o: truncations" $((size + 1))
		is "v$i in v$o: only the whole one came out" \
			$(($(rx) - before)) 1
	done
done

# fix HEX: an IPv4 header without options, with its checksum
fix()
{
	local n sum=0

	for ((n = 0; n < 40; n += 4)); do
		sum=$((sum + 0x${1:n:4}))
	done
	sum=$(((sum & 0xffff) + (sum >> 16)))
	sum=$(((sum & 0xffff) + (sum >> 16)))
	printf '%s%04x%s' "${1:0:20}" $((~sum & 0xffff)) "${1:24}"
}

# inner headers that lie; each is rx-bad-inner
rest=0000000040110000
addrs=0a0100010a020001
addrs6=20010db800010000000000000000000120010db8000200000000000000000001
pad=0000000000000000000000000000000000000000
lies=(
	"$(fix "40000024$rest$addrs")$pad"	# header length 0
	"$(fix "44000024$rest$addrs")$pad"	# header length 16
	"$(fix "4f000024$rest$addrs")$pad"	# options beyond the end
	"$(fix "45000013$rest$addrs")$pad"	# length below the header's
	"$(fix "4500ffff$rest$addrs")$pad"	# and beyond the end
	"45000024$rest$addrs$pad"		# header checksum
	"$(fix "15000024$rest$addrs")$pad"	# version 1
	"60000000ffff1140$addrs6$pad"		# length beyond the end
)
before=$(rx)
from=$(drops "$x2" rx-bad-inner)
for raw in "${lies[@]}"; do
	echo "o.dst=192.0.2.2 hdr=0800000000006400 raw=$raw"
done | send "$x1"
bad_is() { [ "$(drops "$x2" rx-bad-inner)" = "$1" ]; }
check "inner headers that lie are counted" busywait 10 \
	bad_is $((from + ${#lies[@]}))
is "none of them came out" "$(rx)" "$before"

# every octet of flags; the low two bits are the key-id
from=$(fate)
before=$(rx)
crypto=$(drops "$x2" rx-crypto)
zero=$(drops "$x2" rx-unknown-iid)
for ((n = 0; n < 256; n++)); do
	printf 'o.dst=192.0.2.2 hdr=%02x00000000006400 i.src=10.1.0.1 i.dst=10.2.0.1\n' $n
done | send "$x1"
all_counted "every octet of flags" 256
is "with I and without key-id: delivered" $(($(rx) - before)) 32
is "with I and a key-id: counted" $(($(drops "$x2" rx-crypto) - crypto)) 96
is "without I: IID 0, which nobody has" \
	$(($(drops "$x2" rx-unknown-iid) - zero)) 128

# octets behind the inner packet are cut off
# shellcheck disable=SC2154
sniff in "$h2" eth0 -t 20 i.sport=258
udp=010203040009000041
echo "o.dst=192.0.2.2 hdr=0800000000006400" \
	"raw=$(fix "4500001d$rest$addrs")${udp}11223344556677" | send "$x1"
is "octets behind the inner packet are cut off" \
	"$(field "$(sniffed in)" len)" 29
check "the router lives" ping1 "$h1" 10.2.0.1
done_testing
