/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/relation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lru.h"

struct yg_relations {
	struct yg_hash_key key;
	struct yg_lru *rows; /* struct yg_relation */
};

int yg_relations_new(const struct yg_hash_key *key, struct yg_relations **ret)
{
	struct yg_relations *relations = calloc(1, sizeof(*relations));
	int r;

	if (!relations)
		return -ENOMEM;
	relations->key = *key;
	r = yg_lru_new(YG_RELATIONS_MAX, sizeof(struct yg_relation), &relations->rows);
	if (r < 0)
		yg_relations_free(&relations);
	else
		*ret = relations;
	return r;
}

void yg_relations_free(struct yg_relations **relations)
{
	if (!*relations)
		return;
	yg_lru_free(&(*relations)->rows);
	free(*relations);
	*relations = NULL;
}

static struct yg_relation *find_row(struct yg_relations *relations, uint64_t from, uint64_t into)
{
	uint64_t pair[2] = { from, into };
	struct yg_relation *row =
		yg_lru_get(relations->rows, yg_hash(&relations->key, pair, sizeof(pair)), NULL);

	row->from = from;
	row->into = into;
	return row;
}

static void merge(struct yg_relation *row, const struct yg_relation *from)
{
	if (row->requests == 0 || from->first_ns < row->first_ns)
		row->first_ns = from->first_ns;
	if (from->last_ns >= row->last_ns) {
		row->last_ns = from->last_ns;
		row->kind = from->kind;
	}
	row->requests += from->requests;
	row->told += from->told;
	row->telling += from->telling;
}

void yg_relations_add(struct yg_relations *relations, const struct yg_relation *relation,
		      uint64_t time_ns)
{
	const struct yg_relation one = {
		.requests = 1, .first_ns = time_ns, .last_ns = time_ns, .kind = relation->kind
	};

	merge(find_row(relations, relation->from, relation->into), &one);
}

/* Rows that were folded are left empty: they count for nobody, and go as the least used. */
void yg_relations_fold(struct yg_relations *relations, uint64_t from, uint64_t into)
{
	uint32_t count = yg_lru_count(relations->rows);

	for (uint32_t i = yg_lru_first(relations->rows); i && count > 0; count--) {
		struct yg_relation *row = yg_lru_at(relations->rows, i);
		struct yg_relation old = *row;

		i = yg_lru_next(relations->rows, i);
		if (old.requests == 0 || (old.from != from && old.into != from))
			continue;
		row->requests = row->told = row->telling = 0;
		merge(find_row(relations, old.from == from ? into : old.from,
			       old.into == from ? into : old.into),
		      &old);
	}
}

void yg_relations_news(struct yg_relations *relations, uint32_t max, yg_relation_fn fn, void *ctx)
{
	for (uint32_t i = yg_lru_first(relations->rows); i; i = yg_lru_next(relations->rows, i)) {
		struct yg_relation *row = yg_lru_at(relations->rows, i);
		struct yg_relation news = *row;

		news.requests = row->requests - row->told;
		row->telling = row->told;
		if (news.requests == 0 || max == 0)
			continue;
		row->telling = row->requests;
		max--;
		fn(ctx, &news);
	}
}

void yg_relations_told(struct yg_relations *relations)
{
	for (uint32_t i = yg_lru_first(relations->rows); i; i = yg_lru_next(relations->rows, i)) {
		struct yg_relation *row = yg_lru_at(relations->rows, i);

		row->told = row->telling;
	}
}

void yg_relations_each(const struct yg_relations *relations, yg_relation_fn fn, void *ctx)
{
	for (uint32_t i = yg_lru_first(relations->rows); i; i = yg_lru_next(relations->rows, i)) {
		const struct yg_relation *row = yg_lru_at(relations->rows, i);

		if (row->requests > 0)
			fn(ctx, row);
	}
}

uint32_t yg_relations_count(const struct yg_relations *relations)
{
	return yg_lru_count(relations->rows);
}

uint64_t yg_relations_evicted(const struct yg_relations *relations)
{
	return yg_lru_evicted(relations->rows);
}

const char *yg_relation_kind_name(enum yg_relation_kind kind)
{
	return kind == YG_RELATION_THIRD_PARTY ? "third-party" : "upstream";
}

/* Source: RFC 1918, RFC 3927, RFC 4193, RFC 4291, RFC 6598. */
enum yg_relation_kind yg_relation_kind_of(const struct yg_address *server)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	const uint8_t *b = server->bytes;
	bool is_private;

	if (yg_address_is_v4(server))
		is_private = b[12] == 10 || b[12] == 127 ||
			     (b[12] == 172 && (b[13] & 0xf0) == 16) ||
			     (b[12] == 192 && b[13] == 168) || (b[12] == 169 && b[13] == 254) ||
			     (b[12] == 100 && (b[13] & 0xc0) == 64);
	else
		is_private = yg_address_is_unknown(server) || (b[0] & 0xfe) == 0xfc ||
			     (b[0] == 0xfe && (b[1] & 0xc0) == 0x80) ||
			     memcmp(b, loopback, sizeof(loopback)) == 0;
	return is_private ? YG_RELATION_UPSTREAM : YG_RELATION_THIRD_PARTY;
}
