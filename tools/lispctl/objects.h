/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Objects of the kernel as JSON objects, and the columns they are shown in.
 * Numbers are numbers, an underlay is the name of its VRF ("default" for the
 * default domain), a member without meaning for this object is left out.
 */
#ifndef LISPCTL_OBJECTS_H
#define LISPCTL_OBJECTS_H

#include "out.h"
#include "dp/object.h"

struct json_object *object_map(const struct dp_map *m);
struct json_object *object_local(const struct dp_local *l);
struct json_object *object_rloc(const struct dp_rloc *r);
struct json_object *object_reach(const struct dp_reach *r);
struct json_object *object_miss(const struct dp_miss *m);

struct json_object *object_iid(const struct dp_iid *i);

/* Every drop reason we know is in "drops", whatever its count. */
struct json_object *object_dev(const struct dp_dev *d);

/* For people: counters that are zero are left out of "drops". */
struct json_object *object_dev_short(const struct dp_dev *d);

#define MAP_COLUMNS	11
#define LOCAL_COLUMNS	5
#define RLOC_COLUMNS	9
#define MISS_COLUMNS	6
#define IID_COLUMNS	8

extern const struct column map_columns[MAP_COLUMNS];
extern const struct column local_columns[LOCAL_COLUMNS];
extern const struct column rloc_columns[RLOC_COLUMNS];
extern const struct column miss_columns[MISS_COLUMNS];
extern const struct column iid_columns[IID_COLUMNS];

#endif
