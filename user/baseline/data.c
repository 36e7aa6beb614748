/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_inside.h"

#include <errno.h>
#include <string.h>

#include "baseline/data_head.h"
#include "baseline/data_text.h"
#include "baseline/lesson.h"
#include "parse/values.h"

#define CUT_MIN	   256u /* bytes of a value without an end that are read at all ... */
#define CUT_MARGIN 64u	/* ... but for the last ones */
#define FIELDS_FEW 4u	/* room that an endpoint begins with; doubles */
#define POOL_MIN   20u	/* card-like values without a name before they count against each other */
#define POOL_SHARE 5u	/* fewer than one in so many passed: it is luck */
#define TOLD_EACH  60000000000ull /* ns between two words about a field that does not change */
#define LUCKY_MIN  5u		  /* the same at one endpoint */

_Static_assert(YG_DATA_FIELDS_MAX <= 64, "of each row a look has a bit");

int yg_data_new(const struct yg_data_options *options, char *ret_error, size_t error_cap,
		struct yg_data **ret)
{
	YG_CLEANUP(yg_data_free) struct yg_data *data = calloc(1, sizeof(*data));
	int r;

	if (!data)
		return -ENOMEM;
	data->key = options->key;
	data->endpoints_max = options->endpoints_max;
	data->endpoints = calloc(options->endpoints_max, sizeof(*data->endpoints));
	if (!data->endpoints)
		return -ENOMEM;
	r = yg_data_engine_new(&options->engine, ret_error, error_cap, &data->engine);
	if (r < 0)
		return r;
	*ret = YG_TAKE_PTR(data);
	return 0;
}

void yg_data_free(struct yg_data **data)
{
	struct yg_data *d = *data;

	if (!d)
		return;
	for (uint32_t i = 0; d->endpoints && i < d->endpoints_max; i++)
		free(d->endpoints[i].rows);
	yg_data_engine_free(&d->engine);
	free(d->endpoints);
	free(d);
	*data = NULL;
}

static bool believes_alone(const struct yg_data *data, const struct fields *fields)
{
	if (fields->tried >= LUCKY_MIN && fields->passed * 2 < fields->tried)
		return false;
	return data->tried < POOL_MIN || data->passed * POOL_SHARE >= data->tried;
}

enum yg_data_level yg_data_level_of(const struct yg_data *data, uint32_t endpoint,
				    const struct yg_data_field *field)
{
	return yg_data_level(field, believes_alone(data, &data->endpoints[endpoint]));
}

const struct yg_data_field *yg_data_fields(const struct yg_data *data, uint32_t endpoint,
					   uint32_t *ret_count)
{
	*ret_count = data->endpoints[endpoint].count;
	return data->endpoints[endpoint].rows;
}

void yg_data_news(struct yg_data *data, uint32_t endpoint, yg_data_field_fn fn, void *ctx)
{
	struct fields *fields = &data->endpoints[endpoint];

	for (uint32_t i = 0; i < fields->count; i++) {
		struct yg_data_field *field = &fields->rows[i];
		enum yg_data_level level = yg_data_level_of(data, endpoint, field);

		if (level == field->told &&
		    (level == YG_DATA_NONE || field->last_ns < field->told_ns + TOLD_EACH))
			continue;
		field->told = (uint8_t)level;
		field->told_ns = field->last_ns;
		fn(ctx, field, level);
	}
}

enum yg_data_level yg_data_level_at(const struct yg_data *data, uint32_t endpoint, uint64_t key)
{
	const struct yg_data_field *field = yg_data_find(&data->endpoints[endpoint], key);

	return field ? yg_data_level_of(data, endpoint, field) : YG_DATA_NONE;
}

static bool grow(struct yg_data *data, struct fields *fields)
{
	uint32_t cap = fields->cap ? fields->cap * 2 : FIELDS_FEW;
	struct yg_data_field *rows;
	size_t more;

	cap = cap > YG_DATA_FIELDS_MAX ? YG_DATA_FIELDS_MAX : cap;
	more = (cap - fields->cap) * sizeof(*rows);
	if (more == 0 || data->bytes + more > YG_DATA_BYTES_MAX)
		return false;
	rows = reallocarray(fields->rows, cap, sizeof(*rows));
	if (!rows)
		return false;
	data->bytes += more;
	fields->rows = rows;
	fields->cap = cap;
	return true;
}

