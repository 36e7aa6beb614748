/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/templates.h"

#include <errno.h>

struct rule {
	char *service; /* NULL: any */
	char *text;
	struct rule *next;	 /* of as many segments; in the order of yields() */
	struct yg_slice literal; /* its last segment without braces: most paths fail on it */
	uint32_t literal_at;	 /* which one that is */
	struct yg_fit *fits;	 /* [fit_count] of its placeholders; NULL: any values */
	size_t fit_count;
	enum yg_template_rank rank;
};

struct yg_templates {
	struct rule *rules[YG_PATH_SEGMENTS_MAX + 1]; /* by segments */
	uint32_t count;
};

int yg_templates_new(struct yg_templates **ret)
{
	struct yg_templates *templates = calloc(1, sizeof(*templates));

	if (!templates)
		return -ENOMEM;
	*ret = templates;
	return 0;
}

static void free_rule(struct rule *rule)
{
	for (size_t i = 0; i < rule->fit_count; i++)
		yg_fit_clean(&rule->fits[i]);
	free(rule->fits);
	free(rule->service);
	free(rule->text);
	free(rule);
}

void yg_templates_free(struct yg_templates **templates)
{
	if (!*templates)
		return;
	for (uint32_t i = 0; i <= YG_PATH_SEGMENTS_MAX; i++) {
		struct rule *next;

		for (struct rule *rule = (*templates)->rules[i]; rule; rule = next) {
			next = rule->next;
			free_rule(rule);
		}
	}
	free(*templates);
	*templates = NULL;
}

/* The next segment of a template, "/" skipped; absent at its end. Advances @p. */
static struct yg_slice next_segment(const char **p)
{
	struct yg_slice segment = { 0 };

	if (**p != '/')
		return segment;
	segment.ptr = *p + 1;
	segment.len = strcspn(segment.ptr, "/");
	*p = segment.ptr + segment.len;
	return segment;
}

/* Braces come in pairs, hold something, do not nest, and no two placeholders touch. */
static bool is_segment(struct yg_slice segment)
{
	const char *open = NULL;
	const char *end = segment.ptr + segment.len;
	const char *last = NULL;

	for (const char *p = segment.ptr; p < end; p++) {
		if (*p == '{') {
			if (open || last == p)
				return false;
			open = p;
		} else if (*p == '}') {
			if (!open || p == open + 1)
				return false;
			open = NULL;
			last = p + 1;
		} else if ((unsigned char)*p <= ' ' || strchr("?#;", *p)) {
			return false;
		}
	}
	return segment.len > 0 && !open;
}

/* Segments of @text; -EINVAL if it is no template. */
static int count_segments(const char *text)
{
	const char *p = text;
	int count = 0;

	if (*p != '/')
		return -EINVAL;
	if (p[1] == '\0')
		return 0;
	while (*p) {
		if (!is_segment(next_segment(&p)) || ++count > (int)YG_PATH_SEGMENTS_MAX)
			return -EINVAL;
	}
	return count;
}

static bool has_placeholder(struct yg_slice segment)
{
	return segment.len > 0 && memchr(segment.ptr, '{', segment.len);
}

/* Does @a come after @b? By rank, then the one with a service, then the first literal segment. */
static bool yields(const struct rule *a, const struct rule *b)
{
	const char *p = a->text, *q = b->text;

	if (a->rank != b->rank)
		return a->rank < b->rank;
	if (!a->service != !b->service)
		return !a->service;
	while (*p && *q) {
		struct yg_slice x = next_segment(&p), y = next_segment(&q);

		if (has_placeholder(x) != has_placeholder(y))
			return has_placeholder(x);
		/* "{id}.json" is more exact than "{id}". */
		if (has_placeholder(x) && y.len > 0 &&
		    (x.ptr[x.len - 1] == '}') != (y.ptr[y.len - 1] == '}'))
			return x.ptr[x.len - 1] == '}';
	}
	return strcmp(a->text, b->text) > 0;
}

static void find_literal(struct rule *rule)
{
	const char *p = rule->text;
	uint32_t at = 0;

	for (struct yg_slice s = next_segment(&p); s.len > 0; s = next_segment(&p), at++) {
		if (has_placeholder(s))
			continue;
		rule->literal = s;
		rule->literal_at = at;
	}
}

static void put_rule(struct rule **list, struct rule *rule)
{
	while (*list && yields(rule, *list))
		list = &(*list)->next;
	rule->next = *list;
	*list = rule;
}

static bool is_of(const struct rule *rule, struct yg_slice service)
{
	return !rule->service || yg_slice_equal(yg_slice_from_str(rule->service), service);
}

static bool is_same(const struct rule *rule, struct yg_slice service, struct yg_slice text)
{
	return (service.ptr != NULL) == (rule->service != NULL) && is_of(rule, service) &&
	       yg_slice_equal(yg_slice_from_str(rule->text), text);
}

/* Take a rule out of its list; NULL if it is not there. */
static struct rule *take_rule(struct rule **list, struct yg_slice service, struct yg_slice text)
{
	struct rule *rule;

	while (*list && !is_same(*list, service, text))
		list = &(*list)->next;
	rule = *list;
	if (rule)
		*list = rule->next;
	return rule;
}

static int make_rule(struct yg_slice service, struct yg_slice text, struct rule **ret)
{
	struct rule *rule = calloc(1, sizeof(*rule));

	if (!rule)
		return -ENOMEM;
	rule->text = strndup(text.ptr, text.len);
	if (service.ptr)
		rule->service = strndup(service.ptr, service.len);
	if (!rule->text || (service.ptr && !rule->service)) {
		free_rule(rule);
		return -ENOMEM;
	}
	*ret = rule;
	return 0;
}

