/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads with a known truth: what the estimate says of the rests, and of its own error. */
#include "capture/missed.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "core/macros.h"
#include "test.h"

#define S 1000000000ull

/* A deterministic generator: the draws are part of the test. */
struct draws {
	uint64_t state;
};

static double draw(struct draws *draws)
{
	draws->state = draws->state * 6364136223846793005ull + 1442695040888963407ull;
	return (double)(draws->state >> 11) / 9007199254740992.0;
}

/* About normal, mean 0, deviation 1. */
static double draw_normal(struct draws *draws)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += draw(draws);
	return sum;
}

/* A span of @ns at @rate requests a second that scatter; each has @per records, about. */
static struct yg_missed_span span_of(struct draws *draws, uint64_t ns, double rate, double per)
{
	double mean = rate * (double)ns / 1e9;
	double requests = fmax(0, mean + sqrt(mean) * draw_normal(draws));
	double records = fmax(0, requests * per + sqrt(requests) * draw_normal(draws));

	return (struct yg_missed_span){ .ns = ns,
					.records = (uint64_t)records,
					.bytes = (uint64_t)records * 300,
					.requests = (uint64_t)requests };
}

/* Return: was the truth inside the interval? */
static bool is_inside(struct draws *draws, double per, double *ret_miss)
{
	struct yg_missed missed = { 0 };
	uint64_t truth = 0, error, estimate;

	for (unsigned int i = 0; i < 60; i++) {
		/* The load swings by a half; the wire tells. */
		double rate = 20000 * (1 + 0.5 * sin((double)i / 5));
		struct yg_missed_span awake = span_of(draws, S / 5, rate, per);
		struct yg_missed_span rest = span_of(draws, S * 4 / 5, rate, per);

		yg_missed_awake(&missed, &awake);
		if (i < 5)
			continue;
		yg_missed_rest(&missed, &rest);
		truth += rest.requests;
	}
	estimate = yg_missed_estimate(&missed, &error);
	*ret_miss = ((double)estimate - (double)truth) / (double)truth;
	return llabs((long long)estimate - (long long)truth) <= (long long)error;
}

static void the_truth_is_inside_the_error(void **state)
{
	struct draws draws = { 42 };
	unsigned int inside = 0;
	double bias = 0, miss;

	(void)state;
	for (unsigned int i = 0; i < 200; i++) {
		inside += (unsigned int)is_inside(&draws, 2.2, &miss);
		bias += miss / 200;
	}
	print_message("inside %u of 200, bias %.4f %%\n", inside, bias * 100);
	assert_true(inside >= 190);
	assert_true(fabs(bias) < 0.002);
}

/*
 * Services that share the wire: a request of each takes other numbers of records and bytes, which
 * scatter. Their shares change.
 */
struct service {
	double rate, records, bytes; /* a second; per request */
};

static void add_service(struct draws *draws, const struct service *service, double part,
			struct yg_missed_span *span)
{
	double mean = part * service->rate * (double)span->ns / 1e9;
	double requests = fmax(0, mean + sqrt(mean) * draw_normal(draws));
	double bytes = requests * service->bytes +
		       service->bytes * sqrt(requests) * 0.5 * draw_normal(draws);

	span->requests += (uint64_t)requests;
	span->records += (uint64_t)fmax(0, requests * service->records +
						   0.3 * sqrt(requests) * draw_normal(draws));
	span->bytes += (uint64_t)fmax(0, bytes);
}

static const struct service services[] = { { 4000, 2.2, 700 },
					   { 6000, 1.05, 2500 },
					   { 3000, 4, 6000 } };

/* What each service does in period @i, as a part of its rate; in a rest, or not. */
static double part_steady(unsigned int service, unsigned int i, bool is_rest, double phase)
{
	(void)service, (void)i, (void)is_rest, (void)phase;
	return 1;
}

static double part_swings(unsigned int service, unsigned int i, bool is_rest, double phase)
{
	(void)is_rest;
	return 1 + 0.8 * sin((double)i / (7 + 5 * service) + phase * (1 + service));
}

/* Another mix from one period to the next, half of them within the rest. */
static double part_jumps(unsigned int service, unsigned int i, bool is_rest, double phase)
{
	unsigned int at = (i + is_rest + (unsigned int)(phase * 10)) / 20 % 3;

	return at == service ? 1.5 : 0.3;
}

