/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/draft.h"

#include <errno.h>
#include <string.h>

#include "parse/trailer.h"

#define TRAILERS_ROOM 512u  /* bytes of trailers that go before the end of a body's prefix */
#define PARTIAL_ROOM  1024u /* bytes of room for the rest of a head: most fit without moving */

/* The parts of a block, in order. */
static struct yg_field *fields_of(struct yg_draft *draft)
{
	return (struct yg_field *)(void *)(draft + 1);
}

struct yg_draft *yg_draft_keep(struct yg_pool *pool, struct yg_draft *draft, uint32_t body_room)
{
	uint32_t head_len = draft->head.pos, count = draft->head.field_count;
	size_t need = sizeof(*draft) + count * sizeof(struct yg_field) + head_len;
	struct yg_draft *kept;
	uint8_t *bytes;
	size_t cap;

	if (body_room < draft->body_len + draft->trailers_len)
		body_room = draft->body_len + draft->trailers_len;
	need += body_room;
	kept = yg_pool_take(pool, need, &cap);
	if (!kept)
		return NULL;
	*kept = *draft;
	kept->kept = true;
	kept->head.fields = fields_of(kept);
	kept->head.field_cap = count;
	bytes = (uint8_t *)(kept->head.fields + count);
	if (count)
		memcpy(kept->head.fields, draft->head.fields, count * sizeof(struct yg_field));
	if (head_len)
		memcpy(bytes, draft->bytes, head_len);
	if (draft->body_len)
		memcpy(bytes + head_len, draft->body, draft->body_len);
	if (draft->trailers_len)
		memcpy(bytes + head_len + draft->body_len, draft->trailers, draft->trailers_len);
	kept->bytes = bytes;
	kept->body = bytes + head_len;
	kept->trailers = kept->body + draft->body_len;
	kept->body_room = body_room;
	if (draft->kept)
		yg_pool_give(pool, draft);
	return kept;
}

size_t yg_draft_bytes(const struct yg_draft *draft)
{
	if (!draft)
		return 0;
	return sizeof(*draft) + draft->head.field_count * sizeof(struct yg_field) +
	       draft->head.pos + draft->body_room;
}

static struct yg_draft *partial(struct yg_pool *pool, const struct yg_draft *draft, size_t room)
{
	size_t need = sizeof(*draft) + YG_HEADERS_MAX * sizeof(struct yg_field) + room;
	struct yg_draft *kept;
	size_t cap;

	kept = yg_pool_take(pool, need, &cap);
	if (!kept)
		return NULL;
	*kept = *draft;
	kept->kept = true;
	kept->head.fields = fields_of(kept);
	kept->head.field_cap = YG_HEADERS_MAX;
	if (draft->head.field_count)
		memcpy(kept->head.fields, draft->head.fields,
		       draft->head.field_count * sizeof(struct yg_field));
	kept->bytes = (uint8_t *)(kept->head.fields + YG_HEADERS_MAX);
	kept->bytes_len = 0;
	kept->bytes_cap = (uint32_t)(cap - (need - room));
	return kept;
}

static void put_bytes(struct yg_draft *kept, const uint8_t *data, size_t len)
{
	if (len)
		memcpy((uint8_t *)(kept->head.fields + YG_HEADERS_MAX) + kept->bytes_len, data,
		       len);
	kept->bytes_len += (uint32_t)len;
}

struct yg_draft *yg_draft_keep_partial(struct yg_pool *pool, const struct yg_draft *draft,
				       const uint8_t *data, size_t len)
{
	struct yg_draft *kept = partial(pool, draft, len + PARTIAL_ROOM);

	if (kept)
		put_bytes(kept, data, len);
	return kept;
}

int yg_draft_append(struct yg_pool *pool, struct yg_draft **draft, const uint8_t *data, size_t len)
{
	struct yg_draft *kept = *draft;

	if (kept->bytes_cap - kept->bytes_len < len) {
		kept = partial(pool, *draft, ((*draft)->bytes_len + len) * 3 / 2 + PARTIAL_ROOM);
		if (!kept)
			return -ENOMEM;
		put_bytes(kept, (*draft)->bytes, (*draft)->bytes_len);
		yg_pool_give(pool, *draft);
		*draft = kept;
	}
	put_bytes(kept, data, len);
	return 0;
}

bool yg_draft_is_evident(const struct yg_draft *draft)
{
	return draft->head.kind == YG_HTTP1_REQUEST && draft->head.has_start &&
	       draft->head.anomalies & YG_ANOMALY_BARE_CR;
}

void yg_draft_add_body(struct yg_draft *draft, struct yg_slice body, uint8_t *scratch)
{
	uint32_t room = draft->body_room - draft->body_len;
	uint32_t take = body.len < room ? (uint32_t)body.len : room;
	const uint8_t *data = (const uint8_t *)body.ptr;

	draft->body_bytes += body.len;
	if (draft->body_closed || body.len == 0)
		return;
	draft->body_closed = take == room;
	if (take == 0)
		return;
	if (draft->kept) {
		memcpy((uint8_t *)draft->bytes + draft->head.pos + draft->body_len, data, take);
	} else if (draft->body_len == 0) {
		draft->body = data;
	} else if (draft->body + draft->body_len != data) {
		if (draft->body != scratch)
			memcpy(scratch, draft->body, draft->body_len);
		memcpy(scratch + draft->body_len, data, take);
		draft->body = scratch;
	}
	draft->body_len += take;
}

