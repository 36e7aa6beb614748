/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_class.h"

#include <string.h>

static const struct yg_data_class_info classes[YG_DATA_CLASS_MAX] = {
#define ROW(id, name, proof, mask, en, ja) \
	[YG_DATA_##id] = { name, YG_DATA_PROOF_##proof, YG_DATA_MASK_##mask, en, ja },
	YG_DATA_CLASSES(ROW)
#undef ROW
};

const struct yg_data_class_info *yg_data_class_info(uint32_t class_)
{
	return &classes[class_];
}

uint32_t yg_data_class_from_name(struct yg_slice name)
{
	uint32_t i;

	for (i = 0; i < YG_DATA_CLASS_MAX; i++) {
		if (yg_slice_equal(yg_slice_from_str(classes[i].name), name))
			break;
	}
	return i;
}

bool yg_data_class_is_secret(uint32_t class_)
{
	return class_ == YG_DATA_JWT ||
	       (class_ >= YG_DATA_SECRET_AWS && class_ <= YG_DATA_SECRET_GENERIC);
}

bool yg_data_class_is_grave(uint32_t class_)
{
	static const uint8_t grave[] = {
		YG_DATA_PAN,
		YG_DATA_CVV,
		YG_DATA_CARD_PIN,
		YG_DATA_CARD_TRACK,
		YG_DATA_IBAN,
		YG_DATA_BANK_ACCOUNT,
		YG_DATA_MY_NUMBER,
		YG_DATA_PASSPORT,
		YG_DATA_HEALTH,
		YG_DATA_HEALTH_NUMBER,
		YG_DATA_DRIVING_LICENCE,
		YG_DATA_RESIDENCE_CARD,
		YG_DATA_PENSION_NUMBER,
		YG_DATA_CREDIT_HISTORY,
	};

	for (size_t i = 0; i < sizeof(grave); i++) {
		if (class_ == grave[i])
			return true;
	}
	return class_ >= YG_DATA_ID_US && class_ < YG_DATA_CLASS_MAX;
}

/* Characters shown at both ends; a character is a byte and what continues it. */
struct ends {
	size_t head, tail;
};

static struct ends ends_of(enum yg_data_mask mask, size_t count)
{
	switch (mask) {
	case YG_DATA_MASK_CARD:
		return count >= 13 ? (struct ends){ 6, 4 } : (struct ends){ 0, 0 };
	case YG_DATA_MASK_TAIL:
		return count >= 8 ? (struct ends){ 0, 2 } : (struct ends){ 0, 0 };
	case YG_DATA_MASK_HEAD:
		return count >= 8 ? (struct ends){ 4, 0 } : (struct ends){ 0, 0 };
	case YG_DATA_MASK_EMAIL:
	case YG_DATA_MASK_FIRST:
		return count >= 2 ? (struct ends){ 1, 0 } : (struct ends){ 0, 0 };
	case YG_DATA_MASK_NONE:
	case YG_DATA_MASK_MAX:
	default:
		return (struct ends){ 0, 0 };
	}
}

static bool continues(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

static bool is_separator(char c)
{
	return c == ' ' || c == '-';
}

struct out {
	char *at, *end;
};

static void put(struct out *out, const char *from, size_t len)
{
	if ((size_t)(out->end - out->at) < len)
		return;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)from[i];

		*out->at++ = (char)(c < 0x20 || c == 0x7f || (len == 1 && c >= 0x80) ? '?' : c);
	}
}

/* Separators of a card number are left out, so that its ten digits are what is shown. */
static size_t count_characters(struct yg_slice value, bool card)
{
	size_t count = 0;

	for (size_t i = 0; i < value.len; i++)
		count += !continues(value.ptr[i]) && !(card && is_separator(value.ptr[i]));
	return count;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written to, through out */
void yg_data_mask(enum yg_data_mask mask, struct yg_slice value, char *ret, size_t cap)
{
	bool card = mask == YG_DATA_MASK_CARD;
	size_t count = count_characters(value, card), seen = 0, hidden = 0;
	struct ends ends = ends_of(mask, count);
	struct out out = { ret, ret + cap - 1 };

	for (size_t i = 0; i < value.len;) {
		size_t len = 1;

		while (i + len < value.len && len < 4 && continues(value.ptr[i + len]))
			len++;
		if (card && is_separator(value.ptr[i])) {
			i += len;
			continue;
		}
		if (seen < ends.head || seen >= count - ends.tail)
			put(&out, value.ptr + i, len);
		else if (hidden++ < 4)
			put(&out, "*", 1);
		seen++;
		i += len;
	}
	if (mask == YG_DATA_MASK_EMAIL && value.len > 0) {
		const char *dot = memrchr(value.ptr, '.', value.len);
		size_t rest = dot ? (size_t)(value.ptr + value.len - dot) : 0;

		if (rest > 1 && rest < 12 && memchr(value.ptr, '@', value.len)) {
			put(&out, "@", 1);
			put(&out, "****", 4);
			put(&out, dot, rest);
		}
	}
	*out.at = '\0';
}
