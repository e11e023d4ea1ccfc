// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of Map-Referrals; see ddt_verify.h. */
#include <string.h>

#include "sm/ddt_verify.h"

#define PER_QUERY	16		/* signatures computed for a query */
#define INTERVAL_US	500		/* 2,000 a second for all */
#define BURST		2000

#define REVOKED_MS	(7u * 24 * 3600 * 1000)

const char *ddt_security_name(enum ddt_security s)
{
	static const char *const names[] = {
		[DDT_SECURITY_OFF] = "off",
		[DDT_SECURITY_IF_PRESENT] = "if-present",
		[DDT_SECURITY_REQUIRE] = "require",
	};

	return names[s];
}

void ddt_verify_init(struct ddt_verify *v, const struct sm_ops *ops,
		     enum ddt_security security, const uint8_t seed[16])
{
	memset(v, 0, sizeof(*v));
	v->ops = ops;
	v->security = security;
	v->per_query = PER_QUERY;
	bucket_init(&v->rate, INTERVAL_US, BURST);
	memcpy(v->seeds[0], seed, sizeof(v->seeds[0]));
	memcpy(v->seeds[1], seed, sizeof(v->seeds[1]));
	v->seeds[1][0] ^= 0xff;
}

void ddt_verify_inherit(struct ddt_verify *v, const struct ddt_verify *old)
{
	const struct ddt_verify mine = *v;

	*v = *old;
	v->ops = mine.ops;
	v->security = mine.security;
	v->per_query = mine.per_query;
}

/* --- revoked keys --- */

static struct ddt_revoked print_of(const struct ddt_verify *v,
				   const struct referral_known_key *k)
{
	return (struct ddt_revoked){ .print = {
		siphash(v->seeds[0], k->data, k->len),
		siphash(v->seeds[1], k->data, k->len) | 1,
	} };
}

static struct ddt_revoked *find_revoked(struct ddt_verify *v, uint64_t now,
					const struct referral_known_key *k)
{
	struct ddt_revoked p = print_of(v, k);

	for (unsigned int i = 0; i < DDT_REVOKED_MAX; i++)
		if (v->revoked[i].expires > now &&
		    !memcmp(v->revoked[i].print, p.print, sizeof(p.print)))
			return &v->revoked[i];
	return NULL;
}

static unsigned int count_of(const struct ddt_verify *v, const struct addr *by)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < DDT_REVOKED_MAX; i++)
		n += addr_equal(&v->revoked[i].by, by);
	return n;
}

/* A place for one more of @by: a free one, or the oldest of whoever has most,
 * so that no number of keys of one's own pushes out another's. */
static struct ddt_revoked *place_for(struct ddt_verify *v, uint64_t now,
				     const struct addr *by)
{
	struct ddt_revoked *best = NULL;
	unsigned int most = 0;

	for (unsigned int i = 0; i < DDT_REVOKED_MAX; i++) {
		struct ddt_revoked *r = &v->revoked[i];
		unsigned int n;

		if (r->expires <= now)
			return r;
		n = count_of(v, &r->by) + addr_equal(&r->by, by);
		if (n > most || (n == most && r->expires < best->expires)) {
			best = r;
			most = n;
		}
	}
	return best;
}

static void revoke(struct ddt_verify *v, uint64_t now,
		   const struct referral_known_key *k, const struct addr *by)
{
	struct ddt_revoked *r = find_revoked(v, now, k);

	if (!r) {
		r = place_for(v, now, by);
		*r = print_of(v, k);
		r->by = *by;
		v->revocations++;
	}
	r->expires = now + REVOKED_MS;
}

/* Does the record list the key as revoked?  Any locator may carry it. */
static bool lists_revoked(const struct referral_record *rec,
			  const struct referral_known_key *k)
{
	for (unsigned int i = 0; i < rec->rloc_count; i++)
		for (unsigned int n = 0; n < rec->rlocs[i].key_count; n++) {
			const struct referral_key *l = &rec->rlocs[i].keys[n];

			if (l->revoked && l->len == k->len &&
			    !memcmp(l->data, k->data, k->len))
				return true;
		}
	return false;
}

/* --- signatures --- */

struct look {
	struct ddt_verify *v;
	uint64_t now;
	struct ddt_claim *claim;
	uint64_t wall;		/* seconds since 1970 */
	uint32_t ttl;		/* longest that a good signature allows */
	uint8_t *octets;	/* room for what is signed */
	bool good;
	bool busy;
};

