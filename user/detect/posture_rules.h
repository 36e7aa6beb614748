/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of posture, one row each, in order of id: what is wrong with a service even while
 * nobody attacks it. The rules of FAPI follow in fapi_rules.h.
 *
 *	name, id, severity, OWASP, PCI DSS, profiles (0: always), sightings needed, whole service,
 *	source, title, effect, cure; and the three texts once more in Japanese
 *
 * What each one looks for, exactly, is said where it is judged: posture_*.c.
 */
#pragma once

/* clang-format off */
#define YG_POSTURE_RULES(X) \
X(ACTUATOR, "actuator-exposed", HIGH, "API8:2023", "2.2.4", 0, 1, false, "", \
  "A management interface answers without credentials", \
  "Configuration, secrets and memory of the service can be read, and at times changed", \
  "Bind management interfaces to a network of their own, or require credentials there", \
  "管理用インターフェースが認証なしで応答しています", \
  "サービスの設定、秘密情報、メモリーが読み取られ、変更されるおそれがあります", \
  "管理用インターフェースを専用ネットワークに限定するか、認証を必須にしてください") \
X(API_DOCS, "api-docs-exposed", LOW, "API9:2023", "", 0, 1, false, "", \
  "The description of the API is served to everybody", \
  "An attacker gets the full list of operations and parameters", \
  "Serve the document to those who need it; publish only what is meant for partners", \
  "API定義書が誰にでも公開されています", \
  "攻撃者が操作とパラメーターの一覧を入手できます", \
  "必要な利用者だけに公開し、外部公開分は提携先向けの範囲に限ってください") \
X(API_KEY_IN_URL, "api-key-in-url", MEDIUM, "API2:2023", "8.3.2", 0, 2, false, "", \
  "An API key is sent in the URL and accepted", \
  "The key lands in access logs, histories and Referer fields, where others can read it", \
  "Take the key from a header field and refuse it in the query", \
  "APIキーがURLで送られ、受理されています", \
  "キーがアクセスログ、履歴、Refererに残り、第三者に読まれるおそれがあります", \
  "キーはヘッダーで受け取り、クエリーでは拒否してください") \
X(BASIC, "basic-authentication", LOW, "API2:2023", "", 0, 3, false, "RFC 7617 section 4", \
  "Basic authentication is accepted", \
  "The password travels with every request and cannot expire or be limited in scope", \
  "Use tokens with a short life; keep Basic for clients of a token endpoint at most", \
  "Basic認証が受理されています", \
  "パスワードが毎回送信され、有効期限や権限範囲を設定できません", \
  "有効期間の短いトークンに移行し、Basic認証はトークンエンドポイントのクライアント認証に限ってください") \
X(CACHEABLE, "cacheable-private-data", LOW, "API8:2023", "", 0, 5, false, "RFC 9111 section 3.5", \
  "Private data is answered without a Cache-Control that forbids to keep it", \
  "Proxies and browsers may keep the data and show it to others", \
  "Send Cache-Control: no-store with every answer that holds private data", \
  "個人データがキャッシュ禁止の指定なしで返されています", \
  "プロキシやブラウザーにデータが残り、他人に表示されるおそれがあります", \
  "個人データを含む応答にはCache-Control: no-storeを付けてください") \
X(CARD_EXPOSED, "card-number-exposed", HIGH, "API3:2023", "3.4.1", 0, 2, false, "PCI DSS 4.0.1 requirement 3.4.1", \
  "Answers carry whole card numbers", \
  "Every system and person that sees the answer falls under PCI DSS, and a leak is a leak of cards", \
  "Answer with the first six and the last four digits, or with a token for the card", \
  "応答にカード番号全桁が含まれています", \
  "応答を見るすべての人とシステムがPCI DSSの対象となり、漏えい時はカード情報漏えいとなります", \
  "先頭6桁と末尾4桁だけ、またはカードを表すトークンを返してください") \
X(CARD_SECRET, "card-secret-exposed", CRITICAL, "API3:2023", "3.3.1", 0, 2, false, "PCI DSS 4.0.1 requirement 3.3.1", \
  "Answers carry verification values, PINs or tracks of cards", \
  "Such data must not be kept after authorization; whoever has it can pay with the card", \
  "Delete it wherever it is stored, and leave it out of every answer", \
  "応答にセキュリティコード、暗証番号または磁気データが含まれています", \
  "承認後の保存が禁じられた情報であり、入手した者がカードで支払えます", \
  "保存箇所からすべて削除し、応答に含めないでください") \
X(CLEARTEXT, "cleartext-credentials", HIGH, "API8:2023", "8.3.2", 0, 1, false, "RFC 6750 section 5.3", \
  "Credentials cross the network in clear text", \
  "Whoever sees the traffic can take over the caller's identity", \
  "Serve this endpoint over TLS only and revoke what was sent in clear", \
  "認証情報が平文でネットワークを流れています", \
  "通信を盗聴した者が利用者になりすませます", \
  "TLSのみで提供し、平文で送られた認証情報を失効させてください") \
