// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/ctl.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "io/loop.h"

#define GROUPS_MAX	256

struct client {
	struct ctl *ctl;
	uint64_t id;		/* 0: slot is free */
	struct bufferevent *bev;
	bool busy;		/* a request waits for its answer */
	bool closing;		/* close when the answer is out */
	ctl_room_fn stream;	/* NULL: it is none */
	bool starved;		/* a line did not fit */
};

struct ctl {
	int fd;
	struct sockaddr_un address;
	struct ctl_config cfg;
	struct loop *loop;
	struct loop_event *reader;
	ctl_fn fn;
	void *arg;
	uint64_t last_id;
	struct client clients[CTL_CLIENTS_MAX];
};

/* --- the listening socket --- */

/* Is somebody behind the socket at the address?  Only who is refused knows that
 * there is nobody; of datagrams, as /dev/log is, it is another error. */
static bool is_alive(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool alive;

	if (fd < 0)
		return true;
	alive = !connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) ||
		errno != ECONNREFUSED;
	close(fd);
	return alive;
}

/* Only ever removes a socket, never a file somebody named by mistake. */
static int remove_stale(const struct sockaddr_un *sa)
{
	struct stat st;

	if (lstat(sa->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (is_alive(sa))
		return -EADDRINUSE;
	return unlink(sa->sun_path) ? -errno : 0;
}

static int bind_path(struct ctl *c)
{
	bool group = c->cfg.gid != (gid_t)-1;
	mode_t mask;
	int err;

	err = remove_stale(&c->address);
	if (err)
		return err;
	/* Closed to all until mode and owner are right; who is not the owner
	 * any more would need a capability to change the mode. */
	mask = umask(0777);
	err = bind(c->fd, (struct sockaddr *)&c->address,
		   sizeof(c->address)) ? -errno : 0;
	umask(mask);
	if (err)
		return err;
	if (chmod(c->address.sun_path, group ? 0660 : 0600) ||
	    chown(c->address.sun_path, c->cfg.uid, c->cfg.gid) ||
	    listen(c->fd, CTL_CLIENTS_MAX)) {
		err = -errno;
		unlink(c->address.sun_path);
	}
	return err;
}

struct ctl *ctl_open(const struct ctl_config *cfg, int *err)
{
	struct ctl *c = calloc(1, sizeof(*c));

	if (!c) {
		*err = -ENOMEM;
		return NULL;
	}
	c->cfg = *cfg;
	c->address.sun_family = AF_UNIX;
	if (strlen(cfg->path) >= sizeof(c->address.sun_path)) {
		*err = -ENAMETOOLONG;
		goto free_ctl;
	}
	strcpy(c->address.sun_path, cfg->path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0) {
		*err = -errno;
		goto free_ctl;
	}
	*err = bind_path(c);
	if (*err)
		goto close_socket;
	return c;

close_socket:
	close(c->fd);
free_ctl:
	free(c);
	return NULL;
}

/* --- connections --- */

static void drop(struct client *cl)
{
	bufferevent_free(cl->bev);
	memset(cl, 0, sizeof(*cl));
}

static void close_client(struct client *cl)
{
	if (cl->stream)
		evbuffer_write(bufferevent_get_output(cl->bev),
			       bufferevent_getfd(cl->bev));
	drop(cl);
}

void ctl_close(struct ctl *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CTL_CLIENTS_MAX; i++)
		if (c->clients[i].id)
			close_client(&c->clients[i]);
	loop_event_free(c->reader);
	close(c->fd);
	/* The directory may be root's by now; then it stays, and the next
	 * start finds nobody behind it. */
	unlink(c->address.sun_path);
	free(c);
}

static void put_line(struct client *cl, const char *line)
{
	struct evbuffer *out = bufferevent_get_output(cl->bev);

	evbuffer_add(out, line, strlen(line));
	evbuffer_add(out, "\n", 1);
}

/* Answer and close. */
static void refuse(struct client *cl, const char *line)
{
	cl->closing = true;
	bufferevent_disable(cl->bev, EV_READ);
	put_line(cl, line);
}

/* Hand the next complete line to the owner, if no other is under way and the
 * client has taken the last answer: who asks on and on and never reads must
 * not fill our memory.  on_written() comes here again. */
static void next_request(struct client *cl)
{
	struct evbuffer *in = bufferevent_get_input(cl->bev);
	struct ctl *c = cl->ctl;
	size_t len;
	char *line;

	if (cl->closing)
		return;
	if (cl->stream) {
		evbuffer_drain(in, evbuffer_get_length(in));
		return;
	}
	if (cl->busy ||
	    evbuffer_get_length(bufferevent_get_output(cl->bev))) {
		/* At its watermark libevent would call us for ever. */
		if (evbuffer_get_length(in) >= CTL_LINE_MAX)
			bufferevent_disable(cl->bev, EV_READ);
		return;
	}
	bufferevent_enable(cl->bev, EV_READ);
	line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF);
	if (line) {
		cl->busy = true;
		c->fn(c->arg, cl->id, line, len);
		free(line);
	} else if (evbuffer_get_length(in) >= CTL_LINE_MAX) {
		refuse(cl, "{\"error\":\"request is longer than 4096 "
		       "octets\"}");
	}
}

static void on_read(struct bufferevent *bev, void *arg)
{
	next_request(arg);
}

