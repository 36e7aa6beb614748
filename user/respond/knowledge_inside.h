/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of struct yg_knowledge, shared by knowledge.c (exchanges), knowledge_place.c (rows) and
 * knowledge_view.c (reading).
 */
#pragma once

#include "baseline/profile.h"
#include "baseline/schema.h"
#include "core/lru.h"
#include "detect/posture.h"
#include "endpoint/catchall.h"
#include "endpoint/normalize.h"
#include "endpoint/service.h"
#include "endpoint/shape.h"
#include "endpoint/talk.h"
#include "endpoint/templates.h"
#include "endpoint/trie.h"
#include "parse/operation.h"
#include "parse/outcome.h"
#include "respond/knowledge.h"

struct service {
	char name[YG_SERVICE_CAP];
	struct yg_slice text; /* of name */
	uint64_t hash;	      /* public: the blob's id; 0 free */
	uint64_t used;	      /* tick of the last use, for eviction */
	uint32_t weight;      /* exchanges that it accepted, halved each hour, for eviction */
	struct yg_trie *trie;
	uint32_t generation; /* of the trie when its endpoints were last looked at */
	bool dirty;	     /* learned since the last save */
	bool saved;	     /* ever */
	bool learned;	     /* since the last yg_knowledge_settle() */
	bool is_asked;	     /* requests that were accepted name it, or another host under it */
	struct yg_catchall catchall;
};

/* With which TLS clients a caller comes. */
struct yg_caller_ja4 {
	uint64_t seen;		      /* bitmap, as those of struct caller_row */
	uint32_t lead;		      /* of `most` over the others */
	char most[YG_CALLER_JA4_CAP]; /* that most requests came with; "" none was seen */
};

/* Count one; an absent text is none. */
void yg_caller_ja4_note(struct yg_caller_ja4 *ja4, const struct yg_hash_key *key,
			struct yg_slice text);

/* As evidence, once: what the request came with, and what is usual if that is something else. */
void yg_caller_ja4_add(const struct yg_caller_ja4 *ja4, struct yg_slice text,
		       struct yg_finding *finding);

/* Row of a caller, by its hash. */
struct caller_row {
	char caller[YG_CALLER_TEXT_CAP];
	char app[YG_CALLER_TEXT_CAP];
	uint64_t first_ns, last_ns;
	uint64_t requests, errors;
	struct yg_address client;
	struct yg_caller_ja4 ja4;
	uint64_t clients, endpoints; /* 64-bit bitmaps: linear counting, good for a few dozen */
	uint32_t findings;
};

struct yg_knowledge {
	struct yg_knowledge_sink sink;
	struct yg_reading_options read_as;
	struct yg_charsets charsets; /* of read_as */
	struct yg_hash_key table_key;
	struct service services[YG_SERVICES_MAX];
	uint32_t service_last; /* index of the one found last */
	uint64_t uses;
	const struct yg_templates *templates; /* NULL none */
	const struct yg_specs *specs;	      /* NULL none */
	struct yg_trie *blank;		      /* reads paths of services that are not known */
	struct yg_inventory *inventory;
	struct yg_profile **profiles; /* [inventory cap], by endpoint index; NULL none */
	bool *dirty;		      /* [inventory cap] */
	bool *saved;		      /* [inventory cap] anything of it, ever */
	uint64_t *answers;	      /* [inventory cap] mark of all answers; 0: they differ */
	uint64_t noise, noise_rows;   /* exchanges that taught nothing, rows taken back */
	struct yg_lru *callers;	      /* struct caller_row */
	struct yg_lru *suspects;      /* uint64_t by peer: when it was told last */
	bool suspected;		      /* of the exchange in hand */
	struct yg_lru *flagged;	      /* uint8_t by caller or client that has a finding */
	struct yg_detectors *detectors;
	struct yg_posture *posture;
	struct yg_policy *policy;
	struct yg_hops *hops;
	struct yg_assessor *assessor;
	struct yg_parties *parties;
	struct yg_relations *relations;
	struct yg_talks *talks;
	struct yg_listeners *listeners;
	uint64_t named[YG_SERVICE_SOURCE_MAX]; /* exchanges, by whence the name came */
	uint64_t talks_unplaced;	       /* pieces of WebSockets of no endpoint */
	uint64_t rests_unplaced;	       /* ends of exchanges of no endpoint */
	struct yg_schemas *schemas;	       /* by endpoint index */
	struct yg_bodies *bodies;
	uint64_t lossy_minute, lossy_last; /* of the epoch, that messages were lost in */
	uint64_t lossy_minutes;
	struct yg_data *data;
	bool data_each; /* what each single exchange holds is asked for */
	uint64_t now_ns;
	uint64_t tick_ns; /* of the last look at all profiles */
	uint64_t aged_ns; /* when weights were halved last */
	bool loaded;	  /* rows came back that nobody has looked at since */
	bool late;	  /* since then, something was counted in a minute that was over by then */
	uint64_t observed, unanswered, not_http, refused, services_evicted, services_lost, failed;