X(COOKIE_FLAGS, "cookie-insecure", LOW, "API8:2023", "6.2.4", 0, 1, false, "RFC 6265 section 4.1.2", \
  "A session cookie is set without Secure or HttpOnly", \
  "Scripts or clear-text requests can leak the session", \
  "Set Secure, HttpOnly and SameSite on session cookies", \
  "セッションCookieにSecureまたはHttpOnlyがありません", \
  "スクリプトや平文リクエストからセッションが漏れるおそれがあります", \
  "セッションCookieにSecure、HttpOnly、SameSiteを付けてください") \
X(CORS_REFLECTED, "cors-origin-reflected", HIGH, "API8:2023", "6.2.4", 0, 1, false, "Fetch section 3.2.5", \
  "Any origin may read answers with the user's credentials", \
  "Every web page that a user visits can act as that user", \
  "Compare Origin with a fixed list before it is repeated in Access-Control-Allow-Origin", \
  "任意のオリジンが利用者の認証情報付きで応答を読み取れます", \
  "利用者が開いた任意のWebページが本人として操作できます", \
  "Access-Control-Allow-Originには固定リストと照合したOriginだけを返してください") \
X(CORS_WILDCARD, "cors-wildcard-credentials", MEDIUM, "API8:2023", "6.2.4", 0, 1, true, "Fetch section 3.2.5", \
  "CORS allows every origin together with credentials", \
  "Browsers refuse it today; the next attempt to make it work opens the API to every page", \
  "Name the origins that need access, or leave credentials out", \
  "CORSで全オリジンと認証情報の送信を同時に許可しています", \
  "現在はブラウザーが拒否しますが、設定を誤って緩めるとAPIが全サイトに開放されます", \
  "必要なオリジンだけを指定するか、認証情報の送信を許可しないでください") \
X(DEBUG_PAGE, "debug-page-exposed", MEDIUM, "API8:2023", "2.2.4", 0, 1, false, "", \
  "A debugging page answers", \
  "Source, settings and at times a console are open to whoever asks", \
  "Switch debugging off where the service is reachable", \
  "デバッグ用ページが応答しています", \
  "ソースコードや設定、場合によってはコンソールを誰でも操作できます", \
  "到達可能な環境ではデバッグ機能を無効にしてください") \
X(DEPRECATED, "deprecated-endpoint", LOW, "API9:2023", "6.3.2", 0, 1, false, "RFC 9745, RFC 8594", \
  "A deprecated endpoint still works", \
  "Old versions miss the protections of the new ones", \
  "Move its callers and switch it off; past its Sunset it must not answer", \
  "廃止予定のエンドポイントがまだ動作しています", \
  "旧版には新版の保護がないことがあります", \
  "利用者を移行して停止してください。Sunset日以降は応答させないでください") \
X(DIRECTORY, "directory-listing", MEDIUM, "API8:2023", "2.2.4", 0, 1, false, "", \
  "A directory is listed", \
  "Files that nobody links to can be found and taken", \
  "Switch directory indexes off", \
  "ディレクトリー一覧が表示されています", \
  "公開を意図しないファイルが発見され取得されます", \
  "ディレクトリー一覧機能を無効にしてください") \
X(EMAIL_CHANGE, "email-change-unconfirmed", LOW, "API2:2023", "", 0, 2, false, "", \
  "A mail address is changed without a password or a second factor", \
  "Whoever holds a session for a moment can have the password sent to himself", \
  "Ask for the current password or a second factor, and tell the former address", \
  "パスワードや二要素なしでメールアドレスが変更されています", \
  "一時的にセッションを得た者がパスワード再設定を自分宛てにできます", \
  "現在のパスワードまたは二要素認証を求め、変更前のアドレスに通知してください") \
X(EXCESSIVE, "excessive-data-exposure", MEDIUM, "API3:2023", "6.2.4", 0, 3, false, "", \
  "Answers hold a property that the same object lacks elsewhere", \
  "Callers read what other endpoints keep from them: hashes, notes, numbers, flags", \
  "List the properties of each answer; leave out what its caller does not need", \
  "同じオブジェクトの他の応答にない項目が含まれています", \
  "他のエンドポイントでは隠されているハッシュ、メモ、番号、フラグが利用者に見えます", \
  "応答ごとに項目を定め、利用者に不要なものを除いてください") \
X(FRAMEWORK_BANNER, "framework-banner", INFO, "API8:2023", "", 0, 3, true, "RFC 9110 section 10.2.4", \
  "Answers name the product and its version", \
  "Attackers pick the known holes of that version", \
  "Remove the version from Server, and X-Powered-By and its like as a whole", \
  "応答が製品名とバージョンを示しています", \
  "攻撃者がそのバージョンの既知の脆弱性を選べます", \
  "Serverからバージョンを除き、X-Powered-By等は削除してください") \
