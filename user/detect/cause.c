/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/cause.h"

#include <string.h>

#include "baseline/data_class.h"
#include "core/macros.h"
#include "core/slice.h"

#define HOLES_MAX 6u

/*
 * A literal beginning says more than a hole: of two formats that fit, the more special stands
 * first. Columns as they come: a line of Japanese is not to be broken.
 */
/* clang-format off */
static const struct yg_cause_row rows[] = {
	{ "One of {} keys is short",
	  "鍵{1}個のうち1個が短すぎます" },
	{ "One kid stands twice among {} keys",
	  "鍵{1}個の中に同じkidが2つあります" },
	{ "It was answered {} without TLS",
	  "TLSなしで{1}が返されました" },
	{ "A request object with alg {} was accepted",
	  "algが{1}のリクエストオブジェクトが受理されました" },
	{ "A request object without exp was accepted",
	  "expのないリクエストオブジェクトが受理されました" },
	{ "A request object with a long life was accepted",
	  "有効期間の長いリクエストオブジェクトが受理されました" },
	{ "A request object without nbf was accepted",
	  "nbfのないリクエストオブジェクトが受理されました" },
	{ "A request object with an old nbf was accepted",
	  "nbfの古いリクエストオブジェクトが受理されました" },
	{ "A request object whose aud is not this server was accepted",
	  "audがこのサーバーでないリクエストオブジェクトが受理されました" },
	{ "A parameter outside the request object has another value than inside",
	  "リクエストオブジェクトの外のパラメーターが中と異なる値です" },
	{ "A request with response_type {} was accepted",
	  "response_typeが{1}のリクエストが受理されました" },
	{ "A request without code_challenge_method=S256 was accepted",
	  "code_challenge_method=S256のないリクエストが受理されました" },
	{ "A request without redirect_uri was accepted",
	  "redirect_uriのないリクエストが受理されました" },
	{ "A redirect_uri with http was accepted",
	  "httpのredirect_uriが受理されました" },
	{ "A request with scope openid and no nonce was accepted",
	  "openidスコープでnonceのないリクエストが受理されました" },
	{ "A request without openid and without state was accepted",
	  "openidもstateもないリクエストが受理されました" },
	{ "A code_challenge or nonce was used for a second request",
	  "code_challengeまたはnonceが別のリクエストで再利用されました" },
	{ "expires_in is {}",
	  "expires_inが{1}です" },
	{ "A pushed request without client authentication was answered {}",
	  "クライアント認証のないPARリクエストに{1}が返されました" },
	{ "The answer carries Access-Control-Allow-Origin",
	  "応答にAccess-Control-Allow-Originがあります" },
	{ "A request without request or request_uri was answered {}",
	  "requestもrequest_uriもないリクエストに{1}が返されました" },
	{ "A request without request_uri was answered {}",
	  "request_uriのないリクエストに{1}が返されました" },
	{ "A JARM response lacks iss, aud, exp or a strong signature",
	  "JARM応答にiss、aud、expまたは強い署名がありません" },
	{ "A response went to an address with http",
	  "応答がhttpのアドレスに送られました" },
	{ "A response was sent with 307",
	  "応答が307で送られました" },
	{ "A response carries an access token",
	  "応答にアクセストークンが含まれています" },
	{ "A response carries no iss",
	  "応答にissがありません" },
	{ "A second response was sent for one request_uri",
	  "一つのrequest_uriに二度目の応答が送られました" },
	{ "A code holds {} bits at most",
	  "認可コードは最大でも{1}ビットの情報しかありません" },
	{ "An id token is encrypted with RSA1_5",
	  "IDトークンがRSA1_5で暗号化されています" },
	{ "An id token has alg {}",
	  "IDトークンのalgが{1}です" },
	{ "An id token in a redirect holds personal claims",
	  "リダイレクト内のIDトークンに個人情報のクレームがあります" },
	{ "s_hash or c_hash is missing or wrong",
	  "s_hashまたはc_hashが欠落しているか誤っています" },
	{ "at_hash is wrong",
	  "at_hashが誤っています" },
	{ "The issuer is not an https address of this host",
	  "発行者がこのホストのhttpsアドレスではありません" },
	{ "The metadata offers {}",
	  "メタデータが{1}を提示しています" },
	{ "The metadata lacks {}",
	  "メタデータに{1}がありません" },
	{ "cnf.x5t#S256 is not the certificate of the connection, and the answer was {}",
	  "cnf.x5t#S256が接続の証明書と異なるのに{1}が返されました" },
	{ "A bound token without a proof was answered {}",
	  "DPoP証明のない送信者制約付きトークンに{1}が返されました" },
	{ "A proof with {} was answered {}",
	  "{1}DPoP証明に{2}が返されました" },
	{ "One proof was accepted twice",
	  "一つのDPoP証明が二度受理されました" },
	{ "One token was accepted from two certificates or TLS clients",
	  "一つのトークンが二つの証明書またはTLSクライアントから受理されました" },
	{ "The answer carries no Date",
	  "応答にDateがありません" },
	{ "x-fapi-interaction-id was not repeated",
	  "x-fapi-interaction-idが応答に返されていません" },
	{ "x-fapi-interaction-id is no UUID",
	  "x-fapi-interaction-idがUUIDではありません" },
	{ "x-fapi-customer-ip-address is no address, or x-fapi-auth-date no date",
	  "x-fapi-customer-ip-addressがアドレスでないか、x-fapi-auth-dateが日付ではありません" },
	{ "JSON came as {}",
	  "JSONが{1}として返されました" },
	{ "401 came without WWW-Authenticate",
	  "401がWWW-Authenticateなしで返されました" },
	{ "It was answered {} while an authorization request waited for its answer",
	  "認可リクエストの応答前に実行され、{1}が返されました" },
	{ "A document of depth {} with {} aliases and {} operations was answered with data",
	  "深さ{1}、エイリアス{2}個、操作{3}個のドキュメントにデータが返されました" },
	{ "A public address asked for it by address and was answered {}",
	  "公開アドレスからのアドレス指定のリクエストに{1}が返されました" },
	{ "A public address was answered {}",
	  "公開アドレスに{1}が返されました" },
	{ "A new mail address was set by a credential alone, and answered {}",
	  "認証情報だけで新しいメールアドレスが設定され、{1}が返されました" },
	{ "{} of the last {} calls failed",
	  "直近の呼び出し{2}回のうち{1}回が失敗しました" },
	{ "An answer took {} s",
	  "応答に{1}秒かかりました" },
	{ "The OpenAPI document says deprecated, and it was answered {}",
	  "OpenAPI定義書で非推奨ですが、{1}が返されました" },
	{ "A revoked token was answered {}",
	  "失効したトークンに{1}が返されました" },
	{ "The assertion and client_id name two clients",
	  "アサーションとclient_idが別のクライアントを示しています" },
	{ "A client assertion from the future was accepted",
	  "未来の時刻のクライアントアサーションが受理されました" },
	{ "One client assertion was accepted twice",
	  "一つのクライアントアサーションが二度受理されました" },
	{ "A client with a {} got a token",
	  "{1}で認証したクライアントにトークンが発行されました" },
	{ "A token was issued without client authentication",
	  "クライアント認証なしでトークンが発行されました" },
	{ "A client assertion with an HMAC was accepted",
	  "HMACのクライアントアサーションが受理されました" },
	{ "A client assertion with alg {} was accepted",
	  "algが{1}のクライアントアサーションが受理されました" },
	{ "A client assertion with {} was accepted",
	  "{1}クライアントアサーションが受理されました" },
	{ "One code was exchanged {} times",
	  "一つの認可コードが{1}回引き換えられました" },
	{ "A code was exchanged {} s after it was issued",
	  "認可コードが発行から{1}秒後に引き換えられました" },
	{ "A wrong code_verifier was accepted",
	  "誤ったcode_verifierが受理されました" },
	{ "A code was exchanged without code_verifier",
	  "認可コードがcode_verifierなしで引き換えられました" },
	{ "A code was exchanged by another client than asked for it",
	  "認可コードが要求元と別のクライアントに引き換えられました" },
	{ "{} refreshes of one client were answered with another refresh token",
	  "一つのクライアントの更新{1}回に別のリフレッシュトークンが返されました" },
	{ "A token response came without Cache-Control: no-store",
	  "トークン応答にCache-Control: no-storeがありません" },
	{ "An access token without cnf was issued",
	  "cnfのないアクセストークンが発行されました" },
	{ "A bearer token with expires_in {} was issued",
	  "expires_inが{1}のベアラートークンが発行されました" },
	{ "An access token holds {} bits at most",
	  "アクセストークンは最大でも{1}ビットの情報しかありません" },
	{ "The answer grants scope that was not asked for",
	  "要求されていないスコープが付与されました" },
	{ "A second client got a token with one certificate",
	  "同じ証明書で二つ目のクライアントがトークンを得ました" },
	{ "A token was issued for a password",
	  "パスワードでトークンが発行されました" },
	{ "{} was accepted over HTTP without TLS",
	  "{1}がTLSなしのHTTPで受理されました" },
	{ "The query held it, and the answer was {}",
	  "クエリーに含まれており、{1}が返されました" },
	{ "{} accepted with a credential, {} without",
	  "認証情報付き{1}件と、なし{2}件が受理されました" },
	{ "{} of {} attempts failed, none was answered 429",
	  "{2}回の試行のうち{1}回が失敗し、429は一度も返されませんでした" },
	{ "A request with Basic was answered {}",
	  "Basic認証のリクエストに{1}が返されました" },
	{ "A token without exp was answered {}",
	  "expのないトークンに{1}が返されました" },
	{ "A token that expired {} s before was answered {}",
	  "{1}秒前に期限切れのトークンに{2}が返されました" },
	{ "A token lives for {} h",
	  "トークンの有効期間が{1}時間です" },
	{ "A token with nbf in the future was answered {}",
	  "nbfが未来のトークンに{1}が返されました" },
	{ "A token without signature was answered {}",
	  "署名のないトークンに{1}が返されました" },
	{ "A token with an unregistered algorithm was answered {}",
	  "未登録のアルゴリズムのトークンに{1}が返されました" },
	{ "A token with jwk, jku or x5u was answered {}",
	  "jwk、jkuまたはx5uを持つトークンに{1}が返されました" },
	{ "The same claims under another signature were answered {}",
	  "別の署名が付いた同じクレームに{1}が返されました" },
	{ "A signature that the key of its kid did not make was answered {}",
	  "kidの鍵によらない署名のトークンに{1}が返されました" },
	{ "The answer {} holds \"{}\"",
	  "応答{1}に「{2}」が含まれています" },
	{ "An index page was answered",
	  "ディレクトリの一覧が返されました" },
	{ "A file of a repository, or of settings, was answered",
	  "リポジトリまたは設定のファイルが返されました" },
	{ "A management page was answered without credentials",
	  "認証情報なしで管理用ページが返されました" },
	{ "An OpenAPI document was answered without credentials",
	  "認証情報なしでOpenAPI定義書が返されました" },
	{ "Metrics were answered without credentials",
	  "認証情報なしでメトリクスが返されました" },
	{ "The schema was answered without credentials",
	  "認証情報なしでスキーマが返されました" },
	{ "A page of {} was asked for and {} bytes were answered",
	  "{1}件のページが要求され、{2}バイトが返されました" },
	{ "{} kinds of private fields came without a Cache-Control that forbids it",
	  "{1}種類の個人的な項目が、保存を禁じるCache-Controlなしで返されました" },
	{ "{} kinds of private fields were answered without a credential",
	  "{1}種類の個人的な項目が認証情報なしで返されました" },
	{ "The answer holds a value in the format of a password hash",
	  "応答にパスワードハッシュ形式の値があります" },
	{ "The answer holds a field called password with a value",
	  "応答に値の入ったpassword項目があります" },
	{ "A privileged field of the request stands in the answer, as sent",
	  "リクエストの特権的な項目が、送られたまま応答にあります" },
	{ "Access-Control-Allow-Origin: * with Allow-Credentials: true",
	  "Access-Control-Allow-Origin: *とAllow-Credentials: trueが併用されています" },
	{ "The origin null is allowed with credentials",
	  "オリジンnullに認証情報の送信が許可されています" },
	{ "Three unrelated origins or more are allowed with credentials",
	  "無関係な三つ以上のオリジンに認証情報の送信が許可されています" },
	{ "A session cookie was set without {}",
	  "セッションCookieが{1}なしで設定されました" },
	{ "Answers say \"{}\"",
	  "応答に「{1}」とあります" },
	{ "A page was answered without Strict-Transport-Security",
	  "Strict-Transport-Securityなしでページが返されました" },
	{ "The host is called {}",
	  "ホスト名は{1}です" },
	{ "TRACE was answered {} with the request",
	  "TRACEに{1}とリクエスト内容が返されました" },
	{ "{}: {} was sent with {}",
	  "{1}: {2}が{3}の応答で送られました" },
	{ "'{}' of the answer holds {}, as none of {} values before: {}",
	  "応答の「{1}」に{2}が含まれています。以前の値{3}個にはありませんでした: {4}" },
	{ "'{}' of the answer holds {}: {}",
	  "応答の「{1}」に{2}が含まれています: {3}" },
	{ "'{}' of the answer leads to a metadata service: {}",
	  "応答の「{1}」がメタデータサービスを指しています: {2}" },
	{ "'{}' of the answer leads to an internal host, as none of {} values before: {}",
	  "応答の「{1}」が内部のホストを指しています。以前の値{2}個にはありませんでした: {3}" },
	{ "The answer {} leads to the internal host {}",
	  "応答{1}が内部のホスト{2}を指しています" },
	{ "The answer holds {}, which the same object lacks in {}",
	  "応答に{1}が含まれています。{2}の同じオブジェクトにはありません" },
	{ "A request set '{}', which others never send, and was answered {}",
	  "他の利用者が送らない「{1}」を設定するリクエストに{2}が返されました" },
	{ "'{}' was {}, and was answered {}",
	  "「{1}」が{2}を指すリクエストに{3}が返されました" },
	{ "A body of the kind {} was answered, as never before",
	  "これまでにない形式{1}の本文が返されました" },
	{ "The JSON of an answer breaks off",
	  "応答のJSONが途中で終わっています" },
	{ "{} of the last {} TLS handshakes were refused",
	  "直近{2}回のTLSハンドシェイクのうち{1}回が拒否されました" },
	{ "{} went to a third party without TLS",
	  "{1}がTLSなしで外部に送られました" },
	{ "{} went to a third party",
	  "{1}が外部に送られました" },
	{ "HTML was answered where JSON was asked for",
	  "JSONの要求にHTMLが返されました" },
	{ "{} bytes were answered, ten times what is usual",
	  "通常の10倍にあたる{1}バイトが返されました" },
	{ "The issuer is {}, after {} handshakes with others",
	  "発行者が{1}に変わりました（それまで{2}回は別の発行者）" },
	{ "A call with a credential went out over HTTP",
	  "認証情報を含む呼び出しがHTTPで送られました" },
	{ "A call went out over HTTP",
	  "呼び出しがHTTPで送られました" },
	{ "The answer {} leads to {}",
	  "応答{1}が{2}へ誘導しています" },
	{ "{} in the {} crossed the network without TLS",
	  "{2}の{1}がTLSなしでネットワークを通りました" },
	{ "{} card numbers in one answer",
	  "一つの応答にカード番号が{1}件あります" },
	{ "{} in the URL of an accepted request",
	  "受理されたリクエストのURLに{1}があります" },
	{ "{} in the answer",
	  "応答に{1}があります" },
	{ "{} is not described for this path",
	  "このパスの{1}は定義書にありません" },
	{ "no path of the document fits",
	  "定義書に該当するパスがありません" },
	{ "{} of them; the first is '{}'",
	  "{1}個あり、最初は「{2}」です" },
	{ "{} for a request without any credential",
	  "認証情報のないリクエストに{1}が返されました" },
	{ "{} of {} operations were not used since the sensor started: {}",
	  "センサー起動以来、{2}個の操作のうち{1}個が使われていません: {3}" },
	{ "'{}' of the {} has another type than it ever had",
	  "{2}の「{1}」がこれまでにない型です" },
	{ "'{}' of the {} is new",
	  "{2}の「{1}」は新しい項目です" },
	{ "The server chose TLS {}",
	  "サーバーがTLS {1}を選択しました" },
	{ "The server chose cipher suite {} with TLS 1.2",
	  "サーバーがTLS 1.2で暗号スイート{1}を選択しました" },
	{ "The server chose cipher suite {}",
	  "サーバーが暗号スイート{1}を選択しました" },
	{ "The response went to another address than the redirect_uri of its request",
	  "応答がリクエストのredirect_uriと異なるアドレスに送られました" },
	{ "A redirect_uri with a fragment, a user or a step up was accepted",
	  "フラグメント、ユーザー名または上位パスを含むredirect_uriが受理されました" },
	{ "Two redirect_uri of one client that differ in their query were accepted",
	  "一つのクライアントの、クエリーだけが異なる二つのredirect_uriが受理されました" },
	{ "{} different redirect_uri of one client were accepted",
	  "一つのクライアントの異なるredirect_uriが{1}個受理されました" },
	{ "A response carries an iss that is not the issuer of the metadata",
	  "応答のissがメタデータの発行者と異なります" },
	{ "mtls_endpoint_aliases holds {}",
	  "mtls_endpoint_aliasesに{1}" },
	{ "A token that is bound to a certificate came without one and was answered {}",
	  "証明書に紐付けられたトークンが証明書なしで送られ、{1}が返されました" },
	{ "{} requests in a row with x-fapi-customer-ip-address were refused, the last with {}",
	  "x-fapi-customer-ip-addressを付けたリクエストが{1}回続けて拒否され、最後は{2}でした" },
	{ "The scope that the server itself asks for was not in a token that was answered {}",
	  "サーバー自身が要求するスコープのないトークンに{1}が返されました" },
	{ "No scope that all tokens before had was in a token that was answered {}",
	  "それまでの全トークンに共通のスコープを一つも持たないトークンに{1}が返されました" },
	{ "A client assertion from {} s ahead was answered invalid_client",
	  "{1}秒先の時刻のクライアントアサーションにinvalid_clientが返されました" },
	{ "The nonce of an id token is not that of its request",
	  "IDトークンのnonceが認可リクエストと異なります" },
	{ "An id token came without the nonce of its request",
	  "IDトークンに認可リクエストのnonceがありません" },
	{ "A token of another issuer than the {} before was answered {}",
	  "それまでの{1}個と発行者の異なるトークンに{2}が返されました" },
	{ "A token for another audience than the {} before was answered {}",
	  "それまでの{1}個と対象（aud）の異なるトークンに{2}が返されました" },
	{ "A new password was set by a credential alone, and answered {}",
	  "認証情報だけで新しいパスワードが設定され、{1}が返されました" },
	{ "The server chose compression with cipher suite {}",
	  "サーバーが暗号スイート{1}で圧縮を選択しました" },
	{ "The group has {} bits", "群は{1}ビットです" },
	{ "A handshake of TLS 1.2 ended without a CertificateRequest",
	  "TLS 1.2のハンドシェイクがCertificateRequestなしで終わりました" },
	{ "The certificate has {}",
	  "証明書に{1}があります" },
	{ "{} distinct objects in {} s, {} answered with success, {} refused; {}",
	  "{2}秒間に{1}個の異なるオブジェクトを要求し、{3}件が成功、{4}件が拒否されました（{5}）" },
	{ "{} of {} logins failed in {} s: {} {}, {} passwords",
	  "{3}秒間に{2}回のログインのうち{1}回が失敗しました（{5}{4}、パスワード{6}種類）" },
	{ "{} places that do not exist were asked for in {} s, {} of {} requests",
	  "{2}秒間に存在しない場所{1}箇所が要求されました（{4}件中{3}件）" },
	{ "{} carried {}",
	  "{1}に{2}がありました" },
	{ "{} different values of {} within a day; on {} days before, never more than {}",
	  "1日に{2}の異なる値{1}個。それ以前の{3}日間は最大{4}個でした" },
	{ "{} different values of {} within a day; of {} other callers, {} had more than an eighth of that",
	  "1日に{2}の異なる値を{1}個取得しました。他の利用者{3}人のうち、その8分の1を超えたのは{4}人です" },
};

