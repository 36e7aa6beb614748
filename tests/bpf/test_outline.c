/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outline.bpf.h through sample.bpf.c: while hardly any flow is chosen, the first requests of each
 * kind are, with certainty, to the end of their answers; and what varies in a path is no new kind.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "outline_bench.h"
#include "sample_bench.h"

#define FRESH 4u
#define ASKED 100u /* requests of one kind */
#define LONG \
	"GET /a-path-that-goes-on-and-on-beyond-what-is-looked-at-of-a-line-without-any-end-to-see"
#define CLIENT "10.7.0.1"
#define SERVER "192.0.2.1"

static int set_up_fresh(void **state)
{
	struct bench *b = bench_open();

	b->skel->rodata->yg_config.hash_seed = 0x0071;
	b->skel->rodata->yg_config.fresh = FRESH;
	bench_load(b, RING_LEN);
	*state = b;
	return 0;
}

/* Nothing is known, hardly a flow is chosen, and this second has room for all that is new. */
static void begin(struct bench *b)
{
	forget_all(b->skel, &b->rig);
}

static const struct yg_segment *send_text(struct bench *b, const char *text, uint16_t port,
					  bool back)
{
	struct packet_spec spec = { .payload = text,
				    .src = back ? SERVER : CLIENT,
				    .dst = back ? CLIENT : SERVER,
				    .sport = back ? 80 : port,
				    .dport = back ? port : 80 };
	uint8_t frame[PACKET_CAP];
	size_t len = build_next(b, &spec, frame);

	(void)rig_run(b->skel->progs.yg_tc_ingress, frame, len);
	return rig_read(&b->rig) ? &b->rig.records[0] : NULL;
}

static const struct yg_segment *ask(struct bench *b, const char *line, uint16_t port)
{
	char text[512];

	(void)snprintf(text, sizeof(text), "%s HTTP/1.1\r\nHost: a\r\n\r\n", line);
	return send_text(b, text, port, false);
}

/* How many of ASKED requests are sampled; @format has one %u, which varies. */
static uint32_t count_sampled(struct bench *b, const char *format)
{
	uint32_t sampled = 0;

	for (uint32_t i = 0; i < ASKED; i++) {
		const struct yg_segment *seg;
		char line[256];

		(void)snprintf(line, sizeof(line), format, i * 7919 + 3);
		seg = ask(b, line, (uint16_t)(20000 + i % 8));
		if (!seg)
			continue;
		sampled++;
		assert_int_equal(seg->chosen, YG_CHOSEN_ALWAYS);
		assert_int_equal(seg->sampled, 0);
	}
	return sampled;
}

static void the_first_of_each_kind_are_sampled(void **state)
{
	static const char *const kinds[] = {
		"GET /v1/users/%u",
		"GET /v2/users/%u",
		"POST /v1/users/%u",
		"GET /v1/users/%u/cards",
		"GET /v1/cards/%u/users",
		"GET /",
		"OPTIONS *",
		"GET /login?next=/v1/users/%u",
		"GET /v1/orders/b%ud5-77aa/items/%%41b",
		"GET /v1/people/someone%u@example.org",
		"GET http://a.example/v1/users/%u",
		LONG "-%u",
	};
	struct bench *b = *state;

	begin(b);
	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++) {
		print_message("  %s\n", kinds[i]);
		assert_int_equal(count_sampled(b, kinds[i]), FRESH);
	}
	for (size_t i = 0; i < YG_ARRAY_SIZE(kinds); i++)
		assert_int_equal(count_sampled(b, kinds[i]), 0);
}

/* OUTLINE_BYTES of outline.bpf.h end inside of the word: it is cut off, and no kind of its own. */
static void what_is_cut_off_is_as_good_as_any_other(void **state)
{
	char line[] = "GET /segments/segments/segments/segments/segments/segments/segments/segments"
		      "/segments/xxxxxxxxxxxxx";
	struct bench *b = *state;
	uint32_t sampled = 0;

	begin(b);
	assert_true(sizeof(line) - 1 > 96);
	for (uint32_t i = 0; i < ASKED; i++) {
		line[90] = (char)('a' + i % 10);
		line[91] = (char)('a' + i / 10);
		sampled += ask(b, line, (uint16_t)(20000 + i % 8)) != NULL;
	}
	assert_int_equal(sampled, FRESH);
}

