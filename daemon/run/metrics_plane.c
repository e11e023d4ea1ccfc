// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counters of the data plane: of each device, of what reached none, of each
 * Instance-ID of an external device, of each RLOC.  A drop reason that has never
 * been counted in a device is left out, so that a thousand VPNs do not make forty
 * thousand zeros.
 *
 * A dump may have something twice, and a page must not.
 */
#include <stdlib.h>
#include <string.h>

#include "run/metrics_part.h"

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

#define ROW(t, n, u, s, m, h)	{ { t, "lisp_" n, u, h }, EXPO_AT(struct s, m) }
#define DEV(t, n, u, m, h)	ROW(t, "device_" n, u, dp_dev, m, h)
#define NONE(t, n, u, m, h)	ROW(t, n, u, dp_dev, m, h)
#define IID(t, n, u, m, h)	ROW(t, "iid_" n, u, dp_iid, m, h)
#define RLOC(t, n, u, m, h)	ROW(t, "rloc_" n, u, dp_rloc, m, h)

static const struct expo_row dev_rows[] = {
	DEV(EXPO_COUNTER, "receive_packets", NULL, rx_packets,
	    "Packets decapsulated"),
	DEV(EXPO_COUNTER, "receive_bytes", "bytes", rx_bytes,
	    "Octets of these, without outer headers"),
	DEV(EXPO_COUNTER, "transmit_packets", NULL, tx_packets,
	    "Packets encapsulated"),
	DEV(EXPO_COUNTER, "transmit_bytes", "bytes", tx_bytes,
	    "Octets of these, without outer headers"),
	DEV(EXPO_COUNTER, "native_packets", NULL, native_packets,
	    "Packets sent as they were, through the native uplink"),
	DEV(EXPO_COUNTER, "receive_reserved", NULL, rx_reserved,
	    "Packets accepted that had reserved bits set"),
	DEV(EXPO_COUNTER, "misses", NULL, misses, "Misses reported"),
	DEV(EXPO_GAUGE, "held_packets", NULL, held_packets,
	    "Packets that wait for a mapping"),
	DEV(EXPO_GAUGE, "held_bytes", "bytes", held_bytes,
	    "Memory that these and misses take"),
	DEV(EXPO_GAUGE, "mappings", NULL, maps,
	    "Mappings in the map-cache of the data plane, whoever's"),
	DEV(EXPO_GAUGE, "local_eids", NULL, locals,
	    "EID-prefixes that are local, whoever's"),
};

static const struct expo_row none_rows[] = {
	NONE(EXPO_COUNTER, "icmp_too_big", NULL, icmp_too_big,
	     "ICMP errors about outer packets: too big"),
	NONE(EXPO_COUNTER, "icmp_unreachable", NULL, icmp_unreachable,
	     "ICMP errors about outer packets: destination unreachable"),
	NONE(EXPO_COUNTER, "icmp_hop_limit", NULL, icmp_hop_limit,
	     "ICMP errors about outer packets: hop limit exceeded"),
	NONE(EXPO_COUNTER, "icmp_refused", NULL, icmp_refused,
	     "ICMP errors that quote what was not sent from here"),
};

static const struct expo_row iid_rows[] = {
	IID(EXPO_COUNTER, "receive_packets", NULL, rx_packets,
	    "Packets decapsulated with an Instance-ID of an external device"),
	IID(EXPO_COUNTER, "receive_bytes", "bytes", rx_bytes,
	    "Octets of these, without outer headers"),
	IID(EXPO_COUNTER, "transmit_packets", NULL, tx_packets,
	    "Packets encapsulated with it"),
	IID(EXPO_COUNTER, "transmit_bytes", "bytes", tx_bytes,
	    "Octets of these, without outer headers"),
	IID(EXPO_COUNTER, "misses", NULL, misses, "Misses reported of it"),
	IID(EXPO_GAUGE, "held_packets", NULL, held_packets,
	    "Its packets that wait for a mapping"),
	IID(EXPO_GAUGE, "held_bytes", "bytes", held_bytes,
	    "Memory that these and misses take"),
	IID(EXPO_GAUGE, "mappings", NULL, maps,
	    "Its mappings in the map-cache of the data plane, whoever's"),
	IID(EXPO_GAUGE, "local_eids", NULL, locals,
	    "Its EID-prefixes that are local, whoever's"),
};

