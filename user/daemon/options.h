/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one option table: command line, configuration file, --help and the manual come from it.
 *
 * A row's name is the long option and the key of the YAML file. The command line wins over the
 * file, the file over the default; for a list the winner replaces, it does not add. Unknown keys
 * and values out of range are refused with "file:line: key: cause". Stages never see this struct:
 * the daemon maps it onto their own options.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "capture/attach.h"
#include "core/address.h"
#include "core/log.h"
#include "core/macros.h"
#include "daemon/pipeline.h"

#define YG_CONFIG_PATH	     "/etc/yagura/yagura.yaml"
#define YG_OPTIONS_LIST_MAX  1024u	/* values of one repeatable option; more is refused */
#define YG_OPTIONS_TEXT_MAX  4095u	/* bytes of one value; a path; more is refused */
#define YG_OPTIONS_FILE_MAX  (1u << 20) /* bytes of a configuration file; more is refused */
#define YG_OPTIONS_ERROR_CAP 512u
#define YG_OPTIONS_ROWS_MAX  64u

enum yg_tls_rest { YG_TLS_REST_AUTO, YG_TLS_REST_NEVER, YG_TLS_REST_MAX };
enum yg_capture_choice { YG_CAPTURE_TC, YG_CAPTURE_XDP, YG_CAPTURE_MAX };

struct yg_text_list {
	char **items; /* [count], owned */
	size_t count;
};

struct yg_prefix_list {
	struct yg_prefix *items; /* [count], owned */
	size_t count;
};

/* Effective values. Texts are owned and never NULL; "" means not set. */
struct yg_options {
	char *config;
	struct yg_text_list interfaces;	   /* empty: every interface that is up, but not loopback */
	uint64_t mode;			   /* enum yg_mode */
	uint64_t fapi;			   /* enum yg_fapi */
	char *jwks;			   /* path; "" none */
	uint64_t xdp;			   /* enum yg_xdp */
	uint64_t capture;		   /* enum yg_capture_choice */
	struct yg_text_list scope_netns;   /* inode number, path, or name below /run/netns */
	struct yg_text_list scope_cgroups; /* path below /sys/fs/cgroup, or whole */
	struct yg_text_list scope_processes; /* comm */
	struct yg_prefix_list allow;
	struct yg_prefix_list trusted_proxies;
	struct yg_text_list api_key_headers; /* besides the usual ones */
	struct yg_text_list api_key_queries;
	struct yg_text_list session_cookies;
	struct yg_text_list data_classes; /* see daemon/classes.h */
	struct yg_text_list data_classes_off;
	struct yg_text_list templates; /* "[SERVICE ]/path/{name}" */
	struct yg_text_list openapi;   /* "[SERVICE ]FILE" */
	uint64_t block_ttl_s;
	uint64_t block_share_percent; /* of recent callers one decision may cut */
	uint64_t block_rate_per_min;  /* automatic blocks */
	uint64_t body_budget;	      /* bytes */
	uint64_t ring_size;	      /* bytes per ring */
	uint64_t memory;	      /* bytes, tables of the analyzer */
	uint64_t heartbeat_limit_s;
	uint64_t fail_closed;	     /* 0 or 1 */
	uint64_t tls;		     /* 0 or 1: attach to TLS libraries */
	char *sample;		     /* "auto" or a share, see yg_share_from_text() */
	uint64_t cpu_budget_percent; /* of each core */
	uint64_t tls_rest;	     /* enum yg_tls_rest */
	uint64_t retention_days;
	char *state_dir;
	char *run_dir;
	char *bpffs;
	char *user;
	char *metrics_listen; /* ADDR:PORT, "" none */
	uint64_t log_level;   /* enum yg_log_level */

	/* Command line only: what to do. */
	uint64_t help, version, man, check, detach, replace;
	char *role;			     /* internal: "NAME:PID of the warden" */
	uint8_t source[YG_OPTIONS_ROWS_MAX]; /* who set each row; private to options.c */
};

