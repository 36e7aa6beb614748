/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API3: properties of an object that its peers are without.
 *
 * excessive-data-exposure: answers to GET hold a property that says more than a caller should know,
 *	by its name, which the same object lacks where another endpoint answers it. The same object:
 *	the same last word of the path, one or many of it, and four in five of the other's fields.
 *	Endpoints of administration may hold more, and are left out.
 * unexpected-property: a property that a server sets itself (a role, a balance, an owner) in a
 *	request that was accepted, where PEERS_MIN requests before did not have it, but RARE_MAX.
 */
#include <errno.h>
#include <stdio.h>

#include "detect/posture_inside.h"

#define PEERS_MIN   20u /* requests before a property that none had is unexpected */
#define RARE_MAX    2u	/* of these may have had it, ... */
#define RARE_SHARE  50u /* ... or one in so many */
#define ANSWERS_MIN 16u /* of a peer, before what it lacks counts */
#define SHARED_MIN  3u	/* fields that both answers have */
#define PEERS_EACH  4u	/* endpoints of one object */
#define NOUN_CAP    64u
#define VERSION	    1u /* of a packed object */

static const char *const telling[] = {
	"a hash of a password",	    "a key or a token",	   "an identity number",
	"a flag of administration", "an internal note",	   "output of a debugger",
	"a score or a salary",	    "a price of purchase",
};

_Static_assert(sizeof(telling) / sizeof(telling[0]) == YG_TELLING_MAX, "a name for each");

/* How one endpoint answers an object. */
struct peer {
	uint64_t endpoint;
	uint64_t names; /* bits of its fields, by hash */
	uint32_t answers;
	uint32_t telling; /* bits of what it held */
	char template_[96];
};

/* One object of one service, by where it is asked for. The peer that answers least makes room. */
struct yg_posture_object {
	struct peer peers[PEERS_EACH];
	bool dirty;
};

int yg_posture_open_objects(struct yg_posture *posture)
{
	return yg_lru_new(YG_POSTURE_OBJECTS, sizeof(struct yg_posture_object), &posture->objects);
}

/* The last word of a template that is no parameter, and whether one of it is asked for or many. */
static size_t read_noun(const char *template_, char *ret)
{
	const char *at = template_ + strlen(template_);
	bool one = at > template_ && at[-1] == '}';
	size_t len = 0;

	while (at > template_) {
		const char *end = at;

		while (at > template_ && at[-1] != '/')
			at--;
		len = (size_t)(end - at);
		if (len > 0 && *at != '{' && len + 2 < NOUN_CAP)
			break;
		len = 0;
		at -= at > template_;
	}
	if (len == 0)
		return 0;
	memcpy(ret, at, len);
	ret[len++] = one ? '1' : '*';
	return len;
}

static bool is_of_administration(const char *template_)
{
	static const char *const words[] = { "admin", "internal",   "manage",
					     "staff", "backoffice", "debug" };

	return yg_text_has_any(yg_slice_from_str(template_), words, YG_ARRAY_SIZE(words));
}

static struct yg_posture_object *object_of(const struct yg_look *look)
{
	char noun[NOUN_CAP];
	size_t len = read_noun(look->about->template_, noun);

	if (len == 0)
		return NULL;
	return yg_lru_get(look->posture->objects,
			  (yg_posture_hash(look->posture, (struct yg_slice){ noun, len }) ^
			   yg_hash_mix(look->whole->id)) |
				  1,
			  NULL);
}

static struct peer *peer_of(const struct yg_look *look, struct yg_posture_object *object)
{
	struct peer *least = &object->peers[0];

	for (uint32_t i = 0; i < PEERS_EACH; i++) {
		struct peer *peer = &object->peers[i];

		if (peer->endpoint == look->about->id)
			return peer;
		if (peer->answers < least->answers)
			least = peer;
	}
	*least = (struct peer){ .endpoint = look->about->id };
	(void)snprintf(least->template_, sizeof(least->template_), "%.95s", look->about->template_);
	return least;
}

/* Is it the same object that @other answers, without what @peer just held? */
static bool lacks(const struct peer *other, const struct peer *peer, uint32_t held)
{
	int shared = __builtin_popcountll(other->names & peer->names);

	return other != peer && other->answers >= ANSWERS_MIN && !(other->telling & held) &&
	       shared >= (int)SHARED_MIN && shared * 5 >= __builtin_popcountll(other->names) * 4;
}

static void judge_exposure(struct yg_look *look, const struct yg_posture_object *object,
			   const struct peer *peer, uint32_t held)
{
	for (uint32_t i = 0; i < YG_TELLING_MAX; i++) {
		for (uint32_t k = 0; (held >> i & 1) && k < PEERS_EACH; k++) {
			if (!lacks(&object->peers[k], peer, 1u << i))
				continue;
			yg_judge(look, YG_POSTURE_EXCESSIVE, true,
				 "The answer holds %s, which the same object lacks in %s",
				 telling[i], object->peers[k].template_);
			return;
		}
	}
	yg_judge(look, YG_POSTURE_EXCESSIVE, false, "%s", "");
}