struct yg_data_field *yg_data_make_field(struct yg_data *data, struct fields *fields)
{
	struct yg_data_field *least = NULL;
	enum yg_data_level lowest = YG_DATA_LEVEL_MAX;

	if (fields->count < fields->cap || grow(data, fields)) {
		fields->full = fields->exchanges + YG_LESSON_NEWS;
		return &fields->rows[fields->count++];
	}
	for (uint32_t i = 0; i < fields->count; i++) {
		enum yg_data_level level = yg_data_level(&fields->rows[i], false);

		if (level > lowest ||
		    (level == lowest && least && fields->rows[i].last_ns >= least->last_ns))
			continue;
		least = &fields->rows[i];
		lowest = level;
	}
	/* What is confirmed stays: a flood of made-up names cannot wash it out. */
	if (!least || lowest == YG_DATA_CONFIRMED) {
		data->lost++;
		return NULL;
	}
	data->evicted++;
	return least;
}

/* Most values of a known endpoint are passed over by the length and the ends of their names. */
static uint8_t name_bit(struct yg_slice name)
{
	uint32_t ends = (uint32_t)name.len;

	if (name.len > 0)
		ends += (uint32_t)(uint8_t)yg_ascii_lower(name.ptr[0]) * 7u +
			(uint32_t)(uint8_t)yg_ascii_lower(name.ptr[name.len - 1]) * 31u;
	return (uint8_t)(ends % 64);
}

static enum find find_of(const struct yg_data_field *field)
{
	if (field->in == YG_VALUE_IN_PATH)
		return FIND_PATH;
	return field->response ? FIND_RESPONSE : FIND_REQUEST;
}

/* Where the fields are that hold something as far as is known. */
static void find_known(const struct yg_data *data, struct fields *fields)
{
	bool alone = believes_alone(data, fields);

	fields->stale = false;
	memset(fields->known, 0, sizeof(fields->known));
	memset(fields->names, 0, sizeof(fields->names));
	memset(fields->places, 0, sizeof(fields->places));
	for (uint32_t i = 0; i < fields->count; i++) {
		const struct yg_data_field *field = &fields->rows[i];

		if (yg_data_level(field, alone) == YG_DATA_NONE)
			continue;
		fields->known[find_of(field)] |= 1ull << i;
		fields->names[find_of(field)] |= 1ull << field->name_bit;
		fields->places[find_of(field)] |= 1u << field->in;
	}
}

static bool may_be_known(const struct look *look, struct yg_slice name)
{
	return !look->known || (look->names >> name_bit(name) & 1);
}

/*
 * A known field was found in this exchange: where just the classes are asked for, the other rows
 * of a list need not be read for it.
 */
static void note_found(struct look *look, uint64_t key)
{
	const struct fields *known = look->known;
	const struct yg_data_field *found = known ? yg_data_find(known, key) : NULL;
	uint64_t left;

	if (!found)
		return;
	look->found |= 1ull << (found - known->rows);
	look->names = 0;
	left = known->known[look->find] & ~look->found;
	for (; left; left &= left - 1)
		look->names |= 1ull << known->rows[__builtin_ctzll(left)].name_bit;
	look->done = look->names == 0;
}

static void put_item(struct look *look, const struct yg_data_sight *sight, uint64_t key,
		     enum yg_value_in in)
{
	struct yg_data_seen *seen = look->seen;
	struct yg_data_item item = {
		.field = key,
		.count = 1,
		.class_ = sight->class_,
		.response = look->response,
		.url = in == YG_VALUE_IN_QUERY || in == YG_VALUE_IN_PATH,
		.sure = sight->context || sight->proof == YG_DATA_PROOF_CERTAIN,
	};

	for (uint32_t i = 0; i < seen->count; i++) {
		if (seen->items[i].field == key) {
			seen->items[i].count++;
			seen->items[i].sure |= item.sure;
			return;
		}
	}
	if (seen->count == YG_DATA_ITEMS_MAX) {
		look->data->items_lost++;
		return;
	}
	seen->items[seen->count++] = item;
	if (look->classes)
		note_found(look, key);
}

