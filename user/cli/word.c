/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/word.h"

#include <string.h>

static const char *const words[][2] = {
	{ "critical", "緊急" },
	{ "high", "高" },
	{ "medium", "中" },
	{ "low", "低" },
	{ "info", "情報" },
	{ "open", "検出中" },
	{ "resolved", "解消" },
	{ "reopened", "再発" },
	{ "dismissed", "対象外" },
	{ "approved", "承認済み" },
	{ "id", "ID" },
	{ "time", "日時" },
	{ "seen again", "再検出回数" },
	{ "first seen", "初回検出" },
	{ "state", "状態" },
	{ "  since", "  変化日時" },
	{ "service", "サービス" },
	{ "endpoint", "エンドポイント" },
	{ "class", "分類" },
	{ "source", "出典" },
	{ "caller", "利用者" },
	{ "client", "接続元" },
	{ "action", "処置" },
	{ "status", "判断" },
	{ "evidence", "証跡" },
	{ "Cause", "根拠" },
	{ "Effect", "影響" },
	{ "Cure", "対策" },
};

const char *yg_cli_word(const struct yg_cli_args *args, const char *english)
{
	for (size_t i = 0; args->japanese && i < YG_ARRAY_SIZE(words); i++) {
		if (strcmp(words[i][0], english) == 0)
			return words[i][1];
	}
	return english;
}
