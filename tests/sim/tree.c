// SPDX-License-Identifier: GPL-2.0-or-later
/* The delegation tree of tree.h. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "lib/hash.h"
#include "sm/util.h"
#include "tree.h"

#define SUM_SIZE	32
#define HOUR		3600u

static const char *const addrs[TREE_NODES] = {
	"192.0.2.1", "192.0.2.2", "192.0.2.11", "192.0.2.12",
	"192.0.2.101", "192.0.2.102",
};

/* What each level is there for. */
static const char *const places[] = {
	"[0/0]*", "2001:db8::/32", "2001:db8:100::/40",
};

static struct tree *tree;		/* for what has no argument */

static struct xeid xeid(const char *text)
{
	struct xeid x;

	if (xeid_from_text(text, &x)) {
		fprintf(stderr, "# bad XEID %s\n", text);
		abort();
	}
	return x;
}

/* --- signatures --- */

static void sum(const uint8_t *key, const uint8_t *data, size_t len,
		uint8_t out[SUM_SIZE])
{
	uint64_t a = siphash(key, data, len);

	for (unsigned int i = 0; i < SUM_SIZE; i++)
		out[i] = (uint8_t)(a >> (8 * (i % 8)));
}

static int sum_signed_with(void *arg, const uint8_t *key, size_t key_len,
			   const uint8_t *data, size_t len, const uint8_t *sig,
			   size_t sig_len)
{
	uint8_t right[SUM_SIZE];

	tree->verified++;
	assert(key_len == 16);
	sum(key, data, len, right);
	return sig_len == SUM_SIZE && !memcmp(sig, right, SUM_SIZE) ? 0 :
		-EBADMSG;
}

static int sum_sign(void *arg, const struct sig_key *key, const uint8_t *data,
		    size_t len, uint8_t *sig, size_t sig_len)
{
	assert(sig_len == SUM_SIZE);
	sum((const uint8_t *)key, data, len, sig);
	return 0;
}

static const struct sm_ops sums = {
	.signed_with = sum_signed_with, .sign_referral = sum_sign,
};

static void sign(const struct tree *t, const struct tree_key *k,
		 const uint8_t *data, size_t len, uint8_t *sig)
{
	if (t->sim.signatures)
		sum_sign(NULL, k->key.key, data, len, sig, k->key.size);
	else
		assert(sig_sign(k->key.key, data, len, sig, k->key.size) ==
		       k->key.size);
}

static void make_sums(struct tree *t)
{
	t->sim.signatures = &sums;
	for (unsigned int i = 0; i < TREE_KEYS; i++) {
		struct tree_key *k = &t->keys[i];

		memset(k->octets, (int)i + 1, sizeof(k->octets));
		k->key = (struct ddt_key){
			.key = (const struct sig_key *)k->octets,
			.size = SUM_SIZE,
		};
		k->public = (struct referral_key){ .data = k->octets,
						   .len = 16 };
	}
}

static void make_real(struct tree *t)
{
	static char pem[8192];

	for (unsigned int i = 0; i < TREE_KEYS; i++) {
		EVP_PKEY *pkey = EVP_RSA_gen(SIG_BITS_MIN);
		struct tree_key *k = &t->keys[i];
		BIO *bio = BIO_new(BIO_s_mem());
		size_t len;
		int n;

		PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
		n = BIO_read(bio, pem, sizeof(pem));
		assert(n > 0);
		k->key.key = sig_key_private(pem, (size_t)n, NULL);
		assert(k->key.key);
		k->key.size = (uint16_t)sig_key_size(k->key.key);
		k->public.data = sig_key_octets(k->key.key, &len);
		k->public.len = (uint16_t)len;
		BIO_free(bio);
		EVP_PKEY_free(pkey);
	}
}

