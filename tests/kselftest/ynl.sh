#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# The family's specification is all that the kernel's own YNL client needs to
# speak to it: requests, answers, dumps, notifications, refusals.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

need_module lisp
tree=$LISP_TOP/build/ynl
cli=$tree/tools/net/ynl/cli.py
spec=$LISP_TOP/Documentation/netlink/specs/lisp.yaml
stability=$LISP_TOP/Documentation/netlink/stability.rst
[ -e "$cli" ] || skip_all "no YNL client: run tests/deps ynl"
# Counters are behind pad attributes there (nla_need_padding_for_64bit()).
! grep -q "User Mode Linux" /proc/cpuinfo ||
	skip_all "the YNL client of Linux 6.12 cannot read pad attributes"
setup_ns a
# shellcheck disable=SC2154
ip -n "$a" link add lisp100 type lisp id 100

# The client's main(), for lists of arguments in JSON, a line each: it takes an
# emulated guest seconds to start Python and to read YAML in Python.
cat >"$_work/client.py" <<'END'
import functools, json, os, sys, traceback, yaml
yaml.safe_load = functools.partial(yaml.load, Loader=yaml.CSafeLoader)
import cli
for line in os.fdopen(os.dup(0)):  # exit() closes sys.stdin
    sys.argv = json.loads(line)
    status = 0
    try:
        cli.main()
    except SystemExit as end:
        status = end.code
    except Exception:
        status = 1
        traceback.print_exc(file=sys.stdout)
    print(f"status {status}", flush=True)
