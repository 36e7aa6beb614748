/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/inventory.h"

#include <assert.h>
#include <errno.h>

#include "endpoint/token.h"

#define MINUTE_NS	   60000000000ull
#define OLD_PARAMETERS_MAX 16u
#define PACK_VERSION	   2
#define PACK_UNTOLD	   1 /* an earlier one, without inside[] */

/* A row with its place in the table and in the order of use. */
#define CHANCES_MAX 64u /* rows looked at to make room for one */

struct row {
	struct yg_endpoint endpoint; /* first: a row is found from its endpoint */
	uint64_t hash;
	uint32_t newer, older; /* index + 1; 0 none */
	uint8_t credit;	       /* uses, halved each time the row should have gone */
};

struct yg_inventory {
	struct yg_hash_key key;
	struct row **rows; /* [cap] NULL free */
	uint32_t cap;
	uint32_t count;
	uint32_t *table; /* [table_cap] index + 1 */
	uint32_t table_cap;
	uint32_t newest, oldest; /* index + 1 */
	uint32_t *spare;	 /* [cap] stack of free indices */
	uint32_t spare_count;
	yg_evict_fn evict;
	void *ctx;
	uint64_t evicted;
};

static const struct yg_hash_key public_key = { 0x79616775726120e6, 0xab93000000000001 };

/* What identifies an endpoint, in one buffer with NUL between. */
struct identity {
	char bytes[YG_METHOD_CAP + YG_SERVICE_CAP + YG_TEMPLATE_CAP];
	size_t len;
	struct yg_slice service, method, template_; /* cut to their caps, on a character */
};

/* At most @cap - 1 bytes, not cut inside a UTF-8 sequence. */
static struct yg_slice cut(struct yg_slice text, size_t cap)
{
	if (text.len < cap)
		return text;
	text.len = cap - 1;
	while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
		text.len--;
	return text;
}

static void put_part(struct identity *identity, struct yg_slice part)
{
	if (part.len > 0)
		memcpy(identity->bytes + identity->len, part.ptr, part.len);
	identity->len += part.len;
	identity->bytes[identity->len++] = '\0';
}

static void identify(struct identity *ret, struct yg_slice service, struct yg_slice method,
		     struct yg_slice template_)
{
	ret->len = 0;
	ret->service = cut(service, YG_SERVICE_CAP);
	ret->method = cut(method, YG_METHOD_CAP);
	ret->template_ = cut(template_, YG_TEMPLATE_CAP);
	put_part(ret, ret->method);
	put_part(ret, ret->service);
	put_part(ret, ret->template_);
}

uint64_t yg_endpoint_id(struct yg_slice service, struct yg_slice method, struct yg_slice template_)
{
	struct identity identity;
	uint64_t id;

	identify(&identity, service, method, template_);
	id = yg_hash(&public_key, identity.bytes, identity.len);
	return id ? id : 1; /* 0 means none */
}

int yg_inventory_new(const struct yg_hash_key *key, uint32_t endpoints_max, yg_evict_fn evict,
		     void *ctx, struct yg_inventory **ret)
{
	YG_CLEANUP(yg_inventory_free) struct yg_inventory *inventory = NULL;

	assert(endpoints_max > 0 && endpoints_max <= UINT32_MAX / 8);
	inventory = calloc(1, sizeof(*inventory));
	if (!inventory)
		return -ENOMEM;
	*inventory = (struct yg_inventory){
		.key = *key,
		.cap = endpoints_max,
		.table_cap = 4,
		.evict = evict,
		.ctx = ctx,
	};
	while (inventory->table_cap < endpoints_max * 2)
		inventory->table_cap *= 2;
	inventory->rows = calloc(endpoints_max, sizeof(struct row *));
	inventory->table = calloc(inventory->table_cap, sizeof(uint32_t));
	inventory->spare = calloc(endpoints_max, sizeof(uint32_t));
	if (!inventory->rows || !inventory->table || !inventory->spare)
		return -ENOMEM;
	for (uint32_t i = endpoints_max; i > 0; i--)
		inventory->spare[inventory->spare_count++] = i - 1;
	*ret = YG_TAKE_PTR(inventory);
	return 0;
}

void yg_inventory_free(struct yg_inventory **inventory)
{
	if (!*inventory)
		return;
	for (uint32_t i = 0; (*inventory)->rows && i < (*inventory)->cap; i++)
		free((*inventory)->rows[i]);
	free((*inventory)->rows);
	free((*inventory)->table);
	free((*inventory)->spare);
	free(*inventory);
	*inventory = NULL;
}

