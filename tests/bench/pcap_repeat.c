/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcap_repeat MEGABYTES < small.pcap > large.pcap
 *
 * Repeats a classic Ethernet capture until the output holds at least MEGABYTES. Each repetition
 * has other client addresses (the side with the higher TCP port moves within its /8) and times
 * that follow the one before, so every repetition is new connections to every tool. Checksums stay
 * right: the sums are updated by RFC 1624. Frames that are not IPv4 TCP are copied as they are.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/macros.h"

#define FILE_HEAD    24u
#define RECORD_HEAD  16u
#define ETHERNET     14u
#define MAGIC_US     0xa1b2c3d4u
#define INPUT_CAP    (256u << 20)
#define GAP_S	     1u
#define ADDRESS_STEP 0x010000u /* the second byte of an IPv4 address */

struct record {
	uint32_t seconds, fraction, captured, wire;
};

static uint8_t *load_input(size_t *ret_len)
{
	uint8_t *data = malloc(INPUT_CAP);

	if (!data)
		return NULL;
	*ret_len = fread(data, 1, INPUT_CAP, stdin);
	return data;
}

static void patch_sum(uint8_t *sum_at, uint32_t before, uint32_t after)
{
	uint16_t sum;
	uint32_t acc;

	memcpy(&sum, sum_at, sizeof(sum));
	acc = (uint16_t)~ntohs(sum);
	acc += (uint16_t) ~(before >> 16) + (uint32_t)(uint16_t)~before;
	acc += (after >> 16) + (after & 0xffff);
	while (acc >> 16)
		acc = (acc & 0xffff) + (acc >> 16);
	sum = htons((uint16_t)~acc);
	memcpy(sum_at, &sum, sizeof(sum));
}

static void move_client(uint8_t *frame, size_t len, uint32_t rounds)
{
	uint8_t *ip = frame + ETHERNET, *tcp, *at;
	uint32_t before, after;
	size_t head;

	if (len < ETHERNET + 40 || frame[12] != 0x08 || frame[13] != 0 || ip[9] != 6)
		return;
	head = (ip[0] & 0x0fu) * 4u;
	if (len < ETHERNET + head + 20)
		return;
	tcp = ip + head;
	at = memcmp(tcp, tcp + 2, 2) > 0 ? ip + 12 : ip + 16;
	memcpy(&before, at, sizeof(before));
	before = ntohl(before);
	after = (before & 0xff000000u) | ((before + rounds * ADDRESS_STEP) & 0x00ffffffu);
	patch_sum(ip + 10, before, after);
	patch_sum(tcp + 16, before, after);
	after = htonl(after);
	memcpy(at, &after, sizeof(after));
}

/* Seconds from the first to the last record, rounded up; UINT32_MAX if the file is broken. */
static uint32_t measure_span(const uint8_t *data, size_t len)
{
	uint32_t first = 0, last = 0;

	for (size_t at = FILE_HEAD; at < len;) {
		struct record record;

		if (len - at < RECORD_HEAD)
			return UINT32_MAX;
		memcpy(&record, data + at, sizeof(record));
		if (record.captured > len - at - RECORD_HEAD)
			return UINT32_MAX;
		first = at == FILE_HEAD ? record.seconds : first;
		last = record.seconds;
		at += RECORD_HEAD + record.captured;
	}
	return last - first + 1;
}

/* Rewrites @data in place: one step on from the round before. */
static void step_round(uint8_t *data, size_t len, uint32_t shift_s)
{
	for (size_t at = FILE_HEAD; at < len;) {
		struct record record;

		memcpy(&record, data + at, sizeof(record));
		record.seconds += shift_s;
		memcpy(data + at, &record, sizeof(record));
		move_client(data + at + RECORD_HEAD, record.captured, 1);
		at += RECORD_HEAD + record.captured;
	}
}

int main(int argc, char **argv)
{
	YG_CLEANUP_FREE uint8_t *data = NULL;
	uint64_t want, done = 0;
	uint32_t magic, span;
	size_t len = 0;

	if (argc != 2)
		return fprintf(stderr, "usage: pcap_repeat MEGABYTES < in > out\n"), 2;
	want = strtoull(argv[1], NULL, 10) * 1000000u;
	data = load_input(&len);
	if (!data || len <= FILE_HEAD)
		return fprintf(stderr, "pcap_repeat: no input\n"), 1;
	memcpy(&magic, data, sizeof(magic));
	span = measure_span(data, len);
	if (magic != MAGIC_US || span == UINT32_MAX)
		return fprintf(stderr, "pcap_repeat: not a whole native pcap\n"), 1;

	done = fwrite(data, 1, FILE_HEAD, stdout);
	while (done < want) {
		if (fwrite(data + FILE_HEAD, 1, len - FILE_HEAD, stdout) != len - FILE_HEAD)
			return fprintf(stderr, "pcap_repeat: %s\n", strerror(errno)), 1;
		done += len - FILE_HEAD;
		step_round(data, len, span + GAP_S);
	}
	return fflush(stdout) ? 1 : 0;
}
