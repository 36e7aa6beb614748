/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/place_go.h"

#include "go_image.h"
#include "test.h"

/* Read, Write and serverHandshake: one entry and two returns each; Close: one entry. */
#define PROBES 10u

static const struct {
	const char *name;
	struct go_image go;
	uint32_t expected;
} cases[] = {
	{ "Go 1.17: addresses in the table",
	  { GO_MAGIC_1_16, GO_TEXT_NONE, false, false },
	  PROBES },
	{ "Go 1.18", { GO_MAGIC_1_18, GO_TEXT_HEADER, false, false }, PROBES },
	{ "Go 1.20", { GO_MAGIC_1_20, GO_TEXT_HEADER, false, false }, PROBES },
	{ "Go 1.26: the text is in moduledata",
	  { GO_MAGIC_1_20, GO_TEXT_MODULE, false, false },
	  PROBES },
	{ "position independent: in a relocation",
	  { GO_MAGIC_1_20, GO_TEXT_RELA, false, false },
	  PROBES },
	{ "only the entry point tells", { GO_MAGIC_1_20, GO_TEXT_ENTRY, false, false }, PROBES },
	{ "without section names", { GO_MAGIC_1_20, GO_TEXT_HEADER, true, false }, PROBES },
	{ "no text that fits: none", { GO_MAGIC_1_20, GO_TEXT_NONE, false, false }, 0 },
	{ "Go 1.16: stack ABI", { GO_MAGIC_1_16, GO_TEXT_NONE, false, true }, 0 },
	{ "Go 1.15", { 0xfffffffbu, GO_TEXT_HEADER, false, false }, 0 },
};

static void find(const struct go_image *go, struct yg_place *ret)
{
	GUARD_CLEANUP struct guard g = { 0 };
	uint8_t image[GO_IMAGE_LEN];
	struct yg_elf elf;

	go_image_make(image, go);
	g = guard_copy(image, sizeof(image));
	assert_int_equal(yg_elf_open((uint8_t *)g.ptr, g.len, &elf), 0);
	assert_int_equal(yg_place_find(&elf, ret), 0);
}

static void places_probes(void **state)
{
	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		struct yg_place place;

		find(&cases[i].go, &place);
		if (place.count != cases[i].expected)
			fail_msg("%s: %u probes", cases[i].name, place.count);
		assert_int_equal(yg_place_is_valid(&place, GO_IMAGE_LEN), place.count > 0);
	}
}

/* The entry behind the stack check and its jump, a return on every RET. */
static void places_on_the_right_instructions(void **state)
{
	static const uint32_t at[] = { GO_IMAGE_CODE + GO_IMAGE_BODY, GO_IMAGE_CODE + 10,
				       GO_IMAGE_CODE + 11 };
	static const uint32_t kinds[] = { YG_PROBE_GO_READ, YG_PROBE_GO_RET, YG_PROBE_GO_RET };
	struct yg_place place;

	(void)state;
	find(&cases[2].go, &place);
	for (size_t i = 0; i < YG_ARRAY_SIZE(at); i++) {
		assert_int_equal(place.probes[i].offset, at[i]);
		assert_int_equal(place.probes[i].kind, kinds[i]);
		assert_int_equal(place.probes[i].placement,
				 i ? YG_PLACEMENT_SYMBOL : YG_PLACEMENT_EMULATED);
	}
	assert_int_equal(place.probes[3].kind, YG_PROBE_GO_WRITE);
	assert_int_equal(place.probes[6].kind, YG_PROBE_GO_SHAKE);
	assert_int_equal(place.probes[7].kind, YG_PROBE_GO_SHAKEN);
	assert_int_equal(place.probes[9].kind, YG_PROBE_GO_CLOSE);
	assert_string_equal(yg_stack_name((enum yg_stack)place.stack), "go");
}

/* A byte that is no instruction in the middle: not all returns are known, so none is probed. */
static void all_or_nothing(void **state)
{
	uint8_t image[GO_IMAGE_LEN];
	struct yg_place place;
	struct yg_elf elf;

	(void)state;
	go_image_make(image, &cases[2].go);
	image[GO_IMAGE_CODE + GO_IMAGE_SLOT + 8] = 0x06;
	assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
	assert_int_equal(yg_place_find(&elf, &place), 0);
	assert_int_equal(place.count, 0);
	go_image_make(image, &cases[2].go);
	image[offsetof(Elf64_Ehdr, e_machine)] = EM_AARCH64;
	assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
	assert_int_equal(yg_place_go(&elf, &place), 0);
	assert_int_equal(place.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_probes),
		cmocka_unit_test(places_on_the_right_instructions),
		cmocka_unit_test(all_or_nothing),
	};

	return cmocka_run_group_tests_name("capture/place_go", tests, NULL, NULL);
}
