/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a capture file through reader, frame decoder and pipeline.
 *
 * Beyond memory errors it checks that every frame has one outcome and that an error is sticky.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/frame.h"
#include "capture/pcap.h"
#include "daemon/pipeline.h"

/* Making the tables takes longer than most inputs: one pipeline serves so many. */
#define INPUTS_PER_PIPELINE 32u
#define MEMORY_BYTES	    (4u << 20) /* small tables are evicted and refused more often */

static struct yg_pipeline *make_pipeline(void)
{
	const struct yg_pipeline_options options = { .mode = YG_MODE_ENFORCE,
						     .memory_bytes = MEMORY_BYTES };
	const struct yg_pipeline_sink sink = { 0 };
	struct yg_pipeline *pipeline;

	if (yg_pipeline_new(&options, &sink, &pipeline))
		abort();
	return pipeline;
}

static void feed(struct yg_pcap *pcap, struct yg_pipeline *pipeline)
{
	static struct yg_segment meta;
	struct yg_sample_counters c = { 0 };
	struct yg_frame frame;
	const uint8_t *data;
	uint64_t frames = 0;
	int r;

	while ((r = yg_pcap_next(pcap, &frame)) == 1) {
		enum yg_frame_row outcome = yg_frame_decode(&frame, &meta, &data);

		frames++;
		yg_frame_count(&c, outcome);
		if (outcome == YG_FRAME_ROW_SEGMENT)
			yg_pipeline_segment(pipeline, &meta, data);
	}
	if (yg_pcap_next(pcap, &frame) != r)
		abort();
	if (c.rx != frames ||
	    c.rx != c.segment + c.skip_proto + c.skip_fragment + c.skip_empty + c.lost_header)
		abort();
	yg_pipeline_finish(pipeline);
}

/* The reader wants a path: a memory file has one. */
static int open_memory(const uint8_t *data, size_t size, char *ret_path, size_t cap)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	(void)snprintf(ret_path, cap, "/proc/self/fd/%d", fd);
	return fd;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], error[YG_PCAP_ERROR_CAP];
	int fd = open_memory(data, size, path, sizeof(path)), r;
	static struct yg_pipeline *pipeline;
	static unsigned int inputs;
	struct yg_pcap *pcap;

	r = yg_pcap_open(path, &pcap, error);
	yg_closep(&fd);
	if (r)
		return 0;
	if (inputs++ % INPUTS_PER_PIPELINE == 0) {
		yg_pipeline_free(&pipeline);
		pipeline = make_pipeline();
	}
	feed(pcap, pipeline);
	yg_pcap_close(&pcap);
	return 0;
}