/* Copies of the conditions that say anything. */
static int copy_fits(struct rule *rule, const struct yg_fit *fits, size_t count)
{
	while (count > 0 && fits[count - 1].kind == YG_FIT_ANY)
		count--;
	if (count == 0)
		return 0;
	rule->fits = calloc(count, sizeof(*rule->fits));
	if (!rule->fits)
		return -ENOMEM;
	for (; rule->fit_count < count; rule->fit_count++) {
		int r = yg_fit_copy(&rule->fits[rule->fit_count], &fits[rule->fit_count]);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Two documents say of one path what its values are: only where they agree it holds. */
static void loosen(struct rule *rule, const struct rule *twin)
{
	for (size_t i = 0; i < rule->fit_count; i++) {
		if (i >= twin->fit_count || !yg_fit_equal(&rule->fits[i], &twin->fits[i]))
			yg_fit_clean(&rule->fits[i]);
	}
}

static int make_rule_typed(const struct yg_template *template_, struct rule **ret)
{
	struct rule *rule = NULL;
	int r = make_rule(template_->service, template_->text, &rule);

	if (r < 0)
		return r;
	r = copy_fits(rule, template_->fits, template_->fit_count);
	if (r < 0) {
		free_rule(rule);
		return r;
	}
	rule->rank = template_->rank;
	*ret = rule;
	return 0;
}

int yg_templates_add(struct yg_templates *templates, const struct yg_template *added)
{
	struct yg_template template_ = *added;
	struct rule *rule = NULL, *twin;
	int count, r;

	if (template_.text.len == 0 || memchr(template_.text.ptr, '\0', template_.text.len))
		return -EINVAL;
	/* "/users/" is "/users": a final slash is a flag of the path, not a segment. */
	if (template_.text.len > 2 && template_.text.ptr[template_.text.len - 1] == '/')
		template_.text.len--;
	r = make_rule_typed(&template_, &rule);
	if (r < 0)
		return r;
	count = count_segments(rule->text);
	if (count < 0) {
		free_rule(rule);
		return count;
	}
	twin = take_rule(&templates->rules[count], template_.service, template_.text);
	templates->count -= twin != NULL;
	if (templates->count >= YG_TEMPLATES_MAX) {
		free_rule(rule);
		return -ENOSPC;
	}
	find_literal(rule);
	if (twin) {
		loosen(rule, twin);
		rule->rank = twin->rank > rule->rank ? twin->rank : rule->rank;
		free_rule(twin);
	}
	put_rule(&templates->rules[count], rule);
	templates->count++;
	return 0;
}

static size_t count_placeholders(struct yg_slice segment)
{
	size_t count = 0;

	for (size_t i = 0; i < segment.len; i++)
		count += segment.ptr[i] == '{';
	return count;
}

/* With @strict, values have to be what the document says of them. */
static bool fits_path(const struct rule *rule, const struct yg_path *path, bool strict)
{
	const char *p = rule->text;
	size_t at = 0;

	if (rule->literal.len > 0 &&
	    !yg_slice_equal(rule->literal, path->segments[rule->literal_at]))
		return false;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		struct yg_slice segment = next_segment(&p);
		size_t left = strict && at < rule->fit_count ? rule->fit_count - at : 0;

		if (!yg_fit_takes_segment(segment, left ? rule->fits + at : NULL, left,
					  path->segments[i]))
			return false;
		at += count_placeholders(segment);
	}
	return true;
}

static void read_path(const struct rule *rule, const struct yg_path *path, struct yg_route *ret)
{
	const char *p = rule->text;

	ret->count = path->segment_count;
	ret->known = true;
	for (uint32_t i = 0; i < path->segment_count; i++) {
		size_t stem;

		ret->segments[i] = (struct yg_route_segment){
			.token = yg_token_from_segment(path->segments[i], &stem),
			.parameter = has_placeholder(next_segment(&p)),
			.stem_len = (uint32_t)path->segments[i].len,
		};
	}
}

struct yg_slice yg_templates_match(const struct yg_templates *templates, struct yg_slice service,
				   const struct yg_path *path, bool strict, struct yg_route *ret)
{
	const struct rule *rule = templates->rules[path->segment_count];

	if (path->flags & YG_PATH_CUT)
		return (struct yg_slice){ 0 };
	while (rule && (!is_of(rule, service) || !fits_path(rule, path, strict)))
		rule = rule->next;
	if (!rule)
		return (struct yg_slice){ 0 };
	read_path(rule, path, ret);
	return yg_slice_from_str(rule->text);
}

enum yg_template_rank yg_templates_rank(const struct yg_templates *templates,
					struct yg_slice service, struct yg_slice template_)
{
	enum yg_template_rank rank = YG_TEMPLATE_RANK_MAX;
	uint32_t count = 0;

	for (size_t i = 0; i + 1 < template_.len; i++)
		count += template_.ptr[i] == '/';
	if (count > YG_PATH_SEGMENTS_MAX)
		return rank;
	for (const struct rule *rule = templates->rules[count]; rule; rule = rule->next) {
		if (is_of(rule, service) &&
		    yg_slice_equal(yg_slice_from_str(rule->text), template_) &&
		    (rank == YG_TEMPLATE_RANK_MAX || rule->rank > rank))
			rank = rule->rank;
	}
	return rank;
}

uint32_t yg_templates_count(const struct yg_templates *templates)
{
	return templates->count;
}
