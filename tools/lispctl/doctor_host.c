// SPDX-License-Identifier: GPL-2.0-or-later
/* This machine: kernel, module, clock, and who has the ports. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <linux/lisp.h>
#include <linux/netlink.h>

#include "dp/codec.h"
#include "doctor.h"

/* The oldest kernel that the module is built and tested on. */
#define KERNEL_MAJOR	6
#define KERNEL_MINOR	1

#define DATA_PORT	4341
#define CONTROL_PORT	4342

/* --- kernel --- */

static void judge_kernel(struct doctor *d, const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2) {
		doctor_found(d, VERDICT_UNKNOWN, "kernel \"%s\": no version "
			     "in its name", release);
		doctor_advise(d, "Linux %d.%d or newer is needed",
			      KERNEL_MAJOR, KERNEL_MINOR);
	} else if (major < KERNEL_MAJOR ||
		   (major == KERNEL_MAJOR && minor < KERNEL_MINOR)) {
		doctor_found(d, VERDICT_BAD, "kernel %s is older than %d.%d",
			     release, KERNEL_MAJOR, KERNEL_MINOR);
		doctor_advise(d, "install a newer kernel and its headers, and "
			      "boot it");
	} else {
		doctor_found(d, VERDICT_OK, "%s", release);
	}
}

/* A Map-Server or Map-Resolver alone needs none of this. */
void doctor_kernel(struct doctor *d)
{
	struct utsname u;

	if (doctor_is_xtr(d) && !uname(&u))
		judge_kernel(d, u.release);
}

/* --- forwarding --- */

/* What a setting is; -1: it cannot be read. */
static int setting(const char *family, const char *device)
{
	char path[96];
	int value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/forwarding",
		 family, device);
	f = fopen(path, "re");
	if (!f)
		return -1;
	if (fscanf(f, "%d", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

/* @device: whose setting it is, or "all". */
static void judge_forwarding(struct doctor *d, const char *family,
			     const char *device)
{
	bool v6 = !strcmp(family, "ipv6");
	int on = setting(family, device);

	if (on < 0)
		return;
	if (on) {
		doctor_found(d, VERDICT_OK, "%s: %s packets are forwarded",
			     device, v6 ? "IPv6" : "IPv4");
		return;
	}
	doctor_found(d, VERDICT_WARNING, "%s: %s packets are not forwarded: "
		     "hosts of the site reach nobody, only this router itself "
		     "does", device, v6 ? "IPv6" : "IPv4");
	doctor_advise(d, "\"sysctl -w %s=1\", and the same in /etc/sysctl.d "
		      "for the next boot", v6 ? "net.ipv6.conf.all.forwarding" :
		      "net.ipv4.ip_forward");
}

/* IPv4 has it for each device that packets come in by, IPv6 for the host. */
void doctor_forwarding(struct doctor *d)
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;
	bool v4, v6 = false;

	for (size_t i = 0; x && i < x->vpn_count; i++) {
		const struct conf_vpn *v = &x->vpns[i];

		v4 = !v->database_count;
		for (size_t j = 0; j < v->database_count; j++)
			if (v->database[j].prefix.addr.family == ADDR_IPV4)
				v4 = true;
			else
				v6 = true;
		if (v4)
			judge_forwarding(d, "ipv4", v->device);
	}
	if (v6)
		judge_forwarding(d, "ipv6", "all");
}

/* --- module --- */

/* Where "make install" and DKMS put it. */
static bool is_installed(const char *release)
{
	static const char *const files[] = {
		"updates/lisp.ko", "updates/dkms/lisp.ko",
		"updates/dkms/lisp.ko.xz", "updates/dkms/lisp.ko.zst",
		"extra/lisp.ko",
	};
	char path[256];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s", release,
			 files[i]);
		if (!access(path, F_OK))
			return true;
	}
	return false;
}

/* @err: of looking for the "lisp" family of generic netlink; @may_err: of
 * asking it something. */
static void judge_module(struct doctor *d, int err, int may_err,
			 const char *release, bool installed)
{
	if (err && !doctor_is_xtr(d)) {
		doctor_found(d, VERDICT_OK, "not loaded, and not needed: "
			     "this is no xTR");
	} else if (err == -ENOENT && installed) {
		doctor_found(d, VERDICT_BAD, "lisp.ko is installed but not "
			     "loaded");
		doctor_advise(d, "\"modprobe lisp\"; if it is refused, "
			      "\"dmesg\" says why (with Secure Boot it has to "
			      "be signed)");
	} else if (err == -ENOENT) {
		doctor_found(d, VERDICT_BAD, "lisp.ko is not loaded, nor "
			     "installed for kernel %s", release);
		doctor_advise(d, "install the package lisp-dkms and this "
			      "kernel's headers, or \"make module && make "
			      "install\"; then \"modprobe lisp\"");
	} else if (err) {
		doctor_found(d, VERDICT_UNKNOWN, "generic netlink does not "
			     "answer: %s", strerror(-err));
		doctor_advise(d, "run \"lispctl doctor\" as root, outside of "
			      "sandboxes");
	} else if (may_err == -EPERM) {
		doctor_found(d, VERDICT_UNKNOWN, "loaded; what it knows is "
			     "only told to who has CAP_NET_ADMIN");
		doctor_advise(d, "run \"lispctl doctor\" as root");
	} else {
		doctor_found(d, VERDICT_OK, "lisp.ko is loaded");
	}
}

