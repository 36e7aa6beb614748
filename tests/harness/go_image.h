/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small Go program as the linker lays it out, made in memory for tests and fuzzing: code of a few
 * functions, .gopclntab of a choice of version, section names.
 *
 *	0x000 header | 0x040 segment | 0x100 sections | 0x300 section names
 *	0x400 code, 64 bytes for each function | 0x800 .gopclntab | 0xf00 .go.module, .rela.dyn
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define GO_IMAGE_LEN	   0x1000u
#define GO_IMAGE_NAMES	   0x300u
#define GO_IMAGE_CODE	   0x400u
#define GO_IMAGE_TABLE	   0x800u
#define GO_IMAGE_TABLE_LEN 0x600u
#define GO_IMAGE_MODULE	   0xf00u /* its word 22 ends at 0xfb8 */
#define GO_IMAGE_RELA	   0xfc0u
#define GO_IMAGE_BASE	   0x10000u /* address of offset 0 */
#define GO_IMAGE_SLOT	   64u
#define GO_IMAGE_BODY	   6u /* of the push behind the jbe in a slot */

#define GO_MAGIC_1_16 0xfffffffau
#define GO_MAGIC_1_18 0xfffffff0u
#define GO_MAGIC_1_20 0xfffffff1u

enum go_image_text { GO_TEXT_HEADER, GO_TEXT_MODULE, GO_TEXT_RELA, GO_TEXT_ENTRY, GO_TEXT_NONE };

struct go_image {
	uint32_t magic;
	enum go_image_text text; /* who tells where the text starts */
	bool has_no_names;	 /* of sections */
	bool has_old_abi;	 /* functions without the check through %r14 */
};

static const char *const go_image_functions[] = {
	"crypto/tls.(*Conn).Read", "crypto/tls.(*Conn).Write", "crypto/tls.(*Conn).serverHandshake",
	"_rt0_amd64_linux",	   "crypto/tls.(*Conn).Close",
};

#define GO_IMAGE_FUNCTIONS 5u

static inline void go_image_put(uint8_t *image, uint32_t at, uint64_t value, size_t len)
{
	memcpy(image + at, &value, len);
}

/* cmp; jbe; push; two ways out; the call that grows the stack; jmp to the start. */
static inline void go_image_put_code(uint8_t *image, bool has_old_abi)
{
	static const uint8_t code[] = { 0x49, 0x3b, 0x66, 0x10, 0x76, 0x06, 0x55, 0x90, 0x74, 0x01,
					0xc3, 0xc3, 0xe8, 0,	0,    0,    0,	  0xeb, 0xed };

	for (uint32_t i = 0; i < GO_IMAGE_FUNCTIONS; i++) {
		uint8_t *at = image + GO_IMAGE_CODE + (size_t)i * GO_IMAGE_SLOT;

		memset(at, 0xcc, GO_IMAGE_SLOT);
		memcpy(at, code, sizeof(code));
		if (has_old_abi)
			at[0] = 0x48; /* cmp 0x10(%rsi),%rsp and the like */
	}
}

static inline void go_image_put_table(uint8_t *image, const struct go_image *go)
{
	bool is_wide = go->magic == GO_MAGIC_1_16;
	uint32_t width = is_wide ? 8 : 4, table = GO_IMAGE_TABLE, names = 72, rows = 0x180;
	uint32_t function = 2 * width * (GO_IMAGE_FUNCTIONS + 1), name = 0;
	uint64_t text = GO_IMAGE_BASE + GO_IMAGE_CODE;

	go_image_put(image, table, go->magic, 4);
	image[table + 6] = 1;
	image[table + 7] = 8;
	go_image_put(image, table + 8, GO_IMAGE_FUNCTIONS, 8);
	if (!is_wide && go->text == GO_TEXT_HEADER)
		go_image_put(image, table + 24, text, 8);
	go_image_put(image, table + (is_wide ? 24 : 32), names, 8);
	go_image_put(image, table + (is_wide ? 56 : 64), rows, 8);
	for (uint32_t i = 0; i <= GO_IMAGE_FUNCTIONS; i++) {
		uint64_t entry = (is_wide ? text : 0) + i * GO_IMAGE_SLOT;
		uint32_t row = table + rows + 2 * width * i;

		go_image_put(image, row, entry, width);
		if (i == GO_IMAGE_FUNCTIONS)
			break;
		go_image_put(image, row + width, function, width);
		go_image_put(image, table + rows + function, entry, width);
		go_image_put(image, table + rows + function + width, name, 4);
		memcpy(image + table + names + name, go_image_functions[i],
		       strlen(go_image_functions[i]) + 1);
		name += (uint32_t)strlen(go_image_functions[i]) + 1;
		function += 16;
	}
}

