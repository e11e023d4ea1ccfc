/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the handlers of the generic netlink family share: attributes in and
 * out, and dumps that go through Instance-IDs.
 */
#ifndef _LISP_NETLINK_ATTR_H
#define _LISP_NETLINK_ATTR_H

#include <net/genetlink.h>

#include "addr.h"
#include "iid.h"
#include "rloc.h"

struct lisp_miss_info;
struct lisp_net;

extern struct genl_family lisp_nl_family;	/* netlink.c */

/* Refuse a request that lacks an attribute. */
#define LISP_NL_REQUIRE(info, type, message) ({				\
	int __missing = GENL_REQ_ATTR_CHECK(info, type) ? -EINVAL : 0;	\
									\
	if (__missing)							\
		GENL_SET_ERR_MSG(info, message);			\
	__missing;							\
})

/* Where a set of attributes has those that select; 0: it has none such. */
struct lisp_nl_select {
	u16	underlay;
	u16	iid;
	u16	origin;
};

/* What a dump or flush is limited to. */
struct lisp_nl_filter {
	bool	by_underlay;
	bool	by_iid;
	bool	by_origin;
	u32	underlay;
	u32	iid;
	u32	origin;
};

/* In: 0, or an error with a sentence and the bad attribute. */

/*
 * Refuse what genetlink's own check of headers does (which our family cannot
 * use, see netlink.c), except for the flags @allowed.
 */
int lisp_nl_check_header(const struct genl_info *info, u16 allowed);

int lisp_nl_parse_filter(struct nlattr **attrs,
			 const struct lisp_nl_select *select,
			 struct lisp_nl_filter *filter,
			 struct netlink_ext_ack *extack);

/* The Instance-ID must be there, the underlay may be. */
int lisp_nl_parse_key(struct genl_info *info,
		      const struct lisp_nl_select *select,
		      struct lisp_iid_key *key);

/* @len NULL: a host. @addr must be there. */
int lisp_nl_parse_prefix(const struct nlattr *addr, const struct nlattr *len,
			 struct lisp_prefix *prefix,
			 struct netlink_ext_ack *extack);

/* Fills key fields of @conf: @addr must be there, @port may be. */
int lisp_nl_parse_rloc(const struct nlattr *addr, const struct nlattr *port,
		       struct lisp_loc_conf *conf,
		       struct netlink_ext_ack *extack);

/* @locs has LISP_LOCATORS_MAX. How many there are, sorted, at least one. */
int lisp_nl_parse_locators(const struct nlattr *nest,
			   struct lisp_loc_conf *locs,
			   struct netlink_ext_ack *extack);

/* NULL, with a sentence, if no device has it. lisp_net.lock is held. */
struct lisp_iid *lisp_nl_find_iid(struct lisp_net *ln,
				  const struct lisp_iid_key *key,
				  const struct genl_info *info);

bool lisp_nl_match(const struct lisp_nl_filter *filter,
		   const struct lisp_iid_key *key);

/* Out: 0 or -EMSGSIZE. */

int lisp_nl_put_prefix(struct sk_buff *skb, int type_addr, int type_len,
		       const struct lisp_prefix *prefix);
int lisp_nl_put_locators(struct sk_buff *skb, int type,
			 const struct lisp_locset *set);

int lisp_nl_put_miss(struct sk_buff *skb, const struct lisp_iid *iid,
		     const struct lisp_miss_info *miss);

/* A reply to @info with its header; -ENOMEM. */
struct sk_buff *lisp_nl_reply_new(const struct genl_info *info, void **head);

/* Send the reply, or drop it if @err is not 0; returns what the handler does */
int lisp_nl_reply(struct sk_buff *skb, void *head, int err,
		  struct genl_info *info);

/*
 * An event, for its attributes; NULL if nobody listens: who listens but gets
 * nothing is told so. (netlink.c) May sleep.
 */
struct sk_buff *lisp_nl_event_new(const struct lisp_net *ln, u8 cmd,
				  const struct genl_info *info, void **head);

/* Send it; @err, not 0: it is a bug that its attributes did not fit. */
void lisp_nl_event_send(const struct lisp_net *ln, struct sk_buff *skb,
			void *head, int err);

/*
 * Where a dump is: in the Instance-ID @key, after the prefix @after (family
 * 0: at its begin). A key, not a position: whatever is added or removed
 * between two parts of a dump, entries that stay are met exactly once. @done:
 * no Instance-ID is left; @tail: messages that were put after them.
 */
struct lisp_nl_cursor {
	struct lisp_iid_key	key;
	struct lisp_prefix	after;
	bool			done;
	u16			tail;
};

struct lisp_nl_dump {
	struct sk_buff		*skb;
	struct netlink_callback	*cb;
	struct lisp_nl_cursor	*cursor;
	struct lisp_nl_filter	filter;
	int			budget;
};

/*
 * Put entries of @iid after @dump->cursor->after. 0: there are no more;
 * -EMSGSIZE: no room; -EAGAIN: @dump->budget is used up. lisp_net.lock is held.
 */
typedef int lisp_nl_dump_fn(struct lisp_iid *iid, struct lisp_nl_dump *dump);

/* A dumpit: @fn for each Instance-ID that the request selects. */
int lisp_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		 const struct lisp_nl_select *select, lisp_nl_dump_fn *fn);

/* Header of a message of a dump; NULL: no room. */
void *lisp_nl_dump_put(const struct lisp_nl_dump *dump, u8 cmd);

#endif /* _LISP_NETLINK_ATTR_H */