X(GRAPHQL_INTROSPECTION, "graphql-introspection", LOW, "API8:2023", "2.2.4", 0, 1, false, "", \
  "GraphQL introspection is open without credentials", \
  "The whole schema, internal types included, can be read", \
  "Switch introspection off in production or require credentials", \
  "GraphQLイントロスペクションが認証なしで開放されています", \
  "内部の型を含むスキーマ全体が読み取られます", \
  "本番では無効にするか、認証を必須にしてください") \
X(GRAPHQL_LIMITS, "graphql-unlimited", LOW, "API4:2023", "", 0, 1, false, "", \
  "GraphQL documents of any depth or number are answered", \
  "One request can keep the service busy, or try a thousand passwords at once", \
  "Limit depth, aliases, operations of a batch and cost, and refuse what is beyond", \
  "深さや数に制限なくGraphQLのドキュメントが処理されています", \
  "1回のリクエストでサービスを占有でき、多数のパスワードも試行できます", \
  "深さ、エイリアス、バッチ数、コストに上限を設け、超えるものは拒否してください") \
X(HOST_ADDRESS, "host-by-address", INFO, "API9:2023", "", 0, 3, true, "", \
  "Requests by bare address are answered from outside", \
  "Who scans addresses finds the service, past the names that filters go by", \
  "Answer by name only; refuse other Host fields at the gateway", \
  "外部からのアドレス直接指定のリクエストに応答しています", \
  "アドレスの走査で発見され、名前に基づくフィルターを迂回されます", \
  "名前によるリクエストだけに応答し、他のHostはゲートウェイで拒否してください") \
X(HSTS, "hsts-missing", LOW, "API8:2023", "", 0, 3, true, "RFC 6797", \
  "Pages for browsers come without Strict-Transport-Security", \
  "The first request of a visit can be turned to clear text", \
  "Send Strict-Transport-Security with max-age of a year on every answer", \
  "ブラウザー向けページにStrict-Transport-Securityがありません", \
  "最初のリクエストが平文に誘導されるおそれがあります", \
  "すべての応答にmax-ageが1年以上のStrict-Transport-Securityを付けてください") \
X(INTERNAL_EXPOSED, "internal-api-exposed", MEDIUM, "API9:2023", "", 0, 3, false, "", \
  "An API that is called internal answers public addresses", \
  "What was built for one's own network is often without the protection of the rest", \
  "Close it to the outside at the gateway, or give it the protection of a public API", \
  "内部用とされるAPIが公開アドレスに応答しています", \
  "社内向けに作られたAPIは、他と同等の保護がないことが多くあります", \
  "ゲートウェイで外部から閉じるか、公開APIと同じ保護を適用してください") \
X(INTERNAL_URL, "internal-url-accepted", MEDIUM, "API7:2023", "6.2.4", 0, 1, false, "", \
  "A request with the URL of an internal host is accepted", \
  "A server that fetches it asks hosts that only it can reach, and may hand out credentials", \
  "Take only URLs of hosts on a list, and resolve them before the check; refuse private addresses", \
  "内部ホストのURLを含むリクエストが受理されました", \
  "サーバーがこれを取得すると、内部のホストに接続し、認証情報を漏らすおそれがあります", \
  "許可リストのホストだけを受け付け、名前解決後のプライベートアドレスを拒否してください") \
X(JWT_EMBEDDED_KEY, "jwt-embedded-key", HIGH, "API2:2023", "6.2.4", 0, 1, false, "RFC 8725 section 3.10", \
  "A token that brings its own key or a link to it is accepted", \
  "A server that trusts that key lets anybody sign tokens", \
  "Take keys from configuration only; refuse jwk, jku and x5u in the header of a token", \
  "鍵または鍵のURLを自ら含むトークンが受理されています", \
  "その鍵を信頼するサーバーでは誰でもトークンに署名できます", \
  "鍵は設定からのみ取得し、jwk、jku、x5uを含むトークンは拒否してください") \
X(JWT_EXPIRED, "jwt-expired-accepted", HIGH, "API2:2023", "6.2.4", 0, 2, false, "RFC 7519 section 4.1.4; FAPI 1 Baseline 6.2.1; FAPI 2 5.3.4", \
  "An expired token is accepted", \
  "A stolen token works for ever", \
  "Check exp on every request, with at most a minute of leeway", \
  "有効期限切れのトークンが受理されています", \
  "盗まれたトークンが無期限に悪用されます", \
  "毎回expを検証し、許容誤差は1分以内にしてください") \
X(JWT_LONG_LIFE, "jwt-long-life", LOW, "API2:2023", "", 0, 3, false, "RFC 9700 section 4.13", \
  "Access tokens live for more than a day", \
  "A stolen token stays useful for long", \
  "Issue access tokens for minutes and refresh tokens for the rest", \
  "アクセストークンの有効期間が1日を超えています", \
  "盗まれたトークンが長く悪用されます", \
  "アクセストークンの有効期間は数分とし、リフレッシュトークンを併用してください") \
X(JWT_NO_EXPIRY, "jwt-no-expiry", MEDIUM, "API2:2023", "6.2.4", 0, 3, false, "RFC 8725 section 3.9", \
  "Tokens without an expiry are accepted", \
  "A stolen token works until its key is changed", \
  "Issue tokens with exp and refuse those without it", \
  "有効期限のないトークンが受理されています", \
  "盗まれたトークンが鍵の変更まで使えます", \
  "expを必ず付け、ないトークンは拒否してください") \
