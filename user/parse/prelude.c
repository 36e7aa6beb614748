/* SPDX-License-Identifier: GPL-2.0-only */
#include "parse/prelude.h"

#include <string.h>

#include "parse/server_hello.h"
#include "parse/url.h"
#include "yagura/limits.h"

#define JA4_LEN	 (YG_JA4_CAP - 1)
#define TLS_1_3	 0x0304u
#define ALPN_MAX 256u /* bytes of the offered list that are kept: whole names */
#define ALPN_ROW 64u  /* the same for exchanges; the names of HTTP take 21 */

/* A connection: client first. 36 bytes without padding: hashed and compared as a whole. */
struct ends {
	uint8_t addr[2][16];
	uint16_t port[2];
};

_Static_assert(sizeof(struct ends) == 36, "the key has no padding");

struct row {
	struct ends ends; /* all zero: used up */
	struct yg_peer proxied;
	uint16_t version, cipher; /* chosen; 0: not seen */
	uint8_t sni_len;
	uint8_t alpn_len;
	uint8_t chosen_at; /* of the chosen name's length byte in alpn; ALPN_ROW: not seen */
	bool has_ja4;
	bool is_denied; /* a request names another host than sni */
	char ja4[JA4_LEN];
	char alpn[ALPN_ROW];
	char sni[YG_HELLO_SNI_MAX];
};

/* A ClientHello, kept until the server has answered it. */
struct yg_greeting {
	struct yg_flight flight;
	uint64_t time_ns;
	uint32_t taken; /* bytes of the answer */
	uint16_t version, offered[YG_HELLO_VERSIONS_MAX];
	uint8_t offered_count;
	uint8_t client_dir;
	uint8_t sni_len;
	uint16_t alpn_len;
	char ja4[JA4_LEN];
	char sni[YG_HELLO_SNI_MAX];
	char alpn[ALPN_MAX];
};

int yg_preludes_init(struct yg_preludes *preludes, uint32_t rows)
{
	return yg_lru_new(rows ? rows : YG_PRELUDES_DEFAULT, sizeof(struct row), &preludes->table);
}

void yg_preludes_clean(struct yg_preludes *preludes)
{
	yg_lru_free(&preludes->table);
}

/* --- the table ---------------------------------------------------------------------------- */

static struct ends ends_of(const struct yg_flow *flow, unsigned client)
{
	struct ends ends = { .port = { flow->ends[client].port, flow->ends[!client].port } };

	memcpy(ends.addr[0], flow->ends[client].addr, sizeof(ends.addr[0]));
	memcpy(ends.addr[1], flow->ends[!client].addr, sizeof(ends.addr[1]));
	return ends;
}

static struct row *find_row(const struct yg_preludes *preludes, const struct ends *ends)
{
	uint64_t key = yg_hash(&preludes->key, ends, sizeof(*ends));
	struct row *row = yg_lru_peek(preludes->table, key);

	if (!row || memcmp(&row->ends, ends, sizeof(*ends)) != 0)
		return NULL;
	return yg_lru_get(preludes->table, key, NULL);
}

/* A new connection begins: what was known of an older one of the same name is gone. */
static struct row *renew_row(struct yg_preludes *preludes, const struct ends *ends)
{
	uint64_t key = yg_hash(&preludes->key, ends, sizeof(*ends));
	const struct row *victim = yg_lru_victim(preludes->table);
	struct row *row;

	if (victim && victim->ends.port[0] && !yg_lru_peek(preludes->table, key))
		preludes->counters->prelude_evicted++;
	row = yg_lru_get(preludes->table, key, NULL);
	*row = (struct row){ .ends = *ends };
	return row;
}

/* --- ClientHello -------------------------------------------------------------------------- */

/* Whole names of the offered list, as many as fit into @cap. */
static uint16_t keep_alpn(struct yg_slice list, char *ret, size_t cap)
{
	struct yg_slice rest = list;
	size_t len = 0;

	while (yg_hello_alpn_next(&rest).ptr) {
		if (list.len - rest.len > cap)
			break;
		len = list.len - rest.len;
	}
	if (len)
		memcpy(ret, list.ptr, len);
	return (uint16_t)len;
}

static void keep_hello(struct row *row, const struct yg_hello *hello)
{
	row->has_ja4 = true;
	memcpy(row->ja4, hello->ja4, JA4_LEN);
	row->alpn_len = (uint8_t)keep_alpn(hello->alpn, row->alpn, sizeof(row->alpn));
	row->chosen_at = ALPN_ROW;
	row->sni_len = (uint8_t)hello->sni.len;
	if (hello->sni.len)
		memcpy(row->sni, hello->sni.ptr, hello->sni.len);
}

