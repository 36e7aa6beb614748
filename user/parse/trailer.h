/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trailer section behind a chunked body, once yg_chunked_next() has read it.
 *
 *	Digest: sha-256=... CRLF	any number of field lines
 *	CRLF
 *
 * A recipient keeps trailers apart from the fields of the head, or drops them. One that takes them
 * in all the same lets its sender say in the end what a gateway has checked in the beginning.
 */
#pragma once

#include <stdbool.h>

#include "parse/exchange.h"

/**
 * yg_trailer_next() - the first field of @rest, which moves on behind it.
 * @rest: a trailer section or what is left of it; may be cut.
 *
 * Return: false: no whole field is left.
 */
bool yg_trailer_next(struct yg_slice *rest, struct yg_header *ret);

/**
 * yg_trailers_are_odd() - does a field of a request's trailers say what only its head may say: how
 * it is framed, where it goes, or who asks?
 *
 * Source: RFC 9110 section 6.5.1.
 */
bool yg_trailers_are_odd(struct yg_slice trailers);
