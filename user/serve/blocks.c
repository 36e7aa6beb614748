/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocks: asked of the enforcer, never decided here. The kernel's table is the truth; the store
 * holds the words beside it (who, why) and what should be there after a reboot: reconcile.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "respond/policy.h"
#include "serve/body.h"
#include "serve/private.h"

#define BLOCK_TTL_DEFAULT_S 3600u
#define WHO_CAP		    32
#define REASON_CAP	    256
#define LIST_DEFAULT	    1000u

/* What a waiting request is about. */
struct errand {
	struct yg_desk *desk;
	struct yg_http_request *request;
	const char *action; /* "block", "unblock", "approve" */
	struct yg_prefix prefix;
	uint64_t finding;
	uint64_t ttl_ns;
	uid_t uid;
	bool force; /* whoever is cut: a person has decided */
	char reason[REASON_CAP];
};

static const struct {
	enum yg_result result;
	unsigned int status;
	const char *cause;
} causes[] = {
	{ YG_RESULT_BAD, 400, "the enforcer refuses the request as malformed" },
	{ YG_RESULT_PROTECTED, 409,
	  "protected: allow list, own address, trusted proxy, gateway or name server" },
	{ YG_RESULT_TOO_WIDE, 409, "too wide: at most /16 for IPv4, /32 for IPv6" },
	{ YG_RESULT_TOO_MANY, 409,
	  "it would cut too large a share of the recent callers; --force does it all the same" },
	{ YG_RESULT_RATE, 429, "too many blocks within a minute" },
	{ YG_RESULT_FULL, 507, "the table of blocks is full" },
	{ YG_RESULT_ABSENT, 404, "not blocked" },
	{ YG_RESULT_OBSERVE, 409, "mode observe: nothing is attached that could drop" },
	{ YG_RESULT_PRIVILEGE, 501,
	  "blocks need Linux 5.19, or sysctl kernel.unprivileged_bpf_disabled=0" },
	{ YG_RESULT_UNREADY, 503,
	  "the enforcer has just begun and does not know yet who is protected; try again" },
	{ YG_RESULT_FAILED, 502, "the kernel refused; see the log of the enforcer" },
};

static void format_who(uid_t uid, char *ret)
{
	if (uid == 0)
		(void)snprintf(ret, WHO_CAP, "root");
	else
		(void)snprintf(ret, WHO_CAP, "uid %u", (unsigned int)uid);
}

static void audit(struct errand *errand, const char *object, const char *result)
{
	struct yg_desk *desk = errand->desk;
	struct yg_store_audit entry = {
		.time_ns = desk->options.epoch_ns(desk->options.ctx),
		.uid = errand->uid,
		.action = errand->action,
		.object = yg_slice_from_str(object),
		.result = result,
	};

	(void)!yg_store_audit_put(desk->store, &entry);
}

static void write_note(void *ctx, const struct yg_store_block *block)
{
	struct yg_json *json = ctx;

	yg_json_pair_slice(json, "reason", block->reason);
	yg_json_pair_slice(json, "who", block->who);
}

static void write_finding(struct yg_json *json, uint64_t finding)
{
	char id[20];

	(void)snprintf(id, sizeof(id), "%016llx", (unsigned long long)finding);
	yg_json_pair_str(json, "finding", finding ? id : NULL);
}

/* A block as the kernel has it, with the words of the store. */
static void write_block(struct yg_desk *desk, const struct yg_reply *reply)
{
	uint64_t mono_ns = desk->options.monotonic_ns(desk->options.ctx);
	uint64_t epoch_ns = desk->options.epoch_ns(desk->options.ctx);
	const struct yg_block *block = &reply->block;
	uint64_t left_ns = block->expires_ns > mono_ns ? block->expires_ns - mono_ns : 0;
	char text[YG_ADDRESS_TEXT_CAP];
	struct yg_json *json = desk->json;

	yg_prefix_format(&reply->prefix, text);
	yg_json_reset(json);
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "block");
	yg_json_pair_str(json, "prefix", text);
	yg_json_pair_str(json, "cause", yg_reason_name((enum yg_reason)block->reason));
	write_finding(json, block->finding);
	yg_json_pair_time(json, "placed",
			  block->placed_ns < mono_ns ? epoch_ns - (mono_ns - block->placed_ns)
						     : epoch_ns);
	yg_json_pair_time(json, "expires", epoch_ns + left_ns);
	yg_json_pair_uint(json, "seconds_left",
			  (left_ns + YG_NS_PER_SECOND - 1) / YG_NS_PER_SECOND);
	yg_json_pair_uint(json, "drops", block->drops);
	(void)!yg_store_block_find(desk->store, yg_slice_from_str(text), write_note, json);
	yg_json_close_object(json);
}

