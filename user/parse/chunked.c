/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/chunked.h"

#include "parse/scan.h"

enum state {
	STATE_SIZE,	       /* hex digits */
	STATE_SIZE_SPACE,      /* white space before ';' */
	STATE_EXTENSION,       /* behind ';': white space, then a name */
	STATE_EXTENSION_NAME,  /* at least one byte of it is read */
	STATE_EXTENSION_SPACE, /* behind a name */
	STATE_EXTENSION_VALUE, /* behind '=' */
	STATE_EXTENSION_TOKEN,
	STATE_EXTENSION_QUOTED,
	STATE_EXTENSION_ESCAPE,
	STATE_EXTENSION_END,  /* behind a quoted value */
	STATE_EXTENSION_REST, /* lenient: anything up to the end of the line */
	STATE_SIZE_LF,
	STATE_DATA,
	STATE_DATA_CR,
	STATE_DATA_LF,
	STATE_LINE, /* start of a trailer, or the final CR */
	STATE_NAME,
	STATE_VALUE,
	STATE_VALUE_LF,
	STATE_FINAL_LF,
	STATE_DONE,
	STATE_BAD,
};

static uint8_t hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10) : UINT8_MAX;
}

static bool is_text(uint8_t c)
{
	return c == '\t' || (c >= ' ' && c != 0x7f);
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Not as the standard has it: @state all the same where that is taken, and told. */
static enum state bend(struct yg_chunked *chunked, enum state state)
{
	chunked->is_odd |= chunked->is_lenient;
	return chunked->is_lenient ? state : STATE_BAD;
}

/* Behind the LF of a line whose CR led to @state. */
static enum state line_over(struct yg_chunked *chunked, enum state state)
{
	switch (state) {
	case STATE_SIZE_LF:
		return chunked->left ? STATE_DATA : STATE_LINE;
	case STATE_DATA_LF:
		chunked->digits = 0;
		return STATE_SIZE;
	case STATE_VALUE_LF:
		return STATE_LINE;
	default:
		return STATE_DONE;
	}
}

static enum state size_digit(struct yg_chunked *chunked, uint8_t c)
{
	uint8_t digit = hex_value(c);

	if (digit != UINT8_MAX && chunked->digits == 16 && chunked->left == 0) {
		chunked->digits = 0; /* of zeros alone: they count with the extensions */
		if (++chunked->extension > YG_CHUNK_EXTENSION_MAX ||
		    bend(chunked, STATE_SIZE) == STATE_BAD)
			return STATE_BAD;
	}
	if (digit != UINT8_MAX) {
		if (chunked->left > (uint64_t)INT64_MAX >> 4 || chunked->digits == 16)
			return STATE_BAD;
		chunked->digits++;
		chunked->left = chunked->left << 4 | digit;
		return STATE_SIZE;
	}
	if (chunked->digits == 0)
		return STATE_BAD;
	if (c == '\r')
		return STATE_SIZE_LF;
	if (c == '\n')
		return bend(chunked, line_over(chunked, STATE_SIZE_LF));
	if (c == ';')
		return STATE_EXTENSION;
	return is_space(c) ? STATE_SIZE_SPACE : STATE_BAD;
}

/* What may stand behind an extension: the next one, or the end of the line. */
static enum state extension_end(uint8_t c, enum state space)
{
	if (c == '\r')
		return STATE_SIZE_LF;
	if (c == ';')
		return STATE_EXTENSION;
	return is_space(c) ? space : STATE_BAD;
}

static enum state strict_extension(enum state state, uint8_t c)
{
	switch (state) {
	case STATE_SIZE_SPACE: /* bad white space is only bearable before ';' */
		if (c == ';')
			return STATE_EXTENSION;
		return is_space(c) ? STATE_SIZE_SPACE : STATE_BAD;
	case STATE_EXTENSION:
		if (yg_scan_token[c])
			return STATE_EXTENSION_NAME;
		return is_space(c) ? STATE_EXTENSION : STATE_BAD;
	case STATE_EXTENSION_NAME:
		if (yg_scan_token[c])
			return STATE_EXTENSION_NAME;
		return c == '=' ? STATE_EXTENSION_VALUE : extension_end(c, STATE_EXTENSION_SPACE);
	case STATE_EXTENSION_SPACE:
		if (c == '=')
			return STATE_EXTENSION_VALUE;
		return c == '\r' ? STATE_BAD : extension_end(c, STATE_EXTENSION_SPACE);
	case STATE_EXTENSION_VALUE:
		if (c == '"')
			return STATE_EXTENSION_QUOTED;
		if (is_space(c))
			return STATE_EXTENSION_VALUE;
		return yg_scan_token[c] ? STATE_EXTENSION_TOKEN : STATE_BAD;
	case STATE_EXTENSION_TOKEN:
		if (yg_scan_token[c])
			return STATE_EXTENSION_TOKEN;
		return extension_end(c, STATE_SIZE_SPACE);
	case STATE_EXTENSION_QUOTED:
		if (c == '"')
			return STATE_EXTENSION_END;
		if (c == '\\')
			return STATE_EXTENSION_ESCAPE;
		return is_text(c) ? STATE_EXTENSION_QUOTED : STATE_BAD;
	case STATE_EXTENSION_ESCAPE:
		return is_text(c) ? STATE_EXTENSION_QUOTED : STATE_BAD;
	case STATE_EXTENSION_END:
		return extension_end(c, STATE_SIZE_SPACE);
	default: /* STATE_EXTENSION_REST, of which nothing is strict */
		return STATE_BAD;
	}
}

/* What most servers do instead: pass over all behind the semicolon. */
static enum state lenient_extension(struct yg_chunked *chunked, uint8_t c)
{
	if (c == '\r')
		return bend(chunked, STATE_SIZE_LF);
	if (c == '\n')
		return bend(chunked, line_over(chunked, STATE_SIZE_LF));
	return chunked->state == STATE_SIZE_SPACE ? STATE_BAD : bend(chunked, STATE_EXTENSION_REST);
}

static enum state extension(struct yg_chunked *chunked, uint8_t c)
{
	enum state next = strict_extension((enum state)chunked->state, c);

	if (++chunked->extension > YG_CHUNK_EXTENSION_MAX)
		return STATE_BAD;
	return next == STATE_BAD ? lenient_extension(chunked, c) : next;
}

static enum state trailer(struct yg_chunked *chunked, uint8_t c)
{
	if (++chunked->trailer > YG_CHUNK_TRAILER_MAX)
		return STATE_BAD;
	switch ((enum state)chunked->state) {
	case STATE_LINE:
		if (c == '\r')
			return STATE_FINAL_LF;
		if (c == '\n')
			return bend(chunked, STATE_DONE);
		return yg_scan_token[c] ? STATE_NAME : STATE_BAD;
	case STATE_NAME:
		if (c == ':')
			return STATE_VALUE;
		return yg_scan_token[c] ? STATE_NAME : STATE_BAD;
	case STATE_VALUE:
		if (c == '\r')
			return STATE_VALUE_LF;
		if (c == '\n')
			return bend(chunked, STATE_LINE);
		return is_text(c) ? STATE_VALUE : STATE_BAD;
	default: /* STATE_VALUE_LF, STATE_FINAL_LF: see step() */
		return line_over(chunked, (enum state)chunked->state);
	}
}

static bool is_behind_cr(const struct yg_chunked *chunked)
{
	switch ((enum state)chunked->state) {
	case STATE_SIZE_LF:
	case STATE_DATA_LF:
	case STATE_VALUE_LF:
	case STATE_FINAL_LF:
		return true;
	default:
		return false;
	}
}

/* One byte of framing, behind CR an LF. */
static enum state step(struct yg_chunked *chunked, uint8_t c)
{
	switch ((enum state)chunked->state) {
	case STATE_SIZE:
		return size_digit(chunked, c);
	case STATE_SIZE_LF:
	case STATE_DATA_LF:
		return line_over(chunked, (enum state)chunked->state);
	case STATE_DATA_CR:
		if (c == '\n')
			return bend(chunked, line_over(chunked, STATE_DATA_LF));
		return c == '\r' ? STATE_DATA_LF : STATE_BAD;
	case STATE_FINAL_LF:
	case STATE_LINE:
	case STATE_NAME:
	case STATE_VALUE:
	case STATE_VALUE_LF:
		return trailer(chunked, c);
	default:
		return extension(chunked, c);
	}
}

enum yg_parse yg_chunked_next(struct yg_chunked *chunked, const uint8_t *data, size_t len,
			      size_t *ret_used, struct yg_slice *ret_data)
{
	size_t used = 0;

	*ret_data = (struct yg_slice){ NULL, 0 };
	while (used < len && chunked->state < STATE_DONE) {
		if (chunked->state == STATE_DATA) {
			size_t n = len - used < chunked->left ? len - used : (size_t)chunked->left;

			*ret_data = (struct yg_slice){ (const char *)data + used, n };
			(void)yg_chunked_skip(chunked, n);
			used += n;
			break;
		}
		if (is_behind_cr(chunked) && data[used] != '\n') /* CR alone: not taken */
			chunked->state = (uint8_t)bend(
				chunked, line_over(chunked, (enum state)chunked->state));
		else
			chunked->state = (uint8_t)step(chunked, data[used++]);
	}
	*ret_used = used;
	if (chunked->state == STATE_BAD)
		return YG_PARSE_BAD;
	return chunked->state == STATE_DONE ? YG_PARSE_DONE : YG_PARSE_MORE;
}

bool yg_chunked_skip(struct yg_chunked *chunked, uint64_t len)
{
	if (len == 0)
		return true;
	if (chunked->state != STATE_DATA || len > chunked->left)
		return false;
	chunked->left -= len;
	if (chunked->left == 0)
		chunked->state = STATE_DATA_CR;
	return true;
}

uint64_t yg_chunked_data_left(const struct yg_chunked *chunked)
{
	return chunked->state == STATE_DATA ? chunked->left : 0;
}
