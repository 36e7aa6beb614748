/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/schema.h"

#include "store/reach_sql.h"

/*
 * A step, once released, never changes: the next change is the next step. Columns are the fields of
 * feed.h, in their order; what a table has beyond them stands last.
 */
static const char *const main_migrations[] = {
	"CREATE TABLE endpoints("
	"id INTEGER PRIMARY KEY, service TEXT NOT NULL,"
	"method TEXT NOT NULL, template TEXT NOT NULL,"
	"protocols TEXT NOT NULL, first_seen INTEGER NOT NULL,"
	"last_seen INTEGER NOT NULL, requests INTEGER NOT NULL,"
	"callers INTEGER NOT NULL, request_bytes INTEGER NOT NULL,"
	"response_bytes INTEGER NOT NULL,"
	"tls_requests INTEGER NOT NULL, confirmed INTEGER NOT NULL,"
	"status TEXT NOT NULL, auth TEXT NOT NULL,"
	"labels TEXT NOT NULL"
	");"
	"CREATE INDEX endpoints_seen ON endpoints(last_seen);"
	"CREATE TABLE callers("
	"caller TEXT PRIMARY KEY NOT NULL, app TEXT NOT NULL,"
	"client TEXT, first_seen INTEGER NOT NULL,"
	"last_seen INTEGER NOT NULL, requests INTEGER NOT NULL,"
	"errors INTEGER NOT NULL, clients INTEGER NOT NULL,"
	"endpoints INTEGER NOT NULL, findings INTEGER NOT NULL"
	") WITHOUT ROWID;"
	"CREATE INDEX callers_seen ON callers(last_seen);"
	"CREATE TABLE findings("
	"id INTEGER PRIMARY KEY, rule TEXT NOT NULL,"
	"owasp TEXT NOT NULL, pci TEXT NOT NULL,"
	"severity TEXT NOT NULL, first_seen INTEGER NOT NULL,"
	"time INTEGER NOT NULL, repeats INTEGER NOT NULL,"
	"service TEXT NOT NULL, endpoint TEXT NOT NULL,"
	"caller TEXT NOT NULL, client TEXT,"
	"client_blockable INTEGER NOT NULL, title TEXT NOT NULL,"
	"cause TEXT NOT NULL, effect TEXT NOT NULL,"
	"evidence TEXT NOT NULL, remediation TEXT NOT NULL,"
	"action TEXT NOT NULL, result TEXT NOT NULL,"
	"status TEXT NOT NULL DEFAULT 'open', decided_by TEXT NOT NULL DEFAULT '',"
	"decided INTEGER NOT NULL DEFAULT 0"
	");"
	"CREATE INDEX findings_time ON findings(time);"
	"CREATE TABLE state(kind INTEGER NOT NULL, id INTEGER NOT NULL, part INTEGER NOT NULL,"
	"parts INTEGER NOT NULL, data BLOB NOT NULL);"
	"CREATE UNIQUE INDEX state_key ON state(kind, id, part);"
	"CREATE TABLE minutes(minute INTEGER NOT NULL, endpoint INTEGER NOT NULL,"
	"cell BLOB NOT NULL);"
	"CREATE INDEX minutes_key ON minutes(minute, endpoint);"
	"CREATE TABLE hours(endpoint INTEGER NOT NULL, hour INTEGER NOT NULL,"
	"cells INTEGER NOT NULL, block BLOB NOT NULL);"
	"CREATE UNIQUE INDEX hours_key ON hours(endpoint, hour);"
	"CREATE INDEX hours_hour ON hours(hour);"
	"CREATE TABLE blocks(prefix TEXT PRIMARY KEY NOT NULL, reason TEXT NOT NULL,"
	"who TEXT NOT NULL, finding INTEGER NOT NULL, placed INTEGER NOT NULL,"
	"expires INTEGER NOT NULL);"
	"CREATE TABLE audit(time INTEGER NOT NULL, uid INTEGER NOT NULL, action TEXT NOT NULL,"
	"object TEXT NOT NULL, result TEXT NOT NULL);"
	"CREATE INDEX audit_time ON audit(time);",
	"ALTER TABLE findings ADD COLUMN kind TEXT NOT NULL DEFAULT 'attack';"
	"ALTER TABLE findings ADD COLUMN state TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE findings ADD COLUMN state_changed INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE findings ADD COLUMN title_ja TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE findings ADD COLUMN effect_ja TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE findings ADD COLUMN remediation_ja TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE findings ADD COLUMN source TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX findings_kind ON findings(kind, time);",
	"CREATE TABLE relations(from_id INTEGER NOT NULL, into_id INTEGER NOT NULL,"
	"kind TEXT NOT NULL, requests INTEGER NOT NULL, first_seen INTEGER NOT NULL,"
	"last_seen INTEGER NOT NULL, PRIMARY KEY(from_id, into_id)) WITHOUT ROWID;"
	"CREATE INDEX relations_into ON relations(into_id);",
	"CREATE TABLE data_fields(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,"
	"class TEXT NOT NULL, \"in\" TEXT NOT NULL, at TEXT NOT NULL, field TEXT NOT NULL,"
	"confidence TEXT NOT NULL, sample TEXT NOT NULL, \"values\" INTEGER NOT NULL,"
	"\"distinct\" INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL);"
	"CREATE INDEX data_fields_endpoint ON data_fields(endpoint);",
	"ALTER TABLE endpoints ADD COLUMN label_reasons TEXT NOT NULL DEFAULT '{}';"
	"ALTER TABLE endpoints ADD COLUMN risk INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE endpoints ADD COLUMN risk_reasons TEXT NOT NULL DEFAULT '{}';"
	/* The highest of each hour; endpoint 0: of the whole. */
	"CREATE TABLE risks(endpoint INTEGER NOT NULL, hour INTEGER NOT NULL,"
	"risk INTEGER NOT NULL, PRIMARY KEY(endpoint, hour)) WITHOUT ROWID;"
	"CREATE INDEX risks_hour ON risks(hour);",
	"CREATE TABLE third_parties(host TEXT PRIMARY KEY NOT NULL,"
	"first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, requests INTEGER NOT NULL,"
	"clear INTEGER NOT NULL, failed INTEGER NOT NULL, request_bytes INTEGER NOT NULL,"
	"response_bytes INTEGER NOT NULL, latency_us INTEGER NOT NULL,"
	"latency_max_us INTEGER NOT NULL, server TEXT, processes INTEGER NOT NULL,"
	"tls_version TEXT NOT NULL, issuers TEXT NOT NULL, issuer_changed INTEGER NOT NULL,"
	"redirects INTEGER NOT NULL, redirect TEXT NOT NULL, content_type TEXT NOT NULL,"
	"other_types INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX third_parties_seen ON third_parties(last_seen);",
	"CREATE TABLE talks(id INTEGER PRIMARY KEY, sockets INTEGER NOT NULL,"
	"ended INTEGER NOT NULL, lost INTEGER NOT NULL, seconds INTEGER NOT NULL,"
	"first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
	"client_messages INTEGER NOT NULL, client_text INTEGER NOT NULL,"
	"client_binary INTEGER NOT NULL, client_compressed INTEGER NOT NULL,"
	"client_control INTEGER NOT NULL, client_bytes INTEGER NOT NULL,"
	"client_largest INTEGER NOT NULL, client_sample TEXT NOT NULL,"
	"server_messages INTEGER NOT NULL, server_text INTEGER NOT NULL,"
	"server_binary INTEGER NOT NULL, server_compressed INTEGER NOT NULL,"
	"server_control INTEGER NOT NULL, server_bytes INTEGER NOT NULL,"
	"server_largest INTEGER NOT NULL, server_sample TEXT NOT NULL);"
	"CREATE INDEX talks_seen ON talks(last_seen);",
	"CREATE TABLE takes(id INTEGER PRIMARY KEY, caller TEXT NOT NULL, service TEXT NOT NULL,"
	"class TEXT NOT NULL, day INTEGER NOT NULL, \"distinct\" INTEGER NOT NULL,"
	"records INTEGER NOT NULL, before INTEGER NOT NULL, first_seen INTEGER NOT NULL,"
	"last_seen INTEGER NOT NULL);"
	"CREATE INDEX takes_caller ON takes(caller, day);"
	"CREATE INDEX takes_seen ON takes(last_seen);",
	("ALTER TABLE callers ADD COLUMN ja4s INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE callers ADD COLUMN ja4 TEXT NOT NULL DEFAULT '';"),
	("ALTER TABLE endpoints ADD COLUMN outside TEXT NOT NULL DEFAULT '[]';"
	 "ALTER TABLE endpoints ADD COLUMN servers TEXT NOT NULL DEFAULT '[]';"),
	("ALTER TABLE endpoints ADD COLUMN outcomes TEXT NOT NULL DEFAULT '{}';"
	 "ALTER TABLE endpoints ADD COLUMN tokens_in INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE endpoints ADD COLUMN tokens_out INTEGER NOT NULL DEFAULT 0;"),
	("ALTER TABLE talks ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;"
	 "ALTER TABLE talks ADD COLUMN others INTEGER NOT NULL DEFAULT 0;"
	 "CREATE TABLE calls(id INTEGER PRIMARY KEY, endpoint INTEGER NOT NULL,"
	 "operation TEXT NOT NULL, protocol TEXT NOT NULL, said_by TEXT NOT NULL,"
	 "messages INTEGER NOT NULL, answers INTEGER NOT NULL, outcomes TEXT NOT NULL,"
	 "first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL);"
	 "CREATE INDEX calls_endpoint ON calls(endpoint);"
	 "CREATE INDEX calls_seen ON calls(last_seen);"),
};

