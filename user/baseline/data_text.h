/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Values that a pattern and a parser prove: addresses of mail, IP and hardware, tokens, keys,
 * telephone numbers, dates, Japanese postal addresses; and what a named field must look like.
 *
 * Every function that takes (text, at) looks at the bytes around @at and returns the value's
 * extent within the text; a value that the text cuts off is not one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "baseline/data_class.h"
#include "core/slice.h"

/* Full-width ASCII, half-width kana, hyphens and spaces of typesetters become the plain ones. */
struct yg_slice yg_data_normalise(struct yg_slice text, char *buffer, size_t cap);

/**
 * yg_data_unwrap() - the document that is wrapped in @text as base64: JSON or XML.
 * @buffer: [@cap]; a longer one is cut at its last space or comma.
 *
 * Return: in @buffer; absent if it is none. Costs a few comparisons for most texts.
 */
struct yg_slice yg_data_unwrap(struct yg_slice text, char *buffer, size_t cap);

/* @text up to its last separator: what is behind it may be the beginning of something longer. */
struct yg_slice yg_data_trim_cut(struct yg_slice text);

/* Whole address around the '@' at @at; absent if it is none. Source: RFC 5321, domains by form. */
struct yg_slice yg_data_email_at(struct yg_slice text, size_t at);

/* JSON Web Token or JWE that begins at @at ("eyJ"): its header must name "alg". */
struct yg_slice yg_data_jwt_at(struct yg_slice text, size_t at);

/* Address of IPv4 or IPv6, all of @text; with or without a prefix length or zone. */
bool yg_data_is_ip(struct yg_slice text);
bool yg_data_is_mac(struct yg_slice text);

/*
 * A telephone number, all of @text. @ret_certain: its form alone says so: '+' or 00 and the plan of
 * a country, an area in brackets, a zero and groups, the groups of North America.
 */
bool yg_data_is_phone(struct yg_slice text, bool *ret_certain);

/* Prefecture at @at, then a city, ward, town or village within forty characters. */
struct yg_slice yg_data_address_at(struct yg_slice text, size_t at);

/* Shannon entropy of its bytes, bits per byte. */
double yg_data_entropy(struct yg_slice text);

/**
 * yg_data_fits_name() - can this be what a field with such a name holds?
 * @class_: SHAPE or KEY class; of others it is false.
 * @text: the whole value, trimmed.
 */
bool yg_data_fits_name(uint32_t class_, struct yg_slice text);
