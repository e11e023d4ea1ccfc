# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A guest that is a program, User Mode Linux, for tests/vm/run: see qemu.sh.
# It has one processor, sees the host's files through hostfs, and its terminals
# are file descriptors of this shell.

: "${here:?}" "${work:?}" "${initrd:?}" "${limit:?}" "${mem:?}"
: "${LISP_KERNEL:?}" "${ARTIFACTS:?}" "${console:?}"

machine_prepare() { :; }

# Its memory is a file, unlinked; on a disk it would be written back.  Containers
# may have a /dev/shm that is too small, or not for programs.
machine_memory()
{
	local free

	free=$(df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	if [ -w /dev/shm ] && [ "${free:-0}" -ge "$mem" ] &&
	   ! findmnt -no OPTIONS -T /dev/shm | grep -qw noexec
	then
		echo /dev/shm
	else
		echo "$work"
	fi
}

machine_start()
{
	local tmp append=${append:?}

	tmp=$(machine_memory)
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