static const char *const day_migrations[] = {
	"CREATE TABLE samples("
	"time INTEGER NOT NULL, endpoint INTEGER NOT NULL,"
	"client TEXT, client_port INTEGER NOT NULL, server TEXT,"
	"server_port INTEGER NOT NULL, caller TEXT NOT NULL,"
	"method TEXT NOT NULL, target TEXT NOT NULL,"
	"status INTEGER NOT NULL, protocol TEXT NOT NULL,"
	"tls INTEGER NOT NULL, request_bytes INTEGER NOT NULL,"
	"response_bytes INTEGER NOT NULL,"
	"latency_us INTEGER NOT NULL"
	");"
	"CREATE INDEX samples_endpoint ON samples(endpoint, time);",
	"ALTER TABLE samples ADD COLUMN sampled REAL NOT NULL DEFAULT 1;",
	"ALTER TABLE samples ADD COLUMN id INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE samples ADD COLUMN parent INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE samples ADD COLUMN side TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE samples ADD COLUMN ja4 TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE samples ADD COLUMN sni TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE samples ADD COLUMN tls_version TEXT NOT NULL DEFAULT '';"
	"CREATE INDEX samples_id ON samples(id);",
	("ALTER TABLE samples ADD COLUMN alpn TEXT NOT NULL DEFAULT '[]';"
	 "ALTER TABLE samples ADD COLUMN chosen_alpn TEXT NOT NULL DEFAULT '';"),
	"ALTER TABLE samples ADD COLUMN service_from TEXT NOT NULL DEFAULT '';",
};

