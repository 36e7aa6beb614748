/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_CAP (1u << 20) /* one write(2) per megabyte; small captures never get to the disk */
#define TEXTS	   13u	      /* slices of an item: see list_texts() */
#define ABSENT	   UINT32_MAX /* length of a slice that is not there */

/* In the file: this, then the bytes of the texts. The item's pointers mean nothing there. */
struct head {
	struct yg_spooled item;
	uint32_t text_len[TEXTS];
	uint32_t texts_len;
};

/*
 * Writing, [0, end) of the buffer waits for the file. Reading, [begin, end) was read and is not
 * used. A record is whole in the buffer; the rare one that is larger makes the buffer grow.
 */
struct yg_spool {
	int fd;
	uint8_t *buffer;
	size_t cap, begin, end;
	bool spilled; /* something went to the file */
	int failure;  /* first -errno */
};

uint64_t yg_exchange_latency_us(const struct yg_exchange *exchange)
{
	const struct yg_message *request = &exchange->request, *response = &exchange->response;

	if (!request->present || !response->present || response->start_ns < request->start_ns)
		return YG_LATENCY_UNKNOWN;
	return (response->start_ns - request->start_ns) / 1000;
}

struct yg_spooled yg_spooled_from(const struct yg_subject *subject,
				  const struct yg_observation *observation)
{
	const struct yg_exchange *exchange = subject->exchange;
	const struct yg_message *request = &exchange->request, *response = &exchange->response;
	const struct yg_outcome none = { 0 };
	const struct yg_outcome *outcome = observation->outcome ? observation->outcome : &none;

	return (struct yg_spooled){
		.id = observation->id,
		.time_ns = request->present ? request->start_ns : response->start_ns,
		.request_bytes = request->body_bytes,
		.response_bytes = response->body_bytes,
		.latency_us = yg_exchange_latency_us(exchange),
		.client = exchange->client,
		.server = exchange->server,
		.asked = subject->client,
		.anomalies = request->anomalies | response->anomalies,
		.status = response->status,
		.grpc_status = exchange->grpc_status,
		.protocol = observation->protocol,
		.source = observation->source,
		.outcome = outcome->kind,
		.metered = outcome->metered,
		.tokens_in = outcome->tokens_in,
		.tokens_out = outcome->tokens_out,
		.code = outcome->code,
		.stream = observation->stream,
		.calls = observation->calls,
		.depth = observation->depth,
		.aliases = observation->aliases,
		.tls = exchange->tls,
		.forwarded = subject->client_forwarded,
		.has_request = request->present,
		.complete = request->complete && response->complete,
		.refused = request->refused || response->refused,
		.method = request->method,
		.target = request->target,
		.service = observation->service,
		.path = observation->path,
		.caller = observation->caller,
		.operation = observation->operation,
		.model = observation->model,
		.data = { observation->data ? (const char *)observation->data->items : NULL,
			  observation->data ? observation->data->count * sizeof(struct yg_data_item)
					    : 0 },
		.ja4 = exchange->ja4,
		.sni = exchange->sni,
		.alpn = exchange->alpn,
		.chosen_alpn = exchange->chosen_alpn,
	};
}