X(JWT_NOT_YET, "jwt-not-yet-valid-accepted", MEDIUM, "API2:2023", "6.2.4", 0, 2, false, "RFC 7519 section 4.1.5", \
  "A token from the future is accepted", \
  "The server does not check the times of tokens", \
  "Check nbf and iat with at most a minute of leeway", \
  "有効開始前のトークンが受理されています", \
  "サーバーがトークンの時刻を検証していません", \
  "nbfとiatを1分以内の許容誤差で検証してください") \
X(JWT_ISSUER, "jwt-other-issuer", LOW, "API2:2023", "6.2.4", 0, 1, false, "RFC 7519 section 4.1; RFC 8725 sections 3.8, 3.9", \
  "A token of another issuer, or for another audience, is accepted", \
  "Tokens made for one service, or by a server nobody trusts, open this one", \
  "Compare iss and aud of every token with the values that this service expects", \
  "発行者または対象の異なるトークンが受理されています", \
  "他サービス向けのトークンや信頼できないサーバーのトークンが通用します", \
  "毎回issとaudを、このサービスが期待する値と照合してください") \
X(JWT_SIGNATURE, "jwt-signature-ignored", CRITICAL, "API2:2023", "6.2.4", 0, 1, false, "RFC 7519 section 7.2; RFC 8725 section 3.3", \
  "A token is accepted although its signature is wrong", \
  "Anybody can write a token for any user", \
  "Verify the signature of every token with the key and the algorithm of its issuer", \
  "署名が誤ったトークンが受理されています", \
  "誰でも任意の利用者のトークンを作成できます", \
  "発行者の鍵とアルゴリズムで全トークンの署名を検証してください") \
X(JWT_UNSECURED, "jwt-unsecured-accepted", CRITICAL, "API2:2023", "6.2.4", 0, 1, false, "RFC 8725 section 3.2", \
  "A token without a signature is accepted", \
  "Anybody can write a token for any user", \
  "Refuse the algorithm none in any spelling; fix the list of algorithms at the verifier", \
  "署名のないトークンが受理されています", \
  "誰でも任意の利用者のトークンを作成できます", \
  "noneを拒否し、検証側で許可アルゴリズムを固定してください") \
X(JWT_WEAK, "jwt-weak-algorithm", MEDIUM, "API2:2023", "6.2.4", 0, 2, false, "RFC 8725 section 3.2; RFC 7518 section 3.1", \
  "Tokens with a weak or unknown algorithm are accepted", \
  "Signatures of that kind can be forged", \
  "Sign with ES256, PS256 or EdDSA and refuse the rest", \
  "弱いまたは未知のアルゴリズムのトークンが受理されています", \
  "その種の署名は偽造されるおそれがあります", \
  "ES256、PS256、EdDSAで署名し、それ以外は拒否してください") \
X(MASS_ASSIGNMENT, "mass-assignment", LOW, "API3:2023", "6.2.4", 0, 1, false, "", \
  "A caller wrote a privileged field and the answer shows it taken", \
  "Users can give themselves rights, prices or balances", \
  "Bind requests to a list of fields that the caller may write", \
  "利用者が特権的な項目を書き込み、応答に反映されています", \
  "利用者が自身の権限、価格、残高を書き換えられるおそれがあります", \
  "書き込みを許す項目のリストだけをリクエストから取り込んでください") \
X(METRICS, "metrics-exposed", LOW, "API8:2023", "2.2.4", 0, 1, false, "", \
  "Internal metrics answer without credentials", \
  "Names, versions and load of internal parts can be read", \
  "Serve metrics on an internal address only", \
  "内部メトリクスが認証なしで公開されています", \
  "内部の構成、バージョン、負荷が読み取られます", \
  "メトリクスは内部アドレスでのみ提供してください") \
X(MISSING_AUTH, "missing-authentication", HIGH, "API2:2023", "6.2.4", 0, 5, false, "FAPI 1 Baseline 6.2.1; FAPI 2 5.3.4", \
  "Private data is answered without any credential", \
  "Whoever knows the address reads the data", \
  "Require credentials and check them before the data is read", \
  "個人データが認証なしで返されています", \
  "URLを知る者なら誰でもデータを閲覧できます", \
  "データを読む前に認証を必須とし検証してください") \
X(MIXED_AUTH, "mixed-authentication", MEDIUM, "API2:2023", "6.2.4", 0, 3, false, "", \
  "An endpoint that others call with credentials answers without them too", \
  "The check of credentials may be missing on one way in", \
  "Decide whether the endpoint is public; if not, refuse requests without credentials", \
  "認証付きで使われるエンドポイントが認証なしでも応答しています", \
  "一部の経路で認証の検証が漏れているおそれがあります", \
  "公開か否かを決め、非公開なら認証なしのリクエストを拒否してください") \