/* Of the ten riskiest; the same as yg_risk_top_score(). */
#define RISK_OF_ALL                                                           \
	"CAST(max(risk)+(100.0-max(risk))*(sum(risk)-max(risk))/3000+0.5 AS " \
	"INTEGER)"

#define SEVERITY_RANK(value)                                                        \
	"CASE " value " WHEN 'info' THEN 0 WHEN 'low' THEN 1 WHEN 'medium' THEN 2 " \
	"WHEN 'high' THEN 3 WHEN 'critical' THEN 4 ELSE -1 END"

#define RELATION_MERGE                                                     \
	" ON CONFLICT(from_id, into_id) DO UPDATE SET kind=excluded.kind," \
	" requests=requests+excluded.requests,"                            \
	" first_seen=min(first_seen, excluded.first_seen),"                \
	" last_seen=max(last_seen, excluded.last_seen)"

/* The surest first. Those of an endpoint are at most YG_DATA_FIELDS_MAX. */
#define DATA_OF_ENDPOINT                                                                     \
	"(SELECT json_group_array(json_object('class', class, 'in', \"in\", 'field', field," \
	" 'confidence', confidence, 'at', at, 'values', \"values\", 'distinct',"             \
	" \"distinct\", 'sample', sample)) FROM (SELECT * FROM data_fields"                  \
	" WHERE endpoint=endpoints.id ORDER BY instr('confirmed likely possible',"           \
	" confidence), class, field, id)) AS data"

