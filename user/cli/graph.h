/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which API leads to which, as a graph in the language of graphviz: what is asked from outside is a
 * box, what is asked of a third party has a dashed border, every edge says how often it was used
 * and which classes of data go along it.
 */
#pragma once

#include <stdio.h>

#include <yajl/yajl_tree.h>

#define YG_GRAPH_NAME_CAP 1024 /* bytes of the name of one end; longer ones are cut */

/* "GET api.example.com/v1/users/{id}", a service alone, or "-" of an end that is not known. */
void yg_graph_name(yajl_val end, char *ret, size_t cap);

/* The head; yg_graph_close() ends it. */
void yg_graph_open(FILE *out);
/* One relation of GET /v1/relations. Texts come from traffic: they are quoted. */
void yg_graph_add(FILE *out, yajl_val relation);
/* The end. */
void yg_graph_close(FILE *out);
