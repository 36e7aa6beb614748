/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/listener.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lru.h"
#include "endpoint/service.h"

#define VERSION	   2u
#define NAMED_EACH 8u /* of the requests by name: is their client looked for in a full audience? */
#define NOBODY	   1u /* the version that did not tell clients apart */

static const struct yg_hash_key id_key = { 0x6c697374656e6572, 0x2026 };

struct yg_listeners {
	struct yg_hash_key key, identity_key;
	struct yg_lru *rows;	  /* struct yg_listener */
	struct yg_listener *last; /* the row used last; NULL: none */
	struct yg_address client; /* that named its host last; all zero: nobody */
	uint32_t turn;		  /* of requests by name, see names_anew() */
};

/* 18 bytes without padding: hashed as a whole. */
struct ends {
	uint8_t addr[16];
	uint16_t port;
};

_Static_assert(sizeof(struct ends) == 18, "the key has no padding");

int yg_listeners_new(const struct yg_hash_key *key, const struct yg_hash_key *identity_key,
		     struct yg_listeners **ret)
{
	YG_CLEANUP(yg_listeners_free)
	struct yg_listeners *listeners = calloc(1, sizeof(*listeners));
	int r;

	if (!listeners)
		return -ENOMEM;
	listeners->key = *key;
	listeners->identity_key = *identity_key;
	r = yg_lru_new(YG_LISTENERS_MAX, sizeof(struct yg_listener), &listeners->rows);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(listeners);
	return 0;
}

void yg_listeners_free(struct yg_listeners **listeners)
{
	struct yg_listeners *l = *listeners;

	if (!l)
		return;
	yg_lru_free(&l->rows);
	yg_freep(listeners);
}

static uint64_t hash(const struct yg_hash_key *key, const struct yg_peer *server)
{
	struct ends ends = { .port = server->port };

	memcpy(ends.addr, server->addr.bytes, sizeof(ends.addr));
	return yg_hash(key, &ends, sizeof(ends));
}

