/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose endpoints a request asks that names no service, or none that can be read: HTTP/1.0 without
 * Host, HTTP/2 whose :authority is an index into a table that was filled before we came.
 *
 *	1. sni		the TLS handshake of its connection, unless a request of that
 *			connection names another host
 *	2. connection	the one host that the other requests of its connection name
 *	3. listener	the one host that was ever asked at this address and port, by this client
 *			or by many, see endpoint/listener.h
 *	4. address	none of these: the server's address and port
 *
 * The first that is there is the name. It never stands against a name that the request has itself,
 * and it makes no row in a service that is asked by name: such a request is counted where a row of
 * its path is already, and else stays under the address. Without this rule anybody could write into
 * the inventory of a service what its server does not serve for it: who sends no Host is answered
 * by the server's default site, who begins with the SNI of one site may ask for another. A service
 * that nobody asks by name, only by SNI, is learned as any other is: there, SNI is what selects it.
 *
 * What stays under an address goes over to the service of its listener, row by row, once requests
 * that name the service have shown the same row to be there.
 */
#include "endpoint/listener.h"
#include "endpoint/service.h"
#include "respond/knowledge_inside.h"

/* The service of this name, if there is one; it is not used by that. */
static const struct service *look_up(const struct yg_knowledge *knowledge, struct yg_slice name)
{
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		if (knowledge->services[i].hash &&
		    yg_slice_equal(knowledge->services[i].text, name))
			return &knowledge->services[i];
	}
	return NULL;
}

/*
 * A client names the port that it asked, if it is not the usual one; a gateway in front may have
 * asked another one.
 */
static struct yg_slice name_by_sni(struct yg_knowledge *knowledge,
				   const struct yg_exchange *exchange)
{
	struct yg_slice name = yg_service_from_sni(exchange, false, knowledge->name);

	if (name.len == 0 || look_up(knowledge, name))
		return name;
	return yg_service_from_sni(exchange, true, knowledge->name);
}

/* Length 0: there is none. @ret_source: whence. */
static struct yg_slice guess(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			     enum yg_service_source *ret_source)
{
	struct yg_slice name = name_by_sni(knowledge, exchange);

	*ret_source = YG_SERVICE_SNI;
	if (name.len)
		return name;
	*ret_source = YG_SERVICE_CONNECTION;
	if (exchange->named.ptr)
		name = yg_service_from_authority(exchange->named, exchange->tls, knowledge->name);
	if (name.len)
		return name;
	*ret_source = YG_SERVICE_LISTENER;
	return yg_listeners_sole(knowledge->listeners, exchange);
}

/* An accepted request named @service; absent: neither did it nor its connection. */
static void note_listener(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			  struct yg_slice service)
{
	uint64_t evicted = yg_listeners_note(knowledge->listeners, exchange, service);

	if (evicted && knowledge->sink.on_forget)
		knowledge->sink.on_forget(knowledge->sink.ctx, YG_BLOB_LISTENER, evicted);
}

static void name_by_address(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			    struct yg_observation *ret)
{
	struct yg_peer server = exchange->server;

	server.port = yg_service_port(&server, exchange->tls);
	ret->service = yg_service_from_server(&server, knowledge->name);
	ret->source = YG_SERVICE_ADDRESS;
}

/*
 * The row of a request under the name that something else gives it. False: there is no such name,
 * or the row would be a new one in a service that is asked by name.
 */
static bool find_by_guess(struct yg_knowledge *knowledge, const struct yg_exchange *exchange,
			  struct yg_observation *ret, struct yg_endpoint **ret_endpoint)
{
	enum yg_service_source source;
	struct yg_slice name = guess(knowledge, exchange, &source);
	const struct service *service;

	if (source == YG_SERVICE_LISTENER && yg_knowledge_teaches(exchange))
		note_listener(knowledge, exchange, (struct yg_slice){ NULL, 0 });
	if (name.len == 0)
		return false;
	ret->service = name;
	ret->source = (uint8_t)source;
	service = look_up(knowledge, name);
	if (source == YG_SERVICE_SNI && !(service && service->is_asked)) {
		*ret_endpoint = yg_knowledge_place(knowledge, exchange, ret);
		return true;
	}
	*ret_endpoint = yg_knowledge_look(knowledge, exchange, ret);
	/* Who was refused teaches nothing, whatever it is called. */
	return *ret_endpoint || !yg_knowledge_teaches(exchange);
}

