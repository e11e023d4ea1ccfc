# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art and bin are tree.sh's
#
# What a lispd that has given up root can still read, and what can be read of
# it: a DDT node, started by root, that is user nobody.

# A capability's bit in a set of /proc/PID/status: 2 is CAP_DAC_READ_SEARCH.
set_of() { sed -n "s/^$1:[[:blank:]]*//p" "/proc/${pid[priv]}/status"; }
private()
{
	install -d -m 700 "$art/private"
	install -m "$1" "$art/keys/$2.pem" "$art/private/new.pem"
	mv "$art/private/new.pem" "$art/private/node.pem"
}

privileged()
{
	config priv "\"ddt-node\": { \"authoritative\": [$(own '*')],
		\"key-files\": [\"$1\"] }"
	sed -i 's/"user": "root"/"user": "nobody"/' "$art/priv.conf"
	rm -rf "$art/priv.state"
	start priv
}

# With a key that only root may read: permitted, not effective, and nothing else.
priv_started()
{
	host priv 90 || return 1
	private 400 root
	privileged "$art/private/node.pem" || return 1
	[ "$(set_of Uid | cut -f 1)" = 65534 ] &&
		[ "$(set_of CapPrm)" = 0000000000000004 ] &&
		[ "$(set_of CapEff)" = 0000000000000000 ]
}

# The file is another one now; then it has no key in it, and no more than that
# is said.
priv_reloads()
{
	private 400 n11
	ctl priv reload || return 1
	echo "not a key: hidden" >"$art/private/node.pem"
	said=$(ctl priv reload 2>&1) && return 1
	echo "$said"
	[[ $said == *"\"$art/private/node.pem\": expected a key in PEM form"* ]] &&
		! grep hidden "$art/priv.log" && private 400 n11 &&
		ctl priv reload && [ "$(set_of CapEff)" = 0000000000000000 ]
}

# Others of its user cannot look into it.
priv_closed()
{
	local owner

	owner=$(stat -c %U "/proc/${pid[priv]}/mem")
	echo "$owner"
	[ "$owner" = root ] && ! setpriv --reuid 65534 --regid 65534 \
		--clear-groups cat "/proc/${pid[priv]}/environ"
}

# Where all may read what there is, nothing is kept.  By hand, it makes the
# control socket's directory, for all who are in the group.
priv_nothing()
{
	local file=/run/lispd-test.pem

	stop priv
	install -m 644 "$art/keys/root.pem" "$file"
	config priv "\"ddt-node\": { \"authoritative\": [$(own '*')],
		\"key-files\": [\"$file\"] }"
	sed "s/\"user\": \"root\"/\"user\": \"nobody\"/; s,$art/priv.state,/run/state,
		/control-socket/d" "$art/priv.conf" >/run/priv.conf
	chmod 644 /run/priv.conf
	(umask 077 && exec ip netns exec priv "$bin/lispd" -c /run/priv.conf \
		>"$art/priv.log" 2>&1) &
	pid[priv]=$!
	within 60 "$bin/lispctl" show status || return 1
	[ "$(set_of CapPrm)" = 0000000000000000 ] || return 1
	chmod 600 "$file"
	said=$("$bin/lispctl" reload 2>&1) && return 1
	echo "$said"
	[[ $said == *"\"$file\": Permission denied"* ]] &&
		[ "$(stat -c %a:%U /run/lispd)" = 755:root ]
}

# unit KEY: what a line of systemd/lispd.service says, as setpriv(1) says it
unit()
{
	sed -n "s/^$1=//p" "$top/systemd/lispd.service" |
		sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]'
}

# as_unit CAPABILITIES OPTION...: the words before a command that is to be
# started as systemd does, as a user nobody has heard of
as_unit()
{
	words=(ip netns exec priv setpriv --reuid 64321 --regid 64321
		--no-new-privs --inh-caps "-all,$1" --ambient-caps "-all,$1"
		--bounding-set "-all,$(unit CapabilityBoundingSet)" "${@:2}")
}

# A DDT node with one delegation, in a file that is root's.
unit_conf()
{
	cat >"$art/private/unit.new" <<-END
		{ "name": "unit", "state-dir": "/run/state", ${2:-}
		  "ddt-node": { "authoritative": [$(own '*')],
		    "delegations": [$(to "$1" "$(at 11 n11)")],
		    "key-files": ["$art/private/node.pem"] } }
	END
	chmod 600 "$art/private/unit.new"
	mv "$art/private/unit.new" "$art/private/unit.conf"
}

