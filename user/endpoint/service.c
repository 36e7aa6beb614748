/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/service.h"

#include <errno.h>
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

const char *yg_service_source_name(enum yg_service_source source)
{
	static const char *const names[] = {
		[YG_SERVICE_REQUEST] = "request",	[YG_SERVICE_SNI] = "sni",
		[YG_SERVICE_CONNECTION] = "connection", [YG_SERVICE_LISTENER] = "listener",
		[YG_SERVICE_ADDRESS] = "address",
	};

	return names[source];
}

uint16_t yg_service_port(const struct yg_peer *server, bool tls)
{
	return server->port == (tls ? 443 : 80) ? 0 : server->port;
}

struct yg_slice yg_service_from_server(const struct yg_peer *server, char *ret)
{
	char text[YG_ADDRESS_TEXT_CAP];

	if (yg_address_is_unknown(&server->addr))
		(void)snprintf(ret, YG_SERVICE_CAP, "unknown");
	else if (server->port == 0)
		(void)snprintf(ret, YG_SERVICE_CAP, "%s", yg_address_format(&server->addr, text));
	else
		(void)snprintf(ret, YG_SERVICE_CAP, "%s",
			       yg_endpoint_format(&server->addr, server->port, text));
	return yg_slice_from_str(ret);
}

int yg_service_to_server(struct yg_slice service, struct yg_peer *ret)
{
	struct yg_slice host = { NULL, 0 }, port = { NULL, 0 };
	struct yg_peer server = { .port = 0 };
	uint32_t number = 0;

	/* A bare address of IPv6 has no brackets. */
	if (yg_address_from_text(service, &server.addr) == 0) {
		*ret = server;
		return 0;
	}
	yg_url_split_authority(service, &host, &port);
	if (!host.ptr || port.len > 5 || yg_address_from_text(host, &server.addr) < 0)
		return -EINVAL;
	for (size_t i = 0; i < port.len; i++)
		number = number * 10 + (uint32_t)(port.ptr[i] - '0');
	if (number > UINT16_MAX)
		return -EINVAL;
	server.port = (uint16_t)number;
	*ret = server;
	return 0;
}

/* The authority that the request names; absent: none. */
static struct yg_slice find_authority(const struct yg_message *request)
{
	struct yg_slice authority = { NULL, 0 };

	if (request->target.len > 0 && request->target.ptr[0] != '/')
		authority = yg_url_from_target(request->method, request->target).authority;
	return authority.ptr ? authority : yg_message_find(request, YG_HEADER_HOST);
}

bool yg_service_is_said(const struct yg_exchange *exchange)
{
	return find_authority(&exchange->request).ptr != NULL;
}

struct yg_slice yg_service_from_exchange(const struct yg_exchange *exchange,
					 enum yg_service_source *ret_source, char *ret)
{
	struct yg_slice authority = find_authority(&exchange->request);
	struct yg_peer server = exchange->server;
	size_t len = 0;

	*ret_source = YG_SERVICE_REQUEST;
	if (authority.ptr)
		len = name_authority(authority, exchange->tls, ret);
	ret[len] = '\0';
	if (len)
		return (struct yg_slice){ ret, len };
	*ret_source = YG_SERVICE_ADDRESS;
	server.port = yg_service_port(&server, exchange->tls);
	return yg_service_from_server(&server, ret);
}

struct yg_slice yg_service_from_sni(const struct yg_exchange *exchange, bool with_port, char *ret)
{
	char authority[YG_SERVICE_CAP + 8];
	struct yg_address address;
	int n;

	ret[0] = '\0';
	if (!exchange->sni.len || exchange->sni_denied ||
	    memchr(exchange->sni.ptr, ':', exchange->sni.len) ||
	    yg_address_from_text(exchange->sni, &address) == 0)
		return (struct yg_slice){ ret, 0 };
	n = snprintf(authority, sizeof(authority), with_port ? "%.*s:%u" : "%.*s",
		     (int)exchange->sni.len, exchange->sni.ptr, exchange->server.port);
	if (n < 0 || (size_t)n >= sizeof(authority))
		return (struct yg_slice){ ret, 0 };
	return yg_service_from_authority((struct yg_slice){ authority, (size_t)n }, true, ret);
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
