/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: blocks of pcapng files -> frames. Each interface has a link type, a resolution
 * and an offset of its own, so that what was captured on "any" and on a card, or on a Mac's card and
 * its loopback, is one file. All fields are in the byte order of their section:
 *
 *	block		type 4, length 4, body, padding to 4, length 4
 *	section		byte order 4, major 2, minor 2, length 8, options
 *	interface	link type 2, reserved 2, snapshot length 4, options: code 2, length 2, value
 *	enhanced	interface 4, time 8 (high word first), captured 4, on the wire 4, bytes
 *	simple		on the wire 4, bytes (of interface 0)
 *	old		interface 2, dropped 2, time 8, captured 4, on the wire 4, bytes
 *
 * Frames of a link type that frame.h does not know come out with YG_LINK_MAX: they are counted like
 * whatever else is no TCP. No byte is read beyond what is given, and none is kept.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/frame.h"
#include "core/macros.h"

#define YG_PCAPNG_SECTION	 0x0a0d0d0au /* the same in both byte orders */
#define YG_PCAPNG_HEAD		 12u	     /* bytes of a block that tell its type and length */
#define YG_PCAPNG_INTERFACES_MAX 256u	     /* of a section; a file with more is refused */

/* How to read what an interface captured. */
struct yg_pcapng_interface {
	enum yg_link link;  /* YG_LINK_MAX: not known to us */
	uint32_t snaplen;   /* 0: no limit */
	uint8_t resolution; /* of times: 10^-n s, with the upper bit 2^-n s */
	int64_t offset_s;   /* added to times */
};

struct yg_pcapng {
	bool swapped;	   /* the section has the other byte order */
	uint32_t count;	   /* interfaces of the section so far */
	bool has_link;	   /* of some section an interface was of a known link type ... */
	uint32_t dlt;	   /* ... and this is the last one that was not */
	uint64_t time_ns;  /* of the last frame that had one */
	const char *cause; /* of the last -EBADMSG; static */
	struct yg_pcapng_interface interfaces[YG_PCAPNG_INTERFACES_MAX];
};

/**
 * yg_pcapng_head() - what block begins here.
 * @head: [YG_PCAPNG_HEAD] first bytes; those of a section set the byte order from here on.
 * @ret_len: bytes of the whole block, a multiple of 4, at least YG_PCAPNG_HEAD.
 *
 * Source: draft-ietf-opsawg-pcapng section 3.1.
 * Return: 0; -EBADMSG for a length or byte order that cannot be.
 */
YG_MUST_CHECK int yg_pcapng_head(struct yg_pcapng *ng, const uint8_t *head, uint32_t *ret_type,
				 uint32_t *ret_len);

/* Does yg_pcapng_block() have to see blocks of this type? */
bool yg_pcapng_is_wanted(uint32_t type);

/* Does this type describe what follows, and hold no frame? */
bool yg_pcapng_is_heading(uint32_t type);

/**
 * yg_pcapng_block() - take one whole block.
 * @block: [len] as yg_pcapng_head() said.
 * @ret: written for 1; its data is inside @block.
 *
 * Source: draft-ietf-opsawg-pcapng section 4.
 * Return: 1 for a frame; 0 for none; -EBADMSG for a block that contradicts itself.
 */
YG_MUST_CHECK int yg_pcapng_block(struct yg_pcapng *ng, const uint8_t *block, uint32_t len,
				  struct yg_frame *ret);