static inline void go_image_put_sections(uint8_t *image, const struct go_image *go)
{
	static const char names[] = "\0.text\0.gopclntab\0.go.module\0.rela.dyn\0.shstrtab";
	static const struct {
		uint32_t name, offset, len;
	} rows[] = {
		{ 0, 0, 0 },
		{ 1, GO_IMAGE_CODE + GO_IMAGE_SLOT, 64 }, /* of C: not where Go's begins */
		{ 7, GO_IMAGE_TABLE, GO_IMAGE_TABLE_LEN },
		{ 18, GO_IMAGE_MODULE, 0xb8 },
		{ 29, GO_IMAGE_RELA, sizeof(Elf64_Rela) },
		{ 39, GO_IMAGE_NAMES, sizeof(names) },
	};

	memcpy(image + GO_IMAGE_NAMES, names, sizeof(names));
	for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const Elf64_Shdr section = {
			.sh_name = go->has_no_names ? 0 : rows[i].name,
			.sh_type = i ? SHT_PROGBITS : SHT_NULL,
			.sh_offset = rows[i].offset,
			.sh_size = rows[i].len,
			.sh_addr = i ? GO_IMAGE_BASE + rows[i].offset : 0,
		};

		memcpy(image + 0x100 + (size_t)i * sizeof(section), &section, sizeof(section));
	}
}

/* Build a program into @image, GO_IMAGE_LEN bytes. */
static inline void go_image_make(uint8_t *image, const struct go_image *go)
{
	const Elf64_Phdr segment = { .p_type = PT_LOAD,
				     .p_flags = PF_R | PF_X,
				     .p_vaddr = GO_IMAGE_BASE,
				     .p_filesz = GO_IMAGE_LEN,
				     .p_memsz = GO_IMAGE_LEN };
	const Elf64_Ehdr head = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = EM_X86_64,
		.e_entry = go->text == GO_TEXT_ENTRY
				   ? GO_IMAGE_BASE + GO_IMAGE_CODE + 3 * GO_IMAGE_SLOT
				   : 1,
		.e_phoff = 0x40,
		.e_shoff = 0x100,
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 6,
		.e_shstrndx = 5,
	};
	const Elf64_Rela rela = { .r_offset = GO_IMAGE_BASE + GO_IMAGE_TABLE + 24,
				  .r_info = R_X86_64_RELATIVE,
				  .r_addend = GO_IMAGE_BASE + GO_IMAGE_CODE };

	memset(image, 0, GO_IMAGE_LEN);
	go_image_put_code(image, go->has_old_abi);
	go_image_put_table(image, go);
	go_image_put_sections(image, go);
	if (go->text == GO_TEXT_MODULE)
		go_image_put(image, GO_IMAGE_MODULE + 22 * 8, GO_IMAGE_BASE + GO_IMAGE_CODE, 8);
	if (go->text == GO_TEXT_RELA)
		memcpy(image + GO_IMAGE_RELA, &rela, sizeof(rela));
	memcpy(image, &head, sizeof(head));
	memcpy(image + head.e_phoff, &segment, sizeof(segment));
}
