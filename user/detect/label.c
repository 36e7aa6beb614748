/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/label.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/cause.h"
#include "endpoint/service.h"

#define BYPASS_MIN    10u /* requests through the proxies before a direct one means anything */
#define BYPASS_SHARE  4u  /* direct ones must be fewer than one of so many */
#define ADMIN_SHARE   20u /* an admin endpoint has at most one of so many callers of its service */
#define ADMIN_OF      6u  /* callers of a service before few of them mean anything */
#define ADMIN_FEW     3u  /* ... or so few */
#define CLASSES_SHOWN 3u
#define NS_PER_DAY    UINT64_C(86400000000000)

static const struct {
	const char *name;
	uint32_t points;
} table[YG_LABEL_MAX] = {
#define ROW(id, name, points, help) [YG_LABEL_##id] = { name, points },
	YG_LABELS(ROW)
#undef ROW
};

const char *yg_label_name(enum yg_label label)
{
	return table[label].name;
}

uint32_t yg_label_points(enum yg_label label)
{
	return table[label].points;
}

int yg_label_from_text(struct yg_slice text, enum yg_label *ret)
{
	for (unsigned int i = 0; i < YG_LABEL_MAX; i++) {
		if (!yg_slice_equal(text, yg_slice_from_str(table[i].name)))
			continue;
		*ret = (enum yg_label)i;
		return 0;
	}
	return -EINVAL;
}

__attribute__((format(printf, 3, 4))) static void add(struct yg_labels *labels, enum yg_label label,
						      const char *format, ...)
{
	struct yg_label_reason *row;
	va_list list;

	labels->bits |= 1u << label;
	if (labels->count == YG_LABELS_MAX)
		return;
	row = &labels->rows[labels->count++];
	row->label = (uint8_t)label;
	va_start(list, format);
	(void)vsnprintf(row->reason, sizeof(row->reason), format, list);
	va_end(list);
}

/* --- what the data of an endpoint say */

struct holdings {
	bool password_in, token_out, money;
	bool person_in, person_out;
	char classes[CLASSES_SHOWN * YG_DATA_NAME_CAP]; /* of persons: "email, phone" */
	uint32_t shown;
};

static bool is_person(uint8_t class_)
{
	switch (class_) {
	case YG_DATA_MY_NUMBER:
	case YG_DATA_PHONE:
	case YG_DATA_ADDRESS:
	case YG_DATA_PERSON_NAME:
	case YG_DATA_EMAIL:
	case YG_DATA_BIRTH_DATE:
	case YG_DATA_PASSPORT:
	case YG_DATA_DRIVING_LICENCE:
	case YG_DATA_RESIDENCE_CARD:
	case YG_DATA_PENSION_NUMBER:
	case YG_DATA_HEALTH:
	case YG_DATA_HEALTH_NUMBER:
		return true;
	default:
		return class_ >= YG_DATA_ID_US && class_ < YG_DATA_CLASS_MAX;
	}
}

static bool is_money(uint8_t class_)
{
	switch (class_) {
	case YG_DATA_PAN:
	case YG_DATA_CVV:
	case YG_DATA_CARD_PIN:
	case YG_DATA_CARD_TRACK:
	case YG_DATA_IBAN:
	case YG_DATA_BANK_ACCOUNT:
	case YG_DATA_BALANCE:
	case YG_DATA_TRANSACTION:
		return true;
	default:
		return false;
	}
}

static void show_class(struct holdings *holdings, const char *name)
{
	size_t used = strlen(holdings->classes);

	if (holdings->shown >= CLASSES_SHOWN || strstr(holdings->classes, name))
		return;
	(void)snprintf(holdings->classes + used, sizeof(holdings->classes) - used, "%s%s",
		       used ? ", " : "", name);
	holdings->shown++;
}

static void look(const struct yg_data *data, const struct yg_endpoint *endpoint,
		 struct holdings *ret)
{
	const struct yg_data_field *fields;
	uint32_t count = 0;

	*ret = (struct holdings){ 0 };
	fields = data ? yg_data_fields(data, endpoint->index, &count) : NULL;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t class_ = fields[i].class_;

		if (yg_data_level_of(data, endpoint->index, &fields[i]) < YG_DATA_LIKELY)
			continue;
		ret->password_in |= class_ == YG_DATA_SECRET_PASSWORD && !fields[i].response;
		ret->token_out |= (class_ == YG_DATA_SECRET_OAUTH || class_ == YG_DATA_JWT) &&
				  fields[i].response;
		ret->money |= is_money(class_);
		if (!is_person(class_))
			continue;
		ret->person_in |= !fields[i].response;
		ret->person_out |= fields[i].response;
		show_class(ret, yg_data_class_name(data, class_));
	}
}