	/* Of the exchange in hand. */
	bool is_said;		   /* it names a host itself, be it one that is not believed */
	char name[YG_SERVICE_CAP]; /* of its service, where it does not */
	struct yg_slice ja4;
	const struct yg_reading *reading;
	const struct yg_path *path; /* its, or the one that was asked for */
	struct yg_route route;
	struct yg_reading here; /* where nobody has read before */
	struct yg_objects objects;
	struct yg_login login;
	bool lesson; /* it is read in full */
	struct yg_operation operation;
	struct yg_outcome outcome;
	struct yg_data_seen seen;
	char template_[YG_TEMPLATE_CAP];
};

/* The service of this name, made (evicting the least used one) if @make; NULL if absent. */
struct service *yg_knowledge_service(struct yg_knowledge *knowledge, struct yg_slice name,
				     bool make);

/* What was busy once need not be now: each hour, services weigh half. */
void yg_knowledge_age_services(struct yg_knowledge *knowledge, uint64_t now_ns);

/* When an exchange began, as far as it was seen. */
static inline uint64_t yg_knowledge_time_of(const struct yg_exchange *exchange)
{
	return exchange->request.present ? exchange->request.start_ns : exchange->response.start_ns;
}

/* Key of a client in tables. */
static inline uint64_t yg_knowledge_hash_client(const struct yg_knowledge *knowledge,
						const struct yg_address *client)
{
	return yg_hash(&knowledge->table_key, client, sizeof(*client));
}

/* Count an exchange for who asked. @endpoint: NULL: not in the inventory. */
void yg_knowledge_count_caller(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			       const struct yg_endpoint *endpoint);

/* Take back what was counted of an exchange that is a client's other one: see yg_hops_take(). */
void yg_knowledge_uncount_caller(struct yg_knowledge *knowledge, const struct yg_hop_link *link);

/*
 * Service, path, template and endpoint of an exchange; learns from it if it was accepted.
 * @ret: its service and source are what the request says alone; see knowledge_name.c.
 */
struct yg_endpoint *yg_knowledge_name(struct yg_knowledge *knowledge,
				      const struct yg_exchange *exchange,
				      struct yg_observation *ret);

/* Endpoint of the path in hand, a piece of an exchange that was placed before; learns nothing. */
struct yg_endpoint *yg_knowledge_find_piece(struct yg_knowledge *knowledge,
					    const struct yg_exchange *exchange,
					    struct yg_observation *ret);

/* Rows under an address that the service of its listener has, too, go over to it. */
void yg_knowledge_adopt(struct yg_knowledge *knowledge);

/*
 * Endpoint of the path in hand, an exchange that was observed; learns nothing. If its row stayed
 * under an address and went over since, @ret has the service and the source of the one it is in.
 */
struct yg_endpoint *yg_knowledge_find_again(struct yg_knowledge *knowledge,
					    const struct yg_recall *recall,
					    struct yg_observation *ret);

/* Path, template and endpoint in the service of @ret; learns, or just looks. */
struct yg_endpoint *yg_knowledge_place(struct yg_knowledge *knowledge,
				       const struct yg_exchange *exchange,
				       struct yg_observation *ret);
struct yg_endpoint *yg_knowledge_look(struct yg_knowledge *knowledge,
				      const struct yg_exchange *exchange,
				      struct yg_observation *ret);

/* Was it accepted, so that what it asks for exists? */
bool yg_knowledge_teaches(const struct yg_exchange *exchange);

/* What a row's template reads like in another service. @ret: [YG_TEMPLATE_CAP]. */
bool yg_knowledge_reread(struct yg_knowledge *knowledge, const struct service *service,
			 const struct yg_endpoint *endpoint, char *ret);

/* The past of the row at @index becomes that of another one. */
void yg_knowledge_fold(struct yg_knowledge *knowledge, uint32_t index, struct yg_slice service,
		       const char *template_);

/* Take a path that is not an exchange's in hand. Return: false: it is none. */
static inline bool yg_knowledge_read_path(struct yg_knowledge *knowledge, struct yg_slice target)
{
	knowledge->path = &knowledge->here.path;
	return yg_path_from_target(target, &knowledge->here.path);
}

/* Who asks, which service and path: from subject->reading, or read now; into @ret as well. */
void yg_knowledge_read_subject(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			       struct yg_observation *ret);