/* @want is shorter than the room of @have. */
static bool same_text(const char *have, struct yg_slice want)
{
	return (want.len == 0 || memcmp(have, want.ptr, want.len) == 0) && have[want.len] == '\0';
}

static bool is_row_of(const struct row *row, uint64_t hash, const struct identity *identity)
{
	return row->hash == hash && same_text(row->endpoint.template_, identity->template_) &&
	       same_text(row->endpoint.service, identity->service) &&
	       same_text(row->endpoint.method, identity->method);
}

static struct row *find(const struct yg_inventory *inventory, uint64_t hash,
			const struct identity *identity)
{
	uint32_t mask = inventory->table_cap - 1;

	for (uint32_t slot = (uint32_t)hash & mask; inventory->table[slot];
	     slot = (slot + 1) & mask) {
		struct row *row = inventory->rows[inventory->table[slot] - 1];

		if (is_row_of(row, hash, identity))
			return row;
	}
	return NULL;
}

struct yg_endpoint *yg_inventory_find(const struct yg_inventory *inventory, struct yg_slice service,
				      struct yg_slice method, struct yg_slice template_)
{
	struct identity identity;
	struct row *row;

	identify(&identity, service, method, template_);
	row = find(inventory, yg_hash(&inventory->key, identity.bytes, identity.len), &identity);
	return row ? &row->endpoint : NULL;
}

static void put_row(struct yg_inventory *inventory, const struct row *row)
{
	uint32_t mask = inventory->table_cap - 1;
	uint32_t slot = (uint32_t)row->hash & mask;

	while (inventory->table[slot])
		slot = (slot + 1) & mask;
	inventory->table[slot] = row->endpoint.index + 1;
}

/* Close the gap at @hole so that every later row of the run stays reachable. */
static void take_row(struct yg_inventory *inventory, const struct row *row)
{
	uint32_t mask = inventory->table_cap - 1;
	uint32_t hole = (uint32_t)row->hash & mask;

	while (inventory->table[hole] != row->endpoint.index + 1)
		hole = (hole + 1) & mask;
	for (uint32_t slot = (hole + 1) & mask; inventory->table[slot]; slot = (slot + 1) & mask) {
		uint32_t home = (uint32_t)inventory->rows[inventory->table[slot] - 1]->hash & mask;

		if (((slot - home) & mask) >= ((slot - hole) & mask)) {
			inventory->table[hole] = inventory->table[slot];
			hole = slot;
		}
	}
	inventory->table[hole] = 0;
}

static void unlink_use(struct yg_inventory *inventory, const struct row *row)
{
	if (row->newer)
		inventory->rows[row->newer - 1]->older = row->older;
	else
		inventory->newest = row->older;
	if (row->older)
		inventory->rows[row->older - 1]->newer = row->newer;
	else
		inventory->oldest = row->newer;
}

static void link_use(struct yg_inventory *inventory, struct row *row)
{
	row->newer = 0;
	row->older = inventory->newest;
	if (row->older)
		inventory->rows[row->older - 1]->newer = row->endpoint.index + 1;
	else
		inventory->oldest = row->endpoint.index + 1;
	inventory->newest = row->endpoint.index + 1;
}

static void drop(struct yg_inventory *inventory, struct row *row)
{
	uint32_t index = row->endpoint.index;

	take_row(inventory, row);
	unlink_use(inventory, row);
	inventory->rows[index] = NULL;
	inventory->spare[inventory->spare_count++] = index;
	inventory->count--;
	free(row);
}

/* The oldest one that is not in use again and again; it goes round when it is. */
static struct row *find_victim(struct yg_inventory *inventory)
{
	struct row *row = inventory->rows[inventory->oldest - 1];

	for (unsigned int i = 0; i < CHANCES_MAX && row->credit > 1; i++) {
		row->credit /= 2;
		unlink_use(inventory, row);
		link_use(inventory, row);
		row = inventory->rows[inventory->oldest - 1];
	}
	return row;
}

/*
 * A client can make up paths that a careless server answers with success, one request each. What
 * was used many times outlives as many of them as it has credit, by powers of two.
 */
static void evict(struct yg_inventory *inventory)
{
	struct row *row = find_victim(inventory);

	if (inventory->evict)
		inventory->evict(inventory->ctx, &row->endpoint);
	drop(inventory, row);
	inventory->evicted++;
}

