/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/relay.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/belt.h"

struct yg_relay {
	struct yg_relay_sink sink;
	struct yg_belt *belt;
	pthread_t thread;
};

/* A record: this, what it carries, then the bytes that its slices point to. */
struct parcel {
	uint64_t now_ns;
	enum { PARCEL_EXCHANGE, PARCEL_HANDSHAKE, PARCEL_WEBSOCKET, PARCEL_TICK } kind;
	union {
		struct yg_exchange exchange;
		struct yg_handshake handshake;
		struct yg_websocket websocket;
	};
};

/* Who adds to one of these: a slice must be copied below; then say the new size here. */
_Static_assert(sizeof(struct yg_message) == 152, "relay copies every slice of a message");
_Static_assert(sizeof(struct yg_exchange) == 496, "relay copies every slice of an exchange");
_Static_assert(sizeof(struct yg_handshake) == 264, "relay copies every slice of a handshake");
_Static_assert(sizeof(struct yg_websocket) == 256, "relay copies every slice of a WebSocket");

#define PARCEL_SIZE ((sizeof(struct parcel) + YG_BELT_ALIGN - 1) / YG_BELT_ALIGN * YG_BELT_ALIGN)

/* Behind the parcel, before the bytes. */
static void *room_of(struct parcel *parcel)
{
	return (char *)parcel + PARCEL_SIZE;
}

static void *take(void *ctx)
{
	struct yg_relay *relay = ctx;
	const struct yg_relay_sink *sink = &relay->sink;
	struct parcel *parcel;

	while ((parcel = yg_belt_next(relay->belt))) {
		switch (parcel->kind) {
		case PARCEL_EXCHANGE:
			sink->on_exchange(sink->ctx, &parcel->exchange, room_of(parcel),
					  parcel->now_ns);
			break;
		case PARCEL_HANDSHAKE:
			sink->on_handshake(sink->ctx, &parcel->handshake);
			break;
		case PARCEL_WEBSOCKET:
			sink->on_websocket(sink->ctx, &parcel->websocket);
			break;
		case PARCEL_TICK:
			sink->on_tick(sink->ctx, parcel->now_ns);
			break;
		}
	}
	return NULL;
}

/* Signals are the first thread's business. */
static int start(struct yg_relay *relay)
{
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	r = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (r)
		return -r;
	r = pthread_create(&relay->thread, NULL, take, relay);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (r)
		return -EAGAIN;
	/* So that `top -H` and profiles tell the two apart. */
	(void)pthread_setname_np(relay->thread, "yagura-learn");
	return 0;
}

int yg_relay_new(const struct yg_relay_sink *sink, struct yg_relay **ret)
{
	struct yg_relay *relay = calloc(1, sizeof(*relay));
	int r;

	if (!relay)
		return -ENOMEM;
	relay->sink = *sink;
	relay->sink.room = (sink->room + YG_BELT_ALIGN - 1) / YG_BELT_ALIGN * YG_BELT_ALIGN;
	r = yg_belt_new(YG_RELAY_BYTES, &relay->belt);
	if (r == 0)
		r = start(relay);
	if (r) {
		yg_belt_free(&relay->belt);
		free(relay);
		return r;
	}
	*ret = relay;
	return 0;
}

void yg_relay_free(struct yg_relay **relay)
{
	struct yg_relay *r = *relay;

	if (!r)
		return;
	yg_belt_end(r->belt);
	(void)pthread_join(r->thread, NULL);
	yg_belt_free(&r->belt);
	free(r);
	*relay = NULL;
}

/* --- copying -------------------------------------------------------------------------------- */

static bool is_within(struct yg_slice slice, struct yg_slice head)
{
	uintptr_t at = (uintptr_t)slice.ptr, from = (uintptr_t)head.ptr;

	return head.ptr && at >= from && at + slice.len <= from + head.len;
}

