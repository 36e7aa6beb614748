/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the kernel's decision to the numbers that people read: one population of clients, flows and
 * requests, sampled by sample.bpf.c at 1/8 in 20 epochs, estimated by baseline/, against the truth.
 * Each number is within its stated 95 % error in at least 17 epochs, and right on the average.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "baseline/estimate.h"
#include "baseline/profile.h"
#include "bpf/sample.skel.h"
#include "core/hash.h"
#include "core/macros.h"
#include "outline_bench.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define RING_LEN  (1u << 20)
#define EPOCHS	  20
#define WITHIN	  17 /* of EPOCHS: fewer has a chance of 0.3 % where 95 % is true */
#define CLIENTS	  400u
#define FLOWS_MAX 24u
#define SHARE	  (1u << 29)
#define START_NS  (600000ull * YG_CELL_SPAN_NS)
#define KINDS	  32 /* of requests; the first FRESH of each are sampled in any case */
#define FRESH	  8

enum number { REQUESTS, BYTES, CALLERS, ERRORS, P50, P99, NUMBERS };

static const char *const names[NUMBERS] = { "requests", "response bytes",
					    "callers",	"share of 5xx",
					    "p50",	"p99" };

struct truth {
	double numbers[NUMBERS];
	uint64_t *latencies; /* [count], sorted */
	size_t count;
};

struct bench {
	struct sample_bpf *skel;
	struct rig rig;
	struct truth truth;
	uint32_t seq;	/* nothing is sent again */
	bool pipelines; /* clients send all requests of a flow in one segment */
};

/* The population is made from hashes, alike in each epoch. */
static uint64_t draw(uint32_t client, uint32_t flow, uint32_t request, uint32_t what)
{
	return yg_hash_mix((uint64_t)client << 40 ^ (uint64_t)flow << 28 ^ request << 8 ^ what);
}

/* Few clients have many flows. */
static uint32_t flows_of(uint32_t client)
{
	uint32_t r = (uint32_t)(draw(client, 0, 0, 1) % 100);

	return r < 60 ? 1 : r < 90 ? 4 : FLOWS_MAX;
}

static uint32_t requests_of(uint32_t client, uint32_t flow)
{
	return 1 + (uint32_t)(draw(client, flow, 0, 2) % 4);
}

/* Caller, status, size and time of one request; busy clients are slower and err more often. */
static struct yg_sample sample_of(uint32_t client, uint32_t flow, uint32_t request)
{
	uint64_t r = draw(client, flow, request, 3);

	return (struct yg_sample){
		.time_ns = START_NS + r % YG_CELL_SPAN_NS,
		.response_bytes = 200 + r % 3000,
		.response_size = r % 3000,
		.latency_us = (500 + r % 500) << (draw(client, flow, request, 4) % 5),
		.has_latency = true,
		.status = draw(client, flow, request, 5) % (flows_of(client) > 4 ? 8 : 40) ? 200
											   : 503,
		.caller = yg_hash_mix(client + 1),
	};
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t at_rank(const struct truth *truth, double rank)
{
	double at = rank * (double)truth->count;

	if (at < 0)
		at = 0;
	return truth->latencies[at >= (double)truth->count ? truth->count - 1 : (size_t)at];
}

static void tell_truth(struct truth *ret)
{
	double errors = 0;

	ret->latencies = calloc((size_t)CLIENTS * FLOWS_MAX * 4, sizeof(uint64_t));
	assert_non_null(ret->latencies);
	for (uint32_t c = 0; c < CLIENTS; c++) {
		for (uint32_t f = 0; f < flows_of(c); f++) {
			for (uint32_t i = 0; i < requests_of(c, f); i++) {
				const struct yg_sample sample = sample_of(c, f, i);

				ret->latencies[ret->count++] = sample.latency_us;
				ret->numbers[BYTES] += (double)sample.response_bytes;
				errors += sample.status == 503;
			}
		}
	}
	qsort(ret->latencies, ret->count, sizeof(uint64_t), compare);
	ret->numbers[REQUESTS] = (double)ret->count;
	ret->numbers[CALLERS] = CLIENTS;
	ret->numbers[ERRORS] = errors / (double)ret->count;
	ret->numbers[P50] = (double)at_rank(ret, 0.5);
	ret->numbers[P99] = (double)at_rank(ret, 0.99);
}

static int set_up(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .skel = sample_bpf__open() };
	assert_non_null(bench.skel);
	bench.skel->rodata->yg_config.hash_seed = 0xe57;
	bench.skel->rodata->yg_config.fresh = FRESH;
	assert_int_equal(sample_bpf__load(bench.skel), 0);
	rig_init(&bench.rig, bench.skel->obj, RING_LEN);
	rig_reset(&bench.rig);
	tell_truth(&bench.truth);
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	rig_clean(&b->rig);
	sample_bpf__destroy(b->skel);
	free(b->truth.latencies);
	return 0;
}

