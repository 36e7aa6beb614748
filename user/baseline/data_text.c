/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_text.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/base64.h"
#include "core/macros.h"

#define EMAIL_LOCAL_MAX	 64u
#define EMAIL_DOMAIN_MAX 253u
#define JWT_HEAD_MAX	 2048u /* bytes of a header in base64url */
#define ADDRESS_BYTES	 160u  /* within which a town follows its prefecture */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
	return is_digit(c) || is_alpha(c) || c == '_' || c == '-';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_local(char c)
{
	return is_word(c) || (uint8_t)c >= 0x80 || (c && strchr(".!#$%&'*+/=?^`{|}~", c));
}

static size_t count_digits(struct yg_slice text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += is_digit(text.ptr[i]);
	return count;
}

/* Labels of letters, digits and hyphens, two or more, the last with a letter. Bytes taken. */
static size_t domain_len(const char *p, size_t len)
{
	size_t end = 0, label = 0, labels = 0;
	bool letter = false;

	for (size_t i = 0; i <= len && i <= EMAIL_DOMAIN_MAX; i++) {
		char c = (char)(i < len ? p[i] : ' ');
		bool inside = is_digit(c) || is_alpha(c) || c == '-' || (uint8_t)c >= 0x80;

		if (inside) {
			letter |= !is_digit(c) && c != '-';
			label++;
			continue;
		}
		if (label == 0 || p[i - 1] == '-' || p[i - label] == '-')
			break;
		labels++;
		if (labels >= 2 && label >= 2 && label <= 63 && letter)
			end = i;
		if (c != '.' || label > 63)
			break;
		label = 0;
		letter = false;
	}
	return end;
}

/* <a@b.org>, mailto:a@b.org?x=y, "a@b.org", a@b.org;c@d.org */
static bool is_parted(struct yg_slice text, size_t from, size_t end)
{
	return (from == 0 || strchr("<([{\"',;:=|/?&\t\n\r", text.ptr[from - 1])) &&
	       (end == text.len || strchr(">)]}\"',;:|/?&\\\t\n\r", text.ptr[end]));
}

struct yg_slice yg_data_email_at(struct yg_slice text, size_t at)
{
	size_t from = at, len = domain_len(text.ptr + at + 1, text.len - at - 1);
	size_t end = at + 1 + len;

	while (from > 0 && at - from <= EMAIL_LOCAL_MAX && is_local(text.ptr[from - 1]))
		from--;
	/* A name in a URL ("//user@host") or after "=" begins behind what stands before it. */
	for (size_t i = from; i < at; i++) {
		if (text.ptr[i] == '/' || text.ptr[i] == '=' || text.ptr[i] == '?' ||
		    text.ptr[i] == '&')
			from = i + 1;
	}
	while (from < at && (text.ptr[from] == '.' || text.ptr[from] == '\''))
		from++;
	if (len == 0 || from == at || at - from > EMAIL_LOCAL_MAX || text.ptr[at - 1] == '.')
		return (struct yg_slice){ NULL, 0 };
	if (end < text.len && (text.ptr[end] == '@' || text.ptr[end] == '_'))
		return (struct yg_slice){ NULL, 0 };
	/* One word that is more than the address is something else, unless marks part the two. */
	if (!memchr(text.ptr, ' ', text.len) && !is_parted(text, from, end))
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ text.ptr + from, end - from };
}

static size_t word_len(struct yg_slice text, size_t at)
{
	size_t end = at;

	while (end < text.len && is_word(text.ptr[end]))
		end++;
	return end - at;
}

struct yg_slice yg_data_jwt_at(struct yg_slice text, size_t at)
{
	struct yg_slice none = { NULL, 0 };
	size_t head = word_len(text, at), end = at + head, parts = 1;
	char decoded[JWT_HEAD_MAX];
	ssize_t len;