/* What stands in holes and is a word of ours, not of the traffic. */
static const struct yg_cause_row words[] = {
	{ "a hash of a password", "パスワードのハッシュ" },
	{ "a key or a token", "鍵またはトークン" },
	{ "an identity number", "識別番号" },
	{ "a flag of administration", "管理者フラグ" },
	{ "an internal note", "内部メモ" },
	{ "output of a debugger", "デバッグ出力" },
	{ "a score or a salary", "スコアまたは給与" },
	{ "a price of purchase", "仕入れ価格" },
	{ "HTML", "HTML" },
	{ "a script", "スクリプト" },
	{ "SQL that breaks out of a string", "文字列から抜け出すSQL" },
	{ "a shell command", "シェルコマンド" },
	{ "a path out of its directory", "ディレクトリー外へのパス" },
	{ "an expression of a template", "テンプレートの式" },
	{ "a lookup of JNDI", "JNDIの参照" },
	{ "the prototype of all objects", "全オブジェクトのプロトタイプ" },
	{ "an external entity of XML", "XMLの外部エンティティー" },
	{ "a URL of an unusual scheme", "通常と異なるスキームのURL" },
	{ "a URL of a file", "ファイルのURL" },
	{ "orders to a language model", "言語モデルへの命令" },
	{ "no key", "鍵のない" },
	{ "no token in it", "トークンを含まない" },
	{ "a wrong typ", "typの誤った" },
	{ "an algorithm that the profile forbids", "プロファイルが禁じるアルゴリズムの" },
	{ "a wrong htm", "htmの誤った" },
	{ "a wrong htu", "htuの誤った" },
	{ "no iat, or a stale one", "iatのない、または古い" },
	{ "an ath that is not the token's", "athがトークンと一致しない" },
	{ "a key that is not the token's", "鍵がトークンと一致しない" },
	{ "a wrong signature", "署名の誤った" },
	{ "iss other than sub", "issとsubが異なる" },
	{ "no exp, or a past one", "expのない、または期限切れの" },
	{ "a wrong aud", "audの誤った" },
	{ "Basic secret", "Basic認証のシークレット" },
	{ "A password", "パスワード" },
	{ "jwt", "JWT" },
	{ "bearer", "ベアラートークン" },
	{ "api-key", "APIキー" },
	{ "basic", "Basic認証情報" },
	{ "authorization", "Authorizationの認証情報" },
	{ "session", "セッションCookie" },
	{ "certificate", "クライアント証明書" },
	{ "critical", "緊急" },
	{ "high", "高" },
	{ "medium", "中" },
	{ "low", "低" },
	{ "posture", "ポスチャー" },
	{ "attacks", "攻撃" },
	{ "requests", "リクエスト" },
	{ "responses", "応答" },
	{ "both directions", "双方向" },
	{ "answer", "応答" },
	{ "request", "リクエスト" },
	{ "path", "パス" },
	{ "query", "クエリー" },
	{ "header", "ヘッダー" },
	{ "cookie", "Cookie" },
	{ "body", "本文" },
	{ "response", "応答" },
	{ "an address without https", "httpsでないアドレスがあります" },
	{ "a name that the metadata do not know", "メタデータにない名前があります" },
	{ "no token endpoint", "トークンエンドポイントがありません" },
	{ "a short RSA key", "短いRSA鍵" },
	{ "a short EC key", "短いEC鍵" },
	{ "a signature with MD5 or SHA-1", "MD5またはSHA-1の署名" },
	{ "an end that has passed", "過ぎた有効期限" },
	{ "no issuer but itself", "自分以外の発行者がないという問題" },
	{ "users", "利用者数" },
	{ "sources for one user", "一人の利用者への接続元数" },
	{ "A request", "リクエスト" },
	{ "A response", "応答" },
	{ "A connection", "接続" },
	{ "two different Content-Length values", "異なる二つのContent-Length" },
	{ "both Content-Length and Transfer-Encoding", "Content-LengthとTransfer-Encodingの併用" },
	{ "a Transfer-Encoding that is unknown or not last", "未知の、または最後でないTransfer-Encoding" },
	{ "a chunk with an invalid size or end", "サイズまたは終端が不正なチャンク" },
	{ "a field name with white space before the colon", "コロンの前に空白のあるヘッダー名" },
	{ "a trailer that says what only the head may say",
	  "ヘッダーにのみ許される項目を持つトレーラー" },
	{ "two different contents for the same bytes of its connection", "接続の同じ位置に異なる二つの内容" },
	{ "requests taken back before their answers", "応答前に取り消されたリクエスト" },
	{ "a header block that does not end", "終わらないヘッダーブロック" },
	{ "SETTINGS and PING frames that each want an answer", "応答を要するSETTINGSとPINGフレーム" },
	{ "the ids follow each other and no list has shown them", "IDが連続し、一覧で示されたものではありません" },
	{ "other callers used them first, and nobody takes so many", "他の利用者が先に使ったもので、これほど多く要求する利用者はいません" },
	{ "most were refused, one object after another", "大半が拒否され、次々に別のオブジェクトが要求されました" },
};
/* clang-format on */

