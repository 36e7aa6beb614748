/* SPDX-License-Identifier: GPL-2.0-only */
/* From an exchange to its row: services with their tries, endpoints with their profiles. */
#include <string.h>

#include "endpoint/service.h"
#include "respond/knowledge_inside.h"

#define SERVICE_AGE_NS 3600000000000ull
#define PARTS_MAX      32u /* endpoints that one row comes apart into; traffic shows the rest */

static const struct yg_hash_key service_key = { 0x7365727669636501, 0x2026 };

static void forget(const struct yg_knowledge *knowledge, enum yg_blob kind, uint64_t id)
{
	if (knowledge->sink.on_forget)
		knowledge->sink.on_forget(knowledge->sink.ctx, kind, id);
}

static void forget_endpoint(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint)
{
	static const enum yg_blob kinds[] = { YG_BLOB_ENDPOINT, YG_BLOB_DATA, YG_BLOB_SCHEMA,
					      YG_BLOB_TRAIT, YG_BLOB_TALK };

	for (size_t i = 0; knowledge->saved[endpoint->index] && i < YG_ARRAY_SIZE(kinds); i++)
		forget(knowledge, kinds[i], endpoint->id);
	knowledge->saved[endpoint->index] = false;
}

void yg_knowledge_free_profile(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint)
{
	forget_endpoint(knowledge, endpoint);
	free(knowledge->profiles[endpoint->index]);
	knowledge->profiles[endpoint->index] = NULL;
	yg_schemas_drop(knowledge->schemas, endpoint->index);
	knowledge->dirty[endpoint->index] = false;
	knowledge->answers[endpoint->index] = 0;
	yg_talks_drop(knowledge->talks, endpoint->id);
	yg_data_drop(knowledge->data, endpoint->index);
	yg_knowledge_drop_trait(knowledge, endpoint->index);
}

void yg_knowledge_evict(void *ctx, const struct yg_endpoint *endpoint)
{
	yg_knowledge_tick_profile(ctx, endpoint, UINT64_MAX);
	yg_knowledge_free_profile(ctx, endpoint);
}

/* Its endpoints leave the inventory with it: nothing could route to them any more. */
static void evict_service(struct yg_knowledge *knowledge, struct service *service)
{
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (!endpoint || strcmp(endpoint->service, service->name) != 0)
			continue;
		yg_knowledge_evict(knowledge, endpoint);
		yg_inventory_drop(knowledge->inventory, endpoint);
	}
	if (service->saved)
		forget(knowledge, YG_BLOB_SERVICE, service->hash);
	yg_trie_free(&service->trie);
	*service = (struct service){ 0 };
	knowledge->services_evicted++;
}

static struct service *use_service(struct yg_knowledge *knowledge, struct service *service,
				   bool accepted)
{
	service->used = ++knowledge->uses;
	if (accepted && service->weight < UINT32_MAX)
		service->weight++;
	return service;
}

/*
 * The lightest one makes room, not the one unused for longest: a client can make up a host name
 * for each request, and a server that takes any name would lose all that is known of the real ones.
 */
struct service *yg_knowledge_service(struct yg_knowledge *knowledge, struct yg_slice name,
				     bool make)
{
	struct service *service = &knowledge->services[knowledge->service_last];
	uint64_t hash;

	/* Most exchanges ask the service of the one before. */
	if (service->hash && yg_slice_equal(service->text, name))
		return use_service(knowledge, service, make);
	hash = yg_hash(&service_key, name.ptr, name.len) | 1;
	service = &knowledge->services[0];
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		struct service *at = &knowledge->services[i];

		if (at->hash == hash && yg_slice_equal(at->text, name)) {
			knowledge->service_last = i;
			return use_service(knowledge, at, make);
		}
		/* A free one has no weight and has never been used. */
		if (at->weight < service->weight ||
		    (at->weight == service->weight && at->used < service->used))
			service = at;
	}
	if (!make)
		return NULL;
	if (service->hash)
		evict_service(knowledge, service);
	if (yg_trie_new(&knowledge->table_key, YG_TRIE_NODES_MAX, &service->trie) < 0) {
		knowledge->services_lost++;
		return NULL;
	}
	memcpy(service->name, name.ptr, name.len);
	service->name[name.len] = '\0';
	service->text = (struct yg_slice){ service->name, name.len };
	service->hash = hash;
	return use_service(knowledge, service, make);
}