static void make_keys(struct tree *t)
{
	for (unsigned int i = 0; i < TREE_KEYS; i++) {
		struct tree_key *k = &t->keys[i];

		k->public.algorithm = REFERRAL_RSA_SHA256;
		k->key.tag = referral_key_tag(k->public.data, k->public.len);
	}
	for (unsigned int i = 0; i < 2; i++)
		t->anchors[i] = t->keys[i].public;
}

/* --- saying something --- */

struct referral_sig tree_section(const struct tree *t, unsigned int node,
				 const struct referral_record *rec)
{
	uint64_t wall = SIM_WALL + t->sim.now / 1000;

	return (struct referral_sig){
		.original_ttl = rec->ttl,
		.expiration = (uint32_t)(wall + 24 * HOUR),
		.inception = (uint32_t)(wall - HOUR),
		.key_tag = t->keys[node].key.tag,
		.algorithm = REFERRAL_RSA_SHA256,
	};
}

/* The message with its one record, in @buf; where the signature is, if there
 * is one. */
static size_t build(uint64_t nonce, const struct referral_record *plain,
		    const struct referral_sig *sig, uint8_t buf[1500],
		    struct arena *arena, struct referral_record **rec)
{
	struct referral_sig section = sig ? *sig : (struct referral_sig){ 0 };
	struct referral_record r = *plain;
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REFERRAL,
		.referral = { .nonce = nonce, .records = &r,
			      .record_count = 1 },
	}, parsed;
	int len;

	r.sigs = &section;
	r.sig_count = sig ? 1 : 0;
	len = msg_build(&m, buf, 1500);
	assert(len > 0);
	assert(!msg_parse(buf, (size_t)len, arena, &parsed, NULL));
	*rec = parsed.referral.records;
	return (size_t)len;
}

/* The signature of @k over @rec with this section. */
static void signature(const struct tree *t, const struct referral_record *rec,
		      const struct tree_key *k, const struct referral_sig *sig,
		      uint8_t out[SIG_SIZE_MAX])
{
	struct referral_sig section = *sig;
	struct referral_record *r;
	uint8_t buf[1500], over[1500];
	struct arena arena;
	int len;

	arena_init(&arena, MSG_ARENA_CAP);
	section.data = NULL;
	section.len = k->key.size;
	build(0, rec, &section, buf, &arena, &r);
	len = referral_signed(buf, r, &r->sigs[0], over, sizeof(over));
	assert(len > 0);
	sign(t, k, over, (size_t)len, out);
	arena_free(&arena);
}

/* @signs: the record that the signature is over; NULL: none. */
static void say(struct tree *t, const struct addr *from, uint64_t nonce,
		const struct referral_record *rec,
		const struct referral_record *signs, const struct tree_key *k,
		const struct referral_sig *sig)
{
	struct referral_sig section = { 0 };
	uint8_t buf[1500], octets[SIG_SIZE_MAX];
	struct referral_record *r;
	struct arena arena;
	size_t len;

	arena_init(&arena, MSG_ARENA_CAP);
	if (signs) {
		section = *sig;
		signature(t, signs, k, sig, octets);
		section.data = octets;
		section.len = k->key.size;
	}
	len = build(nonce, rec, signs ? &section : NULL, buf, &arena, &r);
	sim_inject(&t->sim, from, &t->mr_addr, buf, len);
	arena_free(&arena);
}

void tree_say(struct tree *t, const struct addr *from, uint64_t nonce,
	      const struct referral_record *rec, const struct tree_key *key,
	      const struct referral_sig *sig)
{
	say(t, from, nonce, rec, key ? rec : NULL, key, sig);
}

/* --- what is made of a record on its way --- */

/* A record, and room for what it is changed to. */
struct draft {
	struct referral_record rec;
	struct referral_rloc rlocs[4];
	struct referral_key key;
};