/* --- labels, in the order of the table */

static uint64_t status_count(const struct yg_endpoint *endpoint, uint16_t from, uint16_t to)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < endpoint->status_count; i++) {
		if (endpoint->status[i].status >= from && endpoint->status[i].status <= to)
			sum += endpoint->status[i].count;
	}
	return sum;
}

/* The same endpoint through the proxies many times, and now past them. */
static bool bypasses(const struct yg_trait *trait)
{
	return trait->direct > 0 && trait->proxied >= BYPASS_MIN &&
	       trait->direct * BYPASS_SHARE < trait->proxied;
}

static void add_documented(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	bool bypass = bypasses(scene->trait);

	if (scene->trait->made && !scene->trait->external && !scene->trait->internal)
		return; /* of others: their specification is theirs */
	if (scene->documented == YG_DOCUMENTED_NO && bypass)
		add(ret, YG_LABEL_ROGUE, "in no specification, and reached past the proxies");
	else if (scene->documented == YG_DOCUMENTED_NO_SERVICE && bypass)
		add(ret, YG_LABEL_ROGUE,
		    "no specification knows the host, reached past the proxies");
	else if (scene->documented == YG_DOCUMENTED_NO_SERVICE)
		add(ret, YG_LABEL_ROGUE, "no specification knows the host %s",
		    scene->endpoint->service);
	if (scene->documented == YG_DOCUMENTED_NO)
		add(ret, YG_LABEL_SHADOW, "%" PRIu64 " requests, in no specification",
		    scene->endpoint->requests);
	if (bypass)
		add(ret, YG_LABEL_BYPASS,
		    "%" PRIu64 " requests direct, %" PRIu64 " through proxies",
		    scene->trait->direct, scene->trait->proxied);
}

static void add_age(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	const struct yg_family *family = yg_survey_family(scene->survey, endpoint);
	const struct yg_kin *kin = yg_survey_kin(scene->survey, endpoint->service);
	bool old = endpoint->last_ns + scene->dormant_ns < scene->now_ns;
	uint64_t days = old ? (scene->now_ns - endpoint->last_ns) / NS_PER_DAY : 0;

	if (scene->documented == YG_DOCUMENTED_DEPRECATED)
		add(ret, YG_LABEL_ZOMBIE, "deprecated in its specification, still used");
	else if (scene->tally->deprecated)
		add(ret, YG_LABEL_ZOMBIE, "its answers say that it is deprecated");
	else if (family && family->version > yg_version_from_template(endpoint->template_) &&
		 family->last_ns + scene->dormant_ns >= scene->now_ns)
		add(ret, YG_LABEL_ZOMBIE, "superseded: v%u of it is in use", family->version);
	if (old && (scene->documented == YG_DOCUMENTED_YES ||
		    scene->documented == YG_DOCUMENTED_DEPRECATED))
		add(ret, YG_LABEL_ORPHAN, "in its specification, no request for %" PRIu64 " days",
		    days);
	if (old)
		add(ret, YG_LABEL_DORMANT, "no request for %" PRIu64 " days", days);
	if (yg_service_is_non_production(yg_slice_from_str(endpoint->service)))
		add(ret, YG_LABEL_NON_PRODUCTION, "its host is named like one for tests");
	if (!old && kin && endpoint->first_ns + scene->new_ns >= scene->now_ns &&
	    kin->first_ns + scene->new_ns < endpoint->first_ns)
		add(ret, YG_LABEL_NEW, "the service is %" PRIu64 " days older",
		    (uint64_t)((endpoint->first_ns - kin->first_ns) / NS_PER_DAY));
}

static void add_exposure(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	const struct yg_trait *trait = scene->trait;

	if (trait->external)
		add(ret, YG_LABEL_EXTERNAL, "%" PRIu64 " requests of public addresses",
		    trait->external);
	else if (trait->internal)
		add(ret, YG_LABEL_INTERNAL, "all its clients have private addresses");
	if (trait->made)
		add(ret, trait->third ? YG_LABEL_THIRD_PARTY : YG_LABEL_UPSTREAM,
		    "%" PRIu64 " requests made by this host", trait->made);
}

static void add_authentication(const struct yg_label_scene *scene, const struct holdings *holdings,
			       struct yg_labels *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	bool word = yg_label_word(YG_LABEL_AUTHENTICATION, "", endpoint->template_);

	if (holdings->password_in && holdings->token_out)
		add(ret, YG_LABEL_AUTHENTICATION, "a password goes in, a token comes out");
	else if (word && holdings->password_in)
		add(ret, YG_LABEL_AUTHENTICATION, "a password in requests, and its name");
	else if (word && holdings->token_out)
		add(ret, YG_LABEL_AUTHENTICATION, "a token in responses, and its name");
	else if (word && status_count(endpoint, 401, 401) && strcmp(endpoint->method, "POST") == 0)
		add(ret, YG_LABEL_AUTHENTICATION, "refuses with 401, and its name");
}

