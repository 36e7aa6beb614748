/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/place_go.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "capture/pclntab.h"

#define PROLOGUE_MAX 64u /* bytes until the stack check; 21 in the largest frames */

static const struct {
	const char *name;
	enum yg_probe_kind entry, ret; /* ret: YG_PROBE_MAX for none */
} rows[] = {
	{ "crypto/tls.(*Conn).Read", YG_PROBE_GO_READ, YG_PROBE_GO_RET },
	{ "crypto/tls.(*Conn).Write", YG_PROBE_GO_WRITE, YG_PROBE_GO_RET },
	{ "crypto/tls.(*Conn).serverHandshake", YG_PROBE_GO_SHAKE, YG_PROBE_GO_SHAKEN },
	{ "crypto/tls.(*Conn).clientHandshake", YG_PROBE_GO_SHAKE, YG_PROBE_GO_SHAKEN },
	{ "crypto/tls.(*Conn).Close", YG_PROBE_GO_CLOSE, YG_PROBE_MAX },
};

struct decoder {
	csh handle;
	cs_insn *insn;
};

static void clean_decoder(struct decoder *decoder)
{
	if (decoder->insn)
		cs_free(decoder->insn, 1);
	if (decoder->handle)
		(void)cs_close(&decoder->handle);
}

static int open_decoder(struct decoder *decoder)
{
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &decoder->handle) != CS_ERR_OK)
		return -ENOMEM;
	decoder->insn = cs_malloc(decoder->handle);
	return decoder->insn ? 0 : -ENOMEM;
}

/* cmp 0x10(%r14),%rsp or cmp 0x10(%r14),%r12: the stack check of the register ABI. */
static bool is_stack_check(const cs_insn *insn)
{
	static const uint8_t small[] = { 0x49, 0x3b, 0x66, 0x10 };
	static const uint8_t large[] = { 0x4d, 0x3b, 0x66, 0x10 };

	return insn->size == sizeof(small) && (memcmp(insn->bytes, small, sizeof(small)) == 0 ||
					       memcmp(insn->bytes, large, sizeof(large)) == 0);
}

/*
 * The instruction behind the stack check and its jump. Not the jump, although it is emulated: on
 * Linux 6.18 a conditional jump with probes of two sensors came back with other registers.
 * Return: its distance from the start, 0: there is none. *ret_push: it is a push, and emulated.
 */
static uint64_t find_body(const struct decoder *decoder, const uint8_t *code, size_t len,
			  bool *ret_push)
{
	const uint8_t *at = code;
	uint64_t address = 0;
	bool is_checked = false;

	len = len < PROLOGUE_MAX ? len : PROLOGUE_MAX;
	while (cs_disasm_iter(decoder->handle, &at, &len, &address, decoder->insn)) {
		if (!is_checked) {
			is_checked = is_stack_check(decoder->insn);
			continue;
		}
		if (decoder->insn->id != X86_INS_JBE || len == 0)
			return 0;
		*ret_push = *at >= 0x50 && *at <= 0x57;
		return address;
	}
	return 0;
}

/* Add a probe on each RET of @len bytes of code. Return: could all be decoded and added? */
static bool add_returns(const struct decoder *decoder, const uint8_t *code, size_t len,
			uint64_t offset, enum yg_probe_kind kind, struct yg_place *place)
{
	uint64_t address = offset;
	uint32_t before = place->count;

	while (len > 0) {
		if (!cs_disasm_iter(decoder->handle, &code, &len, &address, decoder->insn))
			return false;
		if (decoder->insn->id != X86_INS_RET)
			continue;
		if (place->count == YG_PROBES_MAX)
			return false;
		yg_place_add(place, decoder->insn->address, kind, YG_PLACEMENT_SYMBOL);
	}
	return place->count > before;
}

/* Probes for one function. Return: is it as expected? */
static bool add_function(const struct yg_elf *elf, const struct decoder *decoder, uint64_t text,
			 const struct yg_go_function *function, size_t row, struct yg_place *place)
{
	uint64_t offset = yg_elf_offset(elf, text + function->start);
	uint64_t len = function->end - function->start, body;
	const uint8_t *code = elf->data + offset;
	bool is_push = false;

	if (offset == 0 || yg_elf_code_len(elf, offset) < len)
		return false;
	body = find_body(decoder, code, len, &is_push);
	if (body == 0 || place->count == YG_PROBES_MAX)
		return false;
	yg_place_add(place, offset + body, rows[row].entry,
		     is_push ? YG_PLACEMENT_EMULATED : YG_PLACEMENT_SYMBOL);
	return rows[row].ret == YG_PROBE_MAX ||
	       add_returns(decoder, code, len, offset, rows[row].ret, place);
}

/* All functions that exist, if the text starts at @text. */
static bool try_text(const struct yg_elf *elf, const struct decoder *decoder, uint64_t text,
		     const struct yg_go_function *functions, struct yg_place *ret)
{
	struct yg_place place = { .stack = YG_STACK_GO };

	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++) {
		/* The linker drops what is not called: a server has no clientHandshake. */
		if (functions[i].end && !add_function(elf, decoder, text, &functions[i], i, &place))
			return false;
	}
	*ret = place;
	return true;
}

int yg_place_go(const struct yg_elf *elf, struct yg_place *ret)
{
	YG_CLEANUP(clean_decoder) struct decoder decoder = { 0 };
	struct yg_go_function functions[YG_ARRAY_SIZE(rows)] = { 0 };
	struct yg_pclntab table;
	int r;

	if (elf->machine != EM_X86_64 || yg_pclntab_open(elf, &table))
		return 0;
	for (size_t i = 0; i < YG_ARRAY_SIZE(rows); i++)
		functions[i].name = rows[i].name;
	(void)yg_pclntab_resolve(&table, functions, YG_ARRAY_SIZE(rows));
	if (!functions[0].end || !functions[1].end)
		return 0;
	r = open_decoder(&decoder);
	if (r)
		return r;
	for (uint32_t i = 0; i < table.text_count; i++) {
		if (try_text(elf, &decoder, table.texts[i], functions, ret))
			break;
	}
	return 0;
}
