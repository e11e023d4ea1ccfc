# SPDX-License-Identifier: GPL-2.0-or-later
#
# LISP (RFC 9300/9301) for Linux.  Everything that is built lands in build/.
#
#   make                  module, daemon, tools
#   make demo [STAY=1]    the whole system at work in a virtual machine
#   make bench            what it costs, beside vxlan, geneve and gre
#   make bench-xtr        what many VPNs and a restart cost lispd
#   make bench-mapping    a Map-Server beside a name server
#   make check            every test; KINDS="unit sim" runs some of them
#   make deb              Debian packages, in build/deb
#   make pictures         of the documentation, from their text
#   make install          module, lispd, its units, tools, manual pages, bash
#                         completion (DESTDIR, PREFIX)
#   make help             all targets

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
# As many jobs as processors, unless the caller said something else.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

top := $(abspath .)
B := build

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

.PHONY: all
all: module daemon tools

# ---------------------------------------------------------------- user space

CC := gcc
CFLAGS ?= -O2 -g
# A compiler of next year may warn where none of today's does.
WERROR ?= -Werror
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-unused-parameter $(WERROR)
C_ALL = -std=gnu11 $(WARN) -D_GNU_SOURCE -Idaemon -Iuapi $(PKG_CFLAGS) -MMD -MP
C_HARD := -fstack-protector-strong -D_FORTIFY_SOURCE=2
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
LDLIBS = -Wl,--as-needed $(PKG_LIBS)

# Asked only when something is compiled, and then once: "make demo" must be
# able to start on a machine that has none of this yet.
PKGS := libmnl libnl-route-3.0 libcrypto json-c libevent_core \
	libmicrohttpd lmdb libcap liburcu libpcap
pkg = $(shell pkg-config $(1) $(PKGS) 2>/dev/null || echo MISSING)
pkg_once = $(eval $(1) := $(if $(filter MISSING,$(call pkg,$(2))),$(error \
	a library is missing: run "tests/deps build" (pkg-config $(PKGS))),$(call \
	pkg,$(2))))$($(1))
PKG_CFLAGS = $(call pkg_once,PKG_CFLAGS,--cflags)
PKG_LIBS = $(call pkg_once,PKG_LIBS,--libs)

# One static library a room.  Three variants of the same objects: the real
# one, one under ASan and UBSan for unit tests and simulations, one built by
# clang for the fuzz drivers.
ROOMS := lib wire sm store cfg crypto io dp run
PURE := lib wire sm store cfg crypto
# What unit tests link with: all but main.c; test_run starts a whole daemon.
TESTED := $(PURE) io dp run

room_srcs = $(sort $(wildcard daemon/$(1)/*.c))
archive = $(B)/$(1)daemon/lib$(2).a
archives = $(foreach r,$(2),$(if $(call room_srcs,$(r)),$(call archive,$(1),$(r))))
group = -Wl,--start-group $(1) -Wl,--end-group

define room_rule
$(call archive,$(1),$(2)): $(patsubst %.c,$(B)/$(1)%.o,$(call room_srcs,$(2)))
	$$(say) AR $$@
	$$(Q)rm -f $$@ && ar rcs $$@ $$^
endef
$(foreach v,none asan/ fuzz/,$(foreach r,$(ROOMS),\
	$(eval $(call room_rule,$(filter-out none,$(v)),$(r)))))

# A forgotten room of an older build, say "daemon/net", is not our business;
# a .c file outside every room is a mistake worth a word.
STRAY := $(filter-out $(foreach r,$(ROOMS),daemon/$(r)/%) daemon/main.c,\
	$(wildcard daemon/*.c daemon/*/*.c))
$(if $(STRAY),$(error $(STRAY): in no room of the house ($(ROOMS))))

$(B)/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_ALL) $(CPPFLAGS) $(CFLAGS) $(C_HARD) -fPIE -c -o $@ $<

$(B)/asan/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_ALL) -O1 -g $(SAN) -c -o $@ $<

FUZZ_SAN := address,undefined
# Without it UBSan only talks, and the driver goes on.
FUZZ_STOP := -fno-sanitize-recover=undefined
$(B)/fuzz/%.o: %.c
	$(say) CLANG $@
	$(Q)mkdir -p $(@D)
	$(Q)clang $(C_ALL) -Wno-unknown-warning-option \
		-Wno-missing-field-initializers \
		-Wno-gnu-variable-sized-type-not-at-end -O1 -g \
		-fsanitize=fuzzer-no-link,$(FUZZ_SAN) $(FUZZ_STOP) -c -o $@ $<