static void add_payment(const struct yg_label_scene *scene, const struct holdings *holdings,
			struct yg_labels *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	bool writes = strcmp(endpoint->method, "POST") == 0 || strcmp(endpoint->method, "PUT") == 0;

	if (!yg_label_word(YG_LABEL_PAYMENT, endpoint->service, endpoint->template_))
		return;
	if (holdings->money)
		add(ret, YG_LABEL_PAYMENT, "cards or accounts in its data, and its name");
	else if (writes && status_count(endpoint, 200, 299))
		add(ret, YG_LABEL_PAYMENT, "accepts %s, and its name", endpoint->method);
}

static void add_admin(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	const struct yg_kin *kin = yg_survey_kin(scene->survey, endpoint->service);
	uint64_t callers = yg_hll_count(&endpoint->callers);
	uint64_t refused = status_count(endpoint, 401, 401) + status_count(endpoint, 403, 403);

	if (!yg_label_word(YG_LABEL_ADMIN, endpoint->service, endpoint->template_))
		return;
	if (refused)
		add(ret, YG_LABEL_ADMIN, "%" PRIu64 " requests refused, and its name", refused);
	else if (kin && kin->callers > ADMIN_OF &&
		 (callers <= ADMIN_FEW || callers * ADMIN_SHARE <= kin->callers))
		add(ret, YG_LABEL_ADMIN, "%" PRIu64 " of %" PRIu64 " callers, and its name",
		    callers, kin->callers);
	else if (endpoint->auth & ~(uint32_t)YG_AUTH_NONE && !(endpoint->auth & YG_AUTH_NONE))
		add(ret, YG_LABEL_ADMIN, "always with a credential, and its name");
}

static void add_kind(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	uint32_t apps = yg_trait_apps(scene->trait);

	if (apps)
		add(ret, YG_LABEL_PARTNER,
		    apps == 1 ? "%u client application" : "%u client applications", apps);
	if (scene->trait->kinds & YG_TRAIT_LLM)
		add(ret, YG_LABEL_LLM, "names a language model");
	if (scene->trait->kinds & YG_TRAIT_MCP)
		add(ret, YG_LABEL_MCP, "speaks the Model Context Protocol");
	if (endpoint->protocols & 1u << YG_PROTOCOL_GRAPHQL)
		add(ret, YG_LABEL_GRAPHQL, "its bodies are GraphQL");
	if (endpoint->protocols & 1u << YG_PROTOCOL_GRPC)
		add(ret, YG_LABEL_GRPC, "its bodies are gRPC");
	if (endpoint->protocols & 1u << YG_PROTOCOL_WS)
		add(ret, YG_LABEL_WEBSOCKET, "was upgraded to a WebSocket");
}

void yg_labels_from_scene(const struct yg_label_scene *scene, struct yg_labels *ret)
{
	struct holdings holdings;

	look(scene->data, scene->endpoint, &holdings);
	*ret = (struct yg_labels){ 0 };
	add_documented(scene, ret);
	add_age(scene, ret);
	add_exposure(scene, ret);
	add_authentication(scene, &holdings, ret);
	add_payment(scene, &holdings, ret);
	add_admin(scene, ret);
	if (holdings.shown)
		add(ret, YG_LABEL_PERSONAL_DATA, "%.64s in %s", holdings.classes,
		    !holdings.person_out ? "requests"
		    : holdings.person_in ? "both directions"
					 : "responses");
	add_kind(scene, ret);
}

void yg_labels_write(struct yg_json *json, const struct yg_labels *labels)
{
	char japanese[YG_FINDING_TEXT_CAP];

	yg_json_key(json, "labels");
	yg_json_open_array(json);
	for (uint32_t i = 0; i < labels->count; i++)
		yg_json_str(json, table[labels->rows[i].label].name);
	yg_json_close_array(json);
	yg_json_key(json, "label_reasons");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < labels->count; i++)
		yg_json_pair_str(json, table[labels->rows[i].label].name, labels->rows[i].reason);
	yg_json_close_object(json);
	yg_json_key(json, "label_reasons_ja");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < labels->count; i++) {
		const struct yg_label_reason *row = &labels->rows[i];
		bool known = yg_reason_japanese(row->reason, japanese, sizeof(japanese));

		yg_json_pair_str(json, table[row->label].name, known ? japanese : row->reason);
	}
	yg_json_close_object(json);
}
