/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/pclntab.h"

#include <errno.h>

#include "go_image.h"
#include "test.h"

static const struct go_image go = { GO_MAGIC_1_20, GO_TEXT_HEADER, false, false };

static int open_image(uint8_t *image, struct yg_pclntab *ret)
{
	static struct yg_elf elf;

	assert_int_equal(yg_elf_open(image, GO_IMAGE_LEN, &elf), 0);
	return yg_pclntab_open(&elf, ret);
}

static void resolves_names(void **state)
{
	struct yg_go_function functions[] = { { .name = "crypto/tls.(*Conn).Write" },
					      { .name = "crypto/tls.(*Conn).Writ" },
					      { .name = "main.main" } };
	uint8_t image[GO_IMAGE_LEN];
	struct yg_pclntab table;

	(void)state;
	go_image_make(image, &go);
	assert_int_equal(open_image(image, &table), 0);
	assert_int_equal(table.count, GO_IMAGE_FUNCTIONS);
	assert_int_equal(table.texts[0], GO_IMAGE_BASE + GO_IMAGE_CODE);
	assert_int_equal(yg_pclntab_resolve(&table, functions, YG_ARRAY_SIZE(functions)), 1);
	assert_int_equal(functions[0].start, GO_IMAGE_SLOT);
	assert_int_equal(functions[0].end, 2 * GO_IMAGE_SLOT);
	assert_int_equal(functions[1].end, 0);
	assert_int_equal(functions[2].end, 0);
}

/* Each lie about the header's numbers is found before it is used. */
static void refuses_lies(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t value;
	} lies[] = {
		{ GO_IMAGE_TABLE, 0x12345678 },
		{ GO_IMAGE_TABLE + 4, 0x0801ffff }, /* padding */
		{ GO_IMAGE_TABLE + 4, 0x04010000 }, /* 32-bit pointers */
		{ GO_IMAGE_TABLE + 8, 0 },
		{ GO_IMAGE_TABLE + 8, UINT64_MAX },
		{ GO_IMAGE_TABLE + 32, UINT64_MAX - 8 },
		{ GO_IMAGE_TABLE + 64, UINT64_MAX - 8 },
	};
	uint8_t image[GO_IMAGE_LEN];
	struct yg_pclntab table;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(lies); i++) {
		go_image_make(image, &go);
		go_image_put(image, lies[i].at, lies[i].value, i < 3 ? 4 : 8);
		assert_int_equal(open_image(image, &table), -ENOENT);
	}
}

/* Counts and offsets that pass the header but lead out of the table. */
static void survives_bad_rows(void **state)
{
	struct yg_go_function function = { .name = "crypto/tls.(*Conn).Read" };
	uint8_t image[GO_IMAGE_LEN];
	struct yg_pclntab table;

	(void)state;
	go_image_make(image, &go);
	go_image_put(image, GO_IMAGE_TABLE + 8, 4000000, 8);
	memset(image + GO_IMAGE_TABLE + 0x180, 0xff, 64);
	assert_int_equal(open_image(image, &table), 0);
	assert_int_equal(yg_pclntab_resolve(&table, &function, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves_names),
		cmocka_unit_test(refuses_lies),
		cmocka_unit_test(survives_bad_rows),
	};

	return cmocka_run_group_tests_name("capture/pclntab", tests, NULL, NULL);
}
