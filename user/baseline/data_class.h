/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The catalogue of data classes: what is worth protecting, by name, and how a value of it proves
 * itself. The operator's own classes follow the built-in ones.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slice.h"

#define YG_DATA_USER_MAX 16u /* classes of the operator; more are refused at load */
#define YG_DATA_NAME_CAP 40u /* bytes of a class name with its NUL */
#define YG_DATA_MASK_CAP 48u /* bytes of a masked sample with its NUL */

/* What a single value can prove. */
enum yg_data_proof {
	YG_DATA_PROOF_CERTAIN, /* the value alone: chance below one in 10,000 */
	YG_DATA_PROOF_BRAND,   /* issuer, length and check digit: possible alone, else as CHECK */
	YG_DATA_PROOF_CHECK,   /* a check digit: one in ten passes by luck */
	YG_DATA_PROOF_SHAPE,   /* its form, where name or neighbours say what it is */
	YG_DATA_PROOF_KEY,     /* the name of the field alone */
	YG_DATA_PROOF_MAX
};

/* What of a value may be shown. */
enum yg_data_mask {
	YG_DATA_MASK_NONE,  /* nothing but its length */
	YG_DATA_MASK_CARD,  /* first six and last four digits: PCI DSS 3.4.1 */
	YG_DATA_MASK_TAIL,  /* the last two characters */
	YG_DATA_MASK_HEAD,  /* the first four characters */
	YG_DATA_MASK_EMAIL, /* first character, top-level domain */
	YG_DATA_MASK_FIRST, /* the first character */
	YG_DATA_MASK_MAX
};

