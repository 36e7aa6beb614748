/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading what was learned: sorted lists, blobs for a restart, counters. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "detect/detect.h"
#include "endpoint/listener.h"
#include "respond/knowledge_inside.h"

/* Linear counting over 64 bits. */
static uint32_t estimate_bits(uint64_t bits)
{
	int zero = 64 - __builtin_popcountll(bits);

	return zero == 0 ? 64 * 4 : (uint32_t)lround(-64.0 * log(zero / 64.0));
}

static int by_endpoint(const void *a, const void *b)
{
	const struct yg_endpoint *x = *(const struct yg_endpoint *const *)a;
	const struct yg_endpoint *y = *(const struct yg_endpoint *const *)b;
	int order = strcmp(x->service, y->service);

	if (order == 0)
		order = strcmp(x->template_, y->template_);
	return order ? order : strcmp(x->method, y->method);
}

static int by_caller(const void *a, const void *b)
{
	const struct caller_row *x = *(const struct caller_row *const *)a;
	const struct caller_row *y = *(const struct caller_row *const *)b;

	return strcmp(x->caller, y->caller);
}

static int by_finding(const void *a, const void *b)
{
	const struct yg_finding *x = *(const struct yg_finding *const *)a;
	const struct yg_finding *y = *(const struct yg_finding *const *)b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

ssize_t yg_knowledge_endpoints(struct yg_knowledge *knowledge, yg_endpoint_fn fn, void *ctx)
{
	size_t count = yg_inventory_count(knowledge->inventory);
	YG_CLEANUP_FREE const struct yg_endpoint **sorted = NULL;
	size_t used = 0;

	sorted = calloc(count + 1, sizeof(const struct yg_endpoint *));
	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (endpoint)
			sorted[used++] = endpoint;
	}
	qsort(sorted, used, sizeof(const struct yg_endpoint *), by_endpoint);
	for (size_t i = 0; i < used; i++)
		fn(ctx, sorted[i]);
	return (ssize_t)used;
}

static void tell_caller(const struct caller_row *row, yg_caller_fn fn, void *ctx)
{
	struct yg_caller_info info = {
		.first_ns = row->first_ns,
		.last_ns = row->last_ns,
		.requests = row->requests,
		.errors = row->errors,
		.client = row->client,
		.clients = estimate_bits(row->clients),
		.endpoints = estimate_bits(row->endpoints),
		.findings = row->findings,
		.ja4s = estimate_bits(row->ja4.seen),
	};

	memcpy(info.caller, row->caller, sizeof(info.caller));
	memcpy(info.app, row->app, sizeof(info.app));
	memcpy(info.ja4, row->ja4.most, sizeof(info.ja4));
	fn(ctx, &info);
}

ssize_t yg_knowledge_callers(struct yg_knowledge *knowledge, yg_caller_fn fn, void *ctx)
{
	size_t count = yg_lru_count(knowledge->callers);
	YG_CLEANUP_FREE const struct caller_row **sorted = NULL;
	size_t used = 0;

	sorted = calloc(count + 1, sizeof(const struct caller_row *));
	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = yg_lru_first(knowledge->callers); i;
	     i = yg_lru_next(knowledge->callers, i))
		sorted[used++] = yg_lru_at(knowledge->callers, i);
	qsort(sorted, used, sizeof(const struct caller_row *), by_caller);
	for (size_t i = 0; i < used; i++)
		tell_caller(sorted[i], fn, ctx);
	return (ssize_t)used;
}

