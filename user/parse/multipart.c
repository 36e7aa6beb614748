/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/multipart.h"

#include "parse/parameter.h"

#define DASHES 2u

/* bchars of RFC 2046 section 5.1.1; it may not end in a space. */
static bool is_boundary(struct yg_slice text)
{
	static const char marks[] = "'()+_,-./:=? ";

	if (text.len == 0 || text.len > YG_MULTIPART_BOUNDARY_MAX || text.ptr[text.len - 1] == ' ')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = yg_ascii_lower(text.ptr[i]);

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') &&
		    !memchr(marks, c, sizeof(marks) - 1))
			return false;
	}
	return true;
}

bool yg_multipart_begin(struct yg_slice type, struct yg_slice text, struct yg_multipart *ret)
{
	struct yg_slice boundary = { NULL, 0 }, name, value;
	uint32_t count = 0;

	*ret = (struct yg_multipart){ .text = text, .result = YG_PARSE_BAD };
	while (yg_parameter_next(&type, &name, &value)) {
		if (!yg_slice_equal_nocase(name, YG_SLICE("boundary")))
			continue;
		boundary = value;
		count++;
	}
	if (count != 1 || !is_boundary(boundary))
		return false;
	memcpy(ret->delimiter, "\n--", 3);
	memcpy(ret->delimiter + 3, boundary.ptr, boundary.len);
	ret->delimiter_len = (uint8_t)(3 + boundary.len);
	ret->result = YG_PARSE_MORE;
	return true;
}

/* --- delimiters ----------------------------------------------------------------------------- */

/* A delimiter line. */
struct line {
	const char *start; /* its line end before it included */
	const char *end;   /* behind its own line end */
	bool is_close;	   /* with "--": no part follows */
	bool is_cut;	   /* the text ends before its line end */
	bool is_bare;
};

/*
 * Judge what follows the boundary at @p: "--" or not, then white space, then the line end.
 * Return: DONE; MORE: the text ends within; BAD: a longer boundary, or other text.
 */
static enum yg_parse read_line_end(const char *p, const char *end, struct line *ret)
{
	ret->is_close = end - p >= (ptrdiff_t)DASHES && p[0] == '-' && p[1] == '-';
	if (ret->is_close)
		p += DASHES;
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	ret->is_bare = p < end && *p == '\n';
	if (p < end && *p == '\r')
		p++;
	ret->end = p < end && *p == '\n' ? p + 1 : p;
	if (ret->is_close) /* what stands behind it is nobody's */
		return YG_PARSE_DONE;
	if (p == end || (end - p == 1 && *p == '-'))
		return YG_PARSE_MORE;
	return *p == '\n' ? YG_PARSE_DONE : YG_PARSE_BAD;
}

/* Does the line that begins at @p, behind a line end, hold the delimiter? */
static enum yg_parse read_delimiter(const struct yg_multipart *walk, const char *p, const char *end,
				    struct line *ret)
{
	size_t len = walk->delimiter_len - 1u,
	       n = (size_t)(end - p) < len ? (size_t)(end - p) : len;

	if (memcmp(p, walk->delimiter + 1, n) != 0)
		return YG_PARSE_BAD;
	ret->start = p;
	ret->end = end;
	return n < len ? YG_PARSE_MORE : read_line_end(p + len, end, ret);
}

/* Bytes at the end of the text that may begin a delimiter: no part's content. */
static const char *trim_partial(const struct yg_multipart *walk, const char *p, const char *end)
{
	size_t most = (size_t)(end - p);

	if (most >= walk->delimiter_len)
		most = walk->delimiter_len - 1u;
	for (size_t n = most; n > 0; n--) {
		if (memcmp(end - n, walk->delimiter, n) == 0) {
			end -= n;
			break;
		}
	}
	return end > p && end[-1] == '\r' && !walk->is_bare ? end - 1 : end;
}

/* The next delimiter behind @p. False: none; @ret->start is where the content ends. */
static bool find_delimiter(const struct yg_multipart *walk, const char *p, struct line *ret)
{
	const char *end = walk->text.ptr + walk->text.len, *from = p;

	while (p < end &&
	       (p = memmem(p, (size_t)(end - p), walk->delimiter, walk->delimiter_len)) != NULL) {
		const char *start = p > from && p[-1] == '\r' && !walk->is_bare ? p - 1 : p;
		enum yg_parse r = read_delimiter(walk, p + 1, end, ret);

		/* Where lines end in CR LF, a bare LF begins none. */
		if (r != YG_PARSE_BAD && (walk->is_bare || start < p || p == from)) {
			ret->start = start;
			ret->is_cut = r == YG_PARSE_MORE;
			return true;
		}
		p++;
	}
	ret->start = trim_partial(walk, from, end);
	ret->end = end;
	return false;
}

