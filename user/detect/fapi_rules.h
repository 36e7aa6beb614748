/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rules of the FAPI profiles, in order of id; columns as in posture_rules.h. Numbers of the
 * sources are those of FAPI 1.0 Baseline and Advanced (2021) and of the FAPI 2.0 Security Profile.
 * Profiles: B Baseline, A Advanced, F FAPI 2.0.
 */
#pragma once

#define YG_FAPI_B 1
#define YG_FAPI_A 2
#define YG_FAPI_F 4

/* clang-format off */
#define YG_FAPI_RULES(X) \
X(F_ASSERTION_ALG, "fapi-assertion-algorithm", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.6, 5.2.2-14; FAPI 2 5.3.2.1-6, 5.4.1-1", \
  "A client assertion is accepted with an algorithm that the profile forbids", \
  "Shared secrets and old signatures do not prove who the client is", \
  "Accept PS256 and ES256 (and EdDSA in FAPI 2) only", \
  "禁止されたアルゴリズムのアサーションが受理されています", \
  "共有鍵や古い署名ではクライアントを証明できません", \
  "PS256とES256（FAPI 2ではEdDSAも可）だけを受理してください") \
X(F_ASSERTION_FUTURE, "fapi-assertion-future", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.1-13", \
  "A client assertion from more than a minute ahead is accepted", \
  "Assertions can be prepared and kept", \
  "Refuse iat and nbf more than 60 seconds in the future", \
  "1分以上先のアサーションが受理されています", \
  "アサーションを事前に作り置きできます", \
  "60秒より先のiatとnbfを拒否してください") \
X(F_ASSERTION, "fapi-assertion-invalid", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.6; OpenID Core 9; FAPI 2 5.3.2.1-8", \
  "A client assertion with wrong claims is accepted", \
  "Assertions made for another server, or by another client, open this one", \
  "Require iss = sub = client_id, aud = the issuer, and exp in every client assertion", \
  "誤ったクレームのクライアントアサーションが受理されています", \
  "他サーバー向けまたは他クライアントのアサーションが通用します", \
  "iss = sub = client_id、aud = 発行者、expを必須にしてください") \
X(F_ASSERTION_REPLAY, "fapi-assertion-replayed", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 7523 section 3; FAPI 1 Advanced 5.2.2-14", \
  "A client assertion is accepted twice", \
  "Whoever copies an assertion is the client", \
  "Keep the jti of assertions until they expire and refuse a second use", \
  "クライアントアサーションが二度受理されています", \
  "アサーションを複製した者がクライアントになれます", \
  "期限までjtiを保存し、再利用を拒否してください") \
X(F_BEARER_LIFE, "fapi-bearer-life", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-21; FAPI 2 6.1", \
  "A bearer token lives for ten minutes or more", \
  "A stolen token that is not bound to its holder works for long", \
  "Bind tokens to their holder, or issue them for less than 600 seconds", \
  "送信者制約のないトークンの有効期間が10分以上です", \
  "盗まれたトークンが長く悪用されます", \
  "送信者制約を付けるか、600秒未満で発行してください") \
X(F_CERT_BINDING, "fapi-certificate-binding", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 6.2.1-2, 8.2; FAPI 2 5.3.4-5; RFC 8705 section 3", \
  "A token that is bound to one certificate is accepted from another", \
  "The binding protects nothing: a stolen token works", \
  "Compare cnf.x5t#S256 with the certificate of the connection on every call", \
  "証明書に紐付けられたトークンが別の証明書で受理されています", \
  "送信者制約が機能せず、盗まれたトークンが使えます", \
  "毎回cnf.x5t#S256と接続の証明書を照合してください") \
X(F_CERT_REQUEST, "fapi-certificate-not-requested", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, true, "FAPI 1 Advanced 5.2.2-14, 6.2.1-2; FAPI 2 5.3.2.1-5; RFC 8705 section 2", \
  "Clients are to prove themselves by certificate, the server asks for none", \
  "Authentication and token binding by mutual TLS protect nothing", \
  "Request and verify client certificates at every endpoint that relies on them, or name the hosts that do in mtls_endpoint_aliases", \
  "証明書でクライアントを認証するはずのサーバーが証明書を要求していません", \
  "相互TLSによる認証と送信者制約が機能しません", \
  "該当する全エンドポイントで証明書を要求・検証するか、mtls_endpoint_aliasesで示してください") \
