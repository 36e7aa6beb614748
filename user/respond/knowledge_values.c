/* SPDX-License-Identifier: GPL-2.0-only */
/* One walk over the values of each message, for everything that learns from them. */
#include <string.h>

#include "detect/take.h"
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
					knowledge->path->segments[i]);
	}
}

/* Count the exchange. Return: what of it is read for its endpoint. */
static struct yg_lesson begin_lesson(struct yg_knowledge *knowledge,
				     const struct yg_exchange *exchange,
				     const struct yg_endpoint *endpoint)
{
	if (!endpoint || !exchange->response.present)
		return (struct yg_lesson){ YG_LESSON_NONE, 1 };
	return yg_schemas_wants(knowledge->schemas, endpoint->index,
				exchange->response.status<400, exchange->request.body.len> 0);
}

/* Is its message one to learn the schema from? What was refused says nothing about requests. */
static bool teaches_schema(const struct yg_exchange *exchange, enum yg_side side)
{
	uint16_t status = exchange->response.status;

	return status >= 200 && status < (side == YG_SIDE_REQUEST ? 400 : 600);
}

static enum yg_schema_part part_of(const struct yg_exchange *exchange, enum yg_side side)
{
	if (side == YG_SIDE_REQUEST)
		return YG_SCHEMA_REQUEST;
	return (enum yg_schema_part)(YG_SCHEMA_RESPONSE_2XX + exchange->response.status / 100u - 2);
}

/* Query and body, if the request has them: most have none. */
static uint32_t places_of(const struct yg_knowledge *knowledge, const struct yg_exchange *exchange)
{
	return (exchange->request.body.len > 0 ? YG_VALUES_BODY : 0) |
	       (knowledge->path->query.len > 0 ? YG_VALUES_QUERY : 0);
}

/* Ids and logins are looked for in every request that has a place for them. */
static uint32_t visit_request(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			      struct yg_visitor *ret)
{
	uint32_t places = places_of(knowledge, exchange);
	bool post = yg_slice_equal(exchange->request.method, YG_SLICE("POST"));

	ret[0] = (struct yg_visitor){
		.fn = yg_objects_visit,
		.ctx = &knowledge->objects,
		.where = places,
		.max = YG_OBJECTS_VALUES,
	};
	ret[1] = (struct yg_visitor){
		.fn = yg_login_visit,
		.ctx = &knowledge->login,
		.where = post ? places & YG_VALUES_BODY : 0,
		.max = YG_LOGIN_VALUES,
	};
	return 2;
}

/* Posture: messages of lessons, and requests to endpoints, where they have something. */
static uint32_t posture_wants(const struct yg_knowledge *knowledge,
			      const struct yg_exchange *exchange, const struct yg_endpoint *pupil,
			      bool lesson, enum yg_side side)
{
	const struct yg_endpoint *party = knowledge->operation.model.ptr ? NULL : pupil;
	uint32_t where = 0;

	if (lesson || side == YG_SIDE_REQUEST)
		where = yg_posture_wants(knowledge->posture, exchange, knowledge->bodies, side,
					 lesson, party);
	if (side == YG_SIDE_REQUEST)
		where &= pupil ? places_of(knowledge, exchange) : 0;
	return where;
}

/* One walk over one message, for all who want to see something of it. @pupil: who has a lesson. */
static void read_side(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
		      const struct yg_endpoint *pupil, enum yg_lesson_kind lesson,
		      enum yg_side side)
{
	bool request = side == YG_SIDE_REQUEST, whole = lesson == YG_LESSON_WHOLE;
	bool schema = (whole || (request && lesson == YG_LESSON_REQUEST)) &&
		      teaches_schema(exchange, side);
	bool shaped = schema && exchange->response.status < 300;
	struct yg_visitor visitors[YG_VISITORS_MAX];
	struct yg_values_walked walked;
	struct yg_shape shape = { 0 };
	uint32_t count = 0;

	visitors[count++] = (struct yg_visitor){ .fn = yg_schemas_visit,
						 .ctx = knowledge->schemas,
						 .named = true,
						 .where = schema && request ? YG_VALUES_ALL
							  : schema	    ? YG_VALUES_BODY
									    : 0 };
	visitors[count++] = yg_data_visitor(knowledge->data, side);
	visitors[count++] = (struct yg_visitor){
		.fn = request ? yg_posture_visit_request : yg_posture_visit_response,
		.ctx = knowledge->posture,
		.where = posture_wants(knowledge, exchange, pupil, whole, side),
	};
	if (request)
		count += visit_request(knowledge, exchange, visitors + count);
	else
		visitors[count++] = (struct yg_visitor){ .fn = yg_shape_visit,
							 .ctx = &shape,
							 .named = true,
							 .where = shaped ? YG_VALUES_BODY : 0,
							 .max = YG_SHAPE_VALUES };
	if (schema)
		yg_schemas_begin(knowledge->schemas, pupil->index, part_of(exchange, side));
	if (schema && request)
		walk_path(knowledge, pupil);
	walked = yg_values_walk(exchange, knowledge->bodies, side, visitors, count);
	yg_data_end(knowledge->data, &walked);
	if (!request)
		yg_posture_walked(knowledge->posture, &walked);
	if (schema)
		yg_schemas_end(knowledge->schemas, &walked);
	if (shape.fields)
		yg_knowledge_note_shape(knowledge, pupil, shape.fields);
}

void yg_knowledge_read_values(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			      const struct yg_endpoint *endpoint, struct yg_observation *ret)
{
	const struct yg_message *request = &exchange->request;
	struct yg_lesson lesson = begin_lesson(knowledge, exchange, endpoint);
	struct yg_data_scene data = {
		.exchange = exchange,
		.path = ret->path,
		.endpoint = endpoint ? (int64_t)endpoint->index : -1,
		.time_ns = request->start_ns,
		.lesson = lesson.kind == YG_LESSON_WHOLE,
		.weight = lesson.weight,
		.asked = yg_takes_is_watched(yg_detectors_takes(knowledge->detectors),
					     knowledge->reading->caller.hash, request->start_ns),
		.classes = knowledge->data_each,
	};

	knowledge->lesson = lesson.kind == YG_LESSON_WHOLE;
	knowledge->login.user = knowledge->login.password = (struct yg_slice){ NULL, 0 };
	yg_objects_from_path(&knowledge->read_as.identity_key, knowledge->path, &knowledge->route,
			     &knowledge->objects);
	yg_data_begin(knowledge->data, &data, &knowledge->seen);
	read_side(knowledge, exchange, endpoint, lesson.kind, YG_SIDE_REQUEST);
	read_side(knowledge, exchange, endpoint, lesson.kind, YG_SIDE_RESPONSE);
	ret->data = &knowledge->seen;
	if (knowledge->seen.count)
		ret->classes = yg_data_classes(knowledge->data, data.endpoint,
					       knowledge->seen.items, knowledge->seen.count);
}

void yg_knowledge_show_schema(const struct yg_knowledge *knowledge,
			      const struct yg_endpoint *endpoint, struct yg_scene *scene)
{
	const struct yg_message *response = &scene->exchange->response;

	scene->schema = yg_schemas_at(knowledge->schemas, endpoint->index);
	if (response->present && response->status >= 200 && response->status < 600)
		scene->drifts = yg_schemas_drifts(knowledge->schemas, &scene->drift_count);
}
