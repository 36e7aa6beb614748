/* SPDX-License-Identifier: GPL-2.0-only */
/* What was learned of endpoints: their parameters and fields, and all of them as a document. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/openapi.h"
#include "baseline/schema_json.h"
#include "core/bytes.h"
#include "serve/private.h"

#define LEARNED_PAGE 50u   /* endpoints of one answer */
#define DOCUMENT_MAX 8192u /* endpoints of a document; the analyzer knows no more */

/* One endpoint, unpacked. */
struct learned {
	struct learned *next;
	struct yg_endpoint endpoint;
	struct yg_schema *schema; /* NULL: nothing was learned */
};

static void free_learned(struct learned **learned)
{
	while (*learned) {
		struct learned *gone = *learned;

		*learned = gone->next;
		yg_schema_free(&gone->schema);
		free(gone);
	}
}

/* Return: 0; -EINVAL damaged, or of another version; -ENOMEM. */
static int unpack(const struct yg_store_learned *from, struct learned *ret)
{
	struct yg_reader endpoint = { .ptr = (const uint8_t *)from->endpoint.ptr,
				      .len = from->endpoint.len };
	struct yg_reader schema = { .ptr = (const uint8_t *)from->schema.ptr,
				    .len = from->schema.len };

	yg_endpoint_unpack(&ret->endpoint, &endpoint);
	if (endpoint.bad)
		return -EINVAL;
	if (from->schema.len == 0)
		return 0;
	(void)yg_get_u64(&schema);
	return yg_schema_unpack(&schema, &ret->schema) == -ENOMEM ? -ENOMEM : 0;
}

/* --- one endpoint --------------------------------------------------------------------------- */

static int write_learned(void *ctx, const struct yg_store_learned *from)
{
	YG_CLEANUP(free_learned) struct learned *learned = calloc(1, sizeof(*learned));

	if (learned && unpack(from, learned) == 0)
		yg_schema_put(ctx, learned->schema, learned->endpoint.template_);
	return 0;
}

void yg_openapi_fields(struct yg_desk *desk, struct yg_http_request *request, uint64_t id)
{
	const struct yg_store_filter filter = { .id = id, .limit = 1 };
	struct yg_slice text;

	yg_json_reset(desk->json);
	yg_json_open_object(desk->json);
	(void)!yg_store_learned(desk->store, &filter, write_learned, desk->json);
	yg_json_close_object(desk->json);
	text = yg_json_view(desk->json);
	if (text.len <= 2)
		return;
	yg_http_add(request, YG_SLICE(","));
	yg_http_add(request, (struct yg_slice){ text.ptr + 1, text.len - 2 });
}

/* --- all, for a client that compares -------------------------------------------------------- */

struct listing {
	struct yg_json *json;
	struct yg_reply_list reply;
	uint8_t buffer[8192]; /* a packed endpoint */
};

static void put_hex(struct yg_json *json, const char *name, struct yg_slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	YG_CLEANUP_FREE char *text = malloc(2 * bytes.len + 1);

	if (!text)
		return;
	for (size_t i = 0; i < bytes.len; i++) {
		text[2 * i] = digits[(uint8_t)bytes.ptr[i] >> 4];
		text[2 * i + 1] = digits[(uint8_t)bytes.ptr[i] & 15];
	}
	yg_json_pair_slice(json, name, (struct yg_slice){ text, 2 * bytes.len });
}

