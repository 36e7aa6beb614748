/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Active content in a text: what somebody who takes the text for data may come to carry out.
 *
 *	text -> one pass of a multi-pattern matcher (literal.h) -> code around each hit -> sights
 *
 * Words alone are none: prose speaks of SQL, of shells and of scripts. A hit counts if what stands
 * around it is what an attack needs: a quote that is broken out of before UNION SELECT, a command
 * with an argument behind a separator, an expression between the braces of a template, an attribute
 * that handles an event within a tag.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/macros.h"
#include "core/slice.h"

#define YG_ACTIVE_TEXT_MAX   8192u /* bytes of one text that are looked at */
#define YG_ACTIVE_SAMPLE_CAP 48u   /* bytes of a masked sample with its NUL */

enum yg_active {
	YG_ACTIVE_MARKUP,    /* HTML that does nothing: <p>, <br>, <img src> */
	YG_ACTIVE_SCRIPT,    /* <script>, event handlers, javascript:, frames */
	YG_ACTIVE_SQL,	     /* ' OR '1'='1, UNION SELECT, '; DROP TABLE */
	YG_ACTIVE_SHELL,     /* ; cat /etc/passwd, $(id), | nc 192.0.2.1 4444 */
	YG_ACTIVE_TRAVERSAL, /* ../../../etc/passwd */
	YG_ACTIVE_TEMPLATE,  /* {{7*7}}, ${T(java.lang.Runtime)} */
	YG_ACTIVE_LOOKUP,    /* ${jndi:ldap://...} */
	YG_ACTIVE_PROTOTYPE, /* __proto__, constructor.prototype */
	YG_ACTIVE_ENTITY,    /* <!ENTITY x SYSTEM "file:///...">, xi:include */
	YG_ACTIVE_SCHEME,    /* a URL of gopher:, dict:, php: ... */
	YG_ACTIVE_FILE,	     /* a URL of file: */
	YG_ACTIVE_INTERNAL,  /* a URL of a host that only this side can reach */
	YG_ACTIVE_METADATA,  /* of these, where clouds hand out credentials */
	YG_ACTIVE_PROMPT,    /* orders to a language model, or text that nobody sees */
	YG_ACTIVE_MAX
};

#define YG_ACTIVE_BIT(kind) (1u << (kind))

/* "SQL", "script" ...; literal. */
const char *yg_active_name(enum yg_active kind);

/* What one text holds. */
struct yg_active_sight {
	uint32_t kinds;	 /* YG_ACTIVE_BIT()s */
	bool public_url; /* it is a URL of a host of the Internet */
	char samples[YG_ACTIVE_MAX][YG_ACTIVE_SAMPLE_CAP]; /* of each kind; masked */
};

struct yg_actives;

/* Return: 0; -ENOMEM. Context: before the sandbox, as yg_literals_new(). */
YG_MUST_CHECK int yg_actives_new(struct yg_actives **ret);
void yg_actives_free(struct yg_actives **actives); /* accepts NULL inside */

/**
 * yg_actives_examine() - all that is in one text, escapes undone.
 * @ret: written whole; samples only of the kinds that are there.
 *
 * O(bytes of the text, hits times 200); allocates nothing.
 */
void yg_actives_examine(const struct yg_actives *actives, struct yg_slice text,
			struct yg_active_sight *ret);

/* The same of the name of a member; @parent: of the object that it is in; may be absent. */
bool yg_active_is_prototype(struct yg_slice parent, struct yg_slice name);

/*
 * What kind of host a URL or its authority names: YG_ACTIVE_INTERNAL, _METADATA, or _MAX for one of
 * the Internet. @host: without port and brackets. Numbers in any base are read as inet_aton() does.
 */
enum yg_active yg_active_host(struct yg_slice host);