void doctor_add_peer(struct doctor *d, const struct addr *a)
{
	for (size_t i = 0; i < d->peer_count; i++)
		if (addr_equal(&d->peers[i], a))
			return;
	if (d->peer_count < DOCTOR_RLOCS_MAX)
		d->peers[d->peer_count++] = *a;
	else
		d->more_peers = true;
}

static int on_rloc(void *arg, const struct nlmsghdr *nlh)
{
	struct dp_rloc r;
	int err = codec_get_rloc(nlh, &r);

	if (!err)
		doctor_add_peer(arg, &r.addr);
	return err;
}

void doctor_module(struct doctor *d)
{
	struct utsname u = { .release = "?" };
	struct session s;
	int err, may_err = 0;

	uname(&u);
	err = session_open_loaded(&s);
	if (!err) {
		session_message(&s, LISP_CMD_RLOC_GET, NLM_F_DUMP);
		may_err = nl_talk(s.nl, on_rloc, d);
		session_close(&s);
	}
	d->module = !err;
	judge_module(d, err, may_err, u.release, is_installed(u.release));
}

/* --- clock --- */

/* Keys and signatures have dates, and a registration's time is on record. */
#define LONG_AGO	1700000000	/* November 2023: before all this */

/* @state: what adjtimex(2) returned. */
static void judge_clock(struct doctor *d, int state, const struct timex *t,
			time_t now)
{
	if (now < LONG_AGO) {
		doctor_found(d, VERDICT_BAD, "the clock is years behind");
		doctor_advise(d, "set it: \"timedatectl set-ntp true\", or "
			      "install chrony; keys with \"not-before\" and "
			      "DDT signatures are refused until then");
	} else if (state < 0) {
		doctor_found(d, VERDICT_UNKNOWN, "adjtimex: %s",
			     strerror(errno));
		doctor_advise(d, "see \"timedatectl\" for whether the clock is "
			      "synchronised");
	} else if (state == TIME_ERROR || t->status & STA_UNSYNC) {
		doctor_found(d, VERDICT_WARNING, "the clock is not "
			     "synchronised");
		doctor_advise(d, "\"timedatectl set-ntp true\", or install "
			      "chrony; the validity of keys and DDT signatures "
			      "goes by the clock");
	} else {
		doctor_found(d, VERDICT_OK, "synchronised, error at most %ld "
			     "ms", t->maxerror / 1000);
	}
}

void doctor_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);

	judge_clock(d, state, &t, time(NULL));
}

/* --- sockets --- */

/* Is the port in a table of /proc/net? */
static bool has_port(FILE *f, unsigned int port)
{
	unsigned int bound;
	char line[512];
	bool found = false;

	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, " %*u: %*[0-9A-Fa-f]:%x", &bound) == 1 &&
			bound == port;
	return found;
}

static bool is_bound(unsigned int port)
{
	static const char *const tables[] = {
		"/proc/net/udp", "/proc/net/udp6",
	};
	bool found = false;
	FILE *f;

	for (size_t i = 0; !found && i < 2; i++) {
		f = fopen(tables[i], "r");
		if (!f)
			continue;
		found = has_port(f, port);
		fclose(f);
	}
	return found;
}

static void judge_taken(struct doctor *d, unsigned int port, const char *whom)
{
	doctor_found(d, VERDICT_BAD, "UDP port %u is taken, and not by %s",
		     port, whom);
	doctor_advise(d, "\"ss -ulpn sport = :%u\" shows by whom: stop that, "
		      "then \"systemctl restart lispd\"", port);
}

/* @control, @data: the port is bound; @devices: there are lisp devices up. */
static void judge_sockets(struct doctor *d, bool control, bool data,
			  bool devices)
{
	if (control && (d->lispd_err == -ENOENT ||
			d->lispd_err == -ECONNREFUSED))
		judge_taken(d, CONTROL_PORT, "lispd");
	else if (!control && !d->lispd_err) {
		doctor_found(d, VERDICT_BAD, "lispd runs, but UDP port %u is "
			     "not bound in this network namespace",
			     CONTROL_PORT);
		doctor_advise(d, "run \"lispctl doctor\" in lispd's network "
			      "namespace: \"ip netns exec NAME lispctl "
			      "doctor\"");
	} else {
		doctor_found(d, VERDICT_OK, "UDP port %u (control): %s",
			     CONTROL_PORT, control ? "bound" : "free");
	}
	if (!doctor_is_xtr(d))
		return;
	if (data && !d->module) {
		judge_taken(d, DATA_PORT, "lisp.ko");
	} else if (!data && devices) {
		doctor_found(d, VERDICT_BAD, "there are lisp devices, but "
			     "UDP port %u is not bound: nothing is received",
			     DATA_PORT);
		doctor_advise(d, "a device with another \"port\" is not for "
			      "other sites; else set the devices down and up: "
			      "\"systemctl restart lispd\"");
	} else {
		doctor_found(d, VERDICT_OK, "UDP port %u (data): %s",
			     DATA_PORT, data ? "bound" : "free");
	}
}

static int on_up_device(void *arg, const struct rt_link *l)
{
	*(bool *)arg |= l->up && l->lisp.port == DATA_PORT;
	return 0;
}

void doctor_sockets(struct doctor *d)
{
	bool devices = false;

	if (d->module && d->route)
		rt_link_dump(d->route, "lisp", on_up_device, &devices);
	judge_sockets(d, is_bound(CONTROL_PORT), is_bound(DATA_PORT), devices);
}
