/* SPDX-License-Identifier: GPL-2.0-only */
#include "capture/coverage.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "core/lru.h"

#define OVER_NS	  2000000000ull	  /* quiet after its end: nothing comes any more */
#define QUIET_NS  300000000000ull /* of QUIC, whose end is hidden: few idle timeouts are longer */
#define ASK_NS	  15000000000ull  /* age until which whose a QUIC connection is may be open */
#define TRIES_MAX 30u /* rounds in which a process is looked at, until it is said to be unknown */

/* One connection, and what it was counted as. */
struct entry {
	uint64_t bytes; /* counted */
	uint32_t row;	/* id of its process's row */
	uint32_t cover; /* enum yg_cover */
};

/* Who counts of connections that have the same randoms: of those between other addresses, one. */
struct draw {
	uint64_t name; /* key of its entry */
	uint64_t rank; /* enum rank */
};

enum rank { RANK_NONE, RANK_SEEN, RANK_USED, RANK_READ };

struct yg_coverage {
	uint64_t rested_ns;
	struct yg_coverage_config config;
	struct yg_lru *entries;
	struct yg_lru *draws;
	struct yg_coverage_sum sums[YG_COVER_MAX];
	struct yg_coverage_row rows[YG_COVERAGE_ROWS_MAX];
	size_t row_count;
	uint32_t next_id;
	uint64_t evicted;
	uint64_t now_ns, round;
};

int yg_coverage_new(const struct yg_coverage_config *config, struct yg_coverage **ret)
{
	YG_CLEANUP(yg_coverage_free) struct yg_coverage *coverage = calloc(1, sizeof(*coverage));
	int r;

	if (!coverage)
		return -ENOMEM;
	coverage->config = *config;
	coverage->row_count = 1;
	coverage->rows[0].is_settled = true;
	coverage->next_id = 1;
	r = yg_lru_new(YG_TLS_CONNS_MAX + YG_QUIC_CONNS_MAX, sizeof(struct entry),
		       &coverage->entries);
	if (r == 0)
		r = yg_lru_new(YG_TLS_CONNS_MAX, sizeof(struct draw), &coverage->draws);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(coverage);
	return 0;
}

void yg_coverage_free(struct yg_coverage **coverage)
{
	if (*coverage) {
		yg_lru_free(&(*coverage)->entries);
		yg_lru_free(&(*coverage)->draws);
	}
	yg_freep(coverage);
}

/* --- processes */

/* The row of that id; row 0 if it joined that. */
static struct yg_coverage_row *find_row(struct yg_coverage *coverage, uint32_t id)
{
	for (size_t i = 1; i < coverage->row_count; i++) {
		if (coverage->rows[i].id == id)
			return &coverage->rows[i];
	}
	return &coverage->rows[0];
}

static struct yg_coverage_row *find_process(struct yg_coverage *coverage, pid_t pid,
					    const char *comm, bool is_quic)
{
	for (size_t i = 1; i < coverage->row_count; i++) {
		struct yg_coverage_row *row = &coverage->rows[i];

		/* A number is used again by others. */
		if (row->pid == pid && row->is_quic == is_quic &&
		    (!comm[0] || strcmp(row->why.comm, comm) == 0))
			return row;
	}
	return NULL;
}

/* Room for one more; the row that did not change for longest joins row 0. */
static struct yg_coverage_row *make_room(struct yg_coverage *coverage)
{
	struct yg_coverage_row *oldest = &coverage->rows[1];

	if (coverage->row_count < YG_COVERAGE_ROWS_MAX)
		return &coverage->rows[coverage->row_count++];
	for (size_t i = 2; i < coverage->row_count; i++) {
		if (coverage->rows[i].last < oldest->last)
			oldest = &coverage->rows[i];
	}
	coverage->rows[0].gap.connections += oldest->gap.connections;
	coverage->rows[0].gap.bytes += oldest->gap.bytes;
	coverage->evicted++;
	return oldest;
}

