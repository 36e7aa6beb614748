/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/word.h"

#include <string.h>

#include "detect/cause.h"

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
	{ "last seen", "最終検出" },
	{ "requests", "リクエスト数" },
	{ "callers", "利用者数" },
	{ "auth", "認証方式" },
	{ "statuses", "ステータス" },
	{ "outcomes", "処理結果" },
	{ "tokens", "トークン数" },
	{ "ok", "成功" },
	{ "unauthenticated", "未認証" },
	{ "forbidden", "権限なし" },
	{ "missing", "該当なし" },
	{ "invalid", "不正な要求" },
	{ "protocols", "プロトコル" },
	{ "under TLS", "TLSの件数" },
	{ "risk by hour", "時間別リスク" },
	{ "risk by day", "日別リスク" },
	{ "client says", "クライアント" },
	{ "server says", "サーバー" },
	{ "not counted", "対象外の数" },
	{ "required", "必須" },
	{ "optional", "任意" },
	{ "confirmed", "確定" },
	{ "likely", "有力" },
	{ "possible", "可能性" },
	{ "request", "要求" },
	{ "response", "応答" },
	{ "hidden", "不可視" },
	{ "not seen", "未観測" },
	{ "this host, for nobody known", "このホスト（依頼元不明）" },
	/* what runs */
	{ "all", "すべて" },
	{ "CPU", "CPU使用" },
	{ "analyzer", "アナライザー" },
	{ "approve", "承認" },
	{ "attached", "接続済み" },
	{ "blocks", "遮断" },
	{ "detached", "切り離し" },
	{ "dropped", "破棄" },
	{ "enforce", "強制" },
	{ "failed", "失敗" },
	{ "gap", "未対応" },
	{ "gone", "終了" },
	{ "in the kernel", "カーネル内" },
	{ "kernel", "カーネル" },
	{ "known", "観測済み" },
	{ "losses", "損失" },
	{ "observe", "観測" },
	{ "partial", "一部" },
	{ "rings", "リング" },
	{ "running", "稼働中" },
	{ "sampling", "サンプリング" },
	{ "scope", "対象範囲" },
	{ "starting", "起動中" },
	{ "TLS probes", "TLSプローブ" },
	{ "This kernel lacks", "このカーネルにない機能" },
	/* where it is known */
	{ "asked there", "直接" },
	{ "exposure", "公開範囲" },
	{ "external", "外部" },
	{ "internal", "内部" },
	{ "named by a hop", "前段の申告" },
	{ "outbound", "外向き" },
	{ "relayed", "中継" },
	{ "servers", "サーバー" },
	{ "unknown", "不明" },
	{ "Outside addresses", "外部から見たアドレス" },
	/* titles */
	{ "Labels", "ラベル" },
	{ "Sensitive data", "機微なデータ" },
	{ "Parameters", "パラメーター" },
	{ "Fields of responses", "応答のフィールド" },
	{ "By hour", "時間別" },
	{ "By minute", "分別" },
	{ "Relations", "呼び出し関係" },
	{ "Latest samples", "最近のサンプル" },
	/* columns */
	{ "ACTION", "処置" },
	{ "AUTH", "認証" },
	{ "ERR", "失敗" },
	{ "BASE PATH", "前置パス" },
	{ "BINARY", "バイナリー" },
	{ "BLOCK", "遮断対象" },
	{ "BYTES", "バイト" },
	{ "CALLER", "利用者" },
	{ "CALLERS", "利用者数" },
	{ "CAUSE", "原因" },
	{ "CLASS", "分類" },
	{ "CLEAR", "平文" },
	{ "CLIENT", "接続元" },
	{ "COMPRESSED", "圧縮" },
	{ "CONFIDENCE", "確度" },
	{ "CONTROL", "制御" },
	{ "DATA", "データ" },
	{ "DROPS", "破棄数" },
	{ "DROPS AT", "破棄箇所" },
	{ "ENDPOINT", "エンドポイント" },
	{ "ENDPOINTS", "エンドポイント数" },
	{ "ENDPTS", "宛先数" },
	{ "FAIL", "失敗" },
	{ "FIELD", "フィールド" },
	{ "FINDING", "検出" },
	{ "FORMAT", "書式" },
	{ "FOUND", "検出数" },
	{ "FROM", "呼び出し元" },
	{ "HOST", "ホスト" },
	{ "HOW", "経路" },
	{ "IN", "場所" },
	{ "INSIDE", "内部" },
	{ "INTERFACE", "デバイス" },
	{ "INTO", "呼び出し先" },
	{ "ISSUER", "証明書発行者" },
	{ "JA4S", "JA4数" },
	{ "KIND", "種別" },
	{ "LABELS", "ラベル" },
	{ "LARGEST", "最大" },
	{ "LAST END", "前回の終了" },
	{ "LAST SEEN", "最終検出" },
	{ "LEADS TO", "転送先" },
	{ "LEFT", "残り" },
	{ "MESSAGES", "メッセージ" },
	{ "NAME", "名前" },
	{ "NEEDED", "必須" },
	{ "OUTSIDE", "外部アドレス" },
	{ "PATH", "パス" },
	{ "PREFIX", "対象" },
	{ "PROBES", "プローブ" },
	{ "PROCESSES", "プロセス数" },
	{ "REACH", "範囲" },
	{ "REASON", "理由" },
	{ "REASONS", "理由" },
	{ "RECORDS", "取得レコード" },
	{ "REQ", "件数" },
	{ "REQ/S", "件/秒" },
	{ "REQUESTS", "要求数" },
	{ "RESTARTS", "再起動" },
	{ "RISK", "リスク" },
	{ "ROLE", "役割" },
	{ "RULE", "ルール" },
	{ "SAID BY", "送信側" },
	{ "PROTOCOL", "プロトコル" },
	{ "OPERATION", "操作" },
	{ "ANSWERS", "応答数" },
	{ "Operations in WebSockets", "WebSocket内の操作" },
	{ "read", "読取" },
	{ "SAMPLE", "例" },
	{ "SAMPLED", "採取数" },
	{ "SAMPLES AT", "採取箇所" },
	{ "SERVICE", "サービス" },
	{ "SEVERITY", "重大度" },
	{ "SHARE", "割合" },
	{ "SINCE", "初回検出" },
	{ "STATE", "状態" },
	{ "STATUS", "判断" },
	{ "TARGET", "リクエスト先" },
	{ "TEXT", "テキスト" },
	{ "TIME", "時刻" },
	{ "TITLE", "内容" },
	{ "TLS LIBRARY", "TLSライブラリー" },
	{ "TYPE", "型" },
	{ "UP", "稼働" },
	{ "USED BY", "使用者" },
	{ "VALUES", "値" },
	{ "WHO", "実行者" },
	/* sentences */
	{ "No callers have been seen", "利用者はまだ観測されていません" },
	{ "No endpoints yet", "エンドポイントはまだありません" },
	{ "No endpoints have been seen", "エンドポイントはまだ観測されていません" },
	{ "No findings", "該当する検出はありません" },
	{ "No findings about posture", "該当する検出はありません" },
	{ "No request has led to another", "呼び出し関係はまだ観測されていません" },
	{ "No third parties have been asked", "外部のAPIはまだ呼び出されていません" },
	{ "Nothing is blocked", "遮断中の対象はありません" },
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

static const char *word_of(const void *ctx, const char *title)
{
	return yg_cli_word(ctx, title);
}

int yg_cli_table_new(const struct yg_cli_args *args, const struct yg_column *columns, size_t count,
		     struct yg_table **ret)
{
	int r = yg_table_new(columns, count, ret);

	if (r == 0)
		yg_table_words(*ret, word_of, args);
	return r;
}

void yg_cli_say(const struct yg_cli_args *args, const char *sentence)
{
	(void)fprintf(args->out, "%s\n", yg_cli_word(args, sentence));
}

const char *yg_cli_reason(const struct yg_cli_args *args, const char *english, char *ret,
			  size_t cap)
{
	return args->japanese && yg_reason_japanese(english, ret, cap) ? ret : english;
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