static void name_one(struct draft *d, const char *addr,
		     const struct referral_key *key)
{
	d->rlocs[0] = (struct referral_rloc){
		.addr = A(addr), .priority = 1, .weight = 1,
		.keys = key, .key_count = key ? 1 : 0,
	};
	d->rec.rloc_count = 1;
}

static bool is_delegation(const struct referral_record *rec)
{
	return rec->action == REFERRAL_NODE || rec->action == REFERRAL_MS;
}

/* False: it is as it was. */
static bool go_wrong(const struct tree *t, unsigned int node, struct draft *d)
{
	switch (t->nodes[node].trouble) {
	case TREE_LAME:
		d->rec.xeid = xeid_of(&t->asked);
		d->rec.action = REFERRAL_NOT_AUTHORITATIVE;
		d->rec.ttl = 0;
		d->rec.incomplete = true;
		d->rec.rloc_count = 0;
		return true;
	case TREE_LOOP:
		d->rec.xeid = node < 2 ? xeid("2001::/16") :
			xeid(places[node / 2]);
		d->rec.action = REFERRAL_NODE;
		d->rec.ttl = 1440;
		name_one(d, t->nodes[node].addr, &t->keys[node].public);
		return true;
	case TREE_STALE:
		if (!is_delegation(&d->rec))
			return false;
		name_one(d, TREE_PAST, &t->keys[node + 2].public);
		return true;
	case TREE_WELL:
	case TREE_DOWN:
	case TREE_TROUBLES:
		break;
	}
	return false;
}

/* The /64 of what is asked for. */
static struct xeid around(const struct tree *t)
{
	struct eid e = t->asked;

	prefix_make(&t->asked.prefix.addr, 64, &e.prefix);
	return xeid_of(&e);
}

static void tell_lies(const struct tree *t, unsigned int node, struct draft *d)
{
	static const char *const widest[] = {
		"2001:db8::/32", "2001:db8::/32", "2001:db8:100::/40",
	};

	switch (t->nodes[node].lie) {
	case TREE_TO_EVIL:
		if (!is_delegation(&d->rec)) {
			d->rec.xeid = around(t);
			d->rec.action = REFERRAL_MS;
			d->rec.ttl = 1440;
		}
		name_one(d, TREE_EVIL, &t->keys[TREE_KEY_STRANGER].public);
		break;
	case TREE_HOLE:
		d->rec.xeid = xeid(widest[node / 2]);
		d->rec.action = REFERRAL_DELEGATION_HOLE;
		d->rec.ttl = 15;
		d->rec.rloc_count = 0;
		break;
	case TREE_SAME:
	case TREE_LIES:
		break;
	}
}

static void list_as_revoked(const struct tree *t, unsigned int node,
			    struct draft *d)
{
	if (!d->rec.rloc_count)
		name_one(d, t->nodes[node].addr, NULL);
	d->key = t->keys[node].public;
	d->key.revoked = true;
	d->rlocs[0].keys = &d->key;
	d->rlocs[0].key_count = 1;
}

static void say_as(struct tree *t, unsigned int node, uint64_t nonce,
		   struct draft *d)
{
	struct addr from = A(t->nodes[node].addr);
	const struct tree_key *k = &t->keys[node];
	struct referral_record right = d->rec;
	struct referral_rloc rlocs[4];
	struct referral_sig sig;