ssize_t yg_knowledge_findings(struct yg_knowledge *knowledge, yg_finding_fn fn, void *ctx)
{
	const struct yg_detectors *detectors = knowledge->detectors;
	const struct yg_posture *posture = knowledge->posture;
	YG_CLEANUP_FREE const struct yg_finding **sorted = NULL;
	size_t count = 0;
	size_t used = 0;

	for (uint32_t i = yg_detectors_first(detectors); i; i = yg_detectors_next(detectors, i))
		count++;
	for (uint32_t i = yg_posture_first(posture); i; i = yg_posture_next(posture, i))
		count++;
	sorted = calloc(count + 1, sizeof(const struct yg_finding *));
	if (!sorted)
		return -ENOMEM;
	for (uint32_t i = yg_detectors_first(detectors); i; i = yg_detectors_next(detectors, i))
		sorted[used++] = yg_detectors_at(detectors, i);
	for (uint32_t i = yg_posture_first(posture); i; i = yg_posture_next(posture, i)) {
		if (yg_posture_at(posture, i))
			sorted[used++] = yg_posture_at(posture, i);
	}
	qsort(sorted, used, sizeof(const struct yg_finding *), by_finding);
	for (size_t i = 0; i < used; i++)
		fn(ctx, sorted[i]);
	return (ssize_t)used;
}

const struct yg_profile *yg_knowledge_profile(const struct yg_knowledge *knowledge,
					      const struct yg_endpoint *endpoint)
{
	static const struct yg_profile empty = { 0 };
	const struct yg_profile *profile = knowledge->profiles[endpoint->index];

	return profile ? profile : &empty;
}

const struct yg_schema *yg_knowledge_schema(const struct yg_knowledge *knowledge,
					    const struct yg_endpoint *endpoint)
{
	return yg_schemas_at(knowledge->schemas, endpoint->index);
}

static int save_services(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			 void *ctx, uint8_t *buffer)
{
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		struct service *service = &knowledge->services[i];
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

		if (!service->hash || (changed_only && !service->dirty))
			continue;
		/* An empty name begins the second version; the first began with the name. */
		yg_put_text(&writer, YG_SLICE(""));
		yg_put_varint(&writer, service->is_asked);
		yg_put_text(&writer, service->text);
		yg_trie_pack(service->trie, &writer);
		if (writer.overflow) {
			knowledge->failed++;
			continue;
		}
		service->dirty = false;
		service->saved = true;
		fn(ctx, YG_BLOB_SERVICE, service->hash, buffer, writer.len);
	}
	return 0;
}

static void save_postures(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			  void *ctx, uint8_t *buffer)
{
	struct yg_posture *posture = knowledge->posture;

	for (uint32_t i = yg_posture_first(posture); i; i = yg_posture_next(posture, i)) {
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };
		uint64_t id;

		if (yg_posture_pack(posture, i, changed_only, &writer, &id))
			fn(ctx, YG_BLOB_POSTURE, id, buffer, writer.len);
	}
}

static void save_objects(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			 void *ctx, uint8_t *buffer)
{
	struct yg_posture *posture = knowledge->posture;

	for (uint32_t i = yg_posture_next_object(posture, 0); i;
	     i = yg_posture_next_object(posture, i)) {
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };
		uint64_t id;

		if (yg_posture_pack_object(posture, i, changed_only, &writer, &id))
			fn(ctx, YG_BLOB_OBJECT, id, buffer, writer.len);
	}
}

static void save_listeners(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			   void *ctx, uint8_t *buffer)
{
	struct yg_listeners *listeners = knowledge->listeners;

	for (uint32_t i = yg_listeners_first(listeners); i; i = yg_listeners_next(listeners, i)) {
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };
		uint64_t id;

		if (yg_listeners_pack(listeners, i, changed_only, &writer, &id))
			fn(ctx, YG_BLOB_LISTENER, id, buffer, writer.len);
	}
}

/* The id stands in the blob too: that is how it finds its endpoint again. */
static void save_schema(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			bool changed_only, yg_blob_fn fn, void *ctx, uint8_t *buffer)
{
	const struct yg_schema *schema = yg_schemas_at(knowledge->schemas, endpoint->index);
	bool dirty = yg_schemas_is_dirty(knowledge->schemas, endpoint->index);
	struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

	if (!schema || (changed_only && !dirty))
		return;
	yg_put_u64(&writer, endpoint->id);
	yg_schema_pack(schema, &writer);
	if (writer.overflow)
		knowledge->failed++;
	else
		fn(ctx, YG_BLOB_SCHEMA, endpoint->id, buffer, writer.len);
}