# Who asks lispd for its numbers is told which version they are of.
version_objs := $(foreach v,none asan/ fuzz/,\
	$(B)/$(filter-out none,$(v))daemon/run/metrics_daemon.o)
$(version_objs): debian/changelog
$(version_objs): C_ALL += -DLISP_VERSION='"$(VERSION)"'

LINK = $(CC) $(CFLAGS) $(LDFLAGS) -pie -Wl,-z,relro,-z,now

.PHONY: daemon
daemon: $(if $(wildcard daemon/main.c),$(B)/lispd) $(B)/lispd.conf.5 \
	$(B)/lispd.conf.schema.json $(call archives,,$(ROOMS))

$(B)/lispd: $(B)/daemon/main.o $(call archives,,$(ROOMS))
	$(say) LINK $@
	$(Q)$(LINK) -o $@ $< $(call group,$(call archives,,$(ROOMS))) $(LDLIBS)

# What lispd says of its keys is in its manual page.
$(B)/lispd.conf.5: $(B)/lispd $(addprefix Documentation/man/,keys.awk lispd.conf.5.in)
	$(say) MAN $@
	$(Q)set -o pipefail; $< --schema | awk -f Documentation/man/keys.awk - \
		Documentation/man/lispd.conf.5.in >$@

$(B)/lispd.conf.schema.json: $(B)/lispd
	$(say) SCHEMA $@
	$(Q)$< --json-schema >$@

# A tool is tools/NAME.c or tools/NAME/*.c, linked against all rooms and what
# tools share.
TOOLS := $(sort $(patsubst tools/%.c,%,$(wildcard tools/*.c)) \
	$(filter-out iplink common,$(patsubst tools/%/,%,$(dir $(wildcard tools/*/*.c)))))