X(NO_RATE_LIMIT, "no-rate-limit", LOW, "API4:2023", "8.3.4", 0, 1, false, "RFC 6585 section 4", \
  "A login endpoint never limits attempts", \
  "Passwords and codes can be guessed without end", \
  "Answer 429 after a few failures per account and per client, and lock out slowly", \
  "ログインのエンドポイントが試行回数を制限していません", \
  "パスワードやコードを無制限に推測できます", \
  "アカウントと接続元ごとに失敗が続いたら429を返してください") \
X(NON_PRODUCTION, "non-production-host", LOW, "API9:2023", "6.5.3", 0, 5, true, "", \
  "A host that is not meant for production serves real requests", \
  "Such hosts have weaker protection and often real data", \
  "Close it to the outside, or give it the protection of production", \
  "本番用でないホストが実リクエストに応答しています", \
  "保護が弱く、実データを持つことが多い環境です", \
  "外部から閉じるか、本番と同じ保護を適用してください") \
X(ORPHAN, "orphan-endpoint", INFO, "API9:2023", "6.3.2", 0, 1, true, "", \
  "Operations of the OpenAPI document are not in use", \
  "What nobody uses nobody watches: it stays reachable, untested and unpatched", \
  "Retire what is not needed, in the service and in the document", \
  "OpenAPI定義書にある操作が使われていません", \
  "使われない操作は監視も更新もされないまま到達可能な状態で残ります", \
  "不要な操作をサービスと定義書の両方から廃止してください") \
X(PASSWORD_CHANGE, "password-change-unconfirmed", MEDIUM, "API2:2023", "8.3.3", 0, 2, false, "PCI DSS 4.0.1 requirement 8.3.3", \
  "A password is changed without the one before, or a second factor", \
  "Whoever holds a session for a moment keeps the account for good", \
  "Ask for the current password or a second factor before a new one is set", \
  "現在のパスワードや二要素なしでパスワードが変更されています", \
  "一時的にセッションを得た者がアカウントを完全に乗っ取れます", \
  "変更前に現在のパスワードまたは二要素認証を求めてください") \
X(PASSWORD_EXPOSED, "password-exposed", MEDIUM, "API3:2023", "8.3.2", 0, 2, false, "", \
  "Answers carry passwords", \
  "Whoever may read the object can become its owner", \
  "Never answer with a password; give a way to reset it", \
  "応答にパスワードが含まれています", \
  "対象を読める者が所有者になりすませます", \
  "パスワードを返さず、再設定手段を提供してください") \
X(PASSWORD_HASH, "password-hash-exposed", HIGH, "API3:2023", "8.3.2", 0, 1, false, "", \
  "Answers carry hashes of passwords", \
  "Hashes can be guessed offline until the passwords are known", \
  "List the fields an answer may have; leave secrets out of serialisation", \
  "応答にパスワードのハッシュが含まれています", \
  "ハッシュからオフラインでパスワードを推測されます", \
  "応答に含める項目を限定し、秘密情報を除外してください") \
X(PASSWORD_IN_URL, "password-in-url", HIGH, "API2:2023", "8.3.2", 0, 1, false, "", \
  "A password is sent in the URL and accepted", \
  "The password lands in access logs, histories and Referer fields", \
  "Take passwords in the body of a POST only", \
  "パスワードがURLで送られ、受理されています", \
  "パスワードがアクセスログ、履歴、Refererに残ります", \
  "パスワードはPOSTの本文でのみ受け取ってください") \
X(REPOSITORY, "repository-exposed", HIGH, "API8:2023", "2.2.4", 0, 1, false, "", \
  "A repository or a file of settings can be downloaded", \
  "Source and secrets of the service are public", \
  "Serve only the directory of public files; replace every secret that was in it", \
  "リポジトリーまたは設定ファイルがダウンロード可能です", \
  "サービスのソースと秘密情報が公開されています", \
  "公開ディレクトリーだけを提供し、含まれた秘密情報を交換してください") \
X(DRIFT, "schema-drift", LOW, "API9:2023", "6.3.2", 0, 1, false, "", \
  "The endpoint takes or gives a field that it never had", \
  "A change that nobody announced can expose data, or accept what is not checked", \
  "Compare with the last release; document the field or take it back", \
  "エンドポイントにこれまで無かったフィールドが現れました", \
  "告知のない変更により、データの露出や未検証の入力の受理が起こりえます", \
  "直近のリリースと比較し、フィールドを文書化するか取り下げてください") \
X(SECRET_EXPOSED, "secret-exposed", CRITICAL, "API3:2023", "8.6.3", 0, 1, false, "", \
  "Answers carry keys of other services, or private keys", \
  "Whoever may read the answer can act as the service that owns the key", \
  "Take the key out of the answer and replace it; show a new key once, when it is made", \
  "応答に他サービスの鍵または秘密鍵が含まれています", \
  "応答を読める者が鍵の所有サービスになりすませます", \
  "鍵を応答から除き、新しい鍵に交換してください。鍵の表示は発行時の一度だけにしてください") \
