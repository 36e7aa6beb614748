/* SPDX-License-Identifier: GPL-2.0-only */
/* Probe placement on x86-64; other machines get the plain symbols. */
#include "capture/place.h"

#include <capstone/capstone.h>
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "capture/place_go.h"

#define PROLOGUE_MAX \
	48u /* bytes read of a function: its first call is within 20 in all builds seen */

/* The functions looked for. */
enum function {
	FUNCTION_READ,
	FUNCTION_READ_EX,
	FUNCTION_WRITE,
	FUNCTION_WRITE_EX,
	FUNCTION_WRITE_EX2, /* since OpenSSL 3.3; SSL_write_ex jumps to it */
	FUNCTION_FREE,
	FUNCTION_OTHER, /* the first of others[] */
	FUNCTION_MAX = FUNCTION_OTHER + 15
};

static const char *const names[FUNCTION_MAX] = {
	[FUNCTION_READ] = "SSL_read",		[FUNCTION_READ_EX] = "SSL_read_ex",
	[FUNCTION_WRITE] = "SSL_write",		[FUNCTION_WRITE_EX] = "SSL_write_ex",
	[FUNCTION_WRITE_EX2] = "SSL_write_ex2", [FUNCTION_FREE] = "SSL_free",
};

/*
 * Libraries whose functions are probed where they begin; the first of each tells that it is there.
 *
 * GnuTLS: (session, data, size) and the bytes moved, or a negative code, as the result; the same as
 * SSL_read and SSL_write. Some call others of the list: the outermost call counts.
 * NSPR, which NSS puts its TLS layer into: the same of any file, so the programs ask which it is.
 * OpenSSL: what it hands to kernel TLS passes no buffer of the process.
 * Source: gnutls/gnutls.h of 3.7.9, prio.h of NSPR 4.35.
 */
static const struct {
	const char *name;
	enum yg_probe_kind kind;
	enum yg_stack stack;
} others[FUNCTION_MAX - FUNCTION_OTHER] = {
	{ "gnutls_record_recv", YG_PROBE_READ, YG_STACK_GNUTLS },
	{ "gnutls_record_recv_seq", YG_PROBE_READ, YG_STACK_GNUTLS },
	{ "gnutls_record_recv_early_data", YG_PROBE_READ, YG_STACK_GNUTLS },
	{ "gnutls_record_send", YG_PROBE_WRITE, YG_STACK_GNUTLS },
	{ "gnutls_record_send2", YG_PROBE_WRITE, YG_STACK_GNUTLS },
	{ "gnutls_record_send_range", YG_PROBE_WRITE, YG_STACK_GNUTLS },
	{ "gnutls_record_send_early_data", YG_PROBE_WRITE, YG_STACK_GNUTLS },
	{ "gnutls_deinit", YG_PROBE_FREE, YG_STACK_GNUTLS },
	{ "PR_Read", YG_PROBE_PR_READ, YG_STACK_NSS },
	{ "PR_Recv", YG_PROBE_PR_RECV, YG_STACK_NSS },
	{ "PR_Write", YG_PROBE_PR_WRITE, YG_STACK_NSS },
	{ "PR_Send", YG_PROBE_PR_WRITE, YG_STACK_NSS },
	{ "PR_Writev", YG_PROBE_PR_WRITEV, YG_STACK_NSS },
	{ "PR_Close", YG_PROBE_FREE, YG_STACK_NSS },
	{ "SSL_sendfile", YG_PROBE_FILE, YG_STACK_OPENSSL },
};

#define GO_KINDS \
	(1u << YG_PROBE_GO_READ | 1u << YG_PROBE_GO_WRITE | 1u << YG_PROBE_GO_RET) /* at least */
#define PR_KINDS (1u << YG_PROBE_PR_READ | 1u << YG_PROBE_PR_WRITE)

struct finder {
	const struct yg_elf *elf;
	struct yg_elf_symbol symbols[FUNCTION_MAX];
	csh disassembler;
	cs_insn *insn; /* room for one instruction */
};

const char *yg_stack_name(enum yg_stack stack)
{
	static const char *const stacks[YG_STACK_MAX] = { "none", "openssl", "gnutls", "go",
							  "nss" };

	return stacks[stack];
}

static void clean_finder(struct finder *finder)
{
	if (finder->insn)
		cs_free(finder->insn, 1);
	if (finder->disassembler)
		(void)cs_close(&finder->disassembler);
}

static bool is_push(const uint8_t *code, size_t len)
{
	if (len > 1 && code[0] == 0x41)
		return code[1] >= 0x50 && code[1] <= 0x57;
	return len > 0 && code[0] >= 0x50 && code[0] <= 0x57;
}