/*
 * Room for @len more bytes of trailers: a prefix that fills it all gives its end away. In the end
 * that is the same in whatever pieces they come.
 */
static void make_way(struct yg_draft *draft, size_t len)
{
	uint32_t room = draft->body_room - draft->body_len, far;
	size_t want = draft->trailers_len + len;

	want = want < TRAILERS_ROOM ? want : TRAILERS_ROOM;
	draft->body_closed = true;
	if (room >= want || draft->body_len == 0)
		return;
	far = (uint32_t)want - room;
	far = far < draft->body_len ? far : draft->body_len;
	draft->body_len -= far;
	draft->body_gap = true;
	if (!draft->kept || draft->trailers_len == 0)
		return;
	memmove((uint8_t *)draft->trailers - far, draft->trailers, draft->trailers_len);
	draft->trailers -= far;
}

void yg_draft_add_trailers(struct yg_draft *draft, struct yg_slice bytes)
{
	uint32_t room, take;

	make_way(draft, bytes.len);
	room = draft->body_room - draft->body_len - draft->trailers_len;
	take = bytes.len < room ? (uint32_t)bytes.len : room;
	if (take == 0)
		return;
	if (draft->trailers_len == 0)
		draft->trailers =
			draft->kept ? draft->body + draft->body_len : (const uint8_t *)bytes.ptr;
	if (draft->kept)
		memcpy((uint8_t *)draft->trailers + draft->trailers_len, bytes.ptr, take);
	draft->trailers_len += take;
}

struct yg_slice yg_draft_slice(const struct yg_draft *draft, struct yg_span span)
{
	return (struct yg_slice){ (const char *)draft->bytes + span.at, span.len };
}

/* A folded value in one line: the white space around its line ends is what separates its parts. */
static struct yg_slice unfold(struct yg_slice value, char **to)
{
	struct yg_slice flat = { *to, 0 };

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] != '\r' && value.ptr[i] != '\n')
			(*to)[flat.len++] = value.ptr[i];
	}
	*to += flat.len;
	return yg_slice_trim(flat);
}

/* The trailers behind the headers. Return: how many. */
static uint32_t view_trailers(const struct yg_draft *draft, struct yg_draft_room *room,
			      struct yg_header_index *index)
{
	struct yg_slice rest = { (const char *)draft->trailers, draft->trailers_len };
	uint32_t from = draft->head.field_count, count = from;

	while (count < YG_HEADERS_MAX && yg_trailer_next(&rest, &room->headers[count])) {
		room->header_ids[count] = yg_header_index_find(index, room->headers[count].name);
		count++;
	}
	return count - from;
}

static uint32_t later(uint32_t end, struct yg_span span)
{
	return span.at + span.len > end ? span.at + span.len : end;
}

struct yg_message yg_draft_view(const struct yg_draft *draft, struct yg_draft_room *room,
				struct yg_header_index *index)
{
	char *to = room->unfolded;
	const struct yg_http1 *head;
	bool has_fold;
	uint32_t end;

	if (!draft)
		return (struct yg_message){ .present = false };
	head = &draft->head;
	has_fold = head->anomalies & YG_ANOMALY_FOLD;
	end = later(later(0, head->method), head->target);
	for (uint32_t i = 0; i < head->field_count; i++) {
		struct yg_header *header = &room->headers[i];

		end = later(later(end, head->fields[i].name), head->fields[i].value);
		header->name = yg_draft_slice(draft, head->fields[i].name);
		header->value = yg_draft_slice(draft, head->fields[i].value);
		if (has_fold)
			header->value = unfold(header->value, &to);
		room->header_ids[i] = yg_header_index_find(index, header->name);
	}
	return (struct yg_message){
		.present = true,
		.complete = draft->complete,
		.refused = draft->refused,
		.body_gap = draft->body_gap || draft->body_len < draft->body_bytes,
		.version_minor = head->version_minor,
		.anomalies = head->anomalies,
		.start_ns = draft->start_ns,
		.end_ns = draft->end_ns,
		.head_bytes = head->pos,
		.body_bytes = draft->body_bytes,
		.head = { (const char *)draft->bytes, head->pos },
		.head_whole = end <= head->pos && !has_fold && !draft->trailers_len,
		.method = head->method.len ? yg_draft_slice(draft, head->method)
					   : (struct yg_slice){ NULL, 0 },
		.target = head->target.len ? yg_draft_slice(draft, head->target)
					   : (struct yg_slice){ NULL, 0 },
		.status = head->status,
		.headers = room->headers,
		.header_ids = room->header_ids,
		.header_count = head->field_count,
		.trailer_count = draft->trailers_len ? view_trailers(draft, room, index) : 0,
		.header_dropped = head->field_dropped,
		.header_unknown = draft->unknown,
		.body = { draft->body_len ? (const char *)draft->body : "", draft->body_len },
	};
}

void yg_draft_free(struct yg_pool *pool, struct yg_draft **draft)
{
	if (*draft && (*draft)->kept)
		yg_pool_give(pool, *draft);
	*draft = NULL;
}