X(F_CERT_SHARED, "fapi-certificate-shared", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, true, "FAPI 1 Advanced 8.10", \
  "Several clients use one certificate", \
  "One client can act as the other", \
  "Give each client a certificate of its own", \
  "複数のクライアントが同じ証明書を使っています", \
  "あるクライアントが他のクライアントになりすませます", \
  "クライアントごとに個別の証明書を発行してください") \
X(F_CLEARTEXT, "fapi-cleartext", CRITICAL, "API8:2023", "8.3.2", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 7.1; FAPI 1 Advanced 8.5, 8.9-1; FAPI 2 5.2.1-1", \
  "An endpoint of the authorization flow answers without TLS", \
  "Codes, tokens and keys can be read and changed on the way", \
  "Serve every endpoint of the flow over TLS only", \
  "認可フローのエンドポイントがTLSなしで応答しています", \
  "認可コード、トークン、鍵が盗聴・改ざんされます", \
  "フローの全エンドポイントをTLSのみで提供してください") \
X(F_CLIENT_MISMATCH, "fapi-client-mismatch", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-19", \
  "Different client ids in one request are accepted", \
  "One client can redeem what was issued to another", \
  "Answer invalid_client when the ids of a request differ", \
  "一つのリクエスト内の異なるclient_idが受理されています", \
  "他クライアント向けのコードを引き換えられます", \
  "IDが一致しない場合はinvalid_clientを返してください") \
X(F_CLIENT_SECRET, "fapi-client-secret", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-4; FAPI 1 Advanced 5.2.2-14; FAPI 2 5.3.2.1-6", \
  "A client authenticates with a secret", \
  "The secret is sent each time and known to both sides", \
  "Use private_key_jwt or mutual TLS", \
  "クライアントが共有シークレットで認証されています", \
  "シークレットが毎回送信され、双方が知っています", \
  "private_key_jwtまたは相互TLSを使ってください") \
X(F_CLIENT_SECRET_JWT, "fapi-client-secret-jwt", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-14; FAPI 2 5.3.2.1-6", \
  "A client authenticates with client_secret_jwt", \
  "Whoever can check the assertion can make one", \
  "Use private_key_jwt or mutual TLS", \
  "client_secret_jwtによるクライアント認証が受理されています", \
  "検証できる者は誰でもアサーションを作れます", \
  "private_key_jwtまたは相互TLSを使ってください") \
X(F_CLOCK_SKEW, "fapi-clock-skew", LOW, "API2:2023", "", YG_FAPI_F, 3, false, "FAPI 2 5.3.2.1-13", \
  "Client assertions from less than ten seconds ahead are refused", \
  "Clients whose clock is a little fast cannot get tokens", \
  "Accept iat and nbf up to 10 seconds in the future", \
  "10秒以内の未来の時刻を持つアサーションが拒否されています", \
  "時計がわずかに進んだクライアントがトークンを取得できません", \
  "10秒先までのiatとnbfを受理してください") \
X(F_CODE_AGE, "fapi-code-age", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.1-11", \
  "A code older than a minute is exchanged", \
  "A leaked code can be used for longer than needed", \
  "Let codes expire after 60 seconds", \
  "発行から1分を超えた認可コードが引き換えられています", \
  "漏えいしたコードが必要以上に長く使えます", \
  "認可コードの有効期間を60秒にしてください") \
X(F_CODE_REUSED, "fapi-code-reused", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-13; FAPI 2 5.3.2.2-9", \
  "A code is exchanged twice", \
  "Whoever sees a used code gets tokens for it", \
  "Refuse the second use of a code and revoke what was issued for it", \
  "認可コードが二度引き換えられています", \
  "使用済みコードを見た者がトークンを得られます", \
  "二度目の使用を拒否し、発行済みトークンを失効させてください") \
X(F_CONTENT_TYPE, "fapi-content-type", LOW, "API8:2023", "", YG_FAPI_B | YG_FAPI_A, 3, false, "FAPI 1 Baseline 6.2.1-8, 6.2.1-9", \
  "JSON is answered without application/json", \
  "Clients may read it as something else", \
  "Send Content-Type: application/json in UTF-8", \
  "JSONがapplication/jsonなしで返されています", \
  "クライアントが別の形式として解釈するおそれがあります", \
  "UTF-8のContent-Type: application/jsonを返してください") \
