/* SPDX-License-Identifier: GPL-2.0-only */
/* A rule as a JSON object; the API and `yagura rules --json` print the same. */
#pragma once

#include "core/json.h"
#include "detect/finding.h"

/* {"type":"rule","id":...}, behind what is in @json already. */
void yg_rule_write(struct yg_json *json, const struct yg_rule *rule);
