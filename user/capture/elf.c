/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF64, little endian: headers, load segments, two symbol tables.
 *
 * Everything is read with view(), which is the only place that turns a file offset into a
 * pointer. Structures are copied out: a hostile file may place them at any alignment.
 * Source: ELF-64 Object File Format 1.5; gABI chapters 4 and 5.
 */
#include "capture/elf.h"

#include <elf.h>
#include <errno.h>
#include <string.h>

#define NAME_CAP 64 /* bytes of a wanted name, NUL included */

/* view() - [off, off + len) of the file. Return: a pointer to @len readable bytes, or NULL. */
static const uint8_t *view(const struct yg_elf *elf, uint64_t off, uint64_t len)
{
	if (off > elf->len || len > elf->len - off)
		return NULL;
	return elf->data + off;
}

static bool read_segment(const struct yg_elf *elf, uint32_t index, Elf64_Phdr *ret)
{
	const uint8_t *p = view(elf, elf->phoff + (uint64_t)index * sizeof(*ret), sizeof(*ret));

	if (!p)
		return false;
	memcpy(ret, p, sizeof(*ret));
	return true;
}

static bool read_section(const struct yg_elf *elf, uint32_t index, Elf64_Shdr *ret)
{
	const uint8_t *p = view(elf, elf->shoff + (uint64_t)index * sizeof(*ret), sizeof(*ret));

	if (index >= elf->shnum || !p)
		return false;
	memcpy(ret, p, sizeof(*ret));
	return true;
}

int yg_elf_open(const uint8_t *data, size_t len, struct yg_elf *ret)
{
	struct yg_elf elf = { .data = data, .len = len };
	const uint8_t *p = view(&elf, 0, sizeof(Elf64_Ehdr));
	Elf64_Ehdr head;

	if (!p)
		return -ENOEXEC;
	memcpy(&head, p, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_ident[EI_DATA] != ELFDATA2LSB)
		return -ENOEXEC;
	if (head.e_type != ET_EXEC && head.e_type != ET_DYN)
		return -ENOEXEC;
	if (head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == 0 ||
	    head.e_phnum > YG_ELF_SEGMENTS_MAX || head.e_phoff > len)
		return -ENOEXEC;

	elf.machine = head.e_machine;
	elf.entry = head.e_entry;
	elf.phoff = head.e_phoff;
	elf.phnum = head.e_phnum;
	/* A file without section headers still runs; it only has no names for us. */
	if (head.e_shentsize == sizeof(Elf64_Shdr) && head.e_shnum <= YG_ELF_SECTIONS_MAX &&
	    head.e_shoff <= len) {
		elf.shoff = head.e_shoff;
		elf.shnum = head.e_shnum;
		elf.shstrndx = head.e_shstrndx;
	}
	*ret = elf;
	return 0;
}

/* The executable load segment that holds @at, which is an offset or an address. */
static bool find_code(const struct yg_elf *elf, uint64_t at, bool is_address, Elf64_Phdr *ret)
{
	for (uint32_t i = 0; i < elf->phnum; i++) {
		uint64_t start;

		if (!read_segment(elf, i, ret))
			return false;
		if (ret->p_type != PT_LOAD || !(ret->p_flags & PF_X))
			continue;
		start = is_address ? ret->p_vaddr : ret->p_offset;
		if (at >= start && at - start < ret->p_filesz &&
		    view(elf, ret->p_offset, ret->p_filesz))
			return true;
	}
	return false;
}

uint64_t yg_elf_offset(const struct yg_elf *elf, uint64_t address)
{
	Elf64_Phdr segment;

	if (!find_code(elf, address, true, &segment))
		return 0;
	return segment.p_offset + (address - segment.p_vaddr);
}

uint64_t yg_elf_address(const struct yg_elf *elf, uint64_t offset)
{
	Elf64_Phdr segment;

	if (!find_code(elf, offset, false, &segment))
		return 0;
	return segment.p_vaddr + (offset - segment.p_offset);
}

size_t yg_elf_code_len(const struct yg_elf *elf, uint64_t offset)
{
	Elf64_Phdr segment;

	if (!find_code(elf, offset, false, &segment))
		return 0;
	return segment.p_filesz - (offset - segment.p_offset);
}

/* A symbol table with its strings, both inside the file. */
struct table {
	const uint8_t *symbols;
	const char *strings;
	uint64_t count;
	uint64_t strings_len;
};

static bool open_table(const struct yg_elf *elf, uint32_t type, struct table *ret)
{
	Elf64_Shdr section, strings;

	for (uint32_t i = 0; i < elf->shnum; i++) {
		if (!read_section(elf, i, &section) || section.sh_type != type)
			continue;
		if (!read_section(elf, section.sh_link, &strings) || strings.sh_type != SHT_STRTAB)
			return false;
		ret->symbols = view(elf, section.sh_offset, section.sh_size);
		ret->strings = (const char *)view(elf, strings.sh_offset, strings.sh_size);
		ret->count = section.sh_size / sizeof(Elf64_Sym);
		ret->strings_len = strings.sh_size;
		if (ret->count > YG_ELF_SYMBOLS_MAX)
			ret->count = YG_ELF_SYMBOLS_MAX;
		return ret->symbols && ret->strings;
	}
	return false;
}

