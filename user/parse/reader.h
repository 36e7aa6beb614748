/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One direction of a flow, message by message: a pull reader over ordered bytes.
 *
 *	START -> HEAD -> (body: LENGTH | CHUNKED | CLOSE) -> START ...
 *	  |	   |			|
 *	  |	   +-- refused ---------+--> SKIP, for good or until the server goes on
 *	  +-- a gap that may hide a message start --> RESYNC --> a segment that starts a message
 *
 * The caller decides about framing (a response's depends on its request) and about what is kept.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "parse/chunked.h"
#include "parse/draft.h"
#include "parse/ws.h"
#include "stream/counter.h"

enum yg_reader_kind { YG_READER_UNKNOWN, YG_READER_REQUESTS, YG_READER_RESPONSES };

enum yg_reader_state {
	YG_READER_START,  /* between messages; a partial head may be held */
	YG_READER_HEAD,	  /* the head is read, its framing not yet decided */
	YG_READER_LENGTH, /* left bytes of body */
	YG_READER_CHUNKED,
	YG_READER_CLOSE,  /* body until the end of the connection */
	YG_READER_RESYNC, /* looking for a segment that starts a message */
	YG_READER_SKIP,	  /* nothing is read; skip says why */
};

/* Why bytes are not read: which read_* row they count in. */
enum yg_reader_skip {
	YG_SKIP_OTHER,
	YG_SKIP_TUNNEL,
	YG_SKIP_REFUSED,
	YG_SKIP_CLOSED,
};

/* Zero it to begin. */
struct yg_reader {
	struct yg_draft *draft; /* current message; NULL: none, or already given up */
	uint64_t left;
	struct yg_chunked chunked;
	uint8_t kind;	     /* enum yg_reader_kind */
	uint8_t state;	     /* enum yg_reader_state */
	uint8_t skip;	     /* enum yg_reader_skip */
	bool has_cr;	     /* CR of an empty line before a message was taken */
	uint32_t odd_before; /* YG_ANOMALY_* of empty lines and 1xx answers before a message */
	bool begun;	     /* a message was read on this direction */
	bool tentative;	     /* the head being read was found by resynchronising */
	bool closing;	     /* the message being read is the last of its connection */
	bool upgrading;	     /* a request asked to leave HTTP: what follows may not be HTTP */
	bool doubtful;	     /* a message before is read in two ways: so are those behind it */
	bool lost;	     /* a gap may have hidden message starts since the last head */
	bool joined;	     /* the first bytes may be the middle of something */
	bool tls;	     /* of a TLS object: so they may be, even at offset 0 */
	uint8_t opening;     /* YG_EVENT_HTTP2: enum yg_opening; left: bytes taken already */
	char taken[16];	     /* these bytes */
	struct yg_ws *ws;    /* SKIP_TUNNEL: frames of a WebSocket; NULL: of something else */
};

/* How a direction was recognised as HTTP/2. */
enum yg_opening {
	YG_OPENING_PREFACE,  /* of a client, from its first byte on */
	YG_OPENING_SETTINGS, /* of a server, from its first byte on */
	YG_OPENING_JOINED,   /* frames in a row, in the middle of a connection */
};

/* What readers of all flows share. */
struct yg_reading {
	struct yg_pool *pool;
	struct yg_stream_counters *counters;
	struct yg_draft scratch; /* the message in place */
	struct yg_field fields[YG_HEADERS_MAX];
	uint8_t *body; /* [body_cap] a prefix that is not in one piece */
	uint32_t body_cap;
};

/* Bytes to read. */
struct yg_feed {
	const uint8_t *p, *end;
	uint64_t time_ns;
	uint8_t source;
	bool start; /* p is the start of a segment */
};

enum yg_event {
	YG_EVENT_NONE,	  /* everything is read */
	YG_EVENT_KIND,	  /* first message start of this direction: kind is set */
	YG_EVENT_HEAD,	  /* draft's head is read: call yg_reader_frame() or _refuse() */
	YG_EVENT_END,	  /* draft is complete; set it to NULL after use */
	YG_EVENT_REFUSED, /* draft, if any, is evidence; the state is SKIP */
	YG_EVENT_LOST,	  /* no memory for a head; the state is RESYNC */
	YG_EVENT_HTTP2,	  /* HTTP/2 begins, see opening; the state is SKIP */
};

/**
 * yg_reader_next() - read until something happened.
 * @feed: advanced.
 *
 * Every byte taken is counted in one read_* row. O(bytes).
 */
enum yg_event yg_reader_next(struct yg_reading *reading, struct yg_reader *reader,
			     struct yg_feed *feed);

/* The body of the message whose head was just read. TUNNEL: nothing more is read. */
void yg_reader_frame(struct yg_reader *reader, enum yg_body body);

/* Read no more, for the given reason. The draft stays with the caller. */
void yg_reader_skip(struct yg_reader *reader, enum yg_reader_skip why);

/* The same, and a head that was begun is none: it is given back. */
void yg_reader_leave(struct yg_reading *reading, struct yg_reader *reader, enum yg_reader_skip why);

/**
 * yg_reader_doubt() - the message being read is evidence only, and what follows it as well.
 * @anomaly: why; 0: its head says so already.
 *
 * Reading goes on as those read who take such a message: what else is hidden behind it shows.
 */
void yg_reader_doubt(struct yg_reading *reading, struct yg_reader *reader, uint32_t anomaly);

/**
 * yg_reader_trust() - the peer goes on: where it takes the next message to begin is where the next
 * segment that begins one does.
 *
 * Nothing happens if no message was refused, or read in two ways; nor while a message that began
 * behind such a one is held.
 */
void yg_reader_trust(struct yg_reader *reader);

/* A CONNECT or upgrade was turned down: the client speaks HTTP again. */
void yg_reader_stay(struct yg_reader *reader);

/* Bytes of the body being read that are still to come, as far as is known. */
uint64_t yg_reader_body_left(const struct yg_reader *reader);

/* What a gap did to the message being read. */
enum yg_hole {
	YG_HOLE_NONE,  /* nothing is lost but bytes nobody reads */
	YG_HOLE_BODY,  /* inside the body: reading goes on behind it */
	YG_HOLE_ENDED, /* exactly up to the end of the body: the message is complete */
	YG_HOLE_HEAD,  /* in a head: draft holds its first lines, or is NULL; RESYNC */
	YG_HOLE_REST,  /* the end of the message is lost; RESYNC */
};

/**
 * yg_reader_gap() - @len bytes are missing.
 * @cut: the sampler left them out on purpose; else they are lost.
 */
enum yg_hole yg_reader_gap(struct yg_reading *reading, struct yg_reader *reader, uint64_t len,
			   bool cut);

/* Bytes from here that nobody will look at: a hole in them costs nothing. */
uint64_t yg_reader_unwanted(const struct yg_reader *reader);
