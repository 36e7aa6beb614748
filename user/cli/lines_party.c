/* SPDX-License-Identifier: GPL-2.0-only */
/* Where data goes: the lines of third parties and of callers. */
#include <stdio.h>
#include <string.h>

#include "cli/lines.h"
#include "detect/take.h"
#include "store/feed_from.h"

struct view {
	struct yg_json *json;
	const struct yg_party *party;
	const struct yg_data *data;
	struct yg_data_set classes;
};

/* The host at any port. */
static bool is_of(const struct yg_party *party, const struct yg_endpoint *endpoint)
{
	size_t len = strlen(party->host);

	return strncmp(endpoint->service, party->host, len) == 0 &&
	       (endpoint->service[len] == '\0' || endpoint->service[len] == ':');
}

static void write_endpoint(void *ctx, const struct yg_endpoint *endpoint)
{
	struct view *view = ctx;
	char text[YG_METHOD_CAP + YG_TEMPLATE_CAP];

	if (!is_of(view->party, endpoint))
		return;
	(void)snprintf(text, sizeof(text), "%s %s", endpoint->method, endpoint->template_);
	yg_json_str(view->json, text);
}

static void take_classes(void *ctx, const struct yg_endpoint *endpoint)
{
	struct view *view = ctx;
	uint32_t count = 0;
	const struct yg_data_field *fields;

	if (!is_of(view->party, endpoint))
		return;
	fields = yg_data_fields(view->data, endpoint->index, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (!fields[i].response &&
		    yg_data_level_of(view->data, endpoint->index, &fields[i]) >= YG_DATA_LIKELY)
			yg_data_set_add(&view->classes, fields[i].class_);
	}
}

void yg_lines_party(struct yg_json *json, const struct yg_party *party,
		    struct yg_knowledge *knowledge)
{
	struct view view = { .json = json, .party = party, .data = yg_knowledge_data(knowledge) };
	struct yg_feed_message message;

	yg_feed_from_party(party, &message);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "third-party");
	yg_feed_write_fields(json, &message);
	yg_json_key(json, "endpoints");
	yg_json_open_array(json);
	(void)!yg_knowledge_endpoints(knowledge, write_endpoint, &view);
	yg_json_close_array(json);
	(void)!yg_knowledge_endpoints(knowledge, take_classes, &view);
	yg_json_key(json, "data");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < YG_DATA_ALL_MAX; i++) {
		if (yg_data_set_has(&view.classes, i))
			yg_json_str(json, yg_data_class_name(view.data, i));
	}
	yg_json_close_array(json);
	yg_json_close_object(json);
}

void yg_lines_take(struct yg_json *json, const struct yg_take *take, struct yg_knowledge *knowledge)
{
	struct yg_feed_message message;

	yg_feed_from_take(take, yg_data_class_name(yg_knowledge_data(knowledge), take->class_),
			  &message);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "take");
	yg_feed_write_fields(json, &message);
	yg_json_close_object(json);
}