/* Is it still the process that is called @comm? Its number may be another's by now. */
static bool ask(const struct yg_coverage *coverage, pid_t pid, const char *comm,
		struct yg_explanation *ret)
{
	return coverage->config.explain(coverage->config.ctx, pid, ret) == 0 &&
	       (!comm[0] || strcmp(ret->comm, comm) == 0);
}

/* Ask again for a while until there is an answer: a file may wait for its inspection. */
static void explain(struct yg_coverage *coverage, struct yg_coverage_row *row)
{
	struct yg_explanation why;

	if (row->is_settled)
		return;
	if (!ask(coverage, row->pid, row->why.comm, &why)) {
		row->is_settled = true;
		return;
	}
	row->why = why;
	row->is_settled = why.what != YG_EXPLAINED_UNKNOWN || ++row->tries == TRIES_MAX;
}

void yg_coverage_begin(struct yg_coverage *coverage, uint64_t now_ns, uint64_t rested_ns)
{
	coverage->now_ns = now_ns;
	coverage->rested_ns = rested_ns;
	coverage->round++;
	for (size_t i = 1; i < coverage->row_count; i++)
		explain(coverage, &coverage->rows[i]);
}

static struct yg_coverage_row *add_row(struct yg_coverage *coverage, pid_t pid,
				       const struct yg_explanation *why)
{
	struct yg_coverage_row *row = make_room(coverage);

	*row = (struct yg_coverage_row){
		.pid = pid,
		.is_settled = !pid || why->what != YG_EXPLAINED_UNKNOWN,
		.why = *why,
		.last = coverage->round,
		.id = coverage->next_id++,
	};
	return row;
}

static uint16_t port_of_server(const struct yg_tls_ends *ends, const struct yg_tls_conn *conn)
{
	uint16_t port[2] = { ntohs(ends->port[0]), ntohs(ends->port[1]) };

	if (conn->begun & YG_TLS_HELLO)
		return port[(conn->begun & YG_TLS_SERVER_1) != 0];
	return port[0] < port[1] ? port[0] : port[1];
}

static struct yg_coverage_row *row_of(struct yg_coverage *coverage, const struct yg_tls_ends *ends,
				      const struct yg_tls_conn *conn)
{
	struct yg_explanation why = { .what = YG_EXPLAINED_UNKNOWN };
	struct yg_coverage_row *row;
	char comm[YG_COMM_LEN] = "";
	pid_t pid = (pid_t)conn->pid;

	if (pid)
		memcpy(comm, conn->comm, sizeof(comm) - 1);
	else
		pid = coverage->config.find_listener(coverage->config.ctx,
						     port_of_server(ends, conn));
	if (!pid)
		return &coverage->rows[0];
	row = find_process(coverage, pid, comm, false);
	if (row)
		return row;
	/* Programs that run for a moment share a row, by their name. */
	if (!ask(coverage, pid, comm, &why)) {
		why = (struct yg_explanation){ .what = YG_EXPLAINED_UNKNOWN };
		memcpy(why.comm, comm, sizeof(comm));
		pid = 0;
		row = find_process(coverage, pid, comm, false);
	}
	return row ? row : add_row(coverage, pid, &why);
}

/* Who of this host has a QUIC connection: the end that sends from here; else the server. */
static pid_t find_owner(const struct yg_coverage *coverage, const struct yg_tls_ends *ends,
			const struct yg_tls_conn *conn)
{
	unsigned int server = (conn->begun & YG_TLS_SERVER_1) != 0;
	unsigned int left = conn->sent / YG_QUIC_LEFT_0;
	unsigned int end = !left || left & 1u << server ? server : !server;

	return coverage->config.find_datagram(coverage->config.ctx, ntohs(ends->port[end]));
}