void yg_knowledge_age_services(struct yg_knowledge *knowledge, uint64_t now_ns)
{
	if (now_ns < knowledge->aged_ns + SERVICE_AGE_NS)
		return;
	knowledge->aged_ns = now_ns;
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++)
		knowledge->services[i].weight /= 2;
}

/*
 * Does this answer show that the endpoint exists? Refusals and failures may come from a gateway
 * that knows no routes, and redirects may send everything to a login page.
 */
bool yg_knowledge_teaches(const struct yg_exchange *exchange)
{
	uint16_t status = exchange->response.status;

	/* What only some readers take for this request is looked at, and teaches nothing. */
	if (!exchange->response.present || exchange->request.refused)
		return false;
	if ((status >= 200 && status < 300) || status == 101)
		return true;
	switch (status) {
	case 304:
	case 409:
	case 412:
	case 422:
	case 428:
		return true;
	case 302:
	case 303: /* a form that was taken */
		return yg_slice_equal(exchange->request.method, YG_SLICE("POST"));
	default:
		return false;
	}
}

/* The profile of an endpoint; made on first use. NULL without memory. */
struct yg_profile *yg_knowledge_profile_of(struct yg_knowledge *knowledge,
					   const struct yg_endpoint *endpoint)
{
	struct yg_profile **slot = &knowledge->profiles[endpoint->index];

	if (!*slot)
		*slot = calloc(1, sizeof(**slot));
	return *slot;
}

void yg_knowledge_fold(struct yg_knowledge *knowledge, uint32_t index, struct yg_slice service,
		       const char *template_)
{
	struct yg_endpoint *from = yg_inventory_at(knowledge->inventory, index);
	uint64_t from_id = from->id;
	struct yg_endpoint *into;
	struct yg_profile *profile;

	if (yg_inventory_add(knowledge->inventory, service, yg_slice_from_str(from->method),
			     yg_slice_from_str(template_), &into) < 0)
		return;
	/* The room may have been made by evicting the very row. */
	from = yg_inventory_at(knowledge->inventory, index);
	if (!from || from->id != from_id || from == into)
		return;
	profile = yg_knowledge_profile_of(knowledge, into);
	if (profile && knowledge->profiles[index])
		yg_profile_merge(profile, knowledge->profiles[index]);
	if (into->requests == 0)
		knowledge->answers[into->index] = knowledge->answers[index];
	else if (knowledge->answers[into->index] != knowledge->answers[index])
		knowledge->answers[into->index] = 0;
	yg_data_fold(knowledge->data, into->index, index);
	yg_schemas_fold(knowledge->schemas, into->index, index);
	yg_knowledge_fold_trait(knowledge, into->index, index);
	yg_talks_fold(knowledge->talks, from_id, into->id);
	yg_knowledge_free_profile(knowledge, from);
	yg_inventory_fold(knowledge->inventory, into, from);
	knowledge->dirty[into->index] = true;
	yg_relations_fold(knowledge->relations, from_id, into->id);
	if (knowledge->sink.on_fold)
		knowledge->sink.on_fold(knowledge->sink.ctx, from_id, into);
	yg_posture_fold(knowledge->posture, from_id, into);
}