/* name, proof, mask, English, Japanese */
#define YG_DATA_CLASSES(X)                                                                         \
	X(PAN, "pan", BRAND, CARD, "card number", "カード番号")                                    \
	X(CVV, "cvv", KEY, NONE, "card verification value", "セキュリティコード")                  \
	X(CARD_PIN, "card-pin", KEY, NONE, "card PIN", "暗証番号")                                 \
	X(CARD_TRACK, "card-track", CERTAIN, NONE, "magnetic stripe of a card", "磁気データ")      \
	X(IBAN, "iban", CERTAIN, TAIL, "IBAN", "IBAN")                                             \
	X(BIC, "bic", SHAPE, HEAD, "bank identifier code", "銀行識別コード")                       \
	X(BANK_ACCOUNT, "bank-account", SHAPE, TAIL, "bank account", "銀行口座")                   \
	X(MY_NUMBER, "my-number", CHECK, TAIL, "My Number", "マイナンバー")                        \
	X(CORPORATE_NUMBER, "corporate-number", CHECK, TAIL, "Corporate Number", "法人番号")       \
	X(PHONE, "phone", SHAPE, TAIL, "telephone number", "電話番号")                             \
	X(POSTAL_CODE, "postal-code", SHAPE, HEAD, "postal code", "郵便番号")                      \
	X(ADDRESS, "address", KEY, FIRST, "postal address", "住所")                                \
	X(PERSON_NAME, "person-name", KEY, FIRST, "name of a person", "氏名")                      \
	X(EMAIL, "email", CERTAIN, EMAIL, "e-mail address", "メールアドレス")                      \
	X(BIRTH_DATE, "birth-date", SHAPE, HEAD, "date of birth", "生年月日")                      \
	X(IP_ADDRESS, "ip-address", CERTAIN, HEAD, "IP address", "IPアドレス")                     \
	X(MAC_ADDRESS, "mac-address", CERTAIN, HEAD, "hardware address", "MACアドレス")            \
	X(GEO, "geo", SHAPE, NONE, "geographic position", "位置情報")                              \
	X(IMEI, "imei", CHECK, TAIL, "IMEI", "IMEI")                                               \
	X(VIN, "vin", CHECK, HEAD, "vehicle identification number", "車台番号")                    \
	X(PASSPORT, "passport", SHAPE, TAIL, "passport number", "旅券番号")                        \
	X(DRIVING_LICENCE, "driving-licence", SHAPE, TAIL, "driving licence", "運転免許証番号")    \
	X(RESIDENCE_CARD, "residence-card", SHAPE, TAIL, "residence card", "在留カード番号")       \
	X(PENSION_NUMBER, "pension-number", SHAPE, TAIL, "pension number", "基礎年金番号")         \
	X(HEALTH, "health", KEY, NONE, "health", "健康情報")                                       \
	X(HEALTH_NUMBER, "health-number", CHECK, TAIL, "health insurance number", "保険者番号")    \
	X(TAX_ID, "tax-id", CHECK, TAIL, "tax number of a business", "納税者番号")                 \
	X(BALANCE, "balance", KEY, NONE, "account balance", "残高")                                \
	X(TRANSACTION, "transaction", KEY, NONE, "transactions of an account", "取引履歴")         \
	X(CREDIT_HISTORY, "credit-history", KEY, NONE, "credit history", "信用情報")               \
	X(INCOME, "income", KEY, NONE, "income", "収入")                                           \
	X(CRYPTO_ADDRESS, "crypto-address", CERTAIN, HEAD, "crypto currency address",              \
	  "暗号資産アドレス")                                                                      \
	X(JWT, "jwt", CERTAIN, NONE, "JSON Web Token", "JWT")                                      \
	X(SECRET_AWS, "secret-aws", CERTAIN, HEAD, "AWS access key", "AWSアクセスキー")            \
	X(SECRET_GITHUB, "secret-github", CERTAIN, HEAD, "GitHub token", "GitHubトークン")         \
	X(SECRET_GITLAB, "secret-gitlab", CERTAIN, HEAD, "GitLab token", "GitLabトークン")         \
	X(SECRET_SLACK, "secret-slack", CERTAIN, HEAD, "Slack token", "Slackトークン")             \
	X(SECRET_GOOGLE, "secret-google", CERTAIN, HEAD, "Google API key", "Google APIキー")       \
	X(SECRET_STRIPE, "secret-stripe", CERTAIN, HEAD, "Stripe key", "Stripeキー")               \
	X(SECRET_NPM, "secret-npm", CERTAIN, HEAD, "npm token", "npmトークン")                     \
	X(SECRET_OPENAI, "secret-llm", CERTAIN, HEAD, "key of a language model API",               \
	  "言語モデルAPIキー")                                                                     \
	X(SECRET_SENDGRID, "secret-mail", CERTAIN, HEAD, "key of a mail API", "メールAPIキー")     \
	X(SECRET_PRIVATE_KEY, "secret-private-key", CERTAIN, NONE, "private key", "秘密鍵")        \
	X(SECRET_PASSWORD, "secret-password", KEY, NONE, "password", "パスワード")                 \
	X(SECRET_OAUTH, "secret-oauth", KEY, NONE, "OAuth token or code", "OAuthトークン")         \
	X(SECRET_GENERIC, "secret-generic", KEY, NONE, "secret", "シークレット")                   \
	X(ID_US, "national-id-us", SHAPE, TAIL, "US social security number", "米国社会保障番号")   \
	X(ID_CA, "national-id-ca", CHECK, TAIL, "Canadian social insurance number", "カナダSIN")   \
	X(ID_GB, "national-id-gb", SHAPE, TAIL, "UK national insurance number", "英国NINO")        \
	X(ID_IE, "national-id-ie", CHECK, TAIL, "Irish PPS number", "アイルランドPPS")             \
	X(ID_FR, "national-id-fr", BRAND, TAIL, "French NIR", "フランスNIR")                       \
	X(ID_DE, "national-id-de", CHECK, TAIL, "German tax identifier", "ドイツ納税者番号")       \
	X(ID_AT, "national-id-at", CHECK, TAIL, "Austrian insurance number", "オーストリアSVNR")   \
	X(ID_CH, "national-id-ch", CHECK, TAIL, "Swiss AHV number", "スイスAHV")                   \
	X(ID_IT, "national-id-it", CERTAIN, TAIL, "Italian fiscal code", "イタリア納税者番号")     \
	X(ID_ES, "national-id-es", CHECK, TAIL, "Spanish DNI, NIE", "スペインDNI")                 \
	X(ID_PT, "national-id-pt", CHECK, TAIL, "Portuguese NIF", "ポルトガルNIF")                 \
	X(ID_NL, "national-id-nl", CHECK, TAIL, "Dutch BSN", "オランダBSN")                        \
	X(ID_BE, "national-id-be", CHECK, TAIL, "Belgian national number", "ベルギー国民番号")     \
	X(ID_PL, "national-id-pl", CHECK, TAIL, "Polish PESEL", "ポーランドPESEL")                 \
	X(ID_CZ, "national-id-cz", CHECK, TAIL, "Czech and Slovak birth number", "チェコ出生番号") \
	X(ID_HU, "national-id-hu", CHECK, TAIL, "Hungarian tax identifier", "ハンガリー納税番号")  \
	X(ID_RO, "national-id-ro", CHECK, TAIL, "Romanian CNP", "ルーマニアCNP")                   \
	X(ID_BG, "national-id-bg", CHECK, TAIL, "Bulgarian EGN", "ブルガリアEGN")                  \
	X(ID_HR, "national-id-hr", CHECK, TAIL, "Croatian OIB", "クロアチアOIB")                   \
	X(ID_EE, "national-id-ee", CHECK, TAIL, "Estonian, Lithuanian personal code",              \
	  "エストニア個人番号")                                                                    \
	X(ID_SE, "national-id-se", CHECK, TAIL, "Swedish personal number", "スウェーデン個人番号") \
	X(ID_NO, "national-id-no", CHECK, TAIL, "Norwegian birth number", "ノルウェー出生番号")    \
	X(ID_DK, "national-id-dk", SHAPE, TAIL, "Danish CPR number", "デンマークCPR")              \
	X(ID_FI, "national-id-fi", CERTAIN, TAIL, "Finnish personal code", "フィンランド個人番号") \
	X(ID_TR, "national-id-tr", CHECK, TAIL, "Turkish identity number", "トルコ身分番号")       \
	X(ID_IL, "national-id-il", CHECK, TAIL, "Israeli identity number", "イスラエル身分番号")   \
	X(ID_ZA, "national-id-za", CHECK, TAIL, "South African identity number", "南アフリカID")   \
	X(ID_IN, "national-id-in", CHECK, TAIL, "Indian Aadhaar, PAN", "インドAadhaar")            \
	X(ID_CN, "national-id-cn", CERTAIN, TAIL, "Chinese identity number", "中国居民身分証")     \
	X(ID_TW, "national-id-tw", CHECK, TAIL, "Taiwanese identity number", "台湾身分証")         \
	X(ID_HK, "national-id-hk", CHECK, TAIL, "Hong Kong identity number", "香港身分証")         \
	X(ID_SG, "national-id-sg", CHECK, TAIL, "Singaporean NRIC, FIN", "シンガポールNRIC")       \
	X(ID_TH, "national-id-th", CHECK, TAIL, "Thai identity number", "タイ身分番号")            \
	X(ID_KR, "national-id-kr", SHAPE, TAIL, "Korean registration number", "韓国住民登録番号")  \
	X(ID_BR, "national-id-br", CHECK, TAIL, "Brazilian CPF", "ブラジルCPF")                    \
	X(ID_CL, "national-id-cl", CHECK, TAIL, "Chilean RUT", "チリRUT")                          \
	X(ID_AR, "national-id-ar", CHECK, TAIL, "Argentine CUIL", "アルゼンチンCUIL")              \
	X(ID_MX, "national-id-mx", CERTAIN, TAIL, "Mexican CURP", "メキシコCURP")                  \
	X(ID_AU, "national-id-au", CHECK, TAIL, "Australian tax file number", "豪州TFN")           \
	X(ID_NZ, "national-id-nz", CHECK, TAIL, "New Zealand IRD number", "NZ IRD番号")            \
	X(ID_IR, "national-id-ir", CHECK, TAIL, "Iranian national code", "イラン国民コード")       \
	X(ID_LK, "national-id-lk", SHAPE, TAIL, "Sri Lankan identity card", "スリランカ身分証")    \
	X(ID_PK, "national-id-pk", SHAPE, TAIL, "Pakistani CNIC", "パキスタンCNIC")                \
	X(ID_UA, "national-id-ua", CHECK, TAIL, "Ukrainian tax number", "ウクライナ納税者番号")

