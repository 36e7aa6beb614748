/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses that hops name: the input is a list of lines; each is a field value, its first byte
 * chooses the field. What is kept must be an address that can be shown.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"
#include "endpoint/exposure.h"

#define FIELDS 8u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of names, numbers and what separates them: nothing that a terminal or a page would read. */
static void check(const char *text)
{
	for (const char *p = text; *p; p++) {
		char low = yg_ascii_lower(*p);

		if (!(low >= 'a' && low <= 'z') && !(*p >= '0' && *p <= '9') &&
		    !strchr(":/[]-._~", *p))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct yg_slice names[] = {
		{ "X-Forwarded-Host", 16 },	 { "X-Forwarded-Proto", 17 },
		{ "X-Forwarded-Port", 16 },	 { "X-Forwarded-Prefix", 18 },
		{ "X-Envoy-Original-Path", 21 }, { "Forwarded", 9 },
		{ "X-Original-URL", 14 },
	};
	struct yg_exposure exposure = { 0 }, back = { 0 };
	struct yg_header headers[FIELDS];
	struct yg_exchange exchange = {
		.request = { .present = true,
			     .method = { "GET", 3 },
			     .target = { "/v1/a", 5 },
			     .headers = headers,
			     .start_ns = 1 },
		.response = { .present = true, .status = 200 },
		.tls = true,
	};
	const char *p = (const char *)data, *end = p + size;
	struct yg_reader reader = { .ptr = data, .len = size };

	while (p < end && exchange.request.header_count < FIELDS) {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		struct yg_slice value = { p + 1, (size_t)((line ? line : end) - p) };
		struct yg_header *header = &headers[exchange.request.header_count++];

		value.len -= value.len > 0;
		header->name = names[(unsigned char)*p % YG_ARRAY_SIZE(names)];
		header->value = yg_slice_trim(value);
		exchange.sni = value;
		p = line ? line + 1 : end;
	}
	(void)yg_exposure_add(&exposure, &exchange, YG_SLICE("b"), true);
	for (size_t i = 0; i < YG_EXPOSURE_NAMES; i++)
		check(exposure.names[i].text);
	yg_exposure_unpack(&back, &reader);
	if (!reader.bad)
		(void)yg_exposure_fold(&exposure, &back);
	return 0;
}
