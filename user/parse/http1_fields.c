/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/http1_fields.h"

/* Take the next element of a comma list off @list, trimmed; false when it is empty. */
static bool list_next(struct yg_slice *list, struct yg_slice *ret)
{
	const char *comma;

	if (list->len == 0)
		return false;
	comma = memchr(list->ptr, ',', list->len);
	*ret = *list;
	if (comma)
		ret->len = (size_t)(comma - list->ptr);
	list->ptr += ret->len + !!comma;
	list->len -= ret->len + !!comma;
	*ret = yg_slice_trim(*ret);
	return true;
}

/* One element of a Content-Length; @length: of those before it, unless it is the first. */
static enum yg_parse length_digits(struct yg_http1 *http, struct yg_slice value, bool first,
				   uint64_t *length)
{
	uint64_t before = *length;

	if (value.len == 0)
		return yg_http1_bad(http, YG_ANOMALY_LENGTH_INVALID);
	*length = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9' || *length > INT64_MAX / 10 - 1)
			return yg_http1_bad(http, YG_ANOMALY_LENGTH_INVALID);
		*length = *length * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	if (first)
		return YG_PARSE_DONE;
	if (*length != before)
		return yg_http1_bad(http, YG_ANOMALY_LENGTH_TWICE);
	http->anomalies |= YG_ANOMALY_LENGTH_REPEATED;
	return http->lenient & YG_LENIENT_LENGTH ? YG_PARSE_DONE : YG_PARSE_BAD;
}

/* RFC 9112 section 6.3: a list, or many fields, of one value may be read as that value. */
static enum yg_parse content_length(struct yg_http1 *http, struct yg_slice value)
{
	enum yg_parse r = YG_PARSE_DONE;
	uint64_t length = http->length;
	bool first = !http->has_length;
	struct yg_slice element;

	if (value.len == 0 || value.ptr[value.len - 1] == ',')
		return yg_http1_bad(http, YG_ANOMALY_LENGTH_INVALID);
	for (; r == YG_PARSE_DONE && list_next(&value, &element); first = false)
		r = length_digits(http, element, first, &length);
	if (r != YG_PARSE_DONE)
		return r;
	http->has_length = true;
	http->length = length;
	return YG_PARSE_DONE;
}

static bool is_known_coding(struct yg_slice coding)
{
	return yg_slice_equal_nocase(coding, YG_SLICE("gzip")) ||
	       yg_slice_equal_nocase(coding, YG_SLICE("x-gzip")) ||
	       yg_slice_equal_nocase(coding, YG_SLICE("deflate")) ||
	       yg_slice_equal_nocase(coding, YG_SLICE("compress")) ||
	       yg_slice_equal_nocase(coding, YG_SLICE("x-compress"));
}

/* RFC 9110 section 5.6.1.2: empty elements are passed over. Most servers turn them down here. */
static void transfer_encoding(struct yg_http1 *http, struct yg_slice value)
{
	struct yg_slice coding;

	if (value.len && value.ptr[value.len - 1] == ',')
		http->anomalies |= YG_ANOMALY_CODING_INVALID;
	while (list_next(&value, &coding)) {
		if (coding.len == 0) {
			http->anomalies |= YG_ANOMALY_CODING_INVALID;
			continue;
		}
		if (http->coding == YG_CODING_CHUNKED || http->coding == YG_CODING_INVALID) {
			http->coding = YG_CODING_INVALID;
		} else if (yg_slice_equal_nocase(coding, YG_SLICE("chunked"))) {
			http->coding = YG_CODING_CHUNKED;
		} else {
			http->coding = YG_CODING_OTHER;
			if (!is_known_coding(coding))
				http->anomalies |= YG_ANOMALY_CODING_INVALID;
		}
	}
	if (http->coding == YG_CODING_NONE) {
		http->coding = YG_CODING_EMPTY;
		http->anomalies |= YG_ANOMALY_CODING_INVALID;
	}
}

static void connection(struct yg_http1 *http, struct yg_slice value)
{
	struct yg_slice option;

	while (list_next(&value, &option)) {
		if (yg_slice_equal_nocase(option, YG_SLICE("close")))
			http->has_close = true;
		else if (yg_slice_equal_nocase(option, YG_SLICE("keep-alive")))
			http->has_keep_alive = true;
		else if (yg_slice_equal_nocase(option, YG_SLICE("upgrade")))
			http->has_upgrade_option = true;
	}
}

const struct yg_slice yg_http1_special_names[YG_SPECIAL_LEN_MAX + 1] = {
	[4] = { "host", 4 },
	[6] = { "expect", 6 },
	[7] = { "upgrade", 7 },
	[10] = { "connection", 10 },
	[14] = { "content-length", 14 },
	[17] = { "transfer-encoding", 17 },
};

enum yg_parse yg_http1_special(struct yg_http1 *http, struct yg_slice name, struct yg_slice value)
{
	switch (name.len) {
	case 4:
		http->hosts = (uint16_t)(http->hosts + (http->hosts < UINT16_MAX));
		break;
	case 6:
		http->has_expect = yg_slice_equal_nocase(value, YG_SLICE("100-continue"));
		break;
	case 7:
		http->has_upgrade = true;
		break;
	case 10:
		connection(http, value);
		break;
	case 14:
		return content_length(http, value);
	case 17:
		transfer_encoding(http, value);
		break;
	default:
		break;
	}
	return YG_PARSE_DONE;
}
