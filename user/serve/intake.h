/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The feed's end: packets from the sockets go to a queue, what is status at once to the table of
 * what runs, the rest to the store in batches. A batch that the disk refuses stays in the queue and
 * is tried again; when the queue is full, what comes is lost and counted.
 */
#pragma once

#include <stdint.h>

#include "core/macros.h"
#include "serve/status.h"
#include "store/store.h"

#define YG_INTAKE_QUEUE_BYTES (32u << 20)   /* about a minute of a busy gateway */
#define YG_INTAKE_BATCH_NS    50000000ull   /* a transaction per 50 ms at the most */
#define YG_INTAKE_RETRY_NS    1000000000ull /* after a failed one */
#define YG_INTAKE_PACKETS     64	    /* taken from one socket before others get a turn */
#define YG_INTAKE_BACK_BYTES  (64u << 20)   /* stored state on its way to the analyzer */

#define YG_INTAKE_NAME_MAX 32u /* bytes of a counter's table, and of its name */

enum yg_sender { YG_SENDER_WARDEN, YG_SENDER_ANALYZER, YG_SENDER_MAX };

/* Each row: what it counts. */
#define YG_INTAKE_COUNTERS(X)                                        \
	X(packets, "packets received")                               \
	X(messages, "messages read")                                 \
	X(skip_unknown, "messages of a kind or version not known")   \
	X(lost_bad, "packets whose rest was malformed")              \
	X(lost_sender, "messages that their sender may not send")    \
	X(lost_queue, "packets lost because the store was too slow") \
	X(lost_cut, "packets longer than a message may be")          \
	X(batches_again, "batches given to the store again")         \
	X(restored, "messages of stored state given back to an analyzer")

struct yg_intake_counters {
#define YG_INTAKE_COUNTER(name, help) uint64_t name;
	YG_INTAKE_COUNTERS(YG_INTAKE_COUNTER)
#undef YG_INTAKE_COUNTER
};

struct yg_intake;

struct yg_intake_options {
	int fds[YG_SENDER_MAX]; /* borrowed; -1: none */
	struct yg_store *store; /* borrowed, outlives the intake */
	struct yg_status *status;
	/* One line when the store fails, and one when it works again. Borrowed texts. */
	void (*note)(void *ctx, int error, const char *cause);
	void *ctx;
};

/* Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_intake_new(const struct yg_intake_options *options, struct yg_intake **ret);
void yg_intake_free(struct yg_intake **intake); /* accepts NULL inside; the queue is lost */

/* Take what has come from @sender. */
void yg_intake_receive(struct yg_intake *intake, enum yg_sender sender, uint64_t now_ns);

/* The socket of @sender, -1 when there is none or its other end is gone. */
int yg_intake_fd(const struct yg_intake *intake, enum yg_sender sender);

/* Send what is on its way back to the analyzer. */
void yg_intake_send(struct yg_intake *intake);
bool yg_intake_wants_to_send(const struct yg_intake *intake);

/**
 * yg_intake_flush() - give the queue to the store when it is time.
 * @now_ns: monotonic. @epoch_ns: for the store. @force: it is time (before an answer, at the end).
 */
void yg_intake_flush(struct yg_intake *intake, uint64_t now_ns, uint64_t epoch_ns, bool force);

/* Monotonic time of the next flush; UINT64_MAX when nothing waits. */
uint64_t yg_intake_due(const struct yg_intake *intake);
const struct yg_intake_counters *yg_intake_counters_view(const struct yg_intake *intake);
