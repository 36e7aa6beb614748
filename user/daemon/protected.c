/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/protected.h"

#include <string.h>

#include "priv/link.h"

#define BIT(role) (1u << (role))

void yg_protected_clean(struct yg_protected *guarded)
{
	yg_freep(&guarded->set);
	guarded->told = 0;
}

void yg_protected_add(struct yg_protected_set *set, const struct yg_prefix *prefix,
		      enum yg_allow_why why)
{
	struct yg_protected_row *row = &set->rows[set->count];

	if (set->count >= YG_ALLOW_NETS_MAX) {
		set->lost++;
		return;
	}
	set->count++;
	row->net.prefix_len = prefix->len;
	memcpy(row->net.addr, prefix->addr.bytes, sizeof(row->net.addr));
	row->why = why;
}

static int order_nets(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct yg_net));
}

static int order_rows(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct yg_protected_row));
}

bool yg_protected_take(struct yg_protected *guarded, struct yg_protected_set **set)
{
	struct yg_protected_set *next = YG_TAKE_PTR(*set), *before = guarded->set;

	qsort(next->rows, next->count, sizeof(next->rows[0]), order_rows);
	if (before && before->count == next->count && before->lost == next->lost &&
	    memcmp(before->rows, next->rows, next->count * sizeof(next->rows[0])) == 0) {
		free(next);
		return false;
	}
	free(before);
	guarded->set = next;
	guarded->told = 0;
	return true;
}

size_t yg_protected_find(const struct yg_protected *guarded, const struct yg_net *net)
{
	const struct yg_protected_set *set = guarded->set;
	const struct yg_protected_row *row =
		set ? bsearch(net, set->rows, set->count, sizeof(set->rows[0]), order_nets) : NULL;

	if (!row)
		return YG_ALLOW_NETS_MAX;
	while (row > set->rows && order_nets(row - 1, net) == 0)
		row--;
	return (size_t)(row - set->rows);
}

void yg_protected_forget(struct yg_protected *guarded, enum yg_role role)
{
	guarded->told &= ~BIT(role);
}

int yg_protected_tell(struct yg_protected *guarded, enum yg_role role, int fd)
{
	const struct yg_protected_set *set = guarded->set;
	struct yg_request request = { .kind = YG_REQUEST_PROTECT };
	uint32_t count = 0;
	int r = 0;

	if (!set || guarded->told & BIT(role))
		return 0;
	for (size_t i = 0; !r && i < set->count; i++) {
		const struct yg_protected_row *row = &set->rows[i];

		if (role == YG_ROLE_ANALYZER && row->why != YG_ALLOW_OWN)
			continue;
		request.prefix.len = row->net.prefix_len;
		memcpy(request.prefix.addr.bytes, row->net.addr, sizeof(row->net.addr));
		request.reason = row->why;
		request.cookie = count++;
		r = yg_link_send(fd, &request, sizeof(request));
	}
	request = (struct yg_request){ .kind = YG_REQUEST_PROTECT_END, .cookie = count };
	if (!r)
		r = yg_link_send(fd, &request, sizeof(request));
	if (!r)
		guarded->told |= BIT(role);
	return r;
}
