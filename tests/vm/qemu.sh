# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# A guest in QEMU, for tests/vm/run, whose variables it uses.
#
#	machine_prepare		what is needed once, under a lock
#	machine_start		run it; sets $rc; true if it ended well

: "${here:?}" "${build:?}" "${work:?}" "${rel:?}" "${initrd:?}" "${limit:?}"
: "${cpus:?}" "${mem:?}" "${LISP_KERNEL:?}" "${ARTIFACTS:?}" "${console:?}"
: "${disk?}"

image=$LISP_KERNEL/boot/vmlinux-$rel
[ -e "$image" ] || image=$LISP_KERNEL/boot/vmlinuz-$rel

# A /dev/kvm that opens is no proof: on some hosts the guest then hangs.  Ask
# a real one to print a word, once.
probe_kvm()
{
	[ -w /dev/kvm ] || return 1
	timeout -k 1 10 qemu-system-x86_64 -accel kvm -cpu host -m 512 \
		-nodefaults -no-user-config -display none -no-reboot \
		-serial stdio -kernel "$image" -initrd "$initrd" \
		-append "console=ttyS0 quiet panic=-1 guest.probe" \
		</dev/null 2>/dev/null 8>&- | grep -q "guest is alive"
}

machine_prepare()
{
	local tool

	for tool in tsc-khz hold; do
		[ ! "$build/vm/$tool" -nt "$here/$tool.c" ] || continue
		gcc -O2 -o "$build/vm/$tool" "$here/$tool.c" ||
			fail "cannot build $tool"
	done
	if [ ! -e "$build/vm/accel" ]; then
		if probe_kvm; then echo kvm; else echo tcg; fi \
			>"$build/vm/accel"
	fi
}

# An emulated guest reads the host's time stamp counter and must be told its
# rate: measuring it goes wrong on a busy host.  What QEMU has translated counts
# for one address: a program that is nowhere else the next time (norandmaps)
# starts in half the time.
machine_accel()
{
	local emulated how

	tsc=
	how=$(cat "$build/vm/accel")
	[ -z "$count" ] || how=count
	# Each step of a string instruction takes its time, and counts as one:
	# "rep movsb" would be dear.
	emulated=max,-erms,-fsrm
	case $how in
	count)
		accel=(-icount "shift=0,sleep=on" -accel "tcg,thread=single"
			-cpu "$emulated")
		tsc="tsc_early_khz=1000000 init_on_alloc=0"
		;;
	kvm) accel=(-accel kvm -cpu host) ;;
	*)
		accel=(-accel "tcg,thread=multi" -cpu "$emulated")
		tsc=tsc_early_khz=$("$build/vm/tsc-khz") || tsc=
		;;
	esac
}

# share TAG DIR OPTION
share()
{
	local how=security_model=none,multidevs=remap

	shares+=(-virtfs "local,path=$2,mount_tag=$1,$how$3")
}

machine_args()
{
	local shares=()

	machine_accel
	if [ -n "$disk" ]; then
		shares+=(-drive "file=$disk,format=raw,if=virtio,snapshot=on")
	else
		share hostroot / ,readonly=on
	fi
	share ctl "$work/ctl" ""
	share artifacts "$ARTIFACTS" ""
	args=(-machine q35 "${accel[@]}" -smp "$cpus" -m "$mem" -nodefaults
		-no-user-config -display none -monitor none -no-reboot
		-kernel "$image" -initrd "$initrd"
		-device "isa-debug-exit,iobase=0xf4,iosize=1"
		"${shares[@]}"
		-serial "file:$console" "${more[@]}")
	append="console=ttyS0 $append mitigations=off nokaslr norandmaps
		tsc=reliable $tsc no_timer_check net.ifnames=0 random.trust_cpu=1"
	args+=(-append "${append//[$'\n\t']/ }")
}

# Only QEMU's 85 is a good end: it exits with 1 when it cannot start, and a
# crashed guest makes it end with 0.
machine_start()
{
	machine_args
	if [ -n "$LISP_TTY" ]; then
		args+=(-chardev "stdio,id=tty,signal=off" -serial chardev:tty)
		timeout --foreground -k 5 "$limit" \
			qemu-system-x86_64 "${args[@]}"
		rc=$?
		stty sane 2>/dev/null
	else
		args+=(-device virtio-serial -chardev "stdio,id=out"
			-device "virtserialport,chardev=out,name=lisp.out")
		# An input that never ends: at its end QEMU would call the port
		# closed, and the guest would wait for ever to write to it.
		[ -p "$work/stdin" ] || mkfifo "$work/stdin"
		timeout -k 5 "$limit" qemu-system-x86_64 "${args[@]}" \
			<>"$work/stdin" &
		machine=$!
		wait "$machine"
		rc=$?
		machine=
	fi
	[ $rc = 85 ]
}