/* What a field holds for sure, or as far as one value can say. */
static void put_value(struct look *look, const struct yg_data_sight *sight)
{
	struct yg_data_seen *seen = look->seen;

	if (look->classes || !look->response ||
	    !(sight->context || sight->proof == YG_DATA_PROOF_CERTAIN) ||
	    seen->value_count == YG_DATA_VALUES_MAX)
		return;
	seen->values[seen->value_count++] = (struct yg_data_value){
		.hash = yg_hash(&look->data->key, sight->text.ptr, sight->text.len),
		.class_ = sight->class_,
	};
}

static void mark(uint64_t *bits, uint64_t hash)
{
	bits[hash / 64 % (YG_DATA_BITS / 64)] |= 1ull << (hash % 64);
}

static void learn(struct look *look, const struct yg_data_leaf *leaf,
		  const struct yg_data_sight *sight, uint64_t key, const char *path,
		  enum yg_value_in in)
{
	struct yg_data_field *field = yg_data_find(look->fields, key);
	uint64_t hash = yg_hash(&look->data->key, sight->text.ptr, sight->text.len);

	if (!field && !sight->passed)
		return;
	if (!field) {
		field = yg_data_make_field(look->data, look->fields);
		if (!field)
			return;
		*field = (struct yg_data_field){
			.key = key,
			.class_ = sight->class_,
			.in = (uint8_t)in,
			.response = look->response,
			.name_bit = name_bit(leaf->name),
			.proof = sight->proof,
			.first_ns = look->time_ns,
		};
		(void)memccpy(field->path, path, '\0', sizeof(field->path));
		field->path[sizeof(field->path) - 1] = '\0';
	}
	mark(field->tried, hash);
	if (!sight->passed)
		return;
	mark(field->passed, hash);
	field->values++;
	field->named += sight->context;
	field->proof = sight->proof < field->proof ? sight->proof : field->proof;
	field->last_ns = look->time_ns > field->last_ns ? look->time_ns : field->last_ns;
	if (!field->sample[0])
		yg_data_mask(yg_data_engine_mask(look->data->engine, sight->class_), sight->text,
			     field->sample, sizeof(field->sample));
}

static void count_alone(struct look *look, const struct yg_data_sight *sight)
{
	if (sight->class_ != YG_DATA_PAN || sight->context)
		return;
	look->data->tried++;
	look->data->passed += sight->passed;
	if (!look->fields)
		return;
	look->fields->tried++;
	look->fields->passed += sight->passed;
}

static void take_sights(struct look *look, const struct yg_data_leaf *leaf, uint32_t count,
			const char *path, enum yg_value_in in)
{
	struct yg_data *data = look->data;

	for (uint32_t i = 0; i < count; i++) {
		const struct yg_data_sight *sight = &data->sights[i];
		uint64_t key = yg_data_key(sight->class_, look->response, in, path);

		count_alone(look, sight);
		if (sight->passed) {
			put_item(look, sight, key, in);
			put_value(look, sight);
		}
		if (look->fields)
			learn(look, leaf, sight, key, path, in);
	}
}

/* Sights in one value; none where no known field can be. */
static uint32_t examine(struct look *look, const struct yg_data_leaf *leaf)
{
	if (!may_be_known(look, leaf->name))
		return 0;
	look->data->values++;
	return yg_data_engine_examine(look->data->engine, leaf, look->data->sights);
}

/* The name of the container that @value stands in. */
static struct yg_slice parent_of(const struct yg_value *value)
{
	uint32_t depth = value->depth;

	/* In an array the name of the array is what counts. */
	while (depth > 0) {
		depth--;
		if (depth > 0 && value->levels[depth - 1].name.ptr)
			return value->levels[depth - 1].name;
	}
	return (struct yg_slice){ NULL, 0 };
}

/* Sights of a head that are worth a word, moved to the front. Return: how many. */
static uint32_t keep_of_head(struct look *look, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (!yg_data_is_of_heads(look->data->sights[i].class_))
			look->data->sights[kept++] = look->data->sights[i];
	}
	return kept;
}

