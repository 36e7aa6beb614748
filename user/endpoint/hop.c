/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of rows in the order in which exchanges ended, and chains through it, newest first:
 *
 *	heads[hash of a key] ──► row ──► older row with such a hash ──► ...
 *
 * A chain ends at the first row that is no longer in the ring: what it led to is older still. So
 * rows leave without being unlinked. Both orders of arrival are looked at, since an edge and its
 * upstream may come through different rings.
 */
#include "endpoint/hop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lru.h"

#define HEADS	   8192u	      /* power of two */
#define ORDER_NS   (200ull * 1000000) /* rings are read in turns: an end may come so much late */
#define KEYS	   4u		      /* trace id, request id, method and path, client */
#define KEY_PLACE  2u
#define KEY_CLIENT 3u
#define SERVERS	   1024u		/* addresses that were asked lately */
#define ACTIVE_NS  (60ull * 1000000000) /* an upstream request makes edges worth keeping so long */
#define BY_CLIENT  1u			/* strength of a claim */
#define BY_PLACE   2u
#define BY_ID	   3u

struct row {
	uint64_t id, endpoint;
	uint64_t start_ns, end_ns;
	uint64_t request_bytes, response_bytes;
	uint32_t index, weight;
	uint64_t caller;
	uint32_t tgid;	     /* TLS: whose end of the connection this is */
	uint64_t keys[KEYS]; /* 0: none */
	uint64_t method;
	uint64_t older[KEYS]; /* reference of the next row in the chain */
	struct yg_peer client, server;
	struct yg_address asked;     /* as an edge: who asked */
	struct yg_address forwarded; /* as an upstream: whom it names; unknown: nobody */
	uint64_t parent;	     /* sequence of the claimant, when strength is not 0 */
	uint64_t parent_id, parent_endpoint;
	uint8_t strength; /* of the best claim; 0 none */
	uint8_t side;	  /* enum yg_hop_side */
	bool is_ambiguous;
	bool is_upstream; /* may be a hop of another */
	bool tls, parent_tls, through;
	uint8_t outcome;
	uint16_t status;
	uint64_t tokens_in, tokens_out;
};

struct yg_hops {
	struct yg_hash_key key;
	yg_hop_fn fn;
	void *ctx;
	struct yg_hop_counters counters;
	uint64_t now_ns, active_ns;
	uint64_t first, next; /* sequences of the rows in the ring: [first, next) */
	uint64_t doubt[KEYS]; /* rows before were not all looked at, by that key */
	struct yg_lru *servers;
	uint64_t heads[HEADS]; /* references: sequence * KEYS + number of the key + 1; 0 none */
	struct row rows[YG_HOPS_MAX];
};

static const struct yg_hash_key id_key = { 0x796167757261686f, 0x2026 };

int yg_hops_new(const struct yg_hash_key *key, yg_hop_fn fn, void *ctx, struct yg_hops **ret)
{
	struct yg_hops *hops = calloc(1, sizeof(*hops));
	int r;

	if (!hops)
		return -ENOMEM;
	hops->key = *key;
	hops->fn = fn;
	hops->ctx = ctx;
	r = yg_lru_new(SERVERS, sizeof(uint64_t), &hops->servers);
	if (r < 0)
		yg_hops_free(&hops);
	else
		*ret = hops;
	return r;
}

void yg_hops_free(struct yg_hops **hops)
{
	if (!*hops)
		return;
	yg_lru_free(&(*hops)->servers);
	free(*hops);
	*hops = NULL;
}

const struct yg_hop_counters *yg_hops_counters(const struct yg_hops *hops)
{
	return &hops->counters;
}

