/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one message of a WebSocket does, where applications talk inside in a way that is known:
 *
 *	{"type":"subscribe","id":"1","payload":{"query":...	graphql	subscription OnPrice
 *	{"type":"next","id":"1","payload":{"data":...		graphql	answers it
 *	{"jsonrpc":"2.0","id":7,"method":"eth_call",...		jsonrpc	eth_call
 *	42/admin,12["kick",{"user":...}]			socketio	/admin kick
 *	SEND\ndestination:/app/room.17\n\n...			stomp	SEND /app/room.*
 *	{"type":1,"invocationId":"0","target":"Send",...}\x1e	signalr	Send
 *	{"type":"response.create",...}				json	response.create
 *	{"action":"sendmessage",...}				json	sendmessage
 *
 * The last two are any object with a short plain word under "action", "type", "event" or "op".
 * SockJS, an array of texts, is opened. What keeps a connection alive, and all else, is nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/slice.h"
#include "parse/ws_name.h"

#define YG_WS_UNPACK_MAX 2048u /* bytes of SockJS' text that is unpacked; a longer one is not */

enum yg_ws_tongue {
	YG_WS_TONGUE_NONE,
	YG_WS_TONGUE_GRAPHQL,
	YG_WS_TONGUE_JSONRPC,
	YG_WS_TONGUE_SOCKETIO,
	YG_WS_TONGUE_STOMP,
	YG_WS_TONGUE_SIGNALR,
	YG_WS_TONGUE_JSON,
	YG_WS_TONGUE_MAX
};

const char *yg_ws_tongue_name(enum yg_ws_tongue tongue); /* "socketio"; literal */

enum yg_ws_act {
	YG_WS_ACT_NONE,
	YG_WS_ACT_ASK,	  /* name is set; with an id the other side may answer it */
	YG_WS_ACT_ANSWER, /* to what the other side asked under this id; outcome says how */
	YG_WS_ACT_END,	  /* no answer follows to what was asked under this id; says nothing */
	YG_WS_ACT_MAX
};

struct yg_ws_call {
	uint8_t tongue;	      /* enum yg_ws_tongue */
	uint8_t act;	      /* enum yg_ws_act */
	uint8_t outcome;      /* enum yg_outcome_kind; ASK: of a message that is an error itself */
	bool last;	      /* ANSWER: no other follows it */
	uint64_t id;	      /* hash of the id and its tongue; 0: none */
	struct yg_slice name; /* of bytes */
	struct yg_slice body; /* JSON with the values of the message, of the text or the room */
	char bytes[YG_WS_NAME_CAP];
};

/**
 * yg_ws_call_read() - read one message.
 * @text: as the application sent it; may be a prefix.
 * @cut: it is one.
 * @server: the server sent it.
 * @room: [YG_WS_UNPACK_MAX] what SockJS packs is unpacked there.
 * @ret: written whole; it may not move, its name points into it.
 *
 * Parts of names that may be ids of somebody (numbers, three digits or more, odd characters) are
 * "*". O(@text). Source: graphql-ws PROTOCOL.md; subscriptions-transport-ws PROTOCOL.md; JSON-RPC
 * 2.0; Socket.IO protocol 5; STOMP 1.2; SignalR HubProtocol.md; SockJS 0.3.
 */
void yg_ws_call_read(struct yg_slice text, bool cut, bool server, char *room,
		     struct yg_ws_call *ret);
