#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TLS stacks that no probe reads, by the programs that people run: each is a gap that names the
# stack, with its process, its connections and their bytes, as a server and as a client.
#
#	java	JSSE, in what the virtual machine compiles (default-jdk-headless)
#	deno	rustls, stripped (npm's deno, or YG_DENO)
#
# What is not installed is said, and no row. None of them is in tools/setup: each is 100 MB or more.
. "$(dirname "$0")/lib.sh"
need curl jq openssl nginx

REQUESTS=5
BODY=20000
DENO=${YG_DENO-$(command -v deno || true)}
ROWS=0

write_java() {
	mkdir -p "$WORK/java"
	cat >"$WORK/java/Serve.java" <<-'JAVA'
		import com.sun.net.httpserver.*;
		import java.io.*;
		import java.net.*;
		import java.security.*;
		import javax.net.ssl.*;

		public class Serve {
			static final X509TrustManager ANY = new X509ExtendedTrustManager() {
				public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a) { }
				public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a) { }
				public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a, Socket s) { }
				public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a, Socket s) { }
				public void checkClientTrusted(java.security.cert.X509Certificate[] c, String a, SSLEngine e) { }
				public void checkServerTrusted(java.security.cert.X509Certificate[] c, String a, SSLEngine e) { }
				public java.security.cert.X509Certificate[] getAcceptedIssuers() { return null; }
			};

			static void ask(String url, int count) throws Exception {
				SSLContext context = SSLContext.getInstance("TLS");
				context.init(null, new TrustManager[] { ANY }, null);
				java.net.http.HttpClient client = java.net.http.HttpClient.newBuilder()
					.sslContext(context).version(java.net.http.HttpClient.Version.HTTP_1_1).build();
				for (int i = 0; i < count; i++)
					client.send(java.net.http.HttpRequest.newBuilder(URI.create(url)).build(),
						java.net.http.HttpResponse.BodyHandlers.ofByteArray());
				Thread.sleep(60000);
			}

			public static void main(String[] a) throws Exception {
				if (a[0].equals("ask")) {
					ask(a[1], Integer.parseInt(a[2]));
					return;
				}
				KeyStore store = KeyStore.getInstance("PKCS12");
				store.load(new FileInputStream(a[0]), "secret".toCharArray());
				KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
				keys.init(store, "secret".toCharArray());
				SSLContext context = SSLContext.getInstance("TLS");
				context.init(keys.getKeyManagers(), null, null);
				HttpsServer server = HttpsServer.create(new InetSocketAddress(Integer.parseInt(a[1])), 0);
				server.setHttpsConfigurator(new HttpsConfigurator(context));
				byte[] body = new byte[Integer.parseInt(a[2])];
				server.createContext("/", exchange -> {
					exchange.sendResponseHeaders(200, body.length);
					exchange.getResponseBody().write(body);
					exchange.close();
				});
				server.start();
			}
		}
	JAVA
	openssl pkcs12 -export -in "$CERT" -inkey "$KEY" -out "$WORK/java/store.p12" -passout pass:secret
	(cd "$WORK/java" && javac Serve.java)
}

java_serve() { java -cp "$WORK/java" Serve "$WORK/java/store.p12" "$1" $BODY; }
java_ask() { java -cp "$WORK/java" Serve ask "$1" $REQUESTS; }

write_deno() {
	mkdir -p "$WORK/deno"
	cat >"$WORK/deno/serve.js" <<-'JS'
		const [cert, key, port, length] = Deno.args;
		const body = new Uint8Array(+length);
		Deno.serve({ hostname: "0.0.0.0", port: +port, cert: Deno.readTextFileSync(cert),
			key: Deno.readTextFileSync(key), onListen: () => {} }, () => new Response(body));
	JS
	cat >"$WORK/deno/ask.js" <<-'JS'
		const [url, count] = Deno.args;
		for (let i = 0; i < count; i++)
			await (await fetch(`${url}?n=${i}`)).arrayBuffer();
		await new Promise((done) => setTimeout(done, 60000));
	JS
}

deno_serve() {
	DENO_DIR=$WORK/deno/dir NO_COLOR=1 "$DENO" run --no-config -A "$WORK/deno/serve.js" "$CERT" "$KEY" "$1" $BODY
}
deno_ask() {
	DENO_DIR=$WORK/deno/dir "$DENO" run --no-config -A --unsafely-ignore-certificate-errors \
		"$WORK/deno/ask.js" "$1" $REQUESTS
}

on_fail() {
	status '[.libraries[] | select(.state == "gap")]'
	status .counters.coverage
	daemon_log 20
	tail -n 5 "$WORK"/*/*.log
}

# The gap of the server that listens on $2, or ("") of the client, of program $1: a field of it.
gap() {
	status "[.libraries[] | select(.state == \"gap\" and .comm == \"$1\" and
		(.port == ${2:-0}))][0] // {} | .$3 // 0"
}
has_gap() { [[ $(gap "$1" "$2" kind) == "$3" ]] && (($(gap "$1" "$2" bytes) > REQUESTS * BODY)); }

# expect PROGRAM PORT STACK: what was answered was not read, and the gap says of what stack it is.
expect() {
	local bytes side=client
	wait_until 20 has_gap "$1" "$2" "$3"
	bytes=$(gap "$1" "$2" bytes)
	((bytes < REQUESTS * (BODY + 8000))) || fail "$1: $bytes bytes"
	[[ -z $2 ]] || side=server
	echo "$1 as a $side: $(gap "$1" "$2" connections) connections, $bytes bytes," \
		"$(gap "$1" "$2" path): $(gap "$1" "$2" reason)"
}

# rows PROGRAM PORT STACK: both sides of one program.
rows() {
	"$1_serve" "$2" >"$WORK/$1/serve.log" 2>&1 &
	wait_until 30 is_listening "$2"
	peer curl -sk -o /dev/null "https://$GATEWAY:$2/x?n=[1-$REQUESTS]" || fail "$1: no answer"
	expect "$1" "$2" "$3"
	"$1_ask" https://10.77.0.40:9443/big >"$WORK/$1/ask.log" 2>&1 &
	expect "$1" "" "$3"
	ROWS=$((ROWS + 2))
}

make_sandbox
mkdir -p "$WORK/far"
head -c $BODY /dev/zero >"$WORK/far/big"
cat >"$WORK/far/nginx.conf" <<-CONF
	daemon off; user root; worker_processes 1; pid $WORK/far/pid;
	error_log $WORK/far/error.log;
	events { }
	http {
		access_log off;
		client_body_temp_path $WORK/far/body; proxy_temp_path $WORK/far/proxy;
		fastcgi_temp_path $WORK/far/fcgi; uwsgi_temp_path $WORK/far/uwsgi;
		scgi_temp_path $WORK/far/scgi;
		server {
			listen 9443 ssl; ssl_certificate $CERT; ssl_certificate_key $KEY;
			root $WORK/far;
		}
	}
CONF
peer nginx -c "$WORK/far/nginx.conf" -p "$WORK/far" 2>"$WORK/far/start.log" &
start_yagurad --mode observe
if command -v javac >/dev/null; then
	write_java
	rows java 9001 java
else
	echo "java: not installed: no rows (apt install default-jdk-headless)"
fi
if [[ -n $DENO ]]; then
	write_deno
	rows deno 9002 rustls
else
	echo "deno: not installed: no rows (npm install deno)"
fi
((ROWS > 0)) || skip "neither java nor deno"
echo "PASS: $ROWS rows"
