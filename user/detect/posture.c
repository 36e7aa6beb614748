/* SPDX-License-Identifier: GPL-2.0-only */
/* The life cycle of posture findings: from a check's word to open, resolved and reopened. */
#include "detect/posture.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "detect/fapi_inside.h"

#define QUIET_MIN  32u		  /* clean judgements in a row before a fault counts as gone ... */
#define QUIET_GAPS 8u		  /* ... and so many times the mean gap between two sightings ... */
#define QUIET_LONG 2u		  /* ... and the longest one that was none ... */
#define QUIET_NS   10000000000ull /* ... for at least so long */
#define TOLD_EACH  60000000000ull /* ns between two times that a finding is told as seen again */
#define VERSION	   2u		  /* of the blob; 1 has no longest */

/* Topics are public: ids are the same on every machine and after every restart. */
static const struct yg_hash_key topic_key = { 0x706f73747572652du, 0x2026 };

#define ROW(name_, id_, severity_, owasp_, pci_, profiles_, need_, whole_, source_, title_, \
	    effect_, cure_, title_ja_, effect_ja_, cure_ja_)                                \
	[YG_POSTURE_##name_] = { .rule = { .id = (id_),                                     \
					   .severity = YG_SEVERITY_##severity_,             \
					   .owasp = (owasp_),                               \
					   .pci = (pci_),                                   \
					   .title = (title_),                               \
					   .effect = (effect_),                             \
					   .remediation = (cure_),                          \
					   .title_ja = (title_ja_),                         \
					   .effect_ja = (effect_ja_),                       \
					   .remediation_ja = (cure_ja_),                    \
					   .source = (source_) },                           \
				 .profiles = (profiles_),                                   \
				 .need = (need_),                                           \
				 .whole_service = (whole_) },

const struct yg_posture_rule yg_posture_rules[YG_POSTURE_MAX] = { YG_POSTURE_RULES(ROW)
									  YG_FAPI_RULES(ROW) };
#undef ROW

unsigned int yg_rule_sightings(const struct yg_rule *rule)
{
	for (size_t i = 0; i < YG_POSTURE_MAX; i++) {
		if (&yg_posture_rules[i].rule == rule)
			return yg_posture_rules[i].need;
	}
	return 0;
}

bool yg_rule_is_posture(const struct yg_rule *rule)
{
	return yg_rule_sightings(rule) > 0;
}

struct yg_fault {
	struct yg_finding finding; /* rule NULL: the row has moved; state NONE: not yet enough */
	uint64_t place;
	uint32_t seen, judged, quiet; /* sightings, judgements, clean ones in a row */
	uint32_t longest;	      /* clean ones in a row, before it was seen again */
	uint64_t told_ns;
	bool dirty;
};

static int open_tables(struct yg_posture *posture, const struct yg_posture_options *options)
{
	struct yg_key_set set;
	int r;

	posture->endpoints = calloc(options->endpoints_max, sizeof(*posture->endpoints));
	if (!posture->endpoints)
		return -ENOMEM;
	if (posture->profile) {
		posture->params = calloc(2, sizeof(*posture->params));
		if (!posture->params)
			return -ENOMEM;
		posture->answer = posture->params + 1;
	}
	r = yg_lru_new(YG_POSTURE_SERVICES, sizeof(struct yg_place), &posture->services);
	if (r == 0)
		r = yg_lru_new(options->findings_max ? options->findings_max : YG_POSTURES_MAX,
			       sizeof(struct yg_fault), &posture->faults);
	if (r == 0)
		r = yg_lru_new(YG_POSTURE_TOKENS, sizeof(struct yg_token_row), &posture->tokens);
	if (r == 0)
		r = yg_lru_new(YG_POSTURE_MEMOS, sizeof(struct yg_memo), &posture->memos);
	if (r == 0)
		r = yg_posture_open_specs(posture);
	if (r == 0)
		r = yg_posture_open_fields(posture);
	if (r == 0)
		r = yg_posture_open_objects(posture);
	if (r == 0)
		r = yg_keys_new(&posture->keys);
	if (r == 0 && options->jwks.ptr && !yg_keys_learn(posture->keys, options->jwks, 0, &set))
		return -EINVAL;
	return r;
}

