/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose API a request asks: the authority it names, else the address that answered. */
#pragma once

#include <stdbool.h>

#include "core/slice.h"
#include "endpoint/inventory.h"
#include "parse/exchange.h"

/**
 * yg_service_from_exchange() - name of the service.
 * @ret: YG_SERVICE_CAP bytes; NUL-terminated.
 *
 * The authority of an absolute target, else the Host field: lower case, without user information
 * and without the scheme's default port. What is not a host name or an address (letters, digits,
 * "-._:[]") is not believed: then, as without Host, the server's address and port; "unknown" when
 * that is not known either.
 *
 * Source: RFC 9110 section 4.2.3 (normalisation). Return: the text in @ret.
 */
struct yg_slice yg_service_from_exchange(const struct yg_exchange *exchange, char *ret);

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
