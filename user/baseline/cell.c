/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/cell.h"

#include <errno.h>

#include "baseline/estimate.h"

#define CELL_VERSION 2 /* 1: without what sampling needs; everything was seen */
#define HOUR_NS	     (60ull * YG_CELL_SPAN_NS)

void yg_cell_add_status(struct yg_cell *cell, uint16_t status, uint64_t count)
{
	uint32_t at = 0;

	while (at < cell->status_count && cell->status[at].status < status)
		at++;
	if (at < cell->status_count && cell->status[at].status == status) {
		cell->status[at].count += count;
		return;
	}
	if (cell->status_count == YG_CELL_STATUS_MAX) {
		cell->status_other += count;
		return;
	}
	memmove(&cell->status[at + 1], &cell->status[at],
		(cell->status_count - at) * sizeof(cell->status[0]));
	cell->status[at] = (struct yg_status_count){ status, count };
	cell->status_count++;
}

static uint64_t less(uint64_t value, uint64_t by)
{
	return value > by ? value - by : 0;
}

static void drop_status(struct yg_cell *cell, const struct yg_status_count *count)
{
	uint32_t at = 0;

	while (at < cell->status_count && cell->status[at].status != count->status)
		at++;
	if (at == cell->status_count) {
		cell->status_other = less(cell->status_other, count->count);
		return;
	}
	cell->status[at].count = less(cell->status[at].count, count->count);
	if (cell->status[at].count)
		return;
	cell->status_count--;
	memmove(&cell->status[at], &cell->status[at + 1],
		(cell->status_count - at) * sizeof(cell->status[0]));
}

void yg_cell_take_back(struct yg_cell *cell, const struct yg_status_count *exchanges,
		       uint64_t request_bytes, uint64_t response_bytes)
{
	cell->requests = less(cell->requests, exchanges->count);
	cell->request_bytes = less(cell->request_bytes, request_bytes);
	cell->response_bytes = less(cell->response_bytes, response_bytes);
	drop_status(cell, exchanges);
}

uint64_t yg_cell_status_class(const struct yg_cell *cell, unsigned int class)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < cell->status_count; i++) {
		if (cell->status[i].status / 100u == class)
			sum += cell->status[i].count;
	}
	return sum;
}

static void merge_span(struct yg_cell *into, const struct yg_cell *from)
{
	uint64_t end = into->start_ns + into->span_ns;
	uint64_t from_end = from->start_ns + from->span_ns;

	if (into->span_ns == 0 || (from->span_ns > 0 && from->start_ns < into->start_ns))
		into->start_ns = from->start_ns;
	if (into->span_ns == 0 || from_end > end)
		end = from_end;
	into->span_ns = end - into->start_ns;
}

/*
 * Clients that are seen whole are the same for an hour: their callers add up. The share is the
 * largest of both, so that the estimate errs to the low side. Of two hours, the one that says more.
 */
static void merge_callers(struct yg_cell *into, const struct yg_cell *from)
{
	double error;

	if (from->clients == 0 && into->clients == 0)
		return;
	if (from->start_ns / HOUR_NS == into->start_ns / HOUR_NS && from->clients &&
	    into->clients) {
		yg_hll_merge(&into->callers_whole, &from->callers_whole);
		if (from->clients > into->clients)
			into->clients = from->clients;
	} else if (yg_cell_callers(from, &error) > yg_cell_callers(into, &error)) {
		into->callers_whole = from->callers_whole;
		into->clients = from->clients;
	}
}

uint64_t yg_cell_callers(const struct yg_cell *cell, double *ret_error)
{
	return yg_distinct_estimate(yg_hll_count(&cell->callers_whole), cell->clients,
				    yg_hll_count(&cell->callers), ret_error);
}

