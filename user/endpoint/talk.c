/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/talk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/lru.h"

#define VERSION	   2u /* 1 had no calls */
#define NS_PER_S   1000000000ull
#define DIGITS_MAX 2u /* of a name: more, and it may be a number of somebody */
#define SIDES	   2u

struct yg_talks {
	struct yg_hash_key key;
	struct yg_lru *rows; /* struct yg_talk */
};

int yg_talks_new(const struct yg_hash_key *key, struct yg_talks **ret)
{
	struct yg_talks *talks = calloc(1, sizeof(*talks));
	int r;

	if (!talks)
		return -ENOMEM;
	talks->key = *key;
	r = yg_lru_new(YG_TALKS_MAX, sizeof(struct yg_talk), &talks->rows);
	if (r < 0)
		yg_talks_free(&talks);
	else
		*ret = talks;
	return r;
}

void yg_talks_free(struct yg_talks **talks)
{
	if (!*talks)
		return;
	yg_lru_free(&(*talks)->rows);
	free(*talks);
	*talks = NULL;
}

static uint64_t key_of(const struct yg_talks *talks, uint64_t endpoint)
{
	return yg_hash(&talks->key, &endpoint, sizeof(endpoint));
}

static struct yg_talk *get(struct yg_talks *talks, uint64_t endpoint)
{
	struct yg_talk *talk = yg_lru_get(talks->rows, key_of(talks, endpoint), NULL);

	talk->endpoint = endpoint;
	return talk;
}

static struct yg_talk *peek(const struct yg_talks *talks, uint64_t endpoint)
{
	struct yg_talk *talk = yg_lru_peek(talks->rows, key_of(talks, endpoint));

	return talk && talk->endpoint ? talk : NULL;
}

const struct yg_talk *yg_talks_find(const struct yg_talks *talks, uint64_t endpoint)
{
	return peek(talks, endpoint);
}

/* --- masking -------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The name that begins behind the quotation mark at @at. Return: its bytes; 0: it is no name. */
static size_t name_at(struct yg_slice text, size_t at)
{
	size_t end = at + 1, colon;
	unsigned digits = 0;

	while (end < text.len && end - at <= YG_TALK_NAME_MAX && text.ptr[end] != '"') {
		char c = text.ptr[end++];

		digits += is_digit(c);
		if (digits > DIGITS_MAX || (!is_letter(c) && !is_digit(c) && !strchr("_-.", c)))
			return 0;
	}
	if (end >= text.len || text.ptr[end] != '"' || end == at + 1 ||
	    !is_letter(text.ptr[at + 1]))
		return 0;
	for (colon = end + 1; colon < text.len && text.ptr[colon] == ' ';)
		colon++;
	return colon < text.len && text.ptr[colon] == ':' ? end - at - 1 : 0;
}

/* Bytes of the literal at @at that is a word of its own; 0: none. */
static size_t literal_at(struct yg_slice text, size_t at)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t end = at;

	while (end < text.len && is_letter(text.ptr[end]))
		end++;
	for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
		if (yg_slice_equal((struct yg_slice){ text.ptr + at, end - at },
				   yg_slice_from_str(words[i])))
			return end - at;
	}
	return 0;
}

static char mask(char c)
{
	if (is_letter(c))
		return 'a';
	if (is_digit(c))
		return '0';
	if (c == '\t' || c == '\r' || c == '\n')
		return ' ';
	if (c < ' ' || c > '~')
		return '*';
	return c;
}

/* Bytes from @at on that are shown as they are. */
static size_t plain_at(struct yg_slice text, size_t at)
{
	size_t name = text.ptr[at] == '"' ? name_at(text, at) : 0;

	if (name)
		return name + 2; /* with both marks */
	if (at > 0 && (is_letter(text.ptr[at - 1]) || text.ptr[at - 1] == '"'))
		return 0;
	return literal_at(text, at);
}

void yg_talk_mask(struct yg_slice text, char *ret, size_t cap)
{
	size_t used = 0, run = 0;

	for (size_t at = 0; at < text.len && used + 1 < cap;) {
		size_t plain = plain_at(text, at);
		char c = mask(text.ptr[at]);

		if (plain > cap - 1 - used)
			break;
		if (plain) {
			memcpy(ret + used, text.ptr + at, plain);
			used += plain;
			at += plain;
			run = 0;
			continue;
		}
		run = used > 0 && ret[used - 1] == c && (c == 'a' || c == '0' || c == '*') ? run + 1
											   : 1;
		if (run <= YG_TALK_RUN_MAX)
			ret[used++] = c;
		at++;
	}
	ret[used] = '\0';
}

/* --- counting ------------------------------------------------------------------------------- */

static void add_tally(struct yg_ws_tally *into, const struct yg_ws_tally *from, uint64_t weight)
{
	into->messages += weight * from->messages;
	into->text += weight * from->text;
	into->binary += weight * from->binary;
	into->compressed += weight * from->compressed;
	into->control += weight * from->control;
	into->bytes += weight * from->bytes;
}