X(F_CORS_AUTHORIZE, "fapi-cors-authorize", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.2.3-3", \
  "The authorization endpoint allows CORS", \
  "Scripts of other pages can drive the login of a user", \
  "Send no CORS fields at the authorization endpoint", \
  "認可エンドポイントがCORSを許可しています", \
  "他ページのスクリプトが利用者のログインを操作できます", \
  "認可エンドポイントではCORSヘッダーを返さないでください") \
X(F_CUSTOMER_REFUSED, "fapi-customer-address-refused", LOW, "API8:2023", "", YG_FAPI_B | YG_FAPI_A, 1, false, "FAPI 1 Baseline 6.2.1-13", \
  "Requests are refused when they carry x-fapi-customer-ip-address", \
  "Clients leave the address out, and fraud checks do not see the customer", \
  "Accept the field on every request", \
  "x-fapi-customer-ip-addressを付けたリクエストが拒否されています", \
  "クライアントがヘッダーを省き、不正検知が顧客を識別できなくなります", \
  "すべてのリクエストでこのヘッダーを受理してください") \
X(F_CUSTOMER_FIELD, "fapi-customer-field", INFO, "API8:2023", "", YG_FAPI_B | YG_FAPI_A, 1, false, "FAPI 1 Baseline 6.2.2-3, 6.2.2-4", \
  "x-fapi-auth-date or x-fapi-customer-ip-address is malformed and accepted", \
  "Logs and fraud checks get values that mean nothing", \
  "Refuse malformed values with 400", \
  "不正な形式のx-fapiヘッダーが受理されています", \
  "ログや不正検知が無意味な値を受け取ります", \
  "不正な値は400で拒否してください") \
X(F_DATE_MISSING, "fapi-date-missing", LOW, "API8:2023", "", YG_FAPI_B | YG_FAPI_A, 3, false, "FAPI 1 Baseline 6.2.1-10", \
  "Answers come without Date", \
  "Clients cannot order what they get", \
  "Send Date with every answer", \
  "応答にDateヘッダーがありません", \
  "クライアントが応答の順序を判断できません", \
  "すべての応答にDateを付けてください") \
X(F_DPOP_INVALID, "fapi-dpop-invalid", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "RFC 9449 section 4.3; FAPI 2 5.3.4-5", \
  "A DPoP proof that proves nothing is accepted", \
  "The binding protects nothing: a stolen token works", \
  "Check signature, htm, htu, iat, ath and the key of every proof", \
  "無効なDPoP証明が受理されています", \
  "送信者制約が機能せず、盗まれたトークンが使えます", \
  "署名、htm、htu、iat、ath、鍵を毎回検証してください") \
X(F_DPOP_MISSING, "fapi-dpop-missing", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "RFC 9449 section 7.1; FAPI 2 5.3.4-5", \
  "A token that is bound to a key is accepted without a DPoP proof", \
  "The binding protects nothing: a stolen token works", \
  "Refuse a token with cnf.jkt that comes without a proof", \
  "鍵に紐付けられたトークンがDPoP証明なしで受理されています", \
  "送信者制約が機能せず、盗まれたトークンが使えます", \
  "cnf.jktを持つトークンは証明がなければ拒否してください") \
X(F_DPOP_REPLAY, "fapi-dpop-replayed", HIGH, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "RFC 9449 section 11.1; FAPI 2 6.2", \
  "A DPoP proof is accepted twice", \
  "Whoever copies a request can send it again", \
  "Keep the jti of proofs while they are fresh and refuse a second use, or use server nonces", \
  "DPoP証明が二度受理されています", \
  "リクエストを複製した者が再送できます", \
  "jtiを保存して再利用を拒否するか、サーバーnonceを使ってください") \
X(F_ERROR_FORMAT, "fapi-error-format", LOW, "API8:2023", "", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 6750 section 3.1; FAPI 1 Baseline 6.2.1-7; FAPI 2 5.3.4-4", \
  "A refused token is answered without WWW-Authenticate", \
  "Clients cannot tell an expired token from a missing right", \
  "Answer 401 with WWW-Authenticate and an error code", \
  "拒否されたトークンにWWW-Authenticateが返されていません", \
  "期限切れと権限不足をクライアントが区別できません", \
  "401にはWWW-Authenticateとエラーコードを付けてください") \
