/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API3, API8 by what fields hold (baseline/data.h). Judged is what many values of a field have
 * made at least likely, never one value; and only what the server accepted.
 *
 * card-number-exposed: card numbers in an answer, with all of their digits; one step less until
 *	it is certain that they are cards.
 * card-secret-exposed: verification values, PINs or tracks in an answer.
 * secret-exposed: a key with the form of one, in answer to GET: POST is how keys are handed out.
 *	Keys that browsers may have (maps) and ids of keys in signed links weigh one step less.
 * sensitive-data-in-url: cards, accounts, identity and health numbers in query or path.
 * sensitive-data-cleartext: the same, or a key, without TLS; one step less from a private network.
 */
#include "detect/posture_inside.h"

/* A key by its own form: its prefix, or its armour. */
static bool is_key(uint32_t class_)
{
	return class_ >= YG_DATA_SECRET_AWS && class_ <= YG_DATA_SECRET_PRIVATE_KEY;
}

static bool is_card_secret(uint32_t class_)
{
	return class_ == YG_DATA_CVV || class_ == YG_DATA_CARD_PIN || class_ == YG_DATA_CARD_TRACK;
}

static bool is_public_key_id(uint32_t class_)
{
	return class_ == YG_DATA_SECRET_AWS || class_ == YG_DATA_SECRET_GOOGLE;
}

/* The first item of each kind, that holds. */
struct found {
	const struct yg_data_item *card, *card_secret, *key, *url, *grave;
};

static void take_item(const struct yg_data_item *item, struct found *ret)
{
	if (item->response && item->class_ == YG_DATA_PAN)
		ret->card = item;
	if (item->response && is_card_secret(item->class_))
		ret->card_secret = item;
	if (item->response && is_key(item->class_) &&
	    (!ret->key || is_public_key_id(ret->key->class_)))
		ret->key = item;
	if (item->url && yg_data_class_is_grave(item->class_))
		ret->url = item;
	if (yg_data_class_is_grave(item->class_) || is_key(item->class_))
		ret->grave = item;
}

static enum yg_data_level level_of(const struct yg_look *look, const struct yg_data_item *item)
{
	return yg_data_level_at(look->scene->fields, look->about->index, item->field);
}

static struct found find(const struct yg_look *look)
{
	const struct yg_data_seen *seen = look->scene->data;
	struct found found = { 0 };

	for (uint32_t i = 0; i < seen->count; i++) {
		if (level_of(look, &seen->items[i]) >= YG_DATA_LIKELY)
			take_item(&seen->items[i], &found);
	}
	return found;
}

static const char *name_of(const struct yg_look *look, const struct yg_data_item *item)
{
	return item ? yg_data_class_name(look->scene->fields, item->class_) : "";
}

static void judge_clear(struct yg_look *look, const struct yg_data_item *item)
{
	/* Whose hop it is stands in the head. */
	if (!look->full || (item && !yg_look_is_direct(look)))
		return;
	look->lower = yg_address_is_private(&look->scene->exchange->client.addr);
	yg_judge(look, YG_POSTURE_SENSITIVE_CLEAR, item && !look->scene->exchange->tls,
		 "%s in the %s crossed the network without TLS", name_of(look, item),
		 item && item->response ? "answer" : "request");
	look->lower = false;
}

void yg_posture_check_sensitive(struct yg_look *look)
{
	struct found found;

	if (!look->endpoint || !look->accepted || !look->scene->data ||
	    !look->scene->data->looked || !look->scene->fields)
		return;
	found = find(look);
	look->lower = found.card && level_of(look, found.card) < YG_DATA_CONFIRMED;
	yg_judge(look, YG_POSTURE_CARD_EXPOSED, found.card, "%u card numbers in one answer",
		 found.card ? found.card->count : 0);
	look->lower = false;
	yg_judge(look, YG_POSTURE_CARD_SECRET, found.card_secret, "%s in the answer",
		 name_of(look, found.card_secret));
	if (yg_slice_equal(look->method, YG_SLICE("GET"))) {
		look->lower = found.key && is_public_key_id(found.key->class_);
		yg_judge(look, YG_POSTURE_SECRET_EXPOSED, found.key, "%s in the answer",
			 name_of(look, found.key));
		look->lower = false;
	}
	yg_judge(look, YG_POSTURE_SENSITIVE_URL, found.url, "%s in the URL of an accepted request",
		 name_of(look, found.url));
	judge_clear(look, found.grave);
}