/* O_TMPFILE where the file system has it, else a name that is gone at once. */
static int open_unlinked(const char *dir)
{
	char path[4096];
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	if ((size_t)snprintf(path, sizeof(path), "%s/yagura-XXXXXX", dir) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

int yg_spool_new(const char *dir, struct yg_spool **ret)
{
	struct yg_spool *spool = calloc(1, sizeof(*spool));
	int r = 0;

	if (!spool)
		return -ENOMEM;
	spool->fd = open_unlinked(dir);
	if (spool->fd < 0)
		r = -errno;
	spool->buffer = malloc(BUFFER_CAP);
	spool->cap = BUFFER_CAP;
	if (r == 0 && !spool->buffer)
		r = -ENOMEM;
	if (r)
		yg_spool_free(&spool);
	else
		*ret = spool;
	return r;
}

void yg_spool_free(struct yg_spool **spool)
{
	struct yg_spool *s = *spool;

	if (!s)
		return;
	yg_closep(&s->fd);
	free(s->buffer);
	yg_freep(spool);
}

static void list_texts(struct yg_spooled *item, struct yg_slice *ret[TEXTS])
{
	ret[0] = &item->method;
	ret[1] = &item->target;
	ret[2] = &item->service;
	ret[3] = &item->path;
	ret[4] = &item->caller;
	ret[5] = &item->ja4;
	ret[6] = &item->sni;
	ret[7] = &item->operation;
	ret[8] = &item->model;
	ret[9] = &item->data;
	ret[10] = &item->alpn;
	ret[11] = &item->chosen_alpn;
	ret[12] = &item->code;
}

static int spill(struct yg_spool *spool)
{
	size_t done = 0;

	while (done < spool->end) {
		ssize_t n = write(spool->fd, spool->buffer + done, spool->end - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	spool->spilled = true;
	spool->end = 0;
	return 0;
}

static int grow(struct yg_spool *spool, size_t cap)
{
	uint8_t *grown;

	if (cap <= spool->cap)
		return 0;
	grown = realloc(spool->buffer, cap);
	if (!grown)
		return -ENOMEM;
	spool->buffer = grown;
	spool->cap = cap;
	return 0;
}

static int reserve(struct yg_spool *spool, size_t len)
{
	int r = 0;

	if (len > spool->cap - spool->end)
		r = spill(spool);
	return r ? r : grow(spool, len);
}

void yg_spool_put(struct yg_spool *spool, const struct yg_spooled *item)
{
	struct head head = { .item = *item };
	struct yg_slice *texts[TEXTS];
	uint8_t *to;

	if (spool->failure)
		return;
	list_texts(&head.item, texts);
	for (size_t i = 0; i < TEXTS; i++) {
		head.text_len[i] = texts[i]->ptr ? (uint32_t)texts[i]->len : ABSENT;
		head.texts_len += texts[i]->ptr ? (uint32_t)texts[i]->len : 0;
	}
	spool->failure = reserve(spool, sizeof(head) + head.texts_len);
	if (spool->failure)
		return;
	to = spool->buffer + spool->end;
	memcpy(to, &head, sizeof(head));
	to += sizeof(head);
	for (size_t i = 0; i < TEXTS; i++) {
		if (head.text_len[i] == ABSENT)
			continue;
		memcpy(to, texts[i]->ptr, texts[i]->len);
		to += texts[i]->len;
	}
	spool->end += sizeof(head) + head.texts_len;
}

int yg_spool_rewind(struct yg_spool *spool)
{
	spool->begin = 0;
	if (spool->failure || !spool->spilled)
		return spool->failure;
	spool->failure = spill(spool);
	if (spool->failure == 0 && lseek(spool->fd, 0, SEEK_SET) < 0)
		spool->failure = -errno;
	return spool->failure;
}

/* Makes @need bytes available. Return: 1; 0 if the file ends before; -EIO; -ENOMEM. */
static int fill(struct yg_spool *spool, size_t need)
{
	size_t have = spool->end - spool->begin;

	if (have >= need)
		return 1;
	memmove(spool->buffer, spool->buffer + spool->begin, have);
	spool->begin = 0;
	spool->end = have;
	if (!spool->spilled)
		return 0;
	if (grow(spool, need))
		return -ENOMEM;
	while (spool->end < need) {
		ssize_t n = read(spool->fd, spool->buffer + spool->end, spool->cap - spool->end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? 0 : -EIO;
		spool->end += (size_t)n;
	}
	return 1;
}

int yg_spool_next(struct yg_spool *spool, struct yg_spooled *ret)
{
	struct head head;
	struct yg_slice *texts[TEXTS];
	const char *at;
	int r = fill(spool, sizeof(head));

	if (r <= 0)
		return r;
	memcpy(&head, spool->buffer + spool->begin, sizeof(head));
	r = fill(spool, sizeof(head) + head.texts_len);
	if (r <= 0)
		return r < 0 ? r : -EIO;

	at = (const char *)spool->buffer + spool->begin + sizeof(head);
	spool->begin += sizeof(head) + head.texts_len;
	*ret = head.item;
	list_texts(ret, texts);
	for (size_t i = 0; i < TEXTS; i++) {
		bool absent = head.text_len[i] == ABSENT;

		*texts[i] = absent ? (struct yg_slice){ NULL, 0 }
				   : (struct yg_slice){ at, head.text_len[i] };
		at += absent ? 0 : head.text_len[i];
	}
	return 1;
}
