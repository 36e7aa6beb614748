/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An HTTP archive in two parts: every slice of an exchange can be read to its end.
 *
 *	byte 0		where it is split, in 256ths
 *	rest		text
 */
#include <stdint.h>
#include <stdlib.h>

#include "parse/har.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(uint32_t *sum, struct yg_slice text)
{
	if (text.len && !text.ptr)
		abort();
	for (size_t i = 0; i < text.len; i++)
		*sum += (uint8_t)text.ptr[i];
}

static void check(void *ctx, const struct yg_exchange *exchange)
{
	const struct yg_message *sides[] = { &exchange->request, &exchange->response };

	if (!exchange->request.present || exchange->request.start_ns == 0 ||
	    exchange->request.target.len == 0)
		abort();
	touch(ctx, exchange->request.method);
	touch(ctx, exchange->request.target);
	for (size_t s = 0; s < YG_ARRAY_SIZE(sides); s++) {
		touch(ctx, sides[s]->body);
		for (uint32_t i = 0; i < sides[s]->header_count; i++) {
			touch(ctx, sides[s]->headers[i].name);
			touch(ctx, sides[s]->headers[i].value);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	YG_CLEANUP(yg_har_free) struct yg_har *har = NULL;
	uint32_t sum = 0;
	size_t split;

	if (size < 1 || yg_har_new(check, &sum, &har))
		return 0;
	split = (size - 1) * data[0] / 256;
	if (yg_har_feed(har, (const char *)data + 1, split) == 0 &&
	    yg_har_feed(har, (const char *)data + 1 + split, size - 1 - split) == 0)
		(void)!yg_har_finish(har);
	return 0;
}