static void check_answer(struct yg_look *look)
{
	const struct yg_shown *shown = &look->posture->shown;
	struct yg_posture_object *object;
	struct peer *peer;

	if (!shown->any || !shown->names || !yg_slice_equal(look->method, YG_SLICE("GET")) ||
	    is_of_administration(look->about->template_))
		return;
	object = object_of(look);
	if (!object)
		return;
	peer = peer_of(look, object);
	peer->names |= shown->names;
	peer->answers += peer->answers < UINT32_MAX;
	peer->telling |= shown->telling;
	object->dirty = true;
	judge_exposure(look, object, peer, shown->telling);
}

/* Of the requests that were learned from, did next to none have this member at the top? */
static bool is_rare(const struct yg_schema *schema, struct yg_slice name)
{
	uint32_t root = yg_schema_root(schema, YG_SCHEMA_REQUEST), requests;
	struct yg_schema_field known;

	if (!root)
		return false;
	yg_schema_field(schema, root, &known);
	requests = known.seen;
	if (requests < PEERS_MIN || known.map)
		return false;
	for (uint32_t field = yg_schema_first(schema, root); field;
	     field = yg_schema_next(schema, field)) {
		yg_schema_field(schema, field, &known);
		if (yg_slice_equal(known.name, name))
			return known.seen <= RARE_MAX || known.seen <= requests / RARE_SHARE;
	}
	return true;
}

static void check_request(struct yg_look *look)
{
	const struct yg_shown *shown = &look->posture->shown;

	if (!look->scene->schema || look->scene->exchange->request.body.len == 0)
		return;
	for (uint32_t i = 0; i < shown->set_count; i++) {
		struct yg_slice name = shown->set[i];

		if (!is_rare(look->scene->schema, name))
			continue;
		yg_judge(look, YG_POSTURE_UNEXPECTED, true,
			 "A request set '%.*s', which others never send, and was answered %u",
			 (int)name.len, name.ptr, look->status);
		return;
	}
	yg_judge(look, YG_POSTURE_UNEXPECTED, false, "%s", "");
}

void yg_posture_check_objects(struct yg_look *look)
{
	if (!look->endpoint || !look->accepted)
		return;
	check_request(look);
	if (look->full)
		check_answer(look);
}

/* --- over a restart ------------------------------------------------------------------------- */

uint32_t yg_posture_next_object(const struct yg_posture *posture, uint32_t i)
{
	return i ? yg_lru_next(posture->objects, i) : yg_lru_first(posture->objects);
}

bool yg_posture_pack_object(struct yg_posture *posture, uint32_t i, bool changed_only,
			    struct yg_writer *writer, uint64_t *ret_id)
{
	struct yg_posture_object *object = yg_lru_at(posture->objects, i);

	if (changed_only && !object->dirty)
		return false;
	object->dirty = false;
	*ret_id = i;
	yg_put_varint(writer, VERSION);
	yg_put_u64(writer, yg_lru_key(posture->objects, i));
	for (uint32_t k = 0; k < PEERS_EACH; k++) {
		const struct peer *peer = &object->peers[k];

		yg_put_u64(writer, peer->endpoint);
		yg_put_u64(writer, peer->names);
		yg_put_varint(writer, peer->answers);
		yg_put_varint(writer, peer->telling);
		yg_put_text(writer, yg_slice_from_str(peer->template_));
	}
	return true;
}

static void read_peer(struct yg_reader *reader, struct peer *ret)
{
	ret->endpoint = yg_get_u64(reader);
	ret->names = yg_get_u64(reader);
	ret->answers = yg_get_max(reader, UINT32_MAX);
	ret->telling = yg_get_max(reader, (1u << YG_TELLING_MAX) - 1);
	yg_get_string(reader, ret->template_, sizeof(ret->template_));
}

/* What it answered before it was saved, and since it was begun anew. */
static void join_peer(struct yg_posture_object *object, const struct peer *saved)
{
	struct peer *free_row = NULL;

	for (uint32_t i = 0; i < PEERS_EACH; i++) {
		struct peer *peer = &object->peers[i];

		if (peer->endpoint == saved->endpoint) {
			peer->names |= saved->names;
			peer->telling |= saved->telling;
			peer->answers = saved->answers > UINT32_MAX - peer->answers
						? UINT32_MAX
						: peer->answers + saved->answers;
			return;
		}
		if (peer->endpoint == 0)
			free_row = peer;
	}
	if (free_row)
		*free_row = *saved;
}

int yg_posture_unpack_object(struct yg_posture *posture, struct yg_reader *reader)
{
	struct yg_posture_object saved = { .dirty = false }, *object;
	uint64_t key;

	if (yg_get_varint(reader) != VERSION)
		return -EINVAL;
	key = yg_get_u64(reader);
	for (uint32_t i = 0; i < PEERS_EACH; i++)
		read_peer(reader, &saved.peers[i]);
	if (reader->bad || reader->used != reader->len || key == 0)
		return -EINVAL;
	object = yg_lru_get(posture->objects, key, NULL);
	for (uint32_t i = 0; i < PEERS_EACH; i++) {
		if (saved.peers[i].endpoint)
			join_peer(object, &saved.peers[i]);
	}
	object->dirty = true; /* its place in the table may be another one */
	return 0;
}