X(SENSITIVE_CLEAR, "sensitive-data-cleartext", HIGH, "API8:2023", "4.2.1", 0, 2, false, "PCI DSS 4.0.1 requirement 4.2.1", \
  "Sensitive data crosses the network in clear text", \
  "Whoever sees the traffic can read and change it", \
  "Serve this endpoint over TLS only", \
  "機微なデータが平文でネットワークを流れています", \
  "通信を盗聴した者がデータを読み取り、改ざんできます", \
  "このエンドポイントはTLSのみで提供してください") \
X(SENSITIVE_URL, "sensitive-data-in-url", MEDIUM, "API8:2023", "3.5.1", 0, 2, false, "RFC 9110 section 17.9", \
  "Sensitive data is sent in the URL and accepted", \
  "It lands in access logs, histories and Referer fields, where others can read it", \
  "Take it in the body of a POST, or name the object by an id that says nothing", \
  "機微なデータがURLで送られ、受理されています", \
  "データがアクセスログ、履歴、Refererに残り、第三者に読まれるおそれがあります", \
  "POSTの本文で受け取るか、意味を持たないIDで対象を指定してください") \
X(SHADOW, "shadow-endpoint", MEDIUM, "API9:2023", "6.3.2", 0, 3, false, "", \
  "The endpoint is in use, but not in the OpenAPI document", \
  "What is not in the inventory is not reviewed, tested or protected like the rest", \
  "Describe the operation, or take it out of service", \
  "OpenAPI定義書に無いエンドポイントが使われています", \
  "台帳に無いエンドポイントは、レビューやテスト、保護の対象から漏れます", \
  "操作を定義書に記載するか、提供を停止してください") \
X(SPEC_AUTH, "spec-auth-mismatch", HIGH, "API2:2023", "6.2.4", 0, 3, false, "OpenAPI 3.1 section 4.8.30", \
  "The document demands credentials, the server answers without", \
  "Everybody can use what is meant for known callers only", \
  "Enforce the security scheme at the gateway, or correct the document", \
  "定義書では認証が必須ですが、サーバーは認証なしで応答しています", \
  "限られた利用者向けの操作を誰でも実行できます", \
  "ゲートウェイで認証を強制するか、定義書を修正してください") \
X(SQL_ERROR, "sql-error-exposed", MEDIUM, "API8:2023", "6.2.4", 0, 1, false, "", \
  "Errors of the database reach the caller", \
  "They show tables and queries, and where an injection works", \
  "Answer with an error code of your own and log the cause", \
  "データベースのエラーが利用者に返されています", \
  "テーブルやクエリー、インジェクション可能な箇所が判明します", \
  "独自のエラーコードを返し、原因はログに残してください") \
X(STACK_TRACE, "stack-trace-exposed", MEDIUM, "API8:2023", "", 0, 1, false, "", \
  "Stack traces reach the caller", \
  "They show source files, libraries and versions", \
  "Answer with an error code of your own and log the cause", \
  "スタックトレースが利用者に返されています", \
  "ソースファイル、ライブラリー、バージョンが判明します", \
  "独自のエラーコードを返し、原因はログに残してください") \
X(THIRD_CLEARTEXT, "third-party-cleartext", HIGH, "API10:2023", "4.2.1", 0, 1, false, "", \
  "A third party is called without TLS", \
  "What is sent and what comes back can be read and changed on the way", \
  "Call third parties over https only", \
  "外部のAPIをTLSなしで呼び出しています", \
  "送受信内容が経路上で読み取り・改ざんされます", \
  "外部のAPIはHTTPSのみで呼び出してください") \
X(THIRD_FAILING, "third-party-failing", LOW, "API10:2023", "", 0, 1, false, "", \
  "Half of the calls to a third party fail", \
  "What depends on it fails too, and errors are taken for answers where nobody looks", \
  "Handle its errors, stop asking while it fails, and ask the third party", \
  "外部のAPIの呼び出しの半数が失敗しています", \
  "依存する機能も失敗し、確認がなければエラーが応答として扱われます", \
  "エラーを処理し、失敗が続く間は呼び出しを止め、提供元に確認してください") \
X(THIRD_INJECTION, "third-party-injection", HIGH, "API10:2023", "6.2.4", 0, 1, false, "", \
  "An answer of a third party carries code or commands", \
  "Taken for data, it runs in browsers, databases, shells or models of those who use it", \
  "Check answers against a schema before they are used; encode them where they go; ask the third party", \
  "外部のAPIの応答にコードやコマンドが含まれています", \
  "データとして扱うと、利用者のブラウザー、データベース、シェル、モデルで実行されます", \
  "応答を使用前にスキーマで検証し、出力先に応じてエスケープし、提供元に確認してください") \
X(THIRD_INTERNAL, "third-party-internal-url", HIGH, "API10:2023", "6.2.4", 0, 1, false, "", \
  "An answer of a third party leads to an internal host", \
  "A client that follows asks hosts of its own network, and hands out what they answer", \
  "Do not follow URLs of answers to private addresses; let such calls pass a proxy that refuses them", \
  "外部のAPIの応答が内部のホストを指しています", \
  "追従すると、自社ネットワーク内のホストに接続し、その応答を外部に渡すおそれがあります", \
  "応答中のURLでプライベートアドレスへ接続せず、拒否するプロキシーを経由してください") \
