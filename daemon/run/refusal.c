// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/refusal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "io/log.h"

static char last[512];

int refusal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(last, sizeof(last), fmt, ap);
	va_end(ap);
	log_error("%s", last);
	return -EINVAL;
}

const char *refusal_last(void)
{
	return last;
}

void refusal_forget(void)
{
	last[0] = '\0';
}