/* What arch/x86/kernel/uprobes.c runs without single-stepping, on every kernel since 5.10. */
static bool is_emulated(const uint8_t *code, size_t len)
{
	if (len == 0)
		return false;
	if (is_push(code, len) || code[0] == 0x90) /* push reg, nop */
		return true;
	return code[0] == 0xe8 || code[0] == 0xe9 || code[0] == 0xeb; /* call, jmp */
}

/*
 * A conditional jump is emulated, too, and never probed: with two sensors on one (two links, as
 * during an upgrade) Linux 6.18 came back from SSL_free with other callee-saved registers, and
 * apache and python crashed. It is only walked over, by the way that is not taken.
 */
static bool is_conditional_jump(const uint8_t *code, size_t len)
{
	if (len > 0 && code[0] >= 0x70 && code[0] <= 0x7f) /* rel8 */
		return true;
	return len > 1 && code[0] == 0x0f && code[1] >= 0x80 && code[1] <= 0x8f; /* rel32 */
}

static size_t endbr_len(const uint8_t *code, size_t len)
{
	static const uint8_t endbr64[] = { 0xf3, 0x0f, 0x1e, 0xfa };

	return len > sizeof(endbr64) && memcmp(code, endbr64, sizeof(endbr64)) == 0
		       ? sizeof(endbr64)
		       : 0;
}

/* Code at a file offset, cut to what is looked at. Return: its length, 0 if it is no code. */
static size_t prologue(const struct yg_elf *elf, uint64_t offset, const uint8_t **ret)
{
	size_t len = yg_elf_code_len(elf, offset);

	*ret = elf->data + offset;
	return len < PROLOGUE_MAX ? len : PROLOGUE_MAX;
}

/* Does the decoded instruction write the first argument, or leave the straight line? */
static bool ends_line(const struct finder *finder)
{
	cs_regs reads, writes;
	uint8_t read_count, write_count;

	if (cs_insn_group(finder->disassembler, finder->insn, CS_GRP_JUMP) ||
	    cs_insn_group(finder->disassembler, finder->insn, CS_GRP_CALL) ||
	    cs_insn_group(finder->disassembler, finder->insn, CS_GRP_RET))
		return true;
	if (cs_regs_access(finder->disassembler, finder->insn, reads, &read_count, writes,
			   &write_count) != CS_ERR_OK)
		return true;
	for (uint8_t i = 0; i < write_count; i++) {
		if (writes[i] == X86_REG_RDI || writes[i] == X86_REG_EDI ||
		    writes[i] == X86_REG_DI || writes[i] == X86_REG_DIL)
			return true;
	}
	return false;
}

/*
 * Entry-only probe with one argument: the first emulated instruction that still has it in %rdi.
 * The conditional jump before it is the one for NULL, whose call nobody needs to hear of.
 * Return: its file offset, or 0.
 */
static uint64_t find_cheap_entry(struct finder *finder, uint64_t offset)
{
	const uint8_t *start, *code;
	size_t left = prologue(finder->elf, offset, &start);
	uint64_t address = 0;

	for (code = start; left > 0;) {
		bool walked_over = is_conditional_jump(code, left);

		if (is_emulated(code, left))
			return offset + (uint64_t)(code - start);
		if (!cs_disasm_iter(finder->disassembler, &code, &left, &address, finder->insn) ||
		    (!walked_over && ends_line(finder)))
			return 0;
	}
	return 0;
}

/* A function that others call, and which argument of it is a pointer to a local of theirs. */
struct callee {
	uint64_t offset;      /* where it is probed, in the file; 0: none */
	unsigned int pointer; /* X86_REG_RCX, X86_REG_R8; X86_REG_INVALID: neither */
	enum yg_placement placement;
};

static unsigned int whole_register(unsigned int reg)
{
	if (reg == X86_REG_ECX)
		return X86_REG_RCX;
	return reg == X86_REG_R8D ? X86_REG_R8 : reg;
}

/* What the decoded instruction means for struct callee's pointer: "mov %rsp", "lea n(%rsp)". */
static void note_pointer(const struct finder *finder, unsigned int *pointer)
{
	const cs_insn *insn = finder->insn;
	const cs_x86 *x86 = &insn->detail->x86;
	const cs_x86_op *from = &x86->operands[1];
	unsigned int to;

	if (x86->op_count != 2 || x86->operands[0].type != X86_OP_REG)
		return;
	to = whole_register(x86->operands[0].reg);
	if ((insn->id == X86_INS_MOV && from->type == X86_OP_REG && from->reg == X86_REG_RSP) ||
	    (insn->id == X86_INS_LEA && from->mem.base == X86_REG_RSP)) {
		if (to == X86_REG_RCX || to == X86_REG_R8)
			*pointer = to;
	} else if (to == *pointer) {
		*pointer = X86_REG_INVALID;
	}
}