static void reply_refusal(struct errand *errand, const char *object, const struct yg_reply *reply)
{
	for (size_t i = 0; reply && i < YG_ARRAY_SIZE(causes); i++) {
		if (causes[i].result == reply->result) {
			yg_reply_error(errand->desk, errand->request, causes[i].status, object,
				       causes[i].cause);
			return;
		}
	}
	yg_reply_error(errand->desk, errand->request, 504, object,
		       reply ? "the enforcer gave an answer that is not known"
			     : "the enforcer does not answer");
}

static void remember_block(struct errand *errand, const char *prefix, const struct yg_reply *reply)
{
	struct yg_desk *desk = errand->desk;
	uint64_t epoch_ns = desk->options.epoch_ns(desk->options.ctx);
	uint64_t mono_ns = desk->options.monotonic_ns(desk->options.ctx);
	uint64_t left_ns =
		reply->block.expires_ns > mono_ns ? reply->block.expires_ns - mono_ns : 0;
	char who[WHO_CAP];
	struct yg_store_block block = {
		.prefix = yg_slice_from_str(prefix),
		.reason = yg_slice_from_str(errand->reason),
		.who = { who, 0 },
		.finding = errand->finding,
		.placed_ns = epoch_ns,
		.expires_ns = epoch_ns + left_ns,
	};
	int r;

	format_who(errand->uid, who);
	block.who.len = strlen(who);
	r = yg_store_block_put(desk->store, &block);
	if (r)
		desk->options.note(desk->options.ctx, YG_LOG_WARNING, "store", strerror(-r));
}

static void approve_finding(struct errand *errand)
{
	char who[WHO_CAP];
	struct yg_store_decision decision = {
		.finding = errand->finding,
		.status = "approved",
		.time_ns = errand->desk->options.epoch_ns(errand->desk->options.ctx),
	};

	format_who(errand->uid, who);
	decision.who = yg_slice_from_str(who);
	(void)!yg_store_decide(errand->desk->store, &decision);
}

static void on_blocked(void *ctx, const struct yg_reply *reply)
{
	YG_CLEANUP_FREE struct errand *errand = ctx;
	char text[YG_ADDRESS_TEXT_CAP];

	yg_prefix_format(&errand->prefix, text);
	audit(errand, text, reply ? yg_result_name((enum yg_result)reply->result) : "no answer");
	if (!reply || reply->result != YG_RESULT_OK) {
		reply_refusal(errand, text, reply);
		return;
	}
	remember_block(errand, text, reply);
	if (errand->finding)
		approve_finding(errand);
	write_block(errand->desk, reply);
	yg_reply_json(errand->desk, errand->request, 200);
}

static void on_unblocked(void *ctx, const struct yg_reply *reply)
{
	YG_CLEANUP_FREE struct errand *errand = ctx;
	char text[YG_ADDRESS_TEXT_CAP];

	yg_prefix_format(&errand->prefix, text);
	audit(errand, text, reply ? yg_result_name((enum yg_result)reply->result) : "no answer");
	/* What the kernel does not have must not come back by itself either. */
	if (reply && (reply->result == YG_RESULT_OK || reply->result == YG_RESULT_ABSENT))
		(void)!yg_store_block_remove(errand->desk->store, yg_slice_from_str(text));
	if (!reply || reply->result != YG_RESULT_OK) {
		reply_refusal(errand, text, reply);
		return;
	}
	yg_json_reset(errand->desk->json);
	yg_json_open_object(errand->desk->json);
	yg_json_pair_str(errand->desk->json, "type", "unblocked");
	yg_json_pair_str(errand->desk->json, "prefix", text);
	yg_json_close_object(errand->desk->json);
	yg_reply_json(errand->desk, errand->request, 200);
}

/*
 * Who would be cut; nobody is counted when a person insists. Of a store that cannot be read nothing
 * is known, and the enforcer's other rails hold.
 */
static struct yg_store_reach count_reach(const struct errand *errand, uint32_t kind)
{
	struct yg_desk *desk = errand->desk;
	uint64_t now_ns = desk->options.epoch_ns(desk->options.ctx);
	struct yg_store_reach reach = { 0 };

	if (kind == YG_REQUEST_BLOCK && !errand->force &&
	    yg_store_reach(desk->store, &errand->prefix, now_ns - YG_RECENT_NS, &reach))
		reach = (struct yg_store_reach){ 0 };
	return reach;
}