/* The operation that the bodies name, if any, into knowledge->operation and @ret. */
void yg_knowledge_read_operation(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
				 struct yg_observation *ret);

/* Endpoint of knowledge->path, learning nothing; NULL if it is not in the inventory. */
struct yg_endpoint *yg_knowledge_find_place(struct yg_knowledge *knowledge, struct yg_slice method,
					    struct yg_observation *ret);

/* Templates of all services by all that was learned; endpoints follow. */
void yg_knowledge_settle(struct yg_knowledge *knowledge);

/* The profile of an endpoint; made on first use. NULL without memory. */
struct yg_profile *yg_knowledge_profile_of(struct yg_knowledge *knowledge,
					   const struct yg_endpoint *endpoint);

/*
 * Show the values of an exchange to all who want them: schema, data and posture of a lesson of the
 * endpoint, ids and logins of every request. @endpoint: NULL: not in the inventory.
 */
void yg_knowledge_read_values(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			      const struct yg_endpoint *endpoint, struct yg_observation *ret);

/*
 * What was learned of the endpoint, and what changed by the exchange of @scene: those with an
 * answer all are asked about, so what is remembered is of this one.
 */
void yg_knowledge_show_schema(const struct yg_knowledge *knowledge,
			      const struct yg_endpoint *endpoint, struct yg_scene *scene);

/* End the minutes of an endpoint that are over at @now_ns. */
void yg_knowledge_tick_profile(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			       uint64_t now_ns);
void yg_knowledge_free_profile(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint);

/*
 * Fields of one endpoint as a blob, false without any, and back. Return: 0; -EINVAL if damaged or
 * unknown.
 */
bool yg_knowledge_pack_data(const struct yg_knowledge *knowledge,
			    const struct yg_endpoint *endpoint, struct yg_writer *writer);
YG_MUST_CHECK int yg_knowledge_load_data(struct yg_knowledge *knowledge, struct yg_reader *reader);

/* Third parties. @buffer: [YG_BLOB_BYTES_MAX] */
void yg_knowledge_save_parties(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			       void *ctx, uint8_t *buffer);

/* What callers were given, and back. Return: 0; -EINVAL. @buffer: [YG_BLOB_BYTES_MAX] */
void yg_knowledge_save_takes(struct yg_knowledge *knowledge, bool changed_only, yg_blob_fn fn,
			     void *ctx, uint8_t *buffer);
YG_MUST_CHECK int yg_knowledge_load_take(struct yg_knowledge *knowledge, struct yg_reader *reader);

/* yg_evict_fn: the last minute is handed out, the profile freed. */
void yg_knowledge_evict(void *ctx, const struct yg_endpoint *endpoint);

/* Labels and risk: made, freed; one exchange; a row that goes, or becomes part of another. */
struct yg_assessor;
YG_MUST_CHECK int yg_knowledge_open_assessor(struct yg_knowledge *knowledge, uint32_t endpoints);
void yg_assessor_free(struct yg_assessor **assessor); /* accepts NULL inside */
void yg_knowledge_note(struct yg_knowledge *knowledge, const struct yg_subject *subject,
		       const struct yg_endpoint *endpoint, uint32_t weight);
void yg_knowledge_drop_trait(struct yg_knowledge *knowledge, uint32_t index);
void yg_knowledge_fold_trait(struct yg_knowledge *knowledge, uint32_t into, uint32_t from);

/* Addresses of endpoints that made room for others. */
uint64_t yg_knowledge_exposures_evicted(const struct yg_knowledge *knowledge);

/* How one endpoint is used as a blob, false if nothing is new; and back. Return: 0; -EINVAL. */
bool yg_knowledge_pack_trait(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			     bool changed_only, struct yg_writer *writer);
YG_MUST_CHECK int yg_knowledge_load_trait(struct yg_knowledge *knowledge, struct yg_reader *reader);

/* What the accepted answer to the path in hand looked like: evidence about its template. */
void yg_knowledge_note_shape(struct yg_knowledge *knowledge, const struct yg_endpoint *endpoint,
			     uint64_t fields);

/* Hops and relations: made, freed; one exchange; an endpoint that became another. */
YG_MUST_CHECK int yg_knowledge_open_hops(struct yg_knowledge *knowledge);
void yg_knowledge_close_hops(struct yg_knowledge *knowledge);
void yg_knowledge_take_hop(struct yg_knowledge *knowledge, const struct yg_subject *subject,
			   struct yg_observation *ret);
void yg_knowledge_count_hops(const struct yg_knowledge *knowledge, yg_counter_fn fn, void *ctx);
