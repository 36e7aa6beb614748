/* SPDX-License-Identifier: GPL-2.0-only */
/* A client that works against its server: what was found of it becomes an exchange of its own. */
#pragma once

#include "parse/h2.h"

/*
 * The client works against its server: enum yg_anomaly bits, each told once, when the server has
 * acknowledged what shows it, or at the end.
 */
void yg_h2_evidence_add(const struct yg_h2_turn *turn, uint32_t anomalies);
/* Tell of what was found, if it is certain by now who it was, or @ends. */
void yg_h2_evidence_tell(const struct yg_h2_turn *turn, bool ends);