static const struct expo_row rloc_rows[] = {
	RLOC(EXPO_COUNTER, "transmit_packets", NULL, packets,
	     "Packets encapsulated to an RLOC"),
	RLOC(EXPO_COUNTER, "transmit_bytes", "bytes", bytes, "Octets of these"),
	RLOC(EXPO_COUNTER, "receive_packets", NULL, rx_packets,
	     "Packets decapsulated from an RLOC, if that is counted"),
	RLOC(EXPO_COUNTER, "receive_bytes", "bytes", rx_bytes,
	     "Octets of these"),
	RLOC(EXPO_GAUGE, "mappings", NULL, users,
	     "Locator sets that name an RLOC"),
};

static const struct expo_what dev_drops = {
	EXPO_COUNTER, "lisp_device_dropped_packets", NULL,
	"Packets refused by a device, by reason"
};

static const struct expo_what none_drops = {
	EXPO_COUNTER, "lisp_dropped_packets", NULL,
	"Packets refused that reached no device, by reason"
};

static const struct expo_what rloc_up = {
	EXPO_GAUGE, "lisp_rloc_up", NULL, "1 while an RLOC is in use"
};

static const struct expo_what rloc_rtt = {
	EXPO_GAUGE, "lisp_rloc_rtt_seconds", "seconds",
	"Round-trip time to an RLOC, smoothed, if it is probed"
};

static const struct expo_what up = {
	EXPO_GAUGE, "lisp_data_plane_up", NULL,
	"1 if all of the data plane's numbers could be read"
};

static const struct expo_what truncated = {
	EXPO_GAUGE, "lisp_metrics_truncated", NULL,
	"1 for what there is more of than this page has"
};

struct metrics_plane {
	struct expo_family *up;
	struct expo_family *truncated;
	struct expo_family *dev[COUNT(dev_rows)];
	struct expo_family *none[COUNT(none_rows)];
	struct expo_family *iid[COUNT(iid_rows)];
	struct expo_family *rloc[COUNT(rloc_rows)];
	struct expo_family *dev_drops;
	struct expo_family *none_drops;
	struct expo_family *rloc_up;
	struct expo_family *rloc_rtt;

	bool none_seen;
	unsigned int devices;
	unsigned int iids;
	unsigned int rlocs;
	bool more_devices;
	bool more_iids;
	bool more_rlocs;
	uint32_t seen_devices[METRICS_DEVICES_MAX];
	uint32_t seen_iids[METRICS_IIDS_MAX];
	struct {
		struct addr addr;
		uint16_t port;
	} seen_rlocs[METRICS_RLOCS_MAX];
};

static void add_rows(struct expo *x, const struct expo_row *rows, size_t n,
		     struct expo_family **families)
{
	for (size_t i = 0; i < n; i++)
		families[i] = expo_add(x, &rows[i].what);
}

struct metrics_plane *metrics_plane_new(struct expo *x)
{
	struct metrics_plane *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->up = expo_add(x, &up);
	p->truncated = expo_add(x, &truncated);
	add_rows(x, dev_rows, COUNT(dev_rows), p->dev);
	p->dev_drops = expo_add(x, &dev_drops);
	add_rows(x, none_rows, COUNT(none_rows), p->none);
	p->none_drops = expo_add(x, &none_drops);
	add_rows(x, iid_rows, COUNT(iid_rows), p->iid);
	p->rloc_up = expo_add(x, &rloc_up);
	add_rows(x, rloc_rows, COUNT(rloc_rows), p->rloc);
	p->rloc_rtt = expo_add(x, &rloc_rtt);
	return p;
}

void metrics_plane_free(struct metrics_plane *p)
{
	free(p);
}

static void put_rows(struct expo_family *const *families,
		     const struct expo_row *rows, size_t n, const void *from,
		     const struct expo_labels *l)
{
	for (size_t i = 0; i < n; i++)
		expo_put_row(families[i], l, &rows[i], from);
}

static uint64_t drops_for(const struct dp_dev *d, unsigned int reason)
{
	for (unsigned int i = 0; i < d->drop_count; i++)
		if (d->drops[i].reason == reason)
			return d->drops[i].packets;
	return 0;
}

