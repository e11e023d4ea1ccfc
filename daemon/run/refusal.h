/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a configuration and is found only when it is made use of:
 * logged, and kept for whoever has asked for it.  For the main thread.
 */
#ifndef LISP_RUN_REFUSAL_H
#define LISP_RUN_REFUSAL_H

/* A sentence; -EINVAL. */
int refusal(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The last one since refusal_forget(); "": none. */
const char *refusal_last(void);
void refusal_forget(void);

#endif
