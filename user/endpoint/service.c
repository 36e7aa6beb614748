/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/service.h"

#include <stdio.h>

#include "parse/url.h"

static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._:[]", c) != NULL);
}

/* Lower-case copy; 0 if a byte does not belong into a name, or it does not fit. */
static size_t copy_host(struct yg_slice host, char *ret, size_t cap)
{
	if (host.len == 0 || host.len >= cap)
		return 0;
	for (size_t i = 0; i < host.len; i++) {
		ret[i] = yg_ascii_lower(host.ptr[i]);
		if (!is_host_char(ret[i]))
			return 0;
	}
	return host.len;
}

static size_t name_authority(struct yg_slice authority, bool tls, char *ret)
{
	struct yg_slice host = { 0 }, port = { 0 };
	bool literal;
	size_t len;

	yg_url_split_authority(authority, &host, &port);
	if (!host.ptr)
		return 0;
	literal = memchr(host.ptr, ':', host.len) != NULL; /* IPv6: its brackets return */
	len = copy_host(host, ret + literal, YG_SERVICE_CAP - 10);
	if (len == 0)
		return 0;
	if (literal) {
		ret[0] = '[';
		ret[len + 1] = ']';
		len += 2;
	}
	if (port.len == 0 || port.len > 5 ||
	    yg_slice_equal(port, tls ? YG_SLICE("443") : YG_SLICE("80")))
		return len;
	ret[len] = ':';
	memcpy(ret + len + 1, port.ptr, port.len);
	return len + 1 + port.len;
}

static size_t name_server(const struct yg_exchange *exchange, char *ret)
{
	const struct yg_peer *server = &exchange->server;
	char text[YG_ADDRESS_TEXT_CAP];
	uint16_t usual = exchange->tls ? 443 : 80;

	if (yg_address_is_unknown(&server->addr))
		(void)snprintf(ret, YG_SERVICE_CAP, "unknown");
	else if (server->port == usual)
		(void)snprintf(ret, YG_SERVICE_CAP, "%s", yg_address_format(&server->addr, text));
	else
		(void)snprintf(ret, YG_SERVICE_CAP, "%s",
			       yg_endpoint_format(&server->addr, server->port, text));
	return strlen(ret);
}

struct yg_slice yg_service_from_exchange(const struct yg_exchange *exchange, char *ret)
{
	const struct yg_message *request = &exchange->request;
	struct yg_slice authority = { 0 };
	size_t len = 0;

	if (request->target.len > 0 && request->target.ptr[0] != '/')
		authority = yg_url_from_target(request->method, request->target).authority;
	if (!authority.ptr)
		authority = yg_message_find(request, YG_HEADER_HOST);
	if (authority.ptr)
		len = name_authority(authority, exchange->tls, ret);
	if (len == 0)
		len = name_server(exchange, ret);
	ret[len] = '\0';
	return (struct yg_slice){ ret, len };
}

struct yg_slice yg_service_from_authority(struct yg_slice authority, bool tls, char *ret)
{
	size_t len = name_authority(authority, tls, ret);

	ret[len] = '\0';
	return (struct yg_slice){ ret, len };
}

/* "dev", "dev2"; not "device". */
static bool is_test_word(struct yg_slice part)
{
	static const char *const words[] = {
		"dev",	   "develop", "development", "stg",  "stage",  "staging",
		"test",	   "qa",      "testing",     "uat",  "beta",   "preprod",
		"sandbox", "nonprod", "sit",	     "demo", "kensho", "kaihatsu",
	};

	while (part.len > 0 && part.ptr[part.len - 1] >= '0' && part.ptr[part.len - 1] <= '9')
		part.len--;
	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal_nocase(part, yg_slice_from_str(words[i])))
			return true;
	}
	return false;
}

bool yg_service_is_non_production(struct yg_slice host)
{
	const char *end = host.ptr + host.len, *p = host.ptr;

	for (;;) {
		const char *dot = p < end ? memchr(p, '.', (size_t)(end - p)) : NULL;

		if (!dot || !memchr(dot + 1, '.', (size_t)(end - dot - 1)))
			return false;
		while (p < dot) {
			const char *dash = memchr(p, '-', (size_t)(dot - p));
			const char *stop = dash ? dash : dot;

			if (is_test_word((struct yg_slice){ p, (size_t)(stop - p) }))
				return true;
			p = stop + 1;
		}
		p = dot + 1;
	}
}