X(F_FRONT_TOKEN, "fapi-front-channel-token", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-2; FAPI 2 5.3.2.2-1", \
  "An access token is answered through the browser", \
  "It leaks by histories, logs and Referer fields", \
  "Switch the implicit and hybrid flows with tokens off", \
  "アクセストークンがブラウザー経由で返されています", \
  "履歴、ログ、Refererから漏えいします", \
  "トークンを返すimplicit/hybridフローを無効にしてください") \
X(F_ID_TOKEN_ALG, "fapi-id-token-algorithm", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.6; FAPI 2 5.4.1-1", \
  "An id token is issued with an algorithm that the profile forbids", \
  "Clients have to accept weaker signatures", \
  "Sign with PS256 or ES256 (or EdDSA in FAPI 2)", \
  "IDトークンが禁止されたアルゴリズムで発行されています", \
  "クライアントが弱い署名を受け入れざるを得ません", \
  "PS256またはES256（FAPI 2ではEdDSAも可）で署名してください") \
X(F_ID_TOKEN_JWE, "fapi-id-token-encryption", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.6.1; RFC 8725 section 3.2", \
  "An id token is encrypted with RSA1_5", \
  "Padding oracles can open it", \
  "Encrypt with RSA-OAEP-256 or ECDH-ES", \
  "IDトークンがRSA1_5で暗号化されています", \
  "パディングオラクル攻撃で復号されるおそれがあります", \
  "RSA-OAEP-256またはECDH-ESで暗号化してください") \
X(F_HASHES, "fapi-id-token-hashes", HIGH, "API2:2023", "6.2.4", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2.1-4, 5.2.2.1-5; OpenID Core 3.3.2.11", \
  "s_hash, c_hash or at_hash of an id token is missing or wrong", \
  "A client cannot see that code, state or token were swapped", \
  "Put s_hash and c_hash (and at_hash) of the values sent into each id token", \
  "IDトークンのs_hash、c_hash、at_hashが欠落または誤っています", \
  "コード、state、トークンのすり替えを検出できません", \
  "送信値のs_hash、c_hash、at_hashをIDトークンに含めてください") \
X(F_ID_TOKEN_NONCE, "fapi-id-token-nonce", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2.2-1; OpenID Core 3.1.2.1, 3.1.3.7", \
  "An id token carries another nonce than its request", \
  "A client that checks refuses the login; one that does not takes a token made for another session", \
  "Put the nonce of the authorization request into the id token, unchanged", \
  "IDトークンのnonceが認可リクエストと異なります", \
  "検証するクライアントはログインできず、しないクライアントは別セッションのトークンを受け入れます", \
  "認可リクエストのnonceをそのままIDトークンに入れてください") \
X(F_ID_TOKEN_PII, "fapi-id-token-personal", MEDIUM, "API3:2023", "", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2.1-6", \
  "An id token in the front channel carries personal data in clear", \
  "The data passes through histories and logs of the browser", \
  "Encrypt the id token, or leave personal data to userinfo", \
  "フロントチャネルのIDトークンに平文の個人情報があります", \
  "ブラウザーの履歴やログに個人情報が残ります", \
  "IDトークンを暗号化するか、個人情報はuserinfoで提供してください") \
X(F_INTERACTION_ID, "fapi-interaction-id", LOW, "API8:2023", "", YG_FAPI_B | YG_FAPI_A, 1, false, "FAPI 1 Baseline 6.2.1-11, 6.2.2-5", \
  "x-fapi-interaction-id is not repeated or is no UUID", \
  "Logs of both sides cannot be joined", \
  "Repeat the client's value, or make one, on every answer", \
  "x-fapi-interaction-idが返されないかUUIDではありません", \
  "双方のログを突き合わせられません", \
  "クライアントの値または生成した値を必ず返してください") \
X(F_ISSUER_MISMATCH, "fapi-issuer-mismatch", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-22; FAPI 2 5.3.2.1-1; RFC 8414 section 3.3", \
  "The metadata names another issuer than the host that serves it", \
  "Clients refuse it, or trust a server they should not", \
  "Serve metadata at the host of the issuer, over https", \
  "メタデータの発行者が提供ホストと一致しません", \
  "クライアントが拒否するか、誤ったサーバーを信頼します", \
  "発行者のホストでhttpsによりメタデータを提供してください") \
X(F_ISS_MISSING, "fapi-issuer-missing", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.2-7; RFC 9207", \
  "An authorization response comes without its issuer", \
  "A client can be led to send a code to the wrong server", \
  "Send iss with every authorization response", \
  "認可応答に発行者（iss）がありません", \
  "クライアントが誤ったサーバーにコードを送る攻撃が可能です", \
  "すべての認可応答にissを付けてください") \
