/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API10: what this host asks of servers that are not on a private network, and what they answer.
 *
 * third-party-cleartext: a call without TLS; one step less without a credential.
 * third-party-sensitive-data: a request with cards, accounts, identity numbers or keys, as many
 *	values of the field have made likely; one step less under TLS. Personal data without TLS
 *	weighs the same as those under TLS.
 * third-party-personal-data: names, addresses, mail and the like, under TLS.
 * third-party-redirect: an answer that leads to another host; third-party-internal-url, if it is
 *	one of a private network. The rest of that rule is in posture_inject.c.
 * third-party-odd-answer: HTML where JSON was asked for; a kind of body that the endpoint never
 *	answered with; JSON that breaks off; ten times the size of what it answers otherwise.
 * third-party-slow: an answer that took half a minute or more.
 * third-party-failing: half of the last 32 calls or more were answered 5xx, not at all, not to the
 *	end, or in JSON that breaks off.
 * third-party-schema-change: a field or a type that its answers never had; see posture_spec.c.
 * third-party-unreachable: half of the last 32 TLS handshakes or more were refused by an alert.
 * third-party-issuer-change: another issuer than before, where a handshake shows the certificate:
 *	up to TLS 1.2. TLS 1.3 hides it.
 */
#include "detect/party.h"
#include "detect/posture_inside.h"
#include "endpoint/trait.h"
#include "parse/handshake.h"
#include "parse/url.h"

#define ODD_RATIO 10u	     /* times the 99th percentile ... */
#define ODD_MIN	  (1u << 20) /* ... and at least so many bytes */
#define SLOW_NS	  30000000000ull
#define CALLS_MIN 32u  /* calls that failures are counted of; twice as many are halved */
#define KINDS_MIN 16u  /* answers before another kind of body is odd */
#define NAMES_CAP 120u /* bytes of the names of classes in a cause */

/* Data of a person that is no secret by itself. */
static bool is_personal(uint32_t class_)
{
	static const uint8_t classes[] = {
		YG_DATA_PHONE,	YG_DATA_ADDRESS,    YG_DATA_PERSON_NAME,
		YG_DATA_EMAIL,	YG_DATA_BIRTH_DATE, YG_DATA_GEO,
		YG_DATA_INCOME, YG_DATA_BALANCE,    YG_DATA_TRANSACTION
	};

	for (size_t i = 0; i < YG_ARRAY_SIZE(classes); i++) {
		if (class_ == classes[i])
			return true;
	}
	return false;
}

/* Names of what a request carries, of one kind. */
struct names {
	char text[NAMES_CAP];
	size_t len;
};

static void add_name(struct names *names, const char *name)
{
	int n;

	if (strstr(names->text, name))
		return;
	n = snprintf(names->text + names->len, sizeof(names->text) - names->len, "%s%s",
		     names->len ? ", " : "", name);
	if (n < 0 || (size_t)n >= sizeof(names->text) - names->len)
		names->text[names->len] = '\0';
	else
		names->len += (size_t)n;
}

static void judge_data(struct yg_look *look)
{
	const struct yg_data_seen *seen = look->scene->data;
	struct names grave = { .len = 0 }, personal = { .len = 0 };
	bool tls = look->scene->exchange->tls;
	const struct names *names;

	if (!look->accepted || !seen || !seen->looked || !look->scene->fields)
		return;
	for (uint32_t i = 0; i < seen->count; i++) {
		const struct yg_data_item *item = &seen->items[i];

		if (item->response ||
		    (!yg_data_class_is_grave(item->class_) && !is_personal(item->class_)))
			continue;
		if (yg_data_level_at(look->scene->fields, look->about->index, item->field) >=
		    YG_DATA_LIKELY)
			add_name(is_personal(item->class_) ? &personal : &grave,
				 yg_data_class_name(look->scene->fields, item->class_));
	}
	names = grave.len ? &grave : &personal;
	look->lower = tls || !grave.len;
	yg_judge(look, YG_POSTURE_THIRD_SENSITIVE, grave.len || (personal.len && !tls),
		 tls ? "%s went to a third party" : "%s went to a third party without TLS",
		 names->text);
	look->lower = false;
	yg_judge(look, YG_POSTURE_THIRD_PERSONAL, personal.len && tls, "%s went to a third party",
		 personal.text);
}

/* An answer of a lesson that came whole, and whose JSON has no end. */
static bool is_malformed(const struct yg_look *look)
{
	const struct yg_injected *injected = &look->posture->injected;
	const struct yg_message *response = &look->scene->exchange->response;
	const struct yg_body_view *body;

	if (!look->full || !injected->looked || !injected->ends_early || !response->complete ||
	    response->body_gap)
		return false;
	body = yg_bodies_response(look->scene->bodies);
	return body->kind == YG_BODY_KIND_JSON && body->text.len > 0 && !body->cut;
}

/* Is it of a kind that the first answers did not have? */
static bool is_other_kind(struct yg_look *look, enum yg_body_kind kind)
{
	struct yg_place *place = look->endpoint;
	uint16_t bit = (uint16_t)(1u << kind);

	if (kind == YG_BODY_KIND_NONE)
		return false;
	if (place->kind_count >= KINDS_MIN)
		return !(place->kinds & bit);
	place->kinds |= bit;
	place->kind_count++;
	return false;
}

