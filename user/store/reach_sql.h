/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How endpoints are reached, as pieces of the statement that lists them: by the relations that lead
 * to a row of "endpoints", up to three steps back. Private to schema.c.
 */
#pragma once

/* clang-format off */
#define YG_SQL_UP                                                                              \
	"WITH RECURSIVE up(id, depth) AS (SELECT from_id, 1 FROM relations"                    \
	" WHERE into_id=endpoints.id AND from_id NOT IN (0, into_id) UNION"                    \
	" SELECT r.from_id, up.depth+1 FROM up JOIN relations AS r ON r.into_id=up.id"         \
	" WHERE r.from_id NOT IN (0, r.into_id) AND up.depth<3) "

#define YG_SQL_HAS_LABEL(row, name) "instr(" row ".labels,'\"" name "\"')>0"

/* Endpoints that lead to it, the nearest first, and what stands before its path there. */
#define YG_SQL_REACHED                                                                         \
	"(" YG_SQL_UP "SELECT json_group_array(json_object('id', printf('%016llx', u.id),"     \
	" 'method', e.method, 'service', e.service, 'template', e.template,"                   \
	" 'tls', json(iif(e.tls_requests>0, 'true', 'false')),"                                \
	" 'external', json(iif(" YG_SQL_HAS_LABEL("e", "external") ", 'true', 'false')),"      \
	" 'base_path', iif(length(e.template)>length(endpoints.template)"                      \
	" AND substr(e.template,-length(endpoints.template))=endpoints.template,"              \
	" substr(e.template,1,length(e.template)-length(endpoints.template)), ''),"            \
	" 'outside', json(e.outside))) FROM (SELECT id, min(depth) AS depth FROM up"           \
	" WHERE id<>endpoints.id GROUP BY id ORDER BY 2, 1 LIMIT 8) AS u"                      \
	" JOIN endpoints AS e ON e.id=u.id)"

/* Who can ask it: see struct yg_store_filter. */
#define YG_SQL_EXPOSURE                                                                        \
	"CASE WHEN " YG_SQL_HAS_LABEL("endpoints", "external") " THEN 'external'"              \
	" WHEN EXISTS(" YG_SQL_UP "SELECT 1 FROM up JOIN endpoints AS e ON e.id=up.id"         \
	" WHERE " YG_SQL_HAS_LABEL("e", "external") ") THEN 'relayed'"                         \
	" WHEN " YG_SQL_HAS_LABEL("endpoints", "internal")                                     \
	" OR " YG_SQL_HAS_LABEL("endpoints", "upstream") " THEN 'internal'"                    \
	" WHEN " YG_SQL_HAS_LABEL("endpoints", "third-party") " THEN 'outbound'"               \
	" ELSE 'unknown' END"

/* An outside address without its scheme. */
#define YG_SQL_BARE "replace(replace(value,'https://',''),'http://','')"

/* Is ?14 the host of the endpoint @row, inside or outside, at any port? */
#define YG_SQL_HAS_HOST(row)                                                                   \
	"(" row ".service=lower(?14)"                                                          \
	" OR substr(" row ".service,1,length(?14)+1)=lower(?14)||':'"                          \
	" OR EXISTS(SELECT 1 FROM json_each(" row ".outside)"                                  \
	" WHERE instr(" YG_SQL_BARE "||'/',lower(?14)||'/')=1"                                 \
	" OR instr(" YG_SQL_BARE ",lower(?14)||':')=1))"

/* ?14 host, ?15 text, ?16 exposure, ?17 credential; "" asks for nothing. */
#define YG_SQL_REACH_FILTER                                                                    \
	" AND (?14='' OR " YG_SQL_HAS_HOST("endpoints")                                        \
	" OR EXISTS(" YG_SQL_UP "SELECT 1 FROM up JOIN endpoints AS e ON e.id=up.id"           \
	" WHERE " YG_SQL_HAS_HOST("e") "))"                                                    \
	" AND (?15='' OR instr(lower(method||' '||service||template||' '||outside||' '"        \
	"||servers), lower(?15))>0)"                                                           \
	" AND (?16='' OR ?16=" YG_SQL_EXPOSURE ")"                                             \
	" AND (?17='' OR instr(auth,'\"'||?17||'\"')>0)"
/* clang-format on */
