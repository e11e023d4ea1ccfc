/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's configuration as C sees it, without what only gcc has
 * (tests/vm/build-module).
 */
#include_next <generated/autoconf.h>

#undef CONFIG_CC_HAS_NAMED_AS
#undef CONFIG_CC_HAS_NAMED_AS_FIXED_SANITIZERS
#undef CONFIG_USE_X86_SEG_SUPPORT
