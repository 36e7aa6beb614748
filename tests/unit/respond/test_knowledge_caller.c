/* SPDX-License-Identifier: GPL-2.0-only */
#include "respond/knowledge_inside.h"

#include "scene.h"

#define USUAL "t13d1516h2_8daaf6152771_e5627efa2ab1"
#define OTHER "t13i190800_9dc949149365_97f8aa674fd9"

static const struct yg_hash_key key = { 3, 4 };

static void the_most_frequent_one_leads(void **state)
{
	struct yg_caller_ja4 ja4 = { 0 };

	(void)state;
	yg_caller_ja4_note(&ja4, &key, (struct yg_slice){ NULL, 0 });
	assert_int_equal(ja4.seen, 0);
	yg_caller_ja4_note(&ja4, &key, YG_SLICE(USUAL));
	yg_caller_ja4_note(&ja4, &key, YG_SLICE(USUAL));
	yg_caller_ja4_note(&ja4, &key, YG_SLICE(OTHER));
	yg_caller_ja4_note(&ja4, &key, YG_SLICE(OTHER));
	assert_int_equal(__builtin_popcountll(ja4.seen), 2);
	for (int i = 0; i < 3; i++)
		yg_caller_ja4_note(&ja4, &key, YG_SLICE(OTHER));
	assert_string_equal(ja4.most, OTHER);
}

static void a_finding_says_once_what_it_came_with(void **state)
{
	struct yg_caller_ja4 ja4 = { .most = USUAL, .lead = 20 };
	struct yg_finding finding = { 0 };

	(void)state;
	yg_caller_ja4_add(&ja4, (struct yg_slice){ NULL, 0 }, &finding);
	assert_int_equal(finding.evidence_count, 0);
	yg_caller_ja4_add(&ja4, YG_SLICE(OTHER), &finding);
	assert_int_equal(finding.evidence_count, 2);
	assert_string_equal(finding.evidence[0].name, "ja4");
	assert_string_equal(finding.evidence[0].text, OTHER);
	assert_string_equal(finding.evidence[1].name, "ja4_usual");
	assert_string_equal(finding.evidence[1].text, USUAL);
	yg_caller_ja4_add(&ja4, YG_SLICE(USUAL), &finding);
	assert_int_equal(finding.evidence_count, 2);
	finding = (struct yg_finding){ .evidence_count = YG_FINDING_EVIDENCE_MAX };
	for (uint32_t i = 0; i < YG_FINDING_EVIDENCE_MAX; i++)
		finding.evidence[i].name = "other";
	yg_caller_ja4_add(&ja4, YG_SLICE(OTHER), &finding);
	assert_int_equal(finding.evidence_count, YG_FINDING_EVIDENCE_MAX);
}

struct seen {
	struct yg_caller_info caller;
	uint32_t count;
};

static void take_caller(void *ctx, const struct yg_caller_info *caller)
{
	struct seen *seen = ctx;

	if (strncmp(caller->caller, "bearer:", 7) != 0)
		return;
	seen->caller = *caller;
	seen->count++;
}

static const char *evidence(const struct yg_finding *finding, const char *name)
{
	for (uint32_t i = 0; i < finding->evidence_count; i++) {
		if (strcmp(finding->evidence[i].name, name) == 0)
			return finding->evidence[i].text;
	}
	return "";
}

/* Two hundred calls of the owner's program, then somebody else walks over accounts with its key. */
static void a_stolen_key_comes_from_another_program(void **state)
{
	SCENE_CLEANUP struct scene scene;
	struct seen seen = { 0 };
	char target[64];

	(void)state;
	scene_open(&scene, (struct yg_knowledge_options){ 0 });
	for (unsigned i = 0; i < 200; i++)
		scene_show(&scene, &(struct scene_call){ .target = "/v1/accounts/7",
							 .bearer = "key",
							 .ja4 = USUAL,
							 .tls = true });
	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(target, sizeof(target), "/v1/accounts/%u", 1000 + i);
		scene_show(&scene,
			   &(struct scene_call){ .target = target,
						 .bearer = "key",
						 .client = "203.0.113.66",
						 .ja4 = OTHER,
						 .tls = true,
						 .time_ns = scene.time_ns + SECOND_NS / 10 });
	}
	assert_true(scene.found > 0);
	assert_string_equal(evidence(&scene.last, "ja4"), OTHER);
	assert_string_equal(evidence(&scene.last, "ja4_usual"), USUAL);
	assert_true(yg_knowledge_callers(scene.knowledge, take_caller, &seen) > 0);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.caller.ja4s, 2);
	assert_true(seen.caller.ja4[0] == 't');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_frequent_one_leads),
		cmocka_unit_test(a_finding_says_once_what_it_came_with),
		cmocka_unit_test(a_stolen_key_comes_from_another_program),
	};

	return cmocka_run_group_tests_name("respond/knowledge_caller", tests, NULL, NULL);
}
