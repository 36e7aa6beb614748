/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one role may ask of another across the privilege line.
 *
 * Each pair of roles shares one SOCK_SEQPACKET socket pair made by the warden before the roles
 * start; the warden keeps both ends open (and never reads them), so a role that is restarted
 * finds the same sockets and its peers never see them close.
 *
 *	analyzer -> enforcer	BLOCK			on a finding, mode enforce
 *	analyzer -> enforcer	WATCH			sample this client always; no reply
 *	desk     -> enforcer	BLOCK UNBLOCK LIST PROTECT_LIST	 on an operator's word
 *	warden   -> enforcer	PROTECT PROTECT_END	what may never be blocked
 *	warden   -> analyzer	PROTECT PROTECT_END	the host's own addresses among them
 *	enforcer -> warden	KILL			close sockets of blocked clients now
 *
 * Every message is exactly one struct below. Anything else (another size, an unknown kind, a kind
 * that the sender may not use, a field out of range) is answered BAD and counted, never acted on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "yagura/map.h"

#define YG_REQUEST_ABI 1

enum yg_request_kind {
	YG_REQUEST_BLOCK = 1,	/* place or extend a block */
	YG_REQUEST_UNBLOCK,	/* take one away */
	YG_REQUEST_LIST,	/* one reply per block, then one with result END */
	YG_REQUEST_PROTECT,	/* add one protected prefix to the set being built */
	YG_REQUEST_PROTECT_END, /* the set is complete: it replaces the former one */
	YG_REQUEST_KILL,	/* close established sockets whose remote side is blocked */
	YG_REQUEST_WATCH,	/* sample every flow of one client for a while */
	YG_REQUEST_MAX
};

/* Why a client is sampled always, the least first; WATCH: struct yg_request.reason. */
enum yg_watch {
	YG_WATCH_STATE = 1, /* a detector is on the way to a finding */
	YG_WATCH_FINDING,   /* there is one */
	YG_WATCH_CROWD,	    /* a trusted proxy: not a client, and never "one client, whole" */
	YG_WATCH_MAX
};

#define YG_WATCH_TTL_MAX_S 3600u /* asked for again while it goes on */

/* Why a block was placed; struct yg_block.reason. */
enum yg_reason {
	YG_REASON_OPERATOR = 1,
	YG_REASON_FINDING,  /* automatic, mode enforce */
	YG_REASON_APPROVED, /* a finding that the operator approved */
	YG_REASON_MAX
};

enum yg_result {
	YG_RESULT_OK = 0,
	YG_RESULT_END,	     /* of a list */
	YG_RESULT_BAD,	     /* malformed, or not this sender's to ask */
	YG_RESULT_PROTECTED, /* allow list, own address, proxy, gateway or resolver */
	YG_RESULT_TOO_WIDE,  /* the prefix is shorter than YG_BLOCK_NET_MIN_V4 or _V6 */
	YG_RESULT_TOO_MANY,  /* it would cut too large a share of the recent callers */
	YG_RESULT_RATE,	     /* more blocks per minute than the cap */
	YG_RESULT_FULL,	     /* the table is full */
	YG_RESULT_ABSENT,    /* UNBLOCK of what is not blocked */
	YG_RESULT_OBSERVE,   /* mode observe: nothing is attached that could drop */
	YG_RESULT_PRIVILEGE, /* only a privileged process may write maps on this kernel */
	YG_RESULT_UNREADY,   /* who is protected is not known to the enforcer yet */
	YG_RESULT_FAILED,    /* the kernel refused; logged by the enforcer */
	YG_RESULT_MAX
};

#define YG_BLOCK_NET_MIN_V4 112u /* /16: wider is an outage, not a block */
#define YG_BLOCK_NET_MIN_V6 32u
#define YG_BLOCK_TTL_MAX_S  (30u * 24u * 3600u) /* longer is refused: every block ends */

struct yg_request {
	uint32_t kind;	 /* enum yg_request_kind */
	uint32_t cookie; /* chosen by the sender, returned in the reply; PROTECT: how many before
			    it, PROTECT_END: how many in all */
	struct yg_prefix prefix; /* 20 bytes; BLOCK, UNBLOCK, PROTECT */
	uint32_t reason;	 /* enum yg_reason; PROTECT: enum yg_allow_why; WATCH: yg_watch */
	uint64_t ttl_ns;      /* BLOCK: 1 s .. YG_BLOCK_TTL_MAX_S; WATCH: .. YG_WATCH_TTL_MAX_S */
	uint64_t finding;     /* BLOCK: id, 0 for none */
	uint32_t callers_cut; /* BLOCK: recent callers behind the prefix */
	uint32_t callers_recent; /* BLOCK: all recent callers */
};

_Static_assert(sizeof(struct yg_request) == 56, "request layout is ABI between roles");

struct yg_reply {
	uint32_t kind;		 /* of the request */
	uint32_t cookie;	 /* of the request */
	uint32_t result;	 /* enum yg_result */
	struct yg_prefix prefix; /* LIST: the blocked prefix; BLOCK: what was placed */
	struct yg_block block;	 /* LIST and BLOCK */
};

_Static_assert(sizeof(struct yg_reply) == 72, "reply layout is ABI between roles");

/* Who is on the other end of a socket; decides what it may ask. */
enum yg_role { YG_ROLE_WARDEN, YG_ROLE_ANALYZER, YG_ROLE_ENFORCER, YG_ROLE_DESK, YG_ROLE_MAX };

/**
 * yg_request_check() - may @from send @request, and are its fields in range?
 * @data, @len: the message as received.
 * @ret: the request, copied; untouched on failure.
 *
 * Return: YG_RESULT_OK, YG_RESULT_BAD or YG_RESULT_TOO_WIDE.
 */
YG_MUST_CHECK enum yg_result yg_request_check(enum yg_role from, const void *data, size_t len,
					      struct yg_request *ret);

const char *yg_result_name(enum yg_result result); /* "protected"; literal */
const char *yg_reason_name(enum yg_reason reason); /* "operator"; literal */
const char *yg_role_name(enum yg_role role);	   /* "analyzer"; literal */
