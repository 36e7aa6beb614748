/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/place.h"

#include "elf_image.h"
#include "test.h"

struct change {
	int index; /* of elf_image_openssl */
	struct elf_function function;
};

struct place_case {
	const char *name;
	struct change changes[3];
	int change_count;
	struct yg_probe expected[6];
	uint32_t count;
};

#define AT(index, plus, kind, placement)                                           \
	{                                                                          \
		ELF_IMAGE_CODE + (index)*ELF_IMAGE_SLOT + (plus), YG_PROBE_##kind, \
			YG_PLACEMENT_##placement                                   \
	}
#define READ_INTERNAL  AT(ELF_READ_INTERNAL, 4, READ_EX, INTERNAL)
#define WRITE_INTERNAL AT(ELF_WRITE_INTERNAL, 0, WRITE_EX, INTERNAL)
#define READ_PLAIN     AT(ELF_READ, 0, READ, SYMBOL), AT(ELF_READ_EX, 0, READ_EX, SYMBOL)
#define WRITE_PLAIN    AT(ELF_WRITE, 0, WRITE, SYMBOL), AT(ELF_WRITE_EX, 0, WRITE_EX, SYMBOL)
#define FREE_CHEAP     AT(ELF_FREE, 5, FREE, EMULATED)

static const struct place_case cases[] = {
	{ "OpenSSL 3.0: the internal functions",
	  { { 0 } },
	  0,
	  { READ_INTERNAL, WRITE_INTERNAL, FREE_CHEAP },
	  3 },
	{ "OpenSSL 3.3: writes have one more argument, and the extended one is another's jump",
	  { { ELF_WRITE,
	      { "SSL_write", { ELF_SUB_RSP, ELF_UNLESS_NEG, ELF_LOCAL_R8 }, ELF_WRITE_INTERNAL } },
	    { ELF_WRITE_EX, { "SSL_write_ex", { 0x31, 0xc9, 0xeb, 0x10 }, -1 } },
	    { ELF_NEWER, { "SSL_write_ex2", { ELF_SUB_RSP }, ELF_WRITE_INTERNAL } } },
	  3,
	  { READ_INTERNAL, AT(ELF_WRITE_INTERNAL, 0, WRITE_EX2, INTERNAL), FREE_CHEAP },
	  3 },
	{ "the same where nothing internal is shared",
	  { { ELF_WRITE, { "SSL_write", { ELF_SUB_RSP }, -1 } },
	    { ELF_NEWER, { "SSL_write_ex2", { ELF_SUB_RSP }, ELF_WRITE_INTERNAL } } },
	  2,
	  { READ_INTERNAL, WRITE_PLAIN, AT(ELF_NEWER, 0, WRITE_EX2, SYMBOL), FREE_CHEAP },
	  5 },
	{ "no read has a fifth argument",
	  { { ELF_READ, { "SSL_read", { ELF_SUB_RSP, ELF_LOCAL_R8 }, ELF_READ_INTERNAL } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "what both call is not told where to count",
	  { { ELF_READ, { "SSL_read", { ELF_SUB_RSP, ELF_UNLESS_NEG }, ELF_READ_INTERNAL } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "the pointer to the local is overwritten", /* mov %rsp,%rcx; xor %ecx,%ecx */
	  { { ELF_READ,
	      { "SSL_read", { ELF_SUB_RSP, ELF_LOCAL_RCX, 0x31, 0xc9 }, ELF_READ_INTERNAL } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "what both call has no push, as gcc 16 builds it: still there, single-stepped",
	  { { ELF_READ_INTERNAL, { NULL, { 0xf3, 0x0f, 0x1e, 0xfa, ELF_SUB_RSP }, -1 } } },
	  1,
	  { AT(ELF_READ_INTERNAL, 0, READ_EX, STEPPED), WRITE_INTERNAL, FREE_CHEAP },
	  3 },
	{ "the two call different functions",
	  { { ELF_READ_EX, { "SSL_read_ex", { ELF_SUB_RSP }, ELF_WRITE_INTERNAL } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "what they call begins like no function",
	  { { ELF_READ_INTERNAL, { NULL, { 0x90 }, -1 } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "one of them calls nothing",
	  { { ELF_READ, { "SSL_read", { ELF_SUB_RSP }, -1 } } },
	  1,
	  { READ_PLAIN, WRITE_INTERNAL, FREE_CHEAP },
	  4 },
	{ "everything inlined, as in node: push after endbr64",
	  { { ELF_READ, { "SSL_read", { 0xf3, 0x0f, 0x1e, 0xfa, 0x55 }, -1 } },
	    { ELF_READ_EX, { "SSL_read_ex", { 0x55 }, -1 } } },
	  2,
	  { AT(ELF_READ, 4, READ, EMULATED), AT(ELF_READ_EX, 0, READ_EX, EMULATED), WRITE_INTERNAL,
	    FREE_CHEAP },
	  4 },
	{ "no extended functions, as in OpenSSL 1.0",
	  { { ELF_READ_EX, { NULL, { 0x90 }, -1 } }, { ELF_WRITE_EX, { NULL, { 0x90 }, -1 } } },
	  2,
	  { AT(ELF_READ, 0, READ, SYMBOL), AT(ELF_WRITE, 0, WRITE, SYMBOL), FREE_CHEAP },
	  3 },
	{ "SSL_free overwrites its argument first", /* xor %edi,%edi */
	  { { ELF_FREE, { "SSL_free", { 0x31, 0xff, 0x74, 0x10 }, -1 } } },
	  1,
	  { READ_INTERNAL, WRITE_INTERNAL, AT(ELF_FREE, 0, FREE, SYMBOL) },
	  3 },
	{ "SSL_free returns before anything cheap", /* test; ret */
	  { { ELF_FREE, { "SSL_free", { 0x48, 0x85, 0xff, 0xc3, 0x55 }, -1 } } },
	  1,
	  { READ_INTERNAL, WRITE_INTERNAL, AT(ELF_FREE, 0, FREE, SYMBOL) },
	  3 },
	{ "a conditional jump is no place for a probe", /* test; je; ret */
	  { { ELF_FREE, { "SSL_free", { 0x48, 0x85, 0xff, 0x74, 0x10 }, -1 } } },
	  1,
	  { READ_INTERNAL, WRITE_INTERNAL, AT(ELF_FREE, 0, FREE, SYMBOL) },
	  3 },
	{ "reading alone is a stub",
	  { { ELF_WRITE, { NULL, { 0x90 }, -1 } }, { ELF_WRITE_EX, { NULL, { 0x90 }, -1 } } },
	  2,
	  { { 0 } },
	  0 },
};

static void places_probes(void **state)
{
	struct elf_function functions[ELF_FUNCTIONS];
	uint8_t image[ELF_IMAGE_LEN];

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++) {
		GUARD_CLEANUP struct guard g = { 0 };
		struct yg_place place;
		struct yg_elf elf;

		memcpy(functions, elf_image_openssl, sizeof(functions));
		for (int k = 0; k < cases[i].change_count; k++)
			functions[cases[i].changes[k].index] = cases[i].changes[k].function;
		elf_image_make(image, functions, ELF_FUNCTIONS, SHT_DYNSYM);
		g = guard_copy(image, sizeof(image));
		assert_int_equal(yg_elf_open((uint8_t *)g.ptr, g.len, &elf), 0);
		assert_int_equal(yg_place_find(&elf, &place), 0);
		if (place.count != cases[i].count ||
		    memcmp(place.probes, cases[i].expected,
			   place.count * sizeof(struct yg_probe)) != 0)
			fail_msg("%s: %u probes", cases[i].name, place.count);
		assert_int_equal(yg_place_is_valid(&place, g.len), place.count > 0);
	}
}

static void other_machines_get_symbols(void **state)
{
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	struct yg_elf elf;

	(void)state;
	elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS, SHT_DYNSYM);
	image[offsetof(Elf64_Ehdr, e_machine)] = EM_AARCH64;
	assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
	assert_int_equal(yg_place_find(&elf, &place), 0);
	assert_int_equal(place.count, 5);
	for (uint32_t i = 0; i < place.count; i++)
		assert_int_equal(place.probes[i].placement, YG_PLACEMENT_SYMBOL);
}

/* GnuTLS has one signature for all; a name that leads to a probed function adds nothing. */
static void places_gnutls(void **state)
{
	static const struct elf_function functions[] = {
		{ "gnutls_record_recv", { ELF_SUB_RSP }, -1 },
		{ "gnutls_record_send", { 0x31, 0xc9 }, -1 },
		{ "gnutls_record_send2", { 0x41, 0x57 }, -1 },
		{ "gnutls_deinit", { 0x48, 0x85, 0xff }, -1 },
	};
	static const struct yg_probe expected[] = {
		AT(0, 0, READ, SYMBOL),
		AT(1, 0, WRITE, SYMBOL),
		AT(2, 0, WRITE, EMULATED),
		AT(3, 0, FREE, SYMBOL),
	};
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	struct yg_elf elf;

	(void)state;
	for (int count = 1; count <= (int)YG_ARRAY_SIZE(functions); count++) {
		elf_image_make(image, functions, count, SHT_DYNSYM);
		assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
		assert_int_equal(yg_place_find(&elf, &place), 0);
		assert_int_equal(place.count, count > 1 ? count : 0); /* reading alone is a stub */
		assert_memory_equal(place.probes, expected, place.count * sizeof(expected[0]));
		assert_string_equal(yg_stack_name((enum yg_stack)place.stack),
				    count > 1 ? "gnutls" : "none");
		assert_int_equal(yg_place_is_valid(&place, sizeof(image)), count > 1);
	}
}

/* NSPR: the two that jump alike are two functions, and one alone reads. */
static void places_nspr(void **state)
{
	static const struct elf_function functions[] = {
		{ "PR_Read", { 0x48, 0x8b, 0x07, 0xff, 0x60, 0x10 }, -1 },
		{ "PR_Recv", { 0x48, 0x8b, 0x07, 0xff, 0xa0, 0x88 }, -1 },
		{ "PR_Close", { 0x48, 0x8b, 0x07, 0xff, 0x60, 0x08 }, -1 },
		{ "PR_Writev", { 0x83, 0xfa, 0x10 }, -1 },
		{ "PR_Write", { 0x48, 0x8b, 0x07, 0xff, 0x60, 0x18 }, -1 },
	};
	static const struct yg_probe expected[] = {
		AT(0, 0, PR_READ, SYMBOL),   AT(1, 0, PR_RECV, SYMBOL), AT(4, 0, PR_WRITE, SYMBOL),
		AT(3, 0, PR_WRITEV, SYMBOL), AT(2, 0, FREE, SYMBOL),
	};
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	struct yg_elf elf;

	(void)state;
	elf_image_make(image, functions, 4, SHT_DYNSYM);
	assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
	assert_int_equal(yg_place_find(&elf, &place), 0);
	assert_int_equal(place.count, 0);
	elf_image_make(image, functions, 5, SHT_DYNSYM);
	assert_int_equal(yg_place_find(&elf, &place), 0);
	assert_int_equal(place.count, YG_ARRAY_SIZE(expected));
	assert_memory_equal(place.probes, expected, sizeof(expected));
	assert_string_equal(yg_stack_name((enum yg_stack)place.stack), "nss");
	assert_true(yg_place_is_valid(&place, sizeof(image)));
}

/* SSL_sendfile is of OpenSSL, and alone it is no reason to look at a file. */
static void places_what_hands_files_to_the_kernel(void **state)
{
	static const struct elf_function functions[] = {
		{ "SSL_sendfile", { 0x48, 0x85, 0xff }, -1 },
		{ "SSL_read", { 0x48, 0x85, 0xff }, -1 },
		{ "SSL_write", { 0x48, 0x85, 0xff }, -1 },
	};
	uint8_t image[ELF_IMAGE_LEN];
	struct yg_place place;
	struct yg_elf elf;

	(void)state;
	for (int count = 1; count <= (int)YG_ARRAY_SIZE(functions); count++) {
		elf_image_make(image, functions, count, SHT_DYNSYM);
		assert_int_equal(yg_elf_open(image, sizeof(image), &elf), 0);
		assert_int_equal(yg_place_find(&elf, &place), 0);
		assert_int_equal(place.count, count == 3 ? 3 : 0);
	}
	assert_int_equal(place.probes[2].kind, YG_PROBE_FILE);
	assert_int_equal(place.probes[2].offset, elf_image_offset(0));
	assert_string_equal(yg_stack_name((enum yg_stack)place.stack), "openssl");
	assert_true(yg_place_is_valid(&place, sizeof(image)));
}

/* The parent believes nothing of what the child answers. */
static void judges_answers(void **state)
{
	static const struct yg_place good = {
		.probes = { { 16, YG_PROBE_READ, 0 }, { 32, YG_PROBE_WRITE, 0 } },
		.count = 2,
	};
	struct yg_place bad;

	(void)state;
	assert_true(yg_place_is_valid(&good, 64));
	assert_false(yg_place_is_valid(&good, 32)); /* beyond the file */
	bad = good;
	bad.count = YG_PROBES_MAX + 1;
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad.probes[1].kind = YG_PROBE_MAX;
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad.probes[1].placement = YG_PLACEMENT_MAX;
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad.probes[1].kind = YG_PROBE_READ; /* twice, and nothing that writes */
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad = good;
	bad.probes[1].offset = 16; /* two probes on one instruction */
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad.stack = YG_STACK_MAX;
	assert_false(yg_place_is_valid(&bad, 64));
	bad = good;
	bad.probes[0].offset = 0;
	assert_false(yg_place_is_valid(&bad, 64));
	bad.count = 0;
	assert_false(yg_place_is_valid(&bad, 64));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_probes),
		cmocka_unit_test(other_machines_get_symbols),
		cmocka_unit_test(places_gnutls),
		cmocka_unit_test(places_nspr),
		cmocka_unit_test(places_what_hands_files_to_the_kernel),
		cmocka_unit_test(judges_answers),
	};

	return cmocka_run_group_tests_name("capture/place", tests, NULL, NULL);
}