/* What its template reads like now, its operation kept. @ret: [YG_TEMPLATE_CAP]. */
static bool retext(const struct yg_trie *trie, const struct yg_endpoint *endpoint, uint32_t rank,
		   char *ret)
{
	const char *template_ = endpoint->template_;
	size_t path_len = strcspn(template_, " "), rest_len = strlen(template_ + path_len);
	char path[YG_TEMPLATE_CAP];
	ssize_t len;

	struct yg_retext from = {
		.template_ = path,
		.method = yg_trie_method_from_slice(yg_slice_from_str(endpoint->method)),
		.rank = rank,
	};

	memcpy(path, template_, path_len);
	path[path_len] = '\0';
	len = yg_trie_retext(trie, &from, ret, YG_TEMPLATE_CAP);
	if (len < 0 || (size_t)len + rest_len >= YG_TEMPLATE_CAP)
		return false;
	memcpy(ret + len, template_ + path_len, rest_len + 1);
	return true;
}

static enum yg_template_rank rank_of(const struct yg_knowledge *knowledge, const char *service,
				     const char *template_)
{
	struct yg_slice text = { template_, strcspn(template_, " ") };

	return knowledge->templates
		       ? yg_templates_rank(knowledge->templates, yg_slice_from_str(service), text)
		       : YG_TEMPLATE_RANK_MAX;
}

static bool is_written_row(const struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint)
{
	return rank_of(knowledge, endpoint->service, endpoint->template_) != YG_TEMPLATE_RANK_MAX;
}

/* The template that somebody wrote for what a learned one stands for. @ret: [YG_TEMPLATE_CAP]. */
static bool rewrite(struct yg_knowledge *knowledge, struct yg_slice service,
		    const struct yg_endpoint *endpoint, char *ret)
{
	const char *p = endpoint->template_, *rest = p + strcspn(p, " ");
	struct yg_path path = { 0 };
	struct yg_route route;
	struct yg_slice text;

	if (!knowledge->templates)
		return false;
	while (p < rest && *p == '/' && path.segment_count < YG_PATH_SEGMENTS_MAX) {
		size_t len = strcspn(p + 1, "/ ");

		if (len > 0)
			path.segments[path.segment_count++] = (struct yg_slice){ p + 1, len };
		p += len + 1;
	}
	text = yg_templates_match(knowledge->templates, service, &path, true, &route);
	if (!text.ptr || text.len + strlen(rest) >= YG_TEMPLATE_CAP)
		return false;
	memcpy(ret, text.ptr, text.len);
	memcpy(ret + text.len, rest, strlen(rest) + 1);
	return true;
}

bool yg_knowledge_reread(struct yg_knowledge *knowledge, const struct service *service,
			 const struct yg_endpoint *endpoint, char *ret)
{
	return rewrite(knowledge, service->text, endpoint, ret) ||
	       retext(service->trie, endpoint, 0, ret);
}

/*
 * A parameter came apart, so a row stood for several endpoints: each gets its share of the counts.
 * What else was learned of them stays with the one that is used most.
 */
static void divide_endpoint(struct yg_knowledge *knowledge, const struct yg_trie *trie,
			    uint32_t index)
{
	char text[YG_TEMPLATE_CAP];
	uint32_t parts = 1;

	while (parts <= PARTS_MAX &&
	       retext(trie, yg_inventory_at(knowledge->inventory, index), parts, text))
		parts++;
	for (; parts > 1; parts--) {
		struct yg_endpoint *from = yg_inventory_at(knowledge->inventory, index), *into;
		uint64_t id = from->id;

		if (!retext(trie, from, parts - 1, text) ||
		    yg_inventory_add(knowledge->inventory, yg_slice_from_str(from->service),
				     yg_slice_from_str(from->method), yg_slice_from_str(text),
				     &into) < 0)
			continue;
		/* The room may have been made by evicting the very row. */
		from = yg_inventory_at(knowledge->inventory, index);
		if (!from || from->id != id)
			return;
		if (from == into)
			continue;
		yg_inventory_divide(into, from, parts);
		knowledge->dirty[into->index] = true;
	}
}