/* Send what the errand asks for; @errand is given to @fn, or freed here with an answer. */
static void ask(struct errand *errand, uint32_t kind, enum yg_reason reason, yg_enforcer_fn fn)
{
	struct yg_desk *desk = errand->desk;
	struct yg_store_reach reach = count_reach(errand, kind);
	struct yg_request request = {
		.kind = kind,
		.prefix = errand->prefix,
		.reason = kind == YG_REQUEST_BLOCK ? reason : 0,
		.ttl_ns = errand->ttl_ns,
		.finding = errand->finding,
		.callers_recent = reach.recent,
		.callers_cut = reach.cut,
	};
	int r = yg_enforcer_ask(desk->enforcer, &request,
				desk->options.monotonic_ns(desk->options.ctx), fn, errand);

	if (r == 0) {
		yg_http_wait(errand->request);
		return;
	}
	yg_reply_error(desk, errand->request, 503, errand->action,
		       r == -EAGAIN ? "too many requests are waiting for the enforcer"
				    : "no enforcer is running");
	free(errand);
}

/* An errand of @request's sender, or NULL with an answer sent. */
static struct errand *new_errand(struct yg_desk *desk, struct yg_http_request *request,
				 const char *action)
{
	struct errand *errand = calloc(1, sizeof(*errand));
	struct yg_http_peer peer;

	if (!errand || yg_http_peer(request, desk->options.group, &peer)) {
		free(errand);
		yg_reply_error(desk, request, 500, action, "Out of memory");
		return NULL;
	}
	errand->desk = desk;
	errand->request = request;
	errand->action = action;
	errand->uid = peer.uid;
	return errand;
}

static uint64_t default_ttl_s(const struct yg_desk *desk)
{
	return desk->options.block_ttl_s ? desk->options.block_ttl_s : BLOCK_TTL_DEFAULT_S;
}

static bool is_forced(const struct yg_body *body)
{
	uint64_t force = 0;

	return yg_body_number(body, "force", &force) == 0;
}

/* "prefix", "seconds", "reason" and "force" of the body. Return: NULL, or what is wrong. */
static const char *read_block(const struct yg_body *body, struct errand *errand)
{
	const char *prefix = yg_body_text(body, "prefix");
	const char *reason = yg_body_text(body, "reason");
	const uint64_t seconds_max = (uint64_t)YG_BLOCK_TTL_MAX_S;
	uint64_t seconds = default_ttl_s(errand->desk);

	if (!prefix || yg_prefix_from_text(yg_slice_from_str(prefix), &errand->prefix))
		return "not an address or a prefix without host bits";
	if (yg_body_number(body, "seconds", &seconds) == -EINVAL || seconds > seconds_max)
		return "'seconds' is not a number from 1 to 30 days";
	if (reason && strlen(reason) >= REASON_CAP)
		return "'reason' is longer than 255 bytes";
	(void)snprintf(errand->reason, sizeof(errand->reason), "%s", reason ? reason : "");
	errand->ttl_ns = seconds * YG_NS_PER_SECOND;
	errand->force = is_forced(body);
	return NULL;
}

void yg_post_block(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	YG_CLEANUP(yg_body_free) struct yg_body *body = NULL;
	struct errand *errand;
	const char *wrong;

	(void)rest;
	if (yg_body_parse(yg_http_body(request), &body)) {
		yg_reply_error(desk, request, 400, "body", "not a JSON object");
		return;
	}
	errand = new_errand(desk, request, "block");
	if (!errand)
		return;
	wrong = read_block(body, errand);
	if (wrong) {
		const char *prefix = yg_body_text(body, "prefix");

		yg_reply_error(desk, request, 400, prefix ? prefix : "prefix", wrong);
		free(errand);
		return;
	}
	ask(errand, YG_REQUEST_BLOCK, YG_REASON_OPERATOR, on_blocked);
}

void yg_delete_block(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	struct errand *errand = new_errand(desk, request, "unblock");

	if (!errand)
		return;
	if (yg_prefix_from_text(yg_slice_from_str(rest), &errand->prefix)) {
		yg_reply_error(desk, request, 400, rest, "not an address or a prefix");
		free(errand);
		return;
	}
	ask(errand, YG_REQUEST_UNBLOCK, YG_REASON_OPERATOR, on_unblocked);
}

struct approval {
	struct errand *errand;
	const char *wrong; /* NULL: it can be asked for */
};

static void read_case(void *ctx, const struct yg_store_case *found)
{
	struct approval *approval = ctx;
	struct errand *errand = approval->errand;

	if (!found->client.ptr || !found->blockable)
		approval->wrong = "the address of its client is not certain: it cannot be blocked";
	else if (yg_prefix_from_text(found->client, &errand->prefix))
		approval->wrong = "the address of its client cannot be read";
	(void)snprintf(errand->reason, sizeof(errand->reason), "%.*s", (int)found->title.len,
		       found->title.ptr);
}