/* Bytes of @slice that have to be copied for itself. */
static size_t measure(struct yg_slice slice, struct yg_slice head)
{
	return is_within(slice, head) ? 0 : slice.len;
}

/* Headers, and the trailers that follow them. */
static uint32_t count_fields(const struct yg_message *message)
{
	return message->header_count + message->trailer_count;
}

static size_t measure_message(const struct yg_message *message)
{
	uint32_t count = count_fields(message);
	size_t size = count * sizeof(struct yg_header) + message->head.len + message->body.len +
		      (message->header_ids ? count : 0);

	if (message->head_whole)
		return size;
	size += measure(message->method, message->head) + measure(message->target, message->head);
	for (uint32_t i = 0; i < count; i++)
		size += measure(message->headers[i].name, message->head) +
			measure(message->headers[i].value, message->head);
	return size;
}

/* Copy the bytes of @slice to @to, which moves on. An absent slice stays absent. */
static struct yg_slice copy(struct yg_slice slice, char **to)
{
	struct yg_slice moved = { *to, slice.len };

	if (!slice.ptr)
		return slice;
	if (slice.len > 0)
		memcpy(*to, slice.ptr, slice.len);
	*to += slice.len;
	return moved;
}

/* The same within the head, which was copied from @old to @head. */
static struct yg_slice move(struct yg_slice slice, struct yg_slice old, struct yg_slice head,
			    char **to)
{
	if (!is_within(slice, old))
		return copy(slice, to);
	return (struct yg_slice){ head.ptr + (slice.ptr - old.ptr), slice.len };
}

static void move_each(struct yg_message *message, struct yg_header *headers, struct yg_slice head,
		      char **to)
{
	struct yg_slice old = message->head;

	message->method = move(message->method, old, head, to);
	message->target = move(message->target, old, head, to);
	for (uint32_t i = 0; i < count_fields(message); i++) {
		headers[i].name = move(message->headers[i].name, old, head, to);
		headers[i].value = move(message->headers[i].value, old, head, to);
	}
}

/* The same where all of them are within the head: one distance for all. */
static void move_all(struct yg_message *message, struct yg_header *headers, struct yg_slice head)
{
	ptrdiff_t far = head.ptr - message->head.ptr;

	if (message->method.ptr)
		message->method.ptr += far;
	if (message->target.ptr)
		message->target.ptr += far;
	for (uint32_t i = 0; i < count_fields(message); i++) {
		struct yg_header header = message->headers[i];

		header.name.ptr += far;
		header.value.ptr += far;
		headers[i] = header;
	}
}

static void copy_message(struct yg_message *message, struct yg_header *headers, char **to)
{
	struct yg_slice head = copy(message->head, to), ids;

	if (message->head_whole)
		move_all(message, headers, head);
	else
		move_each(message, headers, head, to);
	message->headers = headers;
	message->body = copy(message->body, to);
	ids = (struct yg_slice){ (const char *)message->header_ids, count_fields(message) };
	message->header_ids = (const uint8_t *)copy(ids, to).ptr;
	message->head = head;
}

void yg_relay_exchange(struct yg_relay *relay, const struct yg_exchange *exchange, uint64_t now_ns)
{
	size_t size = PARCEL_SIZE + relay->sink.room + measure_message(&exchange->request) +
		      measure_message(&exchange->response) + exchange->ja4.len + exchange->sni.len +
		      exchange->named.len + exchange->alpn.len + exchange->chosen_alpn.len;
	struct parcel *parcel = yg_belt_reserve(relay->belt, size);
	struct yg_header *headers;
	char *to;

	if (!parcel) {
		yg_relay_drain(relay);
		relay->sink.on_exchange(relay->sink.ctx, exchange, NULL, now_ns);
		return;
	}
	parcel->now_ns = now_ns;
	parcel->kind = PARCEL_EXCHANGE;
	parcel->exchange = *exchange;
	headers = (struct yg_header *)(void *)((char *)room_of(parcel) + relay->sink.room);
	to = (char *)(headers + count_fields(&exchange->request) +
		      count_fields(&exchange->response));
	copy_message(&parcel->exchange.request, headers, &to);
	copy_message(&parcel->exchange.response, headers + count_fields(&exchange->request), &to);
	parcel->exchange.ja4 = copy(exchange->ja4, &to);
	parcel->exchange.sni = copy(exchange->sni, &to);
	parcel->exchange.named = copy(exchange->named, &to);
	parcel->exchange.alpn = copy(exchange->alpn, &to);
	parcel->exchange.chosen_alpn = copy(exchange->chosen_alpn, &to);
	relay->sink.prepare(relay->sink.ctx, &parcel->exchange, room_of(parcel));
	yg_belt_commit(relay->belt);
}