static void save_trait(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
		       bool changed_only, yg_blob_fn fn, void *ctx, uint8_t *buffer)
{
	struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

	if (yg_knowledge_pack_trait(knowledge, endpoint, changed_only, &writer))
		fn(ctx, YG_BLOB_TRAIT, endpoint->id, buffer, writer.len);
}

static void save_talk(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
		      bool changed_only, yg_blob_fn fn, void *ctx, uint8_t *buffer)
{
	struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

	if (yg_talks_pack(knowledge->talks, endpoint->id, changed_only, &writer))
		fn(ctx, YG_BLOB_TALK, endpoint->id, buffer, writer.len);
}

/* Return: it was handed out. */
static bool save_endpoint(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			  bool changed_only, yg_blob_fn fn, void *ctx, uint8_t *buffer)
{
	struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

	if (changed_only && !knowledge->dirty[endpoint->index])
		return false;
	yg_endpoint_pack(endpoint, &writer);
	yg_profile_pack(yg_knowledge_profile(knowledge, endpoint), &writer);
	if (writer.overflow) {
		knowledge->failed++;
		return false;
	}
	knowledge->dirty[endpoint->index] = false;
	knowledge->saved[endpoint->index] = true;
	fn(ctx, YG_BLOB_ENDPOINT, endpoint->id, buffer, writer.len);
	return true;
}

int yg_knowledge_save_young(struct yg_knowledge *knowledge, yg_blob_fn fn, void *ctx)
{
	YG_CLEANUP_FREE uint8_t *buffer = malloc(YG_BLOB_BYTES_MAX);

	if (!buffer)
		return -ENOMEM;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);
		const struct yg_schema *schema = yg_schemas_at(knowledge->schemas, i);

		if (!endpoint || !schema || yg_schema_learned(schema) > YG_LESSON_FULL ||
		    !yg_schemas_is_dirty(knowledge->schemas, i))
			continue;
		/* The endpoint stays dirty: what else is kept of it is saved in its turn. */
		knowledge->dirty[i] = save_endpoint(knowledge, endpoint, false, fn, ctx, buffer);
		save_schema(knowledge, endpoint, false, fn, ctx, buffer);
	}
	return 0;
}

int yg_knowledge_save(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn, void *ctx)
{
	YG_CLEANUP_FREE uint8_t *buffer = malloc(YG_BLOB_BYTES_MAX);
	int r;

	if (!buffer)
		return -ENOMEM;
	r = save_services(knowledge, changed_only, fn, ctx, buffer);
	if (r < 0)
		return r;
	save_postures(knowledge, changed_only, fn, ctx, buffer);
	save_objects(knowledge, changed_only, fn, ctx, buffer);
	yg_knowledge_save_parties(knowledge, changed_only, fn, ctx, buffer);
	save_listeners(knowledge, changed_only, fn, ctx, buffer);
	yg_knowledge_save_takes(knowledge, changed_only, fn, ctx, buffer);
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };

		if (!endpoint || !save_endpoint(knowledge, endpoint, changed_only, fn, ctx, buffer))
			continue;
		if (yg_knowledge_pack_data(knowledge, endpoint, &writer) && !writer.overflow)
			fn(ctx, YG_BLOB_DATA, endpoint->id, buffer, writer.len);
	}
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (!endpoint)
			continue;
		save_schema(knowledge, endpoint, changed_only, fn, ctx, buffer);
		save_trait(knowledge, endpoint, changed_only, fn, ctx, buffer);
		save_talk(knowledge, endpoint, changed_only, fn, ctx, buffer);
	}
	return 0;
}

