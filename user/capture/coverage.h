/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: how much TLS passed on the wire, and how much of it was read.
 *
 *	yg_tls_conns ───► each connection, once a second ──► read | idle | gap | rest ──► sums
 *	yg_quic_conns ─┘                                            gap | quic ──► its process
 *
 * A connection is judged when it ended or is a few seconds old, and again whenever what is known
 * of it changes: it moves then from one sum to the other. Sums are of bytes on the wire, so they
 * hold the handshakes too. What address translation shows twice is counted once. Nothing here reads
 * a clock, a map or /proc: the daemon does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/explain.h"
#include "core/hash.h"
#include "core/macros.h"
#include "yagura/map.h"

#define YG_COVERAGE_ROWS_MAX  256u	     /* processes with gaps; the least recent joins row 0 */
#define YG_COVERAGE_SETTLE_NS 2000000000ull  /* age at which a connection is judged */
#define YG_COVERAGE_REST_NS   60000000000ull /* the probes never rest for as long at once */
#define YG_COVERAGE_HANDSHAKE \
	16384u /* bytes: no handshake is longer; with less there was no data */

enum yg_cover {
	YG_COVER_NONE, /* not judged yet */
	YG_COVER_READ, /* some plaintext was seen */
	YG_COVER_IDLE, /* of a process that is read, and nothing but a handshake */
	YG_COVER_GAP,  /* not read */
	YG_COVER_REST, /* not read, and so short that the probes may have rested all the while */
	YG_COVER_QUIC, /* not read: HTTP/3, and answered */
	YG_COVER_MAX
};

struct yg_coverage_sum {
	uint64_t connections;
	uint64_t bytes;
};

/* One process with connections that were not read. Row 0: who they belong to is not known. */
struct yg_coverage_row {
	pid_t pid;	 /* 0: processes of this name that ended too soon; nobody known; row 0 */
	bool is_settled; /* explained, or it ended */
	bool is_quic;	 /* of its QUIC connections; those of TLS have a row of their own */
	uint8_t tries;
	struct yg_explanation why;
	struct yg_coverage_sum gap;
	uint64_t last; /* round of the last change */
	uint32_t id;   /* never used twice */
	uint32_t pad;
};

struct yg_coverage;

struct yg_coverage_config {
	struct yg_hash_key key; /* random, per boot */
	/* What is known of a process now. Return: 0; -ESRCH. */
	int (*explain)(void *ctx, pid_t pid, struct yg_explanation *ret);
	/* The process that listens on a TCP port (host order), 0 if it is not known. */
	pid_t (*find_listener)(void *ctx, uint16_t port);
	/* The process that has a UDP socket on a port (host order); 0: nobody known; -1: later. */
	pid_t (*find_datagram)(void *ctx, uint16_t port);
	void *ctx;
};

/**
 * yg_coverage_new() - nothing seen yet.
 * @config: copied.
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_coverage_new(const struct yg_coverage_config *config,
				  struct yg_coverage **ret);
void yg_coverage_free(struct yg_coverage **coverage);

/*
 * A new round over all connections begins. @rested_ns: when the probes of TLS rested last, or still
 * do; 0: never.
 */
void yg_coverage_begin(struct yg_coverage *coverage, uint64_t now_ns, uint64_t rested_ns);

/**
 * yg_coverage_take() - one connection, as the kernel has it in this round.
 * Return: is it over, so that its row can go?
 */
bool yg_coverage_take(struct yg_coverage *coverage, const struct yg_tls_ends *ends,
		      const struct yg_tls_conn *conn);

/* All connections judged as @cover. @cover < YG_COVER_MAX. */
const struct yg_coverage_sum *yg_coverage_sum(const struct yg_coverage *coverage,
					      enum yg_cover cover);

/* Rows with gaps, and row 0. Borrowed; valid until the next take. Return: the count, at least 1. */
size_t yg_coverage_rows(const struct yg_coverage *coverage, const struct yg_coverage_row **ret);

/* Processes that joined row 0 for want of room. */
uint64_t yg_coverage_evicted(const struct yg_coverage *coverage);

/* Why @row is not read, a sentence. */
const char *yg_coverage_reason(const struct yg_coverage_row *row);
const char *yg_cover_name(enum yg_cover cover); /* "read", "idle", "gap", "rest", "quic" */
