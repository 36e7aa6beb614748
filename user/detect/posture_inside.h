/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of struct yg_posture, shared by posture.c (life cycle), posture_look.c (what one exchange
 * shows), the checks of section by section (posture_*.c) and those of FAPI (fapi_*.c).
 */
#pragma once

#include "baseline/active.h"
#include "baseline/schema.h"
#include "core/lru.h"
#include "detect/keys.h"
#include "detect/posture.h"
#include "parse/binary.h"
#include "parse/jose.h"

#define YG_POSTURE_BITS	   3u /* words of a set of rules */
#define YG_POSTURE_ORIGINS 3u
#define YG_ISSUER_SEVERAL  1u
#define YG_POSTURE_SCOPES  4u /* words of a scope that are compared */

_Static_assert(YG_POSTURE_MAX <= 64 * YG_POSTURE_BITS, "a bit for each rule");

/* What an endpoint does in an authorization flow. */
enum yg_part {
	YG_PART_RESOURCE, /* or unknown */
	YG_PART_AUTHORIZE,
	YG_PART_PAR,
	YG_PART_TOKEN,
	YG_PART_JWKS,
	YG_PART_METADATA,
	YG_PART_USERINFO,
	YG_PART_INTROSPECT,
	YG_PART_REVOKE,
};

/* What is known of one endpoint, or of one service as a whole. */
struct yg_place {
	uint64_t id;			  /* of the endpoint, or hash of the service */
	uint64_t absent[YG_POSTURE_BITS]; /* rules known to have no row here */
	uint32_t with, without;		  /* accepted, with a credential and without */
	uint32_t denied;		  /* 401, 403 */
	uint32_t bodies;		  /* of errors, looked at */
	uint32_t failures, logins;	  /* of a login */
	uint32_t calls, failed;		  /* of a third party: the last ones; service: TLS */
	uint32_t urls, inner_urls;  /* in accepted requests: of hosts of the Internet, and not */
	uint16_t kinds, kind_count; /* of bodies of its first answers: bits of enum
					       * yg_body_kind; answers */
	bool limited;		    /* a 429 or a field of a rate limit was seen */
	bool shares;		    /* FAPI: answers of tokens, codes or keys were seen */
	uint64_t origins[YG_POSTURE_ORIGINS]; /* hashes, that were allowed with credentials */
	uint32_t scopes[YG_POSTURE_SCOPES];   /* that every accepted token had; 0: none */
	uint32_t last_token;		      /* that was counted */
	uint16_t scoped;		      /* accepted tokens with a scope, one behind another */
	bool scope_told;		      /* by the server itself, as it refused a token */
	uint8_t customer_refused;	      /* FAPI: with the customer's address, in a row */
	uint8_t customer_free;		      /* FAPI: accepted without it */
	bool asks_certificates;	   /* service: clients prove themselves by mutual TLS alone */
	uint32_t tokens;	   /* service: JWTs of one issuer, for one audience */
	uint64_t issuer, audience; /* service: hashes of these */
	uint64_t metadata;	   /* service: hash of the issuer it names; 0 unknown;
					       * YG_ISSUER_SEVERAL */
	bool described;		   /* service: an operation of a document was seen */
	uint32_t exchanges;	   /* service: accepted, since documents speak of it */
	uint64_t described_ns, orphans_ns; /* service: since when; when to look for orphans */
};

/* Fields of both heads that some check wants. Absent when not sent, or not looked for. */
struct yg_heads {
	struct yg_slice none; /* at offset 0: where fields that nobody wants would go */
	struct yg_slice origin, dpop, forwarded_proto, interaction, auth_date, customer,
		request_type;
	struct yg_slice server, powered, aspnet, type, cache, pragma, hsts, allow_origin,
		allow_credentials, location, deprecation, sunset, date, challenge,
		answer_interaction, cookie;
	bool unknown_credential; /* a request field that may be one, by its name */
	bool rate;		 /* a response field of a rate limit */
	bool secure_hop;	 /* the hop before was under TLS */
};

/* An access token as it was decoded when it was seen first. */
struct yg_token_row {
	int64_t exp, nbf, iat;
	uint64_t payload, signature; /* hashes */
	uint64_t client;	     /* hash of client_id */
	uint64_t certificate, ja4;   /* hashes of who used it first */
	bool decoded;		     /* it is a JWT, and read */
	bool unsecured, weak, embedded, deterministic, has_jti;
	bool accepted, revoked;
	uint8_t verified;		    /* enum yg_verified */
	uint64_t issuer, audience;	    /* hashes; 0: it names none */
	uint32_t scopes[YG_POSTURE_SCOPES]; /* of words; 0: none */
	bool judged;			    /* its issuer was compared */
	char jkt[48], x5t[48];
};

