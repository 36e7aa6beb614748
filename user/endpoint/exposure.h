/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: under which addresses those outside know an endpoint, and where it is.
 *
 *	https://api.bank.example/retail ──► gateway ──► backend:9000 /v1/accounts/{id}
 *	an outside address, as the hop says					 a server
 *
 * An outside address is what a hop in front writes into the request: X-Forwarded-Host and its kin,
 * or Forwarded; and the SNI where the request itself names no host. It is believed of trusted
 * proxies alone, in requests that were accepted: most proxies pass on what a client wrote into
 * these fields, and so do neighbours with private addresses. The last entry of a list counts:
 * those before it may be the client's invention.
 *
 * One row per endpoint, by its index in the inventory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/bytes.h"
#include "core/slice.h"
#include "parse/exchange.h"

#define YG_EXPOSURE_NAMES    3u	  /* outside addresses of one endpoint; the oldest goes */
#define YG_EXPOSURE_SERVERS  4u	  /* servers of one endpoint; the oldest goes */
#define YG_EXPOSURE_TEXT_CAP 192u /* bytes of an outside address, NUL included; longer is none */
#define YG_EXPOSURE_BASE_MAX 64u  /* bytes of a base path; a longer one is left out */
#define YG_EXPOSURE_FULL     64u  /* requests of an endpoint that are all looked at */
#define YG_EXPOSURE_EACH     16u  /* of those after them, one of so many */

struct yg_exposure_name {
	char text[YG_EXPOSURE_TEXT_CAP]; /* "https://api.bank.example/retail"; "" free */
	uint64_t last_ns;
};

struct yg_exposure_server {
	struct yg_peer peer; /* unknown address: free */
	uint64_t last_ns;
};

/* Zero begins. */
struct yg_exposure {
	struct yg_exposure_name names[YG_EXPOSURE_NAMES];
	struct yg_exposure_server servers[YG_EXPOSURE_SERVERS];
};

/* Is the next of @requests looked at? */
static inline bool yg_exposure_wants(uint64_t requests)
{
	return requests <= YG_EXPOSURE_FULL || requests % YG_EXPOSURE_EACH == 0;
}

/**
 * yg_exposure_add() - take in what one exchange says.
 * @service: of the exchange; see endpoint/service.h.
 * @trusted: its peer is a trusted proxy.
 *
 * Linear in the fields it reads. Source: RFC 7239 section 4; the X- fields have none.
 * Return: rows that made room for others.
 */
uint32_t yg_exposure_add(struct yg_exposure *exposure, const struct yg_exchange *exchange,
			 struct yg_slice service, bool trusted);

/* An endpoint became part of another: the later sights stay. Return: rows that made room. */
uint32_t yg_exposure_fold(struct yg_exposure *into, const struct yg_exposure *from);

/* One row as bytes, and back; worthless when the reader turned bad. */
void yg_exposure_pack(const struct yg_exposure *exposure, struct yg_writer *writer);
void yg_exposure_unpack(struct yg_exposure *ret, struct yg_reader *reader);
