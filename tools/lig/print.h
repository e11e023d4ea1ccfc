/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An answer for a person, or as JSON. */
#ifndef LIG_PRINT_H
#define LIG_PRINT_H

#include "../common/ask.h"

void print_text(const struct ask_options *o, const struct ask_answer *a);
void print_json(const struct ask_options *o, const struct ask_answer *a);

#endif
