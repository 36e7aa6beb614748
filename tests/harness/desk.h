/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A desk on real sockets in a directory of its own: the test is the warden, the analyzer, the
 * enforcer and the operator.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "serve/desk.h"
#include "store/feed.h"

#define EPOCH	   1795000000000000000ull /* 2026-11-18T11:06:40Z */
#define SECOND	   1000000000ull
#define GROUP	   54321 /* of nobody but whom the test makes a member */
#define ANSWER_CAP 65536

struct desk_rig {
	char dir[64];
	char socket[128];
	int dir_fd, listen_fd, metrics_fd;
	int warden[2], analyzer[2], enforcer[2]; /* [0] the desk's end */
	uint64_t now_ns;			 /* monotonic; epoch is EPOCH + now + set */
	int64_t set_ns;				 /* the time of day was set by so much */
	char notes[1024];
	struct yg_desk *desk;
	char answer[ANSWER_CAP];
};

extern struct desk_rig desk_rig;

/* Of every test: a fresh desk. */
int desk_set_up(void **state);
int desk_tear_down(void **state);
void desk_start_desk(void);

void desk_step(void);	/* a millisecond passes, in no time */
void desk_wait(void);	/* the same, and another process has time to say something */
void desk_settle(void); /* a hundred steps */
void desk_send_message(int fd, const struct yg_feed_message *message);
void desk_send_finding(uint64_t id, bool blockable);

int desk_connect_unix(void);
void desk_send_text(int fd, const char *method, const char *path, const char *body);
/* Status of the answer, whose body is in desk_rig.answer; @play is called between steps. */
int desk_receive(int fd, void (*play)(void));
int desk_ask(const char *method, const char *path, const char *body, void (*play)(void));
void desk_assert_has(const char *text); /* in the answer */
