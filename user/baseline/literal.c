/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/literal.h"

#include <errno.h>
#include <hs/hs.h>
#include <string.h>

struct yg_literals {
	hs_database_t *database;
	hs_scratch_t *scratch;
};

struct hits {
	yg_literal_fn fn;
	void *ctx;
};

int yg_literals_new(const struct yg_literal *rows, uint32_t count, struct yg_literals **ret)
{
	YG_CLEANUP(yg_literals_free) struct yg_literals *literals = NULL;
	const char *texts[YG_LITERALS_MAX];
	size_t lens[YG_LITERALS_MAX];
	unsigned int flags[YG_LITERALS_MAX], ids[YG_LITERALS_MAX];
	hs_compile_error_t *error = NULL;
	bool wrong;

	if (count == 0 || count > YG_LITERALS_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < count; i++) {
		texts[i] = rows[i].text;
		lens[i] = strlen(rows[i].text);
		flags[i] = rows[i].nocase ? HS_FLAG_CASELESS : 0;
		ids[i] = rows[i].id;
	}
	literals = calloc(1, sizeof(*literals));
	if (!literals)
		return -ENOMEM;
	if (hs_compile_lit_multi(texts, flags, ids, lens, count, HS_MODE_BLOCK, NULL,
				 &literals->database, &error) != HS_SUCCESS) {
		wrong = error && error->expression >= 0;
		(void)hs_free_compile_error(error);
		return wrong ? -EINVAL : -ENOMEM;
	}
	if (hs_alloc_scratch(literals->database, &literals->scratch) != HS_SUCCESS)
		return -ENOMEM;
	*ret = YG_TAKE_PTR(literals);
	return 0;
}

void yg_literals_free(struct yg_literals **literals)
{
	if (!*literals)
		return;
	(void)hs_free_scratch((*literals)->scratch);
	(void)hs_free_database((*literals)->database);
	free(*literals);
	*literals = NULL;
}

static int take_hit(unsigned int id, unsigned long long from, unsigned long long to,
		    unsigned int flags, void *ctx)
{
	const struct hits *hits = ctx;

	(void)from, (void)flags;
	return !hits->fn(hits->ctx, id, (size_t)to);
}

void yg_literals_scan(const struct yg_literals *literals, struct yg_slice text, yg_literal_fn fn,
		      void *ctx)
{
	struct hits hits = { fn, ctx };

	if (text.len > 0 && text.len <= UINT32_MAX)
		(void)hs_scan(literals->database, text.ptr, (unsigned int)text.len, 0,
			      literals->scratch, take_hit, &hits);
}
