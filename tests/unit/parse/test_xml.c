/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/xml.h"

#include <stdio.h>

#include "core/macros.h"
#include "test.h"

#define TEXT_CAP 4096

/* Nodes as "<name depth", "@name=value", "'text", ">depth", then how it ended. */
static const struct {
	const char *xml, *want;
} cases[] = {
	{ "<a/>", "<a0 >0 done" },
	{ "<p:a xmlns:p='u' b = \"1>2\"><c>t</c></p:a>", "<a0 @p=u @b=1>2 <c1 't >1 >0 done" },
	{ "<!DOCTYPE a><a> \n <![CDATA[ <b> ]]></a >", "<a0 ' <b>  >0 done" },
	{ "<!DOCTYPE a [<!ENTITY x SYSTEM \"]>\"><!-- ' ]> --><?p ']>?>]><a>&x;</a>",
	  "<a0 '&x; >0 done" },
	{ "<!DOCTYPE a [<!ENTITY x '", "more" },
	{ "<!DOCTYPE a [<!ELEMENT a ANY> ]", "more" },
	{ "<a><!-- <b> --><?php ?></a>", "<a0 >0 done" },
	{ "<a", "more" },
	{ "<a ", "<a0 more" },
	{ "<a b", "<a0 more" },
	{ "<a b=", "<a0 more" },
	{ "<a b='x", "<a0 @b=x~ more" },
	{ "<a>x", "<a0 'x~ more" },
	{ "<a><![CDATA[x", "<a0 'x~ more" },
	{ "<a></", "<a0 more" },
	{ "<a/", "<a0 more" },
	{ "", "done" },
	{ "text", "bad" },
	{ "<>", "bad" },
	{ "<a b>", "<a0 bad" },
	{ "<a b=c>", "<a0 bad" },
	{ "<a / >", "<a0 bad" },
	{ "<a/></a>", "<a0 >0 bad" },
};

static void write_walk(struct yg_slice text, char *ret)
{
	static const char *const ends[] = { "done", "more", "bad" };
	struct yg_xml_walk walk = { .text = text };
	struct yg_xml_node n;
	size_t len = 0;

	while (yg_xml_walk_next(&walk, &n)) {
		const char *cut = n.cut ? "~" : "";

		if (n.type == YG_XML_END)
			len += (size_t)snprintf(ret + len, TEXT_CAP - len, ">%u ", n.depth);
		else if (n.type == YG_XML_ELEMENT)
			len += (size_t)snprintf(ret + len, TEXT_CAP - len, "<%.*s%u ",
						(int)n.name.len, n.name.ptr, n.depth);
		else
			len += (size_t)snprintf(ret + len, TEXT_CAP - len, "%s%.*s%s%.*s%s ",
						n.type == YG_XML_ATTRIBUTE ? "@" : "'",
						(int)n.name.len, n.name.ptr ? n.name.ptr : "",
						n.type == YG_XML_ATTRIBUTE ? "=" : "",
						(int)n.value.len, n.value.ptr, cut);
	}
	(void)snprintf(ret + len, TEXT_CAP - len, "%s", ends[walk.result]);
	assert_false(yg_xml_walk_next(&walk, &n));
}

static void walks_every_case_of_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].xml, strlen(cases[i].xml));
		char got[TEXT_CAP];

		print_message("  %s\n", cases[i].xml);
		write_walk((struct yg_slice){ in.ptr, in.len }, got);
		assert_string_equal(got, cases[i].want);
	}
}

static void passes_over_what_is_too_deep(void **state)
{
	char xml[8 * YG_XML_DEPTH_MAX * 2], got[TEXT_CAP];
	size_t len = 0;

	(void)state;
	for (uint32_t i = 0; i < YG_XML_DEPTH_MAX + 8; i++)
		len += (size_t)snprintf(xml + len, sizeof(xml) - len, "<a>");
	for (uint32_t i = 0; i < YG_XML_DEPTH_MAX + 8; i++)
		len += (size_t)snprintf(xml + len, sizeof(xml) - len, "</a>");
	write_walk((struct yg_slice){ xml, len }, got);
	assert_null(strstr(got, "<a32"));
	assert_non_null(strstr(got, "<a31 >31 "));
	assert_string_equal(got + strlen(got) - 7, ">0 done");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walks_every_case_of_the_table),
		cmocka_unit_test(passes_over_what_is_too_deep),
	};

	return cmocka_run_group_tests_name("parse/xml", tests, NULL, NULL);
}