static int load_service(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	YG_CLEANUP(yg_trie_free) struct yg_trie *trie = NULL;
	struct yg_slice name = yg_get_text(reader);
	struct service *service;
	bool is_asked = true; /* the first version did not say */
	int r;

	if (!reader->bad && name.len == 0) {
		is_asked = yg_get_max(reader, 1);
		name = yg_get_text(reader);
	}
	if (reader->bad || name.len == 0 || name.len >= YG_SERVICE_CAP)
		return -EINVAL;
	r = yg_trie_new(&knowledge->table_key, YG_TRIE_NODES_MAX, &trie);
	if (r < 0)
		return r;
	yg_trie_unpack(trie, reader);
	if (reader->bad || reader->used != reader->len)
		return -EINVAL;
	service = yg_knowledge_service(knowledge, name, true);
	if (!service)
		return -ENOMEM;
	yg_trie_free(&service->trie);
	service->trie = YG_TAKE_PTR(trie);
	service->saved = true;
	service->is_asked = is_asked;
	/* Templates may have been written since: its rows are looked at when it settles. */
	service->generation = yg_trie_generation(service->trie) - 1;
	service->learned = true;
	return 0;
}

static int load_endpoint(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	YG_CLEANUP_FREE struct yg_profile *profile = calloc(1, sizeof(*profile));
	YG_CLEANUP_FREE struct yg_endpoint *from = calloc(1, sizeof(*from));
	struct service *service;
	struct yg_endpoint *into;
	uint32_t index;
	int r;

	if (!profile || !from)
		return -ENOMEM;
	yg_endpoint_unpack(from, reader);
	yg_profile_unpack(profile, reader);
	if (reader->bad || reader->used != reader->len || from->template_[0] != '/')
		return -EINVAL;
	if (yg_inventory_count(knowledge->inventory) == yg_inventory_cap(knowledge->inventory))
		return -ENOSPC;
	r = yg_inventory_add(knowledge->inventory, yg_slice_from_str(from->service),
			     yg_slice_from_str(from->method), yg_slice_from_str(from->template_),
			     &into);
	if (r < 0)
		return r;
	index = into->index;
	*into = *from;
	into->index = index;
	free(knowledge->profiles[index]);
	knowledge->profiles[index] = YG_TAKE_PTR(profile);
	knowledge->saved[index] = true;
	knowledge->late = true; /* its minute may be over long since */
	service = yg_knowledge_service(knowledge, yg_slice_from_str(into->service), false);
	if (service) {
		/* As above; the service may have settled before this row came. */
		service->generation = yg_trie_generation(service->trie) - 1;
		service->learned = knowledge->loaded = true;
	}
	return 0;
}

/* What an endpoint that is no more has learned is of no use. */
static int load_schema(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	YG_CLEANUP(yg_schema_free) struct yg_schema *schema = NULL;
	uint64_t id = yg_get_u64(reader);
	int r = yg_schema_unpack(reader, &schema);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (!endpoint || endpoint->id != id)
			continue;
		yg_schemas_put(knowledge->schemas, i, &schema);
		break;
	}
	return 0;
}

int yg_knowledge_load(struct yg_knowledge *knowledge, enum yg_blob kind, const uint8_t *data,
		      size_t len)
{
	struct yg_reader reader = { .ptr = data, .len = len };

	switch (kind) {
	case YG_BLOB_SERVICE:
		return load_service(knowledge, &reader);
	case YG_BLOB_ENDPOINT:
		return load_endpoint(knowledge, &reader);
	case YG_BLOB_POSTURE:
		return yg_posture_unpack(knowledge->posture, &reader);
	case YG_BLOB_DATA:
		return yg_knowledge_load_data(knowledge, &reader);
	case YG_BLOB_SCHEMA:
		return load_schema(knowledge, &reader);
	case YG_BLOB_TRAIT:
		return yg_knowledge_load_trait(knowledge, &reader);
	case YG_BLOB_TALK:
		return yg_talks_unpack(knowledge->talks, &reader);
	case YG_BLOB_PARTY:
		return yg_parties_unpack(knowledge->parties, &reader);
	case YG_BLOB_LISTENER:
		return yg_listeners_unpack(knowledge->listeners, &reader);
	case YG_BLOB_OBJECT:
		return yg_posture_unpack_object(knowledge->posture, &reader);
	case YG_BLOB_TAKE:
		return yg_knowledge_load_take(knowledge, &reader);
	case YG_BLOB_MAX:
	default:
		return -EINVAL;
	}
}

