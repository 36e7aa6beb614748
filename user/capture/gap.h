/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: TLS that is there and cannot be read.
 *
 * A file without functions to probe may still speak TLS: a stack of its own, or one whose symbols
 * were stripped. What it holds is recognised by exported names and, in executables, by strings
 * that survive stripping. It is a coverage gap, shown with the processes that listen.
 */
#pragma once

#include <stdint.h>

#include "capture/elf.h"

#define YG_GAP_BYTES (128u << 20) /* of an executable searched for strings; 0.1 s each */

enum yg_gap {
	YG_GAP_NONE,
	YG_GAP_OPENSSL,	  /* linked in, without symbols */
	YG_GAP_BORINGSSL, /* linked in, without symbols */
	YG_GAP_RUSTLS,
	YG_GAP_GO, /* crypto/tls, but not as it can be probed */
	YG_GAP_JAVA,
	YG_GAP_MBEDTLS,
	YG_GAP_WOLFSSL,
	YG_GAP_S2N,
	YG_GAP_MAX
};

/**
 * yg_gap_find() - the TLS stack of a file in which yg_place_find() found nothing to probe.
 * @elf: any file; strings are looked for only in what can be run, in its first YG_GAP_BYTES.
 */
enum yg_gap yg_gap_find(const struct yg_elf *elf);

/* "rustls"; and why it is not read, a sentence. @gap < YG_GAP_MAX. */
const char *yg_gap_name(enum yg_gap gap);
const char *yg_gap_reason(enum yg_gap gap);
