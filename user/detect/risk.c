/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/risk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/cause.h"

/* Of what is left up to YG_RISK_MAX, the others fill so many tenths when all are at the limit. */
#define OTHERS_TENTHS 3u
#define MORE_EACH     2u
#define MORE_MAX      8u

static const uint32_t severity_points[YG_SEVERITY_MAX] = {
	[YG_SEVERITY_LOW] = 4,
	[YG_SEVERITY_MEDIUM] = 10,
	[YG_SEVERITY_HIGH] = 18,
	[YG_SEVERITY_CRITICAL] = 25,
};

__attribute__((format(printf, 3, 4))) static void add(struct yg_risk *risk, uint32_t points,
						      const char *format, ...)
{
	struct yg_risk_reason row = { .points = points };
	uint32_t at = risk->count;
	va_list list;

	if (points == 0)
		return;
	risk->score += points;
	va_start(list, format);
	(void)vsnprintf(row.text, sizeof(row.text), format, list);
	va_end(list);
	while (at > 0 && risk->reasons[at - 1].points < points)
		at--;
	if (at == YG_RISK_REASONS_MAX)
		return;
	if (risk->count < YG_RISK_REASONS_MAX)
		risk->count++;
	memmove(&risk->reasons[at + 1], &risk->reasons[at], (risk->count - 1 - at) * sizeof(row));
	risk->reasons[at] = row;
}

/* --- data */

enum worth { WORTH_NONE, WORTH_PERSONAL, WORTH_CRITICAL };

static enum worth worth_of(uint8_t class_)
{
	switch (class_) {
	case YG_DATA_PAN:
	case YG_DATA_CVV:
	case YG_DATA_CARD_PIN:
	case YG_DATA_CARD_TRACK:
	case YG_DATA_MY_NUMBER:
	case YG_DATA_PASSPORT:
	case YG_DATA_RESIDENCE_CARD:
	case YG_DATA_PENSION_NUMBER:
	case YG_DATA_HEALTH:
	case YG_DATA_HEALTH_NUMBER:
	case YG_DATA_CREDIT_HISTORY:
		return WORTH_CRITICAL;
	case YG_DATA_IP_ADDRESS:
	case YG_DATA_MAC_ADDRESS:
	case YG_DATA_POSTAL_CODE:
	case YG_DATA_BIC:
	case YG_DATA_CORPORATE_NUMBER:
		return WORTH_NONE;
	default:
		break;
	}
	if (class_ >= YG_DATA_SECRET_AWS && class_ <= YG_DATA_SECRET_GENERIC)
		return WORTH_CRITICAL;
	if (class_ >= YG_DATA_ID_US && class_ < YG_DATA_CLASS_MAX)
		return WORTH_CRITICAL;
	return WORTH_PERSONAL;
}

/* Where credentials are the very purpose, they are no surprise. */
static bool is_expected(const struct yg_risk_scene *scene, const struct yg_data_field *field)
{
	return yg_labels_have(scene->labels, YG_LABEL_AUTHENTICATION) &&
	       (field->class_ == YG_DATA_SECRET_PASSWORD || field->class_ == YG_DATA_JWT ||
		field->class_ == YG_DATA_SECRET_OAUTH);
}

static enum worth weigh_data(const struct yg_risk_scene *scene, const char **ret_name)
{
	const struct yg_data_field *fields;
	enum worth worst = WORTH_NONE;
	uint32_t count = 0;

	if (!scene->data)
		return WORTH_NONE;
	fields = yg_data_fields(scene->data, scene->endpoint->index, &count);
	for (uint32_t i = 0; i < count; i++) {
		enum worth worth = worth_of(fields[i].class_);

		if (worth <= worst || is_expected(scene, &fields[i]) ||
		    yg_data_level_of(scene->data, scene->endpoint->index, &fields[i]) <
			    YG_DATA_LIKELY)
			continue;
		worst = worth;
		*ret_name = yg_data_class_name(scene->data, fields[i].class_);
	}
	return worst;
}

/* --- the other parts */

static bool writes(const struct yg_endpoint *endpoint)
{
	static const char *const reading[] = { "GET", "HEAD", "OPTIONS", "TRACE" };

	for (size_t i = 0; i < YG_ARRAY_SIZE(reading); i++) {
		if (strcmp(endpoint->method, reading[i]) == 0)
			return false;
	}
	return true;
}