static struct yg_peer peer_of(const struct yg_end *end)
{
	struct yg_peer peer = { .port = end->port };

	memcpy(peer.addr.bytes, end->addr, sizeof(peer.addr.bytes));
	return peer;
}

/* NULL: no memory. */
static struct yg_greeting *greet(struct yg_pool *pool, const struct yg_run *run,
				 const struct yg_hello *hello)
{
	size_t cap;
	struct yg_greeting *greeting = yg_pool_take(pool, sizeof(*greeting), &cap);

	if (!greeting)
		return NULL;
	*greeting = (struct yg_greeting){
		.time_ns = run->time_ns,
		.version = hello->version,
		.offered_count = hello->offered_count,
		.client_dir = run->dir,
		.sni_len = (uint8_t)hello->sni.len,
	};
	memcpy(greeting->offered, hello->offered, sizeof(greeting->offered));
	memcpy(greeting->ja4, hello->ja4, JA4_LEN);
	if (hello->sni.len)
		memcpy(greeting->sni, hello->sni.ptr, hello->sni.len);
	greeting->alpn_len = keep_alpn(hello->alpn, greeting->alpn, sizeof(greeting->alpn));
	return greeting;
}

/* Where @name is among those that @row keeps; ALPN_ROW: it is not. */
static uint8_t find_alpn(const struct row *row, struct yg_slice name)
{
	struct yg_slice rest = { row->alpn, row->alpn_len }, offered;

	while (name.ptr && (offered = yg_hello_alpn_next(&rest)).ptr) {
		if (yg_slice_equal(offered, name))
			return (uint8_t)(offered.ptr - row->alpn - 1);
	}
	return ALPN_ROW;
}

static void add_answer(const struct yg_flight *flight, struct yg_handshake *handshake)
{
	struct yg_server_hello hello;

	yg_flight_read(flight, &hello);
	handshake->is_answered = hello.version || hello.is_refused;
	handshake->is_resumed = hello.is_resumed;
	handshake->is_refused = hello.is_refused;
	handshake->alert = hello.alert;
	handshake->is_compressed = hello.is_compressed;
	handshake->asks_certificate = hello.asks_certificate;
	handshake->is_whole = hello.is_whole;
	handshake->cipher = hello.cipher;
	handshake->dh_bits = hello.dh_bits;
	handshake->chosen_alpn = hello.alpn;
	if (hello.version)
		handshake->version = hello.version;
	if (hello.certificate.ptr)
		handshake->has_certificate =
			yg_x509_read((const uint8_t *)hello.certificate.ptr, hello.certificate.len,
				     &handshake->certificate) == YG_PARSE_DONE;
}

static void count_answer(struct yg_stream_counters *counters, const struct yg_handshake *handshake)
{
	counters->hello_answered += handshake->is_answered && !handshake->is_refused;
	counters->hello_alert += handshake->is_refused;
	counters->hello_unanswered += !handshake->is_answered;
}

/* The server has answered, or is not heard: hand the handshake on. */
static void tell(struct yg_preludes *preludes, struct yg_prelude *prelude,
		 const struct yg_flow *flow)
{
	struct yg_greeting *greeting = YG_TAKE_PTR(prelude->greeting);
	const struct ends ends = ends_of(flow, greeting->client_dir);
	struct yg_handshake handshake = {
		.time_ns = greeting->time_ns,
		.client = peer_of(&flow->ends[greeting->client_dir]),
		.server = peer_of(&flow->ends[!greeting->client_dir]),
		.proxied = prelude->proxied,
		.version = greeting->version,
		.offered_count = greeting->offered_count,
		.ja4 = { greeting->ja4, JA4_LEN },
	};
	struct row *row = find_row(preludes, &ends);

	memcpy(handshake.offered, greeting->offered, sizeof(handshake.offered));
	if (greeting->sni_len)
		handshake.sni = (struct yg_slice){ greeting->sni, greeting->sni_len };
	if (greeting->alpn_len)
		handshake.alpn = (struct yg_slice){ greeting->alpn, greeting->alpn_len };
	add_answer(&greeting->flight, &handshake);
	count_answer(preludes->counters, &handshake);
	if (row && handshake.cipher) {
		row->version = handshake.version;
		row->cipher = handshake.cipher;
		row->chosen_at = find_alpn(row, handshake.chosen_alpn);
	}
	if (preludes->fn)
		preludes->fn(preludes->ctx, &handshake);
	yg_flight_drop(&greeting->flight, preludes->pool);
	yg_pool_give(preludes->pool, greeting);
}

