/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stage 3 hands to stage 4: one request with its response.
 *
 * Every slice is borrowed for the call of yg_exchange_fn. A message that was lost is absent
 * (request.present or response.present false), never invented; a value that is not certain is
 * an absent slice, never a guess.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/slice.h"
#include "parse/header.h"

#define YG_HEADERS_MAX 100 /* header fields kept per message; more are counted in header_dropped */

enum yg_protocol {
	YG_PROTOCOL_H1,
	YG_PROTOCOL_H2,
	YG_PROTOCOL_GRPC,
	YG_PROTOCOL_WS,
	YG_PROTOCOL_GRAPHQL,
	YG_PROTOCOL_JSONRPC,
	YG_PROTOCOL_MAX
};

/*
 * What two parsers could read differently: evidence. Where most servers agree how to read on, so do
 * we; behind the rest the stream is not read until the server goes on.
 */
enum yg_anomaly {
	YG_ANOMALY_LENGTH_TWICE = 1u << 0,	 /* Content-Length fields that differ */
	YG_ANOMALY_LENGTH_AND_CHUNKED = 1u << 1, /* both Content-Length and Transfer-Encoding */
	YG_ANOMALY_LENGTH_INVALID = 1u << 2,
	YG_ANOMALY_CODING_INVALID = 1u << 3, /* Transfer-Encoding unknown or chunked not last */
	YG_ANOMALY_BARE_LF = 1u << 4,
	YG_ANOMALY_BARE_CR = 1u << 5,
	YG_ANOMALY_FOLD = 1u << 6,	   /* obs-fold */
	YG_ANOMALY_NAME_INVALID = 1u << 7, /* white space before the colon, bad token */
	YG_ANOMALY_VALUE_INVALID = 1u << 8,
	YG_ANOMALY_CHUNK_INVALID = 1u << 9,
	YG_ANOMALY_START_LINE = 1u << 10,
	YG_ANOMALY_VERSION = 1u << 11,	 /* another version or protocol than HTTP/1 */
	YG_ANOMALY_HOST = 1u << 12,	 /* none in HTTP/1.1, or two */
	YG_ANOMALY_TOO_LARGE = 1u << 13, /* head beyond the limit */
	/* HTTP/2: frames that cost the receiver more than the sender. */
	YG_ANOMALY_RESET_FLOOD = 1u << 14,	  /* requests taken back before their answers */
	YG_ANOMALY_CONTINUATION_FLOOD = 1u << 15, /* a header block that does not end */
	YG_ANOMALY_SETTINGS_FLOOD = 1u << 16,	  /* SETTINGS or PING that each want an answer */
	/* TCP: what was read here may not be what the server read. */
	YG_ANOMALY_CONTESTED = 1u << 17, /* two contents for one place, neither acknowledged yet */
	/* HTTP/2 again. */
	YG_ANOMALY_IDLE_FLOOD = 1u << 18, /* frames that carry nothing: see parse/h2flood.h */
	/* HTTP/1 again. */
	YG_ANOMALY_LENGTH_REPEATED = 1u << 19, /* one Content-Length given more than once */
	YG_ANOMALY_TRAILER = 1u << 20,	       /* a trailer that says what only a head may say */
	YG_ANOMALY_HIDDEN = 1u << 21, /* behind a refused one: those who read that otherwise do not
				       * see this one */
};

#define YG_GRPC_STATUS_NONE   (-1) /* no grpc-status was seen */
#define YG_GRPC_UNIMPLEMENTED 12   /* the server has no such method */

struct yg_header {
	struct yg_slice name;  /* as sent; compare without case */
	struct yg_slice value; /* optional white space around it removed, and line ends within */
};

struct yg_message {
	bool present;	 /* false: this side was not seen; all else is empty */
	bool complete;	 /* the end was seen, by framing or by close */
	bool refused;	 /* framing broken or ambiguous, see anomalies: evidence, not inventory */
	bool body_gap;	 /* body[] is not the whole body: sampled prefix or loss */
	bool head_whole; /* method, target and headers all point into head */
	uint8_t version_minor; /* HTTP/1.x; HTTP/2: 0 */
	uint32_t anomalies;    /* enum yg_anomaly bits */
	uint64_t start_ns;     /* time of the first byte's segment */
	uint64_t end_ns;       /* time of the last byte's segment */
	uint64_t head_bytes;   /* start line and fields, with the empty line; HTTP/2: decoded */
	uint64_t
		body_bytes; /* decoded from chunks; counts bytes that were not sampled when known */

	struct yg_slice head; /* memory that method, target and headers point into, most of them */

