/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

#include <errno.h>

#include "parse/outcome.h"

enum yg_answer yg_answer_from_status(uint16_t status)
{
	if ((status >= 200 && status < 300) || status == 304 || status == 101)
		return YG_ANSWER_SUCCESS;
	switch (status) {
	case 0:
		return YG_ANSWER_UNKNOWN;
	case 401:
	case 403:
		return YG_ANSWER_DENIED;
	case 404:
	case 405:
	case 410:
	case 501:
		return YG_ANSWER_MISSING;
	case 400:
	case 422:
		return YG_ANSWER_INVALID;
	default:
		return YG_ANSWER_OTHER;
	}
}

enum yg_answer yg_answer_from_outcome(uint16_t status, uint8_t kind)
{
	enum yg_answer answer = yg_answer_from_status(status);

	if (answer != YG_ANSWER_SUCCESS)
		return answer;
	switch (kind) {
	case YG_OUTCOME_UNAUTHENTICATED:
	case YG_OUTCOME_FORBIDDEN:
		return YG_ANSWER_DENIED;
	case YG_OUTCOME_MISSING:
		return YG_ANSWER_MISSING;
	case YG_OUTCOME_INVALID:
	case YG_OUTCOME_REFUSED:
		return YG_ANSWER_INVALID;
	case YG_OUTCOME_LIMITED:
	case YG_OUTCOME_FAILED:
		return YG_ANSWER_OTHER;
	default:
		return answer;
	}
}

static struct yg_evidence *add_row(struct yg_sighting *sighting, const char *name)
{
	struct yg_evidence *row;

	if (sighting->evidence_count == YG_FINDING_EVIDENCE_MAX)
		return NULL;
	row = &sighting->evidence[sighting->evidence_count++];
	*row = (struct yg_evidence){ .name = name };
	return row;
}

void yg_sighting_number(struct yg_sighting *sighting, const char *name, double value)
{
	struct yg_evidence *row = add_row(sighting, name);

	if (row)
		row->number = value;
}

void yg_sighting_text(struct yg_sighting *sighting, const char *name, struct yg_slice text)
{
	struct yg_evidence *row = add_row(sighting, name);
	size_t len = text.len < sizeof(row->text) ? text.len : sizeof(row->text) - 1;

	if (!row)
		return;
	while (len < text.len && len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
		len--;
	if (len > 0)
		memcpy(row->text, text.ptr, len);
	row->text[len] = '\0';
}

int yg_memory_open(const struct yg_detect_options *options, const struct yg_memory_shape *shapes,
		   void **ret)
{
	YG_CLEANUP(yg_memory_close) void *owner = calloc(1, sizeof(struct yg_memory));
	struct yg_memory *memory = owner;
	int r;

	if (!memory)
		return -ENOMEM;
	memory->key = options->identity_key;
	for (uint32_t i = 0; i < YG_DETECTOR_TABLES && shapes[i].row_size > 0; i++) {
		r = yg_lru_new(shapes[i].rows, shapes[i].row_size, &memory->tables[i]);
		if (r < 0)
			return r;
	}
	*ret = YG_TAKE_PTR(owner);
	return 0;
}

void yg_memory_close(void **state)
{
	struct yg_memory *memory = *state;

	if (!memory)
		return;
	for (uint32_t i = 0; i < YG_DETECTOR_TABLES; i++)
		yg_lru_free(&memory->tables[i]);
	free(memory);
	*state = NULL;
}

uint64_t yg_memory_evicted(const void *state)
{
	const struct yg_memory *memory = state;
	uint64_t evicted = 0;

	for (uint32_t i = 0; i < YG_DETECTOR_TABLES && memory->tables[i]; i++)
		evicted += yg_lru_evicted(memory->tables[i]);
	return evicted;
}

int yg_memoryless_open(const struct yg_detect_options *options, void **ret)
{
	(void)options;
	*ret = NULL;
	return 0;
}

void yg_memoryless_close(void **state)
{
	(void)state;
}

uint64_t yg_memoryless_evicted(const void *state)
{
	(void)state;
	return 0;
}