static bool is_sub_rsp(const uint8_t *code, size_t len)
{
	return len > 2 && code[0] == 0x48 && (code[1] == 0x83 || code[1] == 0x81) &&
	       code[2] == 0xec;
}

/* Where to probe a function that is called; nowhere if it begins like none. */
static void place_callee(const struct finder *finder, uint64_t offset, struct callee *ret)
{
	const uint8_t *code;
	size_t len = prologue(finder->elf, offset, &code), skip = endbr_len(code, len);

	if (is_push(code + skip, len - skip)) {
		ret->offset = offset + skip;
		ret->placement = YG_PLACEMENT_INTERNAL;
	} else if (is_sub_rsp(code + skip, len - skip)) {
		ret->offset = offset;
		ret->placement = YG_PLACEMENT_STEPPED;
	}
}

/* Where the first "call rel32" of a function leads. Return: offset 0 if it leads nowhere. */
static struct callee find_callee(struct finder *finder, uint64_t offset)
{
	struct callee callee = { .pointer = X86_REG_INVALID };
	const uint8_t *code;
	size_t left = prologue(finder->elf, offset, &code);
	uint64_t address = yg_elf_address(finder->elf, offset);

	while (cs_disasm_iter(finder->disassembler, &code, &left, &address, finder->insn)) {
		const cs_insn *insn = finder->insn;

		if (insn->id == X86_INS_RET || insn->id == X86_INS_JMP)
			break;
		if (insn->id != X86_INS_CALL) {
			note_pointer(finder, &callee.pointer);
			continue;
		}
		if (insn->bytes[0] == 0xe8)
			place_callee(finder,
				     yg_elf_offset(finder->elf,
						   (uint64_t)insn->detail->x86.operands[0].imm),
				     &callee);
		break;
	}
	return callee;
}

/* Two names of one function get one probe. */
static bool has_probe(const struct yg_place *place, uint64_t offset)
{
	for (uint32_t i = 0; i < place->count; i++) {
		if (place->probes[i].offset == offset)
			return true;
	}
	return false;
}

void yg_place_add(struct yg_place *place, uint64_t offset, enum yg_probe_kind kind,
		  enum yg_placement placement)
{
	if (place->count < YG_PROBES_MAX && !has_probe(place, offset))
		place->probes[place->count++] = (struct yg_probe){ offset, kind, placement };
}

/* Entry and return on the function itself: only where %rsp points at the return address. */
static void add_symbol(const struct finder *finder, enum function function, enum yg_probe_kind kind,
		       struct yg_place *place)
{
	uint64_t offset = finder->symbols[function].offset;
	const uint8_t *code;
	size_t len, skip;

	if (offset == 0)
		return;
	len = prologue(finder->elf, offset, &code);
	skip = finder->elf->machine == EM_X86_64 ? endbr_len(code, len) : 0;
	if (finder->elf->machine == EM_X86_64 && is_emulated(code + skip, len - skip))
		yg_place_add(place, offset + skip, kind, YG_PLACEMENT_EMULATED);
	else
		yg_place_add(place, offset, kind, YG_PLACEMENT_SYMBOL);
}

/*
 * The internal function that the plain and the extended one both call, in all builds of OpenSSL
 * since 1.1.1. The plain one hands it a local for the count of bytes, and the code says by which
 * argument: the fourth, or since OpenSSL 3.3 for writes the fifth.
 */
static bool add_internal(struct finder *finder, enum function plain, enum function extended,
			 enum yg_probe_kind kind, struct yg_place *place)
{
	const struct yg_elf_symbol *symbols = finder->symbols;
	struct callee a, b;

	if (!finder->disassembler || !symbols[plain].offset || !symbols[extended].offset)
		return false;
	a = find_callee(finder, symbols[plain].offset);
	b = find_callee(finder, symbols[extended].offset);
	if (!a.offset || a.offset != b.offset || a.pointer == X86_REG_INVALID)
		return false;
	if (a.pointer == X86_REG_R8) {
		if (kind != YG_PROBE_WRITE)
			return false;
		kind++;
	}
	yg_place_add(place, a.offset, kind + 1, a.placement);
	return true;
}

static void add_reads(struct finder *finder, struct yg_place *place)
{
	if (add_internal(finder, FUNCTION_READ, FUNCTION_READ_EX, YG_PROBE_READ, place))
		return;
	add_symbol(finder, FUNCTION_READ, YG_PROBE_READ, place);
	add_symbol(finder, FUNCTION_READ_EX, YG_PROBE_READ_EX, place);
}

