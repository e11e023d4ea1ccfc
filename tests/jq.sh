# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash

# jq 1.6 -e is content with no input at all, such as that of a program that
# failed before it in a pipe.  Input comes from standard input only.
jq()
{
	local input

	[ "$1" = -e ] || { command jq "$@"; return; }
	input=$(cat) && [ -n "$input" ] && command jq "$@" <<<"$input"
}
