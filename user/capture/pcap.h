/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: frames of capture files, in the order of the files.
 *
 * pcap (both byte orders, microseconds and nanoseconds) and pcapng are read from our own window of
 * the file; rarer kinds go through libpcap. Each may be gzip, and each may come from a pipe.
 * The window is filled by read(2), not mmap(2): a capture that is cut while we read it ends early
 * instead of killing us with SIGBUS, and the copy leaves the bytes in the cache.
 *
 * What a file claims is never believed: a length beyond YG_PCAP_FRAME_MAX or beyond the file ends
 * that file with -EBADMSG after every frame before it was delivered.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/frame.h"
#include "core/macros.h"

#define YG_PCAP_FRAME_MAX (256u << 10) /* captured bytes of a frame; tcpdump's own largest */
#define YG_PCAP_ERROR_CAP 320	       /* bytes of an error text, NUL included */

struct yg_pcap;

/**
 * yg_pcap_open() - open one capture file.
 * @path: "-" is standard input.
 * @ret_error: [YG_PCAP_ERROR_CAP] cause as text, "" on success.
 *
 * Return: 0; -errno of open(2) or read(2); -EBADMSG if it is no capture file or its head is cut;
 * -EPROTONOSUPPORT for a link type that frame.h does not decode, of pcapng where no interface is of
 * another; -ENOMEM.
 */
YG_MUST_CHECK int yg_pcap_open(const char *path, struct yg_pcap **ret, char *ret_error);
void yg_pcap_close(struct yg_pcap **pcap); /* accepts NULL inside */

/**
 * yg_pcap_next() - read the next frame.
 *
 * Return: 1 with @ret filled; 0 at the end; -EBADMSG if the file is cut or holds an absurd length
 * (sticky); -EIO if reading failed (sticky). yg_pcap_error() says more.
 */
YG_MUST_CHECK int yg_pcap_next(struct yg_pcap *pcap, struct yg_frame *ret);

/* Cause of the last failure; "" if there was none. Borrowed from @pcap. */
const char *yg_pcap_error(const struct yg_pcap *pcap);

/* Progress in bytes of the file as it lies on disk. @ret_total is 0 when it is not known. */
void yg_pcap_progress(const struct yg_pcap *pcap, uint64_t *ret_read, uint64_t *ret_total);
