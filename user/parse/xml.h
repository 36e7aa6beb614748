/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * XML text, node by node, without a tree: elements, their attributes and their text.
 *
 *	<a:user id="7"><name>Ann</name></a:user>
 *		element	  user, depth 0
 *		attribute id=7, depth 1
 *		element	  name, depth 1
 *		text	  Ann, depth 2
 *		end	  name, depth 1
 *		end	  user, depth 0
 *
 * Input may be cut anywhere. Prefixes of names are left out. No recursion, no allocation; entities
 * are as sent and never expanded here, a document type is passed over unread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/result.h"

#define YG_XML_DEPTH_MAX 32u /* elements around a node; deeper ones are passed over */

enum yg_xml_type {
	YG_XML_ELEMENT,
	YG_XML_ATTRIBUTE,
	YG_XML_TEXT,  /* not of white space alone; CDATA without its brackets */
	YG_XML_CDATA, /* text without entities */
	YG_XML_END,
	YG_XML_TYPE_MAX
};

struct yg_xml_node {
	enum yg_xml_type type;
	struct yg_slice name;  /* element, attribute */
	struct yg_slice value; /* attribute, text */
	uint32_t depth;	       /* elements around it */
	bool cut;	       /* the input ended within the value */
};

/* Set text; zero the rest. */
struct yg_xml_walk {
	struct yg_slice text; /* what is left */
	uint32_t depth;	      /* elements open now */
	bool in_tag;	      /* attributes may follow */
	enum yg_parse result; /* of the end: DONE, MORE (cut) or BAD (no XML from here on) */
};

/**
 * yg_xml_walk_next() - the next node.
 *
 * O(bytes of the node). End tags are matched by count, not by name.
 * Source: XML 1.0 section 2.
 * Return: false at the end; @walk->result says how it ended.
 */
bool yg_xml_walk_next(struct yg_xml_walk *walk, struct yg_xml_node *ret);
