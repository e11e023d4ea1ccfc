# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The way of a packet that the benches measure, in any guest; to be sourced:
#
#	[A] a0 ---- r0 [R] r1 ---- b0 [B]
#	            10.2.0.1    10.2.0.2
#
# pktgen in A sends to R, which forwards to 198.18.0.0/15 or 11.0.0.0/8:
# plainly, or through tunnel t0 to B. Where it ends:
#
#	encap	B drops at the ingress of b0
#	both	B decapsulates (or just routes) and meets a blackhole route
#
# Every tunnel has zero UDP checksums and no key, sequence number or option.

LISP_IID=5
RLOC_R=10.2.0.1 RLOC_B=10.2.0.2
mac_r0=02:00:00:00:01:00 mac_r1=02:00:00:00:01:01
mac_a=02:00:00:00:00:0a mac_b=02:00:00:00:00:0b mac_t=02:00:00:00:77:02

path_make()
{
	local m n

	for m in veth vrf vxlan geneve ip_gre bareudp pktgen lisp \
		 cls_matchall act_gact sch_ingress; do
		modprobe "$m" 2>/dev/null
	done
	# Softirqs that were put off to a thread must not lose to the sender.
	chrt -f -p 1 "$(pgrep -x ksoftirqd/0)"
	for n in A R B; do
		ip netns add "$n"
		# its solicitations would be counted as packets
		ip netns exec "$n" sysctl -qw \
			net.ipv6.conf.default.disable_ipv6=1
	done
	ip -batch - <<-END || return 1
		link add a0 netns A address $mac_a type veth peer name r0 netns R address $mac_r0
		link add r1 netns R address $mac_r1 type veth peer name b0 netns B address $mac_b
	END
	ip -n A -batch - <<-END || return 1
		addr add 10.1.0.1/24 dev a0
		link set lo up
		link set a0 up
		neigh add 10.1.0.2 lladdr $mac_r0 dev a0
		route add default via 10.1.0.2
	END
	ip -n R -batch - <<-END || return 1
		addr add 10.1.0.2/24 dev r0
		addr add $RLOC_R/24 dev r1
		link set lo up
		link set r0 up
		link set r1 up
		neigh add $RLOC_B lladdr $mac_b dev r1
		neigh add 10.1.0.1 lladdr $mac_a dev r0
	END
	ip -n B -batch - <<-END || return 1
		addr add $RLOC_B/24 dev b0
		link set lo up
		link set b0 up
		neigh add $RLOC_R lladdr $mac_r1 dev b0
		route add blackhole 198.18.0.0/15
		route add blackhole 11.0.0.0/8
	END
	for n in R B; do
		ip netns exec "$n" sysctl -qw net.ipv4.ip_forward=1 \
			net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0
	done
}

# tunnel_up KIND: t0 on R and B, up. Status 1: this kernel has no such thing.
tunnel_up()
{
	case $1 in
	plain) return 0 ;;
	vxlan|geneve) _tunnel_l2 "$1" ;;
	gre) _tunnel_each "type gre local %s remote %s" ;;
	bareudp) _tunnel_each "type bareudp dstport 6635 ethertype ipv4" ;;
	lisp) _tunnel_each "type lisp id $LISP_IID" ;;
	esac || return 1
	ip -n R link set t0 up && ip -n B link set t0 up
}

# _tunnel_each OPTIONS: with %s for this end's and the other end's address
_tunnel_each()
{
	# shellcheck disable=SC2059,SC2046 # a format, and words
	ip -n R link add t0 $(printf "$1" $RLOC_R $RLOC_B) 2>/dev/null &&
	ip -n B link add t0 $(printf "$1" $RLOC_B $RLOC_R)
}

_tunnel_l2()
{
	local opt=

	[ "$1" = geneve ] || opt="dstport 4789 nolearning"
	# shellcheck disable=SC2086 # words
	ip -n R link add t0 address 02:00:00:00:77:01 type "$1" id 5 \
		remote $RLOC_B noudpcsum $opt &&
	ip -n B link add t0 address $mac_t type "$1" id 5 \
		remote $RLOC_R noudpcsum $opt &&
	ip -n R -batch - <<-END && ip -n B -batch - <<-END2
		addr add 10.3.0.1/24 dev t0
		link set t0 up
		neigh replace 10.3.0.2 lladdr $mac_t dev t0
	END
		addr add 10.3.0.2/24 dev t0
		link set t0 up
		neigh replace 10.3.0.1 lladdr 02:00:00:00:77:01 dev t0
	END2
}

