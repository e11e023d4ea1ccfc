# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2154 # art, bin, net and pid are tree.sh's
#
# What a Map-Server tells monitoring, and that it goes on whoever asks.

promtool=$top/build/peers/prometheus/usr/bin/promtool
scrape() { ip netns exec dm "$top/tests/mapping/scrape" "$@"; }

metrics_up()
{
	host dm 96 && host dme 97 || return 1
	config dm "\"metrics\": { }, \"map-resolver\": { }, \"map-server\": {
		\"sites\": [ { \"name\": \"s\",
		\"eids\": [ { \"prefix\": \"2001:db8:1::/48\" } ],
		\"keys\": [ { \"key\": \"secret\" } ] } ] }"
	start dm && ip netns exec dme "$top/tests/mapping/etr" "$net.96" \
		secret "$net.97" 2001:db8:1::/48
}
# Of one EID who asks has three answers, then one in three seconds.
metrics_ask()
{
	ip netns exec dme "$bin/lig" -m "$net.96" -c 1 -t 10000 \
		-j "2001:db8:1::$1" | jq -e '.records[0].locators != []'
}

# What was done is what is told.
metrics_count()
{
	ip netns exec dme "$top/tests/mapping/etr" "$net.96" wrong \
		"$net.97" 2001:db8:1::/48
	scrape keep && metrics_ask 1 && scrape grew \
		lisp_map_server_requests_total lisp_map_resolver_requests_total \
		lisp_udp_received_total &&
		scrape is lisp_registered_prefixes 1 lisp_data_plane_up none &&
		scrape least lisp_map_server_bad_auth_total 1 \
			lisp_map_server_records_accepted_total 1
}

# Connections that say an octet now and then, are silent, talk nonsense or do not
# take their answer: all there may be and more, for longer than one may live.
metrics_hostile()
{
	local i=0 before after hostile

	before=$(awk '/^VmRSS:/ { print $2 }' "/proc/${pid[dm]}/status")
	scrape hostile 12 >"$art/hostile.log" 2>&1 &
	hostile=$!
	while kill -0 $hostile 2>/dev/null; do
		i=$((i + 1))
		metrics_ask "2:$i" >/dev/null || { echo "question $i"; return 1; }
		read -r -t 0.2 <> <(:)
	done
	echo "$i questions"
	[ $i -gt 1 ] && wait $hostile || { cat "$art/hostile.log"; return 1; }
	after=$(awk '/^VmRSS:/ { print $2 }' "/proc/${pid[dm]}/status")
	echo "VmRSS $before, then $after KiB"
	[ $((after - before)) -le 2048 ]
}

metrics_reload()
{
	sed -i 's/"metrics": { }/"metrics": { "port": 14343 }/' "$art/dm.conf"
	ctl dm reload && ! scrape page && PORT=14343 scrape page || return 1
	sed -i 's/"metrics": { "port": 14343 },//' "$art/dm.conf"
	ctl dm reload && ! PORT=14343 scrape page
}

metrics_checks()
{
	ip link add br0 type bridge 2>/dev/null
	ip link set br0 up
	check "metrics: a Map-Server that tells" metrics_up
	check "metrics: both formats, as others read them" scrape page
	if [ -x "$promtool" ]; then
		check "metrics: promtool has nothing against them" \
			scrape promtool "$promtool"
	else
		echo "ok - metrics: promtool # SKIP not here: tests/deps peers"
	fi
	check "metrics: what is done is counted" metrics_count
	check "metrics: questions are answered, whoever else asks" \
		metrics_hostile
	check "metrics: asked for again when they have gone" scrape page
	check "metrics: moved and ended by a reload" metrics_reload
	stop dm
}