static bool is_same(const struct yg_address *a, const struct yg_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool is_loopback(const struct yg_address *a)
{
	static const struct yg_address v6 = { .bytes = { [15] = 1 } };

	return is_same(a, &v6) || (yg_address_is_v4(a) && a->bytes[12] == 127);
}

enum yg_hop_side yg_hop_side_of(const struct yg_exchange *exchange)
{
	const struct yg_address *client = &exchange->client.addr, *server = &exchange->server.addr;

	if (exchange->local || is_loopback(client) || is_loopback(server) ||
	    (!yg_address_is_unknown(client) && is_same(client, server)))
		return YG_HOP_SIDE_LOCAL;
	return exchange->outbound ? YG_HOP_SIDE_MADE : YG_HOP_SIDE_SERVED;
}

const char *yg_hop_side_name(enum yg_hop_side side)
{
	static const char *const names[YG_HOP_SIDE_MAX] = { "inbound", "outbound", "local" };

	return names[side];
}

uint64_t yg_hop_id(const struct yg_exchange *exchange)
{
	const struct yg_message *request = &exchange->request;
	struct {
		uint64_t time_ns;
		struct yg_address client, server;
		uint32_t stream, ports;
		uint32_t process, side;
	} name = {
		.time_ns = request->present ? request->start_ns : exchange->response.start_ns,
		.client = exchange->client.addr,
		.server = exchange->server.addr,
		.stream = exchange->stream,
		.ports = (uint32_t)exchange->client.port << 16 | exchange->server.port,
		.process = exchange->tgid,
		.side = exchange->outbound,
	};

	/* Pipelined requests begin in one segment: their answers do not. */
	name.time_ns ^= exchange->response.start_ns << 20 ^ request->head_bytes << 50;
	return yg_hash(&id_key, &name, sizeof(name)) | 1;
}

/* --- keys */

/* The part of a traceparent that is the same in all of a trace; absent if it is none. */
static struct yg_slice trace_of(struct yg_slice value)
{
	struct yg_slice id = { NULL, 0 };

	/* version 2, "-", trace id 32, "-", parent 16, "-", flags 2: W3C Trace Context */
	if (value.len >= 55 && value.ptr[2] == '-' && value.ptr[35] == '-')
		id = (struct yg_slice){ value.ptr + 3, 32 };
	return id;
}

static uint64_t hash_text(const struct yg_hops *hops, uint64_t salt, struct yg_slice text)
{
	struct yg_hash_key key = { hops->key.k0 ^ salt, hops->key.k1 };

	return text.len ? yg_hash(&key, text.ptr, text.len) | 1 : 0;
}

/* One field of a request: an id of what it belongs to, or the client it was made for. */
static void read_field(const struct yg_hops *hops, enum yg_header_id id, struct yg_slice value,
		       struct row *row)
{
	const char *comma;

	switch (id) {
	case YG_HEADER_TRACEPARENT:
		row->keys[0] = hash_text(hops, 1, trace_of(value));
		break;
	case YG_HEADER_X_B3_TRACEID:
		row->keys[0] = row->keys[0] ? row->keys[0] : hash_text(hops, 1, value);
		break;
	case YG_HEADER_X_REQUEST_ID:
	case YG_HEADER_X_CORRELATION_ID:
		row->keys[1] = row->keys[1] ? row->keys[1] : hash_text(hops, 2, value);
		break;
	case YG_HEADER_X_FORWARDED_FOR:
	case YG_HEADER_X_REAL_IP:
		/* The proxy in front of U wrote the last one. */
		comma = memrchr(value.ptr, ',', value.len);
		if (comma)
			value = (struct yg_slice){ comma + 1,
						   (size_t)(value.ptr + value.len - comma - 1) };
		(void)!yg_address_from_text(yg_slice_trim(value), &row->forwarded);
		break;
	default:
		break;
	}
}

static uint64_t hash_client(const struct yg_hops *hops, const struct row *row)
{
	const struct yg_address *client = &row->client.addr;

	if (!yg_address_is_unknown(&row->forwarded))
		client = &row->forwarded;
	if (yg_address_is_unknown(client))
		return 0;
	return hash_text(hops, 4,
			 (struct yg_slice){ (const char *)client->bytes, sizeof(client->bytes) });
}

static uint64_t hash_place(const struct yg_hops *hops, struct yg_slice method, struct yg_slice path)
{
	return hash_text(hops, hash_text(hops, 3, method), path);
}

static void read_row(const struct yg_hops *hops, const struct yg_hop *hop, struct row *row)
{
	const struct yg_exchange *exchange = hop->exchange;
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	struct yg_slice id;

	*row = (struct row){
		.id = hop->id,
		.endpoint = hop->endpoint,
		.start_ns = request->start_ns,
		.end_ns = yg_exchange_end_ns(exchange),
		.client = exchange->client,
		.server = exchange->server,
		.asked = hop->asked,
		.side = (uint8_t)yg_hop_side_of(exchange),
		.tls = exchange->tls,
		.through = exchange->through,
		.index = hop->index,
		.weight = hop->weight,
		.caller = hop->caller,
		.tgid = exchange->tgid,
		.request_bytes = exchange->request.head_bytes + exchange->request.body_bytes,
		.response_bytes = exchange->response.head_bytes + exchange->response.body_bytes,
		.status = exchange->response.status,
		.outcome = hop->outcome,
		.tokens_in = hop->tokens_in,
		.tokens_out = hop->tokens_out,
	};
	for (uint32_t i = 0; i < request->header_count; i++)
		read_field(hops, yg_message_header_id(request, i), request->headers[i].value, row);
	if (!row->keys[1]) { /* an id that the edge made, and tells its client */
		id = yg_message_find(response, YG_HEADER_X_REQUEST_ID);
		row->keys[1] = hash_text(hops, 2, id);
	}
	row->method = hash_text(hops, 3, request->method);
	row->keys[KEY_PLACE] = hash_place(hops, request->method, hop->path);
	row->keys[KEY_CLIENT] = hash_client(hops, row);
}

/* --- claims */

static struct row *row_at(struct yg_hops *hops, uint64_t sequence)
{
	return &hops->rows[sequence % YG_HOPS_MAX];
}

static bool is_in_ring(const struct yg_hops *hops, uint64_t sequence)
{
	return sequence >= hops->first && sequence < hops->next;
}

static bool is_same_peer(const struct yg_peer *a, const struct yg_peer *b)
{
	return a->port == b->port && is_same(&a->addr, &b->addr);
}

/* One listener answered both, and it is known which. */
static bool is_one_listener(const struct row *edge, const struct row *up)
{
	return !yg_address_is_unknown(&up->server.addr) && is_same_peer(&edge->server, &up->server);
}

/* The same connection, told by both of its ends: no hop of its own, see endpoint/twin.h. */
static bool is_twin(const struct row *edge, const struct row *up)
{
	return edge->tls && up->tls && edge->tgid != up->tgid &&
	       is_same_peer(&edge->client, &up->client) && is_one_listener(edge, up);
}

/*
 * One connection in clear before and behind address translation, which changes one end: on one side
 * it is this host's. Ports of clients stay, unless two of them have the same.
 */
static bool is_translated(const struct row *edge, const struct row *up)
{
	bool is_one_client = is_same_peer(&edge->client, &up->client);

	return !edge->tls && !up->tls && edge->through != up->through &&
	       edge->client.port == up->client.port && is_one_client != is_one_listener(edge, up);
}

/* Does whoever served @edge ask @up? */
static bool is_one_host(const struct row *edge, const struct row *up)
{
	if (is_same(&edge->server.addr, &up->client.addr) &&
	    !yg_address_is_unknown(&up->client.addr))
		return true;
	return up->side != YG_HOP_SIDE_SERVED && edge->side != YG_HOP_SIDE_MADE;
}

static bool are_different(uint64_t a, uint64_t b)
{
	return a && b && a != b;
}

/* They say of themselves that they belong to different ones. */
static bool has_other_id(const struct row *edge, const struct row *up)
{
	return are_different(edge->keys[0], up->keys[0]) ||
	       are_different(edge->keys[1], up->keys[1]);
}

/* How well @edge explains @up: 0 not at all, else BY_... */
static uint8_t measure(const struct row *edge, const struct row *up)
{
	bool is_named;

	if (edge->start_ns > up->start_ns || edge->end_ns < up->end_ns ||
	    (edge->start_ns == up->start_ns && edge->end_ns == up->end_ns))
		return 0;
	if (is_translated(edge, up))
		return edge->keys[KEY_PLACE] == up->keys[KEY_PLACE] && !has_other_id(edge, up)
			       ? BY_ID
			       : 0;
	if (is_twin(edge, up) || !is_one_host(edge, up))
		return 0;
	if ((edge->keys[0] && edge->keys[0] == up->keys[0]) ||
	    (edge->keys[1] && edge->keys[1] == up->keys[1]))
		return BY_ID;
	if (has_other_id(edge, up))
		return 0;
	is_named = !yg_address_is_unknown(&up->forwarded);
	if (is_named && !is_same(&up->forwarded, &edge->client.addr) &&
	    !is_same(&up->forwarded, &edge->asked) && !is_same(&up->forwarded, &edge->forwarded))
		return 0;
	/* Requests of one connection overlap, and those of several clients: nobody asks itself. */
	if (is_one_listener(edge, up))
		return 0;
	if (edge->keys[KEY_PLACE] == up->keys[KEY_PLACE])
		return BY_PLACE;
	/* Gateways rewrite paths. */
	return is_named && edge->method == up->method ? BY_CLIENT : 0;
}

static void set_parent(struct row *up, const struct row *edge, uint64_t sequence, uint8_t strength)
{
	up->parent = sequence;
	up->parent_id = edge->id;
	up->parent_endpoint = edge->endpoint;
	up->parent_tls = edge->tls;
	up->strength = strength;
	up->is_ambiguous = false;
}

/* @edge, at @sequence, may be what @up was made for. */
static void claim(struct yg_hops *hops, struct row *up, const struct row *edge, uint64_t sequence)
{
	uint8_t strength = measure(edge, up);
	const struct row *parent;

	if (strength == 0 || strength < up->strength)
		return;
	if (strength > up->strength) {
		set_parent(up, edge, sequence, strength);
		return;
	}
	if (up->parent_id == edge->id)
		return; /* by another key */
	parent = is_in_ring(hops, up->parent) ? row_at(hops, up->parent) : NULL;
	if (parent && measure(edge, parent) > 0)
		return; /* a chain: edge, parent, up */
	if (parent && measure(parent, edge) > 0)
		set_parent(up, edge, sequence, strength);
	else
		up->is_ambiguous = true;
}

/* Everything in the ring that has this key, against the row that came now. */
static void meet(struct yg_hops *hops, uint64_t sequence, uint32_t number)
{
	struct row *row = row_at(hops, sequence);
	uint64_t key = row->keys[number];
	uint64_t at = hops->heads[key % HEADS];

	for (uint32_t steps = 0; at && is_in_ring(hops, (at - 1) / KEYS); steps++) {
		uint64_t other = (at - 1) / KEYS;
		uint32_t slot = (uint32_t)((at - 1) % KEYS);
		struct row *with = row_at(hops, other);

		at = with->older[slot];
		if (with->end_ns + ORDER_NS < row->start_ns)
			return;
		if (steps == YG_HOP_STEPS) {
			hops->doubt[number] = other + 1;
			return;
		}
		if (slot != number || with->keys[slot] != key)
			continue;
		if (with->is_upstream)
			claim(hops, with, row, sequence);
		if (row->is_upstream)
			claim(hops, row, with, other);
	}
}

static void chain(struct yg_hops *hops, uint64_t sequence, uint32_t number)
{
	struct row *row = row_at(hops, sequence);
	uint64_t *head = &hops->heads[row->keys[number] % HEADS];

	row->older[number] = *head;
	*head = sequence * KEYS + number + 1;
}

/* --- time */

/* The strength up to which something may have been overlooked. */
static uint8_t doubt_of(const struct yg_hops *hops, uint64_t sequence)
{
	static const uint8_t strengths[KEYS] = { BY_ID, BY_ID, BY_PLACE, BY_CLIENT };
	uint8_t doubt = 0;

	for (uint32_t i = 0; i < KEYS; i++) {
		if (sequence < hops->doubt[i] && strengths[i] > doubt)
			doubt = strengths[i];
	}
	return doubt;
}

static void settle(struct yg_hops *hops, uint64_t sequence, bool is_early)
{
	const struct row *row = row_at(hops, sequence);
	struct yg_hop_link link = {
		.id = row->id,
		.endpoint = row->endpoint,
		.time_ns = row->start_ns,
		.client = row->client.addr,
		.server = row->server.addr,
		.port = row->server.port,
		.tls = row->tls,
		.index = row->index,
		.weight = row->weight,
		.caller = row->caller,
		.request_bytes = row->request_bytes,
		.response_bytes = row->response_bytes,
		.status = row->status,
		.outcome = row->outcome,
		.tokens_in = row->tokens_in,
		.tokens_out = row->tokens_out,
		.outbound = row->side != YG_HOP_SIDE_SERVED,
	};
	bool is_lost = is_early || (row->strength && doubt_of(hops, sequence) >= row->strength);
	bool is_linked = row->strength && !row->is_ambiguous && !is_lost;

	if (!row->is_upstream)
		return;
	hops->counters.linked += is_linked;
	hops->counters.ambiguous += row->strength && row->is_ambiguous;
	hops->counters.lost += is_lost;
	if (is_linked) {
		link.parent_id = row->parent_id;
		link.parent_endpoint = row->parent_endpoint;
		link.parent_tls = row->parent_tls;
	}
	hops->fn(hops->ctx, &link);
}

static void leave(struct yg_hops *hops, bool is_early)
{
	settle(hops, hops->first, is_early);
	hops->first++;
}

void yg_hops_tick(struct yg_hops *hops, uint64_t now_ns)
{
	if (now_ns > hops->now_ns)
		hops->now_ns = now_ns;
	while (hops->first < hops->next &&
	       row_at(hops, hops->first)->end_ns + YG_HOP_GRACE_NS <= hops->now_ns)
		leave(hops, false);
}

void yg_hops_finish(struct yg_hops *hops)
{
	while (hops->first < hops->next)
		leave(hops, false);
}

/* Somebody asked this address; was it, as a client, one of them before? */
static bool is_known_server(struct yg_hops *hops, const struct yg_exchange *exchange)
{
	uint64_t client = yg_hash(&hops->key, &exchange->client.addr, sizeof(struct yg_address));
	uint64_t server = yg_hash(&hops->key, &exchange->server.addr, sizeof(struct yg_address));

	(void)yg_lru_get(hops->servers, server, NULL);
	return yg_lru_peek(hops->servers, client) != NULL;
}

void yg_hops_take(struct yg_hops *hops, const struct yg_hop *hop)
{
	const struct yg_exchange *exchange = hop->exchange;
	bool is_upstream = yg_hop_side_of(exchange) != YG_HOP_SIDE_SERVED;
	uint64_t sequence;

	is_upstream = is_known_server(hops, exchange) || is_upstream || exchange->through;
	yg_hops_tick(hops, yg_exchange_end_ns(exchange));
	if (is_upstream)
		hops->active_ns = hops->now_ns + ACTIVE_NS;
	else if (hops->now_ns >= hops->active_ns)
		return;
	if (hops->next - hops->first == YG_HOPS_MAX)
		leave(hops, true); /* its edge may still come */
	sequence = hops->next++;
	read_row(hops, hop, row_at(hops, sequence));
	row_at(hops, sequence)->is_upstream = is_upstream;
	hops->counters.waiting += is_upstream;
	for (uint32_t i = 0; i < KEYS; i++) {
		if (!row_at(hops, sequence)->keys[i])
			continue;
		meet(hops, sequence, i);
		chain(hops, sequence, i);
	}
}
