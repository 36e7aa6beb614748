/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * API8 by handshakes: what the server chose, for the service that the client named.
 *
 * tls-old-version	an answer below TLS 1.2
 * tls-weak-cipher	NULL, export, RC4, DES, 3DES, MD5, anonymous, a key exchange by RSA, or
 *			compression
 * tls-weak-dh	a Diffie-Hellman group below 2048 bits
 * fapi-tls-cipher	TLS 1.2 with other than (EC)DHE and AES-GCM
 * fapi-certificate-not-requested	TLS 1.2 without a CertificateRequest where the metadata name
 *			mutual TLS as the one way of clients to prove themselves
 * tls-weak-certificate	RSA below 2048 bits, EC below 224, signed with MD5 or SHA-1, out of date;
 *			self-signed, if the client is neither this host nor on a private network:
 *			there an issuer of one's own, or a pinned key, is the usual thing
 */
#include "parse/handshake.h"

#include "core/address.h"
#include "detect/posture_inside.h"

#define TLS_1_2	      0x0303
#define DH_BITS_MIN   2048u
#define NS_PER_SECOND 1000000000

/* Forward secrecy with an AEAD: RFC 9325 section 4.2, and ChaCha20 and AES-CCM beside it. */
static bool is_strong(uint16_t cipher)
{
	return cipher >> 8 == 0x13 || cipher == 0x009e || cipher == 0x009f ||
	       (cipher >= 0xc02b && cipher <= 0xc02c) || (cipher >= 0xc02f && cipher <= 0xc030) ||
	       (cipher >= 0xcca8 && cipher <= 0xccaa) || (cipher >= 0xc0ac && cipher <= 0xc0af);
}

static bool is_of_profile(uint16_t cipher)
{
	return cipher >> 8 == 0x13 || cipher == 0x009e || cipher == 0x009f ||
	       (cipher >= 0xc02b && cipher <= 0xc02c) || (cipher >= 0xc02f && cipher <= 0xc030);
}

static bool is_cbc_with_secrecy(uint16_t cipher)
{
	return (cipher >= 0xc009 && cipher <= 0xc00a) || (cipher >= 0xc013 && cipher <= 0xc014) ||
	       (cipher >= 0xc023 && cipher <= 0xc024) || (cipher >= 0xc027 && cipher <= 0xc028);
}

static bool is_near(const struct yg_address *addr)
{
	static const struct yg_address loopback6 = { .bytes = { [15] = 1 } };

	return yg_address_is_private(addr) || memcmp(addr, &loopback6, sizeof(*addr)) == 0 ||
	       (yg_address_is_v4(addr) && addr->bytes[12] == 127);
}

static const char *judge_certificate(const struct yg_handshake *handshake, int64_t now_s)
{
	const struct yg_x509 *certificate = &handshake->certificate;

	if (certificate->key == YG_X509_KEY_RSA && certificate->key_bits &&
	    certificate->key_bits < 2048)
		return "a short RSA key";
	if (certificate->key == YG_X509_KEY_EC && certificate->key_bits &&
	    certificate->key_bits < 224)
		return "a short EC key";
	if (certificate->digest == YG_X509_DIGEST_MD5 || certificate->digest == YG_X509_DIGEST_SHA1)
		return "a signature with MD5 or SHA-1";
	if (certificate->not_after_s < now_s)
		return "an end that has passed";
	return certificate->is_self_signed && !is_near(&handshake->client.addr)
		       ? "no issuer but itself"
		       : NULL;
}

/* What only versions before TLS 1.3 show: the group, and the request for a certificate. */
static void check_group(struct yg_look *look, const struct yg_handshake *handshake)
{
	if (handshake->dh_bits)
		yg_judge(look, YG_POSTURE_TLS_DH, handshake->dh_bits < DH_BITS_MIN,
			 "The group has %u bits", handshake->dh_bits);
	if (handshake->is_whole && !handshake->is_resumed && look->whole->asks_certificates)
		yg_judge(look, YG_POSTURE_F_CERT_REQUEST, !handshake->asks_certificate,
			 "A handshake of TLS 1.2 ended without a CertificateRequest");
}

void yg_posture_handshake(struct yg_posture *posture, const struct yg_handshake *handshake)
{
	char address[YG_ADDRESS_TEXT_CAP];
	struct yg_look look = { .posture = posture, .time_ns = handshake->time_ns };
	const char *why;

	if (!handshake->is_answered || handshake->is_refused || !handshake->cipher)
		return;
	look.service = handshake->sni.len
			       ? handshake->sni
			       : yg_slice_from_str(yg_endpoint_format(
					 &handshake->server.addr, handshake->server.port, address));
	look.whole = yg_posture_service(posture, look.service);
	yg_judge(&look, YG_POSTURE_TLS_VERSION, handshake->version < TLS_1_2,
		 "The server chose TLS %s", yg_hello_version_name(handshake->version));
	yg_judge(&look, YG_POSTURE_TLS_CIPHER,
		 handshake->is_compressed ||
			 (!is_strong(handshake->cipher) && !is_cbc_with_secrecy(handshake->cipher)),
		 handshake->is_compressed ? "The server chose compression with cipher suite 0x%04x"
					  : "The server chose cipher suite 0x%04x",
		 handshake->cipher);
	check_group(&look, handshake);
	if (handshake->version == TLS_1_2)
		yg_judge(&look, YG_POSTURE_F_TLS_CIPHER, !is_of_profile(handshake->cipher),
			 "The server chose cipher suite 0x%04x with TLS 1.2", handshake->cipher);
	if (!handshake->has_certificate)
		return;
	why = judge_certificate(handshake, (int64_t)(handshake->time_ns / NS_PER_SECOND));
	yg_judge(&look, YG_POSTURE_TLS_CERTIFICATE, why != NULL, "The certificate has %s",
		 why ? why : "");
}
