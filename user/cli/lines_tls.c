/* SPDX-License-Identifier: GPL-2.0-only */
#include <assert.h>
#include <stdio.h>

#include "cli/lines.h"
#include "cli/lines_inside.h"
#include "parse/cipher.h"
#include "parse/hello.h"
#include "parse/x509.h"

void yg_lines_put_alpn(struct yg_json *json, struct yg_slice list)
{
	yg_json_key(json, "alpn");
	yg_json_open_array(json);
	for (struct yg_slice name; (name = yg_hello_alpn_next(&list)).ptr;)
		yg_json_slice(json, name);
	yg_json_close_array(json);
}

static void put_hex(struct yg_json *json, const char *name, const uint8_t *bytes, size_t len)
{
	char text[2 * YG_X509_HASH_LEN + 1] = "";

	assert(len <= YG_X509_HASH_LEN);
	for (size_t i = 0; i < len; i++)
		(void)snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x", bytes[i]);
	yg_json_pair_str(json, name, text);
}

static void put_time_s(struct yg_json *json, const char *name, int64_t time_s)
{
	yg_json_pair_time(json, name, time_s > 0 ? (uint64_t)time_s * 1000000000u : 0);
}

static void put_certificate(struct yg_json *json, const struct yg_x509 *certificate)
{
	yg_json_key(json, "certificate");
	yg_json_open_object(json);
	yg_json_pair_slice(json, "subject", certificate->subject);
	yg_json_pair_slice(json, "issuer", certificate->issuer);
	yg_json_pair_bool(json, "self_signed", certificate->is_self_signed);
	put_time_s(json, "not_before", certificate->not_before_s);
	put_time_s(json, "not_after", certificate->not_after_s);
	yg_json_pair_str(json, "key", yg_x509_key_name(certificate->key));
	yg_lines_put_known(json, "key_bits", certificate->key_bits, certificate->key_bits != 0);
	yg_json_pair_str(json, "digest", yg_x509_digest_name(certificate->digest));
	put_hex(json, "sha256", certificate->hash, sizeof(certificate->hash));
	yg_json_close_object(json);
}

/* What the server chose. */
static void put_answer(struct yg_json *json, const struct yg_handshake *handshake)
{
	const char *cipher = yg_cipher_name(handshake->cipher);
	char number[8];

	yg_json_pair_bool(json, "answered", handshake->is_answered);
	if (!handshake->is_answered)
		return;
	if (handshake->is_refused)
		yg_json_pair_uint(json, "alert", handshake->alert);
	if (!handshake->cipher)
		return;
	(void)snprintf(number, sizeof(number), "0x%04x", handshake->cipher);
	yg_json_pair_str(json, "cipher", cipher ? cipher : number);
	yg_json_pair_str(json, "cipher_grade",
			 yg_cipher_grade_name(yg_cipher_grade_of(handshake->cipher)));
	if (handshake->chosen_alpn.ptr)
		yg_json_pair_slice(json, "chosen_alpn", handshake->chosen_alpn);
	if (handshake->is_resumed)
		yg_json_pair_bool(json, "resumed", true);
	if (handshake->has_certificate)
		put_certificate(json, &handshake->certificate);
}

void yg_lines_handshake(struct yg_json *json, const struct yg_handshake *handshake,
			const struct yg_peer *client)
{
	yg_json_open_object(json);
	yg_json_pair_str(json, "type", "tls");
	yg_lines_put_peer(json, "client", client);
	yg_lines_put_peer(json, "server", &handshake->server);
	yg_json_pair_slice(json, "sni", handshake->sni);
	yg_json_pair_slice(json, "ja4", handshake->ja4);
	yg_json_pair_str(json, "version", yg_hello_version_name(handshake->version));
	yg_json_pair_time(json, "time", handshake->time_ns);
	yg_lines_put_alpn(json, handshake->alpn);
	if (client != &handshake->client)
		yg_lines_put_peer(json, "peer", &handshake->client);
	yg_json_key(json, "offered");
	yg_json_open_array(json);
	for (uint8_t i = 0; i < handshake->offered_count; i++)
		yg_json_str(json, yg_hello_version_name(handshake->offered[i]));
	yg_json_close_array(json);
	put_answer(json, handshake);
	yg_json_close_object(json);
}