/* A row whose template a document has, and for whose paths an operator has another one since. */
static bool is_overruled(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			 char *ret)
{
	return rank_of(knowledge, endpoint->service, endpoint->template_) == YG_TEMPLATE_SPEC &&
	       rewrite(knowledge, yg_slice_from_str(endpoint->service), endpoint, ret) &&
	       rank_of(knowledge, endpoint->service, ret) == YG_TEMPLATE_USER;
}

/* The trie reads some paths differently now: look at every endpoint of the service. */
static void refold(struct yg_knowledge *knowledge, struct service *service)
{
	char text[YG_TEMPLATE_CAP];

	service->generation = yg_trie_generation(service->trie);
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);

		if (!endpoint || strcmp(endpoint->service, service->name) != 0)
			continue;
		if (is_written_row(knowledge, endpoint)) {
			if (!is_overruled(knowledge, endpoint, text))
				continue;
		} else if (!rewrite(knowledge, service->text, endpoint, text)) {
			divide_endpoint(knowledge, service->trie, i);
			endpoint = yg_inventory_at(knowledge->inventory, i);
			if (!endpoint || !retext(service->trie, endpoint, 0, text))
				continue;
		}
		if (strcmp(text, endpoint->template_) != 0)
			yg_knowledge_fold(knowledge, i, service->text, text);
	}
}

void yg_knowledge_settle(struct yg_knowledge *knowledge)
{
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		struct service *service = &knowledge->services[i];

		if (!service->trie || !service->learned)
			continue;
		service->learned = false;
		yg_trie_settle(service->trie);
		if (service->generation != yg_trie_generation(service->trie))
			refold(knowledge, service);
	}
	yg_knowledge_adopt(knowledge);
}

/* " query GetUser" behind a path. Return: bytes; 0 if there is none or it does not fit. */
static ssize_t append_operation(char *ret, size_t cap, struct yg_slice operation)
{
	if (operation.len == 0 || operation.len + 2 > cap)
		return 0;
	ret[0] = ' ';
	memcpy(ret + 1, operation.ptr, operation.len);
	ret[operation.len + 1] = '\0';
	return (ssize_t)operation.len + 1;
}

/* Template of the path in hand as @service reads it; false if it is too long for one. */
static bool write_template(struct yg_knowledge *knowledge, const struct yg_trie *trie,
			   struct yg_observation *ret)
{
	ssize_t len = yg_trie_text(trie, knowledge->path, &knowledge->route, knowledge->template_,
				   sizeof(knowledge->template_));

	if (len < 0)
		return false;
	len += append_operation(knowledge->template_ + len,
				sizeof(knowledge->template_) - (size_t)len, ret->operation);
	ret->template_ = (struct yg_slice){ knowledge->template_, (size_t)len };
	return true;
}

/* Somebody wrote the template of the path in hand: it needs no evidence. */
static bool is_written(struct yg_knowledge *knowledge, bool strict, struct yg_observation *ret)
{
	struct yg_slice text = { 0 };
	size_t cap = sizeof(knowledge->template_);

	if (knowledge->templates)
		text = yg_templates_match(knowledge->templates, ret->service, knowledge->path,
					  strict, &knowledge->route);
	if (!text.ptr || text.len >= cap)
		return false;
	memcpy(knowledge->template_, text.ptr, text.len);
	knowledge->template_[text.len] = '\0';
	text.len += (size_t)append_operation(knowledge->template_ + text.len, cap - text.len,
					     ret->operation);
	ret->template_ = (struct yg_slice){ knowledge->template_, text.len };
	return true;
}

/* The endpoint of the path in hand, learning nothing; NULL if it is not in the inventory. */
struct yg_endpoint *yg_knowledge_find_place(struct yg_knowledge *knowledge, struct yg_slice method,
					    struct yg_observation *ret)
{
	struct service *service = yg_knowledge_service(knowledge, ret->service, false);
	const struct yg_trie *trie = service ? service->trie : knowledge->blank;
	bool written = is_written(knowledge, true, ret);