/* @pid: 0: nobody that is known. */
static struct yg_coverage_row *row_of_quic(struct yg_coverage *coverage, pid_t pid)
{
	struct yg_explanation why = { .what = YG_EXPLAINED_UNKNOWN };
	struct yg_coverage_row *row;

	if (pid && !ask(coverage, pid, "", &why))
		pid = 0;
	row = find_process(coverage, pid, why.comm, true);
	if (!row) {
		row = add_row(coverage, pid, &why);
		row->is_quic = true;
	}
	return row;
}

/* --- connections */

/* Without an answer there is no connection: anybody can send what begins one. */
static enum yg_cover judge_quic(const struct yg_tls_conn *conn)
{
	const uint8_t both = YG_QUIC_SENT_0 | YG_QUIC_SENT_0 << 1;

	return (conn->sent & both) == both ? YG_COVER_QUIC : YG_COVER_NONE;
}

static enum yg_cover judge(const struct yg_coverage *coverage, const struct yg_tls_conn *conn,
			   const struct yg_coverage_row *row)
{
	bool is_short = conn->bytes < YG_COVERAGE_HANDSHAKE;

	/* What is longer than any rest was not read by probes that were awake, either. */
	if (coverage->rested_ns > conn->first_ns && row->why.what != YG_EXPLAINED_GAP &&
	    conn->last_ns - conn->first_ns < YG_COVERAGE_REST_NS)
		return YG_COVER_REST;
	if (row->why.what == YG_EXPLAINED_ATTACHED && is_short)
		return conn->ended ? YG_COVER_IDLE : YG_COVER_NONE;
	/* Whose it is shows when it is closed; a request may be yet to come. */
	if (row == &coverage->rows[0] && is_short && !conn->ended)
		return YG_COVER_NONE;
	return YG_COVER_GAP;
}

static bool is_young(const struct yg_coverage *coverage, const struct yg_tls_conn *conn)
{
	return !conn->ended && coverage->now_ns < conn->first_ns + YG_COVERAGE_SETTLE_NS;
}

static bool is_unread(const struct entry *entry)
{
	return entry->cover == YG_COVER_GAP || entry->cover == YG_COVER_QUIC;
}

static void uncount(struct yg_coverage *coverage, const struct entry *entry)
{
	struct yg_coverage_row *row;

	if (entry->cover == YG_COVER_NONE)
		return;
	coverage->sums[entry->cover].connections--;
	coverage->sums[entry->cover].bytes -= entry->bytes;
	if (!is_unread(entry))
		return;
	row = find_row(coverage, entry->row);
	row->gap.connections--;
	row->gap.bytes -= entry->bytes;
}

static void count(struct yg_coverage *coverage, const struct entry *entry)
{
	struct yg_coverage_row *row;

	if (entry->cover == YG_COVER_NONE)
		return;
	coverage->sums[entry->cover].connections++;
	coverage->sums[entry->cover].bytes += entry->bytes;
	if (!is_unread(entry))
		return;
	row = find_row(coverage, entry->row);
	row->gap.connections++;
	row->gap.bytes += entry->bytes;
	row->last = coverage->round;
}

static enum rank rank_of(const struct yg_tls_conn *conn)
{
	if (conn->read)
		return RANK_READ;
	return conn->pid ? RANK_USED : RANK_SEEN;
}

/*
 * Address translation shows a connection under other addresses on each side, with one handshake.
 * The one that its process has counts.
 */
static bool is_translated(struct yg_coverage *coverage, uint64_t name,
			  const struct yg_tls_conn *conn)
{
	uint64_t both[2][2];
	struct draw *draw;

	memcpy(both, conn->random, sizeof(both));
	if (!(both[0][0] | both[0][1]) || !(both[1][0] | both[1][1]))
		return false;
	if (memcmp(both[0], both[1], sizeof(both[0])) > 0) { /* which end is first is by address */
		memcpy(both[0], conn->random[1], sizeof(both[0]));
		memcpy(both[1], conn->random[0], sizeof(both[1]));
	}
	draw = yg_lru_get(coverage->draws, yg_hash(&coverage->config.key, both, sizeof(both)),
			  NULL);
	if (draw->name != name && rank_of(conn) <= draw->rank)
		return true;
	*draw = (struct draw){ .name = name, .rank = rank_of(conn) };
	return false;
}

