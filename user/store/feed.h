/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The feed: what the analyzer and the warden tell the desk, and what the desk gives back to an
 * analyzer that starts anew. One packet of a SOCK_SEQPACKET socket holds one or more messages
 * behind each other, all msgpack:
 *
 *	message	array of 3	[ kind uint, version uint, body ]
 *	body	array		the fields of the kind, in the order of its table below
 *
 *	text	str	at most `max` bytes		time	uint	ns since the epoch
 *	uint	uint					id	uint	printed as 16 hex digits
 *	real	float64					flag	bool
 *	blob	bin	at most `max` bytes		address	bin of 16 bytes
 *	texts	array of str				counts	array of key, value, key, value, ...
 *	facts	array of name, number or text, name, number or text, ...
 *
 * A kind grows by fields at the end of its table; the version stays. A reader takes missing fields
 * as zero and leaves fields it does not know. A version is raised when the meaning of a field
 * changes; another version is skipped and counted, like an unknown kind.
 *
 * The tables below make the structs, the codec and the JSON of the API: a field is added in one
 * place. Field names are the names of house contracts and never change.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"
#include "core/slice.h"

#define YG_FEED_PACKET_MAX 65536u /* bytes of one packet; a longer one is cut by recv and BAD */
#define YG_FEED_TEXT_MAX   512u	  /* bytes of the longest text; longer is cut at a character */
#define YG_FEED_BLOB_MAX   49152u /* bytes of a blob: fits a packet with its message around it */
#define YG_FEED_TEXTS_MAX  16u	  /* elements of a list of texts; more are not sent */
#define YG_FEED_COUNTS_MAX 32u	  /* pairs of a list of counts; more are not sent */
#define YG_FEED_FACTS_MAX  12u	  /* pairs of a list of facts; YG_FINDING_EVIDENCE_MAX */

/* Sent first by a role that (re)starts. The desk answers an analyzer with its stored state. */
#define YG_FEED_HELLO(X)                                   \
	X(text, role, 16, "warden, analyzer or desk")      \
	X(uint, pid, 0, "process id, as the role sees it") \
	X(text, version, 32, "of the program")

/* What runs, from the warden. */
#define YG_FEED_SENSOR(X)                                                              \
	X(text, version, 32, "of the daemon")                                          \
	X(text, mode, 16, "observe, approve or enforce")                               \
	X(time, started, 0, "when the daemon started")                                 \
	X(text, host, 64, "host name")                                                 \
	X(text, kernel, 64, "release of the running kernel")                           \
	X(uint, rings, 0, "ring buffers")                                              \
	X(uint, ring_bytes, 0, "bytes of each ring buffer")                            \
	X(real, heartbeat_limit_s, 0, "fail open when the daemon is gone for longer")  \
	X(flag, fail_closed, 0, "keep dropping when the daemon is gone")               \
	X(text, scope, 256, "what the sensor may read: \"all\" or the limits")         \
	X(text, config, 256, "path of the configuration file, empty for none")         \
	X(real, sampled, 0, "share of flows that is sampled now, 0..1")                \
	X(text, sampled_why, 32, "why it is not more, or \"no pressure\"")             \
	X(real, analyzer_cpu, 0, "cores that the analyzer uses now")                   \
	X(real, cpu_budget, 0, "cores that all of the sensor may use")                 \
	X(real, kernel_cpu, 0, "cores that its programs in the kernel use, estimated") \
	X(text, tls_rest, 16, "do the probes of TLS rest: no, at times, never")        \
	X(real, tls_awake, 0, "share of time that they are there, 0..1")               \
	X(real, tls_rested_s, 0, "seconds that they rested since the daemon began")    \
	X(uint, tls_requests, 0, "TLS requests seen; all while the probes are there")  \
	X(uint, tls_missed, 0, "estimated: that passed while they rested")             \
	X(uint, tls_missed_error, 0, "half of the 95 % interval of that")              \
	X(uint, tls_missed_records, 0, "frames with a record of TLS data meanwhile")   \
	X(uint, tls_missed_bytes, 0, "bytes of TLS on the wire meanwhile")             \
	X(real, tls_cpu, 0, "cores that reading TLS costs servers, on average")        \
	X(real, total_cpu, 0, "cores that all of the sensor uses, in the kernel too")  \
	X(flag, over_budget, 0, "that has been above cpu_budget for a while")

