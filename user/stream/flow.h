/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow table: which flow a segment belongs to, and when a flow begins and ends.
 *
 *	wire	key = both (address, port) pairs, lower first	direction 0: the lower sends
 *	TLS	key = (tgid, object, generation)		direction 0: read, 1: written
 *
 * A flow begins with any segment, SYN or not. It ends by FIN of both sides, by RST, by SSL_free, by
 * a new connection with the same key, by idle time, or because the table is full: flows that
 * nothing proves to exist first, of each kind the least recently used. An ended flow stays for a
 * while, so that retransmissions find it and are counted as what they are; it makes room first.
 *
 * A RST that others may have sent, or that the peer's stack may have dropped (a wrong checksum, a
 * short life), does not end the flow: it is doubted, makes room as an ended one does, and ends when
 * nothing came for YG_FLOW_LINGER_NS. Once the peer goes on, the RST never was.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hash.h"
#include "core/macros.h"
#include "stream/stream.h"
#include "stream/view.h"

#define YG_FLOWS_DEFAULT    65536u
#define YG_FLOWS_LIMIT	    (1u << 22)		  /* entries; more is a configuration error */
#define YG_FLOW_DIR_NONE    2u			  /* instead of a direction: not known */
#define YG_FLOW_IDLE_NS	    (300ull * 1000000000) /* default */
#define YG_FLOW_SCARCE_NS   (10ull * 1000000000)  /* idle for this long may cost a flow its place */
#define YG_FLOW_RELIEF	    64u			  /* flows that one call ends at most */
#define YG_FLOW_LINGER_NS   (10ull * 1000000000)  /* an ended flow stays: a few retransmissions */
#define YG_FLOW_GAP_NS	    (1ull * 1000000000)	  /* default: longer than most retransmissions */
#define YG_FLOW_TICK_NS	    (5ull * 1000000)	  /* timers are looked at this often */
#define YG_FLOW_PROOF_BYTES (1u << 20) /* acknowledged this far behind a request: not of it */
#define YG_FLOW_GUESS_BYTES (1u << 20) /* a first byte further from where the peer said is not */
#define YG_FLOW_TURN_NS	    (200ull * 1000000)
#define YG_FLOW_TOUCH_NS    (50ull * 1000000) /* order of use is kept this exactly */

/* 40 bytes without padding: hashed and compared as a whole. */
struct yg_flow_id {
	uint8_t addr[2][16]; /* TLS: addr[0] holds object and generation */
	uint16_t port[2];    /* network order; TLS: 0 */
	uint32_t tgid;	     /* wire: 0 */
};

_Static_assert(sizeof(struct yg_flow_id) == 40, "the key has no padding");

struct yg_turn;

/* One end, as a sender. */
struct yg_end {
	uint8_t addr[16]; /* all zero: unknown */
	uint16_t port;	  /* host order */
};

/* A flow in one of the lists of what waits, see wait.h. */
struct yg_wait {
	struct yg_flow *next, *prev;
	uint64_t since_ns;
	bool linked;
};

struct yg_flow {
	struct yg_stream streams[2];
	struct yg_flow_id id;
	struct yg_end ends[2]; /* sender of each direction */
	uint64_t opened_ns, last_ns;
	uint32_t tgid;
	uint32_t sampled; /* of the last segment, as the two below */
	uint32_t clients;
	uint8_t chosen;
	uint32_t lost;	     /* the highest of yg_segment.lost; stage 3 counts it */
	uint32_t counted_at; /* interface whose counts are taken, lost among them; 0: none yet */
	uint32_t ordinal;    /* written by stage 3: exchanges in this minute */
	uint32_t ordinal_minute;
	uint8_t bind; /* enum yg_bind, the best seen */
	bool tls;
	bool closed;	    /* both directions ended: lingers */
	bool doubted;	    /* a RST came that the peer may not have heeded: lingers, too */
	bool proven;	    /* more than frames that anybody could have made up */
	bool joined;	    /* first seen without its SYN */
	bool dropped;	    /* ended by RST, or freed by its process: not given up by us */
	bool rests;	    /* TLS: the probes rested; its connection goes on as another flow */
	bool over;	    /* written by stage 3: nothing of it is wanted any more */
	bool asks;	    /* written by stage 3: wants on_due() */
	uint8_t server_dir; /* written by stage 3: who sends responses, or YG_FLOW_DIR_NONE */
	uint8_t reset_dir;  /* doubted: who is said to have sent the RST, ... */
	uint8_t gather;	    /* enum yg_gather */
	uint8_t vain;	    /* bits of directions that wait no more, see turn.h */
	uint64_t reset_ns;  /* ... when, ... */
	uint64_t reset_at;  /* ... and behind which offset */

	/* Of the table. */
	uint32_t hash;
	uint64_t touched_ns;
	struct yg_flow *bucket_next;
	struct yg_flow *newer, *older; /* order of use; closed flows have their own */
	struct yg_turn *turns; /* segments that wait for what they acknowledge, see turn.h */
	uint64_t turn_ns;      /* since when it is nobody's turn */
	uint32_t turn_count, turn_bytes;
	struct yg_wait waits[3];
	bool is_due_linked;
	uint64_t due_ns;
	struct yg_flow *due_next, *due_prev; /* see stream/due.h */
	_Alignas(16) unsigned char state[];  /* stage 3; zero when the flow begins */
};

struct yg_flows;

struct yg_flows_options {
	struct yg_hash_key key;
	uint32_t flows_max; /* 0: YG_FLOWS_DEFAULT */
	size_t state_bytes; /* of yg_flow.state */
	uint64_t idle_ns;   /* 0: YG_FLOW_IDLE_NS */
	uint64_t gap_ns;    /* 0: YG_FLOW_GAP_NS */
	uint64_t due_ns;    /* between two calls of on_due() for a flow; 0: never */
};

/**
 * yg_flows_new() - an empty table; all memory is taken here.
 * @pool: for segments that wait; borrowed as long as the table lives.
 * @sink, @counters: sink is copied, counters borrowed.
 *
 * Return: 0; -EINVAL if flows_max is beyond YG_FLOWS_LIMIT; -ENOMEM.
 */
YG_MUST_CHECK int yg_flows_new(const struct yg_flows_options *options,
			       const struct yg_flow_sink *sink, struct yg_pool *pool,
			       struct yg_stream_counters *counters, struct yg_flows **ret);
void yg_flows_free(struct yg_flows **flows); /* calls no sink; accepts NULL inside */

/*
 * Take one segment. Rings are read in turns, so flows are up to YG_FLOW_TURN_NS apart in time;
 * time that goes back by more is taken for the latest time seen.
 */
void yg_flows_segment(struct yg_flows *flows, const struct yg_segment_view *view);

/* Let time pass: holes, idle flows, flows that ask. O(what is due). */
void yg_flows_tick(struct yg_flows *flows, uint64_t now_ns);

/*
 * Memory is scarce: end some of the flows that were idle for YG_FLOW_SCARCE_NS, oldest first. What
 * a peer left half said would else be held, and others lost, until YG_FLOW_IDLE_NS.
 */
void yg_flows_relieve(struct yg_flows *flows);

/* End every flow, oldest first. */
void yg_flows_finish(struct yg_flows *flows);

/* Memory held, without the pool. */
size_t yg_flows_bytes(const struct yg_flows *flows);
/* Flows in the table now, ended ones that linger included. */
uint32_t yg_flows_count(const struct yg_flows *flows);
