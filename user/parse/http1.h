/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The head of an HTTP/1 message: start line, fields, and what they say about the body.
 *
 *	GET /v1/users/42?x=1 HTTP/1.1 CRLF		method SP target SP version
 *	HTTP/1.1 200 OK CRLF				version SP status [SP reason]
 *	Host: api.example.com CRLF			name ":" OWS value OWS
 *	CRLF
 *
 * Strict by RFC 9112: what two parsers could read differently is BAD with a reason, or read on with
 * it where leniency says so. Positions are offsets into the head, not pointers, so a head can be
 * copied together with its spans.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/exchange.h"
#include "parse/result.h"

#define YG_HEAD_MAX 32768u /* bytes of a head: four times what servers accept by default */

enum yg_http1_kind { YG_HTTP1_REQUEST, YG_HTTP1_RESPONSE, YG_HTTP1_KIND_MAX };

/* Leniency switches: each reads on behind one deviation, and sets its anomaly. */
#define YG_LENIENT_FOLD	      (1u << 0) /* obs-fold */
#define YG_LENIENT_BARE_LF    (1u << 1) /* LF alone ends a line */
#define YG_LENIENT_SPACES     (1u << 2) /* several SP, HTAB, VT, FF between parts of a start line */
#define YG_LENIENT_NAME_SPACE (1u << 3) /* white space before the colon */
#define YG_LENIENT_VALUE      (1u << 4) /* control bytes in values, but CR, LF and NUL */
#define YG_LENIENT_BARE_CR    (1u << 5) /* CR alone ends a line */
#define YG_LENIENT_VERSION    (1u << 6) /* HTTP/1.2, HTTP/5.6, RTSP/1.0, ICE/1.0 */
#define YG_LENIENT_LENGTH     (1u << 7) /* one Content-Length given more than once */
#define YG_LENIENT_LINE	      (1u << 8) /* a line that is no field is passed over, folds and all */
#define YG_LENIENT_ALL	      511u

/* Bytes [at, at + len) of the head. */
struct yg_span {
	uint32_t at, len;
};

struct yg_field {
	struct yg_span name, value;
};

/* How a Transfer-Encoding ends. EMPTY: it names nothing; INVALID: chunked is not the last. */
enum yg_coding {
	YG_CODING_NONE,
	YG_CODING_EMPTY,
	YG_CODING_CHUNKED,
	YG_CODING_INVALID,
	YG_CODING_OTHER
};

/* Parser and result. Zero it, set kind, lenient, fields and field_cap, then feed. */
struct yg_http1 {
	uint8_t kind;	       /* enum yg_http1_kind */
	bool is_passed;	       /* the last line was passed over */
	uint16_t lenient;      /* YG_LENIENT_* */
	uint8_t version_minor; /* 0 to 9 */
	uint8_t version_major;
	uint16_t status;
	uint16_t hosts;	    /* Host fields seen */
	uint32_t anomalies; /* enum yg_anomaly bits; some without BAD: HOST, odd forms in a line */
	uint32_t pos;	    /* start of the line to be read next; after DONE: bytes of the head */
	uint32_t scanned;   /* no LF in [pos, scanned) */
	bool has_start;	    /* the start line is read */
	bool has_version;   /* its version is read */
	bool is_simple;	    /* HTTP/0.9: a request line without version is all */
	bool is_evident;    /* BAD in the start line, which is one of HTTP/1 all the same */

	bool has_length;
	uint8_t coding; /* enum yg_coding, of the last coding seen */
	bool has_close, has_keep_alive, has_upgrade_option; /* Connection */
	bool has_upgrade;				    /* Upgrade */
	bool has_expect;				    /* Expect: 100-continue */
	uint64_t length;				    /* Content-Length */

	struct yg_span method, target;
	struct yg_field *fields; /* [field_cap]; the caller's */
	uint32_t field_cap;
	uint32_t field_count;
	uint32_t field_dropped; /* beyond field_cap: read, not kept */
};

/**
 * yg_http1_parse() - read on.
 * @data: the head from its first byte; [0, @len) may grow and move between calls.
 *
 * Lines are taken one by one; what was read is not read again, so feeding byte by byte costs
 * O(bytes) as feeding at once does. The same bytes give the same result however they are split.
 *
 * Source: RFC 9112 sections 2 to 6, RFC 9110 sections 5, 7.6.1, 8.6.
 * Return: DONE: @http->pos bytes are the head; MORE; BAD: @http->anomalies says why.
 */
enum yg_parse yg_http1_parse(struct yg_http1 *http, const uint8_t *data, size_t len);

/**
 * yg_http1_is_start() - does a message of this kind begin here?
 * Looks at most at the method and where its target begins, or at "HTTP/1".
 * Return: DONE: yes; MORE: @len bytes cannot tell; BAD: no.
 */
enum yg_parse yg_http1_is_start(enum yg_http1_kind kind, const uint8_t *data, size_t len);

/* Is @method registered, or in wide use besides? */
bool yg_http1_is_method(struct yg_slice method);

/* What follows the head. */
enum yg_body {
	YG_BODY_NONE,
	YG_BODY_LENGTH, /* yg_http1.length bytes */
	YG_BODY_CHUNKED,
	YG_BODY_CLOSE,	/* until the connection ends */
	YG_BODY_TUNNEL, /* no message follows: 101, or 2xx to CONNECT */
};

/**
 * yg_http1_body() - the framing of a message whose head is DONE.
 * @method: of the request, or of the request that the response answers; absent if unknown.
 *
 * Where the standard lets a recipient choose between an error and one reading, it is that reading,
 * with an anomaly: chunked goes before Content-Length, and is taken in HTTP/1.0 too; a coding
 * without chunks behind it ends with the connection, also that of a request.
 *
 * Source: RFC 9112 sections 6.1, 6.3.
 */
enum yg_body yg_http1_body(struct yg_http1 *http, struct yg_slice method);

/*
 * Read to its end as lenient readers read it, and yet no message to learn from: others turn it down
 * or see another one. A client has to take a folded field (RFC 9112 section 5.2), and takes more
 * besides; a server need not.
 */
bool yg_http1_is_doubtful(const struct yg_http1 *http);

/* Does the connection go on after this message? Source: RFC 9112 section 9.3. */
bool yg_http1_is_persistent(const struct yg_http1 *http);
