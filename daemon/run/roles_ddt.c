// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/roles_ddt.h"

#include <errno.h>
#include <stdlib.h>

#include "crypto/sig.h"
#include "run/refusal.h"

/* The locators of a delegation, and the public keys of who is there. */
struct child {
	struct sig_key **keys;		/* of all of them */
	struct referral_key *octets;
	struct referral_rloc *rlocs;
	size_t key_count;
};

struct roles_ddt {
	struct ddt_config cfg;
	struct ddt_authority *authorities;
	struct ddt_delegation *delegations;
	struct child *children;		/* as many */
	struct sig_key *signers[DDT_KEYS_MAX];
	struct ddt_key keys[DDT_KEYS_MAX];
};

static struct sig_key *load_key(const struct cfg_pem *pem, bool private)
{
	const char *why = "out of memory";
	struct sig_key *k = private ?
		sig_key_private(pem->text, pem->len, &why) :
		sig_key_public(pem->text, pem->len, &why);

	if (!k)
		refusal("ddt-node: key %s: %s", pem->file, why);
	return k;
}

static int make_authorities(struct roles_ddt *r, const struct conf_ddt *c)
{
	r->authorities = calloc(c->authority_count + 1,
				sizeof(*r->authorities));
	if (!r->authorities)
		return -ENOMEM;
	for (size_t i = 0; i < c->authority_count; i++)
		r->authorities[i] = (struct ddt_authority){
			.xeid = c->authorities[i].xeid,
			.peers = c->authorities[i].peers,
			.peer_count = c->authorities[i].peer_count,
			.complete = c->authorities[i].complete,
		};
	r->cfg.authorities = r->authorities;
	r->cfg.authority_count = c->authority_count;
	return 0;
}

static int make_rloc(struct child *ch, const struct conf_ddt_node *c,
		     struct referral_rloc *l)
{
	*l = (struct referral_rloc){
		.addr = c->address,
		.priority = (uint8_t)c->priority,
		.weight = (uint8_t)c->weight,
		.keys = &ch->octets[ch->key_count],
		.key_count = (uint8_t)c->key_count,
	};
	for (size_t i = 0; i < c->key_count; i++) {
		struct sig_key *k = load_key(&c->keys[i], false);
		size_t len;

		if (!k)
			return -EINVAL;
		ch->keys[ch->key_count] = k;
		ch->octets[ch->key_count++] = (struct referral_key){
			.algorithm = REFERRAL_RSA_SHA256,
			.data = sig_key_octets(k, &len),
			.len = (uint16_t)len,
		};
	}
	return 0;
}

static int make_child(struct child *ch, const struct conf_ddt_delegation *c,
		      struct ddt_delegation *d)
{
	size_t keys = 0;

	for (size_t i = 0; i < c->node_count; i++)
		keys += c->nodes[i].key_count;
	ch->keys = calloc(keys + 1, sizeof(*ch->keys));
	ch->octets = calloc(keys + 1, sizeof(*ch->octets));
	ch->rlocs = calloc(c->node_count + 1, sizeof(*ch->rlocs));
	if (!ch->keys || !ch->octets || !ch->rlocs)
		return -ENOMEM;
	for (size_t i = 0; i < c->node_count; i++)
		if (make_rloc(ch, &c->nodes[i], &ch->rlocs[i]))
			return -EINVAL;
	*d = (struct ddt_delegation){
		.xeid = c->xeid,
		.rlocs = ch->rlocs,
		.rloc_count = (uint8_t)c->node_count,
		.map_server = c->map_server,
	};
	return 0;
}

/* Hints are delegations, too. */
static int make_delegations(struct roles_ddt *r, const struct conf_ddt *c)
{
	size_t n = c->delegation_count + c->hint_count;

	r->delegations = calloc(n + 1, sizeof(*r->delegations));
	r->children = calloc(n + 1, sizeof(*r->children));
	if (!r->delegations || !r->children)
		return -ENOMEM;
	r->cfg.delegations = r->delegations;
	r->cfg.delegation_count = n;
	for (size_t i = 0; i < n; i++) {
		int err = make_child(&r->children[i], i < c->delegation_count ?
				     &c->delegations[i] :
				     &c->hints[i - c->delegation_count],
				     &r->delegations[i]);

		if (err)
			return err;
	}
	return 0;
}