END
coproc client { PYTHONPATH=${cli%/*} exec ip netns exec "$a" \
	python3 -B "$_work/client.py" 2>&1; }
# subshells do not have those of coproc
# shellcheck disable=SC2154
exec {asks}>&"${client[1]}" {answers}<&"${client[0]}"

# client ARGUMENT...: as tools/net/ynl/cli.py would
client()
{
	local line

	jq -nc '$ARGS.positional' --args -- "$cli" "$@" >&"$asks"
	while read -r line <&"$answers"; do
		case $line in
		"status "*) return "${line#* }" ;;
		esac
		printf '%s\n' "$line"
	done
	return 9
}

# ynl ARGUMENT...: answers as JSON, octets in them as hexadecimal digits
ynl() { client --output-json --no-schema --spec "$spec" "$@"; }

# like jq, but sorted and on one line
of() { jq -cS "$@" 2>&1; }

prefix='"iid": 100, "prefix": "0a020000", "prefix-len": 16'
two='[{"address": "c0000202", "port": 5000, "priority": 1, "weight": 50,
	"flags": ["reachable", "echo-nonce"]}, {"address": "c0000203"}]'

said=$(client --list-ops --spec "$spec" \
	--schema "$tree/Documentation/netlink/genetlink-legacy.yaml")
like "the specification is as the kernel's schema has it" "$said" \
	"^map-new +\[ +do +\]"

# a request, and the notification that it causes
said=$(ynl --subscribe event --do map-new --json \
	"{$prefix, \"locators\": {\"locator\": $two}, \"ttl\": 600, \"origin\": 7}")
is "add a mapping, and be told of it" "$(of '.[]?' <<<"$said")" \
	"$(of . <<<'{"name": "map-ntf", "msg": {"event": "new", "iid": 100,
		"prefix": "0a020000", "prefix-len": 16, "underlay": 0,
		"action": "forward", "origin": 7}}')"
said=$(ynl --do map-get --json '{"iid": 100, "prefix": "0a020304"}')
is "the best match of an EID" "$(of '[.prefix, ."prefix-len", .action,
	.origin, .packets, (.ttl > 0 and .ttl <= 600)]' <<<"$said")" \
	'["0a020000",16,"forward",7,0,true]'
is "with its locators" "$(of '.locators.locator | map([.address, .port,
	.priority, .weight, (.flags | sort)])' <<<"$said")" \
	'[["c0000202",5000,1,50,["echo-nonce","reachable"]],["c0000203",4341,1,0,["reachable"]]]'
is "a dump" "$(ynl --dump map-get | of 'map([.prefix, .iid])')" \
	'[["0a020000",100]]'

# enumerations in requests, several requests at once
is "the state of an RLOC, and of a local EID prefix" \
	"$(ynl --multi rloc-set '{"address": "c0000203", "state": "down"}' \
		--multi local-new '{"iid": 100, "prefix": "0a010000", "prefix-len": 16}')" \
	"[null, null]"
is "are as they were set" "$(ynl --dump rloc-get |
	of 'map([.address, .state, .users])|sort')" \
	'[["c0000202","up",1],["c0000203","down",1]]'

# refusals: the kernel's sentence and the attribute that it is about
said=$(ynl --do map-new --json '{"iid": 16777215, "prefix": "0a020000"}')
is "a refusal is the client's status" $? 1
like "with a reason" "$said" "Numerical result out of range"
like "in the kernel's words" "$said" "'msg': '.*Instance-ID"
like "that names the attribute" "$said" "'bad-attr': '.iid'"
said=$(ynl --excl --do map-new --json "{$prefix, \"action\": \"drop\"}")
like "a flag of the request" "$said" "'msg': '.*exists"

# nests that are there more than once
ip -n "$a" addr add 10.1.0.1/32 dev lisp100
ip -n "$a" link set lisp100 up
ip -n "$a" route add 10.0.0.0/8 dev lisp100
ip netns exec "$a" ping -c 1 -W 1 10.9.0.1 >/dev/null
said=$(ynl --dump dev-get)
is "counters of a device" "$(of '.[] | select(.iid == 100) |
	[.ifname, .maps, .locals, (.drop | map(select(.reason ==
	"no-listener")))]' <<<"$said")" \
	'["lisp100",1,1,[{"packets":1,"reason":"no-listener"}]]'

said=$(ynl --subscribe event --do map-del --json "{$prefix, \"origin\": 7}")
is "delete the mapping" "$(of '.[]? | [.name, .msg.event]' <<<"$said")" \
	'["map-ntf","deleted"]'
is "it is gone" "$(ynl --dump map-get)" "[]"

# what stability.rst says, as it stands there: of an attribute that a command
# does not have, of a specification older than the module, and its commands
said=$(ynl --do map-get --json '{"iid": 100, "flags": 0, "prefix": "0a020000"}')
like "an attribute that a command does not have is refused, and named" \
	"$said" "'bad-attr': '.flags'"

# older: the specification before home-iid and drop-auth, numbers as they are
older()
{
	python3 - "$spec" <<-'END'
	import sys, yaml
	def cut(all, name, key, gone):
	    made = next(x for x in all if x["name"] == name)
	    start = 0 if key == "entries" else 1
	    for value, entry in enumerate(made[key], start):
	        entry["value"] = value
	    made[key] = [x for x in made[key] if x["name"] != gone]
	spec = yaml.safe_load(open(sys.argv[1]))
	cut(spec["attribute-sets"], "map", "attributes", "home-iid")
	cut(spec["definitions"], "action", "entries", "drop-auth")
	print("# SPDX-License-Identifier: GPL-2.0\n" + yaml.safe_dump(spec))
	END
}
older >"$_work/older.yaml"
is "mappings that it lacks words for" "$(ynl \
	--multi map-new '{"iid": 100, "prefix": "0a020000", "home-iid": 5,
		"locators": {"locator": [{"address": "c0000202"}]}}' \
	--multi map-new '{"iid": 100, "prefix": "0a030000",
		"action": "drop-auth"}')" "[null, null]"
for what in 0a020000 0a030000; do
	asked="{\"iid\": 100, \"prefix\": \"$what\"}"
	like "$what can be asked for" "$(ynl --do map-get --json "$asked")" \
		'^{.*"prefix": '
	said=$(spec=$_work/older.yaml ynl --do map-get --json "$asked")
	is "$what ends a client of an older specification" $? 1
	said+=$(spec=$_work/older.yaml ynl --process-unknown --do map-get \
		--json "$asked")
	case $?,$what in
	0,0a020000) pass "an attribute does not with --process-unknown" ;;
	1,0a030000) pass "a word does with --process-unknown, too" ;;
	*) fail "--process-unknown is as stability.rst says" "$said" ;;
	esac
	ynl --do map-del --json "$asked" >/dev/null
done

check "the specification is installed" make -s -C "$LISP_TOP" install-headers \
	PREFIX=/usr
cd "$tree" || fatal "the kernel's source is there"
check "the commands of stability.rst" ip netns exec "$a" \
	"$LISP_TOP/tests/man/examples" "$stability"
# shellcheck disable=SC2154
kill "$client_PID"
wait "$client_PID" 2>/dev/null
done_testing