enum yg_data_class {
#define YG_DATA_ROW(id, name, proof, mask, en, ja) YG_DATA_##id,
	YG_DATA_CLASSES(YG_DATA_ROW)
#undef YG_DATA_ROW
		YG_DATA_CLASS_MAX, /* the operator's own begin here */
};

#define YG_DATA_ALL_MAX (YG_DATA_CLASS_MAX + YG_DATA_USER_MAX)

struct yg_data_class_info {
	const char *name; /* "my-number"; stable */
	enum yg_data_proof proof;
	enum yg_data_mask mask;
	const char *title;    /* "My Number" */
	const char *title_ja; /* UTF-8 */
};

/* A set of classes. */
struct yg_data_set {
	uint64_t bits[2];
};

_Static_assert(YG_DATA_ALL_MAX <= 128, "a set holds 128 classes");

/* @class_: below YG_DATA_ALL_MAX, as in all of these. */
static inline void yg_data_set_add(struct yg_data_set *set, uint32_t class_)
{
	set->bits[class_ / 64] |= 1ull << (class_ % 64);
}

/* Is the class in it? */
static inline bool yg_data_set_has(const struct yg_data_set *set, uint32_t class_)
{
	return set->bits[class_ / 64] >> (class_ % 64) & 1;
}

/* Is no class in it? */
static inline bool yg_data_set_is_empty(const struct yg_data_set *set)
{
	return !(set->bits[0] | set->bits[1]);
}

/* The classes of either. */
static inline struct yg_data_set yg_data_set_union(struct yg_data_set a, struct yg_data_set b)
{
	return (struct yg_data_set){ { a.bits[0] | b.bits[0], a.bits[1] | b.bits[1] } };
}

/* @class_: below YG_DATA_CLASS_MAX. Never NULL. */
const struct yg_data_class_info *yg_data_class_info(uint32_t class_);

/* Built-in class by name; YG_DATA_CLASS_MAX if there is none. */
uint32_t yg_data_class_from_name(struct yg_slice name);

/* Is it a secret: of use to whoever reads it? */
bool yg_data_class_is_secret(uint32_t class_);

/* Cards, accounts, identity and health numbers: a fault wherever others can read them. */
bool yg_data_class_is_grave(uint32_t class_);

/**
 * yg_data_mask() - what may be shown of a value.
 * @ret: [@cap], cut at a character, terminated; @cap at least 8.
 *
 * A value of fewer than eight characters shows nothing; never more than half of one is shown, but
 * for a card's ten digits. Control bytes and what is not UTF-8 become '?'.
 */
void yg_data_mask(enum yg_data_mask mask, struct yg_slice value, char *ret, size_t cap);
