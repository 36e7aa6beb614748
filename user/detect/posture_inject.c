/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API10: what a third party's answer brings in (baseline/active.h). A client that takes it for data
 * stores it, shows it, or hands it on to a database, a shell or a model.
 *
 *	answer of a lesson -> values -> sights -> against what the field held before -> fault
 *
 * third-party-injection: code, in a field that was without it for ANSWERS_MIN answers and
 *	VALUES_MIN values, or in a field that is new; lookups, prototypes, external entities and
 *	URLs of schemes that no API has, wherever they stand. One step less in a field of long
 *	texts, and for HTML that does nothing.
 * third-party-internal-url: a URL of an internal host, in a field that held URLs of the Internet;
 *	a URL of a metadata service anywhere.
 *
 * A field that held it from the start may hold it: HTML of a shop, payloads of a scanner. In a
 * field of HTML, scripts are none either: pages bring their own. In long texts and in lines of code
 * only scripts, lookups and orders to a model count. What was a fault once stays one in that field.
 * Answers of language models are not looked at: they repeat what they were asked.
 */
#include "detect/party.h"
#include "detect/posture_inside.h"
#include "parse/body.h"

#define ANSWERS_MIN  4u	  /* answers that a field was in, and ... */
#define VALUES_MIN   8u	  /* ... values of it, before what it never held is news */
#define KNOWN_MIN    16u  /* answers of an endpoint, before a new field of it is */
#define MARKUP_MIN   64u  /* values of a short field, before HTML in it is */
#define MARKED_MIN   3u	  /* answers with HTML: it is a field of HTML */
#define URLS_MIN     4u	  /* URLs of the Internet: it is a field of them */
#define LONG_MIN     400u /* bytes of a text that may be code, or about it */
#define PROSE_MIN    200u /* bytes of a text that nobody calls a name */
#define SHORT_MIN    4u	  /* bytes of the shortest text that can be active */
#define VALUES_EACH  512u /* values of one answer that are looked at */
#define PROLOG_BYTES 2048u

#define BIT(kind) YG_ACTIVE_BIT(YG_ACTIVE_##kind)

/* Wherever they stand. */
#define ALWAYS	(BIT(LOOKUP) | BIT(PROTOTYPE) | BIT(ENTITY) | BIT(SCHEME) | BIT(METADATA))
#define URLS	(BIT(INTERNAL) | BIT(METADATA))
#define OF_LONG (BIT(MARKUP) | BIT(SCRIPT) | BIT(LOOKUP) | BIT(PROMPT) | URLS)

/* One field of the answers of an endpoint; the row of its root counts answers for all of them. */
struct yg_party_field {
	uint32_t values, answers;
	uint32_t last;	  /* answer that it was in last */
	uint32_t usual;	  /* kinds that it held before it was known */
	uint32_t suspect; /* kinds that were a fault when it was new */
	uint32_t marked;  /* answers that it held HTML in, at least */
	uint32_t urls;	  /* URLs of the Internet */
	bool prose;
};

int yg_posture_open_fields(struct yg_posture *posture)
{
	int r = yg_actives_new(&posture->actives);

	if (r < 0)
		return r;
	return yg_lru_new(YG_POSTURE_FIELDS, sizeof(struct yg_party_field), &posture->fields);
}

static struct yg_party_field *field_of(struct yg_posture *posture, const char *path, size_t len,
				       bool *ret_fresh)
{
	uint64_t key =
		yg_hash(&posture->options.key, path, len) ^ yg_hash_mix(posture->injected.endpoint);

	return yg_lru_get(posture->fields, key | 1, ret_fresh);
}

static void count_answer(const struct yg_posture *posture, struct yg_party_field *field)
{
	field->answers += field->last != posture->injected.number;
	field->last = posture->injected.number;
}

/* HTML is what such a field is there for. */
static bool is_named_for_html(struct yg_slice name)
{
	static const char *const words[] = { "html", "embed",	 "script", "markup", "widget",
					     "code", "template", "body",   "content" };

	return yg_text_has_any(name, words, YG_ARRAY_SIZE(words));
}

/* What a value holds, against what its field held before. */
struct held {
	const struct yg_value *value;
	const struct yg_party_field *field;
	const struct yg_party_field *root;
	size_t len;
	bool fresh, lines;
};

/* Kinds of @kinds that are a fault in a field that has been known for long. */
static uint32_t faults_of_known(const struct held *held, uint32_t kinds)
{
	const struct yg_party_field *field = held->field;

	if (field->prose || field->values < MARKUP_MIN)
		kinds &= ~BIT(MARKUP);
	if (field->urls < URLS_MIN)
		kinds &= ~BIT(INTERNAL);
	return kinds & ~field->usual;
}

