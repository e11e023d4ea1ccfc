// SPDX-License-Identifier: GPL-2.0-or-later
/* Own RLOCs, those of others, and how large a packet may be on the way. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../common/progress.h"
#include "../common/said.h"
#include "doctor.h"
#include "echo.h"
#include "io/path.h"

#define ECHO_TIMEOUT	1000	/* ms, for all of them together */

/* What LISP adds: IP, UDP and LISP headers (RFC 9300 7.1). */
#define OVERHEAD4	36
#define OVERHEAD6	56

/* --- RLOCs --- */

static void judge_own_rloc(struct doctor *d, const struct addr *a,
			   enum rt_found found)
{
	char text[ADDR_TEXT_MAX];

	addr_text(a, text);
	if (found == RT_FOUND_LOCAL) {
		doctor_found(d, VERDICT_OK, "own RLOC %s: this host has it",
			     text);
		return;
	}
	doctor_found(d, VERDICT_BAD, "own RLOC %s: this host does not have "
		     "that address", text);
	doctor_advise(d, "\"ip address add %s/%u dev IFACE\", or correct "
		      "\"rlocs\" and \"lispctl reload\"", text, addr_bits(a));
}

static void judge_interface(struct doctor *d, const char *name, int err,
			    const struct rt_link *l)
{
	if (!err && l->up) {
		doctor_found(d, VERDICT_OK, "interface \"%s\" of an own RLOC "
			     "is up", name);
		return;
	}
	doctor_found(d, VERDICT_BAD, "interface \"%s\" of an own RLOC %s",
		     name, err ? "is not there" : "is down");
	doctor_advise(d, err ? "correct \"rlocs\", then \"lispctl reload\"" :
		      "set it up; lispd notices");
}

static void look_at_own(struct doctor *d, const struct conf_rloc *r)
{
	struct rt_link l;
	uint32_t oif;
	int err;

	if (r->interface) {
		err = rt_link_by_name(d->route, r->interface, &l);
		judge_interface(d, r->interface, err, &l);
	} else if (!r->neighbour) {
		judge_own_rloc(d, &r->address,
			       rt_lookup(d->route, &r->address,
					 doctor_underlay(d), &oif));
	}
}

/* One of a list of lispd. */
static void judge_probe(struct doctor *d, struct json_object *o)
{
	const char *state = doctor_text(o, "probe");

	if (strcmp(state, "down") && strcmp(state, "doubt"))
		return;
	doctor_found(d, VERDICT_WARNING, "RLOC %s: does not answer probes "
		     "(%s)", doctor_text(o, "address"), state);
	doctor_advise(d, "is that router up, and does it let UDP port 4342 "
		      "in? \"lispctl probe %s\" probes at once",
		      doctor_text(o, "address"));
}

void doctor_rlocs(struct doctor *d)
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;

	for (size_t i = 0; d->route && x && i < x->rloc_count; i++)
		look_at_own(d, &x->rlocs[i]);
	for (size_t i = 0; i < said_count(d->rlocs); i++)
		judge_probe(d, said_at(d->rlocs, i));
}

/* --- MTU --- */

/* What the kernel believes of a path, and what an echo made of it. */
struct path_look {
	struct echo echo;
	unsigned int mtu;		/* 0: there is no route */
	unsigned int device_mtu;	/* of the lisp device; 0: there is none */
};

/* The large one was lost, and the small one was not. */
static void judge_lost(struct doctor *d, const struct path_look *p,
		       const char *text)
{
	if (p->echo.reported) {
		doctor_found(d, VERDICT_WARNING, "RLOC %s: a router on the way "
			     "lets no more than %u octets pass, and not %u",
			     text, p->echo.reported, p->mtu);
		doctor_advise(d, "nothing, if all who send know path MTU "
			      "discovery: the kernel has learned it; or lower "
			      "the MTU of the route: \"ip route change ... mtu "
			      "%u\"", p->echo.reported);
	} else {
		doctor_found(d, VERDICT_BAD, "RLOC %s: packets of %u octets "
			     "are lost on the way, and nobody says so (small "
			     "ones are not)", text, p->mtu);
		doctor_advise(d, "let routers on the way send ICMP \"packet "
			      "too big\", or lower the MTU of the route: \"ip "
			      "route change ... mtu N\"");
	}
}

static void judge_mtu(struct doctor *d, const struct path_look *p)
{
	bool v4 = p->echo.to.family == ADDR_IPV4;
	unsigned int most = p->device_mtu + (v4 ? OVERHEAD4 : OVERHEAD6);
	char text[ADDR_TEXT_MAX];

	addr_text(&p->echo.to, text);
	if (p->device_mtu && most > p->mtu) {
		doctor_found(d, VERDICT_WARNING, "RLOC %s: the path takes %u "
			     "octets, a full packet of the lisp device is %u",
			     text, p->mtu, most);
		doctor_advise(d, "\"ip link set DEVICE mtu %u\", or raise the "
			      "MTU of the underlay; until then hosts are told "
			      "by ICMP to send less",
			      p->mtu - (v4 ? OVERHEAD4 : OVERHEAD6));
	}
	if (!p->echo.err && p->echo.small && !p->echo.large)
		judge_lost(d, p, text);
	else
		doctor_found(d, VERDICT_OK, "RLOC %s: %u octets%s", text,
			     p->mtu, p->echo.large ? "" :
			     p->echo.err ? " by the route; not tried" :
			     " by the route; answers no ping");
}

static unsigned int mtu_of(const char *name)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_mtu = 0 };

	if (fd < 0)
		return 0;
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFMTU, &r))
		r.ifr_mtu = 0;
	close(fd);
	return r.ifr_mtu > 0 ? (unsigned int)r.ifr_mtu : 0;
}

static int on_mtu_device(void *arg, const struct rt_link *l)
{
	unsigned int *most = arg, mtu = mtu_of(l->name);

	*most = mtu > *most ? mtu : *most;
	return 0;
}

static void look_at_paths(struct doctor *d)
{
	const char *device = d->conf ? d->conf->underlay : NULL;
	struct path_look looks[DOCTOR_RLOCS_MAX] = { 0 };
	struct echo echoes[DOCTOR_RLOCS_MAX] = { 0 };
	unsigned int most = 0;

	if (d->module && d->route)
		rt_link_dump(d->route, "lisp", on_mtu_device, &most);
	for (size_t i = 0; i < d->peer_count; i++) {
		looks[i].mtu = path_mtu(device, &d->peers[i]);
		looks[i].device_mtu = most;
		echoes[i].to = d->peers[i];
		echoes[i].size = looks[i].mtu;
	}
	echo_try(echoes, d->peer_count, device, ECHO_TIMEOUT);
	for (size_t i = 0; i < d->peer_count; i++) {
		looks[i].echo = echoes[i];
		/* Without a route: that was said. */
		if (looks[i].mtu)
			judge_mtu(d, &looks[i]);
	}
}

void doctor_mtu(struct doctor *d)
{
	if (!doctor_is_xtr(d))
		return;
	progress("mtu: waiting for %zu RLOCs...", d->peer_count);
	if (d->peer_count)
		look_at_paths(d);
	else
		doctor_found(d, VERDICT_OK, "no RLOC of another site is in "
			     "use");
	if (d->more_peers) {
		doctor_found(d, VERDICT_UNKNOWN, "more than %d RLOCs are in "
			     "use; the others were not looked at",
			     DOCTOR_RLOCS_MAX);
		doctor_advise(d, "\"ping -M do -s SIZE RLOC\" tries one");
	}
}
