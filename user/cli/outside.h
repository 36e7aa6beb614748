/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses under which endpoints are known outside: those of the edge that leads to them, those
 * that hops in front name, and their own where public addresses ask them.
 */
#pragma once

#include "cli/command.h"
#include "cli/lines.h"
#include "cli/listing.h"

#define YG_OUTSIDE_CAP 1024u /* bytes of an address, NUL included; longer is cut */

/* How it is known. */
enum yg_outside_how {
	YG_OUTSIDE_ASKED,   /* it is asked there itself */
	YG_OUTSIDE_SAID,    /* a hop in front says so in its requests */
	YG_OUTSIDE_THROUGH, /* requests of another endpoint lead to it */
	YG_OUTSIDE_MAX
};

struct yg_outside {
	char address[YG_OUTSIDE_CAP]; /* "https://api.bank.example/retail/v1/accounts/{id}" */
	enum yg_outside_how how;
	const char *through;   /* id of the endpoint that leads to it; "" */
	const char *base_path; /* what stands there before its own path; "" */
};

typedef int (*yg_outside_fn)(void *ctx, const struct yg_outside *outside);

/**
 * yg_outside_each() - visit the outside addresses of an endpoint of the API.
 * @endpoint: an object of GET /v1/endpoints.
 *
 * What is neither said nor reached is known by its own address. Return: 0, or what @fn returned
 * when it was not 0; that ends the walk.
 */
int yg_outside_each(yajl_val endpoint, yg_outside_fn fn, void *ctx);

/* A table of them, of one endpoint. */
void yg_outside_print(const struct yg_cli_args *args, yajl_val endpoint);

/* The list by outside address: a row for each address of each endpoint of @path. */
enum yg_exit yg_outside_list(const struct yg_cli_args *args, const char *path);

/* "exposure", "outside", "servers" and "reached" inside an object already open. */
void yg_outside_put(struct yg_json *json, const struct yg_endpoint *endpoint,
		    const struct yg_lines_known *known);