/* Take what we do not want to read, or the kernel resets the connection at
 * close and the client reads an error before our answer.  Bounded. */
static void discard_input(struct client *cl)
{
	char buf[4096];

	for (int i = 0; i < 16; i++)
		if (recv(bufferevent_getfd(cl->bev), buf, sizeof(buf),
			 MSG_DONTWAIT) <= 0)
			return;
}

/* Called for every write that went through, and once for none. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;

	if (evbuffer_get_length(bufferevent_get_output(bev)))
		return;
	if (cl->closing && !cl->busy) {
		discard_input(cl);
		drop(cl);
	} else if (cl->starved) {
		cl->starved = false;
		cl->stream(cl->ctl->arg, cl->id);
	} else {
		next_request(cl);
	}
}

/* A client that has said all it wants may still wait for its answer; not if the
 * same turn could not write it: nothing would come of that any more. */
static void on_end(struct bufferevent *bev, short what, void *arg)
{
	struct client *cl = arg;
	bool eof = what & BEV_EVENT_EOF && !(what & BEV_EVENT_WRITING);

	if (eof && !cl->stream && (cl->busy ||
		    evbuffer_get_length(bufferevent_get_output(bev))))
		cl->closing = true;
	else
		drop(cl);
}

void ctl_answer(struct ctl *c, uint64_t client, const char *line)
{
	for (size_t i = 0; i < CTL_CLIENTS_MAX; i++) {
		struct client *cl = &c->clients[i];

		if (cl->id == client && cl->busy) {
			cl->busy = false;
			put_line(cl, line);
			return;
		}
	}
}

/* --- streams --- */

static struct client *find_client(struct ctl *c, uint64_t id)
{
	for (size_t i = 0; id && i < CTL_CLIENTS_MAX; i++)
		if (c->clients[i].id == id)
			return &c->clients[i];
	return NULL;
}

static unsigned int count_streams(const struct ctl *c)
{
	unsigned int n = 0;

	for (size_t i = 0; i < CTL_CLIENTS_MAX; i++)
		n += c->clients[i].stream != NULL;
	return n;
}

int ctl_stream(struct ctl *c, uint64_t client, ctl_room_fn fn)
{
	struct client *cl = find_client(c, client);

	if (!cl || !cl->busy || cl->closing)
		return -ENOENT;
	if (count_streams(c) == CTL_STREAMS_MAX)
		return -EBUSY;
	cl->busy = false;
	cl->stream = fn;
	/* Silence is all it says, and may be all there is to say. */
	bufferevent_set_timeouts(cl->bev, NULL, NULL);
	bufferevent_enable(cl->bev, EV_READ);
	return 0;
}

int ctl_stream_room(struct ctl *c, uint64_t client)
{
	struct client *cl = find_client(c, client);

	if (!cl || !cl->stream)
		return -ENOENT;
	if (evbuffer_get_length(bufferevent_get_output(cl->bev)) <
	    CTL_QUEUE_MAX)
		return 0;
	cl->starved = true;
	return -ENOBUFS;
}

void ctl_stream_put(struct ctl *c, uint64_t client, const char *line)
{
	if (!ctl_stream_room(c, client))
		put_line(find_client(c, client), line);
}

/* --- who is it? --- */

static bool in_groups(int fd, gid_t gid)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
		return false;
	for (size_t i = 0; i < len / sizeof(groups[0]); i++)
		if (groups[i] == gid)
			return true;
	return false;
}

static bool may_talk(const struct ctl *c, int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len))
		return false;
	if (who.uid == 0 || who.uid == c->cfg.uid)
		return true;
	return c->cfg.gid != (gid_t)-1 &&
		(who.gid == c->cfg.gid || in_groups(fd, c->cfg.gid));
}

static struct client *free_slot(struct ctl *c)
{
	for (size_t i = 0; i < CTL_CLIENTS_MAX; i++)
		if (!c->clients[i].id)
			return &c->clients[i];
	return NULL;
}

static int new_client(struct ctl *c, struct client *cl, int fd)
{
	struct timeval idle = { CTL_IDLE_S, 0 };

	cl->bev = bufferevent_socket_new(loop_base(c->loop), fd,
					 BEV_OPT_CLOSE_ON_FREE |
					 BEV_OPT_DEFER_CALLBACKS);
	if (!cl->bev)
		return -ENOMEM;
	cl->ctl = c;
	cl->id = ++c->last_id;
	bufferevent_setcb(cl->bev, on_read, on_written, on_end, cl);
	bufferevent_setwatermark(cl->bev, EV_READ, 0, CTL_LINE_MAX);
	bufferevent_set_timeouts(cl->bev, &idle, &idle);
	bufferevent_enable(cl->bev, EV_READ | EV_WRITE);
	if (!may_talk(c, fd))
		refuse(cl, "{\"error\":\"permission denied\"}");
	return 0;
}

static void on_connect(void *arg)
{
	struct ctl *c = arg;
	struct client *cl = free_slot(c);
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (!cl || new_client(c, cl, fd))
		close(fd);
}

int ctl_start(struct ctl *c, struct loop *l, ctl_fn fn, void *arg)
{
	/* A client that hung up is noticed where it is written to. */
	signal(SIGPIPE, SIG_IGN);
	c->loop = l;
	c->fn = fn;
	c->arg = arg;
	c->reader = loop_reader(l, c->fd, on_connect, c);
	return c->reader ? 0 : -ENOMEM;
}