/* Probes hold one service up more than another: it is busier in rests, and only there. */
static double part_held(unsigned int service, unsigned int i, bool is_rest, double phase)
{
	double swing = part_swings(service, i, is_rest, phase);

	return (1 + (swing - 1) / 4) * (is_rest && service == 0 ? 1.5 : 1);
}

/* A service comes, and goes again. */
static double part_comes(unsigned int service, unsigned int i, bool is_rest, double phase)
{
	(void)is_rest;
	return service < 2 || (i > 20 + (unsigned int)(phase * 10) && i < 45) ? 1 : 0;
}

static const struct mix {
	const char *name;
	double (*part)(unsigned int service, unsigned int i, bool is_rest, double phase);
	unsigned int services;
	double rest_s;
	double error_max; /* stated, as a part of the truth */
} mixes[] = {
	{ "steady", part_steady, 2, 0.8, 0.02 },
	{ "shares swing", part_swings, 2, 0.8, 0.04 },
	{ "shares swing, three services", part_swings, 3, 0.8, 0.1 },
	{ "shares swing, long rests", part_swings, 2, 10, 0.04 },
	{ "shares jump", part_jumps, 2, 0.8, 0.04 },
	{ "shares jump, three services", part_jumps, 3, 2, 0.2 },
	{ "probes hold one up", part_held, 2, 0.8, 0.08 },
	{ "probes hold one up, three services", part_held, 3, 0.8, 0.08 },
	{ "a service comes and goes", part_comes, 3, 0.8, 0.04 },
};

static struct yg_missed_span mix_span(struct draws *draws, const struct mix *mix, unsigned int i,
				      bool is_rest, double phase)
{
	struct yg_missed_span span = { .ns = is_rest ? (uint64_t)(mix->rest_s * (double)S)
						     : S / 5 };

	for (unsigned int k = 0; k < mix->services; k++)
		add_service(draws, &services[k], mix->part(k, i, is_rest, phase), &span);
	return span;
}

/* Return: was the truth inside the interval? */
static bool is_mix_inside(struct draws *draws, const struct mix *mix, double *ret_miss,
			  double *ret_error)
{
	double phase = 6.3 * draw(draws);
	struct yg_missed missed = { 0 };
	uint64_t truth = 0, error, estimate;

	for (unsigned int i = 0; i < 80; i++) {
		struct yg_missed_span awake = mix_span(draws, mix, i, false, phase);
		struct yg_missed_span rest = mix_span(draws, mix, i, true, phase);

		yg_missed_awake(&missed, &awake);
		if (i < 5)
			continue;
		truth += rest.requests;
		yg_missed_rest(&missed, &rest);
	}
	estimate = yg_missed_estimate(&missed, &error);
	*ret_miss = ((double)estimate - (double)truth) / (double)truth;
	*ret_error = (double)error / (double)truth;
	return llabs((long long)estimate - (long long)truth) <= (long long)error;
}

static void services_that_change_their_shares_are_inside_the_error(void **state)
{
	unsigned int failed = 0;

	(void)state;
	for (size_t m = 0; m < YG_ARRAY_SIZE(mixes); m++) {
		double bias = 0, width = 0, miss, error;
		struct draws draws = { 42 };
		unsigned int inside = 0;

		for (unsigned int i = 0; i < 200; i++) {
			inside += (unsigned int)is_mix_inside(&draws, &mixes[m], &miss, &error);
			bias += miss / 200;
			width += error / 200;
		}
		print_message("  %-36s inside %u of 200, bias %+.2f %%, error %.2f %%\n",
			      mixes[m].name, inside, bias * 100, width * 100);
		failed += inside < 190 || width > mixes[m].error_max;
	}
	assert_int_equal(failed, 0);
}

static void the_error_is_no_wider_than_it_must_be(void **state)
{
	struct draws draws = { 1 };
	struct yg_missed missed = { 0 };
	uint64_t estimate, error;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		struct yg_missed_span span = span_of(&draws, S / 5, 20000, 2);

		yg_missed_awake(&missed, &span);
		span = span_of(&draws, S, 20000, 2);
		if (i >= 5)
			yg_missed_rest(&missed, &span);
	}
	estimate = yg_missed_estimate(&missed, &error);
	print_message("%lu, give or take %lu\n", (unsigned long)estimate, (unsigned long)error);
	assert_in_range(estimate, 1890000, 1910000);
	assert_true(error < estimate / 50);
}

