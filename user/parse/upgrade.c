/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/upgrade.h"

#include "parse/h2.h"
#include "parse/pairing.h"
#include "parse/report.h"

static struct yg_pairing *pairing_of(struct yg_flow *flow)
{
	return (struct yg_pairing *)(void *)flow->state;
}

bool yg_upgrade_is(const struct yg_draft *request, struct yg_slice name)
{
	const struct yg_http1 *head = &request->head;

	for (uint32_t i = 0; head->has_upgrade && i < head->field_count; i++) {
		if (yg_slice_equal_nocase(yg_draft_slice(request, head->fields[i].name),
					  YG_SLICE("upgrade")))
			return yg_slice_equal_nocase(yg_draft_slice(request, head->fields[i].value),
						     name);
	}
	return false;
}

static void join_side(struct yg_pairer *pairer, struct yg_h2 *h2, unsigned dir)
{
	pairer->reading.counters->h2_joined++;
	yg_h2_join_side(h2, dir);
}

/* Where a direction stands that began, or may have begun, before HTTP/2 was known. */
static void begin_peer(struct yg_pairer *pairer, struct yg_h2 *h2, struct yg_reader *reader,
		       unsigned dir)
{
	size_t taken_max = h2->client_dir == dir ? YG_H2_PREFACE : YG_H2_HEADER;
	struct yg_slice taken = { NULL, 0 };
	bool is_fresh = h2->client_dir != YG_FLOW_DIR_NONE && reader->state == YG_READER_START &&
			!reader->begun && !reader->tentative;

	if (reader->draft)
		taken = (struct yg_slice){ (const char *)reader->draft->bytes,
					   reader->draft->bytes_len };
	if (is_fresh && taken.len < taken_max)
		yg_h2_begin_side(h2, dir, taken);
	else
		join_side(pairer, h2, dir);
	yg_draft_free(pairer->reading.pool, &reader->draft);
	yg_reader_skip(reader, YG_SKIP_OTHER);
}

static struct yg_h2 *begin_h2(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir)
{
	struct yg_pairing *pairing = pairing_of(flow);
	struct yg_h2 *h2 = yg_h2_new(pairer);

	pairing->h2 = h2;
	if (h2)
		pairer->reading.counters->stream_http2++;
	else
		yg_reader_leave(&pairer->reading, &pairing->readers[!dir], YG_SKIP_OTHER);
	return h2;
}

void yg_upgrade_begin(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir)
{
	struct yg_pairing *pairing = pairing_of(flow);
	struct yg_reader *reader = &pairing->readers[dir];
	struct yg_h2 *h2 = begin_h2(pairer, flow, dir);

	if (!h2)
		return;
	if (reader->opening == YG_OPENING_JOINED) {
		join_side(pairer, h2, dir);
	} else {
		h2->client_dir = (uint8_t)(reader->opening == YG_OPENING_PREFACE ? dir : !dir);
		flow->server_dir = !h2->client_dir;
		yg_h2_begin_side(h2, dir, (struct yg_slice){ reader->taken, (size_t)reader->left });
	}
	begin_peer(pairer, h2, &pairing->readers[!dir], !dir);
}

/* No memory to wait for its answer: the request is told of now. */
static void report_alone(struct yg_pairer *pairer, struct yg_flow *flow, struct yg_draft **request)
{
	const struct yg_report report = {
		.request = *request,
		.grpc_status = YG_GRPC_STATUS_NONE,
		.protocol = YG_PROTOCOL_H2,
	};

	yg_report_exchange(pairer, flow, &report);
	yg_draft_free(pairer->reading.pool, request);
}

bool yg_upgrade_accepted(struct yg_pairer *pairer, struct yg_flow *flow, unsigned dir)
{
	struct yg_pairing *pairing = pairing_of(flow);
	struct yg_draft *request = pairing->answering;
	struct yg_h2 *h2;

	if (!request || !yg_upgrade_is(request, YG_SLICE("h2c")))
		return false;
	h2 = begin_h2(pairer, flow, dir);
	if (!h2)
		return false;
	h2->client_dir = (uint8_t)!dir;
	yg_h2_begin_side(h2, dir, (struct yg_slice){ NULL, 0 });
	yg_h2_begin_side(h2, !dir, (struct yg_slice){ NULL, 0 });
	yg_draft_free(pairer->reading.pool, &pairing->readers[dir].draft);
	yg_reader_leave(&pairer->reading, &pairing->readers[!dir], YG_SKIP_OTHER);
	pairing->answering = pairing->readers[!dir].draft = NULL;
	if (!yg_h2_adopt(h2, pairer, &request))
		report_alone(pairer, flow, &request);
	return true;
}
