/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 7, respond: from a finding to an action. Pure: the same finding, mode and history give the
 * same answer. It asks, it never acts: the enforcer checks every request again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "detect/finding.h"
#include "priv/request.h"

/* What respond may do with a finding. */
enum yg_mode {
	YG_MODE_OBSERVE, /* findings only */
	YG_MODE_APPROVE, /* findings propose blocks, an operator decides */
	YG_MODE_ENFORCE, /* blocks are requested at once */
	YG_MODE_MAX
};

const char *yg_mode_name(enum yg_mode mode); /* "observe"; literal */