static bool is_same(const struct yg_peer *a, const struct yg_peer *b)
{
	return a->port == b->port && memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

/* The row of a server, made if it is not there. */
static struct yg_listener *make_row(struct yg_listeners *listeners, const struct yg_peer *server,
				    uint64_t *ret_evicted)
{
	uint64_t key = hash(&listeners->key, server);
	const struct yg_listener *victim = yg_lru_victim(listeners->rows);
	struct yg_listener *row;

	*ret_evicted = 0;
	if (victim && !yg_lru_peek(listeners->rows, key))
		*ret_evicted = hash(&id_key, &victim->server);
	row = yg_lru_get(listeners->rows, key, NULL);
	if (!is_same(&row->server, server))
		*row = (struct yg_listener){ .server = *server };
	listeners->last = row;
	listeners->client = (struct yg_address){ { 0 } };
	return row;
}

static const struct yg_address *client_of(const struct yg_exchange *exchange)
{
	return yg_address_is_unknown(&exchange->proxied.addr) ? &exchange->client.addr
							      : &exchange->proxied.addr;
}

static uint64_t hash_client(const struct yg_listeners *listeners,
			    const struct yg_exchange *exchange)
{
	return yg_audience_client(&listeners->identity_key, client_of(exchange));
}

/*
 * May a client that names the host be news? Not the one of the request before. Where the audience
 * is a sample, a newcomer seldom belongs to it: some of the requests will do.
 */
static bool names_anew(struct yg_listeners *listeners, const struct yg_listener *row,
		       const struct yg_exchange *exchange)
{
	const struct yg_address *client = client_of(exchange);

	if (row->audience.count == YG_AUDIENCE_MAX && listeners->turn++ % NAMED_EACH)
		return false;
	if (memcmp(&listeners->client, client, sizeof(*client)) == 0)
		return false;
	listeners->client = *client;
	return true;
}

static void note_name(struct yg_listener *row, struct yg_slice service)
{
	bool was_several = row->is_several;

	if (row->asked == 0) {
		memcpy(row->service, service.ptr, service.len);
		row->service[service.len] = '\0';
		row->is_dirty = true;
	}
	if (row->asked < YG_LISTENER_SURE) {
		row->asked++;
		row->is_dirty |= row->asked == YG_LISTENER_SURE;
	}
	row->is_several |= !yg_slice_equal(yg_slice_from_str(row->service), service);
	row->is_dirty |= row->is_several && !was_several;
}

uint64_t yg_listeners_note(struct yg_listeners *listeners, const struct yg_exchange *exchange,
			   struct yg_slice service)
{
	const struct yg_peer at = { exchange->server.addr,
				    yg_service_port(&exchange->server, exchange->tls) };
	struct yg_listener *row = listeners->last;
	uint64_t evicted = 0;

	if (yg_address_is_unknown(&at.addr) || service.len >= YG_SERVICE_CAP)
		return 0;
	/* Most exchanges ask the listener of the one before. */
	if (!row || !is_same(&row->server, &at))
		row = make_row(listeners, &at, &evicted);
	if (row->is_several)
		return evicted;
	if (service.len)
		note_name(row, service);
	if (!service.len || names_anew(listeners, row, exchange))
		row->is_dirty |= yg_audience_note(&row->audience, hash_client(listeners, exchange),
						  service.len != 0);
	return evicted;
}

/* The row of a server that all named as one host, often enough; NULL: none. */
static const struct yg_listener *find_sure(const struct yg_listeners *listeners,
					   const struct yg_peer *at)
{
	const struct yg_listener *row = yg_lru_peek(listeners->rows, hash(&listeners->key, at));

	if (!row || !is_same(&row->server, at) || row->is_several || row->asked < YG_LISTENER_SURE)
		return NULL;
	return row;
}

struct yg_slice yg_listeners_sole(const struct yg_listeners *listeners,
				  const struct yg_exchange *exchange)
{
	const struct yg_peer at = { exchange->server.addr,
				    yg_service_port(&exchange->server, exchange->tls) };
	const struct yg_listener *row = find_sure(listeners, &at);

	if (!row || (!yg_audience_has_named(&row->audience, hash_client(listeners, exchange)) &&
		     !yg_audience_speaks_for_all(&row->audience)))
		return (struct yg_slice){ NULL, 0 };
	return yg_slice_from_str(row->service);
}

struct yg_slice yg_listeners_sole_of(const struct yg_listeners *listeners, struct yg_slice service)
{
	const struct yg_listener *row = NULL;
	struct yg_peer at;

	if (yg_service_to_server(service, &at) == 0)
		row = find_sure(listeners, &at);
	if (!row ||
	    (!yg_audience_is_agreed(&row->audience) && !yg_audience_speaks_for_all(&row->audience)))
		return (struct yg_slice){ NULL, 0 };
	return yg_slice_from_str(row->service);
}

uint32_t yg_listeners_first(const struct yg_listeners *listeners)
{
	return yg_lru_first(listeners->rows);
}

uint32_t yg_listeners_next(const struct yg_listeners *listeners, uint32_t i)
{
	return yg_lru_next(listeners->rows, i);
}

bool yg_listeners_pack(struct yg_listeners *listeners, uint32_t i, bool changed_only,
		       struct yg_writer *writer, uint64_t *ret_id)
{
	struct yg_listener *row = yg_lru_at(listeners->rows, i);

	if (changed_only && !row->is_dirty)
		return false;
	row->is_dirty = false;
	*ret_id = hash(&id_key, &row->server);
	yg_put_varint(writer, VERSION);
	yg_put_bytes(writer, &row->server.addr, sizeof(row->server.addr));
	yg_put_varint(writer, row->server.port);
	yg_put_varint(writer, row->asked);
	yg_put_varint(writer, row->is_several);
	yg_put_text(writer, yg_slice_from_str(row->service));
	yg_audience_pack(&row->audience, writer);
	return true;
}

int yg_listeners_unpack(struct yg_listeners *listeners, struct yg_reader *reader)
{
	struct yg_listener row = { .asked = 0 };
	uint64_t version = yg_get_varint(reader), evicted;
	const uint8_t *addr;

	if (version != VERSION && version != NOBODY)
		return -EINVAL;
	addr = yg_get_bytes(reader, sizeof(row.server.addr));
	if (addr)
		memcpy(&row.server.addr, addr, sizeof(row.server.addr));
	row.server.port = (uint16_t)yg_get_max(reader, UINT16_MAX);
	row.asked = yg_get_max(reader, YG_LISTENER_SURE);
	row.is_several = yg_get_max(reader, 1);
	yg_get_string(reader, row.service, sizeof(row.service));
	if (version == VERSION)
		yg_audience_unpack(&row.audience, reader);
	if (reader->bad || reader->used != reader->len || yg_address_is_unknown(&row.server.addr) ||
	    !row.asked != !row.service[0])
		return -EINVAL;
	*make_row(listeners, &row.server, &evicted) = row;
	return 0;
}

uint32_t yg_listeners_count(const struct yg_listeners *listeners)
{
	return yg_lru_count(listeners->rows);
}

uint64_t yg_listeners_evicted(const struct yg_listeners *listeners)
{
	return yg_lru_evicted(listeners->rows);
}
