/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/party.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/lru.h"
#include "endpoint/trait.h"
#include "parse/handshake.h"
#include "parse/url.h"

struct yg_parties {
	struct yg_hash_key key;
	struct yg_lru *rows; /* struct yg_party */
};

int yg_parties_new(const struct yg_hash_key *key, struct yg_parties **ret)
{
	YG_CLEANUP(yg_parties_free) struct yg_parties *parties = calloc(1, sizeof(*parties));
	int r;

	if (!parties)
		return -ENOMEM;
	parties->key = *key;
	r = yg_lru_new(YG_PARTIES_MAX, sizeof(struct yg_party), &parties->rows);
	if (r == 0)
		*ret = YG_TAKE_PTR(parties);
	return r;
}

void yg_parties_free(struct yg_parties **parties)
{
	if (!*parties)
		return;
	yg_lru_free(&(*parties)->rows);
	free(*parties);
	*parties = NULL;
}

bool yg_party_is_asked(const struct yg_exchange *exchange)
{
	return exchange->outbound && yg_address_is_public(&exchange->server.addr);
}

/* "API.example.com:443" is "api.example.com": a name has one row whatever its port. */
static size_t host_of(struct yg_slice service, char *ret)
{
	const char *colon = service.len ? memrchr(service.ptr, ':', service.len) : NULL;
	size_t len = service.len;

	if (colon && !memchr(service.ptr, ']', service.len))
		len = (size_t)(colon - service.ptr);
	if (len >= YG_SERVICE_CAP)
		len = YG_SERVICE_CAP - 1;
	for (size_t i = 0; i < len; i++)
		ret[i] = yg_ascii_lower(service.ptr[i]);
	ret[len] = '\0';
	return len;
}

static uint64_t key_of(const struct yg_parties *parties, struct yg_slice host, char *text)
{
	return yg_hash(&parties->key, text, host_of(host, text));
}

static void copy(char *to, struct yg_slice from)
{
	(void)snprintf(to, YG_PARTY_TEXT_CAP, "%.*s",
		       (int)(from.len < YG_PARTY_TEXT_CAP ? from.len : YG_PARTY_TEXT_CAP - 1),
		       from.len ? from.ptr : "");
}

static void note_process(struct yg_party *party, uint32_t tgid)
{
	for (uint32_t i = 0; i < party->process_count; i++) {
		if (party->processes[i] == tgid)
			return;
	}
	if (tgid && party->process_count < YG_PARTY_PROCESSES_MAX)
		party->processes[party->process_count++] = tgid;
}

static void note_redirect(struct yg_party *party, const struct yg_message *response)
{
	struct yg_slice to = yg_message_find(response, YG_HEADER_LOCATION);
	char host[YG_SERVICE_CAP];

	to = yg_url_from_target(YG_SLICE("GET"), to).host;
	if (to.len == 0)
		return;
	(void)host_of(to, host);
	if (strcmp(host, party->host) == 0)
		return;
	party->redirects++;
	copy(party->redirect, yg_slice_from_str(host));
}

static void note_answer(struct yg_party *party, const struct yg_exchange *exchange)
{
	const struct yg_message *response = &exchange->response;
	uint64_t start_ns = exchange->request.start_ns, latency_us;
	struct yg_slice type = yg_message_find(response, YG_HEADER_CONTENT_TYPE);
	char text[YG_PARTY_TEXT_CAP];

	if (response->status >= 300 && response->status < 400)
		note_redirect(party, response);
	if (type.len && memchr(type.ptr, ';', type.len))
		type.len = (size_t)((const char *)memchr(type.ptr, ';', type.len) - type.ptr);
	copy(text, type);
	if (!party->content_type[0])
		memcpy(party->content_type, text, sizeof(text));
	else if (text[0] && strcmp(text, party->content_type) != 0)
		party->other_types++;
	if (response->start_ns < start_ns)
		return;
	latency_us = (response->start_ns - start_ns) / 1000;
	party->answers++;
	party->latency_us += latency_us;
	if (latency_us > party->latency_max_us)
		party->latency_max_us = latency_us;
}

