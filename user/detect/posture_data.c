/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API2, API3 and API8 by the fields of JSON bodies.
 *
 * missing-authentication: 2xx to a GET without any credential, nor a field that may be one, whose
 * body has two private fields of different kinds, filled, five times, and not only contact data
 * (branches and shops publish theirs); nothing was ever refused there. Private is what a field is
 * called, or what its values are at least likely to be (baseline/data.h). One step less where no
 * caller of the service has ever shown a credential: callers may be known by other means.
 *
 * cacheable-private-data: the same fields in answer to a credential, without no-store, no-cache,
 * private or max-age=0.
 *
 * password-hash-exposed: a value that only a hash of a password looks like, or a digest in a field
 *	that is called so.
 * password-exposed: a field called password with a value that is no mask, in answer to GET, twice;
 *	one step less where the path says that credentials are what is asked for.
 * password-change-unconfirmed: a new password in an accepted request with a credential, without the
 *	one before, a code, or a token of a letter.
 * email-change-unconfirmed: the same of a new mail address, by its name, or to a path that ends so.
 * mass-assignment: a privileged field of the request stands in the answer with the same value.
 */
#include "detect/posture_inside.h"
#include "parse/values.h"

#define NAMES_DEPTH 4u /* containers around a field that an object is told by */

static bool is_masked(struct yg_slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] != '*' && value.ptr[i] != 'x' && value.ptr[i] != 'X' &&
		    value.ptr[i] != '.')
			return false;
	}
	return true; /* an empty one too */
}

/* Modular crypt format of the usual kinds: nothing else begins like this. */
static bool is_hash(struct yg_slice value)
{
	static const char *const begins[] = { "$2a$",	    "$2b$",    "$2y$",	"$argon2",
					      "$6$",	    "$5$",     "$1$",	"$scrypt$",
					      "pbkdf2_sha", "$pbkdf2", "{SSHA}" };

	if (value.len < 20 ||
	    !(value.ptr[0] == '$' || value.ptr[0] == '{' || yg_ascii_lower(value.ptr[0]) == 'p'))
		return false;
	for (size_t i = 0; i < YG_ARRAY_SIZE(begins); i++) {
		if (yg_text_begins(value, begins[i]))
			return true;
	}
	return false;
}

/* Of a field that is called a hash: hexadecimal or base64, and long enough for one. */
static bool is_digest(struct yg_slice value)
{
	if (value.len < 32)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = yg_ascii_lower(value.ptr[i]);

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("+/=$.:-_", c)))
			return false;
	}
	return true;
}

static bool is_filled(const struct yg_value *value)
{
	return (value->type == YG_VALUE_STRING && value->raw.len > 0 && !is_masked(value->raw)) ||
	       value->type == YG_VALUE_NUMBER;
}

static uint64_t hash_pair(const struct yg_posture *posture, const char *name, struct yg_slice value)
{
	return yg_posture_hash(posture, yg_slice_from_str(name)) ^
	       yg_hash_mix(yg_posture_hash(posture, value));
}

static uint64_t hash_name(const struct yg_value *value)
{
	return yg_hash_quick(value->name.ptr, value->name.len);
}

void yg_posture_visit_request(void *ctx, const struct yg_value *value)
{
	struct yg_posture *posture = ctx;
	struct yg_shown *shown = &posture->shown;
	char name[YG_NAME_CAP];
	uint32_t traits;

	yg_posture_take_url(posture, value);
	if (value->in != YG_VALUE_IN_BODY || !(shown->whole || value->depth == 1))
		return;
	traits = yg_posture_name_traits(posture, value->name, hash_name(value));
	if (!traits)
		return;
	shown->changes |= (traits & YG_NAME_FRESH) != 0;
	shown->confirms |= (traits & YG_NAME_PROOF) != 0;
	shown->mail |= (traits & YG_NAME_MAIL) != 0;
	shown->new_mail |= (traits & YG_NAME_NEW_MAIL) != 0;
	if ((traits & (YG_NAME_PRIVILEGED | YG_NAME_OWNED)) && value->depth == 1 &&
	    value->name.ptr && shown->set_count < YG_PRIVILEGED_MAX)
		shown->set[shown->set_count++] = value->name;
	/* Deeper ones are what the object is about: the grants of a key, the roles of a team. */
	if ((traits & YG_NAME_PRIVILEGED) && value->raw.ptr && value->depth == 1 &&
	    value->raw.len < 64 && shown->sent_count < YG_PRIVILEGED_MAX &&
	    yg_posture_fold_name(value->name, name))
		shown->sent[shown->sent_count++] = hash_pair(posture, name, value->raw);
}