/* ... and in one that is new, of answers that are known. */
static uint32_t faults_of_new(const struct held *held, uint32_t kinds)
{
	uint32_t faults = held->field->suspect;

	if (held->fresh && held->root->answers >= KNOWN_MIN)
		faults = ~held->root->usual & ~(BIT(MARKUP) | URLS);
	if (held->fresh && is_named_for_html(yg_value_name(held->value)))
		faults &= ~BIT(SCRIPT);
	return kinds & faults;
}

static bool is_known(const struct yg_party_field *field)
{
	return field->answers >= ANSWERS_MIN && field->values >= VALUES_MIN;
}

static uint32_t faults_of(const struct yg_posture *posture, const struct held *held, uint32_t kinds)
{
	const struct yg_party_field *field = held->field;
	uint32_t faults;

	if (held->len >= LONG_MIN || held->lines)
		kinds &= OF_LONG;
	if (field->marked >= MARKED_MIN || (field->usual & BIT(MARKUP)))
		kinds &= ~(BIT(SCRIPT) | BIT(MARKUP));
	faults = is_known(field) ? faults_of_known(held, kinds) : faults_of_new(held, kinds);
	/* Since before a restart: what the field held before is not known any more. */
	if (!is_known(field) && posture->injected.open)
		faults |= kinds & ~(BIT(MARKUP) | URLS);
	return faults | (kinds & ALWAYS);
}

static void learn(struct yg_posture *posture, struct yg_party_field *field,
		  struct yg_party_field *root, const struct yg_active_sight *sight, uint32_t faults)
{
	bool marked = (sight->kinds & BIT(MARKUP)) && !(sight->kinds & BIT(SCRIPT));

	if (!is_known(field)) {
		field->suspect |= faults;
		field->usual |= sight->kinds & ~faults;
	}
	root->usual |= sight->kinds & ~faults;
	field->marked += marked && field->last != posture->injected.number;
	field->urls += sight->public_url;
	field->values += field->values < UINT32_MAX;
	count_answer(posture, field);
}

/* The gravest of each rule is told of. */
static void note(struct yg_posture *posture, const struct held *held, uint32_t faults,
		 const struct yg_active_sight *sight)
{
	for (uint32_t i = YG_ACTIVE_MAX; i-- > 0;) {
		bool url = (URLS & YG_ACTIVE_BIT(i)) != 0;
		struct yg_injection *into = url ? &posture->injected.url : &posture->injected.code;

		if (!(faults & YG_ACTIVE_BIT(i)) || into->kind != YG_ACTIVE_MAX)
			continue;
		into->kind = (enum yg_active)i;
		into->values = (ALWAYS & YG_ACTIVE_BIT(i)) || !is_known(held->field)
				       ? 0
				       : held->field->values;
		into->lower = i == YG_ACTIVE_MARKUP || held->field->prose;
		if (yg_schema_is_personal(yg_value_name(held->value), true))
			(void)snprintf(into->path, sizeof(into->path), "*");
		else
			(void)yg_value_path(held->value, into->path, sizeof(into->path));
		(void)snprintf(into->sample, sizeof(into->sample), "%s", sight->samples[i]);
	}
}

static struct yg_slice parent_of(const struct yg_value *value)
{
	return value->depth > 1 ? value->levels[value->depth - 2].name : (struct yg_slice){ 0 };
}

static void take_text(struct yg_posture *posture, const struct yg_value *value,
		      struct yg_slice text)
{
	char path[YG_SCHEMA_PATH_CAP];
	size_t len = yg_value_path(value, path, sizeof(path));
	/* The one used last: never the one that makes room for the field. */
	struct yg_party_field *root = field_of(posture, "", 0, NULL), *field;
	struct held held = { .value = value, .root = root, .len = text.len };
	struct yg_active_sight sight;
	uint32_t faults;

	held.lines = memchr(text.ptr, '\n', text.len) != NULL;
	yg_actives_examine(posture->actives, text, &sight);
	field = field_of(posture, path, len, &held.fresh);
	held.field = field;
	field->prose |= text.len >= PROSE_MIN || held.lines;
	faults = sight.kinds ? faults_of(posture, &held, sight.kinds) : 0;
	if (faults)
		note(posture, &held, faults, &sight);
	learn(posture, field, root, &sight, faults);
}