/* What must be known again of one value: a code, a state, a jti ... by its keyed hash. */
struct yg_memo {
	uint64_t time_ns;
	uint64_t text[3]; /* hashes; which, by kind */
	uint32_t uses;
	bool flag;
};

enum yg_memo_kind {
	YG_MEMO_CODE, /* time of issue; text: client, challenge, nonce; flag: they are known */
	YG_MEMO_JTI,
	YG_MEMO_PROOF,
	YG_MEMO_REQUEST_URI,   /* text: client, challenge, nonce */
	YG_MEMO_REQUEST_USED,  /* a request_uri that was answered */
	YG_MEMO_STATE,	       /* text: client, challenge, nonce */
	YG_MEMO_VALUE,	       /* code_challenge, nonce */
	YG_MEMO_CERTIFICATE,   /* text: the client */
	YG_MEMO_PAYLOAD,       /* of a token; text: the signature */
	YG_MEMO_ROTATION,      /* a client; uses: refresh tokens that were changed */
	YG_MEMO_REDIRECT,      /* a client; uses: different redirect URIs */
	YG_MEMO_REDIRECT_URI,  /* a client with a redirect URI */
	YG_MEMO_REDIRECT_BASE, /* the same without its query */
	YG_MEMO_PROVEN,	       /* a service; uses: requests that showed a certificate */
	YG_MEMO_EDGE,	       /* a client and a server; uses: in clear; flag: behind a TLS edge */
	YG_MEMO_AUTHORIZATION, /* an exchange, by yg_hop_id(): an authorization request */
};

#define YG_PRIVILEGED_MAX 4u

#define YG_NAME_CAP \
	32u /* bytes of a folded name with its NUL; none that says something is longer */

/* What the name of a field says. */
#define YG_NAME_KINDS	   0xffu /* kinds of private fields */
#define YG_NAME_PRIVILEGED (1u << 8)
#define YG_NAME_PASSWORD   (1u << 9)
#define YG_NAME_FRESH	   (1u << 10) /* a new password */
#define YG_NAME_PROOF	   (1u << 11) /* the old one, or a second factor */
#define YG_NAME_PATHS	   (1u << 12) /* of an OpenAPI document, as is YG_NAME_VERSION */
#define YG_NAME_VERSION	   (1u << 13)
#define YG_NAME_SCHEMA	   (1u << 14) /* of a GraphQL schema, as is YG_NAME_TYPES */
#define YG_NAME_TYPES	   (1u << 15)
#define YG_NAME_MAIL	   (1u << 16) /* a mail address */
#define YG_NAME_NEW_MAIL   (1u << 17)
#define YG_NAME_HASH	   (1u << 18) /* of a password */
#define YG_NAME_OWNED	   (1u << 19) /* what a server sets itself */
#define YG_TELLING_MAX	   8u
#define YG_TELLING_SHIFT   20u
#define YG_NAME_TELLING(i) (1u << (YG_TELLING_SHIFT + (i))) /* more than a caller should know */

/* What the bodies of the exchange in hand have shown. */
struct yg_shown {
	bool whole;	/* it is a lesson: all of this is asked for, else only set and URLs */
	bool any;	/* there were values to show: an accepted answer in JSON */
	uint32_t kinds; /* of private fields that are filled */
	bool password, hash;
	uint64_t sent[YG_PRIVILEGED_MAX]; /* name and value of privileged fields of the request */
	uint32_t sent_count;
	struct yg_slice set[YG_PRIVILEGED_MAX]; /* names of members that servers set; borrowed */
	uint32_t set_count;
	bool outer_url;	       /* the request holds a URL of the Internet */
	struct yg_slice inner; /* host of a URL of it that is not, in inner_text; absent: none */
	struct yg_slice inner_name; /* of its value; borrowed, or in inner_number */
	char inner_number[YG_BINARY_NUMBER_CAP];
	char inner_text[64];
	uint32_t telling; /* bits of YG_NAME_TELLING(), shifted down */
	uint64_t names;	  /* bits of the fields of the answer, by hash */
	bool taken;
	bool paths, version;	/* members of an OpenAPI document */
	bool schema, types;	/* of a GraphQL schema */
	bool changes, confirms; /* a new password was sent; the old one or a second factor */
	bool mail, new_mail;	/* a mail address was sent; one that is called new */
};

/* Active content of the answer in hand; kind MAX: none. */
struct yg_injection {
	enum yg_active kind;
	uint32_t values; /* of the field, before this one; 0: that does not count */
	bool lower;
	char path[YG_SCHEMA_PATH_CAP];
	char sample[YG_ACTIVE_SAMPLE_CAP];
};