static void copy_text(char *ret, struct yg_slice text)
{
	if (text.len > 0)
		memcpy(ret, text.ptr, text.len);
	ret[text.len] = '\0';
}

int yg_inventory_add(struct yg_inventory *inventory, struct yg_slice service,
		     struct yg_slice method, struct yg_slice template_, struct yg_endpoint **ret)
{
	struct identity identity;
	struct row *row;
	uint64_t hash;

	identify(&identity, service, method, template_);
	hash = yg_hash(&inventory->key, identity.bytes, identity.len);
	row = find(inventory, hash, &identity);
	if (row) {
		*ret = &row->endpoint;
		return 0;
	}
	row = calloc(1, sizeof(*row));
	if (!row)
		return -ENOMEM;
	if (inventory->count == inventory->cap)
		evict(inventory);

	row->hash = hash;
	row->endpoint.index = inventory->spare[--inventory->spare_count];
	row->endpoint.id = yg_endpoint_id(service, method, template_);
	copy_text(row->endpoint.service, identity.service);
	copy_text(row->endpoint.method, identity.method);
	copy_text(row->endpoint.template_, identity.template_);
	inventory->rows[row->endpoint.index] = row;
	inventory->count++;
	put_row(inventory, row);
	link_use(inventory, row);
	*ret = &row->endpoint;
	return 0;
}

static void add_status(struct yg_endpoint *endpoint, uint16_t status, uint64_t count)
{
	uint32_t at = 0;

	while (at < endpoint->status_count && endpoint->status[at].status < status)
		at++;
	if (at < endpoint->status_count && endpoint->status[at].status == status) {
		endpoint->status[at].count += count;
		return;
	}
	if (endpoint->status_count == YG_ENDPOINT_STATUS_MAX) {
		endpoint->status_other += count;
		return;
	}
	memmove(&endpoint->status[at + 1], &endpoint->status[at],
		(endpoint->status_count - at) * sizeof(endpoint->status[0]));
	endpoint->status[at] = (struct yg_endpoint_status){ status, count };
	endpoint->status_count++;
}

static void add_inside(struct yg_endpoint *endpoint, const struct yg_use *use, uint32_t weight)
{
	if (use->outcome != YG_OUTCOME_NONE && use->outcome < YG_OUTCOME_MAX)
		endpoint->inside[use->outcome] += weight;
	endpoint->inside[YG_INSIDE_TOKENS_IN] += weight * use->tokens_in;
	endpoint->inside[YG_INSIDE_TOKENS_OUT] += weight * use->tokens_out;
}

void yg_inventory_use(struct yg_inventory *inventory, struct yg_endpoint *endpoint,
		      const struct yg_use *use)
{
	struct row *row = (struct row *)endpoint; /* endpoint is its first member */
	uint32_t weight = use->weight ? use->weight : 1;

	if (endpoint->requests == 0 || use->time_ns < endpoint->first_ns)
		endpoint->first_ns = use->time_ns;
	if (use->time_ns > endpoint->last_ns)
		endpoint->last_ns = use->time_ns;
	endpoint->requests += weight;
	if (row->credit < UINT8_MAX)
		row->credit++;
	endpoint->request_bytes += weight * use->request_bytes;
	endpoint->response_bytes += weight * use->response_bytes;
	endpoint->auth |= use->auth;
	endpoint->protocols |= 1u << (use->protocol & 31);
	endpoint->tls_requests += use->tls ? weight : 0;
	endpoint->confirmed = endpoint->requests >= YG_ENDPOINT_CONFIRM &&
			      endpoint->first_ns / MINUTE_NS != endpoint->last_ns / MINUTE_NS;
	add_status(endpoint, use->status, weight);
	add_inside(endpoint, use, weight);
	if (use->caller)
		(void)yg_hll_add(&endpoint->callers, use->caller);
	if (inventory->newest != endpoint->index + 1) {
		unlink_use(inventory, row);
		link_use(inventory, row);
	}
}

void yg_inventory_go_on(struct yg_endpoint *endpoint, const struct yg_use *use)
{
	uint32_t weight = use->weight ? use->weight : 1;

	endpoint->request_bytes += weight * use->request_bytes;
	endpoint->response_bytes += weight * use->response_bytes;
	add_inside(endpoint, use, weight);
	if (use->time_ns > endpoint->last_ns)
		endpoint->last_ns = use->time_ns;
}

static uint64_t less(uint64_t count, uint64_t by)
{
	return count > by ? count - by : 0;
}

