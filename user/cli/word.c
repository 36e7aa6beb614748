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
	{ "none", "なし" },
	{ "proposed", "提案" },
	{ "blocked", "遮断" },
	{ "limited", "制限" },
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

static const char *const evidence[][2] = {
	{ "anomaly", "異常" },
	{ "answered_with_success", "成功した応答" },
	{ "attempts", "試行回数" },
	{ "class", "データ分類" },
	{ "day_before", "前日の件数" },
	{ "distinct_ids", "異なるID" },
	{ "distinct_passwords", "異なるパスワード" },
	{ "distinct_places", "異なる場所" },
	{ "distinct_sources", "異なる接続元" },
	{ "distinct_users", "異なる利用者名" },
	{ "distinct_values", "異なる値" },
	{ "example", "例" },
	{ "failures", "失敗回数" },
	{ "highest_id", "最大のID" },
	{ "judged", "判定回数" },
	{ "known_scanner_paths", "既知のスキャナーのパス" },
	{ "last_caller", "最後の利用者" },
	{ "lowest_id", "最小のID" },
	{ "misses", "該当なしの応答" },
	{ "most_of_a_peer", "他の利用者の最大値" },
	{ "normal_ids_per_hour_p99", "通常の1時間あたりID数（p99）" },
	{ "order", "順序性" },
	{ "peers", "他の利用者数" },
	{ "refused", "拒否" },
	{ "requests", "リクエスト数" },
	{ "seconds", "秒数" },
	{ "seen", "検出回数" },
	{ "source", "出典" },
	{ "status", "HTTPステータス" },
	{ "used_by_others_first", "他の利用者が先に使用" },
};

static const char *find(const char *const (*table)[2], size_t count, const char *english)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i][0], english) == 0)
			return table[i][1];
	}
	return english;
}

const char *yg_cli_evidence(const struct yg_cli_args *args, const char *name)
{
	return args->japanese ? find(evidence, YG_ARRAY_SIZE(evidence), name) : name;
}

const char *yg_cli_word(const struct yg_cli_args *args, const char *english)
{
	return args->japanese ? find(words, YG_ARRAY_SIZE(words), english) : english;
}

const char *yg_cli_decision(const struct yg_cli_args *args, const char *status)
{
	return args->japanese && strcmp(status, "open") == 0 ? "未判断" : yg_cli_word(args, status);
}
