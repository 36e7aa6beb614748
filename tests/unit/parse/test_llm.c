/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/llm.h"

#include "test.h"

static void knows_the_paths_of_such_apis(void **state)
{
	static const char *const yes[] = { "/v1/chat/completions",
					   "/openai/v1/responses?x=1",
					   "/v1/messages",
					   "/v1/embeddings",
					   "/api/chat",
					   "/v1beta/models/m-1:generateContent?alt=sse",
					   "/model/m-1/converse" };
	static const char *const no[] = { "/v1/completions/7", "/messages2", "/chat", "", "/" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(yg_llm_is_target(yg_slice_from_str(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(yg_llm_is_target(yg_slice_from_str(no[i])));
}

static void names_the_model_of_a_path(void **state)
{
	static const char *const rows[][2] = {
		{ "/openai/deployments/m-1/chat/completions?api-version=1", "m-1" },
		{ "/v1beta/models/m-1:streamGenerateContent?alt=sse", "m-1" },
		{ "/model/a.m-1-v1%3A0/converse", "a.m-1-v1%3A0" },
		{ "/model/a.m-1-v1:0/invoke", "a.m-1-v1:0" },
		{ "/models/chat/completions", "" },
		{ "/v1/models/a/b:generateContent", "" },
		{ "/deployments//chat/completions", "" },
		{ "/deployments/m-1", "" },
		{ "/v1/messages?x=/model/m/", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(rows[i][0], strlen(rows[i][0]));

		print_message("  %s\n", rows[i][0]);
		assert_true(
			yg_slice_equal(yg_llm_model_of_target((struct yg_slice){ in.ptr, in.len }),
				       yg_slice_from_str(rows[i][1])));
	}
}

static const struct {
	const char *json, *model; /* NULL: it is none */
	bool stream;
	uint32_t messages, tools;
} cases[] = {
	{ "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},"
	  "{\"role\":\"user\"}],\"stream\":true,\"tools\":[{}]}",
	  "m-1", true, 2, 1 },
	{ "{\"input\":\"text\",\"model\":\"e\"}", "e", false, 0, 0 },
	{ "{\"model\":\"m\",\"messages\":[{\"content\":\"cut he", "m", false, 1, 0 },
	{ "{\"model\":\"T\",\"year\":1908}", NULL, false, 0, 0 },
	{ "{\"messages\":[{\"model\":\"x\"}]}", NULL, false, 1, 0 },
	{ "[]", NULL, false, 0, 0 },
	{ "", NULL, false, 0, 0 },
};

static void reads_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].json, strlen(cases[i].json));
		struct yg_llm llm;

		print_message("  %s\n", cases[i].json);
		assert_int_equal(yg_llm_read((struct yg_slice){ in.ptr, in.len }, &llm),
				 cases[i].model != NULL);
		assert_int_equal(llm.messages, cases[i].messages);
		assert_int_equal(llm.tools, cases[i].tools);
		if (!cases[i].model)
			continue;
		assert_int_equal(llm.stream, cases[i].stream);
		assert_true(yg_slice_equal(llm.model, yg_slice_from_str(cases[i].model)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_paths_of_such_apis),
		cmocka_unit_test(names_the_model_of_a_path),
		cmocka_unit_test(reads_every_case_of_the_table),
	};

	return cmocka_run_group_tests_name("parse/llm", tests, NULL, NULL);
}