tool_objs = $(patsubst %.c,$(B)/%.o,$(wildcard tools/$(1).c tools/$(1)/*.c))

tool_lib = $(patsubst %.c,$(B)/%.o,$(wildcard tools/common/*.c))

# A test of a tool links with all of it but main.c, which it may include, and
# with files named of those that tools share.
tool_parts = $(patsubst %.c,$(B)/$(1)/%.o,$(filter-out %/main.c,\
	$(wildcard tools/$(2)/*.c)) $(3:%=tools/common/%.c))

define tool_rule
$(B)/$(1): $(call tool_objs,$(1)) $(tool_lib) $(call archives,,$(ROOMS))
	$$(say) LINK $$@
	$$(Q)$$(LINK) -o $$@ $(call tool_objs,$(1)) $(tool_lib) \
		$$(call group,$$(call archives,,$$(ROOMS))) $$(LDLIBS)
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

IPLINK := $(if $(wildcard tools/iplink/link_lisp.c),$(B)/link_lisp.so)
# With the names of drop reasons.
iplink_c = $(wildcard tools/iplink/*.c) daemon/dp/object.c
$(B)/link_lisp.so: $(iplink_c) $(wildcard tools/iplink/*.h) \
		$(wildcard uapi/linux/*.h)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -D_GNU_SOURCE -Iuapi -Idaemon \
		$(CPPFLAGS) $(CFLAGS) $(C_HARD) $(LDFLAGS) -shared -fPIC \
		-o $@ $(iplink_c)

.PHONY: tools
tools: $(addprefix $(B)/,$(TOOLS)) $(IPLINK)

# ------------------------------------------------------------------- module

# For the running kernel if its headers are here, else for the guest.
SERIES ?= 6.1
HERE_KDIR := $(wildcard /lib/modules/$(shell uname -r)/build)
KDIR ?= $(HERE_KDIR)
module_words = $(if $(C),C=$(C)) $(if $(V),V=$(V)) \
	$(if $(findstring clang,$(CC)),CC=$(CC))

.PHONY: module
module:
ifeq ($(KDIR),)
	@echo "  No headers of the running kernel ($(shell uname -r)) here:" \
		"building the module for the guest kernel $(SERIES)."
	$(Q)$(MAKE) module-$(SERIES)
else
	+$(Q)tests/vm/build-module "$(KDIR)" $(module_words)
endif

# module-6.1, module-6.12, module-uml-debug ...: for a guest kernel, unpacked or
# built under build/kernels.
.PHONY: module-guests
module-guests: module-6.1 module-6.12
module-%:
	$(Q)tests/vm/build-kernel $*
	+$(Q)tests/vm/build-module "$$(tests/vm/kdir $*)" $(module_words)

# Pictures, by dpic, which unlike graphviz measures no text: it gives the same
# whatever fonts a machine has.  Its comments have its version and are left out.
.PHONY: pictures
pictures: Documentation/architecture.svg
%.svg: %.pic
	$(say) DPIC $@
	$(Q)set -o pipefail; dpic -v $< | sed -e '/^<!-- /d' \
		-e 's/font-size="11pt" text-anchor/font-family="sans-serif" &/' \
		-e 's/"11pt"/"9pt"/' >$@

.PHONY: regen
regen:
	$(Q)tests/deps ynl
	$(Q)tests/lint/ynl-gen $(B)/regen
	$(Q)cp $(B)/regen/lisp.h uapi/linux/lisp.h
	$(Q)cp $(B)/regen/netlink-gen.[ch] kernel/
	$(Q)cp $(B)/regen/lisp.rst Documentation/netlink/
	@echo "  uapi/linux/lisp.h kernel/netlink-gen.[ch]" \
		"Documentation/netlink/lisp.rst are as" \
		"Documentation/netlink/specs/lisp.yaml says"

# -------------------------------------------------------------------- tests

# A unit test is tests/unit/test_NAME.c: one cmocka program over the pure
# rooms.  Kernel files that compile in user space are #included by their test;
# tests/unit/kshim stands in for the kernel headers they name.
UNIT := $(patsubst tests/unit/%.c,$(B)/asan/unit/%,$(wildcard tests/unit/test_*.c))
SIM := $(patsubst tests/sim/%.c,$(B)/asan/sim/%,$(filter tests/sim/test_%,\
	$(wildcard tests/sim/*.c)))
SIM_LIB := $(filter-out tests/sim/test_%,$(wildcard tests/sim/*.c))
FUZZ := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
KSHIM := -Itests/unit/kshim -Ikernel

$(B)/asan/unit/test_lispdump $(B)/asan/unit/test_lispdump_hex: \
	$(call tool_parts,asan,lispdump,complete progress record socket words)
$(B)/asan/unit/test_lispdump $(B)/asan/unit/test_lispdump_hex: TEST_OBJS := $(call tool_parts,asan,lispdump,\
	complete progress record socket words)
lispctl_parts := $(call tool_parts,asan,lispctl,\
	ask complete lispd progress said socket)
$(B)/asan/unit/test_lispctl_answers: $(lispctl_parts)
$(B)/asan/unit/test_lispctl_answers: TEST_OBJS := $(lispctl_parts)
# It #includes the others.
monitor_parts := $(filter-out %/monitor.o %/monitor_kernel.o,$(lispctl_parts))
$(B)/asan/unit/test_lispctl_monitor: $(monitor_parts)
$(B)/asan/unit/test_lispctl_monitor: TEST_OBJS := $(monitor_parts)
$(B)/asan/unit/%: tests/unit/%.c $(call archives,asan/,$(TESTED))
	$(say) TEST $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_ALL) $(KSHIM) -Itests/unit -DTEST_TOP='"$(top)"' -O1 -g \
		$(SAN) -MF $@.d -o $@ $< $(TEST_OBJS) \
		$(call group,$(call archives,asan/,$(TESTED))) -lcmocka -lm $(LDLIBS)

$(B)/asan/sim/%: tests/sim/%.c $(SIM_LIB) $(wildcard tests/sim/*.h tests/*.h) \
		$(call archives,asan/,$(ROOMS))
	$(say) TEST $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(C_ALL)) -Itests/sim \
		-DTEST_TOP='"$(top)"' -O1 -g $(SAN) -o $@ $< $(SIM_LIB) \
		$(call group,$(call archives,asan/,$(ROOMS))) -lcmocka $(LDLIBS)

$(B)/fuzz/fuzz_lispdump: $(call tool_parts,fuzz,lispdump,record)
$(B)/fuzz/fuzz_lispdump: TEST_OBJS := $(call tool_parts,fuzz,lispdump,record)
$(B)/fuzz/%: tests/fuzz/%.c $(call archives,fuzz/,$(PURE))
	$(say) FUZZ $@
	$(Q)mkdir -p $(@D)
	$(Q)clang $(C_ALL) $(KSHIM) -Itests/fuzz -Wno-unknown-warning-option \
		-Wno-missing-field-initializers \
		-Wno-gnu-variable-sized-type-not-at-end \
		-O1 -g -fsanitize=fuzzer,$(FUZZ_SAN) $(FUZZ_STOP) \
		-MF $@.d -o $@ $< $(TEST_OBJS) \
		$(call group,$(call archives,fuzz/,$(PURE))) $(LDLIBS)

# Helpers of the kselftests: one small C program a file, run in the guest.
KSELF := $(patsubst tests/kselftest/%.c,$(B)/kselftest/%,\
	$(wildcard tests/kselftest/*.c))
$(B)/kselftest/in-ns: tests/kselftest/in-ns.c
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -O2 -static -o $@ $<
$(B)/kselftest/%: tests/kselftest/%.c $(wildcard tests/kselftest/*.h)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(C_ALL)) $(CFLAGS) -o $@ $< $(LDLIBS)
# ... as is the example, which is built as its head says.
$(B)/kselftest/answer-misses: Documentation/examples/answer-misses.c \
		$(wildcard uapi/linux/*.h)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -Iuapi $(CFLAGS) -o $@ $< -lmnl

.PHONY: kselftest-tools
kselftest-tools: $(KSELF) $(B)/kselftest/answer-misses

# Helpers of the benches, and what tests/bench/profile loads into QEMU.
BENCH_C := $(filter-out tests/bench/functions.c,$(wildcard tests/bench/*.c))
$(B)/bench/%: tests/bench/%.c $(wildcard tests/bench/*.h)
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(C_ALL)) $(CFLAGS) -o $@ $< $(LDLIBS)
$(B)/bench/functions.so: tests/bench/functions.c tests/bench/mark.h
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) $(CFLAGS) -shared -fPIC -o $@ $<

# Helpers of the benches of the mapping system, made of the daemon's rooms.
MAPPING := $(filter-out tests/bench/mapping/packets.c,\
	$(wildcard tests/bench/mapping/*.c))
$(B)/bench/mapping/%: tests/bench/mapping/%.c tests/bench/mapping/packets.c \
		$(wildcard tests/bench/mapping/*.h) $(call archives,,$(ROOMS))
	$(say) LINK $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(filter-out -MMD -MP,$(C_ALL)) $(CFLAGS) -o $@ $< \
		tests/bench/mapping/packets.c \
		$(call group,$(call archives,,$(ROOMS))) $(LDLIBS)

.PHONY: bench bench-xtr bench-mapping bench-tools mapping-tools
mapping-tools: $(patsubst tests/%.c,$(B)/%,$(MAPPING))
bench-tools: $(patsubst tests/%.c,$(B)/%,$(BENCH_C)) $(B)/bench/functions.so
bench:
	+$(Q)tests/bench/run $(BENCHES)
bench-xtr:
	+$(Q)tests/bench/run -x $(BENCHES)
bench-mapping:
	+$(Q)tests/bench/run -m $(BENCHES)

.PHONY: unit-tests sim-tests fuzz-tests
unit-tests: $(UNIT)
sim-tests: $(SIM)
fuzz-tests: $(FUZZ)

.PHONY: check check-long check-kernels check-debug lint
check check-long: export LISP_LONG := $(if $(filter check-long,$(MAKECMDGOALS)),1)
check check-long:
	+$(Q)tests/run $(KINDS)
# The module on every kernel: built without a warning, every kselftest.
check-kernels: export LISP_LONG := 1
check-kernels:
	+$(Q)tests/run lint kselftest
check-debug:
	+$(Q)tests/run debug
lint:
	+$(Q)tests/run lint

.PHONY: demo
demo:
	+$(Q)tests/deps build demo kernel-6.1
	$(Q)$(MAKE) module-6.1 daemon tools
	$(Q)tests/vm/run $(if $(STAY),-i) -d $(B)/demo -t $(if $(STAY),86400,900) \
		tests/demo/demo.sh $(if $(STAY),--stay)

# ------------------------------------------------------------------ install

PREFIX ?= /usr/local
SBIN := $(DESTDIR)$(PREFIX)/sbin
BIN := $(DESTDIR)$(PREFIX)/bin
USER_TOOLS := lig lispdump rig
MAN := $(DESTDIR)$(PREFIX)/share/man
COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions
INC := $(DESTDIR)$(PREFIX)/include/linux
UNITDIR ?= $(PREFIX)/lib/systemd/system
UNITS := $(DESTDIR)$(UNITDIR)
VERSION = $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
DKMS = $(DESTDIR)/usr/src/lisp-$(VERSION)
KREL ?= $(shell uname -r)
# The directory that an ip(8) was built to look in, this machine's by default.
IP_BIN ?= $(or $(shell command -v ip),/dev/null)
IP_LIB ?= $(or $(shell grep -aoE -m1 '/usr/[[:alnum:]/_-]*/ip' "$(IP_BIN)" | \
	head -n 1),/usr/lib/$(shell $(CC) -print-multiarch)/ip)

.PHONY: install install-daemon install-tools install-headers
install: install-daemon install-tools install-headers
	@if [ -e $(B)/module/$(KREL)/lisp.ko ]; then $(MAKE) install-module; \
	else echo "  No module for kernel $(KREL) was built (its headers are" \
		"not here): the module is not installed."; fi

pages = $(sort $(wildcard Documentation/man/*.[158])) $(B)/lispd.conf.5
install_pages = $(foreach m,$(1),install -D -m 644 $(m) \
	$(MAN)/man$(subst .,,$(suffix $(m)))/$(notdir $(m)) &&) :

install-daemon:
	install -d $(SBIN) $(UNITS)
	install -m 755 $(B)/lispd $(SBIN)
	install -m 644 systemd/*.service $(UNITS)
	sed -i 's,/usr/sbin/,$(PREFIX)/sbin/,' $(UNITS)/lispd*.service
	$(call install_pages,$(filter %/lispd.8 %/lispd.conf.5,$(pages)))
	install -D -m 644 $(B)/lispd.conf.schema.json \
		$(DESTDIR)$(PREFIX)/share/lispd/lispd.conf.schema.json

install-tools: $(if $(IPLINK),install-iplink)
	install -d $(SBIN) $(BIN)
	install -m 755 $(addprefix $(B)/,$(filter-out $(USER_TOOLS),$(TOOLS))) $(SBIN)
	install -m 755 $(addprefix $(B)/,$(USER_TOOLS)) $(BIN)
	$(call install_pages,$(filter-out %/lispd.8 %/lispd.conf.5,$(pages)))
	install -D -m 644 tools/completion/lisp.bash $(COMPLETION)/lispctl
	ln -sf lispctl $(COMPLETION)/lig
	ln -sf lispctl $(COMPLETION)/rig
	ln -sf lispctl $(COMPLETION)/lispdump

# What programs that speak to the module are made of.
install-headers:
	install -d $(INC)
	install -m 644 $(wildcard uapi/linux/*.h) $(INC)
	install -D -m 644 Documentation/netlink/specs/lisp.yaml \
		$(DESTDIR)$(PREFIX)/share/ynl/specs/lisp.yaml

# What DKMS builds the module of; the package adds dkms.conf.
.PHONY: install-dkms
install-dkms:
	cd kernel && find . -type f \( -name '*.[ch]' -o -name Kbuild \) \
		-exec install -D -m 644 {} $(abspath $(DKMS))/kernel/{} \;
	install -d $(DKMS)/uapi/linux
	install -m 644 $(wildcard uapi/linux/*.h) $(DKMS)/uapi/linux

.PHONY: install-iplink
install-iplink:
	install -D -m 644 $(IPLINK) $(DESTDIR)$(IP_LIB)/link_lisp.so

.PHONY: install-module
install-module:
	install -D -m 644 $(B)/module/$(KREL)/lisp.ko \
		$(DESTDIR)/lib/modules/$(KREL)/updates/lisp.ko
	strip --strip-debug $(DESTDIR)/lib/modules/$(KREL)/updates/lisp.ko
	$(if $(DESTDIR),,depmod $(KREL))

.PHONY: deb
deb:
	$(Q)tests/deps build deb
	$(Q)tests/packages/build $(B)/deb

.PHONY: clean distclean help
# Unpacked kernels take a download to get back: "clean" leaves them.
clean:
	rm -rf $(filter-out %/kernels %/ynl %/peers %/debs %/suites,$(wildcard $(B)/*))
distclean:
	rm -rf $(B)

help:
	@sed -n '/^#/!q; s/^# \?//p' Makefile | tail -n +3
	@echo "  make module [KDIR=... | SERIES=6.12] [C=2] [CC=clang]   one kernel"
	@echo "  make module-guests                           both guest kernels"
	@echo "  make unit-tests sim-tests fuzz-tests         build tests only"
	@echo "  make regen     generated netlink files from the spec"
	@echo "  make check-long   what make check leaves out as slow, too"
	@echo "  make check-kernels  every kselftest on each kernel: 6.1, 6.12, the newest"
	@echo "  make check-debug  kselftests on a debug kernel (built from source)"
	@echo "  make clean        distclean also forgets unpacked kernels"

-include $(shell find $(B)/daemon $(B)/tools $(B)/asan $(B)/fuzz -name '*.d' 2>/dev/null)