	memcpy(rlocs, d->rlocs, sizeof(rlocs));
	right.rlocs = rlocs;
	right.version ^= 1;	/* another one, whatever is made of it */
	if (t->nodes[node].fault != TREE_SOUND)
		tell_lies(t, node, d);
	sig = tree_section(t, node, &d->rec);
	switch (t->nodes[node].fault) {
	case TREE_STRIPPED:
		tree_say(t, &from, nonce, &d->rec, NULL, NULL);
		return;
	case TREE_STRANGER:
		sig.key_tag = t->keys[TREE_KEY_STRANGER].key.tag;
		k = &t->keys[TREE_KEY_STRANGER];
		break;
	case TREE_TAG:
		k = &t->keys[TREE_KEY_STRANGER];
		break;
	case TREE_EXPIRED:
		sig.expiration = sig.inception + HOUR - 1;
		break;
	case TREE_EARLY:
		sig.inception += HOUR + 60;
		break;
	case TREE_PASTED:
		say(t, &from, nonce, &d->rec, &right, k, &sig);
		return;
	case TREE_SHA1:
		sig.algorithm = REFERRAL_RSA_SHA1;
		break;
	case TREE_OTHERS:
		k = &t->keys[(node + 2) % TREE_NODES];
		sig.key_tag = k->key.tag;
		break;
	case TREE_REVOKED:
		list_as_revoked(t, node, d);
		break;
	case TREE_SOUND:
	case TREE_FAULTS:
		break;
	}
	tree_say(t, &from, nonce, &d->rec, k, &sig);
}

/* False: it goes on as it is. */
static bool through_our_hands(struct tree *t, unsigned int node,
			      const struct map_referral *m)
{
	struct draft d = { .rec = m->records[0] };
	bool wrong;

	assert(m->record_count == 1 && d.rec.rloc_count <= 4);
	if (d.rec.rloc_count)
		memcpy(d.rlocs, d.rec.rlocs,
		       d.rec.rloc_count * sizeof(*d.rlocs));
	d.rec.rlocs = d.rlocs;
	wrong = go_wrong(t, node, &d);
	if (!wrong && t->nodes[node].fault == TREE_SOUND)
		return false;
	say_as(t, node, m->nonce, &d);
	return true;
}

/* --- the network --- */

static int node_at(const struct tree *t, const struct addr *a)
{
	for (int i = 0; i < TREE_NODES; i++)
		if (addr_equal(&t->nodes[i].host->addrs[0], a))
			return i;
	return -1;
}

/* What was delegated to the past is not any more, and it has no key: what it
 * says is made up. */
static void say_as_past(struct tree *t, uint64_t nonce)
{
	struct addr past = A(TREE_PAST);
	struct draft d = { .rec = { .ttl = 1440, .action = REFERRAL_MS } };
	const struct tree_key *k = &t->keys[TREE_KEY_STRANGER];
	struct referral_sig sig;

	d.rec.rlocs = d.rlocs;
	d.rec.xeid = around(t);
	name_one(&d, TREE_EVIL, &k->public);
	sig = tree_section(t, TREE_KEY_STRANGER, &d.rec);
	tree_say(t, &past, nonce, &d.rec, sim_random(&t->sim) % 2 ? k : NULL,
		 &sig);
}

static void hear_reply(struct tree *t, const struct map_reply *m)
{
	struct tree_reply *r = &t->replies[t->reply_count++];

	assert(t->reply_count <= TREE_REPLIES);
	assert(m->nonce == t->nonce && m->record_count == 1);
	r->rec = m->records[0];
	if (r->rec.locator_count)
		r->locator = r->rec.locators[0];
	r->rec.locators = NULL;
}

/* Of the resolver. */
static bool on_question(struct tree *t, const struct addr *to,
			const struct ecm *e)
{
	struct addr past = A(TREE_PAST), evil = A(TREE_EVIL);
	struct lisp_msg inner;
	struct arena arena;
	int node = node_at(t, to);

	t->sent++;
	t->to_evil += addr_equal(to, &evil);
	if (addr_equal(to, &past)) {
		t->to_past++;
		arena_init(&arena, MSG_ARENA_CAP);
		assert(!msg_parse(e->message, e->message_len, &arena, &inner,
				  NULL));
		say_as_past(t, inner.request.nonce);
		arena_free(&arena);
	}
	return node >= 0 && t->nodes[node].trouble != TREE_DOWN;
}

