/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/other.h"

#include <string.h>

#include "core/macros.h"
#include "test.h"

static void names_ethertypes(void **state)
{
	static const struct {
		uint16_t type;
		const char *name;
	} cases[] = {
		{ 0x0806, "ARP" },
		{ 0x88cc, "LLDP" },
		{ 0x88e5, "MACsec" },
		{ 0x8848, "MPLS" },
		{ 0x894f, "NSH" },
		{ 0x8863, "PPPoE control" },
		{ 0x8100, "third VLAN tag" },
		{ 40, "LLC" },
		{ 0x1234, "other ethertype" },
		{ 0, "other ethertype" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_string_equal(yg_other_name(yg_other_from_type(cases[i].type)),
				    cases[i].name);
}

static void names_protocols_and_ports(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t sport, dport;
		const char *name;
	} cases[] = {
		{ 50, 0, 0, "ESP" },
		{ 58, 0, 0, "ICMP" },
		{ 60, 0, 0, "more IPv6 extension headers" },
		{ 200, 53, 53, "other IP protocol" },
		{ 17, 50000, 443, "QUIC" },
		{ 17, 443, 50000, "QUIC" },
		{ 17, 40000, 51820, "WireGuard" },
		{ 17, 51820, 40000, "WireGuard" },
		{ 17, 53, 443, "DNS" }, /* the lower one */
		{ 17, 40000, 40001, "other UDP" },
	};

	(void)state;
	for (size_t i = 0; i < YG_ARRAY_SIZE(cases); i++)
		assert_string_equal(yg_other_name(yg_other_from_protocol(
					    cases[i].protocol, cases[i].sport, cases[i].dport)),
				    cases[i].name);
}

static void names_are_all_different(void **state)
{
	(void)state;
	for (int i = 0; i < YG_OTHER_MAX; i++) {
		for (int k = 0; k < i; k++)
			assert_string_not_equal(yg_other_name((enum yg_other)i),
						yg_other_name((enum yg_other)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_ethertypes),
		cmocka_unit_test(names_protocols_and_ports),
		cmocka_unit_test(names_are_all_different),
	};

	return cmocka_run_group_tests_name("capture/other", tests, NULL, NULL);
}
