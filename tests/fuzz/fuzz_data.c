/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A value and the name of its field, separated by the first NUL, examined: every sight lies
 * within the value or its normal form, has a class, and its mask fits and hides.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/data_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_data_engine *engine;
	struct yg_data_engine_options options = { 0 };
	struct yg_data_sight sights[YG_DATA_SIGHTS_MAX];
	struct yg_data_leaf leaf = { .response = true };
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	char error[200];
	uint32_t count;

	if (!engine && yg_data_engine_new(&options, error, sizeof(error), &engine) < 0)
		abort();
	leaf.text = (struct yg_slice){ (const char *)data, end ? (size_t)(end - data) : size };
	if (end)
		leaf.name =
			(struct yg_slice){ (const char *)end + 1, size - (size_t)(end + 1 - data) };
	count = yg_data_engine_examine(engine, &leaf, sights);
	if (count > YG_DATA_SIGHTS_MAX)
		abort();
	for (uint32_t i = 0; i < count; i++) {
		char mask[YG_DATA_MASK_CAP];

		if (sights[i].class_ >= YG_DATA_CLASS_MAX || !sights[i].text.ptr ||
		    sights[i].text.len > size * 3)
			abort();
		yg_data_mask(yg_data_engine_mask(engine, sights[i].class_), sights[i].text, mask,
			     sizeof(mask));
		if (strlen(mask) >= sizeof(mask))
			abort();
	}
	return 0;
}