/* One of the four processes, from the warden. */
#define YG_FEED_ROLE(X)                                       \
	X(text, role, 16, "warden, analyzer, enforcer, desk") \
	X(uint, pid, 0, "process id")                         \
	X(time, started, 0, "when this process started")      \
	X(uint, restarts, 0, "times it was started again")    \
	X(text, state, 16, "running, starting or failed")     \
	X(text, cause, 128, "how it ended the last time; empty for never")

/* One network interface, from the warden. */
#define YG_FEED_INTERFACE(X)                                                     \
	X(uint, index, 0, "interface index")                                     \
	X(text, name, 16, "interface name")                                      \
	X(text, xdp, 16, "native, generic or none")                              \
	X(text, guard, 16, "where drops happen: xdp, tc or none")                \
	X(text, sample, 16, "where samples are taken: tcx, clsact, xdp or none") \
	X(text, reason, 256, "why not a better mode; empty when it is the best") \
	X(text, state, 16, "attached, detached or failed")                       \
	X(real, sampled, 0, "share of flows that is sampled now, 0..1")          \
	X(uint, requests, 0, "request starts in clear, exact")                   \
	X(uint, requests_sampled, 0, "of them, of sampled flows")

/* One TLS library or program that carries one, from the warden. */
#define YG_FEED_LIBRARY(X)                                                      \
	X(text, path, 256, "as the process maps it")                            \
	X(uint, device, 0, "device number of the file")                         \
	X(uint, inode, 0, "inode of the file")                                  \
	X(text, kind, 16, "openssl, static, gnutls, go ...")                    \
	X(uint, processes, 0, "running processes that map it")                  \
	X(uint, probes, 0, "probes that are attached")                          \
	X(text, state, 16, "attached, partial, gap or gone")                    \
	X(text, reason, 256, "why there is a gap in coverage, or empty")        \
	X(text, comm, 16, "name of one process that maps it")                   \
	X(uint, pid, 0, "of a gap: the process; else 0")                        \
	X(uint, port, 0, "of a gap: a TCP port on which it listens")            \
	X(uint, connections, 0, "of a gap: TLS connections that were not read") \
	X(uint, bytes, 0, "of a gap: bytes of them on the wire")                \
	X(real, sampled, 0, "share of its flows that is sampled now, 0..1")

/* One ability of the running kernel, from the warden. */
#define YG_FEED_CAPABILITY(X)                              \
	X(text, name, 32, "kebab-case: tcx, sock-destroy") \
	X(flag, present, 0, "the kernel has it")           \
	X(text, detail, 128, "what is lost without it, or how it was found")

/* End of a round of status messages from one sender: rows it did not repeat are gone. */
#define YG_FEED_ROUND(X) X(uint, round, 0, "number of the round")

/* One counter; total since the start of the daemon. */
#define YG_FEED_COUNTER(X)                                               \
	X(text, table, 32, "guard, sample, tls, stream, http1 ...")      \
	X(text, name, 48, "row of the table: rx, skip_other, lost_ring") \
	X(uint, value, 0, "total")

