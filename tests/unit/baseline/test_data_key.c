/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_key.h"

#include <string.h>

#include "test.h"

static bool says(const struct yg_data_lexicon *lexicon, const struct yg_data_word *word)
{
	struct yg_slice text = yg_slice_from_str(word->text);
	struct yg_data_set set = word->kind == YG_DATA_WORD_WHOLE
					 ? yg_data_key_classes(lexicon, YG_SLICE(""), text)
					 : yg_data_text_classes(lexicon, text);

	return yg_data_set_has(&set, word->class_) &&
	       (word->kind != YG_DATA_WORD_FORM || yg_data_set_has(&set, YG_DATA_SAID_FORM));
}

static void knows_every_word_of_both_tables(void **state)
{
	static struct yg_data_lexicon lexicon;
	uint32_t counts[2];
	const struct yg_data_word *words[2] = { yg_data_words(&counts[0]),
						yg_data_words_world(&counts[1]) };

	(void)state;

	yg_data_lexicon_init(&lexicon);
	assert_int_equal(lexicon.from[27], counts[0] + counts[1]);
	for (uint32_t table = 0; table < 2; table++) {
		for (uint32_t i = 0; i < counts[table]; i++) {
			if (!says(&lexicon, &words[table][i]))
				fail_msg("'%s' is not found", words[table][i].text);
		}
	}
}

static const struct {
	const char *name;
	enum yg_data_class class_;
	bool has;
} names[] = {
	{ "userEmail", YG_DATA_EMAIL, true },
	{ "EMAIL_ADDRESSES", YG_DATA_EMAIL, true },
	{ "emails", YG_DATA_EMAIL, true },
	{ "xemail", YG_DATA_EMAIL, false },
	{ "emailed", YG_DATA_EMAIL, false },
	{ "login_password", YG_DATA_SECRET_PASSWORD, true },
	{ "passwordExpires", YG_DATA_SECRET_PASSWORD, false },
	{ "", YG_DATA_EMAIL, false },
};

static void finds_whole_words_of_names(void **state)
{
	static struct yg_data_lexicon lexicon;

	(void)state;

	yg_data_lexicon_init(&lexicon);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct yg_data_set set = yg_data_key_classes(&lexicon, YG_SLICE(""),
							     yg_slice_from_str(names[i].name));

		print_message("  %s\n", names[i].name);
		assert_int_equal(yg_data_set_has(&set, names[i].class_), names[i].has);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_every_word_of_both_tables),
		cmocka_unit_test(finds_whole_words_of_names),
	};

	return cmocka_run_group_tests_name("baseline/data_key", tests, NULL, NULL);
}
