/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GraphQL document, whole and cut: a cut never counts more, and what was named stays named.
 *
 *	byte 0		where to cut, in 256ths
 *	rest		document
 */
#include <stdint.h>
#include <stdlib.h>

#include "parse/graphql.h"
#include "parse/soap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yg_slice document = { (const char *)data + 1, size - 1 };
	struct yg_graphql whole, part;
	enum yg_parse r;

	if (size < 2)
		return 0;
	r = yg_graphql_read(document, YG_SLICE("B"), &whole);
	if (r == YG_PARSE_DONE && whole.type == YG_GRAPHQL_UNKNOWN)
		abort();
	if (whole.fields > document.len || whole.aliases > whole.fields + 1 ||
	    whole.depth > document.len)
		abort();
	(void)yg_soap_operation(document);
	(void)yg_soap_action_name(document);
	document.len = document.len * data[0] / 256;
	r = yg_graphql_read(document, YG_SLICE("B"), &part);
	if (part.fields > whole.fields + 1 || part.depth > whole.depth ||
	    part.operations > whole.operations + 1)
		abort();
	return 0;
}