static void add_access(const struct yg_risk_scene *scene, enum worth worth, struct yg_risk *ret)
{
	const struct yg_endpoint *endpoint = scene->endpoint;
	bool matters = worth != WORTH_NONE || writes(endpoint);
	bool anyone = endpoint->auth & YG_AUTH_NONE;
	bool known = endpoint->auth & ~(uint32_t)YG_AUTH_NONE;

	if (yg_labels_have(scene->labels, YG_LABEL_AUTHENTICATION))
		return; /* who logs in has no credential yet */
	if (anyone && !known)
		add(ret, matters ? 20 : 8, "no credential is asked for");
	else if (anyone)
		add(ret, matters ? 10 : 4, "a credential is not always asked for");
	else if (endpoint->auth == YG_AUTH_BASIC)
		add(ret, 5, "Basic authentication");
}

static void add_tally(struct yg_risk *ret, const uint16_t *counts, const char *what)
{
	uint32_t worst = 0, more = 0;

	for (uint32_t s = YG_SEVERITY_LOW; s < YG_SEVERITY_MAX; s++) {
		more += counts[s];
		worst = counts[s] ? s : worst;
	}
	if (!worst)
		return;
	add(ret, severity_points[worst], "%s: %s", what, yg_severity_name((enum yg_severity)worst));
	more = (more - 1) * MORE_EACH;
	add(ret, more < MORE_MAX ? more : MORE_MAX, "%s: further ones", what);
}

static void add_labels(const struct yg_labels *labels, struct yg_risk *ret)
{
	for (uint32_t i = 0; i < labels->count; i++) {
		enum yg_label label = (enum yg_label)labels->rows[i].label;

		add(ret, yg_label_points(label), "label %s", yg_label_name(label));
	}
}

void yg_risk_from_scene(const struct yg_risk_scene *scene, struct yg_risk *ret)
{
	const struct yg_trait *trait = scene->trait;
	bool exposed = trait->external || yg_labels_have(scene->labels, YG_LABEL_THIRD_PARTY);
	const char *class_ = "";
	enum worth worth = weigh_data(scene, &class_);
	uint16_t posture[YG_SEVERITY_MAX];

	*ret = (struct yg_risk){ 0 };
	if (trait->external)
		add(ret, 15, "public clients");
	else if (exposed)
		add(ret, 5, "leaves the network");
	if (!trait->made)
		add_access(scene, worth, ret);
	if (exposed && scene->endpoint->tls_requests < scene->endpoint->requests)
		add(ret, 10, "not always under TLS");
	if (worth == WORTH_CRITICAL)
		add(ret, exposed ? 25 : 20, "data: %s", class_);
	else if (worth == WORTH_PERSONAL)
		add(ret, exposed ? 12 : 7, "data: %s", class_);
	for (uint32_t s = 0; s < YG_SEVERITY_MAX; s++)
		posture[s] = (uint16_t)(scene->tally->posture[s] + scene->service->posture[s]);
	add_tally(ret, posture, "posture");
	add_tally(ret, scene->tally->attack, "attacks");
	add_labels(scene->labels, ret);
	if (ret->score > YG_RISK_MAX)
		ret->score = YG_RISK_MAX;
}

void yg_risk_write(struct yg_json *json, const struct yg_risk *risk)
{
	char japanese[YG_FINDING_TEXT_CAP];

	yg_json_pair_uint(json, "risk", risk->score);
	yg_json_key(json, "risk_reasons");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < risk->count; i++)
		yg_json_pair_uint(json, risk->reasons[i].text, risk->reasons[i].points);
	yg_json_close_object(json);
	yg_json_key(json, "risk_reasons_ja");
	yg_json_open_object(json);
	for (uint32_t i = 0; i < risk->count; i++) {
		const char *text = risk->reasons[i].text;

		yg_json_pair_uint(json,
				  yg_reason_japanese(text, japanese, sizeof(japanese)) ? japanese
										       : text,
				  risk->reasons[i].points);
	}
	yg_json_close_object(json);
}

void yg_risk_top_add(struct yg_risk_top *top, uint32_t score)
{
	uint32_t at = top->count;

	while (at > 0 && top->scores[at - 1] < score)
		at--;
	if (at == YG_RISK_TOP)
		return;
	if (top->count < YG_RISK_TOP)
		top->count++;
	memmove(&top->scores[at + 1], &top->scores[at], (top->count - 1 - at) * sizeof(uint32_t));
	top->scores[at] = score;
}

uint32_t yg_risk_top_score(const struct yg_risk_top *top)
{
	const uint32_t whole = YG_RISK_MAX * (YG_RISK_TOP - 1) * 10 / OTHERS_TENTHS;
	uint32_t others = 0;

	if (!top->count)
		return 0;
	for (uint32_t i = 1; i < top->count; i++)
		others += top->scores[i];
	return top->scores[0] + ((YG_RISK_MAX - top->scores[0]) * others + whole / 2) / whole;
}