/* One API endpoint as the analyzer knows it now; replaces what was stored. */
#define YG_FEED_ENDPOINT(X)                                                         \
	X(id, id, 0, "hash of service, method and template")                        \
	X(text, service, 255, "authority")                                          \
	X(text, method, 32, "request method")                                       \
	X(text, template, 512, "path template with {name} placeholders")            \
	X(texts, protocols, 0, "h1, h2, grpc ...")                                  \
	X(time, first_seen, 0, "first exchange")                                    \
	X(time, last_seen, 0, "last exchange")                                      \
	X(uint, requests, 0, "exchanges")                                           \
	X(uint, callers, 0, "distinct callers, estimated")                          \
	X(uint, request_bytes, 0, "sum")                                            \
	X(uint, response_bytes, 0, "sum")                                           \
	X(uint, tls_requests, 0, "of requests, under TLS")                          \
	X(flag, confirmed, 0, "seen often enough to be stable")                     \
	X(counts, status, 0, "responses by status; 0: none was seen")               \
	X(texts, auth, 0, "bearer, basic, cookie ...; none")                        \
	X(texts, labels, 0, "shadow, zombie, internal ...")                         \
	X(facts, label_reasons, 0, "why, by label")                                 \
	X(uint, risk, 0, "0 to 100")                                                \
	X(facts, risk_reasons, 0, "points by reason, the heaviest first")           \
	X(texts, outside, 0, "addresses of it that proxies name: https://...")      \
	X(texts, servers, 0, "addresses and ports that answered: 10.0.0.5:8080")    \
	X(facts, outcomes, 0, "answers by what they say inside: ok, forbidden ...") \
	X(uint, tokens_in, 0, "language model: asked, as far as it was told")       \
	X(uint, tokens_out, 0, "likewise, answered")

/* What one endpoint did in one minute. */
#define YG_FEED_CELL(X)                \
	X(id, endpoint, 0, "endpoint") \
	X(blob, cell, 8192, "yg_cell_pack()")

/* One caller as the analyzer knows it now. */
#define YG_FEED_CALLER(X)                                                   \
	X(text, caller, 64, "kind and keyed hash: bearer:9f86d081884c7d65") \
	X(text, app, 64, "client application, or empty")                    \
	X(address, client, 0, "last address it came from")                  \
	X(time, first_seen, 0, "first exchange")                            \
	X(time, last_seen, 0, "last exchange")                              \
	X(uint, requests, 0, "exchanges")                                   \
	X(uint, errors, 0, "responses 4xx")                                 \
	X(uint, clients, 0, "distinct addresses, estimated")                \
	X(uint, endpoints, 0, "distinct endpoints, estimated")              \
	X(uint, findings, 0, "findings about it")                           \
	X(uint, ja4s, 0, "distinct TLS clients by JA4, estimated")          \
	X(text, ja4, 40, "of most of its requests under TLS")

/* One exchange out of many, masked: no secret, no body. */
#define YG_FEED_SAMPLE(X)                                                        \
	X(time, time, 0, "start of the request")                                 \
	X(id, endpoint, 0, "endpoint; 0 for none")                               \
	X(address, client, 0, "client address")                                  \
	X(uint, client_port, 0, "client port")                                   \
	X(address, server, 0, "server address")                                  \
	X(uint, server_port, 0, "server port")                                   \
	X(text, caller, 64, "as in the table of callers")                        \
	X(text, method, 32, "request method")                                    \
	X(text, target, 512, "target, values of parameters masked")              \
	X(uint, status, 0, "0: no response was seen")                            \
	X(text, protocol, 16, "h1, h2 ...")                                      \
	X(flag, tls, 0, "under TLS")                                             \
	X(uint, request_bytes, 0, "body")                                        \
	X(uint, response_bytes, 0, "body")                                       \
	X(uint, latency_us, 0, "first request byte to first response byte")      \
	X(real, sampled, 0, "probability that it was sampled; 1: everything is") \
	X(id, id, 0, "of the exchange")                                          \
	X(id, parent, 0, "exchange that it was made for; 0: none is known")      \
	X(text, side, 16, "inbound, outbound or local")                          \
	X(text, ja4, 40, "of the client's TLS handshake, where it was seen")     \
	X(text, sni, 255, "of the same")                                         \
	X(text, tls_version, 8, "chosen by the server, where it was seen; 1.3")  \
	X(texts, alpn, 0, "offered by the client; at most 64 bytes of them")     \
	X(text, chosen_alpn, 64, "of these; in TLS 1.3 what is spoken")          \
	X(text, service_from, 16, "whence its service has its name; empty: from the request")