static void read_hello(struct yg_preludes *preludes, struct yg_prelude *prelude,
		       const struct yg_flow *flow, const struct yg_run *run)
{
	const struct ends ends = ends_of(flow, run->dir);
	struct yg_hello hello;
	struct row *row;

	if (yg_hello_parse(prelude->gather.bytes, prelude->gather.len, &hello) != YG_PARSE_DONE) {
		preludes->counters->hello_refused++;
		return;
	}
	preludes->counters->hello_parsed++;
	row = find_row(preludes, &ends);
	if (row)
		keep_hello(row, &hello);
	prelude->greeting = greet(preludes->pool, run, &hello);
	if (!prelude->greeting)
		preludes->counters->hello_lost++;
}

/*
 * Live, the sampler passes nothing of this connection after its handshake: there is no end to wait
 * for, and the next connection of the same ports is a flow of its own.
 */
static void tell_over(struct yg_preludes *preludes, struct yg_prelude *prelude,
		      struct yg_flow *flow, const struct yg_run *run)
{
	tell(preludes, prelude, flow);
	flow->over = run->source != YG_SOURCE_FILE;
}

static void end_hello(struct yg_preludes *preludes, struct yg_prelude *prelude,
		      struct yg_flow *flow, const struct yg_run *run)
{
	yg_hello_drop(&prelude->gather, preludes->pool);
	prelude->phase[run->dir] = YG_PRELUDE_DONE;
	if (!prelude->greeting)
		flow->over = run->source != YG_SOURCE_FILE;
	else if (prelude->phase[!run->dir] == YG_PRELUDE_DONE)
		tell_over(preludes, prelude, flow, run);
}

static void gather_hello(struct yg_preludes *preludes, struct yg_prelude *prelude,
			 struct yg_flow *flow, const struct yg_run *run, uint64_t used)
{
	switch (yg_hello_gather(&prelude->gather, preludes->pool, run->data + used,
				(size_t)(run->len - used))) {
	case YG_PARSE_DONE:
		read_hello(preludes, prelude, flow, run);
		break;
	case YG_PARSE_MORE:
		return;
	default:
		preludes->counters->hello_refused++;
		break;
	}
	end_hello(preludes, prelude, flow, run);
}

/* Live, that is all of an answer that the sampler passes. */
static bool is_all(const struct yg_prelude *prelude, const struct yg_run *run)
{
	return run->source != YG_SOURCE_FILE && prelude->greeting->taken >= YG_PRELUDE_BYTES;
}

static void read_flight(struct yg_preludes *preludes, struct yg_prelude *prelude,
			struct yg_flow *flow, const struct yg_run *run, uint64_t used)
{
	size_t len = (size_t)(run->len - used);

	prelude->greeting->taken += (uint32_t)len;
	if (yg_flight_take(&prelude->greeting->flight, preludes->pool, run->data + used, len) ==
		    YG_PARSE_MORE &&
	    !is_all(prelude, run))
		return;
	prelude->phase[run->dir] = YG_PRELUDE_DONE;
	tell_over(preludes, prelude, flow, run);
}

/* Behind a PROXY header, or without one: only the first byte may begin a ClientHello. */
static void take_first(struct yg_preludes *preludes, struct yg_prelude *prelude,
		       struct yg_flow *flow, const struct yg_run *run, uint64_t used)
{
	const uint8_t *data = run->data + used;
	struct row *row;
	struct ends ends;

	if (used == run->len)
		return;
	prelude->phase[run->dir] = YG_PRELUDE_DONE;
	if (prelude->greeting) {
		prelude->phase[run->dir] = YG_PRELUDE_FLIGHT;
		read_flight(preludes, prelude, flow, run, used);
		return;
	}
	if (yg_hello_is_start(data, (size_t)(run->len - used)) == YG_PARSE_BAD ||
	    prelude->phase[!run->dir] == YG_PRELUDE_HELLO)
		return;
	ends = ends_of(flow, run->dir);
	row = renew_row(preludes, &ends);
	row->proxied = prelude->proxied;
	prelude->phase[run->dir] = YG_PRELUDE_HELLO;
	gather_hello(preludes, prelude, flow, run, used);
}

/* --- PROXY -------------------------------------------------------------------------------- */

/* Keep @take bytes of what may be a header. Return: false without memory. */
static bool hold(struct yg_preludes *preludes, struct yg_prelude *prelude, const struct yg_run *run,
		 size_t take)
{
	size_t cap;

	if (!prelude->held) {
		prelude->held = yg_pool_take(preludes->pool, YG_PROXY_MAX, &cap);
		prelude->held_ns = run->time_ns;
		prelude->held_dir = run->dir;
		if (!prelude->held)
			return false;
	}
	memcpy(prelude->held + prelude->held_len, run->data, take);
	prelude->held_len = (uint8_t)(prelude->held_len + take);
	preludes->counters->read_proxy += take;
	return true;
}

