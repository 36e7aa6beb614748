/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words of paths that hint at a kind of endpoint, in the languages of the people who name them:
 * English, romaji and Japanese, German, French, Spanish, Hebrew. A word counts as a whole: between
 * separators or at a change of case ("createPayment"); one in an ideographic script anywhere.
 */
#include <string.h>

#include "detect/label.h"

#define WORD_CAP 32u /* bytes of a word of a path that is looked at */

/* Each word between blanks. */
static const char authentication_words[] =
	" login signin logon logout auth oauth oauth2 token tokens sso saml mfa otp 2fa "
	"totp password passwd session sessions authenticate register signup roguin "
	"ninsho ninshou pasuwado anmelden anmeldung kennwort connexion authentifier "
	"acceso contrasena ログイン 認証 パスワード サインイン התחברות כניסה ";

static const char payment_words[] =
	" payment payments pay checkout charge charges invoice invoices billing transfer "
	"transfers refund refunds remittance payout payouts withdrawal deposit purchase "
	"furikomi shiharai kessai sokin soukin nyukin shukkin seikyu zahlung "
	"ueberweisung rechnung paiement virement facture pago pagos transferencia 振込 "
	"支払 決済 送金 請求 出金 入金 תשלום העברה ";

static const char admin_words[] =
	" admin admins administrator administration backoffice console management "
	"manager superuser root sysadmin operator maintenance kanri kanrisha verwaltung "
	"administracion 管理 管理者 ניהול ";

static const char *const words_of[YG_LABEL_MAX] = {
	[YG_LABEL_AUTHENTICATION] = authentication_words,
	[YG_LABEL_PAYMENT] = payment_words,
	[YG_LABEL_ADMIN] = admin_words,
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Bytes of the word at @text: ends at a separator, a byte beyond ASCII, or a change of case. */
static size_t word_len(const char *text)
{
	size_t len = 0;

	while (is_letter(text[len])) {
		len++;
		if (is_upper(text[len]) && !is_upper(text[len - 1]))
			break;
	}
	return len;
}

static bool is_one_of(const char *words, const char *text, size_t len)
{
	char word[WORD_CAP + 2] = " ";

	if (len >= WORD_CAP)
		return false;
	for (size_t i = 0; i < len; i++)
		word[1 + i] = (char)(is_upper(text[i]) ? text[i] + ('a' - 'A') : text[i]);
	word[1 + len] = ' ';
	word[2 + len] = '\0';
	return strstr(words, word);
}

static bool has_wide_word(const char *words, const char *text)
{
	for (size_t len; *++words; words += len) {
		len = strcspn(words, " ");
		if ((unsigned char)*words >= 0x80 && memmem(text, strlen(text), words, len))
			return true;
	}
	return false;
}

static bool has_word(const char *words, const char *text)
{
	const char *p = text;

	while (*p) {
		size_t len = word_len(p);

		if (len && is_one_of(words, p, len))
			return true;
		p += len;
		/* A parameter's name is not the operator's word for the endpoint. */
		if (*p == '{')
			p += strcspn(p, "}");
		if (*p && !is_letter(*p))
			p++;
	}
	return has_wide_word(words, text);
}

bool yg_label_word(enum yg_label label, const char *service, const char *template_)
{
	const char *words = words_of[label];

	return words && (has_word(words, template_) || has_word(words, service));
}
