/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of struct yg_schema, shared by schema.c (learning), schema_tree.c and schema_pack.c. */
#pragma once

#include "baseline/schema.h"

enum node_flag {
	NODE_ITEM = 1u << 0,	  /* of an array */
	NODE_ANY = 1u << 1,	  /* stands for every name of its object */
	NODE_MAP = 1u << 2,	  /* an object whose names are data */
	NODE_NO_FORMAT = 1u << 3, /* two formats, or none, were seen */
	NODE_NO_ENUM = 1u << 4,	  /* too many values, or some that must not be kept */
	NODE_REPEATED = 1u << 5,
	NODE_TEXT = 1u << 6, /* an XML element that holds text */
};

#define NODE_FLAGS_ALL ((1u << 7) - 1)

struct value {
	uint32_t hash;	/* keyed */
	uint32_t count; /* of values */
	uint32_t text;	/* into yg_schema.text, once it may be kept */
	uint32_t len;	/* 0: not kept */
};

struct values {
	struct value rows[YG_SCHEMA_VALUES_MAX];
};

/* One field. Node 0 is none. */
struct node {
	uint32_t first, next; /* first of its fields; its next sibling */
	uint32_t cursor;      /* of its fields, the one that was found last */
	uint32_t name;	      /* into yg_schema.text */
	uint32_t name_len;
	uint32_t types, flags;
	uint32_t format; /* enum yg_format, of all strings so far */
	uint32_t seen;
	uint32_t whole;	  /* of containers: seen to their end */
	uint32_t held;	  /* whole objects around it that had it */
	uint32_t stamp;	  /* object around it that had it last */
	uint32_t inside;  /* of containers: number of the one that is open */
	uint32_t strings; /* strings and numbers seen, up to when range and lengths changed last */
	uint32_t numbers, string_change, number_change;
	uint32_t length_min, length_max;
	double min, max;
	uint32_t values; /* of yg_schema.values, from 1; 0 none */
	uint32_t value_count, value_change;
};

struct yg_schema {
	uint32_t roots[YG_SCHEMA_PART_MAX];
	uint8_t kinds[YG_SCHEMA_PART_MAX];
	uint64_t exchanges, refused; /* that came by */
	uint64_t learned;	     /* requests */
	uint64_t used;		     /* tick of the table */
	bool dirty;
	uint32_t news;	   /* lessons to come, as a field was new of late */
	uint32_t instance; /* objects opened so far */
	struct node *nodes;
	uint32_t node_count, node_cap;
	uint32_t free; /* nodes given back, by next */
	struct values *values;
	uint32_t value_count, value_cap;
	char *text;
	uint32_t text_len, text_cap;
};

/* Return: NULL without memory. */
struct yg_schema *yg_schema_new(void);

/* Bytes of memory held. */
size_t yg_schema_bytes(const struct yg_schema *schema);

/* Name of a node, borrowed until the next one is added. */
struct yg_slice yg_schema_name(const struct yg_schema *schema, const struct node *node);

/* A new node, not linked. Return: 0 without room. */
uint32_t yg_schema_add_node(struct yg_schema *schema, struct yg_slice name);

/* Return: offset of a copy of @text; UINT32_MAX without room. */
uint32_t yg_schema_add_text(struct yg_schema *schema, struct yg_slice text);

/* Behind the last field of @parent. */
void yg_schema_link(struct yg_schema *schema, uint32_t parent, uint32_t node);

/* The root of a part, made if it is not there. Return: 0 without room. */
uint32_t yg_schema_add_root(struct yg_schema *schema, enum yg_schema_part part);

/* The field of this name; 0 if there is none. Cheap when asked in the order of last time. */
uint32_t yg_schema_child(struct yg_schema *schema, uint32_t parent, struct yg_slice name);

/* The items of an array, or the "*" of a map: @flag is NODE_ITEM or NODE_ANY. 0: none. */
uint32_t yg_schema_child_flag(const struct yg_schema *schema, uint32_t parent, uint32_t flag);

/* Value rows of a node, made if they are not there. NULL without room. */
struct values *yg_schema_add_values(struct yg_schema *schema, uint32_t node);

/* What @from (of @other) has seen, @into (of @schema) has seen too; fields and all. */
void yg_schema_merge(struct yg_schema *schema, uint32_t into, const struct yg_schema *other,
		     uint32_t from);

/* Make an object a map: all its fields become one. Return: the field; 0 without room. */
uint32_t yg_schema_collapse(struct yg_schema *schema, uint32_t node);

/* Is the enum of this node one that may be told? */
bool yg_schema_has_enum(const struct node *node);

/*
 * A field whose values are about a person, free text, or a secret, by its name: its words are not
 * kept, however few there are.
 */
bool yg_schema_is_private(struct yg_slice name);

/* A word as programs use them: "ACTIVE", "in-progress", "g6.nano". */
bool yg_schema_is_word(struct yg_slice text);

/* A name that is data itself: an id, a date, an address. */
bool yg_schema_is_dynamic(struct yg_slice name);

/* A container of the message in hand. */
struct open {
	uint32_t node;
	uint32_t instance;
	uint32_t items;
	bool array;
};

struct yg_schemas {
	struct yg_hash_key key;
	struct yg_schema **rows; /* [cap] */
	uint32_t cap;
	size_t bytes, bytes_max;
	uint64_t tick;
	struct yg_schemas_counters counters;

	/* Of the message in hand. */
	struct yg_schema *schema; /* NULL: none, nothing is learned */
	uint32_t index;
	size_t bytes_before;
	enum yg_schema_part body;
	uint32_t groups[YG_SCHEMA_REQUEST]; /* instance of each group of parameters; 0 not begun */
	struct open open[YG_SCHEMA_DEPTH_MAX];
	uint32_t open_count;
	bool began; /* a body */
	struct yg_schema_drift drifts[YG_SCHEMA_DRIFTS_MAX];
	uint32_t drift_count;
};

/* Within the budget again: what was learned from longest ago goes, but not @keep. */
void yg_schemas_shrink(struct yg_schemas *schemas, uint32_t keep);
