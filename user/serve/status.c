/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KEY_CAP	   160	 /* "counter/sample/lost_ring" */
#define PACKED_MAX 4096u /* the largest status message is a library of about 700 bytes */

/* A row keeps the message as it came, packed: every kind fits, and none has texts to free. */
struct row {
	char key[KEY_CAP];
	enum yg_feed_kind kind;
	unsigned int sender;
	bool repeated; /* in the running round of its sender */
	uint8_t *packed;
	size_t packed_len;
};

struct yg_status {
	struct row rows[YG_STATUS_ROWS_ALL];
	uint32_t count;
	uint32_t of_sender[YG_STATUS_SENDERS_MAX];
	uint64_t lost;
};

int yg_status_new(struct yg_status **ret)
{
	struct yg_status *status = calloc(1, sizeof(*status));

	if (!status)
		return -ENOMEM;
	*ret = status;
	return 0;
}

void yg_status_free(struct yg_status **status)
{
	if (!*status)
		return;
	for (uint32_t i = 0; i < (*status)->count; i++)
		free((*status)->rows[i].packed);
	free(*status);
	*status = NULL;
}

static void print_texts(char *ret, const char *kind, struct yg_slice a, struct yg_slice b)
{
	(void)snprintf(ret, KEY_CAP, "%s/%.*s/%.*s", kind, (int)a.len, a.ptr ? a.ptr : "",
		       (int)b.len, b.ptr ? b.ptr : "");
}

/* Which object a message is about. Return: 0; -EINVAL it is no status. */
static int print_key(const struct yg_feed_message *message, char *ret)
{
	const char *kind = yg_feed_kind_name(message->kind);
	struct yg_slice none = { "", 0 };

	switch (message->kind) {
	case YG_FEED_KIND_SENSOR:
		print_texts(ret, kind, none, none);
		return 0;
	case YG_FEED_KIND_ROLE:
		print_texts(ret, kind, message->role.role, none);
		return 0;
	case YG_FEED_KIND_INTERFACE:
		(void)snprintf(ret, KEY_CAP, "%s/%" PRIu64 "/%.*s", kind, message->interface.index,
			       (int)message->interface.name.len, message->interface.name.ptr);
		return 0;
	case YG_FEED_KIND_LIBRARY:
		(void)snprintf(ret, KEY_CAP, "%s/%" PRIu64 "/%" PRIu64 "/%" PRIu64 "/%.*s", kind,
			       message->library.device, message->library.inode,
			       message->library.pid, (int)message->library.comm.len,
			       message->library.comm.ptr);
		return 0;
	case YG_FEED_KIND_CAPABILITY:
		print_texts(ret, kind, message->capability.name, none);
		return 0;
	case YG_FEED_KIND_COUNTER:
		print_texts(ret, kind, message->counter.table, message->counter.name);
		return 0;
	default:
		return -EINVAL;
	}
}

static void end_round(struct yg_status *status, unsigned int sender)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < status->count; i++) {
		struct row *row = &status->rows[i];
		/* Counters and the sensor are sent when they change. */
		bool stays = row->sender != sender || row->repeated ||
			     row->kind == YG_FEED_KIND_COUNTER || row->kind == YG_FEED_KIND_SENSOR;

		if (!stays) {
			free(row->packed);
			status->of_sender[sender]--;
			continue;
		}
		if (row->sender == sender)
			row->repeated = false;
		if (kept != i)
			status->rows[kept] = *row;
		kept++;
	}
	status->count = kept;
}

static struct row *find_row(struct yg_status *status, unsigned int sender, const char *key)
{
	for (uint32_t i = 0; i < status->count; i++) {
		if (status->rows[i].sender == sender && strcmp(status->rows[i].key, key) == 0)
			return &status->rows[i];
	}
	return NULL;
}

/* Bytes of "counter/sample/": what the keys of one table begin with. */
static size_t group_len(const char *key)
{
	const char *slash = strchr(key, '/');

	slash = slash ? strchr(slash + 1, '/') : NULL;
	return slash ? (size_t)(slash - key) + 1 : strlen(key);
}

/* A new place behind the last row of the same group: a table's counters stay together. */
static struct row *insert_row(struct yg_status *status, const char *key, enum yg_feed_kind kind)
{
	size_t len = group_len(key);
	uint32_t at = status->count;

	for (uint32_t i = status->count; i > 0 && kind == YG_FEED_KIND_COUNTER; i--) {
		if (strncmp(status->rows[i - 1].key, key, len) == 0) {
			at = i;
			break;
		}
	}
	memmove(&status->rows[at + 1], &status->rows[at],
		(status->count - at) * sizeof(status->rows[0]));
	status->count++;
	status->rows[at] = (struct row){ .kind = kind };
	memcpy(status->rows[at].key, key, strlen(key) + 1);
	return &status->rows[at];
}

int yg_status_put(struct yg_status *status, unsigned int sender,
		  const struct yg_feed_message *message)
{
	uint8_t bytes[PACKED_MAX];
	struct yg_feed_writer writer = { bytes, sizeof(bytes), 0 };
	char key[KEY_CAP];
	struct row *row;
	uint8_t *packed;
	int r;

	if (sender >= YG_STATUS_SENDERS_MAX)
		return -EINVAL;
	if (message->kind == YG_FEED_KIND_ROUND) {
		end_round(status, sender);
		return 0;
	}
	r = print_key(message, key);
	if (r == 0)
		r = yg_feed_put(&writer, message);
	if (r)
		return r;
	row = find_row(status, sender, key);
	if (!row && status->of_sender[sender] >= YG_STATUS_ROWS_MAX) {
		status->lost++;
		return 0;
	}
	packed = malloc(writer.len);
	if (!packed)
		return -ENOMEM;
	memcpy(packed, bytes, writer.len);
	if (!row) {
		row = insert_row(status, key, message->kind);
		status->of_sender[sender]++;
	}
	free(row->packed);
	row->packed = packed;
	row->packed_len = writer.len;
	row->sender = sender;
	row->repeated = true;
	return 0;
}

static bool unpack(const struct row *row, struct yg_feed_message *ret)
{
	struct yg_feed_reader reader = { row->packed, row->packed + row->packed_len, false };

	return yg_feed_next(&reader, ret) == YG_FEED_MESSAGE;
}

void yg_status_each(const struct yg_status *status, enum yg_feed_kind kind, yg_status_fn fn,
		    void *ctx)
{
	for (uint32_t i = 0; i < status->count; i++) {
		struct yg_feed_message message;

		if (status->rows[i].kind == kind && unpack(&status->rows[i], &message))
			fn(ctx, &message);
	}
}

uint64_t yg_status_lost(const struct yg_status *status)
{
	return status->lost;
}
