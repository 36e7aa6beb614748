/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/hash.h"

#include "core/macros.h"
#include "guard.h"
#include "test.h"

/* The reference vectors: key 00..0f, input 00..(n-1). Source: SipHash paper, appendix A. */
static void equals_the_reference(void **state)
{
	const struct yg_hash_key key = { 0x0706050403020100u, 0x0f0e0d0c0b0a0908u };
	static const uint64_t want[] = {
		0x726fdb47dd0e0e31u, 0x74f839c593dc67fdu, 0x0d6c8009d9a94f5au,
		0x85676696d7fb7e2du, 0xcf2794e0277187b7u, 0x18765564cd99a68du,
		0xcbc9466e58fee3ceu, 0xab0200f58b01d137u, 0x93f5f5799a932462u,
	};
	uint8_t in[15];

	(void)state;

	for (uint8_t i = 0; i < sizeof(in); i++)
		in[i] = i;
	for (uint32_t len = 0; len < YG_ARRAY_SIZE(want); len++) {
		GUARD_CLEANUP struct guard guard = guard_copy(in, len);

		assert_true(yg_hash(&key, guard.ptr, len) == want[len]);
	}
	assert_true(yg_hash(&key, NULL, 0) == want[0]);
	assert_true(yg_hash(&key, in, 15) == 0xa129ca6149be45e5u);
}

static void depends_on_the_key(void **state)
{
	const struct yg_hash_key a = { 1, 2 }, b = { 1, 3 };

	(void)state;

	assert_true(yg_hash(&a, "x", 1) != yg_hash(&b, "x", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_the_reference),
		cmocka_unit_test(depends_on_the_key),
	};

	return cmocka_run_group_tests_name("core/hash", tests, NULL, NULL);
}
