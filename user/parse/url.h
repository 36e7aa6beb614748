/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The request target, split; nothing is decoded or normalised here.
 *
 *	origin-form	/where?q=now			path, query
 *	absolute-form	http://host:80/where?q=now	scheme, authority, path, query
 *	authority-form	host:443			authority; CONNECT only
 *	asterisk-form	*				nothing; OPTIONS only
 */
#pragma once

#include "core/slice.h"

enum yg_target_form {
	YG_TARGET_INVALID, /* none of the four: no part is set */
	YG_TARGET_ORIGIN,
	YG_TARGET_ABSOLUTE,
	YG_TARGET_AUTHORITY,
	YG_TARGET_ASTERISK,
	YG_TARGET_MAX
};

/* Parts of a target, borrowed from it; a part that is not there is absent (ptr NULL). */
struct yg_url {
	enum yg_target_form form;
	struct yg_slice scheme;	   /* as sent, without "://" */
	struct yg_slice authority; /* as sent, user information included */
	struct yg_slice host;	   /* of the authority: without user, port and brackets */
	struct yg_slice port;	   /* digits, may be empty: "host:" */
	struct yg_slice path;	   /* origin: begins with '/'; absolute: "" or begins with '/' */
	struct yg_slice query;	   /* without '?'; "" when nothing follows it */
};

/**
 * yg_url_from_target() - split a request target.
 * @method: decides between authority-form and the others.
 * @target: as sent. A fragment, which no client may send, is cut from path and query.
 *
 * O(length). Source: RFC 9112 section 3.2, RFC 3986 section 3.
 * Return: the parts; form YG_TARGET_INVALID when it is none of the four.
 */
struct yg_url yg_url_from_target(struct yg_slice method, struct yg_slice target);

/**
 * yg_url_split_authority() - host and port of an authority or a Host field.
 * @ret_host: without user information and brackets; absent if @authority is malformed.
 * @ret_port: absent when there is none.
 */
void yg_url_split_authority(struct yg_slice authority, struct yg_slice *ret_host,
			    struct yg_slice *ret_port);

/**
 * yg_query_next() - take the next "name=value" off the front of a query.
 * @query: what is left; advanced past the pair.
 * @ret_name, @ret_value: still percent-encoded; the value is absent without '='.
 *
 * Empty pairs ("&&") are passed over. Return: false when nothing is left.
 */
bool yg_query_next(struct yg_slice *query, struct yg_slice *ret_name, struct yg_slice *ret_value);

/**
 * yg_query_find() - value of the first pair called @name (ASCII case ignored, no decoding).
 * Return: the value, still encoded, "" without '='; absent if there is no such pair.
 */
struct yg_slice yg_query_find(struct yg_slice query, const char *name);