# The words of `ip route` that lead into t0, on R or B.
via_tunnel()
{
	case $1:$2 in
	plain:R) echo "via $RLOC_B dev r1" ;;
	plain:B) echo "via $RLOC_R dev b0" ;;
	vxlan:R|geneve:R) echo "via 10.3.0.2 dev t0" ;;
	vxlan:B|geneve:B) echo "via 10.3.0.1 dev t0" ;;
	bareudp:R) echo "encap ip id 0 dst $RLOC_B dev t0" ;;
	bareudp:B) echo "encap ip id 0 dst $RLOC_R dev t0" ;;
	*) echo "dev t0" ;;
	esac
}

# path_up KIND: the tunnel, and the routes into it.
path_up()
{
	local via

	tunnel_up "$1" || return 1
	via=$(via_tunnel "$1" R)
	ip -n R -batch - <<-END || return 1
		route add 198.18.0.0/15 $via
		route add 11.0.0.0/8 $via
	END
	[ "$1" = lisp ] || return 0
	lisp_map R 198.18.0.1/32 $RLOC_B
	ip netns exec B lispctl local add iid $LISP_IID prefix 198.18.0.0/15
	ip netns exec B lispctl local add iid $LISP_IID prefix 11.0.0.0/8
}

# path_both_ways KIND: after path_up, for connections between A and 198.18.0.1,
# which becomes an address of B.
path_both_ways()
{
	ip -n B -batch - <<-END || return 1
		addr replace 198.18.0.1/32 dev lo
		route replace 10.1.0.0/24 $(via_tunnel "$1" B)
	END
	[ "$1" = lisp ] || return 0
	lisp_map B 10.1.0.0/24 $RLOC_R
	ip netns exec R lispctl local add iid $LISP_IID prefix 10.1.0.0/24
}

# wire whole|cut: whether GSO packets cross the wire between R and B as they
# are or are cut for it and merged behind it.
wire()
{
	local tso=on gro=off

	[ "$1" = whole ] || { tso=off; gro=on; }
	ip netns exec R ethtool -K r1 tso $tso gro $gro >/dev/null &&
	ip netns exec B ethtool -K b0 tso $tso gro $gro >/dev/null
}

lisp_map()
{
	ip netns exec "$1" lispctl map-cache add iid $LISP_IID prefix "$2" \
		rloc "$3"
}

path_down()
{
	ip -n R route del 198.18.0.0/15
	ip -n R route del 11.0.0.0/8
	ip -n B route del 10.1.0.0/24
	ip -n R link del t0
	ip -n B link del t0
} 2>/dev/null

# end_at encap|both
end_at()
{
	ip netns exec B tc qdisc del dev b0 clsact 2>/dev/null
	[ "$1" = encap ] || return 0
	ip netns exec B tc qdisc add dev b0 clsact
	ip netns exec B tc filter add dev b0 ingress matchall action drop
}

# arrived KIND encap|both: packets at the last device before the end
arrived()
{
	local dev=t0

	[ "$1" != plain ] && [ "$2" != encap ] || dev=b0
	ip netns exec B cat /sys/class/net/$dev/statistics/rx_packets
}

# send COUNT SIZE FIRST [LAST]: UDP packets of SIZE octets with an Ethernet
# header to the address FIRST, or at random between FIRST and LAST; print how
# many microseconds that took. With $MARK that is a phase for a profiler.
send()
{
	ip netns exec A bash -s "$@" <<-'END'
	pg() { echo "$2" >"/proc/net/pktgen/$1" || exit 1; }
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device a0"
	for word in "count $1" "pkt_size $2" "clone_skb 0" "delay 0" "burst 1" \
		"dst_mac 02:00:00:00:01:00" "src_min 10.1.0.1" \
		"src_max 10.1.0.1" "dst_min $3" "dst_max ${4:-$3}" \
		"flag ${4:+}${4:-!}IPDST_RND" \
		"udp_src_min 9" "udp_src_max 9" "udp_dst_min 9" "udp_dst_max 9"
	do
		case $word in
		"flag !"*) word="flag !IPDST_RND" ;;
		flag*) word="flag IPDST_RND" ;;
		esac
		pg a0 "$word"
	done
	[ -z "$MARK" ] || mark "$MARK"
	pg pgctrl start
	[ -z "$MARK" ] || mark 0
	sed -n 's/^Result: OK: \([0-9]*\).*/\1/p' /proc/net/pktgen/a0
	END
}

# measure KIND encap|both COUNT SIZE FIRST [LAST]: microseconds, or status 1
# and a word why when packets were lost (that would look fast).
measure()
{
	local before after us

	before=$(arrived "$1" "$2")
	us=$(send "${@:3}") && [ -n "$us" ] || {
		echo "pktgen failed" >&2
		return 1
	}
	after=$(arrived "$1" "$2")
	[ $((after - before)) -ge "$3" ] || {
		echo "$1 $2: $((after - before)) of $3 packets arrived" >&2
		return 1
	}
	echo "$us"
}
