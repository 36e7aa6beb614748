/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2head.h"

#include <string.h>

#define GRPC	     "application/grpc"
#define GRPC_WEB     "application/grpc-web"
#define NUMBER_LIMIT 100000000u

void yg_h2_head_begin(struct yg_h2_head *head)
{
	head->draft = (struct yg_draft){ .bytes = head->bytes };
	head->draft.head.fields = head->fields;
	head->draft.head.field_cap = YG_HEADERS_MAX;
	head->draft.head.version_major = 2;
	head->authority = (struct yg_span){ 0, 0 };
	head->has_protocol = head->has_cookie_last = false;
	head->content = YG_H2_CONTENT_OTHER;
	head->grpc_status = YG_GRPC_STATUS_NONE;
}

/* False: no room. */
static bool add_bytes(struct yg_h2_head *head, struct yg_slice text, struct yg_span *ret)
{
	uint32_t at = head->draft.head.pos;

	if (text.len > sizeof(head->bytes) - at)
		return false;
	if (text.len)
		memcpy(head->bytes + at, text.ptr, text.len);
	*ret = (struct yg_span){ at, (uint32_t)text.len };
	head->draft.head.pos = at + (uint32_t)text.len;
	return true;
}

static void add_field(struct yg_h2_head *head, struct yg_slice name, struct yg_slice value)
{
	struct yg_http1 *http = &head->draft.head;
	struct yg_field *field = &head->fields[http->field_count];
	uint32_t before = http->pos;

	if (http->field_count < YG_HEADERS_MAX && add_bytes(head, name, &field->name) &&
	    add_bytes(head, value, &field->value)) {
		http->field_count++;
		return;
	}
	http->pos = before;
	http->field_dropped++;
}

/* The value of the field before ends where the bytes end, so it can go on. */
static bool join_cookie(struct yg_h2_head *head, struct yg_slice value)
{
	struct yg_span *last = &head->fields[head->draft.head.field_count - 1].value, more;
	size_t room = sizeof(head->bytes) - head->draft.head.pos;

	if (room < 2 || room - 2 < value.len)
		return false;
	(void)add_bytes(head, YG_SLICE("; "), &more);
	(void)add_bytes(head, value, &more);
	last->len = head->draft.head.pos - last->at;
	return true;
}

static uint32_t number_from(struct yg_slice value)
{
	uint32_t number = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9' || number >= NUMBER_LIMIT)
			return UINT32_MAX;
		number = number * 10 + (uint32_t)(value.ptr[i] - '0');
	}
	return value.len ? number : UINT32_MAX;
}

int32_t yg_grpc_status_from(struct yg_slice value)
{
	uint32_t number = number_from(value);

	return number <= INT32_MAX ? (int32_t)number : YG_GRPC_STATUS_NONE;
}

static bool starts_with(struct yg_slice text, struct yg_slice prefix)
{
	return text.len >= prefix.len &&
	       yg_slice_equal_nocase((struct yg_slice){ text.ptr, prefix.len }, prefix);
}

enum yg_h2_content yg_h2_content_of(struct yg_slice media_type)
{
	if (starts_with(media_type, YG_SLICE(GRPC_WEB)))
		return YG_H2_CONTENT_GRPC_WEB;
	return starts_with(media_type, YG_SLICE(GRPC)) ? YG_H2_CONTENT_GRPC : YG_H2_CONTENT_OTHER;
}

static void take_pseudo(struct yg_h2_head *head, struct yg_slice name, struct yg_slice value)
{
	struct yg_http1 *http = &head->draft.head;
	uint32_t status, count = http->field_count;

	if (yg_slice_equal(name, YG_SLICE(":method"))) {
		http->field_dropped += !add_bytes(head, value, &http->method);
	} else if (yg_slice_equal(name, YG_SLICE(":path"))) {
		http->field_dropped += !add_bytes(head, value, &http->target);
	} else if (yg_slice_equal(name, YG_SLICE(":authority"))) {
		add_field(head, YG_SLICE("host"), value);
		if (http->field_count > count)
			head->authority = head->fields[count].value;
	} else if (yg_slice_equal(name, YG_SLICE(":protocol"))) {
		head->has_protocol = yg_slice_equal_nocase(value, YG_SLICE("websocket"));
	} else if (yg_slice_equal(name, YG_SLICE(":status"))) {
		status = number_from(value);
		http->status = status >= 100 && status <= 999 ? (uint16_t)status : 0;
	}
}

static void take_known(struct yg_h2_head *head, struct yg_slice name, struct yg_slice value)
{
	struct yg_http1 *http = &head->draft.head;
	uint32_t number;

	if (yg_slice_equal(name, YG_SLICE("content-type"))) {
		head->content = (uint8_t)yg_h2_content_of(value);
	} else if (yg_slice_equal(name, YG_SLICE("content-length"))) {
		number = number_from(value);
		http->has_length = number != UINT32_MAX;
		http->length = number;
	} else if (yg_slice_equal(name, YG_SLICE("grpc-status"))) {
		head->grpc_status = yg_grpc_status_from(value);
	}
}

void yg_h2_head_field(struct yg_h2_head *head, struct yg_slice name, struct yg_slice value)
{
	uint32_t count = head->draft.head.field_count;
	bool is_cookie;

	if (name.len == 0) {
		head->draft.unknown++;
		head->has_cookie_last = false;
		return;
	}
	if (name.ptr[0] == ':') {
		take_pseudo(head, name, value);
		head->has_cookie_last = false;
		return;
	}
	take_known(head, name, value);
	is_cookie = yg_slice_equal(name, YG_SLICE("cookie"));
	if (is_cookie && head->has_cookie_last && join_cookie(head, value))
		return;
	add_field(head, name, value);
	head->has_cookie_last = is_cookie && head->draft.head.field_count > count;
}

/* Only where nothing is unknown: what :path would be is no guess then. */
void yg_h2_head_end(struct yg_h2_head *head)
{
	struct yg_http1 *http = &head->draft.head;
	struct yg_slice method = yg_draft_slice(&head->draft, http->method);

	if (http->target.len == 0 && head->draft.unknown == 0 && !head->has_protocol &&
	    yg_slice_equal(method, YG_SLICE("CONNECT")))
		http->target = head->authority;
}

bool yg_h2_head_is_request(const struct yg_h2_head *head)
{
	return head->draft.head.method.len || head->draft.head.target.len;
}

bool yg_h2_head_is_response(const struct yg_h2_head *head)
{
	return head->draft.head.status != 0;
}
