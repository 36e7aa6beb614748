/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 4, endpoint: how an endpoint is used: from where, by which way, in which language.
 *
 * Counted per exchange by a few additions; what it means is said at leisure, see detect/label.h.
 * One row per endpoint, by its index in the inventory.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/bytes.h"
#include "core/macros.h"

/* What its bodies speak; bits of yg_trait.kinds. */
enum yg_trait_kind {
	YG_TRAIT_LLM = 1u << 0, /* a language model was named */
	YG_TRAIT_MCP = 1u << 1, /* methods of the Model Context Protocol */
};

struct yg_trait {
	uint64_t external;  /* requests of clients with public addresses */
	uint64_t internal;  /* of clients with private or loopback addresses */
	uint64_t made;	    /* that this host made itself, of others */
	uint64_t third;	    /* of these, of servers with public addresses */
	uint64_t proxied;   /* that came through a trusted proxy */
	uint64_t direct;    /* that did not, of clients that are no proxy themselves */
	uint64_t direct_ns; /* the last one of them; 0 never */
	uint64_t apps;	    /* bitmap of client applications, by hash */
	uint32_t kinds;	    /* enum yg_trait_kind bits */
	uint16_t port;	    /* of the server, when first seen; 0 unknown */
};

/* One exchange, as far as it tells how. */
struct yg_trait_use {
	const struct yg_address *client; /* who asked; may be unknown */
	uint64_t app;			 /* hash of the client application; 0 none */
	uint64_t time_ns;
	uint32_t kinds;
	uint32_t weight; /* exchanges that it stands for; 0 is 1 */
	uint16_t port;
	bool outbound;
	bool server_public; /* of an outbound one */
	bool forwarded;	    /* the client was named by a trusted proxy */
	bool peer_is_proxy; /* who sent it is a trusted proxy */
};

/* Public: nothing that only machines of one network could have. */
bool yg_address_is_public(const struct yg_address *addr);

/* Count one exchange; take the traits of a row that was folded into another. */
void yg_trait_add(struct yg_trait *trait, const struct yg_trait_use *use);
void yg_trait_fold(struct yg_trait *into, const struct yg_trait *from);

/* Distinct client applications, about; 64 or more are 64. */
uint32_t yg_trait_apps(const struct yg_trait *trait);

/* One row as bytes, and back; worthless when the reader turned bad. */
void yg_trait_pack(const struct yg_trait *trait, struct yg_writer *writer);
void yg_trait_unpack(struct yg_trait *ret, struct yg_reader *reader);
