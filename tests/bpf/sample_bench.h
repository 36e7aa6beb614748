/* SPDX-License-Identifier: GPL-2.0-only */
/* What tests of sample.bpf.c share: the loaded programs, one frame run, its one outcome. */
#pragma once

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <bpf/bpf.h>

#include "bpf/sample.skel.h"
#include "core/macros.h"
#include "packet.h"
#include "rig.h"
#include "test.h"

#define TC_NEXT	  (-1)
#define RING_LEN  (1u << 20)
#define SECOND_NS 1000000000ull
#define BUDGET	  2048u
#define FIN_ACK	  0x11
#define SYN_ACK	  0x12
#define RST	  0x04

#define REQUEST	 "GET /v1/users/42 HTTP/1.1\r\nHost: a\r\n\r\n"
#define RESPONSE "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

struct bench {
	struct sample_bpf *skel;
	struct rig rig;
	struct yg_control knobs; /* of tests that turn them */
	uint16_t sport;		 /* a flow nobody used before */
	uint32_t seq;		 /* of what comes next, on whatever connection */
};

/* Opened and not loaded: the settings of the object may be changed. */
static inline struct bench *bench_open(void)
{
	static struct bench bench;

	bench = (struct bench){ .skel = sample_bpf__open(), .sport = 10000, .seq = 1000 };
	assert_non_null(bench.skel);
	return &bench;
}

static inline void bench_load(struct bench *b, size_t ring_len)
{
	assert_int_equal(sample_bpf__load(b->skel), 0);
	rig_init(&b->rig, b->skel->obj, ring_len);
}

static inline void bench_close(struct bench *b)
{
	rig_clean(&b->rig);
	sample_bpf__destroy(b->skel);
}

static inline int set_up(void **state)
{
	struct bench *b = bench_open();

	b->skel->rodata->yg_config.body_budget = BUDGET;
	bench_load(b, RING_LEN);
	*state = b;
	return 0;
}

static inline int tear_down(void **state)
{
	bench_close(*state);
	return 0;
}

#define ROW(name)	  offsetof(struct yg_sample_counters, name)
#define FIRST_MESSAGE_ROW ROW(request)

static inline uint64_t row_of(const struct yg_counters *c, size_t row)
{
	uint64_t value;

	memcpy(&value, (const char *)&c->sample + row, sizeof(value));
	return value;
}

/* rx frames, and as many outcomes. */
static inline void check_conservation(const struct yg_counters *c)
{
	uint64_t sum = 0;

	for (size_t row = ROW(rx) + 8; row < FIRST_MESSAGE_ROW; row += 8)
		sum += row_of(c, row);
	assert_int_equal(c->sample.rx, sum);
}

/* packet_build(), but where @spec has no place in its direction, it is new there. */
static inline size_t build_next(struct bench *b, const struct packet_spec *spec, uint8_t *ret)
{
	struct packet_spec next = *spec;

	if (!next.seq) {
		next.seq = b->seq;
		b->seq += (uint32_t)(spec->payload_len || !spec->payload ? spec->payload_len
									 : strlen(spec->payload));
	}
	return packet_build(&next, ret);
}

/* Run @spec; its only outcome is @row. Return: the counters. */
static inline struct yg_counters check_run(struct bench *b, const struct packet_spec *spec,
					   size_t row)
{
	uint8_t frame[PACKET_CAP];
	size_t len = build_next(b, spec, frame);
	struct yg_counters c;

	rig_reset(&b->rig);
	assert_int_equal(rig_run(b->skel->progs.yg_tc_ingress, frame, len), TC_NEXT);
	c = rig_counters(&b->rig);
	assert_int_equal(c.sample.rx, 1);
	assert_int_equal(row_of(&c, row), 1);
	check_conservation(&c);
	return c;
}

/* The one record on the ring. */
static inline const struct yg_segment *check_record(struct bench *b)
{
	assert_int_equal(rig_read(&b->rig), 1);
	return &b->rig.records[0];
}
