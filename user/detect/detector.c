/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/detector.h"

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