void yg_post_approve(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	YG_CLEANUP(yg_body_free) struct yg_body *body = NULL;
	struct approval approval = { .errand = NULL };
	struct errand *errand;
	uint64_t finding;

	if (yg_id_from_text(rest, &finding)) {
		yg_reply_error(desk, request, 400, rest, "not an id of 16 hex digits");
		return;
	}
	if (yg_body_parse(yg_http_body(request), &body)) {
		yg_reply_error(desk, request, 400, "body", "not a JSON object");
		return;
	}
	errand = approval.errand = new_errand(desk, request, "approve");
	if (!errand)
		return;
	errand->finding = finding;
	errand->force = is_forced(body);
	errand->ttl_ns = default_ttl_s(desk) * YG_NS_PER_SECOND;
	if (yg_store_case_find(desk->store, finding, read_case, &approval)) {
		yg_reply_error(desk, request, 404, rest, "no such finding");
		free(errand);
	} else if (approval.wrong) {
		yg_reply_error(desk, request, 409, rest, approval.wrong);
		free(errand);
	} else {
		ask(errand, YG_REQUEST_BLOCK, YG_REASON_APPROVED, on_blocked);
	}
}

void yg_post_dismiss(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	YG_CLEANUP_FREE struct errand *errand = NULL;
	struct yg_store_decision decision = { .status = "dismissed" };
	char who[WHO_CAP];
	int r;

	if (yg_id_from_text(rest, &decision.finding)) {
		yg_reply_error(desk, request, 400, rest, "not an id of 16 hex digits");
		return;
	}
	errand = new_errand(desk, request, "dismiss");
	if (!errand)
		return;
	format_who(errand->uid, who);
	decision.who = yg_slice_from_str(who);
	decision.time_ns = desk->options.epoch_ns(desk->options.ctx);
	r = yg_store_decide(desk->store, &decision);
	audit(errand, rest, r ? strerror(-r) : "ok");
	if (r)
		yg_reply_error(desk, request, r == -ENOENT ? 404 : 503, rest,
			       r == -ENOENT ? "no such finding" : strerror(-r));
	else
		yg_get_finding(desk, request, rest);
}

/* The answer to GET /v1/blocks while the enforcer tells. */
struct telling {
	struct yg_desk *desk;
	struct yg_http_request *request;
	struct yg_reply_list reply;
	uint64_t limit, offset, seen;
};

static void on_told(void *ctx, const struct yg_reply *reply)
{
	struct telling *telling = ctx;
	uint64_t next;

	if (reply && reply->result == YG_RESULT_OK) {
		bool shown = telling->seen >= telling->offset &&
			     telling->seen < telling->offset + telling->limit;

		telling->seen++;
		if (!shown)
			return;
		write_block(telling->desk, reply);
		(void)yg_reply_list_add(&telling->reply, yg_json_view(telling->desk->json));
		return;
	}
	if (reply && reply->result == YG_RESULT_END) {
		next = telling->offset + telling->limit;
		yg_reply_list_close(&telling->reply, telling->seen > next ? next : 0);
	} else {
		yg_http_clear(telling->request);
		yg_reply_error(telling->desk, telling->request, 504, "blocks",
			       reply ? yg_result_name((enum yg_result)reply->result)
				     : "the enforcer does not answer");
	}
	free(telling);
}

void yg_get_blocks(struct yg_desk *desk, struct yg_http_request *request, const char *rest)
{
	const struct yg_request list = { .kind = YG_REQUEST_LIST };
	const char *limit = yg_http_argument(request, "limit");
	const char *offset = yg_http_argument(request, "offset");
	struct telling *telling = calloc(1, sizeof(*telling));

	(void)rest;
	if (!telling) {
		yg_reply_error(desk, request, 500, "blocks", "Out of memory");
		return;
	}
	*telling = (struct telling){ .desk = desk, .request = request };
	telling->limit = limit ? strtoul(limit, NULL, 10) : LIST_DEFAULT;
	telling->offset = offset ? strtoul(offset, NULL, 10) : 0;
	if (telling->limit > LIST_DEFAULT || telling->limit == 0)
		telling->limit = LIST_DEFAULT;
	if (yg_enforcer_ask(desk->enforcer, &list, desk->options.monotonic_ns(desk->options.ctx),
			    on_told, telling)) {
		yg_reply_error(desk, request, 503, "blocks", "no enforcer is running");
		free(telling);
		return;
	}
	yg_reply_list_open(&telling->reply, request);
	yg_http_wait(request);
}