void yg_inventory_unuse(struct yg_endpoint *endpoint, const struct yg_use *use)
{
	uint32_t weight = use->weight ? use->weight : 1;
	uint32_t at = 0;

	endpoint->requests = less(endpoint->requests, weight);
	endpoint->request_bytes = less(endpoint->request_bytes, weight * use->request_bytes);
	endpoint->response_bytes = less(endpoint->response_bytes, weight * use->response_bytes);
	endpoint->tls_requests = less(endpoint->tls_requests, use->tls ? weight : 0);
	endpoint->inside[use->outcome] = less(endpoint->inside[use->outcome], weight);
	endpoint->inside[YG_INSIDE_TOKENS_IN] =
		less(endpoint->inside[YG_INSIDE_TOKENS_IN], weight * use->tokens_in);
	endpoint->inside[YG_INSIDE_TOKENS_OUT] =
		less(endpoint->inside[YG_INSIDE_TOKENS_OUT], weight * use->tokens_out);
	while (at < endpoint->status_count && endpoint->status[at].status != use->status)
		at++;
	if (at == endpoint->status_count) {
		endpoint->status_other = less(endpoint->status_other, weight);
		return;
	}
	endpoint->status[at].count = less(endpoint->status[at].count, weight);
	if (endpoint->status[at].count > 0)
		return;
	endpoint->status_count--;
	memmove(&endpoint->status[at], &endpoint->status[at + 1],
		(endpoint->status_count - at) * sizeof(endpoint->status[0]));
}

/* All counts of @from are added to those of @into. */
static void add_counts(struct yg_endpoint *into, const struct yg_endpoint *from)
{
	if (into->requests == 0 || (from->requests > 0 && from->first_ns < into->first_ns))
		into->first_ns = from->first_ns;
	if (from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
	into->requests += from->requests;
	into->request_bytes += from->request_bytes;
	into->response_bytes += from->response_bytes;
	into->auth |= from->auth;
	into->protocols |= from->protocols;
	into->tls_requests += from->tls_requests;
	into->confirmed = into->confirmed || from->confirmed;
	for (uint32_t i = 0; i < from->status_count; i++)
		add_status(into, from->status[i].status, from->status[i].count);
	into->status_other += from->status_other;
	for (uint32_t i = 0; i < YG_INSIDE_MAX; i++)
		into->inside[i] += from->inside[i];
	yg_hll_merge(&into->callers, &from->callers);
}

void yg_inventory_fold(struct yg_inventory *inventory, struct yg_endpoint *into,
		       struct yg_endpoint *from)
{
	add_counts(into, from);
	drop(inventory, (struct row *)from);
}

/* The share leaves @count; what is there at all stays there. */
static uint64_t take_share(uint64_t *count, uint32_t parts)
{
	uint64_t share = *count / parts;

	*count -= share;
	return share;
}

void yg_inventory_divide(struct yg_endpoint *into, struct yg_endpoint *from, uint32_t parts)
{
	struct yg_endpoint part = *from;

	part.requests = take_share(&from->requests, parts);
	part.request_bytes = take_share(&from->request_bytes, parts);
	part.response_bytes = take_share(&from->response_bytes, parts);
	part.tls_requests = take_share(&from->tls_requests, parts);
	part.status_other = take_share(&from->status_other, parts);
	for (uint32_t i = 0; i < YG_INSIDE_MAX; i++)
		part.inside[i] = take_share(&from->inside[i], parts);
	part.confirmed = part.confirmed && part.requests >= YG_ENDPOINT_CONFIRM;
	part.status_count = 0;
	for (uint32_t i = 0; i < from->status_count; i++) {
		uint64_t share = take_share(&from->status[i].count, parts);

		if (share > 0)
			add_status(&part, from->status[i].status, share);
	}
	add_counts(into, &part);
}

void yg_inventory_drop(struct yg_inventory *inventory, struct yg_endpoint *endpoint)
{
	drop(inventory, (struct row *)endpoint);
}

struct yg_endpoint *yg_inventory_at(const struct yg_inventory *inventory, uint32_t index)
{
	struct row *row = index < inventory->cap ? inventory->rows[index] : NULL;

	return row ? &row->endpoint : NULL;
}

uint32_t yg_inventory_cap(const struct yg_inventory *inventory)
{
	return inventory->cap;
}

uint32_t yg_inventory_count(const struct yg_inventory *inventory)
{
	return inventory->count;
}

uint64_t yg_inventory_evicted(const struct yg_inventory *inventory)
{
	return inventory->evicted;
}

const char *yg_auth_name(enum yg_auth auth)
{
	switch (auth) {
	case YG_AUTH_NONE:
		return "none";
	case YG_AUTH_BEARER:
		return "bearer";
	case YG_AUTH_JWT:
		return "jwt";
	case YG_AUTH_BASIC:
		return "basic";
	case YG_AUTH_API_KEY:
		return "api-key";
	case YG_AUTH_COOKIE:
		return "cookie";
	case YG_AUTH_CERTIFICATE:
		return "certificate";
	case YG_AUTH_OTHER:
	default:
		return "other";
	}
}

void yg_endpoint_pack(const struct yg_endpoint *endpoint, struct yg_writer *writer)
{
	yg_put_varint(writer, PACK_VERSION);
	yg_put_text(writer, yg_slice_from_str(endpoint->service));
	yg_put_text(writer, yg_slice_from_str(endpoint->method));
	yg_put_text(writer, yg_slice_from_str(endpoint->template_));
	yg_put_varint(writer, endpoint->first_ns);
	yg_put_varint(writer, endpoint->last_ns);
	yg_put_varint(writer, endpoint->requests);
	yg_put_varint(writer, endpoint->request_bytes);
	yg_put_varint(writer, endpoint->response_bytes);
	yg_put_varint(writer, endpoint->auth);
	yg_put_varint(writer, endpoint->protocols);
	yg_put_varint(writer, endpoint->tls_requests);
	yg_put_varint(writer, endpoint->confirmed);
	yg_put_varint(writer, endpoint->status_count);
	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		yg_put_varint(writer, endpoint->status[i].status);
		yg_put_varint(writer, endpoint->status[i].count);
	}
	yg_put_varint(writer, endpoint->status_other);
	yg_put_varint(writer, YG_INSIDE_MAX);
	for (uint32_t i = 0; i < YG_INSIDE_MAX; i++)
		yg_put_varint(writer, endpoint->inside[i]);
	yg_put_varint(writer, 0); /* parameters, that stood here once: see baseline/schema.h */
	yg_hll_pack(&endpoint->callers, writer);
}

