/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API10: what this host asks of servers that are not on a private network, and what they answer.
 *
 * third-party-cleartext: a call without TLS; one step less without a credential.
 * third-party-sensitive-data: a request with cards, accounts, identity numbers or keys, as many
 *	values of the field have made likely; one step less under TLS. Personal data without TLS
 *	weighs the same as those under TLS.
 * third-party-personal-data: names, addresses, mail and the like, under TLS.
 * third-party-redirect: an answer that leads to another host.
 * third-party-odd-answer: HTML where JSON was asked for; ten times the size of what the endpoint
 *	answers otherwise.
 * third-party-slow: an answer that took half a minute or more.
 * third-party-failing: half of the last 32 calls or more were answered 5xx.
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

static void judge_answer(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	const struct yg_profile *profile = look->scene->profile;
	uint64_t size = exchange->response.body_bytes;
	bool html = yg_text_begins(look->heads.type, "text/html");
	struct yg_slice accept;

	if (!look->accepted || !look->headed)
		return;
	accept = html ? yg_message_find(&exchange->request, YG_HEADER_ACCEPT)
		      : (struct yg_slice){ NULL, 0 };
	if (html && yg_text_has(accept, "json") && !yg_text_has(accept, "html")) {
		yg_judge(look, YG_POSTURE_THIRD_ODD, true,
			 "HTML was answered where JSON was asked for");
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

	if (!look->redirected && look->status != 301 && look->status != 308)
		return;
	if (!look->heads.location.ptr)
		yg_look_need_heads(look);
	/* Absent for a relative one. */
	host = yg_url_from_target(YG_SLICE("GET"), look->heads.location).host;
	yg_judge(look, YG_POSTURE_THIRD_REDIRECT,
		 host.len > 0 && !yg_slice_equal_nocase(host, look->service),
		 "The answer %u leads to %.*s", look->status,
		 (int)(host.len < 100 ? host.len : 100), host.ptr ? host.ptr : "");
}

static void judge_service(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	struct yg_place *place = look->endpoint;
	uint64_t start_ns = exchange->request.start_ns, begun_ns = exchange->response.start_ns;
	uint64_t took_ns = begun_ns > start_ns ? begun_ns - start_ns : 0;

	yg_judge(look, YG_POSTURE_THIRD_SLOW, took_ns >= SLOW_NS, "An answer took %u s",
		 (unsigned int)(took_ns / 1000000000));
	place->calls++;
	place->failed += look->status >= 500;
	if (place->calls >= CALLS_MIN)
		yg_judge(look, YG_POSTURE_THIRD_FAILING, place->failed * 2 >= place->calls,
			 "%u of the last %u calls failed", place->failed, place->calls);
	if (place->calls < 2 * CALLS_MIN)
		return;
	place->calls /= 2;
	place->failed /= 2;
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
	judge_redirect(look);
	judge_service(look);
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

	if (!handshake->has_certificate || !issuer.len)
		return;
	look.whole = yg_posture_service(posture, look.service);
	yg_judge(&look, YG_POSTURE_THIRD_ISSUER, changed,
		 "The issuer is %.*s, after %lu handshakes with others",
		 (int)(issuer.len < 100 ? issuer.len : 100), issuer.ptr,
		 (unsigned long)(party->handshakes - 1));
}
