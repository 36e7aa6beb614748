/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every named value of a message, each once, wherever it stands: one walk for all who learn or
 * look for something in values.
 *
 *	GET /users?ids=1&q=a%20b		query	ids=1, q=a%20b
 *	X-Tenant: 7				header	x-tenant=7
 *	Cookie: sid=abc				cookie	sid=abc
 *	{"user":{"ids":[7]}}			body	$ {}, $.user {}, $.user.ids [], $.user.ids[*]=7
 *	name=Ann&age=7 (form, multipart)	body	$ {}, $.name=Ann, $.age=7
 *	<user id="7">Ann</user>			body	$ {}, $.user {}, $.user.@id=7, $.user=Ann
 *	data: {"a":1} (events, NDJSON)		body	as JSON; each line begins anew at $
 *	protobuf {2: {1: "Ann"}}		body	$ {}, $.2 {}, $.2.1=Ann (binary.h)
 *	CBOR, MessagePack			body	as JSON
 *	messages of RPC				body	each begins anew at $
 *	other text				body	$=all of it
 *
 * Containers come before what is in them. Nothing is allocated or copied: values are as sent
 * (yg_value_decode() undoes escapes), and a walk stops after YG_VALUES_MAX values. Parameters of
 * the path are not here: only a template names them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/body.h"
#include "parse/exchange.h"
#include "parse/json.h"

#define YG_VALUES_MAX 4096u /* values of one message that are handed out, containers included */

enum yg_side { YG_SIDE_REQUEST, YG_SIDE_RESPONSE, YG_SIDE_MAX };

enum yg_value_in {
	YG_VALUE_IN_PATH, /* never by this walk */
	YG_VALUE_IN_QUERY,
	YG_VALUE_IN_HEADER, /* all but Cookie and Set-Cookie */
	YG_VALUE_IN_COOKIE, /* request: each of Cookie; response: name and value of Set-Cookie */
	YG_VALUE_IN_BODY,
	YG_VALUE_IN_MAX
};

/* Bits of @where. */
#define YG_VALUES_QUERY	 (1u << YG_VALUE_IN_QUERY)
#define YG_VALUES_HEADER (1u << YG_VALUE_IN_HEADER)
#define YG_VALUES_COOKIE (1u << YG_VALUE_IN_COOKIE)
#define YG_VALUES_BODY	 (1u << YG_VALUE_IN_BODY)
#define YG_VALUES_ALL	 (YG_VALUES_QUERY | YG_VALUES_HEADER | YG_VALUES_COOKIE | YG_VALUES_BODY)

enum yg_value_type {
	YG_VALUE_OBJECT, /* containers: raw is absent */
	YG_VALUE_ARRAY,
	YG_VALUE_STRING,
	YG_VALUE_NUMBER,
	YG_VALUE_BOOL,
	YG_VALUE_NULL,
	YG_VALUE_TEXT, /* of a format without types: it may read as any of the above */
	YG_VALUE_FILE, /* part of a multipart body with a file name: raw is absent */
	YG_VALUE_TYPE_MAX
};

/* What raw is written in. */
enum yg_value_coding {
	YG_VALUE_PLAIN,
	YG_VALUE_JSON,	  /* backslash escapes */
	YG_VALUE_PERCENT, /* %XX, and + for a space */
	YG_VALUE_ENTITY,  /* &amp; and the like */
	YG_VALUE_CODING_MAX
};

/* Borrowed for the call. */
struct yg_value {
	enum yg_value_in in;
	enum yg_value_type type;
	enum yg_value_coding coding;
	struct yg_slice name; /* as sent: of the innermost member; absent in an array, at the top */
	struct yg_slice raw;  /* as sent; JSON strings without their quotes */
	uint8_t traits;	      /* YG_HEADER_* bits of a header's name, else 0 */
	bool cut;	      /* raw is a prefix */
	bool name_cut;	      /* the name is longer than YG_JSON_NAME_MAX */
	bool fleeting;	      /* a number, or names that are, written out for the call alone:
			       * YG_BINARY_NUMBER_CAP bytes hold either */
	uint32_t depth;	      /* containers around it; body only */
	const struct yg_json_level *levels; /* [depth] */
};

struct yg_values_walked {
	uint32_t count; /* values handed out */
	bool limited;	/* there were more than YG_VALUES_MAX */
	bool cut;	/* the body ended, or broke, before its end: what is open is not whole */
	uint32_t open;	/* containers handed out that were open then */
	enum yg_body_kind kind; /* of the body; NONE if the body was not asked for */
};

typedef void (*yg_value_fn)(void *ctx, const struct yg_value *value);

/* One who wants to see values. */
struct yg_visitor {
	yg_value_fn fn;
	void *ctx;
	uint32_t where;	  /* YG_VALUES_* bits; 0: none of this message */
	uint32_t max;	  /* values it is shown at most; 0: all */
	const bool *done; /* true once it has seen what it wants; NULL: never */
	bool named;	  /* nothing of bodies whose fields have numbers for names */
};

#define YG_VISITORS_MAX 8u

/**
 * yg_values_walk() - hand out the values of one side, each to all who want it.
 * @bodies: of @exchange; decoded if somebody asks for the body.
 * @visitors: [@count]; @count at most YG_VISITORS_MAX. A value is shown to them in this order.
 *
 * Order: query, headers and cookies as sent, body. Ends when nobody wants to see more; without
 * any visitor nothing is read. O(bytes of the message). A side that was not seen has no values.
 */
struct yg_values_walked yg_values_walk(const struct yg_exchange *exchange, struct yg_bodies *bodies,
				       enum yg_side side, const struct yg_visitor *visitors,
				       uint32_t count);

/* Of a body alone, whatever message it came from. @type: its Content-Type; may be absent. */
struct yg_values_walked yg_values_walk_body(const struct yg_body_view *body, struct yg_slice type,
					    yg_value_fn fn, void *ctx);

/* The name it goes by: its own, or in an array that of the array; absent: none. */
struct yg_slice yg_value_name(const struct yg_value *value);

/**
 * yg_value_path() - where it stands: "$.user.ids[*]" in a body, else its name.
 * @ret: [@cap], cut to fit, always terminated; names of headers in lower case.
 * Return: bytes of @ret without NUL.
 */
size_t yg_value_path(const struct yg_value *value, char *ret, size_t cap);

/**
 * yg_value_decode() - the value with escapes undone.
 * @buffer: [@cap], used only if something must be undone; what does not fit is cut off.
 *
 * Bad escapes stay as sent. Return: in @buffer, or raw itself.
 */
struct yg_slice yg_value_decode(const struct yg_value *value, char *buffer, size_t cap);
