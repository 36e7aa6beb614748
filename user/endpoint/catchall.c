/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/catchall.h"

#include "core/hash.h"
#include "core/macros.h"

/* Kinds of probes; bits of yg_catchall_answer.probes. */
enum probe {
	PROBE_DOT_FILE = 1u << 0,
	PROBE_PHP = 1u << 1,
	PROBE_ASP = 1u << 2,
	PROBE_JSP = 1u << 3,
	PROBE_CGI = 1u << 4,
	PROBE_BACKUP = 1u << 5,
	PROBE_BROKEN = 1u << 6, /* climbs, encoded twice, bytes of no URL */
};

static const struct {
	char extension[8];
	enum probe kind;
} extensions[] = {
	{ ".php", PROBE_PHP },	   { ".php5", PROBE_PHP },    { ".phtml", PROBE_PHP },
	{ ".asp", PROBE_ASP },	   { ".aspx", PROBE_ASP },    { ".ashx", PROBE_ASP },
	{ ".asmx", PROBE_ASP },	   { ".jsp", PROBE_JSP },     { ".jspx", PROBE_JSP },
	{ ".jspa", PROBE_JSP },	   { ".cgi", PROBE_CGI },     { ".pl", PROBE_CGI },
	{ ".cfm", PROBE_CGI },	   { ".bak", PROBE_BACKUP },  { ".old", PROBE_BACKUP },
	{ ".orig", PROBE_BACKUP }, { ".save", PROBE_BACKUP }, { ".swp", PROBE_BACKUP },
	{ ".sql", PROBE_BACKUP },  { ".tgz", PROBE_BACKUP },
};

/* Not secret: whoever finds two paths with one bit has only his own traffic left out. */
static const struct yg_hash_key path_key = { 0x616e737765726564, 0x2026 };

/* Markup and shells; quotes, bars and spaces are in names, other charsets in old ones. */
bool yg_path_is_probe(const struct yg_path *path)
{
	if (path->flags & YG_PATH_ABOVE)
		return true;
	for (size_t i = 0; i < path->len; i++) {
		if (strchr("<>`", path->text[i]))
			return true;
	}
	return false;
}

static bool is_broken(const struct yg_path *path)
{
	return path->flags & (YG_PATH_TWICE | YG_PATH_INVALID) || yg_path_is_probe(path);
}

static uint32_t probe_of_extension(struct yg_slice segment)
{
	const char *dot = memrchr(segment.ptr, '.', segment.len);
	struct yg_slice extension;

	if (segment.ptr[segment.len - 1] == '~')
		return PROBE_BACKUP;
	if (!dot)
		return 0;
	extension = (struct yg_slice){ dot, (size_t)(segment.ptr + segment.len - dot) };
	for (size_t i = 0; i < YG_ARRAY_SIZE(extensions); i++) {
		if (yg_slice_equal_nocase(extension, yg_slice_from_str(extensions[i].extension)))
			return extensions[i].kind;
	}
	return 0;
}

static uint32_t probes_of(const struct yg_path *path)
{
	uint32_t probes = is_broken(path) ? PROBE_BROKEN : 0;

	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_slice segment = path->segments[i];

		if (segment.len > 1 && segment.ptr[0] == '.' &&
		    !yg_slice_equal(segment, YG_SLICE(".well-known")))
			probes |= PROBE_DOT_FILE;
		if (segment.len > 0)
			probes |= probe_of_extension(segment);
	}
	return probes;
}

/* The answer of this mark; made in the place of the one that the fewest paths got. */
static struct yg_catchall_answer *find_answer(struct yg_catchall *catchall, uint64_t hash)
{
	struct yg_catchall_answer *least = NULL;

	for (uint32_t i = 0; i < YG_CATCHALL_ANSWERS; i++) {
		struct yg_catchall_answer *at = &catchall->answers[i];

		if (at->hash == hash)
			return at;
		if (!at->caught && (!least || __builtin_popcountll(at->paths) <
						      __builtin_popcountll(least->paths)))
			least = at;
	}
	if (least)
		*least = (struct yg_catchall_answer){ .hash = hash };
	return least;
}

enum yg_catchall_verdict yg_catchall_weigh(struct yg_catchall *catchall,
					   const struct yg_answer_mark *mark,
					   const struct yg_path *path)
{
	struct yg_catchall_answer *answer = find_answer(catchall, mark->hash);
	uint64_t bit;

	if (!answer)
		return YG_CATCHALL_NO;
	if (answer->caught)
		return YG_CATCHALL_YES;
	bit = yg_hash(&path_key, path->text, path->len) >> 58;
	answer->paths |= 1ull << bit;
	answer->probes |= probes_of(path);
	if ((uint32_t)__builtin_popcount(answer->probes) < YG_CATCHALL_KINDS &&
	    !((mark->page || (mark->echo && answer->probes)) &&
	      (uint32_t)__builtin_popcountll(answer->paths) >= YG_CATCHALL_PAGES))
		return YG_CATCHALL_NO;
	answer->caught = true;
	return YG_CATCHALL_FRESH;
}
