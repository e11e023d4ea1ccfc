#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout 300
# To the underlay an outer packet is a packet of this machine: netfilter sees
# it go out and through, and an IPsec policy encrypts it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=sites
. "$(dirname "$0")/sites"

need_module nf_tables xfrm_user esp4 esp6
key=0x$(printf '%040x' 4341)

# hits NS CHAIN: packets a chain has counted
hits()
{
	in_ns "$1" nft -j list chain inet t "$2" |
		jq '[.nftables[].rule?.expr[]?.counter?.packets // empty] | add'
}

# count NS
count()
{
	in_ns "$1" nft -f - <<-'END'
		table inet t {
			chain out {
				type filter hook output priority 0
				udp dport 4341 counter
			}
			chain post {
				type filter hook postrouting priority 0
				udp dport 4341 counter
			}
			chain sealed {
				type filter hook input priority 0
				meta l4proto esp counter
			}
			chain open {
				type filter hook prerouting priority -300
				meta secpath missing udp dport 4341 counter
			}
		}
	END
}

# protect NS MINE THEIRS SPI-OUT SPI-IN: transport mode for UDP 4341
protect()
{
	local ns=$1 mine=$2 theirs=$3 out=$4 in=$5
	local mode="proto esp mode transport" what="proto udp dport 4341"
	local alg="aead rfc4106(gcm(aes)) $key 128"
	local there="src $mine dst $theirs" back="src $theirs dst $mine"

	in_ns "$ns" ip -batch - <<-END
		xfrm state add $there spi $out $mode $alg
		xfrm state add $back spi $in $mode $alg
		xfrm policy add $there $what dir out tmpl $there $mode
		xfrm policy add $back $what dir in tmpl $back $mode
	END
}

pings()
{
	local i

	for i in 1 2 3 4 5; do
		ping1 "$1" "$2" || return 1
	done
}

# try FAMILY RLOC1 RLOC2 SPI
try()
{
	local before

	# shellcheck disable=SC2154
	before=$(hits "$x1" out)
	# shellcheck disable=SC2154
	check "IPv$1: pings" pings "$h1" 10.2.0.1
	is "IPv$1: LOCAL_OUT sees what goes" \
		$(($(hits "$x1" out) - before)) 5
	is "IPv$1: so does POSTROUTING" \
		"$(hits "$x1" post)" "$(hits "$x1" out)"

	protect "$x1" "$2" "$3" "$4" $(($4 + 1)) || fatal "policy"
	# shellcheck disable=SC2154
	protect "$x2" "$3" "$2" $(($4 + 1)) "$4" || fatal "policy"
	before="$(hits "$x2" sealed) $(hits "$x2" open)"
	check "IPv$1 and IPsec: pings" pings "$h1" 10.2.0.1
	is "IPv$1 and IPsec: arrived as ESP and none in clear" \
		"$(hits "$x2" sealed) $(hits "$x2" open)" \
		"$((${before% *} + 5)) ${before#* }"
	check "IPv$1 and IPsec: TCP with offloads" \
		"$LISP_TOP/build/kselftest/flows" tcp "$h1" "$h2" \
		10.11.0.0 10.12.0.0 2 0 1
}

sites
mapped
count "$x1" && count "$x2" || fatal "nft"
for s in 1 2; do
	h=h$s x=x$s
	ip -n "${!h}" route add local "10.1$s.0.0/16" dev lo
	ip -n "${!x}" route add "10.1$s.0.0/16" via "10.$s.0.1" table 100
	local_eid "${!x}" "10.1$s.0.0/16"
done
map "$x1" 10.12.0.0/16 rloc 192.0.2.2
map "$x2" 10.11.0.0/16 rloc 192.0.2.1
try 4 192.0.2.1 192.0.2.2 0x100
for s in 1 2; do
	x=x$s
	unmap "${!x}" "10.$((3 - s)).0.0/16"
	unmap "${!x}" "10.1$((3 - s)).0.0/16"
	map "${!x}" "10.$((3 - s)).0.0/16" rloc "2001:db8:f::$((3 - s))"
	map "${!x}" "10.1$((3 - s)).0.0/16" rloc "2001:db8:f::$((3 - s))"
done
try 6 2001:db8:f::1 2001:db8:f::2 0x200
is "nothing was refused but what ESP has no room for" \
	"$(($(all_drops "$x1") - $(drops "$x1" mtu))) $(all_drops "$x2")" "0 0"
done_testing
