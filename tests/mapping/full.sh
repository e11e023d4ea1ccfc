# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art, bin, net and pid are tree.sh's
#
# A Map-Server whose state-dir is on a file system that others fill up, and make
# room in again: a tmpfs of 4 MiB.  For run, whose check() it uses.

disk=/run/small

df_etr()
{
	exec ip netns exec dfe "$top/tests/mapping/etr" "$net.86" secret \
		"$net.87" "2001:db8:$1::/48"
}
df_registers() { (df_etr "$1"); }
df_state() { ctl df --json show status | jq -e ".\"state-dir\" == \"$1\""; }
df_accepted() { counter df map-server records-accepted; }
df_accepts() { [ "$(df_accepted)" -gt "$1" ]; }
# answers N...: it knows where these are
df_answers()
{
	local n

	for n in "$@"; do
		ip netns exec dfe "$bin/lig" -m "$net.86" -t 3000 -j \
			"2001:db8:$n::1" | tee /dev/stderr |
			jq -e ".records[0].locators[0].address == \"$net.87\"" ||
			return 1
	done
}

df_starts()
{
	host df 86 && host dfe 87 || return 1
	mkdir -p $disk
	mount -t tmpfs -o size=4m tmpfs $disk || return 1
	config df "\"map-resolver\": { }, \"map-server\": { \"sites\": [ {
		\"name\": \"s\", \"eids\": [ { \"prefix\": \"2001:db8::/32\",
		\"accept-more-specifics\": true } ],
		\"keys\": [ { \"key\": \"secret\" } ] } ] }"
	sed -i "s,$art/df.state,$disk/state," "$art/df.conf"
	start df && df_registers 1 && df_state ok && df_answers 1
}

# Whoever registers is not told that it is on record, and comes again; he is
# not refused: who asks is told where he is.
df_full()
{
	local accepted etr status=0

	head -c 8M /dev/zero >$disk/of-others
	[ "$(stat -f -c %f $disk)" = 0 ] || return 1
	accepted=$(df_accepted)
	df_etr 2 &
	etr=$!
	within 60 df_accepts "$accepted" && within 60 df_state failing &&
		df_answers 1 2 || status=1
	kill $etr
	wait $etr && { echo "notified, but not on record"; status=1; }
	ctl df --json show status | jq -e '."state-dir-error" ==
		"No space left on device"' &&
		grep "state-dir $disk/state: cannot be written: No space" \
			"$art/df.log" && [ $status = 0 ]
}

df_heals()
{
	rm $disk/of-others
	within 60 df_state ok && df_registers 3 && df_answers 1 2 3 &&
		grep "state-dir $disk/state: can be written again" "$art/df.log"
}

# All of it is on record: also what came while there was no room.
df_killed()
{
	kill -KILL "${pid[df]}"
	wait "${pid[df]}"
	start df && df_answers 1 2 3
}

full_checks()
{
	[ -e /sys/class/net/br0 ] || { ip link add br0 type bridge &&
		ip link set br0 up; }
	check "a file system: there is room" df_starts
	check "a full one: nobody is refused, show status says it" df_full
	check "there is room again, and all is well" df_heals
	check "killed then, it knows all of them" df_killed
	stop df
	umount $disk
}
