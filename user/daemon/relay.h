/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the thread that parses to the thread that learns: exchanges, handshakes and WebSockets, by
 * copy, in order, through one ring of bytes.
 *
 *	segment -> stream -> parse | relay | endpoint -> baseline -> detect -> respond
 *
 * One producer, one consumer. The consumer is woken for a batch, not for a record; a full ring
 * holds the producer back, so nothing is lost and nothing grows.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"
#include "parse/exchange.h"
#include "parse/handshake.h"
#include "parse/tunnel.h"

#define YG_RELAY_BYTES (2u << 20) /* of the ring: what stays in a cache that cores share */

struct yg_relay;

/*
 * Called by the consumer's thread, but for prepare(); what they are given is borrowed for the call.
 *
 * prepare() is called by the producer's, on the copy that on_exchange() gets later: what needs no
 * state of the consumer's is done there, for the consumer has more to do. Its room is kept with the
 * exchange; it may point into both.
 */
struct yg_relay_sink {
	void *ctx;
	void (*prepare)(void *ctx, struct yg_exchange *exchange, void *room);
	size_t room; /* bytes for prepare(), aligned as YG_BELT_ALIGN */
	/* @room: as prepare() left it; NULL: the exchange was too large for the ring. */
	void (*on_exchange)(void *ctx, const struct yg_exchange *exchange, void *room,
			    uint64_t now_ns);
	void (*on_handshake)(void *ctx, const struct yg_handshake *handshake);
	void (*on_websocket)(void *ctx, const struct yg_websocket *websocket);
	void (*on_tick)(void *ctx, uint64_t now_ns);
};

/**
 * yg_relay_new() - start the consumer's thread.
 * @sink: copied; no member may be NULL.
 * @ret: free with yg_relay_free(); untouched on failure.
 *
 * Return: 0; -ENOMEM; -EAGAIN if there can be no thread.
 */
YG_MUST_CHECK int yg_relay_new(const struct yg_relay_sink *sink, struct yg_relay **ret);

/* Hands over what is in the ring, then ends the thread. Accepts NULL inside. */
void yg_relay_free(struct yg_relay **relay);

/* Copy one into the ring; waits while it is full. One too large for it goes around, in order. */
void yg_relay_exchange(struct yg_relay *relay, const struct yg_exchange *exchange, uint64_t now_ns);
void yg_relay_handshake(struct yg_relay *relay, const struct yg_handshake *handshake);
void yg_relay_websocket(struct yg_relay *relay, const struct yg_websocket *websocket);
void yg_relay_tick(struct yg_relay *relay, uint64_t now_ns);

/* Wait until the consumer has taken everything. It rests until the next call then. */
void yg_relay_drain(struct yg_relay *relay);
