/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/survey.h"

#include <errno.h>
#include <string.h>

#include "core/hash.h"

#define VERSION_DIGITS 3u

/* Keys live as long as one survey, so they need no secret. */
static const struct yg_hash_key survey_key = { 0x7375727665790001, 0x2026 };

struct yg_survey {
	uint32_t mask; /* slots - 1; at least twice the endpoints, so one is always free */
	struct yg_family *families;
	struct yg_kin *kin;
	uint32_t services;
};

int yg_survey_new(uint32_t endpoints_max, struct yg_survey **ret)
{
	YG_CLEANUP(yg_survey_free) struct yg_survey *survey = calloc(1, sizeof(*survey));
	uint32_t slots = 64;

	if (!survey)
		return -ENOMEM;
	while (slots < 2 * endpoints_max)
		slots *= 2;
	survey->mask = slots - 1;
	survey->families = calloc(slots, sizeof(*survey->families));
	survey->kin = calloc(slots, sizeof(*survey->kin));
	if (!survey->families || !survey->kin)
		return -ENOMEM;
	*ret = YG_TAKE_PTR(survey);
	return 0;
}

void yg_survey_free(struct yg_survey **survey)
{
	if (!*survey)
		return;
	free((*survey)->families);
	free((*survey)->kin);
	free(*survey);
	*survey = NULL;
}

/* "v12" without what follows; 0 if the segment is no version. */
static uint32_t version_of(const char *segment, size_t len)
{
	uint32_t version = 0;

	if (len < 2 || len > 1 + VERSION_DIGITS || (segment[0] != 'v' && segment[0] != 'V'))
		return 0;
	for (size_t i = 1; i < len; i++) {
		if (segment[i] < '0' || segment[i] > '9')
			return 0;
		version = version * 10 + (uint32_t)(segment[i] - '0');
	}
	return version;
}

/* The first version segment. @ret_from, @ret_len: where it stands. */
static uint32_t find_version(const char *template_, size_t *ret_from, size_t *ret_len)
{
	const char *p = template_;

	while (*p == '/') {
		size_t len = strcspn(++p, "/ ");
		uint32_t version = version_of(p, len);

		if (version) {
			*ret_from = (size_t)(p - template_);
			*ret_len = len;
			return version;
		}
		p += len;
	}
	return 0;
}

uint32_t yg_version_from_template(const char *template_)
{
	size_t from, len;

	return find_version(template_, &from, &len);
}

static uint64_t hash_text(const char *text, size_t len)
{
	return yg_hash(&survey_key, text, len);
}

static uint64_t kin_key(const char *service)
{
	return hash_text(service, strlen(service)) | 1;
}

/* @ret: the endpoint's own version; 0: it has no family. */
static uint64_t family_key(const struct yg_endpoint *endpoint, uint32_t *ret)
{
	const char *text = endpoint->template_;
	size_t from, len;

	*ret = find_version(text, &from, &len);
	if (!*ret)
		return 0;
	return (yg_hash_mix(hash_text(text, from) ^
			    yg_hash_mix(hash_text(text + from + len, strlen(text + from + len)))) ^
		yg_hash_mix(kin_key(endpoint->service) +
			    hash_text(endpoint->method, strlen(endpoint->method)))) |
	       1;
}

static struct yg_family *family_slot(const struct yg_survey *survey, uint64_t key)
{
	uint32_t i = (uint32_t)yg_hash_mix(key) & survey->mask;

	while (survey->families[i].key && survey->families[i].key != key)
		i = (i + 1) & survey->mask;
	return &survey->families[i];
}

static struct yg_kin *kin_slot(const struct yg_survey *survey, uint64_t key)
{
	uint32_t i = (uint32_t)yg_hash_mix(key) & survey->mask;

	while (survey->kin[i].key && survey->kin[i].key != key)
		i = (i + 1) & survey->mask;
	return &survey->kin[i];
}

static void take(struct yg_survey *survey, const struct yg_endpoint *endpoint)
{
	struct yg_kin *kin = kin_slot(survey, kin_key(endpoint->service));
	uint64_t callers = yg_hll_count(&endpoint->callers);
	uint32_t version;
	uint64_t key = family_key(endpoint, &version);
	struct yg_family *family;

	if (!kin->key) {
		kin->key = kin_key(endpoint->service);
		kin->first_ns = endpoint->first_ns;
		kin->number = survey->services++;
	}
	kin->first_ns = endpoint->first_ns < kin->first_ns ? endpoint->first_ns : kin->first_ns;
	kin->last_ns = endpoint->last_ns > kin->last_ns ? endpoint->last_ns : kin->last_ns;
	kin->requests += endpoint->requests;
	kin->callers = callers > kin->callers ? callers : kin->callers;
	if (!key)
		return;
	family = family_slot(survey, key);
	family->key = key;
	if (version > family->version) {
		family->version = version;
		family->last_ns = endpoint->last_ns;
	}
}

void yg_survey_take(struct yg_survey *survey, const struct yg_inventory *inventory)
{
	survey->services = 0;
	for (uint32_t i = 0; i <= survey->mask; i++) {
		survey->families[i] = (struct yg_family){ 0 };
		survey->kin[i] = (struct yg_kin){ 0 };
	}
	for (uint32_t i = 0; i < yg_inventory_cap(inventory); i++) {
		const struct yg_endpoint *endpoint = yg_inventory_at(inventory, i);

		if (endpoint)
			take(survey, endpoint);
	}
}

const struct yg_family *yg_survey_family(const struct yg_survey *survey,
					 const struct yg_endpoint *endpoint)
{
	uint32_t version;
	uint64_t key = family_key(endpoint, &version);
	const struct yg_family *family = key ? family_slot(survey, key) : NULL;

	return family && family->key ? family : NULL;
}

uint32_t yg_survey_services(const struct yg_survey *survey)
{
	return survey->services;
}

const struct yg_kin *yg_survey_kin(const struct yg_survey *survey, const char *service)
{
	const struct yg_kin *kin = kin_slot(survey, kin_key(service));

	return kin->key ? kin : NULL;
}