	struct yg_slice method; /* request */
	struct yg_slice target; /* request: as sent */
	uint16_t status;	/* response: final status, 100..999; 0 when absent */

	const struct yg_header *headers; /* [header_count + trailer_count] */
	const uint8_t *header_ids;	 /* [the same] codes of parse/header.h; NULL: not read */
	uint32_t header_count;
	uint32_t trailer_count; /* HTTP/1: fields behind a chunked body; they follow the headers */
	uint32_t header_dropped;
	uint32_t header_unknown; /* HTTP/2: fields sent before the connection was joined */
	struct yg_slice body;	 /* contiguous prefix, chunk framing removed, content coding kept */
};

struct yg_peer {
	struct yg_address addr; /* all zero: unknown */
	uint16_t port;		/* host order */
};

struct yg_exchange {
	struct yg_message request;
	struct yg_message response;
	struct yg_peer client; /* the side that sent the request, as the socket sees it */
	struct yg_peer server;
	bool tls;
	bool addresses_certain; /* false: never block on them */
	bool outbound;		/* this host is the client (TLS: the process wrote the request) */
	uint8_t protocol;	/* enum yg_protocol */
	uint32_t sampled;	/* as struct yg_segment.sampled */
	uint32_t clients;	/* the same of .clients, and .chosen */
	uint8_t chosen;
	bool local;		/* both ends are this host's, as far as its addresses are known */
	bool through;		/* neither is: this host passed it on */
	bool twin;		/* the other end told it already: see endpoint/twin.h */
	uint32_t ordinal;	/* of the flow's exchanges in this minute of its time, from 1 */
	uint32_t tgid;		/* TLS: the process; wire: 0 */
	uint16_t informational; /* 1xx responses before the final one */
	bool open;		/* told before its end; what follows comes as a rest */
	bool rest;	     /* the end of one that was told: no exchange of its own. Body bytes are
				 * those since then, and heads count no bytes */
	bool broken;	     /* the connection ended before its answer did, or the server reset the
			      * stream: that is known, nothing was lost on the way to us */
	bool upgraded;	     /* 101 or a CONNECT that was accepted: the stream is a tunnel now */
	uint32_t stream;     /* HTTP/2: stream identifier; else 0 */
	int32_t grpc_status; /* gRPC, gRPC-Web: 0..16; YG_GRPC_STATUS_NONE */
	struct yg_peer proxied; /* the client that a PROXY header names; all zero: none, unknown */
	struct yg_slice ja4;	/* of the ClientHello of this connection; absent: not seen */
	struct yg_slice sni;	/* of the same; as sent */
	bool sni_denied;	/* a request of this connection names another host than sni */
	struct yg_slice named;	/* HTTP/2, the host that the request names is not known: what all
				 * others of its connection name, see parse/h2name.h */
	struct yg_slice alpn;	/* of the same: offered, a list; see yg_hello_alpn_next() */
	struct yg_slice chosen_alpn; /* of these; TLS 1.3 encrypts it: what is spoken, if offered */
	uint16_t tls_version;	     /* the server's choice, 0x0304 is TLS 1.3; 0: not seen */
	uint16_t tls_cipher;	     /* likewise; see parse/cipher.h */
};

/**
 * typedef yg_exchange_fn - receives each exchange once, when it ends or is given up.
 *
 * Order: responses of one flow arrive in order; between flows in order of completion.
 */
typedef void (*yg_exchange_fn)(void *ctx, const struct yg_exchange *exchange);

/* When an exchange ended, as far as it was seen. */
static inline uint64_t yg_exchange_end_ns(const struct yg_exchange *exchange)
{
	return exchange->response.present ? exchange->response.end_ns : exchange->request.end_ns;
}

/* Which field @headers[@i] is. O(1) where the parser has read the names. */
static inline enum yg_header_id yg_message_header_id(const struct yg_message *message, uint32_t i)
{
	return message->header_ids ? yg_header_id_from_code(message->header_ids[i])
				   : yg_header_id_from_name(message->headers[i].name);
}

/* What the name of @headers[@i] says: YG_HEADER_* bits. O(1) likewise. */
static inline uint32_t yg_message_header_traits(const struct yg_message *message, uint32_t i)
{
	uint8_t code = message->header_ids ? message->header_ids[i] : 0;

	return code >= YG_HEADER_MAX
		       ? code - (uint32_t)YG_HEADER_MAX
		       : yg_header_traits((enum yg_header_id)code, message->headers[i].name);
}

/**
 * yg_message_find() - first header field of this name.
 * Return: its value, or an absent slice.
 */
struct yg_slice yg_message_find(const struct yg_message *message, enum yg_header_id id);
