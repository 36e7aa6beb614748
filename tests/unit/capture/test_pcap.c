/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/pcap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/macros.h"
#include "test.h"

#define FRAMES 3u

struct bytes {
	uint8_t data[4096];
	size_t len;
	bool swap;
};

static char path[] = "/tmp/yagura-test-XXXXXX";

static void put(struct bytes *b, const void *data, size_t len)
{
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

static void put16(struct bytes *b, uint16_t value)
{
	value = b->swap ? __builtin_bswap16(value) : value;
	put(b, &value, sizeof(value));
}

static void put32(struct bytes *b, uint32_t value)
{
	value = b->swap ? __builtin_bswap32(value) : value;
	put(b, &value, sizeof(value));
}

static void put_file_head(struct bytes *b, uint32_t magic, uint32_t dlt)
{
	put32(b, magic);
	put16(b, 2);
	put16(b, 4);
	put32(b, 0);
	put32(b, 0);
	put32(b, 65535);
	put32(b, dlt);
}

/* Frame i: i seconds and i fractions, i + 1 bytes of 'a' + i, 100 more on the wire. */
static void put_records(struct bytes *b)
{
	for (uint32_t i = 0; i < FRAMES; i++) {
		put32(b, i);
		put32(b, i);
		put32(b, i + 1);
		put32(b, i + 101);
		for (uint32_t n = 0; n <= i; n++)
			put(b, &(char){ (char)('a' + i) }, 1);
	}
}

static struct bytes classic(uint32_t magic, bool swap)
{
	struct bytes b = { .swap = swap };

	put_file_head(&b, magic, 1);
	put_records(&b);
	return b;
}

/* Section header, one interface with nanoseconds (if_tsresol 9), enhanced packets. */
static struct bytes next_generation(void)
{
	struct bytes b = { 0 };

	put32(&b, 0x0a0d0d0a);
	put32(&b, 28);
	put32(&b, 0x1a2b3c4d);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, 0xffffffff);
	put32(&b, 0xffffffff);
	put32(&b, 28);
	put32(&b, 1);
	put32(&b, 32);
	put16(&b, 1);
	put16(&b, 0);
	put32(&b, 0);
	put16(&b, 9);
	put16(&b, 1);
	put32(&b, 9);
	put32(&b, 0);
	put32(&b, 32);
	for (uint32_t i = 0; i < FRAMES; i++) {
		uint64_t time_ns = i * 1000000000ull + i;

		put32(&b, 6);
		put32(&b, 36);
		put32(&b, 0);
		put32(&b, (uint32_t)(time_ns >> 32));
		put32(&b, (uint32_t)time_ns);
		put32(&b, i + 1);
		put32(&b, i + 101);
		for (uint32_t n = 0; n < 4; n++)
			put(&b, &(char){ n <= i ? (char)('a' + i) : 0 }, 1);
		put32(&b, 36);
	}
	return b;
}