/* A privileged field of the answer: is it one that was sent? */
static void take_privileged(struct yg_posture *posture, const struct yg_value *value)
{
	struct yg_shown *shown = &posture->shown;
	char name[YG_NAME_CAP];
	uint64_t hash;

	if (shown->sent_count == 0 || !yg_posture_fold_name(value->name, name))
		return;
	hash = hash_pair(posture, name, value->raw);
	for (uint32_t i = 0; i < shown->sent_count; i++)
		shown->taken |= shown->sent[i] == hash;
}

/* Documents and schemas: by members that only they have. */
static void take_marks(struct yg_shown *shown, const struct yg_value *value, uint32_t traits)
{
	if (value->depth == 1) {
		shown->paths |= (traits & YG_NAME_PATHS) != 0;
		shown->version |= (traits & YG_NAME_VERSION) != 0;
	}
	shown->schema |= (traits & YG_NAME_SCHEMA) != 0;
	shown->types |= (traits & YG_NAME_TYPES) != 0;
}

void yg_posture_visit_response(void *ctx, const struct yg_value *value)
{
	struct yg_posture *posture = ctx;
	struct yg_shown *shown = &posture->shown;
	uint64_t hash;
	uint32_t traits;

	if (posture->injected.looked) {
		yg_posture_visit_party(posture, value);
		return;
	}
	hash = hash_name(value);
	traits = yg_posture_name_traits(posture, value->name, hash);
	if (value->type == YG_VALUE_STRING && value->name.ptr && !value->cut &&
	    (is_hash(value->raw) || ((traits & YG_NAME_HASH) && is_digest(value->raw))))
		shown->hash = true;
	if (value->name.ptr && value->depth <= NAMES_DEPTH)
		shown->names |= 1ull << (hash % 64);
	if (!traits)
		return;
	take_marks(shown, value, traits);
	if (!value->raw.ptr)
		return;
	if (traits & YG_NAME_PRIVILEGED)
		take_privileged(posture, value);
	if (!is_filled(value) && value->type != YG_VALUE_BOOL)
		return;
	shown->telling |= traits >> YG_TELLING_SHIFT;
	if (value->type == YG_VALUE_BOOL)
		return;
	shown->password |= (traits & YG_NAME_PASSWORD) && value->type == YG_VALUE_STRING;
	shown->kinds |= traits & YG_NAME_KINDS;
}

static const struct {
	uint8_t class_;
	uint8_t kind;
} private_classes[] = {
	{ YG_DATA_EMAIL, 1 },
	{ YG_DATA_PHONE, 2 },
	{ YG_DATA_PERSON_NAME, 4 },
	{ YG_DATA_ADDRESS, 8 },
	{ YG_DATA_POSTAL_CODE, 8 },
	{ YG_DATA_BIRTH_DATE, 16 },
	{ YG_DATA_MY_NUMBER, 32 },
	{ YG_DATA_PASSPORT, 32 },
	{ YG_DATA_DRIVING_LICENCE, 32 },
	{ YG_DATA_RESIDENCE_CARD, 32 },
	{ YG_DATA_PENSION_NUMBER, 32 },
	{ YG_DATA_HEALTH, 32 },
	{ YG_DATA_HEALTH_NUMBER, 32 },
	{ YG_DATA_PAN, 64 },
	{ YG_DATA_IBAN, 64 },
	{ YG_DATA_BANK_ACCOUNT, 64 },
	{ YG_DATA_BALANCE, 128 },
	{ YG_DATA_TRANSACTION, 128 },
	{ YG_DATA_CREDIT_HISTORY, 128 },
	{ YG_DATA_INCOME, 128 },
};

/* Kinds by what the values are, whatever their fields are called; in Japanese as well. */
static uint32_t kinds_by_class(const struct yg_look *look)
{
	const struct yg_data_seen *seen = look->scene->data;
	uint32_t kinds = 0;

	for (uint32_t i = 0; seen && look->scene->fields && i < seen->count; i++) {
		const struct yg_data_item *item = &seen->items[i];

		if (!item->response || yg_data_level_at(look->scene->fields, look->about->index,
							item->field) < YG_DATA_LIKELY)
			continue;
		if (item->class_ >= YG_DATA_ID_US && item->class_ < YG_DATA_CLASS_MAX)
			kinds |= 32;
		for (size_t k = 0; k < YG_ARRAY_SIZE(private_classes); k++) {
			if (private_classes[k].class_ == item->class_)
				kinds |= private_classes[k].kind;
		}
	}
	return kinds;
}

/* Where to be reached is what branches and shops publish of themselves. */
static bool is_contact_only(uint32_t kinds)
{
	return (kinds & ~(1u | 2u | 8u)) == 0;
}