X(F_JARM, "fapi-jarm-invalid", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2.2-1, 8.6; JARM 2.1", \
  "A JARM response lacks iss, aud, exp or a strong signature", \
  "A client cannot trust what the response says", \
  "Sign responses with PS256 or ES256 and with iss, aud and exp", \
  "JARM応答にiss、aud、expまたは強い署名がありません", \
  "クライアントが応答の内容を信頼できません", \
  "iss、aud、expを含めPS256またはES256で署名してください") \
X(F_METADATA, "fapi-metadata", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2, 8.6; FAPI 2 5.3.2", \
  "The metadata offers what the profile forbids, or lacks what it requires", \
  "Clients will use the weaker ways that are offered", \
  "Remove implicit, password, none, RS256, HS256 and client_secret_*; require PAR and bound tokens", \
  "メタデータが禁止事項を提示、または必須事項を欠いています", \
  "クライアントが弱い方式を利用します", \
  "implicit、password、none、RS256、HS256、client_secret_*を除き、PARと送信者制約付きトークンを必須にしてください") \
X(F_MTLS_ALIAS, "fapi-mtls-aliases", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 8705 section 5; FAPI 2 5.2.2.1", \
  "mtls_endpoint_aliases of the metadata is wrong", \
  "Clients with a certificate call endpoints that do not ask for it, or none at all", \
  "List https endpoints that request certificates, the token endpoint among them, under the names of the metadata", \
  "メタデータのmtls_endpoint_aliasesが誤っています", \
  "証明書を持つクライアントが、証明書を要求しないエンドポイントを呼び出します", \
  "トークンエンドポイントを含め、証明書を要求するhttpsのエンドポイントを正しい名前で列挙してください") \
X(F_NONCE_MISSING, "fapi-nonce-missing", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A, 1, false, "FAPI 1 Baseline 5.2.2.2-1", \
  "A request with scope openid and no nonce is accepted", \
  "An id token can be replayed into another session", \
  "Require nonce with the scope openid", \
  "nonceのないopenidスコープのリクエストが受理されています", \
  "IDトークンを別セッションで再利用できます", \
  "openidスコープではnonceを必須にしてください") \
X(F_PAR_LIFETIME, "fapi-par-lifetime", LOW, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.2-12", \
  "A request_uri lives for ten minutes or more", \
  "Pushed requests can be prepared and used later by others", \
  "Issue a request_uri for less than 600 seconds", \
  "request_uriの有効期間が10分以上です", \
  "事前に登録したリクエストを後から悪用できます", \
  "request_uriは600秒未満で発行してください") \
X(F_PAR_MISSING, "fapi-par-missing", HIGH, "API2:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.2-3", \
  "An authorization request that was not pushed is accepted", \
  "The request can be read and changed in the browser", \
  "Require pushed authorization requests (RFC 9126)", \
  "PARを使わない認可リクエストが受理されています", \
  "リクエストがブラウザー上で閲覧・改ざんされます", \
  "PAR（RFC 9126）を必須にしてください") \
X(F_PAR_REDIRECT, "fapi-par-redirect-missing", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-9; FAPI 2 5.3.2.2-6", \
  "A request without redirect_uri is accepted", \
  "The code may go to another address of the client", \
  "Require redirect_uri in every request", \
  "redirect_uriのないリクエストが受理されています", \
  "コードがクライアントの別の宛先に送られるおそれがあります", \
  "すべてのリクエストでredirect_uriを必須にしてください") \
X(F_PAR_OPEN, "fapi-par-unauthenticated", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 2 5.3.2.2-4; RFC 9126 section 2", \
  "A pushed request without client authentication is accepted", \
  "Anybody can push requests in the name of a client", \
  "Authenticate the client at the PAR endpoint as at the token endpoint", \
  "クライアント認証のないPARが受理されています", \
  "誰でもクライアントを装ってリクエストを登録できます", \
  "PARエンドポイントでもトークンと同じ認証を行ってください") \
X(F_PASSWORD_GRANT, "fapi-password-grant", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 2 5.3.2.1-2; RFC 9700 section 2.4", \
  "The password grant is accepted", \
  "Clients handle the passwords of users", \
  "Switch the grant off", \
  "パスワードグラントが受理されています", \
  "クライアントが利用者のパスワードを扱っています", \
  "パスワードグラントを無効にしてください") \
X(F_PAYMENT, "fapi-payment-early", HIGH, "API6:2023", "6.2.4", YG_FAPI_A, 2, false, "FAPI 1 Advanced 8.8", \
  "A payment is carried out while its authorization is still going on", \
  "Whoever gets a user to open a link moves the money: no token of the client is needed", \
  "Carry payments out by a request with the access token, after the code was exchanged", \
  "認可の途中で支払いが実行されています", \
  "利用者にリンクを開かせるだけで送金でき、クライアントのトークンが不要になります", \
  "認可コードの交換後、アクセストークン付きのリクエストで支払いを実行してください") \
X(F_PKCE_IGNORED, "fapi-pkce-ignored", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 7636 section 4.6; FAPI 1 Baseline 5.2.2-7; FAPI 2 5.3.2.2-5", \
  "A code is exchanged with a missing or wrong code_verifier", \
  "A stolen code works for whoever stole it", \
  "Compare the S256 of code_verifier with the challenge and refuse without it", \
  "code_verifierの欠落または誤りがあってもコードが引き換えられます", \
  "認可コードを盗んだ者がトークンを取得できます", \
  "code_verifierのS256をchallengeと照合し、なければ拒否してください") \