/* What a caller was given on the last day that it was given anything; the most first. */
#define LAST_DAY_OF_CALLER "(SELECT max(day) FROM takes WHERE takes.caller=callers.caller)"
#define TAKEN_BY_CALLER                                                                       \
	"(SELECT json_group_array(json_object('class', class, 'service', service, 'day',"     \
	" date(day/1000000000, 'unixepoch'), 'distinct', \"distinct\", 'records', records,"   \
	" 'before', before)) FROM (SELECT * FROM takes WHERE takes.caller=callers.caller AND" \
	" day=" LAST_DAY_OF_CALLER                                                            \
	" ORDER BY \"distinct\" DESC, class, service LIMIT 20)) AS data"

/* Relations with the rows of both ends, by service, kind, time and text. */
#define RELATION_ENDS                                                                         \
	" relations AS r LEFT JOIN endpoints AS f ON f.id=r.from_id"                          \
	" LEFT JOIN endpoints AS i ON i.id=r.into_id"                                         \
	" WHERE (?1='' OR f.service=?1 OR i.service=?1) AND (?2='' OR r.kind=?2)"             \
	" AND r.last_seen>=?3 AND (?4='' OR instr(coalesce(f.service || f.template, ''), ?4)" \
	" OR instr(coalesce(i.service || i.template, ''), ?4))"

/* Classes that requests carry, of the endpoints that follow. */
#define DATA_SENT_TO                                                    \
	"SELECT DISTINCT class FROM data_fields WHERE \"in\"='request'" \
	" AND confidence<>'possible'"

#define TALK_SIDE(side)                                                                           \
	"json_object('messages', " side "_messages, 'text', " side "_text, 'binary', " side       \
	"_binary, 'compressed', " side "_compressed, 'control', " side "_control, 'bytes', " side \
	"_bytes, 'largest', " side "_largest, 'sample', " side "_sample)"

/* The most used first; at most YG_TALK_CALLS_MAX. */
#define CALLS_OF_ENDPOINT                                                                    \
	"(SELECT json_group_array(json_object('operation', operation, 'protocol', protocol," \
	" 'said_by', said_by, 'messages', messages, 'answers', answers, 'outcomes',"         \
	" json(outcomes))) FROM (SELECT * FROM calls WHERE endpoint=talks.id"                \
	" ORDER BY messages DESC, operation, said_by))"

#define TALK_OF_ENDPOINT                                                                           \
	"(SELECT json_object('sockets', sockets, 'open', sockets-ended, 'lost', lost,"             \
	" 'seconds', seconds, 'from_client', " TALK_SIDE("client") ", 'from_server', " TALK_SIDE(  \
		"server") ", 'looked', looked, 'others', others, 'operations', " CALLS_OF_ENDPOINT \
			  ") FROM talks WHERE talks.id=endpoints.id)"

#define OF_PARTY "(service=host OR substr(service,1,length(host)+1)=host||':')"

/*
 * A text that begins with FROM or a comma follows the columns of a schema: see yg_list_statement().
 * Those without a text are made from a schema as a whole.
 */