void yg_cell_merge(struct yg_cell *into, const struct yg_cell *from)
{
	if (into->requests == 0) {
		into->clients = from->clients;
		into->callers_whole = from->callers_whole;
	} else {
		merge_callers(into, from);
	}
	merge_span(into, from);
	into->seen += from->seen;
	into->spread += from->spread;
	into->lost += from->lost;
	into->requests += from->requests;
	into->request_bytes += from->request_bytes;
	into->response_bytes += from->response_bytes;
	for (uint32_t i = 0; i < from->status_count; i++)
		yg_cell_add_status(into, from->status[i].status, from->status[i].count);
	into->status_other += from->status_other;
	yg_quantile_merge(&into->latency_us, &from->latency_us);
	yg_quantile_merge(&into->response_size, &from->response_size);
	yg_hll_merge(&into->callers, &from->callers);
}

/* The spread is a sum of whole numbers: kept as one, up to 2^63. */
static uint64_t spread_bits(double spread)
{
	return spread < 9e18 ? (uint64_t)spread : 9000000000000000000ull;
}

static void unpack_sampling(struct yg_reader *reader, uint64_t version, struct yg_cell *cell)
{
	if (version == 1) {
		cell->seen = cell->requests;
		return;
	}
	cell->seen = yg_get_varint(reader);
	cell->spread = (double)yg_get_varint(reader);
	cell->lost = yg_get_varint(reader);
	cell->clients = yg_get_max(reader, UINT32_MAX);
	if (cell->clients)
		yg_hll_unpack(&cell->callers_whole, reader);
}

ssize_t yg_cell_pack(const struct yg_cell *cell, uint8_t *ret, size_t cap)
{
	struct yg_writer writer = { .cap = cap };

	writer.ptr = ret;
	yg_put_varint(&writer, CELL_VERSION);
	yg_put_varint(&writer, cell->start_ns);
	yg_put_varint(&writer, cell->span_ns);
	yg_put_varint(&writer, cell->requests);
	yg_put_varint(&writer, cell->request_bytes);
	yg_put_varint(&writer, cell->response_bytes);
	yg_put_varint(&writer, cell->status_count);
	for (uint32_t i = 0; i < cell->status_count; i++) {
		yg_put_varint(&writer, cell->status[i].status);
		yg_put_varint(&writer, cell->status[i].count);
	}
	yg_put_varint(&writer, cell->status_other);
	yg_quantile_pack(&cell->latency_us, &writer);
	yg_quantile_pack(&cell->response_size, &writer);
	yg_hll_pack(&cell->callers, &writer);
	yg_put_varint(&writer, cell->seen);
	yg_put_varint(&writer, spread_bits(cell->spread));
	yg_put_varint(&writer, cell->lost);
	yg_put_varint(&writer, cell->clients);
	if (cell->clients)
		yg_hll_pack(&cell->callers_whole, &writer);
	return writer.overflow ? -ENOSPC : (ssize_t)writer.len;
}

int yg_cell_unpack(const uint8_t *data, size_t len, struct yg_cell *ret)
{
	struct yg_reader reader = { .ptr = data, .len = len };
	struct yg_cell cell = { 0 };
	uint64_t version;
	uint32_t statuses;

	version = yg_get_varint(&reader);
	if (version == 0 || version > CELL_VERSION)
		return -EINVAL;
	cell.start_ns = yg_get_varint(&reader);
	cell.span_ns = yg_get_varint(&reader);
	cell.requests = yg_get_varint(&reader);
	cell.request_bytes = yg_get_varint(&reader);
	cell.response_bytes = yg_get_varint(&reader);
	statuses = yg_get_max(&reader, YG_CELL_STATUS_MAX);
	for (uint32_t i = 0; i < statuses; i++) {
		uint32_t status = yg_get_max(&reader, 999);

		yg_cell_add_status(&cell, (uint16_t)status, yg_get_varint(&reader));
	}
	cell.status_other = yg_get_varint(&reader);
	yg_quantile_unpack(&cell.latency_us, &reader);
	yg_quantile_unpack(&cell.response_size, &reader);
	yg_hll_unpack(&cell.callers, &reader);
	unpack_sampling(&reader, version, &cell);
	if (reader.bad || reader.used != len)
		return -EINVAL;
	*ret = cell;
	return 0;
}