	if (!written) {
		yg_trie_route(trie, knowledge->path, &knowledge->route);
		/* A value of the wrong type that is refused was meant for what is written. */
		written = !knowledge->route.known && is_written(knowledge, false, ret);
	}
	if (!written && (!write_template(knowledge, trie, ret) || !knowledge->route.known))
		return NULL;
	return yg_inventory_find(knowledge->inventory, ret->service, method, ret->template_);
}

/* Literal templates of what is left teach a new tree; the others are learned from traffic again. */
static void regrow(struct yg_knowledge *knowledge, struct service *service)
{
	struct yg_trie *trie = NULL;

	if (yg_trie_new(&knowledge->table_key, YG_TRIE_NODES_MAX, &trie) < 0)
		return;
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);
		struct yg_path path;
		struct yg_route route;

		if (!endpoint || strcmp(endpoint->service, service->name) != 0 ||
		    strpbrk(endpoint->template_, "{ ") ||
		    !yg_path_from_target(yg_slice_from_str(endpoint->template_), &path))
			continue;
		yg_trie_learn(trie, &path,
			      yg_trie_method_from_slice(yg_slice_from_str(endpoint->method)),
			      &route);
	}
	yg_trie_free(&service->trie);
	service->trie = trie;
	service->generation = yg_trie_generation(trie);
}

/* The service turns out to give this answer to anything: rows that got no other are noise. */
static void drop_noise(struct yg_knowledge *knowledge, struct service *service, uint64_t answer)
{
	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		struct yg_endpoint *endpoint = yg_inventory_at(knowledge->inventory, i);
		uint64_t id = endpoint ? endpoint->id : 0;

		if (!endpoint || knowledge->answers[i] != answer ||
		    strcmp(endpoint->service, service->name) != 0 ||
		    is_written_row(knowledge, endpoint))
			continue;
		yg_knowledge_free_profile(knowledge, endpoint);
		yg_inventory_drop(knowledge->inventory, endpoint);
		knowledge->noise_rows++;
		if (knowledge->sink.on_fold)
			knowledge->sink.on_fold(knowledge->sink.ctx, id, NULL);
	}
	regrow(knowledge, service);
}

/* May the path in hand, that nobody has seen yet, be learned from this answer? */
static bool is_noise(struct yg_knowledge *knowledge, struct service *service,
		     const struct yg_exchange *exchange)
{
	const struct yg_body_view *view = yg_bodies_response(knowledge->bodies);
	struct yg_answer_mark mark = yg_answer_mark_from_exchange(exchange, view);
	enum yg_catchall_verdict verdict =
		yg_catchall_weigh(&service->catchall, &mark, knowledge->path);

	if (verdict == YG_CATCHALL_FRESH)
		drop_noise(knowledge, service, mark.hash);
	if (verdict == YG_CATCHALL_NO && !yg_path_is_probe(knowledge->path) &&
	    !yg_answer_denies(view))
		return false;
	knowledge->noise++;
	return true;
}

static void learn_template(struct yg_knowledge *knowledge, struct service *service,
			   enum yg_trie_method method)
{
	yg_trie_learn(service->trie, knowledge->path, method, &knowledge->route);
	service->learned = true;
	if (service->generation != yg_trie_generation(service->trie))
		refold(knowledge, service);
}

void yg_knowledge_note_shape(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			     uint64_t fields)
{
	struct service *service =
		yg_knowledge_service(knowledge, yg_slice_from_str(endpoint->service), false);

	if (service && yg_trie_note_shape(service->trie, knowledge->path, fields))
		service->learned = service->dirty = true;
}

