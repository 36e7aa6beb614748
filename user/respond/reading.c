/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/reading.h"

#include "detect/detector.h"
#include "endpoint/hop.h"
#include "endpoint/japanese.h"
#include "endpoint/service.h"

void yg_reading_take(const struct yg_reading_options *options, const struct yg_subject *subject,
		     struct yg_reading *ret)
{
	const struct yg_exchange *exchange = subject->exchange;
	enum yg_service_source source;

	yg_credentials_from_request(&exchange->request, options->names, &ret->credentials);
	if (subject->certificate.ptr)
		yg_credentials_add_certificate(&ret->credentials, subject->certificate);
	yg_caller_from_credentials(&options->identity_key, &ret->credentials,
				   yg_subject_witness(subject), &ret->caller);
	ret->service = yg_service_from_exchange(exchange, &source, ret->service_text);
	ret->source = (uint8_t)source;
	ret->has_path = yg_path_from_target(exchange->request.target, &ret->path);
	if (ret->has_path && options->charsets)
		(void)yg_path_read_japanese(options->charsets, &ret->path);
	ret->hop = yg_hop_id(exchange);
	ret->has_handed = false;
}

void yg_reading_take_handed(const struct yg_reading_options *options,
			    const struct yg_exchange *exchange, struct yg_reading *ret)
{
	const struct yg_message *response = &exchange->response;
	struct yg_body_view body;

	if (!response->present || yg_answer_from_status(response->status) != YG_ANSWER_SUCCESS ||
	    !yg_body_view_plain(response, &body) || !yg_handed_in(&body))
		return;
	yg_handed_read(&options->identity_key, body.text, &ret->handed);
	ret->has_handed = true;
}
