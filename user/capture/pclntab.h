/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: functions of a Go program by name, from the table that its own runtime needs.
 *
 * .gopclntab survives stripping. One format since Go 1.16, with small differences:
 *
 *	magic	since	textStart		entries of functab
 *	..fa	1.16	-			u64 address, u64 function
 *	..f0	1.18	in the header		u32 offset from textStart, u32 function
 *	..f1	1.20	in the header, 0 since 1.26 (then in moduledata)
 *
 *	header	u32 magic, u8 0, u8 0, u8 minimum instruction, u8 pointer size, then u64 each:
 *		nfunc, nfiles, [textStart], funcnames, cu, files, pctab, functab (offsets from here)
 *	function  entry (as in functab), i32 offset of its name
 *
 * Source: src/runtime/symtab.go and src/debug/gosym/pclntab.go of Go 1.16 to 1.25; issue 73557.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "capture/elf.h"
#include "core/macros.h"

#define YG_PCLNTAB_TEXTS_MAX 5u		 /* places that may tell where the text starts */
#define YG_PCLNTAB_NAME_CAP  64u	 /* bytes of a wanted name, NUL included */
#define YG_GO_FUNCTION_MAX   (64u << 10) /* bytes of one function; a longer one is not believed */

struct yg_pclntab {
	const struct yg_elf *elf;	      /* borrowed */
	uint64_t offset;		      /* in the file */
	uint64_t len;			      /* to the end of the file at most */
	uint64_t count;			      /* functions */
	uint64_t names, functab;	      /* offsets in the table */
	uint32_t entry_len;		      /* of one column of functab: 4 or 8 */
	uint64_t texts[YG_PCLNTAB_TEXTS_MAX]; /* addresses where the text may start, best first */
	uint32_t text_count;
};

/**
 * yg_pclntab_open() - find the table of a Go program and check its header.
 * Return: 0; -ENOENT if there is none that this reader knows.
 */
YG_MUST_CHECK int yg_pclntab_open(const struct yg_elf *elf, struct yg_pclntab *ret);

struct yg_go_function {
	const char *name;    /* in: "crypto/tls.(*Conn).Read" */
	uint64_t start, end; /* out: as in functab; 0, 0: not found */
};

/**
 * yg_pclntab_resolve() - look up functions by name, in one pass.
 * Return: number found.
 */
size_t yg_pclntab_resolve(const struct yg_pclntab *table, struct yg_go_function *functions,
			  size_t count);
