/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Third parties: the services of others that this host asks, as far as their answers and their
 * handshakes tell. What is sent to them is in the inventory, like what is sent to this host.
 *
 * One row per host name; certificates are seen up to TLS 1.2 only, and belong to the name that the
 * client gave (SNI). A change of issuer is told once the former one was seen ISSUER_MIN times: who
 * answers from many places may have several, so up to YG_PARTY_ISSUERS_MAX are remembered.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/bytes.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/macros.h"
#include "endpoint/inventory.h"
#include "parse/exchange.h"

#define YG_PARTIES_MAX	       512u /* hosts; beyond, the least recently used goes; 1 KB each */
#define YG_PARTY_ISSUERS_MAX   4u
#define YG_PARTY_TEXT_CAP      96u
#define YG_PARTY_PROCESSES_MAX 4u
#define YG_PARTY_ISSUER_MIN    20u /* handshakes before another issuer is a change */

struct yg_party {
	char host[YG_SERVICE_CAP];
	uint64_t first_ns, last_ns;
	uint64_t requests;
	uint64_t clear;	 /* of these, without TLS */
	uint64_t failed; /* answered 5xx, or not at all */
	uint64_t request_bytes, response_bytes;
	uint64_t latency_us, latency_max_us;  /* sum, highest */
	uint64_t answers;		      /* that the sum is of */
	uint64_t redirects;		      /* to other hosts */
	char redirect[YG_PARTY_TEXT_CAP];     /* the last of these hosts; "" none */
	char content_type[YG_PARTY_TEXT_CAP]; /* of the first answer that had one */
	uint64_t other_types;		      /* answers of another type */
	uint16_t tls_version;		      /* the lowest that was agreed; 0: not seen */
	uint64_t handshakes;		      /* with a certificate */
	char issuers[YG_PARTY_ISSUERS_MAX][YG_PARTY_TEXT_CAP]; /* in order of appearance */
	uint32_t issuer_count;
	uint64_t issuer_changed_ns; /* 0 never */
	uint32_t processes[YG_PARTY_PROCESSES_MAX];
	uint32_t process_count;
	struct yg_address server; /* the last one */
	bool dirty;		  /* changed since it was packed */
};

struct yg_handshake;
struct yg_parties;

/* @key: of the table; secret. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_parties_new(const struct yg_hash_key *key, struct yg_parties **ret);
void yg_parties_free(struct yg_parties **parties); /* accepts NULL inside */

/* Is it asked of a third party: by this host, of a server with a public address? */
bool yg_party_is_asked(const struct yg_exchange *exchange);

/* Count one exchange that yg_party_is_asked(). */
void yg_parties_observe(struct yg_parties *parties, struct yg_slice service,
			const struct yg_exchange *exchange, uint32_t weight);

/**
 * yg_parties_handshake() - remember who vouches for a host.
 * Return: whether the issuer has changed by it.
 *
 * Only of hosts that are asked already: handshakes of others' clients pass by too.
 */
bool yg_parties_handshake(struct yg_parties *parties, const struct yg_handshake *handshake);

/* The row of a host, or NULL. */
const struct yg_party *yg_parties_find(const struct yg_parties *parties, struct yg_slice host);

typedef void (*yg_party_fn)(void *ctx, const struct yg_party *party);

/* Most recently used first. */
void yg_parties_each(const struct yg_parties *parties, yg_party_fn fn, void *ctx);

typedef void (*yg_party_blob_fn)(void *ctx, uint32_t place, const uint8_t *data, size_t len);

/**
 * yg_parties_pack() - rows as blobs for a restart, those that changed if @changed_only.
 * @buffer: [@cap], 2 KB are enough for one row.
 * @fn: @place: in the table; another row that takes it takes the blob's place, too.
 */
void yg_parties_pack(struct yg_parties *parties, bool changed_only, uint8_t *buffer, size_t cap,
		     yg_party_blob_fn fn, void *ctx);

/*
 * Take one row back; what was counted since the start is added to it. Processes are those of now.
 * Return: 0; -EINVAL if it is damaged.
 */
YG_MUST_CHECK int yg_parties_unpack(struct yg_parties *parties, struct yg_reader *reader);

/* Hosts held, and hosts given up for others since the start. */
uint32_t yg_parties_count(const struct yg_parties *parties);
uint64_t yg_parties_evicted(const struct yg_parties *parties);
