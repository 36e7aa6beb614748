/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/h2name.h"

#include "test.h"

#define ROWS_MAX 5

/* A request: the host that it names, "?" if that is not known, NULL if it names none. */
struct request {
	const char *host;
	uint16_t table; /* times that the header table was learned again by then */
};

static const struct {
	const char *name;
	struct request requests[ROWS_MAX];
	size_t count;
	const char *want; /* of the last one; NULL: nothing */
} cases[] = {
	{ "nothing was seen", { { "?", 1 } }, 1, NULL },
	{ "one host before a loss", { { "a.example", 0 }, { "?", 1 } }, 2, "a.example" },
	{ "one host in two ways to write it",
	  { { "a.example", 0 }, { "A.EXAMPLE", 0 }, { "?", 1 } },
	  3,
	  "A.EXAMPLE" },
	{ "two hosts before it", { { "a.example", 0 }, { "b.example", 0 }, { "?", 1 } }, 3, NULL },
	{ "two ports of one host",
	  { { "a.example", 0 }, { "a.example:8443", 0 }, { "?", 1 } },
	  3,
	  NULL },
	{ "two losses", { { "a.example", 0 }, { "?", 1 }, { "?", 2 } }, 3, "a.example" },
	{ "two hosts, each before a loss",
	  { { "a.example", 0 }, { "b.example", 1 }, { "?", 2 } },
	  3,
	  NULL },
	{ "known again since the loss",
	  { { "a.example", 0 }, { "?", 1 }, { "a.example", 1 }, { "?", 1 } },
	  4,
	  NULL },
	{ "not known when one was written out",
	  { { "?", 1 }, { "a.example", 1 }, { "?", 1 } },
	  3,
	  NULL },
	{ "not known when one was written out, and learned again since",
	  { { "?", 1 }, { "a.example", 1 }, { "?", 2 } },
	  3,
	  NULL },
	{ "not known before the first that is",
	  { { "?", 1 }, { "a.example", 2 }, { "?", 3 } },
	  3,
	  NULL },
	{ "once in doubt, always in doubt",
	  { { "a.example", 1 }, { "?", 1 }, { "a.example", 2 }, { "?", 3 } },
	  4,
	  NULL },
	{ "an empty host", { { "", 0 }, { "?", 1 } }, 2, NULL },
};

/* Return: does it name a host that is not known? */
static bool read_head(struct yg_h2_name *name, const struct request *request)
{
	static struct yg_h2_head head;

	yg_h2_head_begin(&head);
	yg_h2_head_field(&head, YG_SLICE(":method"), YG_SLICE("GET"));
	if (request->host && strcmp(request->host, "?") == 0)
		yg_h2_head_field(&head, YG_SLICE(""), YG_SLICE(""));
	else if (request->host)
		yg_h2_head_field(&head, YG_SLICE(":authority"), yg_slice_from_str(request->host));
	yg_h2_head_field(&head, YG_SLICE("accept"), YG_SLICE("*/*"));
	return yg_h2_name_read(name, request->table, &head);
}

static void tells_what_all_others_name_if_that_is_certain(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_h2_name name = { .len = 0 };
		const struct request *last = &cases[i].requests[cases[i].count - 1];
		struct yg_slice told;

		print_message("%s\n", cases[i].name);
		for (size_t k = 0; k < cases[i].count; k++)
			assert_int_equal(read_head(&name, &cases[i].requests[k]),
					 strcmp(cases[i].requests[k].host, "?") == 0);
		told = yg_h2_name_of(&name, last->table);
		assert_int_equal(told.ptr != NULL, cases[i].want != NULL);
		if (cases[i].want)
			assert_true(yg_slice_equal(told, yg_slice_from_str(cases[i].want)));
	}
}

static void a_request_without_a_host_is_not_one_whose_host_is_unknown(void **state)
{
	struct yg_h2_name name = { .len = 0 };

	(void)state;

	assert_false(read_head(&name, &(struct request){ "a.example", 0 }));
	assert_false(read_head(&name, &(struct request){ NULL, 0 }));
	assert_true(read_head(&name, &(struct request){ "?", 1 }));
	assert_true(yg_h2_name_of(&name, 1).ptr != NULL);
}

static void a_long_name_is_not_told_of(void **state)
{
	struct yg_h2_name name = { .len = 0 };
	char host[YG_H2_NAME_MAX + 2];

	(void)state;

	memset(host, 'a', sizeof(host));
	host[YG_H2_NAME_MAX] = '\0';
	assert_false(read_head(&name, &(struct request){ host, 0 }));
	assert_int_equal(yg_h2_name_of(&name, 1).len, YG_H2_NAME_MAX);
	host[YG_H2_NAME_MAX] = 'a';
	host[YG_H2_NAME_MAX + 1] = '\0';
	assert_false(read_head(&name, &(struct request){ host, 0 }));
	assert_null(yg_h2_name_of(&name, 1).ptr);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_all_others_name_if_that_is_certain),
		cmocka_unit_test(a_request_without_a_host_is_not_one_whose_host_is_unknown),
		cmocka_unit_test(a_long_name_is_not_told_of),
	};

	return cmocka_run_group_tests_name("parse/h2name", tests, NULL, NULL);
}
