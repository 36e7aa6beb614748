/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything is read with read_at(), which checks the range against the table's length. */
#include "capture/pclntab.h"

#include <errno.h>
#include <string.h>

#define MAGIC_1_16 0xfffffffau
#define MAGIC_1_18 0xfffffff0u
#define MAGIC_1_20 0xfffffff1u
#define HEADER_MAX 72u	      /* bytes */
#define COUNT_MAX  (4u << 20) /* functions; the largest program known has 600,000 */

/* moduledata.text is its 23rd word, from Go 1.20 on. */
#define MODULEDATA_TEXT (22 * sizeof(uint64_t))

static bool read_at(const struct yg_pclntab *table, uint64_t at, void *ret, size_t len)
{
	if (at > table->len || len > table->len - at)
		return false;
	memcpy(ret, table->elf->data + table->offset + at, len);
	return true;
}

/* A column of functab or the first member of a function: 4 or 8 bytes. */
static bool read_column(const struct yg_pclntab *table, uint64_t at, uint64_t *ret)
{
	uint32_t narrow;

	if (table->entry_len == sizeof(*ret))
		return read_at(table, at, ret, sizeof(*ret));
	if (!read_at(table, at, &narrow, sizeof(narrow)))
		return false;
	*ret = narrow;
	return true;
}

static bool read_header(struct yg_pclntab *table)
{
	uint64_t words[8] = { 0 };
	uint8_t head[8];
	uint32_t magic;

	if (!read_at(table, 0, head, sizeof(head)))
		return false;
	memcpy(&magic, head, sizeof(magic));
	if ((magic != MAGIC_1_16 && magic != MAGIC_1_18 && magic != MAGIC_1_20) || head[4] ||
	    head[5] || (head[6] != 1 && head[6] != 4) || head[7] != 8)
		return false;
	if (!read_at(table, sizeof(head), words, magic == MAGIC_1_16 ? 56 : 64))
		return false;
	table->count = words[0];
	table->entry_len = magic == MAGIC_1_16 ? 8 : 4;
	table->names = words[magic == MAGIC_1_16 ? 2 : 3];
	table->functab = words[magic == MAGIC_1_16 ? 6 : 7];
	return table->count > 0 && table->count <= COUNT_MAX && table->names < table->len &&
	       table->functab < table->len;
}

/* Without section names: the header's first eight bytes, in what is loaded. */
static bool search(const struct yg_elf *elf, struct yg_pclntab *table)
{
	static const uint32_t magics[] = { MAGIC_1_20, MAGIC_1_18, MAGIC_1_16 };

	for (size_t i = 0; i < YG_ARRAY_SIZE(magics); i++) {
		uint8_t head[8] = { 0, 0, 0, 0, 0, 0, 1, 8 };
		const uint8_t *at = elf->data;

		memcpy(head, &magics[i], sizeof(magics[i]));
		while ((at = memmem(at, elf->len - (size_t)(at - elf->data), head, sizeof(head)))) {
			table->offset = (uint64_t)(at - elf->data);
			table->len = elf->len - table->offset;
			if (read_header(table))
				return true;
			at++;
		}
	}
	return false;
}

static void add_text(struct yg_pclntab *table, uint64_t address)
{
	if (address && table->text_count < YG_PCLNTAB_TEXTS_MAX)
		table->texts[table->text_count++] = address;
}

/* The program starts in a function whose offset from the text is in the table. */
static void add_text_of_entry(struct yg_pclntab *table)
{
	struct yg_go_function function = { .name = "_rt0_amd64_linux" };

	if (yg_pclntab_resolve(table, &function, 1) && function.start <= table->elf->entry)
		add_text(table, table->elf->entry - function.start);
}

/*
 * Where the text may start. The header is right until Go 1.25, also for cgo, where .text holds C
 * before it; in a position independent file the word may be filled in at load time only.
 */
static void find_texts(struct yg_pclntab *table)
{
	const struct yg_elf *elf = table->elf;
	struct yg_elf_section section;
	uint64_t text;

	if (table->entry_len == 8) {
		table->texts[table->text_count++] = 0; /* functab holds addresses */
		return;
	}
	text = yg_elf_data_address(elf, table->offset + 24);
	add_text(table, yg_elf_pointer(elf, text));
	if (yg_elf_find_section(elf, ".go.module", &section))
		add_text(table, yg_elf_pointer(elf, section.address + MODULEDATA_TEXT));
	add_text_of_entry(table);
	if (yg_elf_find_section(elf, ".text", &section))
		add_text(table, section.address);
}

int yg_pclntab_open(const struct yg_elf *elf, struct yg_pclntab *ret)
{
	struct yg_pclntab table = { .elf = elf };
	struct yg_elf_section section;

	if (yg_elf_find_section(elf, ".gopclntab", &section) ||
	    yg_elf_find_section(elf, ".data.rel.ro.gopclntab", &section)) {
		table.offset = section.offset;
		table.len = section.len;
		if (!read_header(&table))
			return -ENOENT;
	} else if (!search(elf, &table)) {
		return -ENOENT;
	}
	find_texts(&table);
	*ret = table;
	return 0;
}

static bool name_is(const struct yg_pclntab *table, uint64_t at, const char *name)
{
	char text[YG_PCLNTAB_NAME_CAP];
	size_t len = strnlen(name, sizeof(text) - 1) + 1;

	return read_at(table, at, text, len) && memcmp(text, name, len) == 0;
}

static void take_function(const struct yg_pclntab *table, uint64_t row,
			  struct yg_go_function *functions, size_t count)
{
	uint64_t width = table->entry_len, at = table->functab + 2 * row * width;
	uint64_t start, end, function;
	int32_t name;

	if (!read_column(table, at, &start) || !read_column(table, at + width, &function) ||
	    !read_column(table, at + 2 * width, &end) || function > table->len ||
	    !read_at(table, table->functab + function + width, &name, sizeof(name)) || name < 0)
		return;
	if (end <= start || end - start > YG_GO_FUNCTION_MAX)
		return;
	for (size_t i = 0; i < count; i++) {
		if (functions[i].end ||
		    !name_is(table, table->names + (uint32_t)name, functions[i].name))
			continue;
		functions[i].start = start;
		functions[i].end = end;
	}
}

size_t yg_pclntab_resolve(const struct yg_pclntab *table, struct yg_go_function *functions,
			  size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		functions[i].start = functions[i].end = 0;
	for (uint64_t row = 0; row < table->count; row++)
		take_function(table, row, functions, count);
	for (size_t i = 0; i < count; i++)
		found += functions[i].end != 0;
	return found;
}
