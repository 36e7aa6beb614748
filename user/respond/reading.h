/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be read of an exchange before anything is known: who asks, of which service, for which
 * path, and which objects the answer shows. No state: whoever has the exchange first may do it, in
 * another thread than the one that learns.
 */
#pragma once

#include "core/hash.h"
#include "detect/object.h"
#include "endpoint/caller.h"
#include "endpoint/inventory.h"
#include "endpoint/normalize.h"
#include "parse/charset.h"
#include "parse/credential.h"
#include "parse/exchange.h"

/* Not copyable: slices point in. Borrows from the exchange. */
struct yg_reading {
	struct yg_slice service; /* into service_text; by the request alone */
	struct yg_caller caller;
	struct yg_credentials credentials;
	uint64_t hop;	 /* yg_hop_id() */
	uint8_t source;	 /* enum yg_service_source: of the service */
	bool has_path;	 /* else path means nothing */
	bool has_handed; /* else handed was not read yet */
	char service_text[YG_SERVICE_CAP];
	struct yg_path path;
	struct yg_handed handed;
};

/* Borrowed for the call. */
struct yg_subject {
	const struct yg_exchange *exchange;
	struct yg_address client;	  /* who asked: behind trusted proxies, else the peer */
	bool client_forwarded;		  /* client is known only from a header: never blocked */
	struct yg_slice certificate;	  /* fingerprint, by a trusted proxy; absent: none */
	bool peer_is_proxy;		  /* who sent it may speak for others */
	const struct yg_reading *reading; /* NULL: not read yet */
};

/* How to read; as in struct yg_knowledge_options. */
struct yg_reading_options {
	struct yg_hash_key identity_key;
	const struct yg_credential_names *names; /* borrowed; may be NULL */
	const struct yg_charsets *charsets;	 /* likewise; of one thread */
};

/**
 * yg_reading_take() - read a request, and who asks.
 * @subject: its request is present; reading is not looked at.
 *
 * Linear in the head of the request.
 */
void yg_reading_take(const struct yg_reading_options *options, const struct yg_subject *subject,
		     struct yg_reading *ret);

/* Read the ids that a successful answer shows, if its body needs no decoding. Linear in it. */
void yg_reading_take_handed(const struct yg_reading_options *options,
			    const struct yg_exchange *exchange, struct yg_reading *ret);

/*
 * Who is named as the one who asked. Anybody can send a frame with an innocent's address; only
 * the client of a completed handshake gets a byte through TLS, so there an address that is not
 * certain yet (the first request that came with the end of the handshake) is good enough for a
 * name, and still not for a block.
 */
static inline const struct yg_address *yg_subject_witness(const struct yg_subject *subject)
{
	static const struct yg_address unknown;
	const struct yg_exchange *exchange = subject->exchange;

	return exchange->addresses_certain || exchange->tls ? &subject->client : &unknown;
}
