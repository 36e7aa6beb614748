/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/forwarded.h"

#include <string.h>

/* Entries of a list field, last one first, over all fields of that name. */
struct walk {
	const struct yg_message *message;
	enum yg_header_id name;
	struct yg_slice rest; /* of the present field, not yet taken */
	uint32_t field;	      /* fields before this index are left */
	bool quotes;	      /* commas inside "..." do not separate */
};

static bool previous_field(struct walk *walk)
{
	while (walk->field > 0) {
		if (yg_message_header_id(walk->message, --walk->field) == walk->name) {
			walk->rest = walk->message->headers[walk->field].value;
			return true;
		}
	}
	return false;
}

/*
 * The entry before the last one taken. Going backwards keeps what the client wrote, quotes left
 * open included, from changing how the entries of our proxies are read.
 */
static bool previous_entry(struct walk *walk, struct yg_slice *ret)
{
	for (;;) {
		size_t start = walk->rest.len;
		bool quoted = false;

		if (start == 0) {
			if (!previous_field(walk))
				return false;
			continue;
		}
		while (start > 0 && (quoted || walk->rest.ptr[start - 1] != ',')) {
			if (walk->quotes && walk->rest.ptr[start - 1] == '"')
				quoted = !quoted;
			start--;
		}
		*ret = yg_slice_trim(
			(struct yg_slice){ walk->rest.ptr + start, walk->rest.len - start });
		walk->rest.len = start > 0 ? start - 1 : 0;
		if (ret->len > 0)
			return true;
	}
}

struct yg_slice yg_forwarded_last(const struct yg_message *message, enum yg_header_id name)
{
	struct walk walk = { .message = message,
			     .name = name,
			     .field = message->header_count,
			     .quotes = name == YG_HEADER_FORWARDED };
	struct yg_slice entry;

	return previous_entry(&walk, &entry) ? entry : (struct yg_slice){ NULL, 0 };
}

/* "10.0.0.1", "10.0.0.1:80", "2001:db8::1", "[2001:db8::1]:80"; all zero: none of these. */
static struct yg_address node_address(struct yg_slice node, bool brackets)
{
	struct yg_address address = { { 0 } };
	const char *colon, *close;

	if (!node.ptr || node.len == 0)
		return address;
	colon = memchr(node.ptr, ':', node.len);
	if (node.ptr[0] == '[') {
		close = memchr(node.ptr, ']', node.len);
		if (!close || (close + 1 < node.ptr + node.len && close[1] != ':'))
			return address;
		node = (struct yg_slice){ node.ptr + 1, (size_t)(close - node.ptr - 1) };
	} else if (colon) {
		size_t before = (size_t)(colon - node.ptr);

		if (!memchr(colon + 1, ':', node.len - before - 1))
			node.len = before; /* one colon: a port follows IPv4 */
		else if (brackets)
			return address;
	}
	if (yg_address_from_text(node, &address))
		return (struct yg_address){ { 0 } };
	return yg_address_normal(&address);
}

/* Without the quotes; a value that holds a quote or an escape is no address or host anyway. */
static struct yg_slice unquote(struct yg_slice value)
{
	if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
		return (struct yg_slice){ value.ptr + 1, value.len - 2 };
	return value;
}

struct yg_slice yg_forwarded_parameter(struct yg_slice element, struct yg_slice name)
{
	struct yg_slice found = { NULL, 0 };

	while (element.len > 0) {
		const char *semicolon = memchr(element.ptr, ';', element.len);
		size_t len = semicolon ? (size_t)(semicolon - element.ptr) : element.len;
		struct yg_slice pair = yg_slice_trim((struct yg_slice){ element.ptr, len });
		const char *equals = pair.len ? memchr(pair.ptr, '=', pair.len) : NULL;
		size_t name_len = equals ? (size_t)(equals - pair.ptr) : 0;

		element.ptr += len + !!semicolon;
		element.len -= len + !!semicolon;
		if (!equals ||
		    !yg_slice_equal_nocase((struct yg_slice){ pair.ptr, name_len }, name))
			continue;
		if (found.ptr)
			return (struct yg_slice){ NULL, 0 };
		found = unquote((struct yg_slice){ equals + 1, pair.len - name_len - 1 });
	}
	return found;
}

bool yg_trust_has(const struct yg_trust *trust, const struct yg_address *address)
{
	for (size_t i = 0; i < trust->count; i++) {
		if (yg_prefix_has(&trust->prefixes[i], address))
			return true;
	}
	return false;
}

static bool is_same(const struct yg_address *a, const struct yg_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* @seek: sets @ret_met when it is one of the entries walked. */
static struct yg_address walk_list(struct walk *walk, const struct yg_trust *trust,
				   const struct yg_address *seek, bool *ret_met)
{
	struct yg_address client = { { 0 } };
	struct yg_slice entry;

	for (unsigned i = 0; previous_entry(walk, &entry); i++) {
		if (i == YG_FORWARDED_MAX)
			return (struct yg_address){ { 0 } };
		client = walk->quotes ? node_address(yg_forwarded_parameter(entry, YG_SLICE("for")),
						     true)
				      : node_address(entry, false);
		*ret_met = *ret_met || is_same(&client, seek);
		if (yg_address_is_unknown(&client) || !yg_trust_has(trust, &client))
			break;
	}
	return client;
}

static uint32_t count_fields(const struct yg_message *message, enum yg_header_id name)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < message->header_count; i++)
		count += yg_message_header_id(message, i) == name;
	return count;
}

/* X-Real-IP; unknown when it is there twice or is no address. */
static struct yg_address real_ip(const struct yg_message *request, bool *ret_present)
{
	uint32_t count = count_fields(request, YG_HEADER_X_REAL_IP);

	*ret_present = count > 0;
	if (count != 1)
		return (struct yg_address){ { 0 } };
	return node_address(yg_message_find(request, YG_HEADER_X_REAL_IP), false);
}

struct yg_forwarded yg_forwarded_client(const struct yg_message *request,
					const struct yg_address *peer, const struct yg_trust *trust)
{
	static const struct {
		enum yg_header_id name;
		enum yg_forwarded_source source;
		bool quotes;
	} lists[] = {
		{ YG_HEADER_FORWARDED, YG_FORWARDED_RFC7239, true },
		{ YG_HEADER_X_FORWARDED_FOR, YG_FORWARDED_XFF, false },
	};
	struct yg_forwarded ret = { .client = *peer, .source = YG_FORWARDED_PEER };
	struct yg_address real, client;
	bool has_real, met = false, agree = true;

	if (!yg_trust_has(trust, peer))
		return ret;
	real = real_ip(request, &has_real);
	for (size_t i = 0; i < YG_ARRAY_SIZE(lists); i++) {
		struct walk walk = { .message = request,
				     .name = lists[i].name,
				     .field = request->header_count,
				     .quotes = lists[i].quotes };

		if (count_fields(request, walk.name) == 0)
			continue;
		client = walk_list(&walk, trust, &real, &met);
		if (ret.source == YG_FORWARDED_PEER)
			ret = (struct yg_forwarded){ client, lists[i].source };
		agree = agree && is_same(&client, &ret.client);
	}
	if (has_real && ret.source == YG_FORWARDED_PEER)
		return (struct yg_forwarded){ real, YG_FORWARDED_REAL_IP };
	if (!agree || (has_real && !met))
		ret.client = (struct yg_address){ { 0 } };
	return ret;
}
