/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API8, API9 by heads.
 *
 * framework-banner	   Server with a digit behind a slash, X-Powered-By or X-AspNet-Version
 * hsts-missing		   text/html, 2xx, under TLS, without Strict-Transport-Security
 * cors-origin-reflected   with Allow-Credentials: the origin "null", or three unrelated origins
 * cors-wildcard-...	   "*" with Allow-Credentials: true
 * cookie-insecure	   a session cookie set without HttpOnly, or under TLS without Secure
 * deprecated-endpoint	   2xx with Deprecation or Sunset
 * non-production-host	   a label of the host says dev, test, staging ...; not localhost, not
 *			   *.test
 */
#include "detect/posture_inside.h"
#include "endpoint/service.h"

/* "nginx/1.22.1", "Jetty(9.4.1)"; not "ECS (lhr/4BCC)", where it is a name of a machine. */
static bool has_version(struct yg_slice text)
{
	static const char ends[] = { '.', ' ', ';', ',', ')', '-' };

	for (size_t i = 1; i < text.len; i++) {
		size_t end = i;

		if (text.ptr[i - 1] != '/' && text.ptr[i - 1] != '(')
			continue;
		while (end < text.len && text.ptr[end] >= '0' && text.ptr[end] <= '9')
			end++;
		if (end > i && (end == text.len || memchr(ends, text.ptr[end], sizeof(ends))))
			return true;
	}
	return false;
}

/* "https://app.shop.example:8443" -> "shop.example": two origins of one owner are one. */
static struct yg_slice site_of(struct yg_slice origin)
{
	const char *at = origin.ptr, *end = origin.ptr + origin.len;
	unsigned int dots = 0;

	for (const char *p = at; p + 2 < end; p++) {
		if (memcmp(p, "://", 3) == 0) {
			at = p + 3;
			break;
		}
	}
	for (const char *p = at; p < end; p++) {
		if (*p == ':')
			end = p;
	}
	for (const char *p = end; p > at; p--) {
		if (p[-1] == '.' && ++dots == 2)
			return (struct yg_slice){ p, (size_t)(end - p) };
	}
	return (struct yg_slice){ at, (size_t)(end - at) };
}

/* Note an origin. Return: are there as many unrelated ones as an allow list would not hold? */
static bool note_origin(struct yg_place *place, uint64_t site)
{
	for (size_t i = 0; i < YG_POSTURE_ORIGINS; i++) {
		if (place->origins[i] == site)
			break;
		if (place->origins[i])
			continue;
		place->origins[i] = site;
		break;
	}
	return place->origins[YG_POSTURE_ORIGINS - 1] != 0;
}

static void check_cors(struct yg_look *look)
{
	const struct yg_heads *heads = &look->heads;
	bool credentials = yg_slice_equal_nocase(heads->allow_credentials, YG_SLICE("true"));
	bool any = yg_slice_equal(heads->allow_origin, YG_SLICE("*"));
	bool reflected = credentials && heads->origin.len > 0 &&
			 yg_slice_equal(heads->origin, heads->allow_origin);
	bool null = reflected && yg_slice_equal(heads->origin, YG_SLICE("null"));

	yg_judge(look, YG_POSTURE_CORS_WILDCARD, any && credentials,
		 "Access-Control-Allow-Origin: * with Allow-Credentials: true");
	if (reflected && !null)
		reflected = note_origin(look->endpoint,
					yg_posture_hash(look->posture, site_of(heads->origin)));
	if (heads->origin.len > 0)
		yg_judge(look, YG_POSTURE_CORS_REFLECTED, reflected,
			 null ? "The origin null is allowed with credentials"
			      : "Three unrelated origins or more are allowed with credentials");
}

static bool is_session_name(struct yg_slice cookie)
{
	const char *equals = cookie.len ? memchr(cookie.ptr, '=', cookie.len) : NULL;
	struct yg_slice name = { cookie.ptr, equals ? (size_t)(equals - cookie.ptr) : 0 };

	return yg_text_has(name, "sess") || yg_text_has(name, "auth") ||
	       yg_text_has(name, "token") || yg_slice_equal_nocase(name, YG_SLICE("sid"));
}

static void check_cookie(struct yg_look *look)
{
	struct yg_slice cookie = look->heads.cookie;
	bool tls = look->scene->exchange->tls;

	/* A token against forgery is read by scripts on purpose; an emptied cookie is a logout. */
	if (!cookie.len || !is_session_name(cookie) || yg_text_has(cookie, "csrf") ||
	    yg_text_has(cookie, "xsrf") || yg_text_has(cookie, "max-age=0"))
		return;
	yg_judge(look, YG_POSTURE_COOKIE_FLAGS,
		 !yg_text_has(cookie, "httponly") || (tls && !yg_text_has(cookie, "; secure") &&
						      !yg_text_has(cookie, ";secure")),
		 "A session cookie was set without %s",
		 yg_text_has(cookie, "httponly") ? "Secure" : "HttpOnly");
}

static void check_service(struct yg_look *look)
{
	const struct yg_heads *heads = &look->heads;
	bool html = yg_text_begins(heads->type, "text/html");
	struct yg_slice banner = heads->powered.len  ? heads->powered
				 : heads->aspnet.len ? heads->aspnet
						     : heads->server;

	yg_judge(look, YG_POSTURE_FRAMEWORK_BANNER,
		 heads->powered.len > 0 || heads->aspnet.len > 0 || has_version(heads->server),
		 "Answers say \"%.*s\"", (int)(banner.len < 60 ? banner.len : 60),
		 banner.ptr ? banner.ptr : "");
	if (look->accepted && html && look->scene->exchange->tls)
		yg_judge(look, YG_POSTURE_HSTS, heads->hsts.len == 0,
			 "A page was answered without Strict-Transport-Security");
	if (look->accepted)
		yg_judge(look, YG_POSTURE_NON_PRODUCTION,
			 yg_service_is_non_production(look->service), "The host is called %.*s",
			 (int)(look->service.len < 100 ? look->service.len : 100),
			 look->service.ptr);
	if (yg_slice_equal(look->method, YG_SLICE("TRACE")))
		yg_judge(look, YG_POSTURE_TRACE,
			 look->accepted && yg_text_begins(heads->type, "message/http"),
			 "TRACE was answered %u with the request", look->status);
}

void yg_posture_check_heads(struct yg_look *look)
{
	const struct yg_heads *heads = &look->heads;
	struct yg_slice note = heads->sunset.len ? heads->sunset : heads->deprecation;

	check_service(look);
	if (!look->endpoint)
		return;
	check_cors(look);
	check_cookie(look);
	if (!look->accepted)
		return;
	if (note.len == 0 && yg_posture_is_deprecated(look))
		yg_judge(look, YG_POSTURE_DEPRECATED, true,
			 "The OpenAPI document says deprecated, and it was answered %u",
			 look->status);
	else
		yg_judge(look, YG_POSTURE_DEPRECATED,
			 heads->sunset.len > 0 ||
				 (note.len > 0 && !yg_slice_equal_nocase(note, YG_SLICE("false"))),
			 "%s: %.*s was sent with %u", heads->sunset.len ? "Sunset" : "Deprecation",
			 (int)(note.len < 80 ? note.len : 80), note.ptr ? note.ptr : "",
			 look->status);
}