# StateDirectory= and RuntimeDirectory=, with DynamicUser=.
unit_dirs()
{
	rm -rf /run/private /run/state /run/lispd
	install -d -m 755 /run/private
	install -d -m 700 -o 64321 -g 64321 /run/private/state
	ln -s private/state /run/state
	install -d -m 755 -o 64321 -g 64321 /run/lispd
}

unit_start()
{
	as_unit "$(unit AmbientCapabilities)" "$@"
	"${words[@]}" "$bin/lispd" -c "$art/private/unit.conf" \
		>"$art/priv.log" 2>&1 &
	pid[priv]=$!
	within 60 "$bin/lispctl" show status || { cat "$art/priv.log"; return 1; }
}

# What systemd/lispd.service gives is enough for a start as another user.
priv_unit()
{
	stop priv
	private 400 root
	unit_dirs
	unit_conf 2001:db8::/32
	unit_start --clear-groups || return 1
	[ "$(set_of Uid)" = "$(printf '64321\t64321\t64321\t64321')" ] &&
		[ "$(set_of CapPrm)" = 0000000000000004 ] &&
		[ "$(set_of CapEff)$(set_of CapAmb)" = "$(printf '%032d' 0)" ] &&
		[ -n "$(ls /run/state/)" ] && delegates 2001:db8::/32
}

# delegates PREFIX: the configuration that runs is the one with it
delegates()
{
	ip netns exec priv "$bin/rig" -1 -d "$net.90" "${1%/*}1" | tee /dev/stderr |
		grep -q " .*${1//./\\.} node-referral.* 1 signature"
}

# Both ways, each with another file and another key, which only root may read.
priv_unit_reloads()
{
	unit_conf 2001:db9::/32
	private 400 n11
	kill -HUP "${pid[priv]}"
	within 60 delegates 2001:db9::/32 || return 1
	unit_conf 2001:dba::/32
	private 400 root
	"$bin/lispctl" reload && delegates 2001:dba::/32 &&
		[ "$(set_of CapEff)" = 0000000000000000 ]
}

# The group is one of its own (SupplementaryGroups=), or there is none.
priv_unit_group()
{
	local group

	stop priv
	[ ! -e /run/lispd/lispd.sock ] || return 1
	group=$(getent group 1 | cut -d: -f 1)
	unit_conf 2001:db8::/32 "\"control-group\": \"$group\","
	unit_start --groups 1 &&
		setpriv --reuid 64322 --regid 64322 --groups 1 \
			"$bin/lispctl" show status || return 1
	stop priv
	as_unit "$(unit AmbientCapabilities)" --clear-groups
	said=$("${words[@]}" "$bin/lispd" -c "$art/private/unit.conf" 2>&1) &&
		return 1
	echo "$said"
	[[ $said == *"cannot be given to group \"$group\""* ]]
}

# An xTR says what it is short of.
priv_unit_xtr()
{
	config priv '"xtr": { "rlocs": [ { "address": "192.0.2.90" } ],
		"map-resolvers": [ "192.0.2.1" ],
		"vpns": [ { "name": "v", "iid": 1, "device": "lisp1",
			    "database": [ { "prefix": "10.1.0.0/16" } ] } ] }'
	sed "s,$art/priv.state,/run/state,; s,$art/priv.sock,/run/lispd/x.sock," \
		"$art/priv.conf" >/run/xtr.conf
	as_unit -all --clear-groups
	said=$(timeout 5 "${words[@]}" "$bin/lispd" -c /run/xtr.conf 2>&1) &&
		return 1
	echo "$said"
	[[ $said == *'"xtr" needs CAP_NET_ADMIN'* ]]
}

privileges_checks()
{
	make_keys
	[ -e /sys/class/net/br0 ] || { ip link add br0 type bridge &&
		ip link set br0 up; }
	check "root's key: CAP_DAC_READ_SEARCH is kept, not effective" priv_started
	check "root's key is replaced, and read by a reload" priv_reloads
	check "nobody looks into a lispd that is nobody's" priv_closed
	check "no file of root's: no capability" priv_nothing
	check "as the unit starts it: never root, a key of root's" priv_unit
	check "as the unit starts it: reloads by signal, by lispctl" \
		priv_unit_reloads
	check "as the unit starts it: the control socket's group" priv_unit_group
	check "an xTR without CAP_NET_ADMIN says so" priv_unit_xtr
}
