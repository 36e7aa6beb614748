/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API4 and API9 by who gets in, and with how much.
 *
 * internal-api-exposed: 2xx to a public address from an endpoint that is called internal, by a
 *	label of its host or a segment of its path.
 * host-by-address: 2xx to a public address for a request that names the server by a public address:
 *	who scans addresses finds it, past the names that a gateway or a filter goes by.
 * graphql-unlimited: data for a document that is deeper, or has more aliases or operations, than
 *	any page needs. Judged of such documents alone; a refusal of them is what is right.
 */
#include "detect/posture_inside.h"
#include "endpoint/service.h"
#include "endpoint/trait.h"
#include "parse/operation.h"

#define DEPTH_MAX   20u
#define ALIASES_MAX 200u
#define CALLS_MAX   50u

/* Is one of the words between two of @marks (or an end) "internal" or the like? */
static bool is_called_internal(struct yg_slice text, const char *marks)
{
	static const char *const words[] = { "internal", "intranet", "corp", "internal-api" };
	size_t from = 0;

	for (size_t at = 0; at <= text.len; at++) {
		if (at < text.len && !strchr(marks, text.ptr[at]))
			continue;
		for (size_t i = 0; i < YG_ARRAY_SIZE(words); i++) {
			if (yg_slice_equal_nocase((struct yg_slice){ text.ptr + from, at - from },
						  yg_slice_from_str(words[i])))
				return true;
		}
		from = at + 1;
	}
	return false;
}

/* A host that is named and cannot be read is not one that is not named. */
static bool is_by_address(const struct yg_exchange *exchange)
{
	return !exchange->request.header_unknown || yg_service_is_said(exchange);
}

/* "203.0.113.9:8443", "[2001:db8::1]": an address that anybody can ask for. */
static bool is_public_address(struct yg_slice service)
{
	const char *end = service.len ? memrchr(service.ptr, ':', service.len) : NULL;
	struct yg_address address;

	if (service.len && service.ptr[0] == '[') {
		end = memchr(service.ptr, ']', service.len);
		service.ptr++;
		service.len--;
	}
	if (end)
		service.len = (size_t)(end - service.ptr);
	return yg_address_from_text(service, &address) == 0 && yg_address_is_public(&address);
}

static void check_graphql(struct yg_look *look)
{
	const struct yg_operation *operation = look->scene->operation;
	bool deep, wide, many, refused;

	if (!operation || operation->protocol != YG_PROTOCOL_GRAPHQL)
		return;
	deep = operation->depth > DEPTH_MAX;
	wide = operation->aliases > ALIASES_MAX;
	many = operation->calls > CALLS_MAX;
	if (!deep && !wide && !many)
		return;
	refused =
		!look->accepted ||
		yg_posture_member(yg_bodies_response(look->scene->bodies)->text, "errors").len > 0;
	yg_judge(look, YG_POSTURE_GRAPHQL_LIMITS, !refused,
		 "A document of depth %u with %u aliases and %u operations was answered with data",
		 operation->depth, operation->aliases, operation->calls);
}

void yg_posture_check_reach(struct yg_look *look)
{
	const struct yg_path *path = look->scene->path;
	bool outside;

	if (!look->endpoint)
		return;
	check_graphql(look);
	if (!look->full || !look->accepted)
		return;
	outside = yg_address_is_public(&look->scene->client);
	yg_judge(look, YG_POSTURE_INTERNAL_EXPOSED,
		 outside && (is_called_internal((struct yg_slice){ path->text, path->len }, "/") ||
			     is_called_internal(look->service, ".:")),
		 "A public address was answered %u", look->status);
	yg_judge(look, YG_POSTURE_HOST_ADDRESS,
		 outside && is_public_address(look->service) &&
			 is_by_address(look->scene->exchange),
		 "A public address asked for it by address and was answered %u", look->status);
}
