# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A guest that is a program, User Mode Linux, for tests/vm/run: see qemu.sh.
# It has one processor, sees the host's files through hostfs, and its terminals
# are file descriptors of this shell.

: "${here:?}" "${work:?}" "${initrd:?}" "${limit:?}" "${mem:?}"
: "${LISP_KERNEL:?}" "${ARTIFACTS:?}" "${console:?}"

machine_prepare() { :; }

# Its memory is a file in TMPDIR, unlinked; on a disk it would be written back.
machine_start()
{
	local tmp=$work append=${append:?}

	[ ! -w /dev/shm ] || tmp=/dev/shm
	[ -z "$LISP_TTY" ] || fail "-i: not with User Mode Linux"
	# shellcheck disable=SC2086 # words
	TMPDIR=$tmp setsid timeout -k 5 "$limit" "$LISP_KERNEL/linux" \
		mem="$mem"M initrd="$initrd" con0=null,fd:2 con1=null,fd:1 \
		con=null ssl=null uml_dir="$work/" umid=uml console=tty0 $append \
		guest.uml="$work/ctl" </dev/null 2>"$console" &
	machine=$!
	wait "$machine"
	rc=$?
	machine=
	[ $rc = 0 ]
}