static bool may_be_kept(struct yg_slice cache)
{
	return !yg_text_has(cache, "no-store") && !yg_text_has(cache, "no-cache") &&
	       !yg_text_has(cache, "private") && !yg_text_has(cache, "max-age=0");
}

static void judge_private(struct yg_look *look, uint32_t kinds)
{
	bool private = __builtin_popcount(kinds) >= 2;

	if (!yg_slice_equal(look->method, YG_SLICE("GET")))
		return;
	if (look->credential) {
		yg_judge(look, YG_POSTURE_MISSING_AUTH, false, " ");
		yg_judge(look, YG_POSTURE_CACHEABLE,
			 private && may_be_kept(look->heads.cache) &&
				 !yg_text_has(look->heads.pragma, "no-cache"),
			 "%d kinds of private fields came without a Cache-Control that forbids it",
			 __builtin_popcount(kinds));
		return;
	}
	if (look->heads.unknown_credential || look->endpoint->denied > 0)
		return;
	look->lower = look->whole->with == 0;
	yg_judge(look, YG_POSTURE_MISSING_AUTH, private && !is_contact_only(kinds),
		 "%d kinds of private fields were answered without a credential",
		 __builtin_popcount(kinds));
	look->lower = false;
}

/* An endpoint that exists to hand out a password that the service has made. */
static bool gives_credentials(const struct yg_look *look)
{
	struct yg_slice path = { look->scene->path->text, look->scene->path->len };

	return yg_text_has(path, "credential") || yg_text_has(path, "secret");
}

/* PUT /me/email */
static bool changes_mail(const struct yg_look *look)
{
	static const char *const ends[] = { "/email",	     "/mail",	     "/change-email",
					    "/change_email", "/changeEmail", "/email-address" };
	struct yg_slice path = { look->scene->path->text, look->scene->path->len };

	for (size_t i = 0; i < YG_ARRAY_SIZE(ends); i++) {
		size_t len = strlen(ends[i]);

		if (path.len >= len && memcmp(path.ptr + path.len - len, ends[i], len) == 0)
			return !yg_slice_equal(look->method, YG_SLICE("POST")) ||
			       len > strlen("/email");
	}
	return false;
}

uint32_t yg_posture_wants(struct yg_posture *posture, const struct yg_exchange *exchange,
			  struct yg_bodies *bodies, enum yg_side side, bool lesson,
			  const struct yg_endpoint *party)
{
	const struct yg_message *response = &exchange->response;
	bool writes = !yg_slice_equal(exchange->request.method, YG_SLICE("GET"));
	enum yg_body_kind kind;

	if (side == YG_SIDE_REQUEST) {
		posture->shown = (struct yg_shown){ .whole = lesson };
		posture->injected.looked = false;
	}
	if (exchange->outbound)
		return side == YG_SIDE_REQUEST
			       ? 0
			       : yg_posture_wants_party(posture, exchange, bodies, party);
	if (!response->present || response->status < 200 || response->status >= 300)
		return 0;
	if (side == YG_SIDE_REQUEST)
		return YG_VALUES_QUERY | (writes ? YG_VALUES_BODY : 0);
	kind = yg_bodies_response(bodies)->kind;
	if (kind != YG_BODY_KIND_JSON && kind != YG_BODY_KIND_NDJSON && kind != YG_BODY_KIND_CBOR &&
	    kind != YG_BODY_KIND_MSGPACK)
		return 0;
	posture->shown.any = true;
	return YG_VALUES_BODY;
}

void yg_posture_check_data(struct yg_look *look)
{
	const struct yg_shown *shown = &look->posture->shown;

	if (!look->endpoint || !look->accepted)
		return;
	if (shown->changes && look->credential)
		yg_judge(look, YG_POSTURE_PASSWORD_CHANGE, !shown->confirms,
			 "A new password was set by a credential alone, and answered %u",
			 look->status);
	if ((shown->new_mail || (shown->mail && changes_mail(look))) && look->credential)
		yg_judge(look, YG_POSTURE_EMAIL_CHANGE, !shown->confirms,
			 "A new mail address was set by a credential alone, and answered %u",
			 look->status);
	if (!shown->any)
		return;
	yg_judge(look, YG_POSTURE_PASSWORD_HASH, shown->hash,
		 "The answer holds a value in the format of a password hash");
	if (yg_slice_equal(look->method, YG_SLICE("GET"))) {
		look->lower = gives_credentials(look);
		yg_judge(look, YG_POSTURE_PASSWORD_EXPOSED, shown->password,
			 "The answer holds a field called password with a value");
		look->lower = false;
	}
	if (shown->sent_count > 0)
		yg_judge(look, YG_POSTURE_MASS_ASSIGNMENT, shown->taken,
			 "A privileged field of the request stands in the answer, as sent");
	judge_private(look, shown->kinds | kinds_by_class(look));
}
