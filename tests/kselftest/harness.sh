#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The guest and lib.sh are what the other files take them for.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

is "the processors asked for" "$(nproc)" "$LISP_CPUS"
is "no network but loopback" "$(ls /sys/class/net)" lo
check "/tmp can be written to" touch /tmp/x
check "what goes to ARTIFACTS stays" touch "$ARTIFACTS/touched"

setup_ns left right
# shellcheck disable=SC2154
# shellcheck disable=SC2154
veth "$left" v0 "192.0.2.1/24 2001:db8::1/64" \
	"$right" v0 "192.0.2.2/24 2001:db8::2/64"
capture ping "$right" v0 "icmp or icmp6" || fail "capture starts"
check "ping" in_ns "$left" ping -q -c 2 -i 0.2 -W 5 192.0.2.2
check "ping over IPv6, at once" in_ns "$left" ping -q -c 1 -W 5 2001:db8::2
check "the capture saw both echo requests and answers" \
	capture_wait ping 4 icmp
capture_stop ping
like "a packet as hexadecimal digits" \
	"$(capture_hex ping 'icmp[0] == 8' | head -n 1)" '^45000054.*c0000201c0000202'
is "a device's counter" "$(dev_stat "$left" lo tx_packets)" 0
check_fails "nobody is at 192.0.2.3" \
	in_ns "$left" ping -q -c 1 -W 1 192.0.2.3
check_fails_with "a refusal and its words" "Unknown device type" \
	ip link add x0 type nonsense
check "busywait sees what comes" busywait 5 test -e /tmp/x
check "busywait gives up" not busywait 1 test -e /nonexistent
done_testing
