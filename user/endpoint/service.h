/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose API a request asks: the authority it names, else the address that answered.
 *
 * A request may name nothing that can be read: HTTP/1.0 without Host, or HTTP/2 joined late, where
 * :authority is an index into a table that nobody here has seen. What its connection or its server
 * shows instead is in enum yg_service_source; respond/knowledge_name.c says when it is believed.
 */
#pragma once

#include <stdbool.h>

#include "core/slice.h"
#include "endpoint/inventory.h"
#include "parse/exchange.h"

/* Where the name of an exchange's service comes from; best first. */
enum yg_service_source {
	YG_SERVICE_REQUEST,    /* its own Host, :authority or absolute target */
	YG_SERVICE_SNI,	       /* the TLS handshake of its connection */
	YG_SERVICE_CONNECTION, /* other requests of its connection, which all name this one */
	YG_SERVICE_LISTENER,   /* all who ever asked this address and port by a name */
	YG_SERVICE_ADDRESS,    /* nothing: it is the server's address and port */
	YG_SERVICE_SOURCE_MAX
};

const char *yg_service_source_name(enum yg_service_source source); /* "request" ...; literal */

/**
 * yg_service_from_exchange() - name of the service, by the request alone.
 * @ret_source: YG_SERVICE_REQUEST or _ADDRESS.
 * @ret: YG_SERVICE_CAP bytes; NUL-terminated.
 *
 * The authority of an absolute target, else the Host field: lower case, without user information
 * and without the scheme's default port. What is not a host name or an address (letters, digits,
 * "-._:[]") is not believed: then, as without Host, the server's address and port; "unknown" when
 * that is not known either.
 *
 * Source: RFC 9110 section 4.2.3 (normalisation). Return: the text in @ret.
 */
struct yg_slice yg_service_from_exchange(const struct yg_exchange *exchange,
					 enum yg_service_source *ret_source, char *ret);

/* Does the request name a host, be it one that is not believed? */
bool yg_service_is_said(const struct yg_exchange *exchange);

/* The address and port of a server as the name of a service; a port of 0 is the usual one. */
struct yg_slice yg_service_from_server(const struct yg_peer *server, char *ret);

/* The port of @server as its name has it: 0 is the usual one of TLS, or of HTTP in clear. */
uint16_t yg_service_port(const struct yg_peer *server, bool tls);

/* The opposite of yg_service_from_server(): -EINVAL if @service is no address. */
YG_MUST_CHECK int yg_service_to_server(struct yg_slice service, struct yg_peer *ret);

/**
 * yg_service_from_sni() - name of the service, by the handshake of its connection.
 * @with_port: as a client names it that asked the server's own port; else without one.
 *
 * Return: the text in @ret; of length 0: no handshake was seen, it names an address or no host, or
 * a request of the connection names another one.
 */
struct yg_slice yg_service_from_sni(const struct yg_exchange *exchange, bool with_port, char *ret);

/**
 * yg_service_from_authority() - the same of an authority as text: "API.example:443".
 * @tls: its usual port is 443, else 80.
 *
 * Return: the text in @ret; of length 0 if it is no host name or address.
 */
struct yg_slice yg_service_from_authority(struct yg_slice authority, bool tls, char *ret);

/**
 * yg_service_is_non_production() - is the host named like one for tests?
 *
 * "stg.example.com", "api-dev2.example.com"; not "device.example.com". The last two labels are the
 * owner's name: "beta.example", "api.test".
 */
bool yg_service_is_non_production(struct yg_slice host);
