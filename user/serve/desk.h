/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 10: the desk role. Feed messages come in from the warden and the analyzer and go to the
 * store; operators' requests come in over HTTP, are answered from the store, or asked of the
 * enforcer. One thread around one poll(2); no request waits for another.
 *
 * It parses no network traffic, holds no BPF fd and decides nothing: whether an address may be
 * blocked is the enforcer's answer.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "core/log.h"
#include "core/macros.h"

struct yg_desk;

/* Where the desk's own words go: the daemon logs them. One call per event, texts borrowed. */
typedef void (*yg_desk_note_fn)(void *ctx, enum yg_log_level level, const char *object,
				const char *cause);

struct yg_desk_options {
	int state_fd;	 /* directory of the databases, writable */
	int listen_fd;	 /* listening Unix socket of the API; SO_PEERCRED decides who may write */
	int metrics_fd;	 /* listening loopback TCP socket that serves /metrics alone; -1: none */
	int warden_fd;	 /* SOCK_SEQPACKET, feed of status; -1: none */
	int analyzer_fd; /* SOCK_SEQPACKET, feed of results, and stored state back; -1: none */
	int enforcer_fd; /* SOCK_SEQPACKET, struct yg_request and yg_reply; -1: none */
	gid_t group;	 /* members may write, like root; (gid_t)-1: root alone */
	const char *version;	 /* literal */
	uint32_t retention_days; /* findings, endpoints, aggregates; 0: 90 */
	uint32_t sample_days;	 /* samples of exchanges; 0: 7; at most YG_STORE_SAMPLE_DAYS_MAX */
	uint64_t block_ttl_s;	 /* of a block without a duration; 0: one hour */
	uint64_t (*epoch_ns)(void *ctx);     /* clock of stored times */
	uint64_t (*monotonic_ns)(void *ctx); /* CLOCK_MONOTONIC: time-outs, expiry of blocks */
	yg_desk_note_fn note;
	void *ctx; /* of the three functions above */
};

/**
 * yg_desk_new() - open the store and the listeners.
 * @options: copied; fds are borrowed and outlive the desk.
 *
 * A damaged database is moved aside, noted, and replaced by an empty one.
 *
 * Return: 0; -ENOMEM; -EINVAL no clock, note or listener; -EIO the store cannot be opened or
 *	made; -errno of the listener.
 */
YG_MUST_CHECK int yg_desk_new(const struct yg_desk_options *options, struct yg_desk **ret);
void yg_desk_free(struct yg_desk **desk); /* accepts NULL inside; what is stored is on disk */

/**
 * yg_desk_run() - serve until @stop_fd becomes readable (signalfd, eventfd, pipe).
 *
 * Return: 0 stopped; -errno poll(2) failed.
 */
YG_MUST_CHECK int yg_desk_run(struct yg_desk *desk, int stop_fd);

/**
 * yg_desk_step() - one round of yg_desk_run(): wait at most @timeout_ms, serve what is ready.
 * Return: 0; -errno poll(2) failed.
 */
YG_MUST_CHECK int yg_desk_step(struct yg_desk *desk, int timeout_ms);