static bool tap(struct sim *s, struct sim_host *from,
		const struct action_send *snd)
{
	struct tree *t = s->tap_arg;
	int node = node_at(t, &from->addrs[0]);
	struct lisp_msg m;
	struct arena arena;
	bool pass = true;

	arena_init(&arena, MSG_ARENA_CAP);
	assert(!msg_parse(snd->data, snd->len, &arena, &m, NULL));
	if (m.type == MSG_TYPE_MAP_REPLY) {
		/* He does not serve what he says is not his. */
		if (node < 0 || (t->nodes[node].trouble != TREE_LAME &&
				 t->nodes[node].trouble != TREE_LOOP))
			hear_reply(t, &m.reply);
		pass = false;
	} else if (m.type == MSG_TYPE_ECM && from == t->mr) {
		pass = on_question(t, &snd->to, &m.ecm);
	} else if (m.type == MSG_TYPE_MAP_REFERRAL) {
		pass = !through_our_hands(t, (unsigned int)node, &m.referral);
	}
	arena_free(&arena);
	return pass;
}

/* --- the nodes --- */

static void make_node(struct tree *t, unsigned int i)
{
	const char *const host_addrs[] = { addrs[i], NULL };
	struct tree_node *n = &t->nodes[i];
	unsigned int level = i / 2;

	n->addr = addrs[i];
	n->host = sim_host_add(&t->sim, addrs[i], host_addrs);
	n->keys[0] = t->keys[i].key;
	n->own.xeid = xeid(places[level]);
	ddt_config_init(&n->cfg);
	n->cfg.authorities = &n->own;
	n->cfg.authority_count = 1;
	n->cfg.sign.keys = n->keys;
	n->cfg.sign.key_count = 1;
	n->host->cfg.ddt = &n->cfg;
	if (level == 2) {
		n->peer = A(addrs[i ^ 1]);
		n->own.peers = &n->peer;
		n->own.peer_count = 1;
		n->own.complete = true;
		n->host->cfg.ms = &t->msc;
		return;
	}
	for (unsigned int k = 0; k < 2; k++)
		n->rlocs[k] = (struct referral_rloc){
			.addr = A(addrs[2 * level + 2 + k]),
			.priority = 1, .weight = 1,
			.keys = &t->keys[2 * level + 2 + k].public,
			.key_count = 1,
		};
	n->child = (struct ddt_delegation){
		.xeid = xeid(places[level + 1]), .rlocs = n->rlocs,
		.rloc_count = 2, .map_server = level == 1,
	};
	n->cfg.delegations = &n->child;
	n->cfg.delegation_count = 1;
}

/* For as long as the simulator runs. */
static void register_site(struct tree *t)
{
	struct locator l = { .addr = A(TREE_ETR), .priority = 1, .weight = 100,
			     .mpriority = 255, .flags = LOCATOR_REACHABLE };
	struct map_record rec = { .ttl = 1440, .eid = E(TREE_SITE),
				  .locators = &l, .locator_count = 1 };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = { .flags = MREG_PROXY_REPLY, .nonce = 1,
			 .auth = { .algorithm = AUTH_HMAC_SHA256_128,
				   .data_len = 32 },
			 .records = &rec, .record_count = 1 },
	};
	uint8_t buf[512];
	int len = msg_build(&m, buf, sizeof(buf));

	assert(len > 0);
	assert(!auth_sign(t->site_key.key, buf, (size_t)len,
			  AUTH_COVER_ENTIRE));
	for (unsigned int i = 4; i < TREE_NODES; i++)
		sim_inject(&t->sim, &l.addr, &t->nodes[i].host->addrs[0], buf,
			   (size_t)len);
	sim_run(&t->sim, 100);
}