/* What the answer of a third party has shown, see posture_inject.c. */
struct yg_injected {
	bool looked; /* all else is of the exchange in hand */
	bool open;   /* the endpoint has such a finding */
	bool ends_early;
	uint64_t endpoint;
	uint32_t number; /* of the answer */
	uint32_t values;
	struct yg_injection code, url;
	char text[YG_ACTIVE_TEXT_MAX];
};

#define YG_POSTURE_NAMES 512u /* names of fields that are remembered */

/* A name that was seen lately, and what it says. The next one of its place takes it. */
struct yg_named {
	uint32_t traits;
	uint8_t len;
	char name[35];
};

struct yg_fault; /* row of the table of findings */
struct yg_described;
struct yg_params;

struct yg_posture {
	struct yg_posture_options options;
	uint8_t profile; /* YG_FAPI_B ... of options.fapi; 0 off */
	yg_posture_fn fn;
	void *ctx;
	struct yg_place *endpoints;	/* [endpoints_max] */
	struct yg_described *described; /* [endpoints_max], see posture_spec.c */
	struct yg_lru *services;	/* struct yg_place */
	struct yg_lru *faults;		/* struct yg_fault */
	struct yg_lru *tokens;		/* struct yg_token_row */
	struct yg_lru *memos;		/* struct yg_memo */
	struct yg_lru *objects;		/* struct yg_posture_object, see posture_object.c */
	struct yg_lru *fields;		/* struct yg_party_field, see posture_inject.c */
	struct yg_actives *actives;
	struct yg_keys *keys;
	struct yg_shown shown;
	struct yg_injected injected;
	struct yg_named named[YG_POSTURE_NAMES];
	struct yg_jose jose;		   /* of the token in hand */
	struct yg_jose other;		   /* of an assertion, a proof, an id token */
	struct yg_params *params, *answer; /* of FAPI, for the exchange in hand */
	uint64_t opened, resolved, reopened, judged;
};

/* Does the caller speak to this host itself? See yg_look_is_direct(). */
enum yg_directness { YG_DIRECTNESS_UNASKED, YG_DIRECTNESS_DIRECT, YG_DIRECTNESS_HOP };

/* One exchange, as the checks see it. */
struct yg_look {
	struct yg_posture *posture;
	const struct yg_scene *scene;
	struct yg_slice service;
	struct yg_place *endpoint; /* NULL: not in the inventory */
	struct yg_place *whole;	   /* the service */
	const struct yg_endpoint *about;
	uint64_t time_ns;
	uint16_t status;
	bool accepted;	 /* 2xx */
	bool redirected; /* 302, 303, 307 */
	bool full;	 /* of the sample: heads and bodies are judged */
	bool headed;	 /* heads are read */
	bool credential; /* the request carries one that we know */
	bool login;	 /* a POST to where callers show who they are */
	enum yg_directness directness;
	bool lower; /* the next fault weighs one step less than its rule says */
	enum yg_part part;
	struct yg_slice method;
	struct yg_heads heads;
	struct yg_token_row *token; /* of the Authorization field; NULL none */
	uint64_t hop;		    /* of the server: one request is seen at every hop */
	size_t label_len;	    /* of label; 0 none */
	char label[256];	    /* a place that is not in the inventory: "GET /authorize" */
};

/**
 * yg_judge() - a check could judge: is it a fault?
 * @format: what was seen, for the cause; only read when @fault. Holds no secret.
 */
__attribute__((format(printf, 4, 5))) void
yg_judge(struct yg_look *look, enum yg_posture_rule_id id, bool fault, const char *format, ...);

/* Is the rule one of the profile in force? Checks that cost ask before they work. */
bool yg_judges(const struct yg_look *look, enum yg_posture_rule_id id);

/* Keyed hash of a secret or a name; never 0. */
uint64_t yg_posture_hash(const struct yg_posture *posture, struct yg_slice text);

/*
 * The memo of a value at the server in hand, so that the hop behind a proxy is no second use.
 * @ret_fresh: it was not known; may be NULL. Never NULL.
 */
struct yg_memo *yg_posture_memo(struct yg_look *look, enum yg_memo_kind kind, struct yg_slice value,
				bool *ret_fresh);
struct yg_memo *yg_posture_recall(struct yg_look *look, enum yg_memo_kind kind,
				  struct yg_slice value); /* NULL: not known */

/* Hashes of the words of a scope that give rights, the first ones; unused ones are 0. */
void yg_posture_scopes(const struct yg_posture *posture, struct yg_slice scope, uint32_t *ret);

/* The service by name, and the place of look->label within its service. Never NULL. */
struct yg_place *yg_posture_service(struct yg_posture *posture, struct yg_slice service);
struct yg_place *yg_posture_place(const struct yg_look *look);