/* Sampled from its start to the end of its answer, in a flow of which nothing else is. */
static void only_the_new_exchange_of_a_flow_is_sampled(void **state)
{
	struct bench *b = *state;

	begin(b);
	(void)count_sampled(b, "GET /known/%u");
	for (int i = 0; i < 3; i++) {
		assert_null(ask(b, "GET /known/1", 30000));
		assert_null(send_text(b, RESPONSE, 30000, true));
		assert_non_null(ask(b, "GET /new", 30000));
		assert_non_null(send_text(b, RESPONSE, 30000, true));
		assert_null(ask(b, "GET /known/2", 30000));
		assert_null(send_text(b, RESPONSE, 30000, true));
	}
	assert_int_equal(rig_counters(&b->rig).sample.request,
			 ASKED + 9); /* all are counted, whatever is sampled */
}

/* Of one service, too: nothing of its key may be the same for all. */
static void kinds_of_one_service_use_all_of_the_table(void **state)
{
	struct bench *b = *state;
	const struct bpf_map *map = b->skel->maps.yg_outlines;
	uint64_t set[8];
	uint32_t used[2] = { 0 };

	begin(b);
	assert_int_equal(bpf_map__value_size(map), sizeof(set));
	for (uint32_t i = 0; i < ASKED; i++) {
		char line[] = "GET /aa";

		line[5] = (char)('a' + i % 10);
		line[6] = (char)('a' + i / 10);
		(void)ask(b, line, 40000);
	}
	for (uint32_t i = 0; i < bpf_map__max_entries(map); i++) {
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &i, set), 0);
		used[i % 2] += set[0] != 0;
	}
	print_message("  %u even, %u odd sets\n", used[0], used[1]);
	assert_in_range(used[0], ASKED / 4, ASKED);
	assert_in_range(used[1], ASKED / 4, ASKED);
}

/* Words without end are no reason to sample without end. */
static void endless_words_stay_within_their_share(void **state)
{
	uint64_t since_ns = rig_now_ns(), most;
	struct bench *b = *state;
	uint32_t sampled = 0;

	begin(b);
	for (uint32_t i = 0; i < 4000; i++) {
		char line[] = "GET /aaaa";

		for (uint32_t at = 0, rest = i; at < 4; at++, rest /= 16)
			line[5 + at] = (char)('a' + rest % 16);
		sampled += ask(b, line, 40000) != NULL;
	}
	most = ((rig_now_ns() - since_ns) / SECOND_NS + 2) * YG_FRESH_PER_S *
	       (uint64_t)sysconf(_SC_NPROCESSORS_CONF);
	print_message("  %u of 4000 sampled\n", sampled);
	assert_in_range(sampled, YG_FRESH_PER_S, most);
	assert_true(sampled < 2000);
}

static void nothing_is_remembered_while_all_is_sampled(void **state)
{
	const struct yg_control knobs = { .heartbeat_ns = rig_now_ns(),
					  .heartbeat_limit_ns = 600 * SECOND_NS };
	struct bench *b = *state;
	uint32_t zero = 0;

	begin(b);
	assert_int_equal(bpf_map_update_elem(b->rig.control_fd, &zero, &knobs, BPF_ANY), 0);
	assert_non_null(ask(b, "GET /whole", 50000));
	assert_false(knows_outlines(b->skel->maps.yg_outlines));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_of_each_kind_are_sampled),
		cmocka_unit_test(what_is_cut_off_is_as_good_as_any_other),
		cmocka_unit_test(only_the_new_exchange_of_a_flow_is_sampled),
		cmocka_unit_test(kinds_of_one_service_use_all_of_the_table),
		cmocka_unit_test(endless_words_stay_within_their_share),
		cmocka_unit_test(nothing_is_remembered_while_all_is_sampled),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/outline", tests, set_up_fresh, tear_down);
}