static void note_version(struct yg_party *party, uint16_t version)
{
	if (version && (!party->tls_version || version < party->tls_version))
		party->tls_version = version;
}

void yg_parties_observe(struct yg_parties *parties, struct yg_slice service,
			const struct yg_exchange *exchange, uint32_t weight)
{
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	char host[YG_SERVICE_CAP];
	struct yg_party *party;
	bool fresh;

	party = yg_lru_get(parties->rows, key_of(parties, service, host), &fresh);
	if (fresh) {
		memcpy(party->host, host, sizeof(host));
		party->first_ns = request->start_ns;
	}
	if (request->start_ns > party->last_ns)
		party->last_ns = request->start_ns;
	party->requests += weight;
	party->clear += exchange->tls ? 0 : weight;
	party->failed += !response->present || response->status >= 500 ? weight : 0;
	party->request_bytes += (request->head_bytes + request->body_bytes) * weight;
	party->response_bytes += (response->head_bytes + response->body_bytes) * weight;
	party->server = exchange->server.addr;
	party->dirty = true;
	note_process(party, exchange->tgid);
	note_version(party, exchange->tls_version);
	if (response->present)
		note_answer(party, exchange);
}

bool yg_parties_handshake(struct yg_parties *parties, const struct yg_handshake *handshake)
{
	char text[YG_SERVICE_CAP];
	struct yg_party *party;

	if (!handshake->sni.len || !handshake->is_answered || handshake->is_refused)
		return false;
	party = yg_lru_peek(parties->rows, key_of(parties, handshake->sni, text));
	if (!party)
		return false;
	note_version(party, handshake->version);
	if (!handshake->has_certificate || !handshake->certificate.issuer.len)
		return false;
	party->handshakes++;
	party->dirty = true;
	copy(text, handshake->certificate.issuer);
	for (uint32_t i = 0; i < party->issuer_count; i++) {
		if (strcmp(party->issuers[i], text) == 0)
			return false;
	}
	if (party->issuer_count < YG_PARTY_ISSUERS_MAX)
		party->issuer_count++;
	else
		memmove(party->issuers[0], party->issuers[1],
			sizeof(party->issuers) - sizeof(party->issuers[0]));
	copy(party->issuers[party->issuer_count - 1], yg_slice_from_str(text));
	if (party->handshakes <= YG_PARTY_ISSUER_MIN)
		return false;
	party->issuer_changed_ns = handshake->time_ns;
	return true;
}

/* Numbers of a row, in the order of its blob. */
#define NUMBERS 14u

static void list_numbers(struct yg_party *party, uint64_t *ret[NUMBERS])
{
	uint64_t *const numbers[NUMBERS] = {
		&party->first_ns,	&party->last_ns,
		&party->requests,	&party->clear,
		&party->failed,		&party->request_bytes,
		&party->response_bytes, &party->latency_us,
		&party->latency_max_us, &party->answers,
		&party->redirects,	&party->other_types,
		&party->handshakes,	&party->issuer_changed_ns,
	};

	memcpy(ret, numbers, sizeof(numbers));
}

static void pack_party(struct yg_party *party, struct yg_writer *writer)
{
	uint64_t *numbers[NUMBERS];

	list_numbers(party, numbers);
	yg_put_text(writer, yg_slice_from_str(party->host));
	for (uint32_t i = 0; i < NUMBERS; i++)
		yg_put_varint(writer, *numbers[i]);
	yg_put_varint(writer, party->tls_version);
	yg_put_bytes(writer, &party->server, sizeof(party->server));
	yg_put_text(writer, yg_slice_from_str(party->redirect));
	yg_put_text(writer, yg_slice_from_str(party->content_type));
	yg_put_varint(writer, party->issuer_count);
	for (uint32_t i = 0; i < party->issuer_count; i++)
		yg_put_text(writer, yg_slice_from_str(party->issuers[i]));
}

