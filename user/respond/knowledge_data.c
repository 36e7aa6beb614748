/* SPDX-License-Identifier: GPL-2.0-only */
/* Sensitive data: between the exchanges and baseline/data.h. */
#include <errno.h>

#include "detect/take.h"
#include "respond/knowledge_inside.h"

void yg_knowledge_takes(const struct yg_knowledge *knowledge, yg_take_fn fn, void *ctx)
{
	const struct yg_takes *takes = yg_detectors_takes(knowledge->detectors);

	for (uint32_t i = yg_takes_first(takes); i; i = yg_takes_next(takes, i))
		fn(ctx, yg_takes_at(takes, i));
}

void yg_knowledge_save_takes(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			     void *ctx, uint8_t *buffer)
{
	const struct yg_takes *takes = yg_detectors_takes(knowledge->detectors);

	for (uint32_t i = yg_takes_first(takes); i; i = yg_takes_next(takes, i)) {
		struct yg_writer writer = { .ptr = buffer, .cap = YG_BLOB_BYTES_MAX };
		struct yg_take *take = yg_takes_at(takes, i);

		if (changed_only && !take->dirty)
			continue;
		yg_take_pack(take, knowledge->data, &writer);
		take->dirty = false;
		/* Its place in the table: another row that takes it takes the blob's, too. */
		fn(ctx, YG_BLOB_TAKE, i, buffer, writer.len);
	}
}

int yg_knowledge_load_take(struct yg_knowledge *knowledge, struct yg_reader *reader)
{
	return yg_takes_unpack(yg_detectors_takes(knowledge->detectors), knowledge->data, reader);
}

struct yg_slice yg_knowledge_mask_target(struct yg_knowledge *knowledge,
					 const struct yg_recall *recall,
					 const struct yg_data_set *classes, struct yg_slice target)
{
	bool url = !recall;

	for (uint32_t i = 0; recall && i < recall->data_count; i++)
		url |= recall->data[i].url;
	return yg_data_mask_target(knowledge->data, classes, url, target);
}

const struct yg_data *yg_knowledge_data(const struct yg_knowledge *knowledge)
{
	return knowledge->data;
}

void yg_knowledge_data_news(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			    yg_data_field_fn fn, void *ctx)
{
	yg_data_news(knowledge->data, endpoint->index, fn, ctx);
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
