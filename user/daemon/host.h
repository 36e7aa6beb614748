/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the warden prepares on the host while it is still root with all its powers: directories,
 * listeners, the installation's key, the lock.
 *
 *	run_dir		root:group 0755		yagurad.pid (0600), yagura.sock (0660)
 *	state_dir	root:root  0755		identity.key (0600)
 *	state_dir/db	user:group 0700		the desk's databases
 *	bpffs		root:root  0700		pins
 *
 * Directories that a role may write hold nothing that root reads.
 */
#pragma once

#include "core/hash.h"
#include "core/macros.h"
#include "daemon/options.h"
#include "priv/sandbox.h"

struct yg_host {
	struct yg_identity identity;
	int run_fd;			 /* directory */
	int db_fd;			 /* directory, the desk's */
	int listen_fd;			 /* the API */
	int metrics_fd;			 /* -1: none */
	int lock_fd;			 /* -1: not ours yet */
	int pins_fd;			 /* the lock on bpffs; -1: not ours yet */
	struct yg_hash_key identity_key; /* secret, of this installation */
};

#define YG_HOST_INIT                                                                         \
	(struct yg_host)                                                                     \
	{                                                                                    \
		.run_fd = -1, .db_fd = -1, .listen_fd = -1, .metrics_fd = -1, .lock_fd = -1, \
		.pins_fd = -1                                                                \
	}

/**
 * yg_host_open() - identity, directories and key. Disturbs nobody.
 * Return: 0; -errno, logged with its object. Release with yg_host_close() in both cases.
 */
YG_MUST_CHECK int yg_host_open(const struct yg_options *options, struct yg_host *ret);

/**
 * yg_host_listen() - the listeners; the API socket takes the place of a former daemon's.
 *
 * Context: the lock is held.
 * Return: 0; -errno, logged.
 */
YG_MUST_CHECK int yg_host_listen(const struct yg_options *options, struct yg_host *host);

/* Close everything; the socket's name goes too if this process made it. */
void yg_host_close(struct yg_host *host);

/**
 * yg_listen_from_text() - parse "127.0.0.1:9100" or "[::1]:9100".
 * Return: 0; -EINVAL; -EPERM if the address is not a loopback one.
 */
YG_MUST_CHECK int yg_listen_from_text(const char *text, struct yg_address *ret_addr,
				      uint16_t *ret_port);
