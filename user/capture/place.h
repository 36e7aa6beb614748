/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: choose the instructions to probe in a TLS library.
 *
 * A probe on an instruction the kernel emulates (push, nop, jmp, call) costs one trap; on any
 * other it is single-stepped, ten times as much. OpenSSL's SSL_read and SSL_read_ex begin with
 * "sub rsp" but both call one internal function that mostly begins with a push, and so does the BIO
 * that speaks TLS: the probes go there, entry and return on the same instruction. What the function
 * takes is read from the code that calls it, never from a table of versions.
 *
 *	SSL_read ────┐
 *	SSL_read_ex ─┼─► ssl_read_internal(ssl, buf, num, *read)   push %rbp   <- both probes here
 *	BIO_f_ssl() ─┘
 *
 * Anything unsure is the plain symbol. Source: arch/x86/kernel/uprobes.c (branch_setup_xol_ops,
 * push_setup_xol_ops).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/elf.h"
#include "core/macros.h"

/* Which program sits there; READ*, WRITE* and PR_* have yg_ssl_ret on their return too. */
enum yg_probe_kind {
	YG_PROBE_READ,	    /* int SSL_read(ssl, buf, num); gnutls_record_recv and its like */
	YG_PROBE_READ_EX,   /* int SSL_read_ex(ssl, buf, num, *read) */
	YG_PROBE_WRITE,	    /* int SSL_write(ssl, buf, num); gnutls_record_send and its like */
	YG_PROBE_WRITE_EX,  /* int SSL_write_ex(ssl, buf, num, *written) */
	YG_PROBE_WRITE_EX2, /* int SSL_write_ex2(ssl, buf, num, flags, *written) */
	YG_PROBE_FREE,	    /* void SSL_free(ssl); gnutls_deinit */
	YG_PROBE_GO_READ,   /* Go: crypto/tls.(*Conn).Read, after its stack check */
	YG_PROBE_GO_WRITE,  /* Go: crypto/tls.(*Conn).Write */
	YG_PROBE_GO_RET,    /* Go: a RET of either */
	YG_PROBE_GO_SHAKE,  /* Go: crypto/tls.(*Conn).serverHandshake, clientHandshake */
	YG_PROBE_GO_SHAKEN, /* Go: a RET of either */
	YG_PROBE_GO_CLOSE,  /* Go: crypto/tls.(*Conn).Close */
	YG_PROBE_PR_READ,   /* NSPR: PR_Read(fd, buf, n) */
	YG_PROBE_PR_RECV,   /* NSPR: PR_Recv(fd, buf, n, flags, timeout) */
	YG_PROBE_PR_WRITE,  /* NSPR: PR_Write(fd, buf, n), PR_Send */
	YG_PROBE_PR_WRITEV, /* NSPR: PR_Writev(fd, vectors, count, timeout) */
	YG_PROBE_FILE,	    /* ssize_t SSL_sendfile(ssl, fd, offset, size, flags) */
	YG_PROBE_MAX
};

/* How well a probe could be placed. */
enum yg_placement {
	YG_PLACEMENT_SYMBOL,   /* first instruction of the exported function, single-stepped */
	YG_PLACEMENT_EMULATED, /* first instruction of the exported function, emulated */
	YG_PLACEMENT_INTERNAL, /* shared internal function, emulated */
	YG_PLACEMENT_STEPPED,  /* shared internal function, single-stepped */
	YG_PLACEMENT_MAX
};

struct yg_probe {
	uint64_t offset;    /* in the file */
	uint32_t kind;	    /* enum yg_probe_kind */
	uint32_t placement; /* enum yg_placement */
};

#define YG_PROBES_MAX 96 /* of one file: Go has one on each RET; an answer stays below PIPE_BUF */

/* Whose API the probes speak. */
enum yg_stack {
	YG_STACK_NONE,
	YG_STACK_OPENSSL, /* and BoringSSL, LibreSSL */
	YG_STACK_GNUTLS,
	YG_STACK_GO,
	YG_STACK_NSS, /* by NSPR */
	YG_STACK_MAX
};

struct yg_place {
	struct yg_probe probes[YG_PROBES_MAX];
	uint32_t count; /* 0: not a TLS library we can read */
	uint32_t stack; /* enum yg_stack of the last probe, for people */
	uint32_t gap;	/* enum yg_gap, of a file without probes; yg_inspect_finish() sets it */
	uint32_t pad;
};

/* "openssl", "gnutls", "go", "nss"; "none". */
const char *yg_stack_name(enum yg_stack stack);

/**
 * yg_place_find() - the probes for the TLS functions of @elf.
 * @ret: count 0 when it has none.
 *
 * Needs at least one reading and one writing function: a file with SSL_read alone is a stub.
 * Return: 0; -ENOMEM if the disassembler cannot start.
 */
YG_MUST_CHECK int yg_place_find(const struct yg_elf *elf, struct yg_place *ret);

/* Add a probe; none is added twice on one instruction, or beyond YG_PROBES_MAX. */
void yg_place_add(struct yg_place *place, uint64_t offset, enum yg_probe_kind kind,
		  enum yg_placement placement);

/* Is @place something a kernel should be asked to probe in a file of @file_len bytes? */
bool yg_place_is_valid(const struct yg_place *place, uint64_t file_len);
