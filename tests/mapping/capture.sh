# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art and bin are tree.sh's
#
# lispctl capture: what tcpdump catches by its filters, and what not.  Packets
# are made here, on devices of a network namespace; no lisp.ko is needed.

# lisp FAMILY I-BIT IID INNER NAME: a data packet over IPv4 or IPv6; INNER is "4"
# or "6" with the addresses, of which one counts, or nothing
lisp()
{
	local to=127.0.0.1 iid inner=

	[ "$1" = 4 ] || to=::1
	printf -v iid '\\x%02x\\x%02x\\x%02x' $(($3 >> 16)) $(($3 >> 8 & 255)) \
		$(($3 & 255))
	case $4 in
	4) inner='\x45\x00\x00\x14\x00\x00\x00\x00\x40\x11\x00\x00'
		inner+='\x0b\x01\x00\x01\x0b\x02\x00\x01' ;;
	6) inner='\x60\x00\x00\x00\x00\x00\x11\x40'
		inner+='\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01'
		inner+='\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02' ;;
	esac
	send "$to" 4341 "$2\\x00\\x00\\x00$iid\\x01$inner<$5>"
}
# In one datagram, so without a newline (0x0a), from the namespace of the capture.
send() { ip netns exec dc bash -c 'printf "$1" >"/dev/udp/$2/$3"' - "$3" "$1" "$2"; }

everything()
{
	lisp 4 '\x08' 100 4 iid100-v4
	lisp 6 '\x08' 100 6 iid100-v6
	lisp 4 '\x08' 101 4 iid101
	lisp 4 '\x00' 100 '' no-iid
	lisp 6 '\x08' 0 4 iid0-v6
	send 127.0.0.1 4342 "<control>"
	send ::1 4342 "<control-v6>"
	send 127.0.0.1 4343 "<another-port>"
	send 127.0.0.1 4342 "<end>"
}

# Later than its socket is there: with the filter in place.
listens() { grep "listening on" /run/capture.log; }

# catches NAMES WORD...: of everything, exactly these
catches()
{
	local file=/run/capture.pcap program got

	rm -f "$file" /run/capture.log
	ip netns exec dc "$bin/lispctl" capture "${@:2}" write "$file" \
		2>/run/capture.log &
	program=$!
	within 60 listens && everything
	within 60 grep -q -a "<end>" "$file"
	kill -INT "$program"
	wait "$program"
	got=$(grep -a -o '<[^>]*>' "$file" | tr -d '<>' | grep -v '^end$' |
		paste -s -d ' ')
	echo "caught: $got"
	[ "$got" = "$1" ]
}

capture_host()
{
	ip netns add dc && ip -n dc link set lo up &&
		ip -n dc link add v0 type veth peer name v1 &&
		ip -n dc link set v0 up && ip -n dc link set v1 up
}

neither()
{
	mkdir -p /run/empty
	said=$(PATH=/run/empty "$bin/lispctl" capture --dry-run device lo 2>&1)
	[ $? = 2 ] && [[ $said == *"neither tcpdump nor tshark"* ]] || return 1
	said=$(PATH=/run/empty "$bin/lispctl" capture with tshark 2>&1)
	[ $? = 2 ] && [[ $said == *"tshark is not installed"* ]] || return 1
	ln -s "$(type -P true)" /run/empty/tshark
	[[ $(PATH=/run/empty "$bin/lispctl" capture --dry-run device lo) == \
		"tshark -n -i lo -f '"* ]]
}

no_device()
{
	said=$("$bin/lispctl" capture device nowhere 2>&1)
	[ $? = 2 ] && [[ $said == *'device "nowhere": No such device'* ]]
}

capture_checks()
{
	local all="iid100-v4 iid100-v6 iid101 no-iid iid0-v6 control"

	check "capture: neither tcpdump nor tshark is there" neither
	check "capture: a device that is not there" no_device
	capture_host
	check "capture: LISP, data and control" catches \
		"$all control-v6" device lo
	check "capture: an Instance-ID" catches \
		"iid100-v4 iid100-v6 control control-v6" device lo iid 100
	check "capture: instance 0, said or not" catches \
		"no-iid iid0-v6 control control-v6" device lo iid 0
	check "capture: an EID, over IPv4 and IPv6" catches \
		"iid100-v4 iid101 iid0-v6 control control-v6" \
		device lo eid 11.2.0.1
	check "capture: an IPv6 EID, of an instance" catches \
		"iid100-v6 control control-v6" \
		device lo eid 2001:db8::1 iid 100
	check "capture: an RLOC" catches "iid100-v4 iid101 no-iid control" \
		device lo rloc 127.0.0.1
	check "capture: two devices, by ifindex" catches \
		"iid100-v4 iid101 control" device v0 device lo \
		rloc 127.0.0.1 eid 11.1.0.1
}