/* A finding, new or seen again; rule texts travel with it so that it outlives its rule. */
#define YG_FEED_FINDING(X)                                                       \
	X(id, id, 0, "stable id")                                                \
	X(text, rule, 64, "kebab-case id of the rule")                           \
	X(text, owasp, 16, "API1:2023")                                          \
	X(text, pci, 32, "PCI DSS requirement or empty")                         \
	X(text, severity, 16, "info, low, medium, high or critical")             \
	X(time, first_seen, 0, "first of the evidence")                          \
	X(time, time, 0, "when the evidence was complete")                       \
	X(uint, repeats, 0, "times it was seen again")                           \
	X(text, service, 255, "authority")                                       \
	X(text, endpoint, 512, "GET /v1/users/{id}; empty for a service")        \
	X(text, caller, 64, "kind and keyed hash")                               \
	X(address, client, 0, "client address")                                  \
	X(flag, client_blockable, 0, "the address is certain")                   \
	X(text, title, 512, "one line")                                          \
	X(text, cause, 512, "what happened, with the numbers")                   \
	X(text, effect, 512, "what it means for the business")                   \
	X(facts, evidence, 0, "numbers and masked texts")                        \
	X(text, remediation, 512, "the cure")                                    \
	X(text, action, 16, "none, proposed, blocked or limited")                \
	X(text, result, 16, "answer of the enforcer when a block was asked for") \
	X(text, kind, 16, "attack or posture")                                   \
	X(text, state, 16, "posture: open, resolved or reopened")                \
	X(time, state_changed, 0, "posture: when the state last changed")        \
	X(text, title_ja, 512, "title in Japanese")                              \
	X(text, effect_ja, 512, "effect in Japanese")                            \
	X(text, remediation_ja, 512, "remediation in Japanese")                  \
	X(text, source, 128, "specification that asks for it")

/* A blob of yg_knowledge_save(), both ways: stored under (kind, id), given back in that order. */
#define YG_FEED_STATE(X)                                                                         \
	X(uint, kind, 0, "enum yg_blob")                                                         \
	X(id, id, 0, "within the kind")                                                          \
	X(uint, part, 0, "0 .. parts - 1; a blob longer than a packet comes in parts, in order") \
	X(uint, parts, 0, "parts of the blob; 0 with part 0 removes it")                         \
	X(blob, data, 49152, "bytes of yg_knowledge_save()")

/* Learning has turned one endpoint into another: the past of `from` belongs to `into`. */
#define YG_FEED_FOLD(X)                            \
	X(id, from, 0, "endpoint that is no more") \
	X(id, into, 0, "endpoint that takes it in; 0: it never was one")

/* Requests of one endpoint led to requests of another, since the last message about the two. */
#define YG_FEED_RELATION(X)                                     \
	X(id, from, 0, "endpoint that was asked; 0: not known") \
	X(id, into, 0, "endpoint that was asked for it")        \
	X(text, kind, 16, "upstream or third-party")            \
	X(uint, requests, 0, "more than before")                \
	X(time, first_seen, 0, "first request")                 \
	X(time, last_seen, 0, "last request")

/* An exchange that was told before was made for another one. */
#define YG_FEED_LINK(X)                     \
	X(id, child, 0, "the upstream one") \
	X(id, parent, 0, "the edge")

/* A field of an endpoint that holds sensitive data; replaces what was stored. */
#define YG_FEED_DATA(X)                                                                    \
	X(id, id, 0, "hash of the endpoint and what follows")                              \
	X(id, endpoint, 0, "endpoint")                                                     \
	X(text, class, 40, "pan, email, national-id-fr ...")                               \
	X(text, in, 16, "request or response")                                             \
	X(text, at, 16, "path, query, header, cookie or body")                             \
	X(text, field, 96, "path of the field: $.user.email")                              \
	X(text, confidence, 16, "possible, likely or confirmed; none: it no longer holds") \
	X(text, sample, 48, "one value, masked")                                           \
	X(uint, values, 0, "values that were seen of it")                                  \
	X(uint, distinct, 0, "of them, different ones, estimated")                         \
	X(time, first_seen, 0, "first value")                                              \
	X(time, last_seen, 0, "last value")

