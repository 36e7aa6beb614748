/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a TLS server answers, in pieces of the length that the input chooses: the same is read as
 * from the whole. The certificate in it is read, and so is the input as one.
 *
 *	byte 0		length of a piece, less one
 *	rest		bytes of the server
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/hash.h"
#include "parse/server_hello.h"
#include "parse/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(uint64_t *log, struct yg_slice slice)
{
	const struct yg_hash_key key = { *log, slice.len };

	*log = yg_hash(&key, slice.ptr ? slice.ptr : "", slice.len);
}

static uint64_t run(struct yg_pool *pool, const uint8_t *data, size_t len, size_t step)
{
	struct yg_flight flight = { .len = 0 };
	struct yg_server_hello hello;
	struct yg_x509 certificate;
	enum yg_parse r = YG_PARSE_MORE;
	uint64_t log;

	for (size_t at = 0; at < len && r == YG_PARSE_MORE; at += step)
		r = yg_flight_take(&flight, pool, data + at, len - at < step ? len - at : step);
	yg_flight_read(&flight, &hello);
	log = (uint64_t)hello.version << 16 | hello.cipher;
	add(&log, hello.alpn);
	add(&log, hello.certificate);
	if (hello.certificate.ptr)
		(void)yg_x509_read((const uint8_t *)hello.certificate.ptr, hello.certificate.len,
				   &certificate);
	yg_flight_drop(&flight, pool);
	return log;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct yg_pool *pool;
	struct yg_x509 certificate;
	uint64_t whole;

	if (size < 1 || (!pool && yg_pool_new(1 << 20, &pool)))
		return 0;
	whole = run(pool, data + 1, size - 1, size);
	if (run(pool, data + 1, size - 1, data[0] + 1u) != whole ||
	    run(pool, data + 1, size - 1, 1) != whole)
		abort();
	if (yg_x509_read(data + 1, size - 1, &certificate) == YG_PARSE_DONE &&
	    (size_t)(certificate.subject.ptr ? certificate.subject.len : 0) > size)
		abort();
	return 0;
}
