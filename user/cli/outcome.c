/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/outcome.h"

#include <stdio.h>

#include "cli/client.h"
#include "cli/table.h"
#include "cli/word.h"

const char *yg_outcome_text(const struct yg_cli_args *args, const uint64_t counts[YG_OUTCOME_MAX],
			    char *ret)
{
	unsigned int most = YG_OUTCOME_PARTIAL;
	char count[YG_FORMAT_CAP];
	uint64_t sum = 0;

	for (unsigned int i = YG_OUTCOME_PARTIAL; i < YG_OUTCOME_MAX; i++) {
		sum += counts[i];
		if (counts[i] > counts[most])
			most = i;
	}
	ret[0] = '\0';
	if (sum && args->columns < YG_OUTCOME_WIDE)
		return yg_count_format(sum, ret);
	if (sum)
		(void)snprintf(ret, YG_OUTCOME_TEXT_CAP, "%s %s%s", yg_count_format(sum, count),
			       yg_cli_word(args, yg_outcome_name((enum yg_outcome_kind)most)),
			       sum > counts[most] ? "+" : "");
	return ret;
}

const char *yg_outcome_text_of(const struct yg_cli_args *args, yajl_val outcomes, char *ret)
{
	uint64_t counts[YG_OUTCOME_MAX] = { 0 };

	for (unsigned int i = 0; YAJL_IS_OBJECT(outcomes) && i < YG_OUTCOME_MAX; i++)
		counts[i] = yg_value_uint(outcomes, yg_outcome_name((enum yg_outcome_kind)i));
	return yg_outcome_text(args, counts, ret);
}
