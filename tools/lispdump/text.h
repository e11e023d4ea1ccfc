/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet for people, made of its JSON by a few rules and no knowledge of
 * messages: "name value" with commas between, indented lines for objects and
 * for each element of a list of them.  What is false, empty or usually 0 is
 * left out.
 */
#ifndef LISPDUMP_TEXT_H
#define LISPDUMP_TEXT_H

#include <json-c/json.h>
#include <stdio.h>

void text_print(FILE *f, struct json_object *packet);

#endif