int yg_posture_new(const struct yg_posture_options *options, yg_posture_fn fn, void *ctx,
		   struct yg_posture **ret)
{
	static const uint8_t profiles[YG_FAPI_MAX] = { [YG_FAPI_1_BASELINE] = YG_FAPI_B,
						       [YG_FAPI_1_ADVANCED] = YG_FAPI_A,
						       [YG_FAPI_2] = YG_FAPI_F };
	YG_CLEANUP(yg_posture_free) struct yg_posture *posture = calloc(1, sizeof(*posture));
	int r;

	assert(yg_posture_names_are_sorted());
	if (!posture)
		return -ENOMEM;
	posture->options = *options;
	posture->options.jwks = (struct yg_slice){ 0 };
	posture->profile = options->fapi < YG_FAPI_MAX ? profiles[options->fapi] : 0;
	posture->fn = fn;
	posture->ctx = ctx;
	r = open_tables(posture, options);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(posture);
	return 0;
}

void yg_posture_free(struct yg_posture **posture)
{
	struct yg_posture *p = *posture;

	if (!p)
		return;
	yg_lru_free(&p->services);
	yg_lru_free(&p->faults);
	yg_lru_free(&p->tokens);
	yg_lru_free(&p->memos);
	yg_lru_free(&p->objects);
	yg_lru_free(&p->fields);
	yg_actives_free(&p->actives);
	yg_keys_free(&p->keys);
	free(p->params);
	free(p->described);
	free(p->endpoints);
	free(p);
	*posture = NULL;
}

static uint64_t hash_topic(enum yg_posture_rule_id id, uint64_t place)
{
	const char *rule = yg_posture_rules[id].rule.id;
	uint64_t topic[2] = { yg_hash(&topic_key, rule, strlen(rule)), place };

	return yg_hash(&topic_key, topic, sizeof(topic)) | 1;
}

static void tell(struct yg_posture *posture, struct yg_fault *fault, enum yg_posture_news news)
{
	fault->told_ns = fault->finding.time_ns;
	fault->dirty = true;
	posture->fn(posture->ctx, &fault->finding, news);
}

static void set_state(struct yg_posture *posture, struct yg_fault *fault, enum yg_state state,
		      uint64_t time_ns)
{
	enum yg_posture_news news =
		fault->finding.state == YG_STATE_NONE ? YG_POSTURE_NEW : YG_POSTURE_STATE;

	fault->finding.state = state;
	fault->finding.state_ns = time_ns;
	posture->opened += state == YG_STATE_OPEN;
	posture->resolved += state == YG_STATE_RESOLVED;
	posture->reopened += state == YG_STATE_REOPENED;
	tell(posture, fault, news);
}

static bool is_gone(const struct yg_fault *fault, uint64_t now_ns)
{
	/* Until it was seen last: the quiet since then must not stretch it. */
	uint64_t gap = fault->seen ? (fault->judged - fault->quiet) / fault->seen : 0;

	return fault->quiet >= QUIET_MIN && fault->quiet >= QUIET_GAPS * gap &&
	       fault->quiet / QUIET_LONG >= fault->longest &&
	       now_ns >= fault->finding.time_ns + QUIET_NS;
}

static void take_clean(struct yg_look *look, struct yg_place *place, enum yg_posture_rule_id id)
{
	uint64_t bit = 1ull << (id % 64), *absent = &place->absent[id / 64];
	struct yg_fault *fault;

	if (*absent & bit)
		return;
	fault = yg_lru_peek(look->posture->faults, hash_topic(id, place->id));
	if (!fault || !fault->finding.rule) {
		*absent |= bit;
		return;
	}
	fault->judged++;
	fault->quiet++;
	if (!is_gone(fault, look->time_ns))
		return;
	if (fault->finding.state == YG_STATE_NONE)
		fault->seen = 0; /* what was too little for a finding is forgotten */
	else if (fault->finding.state != YG_STATE_RESOLVED)
		set_state(look->posture, fault, YG_STATE_RESOLVED, look->time_ns);
}

