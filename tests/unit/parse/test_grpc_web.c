/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/grpc_web.h"

#include "test.h"

#define FRAME "\x00\x00\x00\x00\x02\x08\x01"
#define STATUS                 \
	"\x80\x00\x00\x00\x0f" \
	"grpc-status: 5\n"
#define CRLF_OK                \
	"\x80\x00\x00\x00\x20" \
	"grpc-message: x\r\nGRPC-Status:0\r\n"

static const struct {
	const char *what, *type, *body;
	size_t len;
	int32_t want;
} cases[] = {
#define CASE(what, type, body, want)                     \
	{                                                \
		what, type, body, sizeof(body) - 1, want \
	}
	CASE("after a message", "application/grpc-web", FRAME STATUS, 5),
	CASE("after two, in other case", "application/grpc-web+proto", FRAME FRAME CRLF_OK, 0),
	CASE("alone", "application/grpc-web", STATUS, 5),
	CASE("base64", "application/grpc-web-text", "AAAAAAIIAQ==gAAAAA9ncnBjLXN0YXR1czogNQo=", 5),
	CASE("base64 in one", "application/grpc-web-text+proto",
	     "AAAAAAIIAYAAAAAPZ3JwYy1zdGF0dXM6IDUK", 5),
	CASE("no fields", "application/grpc-web", FRAME, -1),
	CASE("no line end", "application/grpc-web",
	     "\x80\x00\x00\x00\x0e"
	     "grpc-status: 5",
	     -1),
	CASE("compressed", "application/grpc-web",
	     "\x81\x00\x00\x00\x0f"
	     "grpc-status: 5\n",
	     -1),
	CASE("cut in a message", "application/grpc-web", "\x00\x00\x00\xff\xff\x08\x01", -1),
	CASE("cut in a header", "application/grpc-web", FRAME "\x80\x00", -1),
	CASE("no number", "application/grpc-web",
	     "\x80\x00\x00\x00\x0f"
	     "grpc-status: x\n",
	     -1),
	CASE("no base64", "application/grpc-web-text", "!!!!", -1),
	CASE("empty", "application/grpc-web", "", -1),
#undef CASE
};

static void finds_the_status_in_the_last_frame(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		GUARD_CLEANUP struct guard in = guard_copy(cases[i].body, cases[i].len);
		const struct yg_header type = { YG_SLICE("content-type"),
						yg_slice_from_str(cases[i].type) };
		const struct yg_message response = { .headers = &type,
						     .header_count = 1,
						     .body = { in.ptr, in.len } };

		print_message("  %s\n", cases[i].what);
		assert_true(yg_grpc_web_is(type.value));
		assert_int_equal(yg_grpc_web_status(&response), cases[i].want);
	}
}

static void believes_the_head_first(void **state)
{
	const struct yg_header status = { YG_SLICE("grpc-status"), YG_SLICE("12") };
	const struct yg_message response = { .headers = &status,
					     .header_count = 1,
					     .body = YG_SLICE(STATUS) };

	(void)state;
	assert_int_equal(yg_grpc_web_status(&response), 12);
}

static void knows_its_media_types(void **state)
{
	(void)state;
	assert_true(yg_grpc_web_is(YG_SLICE("application/grpc-web-text; charset=x")));
	assert_false(yg_grpc_web_is(YG_SLICE("application/grpc")));
	assert_false(yg_grpc_web_is((struct yg_slice){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_status_in_the_last_frame),
		cmocka_unit_test(believes_the_head_first),
		cmocka_unit_test(knows_its_media_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