static void save(const void *data, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void save_gzip(const void *data, size_t len)
{
	gzFile file = gzopen(path, "wbe");

	assert_non_null(file);
	assert_int_equal(gzwrite(file, data, (unsigned int)len), (int)len);
	assert_int_equal(gzclose(file), Z_OK);
}

/* Reads all of @name. Return: frames, with the last result in @ret. */
static uint32_t read_all(const char *name, uint32_t scale, int *ret)
{
	YG_CLEANUP(yg_pcap_close) struct yg_pcap *pcap = NULL;
	char error[YG_PCAP_ERROR_CAP];
	struct yg_frame frame;
	uint32_t count = 0;

	*ret = yg_pcap_open(name, &pcap, error);
	assert_int_equal(*ret == 0, error[0] == '\0');
	if (*ret)
		return 0;
	while ((*ret = yg_pcap_next(pcap, &frame)) == 1) {
		assert_int_equal(frame.time_ns, count * 1000000000ull + count * scale);
		assert_int_equal(frame.data_len, count + 1);
		assert_int_equal(frame.wire_len, count + 101);
		assert_int_equal(frame.data[count], 'a' + (int)count);
		assert_int_equal(frame.link, YG_LINK_ETHERNET);
		count++;
	}
	assert_int_equal(yg_pcap_next(pcap, &frame), *ret); /* sticky */
	assert_int_equal(*ret < 0, yg_pcap_error(pcap)[0] != '\0');
	return count;
}

static const struct {
	const char *name;
	uint32_t magic;
	bool swap;
	uint32_t scale;
} formats[] = {
	{ "pcap, microseconds", 0xa1b2c3d4, false, 1000 },
	{ "pcap, microseconds, other byte order", 0xa1b2c3d4, true, 1000 },
	{ "pcap, nanoseconds", 0xa1b23c4d, false, 1 },
	{ "pcap, nanoseconds, other byte order", 0xa1b23c4d, true, 1 },
	{ "pcapng", 0, false, 1 },
};

static void reads_every_format(void **state)
{
	(void)state;

	for (size_t i = 0; i < YG_ARRAY_SIZE(formats); i++) {
		struct bytes b = formats[i].magic ? classic(formats[i].magic, formats[i].swap)
						  : next_generation();
		int r;

		print_message("  %s\n", formats[i].name);
		save(b.data, b.len);
		assert_int_equal(read_all(path, formats[i].scale, &r), FRAMES);
		assert_int_equal(r, 0);
		save_gzip(b.data, b.len);
		assert_int_equal(read_all(path, formats[i].scale, &r), FRAMES);
		assert_int_equal(r, 0);
	}
}

static void reads_standard_input(void **state)
{
	struct bytes b = classic(0xa1b2c3d4, false);
	int saved = dup(STDIN_FILENO), ends[2], r;

	(void)state;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], b.data, b.len), b.len);
	(void)close(ends[1]);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	(void)close(ends[0]);
	assert_int_equal(read_all("-", 1000, &r), FRAMES);
	assert_int_equal(r, 0);
	assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	(void)close(saved);
}

/* Cut anywhere: the frames before the cut come out, then one sticky error, unless all is there. */
static void delivers_what_is_before_a_cut(void **state)
{
	static const size_t ends[] = { 24, 24 + 17, 24 + 17 + 18, 24 + 17 + 18 + 19 };
	struct bytes b = classic(0xa1b2c3d4, false);

	(void)state;

	for (size_t len = 24; len <= b.len; len++) {
		uint32_t whole = 0;
		int r;

		while (whole < FRAMES && ends[whole + 1] <= len)
			whole++;
		save(b.data, len);
		assert_int_equal(read_all(path, 1000, &r), whole);
		assert_int_equal(r, ends[whole] == len ? 0 : -EBADMSG);
	}
}

/* A pcapng or gzip that is cut anywhere ends, with an error or the frames before the cut. */
static void ends_on_any_cut(void **state)
{
	struct bytes b = next_generation();
	struct stat st;
	uint8_t packed[4096];
	FILE *file;
	int r;

	(void)state;

	for (size_t len = 0; len < b.len; len++) {
		save(b.data, len);
		assert_true(read_all(path, 1, &r) <= FRAMES);
	}
	b = classic(0xa1b2c3d4, false);
	save_gzip(b.data, b.len);
	assert_int_equal(stat(path, &st), 0);
	file = fopen(path, "re");
	assert_int_equal(fread(packed, 1, sizeof(packed), file), st.st_size);
	(void)fclose(file);
	for (size_t len = 3; len + 1 < (size_t)st.st_size; len++) {
		save(packed, len);
		assert_true(read_all(path, 1000, &r) <= FRAMES);
		assert_true(r < 0);
	}
}

