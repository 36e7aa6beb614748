/* SPDX-License-Identifier: GPL-2.0-only */
/* A document as an operator gives it: read, and every operation asked for all it may be asked. */
#include <stdint.h>
#include <stdlib.h>

#include "endpoint/spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char error[YG_SPEC_ERROR_CAP];
	struct yg_spec *spec = NULL;

	if (yg_spec_read((struct yg_slice){ (const char *)data, size }, error, &spec))
		return 0;
	for (uint32_t i = 0; i < yg_spec_count(spec) && i < 64; i++) {
		const struct yg_spec_operation *at = yg_spec_operation(spec, i);
		bool path;

		(void)yg_spec_match(spec, yg_slice_from_str(at->method), at->path, &path);
		(void)yg_spec_has_status(spec, i, 200);
		(void)yg_spec_parameter(spec, i, "query", YG_SLICE("a"));
		(void)yg_spec_field(spec, i, 0, "$.a.b[*]");
		(void)yg_spec_field(spec, i, 200, "$.a.a.a");
	}
	(void)yg_spec_serves(spec, YG_SLICE("h"));
	yg_spec_free(&spec);
	return 0;
}
