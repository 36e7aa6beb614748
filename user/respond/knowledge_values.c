/* SPDX-License-Identifier: GPL-2.0-only */
/* One walk over the values of each message, for everything that learns from them. */
#include <string.h>

#include "respond/knowledge_inside.h"

/* Parameters of the path in hand, named by the template. */
static void walk_path(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint)
{
	const char *p = endpoint->template_;

	for (uint32_t i = 0; i < knowledge->route.count && *p == '/'; i++) {
		const char *name = p + 1;
		size_t len = strcspn(name, "/ ");

		p = name + len;
		if (*name == '{')
			yg_schemas_path(knowledge->schemas,
					(struct yg_slice){ name + 1, strcspn(name, "}") - 1 },
					knowledge->path.segments[i]);
	}
}

static void learn_request(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			  const struct yg_endpoint *endpoint)
{
	struct yg_values_walked walked;

	yg_schemas_begin(knowledge->schemas, endpoint->index, YG_SCHEMA_REQUEST);
	walk_path(knowledge, endpoint);
	walked = yg_values_walk(exchange, knowledge->bodies, YG_SIDE_REQUEST, YG_VALUES_ALL,
				yg_schemas_visit, knowledge->schemas);
	yg_schemas_end(knowledge->schemas, &walked);
}

static void learn_response(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			   const struct yg_endpoint *endpoint)
{
	uint32_t class = exchange->response.status / 100u;
	struct yg_values_walked walked;

	yg_schemas_begin(knowledge->schemas, endpoint->index,
			 (enum yg_schema_part)(YG_SCHEMA_RESPONSE_2XX + class - 2));
	walked = yg_values_walk(exchange, knowledge->bodies, YG_SIDE_RESPONSE, YG_VALUES_BODY,
				yg_schemas_visit, knowledge->schemas);
	yg_schemas_end(knowledge->schemas, &walked);
}

void yg_knowledge_learn_values(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			       const struct yg_endpoint *endpoint)
{
	uint16_t status = exchange->response.status;

	if (!exchange->response.present || status < 200 || status >= 600 ||
	    !yg_schemas_wants(knowledge->schemas, endpoint->index, status < 400))
		return;
	/* What was refused says nothing about what the endpoint takes. */
	if (status < 400)
		learn_request(knowledge, exchange, endpoint);
	learn_response(knowledge, exchange, endpoint);
}

void yg_knowledge_show_schema(const struct yg_knowledge *knowledge,
			      const struct yg_endpoint *endpoint, struct yg_scene *scene)
{
	const struct yg_message *response = &scene->exchange->response;

	scene->schema = yg_schemas_at(knowledge->schemas, endpoint->index);
	if (response->present && response->status >= 200 && response->status < 600)
		scene->drifts = yg_schemas_drifts(knowledge->schemas, &scene->drift_count);
}