static void begin_fault(const struct yg_look *look, const struct yg_place *place,
			enum yg_posture_rule_id id, struct yg_fault *fault)
{
	const struct yg_posture_rule *rule = &yg_posture_rules[id];
	struct yg_finding *finding = &fault->finding;
	size_t len = look->service.len < sizeof(finding->service) ? look->service.len
								  : sizeof(finding->service) - 1;

	fault->place = place->id;
	finding->id = hash_topic(id, place->id);
	finding->rule = &rule->rule;
	finding->severity = rule->rule.severity;
	finding->first_ns = look->time_ns;
	if (len)
		memcpy(finding->service, look->service.ptr, len);
	if (look->about && !rule->whole_service)
		(void)snprintf(finding->endpoint, sizeof(finding->endpoint), "%s %.480s",
			       look->about->method, look->about->template_);
	else if (!rule->whole_service)
		(void)snprintf(finding->endpoint, sizeof(finding->endpoint), "%.*s",
			       (int)look->label_len, look->label);
}

static void add_number(struct yg_finding *finding, const char *name, double value)
{
	finding->evidence[finding->evidence_count++] =
		(struct yg_evidence){ .name = name, .number = value };
}

static void add_text(struct yg_finding *finding, const char *name, const char *text)
{
	struct yg_evidence *row = &finding->evidence[finding->evidence_count++];

	*row = (struct yg_evidence){ .name = name };
	(void)snprintf(row->text, sizeof(row->text), "%.90s", text);
}

static void write_evidence(const struct yg_look *look, struct yg_fault *fault)
{
	struct yg_finding *finding = &fault->finding;

	finding->evidence_count = 0;
	add_number(finding, "seen", fault->seen);
	add_number(finding, "judged", fault->judged);
	if (look->status)
		add_number(finding, "status", look->status);
	if (look->scene && look->scene->caller->text_len)
		add_text(finding, "last_caller", look->scene->caller->text);
	if (finding->rule->source && finding->rule->source[0])
		add_text(finding, "source", finding->rule->source);
}

static void take_fault(struct yg_look *look, struct yg_place *place, enum yg_posture_rule_id id,
		       const char *cause)
{
	struct yg_posture *posture = look->posture;
	struct yg_fault *fault;
	bool fresh;

	place->absent[id / 64] &= ~(1ull << (id % 64));
	fault = yg_lru_get(posture->faults, hash_topic(id, place->id), &fresh);
	if (fresh || !fault->finding.rule)
		begin_fault(look, place, id, fault);
	fault->judged++;
	fault->seen++;
	if (fault->quiet > fault->longest)
		fault->longest = fault->quiet;
	fault->quiet = 0;
	fault->finding.time_ns = look->time_ns;
	if (fault->seen < yg_posture_rules[id].need && fault->finding.state == YG_STATE_NONE)
		return;
	(void)snprintf(fault->finding.cause, sizeof(fault->finding.cause), "%s", cause);
	write_evidence(look, fault);
	if (!look->lower)
		fault->finding.severity = fault->finding.rule->severity;
	else if (fault->finding.state == YG_STATE_NONE)
		fault->finding.severity = (enum yg_severity)(fault->finding.rule->severity - 1);
	switch (fault->finding.state) {
	case YG_STATE_NONE:
		set_state(posture, fault, YG_STATE_OPEN, look->time_ns);
		break;
	case YG_STATE_RESOLVED:
		fault->finding.repeats++;
		set_state(posture, fault, YG_STATE_REOPENED, look->time_ns);
		break;
	case YG_STATE_OPEN:
	case YG_STATE_REOPENED:
	case YG_STATE_MAX:
	default:
		fault->finding.repeats++;
		fault->dirty = true;
		if (look->time_ns >= fault->told_ns + TOLD_EACH)
			tell(posture, fault, YG_POSTURE_AGAIN);
		break;
	}
}

