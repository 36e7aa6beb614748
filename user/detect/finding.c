/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/finding.h"

#include "core/macros.h"

const char *yg_severity_name(enum yg_severity severity)
{
	static const char *const names[YG_SEVERITY_MAX] = {
		[YG_SEVERITY_INFO] = "info",	     [YG_SEVERITY_LOW] = "low",
		[YG_SEVERITY_MEDIUM] = "medium",     [YG_SEVERITY_HIGH] = "high",
		[YG_SEVERITY_CRITICAL] = "critical",
	};

	return severity < YG_SEVERITY_MAX ? names[severity] : "unknown";
}

const char *yg_action_name(enum yg_action action)
{
	static const char *const names[YG_ACTION_MAX] = {
		[YG_ACTION_NONE] = "none",
		[YG_ACTION_PROPOSED] = "proposed",
		[YG_ACTION_BLOCKED] = "blocked",
		[YG_ACTION_LIMITED] = "limited",
	};

	return action < YG_ACTION_MAX ? names[action] : "unknown";
}

const char *yg_state_name(enum yg_state state)
{
	static const char *const names[YG_STATE_MAX] = {
		[YG_STATE_NONE] = "",
		[YG_STATE_OPEN] = "open",
		[YG_STATE_RESOLVED] = "resolved",
		[YG_STATE_REOPENED] = "reopened",
	};

	return state < YG_STATE_MAX ? names[state] : "unknown";
}