/* Reasons that a newer kernel has have no name here, and are left out. */
static void put_drops(struct expo_family *f, const struct dp_dev *d,
		      const struct expo_labels *l, bool zeros)
{
	for (unsigned int i = 1; i < dp_drop_reason_count(); i++) {
		uint64_t n = drops_for(d, i);
		struct expo_labels own = *l;

		if (!n && !zeros)
			continue;
		expo_label(&own, "reason", dp_drop_reason_name(i));
		expo_put(f, &own, n);
	}
}

/* --- devices --- */

static void put_none(struct metrics_plane *p, const struct dp_dev *d)
{
	const struct expo_labels l = { .len = 0 };

	if (p->none_seen)
		return;
	p->none_seen = true;
	put_rows(p->none, none_rows, COUNT(none_rows), d, NULL);
	put_drops(p->none_drops, d, &l, true);
}

/* Put @n into a list of so many, if it is not there.  *@more: there is no room
 * for it. */
static bool is_new(uint32_t *list, unsigned int *count, unsigned int max,
		   uint32_t n, bool *more)
{
	for (unsigned int i = 0; i < *count; i++)
		if (list[i] == n)
			return false;
	if (*count == max) {
		*more = true;
		return false;
	}
	list[(*count)++] = n;
	return true;
}

void metrics_plane_dev(struct metrics_plane *p, const struct dp_dev *d)
{
	struct expo_labels l = { .len = 0 };

	if (!d->ifindex) {
		put_none(p, d);
		return;
	}
	if (!is_new(p->seen_devices, &p->devices, METRICS_DEVICES_MAX,
		    d->ifindex, &p->more_devices))
		return;
	expo_label(&l, "device", d->name);
	if (!d->external)
		expo_label_number(&l, "iid", d->iid);
	put_rows(p->dev, dev_rows, COUNT(dev_rows), d, &l);
	put_drops(p->dev_drops, d, &l, false);
}

/* --- Instance-IDs --- */

bool metrics_plane_iid(struct metrics_plane *p, const struct dp_iid *i)
{
	struct expo_labels l = { .len = 0 };

	if (!is_new(p->seen_iids, &p->iids, METRICS_IIDS_MAX, i->iid,
		    &p->more_iids))
		return !p->more_iids;
	expo_label_number(&l, "iid", i->iid);
	put_rows(p->iid, iid_rows, COUNT(iid_rows), i, &l);
	return true;
}

/* --- RLOCs --- */

static bool is_new_rloc(struct metrics_plane *p, const struct dp_rloc *r)
{
	for (unsigned int i = 0; i < p->rlocs; i++)
		if (p->seen_rlocs[i].port == r->port &&
		    addr_equal(&p->seen_rlocs[i].addr, &r->addr))
			return false;
	if (p->rlocs == METRICS_RLOCS_MAX) {
		p->more_rlocs = true;
		return false;
	}
	p->seen_rlocs[p->rlocs].addr = r->addr;
	p->seen_rlocs[p->rlocs++].port = r->port;
	return true;
}

bool metrics_plane_rloc(struct metrics_plane *p, const struct dp_rloc *r)
{
	struct expo_labels l = { .len = 0 };
	char text[ADDR_TEXT_MAX];

	if (!is_new_rloc(p, r))
		return !p->more_rlocs;
	expo_label(&l, "rloc", addr_text(&r->addr, text));
	expo_label_number(&l, "port", r->port);
	expo_put(p->rloc_up, &l, r->state == LISP_RLOC_STATE_UP);
	put_rows(p->rloc, rloc_rows, COUNT(rloc_rows), r, &l);
	if (r->rtt)
		expo_put_decimal(p->rloc_rtt, &l, r->rtt, 6);
	return true;
}

void metrics_plane_end(struct metrics_plane *p, bool good)
{
	const struct {
		const char *list;
		bool more;
	} lists[] = {
		{ "devices", p->more_devices },
		{ "iids", p->more_iids },
		{ "rlocs", p->more_rlocs },
	};

	expo_put(p->up, NULL, good);
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct expo_labels l = { .len = 0 };

		expo_label(&l, "list", lists[i].list);
		expo_put(p->truncated, &l, lists[i].more);
	}
}