X(THIRD_ISSUER, "third-party-issuer-change", MEDIUM, "API10:2023", "4.2.1", 0, 1, true, "", \
  "The certificate of a third party comes from another issuer", \
  "Somebody may stand between this host and the third party, and read what is sent", \
  "Ask the third party whether it changed its issuer; pin the issuer where it is agreed", \
  "外部のAPIの証明書の発行者が変わりました", \
  "通信の途中に第三者が入り、送信内容を読み取っているおそれがあります", \
  "発行者を変更したか相手に確認し、合意した発行者に固定してください") \
X(THIRD_ODD, "third-party-odd-answer", MEDIUM, "API10:2023", "", 0, 2, false, "", \
  "A third party answers what it was not asked for", \
  "A client that trusts it takes in a page of errors, or of an attacker, as data", \
  "Check type, size and schema of answers before they are used", \
  "外部のAPIが想定外の応答を返しています", \
  "応答を信頼すると、エラーページや攻撃者の内容をデータとして取り込みます", \
  "応答の型、サイズ、スキーマを確認してから使用してください") \
X(THIRD_PERSONAL, "third-party-personal-data", LOW, "API10:2023", "", 0, 2, false, "", \
  "Personal data is sent to a third party", \
  "Who holds it is no longer in one's own hands; the law may ask for consent and a contract", \
  "List it among the transfers to third parties; send no more than it needs", \
  "個人データが外部のAPIに送信されています", \
  "データの管理が自社の手を離れます。同意や契約が法律で求められる場合があります", \
  "第三者提供の一覧に記載し、必要な項目だけを送信してください") \
X(THIRD_REDIRECT, "third-party-redirect", MEDIUM, "API10:2023", "", 0, 1, false, "RFC 9110 section 15.4", \
  "A third party redirects calls to another host", \
  "A client that follows sends the data where nobody agreed to", \
  "Do not follow redirects to hosts that are not on a list", \
  "外部のAPIが別のホストへリダイレクトしています", \
  "追従すると、合意していない相手にデータが送られます", \
  "許可リストにないホストへのリダイレクトに追従しないでください") \
X(THIRD_DRIFT, "third-party-schema-change", LOW, "API10:2023", "", 0, 1, false, "", \
  "Answers of a third party have another schema than before", \
  "A client that relies on the old one fails, or takes in what nobody has checked", \
  "Check answers against a schema; ask the third party what has changed", \
  "外部のAPIの応答のスキーマが以前と変わりました", \
  "以前の形を前提とする処理が失敗し、または未確認の内容を取り込みます", \
  "応答をスキーマで検証し、変更内容を提供元に確認してください") \
X(THIRD_SENSITIVE, "third-party-sensitive-data", HIGH, "API10:2023", "12.8.1", 0, 2, false, "", \
  "Sensitive data is sent to a third party", \
  "Cards, accounts, identity numbers or keys are as safe as the third party keeps them", \
  "Send tokens in their place, over TLS, to those with whom it is agreed", \
  "機微なデータが外部のAPIに送信されています", \
  "カード、口座、番号、鍵の安全性が外部の管理に左右されます", \
  "合意した相手にのみ、TLSで、代わりのトークンを送信してください") \
X(THIRD_SLOW, "third-party-slow", LOW, "API10:2023", "", 0, 3, false, "", \
  "A third party is waited for without end", \
  "Whoever slows it down uses up the workers of this service", \
  "Set a timeout of a few seconds on every call", \
  "外部のAPIの応答を際限なく待っています", \
  "相手の遅延により、このサービスの処理資源が使い果たされます", \
  "すべての呼び出しに数秒のタイムアウトを設定してください") \
X(THIRD_UNREACHABLE, "third-party-unreachable", LOW, "API10:2023", "4.2.1", 0, 1, true, "RFC 8446 section 6.2", \
  "Half of the TLS handshakes with a third party are refused", \
  "What depends on it fails; who turns off the check of certificates to go on is open to anybody", \
  "Compare versions, suites, names and certificates of both sides; never turn off the check", \
  "外部のAPIとのTLSハンドシェイクの半数が拒否されています", \
  "依存する機能が失敗します。証明書の検証を無効にして続けると、誰でも通信に割り込めます", \
  "双方のバージョン、暗号スイート、名前、証明書を確認し、検証は無効にしないでください") \
X(TLS_VERSION, "tls-old-version", HIGH, "API8:2023", "4.2.1", 0, 1, true, "RFC 8996", \
  "TLS before 1.2 is negotiated", \
  "Known attacks break its confidentiality", \
  "Switch off SSL, TLS 1.0 and TLS 1.1", \
  "TLS 1.2より前のバージョンが使われています", \
  "既知の攻撃により秘匿性が破られます", \
  "SSL、TLS 1.0、TLS 1.1を無効にしてください") \