/* What an earlier version kept here is passed over. */
static void skip_parameters(struct yg_reader *reader)
{
	uint32_t count = yg_get_max(reader, OLD_PARAMETERS_MAX);

	for (uint32_t i = 0; i < count && !reader->bad; i++) {
		(void)yg_get_max(reader, 1);
		(void)yg_get_text(reader);
		(void)yg_get_text(reader);
	}
}

void yg_endpoint_unpack(struct yg_endpoint *ret, struct yg_reader *reader)
{
	uint64_t version;
	uint32_t statuses;

	*ret = (struct yg_endpoint){ 0 };
	version = yg_get_varint(reader);
	if (version != PACK_VERSION && version != PACK_UNTOLD)
		reader->bad = true;
	yg_get_string(reader, ret->service, sizeof(ret->service));
	yg_get_string(reader, ret->method, sizeof(ret->method));
	yg_get_string(reader, ret->template_, sizeof(ret->template_));
	ret->first_ns = yg_get_varint(reader);
	ret->last_ns = yg_get_varint(reader);
	ret->requests = yg_get_varint(reader);
	ret->request_bytes = yg_get_varint(reader);
	ret->response_bytes = yg_get_varint(reader);
	ret->auth = yg_get_max(reader, UINT32_MAX);
	ret->protocols = yg_get_max(reader, UINT32_MAX);
	ret->tls_requests = yg_get_varint(reader);
	ret->confirmed = yg_get_max(reader, 1) == 1;
	statuses = yg_get_max(reader, YG_ENDPOINT_STATUS_MAX);
	for (uint32_t i = 0; i < statuses && !reader->bad; i++) {
		uint32_t status = yg_get_max(reader, 999);

		add_status(ret, (uint16_t)status, yg_get_varint(reader));
	}
	ret->status_other = yg_get_varint(reader);
	if (version == PACK_VERSION && yg_get_varint(reader) != YG_INSIDE_MAX)
		reader->bad = true;
	for (uint32_t i = 0; version == PACK_VERSION && i < YG_INSIDE_MAX; i++)
		ret->inside[i] = yg_get_varint(reader);
	skip_parameters(reader);
	yg_hll_unpack(&ret->callers, reader);
	if (!reader->bad)
		ret->id = yg_endpoint_id(yg_slice_from_str(ret->service),
					 yg_slice_from_str(ret->method),
					 yg_slice_from_str(ret->template_));
}