static void judge_answer(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	const struct yg_profile *profile = look->scene->profile;
	uint64_t size = exchange->response.body_bytes;
	bool html = yg_text_begins(look->heads.type, "text/html");
	enum yg_body_kind kind;
	struct yg_slice accept;

	if (!look->accepted || !look->full)
		return;
	kind = yg_bodies_response(look->scene->bodies)->kind;
	accept = html ? yg_message_find(&exchange->request, YG_HEADER_ACCEPT)
		      : (struct yg_slice){ NULL, 0 };
	if (html && yg_text_has(accept, "json") && !yg_text_has(accept, "html")) {
		yg_judge(look, YG_POSTURE_THIRD_ODD, true,
			 "HTML was answered where JSON was asked for");
		return;
	}
	if (is_other_kind(look, kind)) {
		yg_judge(look, YG_POSTURE_THIRD_ODD, true,
			 "A body of the kind %s was answered, as never before",
			 yg_body_kind_name(kind));
		return;
	}
	if (is_malformed(look)) {
		yg_judge(look, YG_POSTURE_THIRD_ODD, true, "The JSON of an answer breaks off");
		return;
	}
	yg_judge(look, YG_POSTURE_THIRD_ODD,
		 size >= ODD_MIN && profile && yg_profile_is_learned(profile) &&
			 size / ODD_RATIO > yg_quantile_at(&profile->total.response_size, 0.99),
		 "%lu bytes were answered, ten times what is usual", (unsigned long)size);
}

static void judge_redirect(struct yg_look *look)
{
	struct yg_slice host;
	const char *shown;
	int len;

	if (!look->redirected && look->status != 301 && look->status != 308)
		return;
	if (!look->heads.location.ptr)
		yg_look_need_heads(look);
	/* Absent for a relative one. */
	host = yg_url_from_target(YG_SLICE("GET"), look->heads.location).host;
	shown = host.len > 0 ? host.ptr : "";
	len = (int)(host.len < 100 ? host.len : 100);
	if (yg_active_host(host) < YG_ACTIVE_MAX) {
		yg_judge(look, YG_POSTURE_THIRD_INTERNAL, true,
			 "The answer %u leads to the internal host %.*s", look->status, len, shown);
		return;
	}
	yg_judge(look, YG_POSTURE_THIRD_REDIRECT,
		 host.len > 0 && !yg_slice_equal_nocase(host, look->service),
		 "The answer %u leads to %.*s", look->status, len, shown);
}

static void count_call(struct yg_place *place, bool failed)
{
	if (place->calls >= 2 * CALLS_MIN) {
		place->calls /= 2;
		place->failed /= 2;
	}
	place->calls++;
	place->failed += failed;
}

static void judge_service(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	struct yg_place *place = look->endpoint;
	uint64_t start_ns = exchange->request.start_ns, begun_ns = exchange->response.start_ns;
	uint64_t took_ns = begun_ns > start_ns ? begun_ns - start_ns : 0;

	yg_judge(look, YG_POSTURE_THIRD_SLOW, took_ns >= SLOW_NS, "An answer took %u s",
		 (unsigned int)(took_ns / 1000000000));
	count_call(place, look->status >= 500 || exchange->broken || is_malformed(look));
	if (place->calls >= CALLS_MIN)
		yg_judge(look, YG_POSTURE_THIRD_FAILING, place->failed * 2 >= place->calls,
			 "%u of the last %u calls failed", place->failed, place->calls);
}

void yg_posture_check_outbound(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;

	if (!look->endpoint || !yg_address_is_public(&exchange->server.addr))
		return;
	look->lower = !look->credential;
	yg_judge(look, YG_POSTURE_THIRD_CLEARTEXT, !exchange->tls,
		 look->credential ? "A call with a credential went out over HTTP"
				  : "A call went out over HTTP");
	look->lower = false;
	judge_data(look);
	judge_answer(look);
	yg_posture_check_injected(look);
	judge_redirect(look);
	judge_service(look);
	yg_posture_check_drift(look);
}

/* An alert of ours, or of theirs, at the place of an answer. */
static void judge_refusal(struct yg_look *look, const struct yg_handshake *handshake)
{
	count_call(look->whole, handshake->is_refused);
	if (look->whole->calls >= CALLS_MIN)
		yg_judge(look, YG_POSTURE_THIRD_UNREACHABLE,
			 look->whole->failed * 2 >= look->whole->calls,
			 "%u of the last %u TLS handshakes were refused", look->whole->failed,
			 look->whole->calls);
}

void yg_posture_party(struct yg_posture *posture, const struct yg_handshake *handshake,
		      const struct yg_party *party, bool changed)
{
	struct yg_look look = {
		.posture = posture,
		.time_ns = handshake->time_ns,
		.service = yg_slice_from_str(party->host),
	};
	struct yg_slice issuer = handshake->certificate.issuer;

	look.whole = yg_posture_service(posture, look.service);
	judge_refusal(&look, handshake);
	if (handshake->is_refused || !handshake->has_certificate || !issuer.len)
		return;
	yg_judge(&look, YG_POSTURE_THIRD_ISSUER, changed,
		 "The issuer is %.*s, after %lu handshakes with others",
		 (int)(issuer.len < 100 ? issuer.len : 100), issuer.ptr,
		 (unsigned long)(party->handshakes - 1));
}