struct holes {
	struct yg_slice texts[HOLES_MAX];
	size_t count;
};

const struct yg_cause_row *yg_cause_rows(size_t *ret_count)
{
	*ret_count = YG_ARRAY_SIZE(rows);
	return rows;
}

/* Where the literal stands first in @text, or, the last one, at its end. NULL: nowhere. */
static const char *find_literal(const char *text, const char *literal, size_t len, bool last)
{
	size_t left = strlen(text);

	if (!last)
		return memmem(text, left, literal, len);
	return left >= len && memcmp(text + left - len, literal, len) == 0 ? text + left - len
									   : NULL;
}

/* A hole takes as little as lets the literal behind it follow; the last one takes the rest. */
static bool match(const char *format, const char *text, struct holes *ret)
{
	const char *hole = strstr(format, "{}");
	size_t len = hole ? (size_t)(hole - format) : strlen(format);

	ret->count = 0;
	if (strncmp(format, text, len) != 0)
		return false;
	text += len;
	while (hole) {
		const char *literal = hole + 2, *at;

		hole = strstr(literal, "{}");
		len = hole ? (size_t)(hole - literal) : strlen(literal);
		at = find_literal(text, literal, len, !hole);
		if (!at || ret->count == HOLES_MAX)
			return false;
		ret->texts[ret->count++] = (struct yg_slice){ text, (size_t)(at - text) };
		text = at + len;
	}
	return !*text;
}

