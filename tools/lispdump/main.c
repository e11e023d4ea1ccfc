// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lispdump: LISP packets of a capture, or of hex text, for people or as JSON.
 * libpcap reads captures, which may be anybody's.
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <pcap/pcap.h>

#include "../common/complete.h"
#include "../common/record.h"
#include "../common/words.h"
#include "cfg/file.h"
#include "dump.h"
#include "hex.h"
#include "text.h"

#define IID_MAX		0xffffffu

enum status {
	STATUS_GOOD,
	STATUS_FAILED,		/* input or output */
	STATUS_USAGE,		/* as words_refuse() has it */
	STATUS_BAD,		/* something printed is malformed, ... */
};

static const char usage[] =
"usage: lispdump [-j] [-c NUMBER] [-i IID] [-e EID] [-t TYPE] [-k FILE\n"
"                [-K KEY-ID]] FILE\n"
"       lispdump -x [-l LAYER] ... FILE\n"
"\n"
"FILE is a capture (pcap or pcapng), \"-\" standard input:\n"
"  tcpdump -U -w - udp port 4341 or udp port 4342 | lispdump -\n"
"\n"
"  -x, --hex            FILE is text: hex digits, or what xxd, hexdump -C,\n"
"                       od -t x1 or tcpdump -x write\n"
"  -l, --layer LAYER    of -x: control (payload of UDP port 4342, the default),\n"
"                       data (of port 4341), ip, ethernet\n"
"  -j, --json           print one JSON object a line\n"
"  -c, --count NUMBER   end after so many packets were printed\n"
"  -i, --iid NUMBER     print packets only that name an EID of this instance\n"
"  -e, --eid EID        that name an EID that overlaps this address or prefix\n"
"  -t, --type TYPE      of this type; may be given again: map-request,\n"
"                       map-reply, map-register, map-notify, map-notify-ack,\n"
"                       map-referral, info-request, ecm, data, fragment, broken\n"
"  -k, --key FILE       verify MACs with the key in the first line of FILE\n"
"  -K, --key-id NUMBER  only those with this key ID\n"
"  -h, --help           print this\n"
"\n"
"Exit status: 0 all was understood; 1 FILE cannot be read, or the output not\n"
"be written; 2 wrong command line; 3 something that was printed is malformed or\n"
"not understood, or its MAC is wrong.\n";

static const struct option options[] = {
	{ "hex", no_argument, NULL, 'x' },
	{ "layer", required_argument, NULL, 'l' },
	{ "json", no_argument, NULL, 'j' },
	{ "count", required_argument, NULL, 'c' },
	{ "iid", required_argument, NULL, 'i' },
	{ "eid", required_argument, NULL, 'e' },
	{ "type", required_argument, NULL, 't' },
	{ "key", required_argument, NULL, 'k' },
	{ "key-id", required_argument, NULL, 'K' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL }
};

struct command {
	struct dump_options dump;
	struct secret *key;
	bool hex;
	enum dump_layer layer;
	bool layered;
	bool json;
	uint32_t count;		/* 0: all */
	const char *file;
};

/* What is done with packets. */
struct run {
	const struct command *c;
	struct dump dump;
	uint64_t frame;
	uint32_t printed;
	enum status status;
};

static void complain(const char *what, const char *why)
{
	fprintf(stderr, "lispdump: %s: %s\n", what, why);
}

/* --- command line --- */

static const char *const layers[] = {
	[LAYER_CONTROL] = "control",
	[LAYER_DATA] = "data",
	[LAYER_IP] = "ip",
	[LAYER_ETHERNET] = "ethernet",
};

#define LAYERS	(sizeof(layers) / sizeof(layers[0]))

static enum dump_layer read_layer(const char *word)
{
	for (unsigned int i = 0; i < LAYERS; i++)
		if (!strcmp(layers[i], word))
			return (enum dump_layer)i;
	words_refuse("layer", word, "control, data, ip or ethernet");
}

static uint32_t read_type(const char *word)
{
	for (unsigned int i = 0; i < DUMP_TYPES; i++)
		if (dump_type_name(i) && !strcasecmp(dump_type_name(i), word))
			return 1u << i;
	words_refuse("type", word, "one that --help names");
}

static void read_eid(struct dump_options *o, const char *word)
{
	struct eid e;

	if (eid_from_text(word, &e))
		words_refuse("eid", word, "an address, a prefix, or either "
			     "behind \"[IID]\"");
	o->eid = e.prefix;
	if (*word == '[') {
		o->has_iid = true;
		o->iid = e.iid;
	}
}

