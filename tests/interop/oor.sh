# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# OpenOverlayRouter, an independent LISP implementation in user space, in the
# namespaces of tests/e2e/topology.sh.  Sourced after that file.
# shellcheck disable=SC2154 # what topology.sh sets

oor_dir=$LISP_TOP/build/peers/oor
oor_bin=$oor_dir/usr/sbin/oor
declare -A oor_pid=()

# Nothing when it can run here, else the reason.
oor_missing()
{
	local lib

	[ -x "$oor_bin" ] || { echo "openoverlayrouter is not unpacked"; return; }
	lib=$(LD_LIBRARY_PATH=$oor_dir/usr/lib/x86_64-linux-gnu ldd "$oor_bin" |
		sed -n 's/^\s*\(.*\) => not found/\1/p' | tr '\n' ' ')
	[ -z "$lib" ] || echo "OpenOverlayRouter lacks $lib"
}

# Messages of OOR carry HMAC-SHA-1 and nothing else.
oor_common()
{
	cat <<-OOR
	debug = 3
	map-request-retries = 2
	operating-mode = $1
	OOR
}

# oor_site SITE PREFIX: a site that may register with OOR's Map-Server.
oor_site()
{
	cat <<-OOR
	lisp-site {
	  eid-prefix = $2
	  key-type = 1
	  key = $(key_of "$1")
	  iid = ${iid[red]}
	  accept-more-specifics = false
	}
	OOR
}

# OOR as the Map-Server of A's and C's red prefixes.
oor_ms_conf()
{
	local s

	oor_common MS
	echo "control-iface = core"
	for s in a c; do
		oor_site $s "10.${site_nr[$s]}.0.0/16"
		oor_site $s "2001:db8:$s::/48"
	done
}

# oor_database PREFIX
oor_database()
{
	cat <<-OOR
	database-mapping {
	  eid-prefix = $1
	  iid = ${iid[red]}
	  rloc-iface {
	    interface = core
	    ip_version = 4
	    priority = 1
	    weight = 100
	  }
	}
	OOR
}

# OOR as the xTR of a site that has an IPv4 RLOC; it answers for itself, and
# probes those it talks to.
oor_xtr_conf()
{
	oor_common xTR
	cat <<-OOR
	encapsulation = LISP
	nat_traversal_support = off
	rloc-probing {
	  rloc-probe-interval = 5
	  rloc-probe-retries = 1
	  rloc-probe-retries-interval = 2
	}
	map-resolver = { $ms4 }
	map-server {
	  address = $ms4
	  key-type = 1
	  key = $(key_of "$1")
	  proxy-reply = off
	}
	OOR
	oor_database "10.${site_nr[$1]}.0.0/16"
	oor_database "2001:db8:$1::/48"
}

# oor_start NODE: with $run/NODE.oor.conf; its log is $run/NODE.oor.log.  It
# wants a place of its own for its lock and its API socket.
oor_start()
{
	# shellcheck disable=SC2016 # expanded over there
	exec_in "$1" unshare -m bash -c 'mount -t tmpfs oor /var/lock 2>/dev/null
		LD_LIBRARY_PATH=$1/usr/lib/x86_64-linux-gnu exec stdbuf -oL \
			"$2" -f "$3"' oor "$oor_dir" "$oor_bin" \
		"$run/$1.oor.conf" >"$run/$1.oor.log" 2>&1 &
	oor_pid[$1]=$!
	wait_for 30 file_has 'started\.\.\.' "$run/$1.oor.log"
}

oor_stop()
{
	kill "${oor_pid[$1]}" 2>/dev/null
	wait_exit 10 "${oor_pid[$1]}" || kill -KILL "${oor_pid[$1]}" 2>/dev/null
	unset "oor_pid[$1]"
}

# oor_said NODE REGEX
oor_said() { grep -aqE -- "$2" "$run/$1.oor.log"; }