static bool is_worth_reading(const struct look *look, const struct yg_value *value)
{
	if (!value->raw.ptr || value->raw.len == 0 || value->type == YG_VALUE_BOOL ||
	    value->type == YG_VALUE_NULL || value->type == YG_VALUE_FILE ||
	    (value->type == YG_VALUE_NUMBER && value->raw.len < 3))
		return false;
	return may_be_known(look, value->name) &&
	       !(value->in == YG_VALUE_IN_HEADER && (value->traits & YG_HEADER_USUAL));
}

/*
 * The value with its escapes undone. What has no end is no value: nothing of a short one is left,
 * of a long text what stands well before the cut.
 */
static struct yg_slice read_text(struct look *look, const struct yg_value *value)
{
	struct yg_data *data = look->data;
	struct yg_value coded = *value;
	struct yg_slice text;
	bool cut = value->cut;

	/* Servers escape what a cookie may not hold. */
	if (value->in == YG_VALUE_IN_COOKIE && memchr(value->raw.ptr, '%', value->raw.len))
		coded.coding = YG_VALUE_PERCENT;
	text = yg_value_decode(&coded, data->decoded, sizeof(data->decoded));
	cut |= text.ptr == data->decoded && text.len + 4 > sizeof(data->decoded);
	if (!cut)
		return text;
	data->cut++;
	text.len = text.len > CUT_MIN ? text.len - CUT_MARGIN : 0;
	return yg_data_trim_cut(text);
}

static void take_leaf(struct look *look, const struct yg_data_leaf *leaf,
		      const struct yg_value *value)
{
	char path[YG_DATA_PATH_CAP];
	uint32_t count = examine(look, leaf);

	if (value->in == YG_VALUE_IN_HEADER || value->in == YG_VALUE_IN_COOKIE)
		count = keep_of_head(look, count);
	if (count == 0)
		return;
	(void)yg_value_path(value, path, sizeof(path));
	take_sights(look, leaf, count, path, value->in);
}

struct yg_slice yg_data_plain_name(struct yg_slice name, char *buffer, size_t cap)
{
	const struct yg_value coded = { .coding = YG_VALUE_PERCENT, .raw = name };

	if (!name.ptr || !memchr(name.ptr, '%', name.len))
		return name;
	return yg_value_decode(&coded, buffer, cap);
}

static void visit_data(void *ctx, const struct yg_value *value)
{
	char name[YG_DATA_PATH_CAP];
	struct yg_data *data = ctx;
	struct look *look = &data->look;
	struct yg_data_leaf leaf = {
		.name = value->name,
		.response = look->response,
		.number = value->type == YG_VALUE_NUMBER,
	};

	if (!is_worth_reading(look, value))
		return;
	leaf.text = read_text(look, value);
	if (leaf.text.len == 0)
		return;
	leaf.name = yg_data_plain_name(leaf.name, name, sizeof(name));
	if (value->in == YG_VALUE_IN_BODY)
		leaf.parent = parent_of(value);
	take_leaf(look, &leaf, value);
	leaf.text = yg_data_unwrap(leaf.text, data->unwrapped, sizeof(data->unwrapped));
	if (leaf.text.ptr)
		take_leaf(look, &leaf, value);
}

static void begin_find(struct look *look, enum find find)
{
	look->find = find;
	look->found = 0;
	look->names = look->known ? look->known->names[find] : UINT64_MAX;
	look->done = look->names == 0;
}

/* Segments of the path, each under the name of the one before it. */
static void take_path(struct look *look, struct yg_slice path)
{
	struct yg_slice before = { NULL, 0 };
	size_t at = 0;

	begin_find(look, FIND_PATH);
	while (at < path.len && !look->done) {
		const char *slash;
		struct yg_data_leaf leaf = { .name = before };
		char name[YG_DATA_PATH_CAP];
		size_t len;
		uint32_t count;

		at += path.ptr[at] == '/';
		slash = memchr(path.ptr + at, '/', path.len - at);
		leaf.text =
			(struct yg_slice){ path.ptr + at, slash ? (size_t)(slash - path.ptr) - at
								: path.len - at };
		at += leaf.text.len;
		if (leaf.text.len < 3) {
			before = leaf.text;
			continue;
		}
		count = examine(look, &leaf);
		len = before.len < sizeof(name) ? before.len : sizeof(name) - 1;
		if (count && len)
			memcpy(name, before.ptr, len);
		name[len] = '\0';
		take_sights(look, &leaf, count, name, YG_VALUE_IN_PATH);
		before = leaf.text;
	}
}

