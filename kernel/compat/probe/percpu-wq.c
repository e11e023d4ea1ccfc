// SPDX-License-Identifier: GPL-2.0
#include <linux/workqueue.h>

struct workqueue_struct *f(void);
struct workqueue_struct *f(void) { return system_percpu_wq; }