static bool in_time(const struct look *l, const struct referral_sig *s)
{
	return l->wall >= s->inception && l->wall <= s->expiration;
}

/* A good signature, and what it is good for. */
static void note_good(struct look *l, const struct referral_sig *s)
{
	uint64_t left = (s->expiration - l->wall) / 60;
	uint32_t ttl = left < s->original_ttl ? (uint32_t)left :
		s->original_ttl;

	if (!l->good || ttl > l->ttl)
		l->ttl = ttl;
	l->good = true;
}

/* Its place, and what must be there if this has been verified before.  The
 * octets are followed by room for the hashes of key and signature. */
static uint64_t *good_place(struct look *l, size_t len,
			    const struct referral_sig *s,
			    const struct referral_known_key *k,
			    uint64_t print[2])
{
	for (unsigned int i = 0; i < 2; i++) {
		const uint8_t *seed = l->v->seeds[i];
		uint64_t parts[2] = {
			siphash(seed, k->data, k->len),
			siphash(seed, s->data, s->len),
		};

		memcpy(l->octets + len, parts, sizeof(parts));
		print[i] = siphash(seed, l->octets, len + sizeof(parts));
	}
	print[1] |= 1;			/* never that of an empty place */
	return l->v->good[print[0] % DDT_GOOD_MAX];
}

static bool compute(struct look *l, size_t len, const struct referral_sig *s,
		    const struct referral_known_key *k)
{
	struct ddt_verify *v = l->v;

	if (*l->claim->spent >= v->per_query ||
	    !bucket_take(&v->rate, l->now)) {
		l->busy = true;
		return false;
	}
	(*l->claim->spent)++;
	v->computed++;
	return !v->ops->signed_with(v->ops->arg, k->data, k->len, l->octets,
				    len, s->data, s->len);
}

static bool signed_with(struct look *l, const struct referral_sig *s,
			const struct referral_known_key *k)
{
	const struct referral_record *rec = l->claim->rec;
	uint64_t print[2], *good;
	int len = referral_signed(l->claim->pkt->data, rec, s, l->octets,
				  rec->len);

	if (len < 0)
		return false;
	good = good_place(l, (size_t)len, s, k, print);
	if (!memcmp(good, print, sizeof(print)))
		return true;
	if (!compute(l, (size_t)len, s, k))
		return false;
	memcpy(good, print, sizeof(print));
	return true;
}

/* What this signature by this key says: that the record is good or, if the
 * record lists the key as revoked, just that. */
static void try_key(struct look *l, const struct referral_sig *s,
		    const struct referral_known_key *k)
{
	bool revoked;

	if (s->key_tag != k->tag)	/* cheap, and mostly so */
		return;
	revoked = lists_revoked(l->claim->rec, k);
	if ((!revoked && find_revoked(l->v, l->now, k)) ||
	    !signed_with(l, s, k))
		return;
	if (revoked)
		revoke(l->v, l->now, k, &l->claim->sender->addr);
	else
		note_good(l, s);
}

/* All are tried, as one may revoke a key. */
static void try_all(struct look *l)
{
	const struct referral_target *sender = l->claim->sender;

	for (unsigned int i = 0; i < l->claim->rec->sig_count; i++) {
		const struct referral_sig *s = &l->claim->rec->sigs[i];

		if (s->algorithm != REFERRAL_RSA_SHA256 || !in_time(l, s))
			continue;
		for (unsigned int k = 0; k < sender->key_count; k++)
			try_key(l, s, &sender->keys[k]);
	}
}

enum ddt_verdict ddt_verify(struct ddt_verify *v, uint64_t now,
			    struct ddt_claim *c, struct arena *arena)
{
	struct look l = { .v = v, .now = now, .claim = c };

	if (v->security == DDT_SECURITY_OFF)
		return DDT_UNVERIFIED;
	if (!c->sender->key_count)
		return v->security == DDT_SECURITY_REQUIRE ? DDT_REFUSED :
			DDT_UNVERIFIED;
	l.wall = v->ops->wall(v->ops->arg);
	l.octets = arena_alloc(arena, c->rec->len + 2 * sizeof(uint64_t));
	if (!l.octets)
		return DDT_BUSY;
	try_all(&l);
	if (!l.good)
		return l.busy ? DDT_BUSY : DDT_REFUSED;
	if (l.ttl < c->ttl)
		c->ttl = l.ttl;
	return DDT_VERIFIED;
}
