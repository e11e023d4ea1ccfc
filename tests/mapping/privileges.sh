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

# Where all may read what there is, nothing is kept.
priv_nothing()
{
	local file=/run/lispd-test.pem

	stop priv
	install -m 644 "$art/keys/root.pem" "$file"
	config priv "\"ddt-node\": { \"authoritative\": [$(own '*')],
		\"key-files\": [\"$file\"] }"
	sed "s/\"user\": \"root\"/\"user\": \"nobody\"/; s,$art,/run," \
		"$art/priv.conf" >/run/priv.conf
	chmod 644 /run/priv.conf
	ip netns exec priv "$bin/lispd" -c /run/priv.conf >"$art/priv.log" 2>&1 &
	pid[priv]=$!
	within 5 "$bin/lispctl" -s /run/priv.sock show status || return 1
	[ "$(set_of CapPrm)" = 0000000000000000 ] || return 1
	chmod 600 "$file"
	said=$("$bin/lispctl" -s /run/priv.sock reload 2>&1) && return 1
	echo "$said"
	[[ $said == *"\"$file\": Permission denied"* ]]
}

# What systemd/lispd.service leaves to root is enough for a start and a reload.
priv_bounded()
{
	local bound

	stop priv
	bound=$(sed -n 's/^CapabilityBoundingSet=//p' "$top/systemd/lispd.service" |
		sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
	private 400 root
	config priv "\"ddt-node\": { \"authoritative\": [$(own '*')],
		\"key-files\": [\"$art/private/node.pem\"] }"
	sed -i 's/"user": "root"/"user": "nobody"/' "$art/priv.conf"
	rm -rf "$art/priv.state"
	ip netns exec priv setpriv --bounding-set "-all,$bound" \
		"$bin/lispd" -c "$art/priv.conf" >"$art/priv.log" 2>&1 &
	pid[priv]=$!
	within 5 ctl priv show status && ctl priv reload &&
		[ "$(set_of CapPrm)" = 0000000000000004 ]
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
	check "what the unit leaves to it is enough" priv_bounded
	stop priv
}