bool yg_posture_is_open(const struct yg_posture *posture, enum yg_posture_rule_id id,
			uint64_t place)
{
	const struct yg_fault *fault = yg_lru_peek(posture->faults, hash_topic(id, place));

	return fault && fault->finding.rule &&
	       (fault->finding.state == YG_STATE_OPEN || fault->finding.state == YG_STATE_REOPENED);
}

bool yg_judges(const struct yg_look *look, enum yg_posture_rule_id id)
{
	uint8_t profiles = yg_posture_rules[id].profiles;

	return profiles == 0 || (profiles & look->posture->profile);
}

void yg_judge(struct yg_look *look, enum yg_posture_rule_id id, bool fault, const char *format, ...)
{
	struct yg_place *place = yg_posture_rules[id].whole_service ? look->whole : look->endpoint;
	char cause[YG_FINDING_TEXT_CAP];
	va_list list;

	if (!place || !yg_judges(look, id))
		return;
	look->posture->judged++;
	if (!fault) {
		take_clean(look, place, id);
		return;
	}
	va_start(list, format);
	(void)vsnprintf(cause, sizeof(cause), format, list);
	va_end(list);
	take_fault(look, place, id, cause);
}

struct yg_place *yg_posture_service(struct yg_posture *posture, struct yg_slice service)
{
	uint64_t hash = yg_hash(&topic_key, service.ptr, service.len) | 1;
	struct yg_place *place = yg_lru_get(posture->services, hash, NULL);

	place->id = hash;
	return place;
}

struct yg_place *yg_posture_place(const struct yg_look *look)
{
	struct yg_slice label = { look->label, look->label_len };
	uint64_t hash = yg_hash(&topic_key, label.ptr, label.len) ^ yg_hash_mix(look->whole->id);
	struct yg_place *place = yg_lru_get(look->posture->services, hash | 1, NULL);

	place->id = hash | 1;
	return place;
}

void yg_posture_place_endpoint(struct yg_look *look, const struct yg_endpoint *endpoint)
{
	if (!look->service.ptr)
		look->service = yg_slice_from_str(endpoint->service);
	if (!look->whole)
		look->whole = yg_posture_service(look->posture, look->service);
	if (endpoint->index >= look->posture->options.endpoints_max)
		return;
	look->endpoint = yg_posture_place_of(look->posture, endpoint);
	look->about = endpoint;
}

/* Which endpoint, and whether its head and body are read this time. */
static void place_look(struct yg_look *look)
{
	const struct yg_scene *scene = look->scene;

	look->whole = yg_posture_service(look->posture, look->service);
	if (!scene->endpoint)
		return;
	yg_posture_place_endpoint(look, scene->endpoint);
	look->full = look->endpoint && scene->lesson;
}

void yg_posture_observe(struct yg_posture *posture, const struct yg_scene *scene)
{
	const struct yg_exchange *exchange = scene->exchange;
	uint16_t status = exchange->response.present ? exchange->response.status : 0;
	struct yg_look look = {
		.posture = posture,
		.scene = scene,
		.service = scene->service,
		.time_ns = scene->time_ns,
		.status = status,
		.accepted = status >= 200 && status < 300,
		.redirected = status == 302 || status == 303 || status == 307,
		.credential = scene->credentials->best != YG_CREDENTIAL_NONE,
		.method = exchange->request.method,
	};

	if (!exchange->request.present || exchange->request.refused ||
	    (status == 0 && !(exchange->outbound && exchange->broken)))
		return;
	place_look(&look);
	look.hop = yg_hash(&topic_key, &exchange->server, sizeof(exchange->server));
	if (look.full || posture->profile)
		yg_look_need_heads(&look);
	if (exchange->outbound) {
		yg_posture_check_outbound(&look);
		return;
	}
	yg_look_token(&look);
	yg_posture_check_credentials(&look);
	yg_posture_check_tokens(&look);
	if (look.full) {
		yg_posture_check_heads(&look);
		yg_posture_check_bodies(&look);
		yg_posture_check_data(&look);
	}
	yg_posture_check_objects(&look);
	yg_posture_check_urls(&look);
	yg_posture_check_reach(&look);
	yg_posture_check_sensitive(&look);
	yg_posture_check_spec(&look);
	if (look.full && look.accepted && !look.token && look.endpoint)
		yg_posture_learn_keys(&look);
	if (posture->profile)
		yg_fapi_check(&look);
}

