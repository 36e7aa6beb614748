/* SPDX-License-Identifier: GPL-2.0-only */
/* All that an exchange says about its messages as one number, for tests that compare two runs. */
#pragma once

#include <stdint.h>

#include "core/hash.h"
#include "parse/exchange.h"

static inline void log_slice(uint64_t *log, struct yg_slice slice)
{
	const struct yg_hash_key key = { *log, slice.len };

	*log = yg_hash(&key, slice.ptr ? slice.ptr : "", slice.len);
}

static inline void log_number(uint64_t *log, uint64_t number)
{
	*log = yg_hash_mix(*log ^ number) + 1;
}

static inline void log_message(uint64_t *log, const struct yg_message *message)
{
	log_number(log, message->present | (unsigned)message->complete << 1 |
				(unsigned)message->refused << 2 | (unsigned)message->body_gap << 3);
	log_number(log, message->anomalies);
	log_number(log, message->head_bytes);
	log_number(log, message->body_bytes);
	log_number(log, message->status);
	log_number(log, message->header_dropped);
	log_number(log, message->header_unknown);
	log_slice(log, message->method);
	log_slice(log, message->target);
	log_slice(log, message->body);
	for (uint32_t i = 0; i < message->header_count + message->trailer_count; i++) {
		log_slice(log, message->headers[i].name);
		log_slice(log, message->headers[i].value);
	}
}

static inline void log_exchange(uint64_t *log, const struct yg_exchange *exchange)
{
	log_message(log, &exchange->request);
	log_message(log, &exchange->response);
	log_number(log, exchange->informational);
	log_number(log, exchange->protocol);
	log_number(log, exchange->stream);
	log_number(log, exchange->upgraded);
	log_number(log, (uint32_t)exchange->grpc_status);
}