static void drop_held(struct yg_preludes *preludes, struct yg_prelude *prelude)
{
	yg_pool_give(preludes->pool, prelude->held);
	prelude->held = NULL;
	prelude->held_len = 0;
}

/* What was held is no header: its reader gets it after all. */
static struct yg_run give_up_held(struct yg_preludes *preludes, struct yg_prelude *prelude,
				  uint8_t source)
{
	preludes->counters->read_proxy -= prelude->held_len;
	return (struct yg_run){
		.data = prelude->held,
		.len = prelude->held_len,
		.time_ns = prelude->held_ns,
		.dir = prelude->held_dir,
		.source = source,
		.start = true,
	};
}

/* A whole header: @used bytes of this run are its own. */
static uint64_t take_proxy(struct yg_preludes *preludes, struct yg_prelude *prelude,
			   const struct yg_run *run, const struct yg_proxy *proxy)
{
	uint64_t rest = proxy->len - prelude->held_len;
	uint64_t used = rest < run->len ? rest : run->len;

	preludes->counters->proxy_parsed++;
	preludes->counters->read_proxy += used;
	prelude->proxied = proxy->client;
	prelude->proxied.addr = yg_address_normal(&proxy->client.addr);
	prelude->skip = (uint32_t)(rest - used);
	prelude->phase[run->dir] = prelude->skip ? YG_PRELUDE_SKIP : YG_PRELUDE_FIRST;
	prelude->phase[!run->dir] = YG_PRELUDE_FIRST; /* the server sends none */
	drop_held(preludes, prelude);
	return used;
}

/* Judge what is held of this direction and the next bytes; most often nothing is held. */
static enum yg_parse judge_proxy(const struct yg_prelude *prelude, const struct yg_run *run,
				 size_t take, struct yg_proxy *ret)
{
	uint8_t bytes[YG_PROXY_MAX];

	if (!prelude->held)
		return yg_proxy_parse(run->data, take, ret);
	if (prelude->held_dir != run->dir)
		return YG_PARSE_BAD; /* the other side speaks first: no header */
	memcpy(bytes, prelude->held, prelude->held_len);
	memcpy(bytes + prelude->held_len, run->data, take);
	return yg_proxy_parse(bytes, prelude->held_len + take, ret);
}

/* The first bytes of a direction. */
static struct yg_prelude_rest read_proxy(struct yg_preludes *preludes, struct yg_prelude *prelude,
					 const struct yg_run *run)
{
	size_t room = YG_PROXY_MAX - prelude->held_len;
	size_t take = run->len < room ? (size_t)run->len : room;
	struct yg_prelude_rest rest = { .used = 0 };
	struct yg_proxy proxy;
	enum yg_parse r = judge_proxy(prelude, run, take, &proxy);

	if (r == YG_PARSE_DONE) {
		rest.used = take_proxy(preludes, prelude, run, &proxy);
		return rest;
	}
	if (r == YG_PARSE_MORE && take == run->len && hold(preludes, prelude, run, take)) {
		rest.used = take;
		return rest;
	}
	prelude->phase[run->dir] = YG_PRELUDE_FIRST;
	if (prelude->held && prelude->held_dir == run->dir)
		rest.held = give_up_held(preludes, prelude, run->source);
	return rest;
}

static uint64_t skip_rest(struct yg_preludes *preludes, struct yg_prelude *prelude,
			  const struct yg_run *run)
{
	uint64_t used = prelude->skip < run->len ? prelude->skip : run->len;

	preludes->counters->read_proxy += used;
	prelude->skip -= (uint32_t)used;
	if (prelude->skip == 0)
		prelude->phase[run->dir] = YG_PRELUDE_FIRST;
	return used;
}

/* --- runs --------------------------------------------------------------------------------- */

struct yg_prelude_rest yg_prelude_end(struct yg_preludes *preludes, struct yg_prelude *prelude,
				      const struct yg_flow *flow, unsigned dir)
{
	struct yg_prelude_rest rest = { .used = 0 };

	if (prelude->phase[dir] == YG_PRELUDE_HELLO) {
		preludes->counters->hello_refused++;
		yg_hello_drop(&prelude->gather, preludes->pool);
	}
	prelude->phase[dir] = YG_PRELUDE_DONE;
	if (prelude->greeting && prelude->greeting->client_dir != dir)
		tell(preludes, prelude, flow);
	if (prelude->held_len && prelude->held_dir == dir)
		rest.held = give_up_held(preludes, prelude, YG_SOURCE_FILE);
	return rest;
}