static int make_keys(struct roles_ddt *r, const struct conf_ddt *c)
{
	const uint8_t *octets;
	size_t len;

	for (size_t i = 0; i < c->key_count; i++) {
		struct sig_key *k = load_key(&c->keys[i], true);

		if (!k)
			return -EINVAL;
		r->signers[i] = k;
		octets = sig_key_octets(k, &len);
		r->keys[i] = (struct ddt_key){
			.key = k,
			.tag = referral_key_tag(octets, len),
			.size = (uint16_t)sig_key_size(k),
			.public_len = (uint16_t)len,
			.public = octets,
		};
	}
	r->cfg.sign.keys = r->keys;
	r->cfg.sign.key_count = c->key_count;
	return 0;
}

/* Is there room for one of its nodes at least, whichever that is? */
static int check_room(const struct ddt_config *c, const struct ddt_delegation *d)
{
	size_t room = c->message_max6 - MAP_REFERRAL_HEADER_SIZE -
		ddt_sign_room(&c->sign);
	char text[XEID_TEXT_MAX], addr[ADDR_TEXT_MAX];

	for (unsigned int i = 0; i < d->rloc_count; i++) {
		struct referral_record one = {
			.xeid = d->xeid,
			.rlocs = (struct referral_rloc *)&d->rlocs[i],
			.rloc_count = 1,
		};
		size_t size = referral_record_size(&one);

		if (size <= room)
			continue;
		return refusal("ddt-node: %s: node %s takes %zu octets with "
			       "its keys, and %zu are left beside our "
			       "signatures", xeid_text(&d->xeid, text),
			       addr_text(&d->rlocs[i].addr, addr), size, room);
	}
	return 0;
}

static int check_sizes(const struct ddt_config *c)
{
	size_t room = ddt_sign_room(&c->sign);
	int err = 0;

	if (room > DDT_SIGN_ROOM_MAX)
		return refusal("ddt-node: signatures with all of key-files "
			       "take %zu octets, at most %d fit: fewer keys, "
			       "or smaller", room, DDT_SIGN_ROOM_MAX);
	for (size_t i = 0; i < c->delegation_count && !err; i++)
		err = check_room(c, &c->delegations[i]);
	return err;
}

struct roles_ddt *roles_ddt_new(const struct conf_ddt *c, int *err)
{
	struct roles_ddt *r = calloc(1, sizeof(*r));

	*err = -ENOMEM;
	if (!r)
		return NULL;
	ddt_config_init(&r->cfg);
	r->cfg.ttl = (uint32_t)c->ttl;
	r->cfg.sign.validity = (uint32_t)c->signature_validity * 3600;
	*err = make_authorities(r, c);
	if (!*err)
		*err = make_delegations(r, c);
	if (!*err)
		*err = make_keys(r, c);
	if (!*err)
		*err = check_sizes(&r->cfg);
	if (!*err)
		return r;
	roles_ddt_free(r);
	return NULL;
}

static void free_child(struct child *ch)
{
	for (size_t i = 0; i < ch->key_count; i++)
		sig_key_free(ch->keys[i]);
	free(ch->keys);
	free(ch->octets);
	free(ch->rlocs);
}

void roles_ddt_free(struct roles_ddt *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->children && i < r->cfg.delegation_count; i++)
		free_child(&r->children[i]);
	for (size_t i = 0; i < DDT_KEYS_MAX; i++)
		sig_key_free(r->signers[i]);
	free(r->authorities);
	free(r->delegations);
	free(r->children);
	free(r);
}

const struct ddt_config *roles_ddt_config(const struct roles_ddt *r)
{
	return &r->cfg;
}
