/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: which host is asked at which address and port.
 *
 * A server's address and port stand for one service if every request that named a host there, and
 * was accepted, named the same one, and YG_LISTENER_SURE did. One request for another host that is
 * accepted ends that for good: then nobody can tell whom a request without a name means.
 *
 * What one client says is evidence of what that client asks: a partner that is alone at its port is
 * believed about itself. Of clients that never named a host it is evidence when many others did,
 * see endpoint/audience.h. So who wants to mislead can take certainty away, and gives it to others
 * only with three addresses for each of those who name no host, and eight at least.
 *
 * A port is that of the server's own socket, as in the names of services by address: with the usual
 * port, TLS and HTTP in clear are one. An address is one server whoever asks it, so requests that
 * this host serves and requests that it makes are counted together.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/hash.h"
#include "core/macros.h"
#include "core/slice.h"
#include "endpoint/audience.h"
#include "endpoint/inventory.h"
#include "parse/exchange.h"

#define YG_LISTENERS_MAX 2048u /* rows; beyond, the least recently used one goes, and is counted */
#define YG_LISTENER_SURE 100u  /* requests that name a host before it stands for its listener */

struct yg_listener {
	struct yg_peer server; /* port 0: the usual one; see yg_service_port() */
	uint32_t asked;	       /* accepted requests that named a host; YG_LISTENER_SURE is many */
	bool is_several;       /* they named more than one */
	bool is_dirty;	       /* changed since it was packed */
	char service[YG_SERVICE_CAP]; /* that they named; "" none */
	struct yg_audience audience;  /* whose requests were accepted, until is_several */
};

struct yg_listeners;

/**
 * yg_listeners_new() - an empty table.
 * @key: of its hash table; secret.
 * @identity_key: of clients: what is known of them outlives a restart.
 *
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_listeners_new(const struct yg_hash_key *key,
				   const struct yg_hash_key *identity_key,
				   struct yg_listeners **ret);
void yg_listeners_free(struct yg_listeners **listeners); /* accepts NULL inside */

/**
 * yg_listeners_note() - a request was accepted.
 * @exchange: its client is who a PROXY header names, if it has one, else the peer.
 * @service: that it names; absent: none, and neither does its connection.
 *
 * A server that is not known is no listener. O(1). Return: id of the row that made room; 0: none.
 */
uint64_t yg_listeners_note(struct yg_listeners *listeners, const struct yg_exchange *exchange,
			   struct yg_slice service);

/* The host that its client asks there; absent: it is not known, or not for sure. */
struct yg_slice yg_listeners_sole(const struct yg_listeners *listeners,
				  const struct yg_exchange *exchange);

/* The host that all ask there who named none, by the service's name, an address and a port. */
struct yg_slice yg_listeners_sole_of(const struct yg_listeners *listeners, struct yg_slice service);

/* Rows as bytes: for (i = first; i; i = next(i)). False: it has not changed (@changed_only). */
uint32_t yg_listeners_first(const struct yg_listeners *listeners);
uint32_t yg_listeners_next(const struct yg_listeners *listeners, uint32_t i);
bool yg_listeners_pack(struct yg_listeners *listeners, uint32_t i, bool changed_only,
		       struct yg_writer *writer, uint64_t *ret_id);
/* Take one back in, in place of what is there. Return: 0; -EINVAL if it is damaged. */
YG_MUST_CHECK int yg_listeners_unpack(struct yg_listeners *listeners, struct yg_reader *reader);

/* Rows now; rows given up so far. */
uint32_t yg_listeners_count(const struct yg_listeners *listeners);
uint64_t yg_listeners_evicted(const struct yg_listeners *listeners);