/* Where values of this side are wanted: YG_VALUES_* bits. */
static uint32_t wants(struct look *look, enum yg_side side)
{
	uint32_t where = YG_VALUES_BODY | (side == YG_SIDE_REQUEST ? YG_VALUES_QUERY : 0);

	if (!look->seen->looked)
		return 0;
	if (look->fields)
		where |= YG_VALUES_HEADER | YG_VALUES_COOKIE;
	for (uint32_t in = 0; look->known && in < YG_VALUE_IN_MAX; in++) {
		if (!(look->known->places[look->find] >> in & 1))
			where &= ~(1u << in);
	}
	return where;
}

struct yg_visitor yg_data_visitor(struct yg_data *data, enum yg_side side)
{
	struct look *look = &data->look;

	look->response = side == YG_SIDE_RESPONSE;
	begin_find(look, look->response ? FIND_RESPONSE : FIND_REQUEST);
	return (struct yg_visitor){
		.fn = visit_data, .ctx = data, .where = wants(look, side), .done = &look->done
	};
}

void yg_data_end(struct yg_data *data, const struct yg_values_walked *walked)
{
	if (data->look.seen->looked)
		data->bodies_cut += walked->cut;
}

static bool is_accepted(const struct yg_exchange *exchange)
{
	return exchange->response.present && exchange->response.status >= 200 &&
	       exchange->response.status < 400;
}

/* What to do with this exchange. Return: false: it is passed over. */
static bool begin_look(struct look *look, const struct yg_data_scene *scene)
{
	bool asked = scene->asked || scene->classes;
	struct fields *fields;

	look->classes = !scene->asked;
	/* What belongs nowhere, or was refused, teaches nothing: it is read for who asks. */
	if (scene->endpoint < 0 || !is_accepted(scene->exchange))
		return asked;
	fields = &look->data->endpoints[scene->endpoint];
	if (!scene->asked && fields->exchanges >= fields->full)
		look->seen->weight = scene->weight;
	if (scene->lesson || fields->exchanges < fields->full) {
		look->fields = fields;
		look->classes = false;
		fields->stale = true;
	} else {
		look->known = fields;
		if (asked && fields->stale)
			find_known(look->data, fields);
	}
	fields->exchanges += fields->exchanges < UINT32_MAX;
	return look->fields || (asked && (fields->known[FIND_REQUEST] |
					  fields->known[FIND_RESPONSE] | fields->known[FIND_PATH]));
}

void yg_data_begin(struct yg_data *data, const struct yg_data_scene *scene,
		   struct yg_data_seen *ret)
{
	struct look *look = &data->look;

	*look = (struct look){ .data = data, .seen = ret, .time_ns = scene->time_ns };
	ret->count = 0;
	ret->value_count = 0;
	ret->weight = 1;
	data->exchanges++;
	ret->looked = begin_look(look, scene);
	if (!ret->looked)
		data->skipped++;
	else if (scene->path.ptr)
		take_path(look, scene->path);
}

struct yg_data_set yg_data_classes(const struct yg_data *data, int64_t endpoint,
				   const struct yg_data_item *items, uint32_t count)
{
	const struct fields *fields = endpoint >= 0 ? &data->endpoints[endpoint] : NULL;
	struct yg_data_set set = { { 0 } };

	for (uint32_t i = 0; i < count; i++) {
		const struct yg_data_field *field =
			fields ? yg_data_find(fields, items[i].field) : NULL;

		if (field ? yg_data_level(field, believes_alone(data, fields)) > YG_DATA_NONE
			  : items[i].sure)
			yg_data_set_add(&set, items[i].class_);
	}
	return set;
}
