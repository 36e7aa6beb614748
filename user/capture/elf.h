/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: find functions in an ELF file that somebody else wrote.
 *
 * Reads a 64-bit little-endian ELF image in memory and nothing else; every offset, size and count
 * of the file is checked against its length before use. Runs in a process that can do no harm
 * (inspect.h), and does not rely on it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/macros.h"

#define YG_ELF_SECTIONS_MAX 4096u      /* section headers looked at; a file with more is refused */
#define YG_ELF_SEGMENTS_MAX 256u       /* program headers looked at */
#define YG_ELF_SYMBOLS_MAX  (8u << 20) /* symbols looked at per table; more are not looked at */

struct yg_elf {
	const uint8_t *data; /* borrowed */
	size_t len;
	uint16_t machine; /* EM_* */
	uint64_t entry;	  /* address where it starts to run; 0: a library */
	uint64_t phoff, shoff;
	uint32_t phnum, shnum;
	uint32_t shstrndx; /* section of the sections' names */
};

/**
 * yg_elf_open() - check the headers of @len bytes at @data.
 * Return: 0; -ENOEXEC if it is not a 64-bit little-endian executable or library, or is cut short.
 */
YG_MUST_CHECK int yg_elf_open(const uint8_t *data, size_t len, struct yg_elf *ret);

struct yg_elf_symbol {
	const char *name; /* in: what to look for, at most 63 bytes */
	uint64_t offset;  /* out: of its first byte in the file; 0: not found */
	uint64_t size;	  /* out: bytes that the table claims, cut to the segment; may be 0 */
};

/**
 * yg_elf_resolve() - look up functions by name in .dynsym, then .symtab.
 * @symbols: [count], offset 0 where not found.
 *
 * Work: symbols x count, bounded by YG_ELF_SYMBOLS_MAX.
 * Return: number found.
 */
size_t yg_elf_resolve(const struct yg_elf *elf, struct yg_elf_symbol *symbols, size_t count);

/* File offset of a virtual address inside an executable segment, 0 if there is none; and back. */
uint64_t yg_elf_offset(const struct yg_elf *elf, uint64_t address);
uint64_t yg_elf_address(const struct yg_elf *elf, uint64_t offset);

/* Bytes from @offset to the end of its executable segment, 0 if it is in none. */
size_t yg_elf_code_len(const struct yg_elf *elf, uint64_t offset);

struct yg_elf_section {
	uint64_t offset;  /* in the file */
	uint64_t len;	  /* bytes there; all inside the file */
	uint64_t address; /* where it is loaded, 0 if it is not */
};

/* The section called @name, of at most 63 bytes. Return: is it there, with bytes in the file? */
bool yg_elf_find_section(const struct yg_elf *elf, const char *name, struct yg_elf_section *ret);

/* The address at which a byte of the file is loaded, 0 if it is not. */
uint64_t yg_elf_data_address(const struct yg_elf *elf, uint64_t offset);

/**
 * yg_elf_pointer() - the word at @address once the file is loaded at its own addresses.
 *
 * A position independent file has it in a relocation (R_X86_64_RELATIVE), else in its data.
 * Return: 0 if there is none.
 */
uint64_t yg_elf_pointer(const struct yg_elf *elf, uint64_t address);