X(F_PKCE_MISSING, "fapi-pkce-missing", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-18; FAPI 1 Baseline 5.2.2-7; FAPI 2 5.3.2.2-5", \
  "A request without PKCE S256 is accepted", \
  "A stolen code can be exchanged by another", \
  "Require code_challenge with the method S256", \
  "PKCE S256のないリクエストが受理されています", \
  "盗まれた認可コードを他者が引き換えられます", \
  "S256のcode_challengeを必須にしてください") \
X(F_PUBLIC_CLIENT, "fapi-public-client", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-16; FAPI 2 5.3.2.1-3", \
  "A token is issued without client authentication", \
  "Anybody who knows a client_id is that client", \
  "Refuse public clients at the token endpoint", \
  "クライアント認証なしでトークンが発行されています", \
  "client_idを知る者は誰でもそのクライアントになれます", \
  "トークンエンドポイントで公開クライアントを拒否してください") \
X(F_REDIRECT_307, "fapi-redirect-307", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.2-10, 5.3.2.2-11", \
  "The authorization server redirects with 307", \
  "The browser sends the user's password on to the client", \
  "Redirect with 303", \
  "認可サーバーが307でリダイレクトしています", \
  "ブラウザーが利用者のパスワードをクライアントに再送します", \
  "303でリダイレクトしてください") \
X(F_REDIRECT_CLEAR, "fapi-redirect-cleartext", HIGH, "API8:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-20; FAPI 2 5.3.2.2-8", \
  "A redirect_uri without TLS is accepted", \
  "The code can be read on the way to the client", \
  "Register https addresses only (loopback for native apps)", \
  "TLSでないredirect_uriが受理されています", \
  "コードがクライアントへの経路で盗聴されます", \
  "httpsのみ登録してください（ネイティブアプリのループバックは除く）") \
X(F_REDIRECT_VARIES, "fapi-redirect-varies", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-8, 5.2.2-10; FAPI 2 5.3.2.1-7; RFC 9700 section 4.1", \
  "The redirect_uri of a client is not compared exactly", \
  "Whoever finds an address that fits gets the codes of users sent there", \
  "Compare redirect_uri character by character with those registered, and send responses nowhere else", \
  "クライアントのredirect_uriが完全一致で検証されていません", \
  "条件に合うアドレスを見つけた者に利用者の認可コードが送られます", \
  "登録済みのredirect_uriと1文字ずつ比較し、それ以外には応答を送らないでください") \
X(F_REFRESH_ROTATED, "fapi-refresh-rotated", LOW, "API2:2023", "", YG_FAPI_F, 1, false, "FAPI 2 5.3.2.1-9", \
  "Refresh tokens are rotated", \
  "A lost answer locks the client out, and bound tokens gain nothing by it", \
  "Keep refresh tokens of confidential clients, except in extraordinary cases", \
  "リフレッシュトークンがローテーションされています", \
  "応答の喪失で利用不能となり、送信者制約付きトークンでは利点がありません", \
  "特別な場合を除き、リフレッシュトークンを維持してください") \
X(F_REQUEST_ALG, "fapi-request-algorithm", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.6-1, 8.6-3; FAPI 2 5.4.1-1", \
  "A request object that is unsigned or weakly signed is accepted", \
  "The request can be changed in the browser", \
  "Accept PS256 and ES256 only", \
  "未署名または弱い署名のリクエストオブジェクトが受理されています", \
  "リクエストがブラウザー上で改ざんされます", \
  "PS256とES256のみ受理してください") \
X(F_REQUEST_AUD, "fapi-request-audience", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2-15, 5.2.3-10", \
  "A request object for another server is accepted", \
  "A request can be replayed from one server to another", \
  "Require aud to be the issuer", \
  "他サーバー宛てのリクエストオブジェクトが受理されています", \
  "別サーバーへのリクエストを転用できます", \
  "audが発行者であることを必須にしてください") \
X(F_REQUEST_EXP, "fapi-request-expiry", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2-13", \
  "A request object without exp, or of more than an hour, is accepted", \
  "A request can be prepared and replayed", \
  "Require exp no more than 60 minutes after nbf", \
  "expがないか1時間超のリクエストオブジェクトが受理されています", \
  "リクエストを作り置きして再利用できます", \
  "expをnbfから60分以内に制限してください") \
X(F_REQUEST_NBF, "fapi-request-not-before", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2-17", \
  "A request object without nbf, or with an old one, is accepted", \
  "Old requests can be replayed", \
  "Require nbf no more than 60 minutes in the past", \
  "nbfがないか1時間以上前のリクエストオブジェクトが受理されています", \
  "古いリクエストを再利用できます", \
  "nbfを60分以内に制限してください") \
X(F_REQUEST_MISSING, "fapi-request-object-missing", HIGH, "API2:2023", "6.2.4", YG_FAPI_A, 1, false, "FAPI 1 Advanced 5.2.2-1, 5.2.3-2", \
  "An authorization request without a signed request object is accepted", \
  "The request can be changed in the browser", \
  "Require request or request_uri", \
  "署名付きリクエストオブジェクトのない認可リクエストが受理されています", \
  "リクエストがブラウザー上で改ざんされます", \
  "requestまたはrequest_uriを必須にしてください") \
X(F_REQUEST_PARAMS, "fapi-request-parameters", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-10; FAPI 2 5.3.3.2-6", \
  "Parameters outside the signed request are accepted with other values", \
  "An attacker changes what the signature does not cover", \
  "Use the parameters of the request object only", \
  "署名付きリクエストの外側で異なるパラメーターが受理されています", \
  "署名対象外の値が改ざんされます", \
  "リクエストオブジェクト内のパラメーターだけを使ってください") \
X(F_REQUEST_URI_REUSED, "fapi-request-uri-reused", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 9126 section 7.3; FAPI 2 5.3.2.2", \
  "A request_uri leads to two codes", \
  "A pushed request can be replayed", \
  "Let a request_uri work once", \
  "一つのrequest_uriから二つのコードが発行されています", \
  "登録済みリクエストを再利用できます", \
  "request_uriは一度だけ有効にしてください") \
X(F_RESPONSE_TYPE, "fapi-response-type", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-2; FAPI 2 5.3.2.2-1", \
  "A response_type that the profile forbids is accepted", \
  "Tokens or codes pass the browser without protection", \
  "Accept code id_token, or code with response_mode jwt; in FAPI 2 code only", \
  "禁止されたresponse_typeが受理されています", \
  "トークンやコードが保護なしでブラウザーを通過します", \
  "code id_token、またはresponse_mode=jwtのcode（FAPI 2ではcodeのみ）に限定してください") \
X(F_REVOKED, "fapi-revoked-token", CRITICAL, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 6.2.1-4; FAPI 2 5.3.4-3; RFC 7009 section 2", \
  "A revoked token is accepted", \
  "Logout and revocation protect nothing", \
  "Check revocation at the resource server, or issue tokens for minutes", \
  "失効したトークンが受理されています", \
  "ログアウトや失効が保護になりません", \
  "リソースサーバーで失効を確認するか、短命なトークンにしてください") \
X(F_SCOPE_IGNORED, "fapi-scope-ignored", MEDIUM, "API5:2023", "7.3.2", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 2, false, "FAPI 1 Baseline 6.2.1-5, 6.2.1-7; FAPI 2 5.3.4-4; RFC 6750 section 3.1", \
  "A token without the scope of the endpoint is accepted", \
  "A client reaches what its users never agreed to", \
  "Check at every call that the scope of the token covers the endpoint; answer 403 insufficient_scope", \
  "エンドポイントに必要なスコープのないトークンが受理されています", \
  "利用者が同意していない範囲にクライアントがアクセスできます", \
  "毎回トークンのスコープを確認し、不足時は403 insufficient_scopeを返してください") \
X(F_SCOPE_WIDENED, "fapi-scope-widened", MEDIUM, "API5:2023", "7.3.2", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-15; RFC 6749 section 3.3", \
  "More scope is granted than was asked for", \
  "A client holds rights that nobody agreed to", \
  "Grant no more than the scope of the request", \
  "要求より広いスコープが付与されています", \
  "同意のない権限をクライアントが保持します", \
  "要求されたスコープの範囲だけを付与してください") \
X(F_STATE_MISSING, "fapi-state-missing", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A, 1, false, "FAPI 1 Baseline 5.2.2.3-1", \
  "A request without openid and without state is accepted", \
  "A code can be injected into another session", \
  "Require state when no nonce protects the request", \
  "openidもstateもないリクエストが受理されています", \
  "コードを別セッションに注入できます", \
  "nonceがない場合はstateを必須にしてください") \
X(F_TLS_CIPHER, "fapi-tls-cipher", MEDIUM, "API8:2023", "4.2.1", YG_FAPI_A | YG_FAPI_F, 1, true, "FAPI 1 Advanced 8.5-1; FAPI 2 5.2.2-1; RFC 9325 section 4.2", \
  "A TLS 1.2 cipher suite outside the profile is negotiated", \
  "Recorded traffic may be opened later", \
  "Offer (EC)DHE with AES-GCM only", \
  "プロファイル外のTLS 1.2暗号スイートが使われています", \
  "記録された通信が後から解読されるおそれがあります", \
  "(EC)DHEとAES-GCMのみを提供してください") \
X(F_TOKEN_CACHED, "fapi-token-cacheable", MEDIUM, "API8:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 6749 section 5.1; FAPI 1 Baseline 5.2.2-14", \
  "A token response may be kept by caches", \
  "Tokens can be read from a cache later", \
  "Send Cache-Control: no-store with token responses", \
  "トークン応答がキャッシュされるおそれがあります", \
  "キャッシュに残ったトークンを後から読み取られます", \
  "トークン応答にCache-Control: no-storeを付けてください") \
X(F_TOKEN_WEAK, "fapi-token-guessable", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-16; FAPI 2 5.4.1-4", \
  "Tokens or codes have fewer than 128 bits", \
  "They can be guessed", \
  "Draw at least 128 bits from a cryptographic generator", \
  "トークンまたはコードが128ビット未満です", \
  "推測されるおそれがあります", \
  "暗号論的乱数から128ビット以上を生成してください") \
X(F_TOKEN_SHARED, "fapi-token-shared", HIGH, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 8.3.5; FAPI 2 6.3", \
  "One access token is used with two certificates or two TLS clients", \
  "A copy of the token is in other hands", \
  "Revoke the token and bind tokens to their holder", \
  "一つのアクセストークンが二つの証明書またはTLSクライアントで使われています", \
  "トークンの複製が他者の手にあります", \
  "トークンを失効させ、送信者制約を導入してください") \
X(F_TOKEN_UNBOUND, "fapi-token-unbound", HIGH, "API2:2023", "6.2.4", YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Advanced 5.2.2-5, 5.2.2-6; FAPI 2 5.3.2.1-4, 5.3.2.1-5", \
  "An access token is issued that is not bound to its holder", \
  "Whoever steals it can use it", \
  "Bind tokens by mutual TLS or DPoP", \
  "送信者制約のないアクセストークンが発行されています", \
  "盗んだ者がそのまま使用できます", \
  "相互TLSまたはDPoPでトークンを送信者に紐付けてください") \
X(F_VALUE_REUSED, "fapi-value-reused", MEDIUM, "API2:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "RFC 7636 section 4.1; FAPI 2 5.3.3.2-4", \
  "A client uses one code_challenge, nonce or state for several requests", \
  "What one request leaked opens the next", \
  "Make these values anew for each request", \
  "code_challenge、nonce、stateが複数のリクエストで再利用されています", \
  "一度漏えいすると次のリクエストも破られます", \
  "リクエストごとに新しい値を生成してください") \
X(F_WEAK_KEY, "fapi-weak-key", HIGH, "API8:2023", "6.2.4", YG_FAPI_B | YG_FAPI_A | YG_FAPI_F, 1, false, "FAPI 1 Baseline 5.2.2-5, 5.2.2-6; FAPI 1 Advanced 8.9; FAPI 2 5.4.1-2, 5.4.1-3, 5.4.2-3", \
  "A key set holds short keys, or one kid twice", \
  "Signatures can be forged, or are checked with the wrong key", \
  "Use RSA of 2048 bits or EC of 224 at least, and a kid of its own for each key", \
  "鍵セットに短い鍵または重複したkidがあります", \
  "署名が偽造されるか、誤った鍵で検証されます", \
  "RSA 2048・EC 224ビット以上とし、kidを一意にしてください")
/* clang-format on */