/* As the daemon reads key files. */
static struct secret *read_key(const char *file)
{
	char buf[SECRET_MAX + 2];
	ssize_t n = file_read(file, buf, sizeof(buf));
	struct secret *key;

	if (n < 0) {
		complain(file, strerror((int)-n));
		exit(STATUS_FAILED);
	}
	key = secret_new(buf, strcspn(buf, "\r\n"));
	secret_wipe(buf, sizeof(buf));
	if (!key) {
		complain(file, "expected a line of 1 to 1024 octets");
		exit(STATUS_FAILED);
	}
	return key;
}

static void read_key_option(struct command *c)
{
	secret_free(c->key);
	c->key = read_key(optarg);
	c->dump.key = c->key;
}

static void read_option(struct command *c, int option)
{
	switch (option) {
	case 'x':
		c->hex = true;
		break;
	case 'l':
		c->layer = read_layer(optarg);
		c->layered = true;
		break;
	case 'j':
		c->json = true;
		break;
	case 'c':
		c->count = words_number("count", optarg, 1, UINT32_MAX);
		break;
	case 'i':
		c->dump.iid = words_number("iid", optarg, 0, IID_MAX);
		c->dump.has_iid = true;
		break;
	case 'e':
		read_eid(&c->dump, optarg);
		break;
	case 't':
		c->dump.types |= read_type(optarg);
		break;
	case 'k':
		read_key_option(c);
		break;
	case 'K':
		c->dump.key_id = (int)words_number("key-id", optarg, 0, 255);
		break;
	case 'h':
		fputs(usage, stdout);
		exit(STATUS_GOOD);
	default:
		fputs(usage, stderr);
		exit(STATUS_USAGE);
	}
}

static void refuse_if(bool wrong, const char *why)
{
	if (!wrong)
		return;
	fprintf(stderr, "lispdump: %s\n", why);
	exit(STATUS_USAGE);
}

static void read_command(int argc, char **argv, struct command *c)
{
	int option;

	while ((option = getopt_long(argc, argv, "xl:jc:i:e:t:k:K:h", options,
				     NULL)) != -1)
		read_option(c, option);
	if (optind + 1 != argc) {
		fputs(usage, stderr);
		exit(STATUS_USAGE);
	}
	c->file = argv[optind];
	refuse_if(c->layered && !c->hex, "--layer is of --hex only: a capture "
		  "says what its packets are");
	refuse_if(c->dump.key_id >= 0 && !c->key,
		  "--key-id goes with --key: expected the key, too");
}

/* --- output --- */

/* False: there is no use in going on. */
static bool print(struct run *r, struct json_object *o)
{
	if (r->c->json)
		puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
				JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		text_print(stdout, o);
	if (r->dump.bad && r->status == STATUS_GOOD)
		r->status = STATUS_BAD;
	/* Who reads from a pipe wants to see it now. */
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write", strerror(errno));
		r->status = STATUS_FAILED;
		return false;
	}
	return ++r->printed != r->c->count;
}

/* --- captures --- */

static void add_time(struct json_object *o, const struct timeval *tv)
{
	time_t seconds = tv->tv_sec;
	char text[80], day[48];
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) ||
	    !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	snprintf(text, sizeof(text), "%s.%06uZ", day,
		 (unsigned int)tv->tv_usec % 1000000u);
	add_text(o, "time", text);
}

/* The packet's members behind those of the frame. */
static struct json_object *in_frame(const struct run *r,
				    const struct pcap_pkthdr *header,
				    struct json_object *packet)
{
	struct json_object *o = json_object_new_object();

	add_number(o, "frame", r->frame);
	add_time(o, &header->ts);
	json_object_object_foreach(packet, name, v)
		json_object_object_add(o, name, json_object_get(v));
	json_object_put(packet);
	return o;
}

static bool on_packet(struct run *r, const struct pcap_pkthdr *header,
		      const uint8_t *data, enum packet_link link)
{
	struct json_object *o;
	bool more;

	r->frame++;
	o = dump_frame(&r->dump, data, header->caplen, link);
	if (!o)
		return true;
	o = in_frame(r, header, o);
	more = print(r, o);
	json_object_put(o);
	return more;
}