/* Rows that always got one answer may turn out to be noise; most get a second one soon. */
static void note_answer(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			const struct yg_exchange *exchange)
{
	uint64_t *answer = &knowledge->answers[endpoint->index];
	struct yg_answer_mark mark;

	if (endpoint->requests > 0 && !*answer)
		return;
	mark = yg_answer_mark_from_exchange(exchange, yg_bodies_response(knowledge->bodies));
	if (endpoint->requests == 0)
		*answer = mark.hash;
	else if (*answer != mark.hash)
		*answer = 0;
}

/* As above for a path that exists: it is learned, and its row made. */
static struct yg_endpoint *learn_place(struct yg_knowledge *knowledge,
				       const struct yg_exchange *exchange,
				       struct yg_observation *ret)
{
	struct yg_slice name = exchange->request.method;
	enum yg_trie_method method = yg_trie_method_from_slice(name);
	struct service *service = yg_knowledge_service(knowledge, ret->service, true);
	struct yg_endpoint *endpoint = NULL;

	if (!service)
		return yg_knowledge_find_place(knowledge, name, ret);
	service->dirty |= knowledge->is_said && !service->is_asked;
	service->is_asked |= knowledge->is_said;
	if (!is_written(knowledge, true, ret)) {
		if (!yg_trie_know(service->trie, knowledge->path, method, &knowledge->route)) {
			if (is_noise(knowledge, service, exchange))
				return yg_knowledge_find_place(knowledge, name, ret);
			learn_template(knowledge, service, method);
		}
		service->dirty = true;
		if (!write_template(knowledge, service->trie, ret) || !knowledge->route.known)
			return NULL;
	}
	if (yg_inventory_add(knowledge->inventory, ret->service, name, ret->template_, &endpoint) <
	    0)
		knowledge->failed++;
	else
		note_answer(knowledge, endpoint, exchange);
	return endpoint;
}

struct yg_endpoint *yg_knowledge_look(struct yg_knowledge *knowledge,
				      const struct yg_exchange *exchange,
				      struct yg_observation *ret)
{
	knowledge->route.count = 0;
	if (!knowledge->reading->has_path)
		return NULL;
	ret->path = (struct yg_slice){ knowledge->path->text, knowledge->path->len };
	return yg_knowledge_find_place(knowledge, exchange->request.method, ret);
}

/*
 * An RPC that says inside that there is no such method, or that was stopped before anybody looked
 * for it: as 404 and 401 do. What a client names at will behind a method (tools of MCP, documents
 * of GraphQL by hash) is there when it has been answered once.
 */
static bool is_denied(const struct yg_knowledge *knowledge, const struct yg_exchange *exchange)
{
	const struct yg_operation *operation = &knowledge->operation;
	uint8_t kind = knowledge->outcome.kind;
	bool doubt = kind == YG_OUTCOME_PARTIAL && operation->calls > 1; /* it may be the first */

	if (exchange->protocol == YG_PROTOCOL_GRPC)
		return exchange->grpc_status == YG_GRPC_UNIMPLEMENTED ||
		       kind == YG_OUTCOME_UNAUTHENTICATED || kind == YG_OUTCOME_FORBIDDEN;
	if (operation->persisted)
		return knowledge->outcome.dataless || doubt;
	if (operation->protocol != YG_PROTOCOL_JSONRPC)
		return false;
	return kind == YG_OUTCOME_MISSING || doubt ||
	       (kind > YG_OUTCOME_OK && memchr(operation->text.ptr, ' ', operation->text.len));
}

struct yg_endpoint *yg_knowledge_place(struct yg_knowledge *knowledge,
				       const struct yg_exchange *exchange,
				       struct yg_observation *ret)
{
	if (!knowledge->reading->has_path || !yg_knowledge_teaches(exchange) ||
	    is_denied(knowledge, exchange))
		return yg_knowledge_look(knowledge, exchange, ret);
	knowledge->route.count = 0;
	ret->path = (struct yg_slice){ knowledge->path->text, knowledge->path->len };
	return learn_place(knowledge, exchange, ret);
}
