/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the Map-Server, shared by ms.c and ms_*.c. */
#ifndef LISP_SM_MS_PART_H
#define LISP_SM_MS_PART_H

#include "sm/ms.h"

/* With what nearly all Map-Requests want to know of both, in one line of the
 * cache. */
struct site_ref {
	const struct site *site;
	const struct site_eid *eid;
	uint32_t number;		/* of the site */
	uint8_t len;			/* of the EID-prefix */
	bool has_others;		/* rows of other sites beneath it */
};

/* The most specific configured EID-prefix that covers @eid, NULL. */
const struct site_ref *ms_site_of(const struct ms *ms, const struct eid *eid);

/* Is @eid, of @ref or (NULL) of no site, delegated to others? */
bool ms_is_delegated(const struct ms *ms, const struct site_ref *ref,
		     const struct eid *eid);

/* Whose is @asked, of which @host is the first address?  *@ref is the site, also
 * of what it has delegated to others; NULL: there is none. */
enum ms_owner {
	MS_OWNER_NOBODY,
	MS_OWNER_SITE,
	MS_OWNER_OTHERS,
};

enum ms_owner ms_owner_of(const struct ms *ms, const struct eid *asked,
			  const struct eid *host, const struct site_ref **ref);

/* Is anything beneath @eid, which is @ref's, delegated, or another site's? */
bool ms_has_others(const struct ms *ms, const struct site_ref *ref,
		   const struct eid *eid);

/* The widest prefix around @host, @floor bits at least, that touches nothing
 * that is configured, delegated or registered, but what @host itself is in.
 * Its cost does not depend on how much of that there is. */
struct prefix ms_hole(const struct ms *ms, const struct eid *host,
		      unsigned int floor);

/* May it be registered, exactly or as a more-specific? */
bool ms_site_allows(const struct site_ref *ref, const struct eid *eid);

/* Are all of them where the site's locators must be? */
bool ms_rlocs_allowed(const struct site *site, const struct locator *l,
		      unsigned int count);

/* Why the site must not register @rec; SITE_REFUSALS: it may, as *@ref. */
enum site_refusal ms_judge(const struct ms *ms, const struct site *site,
			   const struct map_record *rec,
			   const struct site_ref **ref);

/* May one more registration be made beneath @ref?  Then say so; and when it is
 * gone. */
bool ms_has_room(const struct ms *ms, const struct site_ref *ref);
void ms_count_new(struct ms *ms, const struct site_ref *ref);
void ms_count_gone(struct ms *ms, const struct site_ref *ref);

/* 0 or -ENOMEM; ms_history_free() takes what this one left. */
int ms_history_init(struct ms_history *h, size_t sites,
		    const uint8_t seed[16]);
void ms_history_free(struct ms_history *h);

/* Of an EID of @ref; NULL: of no site. */
void ms_history_add(struct ms *ms, const struct site_ref *ref,
		    const struct ms_event *e);

/* What @old remembers comes before; its site i is @heirs[i] now, or NULL. */
void ms_history_inherit(struct ms *ms, const struct ms *old,
			const struct site *const *heirs);

/* The key of the site with this tag, NULL. */
const struct sm_key *ms_key_of(const struct site *site, uint64_t tag);

void ms_note_refusal(struct ms *ms, const struct site *site,
		     enum site_refusal why);

/* A Map-Register is refused; @site and @eid may be NULL. */
void ms_log_refusal(struct actions *acts, enum log_event event,
		    const struct packet *pkt, const struct site *site,
		    uint64_t nonce, const struct eid *eid);

/*
 * The EID-record that a registered prefix stands for: the latest complete
 * registration, or the union of those that asked to be merged.  @extra (may
 * be NULL) counts as the most recent one, in place of what its registrant had
 * before.  Locators are in the arena, in no order.  0 or -ENOMEM.
 */
int ms_entry_record(const struct store_entry *e, const struct eid *eid,
		    const struct registration *extra, struct arena *arena,
		    struct map_record *rec);

/* The same locators in every respect? */
bool registration_same_locators(const struct registration *a,
				const struct registration *b);

/* The mapping of @e has changed: tell its registrants, but for @except, that
 * have a part in it, or had. */
void ms_notify_others(struct ms *ms, uint64_t now, const struct store_entry *e,
		      const struct registrant *except, struct actions *acts);

/* What @who was to be told about @eid is out of date. */
void ms_notify_drop(struct ms *ms, const struct eid *eid,
		    const struct registrant *who);
bool ms_notify_on_time(struct ms *ms, uint64_t now, struct actions *acts);
void ms_notify_free(struct ms *ms);

/* What @old has outstanding goes on, where the site, which is @heirs[i] for
 * site i of @old, still has its EID and key. */
void ms_notify_inherit(struct ms *ms, struct ms *old,
		       const struct site *const *heirs);

#endif