/* Negative: packets of that kind cannot be read. */
static int link_of(int datalink)
{
	switch (datalink) {
	case DLT_EN10MB:
		return LINK_ETHERNET;
	case DLT_LINUX_SLL:
		return LINK_COOKED;
	case DLT_LINUX_SLL2:
		return LINK_COOKED2;
	case DLT_NULL:
	case DLT_LOOP:
		return LINK_LOOPBACK;
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return LINK_IP;
	}
	return -1;
}

static void read_packets(struct run *r, pcap_t *pcap, enum packet_link link)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int ret;

	do {
		ret = pcap_next_ex(pcap, &header, &data);
	} while (ret == 1 && on_packet(r, header, data, link));
	if (ret == 1 || ret == PCAP_ERROR_BREAK)
		return;
	complain(r->c->file, pcap_geterr(pcap));
	r->status = STATUS_FAILED;
}

/* @in is closed with what is made of it. */
static void read_capture(struct run *r, FILE *in)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_fopen_offline(in, why);
	const char *name;
	int link;

	if (!pcap) {
		complain(r->c->file, why);
		fputs("lispdump: expected a capture (pcap, pcapng), or -x with "
		      "hex text\n", stderr);
		fclose(in);
		r->status = STATUS_FAILED;
		return;
	}
	link = link_of(pcap_datalink(pcap));
	if (link >= 0) {
		read_packets(r, pcap, (enum packet_link)link);
	} else {
		name = pcap_datalink_val_to_name(pcap_datalink(pcap));
		fprintf(stderr, "lispdump: %s: link-layer type %s (%d): "
			"expected Ethernet, Linux cooked, loopback or raw IP\n",
			r->c->file, name ? name : "?", pcap_datalink(pcap));
		r->status = STATUS_FAILED;
	}
	pcap_close(pcap);
}

/* --- hex text --- */

static bool on_hex(struct run *r, const struct hex *h)
{
	struct json_object *o;
	bool more;

	o = dump_layer(&r->dump, h->octets, h->len, r->c->layer);
	if (!o)
		return true;
	more = print(r, o);
	json_object_put(o);
	return more;
}

static void read_hex(struct run *r, FILE *in)
{
	struct hex *h = hex_new(in);
	int ret = h ? 1 : -ENOMEM;

	while (ret == 1) {
		ret = hex_read(h);
		if (ret == 1 && !on_hex(r, h))
			break;
	}
	if (ret == -EBADMSG)
		fprintf(stderr, "lispdump: %s:%u: expected %s\n", r->c->file,
			h->number, h->expected);
	else if (ret < 0)
		complain(r->c->file, strerror(-ret));
	if (ret < 0)
		r->status = STATUS_FAILED;
	hex_free(h);
	fclose(in);
}

/* --- completion --- */

/* As read_type() takes them and --help has them. */
static void complete_types(struct complete *c)
{
	char text[32];

	for (unsigned int i = 0; i < DUMP_TYPES; i++) {
		if (!dump_type_name(i))
			continue;
		snprintf(text, sizeof(text), "%s", dump_type_name(i));
		for (char *at = text; *at; at++)
			*at = (char)tolower((unsigned char)*at);
		complete_say(c, text);
	}
}

/* Words that may stand next. */
static int complete(int argc, char **argv)
{
	struct complete c;

	complete_read(&c, options, false, argc, argv);
	switch (c.option) {
	case 0:
		complete_options(&c, options);
		return *c.start == '-' || c.count ? 0 : COMPLETE_FILE;
	case 'l':
		for (unsigned int i = 0; i < LAYERS; i++)
			complete_say(&c, layers[i]);
		break;
	case 't':
		complete_types(&c);
		break;
	case 'i':
		complete_iids(&c, NULL);
		break;
	case 'k':
		return COMPLETE_FILE;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct command c = { .dump.key_id = -1 };
	struct run r = { .c = &c };
	FILE *in;

	if (complete_wanted(argc, argv))
		return complete(argc, argv);
	read_command(argc, argv, &c);
	in = strcmp(c.file, "-") ? fopen(c.file, "r") : stdin;
	if (!in) {
		complain(c.file, strerror(errno));
		return STATUS_FAILED;
	}
	dump_init(&r.dump, &c.dump);
	if (c.hex)
		read_hex(&r, in);
	else
		read_capture(&r, in);
	dump_free(&r.dump);
	secret_free(c.key);
	return (int)r.status;
}
