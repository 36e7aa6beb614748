/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one log. Lines go to stderr as "level role: object: cause"; below the daemon nobody logs.
 *
 * Control bytes in arguments are printed as '?', so that a file name or a header can never forge
 * a line. errno is saved before formatting and restored after.
 */
#pragma once

enum yg_log_level { YG_LOG_ERROR, YG_LOG_WARNING, YG_LOG_INFO, YG_LOG_DEBUG, YG_LOG_MAX };

/**
 * yg_log_init() - name this process and choose what it prints.
 * @role: printed on each line; a literal, kept by reference.
 * @level: lines above it are not printed.
 */
void yg_log_init(const char *role, enum yg_log_level level);

/**
 * yg_log() - print one line of at most 1023 bytes; longer ones are cut.
 *
 * Context: any thread; one write(2) per line.
 */
__attribute__((format(printf, 2, 3))) void yg_log(enum yg_log_level level, const char *format, ...);
