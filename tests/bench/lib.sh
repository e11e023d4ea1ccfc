# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# For the benches of this directory, on the host or in a guest.
#
# A bench is an executable NN-name, run by tests/bench/run from the top of the
# tree. Its standard output is JSON, a line a result, made by `result` (or by
# other means, for a bench that is no shell script); all else it says goes to
# standard error. What it says of "must" and "aim" the runner judges.

LISP_TOP=${LISP_TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
BENCH=$LISP_TOP/build/bench

die() { echo "bench: $*" >&2; exit 1; }

# median NUMBER...
median()
{
	printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END {
		print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# result BENCH UNIT SUBJECT VALUE [PEER PEER_VALUE] [ratio=R] [must=X] [aim=X]
#
# X is "<=0.8" or ">=1.1"; it is about the ratio VALUE / PEER_VALUE where there
# is a peer, else about VALUE. R: where the ratio is another than of the medians.
result()
{
	local words=("${@:1:4}") peer='' peer_value='' must='' aim='' word
	local ratio=null

	shift 4
	for word in "$@"; do
		case $word in
		must=*) must=${word#must=} ;;
		aim=*) aim=${word#aim=} ;;
		ratio=*) ratio=${word#ratio=} ;;
		*) if [ -z "$peer" ]; then peer=$word; else peer_value=$word; fi ;;
		esac
	done
	jq -cn --arg b "${words[0]}" --arg u "${words[1]}" \
		--arg s "${words[2]}" --argjson v "${words[3]:-null}" \
		--arg p "$peer" --argjson pv "${peer_value:-null}" \
		--arg m "$must" --arg a "$aim" --argjson r "$ratio" '
		{ bench: $b, subject: $s, peer: $p, value: $v, peer_value: $pv,
		  ratio: (if $r then $r elif $v and $pv and $pv != 0
			  then ($v / $pv * 1000 | round / 1000) else null end),
		  unit: $u } +
		(if $m != "" then { must: $m } else {} end) +
		(if $a != "" then { aim: $a } else {} end)'
}

# build_for SERIES: what a guest with this kernel needs.
build_for()
{
	make -C "$LISP_TOP" "module-$1" tools kselftest-tools bench-tools \
		>"$BENCH/build.log" 2>&1 ||
		die "building failed (build/bench/build.log)"
}

build_xtr()
{
	make -C "$LISP_TOP" module-6.1 daemon tools bench-tools \
		>"$BENCH/build.log" 2>&1 ||
		die "building failed (build/bench/build.log)"
}

# xtr_guest NAME: run that part of xtr.guest, for xtr_value.
xtr_guest()
{
	xtr_out=$BENCH/xtr-$1.txt
	"$LISP_TOP/tests/vm/run" -k 6.1 -c -m 2048 -t 1500 -d "$BENCH/xtr-$1" \
		"$LISP_TOP/tests/bench/xtr.guest" "$1" >"$xtr_out" ||
		die "the guest failed (build/bench/xtr-$1)"
	cat "$xtr_out" >&2
}

# xtr_value NAME: a number that it printed.
xtr_value() { awk -v k="$1" '$1 == k { print $2 }' "$xtr_out"; }