/* A service of somebody else that this host asks; replaces what was stored. */
#define YG_FEED_PARTY(X)                                                    \
	X(text, host, 255, "name, without a port")                          \
	X(time, first_seen, 0, "first request")                             \
	X(time, last_seen, 0, "last request")                               \
	X(uint, requests, 0, "requests to it")                              \
	X(uint, clear, 0, "of them, without TLS")                           \
	X(uint, failed, 0, "of them, answered 5xx or not at all")           \
	X(uint, request_bytes, 0, "sum")                                    \
	X(uint, response_bytes, 0, "sum")                                   \
	X(uint, latency_us, 0, "mean")                                      \
	X(uint, latency_max_us, 0, "highest")                               \
	X(address, server, 0, "that was asked last")                        \
	X(uint, processes, 0, "of this host that ask it, as far as known")  \
	X(text, tls_version, 8, "the lowest that was agreed; 1.2")          \
	X(texts, issuers, 0, "of its certificates, in order of appearance") \
	X(time, issuer_changed, 0, "when another issuer appeared")          \
	X(uint, redirects, 0, "answers that lead to other hosts")           \
	X(text, redirect, 96, "the last of these hosts")                    \
	X(text, content_type, 96, "of its first answer")                    \
	X(uint, other_types, 0, "answers of other types")