/* Whose it is is asked once, as soon as there is time to find out; not for ever. */
static void take_quic(struct yg_coverage *coverage, const struct yg_tls_ends *ends,
		      const struct yg_tls_conn *conn, const struct entry *entry, struct entry *next)
{
	enum yg_cover cover = is_young(coverage, conn) ? YG_COVER_NONE : judge_quic(conn);
	pid_t pid;

	if (cover == entry->cover) {
		next->cover = cover;
		next->row = entry->row;
		return;
	}
	pid = find_owner(coverage, ends, conn);
	if (pid < 0 && coverage->now_ns < conn->first_ns + ASK_NS)
		return;
	next->cover = cover;
	next->row = row_of_quic(coverage, pid < 0 ? 0 : pid)->id;
}

bool yg_coverage_take(struct yg_coverage *coverage, const struct yg_tls_ends *ends,
		      const struct yg_tls_conn *conn)
{
	struct {
		struct yg_tls_ends ends;
		uint32_t pad;
		uint64_t first_ns;
	} name = { .ends = *ends, .first_ns = conn->first_ns };
	uint64_t key = yg_hash(&coverage->config.key, &name, sizeof(name));
	struct entry *entry = yg_lru_get(coverage->entries, key, NULL);
	struct entry next = { .bytes = conn->bytes, .cover = YG_COVER_NONE };
	bool is_quic = conn->begun & YG_TLS_QUIC;

	if (is_quic) {
		take_quic(coverage, ends, conn, entry, &next);
	} else if (is_translated(coverage, key, conn)) {
		next.bytes = 0;
	} else if (conn->read) {
		next.cover = YG_COVER_READ;
	} else if (!is_young(coverage, conn)) {
		const struct yg_coverage_row *row = row_of(coverage, ends, conn);

		next.row = row->id;
		next.cover = judge(coverage, conn, row);
	}
	if (memcmp(&next, entry, sizeof(next)) != 0) {
		uncount(coverage, entry);
		count(coverage, &next);
		*entry = next;
	}
	if (is_quic)
		return coverage->now_ns > conn->last_ns + QUIET_NS;
	return conn->ended && coverage->now_ns > conn->last_ns + OVER_NS;
}

/* --- what came of it */

const struct yg_coverage_sum *yg_coverage_sum(const struct yg_coverage *coverage,
					      enum yg_cover cover)
{
	return &coverage->sums[cover];
}

size_t yg_coverage_rows(const struct yg_coverage *coverage, const struct yg_coverage_row **ret)
{
	*ret = coverage->rows;
	return coverage->row_count;
}

uint64_t yg_coverage_evicted(const struct yg_coverage *coverage)
{
	return coverage->evicted;
}

const char *yg_coverage_reason(const struct yg_coverage_row *row)
{
	if (row->is_quic)
		return "HTTP/3 over QUIC; without Alt-Svc, or its UDP port, clients use TCP";
	if (!row->id)
		return "no process of this host, or of the scope, was seen to use these connections";
	if (row->why.what == YG_EXPLAINED_GAP)
		return yg_gap_reason(row->why.gap);
	if (row->why.what == YG_EXPLAINED_ATTACHED)
		return "its TLS library is attached, but these connections do not use it";
	return row->why.name[0] ? "its TLS is none of the stacks that are known"
				: "processes that ended before they were looked at";
}

const char *yg_cover_name(enum yg_cover cover)
{
	static const char *const names[YG_COVER_MAX] = { "none", "read", "idle",
							 "gap",	 "rest", "quic" };

	return names[cover];
}