/* What is new is not held back: here, time runs faster than requests. */
static void let_in(struct bench *b)
{
	static const uint64_t none[YG_CPUS_MAX][2];
	uint32_t zero = 0;

	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(b->skel->maps.yg_fresh), &zero, none, BPF_ANY), 0);
}

static void turn(struct bench *b, uint32_t epoch)
{
	const struct yg_control knobs = { .heartbeat_ns = rig_now_ns(),
					  .heartbeat_limit_ns = 600000000000ull,
					  .sampled = SHARE,
					  .clients = SHARE / 2,
					  .client_epoch = epoch,
					  .flow_epoch = epoch,
					  .round = epoch };
	uint32_t zero = 0;

	forget_outlines(b->skel->maps.yg_outlines);
	assert_int_equal(bpf_map_update_elem(b->rig.control_fd, &zero, &knobs, BPF_ANY), 0);
}

static size_t write_request(uint32_t client, uint32_t flow, uint32_t request, char *ret, size_t cap)
{
	uint32_t kind = (uint32_t)(draw(client, flow, request, 6) % KINDS);

	return (size_t)snprintf(ret, cap, "GET /%c%c/%u HTTP/1.1\r\nHost: a\r\n\r\n",
				'a' + kind % 8, 'a' + kind / 8, 1000 + client);
}

/* The record of requests [first, last) of a flow, NULL if the kernel did not choose it. */
static const struct yg_segment *ask(struct bench *b, uint32_t client, uint32_t flow, uint32_t first,
				    uint32_t last)
{
	struct packet_spec spec = { .sport = (uint16_t)(20000 + flow) };
	uint8_t frame[PACKET_CAP];
	char src[32], text[256];
	size_t len = 0;

	for (uint32_t i = first; i < last; i++)
		len += write_request(client, flow, i, text + len, sizeof(text) - len);
	spec.payload = text;
	(void)snprintf(src, sizeof(src), "10.9.%u.%u", client >> 8, client & 255);
	spec.src = src;
	spec.seq = b->seq += sizeof(text);
	len = packet_build(&spec, frame);
	(void)rig_run(b->skel->progs.yg_tc_ingress, frame, len);
	return rig_read(&b->rig) ? &b->rig.records[0] : NULL;
}

static void take_cell(void *ctx, const struct yg_cell *cell)
{
	struct yg_cell *ret = ctx;

	*ret = *cell;
}

/* What the sensor learns of a request of a flow, or of all from there on. */
static void observe_requests(struct bench *b, struct yg_profile *profile, uint32_t client,
			     uint32_t flow, uint32_t first)
{
	uint32_t last = b->pipelines ? requests_of(client, flow) : first + 1;
	const struct yg_segment *seg = ask(b, client, flow, first, last);

	for (uint32_t i = first; seg && i < last; i++) {
		struct yg_sample sample = sample_of(client, flow, i);

		sample.weight = yg_weight_from_share(seg->sampled);
		sample.ordinal = i + 1;
		sample.clients = seg->clients;
		sample.whole = seg->chosen == YG_CHOSEN_CLIENT;
		yg_profile_add(profile, &sample, NULL, NULL);
	}
}

/* What the sensor would have learned in this epoch. */
static void observe(struct bench *b, uint32_t epoch, struct yg_cell *ret)
{
	static struct yg_profile profile;

	profile = (struct yg_profile){ 0 };
	turn(b, epoch);
	for (uint32_t c = 0; c < CLIENTS; c++) {
		let_in(b);
		for (uint32_t f = 0; f < flows_of(c); f++) {
			uint32_t times = b->pipelines ? 1 : requests_of(c, f);

			for (uint32_t i = 0; i < times; i++)
				observe_requests(b, &profile, c, f, i);
		}
	}
	yg_profile_tick(&profile, UINT64_MAX, take_cell, ret);
}