struct yg_endpoint *yg_knowledge_name(struct yg_knowledge *knowledge,
				      const struct yg_exchange *exchange,
				      struct yg_observation *ret)
{
	struct yg_endpoint *endpoint;

	knowledge->is_said = ret->source == YG_SERVICE_REQUEST || yg_service_is_said(exchange);
	if (!knowledge->is_said && find_by_guess(knowledge, exchange, ret, &endpoint)) {
		knowledge->named[ret->source]++;
		return endpoint;
	}
	if (!knowledge->is_said)
		name_by_address(knowledge, exchange, ret);
	knowledge->named[ret->source]++;
	endpoint = yg_knowledge_place(knowledge, exchange, ret);
	if (ret->source == YG_SERVICE_REQUEST && ret->service.len && yg_knowledge_teaches(exchange))
		note_listener(knowledge, exchange, ret->service);
	return endpoint;
}

struct yg_endpoint *yg_knowledge_find_piece(struct yg_knowledge *knowledge,
					    const struct yg_exchange *exchange,
					    struct yg_observation *ret)
{
	struct yg_slice own, name = { NULL, 0 };
	struct yg_endpoint *endpoint = NULL;
	enum yg_service_source source;

	own = yg_service_from_exchange(exchange, &source, knowledge->here.service_text);
	if (!yg_service_is_said(exchange))
		name = guess(knowledge, exchange, &source);
	if (name.len) {
		ret->service = name;
		endpoint = yg_knowledge_find_place(knowledge, exchange->request.method, ret);
	}
	if (endpoint)
		return endpoint;
	ret->service = own;
	return yg_knowledge_find_place(knowledge, exchange->request.method, ret);
}

/* --- what stayed under an address ----------------------------------------------------------- */

/* The rows of @from that there are in @into, too. */
static void adopt(struct yg_knowledge *knowledge, const struct service *from,
		  const struct service *into)
{
	char template_[YG_TEMPLATE_CAP];

	for (uint32_t i = 0; i < yg_inventory_cap(knowledge->inventory); i++) {
		const struct yg_endpoint *row = yg_inventory_at(knowledge->inventory, i);

		if (row && strcmp(row->service, from->name) == 0 &&
		    yg_knowledge_reread(knowledge, into, row, template_) &&
		    yg_inventory_find(knowledge->inventory, into->text,
				      yg_slice_from_str(row->method), yg_slice_from_str(template_)))
			yg_knowledge_fold(knowledge, i, into->text, template_);
	}
}

void yg_knowledge_adopt(struct yg_knowledge *knowledge)
{
	for (uint32_t i = 0; i < YG_SERVICES_MAX; i++) {
		const struct service *from = &knowledge->services[i], *into;
		struct yg_slice name = { NULL, 0 };

		/* What somebody asked by the address is the address's. */
		if (from->trie && !from->is_asked)
			name = yg_listeners_sole_of(knowledge->listeners, from->text);
		into = name.ptr ? look_up(knowledge, name) : NULL;
		if (into)
			adopt(knowledge, from, into);
	}
}

struct yg_endpoint *yg_knowledge_find_again(struct yg_knowledge *knowledge,
					    const struct yg_recall *recall,
					    struct yg_observation *ret)
{
	struct yg_observation into = *ret;
	struct yg_endpoint *endpoint;

	endpoint = yg_knowledge_find_place(knowledge, recall->method, ret);
	if (endpoint || recall->source != YG_SERVICE_ADDRESS)
		return endpoint;
	into.service = yg_listeners_sole_of(knowledge->listeners, recall->service);
	into.source = YG_SERVICE_LISTENER;
	if (!into.service.ptr)
		return NULL;
	endpoint = yg_knowledge_find_place(knowledge, recall->method, &into);
	if (endpoint)
		*ret = into;
	else /* the template in hand is another service's now */
		(void)yg_knowledge_find_place(knowledge, recall->method, ret);
	return endpoint;
}
