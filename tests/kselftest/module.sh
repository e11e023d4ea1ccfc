#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The module can be loaded, is found by its alias, and goes again.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

check "lisp loads" modprobe lisp
check "it is there" test -d /sys/module/lisp
check "lisp unloads" modprobe -r lisp
check "it is gone" test ! -e /sys/module/lisp
for i in 1 2 3 4 5; do
	modprobe lisp && modprobe -r lisp || fatal "round $i of load and unload"
done
pass "five rounds of load and unload"
done_testing