void yg_posture_visit_party(struct yg_posture *posture, const struct yg_value *value)
{
	struct yg_injected *injected = &posture->injected;
	struct yg_slice text;

	if (yg_active_is_prototype(parent_of(value), value->name)) {
		struct yg_active_sight sight = { .kinds = BIT(PROTOTYPE) };
		const struct yg_party_field nothing = { .values = 0 };
		const struct held held = { .value = value, .field = &nothing };

		(void)snprintf(sight.samples[YG_ACTIVE_PROTOTYPE], YG_ACTIVE_SAMPLE_CAP, "%.*s",
			       (int)value->name.len, value->name.ptr);
		note(posture, &held, sight.kinds, &sight);
	}
	if ((value->type != YG_VALUE_STRING && value->type != YG_VALUE_TEXT) || !value->raw.ptr ||
	    value->raw.len < SHORT_MIN || injected->values == VALUES_EACH)
		return;
	injected->values++;
	text = yg_value_decode(value, injected->text, sizeof(injected->text));
	if (text.len >= SHORT_MIN)
		take_text(posture, value, text);
}

/* What stands before the root of a document of XML is no value of it. */
static void look_at_prolog(struct yg_posture *posture, struct yg_slice text)
{
	const struct yg_value value = { .in = YG_VALUE_IN_BODY };
	const struct yg_party_field nothing = { .values = 0 };
	const struct held held = { .value = &value, .field = &nothing };
	struct yg_active_sight sight;

	text.len = text.len < PROLOG_BYTES ? text.len : PROLOG_BYTES;
	yg_actives_examine(posture->actives, text, &sight);
	if (sight.kinds & BIT(ENTITY))
		note(posture, &held, BIT(ENTITY), &sight);
}

uint32_t yg_posture_wants_party(struct yg_posture *posture, const struct yg_exchange *exchange,
				struct yg_bodies *bodies, const struct yg_endpoint *endpoint)
{
	struct yg_injected *injected = &posture->injected;
	const struct yg_body_view *body;

	injected->looked = false;
	if (!endpoint || !exchange->response.present || !yg_party_is_asked(exchange))
		return 0;
	body = yg_bodies_response(bodies);
	if (body->kind == YG_BODY_KIND_NONE || body->kind == YG_BODY_KIND_TEXT ||
	    body->kind == YG_BODY_KIND_BINARY || body->kind == YG_BODY_KIND_GRAPHQL)
		return 0;
	injected->looked = true;
	injected->endpoint = endpoint->id;
	injected->number++;
	injected->values = 0;
	injected->ends_early = false;
	injected->code.kind = injected->url.kind = YG_ACTIVE_MAX;
	injected->open = yg_posture_is_open(posture, YG_POSTURE_THIRD_INJECTION, endpoint->id);
	count_answer(posture, field_of(posture, "", 0, NULL));
	if (body->kind == YG_BODY_KIND_XML)
		look_at_prolog(posture, body->text);
	return YG_VALUES_BODY;
}

void yg_posture_walked(struct yg_posture *posture, const struct yg_values_walked *walked)
{
	posture->injected.ends_early = walked->cut && !walked->limited;
}

static void judge_code(struct yg_look *look, const struct yg_injection *code)
{
	look->lower = code->lower;
	if (code->values > 0)
		yg_judge(look, YG_POSTURE_THIRD_INJECTION, code->kind != YG_ACTIVE_MAX,
			 "'%s' of the answer holds %s, as none of %u values before: %s", code->path,
			 yg_active_name(code->kind), code->values, code->sample);
	else
		yg_judge(look, YG_POSTURE_THIRD_INJECTION, code->kind != YG_ACTIVE_MAX,
			 "'%s' of the answer holds %s: %s", code->path, yg_active_name(code->kind),
			 code->sample);
	look->lower = false;
}

void yg_posture_check_injected(struct yg_look *look)
{
	const struct yg_injected *injected = &look->posture->injected;
	const struct yg_injection *url = &injected->url;

	if (!injected->looked || injected->endpoint != look->endpoint->id || !look->full)
		return;
	judge_code(look, &injected->code);
	if (url->kind == YG_ACTIVE_METADATA)
		yg_judge(look, YG_POSTURE_THIRD_INTERNAL, true,
			 "'%s' of the answer leads to a metadata service: %s", url->path,
			 url->sample);
	else
		yg_judge(look, YG_POSTURE_THIRD_INTERNAL, url->kind != YG_ACTIVE_MAX,
			 "'%s' of the answer leads to an internal host, as none of %u values "
			 "before: %s",
			 url->path, url->values, url->sample);
}