/* A word of ours, or the name of a class of data; absent: neither. */
static struct yg_slice translate(struct yg_slice text)
{
	uint32_t class_ = yg_data_class_from_name(text);

	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal(text, yg_slice_from_str(words[i].english)))
			return yg_slice_from_str(words[i].japanese);
	}
	if (class_ < YG_DATA_CLASS_MAX)
		return yg_slice_from_str(yg_data_class_info(class_)->title_ja);
	return (struct yg_slice){ 0 };
}

/* Append. Return: false when it does not fit. */
static bool put(struct yg_slice part, char *ret, size_t cap, size_t *used)
{
	if (part.len >= cap - *used)
		return false;
	if (part.len)
		memcpy(ret + *used, part.ptr, part.len);
	*used += part.len;
	return true;
}

/* The part of a list up to its next ", ", which is taken from @rest. */
static struct yg_slice next_part(struct yg_slice *rest)
{
	const char *comma = rest->len ? memmem(rest->ptr, rest->len, ", ", 2) : NULL;
	struct yg_slice part = { rest->ptr, comma ? (size_t)(comma - rest->ptr) : rest->len };
	size_t used = part.len + (comma ? 2 : 0);

	rest->ptr = comma ? rest->ptr + used : NULL;
	rest->len -= used;
	return part;
}