void yg_parties_pack(struct yg_parties *parties, bool changed_only, uint8_t *buffer, size_t cap,
		     yg_party_blob_fn fn, void *ctx)
{
	for (uint32_t i = yg_lru_first(parties->rows); i; i = yg_lru_next(parties->rows, i)) {
		struct yg_writer writer = { .ptr = buffer, .cap = cap };
		struct yg_party *party = yg_lru_at(parties->rows, i);

		if (changed_only && !party->dirty)
			continue;
		pack_party(party, &writer);
		party->dirty = false;
		if (!writer.overflow)
			fn(ctx, i, buffer, writer.len);
	}
}

static void unpack_party(struct yg_party *ret, struct yg_reader *reader)
{
	uint64_t *numbers[NUMBERS];
	const uint8_t *server;

	*ret = (struct yg_party){ .dirty = true };
	list_numbers(ret, numbers);
	yg_get_string(reader, ret->host, sizeof(ret->host));
	for (uint32_t i = 0; i < NUMBERS; i++)
		*numbers[i] = yg_get_varint(reader);
	ret->tls_version = (uint16_t)yg_get_max(reader, UINT16_MAX);
	server = yg_get_bytes(reader, sizeof(ret->server));
	if (server)
		memcpy(&ret->server, server, sizeof(ret->server));
	yg_get_string(reader, ret->redirect, sizeof(ret->redirect));
	yg_get_string(reader, ret->content_type, sizeof(ret->content_type));
	ret->issuer_count = yg_get_max(reader, YG_PARTY_ISSUERS_MAX);
	for (uint32_t i = 0; i < ret->issuer_count && !reader->bad; i++)
		yg_get_string(reader, ret->issuers[i], sizeof(ret->issuers[i]));
}

/* What was seen since the start, on top of what was kept. */
static void add_since(struct yg_party *kept, const struct yg_party *since)
{
	kept->last_ns = since->last_ns > kept->last_ns ? since->last_ns : kept->last_ns;
	kept->requests += since->requests;
	kept->clear += since->clear;
	kept->failed += since->failed;
	kept->request_bytes += since->request_bytes;
	kept->response_bytes += since->response_bytes;
	kept->latency_us += since->latency_us;
	if (since->latency_max_us > kept->latency_max_us)
		kept->latency_max_us = since->latency_max_us;
	kept->answers += since->answers;
	kept->redirects += since->redirects;
	kept->other_types += since->other_types;
	kept->handshakes += since->handshakes;
	kept->server = since->server;
	memcpy(kept->processes, since->processes, sizeof(kept->processes));
	kept->process_count = since->process_count;
	note_version(kept, since->tls_version);
	if (since->redirect[0])
		memcpy(kept->redirect, since->redirect, sizeof(kept->redirect));
}

int yg_parties_unpack(struct yg_parties *parties, struct yg_reader *reader)
{
	char host[YG_SERVICE_CAP];
	struct yg_party party, *row;
	bool fresh;

	unpack_party(&party, reader);
	if (reader->bad || reader->used != reader->len || !party.host[0])
		return -EINVAL;
	row = yg_lru_get(parties->rows, key_of(parties, yg_slice_from_str(party.host), host),
			 &fresh);
	if (!fresh)
		add_since(&party, row);
	*row = party;
	return 0;
}

const struct yg_party *yg_parties_find(const struct yg_parties *parties, struct yg_slice host)
{
	char text[YG_SERVICE_CAP];

	return yg_lru_peek(parties->rows, key_of(parties, host, text));
}

void yg_parties_each(const struct yg_parties *parties, yg_party_fn fn, void *ctx)
{
	for (uint32_t i = yg_lru_first(parties->rows); i; i = yg_lru_next(parties->rows, i))
		fn(ctx, yg_lru_at(parties->rows, i));
}

uint32_t yg_parties_count(const struct yg_parties *parties)
{
	return yg_lru_count(parties->rows);
}

uint64_t yg_parties_evicted(const struct yg_parties *parties)
{
	return yg_lru_evicted(parties->rows);
}