static void make_site(struct tree *t)
{
	struct secret *psk = secret_new("secret", 6);

	t->site_key = (struct sm_key){
		.algorithm = AUTH_HMAC_SHA256_128,
		.coverage = AUTH_COVER_EITHER, .tag = 1,
		.key = auth_key_new(0, AUTH_HMAC_SHA256_128, psk),
	};
	secret_free(psk);
	t->site_eid = (struct site_eid){ .eid = E(places[2]),
					 .more_specifics = true };
	t->site = (struct site){ .name = "site", .keys = &t->site_key,
				 .key_count = 1, .eids = &t->site_eid,
				 .eid_count = 1 };
	ms_config_init(&t->msc);
	t->msc.sites = &t->site;
	t->msc.site_count = 1;
	t->msc.limits.timeout = UINT32_MAX;
}

static void make_resolver(struct tree *t)
{
	static const char *const mr_addrs[] = { "198.51.100.20", NULL };

	t->roots[0] = A(addrs[0]);
	t->roots[1] = A(addrs[1]);
	t->itr = A("203.0.113.1");
	t->mr_addr = A(mr_addrs[0]);
	mr_config_init(&t->mrc);
	t->mrc.ddt.roots = t->roots;
	t->mrc.ddt.root_count = 2;
	t->mrc.ddt.anchors = t->anchors;
	t->mrc.ddt.anchor_count = 2;
	t->mrc.ddt.security = DDT_SECURITY_REQUIRE;
	t->mr = sim_host_add(&t->sim, "mr", mr_addrs);
	t->mr->cfg.mr = &t->mrc;
}

static void init(struct tree *t, uint64_t seed, void (*keys)(struct tree *t))
{
	memset(t, 0, sizeof(*t));
	tree = t;
	sim_init(&t->sim, seed);
	t->sim.tap = tap;
	t->sim.tap_arg = t;
	keys(t);
	make_keys(t);
	make_site(t);
	for (unsigned int i = 0; i < TREE_NODES; i++)
		make_node(t, i);
	make_resolver(t);
	for (unsigned int i = 0; i < TREE_NODES; i++)
		sim_boot(t->nodes[i].host);
	sim_boot(t->mr);
	register_site(t);
}

void tree_init(struct tree *t, uint64_t seed)
{
	init(t, seed, make_sums);
}

void tree_init_real(struct tree *t, uint64_t seed)
{
	init(t, seed, make_real);
}

void tree_done(struct tree *t)
{
	bool real = !t->sim.signatures;

	sim_done(&t->sim);
	auth_key_free(t->site_key.key);
	for (unsigned int i = 0; real && i < TREE_KEYS; i++)
		sig_key_free((struct sig_key *)t->keys[i].key.key);
}

void tree_heal(struct tree *t)
{
	for (unsigned int i = 0; i < TREE_NODES; i++) {
		t->nodes[i].trouble = TREE_WELL;
		t->nodes[i].fault = TREE_SOUND;
		t->nodes[i].lie = TREE_SAME;
	}
	sim_kill(t->mr);
	sim_boot(t->mr);
}

/* --- asking --- */

void tree_ask(struct tree *t, const char *eid)
{
	struct request_record rec = { .eid = E(eid) };
	uint8_t request[256], buf[512];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = sim_random(&t->sim) | 1,
			     .itr_rlocs = &t->itr, .itr_count = 1,
			     .records = &rec, .record_count = 1 },
	}, ecm = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = rec.eid.prefix.addr,
			 .dest = rec.eid.prefix.addr,
			 .source_port = LISP_CONTROL_PORT,
			 .dest_port = LISP_CONTROL_PORT,
			 .message = request },
	};
	int len = msg_build(&m, request, sizeof(request));

	assert(len > 0);
	t->asked = rec.eid;
	t->nonce = m.request.nonce;
	t->sent = t->to_evil = t->to_past = t->reply_count = 0;
	t->verified = 0;
	ecm.ecm.message_len = (size_t)len;
	len = msg_build(&ecm, buf, sizeof(buf));
	assert(len > 0);
	sim_inject(&t->sim, &t->itr, &t->mr_addr, buf, (size_t)len);
}
