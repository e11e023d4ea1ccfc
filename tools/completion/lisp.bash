# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Completion of lispctl, lig, rig and lispdump in bash: the programs say what
# may stand next themselves (PROGRAM --complete WORD... START).
_lisp()
{
	local line=${COMP_LINE:0:COMP_POINT} words start status

	read -ra words <<<"${line//[\'\"]/}"
	[[ $line != *[[:blank:]] ]] || words+=("")
	mapfile -t COMPREPLY < <("$1" --complete "${words[@]:1}" 2>/dev/null
		echo "$?")
	status=${COMPREPLY[-1]}
	unset "COMPREPLY[-1]"
	[ "$status" != 3 ] || compopt -o default
	# What readline replaces begins behind the last colon.
	start=${words[-1]}
	if [[ $start == *:* && $COMP_WORDBREAKS == *:* ]]; then
		COMPREPLY=("${COMPREPLY[@]#"${start%"${start##*:}"}"}")
	fi
} && complete -F _lisp lispctl lig rig lispdump