static const char *const main_texts[YG_SQL_MAX] = {
	[YG_SQL_ENDPOINT_LIST] =
		", " DATA_OF_ENDPOINT ", " TALK_OF_ENDPOINT ", " YG_SQL_REACHED ", " YG_SQL_EXPOSURE
		" FROM endpoints WHERE (?1=0 OR id=?2) AND (?3='' OR service=?3)"
		" AND (?4='' OR method=?4) AND (?5='' OR instr(template,?5)>0) AND last_seen>=?6"
		" AND (?10='' OR id IN (SELECT endpoint FROM data_fields WHERE class=?10"
		" OR substr(class,1,length(?10)+1)=?10||'-'))"
		" AND (?11='' OR instr(labels,'\"' || ?11 || '\"')>0) AND risk>=?12"
		" AND first_seen>=?13" YG_SQL_REACH_FILTER
		" ORDER BY CASE ?7 WHEN 1 THEN -requests WHEN 2 THEN -risk WHEN 3 THEN -last_seen"
		" END, service, template, method"
		" LIMIT ?8 OFFSET ?9",
	/* Endpoints of the host at any port: which are asked, by whom, and what is sent there. */
	[YG_SQL_PARTY_LIST] =
		", (SELECT json_group_array(method || ' ' || template) FROM (SELECT method,"
		" template FROM endpoints WHERE " OF_PARTY " ORDER BY requests DESC LIMIT 20)),"
		" (SELECT json_group_array(DISTINCT class) FROM data_fields WHERE \"in\"='request'"
		" AND confidence<>'possible' AND endpoint IN (SELECT id FROM endpoints WHERE"
		" " OF_PARTY ")), (SELECT json_group_array(name) FROM (SELECT DISTINCT"
		" f.method || ' ' || f.service || f.template AS name FROM relations AS r JOIN"
		" endpoints AS f ON f.id=r.from_id WHERE r.into_id IN (SELECT id FROM endpoints"
		" WHERE " OF_PARTY ") LIMIT 20)), coalesce((SELECT max(risk) FROM endpoints WHERE"
		" " OF_PARTY "), 0) FROM third_parties WHERE (?1='' OR instr(host,?1)>0)"
		" AND last_seen>=?2 ORDER BY requests DESC, host LIMIT ?3 OFFSET ?4",
	[YG_SQL_PARTY_COUNT] = "SELECT count(*) FROM third_parties",
	[YG_SQL_RISK_WHOLE] = "SELECT " RISK_OF_ALL " FROM"
			      " (SELECT risk FROM endpoints ORDER BY risk DESC LIMIT 10)",
	[YG_SQL_RISK_KEEP] =
		"INSERT INTO risks SELECT id, ?1, risk FROM endpoints WHERE last_seen>=?2 AND risk>0"
		" UNION ALL SELECT 0, ?1, ?3 WHERE ?3>0"
		" ON CONFLICT(endpoint, hour) DO UPDATE SET risk=max(risk, excluded.risk)",
	[YG_SQL_RISK_SERIES] = "SELECT hour, risk FROM risks WHERE endpoint=?1 AND hour>=?2"
			       " ORDER BY hour",
	[YG_SQL_RISK_DAYS] = "SELECT hour/24*24, max(risk) FROM risks WHERE endpoint=?1 AND"
			     " hour>=?2 GROUP BY hour/24 ORDER BY hour/24",
	[YG_SQL_RISK_SERVICES] =
		"SELECT service, " RISK_OF_ALL " AS score,"
		" max(total) FROM (SELECT service, risk, count(*) OVER (PARTITION BY service) AS"
		" total, row_number() OVER (PARTITION BY service ORDER BY risk DESC) AS place"
		" FROM endpoints WHERE ?2='' OR service=?2) WHERE place<=10 GROUP BY service"
		" ORDER BY score DESC, service LIMIT ?1",
	/* By the endpoints of the service that were used within the hour. */
	[YG_SQL_RISK_OF_SERVICE] =
		"SELECT CASE ?3 WHEN 1 THEN hour/24*24 ELSE hour END AS at, max(score) FROM"
		" (SELECT hour, " RISK_OF_ALL " AS score FROM"
		" (SELECT hour, risks.risk AS risk, row_number() OVER (PARTITION BY hour ORDER BY"
		" risks.risk DESC) AS place FROM risks JOIN endpoints ON id=endpoint"
		" WHERE service=?1 AND hour>=?2) WHERE place<=10 GROUP BY hour)"
		" GROUP BY at ORDER BY at",
	[YG_SQL_CALLER_LIST] =
		", " TAKEN_BY_CALLER
		" FROM callers WHERE (?1='' OR instr(caller,?1)>0 OR client=?1) AND last_seen>=?2"
		" ORDER BY CASE ?3 WHEN 1 THEN -requests WHEN 2 THEN (SELECT -max(\"distinct\")"
		" FROM takes WHERE takes.caller=callers.caller AND day=" LAST_DAY_OF_CALLER
		") END NULLS LAST, last_seen DESC, caller LIMIT ?4 OFFSET ?5",
	[YG_SQL_FINDING_LIST] =
		", status, decided_by, decided FROM findings WHERE (?1=0 OR id=?2)"
		" AND (?3='' OR service=?3) AND (?4='' OR rule=?4) AND (?5='' OR status=?5)"
		" AND (?6='' OR instr(caller,?6)>0 OR client=?6) AND time>=?7"
		" AND (?8='' OR " SEVERITY_RANK("severity") ">=" SEVERITY_RANK(
			"?8") ")"
			      " AND (?11='' OR kind=?11) AND (?12='' OR state=?12 OR"
			      " (?12='unresolved' AND state IN ('open','reopened')))"
			      /* Attacks by time; posture by what is wrong, the worst first. */
			      " ORDER BY CASE WHEN ?11='posture' THEN"
			      " -" SEVERITY_RANK(
				      "severity") " END,"
						  " CASE WHEN ?11='posture' THEN rule END,"
						  " CASE WHEN ?11='posture' THEN service||endpoint END,"
						  " time DESC, id LIMIT ?9 OFFSET ?10",
	[YG_SQL_ENDPOINT_COUNT] = "SELECT count(*) FROM endpoints",
	[YG_SQL_CALLER_COUNT] = "SELECT count(*) FROM callers",
	[YG_SQL_CALLER_RECENT] = "SELECT client FROM callers WHERE last_seen>=?1",
	[YG_SQL_FINDING_COUNT] = "SELECT count(*) FROM findings",
	[YG_SQL_FINDING_OPEN] = "SELECT count(*) FROM findings WHERE status='open'",
	[YG_SQL_ENDPOINT_DROP] = "DELETE FROM endpoints WHERE id=?1",
	[YG_SQL_FINDING_DECIDE] =
		"UPDATE findings SET status=?2, decided_by=?3, decided=?4 WHERE id=?1",
	[YG_SQL_FINDING_CASE] =
		"SELECT client, title, status, client_blockable FROM findings WHERE id=?1",
	[YG_SQL_STATE_PUT] = "INSERT INTO state(kind, id, part, parts, data) VALUES(?1,?2,?3,?4,?5)"
			     " ON CONFLICT(kind, id, part) DO UPDATE SET parts=?4, data=?5",
	[YG_SQL_STATE_TRIM] = "DELETE FROM state WHERE kind=?1 AND id=?2 AND part>=?3",
	/* What was learned of endpoints that are no more: ?1 is YG_BLOB_ENDPOINT and so on. */
	[YG_SQL_STATE_ORPHANS] = "DELETE FROM state WHERE kind IN (?1,?2,?3,?4,?5)"
				 " AND id NOT IN (SELECT id FROM endpoints)",
	/* A blob of which parts are missing is not given back. */
	[YG_SQL_STATE_LIST] = "SELECT kind, id, part, parts, data FROM state AS s WHERE parts ="
			      " (SELECT count(*) FROM state AS p WHERE p.kind=s.kind AND p.id=s.id"
			      " AND p.parts=s.parts) ORDER BY kind, id, part",
	[YG_SQL_STATE_PARTS] = "SELECT data FROM state WHERE kind=?1 AND id=?2 ORDER BY part",
	[YG_SQL_ENDPOINT_IDS] = "SELECT id FROM endpoints WHERE (?1=0 OR id=?1)"
				" AND (?2='' OR service=?2)"
				" ORDER BY service, template, method LIMIT ?3 OFFSET ?4",
	[YG_SQL_MINUTE_PUT] = "INSERT INTO minutes(minute, endpoint, cell) VALUES(?1,?2,?3)",
	[YG_SQL_MINUTE_HOURS] = "SELECT min(minute)/60 FROM minutes WHERE minute<?1",
	[YG_SQL_MINUTE_OF_HOUR] =
		"SELECT endpoint, minute, cell FROM minutes"
		" WHERE minute>=?1*60 AND minute<?1*60+60 ORDER BY endpoint, minute",
	[YG_SQL_MINUTE_TRIM] = "DELETE FROM minutes WHERE minute>=?1*60 AND minute<?1*60+60",
	[YG_SQL_MINUTE_MOVE] = "UPDATE minutes SET endpoint=?2 WHERE endpoint=?1",
	[YG_SQL_MINUTE_SERIES] = "SELECT minute, cell FROM minutes"
				 " WHERE minute>=?2 AND minute<?3 AND endpoint=?1 ORDER BY minute",
	[YG_SQL_HOUR_PUT] = "INSERT INTO hours(endpoint, hour, cells, block) VALUES(?1,?2,?3,?4)"
			    " ON CONFLICT(endpoint, hour) DO UPDATE SET cells=?3, block=?4",
	[YG_SQL_HOUR_FIND] = "SELECT block FROM hours WHERE endpoint=?1 AND hour=?2",
	[YG_SQL_HOUR_SERIES] = "SELECT hour, block FROM hours"
			       " WHERE endpoint=?1 AND hour>=?2 AND hour<=?3 ORDER BY hour",
	[YG_SQL_HOUR_OF_ENDPOINT] = "SELECT hour, block FROM hours WHERE endpoint=?1",
	[YG_SQL_HOUR_DROP_ENDPOINT] = "DELETE FROM hours WHERE endpoint=?1",
	[YG_SQL_BLOCK_PUT] = "INSERT INTO blocks(prefix, reason, who, finding, placed, expires)"
			     " VALUES(?1,?2,?3,?4,?5,?6) ON CONFLICT(prefix) DO UPDATE SET"
			     " reason=?2, who=?3, finding=?4, placed=?5, expires=?6",
	[YG_SQL_BLOCK_REMOVE] = "DELETE FROM blocks WHERE prefix=?1",
	[YG_SQL_BLOCK_FIND] =
		"SELECT prefix, reason, who, finding, placed, expires FROM blocks WHERE prefix=?1",
	[YG_SQL_BLOCK_LIST] = "SELECT prefix, reason, who, finding, placed, expires FROM blocks"
			      " WHERE expires>?1 ORDER BY placed DESC, prefix",
	[YG_SQL_AUDIT_PUT] =
		"INSERT INTO audit(time, uid, action, object, result) VALUES(?1,?2,?3,?4,?5)",
	[YG_SQL_RELATION_PUT] =
		"INSERT INTO relations(from_id, into_id, kind, requests, first_seen, last_seen)"
		" VALUES(?1,?2,?3,?4,?5,?6)" RELATION_MERGE,
	[YG_SQL_RELATION_MOVE] =
		"INSERT INTO relations SELECT CASE from_id WHEN ?1 THEN ?2 ELSE from_id END AS f,"
		" CASE into_id WHEN ?1 THEN ?2 ELSE into_id END AS i, max(kind), sum(requests),"
		" min(first_seen), max(last_seen) FROM relations WHERE from_id=?1 OR into_id=?1"
		" GROUP BY f, i" RELATION_MERGE,
	[YG_SQL_RELATION_DROP] = "DELETE FROM relations WHERE from_id=?1 OR into_id=?1",
	[YG_SQL_TALK_DROP] = "DELETE FROM talks WHERE id=?1",
	[YG_SQL_CALL_DROP] = "DELETE FROM calls WHERE endpoint=?1",
	[YG_SQL_DATA_DROP] = "DELETE FROM data_fields WHERE id=?1",
	[YG_SQL_DATA_DROP_ENDPOINT] = "DELETE FROM data_fields WHERE endpoint=?1",
	[YG_SQL_DATA_COUNT] =
		"SELECT class, \"in\", confidence, count(DISTINCT endpoint), sum(\"values\")"
		" FROM data_fields GROUP BY class, \"in\", confidence",
	/* Where it leads to, three steps far; and what leads to it. */
	[YG_SQL_RELATION_LIST] =
		"WITH RECURSIVE down(id, depth) AS (SELECT ?1, 0 UNION SELECT into_id, depth+1"
		" FROM relations, down WHERE from_id=id AND from_id<>into_id AND depth<2)"
		" SELECT r.kind, r.from_id, r.into_id, r.requests, r.first_seen, r.last_seen,"
		" f.method, f.service, f.template, i.method, i.service, i.template,"
		" coalesce((SELECT min(depth) FROM down WHERE id=r.from_id), -1) AS depth"
		" FROM relations AS r LEFT JOIN endpoints AS f ON f.id=r.from_id"
		" LEFT JOIN endpoints AS i ON i.id=r.into_id"
		" WHERE r.from_id IN (SELECT id FROM down) OR r.into_id=?1"
		" ORDER BY depth, r.requests DESC, r.into_id LIMIT 100",
	/* The whole graph, endpoint by endpoint; and service by service. */
	[YG_SQL_RELATION_ALL] =
		"SELECT r.kind, r.from_id, r.into_id, r.requests, r.first_seen, r.last_seen,"
		" f.method, f.service, f.template, i.method, i.service, i.template,"
		" (SELECT json_group_array(class) FROM (" DATA_SENT_TO " AND endpoint=r.into_id))"
		" FROM" RELATION_ENDS " ORDER BY r.requests DESC, r.from_id, r.into_id"
		" LIMIT ?5 OFFSET ?6",
	[YG_SQL_RELATION_SERVICES] =
		"SELECT r.kind, 0, 0, sum(r.requests) AS asked, min(r.first_seen),"
		" max(r.last_seen), '', f.service, '', '', i.service, '',"
		" (SELECT json_group_array(class) FROM (" DATA_SENT_TO " AND endpoint IN"
		" (SELECT id FROM endpoints WHERE service=i.service)))"
		" FROM" RELATION_ENDS " GROUP BY f.service, i.service, r.kind"
		" ORDER BY asked DESC, f.service, i.service LIMIT ?5 OFFSET ?6",
};

static const char *const day_texts[YG_SQL_DAY_MAX] = {
	[YG_SQL_SAMPLE_LIST] =
		/* NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text in two lines */
	" FROM samples WHERE (?1=0 OR endpoint=?2) AND (?3='' OR method=?3) AND time>=?4"
	" ORDER BY time DESC LIMIT ?5 OFFSET ?6",
	[YG_SQL_SAMPLE_MOVE] = "UPDATE samples SET endpoint=?2 WHERE endpoint=?1",
	[YG_SQL_SAMPLE_LINK] = "UPDATE samples SET parent=?2 WHERE id=?1",
	[YG_SQL_SAMPLE_COUNT] = "SELECT count(*) FROM samples",
};

const struct yg_db_kind yg_main_kind = {
	.migrations = main_migrations,
	.version_max = (int)YG_ARRAY_SIZE(main_migrations),
	.texts = main_texts,
	.statement_count = YG_SQL_MAX,
};

const struct yg_db_kind yg_day_kind = {
	.migrations = day_migrations,
	.version_max = (int)YG_ARRAY_SIZE(day_migrations),
	.texts = day_texts,
	.statement_count = YG_SQL_DAY_MAX,
};