static bool name_is(const struct table *table, uint32_t at, const char *name, size_t len)
{
	if (at >= table->strings_len || table->strings_len - at <= len)
		return false;
	return memcmp(table->strings + at, name, len + 1) == 0;
}

static void take_symbol(const struct yg_elf *elf, const Elf64_Sym *sym,
			struct yg_elf_symbol *symbol)
{
	uint64_t offset = yg_elf_offset(elf, sym->st_value);
	uint64_t room = yg_elf_code_len(elf, offset);

	if (offset == 0 || room == 0)
		return;
	symbol->offset = offset;
	symbol->size = sym->st_size < room ? sym->st_size : room;
}

static void resolve_in(const struct yg_elf *elf, const struct table *table,
		       struct yg_elf_symbol *symbols, size_t count)
{
	for (uint64_t i = 0; i < table->count; i++) {
		Elf64_Sym sym;

		memcpy(&sym, table->symbols + i * sizeof(sym), sizeof(sym));
		if (ELF64_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_shndx == SHN_UNDEF)
			continue;
		for (size_t k = 0; k < count; k++) {
			size_t len = strnlen(symbols[k].name, NAME_CAP - 1);

			if (symbols[k].offset == 0 &&
			    name_is(table, sym.st_name, symbols[k].name, len))
				take_symbol(elf, &sym, &symbols[k]);
		}
	}
}

size_t yg_elf_resolve(const struct yg_elf *elf, struct yg_elf_symbol *symbols, size_t count)
{
	static const uint32_t types[] = { SHT_DYNSYM, SHT_SYMTAB };
	size_t found = 0;

	for (size_t k = 0; k < count; k++)
		symbols[k].offset = symbols[k].size = 0;
	for (size_t i = 0; i < YG_ARRAY_SIZE(types); i++) {
		struct table table;

		if (open_table(elf, types[i], &table))
			resolve_in(elf, &table, symbols, count);
	}
	for (size_t k = 0; k < count; k++)
		found += symbols[k].offset != 0;
	return found;
}

static bool section_is(const struct yg_elf *elf, const Elf64_Shdr *names, uint32_t at,
		       const char *name)
{
	size_t len = strnlen(name, NAME_CAP - 1) + 1;
	const uint8_t *p;

	if (at >= names->sh_size || names->sh_size - at < len)
		return false;
	p = view(elf, names->sh_offset, names->sh_size);
	return p && memcmp(p + at, name, len) == 0;
}

bool yg_elf_find_section(const struct yg_elf *elf, const char *name, struct yg_elf_section *ret)
{
	Elf64_Shdr section, names;

	if (!read_section(elf, elf->shstrndx, &names))
		return false;
	for (uint32_t i = 0; i < elf->shnum; i++) {
		if (!read_section(elf, i, &section) || section.sh_type == SHT_NOBITS ||
		    !section_is(elf, &names, section.sh_name, name) ||
		    !view(elf, section.sh_offset, section.sh_size))
			continue;
		*ret = (struct yg_elf_section){ section.sh_offset, section.sh_size,
						section.sh_addr };
		return true;
	}
	return false;
}

/* The load segment that holds @at, which is an offset or an address. */
static bool find_data(const struct yg_elf *elf, uint64_t at, bool is_address, Elf64_Phdr *ret)
{
	for (uint32_t i = 0; i < elf->phnum; i++) {
		uint64_t start;

		if (!read_segment(elf, i, ret))
			return false;
		start = is_address ? ret->p_vaddr : ret->p_offset;
		if (ret->p_type == PT_LOAD && at >= start && at - start < ret->p_filesz)
			return true;
	}
	return false;
}

uint64_t yg_elf_data_address(const struct yg_elf *elf, uint64_t offset)
{
	Elf64_Phdr segment;

	return find_data(elf, offset, false, &segment)
		       ? segment.p_vaddr + (offset - segment.p_offset)
		       : 0;
}

/* The addend of the relocation of the word at @address, 0 if there is none. */
static uint64_t relocated(const struct yg_elf *elf, uint64_t address)
{
	struct yg_elf_section section;

	if (!yg_elf_find_section(elf, ".rela.dyn", &section) &&
	    !yg_elf_find_section(elf, ".rela", &section))
		return 0;
	for (uint64_t i = 0; i < section.len / sizeof(Elf64_Rela) && i < YG_ELF_SYMBOLS_MAX; i++) {
		Elf64_Rela rela;

		memcpy(&rela, elf->data + section.offset + i * sizeof(rela), sizeof(rela));
		if (rela.r_offset == address && ELF64_R_TYPE(rela.r_info) == R_X86_64_RELATIVE)
			return (uint64_t)rela.r_addend;
	}
	return 0;
}

uint64_t yg_elf_pointer(const struct yg_elf *elf, uint64_t address)
{
	uint64_t value = relocated(elf, address);
	const uint8_t *p;
	Elf64_Phdr segment;

	if (value || !find_data(elf, address, true, &segment))
		return value;
	p = view(elf, segment.p_offset + (address - segment.p_vaddr), sizeof(value));
	if (p)
		memcpy(&value, p, sizeof(value));
	return value;
}