static void move_fault(struct yg_posture *posture, struct yg_fault *from, struct yg_fault *into,
		       const struct yg_endpoint *endpoint)
{
	uint64_t id = from->finding.id;

	if (into->finding.rule) {
		/* Both had it: one goes on, the other is told to be no more. */
		into->seen += from->seen;
		into->judged += from->judged;
		if (from->finding.state != YG_STATE_NONE)
			set_state(posture, from, YG_STATE_RESOLVED, from->finding.time_ns);
		from->finding.rule = NULL;
		return;
	}
	*into = *from;
	into->place = endpoint->id;
	(void)snprintf(into->finding.endpoint, sizeof(into->finding.endpoint), "%s %.480s",
		       endpoint->method, endpoint->template_);
	into->finding.id = id; /* stable, although the topic has another name now */
	from->finding.rule = NULL;
	if (into->finding.state != YG_STATE_NONE)
		tell(posture, into, YG_POSTURE_STATE);
}

void yg_posture_fold(struct yg_posture *posture, uint64_t from, const struct yg_endpoint *into)
{
	for (unsigned int i = 0; i < YG_POSTURE_MAX; i++) {
		enum yg_posture_rule_id id = (enum yg_posture_rule_id)i;
		struct yg_fault *fault = yg_lru_peek(posture->faults, hash_topic(id, from));
		struct yg_fault copy, *target;

		if (!fault || !fault->finding.rule)
			continue;
		copy = *fault;
		fault->finding.rule = NULL;
		/* Making room may give up the very row: work on the copy. */
		target = yg_lru_get(posture->faults, hash_topic(id, into->id), NULL);
		move_fault(posture, &copy, target, into);
		if (into->index < posture->options.endpoints_max)
			posture->endpoints[into->index].absent[i / 64] &= ~(1ull << (i % 64));
	}
}

uint32_t yg_posture_first(const struct yg_posture *posture)
{
	return yg_lru_first(posture->faults);
}

uint32_t yg_posture_next(const struct yg_posture *posture, uint32_t i)
{
	return yg_lru_next(posture->faults, i);
}

struct yg_finding *yg_posture_at(const struct yg_posture *posture, uint32_t i)
{
	struct yg_fault *fault = yg_lru_at(posture->faults, i);

	return fault->finding.rule && fault->finding.state != YG_STATE_NONE ? &fault->finding
									    : NULL;
}

bool yg_posture_pack(struct yg_posture *posture, uint32_t i, bool changed_only,
		     struct yg_writer *writer, uint64_t *ret_id)
{
	struct yg_fault *fault = yg_lru_at(posture->faults, i);
	const struct yg_finding *finding = &fault->finding;

	if (!finding->rule || finding->state == YG_STATE_NONE || (changed_only && !fault->dirty))
		return false;
	yg_put_varint(writer, VERSION);
	yg_put_text(writer, yg_slice_from_str(finding->rule->id));
	yg_put_u64(writer, yg_lru_key(posture->faults, i));
	yg_put_u64(writer, finding->id);
	yg_put_u64(writer, fault->place);
	yg_put_varint(writer, fault->seen);
	yg_put_varint(writer, fault->judged);
	yg_put_varint(writer, fault->quiet);
	yg_put_varint(writer, fault->longest);
	yg_put_varint(writer, finding->repeats);
	yg_put_varint(writer, (uint64_t)finding->state);
	yg_put_u64(writer, finding->first_ns);
	yg_put_u64(writer, finding->time_ns);
	yg_put_u64(writer, finding->state_ns);
	yg_put_text(writer, yg_slice_from_str(finding->service));
	yg_put_text(writer, yg_slice_from_str(finding->endpoint));
	yg_put_text(writer, yg_slice_from_str(finding->cause));
	fault->dirty = false;
	*ret_id = finding->id;
	return true;
}

