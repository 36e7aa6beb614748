/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2name.h"

#include <string.h>

static struct yg_slice find_host(const struct yg_h2_head *head)
{
	const struct yg_draft *draft = &head->draft;

	for (uint32_t i = 0; i < draft->head.field_count; i++) {
		if (yg_slice_equal(yg_draft_slice(draft, head->fields[i].name), YG_SLICE("host")))
			return yg_draft_slice(draft, head->fields[i].value);
	}
	return (struct yg_slice){ NULL, 0 };
}

static void take(struct yg_h2_name *name, struct yg_slice host)
{
	if (host.len == 0 || host.len > sizeof(name->text)) {
		name->is_several = true;
		return;
	}
	name->is_several |= name->len && !yg_slice_equal_nocase(
						 (struct yg_slice){ name->text, name->len }, host);
	memcpy(name->text, host.ptr, host.len);
	name->len = (uint8_t)host.len;
}

bool yg_h2_name_read(struct yg_h2_name *name, uint16_t table, const struct yg_h2_head *head)
{
	struct yg_slice host = find_host(head);

	if (host.ptr) {
		take(name, host);
		name->table = table;
		return false;
	}
	if (!head->draft.unknown)
		return false;
	/* None was seen before: the first that is will be one that the table did not have. */
	name->is_several |= !name->len || name->table == table;
	return true;
}

struct yg_slice yg_h2_name_of(const struct yg_h2_name *name, uint16_t table)
{
	if (!name->len || name->is_several || name->table == table)
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ name->text, name->len };
}