void yg_prelude_release(struct yg_preludes *preludes, struct yg_prelude *prelude)
{
	drop_held(preludes, prelude);
}

struct yg_prelude_rest yg_prelude_run(struct yg_preludes *preludes, struct yg_prelude *prelude,
				      struct yg_flow *flow, const struct yg_run *run)
{
	struct yg_prelude_rest rest = { .used = 0 };
	uint8_t *phase = &prelude->phase[run->dir];

	if (!run->data || flow->tls)
		return yg_prelude_end(preludes, prelude, flow, run->dir);
	if (*phase == YG_PRELUDE_PROXY)
		rest = read_proxy(preludes, prelude, run);
	else if (*phase == YG_PRELUDE_SKIP)
		rest.used = skip_rest(preludes, prelude, run);
	if (rest.held.len)
		*phase = YG_PRELUDE_DONE; /* it began with a byte that begins no ClientHello */
	if (*phase == YG_PRELUDE_HELLO)
		gather_hello(preludes, prelude, flow, run, 0);
	else if (*phase == YG_PRELUDE_FLIGHT)
		read_flight(preludes, prelude, flow, run, 0);
	else if (*phase == YG_PRELUDE_FIRST)
		take_first(preludes, prelude, flow, run, rest.used);
	return rest;
}

/* --- exchanges ---------------------------------------------------------------------------- */

/*
 * RFC 7301: the server says what it chose, up to TLS 1.2 in clear. Where that was not seen, what is
 * spoken was chosen, if it was offered.
 */
static void add_alpn(const struct row *row, struct yg_exchange *exchange)
{
	struct yg_slice spoken = exchange->stream ? YG_SLICE("h2") : YG_SLICE("http/1.1");
	uint8_t at = row->chosen_at;

	if (!row->alpn_len)
		return;
	exchange->alpn = (struct yg_slice){ row->alpn, row->alpn_len };
	if (!row->version || row->version >= TLS_1_3)
		at = find_alpn(row, spoken);
	if (at != ALPN_ROW)
		exchange->chosen_alpn =
			(struct yg_slice){ row->alpn + at + 1, (uint8_t)row->alpn[at] };
}

/* What is asked under a name of the certificate need not be the name that the client began with. */
static void add_sni(struct row *row, struct yg_exchange *exchange)
{
	struct yg_slice authority = { NULL, 0 }, host = { NULL, 0 }, port;

	exchange->sni = (struct yg_slice){ row->sni, row->sni_len };
	if (!row->is_denied && exchange->request.present)
		authority = yg_message_find(&exchange->request, YG_HEADER_HOST);
	if (authority.ptr) {
		yg_url_split_authority(authority, &host, &port);
		row->is_denied = !yg_slice_equal_nocase(host, exchange->sni);
	}
	exchange->sni_denied = row->is_denied;
}

void yg_prelude_add(struct yg_preludes *preludes, const struct yg_prelude *prelude,
		    struct yg_exchange *exchange)
{
	struct ends ends = { .port = { exchange->client.port, exchange->server.port } };
	struct row *row;

	if (!exchange->tls) {
		exchange->proxied = prelude->proxied;
		return;
	}
	memcpy(ends.addr[0], exchange->client.addr.bytes, sizeof(ends.addr[0]));
	memcpy(ends.addr[1], exchange->server.addr.bytes, sizeof(ends.addr[1]));
	if (!exchange->addresses_certain)
		return;
	row = find_row(preludes, &ends);
	if (!row)
		return;
	exchange->proxied = row->proxied;
	exchange->tls_version = row->version;
	exchange->tls_cipher = row->cipher;
	if (row->has_ja4)
		exchange->ja4 = (struct yg_slice){ row->ja4, JA4_LEN };
	if (row->sni_len)
		add_sni(row, exchange);
	add_alpn(row, exchange);
}

void yg_prelude_close(struct yg_preludes *preludes, struct yg_prelude *prelude,
		      const struct yg_flow *flow)
{
	struct row *row = NULL;

	if (prelude->greeting)
		tell(preludes, prelude, flow);
	yg_hello_drop(&prelude->gather, preludes->pool);
	drop_held(preludes, prelude);
	if (flow->tls && !flow->rests && flow->server_dir != YG_FLOW_DIR_NONE &&
	    yg_lru_count(preludes->table)) {
		const struct ends ends = ends_of(flow, !flow->server_dir);

		row = find_row(preludes, &ends);
	}
	if (row)
		*row = (struct row){ .sni_len = 0 };
}