enum yg_option_type {
	YG_OPTION_FLAG,	    /* "--name" or "name: true" */
	YG_OPTION_CHOICE,   /* one of choices[] */
	YG_OPTION_COUNT,    /* integer */
	YG_OPTION_BYTES,    /* integer with optional K, M, G (1024) */
	YG_OPTION_DURATION, /* integer with optional s, m, h, d; kept in seconds */
	YG_OPTION_TEXT,
	YG_OPTION_TEXTS,    /* repeatable */
	YG_OPTION_PREFIXES, /* repeatable address or CIDR */
	YG_OPTION_TYPE_MAX
};

/* One row of the table. */
struct yg_option {
	const char *name;
	enum yg_option_type type;
	size_t offset;		    /* of the member of struct yg_options */
	const char *initial;	    /* default as text; NULL: empty list */
	const char *value;	    /* placeholder for --help: "IF"; NULL for flags */
	uint64_t min, max;	    /* of COUNT, BYTES, DURATION (seconds) */
	const char *const *choices; /* NULL-ended, CHOICE only */
	const char *help;	    /* one sentence without full stop */
	/* Is one value wrong beyond its type? NULL: it cannot be. Return: 0; -EINVAL; -ENOMEM. */
	int (*check)(const char *text, char *ret_error, size_t cap);
	bool command;	 /* command line only, not a key of the file */
	bool hidden;	 /* not in --help */
	bool reloadable; /* SIGHUP applies a new value */
};

/* The table, in the order of the manual. */
const struct yg_option *yg_options_table(size_t *ret_count);

/**
 * yg_options_init() - set every default. Free with yg_options_clean().
 * Return: 0; -ENOMEM.
 */
YG_MUST_CHECK int yg_options_init(struct yg_options *options);
void yg_options_clean(struct yg_options *options); /* accepts one that was never filled */

/**
 * yg_options_from_argv() - apply a command line; call before yg_options_from_file().
 * @ret_error: [YG_OPTIONS_ERROR_CAP] "--key: cause" on failure.
 *
 * Return: 0; -EINVAL unknown option or bad value; -ENOMEM.
 */
YG_MUST_CHECK int yg_options_from_argv(struct yg_options *options, int argc, char *const *argv,
				       char *ret_error);

/**
 * yg_options_from_file() - apply a YAML mapping of keys of the table.
 * @file: read to its end, borrowed.
 * @name: for error texts.
 * @ret_error: [YG_OPTIONS_ERROR_CAP] "file:line: key: cause" on failure.
 *
 * Return: 0; -EINVAL not YAML, unknown or repeated key, bad value; -E2BIG longer than
 *	YG_OPTIONS_FILE_MAX; -EIO; -ENOMEM.
 */
YG_MUST_CHECK int yg_options_from_file(struct yg_options *options, FILE *file, const char *name,
				       char *ret_error);

/**
 * yg_options_load() - apply the configuration file, then check what rows say together.
 *
 * The file is options->config, else YG_CONFIG_PATH if that exists.
 * Return: 0; -errno, with @ret_error: [YG_OPTIONS_ERROR_CAP] as above.
 */
YG_MUST_CHECK int yg_options_load(struct yg_options *options, char *ret_error);

/**
 * yg_options_reread() - the same command line with the file as it is now.
 * @ret: clean with yg_options_clean(); nothing to clean on failure.
 * Return: as yg_options_load().
 */
YG_MUST_CHECK int yg_options_reread(const struct yg_options *options, struct yg_options *ret,
				    char *ret_error);

/**
 * yg_options_print() - the effective configuration as YAML that yg_options_from_file() reads.
 *
 * Lossless: the warden hands it to the roles, `--check` shows it to the operator.
 */
void yg_options_print(const struct yg_options *options, FILE *out);

/* "--help"; and the OPTIONS section of the manual in man(7), for the page generator. */
void yg_options_help(FILE *out);
void yg_options_man(FILE *out);

/**
 * yg_options_differ() - the first row whose value differs and that a running daemon cannot change.
 * Return: its name, or NULL if all differences are reloadable.
 */
const char *yg_options_differ(const struct yg_options *now, const struct yg_options *next);