struct score {
	double sum, squares; /* of the errors */
	int within;
};

static void judge(struct score *score, double estimate, double truth, double error)
{
	score->sum += estimate - truth;
	score->squares += (estimate - truth) * (estimate - truth);
	score->within += fabs(estimate - truth) <= error;
}

/* An estimated quantile lies between the true ones at the ends of its rank's interval. */
static void judge_quantile(struct score *score, const struct truth *truth,
			   const struct yg_cell *cell, double q, double exact)
{
	double rank = yg_share_error(cell->spread, cell->requests, q);
	double low = (double)at_rank(truth, q - rank) * (1 - YG_QUANTILE_ERROR);
	double high = (double)at_rank(truth, q + rank) * (1 + YG_QUANTILE_ERROR);
	double estimate = (double)yg_quantile_at(&cell->latency_us, q);

	score->sum += estimate - exact;
	score->squares += (estimate - exact) * (estimate - exact);
	score->within += estimate >= low && estimate <= high;
}

static void judge_cell(struct score *scores, const struct truth *truth, const struct yg_cell *cell)
{
	double errors = (double)yg_cell_status_class(cell, 5), error, callers;
	double n = (double)cell->requests, count_error = yg_count_error(cell->spread);

	judge(&scores[REQUESTS], n, truth->numbers[REQUESTS], count_error);
	/* Sizes and counts go together: the relative error is that of the count, and a bit. */
	judge(&scores[BYTES], (double)cell->response_bytes, truth->numbers[BYTES],
	      1.1 * count_error / n * (double)cell->response_bytes);
	callers = (double)yg_cell_callers(cell, &error);
	judge(&scores[CALLERS], callers, truth->numbers[CALLERS], error);
	judge(&scores[ERRORS], errors / n, truth->numbers[ERRORS],
	      yg_share_error(cell->spread, cell->requests, errors / n));
	judge_quantile(&scores[P50], truth, cell, 0.5, truth->numbers[P50]);
	judge_quantile(&scores[P99], truth, cell, 0.99, truth->numbers[P99]);
}

static void estimates_are_within_their_error_and_unbiased(void **state)
{
	struct score scores[NUMBERS] = { 0 };
	struct bench *b = *state;
	static struct yg_cell cell;
	uint64_t seen = 0;

	for (uint32_t epoch = 1; epoch <= EPOCHS; epoch++) {
		observe(b, epoch, &cell);
		judge_cell(scores, &b->truth, &cell);
		seen += cell.seen;
	}
	print_message("  %zu requests, %.1f %% of them seen\n", b->truth.count,
		      100.0 * (double)seen / EPOCHS / (double)b->truth.count);
	for (int i = 0; i < NUMBERS; i++) {
		double bias = scores[i].sum / EPOCHS, deviation = sqrt(scores[i].squares / EPOCHS);

		print_message(
			"  %-14s true %10.4g  bias %+9.3g  deviation %9.3g  within %d of %d\n",
			names[i], b->truth.numbers[i], bias, deviation, scores[i].within, EPOCHS);
		assert_in_range(scores[i].within, WITHIN, EPOCHS);
		/* Quantiles of a sketch are only as fine as its buckets. */
		if (i < P50)
			assert_true(fabs(bias) <= 2.6 * deviation / sqrt(EPOCHS));
	}
	/* With the first of a kind comes all that is sent with it. */
	assert_true(seen < EPOCHS * b->truth.count / (b->pipelines ? 3 : 4));
	/* Those that are not seen are counted, too. */
	assert_int_equal(rig_counters(&b->rig).sample.request, EPOCHS * b->truth.count);
}

static void the_same_of_clients_that_do_not_wait(void **state)
{
	struct bench *b = *state;

	b->pipelines = true;
	rig_reset(&b->rig);
	estimates_are_within_their_error_and_unbiased(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimates_are_within_their_error_and_unbiased),
		cmocka_unit_test(the_same_of_clients_that_do_not_wait),
	};

	if (geteuid() != 0) {
		(void)fputs("skip: loading BPF programs needs root\n", stderr);
		return 77;
	}
	rig_quiet();
	return cmocka_run_group_tests_name("bpf/estimates", tests, set_up, tear_down);
}