void yg_talks_add(struct yg_talks *talks, uint64_t endpoint, const struct yg_websocket *websocket,
		  uint32_t weight)
{
	struct yg_talk *talk = get(talks, endpoint);

	weight = weight ? weight : 1;
	if (!talk->first_ns || websocket->start_ns < talk->first_ns)
		talk->first_ns = websocket->start_ns;
	if (websocket->end_ns > talk->last_ns)
		talk->last_ns = websocket->end_ns;
	talk->sockets += websocket->is_first ? weight : 0;
	if (websocket->is_ended) {
		talk->ended += weight;
		talk->seconds += weight * (websocket->end_ns - websocket->start_ns) / NS_PER_S;
	}
	for (unsigned side = 0; side < SIDES; side++) {
		struct yg_talk_side *into = &talk->sides[side];

		add_tally(&into->said, &websocket->news[side], weight);
		if (websocket->said[side]->largest > into->largest)
			into->largest = websocket->said[side]->largest;
		if (websocket->is_ended)
			talk->lost += websocket->said[side]->is_lost ? weight : 0;
		if (websocket->text[side].len)
			yg_talk_mask(websocket->text[side], into->sample, sizeof(into->sample));
	}
	if (websocket->calls)
		yg_talk_calls_add(&talk->calls, websocket->calls, websocket->start_ns,
				  websocket->end_ns, weight);
	talk->dirty = true;
}

static void merge(struct yg_talk *into, const struct yg_talk *from)
{
	if (!into->first_ns || from->first_ns < into->first_ns)
		into->first_ns = from->first_ns;
	if (from->last_ns > into->last_ns)
		into->last_ns = from->last_ns;
	into->sockets += from->sockets;
	into->ended += from->ended;
	into->lost += from->lost;
	into->seconds += from->seconds;
	for (unsigned side = 0; side < SIDES; side++) {
		add_tally(&into->sides[side].said, &from->sides[side].said, 1);
		if (from->sides[side].largest > into->sides[side].largest)
			into->sides[side].largest = from->sides[side].largest;
		if (!into->sides[side].sample[0])
			memcpy(into->sides[side].sample, from->sides[side].sample,
			       sizeof(into->sides[side].sample));
	}
	yg_talk_calls_merge(&into->calls, &from->calls);
	into->dirty = true;
}

void yg_talks_drop(struct yg_talks *talks, uint64_t endpoint)
{
	struct yg_talk *talk = peek(talks, endpoint);

	/* An empty row counts for nobody, and goes as the least used. */
	if (talk)
		*talk = (struct yg_talk){ 0 };
}

void yg_talks_fold(struct yg_talks *talks, uint64_t from, uint64_t into)
{
	const struct yg_talk *talk = peek(talks, from);
	struct yg_talk old;

	if (!talk)
		return;
	old = *talk;
	yg_talks_drop(talks, from);
	merge(get(talks, into), &old);
}

void yg_talks_each(const struct yg_talks *talks, yg_talk_fn fn, void *ctx)
{
	for (uint32_t i = yg_lru_first(talks->rows); i; i = yg_lru_next(talks->rows, i)) {
		const struct yg_talk *talk = yg_lru_at(talks->rows, i);

		if (talk->endpoint)
			fn(ctx, talk);
	}
}

/* --- keeping -------------------------------------------------------------------------------- */

bool yg_talks_pack(struct yg_talks *talks, uint64_t endpoint, bool changed_only,
		   struct yg_writer *writer)
{
	struct yg_talk *talk = peek(talks, endpoint);

	if (!talk || (changed_only && !talk->dirty))
		return false;
	yg_put_varint(writer, VERSION);
	yg_put_u64(writer, talk->endpoint);
	yg_put_varint(writer, talk->sockets);
	yg_put_varint(writer, talk->ended);
	yg_put_varint(writer, talk->lost);
	yg_put_u64(writer, talk->first_ns);
	yg_put_u64(writer, talk->last_ns);
	yg_put_varint(writer, talk->seconds);
	for (unsigned side = 0; side < SIDES; side++) {
		const struct yg_talk_side *from = &talk->sides[side];

		yg_put_varint(writer, from->said.messages);
		yg_put_varint(writer, from->said.text);
		yg_put_varint(writer, from->said.binary);
		yg_put_varint(writer, from->said.compressed);
		yg_put_varint(writer, from->said.control);
		yg_put_varint(writer, from->said.bytes);
		yg_put_varint(writer, from->largest);
		yg_put_text(writer, yg_slice_from_str(from->sample));
	}
	yg_talk_calls_pack(&talk->calls, writer);
	talk->dirty = false;
	return true;
}

static void unpack_side(struct yg_talk_side *side, struct yg_reader *reader)
{
	side->said.messages = yg_get_varint(reader);
	side->said.text = yg_get_varint(reader);
	side->said.binary = yg_get_varint(reader);
	side->said.compressed = yg_get_varint(reader);
	side->said.control = yg_get_varint(reader);
	side->said.bytes = yg_get_varint(reader);
	side->largest = yg_get_varint(reader);
	yg_get_string(reader, side->sample, sizeof(side->sample));
}

int yg_talks_unpack(struct yg_talks *talks, struct yg_reader *reader)
{
	uint64_t version = yg_get_varint(reader);
	struct yg_talk talk = { 0 };

	if (version == 0 || version > VERSION)
		return -EINVAL;
	talk.endpoint = yg_get_u64(reader);
	talk.sockets = yg_get_varint(reader);
	talk.ended = yg_get_varint(reader);
	talk.lost = yg_get_varint(reader);
	talk.first_ns = yg_get_u64(reader);
	talk.last_ns = yg_get_u64(reader);
	talk.seconds = yg_get_varint(reader);
	for (unsigned side = 0; side < SIDES; side++)
		unpack_side(&talk.sides[side], reader);
	if (version > 1)
		yg_talk_calls_unpack(&talk.calls, reader);
	if (reader->bad || reader->used != reader->len || talk.endpoint == 0)
		return -EINVAL;
	*get(talks, talk.endpoint) = talk;
	return 0;
}

uint32_t yg_talks_count(const struct yg_talks *talks)
{
	return yg_lru_count(talks->rows);
}

uint64_t yg_talks_evicted(const struct yg_talks *talks)
{
	return yg_lru_evicted(talks->rows);
}