void yg_knowledge_counters(const struct yg_knowledge *knowledge, yg_counter_fn fn, void *ctx)
{
	struct yg_policy_counters policy = yg_policy_counters(knowledge->policy);
	const struct yg_body_counters *bodies = yg_bodies_counters(knowledge->bodies);
	struct yg_schemas_counters schemas = yg_schemas_counters(knowledge->schemas);
	struct yg_trie_counters all = { 0 };
	uint64_t services = 0;

	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		struct yg_trie_counters one;

		if (!knowledge->services[i].trie)
			continue;
		one = yg_trie_counters(knowledge->services[i].trie);
		services++;
		all.nodes += one.nodes;
		all.folds += one.folds;
		all.overflow += one.overflow;
	}
	fn(ctx, "knowledge.exchanges", knowledge->observed);
	fn(ctx, "knowledge.no_request", knowledge->refused);
	fn(ctx, "knowledge.no_response", knowledge->unanswered);
	fn(ctx, "knowledge.no_path", knowledge->not_http);
	fn(ctx, "knowledge.lost_memory", knowledge->failed);
	fn(ctx, "endpoint.services", services);
	fn(ctx, "endpoint.services_evicted", knowledge->services_evicted);
	fn(ctx, "endpoint.services_lost", knowledge->services_lost);
	fn(ctx, "endpoint.endpoints", yg_inventory_count(knowledge->inventory));
	fn(ctx, "endpoint.endpoints_evicted", yg_inventory_evicted(knowledge->inventory));
	fn(ctx, "endpoint.nodes", all.nodes);
	fn(ctx, "endpoint.folds", all.folds);
	fn(ctx, "endpoint.overflow", all.overflow);
	fn(ctx, "endpoint.named_sni", knowledge->named[YG_SERVICE_SNI]);
	fn(ctx, "endpoint.named_connection", knowledge->named[YG_SERVICE_CONNECTION]);
	fn(ctx, "endpoint.named_listener", knowledge->named[YG_SERVICE_LISTENER]);
	fn(ctx, "endpoint.unnamed", knowledge->named[YG_SERVICE_ADDRESS]);
	fn(ctx, "endpoint.listeners", yg_listeners_count(knowledge->listeners));
	fn(ctx, "endpoint.listeners_evicted", yg_listeners_evicted(knowledge->listeners));
	fn(ctx, "endpoint.noise", knowledge->noise);
	fn(ctx, "endpoint.noise_dropped", knowledge->noise_rows);
	fn(ctx, "baseline.minutes_lossy", knowledge->lossy_minutes);
	fn(ctx, "endpoint.callers", yg_lru_count(knowledge->callers));
	fn(ctx, "endpoint.callers_evicted", yg_lru_evicted(knowledge->callers));
	yg_knowledge_count_hops(knowledge, fn, ctx);
	fn(ctx, "websocket.endpoints", yg_talks_count(knowledge->talks));
	fn(ctx, "websocket.evicted", yg_talks_evicted(knowledge->talks));
	fn(ctx, "websocket.unplaced", knowledge->talks_unplaced);
	fn(ctx, "rest.unplaced", knowledge->rests_unplaced);
	fn(ctx, "schema.bytes", schemas.bytes);
	fn(ctx, "schema.learned", schemas.learned);
	fn(ctx, "schema.evicted", schemas.evicted);
	fn(ctx, "schema.fields_dropped", schemas.fields_dropped);
#define VISIT_ROW(name, help) fn(ctx, "body." #name, bodies->name);
	YG_BODY_COUNTERS(VISIT_ROW)
#undef VISIT_ROW
	yg_data_counters(knowledge->data, fn, ctx);
	yg_detectors_counters(knowledge->detectors, fn, ctx);
	yg_posture_counters(knowledge->posture, fn, ctx);
	fn(ctx, "respond.requested", policy.requested);
	fn(ctx, "respond.blocked", policy.blocked);
	fn(ctx, "respond.refused", policy.refused);
	fn(ctx, "respond.protected", policy.protected_);
	fn(ctx, "respond.too_many", policy.too_many);
	fn(ctx, "respond.unknown_replies", policy.unknown_replies);
}