/* The row of an endpoint with an index in the table; begun if it is another's. */
struct yg_place *yg_posture_place_of(struct yg_posture *posture,
				     const struct yg_endpoint *endpoint);
/* The same, or NULL: nothing is known of it. */
const struct yg_place *yg_posture_known_place(const struct yg_posture *posture,
					      const struct yg_endpoint *endpoint);
/* Set what @look is about: an endpoint of the inventory, and its service. */
void yg_posture_place_endpoint(struct yg_look *look, const struct yg_endpoint *endpoint);

/* Undo the escapes of a form: '+' is a blank and "%3A" a colon; cut at @cap. */
struct yg_slice yg_posture_decode(struct yg_slice text, char *ret, size_t cap);

/* Take the keys of a JWKS answer. */
void yg_posture_learn_keys(struct yg_look *look);

/* Value of a parameter of a query or a form body, percent-decoded. @ret_text: [cap]. */
struct yg_slice yg_posture_parameter(struct yg_slice query, const char *name, char *ret_text,
				     size_t cap);

/* A member of the top object of a JSON body: strings as sent, numbers as text; absent: none. */
struct yg_slice yg_posture_member(struct yg_slice json, const char *name);

/* Read what the heads say, once. */
void yg_look_need_heads(struct yg_look *look);

/* Decode the token of the Authorization field, or find it decoded. */
void yg_look_token(struct yg_look *look);

/*
 * Did the caller's own connection reach this host, so that its TLS, or the want of it, is what the
 * caller uses? Asked of requests that were accepted and carry something worth keeping secret.
 */
bool yg_look_is_direct(struct yg_look *look);

/* RFC 1918, RFC 6598, link-local, fc00::/7; loopback not among them. */
bool yg_address_is_private(const struct yg_address *addr);

/* What documents say of endpoints. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_posture_open_specs(struct yg_posture *posture);

/* Fields of third parties, and what is looked for in them. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_posture_open_fields(struct yg_posture *posture);

/* A value of a request: is it a URL? */
void yg_posture_take_url(struct yg_posture *posture, const struct yg_value *value);

/* Objects as endpoints answer them. Return: 0; -ENOMEM. */
YG_MUST_CHECK int yg_posture_open_objects(struct yg_posture *posture);

/*
 * Lower case without '_' and '-': "First_Name" is "firstname". @ret: [YG_NAME_CAP].
 * Return: false if nothing is left, or too much.
 */
bool yg_posture_fold_name(struct yg_slice name, char *ret);

/* YG_NAME_* bits. @hash: yg_hash_quick() of @name. Few names make up most: they are read once. */
uint32_t yg_posture_name_traits(struct yg_posture *posture, struct yg_slice name, uint64_t hash);

/* Can every name that says something be found? For an assert(). */
bool yg_posture_names_are_sorted(void);

/* Is there such a finding about the place now? */
bool yg_posture_is_open(const struct yg_posture *posture, enum yg_posture_rule_id id,
			uint64_t place);

/* The answer of a third party: is it looked at, and one value of it. */
uint32_t yg_posture_wants_party(struct yg_posture *posture, const struct yg_exchange *exchange,
				struct yg_bodies *bodies, const struct yg_endpoint *endpoint);
void yg_posture_visit_party(struct yg_posture *posture, const struct yg_value *value);

/* Does a document say that the endpoint is deprecated? */
bool yg_posture_is_deprecated(const struct yg_look *look);

/* The checks, in the order they run. */
void yg_posture_check_credentials(struct yg_look *look);
void yg_posture_check_tokens(struct yg_look *look);
void yg_posture_check_heads(struct yg_look *look);
void yg_posture_check_bodies(struct yg_look *look);
void yg_posture_check_data(struct yg_look *look);
void yg_posture_check_objects(struct yg_look *look);
void yg_posture_check_urls(struct yg_look *look);
void yg_posture_check_sensitive(struct yg_look *look);
void yg_posture_check_spec(struct yg_look *look);
void yg_posture_check_reach(struct yg_look *look);
void yg_posture_check_outbound(struct yg_look *look);
void yg_posture_check_drift(struct yg_look *look);
void yg_posture_check_injected(struct yg_look *look); /* of an outbound one, with its endpoint */
void yg_fapi_check(struct yg_look *look);
void yg_fapi_check_token(struct yg_look *look);
void yg_fapi_check_resource(struct yg_look *look);
void yg_fapi_check_metadata(struct yg_look *look);

/* Does @text hold @part (lower case), ASCII case ignored? */
bool yg_text_has(struct yg_slice text, const char *part);
bool yg_text_has_any(struct yg_slice text, const char *const *parts, size_t count);
bool yg_text_begins(struct yg_slice text, const char *part);