/* The preamble, most often empty. False: no delimiter follows it. */
static bool skip_preamble(struct yg_multipart *walk, struct line *ret)
{
	const char *p = walk->text.ptr, *end = p + walk->text.len;
	enum yg_parse r = walk->text.len ? read_delimiter(walk, p, end, ret) : YG_PARSE_MORE;

	walk->has_begun = true;
	if (r == YG_PARSE_BAD) {
		walk->is_bare = true; /* until the first delimiter tells */
		if (!find_delimiter(walk, p, ret))
			return false;
		r = ret->is_cut ? YG_PARSE_MORE : YG_PARSE_DONE;
	}
	walk->is_bare = ret->is_bare;
	return r == YG_PARSE_DONE;
}

/* --- the fields of a part ------------------------------------------------------------------- */

static void take_field(struct yg_multipart_part *part, struct yg_slice name, struct yg_slice value)
{
	struct yg_slice more;

	if (yg_slice_equal_nocase(name, YG_SLICE("content-type"))) {
		part->type = value;
	} else if (yg_slice_equal_nocase(name, YG_SLICE("content-transfer-encoding"))) {
		part->encoding = value;
	} else if (yg_slice_equal_nocase(name, YG_SLICE("content-disposition"))) {
		part->disposition = yg_parameter_subject(value);
		part->name = yg_parameter_find(value, "name");
		part->filename = yg_parameter_find(value, "filename");
		more = yg_parameter_find(value, "filename*");
		part->is_filename_encoded = more.ptr != NULL;
		if (more.ptr)
			part->filename = more;
	}
}

/* Behind the line that begins at @p, with the lines that continue it; NULL: it is cut. */
static const char *line_end(const char *p, const char *end)
{
	do {
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			return NULL;
		p++;
	} while (p < end && (*p == ' ' || *p == '\t'));
	return p;
}

/* The fields up to the empty line. Return: where the content begins; NULL: cut or too long. */
static const char *read_fields(const char *p, const char *end, struct yg_multipart_part *part)
{
	const char *limit = end;

	if (end - p > (ptrdiff_t)YG_MULTIPART_HEAD_MAX)
		limit = p + YG_MULTIPART_HEAD_MAX;
	while (p < limit) {
		const char *next, *colon;
		struct yg_slice line;

		if (*p == '\n')
			return p + 1;
		if (limit - p >= 2 && p[0] == '\r' && p[1] == '\n')
			return p + 2;
		next = line_end(p, limit);
		if (!next)
			break;
		line = (struct yg_slice){ p, (size_t)(next - p) };
		while (line.len &&
		       (line.ptr[line.len - 1] == '\n' || line.ptr[line.len - 1] == '\r'))
			line.len--;
		colon = memchr(line.ptr, ':', line.len);
		if (colon) {
			size_t at = (size_t)(colon - line.ptr);

			take_field(
				part, yg_slice_trim((struct yg_slice){ line.ptr, at }),
				yg_slice_trim((struct yg_slice){ colon + 1, line.len - at - 1 }));
		}
		p = next;
	}
	return NULL;
}

/* --- parts ---------------------------------------------------------------------------------- */

static bool end_walk(struct yg_multipart *walk, enum yg_parse result)
{
	walk->result = result;
	walk->text.len = 0;
	return false;
}

/* The text begins with a part. */
static bool read_part(struct yg_multipart *walk, struct yg_multipart_part *ret)
{
	const char *p = walk->text.ptr, *end = p + walk->text.len, *content;
	struct line line = { .start = NULL };

	*ret = (struct yg_multipart_part){ .cut = false };
	content = read_fields(p, end, ret);
	if (!content)
		return end_walk(walk, end - p > (ptrdiff_t)YG_MULTIPART_HEAD_MAX ? YG_PARSE_BAD
										 : YG_PARSE_MORE);
	/* The empty line may be the line end of the delimiter behind an empty part. */
	ret->cut = !find_delimiter(walk, content - 1, &line);
	if (line.start < content)
		line.start = content;
	ret->content = (struct yg_slice){ content, (size_t)(line.start - content) };
	walk->parts++;
	walk->text = (struct yg_slice){ line.end, (size_t)(end - line.end) };
	if (ret->cut || line.is_cut)
		(void)end_walk(walk, YG_PARSE_MORE);
	else if (line.is_close)
		(void)end_walk(walk, YG_PARSE_DONE);
	return true;
}

bool yg_multipart_next(struct yg_multipart *walk, struct yg_multipart_part *ret)
{
	struct line line = { .start = NULL };
	const char *end;

	if (walk->text.len == 0)
		return false;
	end = walk->text.ptr + walk->text.len;
	if (!walk->has_begun) {
		if (!skip_preamble(walk, &line))
			return end_walk(walk, YG_PARSE_MORE);
		if (line.is_close)
			return end_walk(walk, YG_PARSE_DONE);
		walk->text = (struct yg_slice){ line.end, (size_t)(end - line.end) };
		if (walk->text.len == 0)
			return false;
	}
	if (walk->parts == YG_MULTIPART_PARTS_MAX)
		return end_walk(walk, YG_PARSE_BAD);
	return read_part(walk, ret);
}
