/* SPDX-License-Identifier: GPL-2.0-only */
#include "serve/rule.h"

#include "detect/posture.h"

void yg_rule_write(struct yg_json *json, const struct yg_rule *rule)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "rule");
	yg_json_pair_str(json, "id", rule->id);
	yg_json_pair_str(json, "severity", yg_severity_name(rule->severity));
	yg_json_pair_str(json, "owasp", rule->owasp);
	yg_json_pair_str(json, "pci", rule->pci);
	yg_json_pair_str(json, "title", rule->title);
	yg_json_pair_str(json, "effect", rule->effect);
	yg_json_pair_str(json, "remediation", rule->remediation);
	yg_json_pair_bool(json, "posture", yg_rule_is_posture(rule));
	yg_json_pair_uint(json, "sightings", yg_rule_sightings(rule));
	yg_json_pair_str(json, "title_ja", rule->title_ja);
	yg_json_pair_str(json, "effect_ja", rule->effect_ja);
	yg_json_pair_str(json, "remediation_ja", rule->remediation_ja);
	yg_json_pair_str(json, "source", rule->source && rule->source[0] ? rule->source : NULL);
	yg_json_close_object(json);
}
