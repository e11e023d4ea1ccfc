/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A delegation tree of whole nodes that sign, and a Map-Resolver beside it:
 *
 *	roots .1 .2 (*) -> nodes .11 .12 (2001:db8::/32)
 *	    -> Map-Servers .101 .102 (2001:db8:100::/40; 103::/48 registered)
 *
 * What each of them says goes through the hands of this file, which makes it
 * what a node in trouble would have said, signed as that node signs, or what
 * somebody would who is on the way and has not the key.
 *
 * A signature is a keyed sum here, so that a history costs no more than one
 * without; tree_init_real() has the real thing.
 */
#ifndef LISP_TESTS_TREE_H
#define LISP_TESTS_TREE_H

#include "crypto/sig.h"
#include "sim.h"

#define TREE_NODES	6	/* two roots, two nodes, two Map-Servers */
#define TREE_PAST	"192.0.2.66"	/* had the nodes' delegation once */
#define TREE_EVIL	"192.0.2.99"	/* nobody may ever ask */
#define TREE_ETR	"203.0.113.77"	/* has 103::/48 */
#define TREE_SITE	"2001:db8:103::/48"

/* What is wrong with a node; what it says of that is signed. */
enum tree_trouble {
	TREE_WELL,
	TREE_DOWN,
	TREE_LAME,		/* not-authoritative */
	TREE_LOOP,		/* refers to itself */
	TREE_STALE,		/* refers to the past */
	TREE_TROUBLES
};

/* What is wrong with its signatures. */
enum tree_fault {
	TREE_SOUND,
	TREE_STRIPPED,
	TREE_STRANGER,		/* signed with a key of nobody's */
	TREE_TAG,		/* the same, under the tag of the right one */
	TREE_EXPIRED,
	TREE_EARLY,
	TREE_PASTED,		/* over another record */
	TREE_SHA1,		/* the deprecated algorithm */
	TREE_OTHERS,		/* signed with the key of another level */
	TREE_REVOKED,		/* lists the key as revoked that signed it */
	TREE_FAULTS
};

/* What such a record says. */
enum tree_lie {
	TREE_SAME,		/* what the right one does */
	TREE_TO_EVIL,
	TREE_HOLE,		/* that there is nothing, as wide as it may */
	TREE_LIES
};

enum tree_key_of {
	/* 0 to TREE_NODES - 1: of the node */
	TREE_KEY_NEW = TREE_NODES,
	TREE_KEY_STRANGER,
	TREE_KEYS
};

struct tree_key {
	struct ddt_key key;			/* to sign with */
	struct referral_key public;
	uint8_t octets[16];			/* of one that is a sum */
};

struct tree_node {
	const char *addr;
	enum tree_trouble trouble;
	enum tree_fault fault;
	enum tree_lie lie;
	struct sim_host *host;
	struct ddt_config cfg;
	struct ddt_authority own;
	struct ddt_delegation child;
	struct referral_rloc rlocs[2];		/* of the child */
	struct ddt_key keys[2];
	struct addr peer;			/* of a Map-Server */
};

struct tree_reply {
	struct map_record rec;
	struct locator locator;			/* the first */
};

#define TREE_REPLIES	16

struct tree {
	struct sim sim;
	struct sim_host *mr;
	struct mr_config mrc;
	struct ms_config msc;
	struct site site;
	struct site_eid site_eid;
	struct sm_key site_key;
	struct tree_node nodes[TREE_NODES];
	struct tree_key keys[TREE_KEYS];
	struct referral_key anchors[2];
	struct addr roots[2], itr, mr_addr;
	/* Of one question. */
	struct eid asked;
	uint64_t nonce;
	unsigned int sent;			/* datagrams of the resolver */
	unsigned int to_evil;
	unsigned int to_past;
	unsigned long verified;			/* signatures, of all */
	struct tree_reply replies[TREE_REPLIES];
	unsigned int reply_count;
};

void tree_init(struct tree *t, uint64_t seed);
void tree_init_real(struct tree *t, uint64_t seed);
void tree_done(struct tree *t);

/* All is well with all nodes, and the resolver starts anew. */
void tree_heal(struct tree *t);

/* The ITR asks for @eid, and what has come of the last is forgotten. */
void tree_ask(struct tree *t, const char *eid);

/* @from says @rec, signed as @sig says (data and length are ours to know) with
 * @key, NULL: not at all. */
void tree_say(struct tree *t, const struct addr *from, uint64_t nonce,
	      const struct referral_record *rec, const struct tree_key *key,
	      const struct referral_sig *sig);

/* What a signature made now by this node would say. */
struct referral_sig tree_section(const struct tree *t, unsigned int node,
				 const struct referral_record *rec);

#endif
