/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one endpoint did in one span of time. Minutes come from the analyzer, the store adds them
 * up to hours and days: every member merges, in any order.
 *
 * A packed cell is a few dozen bytes for a quiet minute and at most YG_CELL_PACKED_MAX.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "core/hll.h"
#include "core/macros.h"
#include "core/quantile.h"

#define YG_CELL_SPAN_NS	   60000000000ull /* one minute; starts are multiples of it */
#define YG_CELL_STATUS_MAX 12u		  /* distinct statuses kept; more are in status_other */
#define YG_CELL_PACKED_MAX 8192u	  /* bytes; a full cell is about 5 KB */

struct yg_status_count {
	uint16_t status; /* 100..999; 0: the response was not seen */
	uint64_t count;
};

/* All zero is an empty cell. */
struct yg_cell {
	uint64_t start_ns; /* ns since the epoch */
	uint64_t span_ns;
	uint64_t requests;	/* exchanges; estimated, as all counts, if seen is less */
	uint64_t request_bytes; /* heads and bodies */
	uint64_t response_bytes;
	struct yg_status_count status[YG_CELL_STATUS_MAX]; /* in order of status */
	uint32_t status_count;
	uint64_t status_other;
	struct yg_quantile latency_us;	  /* first request byte to first response byte */
	struct yg_quantile response_size; /* bytes of the body */
	struct yg_hll callers;		  /* seen */
	uint64_t seen;			  /* exchanges that the counts above were estimated from */
	double spread;			  /* of requests: its variance, see baseline/estimate.h */
	uint64_t lost;			  /* messages that the whole sensor lost in this time */
	uint32_t clients;		  /* least share of clients that was seen whole; 0: all */
	struct yg_hll callers_whole;	  /* of these clients; kept while clients is not 0 */
};

/* Distinct callers of a cell, estimated. @ret_error: half of the 95 % interval. */
uint64_t yg_cell_callers(const struct yg_cell *cell, double *ret_error);

/* Count @count responses of @status; 0 means that no response was seen. */
void yg_cell_add_status(struct yg_cell *cell, uint16_t status, uint64_t count);

/* Take back what was counted of exchanges that are none; never below zero. */
void yg_cell_take_back(struct yg_cell *cell, const struct yg_status_count *exchanges,
		       uint64_t request_bytes, uint64_t response_bytes);

/* Requests with a status of this class: 2 for 2xx; 0 for those without a response. */
uint64_t yg_cell_status_class(const struct yg_cell *cell, unsigned int class);

/* @into takes in @from; start and span become those of both together. */
void yg_cell_merge(struct yg_cell *into, const struct yg_cell *from);

/**
 * yg_cell_pack() - the cell as bytes, the same on every machine.
 * @ret: @cap bytes; YG_CELL_PACKED_MAX always suffice.
 *
 * Return: bytes written; -ENOSPC.
 */
YG_MUST_CHECK ssize_t yg_cell_pack(const struct yg_cell *cell, uint8_t *ret, size_t cap);

/**
 * yg_cell_unpack() - the way back.
 * @ret: untouched on failure.
 *
 * Return: 0; -EINVAL if the bytes are not one whole cell of this version.
 */
YG_MUST_CHECK int yg_cell_unpack(const uint8_t *data, size_t len, struct yg_cell *ret);
