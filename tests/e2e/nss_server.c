/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * nss_server PORT DIRECTORY: HTTP/1.1 under TLS by NSS, with the certificate "api" of the database
 * there. A thread for each connection, which waits inside of PR_Recv(). Each path is answered with
 * a status of its own, and printed when it is.
 */
#include <nspr.h>
#include <nss.h>
#include <pk11pub.h>
#include <pthread.h>
#include <ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int answer(PRFileDesc *fd, const char *request)
{
	static const struct {
		const char *path;
		int code;
	} colors[] = { { "/red ", 201 }, { "/green ", 202 }, { "/blue ", 203 } };
	char text[128], line[64];
	int code = 200, len;

	for (size_t i = 0; i < sizeof(colors) / sizeof(*colors); i++)
		if (strncmp(request + 4, colors[i].path, strlen(colors[i].path)) == 0)
			code = colors[i].code;
	len = snprintf(line, sizeof(line), "%.12s %d\n", request, code);
	if (write(1, line, (size_t)len) != len)
		abort();
	len = snprintf(text, sizeof(text),
		       "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
		       "Content-Length: 12\r\n\r\n{\"code\":%d}",
		       code, code);
	return PR_Send(fd, text, len, 0, PR_INTERVAL_NO_TIMEOUT) == len ? 0 : -1;
}

static void *serve(void *arg)
{
	PRFileDesc *fd = arg;
	char request[8192] = "";
	size_t len = 0;
	int n;

	while (len < sizeof(request) - 1 &&
	       (n = PR_Recv(fd, request + len, (int)(sizeof(request) - 1 - len), 0,
			    PR_INTERVAL_NO_TIMEOUT)) > 0) {
		len += (size_t)n;
		request[len] = '\0';
		if (len < 4 || memcmp(request + len - 4, "\r\n\r\n", 4) != 0)
			continue;
		if (answer(fd, request))
			break;
		len = 0;
	}
	(void)PR_Close(fd);
	return NULL;
}

/* The TLS end of @fd. Return: it; NULL. */
static PRFileDesc *secure(PRFileDesc *fd, CERTCertificate *cert, SECKEYPrivateKey *key)
{
	static const unsigned char protocol[] = "\x08http/1.1";

	fd = SSL_ImportFD(NULL, fd);
	if (!fd || SSL_OptionSet(fd, SSL_SECURITY, PR_TRUE) ||
	    SSL_OptionSet(fd, SSL_HANDSHAKE_AS_SERVER, PR_TRUE) ||
	    SSL_ConfigServerCert(fd, cert, key, NULL, 0) ||
	    SSL_SetNextProtoNego(fd, protocol, sizeof(protocol) - 1) ||
	    SSL_ResetHandshake(fd, PR_TRUE))
		return NULL;
	return fd;
}

int main(int argc, char **argv)
{
	CERTCertificate *cert;
	SECKEYPrivateKey *key;
	PRFileDesc *listener;
	PRNetAddr addr;

	PR_Init(PR_SYSTEM_THREAD, PR_PRIORITY_NORMAL, 0);
	if (argc != 3 || NSS_Init(argv[2]) || SSL_ConfigServerSessionIDCache(0, 0, 0, NULL))
		return 1;
	cert = PK11_FindCertFromNickname("api", NULL);
	key = cert ? PK11_FindKeyByAnyCert(cert, NULL) : NULL;
	listener = PR_OpenTCPSocket(PR_AF_INET);
	(void)PR_InitializeNetAddr(PR_IpAddrAny, (PRUint16)strtoul(argv[1], NULL, 10), &addr);
	if (!key || !listener || PR_Bind(listener, &addr) || PR_Listen(listener, 64))
		return 1;
	for (;;) {
		PRFileDesc *fd = PR_Accept(listener, NULL, PR_INTERVAL_NO_TIMEOUT);
		PRFileDesc *tls = fd ? secure(fd, cert, key) : NULL;
		pthread_t thread;

		if (tls && pthread_create(&thread, NULL, serve, tls) == 0)
			(void)pthread_detach(thread);
	}
}
