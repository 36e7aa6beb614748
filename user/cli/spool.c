/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPOOL_BUFFER (1u << 20) /* one write(2) per megabyte */
#define SPOOL_TEXTS  5u		/* slices of a record: method, target, service, path, caller */
#define ABSENT	     UINT32_MAX /* length of a slice that is not there */

/* A record in the file: the item, whose pointers mean nothing there, then the texts' bytes. */
struct head {
	struct yg_spooled item;
	uint32_t text_len[SPOOL_TEXTS];
	uint32_t texts_len;
};

struct yg_spool {
	FILE *file;
	char *texts; /* of the record last read */
	size_t texts_cap;
	int failure; /* first -errno of a write */
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

	return (struct yg_spooled){
		.time_ns = request->present ? request->start_ns : response->start_ns,
		.request_bytes = request->body_bytes,
		.response_bytes = response->body_bytes,
		.latency_us = yg_exchange_latency_us(exchange),
		.client = exchange->client,
		.server = exchange->server,
		.asked = subject->client,
		.anomalies = request->anomalies | response->anomalies,
		.status = response->status,
		.protocol = exchange->protocol,
		.tls = exchange->tls,
		.forwarded = subject->client_forwarded,
		.has_request = request->present,
		.complete = request->complete && response->complete,
		.method = request->method,
		.target = request->target,
		.service = observation->service,
		.path = observation->path,
		.caller = observation->caller,
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

static int open_spool(struct yg_spool *spool, const char *dir)
{
	int fd = open_unlinked(dir);

	if (fd < 0)
		return -errno;
	spool->file = fdopen(fd, "w+b");
	if (!spool->file) {
		yg_closep(&fd);
		return -ENOMEM;
	}
	(void)setvbuf(spool->file, NULL, _IOFBF, SPOOL_BUFFER);
	return 0;
}

int yg_spool_new(const char *dir, struct yg_spool **ret)
{
	struct yg_spool *spool = calloc(1, sizeof(*spool));
	int r;

	if (!spool)
		return -ENOMEM;
	r = open_spool(spool, dir);
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
	if (s->file)
		(void)fclose(s->file);
	free(s->texts);
	yg_freep(spool);
}

static void list_texts(struct yg_spooled *item, struct yg_slice *ret[SPOOL_TEXTS])
{
	ret[0] = &item->method;
	ret[1] = &item->target;
	ret[2] = &item->service;
	ret[3] = &item->path;
	ret[4] = &item->caller;
}

static void write_bytes(struct yg_spool *spool, const void *data, size_t len)
{
	if (len > 0 && fwrite(data, 1, len, spool->file) != len && spool->failure == 0)
		spool->failure = errno ? -errno : -EIO;
}

void yg_spool_put(struct yg_spool *spool, const struct yg_spooled *item)
{
	struct head head = { .item = *item };
	struct yg_slice *texts[SPOOL_TEXTS];

	list_texts(&head.item, texts);
	for (size_t i = 0; i < SPOOL_TEXTS; i++) {
		head.text_len[i] = texts[i]->ptr ? (uint32_t)texts[i]->len : ABSENT;
		head.texts_len += texts[i]->ptr ? (uint32_t)texts[i]->len : 0;
	}
	write_bytes(spool, &head, sizeof(head));
	for (size_t i = 0; i < SPOOL_TEXTS; i++)
		write_bytes(spool, texts[i]->ptr, texts[i]->ptr ? texts[i]->len : 0);
}

int yg_spool_rewind(struct yg_spool *spool)
{
	if (fflush(spool->file) && spool->failure == 0)
		spool->failure = -errno;
	if (spool->failure == 0 && fseeko(spool->file, 0, SEEK_SET))
		spool->failure = -errno;
	return spool->failure;
}

static int reserve_texts(struct yg_spool *spool, size_t len)
{
	char *grown;

	if (len <= spool->texts_cap)
		return 0;
	grown = realloc(spool->texts, len);
	if (!grown)
		return -ENOMEM;
	spool->texts = grown;
	spool->texts_cap = len;
	return 0;
}

int yg_spool_next(struct yg_spool *spool, struct yg_spooled *ret)
{
	struct head head;
	struct yg_slice *texts[SPOOL_TEXTS];
	size_t used = 0;
	int r;

	if (fread(&head, sizeof(head), 1, spool->file) != 1)
		return feof(spool->file) ? 0 : -EIO;
	r = reserve_texts(spool, head.texts_len);
	if (r)
		return r;
	if (fread(spool->texts, 1, head.texts_len, spool->file) != head.texts_len)
		return -EIO;

	*ret = head.item;
	list_texts(ret, texts);
	for (size_t i = 0; i < SPOOL_TEXTS; i++) {
		*texts[i] = (struct yg_slice){ NULL, 0 };
		if (head.text_len[i] == ABSENT)
			continue;
		*texts[i] = (struct yg_slice){ spool->texts + used, head.text_len[i] };
		used += head.text_len[i];
	}
	return 1;
}
