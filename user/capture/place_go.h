/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: choose the instructions to probe in a Go program with crypto/tls.
 *
 *	cmp 0x10(%r14),%rsp
 *	jbe morestack
 *	push %rbp		<- entry probe: arguments are intact, and a push is emulated
 *	...
 *	ret			<- a probe on each: Go's stacks move, so no uretprobe
 *
 * The comparison with g in %r14 also tells that the program uses the register ABI (Go 1.17), and
 * that the start of its text was found: a function that does not begin with it is not believed.
 */
#pragma once

#include "capture/place.h"

/**
 * yg_place_go() - the probes for crypto/tls of a Go program.
 * @ret: probes are added; none if @elf is not a Go program with crypto/tls, for x86-64.
 *
 * All or nothing: a function whose returns cannot all be probed would lose calls.
 * Return: 0; -ENOMEM if the disassembler cannot start.
 */
YG_MUST_CHECK int yg_place_go(const struct yg_elf *elf, struct yg_place *ret);
