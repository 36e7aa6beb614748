/* SPDX-License-Identifier: GPL-2.0-only */
#include "endpoint/trait.h"

#include "core/hash.h"
#include "endpoint/relation.h"

#define VERSION 1u

bool yg_address_is_public(const struct yg_address *addr)
{
	return yg_relation_kind_of(addr) == YG_RELATION_THIRD_PARTY;
}

void yg_trait_add(struct yg_trait *trait, const struct yg_trait_use *use)
{
	uint64_t weight = use->weight ? use->weight : 1;

	trait->kinds |= use->kinds;
	if (!trait->port)
		trait->port = use->port;
	if (use->outbound) {
		trait->made += weight;
		trait->third += use->server_public ? weight : 0;
		return;
	}
	if (use->app)
		trait->apps |= 1ull << (yg_hash_mix(use->app) % 64);
	if (!yg_address_is_unknown(use->client)) {
		if (yg_address_is_public(use->client))
			trait->external += weight;
		else
			trait->internal += weight;
	}
	if (use->forwarded) {
		trait->proxied += weight;
	} else if (!use->peer_is_proxy) {
		trait->direct += weight;
		trait->direct_ns =
			use->time_ns > trait->direct_ns ? use->time_ns : trait->direct_ns;
	}
}

void yg_trait_fold(struct yg_trait *into, const struct yg_trait *from)
{
	into->external += from->external;
	into->internal += from->internal;
	into->made += from->made;
	into->third += from->third;
	into->proxied += from->proxied;
	into->direct += from->direct;
	if (from->direct_ns > into->direct_ns)
		into->direct_ns = from->direct_ns;
	into->apps |= from->apps;
	into->kinds |= from->kinds;
	if (!into->port)
		into->port = from->port;
}

uint32_t yg_trait_apps(const struct yg_trait *trait)
{
	return (uint32_t)__builtin_popcountll(trait->apps);
}

void yg_trait_pack(const struct yg_trait *trait, struct yg_writer *writer)
{
	yg_put_varint(writer, VERSION);
	yg_put_varint(writer, trait->external);
	yg_put_varint(writer, trait->internal);
	yg_put_varint(writer, trait->made);
	yg_put_varint(writer, trait->third);
	yg_put_varint(writer, trait->proxied);
	yg_put_varint(writer, trait->direct);
	yg_put_u64(writer, trait->direct_ns);
	yg_put_u64(writer, trait->apps);
	yg_put_varint(writer, trait->kinds);
	yg_put_varint(writer, trait->port);
}

void yg_trait_unpack(struct yg_trait *ret, struct yg_reader *reader)
{
	if (yg_get_varint(reader) != VERSION)
		reader->bad = true;
	ret->external = yg_get_varint(reader);
	ret->internal = yg_get_varint(reader);
	ret->made = yg_get_varint(reader);
	ret->third = yg_get_varint(reader);
	ret->proxied = yg_get_varint(reader);
	ret->direct = yg_get_varint(reader);
	ret->direct_ns = yg_get_u64(reader);
	ret->apps = yg_get_u64(reader);
	ret->kinds = yg_get_max(reader, YG_TRAIT_LLM | YG_TRAIT_MCP);
	ret->port = (uint16_t)yg_get_max(reader, UINT16_MAX);
}
