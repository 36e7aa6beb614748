/* SPDX-License-Identifier: GPL-2.0-only */
/* Reasons of labels (label.c) and of risk (risk.c) in Japanese; how they are read: cause.h. */
#include "core/macros.h"
#include "detect/cause.h"

/* Of two formats that fit, the more special stands first. */
/* clang-format off */
static const struct yg_cause_row rows[] = {
	{ "in no specification, and reached past the proxies",
	  "仕様書になく、プロキシーを経由せずに到達" },
	{ "no specification knows the host, reached past the proxies",
	  "ホストが仕様書になく、プロキシーを経由せずに到達" },
	{ "no specification knows the host {}",
	  "ホスト{1}がどの仕様書にもありません" },
	{ "{} requests, in no specification",
	  "リクエスト{1}件、仕様書にありません" },
	{ "{} requests direct, {} through proxies",
	  "直接{1}件、プロキシー経由{2}件" },
	{ "deprecated in its specification, still used",
	  "仕様書では非推奨、現在も使用中" },
	{ "its answers say that it is deprecated",
	  "応答が非推奨と示しています" },
	{ "superseded: v{} of it is in use",
	  "新しいv{1}が使われています" },
	{ "in its specification, no request for {} days",
	  "仕様書にあり、{1}日間リクエストがありません" },
	{ "no request for {} days",
	  "{1}日間リクエストがありません" },
	{ "its host is named like one for tests",
	  "ホスト名がテスト用のものです" },
	{ "the service is {} days older",
	  "サービスは{1}日前からあります" },
	{ "{} requests of public addresses",
	  "公開アドレスから{1}件" },
	{ "all its clients have private addresses",
	  "接続元はすべてプライベートアドレスです" },
	{ "{} requests made by this host",
	  "このホストから{1}件" },
	{ "a password goes in, a token comes out",
	  "パスワードを受け取り、トークンを返します" },
	{ "a password in requests, and its name",
	  "リクエストのパスワードと、その名前" },
	{ "a token in responses, and its name",
	  "応答のトークンと、その名前" },
	{ "refuses with 401, and its name",
	  "401での拒否と、その名前" },
	{ "cards or accounts in its data, and its name",
	  "カードまたは口座のデータと、その名前" },
	{ "accepts {}, and its name",
	  "{1}の受理と、その名前" },
	{ "{} requests refused, and its name",
	  "リクエスト{1}件の拒否と、その名前" },
	{ "{} of {} callers, and its name",
	  "利用者{2}のうち{1}のみの使用と、その名前" },
	{ "always with a credential, and its name",
	  "常に認証付きであることと、その名前" },
	{ "{} client applications",
	  "クライアントアプリケーション{1}個" },
	{ "{} client application",
	  "クライアントアプリケーション{1}個" },
	{ "names a language model",
	  "言語モデルの名前があります" },
	{ "speaks the Model Context Protocol",
	  "Model Context Protocolを使用" },
	{ "its bodies are GraphQL",
	  "本文がGraphQLです" },
	{ "its bodies are gRPC",
	  "本文がgRPCです" },
	{ "was upgraded to a WebSocket",
	  "WebSocketに切り替わりました" },
	{ "{} in {}",
	  "{2}に{1}" },
	{ "public clients",
	  "公開アドレスの接続元" },
	{ "leaves the network",
	  "ネットワーク外への送信" },
	{ "no credential is asked for",
	  "認証を求めていません" },
	{ "a credential is not always asked for",
	  "常には認証を求めていません" },
	{ "Basic authentication",
	  "Basic認証" },
	{ "not always under TLS",
	  "TLSなしの通信" },
	{ "data: {}",
	  "データ：{1}" },
	{ "{}: further ones",
	  "{1}：その他" },
	{ "label {}",
	  "ラベル {1}" },
	{ "{}: {}",
	  "{1}：{2}" },
};
/* clang-format on */

bool yg_reason_japanese(const char *reason, char *ret, size_t cap)
{
	return yg_cause_translate(rows, YG_ARRAY_SIZE(rows), reason, ret, cap);
}

const struct yg_cause_row *yg_reason_rows(size_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(rows);
	return rows;
}