	if (head < 12 || head > JWT_HEAD_MAX || (at > 0 && is_word(text.ptr[at - 1])))
		return none;
	while (parts < 5 && end < text.len && text.ptr[end] == '.') {
		size_t part = word_len(text, end + 1);

		if (part < 2 && parts == 1)
			return none;
		end += 1 + part;
		parts++;
	}
	if (parts != 3 && parts != 5)
		return none;
	len = yg_base64_decode((struct yg_slice){ text.ptr + at, head }, (uint8_t *)decoded,
			       sizeof(decoded));
	if (len <= 0 || decoded[0] != '{' || !memmem(decoded, (size_t)len, "\"alg\"", 5))
		return none;
	return (struct yg_slice){ text.ptr + at, end - at };
}

bool yg_data_is_ip(struct yg_slice text)
{
	char copy[INET6_ADDRSTRLEN + 20];
	uint8_t out[16];
	size_t len = text.len;
	const char *slash = memchr(text.ptr, '/', text.len);
	const char *zone = memchr(text.ptr, '%', text.len);

	if (slash) {
		len = (size_t)(slash - text.ptr);
		if (text.len - len < 2 || text.len - len > 4 ||
		    count_digits((struct yg_slice){ slash, text.len - len }) != text.len - len - 1)
			return false;
	}
	if (zone && (size_t)(zone - text.ptr) < len) {
		if ((size_t)(zone - text.ptr) + 1 == len ||
		    memchr(zone + 1, '%', len - 1 - (size_t)(zone - text.ptr)))
			return false;
		len = (size_t)(zone - text.ptr);
	}
	if (len < 2 || len >= sizeof(copy))
		return false;
	memcpy(copy, text.ptr, len);
	copy[len] = '\0';
	if (memchr(copy, ':', len))
		return inet_pton(AF_INET6, copy, out) == 1;
	return !zone && inet_pton(AF_INET, copy, out) == 1;
}

bool yg_data_is_mac(struct yg_slice text)
{
	char separator = '\0';
	size_t group = text.len == 14 ? 4 : 2;
	bool varied = false;

	if (text.len == 14 || text.len == 17)
		separator = text.ptr[group];
	if (text.len == 23)
		separator = text.ptr[2];
	if (separator != ':' && separator != '-' && separator != '.' && separator != ' ')
		return false;
	if ((separator == '.') != (group == 4))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool between = i % (group + 1) == group;

		if (between ? text.ptr[i] != separator : !is_hex(text.ptr[i]))
			return false;
		varied |= !between && yg_ascii_lower(text.ptr[i]) != yg_ascii_lower(text.ptr[0]);
	}
	/* All zeros is none, and all ones is everybody. */
	return varied;
}

static const char *const prefectures[] = {
	"北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県",   "福島県", "茨城県",
	"栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県",
	"石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県",   "愛知県", "三重県",
	"滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県",
	"岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県",   "高知県", "福岡県",
	"佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県",
};

struct yg_slice yg_data_address_at(struct yg_slice text, size_t at)
{
	static const char *const towns[] = { "市", "区", "町", "村", "郡" };
	struct yg_slice rest = { text.ptr + at, text.len - at };
	size_t head = 0;

	for (uint32_t i = 0; i < YG_ARRAY_SIZE(prefectures) && head == 0; i++) {
		size_t len = strlen(prefectures[i]);

		if (len <= rest.len && memcmp(rest.ptr, prefectures[i], len) == 0)
			head = len;
	}
	if (head == 0)
		return (struct yg_slice){ NULL, 0 };
	if (rest.len > head + ADDRESS_BYTES)
		rest.len = head + ADDRESS_BYTES;
	for (uint32_t i = 0; i < YG_ARRAY_SIZE(towns); i++) {
		const char *town = memmem(rest.ptr + head, rest.len - head, towns[i], 3);

		if (town && town > rest.ptr + head)
			return (struct yg_slice){ rest.ptr, (size_t)(town - rest.ptr) + 3 };
	}
	return (struct yg_slice){ NULL, 0 };
}
