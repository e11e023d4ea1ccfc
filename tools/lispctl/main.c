// SPDX-License-Identifier: GPL-2.0-or-later
#include "lispctl.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../common/complete.h"
#include "../common/socket.h"

#define NOT_UNDERSTOOD	1

void complain(const char *fmt, ...)
{
	va_list ap;

	fputs("lispctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

static int (*const runs[CMD_COUNT])(const struct options *,
				    const struct args *) = {
	[CMD_SHOW] = show_run,
	[CMD_PROBE] = show_run,
	[CMD_CLEAR] = show_run,
	[CMD_CLEAR_REFERRALS] = show_run,
	[CMD_RELOAD] = show_run,
	[CMD_TRACE] = show_run,
	[CMD_MAP_ADD] = kernel_run,
	[CMD_MAP_DEL] = kernel_run,
	[CMD_MAP_FLUSH] = kernel_run,
	[CMD_MAP_GET] = kernel_run,
	[CMD_MAP_SHOW] = kernel_run,
	[CMD_LOCAL_ADD] = kernel_run,
	[CMD_LOCAL_DEL] = kernel_run,
	[CMD_LOCAL_SHOW] = kernel_run,
	[CMD_RLOC_SET] = kernel_run,
	[CMD_RLOC_SHOW] = kernel_run,
	[CMD_DEVICE_SHOW] = kernel_run,
	[CMD_MISS_SHOW] = kernel_run,
	[CMD_IID_ADD] = kernel_run,
	[CMD_IID_DEL] = kernel_run,
	[CMD_IID_SHOW] = kernel_run,
	[CMD_MONITOR] = monitor_run,
	[CMD_DOCTOR] = doctor_run,
	[CMD_TOP] = top_run,
	[CMD_CAPTURE] = capture_run,
};

static const struct option longs[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void usage(FILE *f)
{
	fputs("Usage: lispctl [-s SOCKET] [--json] COMMAND\n\n", f);
	grammar_print(f);
	fputs("\n  -s, --socket SOCKET  control socket of lispd ("
	      SOCKET_DEFAULT ")\n"
	      "  -j, --json           print JSON\n"
	      "  -h, --help           this text\n\n"
	      "\"show\", \"probe\", \"clear\", \"reload\" and \"trace\" ask "
	      "lispd, everything else the\nkernel itself; \"monitor\" and "
	      "\"doctor\" both.\n"
	      "Exit status: 0; 1 command not understood; 2 it failed; 3 what "
	      "was watched has ended;\nof \"doctor\" 0 all is "
	      "well, 1 warnings, 2 something is bad.\n", f);
}

int main(int argc, char **argv)
{
	struct options opt = { .socket = SOCKET_DEFAULT };
	char why[GRAMMAR_WHY_MAX];
	struct args a;
	int o;

	if (complete_wanted(argc, argv))
		return complete_run(longs, argc, argv);
	while ((o = getopt_long(argc, argv, "+s:jh", longs, NULL)) != -1) {
		switch (o) {
		case 's':
			opt.socket = optarg;
			break;
		case 'j':
			opt.json = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			return NOT_UNDERSTOOD;
		}
	}
	if (grammar_parse(argc - optind, argv + optind, &a, why)) {
		complain("%s", why);
		return NOT_UNDERSTOOD;
	}
	return runs[a.command](&opt, &a);
}
