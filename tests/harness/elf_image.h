/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small x86-64 library with the TLS functions of a choice, made in memory for tests and fuzzing.
 *
 *	0x000 header | 0x040 one executable segment | 0x100 section headers | 0x200 symbols
 *	0x600 strings | 0x800 code, 64 bytes for each function
 */
#pragma once

#include <elf.h>
#include <stdint.h>
#include <string.h>

#define ELF_IMAGE_LEN	  0x1000u
#define ELF_IMAGE_SYMBOLS 0x200u
#define ELF_IMAGE_STRINGS 0x600u
#define ELF_IMAGE_CODE	  0x800u
#define ELF_IMAGE_BASE	  0x10000u /* address of offset 0 */
#define ELF_IMAGE_SLOT	  64u

struct elf_function {
	const char *name; /* NULL: not exported */
	uint8_t code[16];
	int calls; /* index of the function it calls after its code, -1: none */
};

static inline uint32_t elf_image_offset(int index)
{
	return ELF_IMAGE_CODE + (uint32_t)index * ELF_IMAGE_SLOT;
}

/* The code ends at its last byte that is not zero; then "call", if any, and "ret". */
static inline void elf_image_put_code(uint8_t *image, int index,
				      const struct elf_function *function)
{
	uint32_t at = elf_image_offset(index), len = sizeof(function->code);

	while (len > 0 && function->code[len - 1] == 0)
		len--;
	memcpy(image + at, function->code, len);
	at += len;
	if (function->calls >= 0) {
		uint32_t distance = elf_image_offset(function->calls) - (at + 5);

		image[at] = 0xe8;
		memcpy(image + at + 1, &distance, sizeof(distance));
		at += 5;
	}
	image[at] = 0xc3;
}

/* Build @count functions into @image, ELF_IMAGE_LEN bytes; symbols in a table of @type. */
static inline void elf_image_make(uint8_t *image, const struct elf_function *functions, int count,
				  uint32_t type)
{
	const Elf64_Phdr segment = { .p_type = PT_LOAD,
				     .p_flags = PF_R | PF_X,
				     .p_vaddr = ELF_IMAGE_BASE,
				     .p_filesz = ELF_IMAGE_LEN,
				     .p_memsz = ELF_IMAGE_LEN };
	Elf64_Ehdr head = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_DYN,
			    .e_machine = EM_X86_64,
			    .e_version = EV_CURRENT,
			    .e_phoff = 0x40,
			    .e_shoff = 0x100,
			    .e_ehsize = sizeof(head),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = 1,
			    .e_shentsize = sizeof(Elf64_Shdr),
			    .e_shnum = 3 };
	Elf64_Shdr sections[3] = {
		[1] = { .sh_type = type,
			.sh_offset = ELF_IMAGE_SYMBOLS,
			.sh_link = 2,
			.sh_entsize = sizeof(Elf64_Sym) },
		[2] = { .sh_type = SHT_STRTAB,
			.sh_offset = ELF_IMAGE_STRINGS,
			.sh_size = ELF_IMAGE_CODE - ELF_IMAGE_STRINGS },
	};
	uint32_t name_at = 1;
	int symbols = 1; /* the first is always empty */

	memset(image, 0, ELF_IMAGE_LEN);
	for (int i = 0; i < count; i++) {
		Elf64_Sym symbol = { .st_name = name_at,
				     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
				     .st_shndx = 1,
				     .st_value = ELF_IMAGE_BASE + elf_image_offset(i),
				     .st_size = ELF_IMAGE_SLOT };

		elf_image_put_code(image, i, &functions[i]);
		if (!functions[i].name)
			continue;
		memcpy(image + ELF_IMAGE_STRINGS + name_at, functions[i].name,
		       strlen(functions[i].name));
		name_at += (uint32_t)strlen(functions[i].name) + 1;
		memcpy(image + ELF_IMAGE_SYMBOLS + (size_t)symbols++ * sizeof(symbol), &symbol,
		       sizeof(symbol));
	}
	sections[1].sh_size = (uint64_t)symbols * sizeof(Elf64_Sym);
	memcpy(image, &head, sizeof(head));
	memcpy(image + head.e_phoff, &segment, sizeof(segment));
	memcpy(image + head.e_shoff, sections, sizeof(sections));
}

enum { /* indices into elf_image_openssl */
       ELF_READ_INTERNAL,
       ELF_WRITE_INTERNAL,
       ELF_READ,
       ELF_READ_EX,
       ELF_WRITE,
       ELF_WRITE_EX,
       ELF_FREE,
       ELF_NEWER,
       ELF_FUNCTIONS
};

#define ELF_SUB_RSP    0x48, 0x83, 0xec, 0x18 /* sub $0x18,%rsp: single-stepped under a probe */
#define ELF_LOCAL_RCX  0x48, 0x89, 0xe1	      /* mov %rsp,%rcx: a local as the fourth argument */
#define ELF_LOCAL_R8   0x49, 0x89, 0xe0	      /* mov %rsp,%r8: as the fifth */
#define ELF_UNLESS_NEG 0x85, 0xd2, 0x78, 0x10 /* test %edx,%edx; js */

/* The shape of Debian's OpenSSL 3.0. */
static const struct elf_function elf_image_openssl[ELF_FUNCTIONS] = {
	[ELF_READ_INTERNAL] = { NULL, { 0xf3, 0x0f, 0x1e, 0xfa, 0x55 }, -1 }, /* endbr64; push */
	[ELF_WRITE_INTERNAL] = { NULL, { 0x41, 0x57 }, -1 },		      /* push %r15 */
	[ELF_READ] = { "SSL_read",
		       { ELF_SUB_RSP, ELF_UNLESS_NEG, ELF_LOCAL_RCX },
		       ELF_READ_INTERNAL },
	[ELF_READ_EX] = { "SSL_read_ex", { ELF_SUB_RSP }, ELF_READ_INTERNAL },
	[ELF_WRITE] = { "SSL_write",
			{ ELF_SUB_RSP, ELF_UNLESS_NEG, ELF_LOCAL_RCX },
			ELF_WRITE_INTERNAL },
	[ELF_WRITE_EX] = { "SSL_write_ex", { ELF_SUB_RSP }, ELF_WRITE_INTERNAL },
	[ELF_FREE] = { "SSL_free",
		       { 0x48, 0x85, 0xff, 0x74, 0x10, 0x41, 0x55 },
		       -1 }, /* test; je; push */
	[ELF_NEWER] = { NULL, { 0x90 }, -1 },
};
