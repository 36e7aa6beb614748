/* SPDX-License-Identifier: GPL-2.0-only */
/* Times as documents write them: ISO 8601, with a fraction and a zone or without. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"

/* "2026-01-02T03:04:05.678+09:00", no zone: UTC. Return: ns since the epoch; 0: none, or too far. */
uint64_t yg_iso_time_read(struct yg_slice text);

/* Decimal digits and nothing else; up to nine of them. @ret: 0 without any. */
bool yg_digits_read(struct yg_slice text, unsigned int *ret);
