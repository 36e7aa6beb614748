/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON of ours as YAML that people read: blocks, every text in quotes. */
#pragma once

#include <stdio.h>

#include "core/macros.h"
#include "core/slice.h"

/**
 * yg_yaml_from_json() - write @json as a block of YAML 1.2.
 * @json: made by core/json.h; nested at most YG_JSON_DEPTH_MAX deep.
 *
 * Return: 0; -EINVAL if it is no JSON, or nested deeper; -EIO if @out failed.
 */
YG_MUST_CHECK int yg_yaml_from_json(struct yg_slice json, FILE *out);