static void refuses_what_is_no_capture(void **state)
{
	struct bytes absurd = classic(0xa1b2c3d4, false), link = { 0 };
	uint32_t claim = YG_PCAP_FRAME_MAX + 1;
	int r;

	(void)state;

	(void)read_all("/nonexistent/capture", 0, &r);
	assert_int_equal(r, -ENOENT);
	(void)read_all("/tmp", 0, &r);
	assert_int_equal(r, -EISDIR);
	save("", 0);
	(void)read_all(path, 0, &r);
	assert_int_equal(r, -EBADMSG);
	save("GET / HTTP/1.1\r\nHost: not a capture\r\n\r\n", 38);
	(void)read_all(path, 0, &r);
	assert_int_equal(r, -EBADMSG);
	put_file_head(&link, 0xa1b2c3d4, 127); /* radiotap */
	save(link.data, link.len);
	(void)read_all(path, 0, &r);
	assert_int_equal(r, -EPROTONOSUPPORT);

	memcpy(absurd.data + 24 + 17 + 8, &claim, sizeof(claim)); /* the second record */
	save(absurd.data, absurd.len);
	assert_int_equal(read_all(path, 1000, &r), 1);
	assert_int_equal(r, -EBADMSG);
}

/* An interface of that link type. */
static void put_interface(struct bytes *b, uint16_t dlt)
{
	put32(b, 1);
	put32(b, 20);
	put16(b, dlt);
	put16(b, 0);
	put32(b, 0);
	put32(b, 20);
}

static void reads_interfaces_of_several_kinds(void **state)
{
	static uint8_t large[600u << 10];
	struct bytes b = next_generation(), head = { 0 };
	int r;

	(void)state;
	/* [section | interface 60][a block that is passed over][frames] */
	memcpy(large, b.data, 60);
	put_interface(&head, 127); /* radiotap: beside Ethernet no reason to refuse the file */
	memcpy(large + 60, head.data, head.len);
	memcpy(large + 80, &(uint32_t[]){ 0xbad, 590u << 10 }, 8);
	memcpy(large + 80 + (590u << 10), b.data + 60, b.len - 60);
	save(large, 80 + (590u << 10) + b.len - 60);
	assert_int_equal(read_all(path, 1, &r), FRAMES);
	assert_int_equal(r, 0);
	save(large, 80 + (589u << 10));
	assert_int_equal(read_all(path, 1, &r), 0);
	assert_int_equal(r, -EBADMSG);

	/* Of radiotap alone: nothing here can be read. */
	memcpy(b.data + 28, head.data, head.len);
	save(b.data, 28 + head.len);
	(void)read_all(path, 1, &r);
	assert_int_equal(r, -EPROTONOSUPPORT);

	/* A frame that claims more than any. */
	memcpy(large + 80, &(uint32_t[]){ 6, 590u << 10 }, 8);
	save(large, sizeof(large));
	assert_int_equal(read_all(path, 1, &r), 0);
	assert_int_equal(r, -EBADMSG);
}

static void tells_progress(void **state)
{
	struct bytes b = classic(0xa1b2c3d4, false);
	char error[YG_PCAP_ERROR_CAP];
	struct yg_pcap *pcap = NULL;
	struct yg_frame frame;
	uint64_t done, total;

	(void)state;

	save(b.data, b.len);
	assert_int_equal(yg_pcap_open(path, &pcap, error), 0);
	while (yg_pcap_next(pcap, &frame) == 1)
		;
	yg_pcap_progress(pcap, &done, &total);
	assert_int_equal(total, b.len);
	assert_int_equal(done, b.len);
	yg_pcap_close(&pcap);
	assert_null(pcap);
	yg_pcap_close(&pcap);
}

static int make_file(void **state)
{
	int fd = mkostemp(path, O_CLOEXEC);

	(void)state;
	yg_closep(&fd);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_format),
		cmocka_unit_test(reads_standard_input),
		cmocka_unit_test(delivers_what_is_before_a_cut),
		cmocka_unit_test(ends_on_any_cut),
		cmocka_unit_test(refuses_what_is_no_capture),
		cmocka_unit_test(reads_interfaces_of_several_kinds),
		cmocka_unit_test(tells_progress),
	};

	return cmocka_run_group_tests_name("capture/pcap", tests, make_file, remove_file);
}