void yg_relay_handshake(struct yg_relay *relay, const struct yg_handshake *handshake)
{
	size_t size = sizeof(struct parcel) + handshake->sni.len + handshake->alpn.len +
		      handshake->ja4.len + handshake->chosen_alpn.len +
		      handshake->certificate.issuer.len + handshake->certificate.subject.len;
	struct parcel *parcel = yg_belt_reserve(relay->belt, size);
	char *to;

	if (!parcel) {
		yg_relay_drain(relay);
		relay->sink.on_handshake(relay->sink.ctx, handshake);
		return;
	}
	parcel->kind = PARCEL_HANDSHAKE;
	parcel->handshake = *handshake;
	to = (char *)(parcel + 1);
	parcel->handshake.sni = copy(handshake->sni, &to);
	parcel->handshake.alpn = copy(handshake->alpn, &to);
	parcel->handshake.ja4 = copy(handshake->ja4, &to);
	parcel->handshake.chosen_alpn = copy(handshake->chosen_alpn, &to);
	parcel->handshake.certificate.issuer = copy(handshake->certificate.issuer, &to);
	parcel->handshake.certificate.subject = copy(handshake->certificate.subject, &to);
	yg_belt_commit(relay->belt);
}

void yg_relay_websocket(struct yg_relay *relay, const struct yg_websocket *websocket)
{
	size_t size = sizeof(struct parcel) + 2 * sizeof(struct yg_ws_said) + websocket->host.len +
		      websocket->target.len + websocket->text[0].len + websocket->text[1].len;
	struct yg_ws_said *said;
	struct parcel *parcel;
	char *to;

	if (websocket->calls)
		size += sizeof(*websocket->calls);
	parcel = yg_belt_reserve(relay->belt, size);
	if (!parcel) {
		yg_relay_drain(relay);
		relay->sink.on_websocket(relay->sink.ctx, websocket);
		return;
	}
	parcel->kind = PARCEL_WEBSOCKET;
	parcel->websocket = *websocket;
	said = (struct yg_ws_said *)(parcel + 1);
	to = (char *)(said + 2);
	if (websocket->calls) {
		struct yg_ws_calls *calls = (struct yg_ws_calls *)(void *)to;

		*calls = *websocket->calls;
		parcel->websocket.calls = calls;
		to = (char *)(calls + 1);
	}
	for (unsigned side = 0; side < 2; side++) {
		said[side] = *websocket->said[side];
		parcel->websocket.said[side] = &said[side];
		parcel->websocket.text[side] = copy(websocket->text[side], &to);
	}
	parcel->websocket.host = copy(websocket->host, &to);
	parcel->websocket.target = copy(websocket->target, &to);
	yg_belt_commit(relay->belt);
}

void yg_relay_tick(struct yg_relay *relay, uint64_t now_ns)
{
	struct parcel *parcel = yg_belt_reserve(relay->belt, sizeof(*parcel));

	parcel->kind = PARCEL_TICK; /* a parcel alone always fits */
	parcel->now_ns = now_ns;
	yg_belt_commit(relay->belt);
}

void yg_relay_drain(struct yg_relay *relay)
{
	yg_belt_drain(relay->belt);
}