static void add_writes(struct finder *finder, struct yg_place *place)
{
	if (add_internal(finder, FUNCTION_WRITE, FUNCTION_WRITE_EX, YG_PROBE_WRITE, place) ||
	    add_internal(finder, FUNCTION_WRITE, FUNCTION_WRITE_EX2, YG_PROBE_WRITE, place))
		return;
	add_symbol(finder, FUNCTION_WRITE, YG_PROBE_WRITE, place);
	add_symbol(finder, FUNCTION_WRITE_EX, YG_PROBE_WRITE_EX, place);
	add_symbol(finder, FUNCTION_WRITE_EX2, YG_PROBE_WRITE_EX2, place);
}

static void add_free(struct finder *finder, struct yg_place *place)
{
	uint64_t cheap = 0, offset = finder->symbols[FUNCTION_FREE].offset;

	if (offset == 0)
		return;
	if (finder->disassembler)
		cheap = find_cheap_entry(finder, offset);
	if (cheap)
		yg_place_add(place, cheap, YG_PROBE_FREE, YG_PLACEMENT_EMULATED);
	else
		yg_place_add(place, offset, YG_PROBE_FREE, YG_PLACEMENT_SYMBOL);
}

static void add_others(const struct finder *finder, struct yg_place *place)
{
	for (size_t i = 0; i < YG_ARRAY_SIZE(others); i++) {
		bool is_first = i == 0 || others[i].stack != others[i - 1].stack;

		if (is_first && finder->symbols[FUNCTION_OTHER + i].offset)
			place->stack = others[i].stack;
		if (place->stack == others[i].stack)
			add_symbol(finder, (enum function)(FUNCTION_OTHER + i), others[i].kind,
				   place);
	}
}

/* Is there something that reads, and something that writes? */
static bool has_both(const struct yg_place *place)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < place->count; i++)
		kinds |= 1u << place->probes[i].kind;
	if ((kinds & GO_KINDS) == GO_KINDS || (kinds & PR_KINDS) == PR_KINDS)
		return true;
	return (kinds & (1u << YG_PROBE_READ | 1u << YG_PROBE_READ_EX)) &&
	       (kinds &
		(1u << YG_PROBE_WRITE | 1u << YG_PROBE_WRITE_EX | 1u << YG_PROBE_WRITE_EX2));
}

static int open_disassembler(struct finder *finder)
{
	if (finder->elf->machine != EM_X86_64)
		return 0;
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &finder->disassembler) != CS_ERR_OK)
		return -ENOMEM;
	if (cs_option(finder->disassembler, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK)
		return -ENOMEM;
	finder->insn = cs_malloc(finder->disassembler);
	return finder->insn ? 0 : -ENOMEM;
}

/* OpenSSL's API needs one function of each direction: a file with SSL_read alone is a stub. */
static int find_openssl(struct finder *finder, struct yg_place *place)
{
	const struct yg_elf_symbol *symbols = finder->symbols;
	int r;

	if (!(symbols[FUNCTION_READ].offset || symbols[FUNCTION_READ_EX].offset) ||
	    !(symbols[FUNCTION_WRITE].offset || symbols[FUNCTION_WRITE_EX].offset))
		return 0;
	r = open_disassembler(finder);
	if (r)
		return r;
	add_reads(finder, place);
	add_writes(finder, place);
	add_free(finder, place);
	place->stack = YG_STACK_OPENSSL;
	return 0;
}

int yg_place_find(const struct yg_elf *elf, struct yg_place *ret)
{
	YG_CLEANUP(clean_finder) struct finder finder = { .elf = elf };
	struct yg_place place = { .count = 0 };
	int r;

	for (size_t i = 0; i < FUNCTION_MAX; i++)
		finder.symbols[i].name =
			i < FUNCTION_OTHER ? names[i] : others[i - FUNCTION_OTHER].name;
	(void)yg_elf_resolve(elf, finder.symbols, FUNCTION_MAX);
	r = find_openssl(&finder, &place);
	if (r)
		return r;
	add_others(&finder, &place);
	if (place.count == 0) {
		r = yg_place_go(elf, &place);
		if (r)
			return r;
	}
	/* A record_recv alone is a stub too. */
	if (!has_both(&place))
		place = (struct yg_place){ .count = 0 };
	*ret = place;
	return 0;
}

bool yg_place_is_valid(const struct yg_place *place, uint64_t file_len)
{
	if (place->count == 0 || place->count > YG_PROBES_MAX || place->stack >= YG_STACK_MAX)
		return false;
	for (uint32_t i = 0; i < place->count; i++) {
		const struct yg_probe *probe = &place->probes[i];

		if (probe->kind >= YG_PROBE_MAX || probe->placement >= YG_PLACEMENT_MAX ||
		    probe->offset == 0 || probe->offset >= file_len)
			return false;
		for (uint32_t k = 0; k < i; k++) {
			if (place->probes[k].offset == probe->offset)
				return false;
		}
	}
	return has_both(place);
}