/* Nothing of the wire is seen: the time is what is left. */
static void without_a_wire_time_is_the_yardstick(void **state)
{
	struct draws draws = { 7 };
	struct yg_missed missed = { 0 };
	uint64_t estimate, error;

	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		struct yg_missed_span span = span_of(&draws, S / 5, 1000, 2);

		span.records = 0;
		yg_missed_awake(&missed, &span);
		span = (struct yg_missed_span){ .ns = S };
		yg_missed_rest(&missed, &span);
	}
	estimate = yg_missed_estimate(&missed, &error);
	assert_in_range(estimate, 50000 - error, 50000 + error);
	assert_true(error > 0 && error < 25000);
}

/* Records that have nothing to do with requests: others' TLS, and much of it. */
static void a_wire_of_strangers_is_not_believed(void **state)
{
	struct draws draws = { 9 };
	struct yg_missed missed = { 0 };
	uint64_t estimate, error;

	(void)state;
	for (unsigned int i = 0; i < 100; i++) {
		struct yg_missed_span span = span_of(&draws, S, 1000, 0);

		span.records = (uint64_t)(draw(&draws) * 1e6);
		yg_missed_awake(&missed, &span);
		if (i < 20)
			continue;
		span.records = (uint64_t)(draw(&draws) * 1e6);
		yg_missed_rest(&missed, &span);
	}
	estimate = yg_missed_estimate(&missed, &error);
	assert_in_range(estimate, 78000, 82000);
	assert_true(error < 8000);
}

static void an_idle_rest_has_no_requests(void **state)
{
	struct draws draws = { 3 };
	struct yg_missed missed = { 0 };
	uint64_t error;

	(void)state;
	for (unsigned int i = 0; i < 50; i++) {
		/* Off and on: by the time alone there would be requests. */
		struct yg_missed_span span = span_of(&draws, S / 5, i % 2 ? 0 : 10000, 2);

		yg_missed_awake(&missed, &span);
	}
	yg_missed_rest(&missed, &(struct yg_missed_span){ .ns = 60 * S });
	assert_int_equal(yg_missed_estimate(&missed, &error), 0);
	assert_int_equal(missed.rest_ns, 60 * S);
}

static void little_experience_is_a_wide_error(void **state)
{
	struct yg_missed missed = { 0 };
	uint64_t error;

	(void)state;
	yg_missed_awake(&missed, &(struct yg_missed_span){ S, 200, 0, 100 });
	yg_missed_rest(&missed, &(struct yg_missed_span){ .ns = S, .records = 200 });
	assert_int_equal(yg_missed_estimate(&missed, &error), 100);
	assert_in_range(error, 90, 112);
}

static void the_pace_is_that_of_the_wire(void **state)
{
	struct yg_missed missed = { 0 };
	struct yg_missed_span span = { S / 2, 500, 0, 0 };

	(void)state;
	assert_float_equal(yg_missed_pace(&missed, &span), 1, 1e-9);
	yg_missed_awake(&missed, &(struct yg_missed_span){ S, 4000, 0, 100 });
	assert_float_equal(yg_missed_pace(&missed, &span), 0.25, 1e-9);
	span.records = 0;
	assert_float_equal(yg_missed_pace(&missed, &span), 0, 1e-9);
	span.ns = 0;
	assert_float_equal(yg_missed_pace(&missed, &span), 1, 1e-9);
}

static void never_awake_says_nothing(void **state)
{
	struct yg_missed missed = { 0 };
	uint64_t error;

	(void)state;
	yg_missed_rest(&missed, &(struct yg_missed_span){ .ns = S, .records = 9, .bytes = 99 });
	assert_int_equal(yg_missed_estimate(&missed, &error), 0);
	assert_int_equal(missed.rest_records, 9);
	assert_int_equal(missed.rest_bytes, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_is_inside_the_error),
		cmocka_unit_test(services_that_change_their_shares_are_inside_the_error),
		cmocka_unit_test(the_error_is_no_wider_than_it_must_be),
		cmocka_unit_test(without_a_wire_time_is_the_yardstick),
		cmocka_unit_test(a_wire_of_strangers_is_not_believed),
		cmocka_unit_test(an_idle_rest_has_no_requests),
		cmocka_unit_test(little_experience_is_a_wide_error),
		cmocka_unit_test(the_pace_is_that_of_the_wire),
		cmocka_unit_test(never_awake_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
