/* SPDX-License-Identifier: GPL-2.0-only */
/* Sensitive data: between the exchanges and baseline/data.h. */
#include <errno.h>

#include "respond/knowledge_inside.h"

const struct yg_data *yg_knowledge_data(const struct yg_knowledge *knowledge)
{
	return knowledge->data;
}

void yg_knowledge_data_news(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			    yg_data_field_fn fn, void *ctx)
{
	yg_data_news(knowledge->data, endpoint->index, fn, ctx);
}

void yg_knowledge_look(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
		       const struct yg_endpoint *endpoint, uint64_t time_ns,
		       struct yg_observation *ret)
{
	struct yg_data_scene scene = {
		.exchange = exchange,
		.bodies = knowledge->bodies,
		.path = ret->path,
		.endpoint = endpoint ? (int64_t)endpoint->index : -1,
		.time_ns = time_ns,
		.asked = knowledge->data_each,
	};

	yg_data_observe(knowledge->data, &scene, &knowledge->seen);
	ret->data = &knowledge->seen;
	if (knowledge->seen.count)
		ret->classes = yg_data_classes(knowledge->data, scene.endpoint,
					       knowledge->seen.items, knowledge->seen.count);
}

bool yg_knowledge_pack_data(const struct yg_knowledge *knowledge,
			    const struct yg_endpoint *endpoint, struct yg_writer *writer)
{
	uint32_t count;

	(void)yg_data_fields(knowledge->data, endpoint->index, &count);
	if (count == 0)
		return false;
	yg_put_text(writer, yg_slice_from_str(endpoint->service));
	yg_put_text(writer, yg_slice_from_str(endpoint->method));
	yg_put_text(writer, yg_slice_from_str(endpoint->template_));
	yg_data_pack(knowledge->data, endpoint->index, writer);
	return true;
}

int yg_knowledge_load_data(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	struct yg_slice service = yg_get_text(reader), method = yg_get_text(reader);
	struct yg_slice template_ = yg_get_text(reader);
	const struct yg_endpoint *endpoint;

	if (reader->bad)
		return -EINVAL;
	endpoint = yg_inventory_find(knowledge->inventory, service, method, template_);
	if (!endpoint)
		return -EINVAL;
	yg_data_unpack(knowledge->data, endpoint->index, reader);
	if (!reader->bad && reader->used == reader->len)
		return 0;
	yg_data_drop(knowledge->data, endpoint->index);
	return -EINVAL;
}
