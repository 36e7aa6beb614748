/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/elf.h"

#include <errno.h>

#include "elf_image.h"
#include "test.h"

static uint8_t image[ELF_IMAGE_LEN];

static void make(uint32_t type)
{
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, type);
}

static void finds_functions_in_both_tables(void **state)
{
	static const uint32_t types[] = { SHT_DYNSYM, SHT_SYMTAB };
	struct yg_elf_symbol symbols[] = { { .name = "SSL_read" }, { .name = "SSL_rea" } };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(types); i++) {
		GUARD_CLEANUP struct guard g = { 0 };
		struct yg_elf elf;

		make(types[i]);
		g = guard_copy(image, sizeof(image));
		assert_int_equal(yg_elf_open((uint8_t *)g.ptr, g.len, &elf), 0);
		assert_int_equal(yg_elf_resolve(&elf, symbols, 2), 1);
		assert_int_equal(symbols[0].offset, elf_image_offset(ELF_READ));
		assert_int_equal(symbols[0].size, ELF_IMAGE_SLOT);
		assert_int_equal(symbols[1].offset, 0); /* a prefix is not a name */
	}
}

static void converts_offsets_and_addresses(void **state)
{
	struct yg_elf elf;

	(void)state;
	make(SHT_DYNSYM);
	assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
	assert_int_equal(yg_elf_offset(&elf, ELF_IMAGE_BASE + 0x123), 0x123);
	assert_int_equal(yg_elf_address(&elf, 0x123), ELF_IMAGE_BASE + 0x123);
	assert_int_equal(yg_elf_offset(&elf, ELF_IMAGE_BASE - 1), 0);
	assert_int_equal(yg_elf_offset(&elf, ELF_IMAGE_BASE + ELF_IMAGE_LEN), 0);
	assert_int_equal(yg_elf_code_len(&elf, 0x123), ELF_IMAGE_LEN - 0x123);
	assert_int_equal(yg_elf_code_len(&elf, ELF_IMAGE_LEN), 0);
}

struct bad {
	const char *name;
	size_t at;
	uint8_t bytes[8];
	size_t len;
};

static void refuses_what_is_no_library(void **state)
{
	static const struct bad cases[] = {
		{ "other magic", 0, { 'M', 'Z' }, 2 },
		{ "32 bits", EI_CLASS, { ELFCLASS32 }, 1 },
		{ "big endian", EI_DATA, { ELFDATA2MSB }, 1 },
		{ "an object file", offsetof(Elf64_Ehdr, e_type), { ET_REL }, 1 },
		{ "no segments", offsetof(Elf64_Ehdr, e_phnum), { 0 }, 2 },
		{ "too many segments", offsetof(Elf64_Ehdr, e_phnum), { 0xff, 0xff }, 2 },
		{ "segments of another size", offsetof(Elf64_Ehdr, e_phentsize), { 8 }, 1 },
		{ "segments beyond the end", offsetof(Elf64_Ehdr, e_phoff), { 0, 0, 1 }, 3 },
	};
	struct yg_elf elf;

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		make(SHT_DYNSYM);
		memcpy(image + cases[i].at, cases[i].bytes, cases[i].len);
		if (yg_elf_open(image, sizeof(image), &elf) != -ENOEXEC)
			fail_msg("%s", cases[i].name);
	}
}

/* Offsets and sizes that lead out of the file lead nowhere. */
static void finds_nothing_where_tables_lie(void **state)
{
	static const size_t section = 0x100 + sizeof(Elf64_Shdr), strings = section + 64;
	static const struct bad cases[] = {
		{ "symbols beyond the end",
		  section + offsetof(Elf64_Shdr, sh_offset),
		  { 0, 0, 1 },
		  3 },
		{ "symbols that wrap",
		  section + offsetof(Elf64_Shdr, sh_offset),
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		  8 },
		{ "more symbols than bytes",
		  section + offsetof(Elf64_Shdr, sh_size),
		  { 0, 0, 1 },
		  3 },
		{ "strings of no section", section + offsetof(Elf64_Shdr, sh_link), { 9 }, 1 },
		{ "strings that are none", strings + offsetof(Elf64_Shdr, sh_type), { 1 }, 1 },
		{ "strings beyond the end",
		  strings + offsetof(Elf64_Shdr, sh_size),
		  { 0, 0, 1 },
		  3 },
		{ "code outside its segment", 0x40 + offsetof(Elf64_Phdr, p_filesz), { 0, 1 }, 2 },
		{ "a segment longer than the file",
		  0x40 + offsetof(Elf64_Phdr, p_filesz),
		  { 0, 0, 1 },
		  3 },
		{ "no executable segment", 0x40 + offsetof(Elf64_Phdr, p_flags), { PF_R }, 1 },
	};
	struct yg_elf_symbol symbol = { .name = "SSL_read" };

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard g = { 0 };
		struct yg_elf elf;

		make(SHT_DYNSYM);
		memcpy(image + cases[i].at, cases[i].bytes, cases[i].len);
		g = guard_copy(image, sizeof(image));
		assert_int_equal(yg_elf_open((uint8_t *)g.ptr, g.len, &elf), 0);
		if (yg_elf_resolve(&elf, &symbol, 1) != 0)
			fail_msg("%s", cases[i].name);
	}
}

static void reads_any_length_of_a_file(void **state)
{
	struct yg_elf_symbol symbol = { .name = "SSL_read" };

	(void)state;
	make(SHT_DYNSYM);
	for (size_t len = 0; len < sizeof(image); len += 7) {
		GUARD_CLEANUP struct guard g = guard_copy(image, len);
		struct yg_elf elf;

		if (yg_elf_open((uint8_t *)g.ptr, len, &elf) == 0)
			(void)yg_elf_resolve(&elf, &symbol, 1);
		else
			assert_true(len < 0x100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_functions_in_both_tables),
		cmocka_unit_test(converts_offsets_and_addresses),
		cmocka_unit_test(refuses_what_is_no_library),
		cmocka_unit_test(finds_nothing_where_tables_lie),
		cmocka_unit_test(reads_any_length_of_a_file),
	};

	return cmocka_run_group_tests_name("capture/elf", tests, NULL, NULL);
}
