/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose clear text is it? Behind a gateway that ends TLS, requests without TLS are how such things
 * are built; only the caller's own connection says whether the caller is safe.
 *
 *	caller ── TLS ──► edge ── clear ──► upstream	no fault of the upstream
 *	caller ── clear ──► server			a fault
 *
 * Taken for an upstream hop: the client is this host; its request names another client (a trusted
 * X-Forwarded-For or Forwarded), a certificate, or https; or requests of this client to this server
 * were linked to requests that came to an edge under TLS. Links come some seconds after the
 * exchange: from a private address the first EDGE_MIN requests to a server are not judged.
 */
#include "detect/fapi_inside.h"
#include "endpoint/hop.h"

#define EDGE_MIN 8u

static bool is_loopback(const struct yg_address *addr)
{
	static const struct yg_address six = { .bytes = { [15] = 1 } };

	if (yg_address_is_v4(addr))
		return addr->bytes[12] == 127;
	return memcmp(addr, &six, sizeof(six)) == 0;
}

bool yg_address_is_private(const struct yg_address *addr)
{
	const uint8_t *b = addr->bytes;

	if (!yg_address_is_v4(addr))
		return (b[0] & 0xfe) == 0xfc || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
	return b[12] == 10 || (b[12] == 172 && (b[13] & 0xf0) == 16) ||
	       (b[12] == 192 && b[13] == 168) || (b[12] == 169 && b[13] == 254) ||
	       (b[12] == 100 && (b[13] & 0xc0) == 64);
}

static struct yg_memo *edge_memo(struct yg_posture *posture, const struct yg_address *client,
				 const struct yg_address *server, uint16_t port)
{
	struct {
		struct yg_address client, server;
		uint32_t port, kind;
	} key = { *client, *server, port, YG_MEMO_EDGE };

	return yg_lru_get(posture->memos, yg_hash(&posture->options.key, &key, sizeof(key)) | 1,
			  NULL);
}

void yg_posture_take_hop(struct yg_posture *posture, const struct yg_hop_link *link,
			 const struct yg_endpoint *into)
{
	if (link->parent_id && link->parent_tls && !link->tls)
		edge_memo(posture, &link->client, &link->server, link->port)->flag = true;
	if (posture->profile)
		yg_fapi_take_hop(posture, link, into);
}

/* Is this pair known as an edge and its upstream, or not known well enough yet? */
static bool may_be_hop(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	struct yg_memo *memo;

	if (exchange->tls || !yg_address_is_private(&exchange->client.addr))
		return false;
	memo = edge_memo(look->posture, &exchange->client.addr, &exchange->server.addr,
			 exchange->server.port);
	memo->uses += memo->uses <= EDGE_MIN;
	return memo->flag || memo->uses <= EDGE_MIN;
}

static bool is_direct(struct yg_look *look)
{
	const struct yg_exchange *exchange = look->scene->exchange;
	const struct yg_address *client = &exchange->client.addr;

	if (yg_address_is_unknown(client) || is_loopback(client) ||
	    memcmp(client, &exchange->server.addr, sizeof(*client)) == 0 ||
	    memcmp(client, &look->scene->client, sizeof(*client)) != 0)
		return false;
	if (look->scene->credentials->certificate.ptr)
		return false;
	yg_look_need_heads(look);
	if (look->heads.secure_hop)
		return false;
	return !may_be_hop(look);
}

bool yg_look_is_direct(struct yg_look *look)
{
	/* Once per exchange: what is counted is exchanges, not checks. */
	if (look->directness == YG_DIRECTNESS_UNASKED)
		look->directness = is_direct(look) ? YG_DIRECTNESS_DIRECT : YG_DIRECTNESS_HOP;
	return look->directness == YG_DIRECTNESS_DIRECT;
}