/* "email, phone": each for itself, if all of them are known; else the text as it is. */
static bool put_hole(struct yg_slice hole, char *ret, size_t cap, size_t *used)
{
	for (struct yg_slice rest = hole; rest.ptr;) {
		if (!translate(next_part(&rest)).ptr)
			return put(hole, ret, cap, used);
	}
	for (struct yg_slice rest = hole; rest.ptr;) {
		if (!put(translate(next_part(&rest)), ret, cap, used) ||
		    (rest.ptr && !put(YG_SLICE("、"), ret, cap, used)))
			return false;
	}
	return true;
}

/* Return: false when it does not fit. */
static bool fill(const char *format, const struct holes *holes, char *ret, size_t cap)
{
	size_t used = 0;

	while (*format) {
		if (format[0] == '{' && format[1] > '0' && format[2] == '}' &&
		    (size_t)(format[1] - '1') < holes->count) {
			if (!put_hole(holes->texts[format[1] - '1'], ret, cap, &used))
				return false;
			format += 3;
		} else if (!put((struct yg_slice){ format++, 1 }, ret, cap, &used)) {
			return false;
		}
	}
	ret[used] = '\0';
	return true;
}

bool yg_cause_translate(const struct yg_cause_row *table, size_t count, const char *text, char *ret,
			size_t cap)
{
	struct holes holes;

	ret[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!match(table[i].english, text, &holes))
			continue;
		if (fill(table[i].japanese, &holes, ret, cap))
			return true;
		ret[0] = '\0';
		return false;
	}
	return false;
}

bool yg_cause_japanese(const char *cause, char *ret, size_t cap)
{
	return yg_cause_translate(rows, YG_ARRAY_SIZE(rows), cause, ret, cap);
}
