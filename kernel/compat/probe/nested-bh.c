// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/local_lock.h>

void f(local_lock_t __percpu *lock);
void f(local_lock_t __percpu *lock) { local_lock_nested_bh(lock); }
