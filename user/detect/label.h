/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Labels: what kind of endpoint it is, in words that an inventory is sorted by, each with the
 * reason it was given for.
 *
 * A word in a path is a hint, never a proof: "authentication", "payment" and "admin" need the word
 * and what was seen, or what was seen alone. Made from the tables of other stages when somebody
 * asks; nothing is kept and nothing is done per exchange.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "baseline/data.h"
#include "core/json.h"
#include "detect/finding.h"
#include "endpoint/inventory.h"
#include "endpoint/survey.h"
#include "endpoint/trait.h"

#define YG_LABEL_REASON_CAP 96u /* bytes of a reason with its NUL; longer is cut */
#define YG_LABELS_MAX	    12u /* labels of one endpoint; the last ones of the table go first */

/* id, name, points of risk, what it says; in the order in which they are shown */
#define YG_LABELS(X)                                                                         \
	X(ROGUE, "rogue", 15, "in no specification, and reached past the gateway")           \
	X(SHADOW, "shadow", 8, "in traffic, in no specification")                            \
	X(BYPASS, "bypass", 10, "reached directly, though its clients come through a proxy") \
	X(ZOMBIE, "zombie", 10, "deprecated or superseded, and still used")                  \
	X(ORPHAN, "orphan", 0, "in a specification, no longer in traffic")                   \
	X(DORMANT, "dormant", 3, "not used for long")                                        \
	X(NON_PRODUCTION, "non-production", 8, "a development or test host")                 \
	X(NEW, "new", 3, "first seen lately, on a service that is older")                    \
	X(EXTERNAL, "external", 0, "asked by public addresses")                              \
	X(INTERNAL, "internal", 0, "asked by private addresses alone")                       \
	X(THIRD_PARTY, "third-party", 0, "asked by this host, of somebody else")             \
	X(UPSTREAM, "upstream", 0, "asked by this host, of a server of its own network")     \
	X(AUTHENTICATION, "authentication", 6, "takes credentials or gives tokens")          \
	X(PAYMENT, "payment", 6, "moves money or holds means of payment")                    \
	X(ADMIN, "admin", 8, "administration, closed to most callers")                       \
	X(PERSONAL_DATA, "personal-data", 0, "holds data of persons")                        \
	X(PARTNER, "partner", 2, "used by client applications")                              \
	X(LLM, "llm", 4, "asks a language model")                                            \
	X(MCP, "mcp", 5, "Model Context Protocol")                                           \
	X(GRAPHQL, "graphql", 0, "GraphQL")                                                  \
	X(GRPC, "grpc", 0, "gRPC")                                                           \
	X(WEBSOCKET, "websocket", 0, "WebSocket")

enum yg_label {
#define YG_LABEL_ENUM(id, name, points, help) YG_LABEL_##id,
	YG_LABELS(YG_LABEL_ENUM)
#undef YG_LABEL_ENUM
		YG_LABEL_MAX
};

const char *yg_label_name(enum yg_label label); /* "shadow"; literal */
uint32_t yg_label_points(enum yg_label label);	/* of risk */

/**
 * yg_label_from_text() - the label called @text.
 * Return: 0; -EINVAL if there is none.
 */
YG_MUST_CHECK int yg_label_from_text(struct yg_slice text, enum yg_label *ret);

struct yg_label_reason {
	uint8_t label; /* enum yg_label */
	char reason[YG_LABEL_REASON_CAP];
};

struct yg_labels {
	uint32_t bits; /* 1u << enum yg_label */
	uint32_t count;
	struct yg_label_reason rows[YG_LABELS_MAX]; /* in the order of the table */
};

/* What specifications say of an endpoint. */
enum yg_documented {
	YG_DOCUMENTED_UNKNOWN, /* there is none to ask */
	YG_DOCUMENTED_YES,
	YG_DOCUMENTED_DEPRECATED, /* it is there, marked as deprecated */
	YG_DOCUMENTED_NO,	  /* there is one for this service, and it is not in it */
	YG_DOCUMENTED_NO_SERVICE, /* there are some, and none is for this service */
	YG_DOCUMENTED_MAX
};

/* Findings about one endpoint, by severity. */
struct yg_faults {
	uint16_t posture[YG_SEVERITY_MAX]; /* not resolved */
	uint16_t attack[YG_SEVERITY_MAX];
	bool deprecated; /* the server says so in its answers */
};

/* What is known. Borrowed for the call. */
struct yg_label_scene {
	const struct yg_endpoint *endpoint;
	const struct yg_trait *trait;
	const struct yg_survey *survey;
	const struct yg_faults *tally;
	const struct yg_data *data; /* NULL: not looked for */
	enum yg_documented documented;
	uint64_t now_ns;     /* of the traffic */
	uint64_t dormant_ns; /* unused for longer is dormant */
	uint64_t new_ns;     /* first seen within is new */
};

/* All labels of one endpoint, each with its reason. @ret: overwritten. */
void yg_labels_from_scene(const struct yg_label_scene *scene, struct yg_labels *ret);

/* Is @label among them? */
static inline bool yg_labels_have(const struct yg_labels *labels, enum yg_label label)
{
	return labels->bits >> label & 1;
}

/*
 * "labels":["shadow"],"label_reasons":{"shadow":"..."} and the reasons in Japanese as
 * "label_reasons_ja", inside an object already open.
 */
void yg_labels_write(struct yg_json *json, const struct yg_labels *labels);

/* Does the service or the template hold a word of this kind? For AUTHENTICATION, PAYMENT, ADMIN. */
bool yg_label_word(enum yg_label label, const char *service, const char *template_);