static const struct yg_rule *find_rule(struct yg_slice id)
{
	for (size_t i = 0; i < YG_POSTURE_MAX; i++) {
		if (yg_slice_equal(id, yg_slice_from_str(yg_posture_rules[i].rule.id)))
			return &yg_posture_rules[i].rule;
	}
	return NULL;
}

int yg_posture_unpack(struct yg_posture *posture, struct yg_reader *reader)
{
	YG_CLEANUP_FREE struct yg_fault *fault = calloc(1, sizeof(*fault));
	struct yg_finding *finding;
	uint32_t version;
	uint64_t key;

	if (!fault)
		return -ENOMEM;
	finding = &fault->finding;
	version = yg_get_max(reader, VERSION);
	if (version == 0)
		return -EINVAL;
	finding->rule = find_rule(yg_get_text(reader));
	key = yg_get_u64(reader);
	finding->id = yg_get_u64(reader);
	fault->place = yg_get_u64(reader);
	fault->seen = yg_get_max(reader, UINT32_MAX);
	fault->judged = yg_get_max(reader, UINT32_MAX);
	fault->quiet = yg_get_max(reader, UINT32_MAX);
	fault->longest = version > 1 ? yg_get_max(reader, UINT32_MAX) : 0;
	finding->repeats = yg_get_max(reader, UINT32_MAX);
	finding->state = (enum yg_state)yg_get_max(reader, YG_STATE_MAX - 1);
	finding->first_ns = yg_get_u64(reader);
	finding->time_ns = yg_get_u64(reader);
	finding->state_ns = yg_get_u64(reader);
	yg_get_string(reader, finding->service, sizeof(finding->service));
	yg_get_string(reader, finding->endpoint, sizeof(finding->endpoint));
	yg_get_string(reader, finding->cause, sizeof(finding->cause));
	if (reader->bad || reader->used != reader->len || !finding->rule ||
	    finding->state == YG_STATE_NONE)
		return -EINVAL;
	finding->severity = finding->rule->severity;
	fault->told_ns = finding->time_ns;
	memcpy(yg_lru_get(posture->faults, key, NULL), fault, sizeof(*fault));
	return 0;
}

void yg_posture_counters(const struct yg_posture *posture,
			 void (*fn)(void *ctx, const char *name, uint64_t value), void *ctx)
{
	struct yg_keys_counters keys = yg_keys_counters(posture->keys);

	fn(ctx, "posture.judged", posture->judged);
	fn(ctx, "posture.opened", posture->opened);
	fn(ctx, "posture.resolved", posture->resolved);
	fn(ctx, "posture.reopened", posture->reopened);
	fn(ctx, "posture.findings_evicted", yg_lru_evicted(posture->faults));
	fn(ctx, "posture.services_evicted", yg_lru_evicted(posture->services));
	fn(ctx, "posture.tokens_evicted", yg_lru_evicted(posture->tokens));
	fn(ctx, "posture.memos_evicted", yg_lru_evicted(posture->memos));
	fn(ctx, "posture.objects_evicted", yg_lru_evicted(posture->objects));
	fn(ctx, "posture.fields_evicted", yg_lru_evicted(posture->fields));
	fn(ctx, "posture.keys", keys.keys);
	fn(ctx, "posture.keys_evicted", keys.evicted);
	fn(ctx, "posture.signatures", keys.verified);
	fn(ctx, "posture.signatures_skipped", keys.skipped);
}