/* What one side says over WebSockets. */
#define YG_FEED_TALK_SIDE(X, side)                                                       \
	X(uint, side##_messages, 0, "messages of it")                                    \
	X(uint, side##_text, 0, "of them, texts")                                        \
	X(uint, side##_binary, 0, "of them, binary ones")                                \
	X(uint, side##_compressed, 0, "of them, compressed ones")                        \
	X(uint, side##_control, 0, "frames that open, keep or close: ping, pong, close") \
	X(uint, side##_bytes, 0, "of messages, as sent")                                 \
	X(uint, side##_largest, 0, "bytes of the largest message")                       \
	X(text, side##_sample, 160, "a first text, masked")

/* What is said over the WebSockets of an endpoint; replaces what was stored. */
#define YG_FEED_TALK(X)                                                        \
	X(id, id, 0, "endpoint")                                               \
	X(uint, sockets, 0, "WebSockets that were opened")                     \
	X(uint, ended, 0, "of them, those that are over")                      \
	X(uint, lost, 0, "directions of which a loss hid the rest")            \
	X(uint, seconds, 0, "that those which are over have lasted, together") \
	X(time, first_seen, 0, "first WebSocket")                              \
	X(time, last_seen, 0, "last word")                                     \
	YG_FEED_TALK_SIDE(X, client)                                           \
	YG_FEED_TALK_SIDE(X, server)                                           \
	X(uint, looked, 0, "messages that were looked into")                   \
	X(uint, others, 0, "of these, operations that have no row of their own")

/* One operation inside the WebSockets of an endpoint; replaces what its place held. */
#define YG_FEED_CALL(X)                                              \
	X(id, id, 0, "of its place among those of the endpoint")     \
	X(id, endpoint, 0, "id of the endpoint")                     \
	X(text, operation, 64, "subscription OnPrice, /admin kick")  \
	X(text, protocol, 16, "graphql, jsonrpc, socketio ...")      \
	X(text, said_by, 8, "client or server")                      \
	X(uint, messages, 0, "that ask for it")                      \
	X(uint, answers, 0, "messages that answer these")            \
	X(facts, outcomes, 0, "by what they say: ok, forbidden ...") \
	X(time, first_seen, 0, "first WebSocket that held it")       \
	X(time, last_seen, 0, "last one")

/* Sensitive records that a caller was given on one day; replaces what was stored. */
#define YG_FEED_TAKE(X)                                                     \
	X(id, id, 0, "hash of caller, service, class and day")              \
	X(text, caller, 64, "as in the table of callers")                   \
	X(text, service, 255, "authority")                                  \
	X(text, class, 40, "email, pan ...")                                \
	X(time, day, 0, "its beginning, UTC")                               \
	X(uint, distinct, 0, "different values, at least")                  \
	X(uint, records, 0, "values, estimated")                            \
	X(uint, before, 0, "different values of the last day it was there") \
	X(time, first_seen, 0, "first value of the day")                    \
	X(time, last_seen, 0, "last value of the day")

/* Desk to analyzer: all that was stored has been given back. */
#define YG_FEED_RESTORED(X) X(uint, messages, 0, "messages of the restore before this one")

/* kind number, member and struct name, table, sender */
#define YG_FEED_KINDS(X)                     \
	X(1, hello, YG_FEED_HELLO)           \
	X(2, sensor, YG_FEED_SENSOR)         \
	X(3, role, YG_FEED_ROLE)             \
	X(4, interface, YG_FEED_INTERFACE)   \
	X(5, library, YG_FEED_LIBRARY)       \
	X(6, capability, YG_FEED_CAPABILITY) \
	X(7, round, YG_FEED_ROUND)           \
	X(8, counter, YG_FEED_COUNTER)       \
	X(9, endpoint, YG_FEED_ENDPOINT)     \
	X(10, cell, YG_FEED_CELL)            \
	X(11, caller, YG_FEED_CALLER)        \
	X(12, sample, YG_FEED_SAMPLE)        \
	X(13, finding, YG_FEED_FINDING)      \
	X(14, state, YG_FEED_STATE)          \
	X(15, restored, YG_FEED_RESTORED)    \
	X(16, fold, YG_FEED_FOLD)            \
	X(17, relation, YG_FEED_RELATION)    \
	X(18, link, YG_FEED_LINK)            \
	X(19, data, YG_FEED_DATA)            \
	X(20, party, YG_FEED_PARTY)          \
	X(21, talk, YG_FEED_TALK)            \
	X(22, take, YG_FEED_TAKE)            \
	X(23, call, YG_FEED_CALL)

/* Numbers of the kinds; on the wire, never reused. */
enum yg_feed_kind {
	YG_FEED_KIND_HELLO = 1,
	YG_FEED_KIND_SENSOR,
	YG_FEED_KIND_ROLE,
	YG_FEED_KIND_INTERFACE,
	YG_FEED_KIND_LIBRARY,
	YG_FEED_KIND_CAPABILITY,
	YG_FEED_KIND_ROUND,
	YG_FEED_KIND_COUNTER,
	YG_FEED_KIND_ENDPOINT,
	YG_FEED_KIND_CELL,
	YG_FEED_KIND_CALLER,
	YG_FEED_KIND_SAMPLE,
	YG_FEED_KIND_FINDING,
	YG_FEED_KIND_STATE,
	YG_FEED_KIND_RESTORED,
	YG_FEED_KIND_FOLD,
	YG_FEED_KIND_RELATION,
	YG_FEED_KIND_LINK,
	YG_FEED_KIND_DATA,
	YG_FEED_KIND_PARTY,
	YG_FEED_KIND_TALK,
	YG_FEED_KIND_TAKE,
	YG_FEED_KIND_CALL,
	YG_FEED_KIND_MAX
};

struct yg_feed_texts {
	uint32_t count; /* <= YG_FEED_TEXTS_MAX */
	struct yg_slice rows[YG_FEED_TEXTS_MAX];
};

struct yg_feed_counts {
	uint32_t count; /* <= YG_FEED_COUNTS_MAX */
	struct {
		uint64_t key, value;
	} rows[YG_FEED_COUNTS_MAX];
};

struct yg_feed_facts {
	uint32_t count; /* <= YG_FEED_FACTS_MAX */
	struct {
		struct yg_slice name;
		struct yg_slice text; /* absent: the number counts */
		double number;
	} rows[YG_FEED_FACTS_MAX];
};

/* C type of each field type. */
#define YG_FEED_MEMBER(type, name, max, help) YG_FEED_TYPE_##type name;
#define YG_FEED_TYPE_text		      struct yg_slice
#define YG_FEED_TYPE_blob		      struct yg_slice
#define YG_FEED_TYPE_uint		      uint64_t
#define YG_FEED_TYPE_time		      uint64_t
#define YG_FEED_TYPE_id			      uint64_t
#define YG_FEED_TYPE_real		      double
#define YG_FEED_TYPE_flag		      bool
#define YG_FEED_TYPE_address		      struct yg_address
#define YG_FEED_TYPE_texts		      struct yg_feed_texts
#define YG_FEED_TYPE_counts		      struct yg_feed_counts
#define YG_FEED_TYPE_facts		      struct yg_feed_facts

#define YG_FEED_STRUCT(number, name, table) \
	struct yg_feed_##name {             \
		table(YG_FEED_MEMBER)       \
	};
YG_FEED_KINDS(YG_FEED_STRUCT)

/* One message. Texts and blobs are borrowed: from the caller to write, from the packet to read. */
struct yg_feed_message {
	enum yg_feed_kind kind;
	union {
#define YG_FEED_UNION(number, name, table) struct yg_feed_##name name;
		YG_FEED_KINDS(YG_FEED_UNION)
#undef YG_FEED_UNION
	};
};

/* Packet being filled, in the caller's storage. */
struct yg_feed_writer {
	uint8_t *buf;
	size_t cap; /* bytes of room, at most YG_FEED_PACKET_MAX */
	size_t len; /* bytes written; 0 starts a new packet */
};

/**
 * yg_feed_put() - append @message to the packet.
 * @message: texts longer than their field are cut at a character, lists at their limit.
 *
 * Calls no allocator. On failure the packet is as before: send it, set len to 0 and try again.
 *
 * Return: 0; -ENOSPC if it does not fit in what is left; -EMSGSIZE if a blob is longer than its
 *	field; -EINVAL if the kind is out of range.
 */
YG_MUST_CHECK int yg_feed_put(struct yg_feed_writer *writer, const struct yg_feed_message *message);

enum yg_feed_outcome {
	YG_FEED_MESSAGE, /* @ret holds one */
	YG_FEED_UNKNOWN, /* a kind or version this program does not know was passed over */
	YG_FEED_BAD,	 /* malformed: the rest of the packet is lost; sticky */
	YG_FEED_END,	 /* the packet is read to its end */
	YG_FEED_OUTCOME_MAX
};

/* Packet being read; borrowed. Start with { packet, packet + len, false }. */
struct yg_feed_reader {
	const uint8_t *pos; /* never beyond end */
	const uint8_t *end;
	bool bad; /* malformed input was met */
};

/**
 * yg_feed_next() - read the next message of a packet.
 * @ret: written on YG_FEED_MESSAGE only; borrows from the packet.
 *
 * Allocates nothing, whatever lengths the packet claims; work is linear in the packet. Depth is
 * that of the format: two arrays around a list.
 */
YG_MUST_CHECK enum yg_feed_outcome yg_feed_next(struct yg_feed_reader *reader,
						struct yg_feed_message *ret);

/* "finding"; literal; "unknown" out of range. */
const char *yg_feed_kind_name(enum yg_feed_kind kind);

struct yg_json;

/**
 * yg_feed_write_fields() - the fields of @message as JSON pairs, inside an object already open.
 *
 * Blobs are left out; an unknown address is null; counts and facts are objects; times and ids are
 * strings.
 */
void yg_feed_write_fields(struct yg_json *json, const struct yg_feed_message *message);