X(TLS_CERTIFICATE, "tls-weak-certificate", MEDIUM, "API8:2023", "4.2.1", 0, 1, true, "RFC 9325 section 4.5", \
  "The server's certificate is weak, self-signed or out of date", \
  "Clients cannot tell the server from an impostor", \
  "Install a certificate of a known issuer with RSA 2048 or EC 256 bits, and renew it in time", \
  "サーバー証明書が弱い、自己署名、または期限切れです", \
  "クライアントが偽サーバーと区別できません", \
  "RSA 2048またはEC 256以上の証明書を導入し、期限内に更新してください") \
X(TLS_CIPHER, "tls-weak-cipher", MEDIUM, "API8:2023", "4.2.1", 0, 1, true, "RFC 9325 section 4", \
  "Weak cipher suites are negotiated", \
  "Recorded traffic can be read once a key is lost, or broken outright", \
  "Offer TLS 1.3, and for TLS 1.2 only ECDHE with AES-GCM or ChaCha20", \
  "弱い暗号スイートが使われています", \
  "記録された通信が後から解読されるおそれがあります", \
  "TLS 1.3とし、TLS 1.2ではECDHEとAES-GCMまたはChaCha20だけを許可してください") \
X(TLS_DH, "tls-weak-dh", MEDIUM, "API8:2023", "4.2.1", 0, 1, true, "RFC 9325 section 4.5; FAPI 1 Advanced 8.5-3", \
  "Keys are agreed in a Diffie-Hellman group of less than 2048 bits", \
  "Recorded traffic can be read by who breaks the group once", \
  "Use ECDHE, or a group of 2048 bits or more", \
  "2048ビット未満のDiffie-Hellman群で鍵が交換されています", \
  "群が一度破られると、記録された通信が解読されます", \
  "ECDHEまたは2048ビット以上の群を使ってください") \
X(TOKEN_IN_URL, "token-in-url", HIGH, "API2:2023", "8.3.2", 0, 1, false, "RFC 6750 section 5.3; FAPI 1 Baseline 6.2.1; FAPI 2 5.3.4", \
  "A token is sent in the URL and accepted", \
  "The token lands in access logs, histories and Referer fields, where others can use it", \
  "Take tokens from the Authorization field and refuse them in the query", \
  "トークンがURLで送られ、受理されています", \
  "トークンがアクセスログ、履歴、Refererに残り、悪用されます", \
  "トークンはAuthorizationで受け取り、クエリーでは拒否してください") \
X(TRACE, "trace-enabled", LOW, "API8:2023", "2.2.4", 0, 1, true, "RFC 9110 section 9.3.8", \
  "The method TRACE is answered", \
  "It repeats fields that scripts must not see", \
  "Refuse TRACE with 405", \
  "TRACEメソッドに応答しています", \
  "スクリプトから見えないはずのヘッダーが返されます", \
  "TRACEは405で拒否してください") \
X(PAGE_SIZE, "unbounded-page-size", LOW, "API4:2023", "6.2.4", 0, 1, false, "", \
  "A page of any size is answered", \
  "One caller can take the whole data, or all of the memory", \
  "Cap the page size at the server", \
  "任意のページサイズが受理されています", \
  "1人の利用者が全データを取得し、またはメモリーを使い果たせます", \
  "サーバー側でページサイズに上限を設けてください") \
X(UNDOCUMENTED_FIELD, "undocumented-field", LOW, "API3:2023", "6.3.2", 0, 3, false, "", \
  "Answers carry a field that the OpenAPI document does not describe", \
  "What nobody decided to give can be more than the caller should see", \
  "Describe the field, or leave it out of the answer", \
  "OpenAPI定義書に無いフィールドが応答に含まれています", \
  "意図しない項目が利用者に見えているおそれがあります", \
  "フィールドを定義書に記載するか、応答から除いてください") \
X(UNDOCUMENTED, "undocumented-parameter", LOW, "API3:2023", "6.3.2", 0, 3, false, "", \
  "A parameter is accepted that the OpenAPI document does not describe", \
  "Parameters that nobody reviewed are the way to mass assignment and hidden functions", \
  "Describe the parameter, or refuse those that are unknown", \
  "OpenAPI定義書に無いパラメーターが受理されています", \
  "レビューされていないパラメーターは、一括代入や隠し機能の悪用につながります", \
  "パラメーターを定義書に記載するか、未知のものを拒否してください") \
X(UNEXPECTED, "unexpected-property", MEDIUM, "API3:2023", "6.2.4", 0, 1, false, "", \
  "A request sets a property that others never send, and is accepted", \
  "A caller may have given itself a role, a balance or an owner that the server should set", \
  "Bind only the properties that callers may set, and refuse the others", \
  "他の利用者が送らない項目を設定するリクエストが受理されました", \
  "サーバーが決めるべき権限、残高、所有者を利用者が設定したおそれがあります", \
  "利用者が設定できる項目だけを受け付け、それ以外は拒否してください")
/* clang-format on */