static int list_learned(void *ctx, const struct yg_store_learned *from)
{
	YG_CLEANUP(free_learned) struct learned *learned = calloc(1, sizeof(*learned));
	struct listing *listing = ctx;
	struct yg_writer writer = { .ptr = listing->buffer, .cap = sizeof(listing->buffer) };
	struct yg_json *json = listing->json;

	listing->reply.count++;
	if (!learned || unpack(from, learned))
		return 0;
	listing->reply.count--;
	yg_endpoint_pack(&learned->endpoint, &writer);
	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "schema");
	yg_json_pair_str(json, "service", learned->endpoint.service);
	yg_json_pair_str(json, "method", learned->endpoint.method);
	yg_json_pair_str(json, "template", learned->endpoint.template_);
	yg_schema_put(json, learned->schema, learned->endpoint.template_);
	if (!writer.overflow)
		put_hex(json, "packed_endpoint",
			(struct yg_slice){ (const char *)listing->buffer, writer.len });
	if (learned->schema)
		put_hex(json, "packed_schema",
			(struct yg_slice){ from->schema.ptr + 8, from->schema.len - 8 });
	yg_json_close_object(json);
	return yg_reply_list_add(&listing->reply, yg_json_view(json));
}

void yg_get_schemas(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	const char *offset = yg_http_argument(request, "offset");
	struct yg_store_filter filter = {
		.service = yg_slice_from_str(yg_http_argument(request, "service")),
		.limit = LEARNED_PAGE,
		.offset = offset ? (uint32_t)strtoul(offset, NULL, 10) : 0,
	};
	struct listing listing = { .json = desk->json };
	ssize_t count;

	(void)rest;
	yg_reply_list_open(&listing.reply, request);
	count = yg_store_learned(desk->store, &filter, list_learned, &listing);
	if (count < 0) {
		yg_http_clear(request);
		yg_reply_error(desk, request, 503, "store", strerror((int)-count));
		return;
	}
	yg_reply_list_close(&listing.reply,
			    count == LEARNED_PAGE ? filter.offset + LEARNED_PAGE : 0);
}

/* --- all as a document ---------------------------------------------------------------------- */

struct gathering {
	struct yg_openapi *openapi;
	struct learned *all;
};

static int gather(void *ctx, const struct yg_store_learned *from)
{
	YG_CLEANUP(free_learned) struct learned *learned = calloc(1, sizeof(*learned));
	struct gathering *gathering = ctx;
	int r = learned ? unpack(from, learned) : -ENOMEM;

	if (r)
		return r == -EINVAL ? 0 : r;
	r = yg_openapi_add(gathering->openapi, &learned->endpoint, learned->schema);
	if (r)
		return r;
	learned->next = gathering->all;
	gathering->all = YG_TAKE_PTR(learned);
	return 0;
}

static int write_document(const struct yg_desk *desk, struct yg_slice service,
			  enum yg_openapi_format format, FILE *out)
{
	const struct yg_store_filter filter = { .service = service, .limit = DOCUMENT_MAX };
	YG_CLEANUP(yg_openapi_free) struct yg_openapi *openapi = NULL;
	struct gathering gathering = { 0 };
	ssize_t count;
	int r = yg_openapi_new(&openapi);

	if (r)
		return r;
	gathering.openapi = openapi;
	count = yg_store_learned(desk->store, &filter, gather, &gathering);
	r = count < 0 ? (int)count : yg_openapi_write(openapi, format, out);
	free_learned(&gathering.all);
	return r;
}

void yg_get_openapi(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	const char *format = yg_http_argument(request, "format");
	bool json = format && strcmp(format, "json") == 0;
	YG_CLEANUP_FREE char *text = NULL;
	size_t len = 0;
	FILE *out;
	int r;

	(void)rest;
	if (format && !json && strcmp(format, "yaml") != 0) {
		yg_reply_error(desk, request, 400, "format", "not yaml or json");
		return;
	}
	out = open_memstream(&text, &len);
	r = out ? write_document(desk, yg_slice_from_str(yg_http_argument(request, "service")),
				 json ? YG_OPENAPI_JSON : YG_OPENAPI_YAML, out)
		: -ENOMEM;
	if (out && fclose(out) && r == 0)
		r = -ENOMEM;
	if (r) {
		yg_reply_error(desk, request, 503, "openapi", strerror(-r));
		return;
	}
	yg_http_add(request, (struct yg_slice){ text, len });
	yg_http_send(request, 200, json ? "application/json" : "application/yaml");
}
