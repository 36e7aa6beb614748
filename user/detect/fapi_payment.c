/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Row P14: what a user only agreed to is done before the client has exchanged its code.
 *
 *	browser ── GET /authorize ──► authorization server ── POST /payments ──► bank
 *
 * A request that moves money, was answered 2xx, and was made for an authorization request: a hop
 * linked to it (endpoint/hop.h). What prepares a payment, or takes down the consent to it, is no
 * execution of it. Judged of endpoints whose name says that they move money, and of hops alone:
 * what nobody sees leave the server is not seen.
 */
#include "detect/fapi_inside.h"

#include "detect/label.h"
#include "endpoint/hop.h"

static struct yg_slice name_of(const uint64_t *id)
{
	return (struct yg_slice){ (const char *)id, sizeof(*id) };
}

/* The hop's memo is one of no server: its link names the request alone. */
static struct yg_look anywhere(struct yg_posture *posture)
{
	return (struct yg_look){ .posture = posture };
}

void yg_fapi_keep_authorization(struct yg_look *look)
{
	struct yg_look any = anywhere(look->posture);
	uint64_t id;

	if (!yg_judges(look, YG_POSTURE_F_PAYMENT))
		return;
	id = yg_hop_id(look->scene->exchange);
	(void)yg_posture_memo(&any, YG_MEMO_AUTHORIZATION, name_of(&id), NULL);
}

/* Does the endpoint carry a payment out, by its method and its name? */
static bool pays(const struct yg_endpoint *endpoint)
{
	static const char *const preparing[] = {
		"consent", "intent",  "initiat",      "prepar", "quote",   "validat",
		"check",   "preview", "confirmation", "funds",	"authori", "challenge"
	};
	struct yg_slice path = yg_slice_from_str(endpoint->template_);

	return (strcmp(endpoint->method, "POST") == 0 || strcmp(endpoint->method, "PUT") == 0) &&
	       yg_label_word(YG_LABEL_PAYMENT, "", endpoint->template_) &&
	       !yg_text_has_any(path, preparing, YG_ARRAY_SIZE(preparing));
}

void yg_fapi_take_hop(struct yg_posture *posture, const struct yg_hop_link *link,
		      const struct yg_endpoint *into)
{
	struct yg_look look = anywhere(posture);
	bool early;

	if (!yg_judges(&look, YG_POSTURE_F_PAYMENT) || !link->parent_id || !into ||
	    into->id != link->endpoint || link->status < 200 || link->status >= 300 || !pays(into))
		return;
	early = yg_posture_recall(&look, YG_MEMO_AUTHORIZATION, name_of(&link->parent_id)) != NULL;
	look.time_ns = link->time_ns;
	look.status = link->status;
	yg_posture_place_endpoint(&look, into);
	yg_judge(&look, YG_POSTURE_F_PAYMENT, early,
		 "It was answered %u while an authorization request waited for its answer",
		 link->status);
}
