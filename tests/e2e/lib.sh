# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Sandbox for end-to-end tests. Source it as the first line of a test.
#
#   ┌── this shell: the gateway ─────┐      ┌── netns peer: the clients ──┐
#   │ yagurad, servers under test    │      │ curl, wrk, h2load, python   │
#   │ veth0  10.77.0.1/16 fd77::1    ├──────┤ veth1  10.77.0.2 .. .41     │
#   │ own /run, /var/lib, bpffs      │      │        fd77::2 .. ::29      │
#   └────────────────────────────────┘      └─────────────────────────────┘
#
# A test re-executes itself as PID 1 of private mount, net, pid and ipc namespaces: the kernel
# takes every device, pin, mount and child away when it ends, however it ends. Exit status:
# 0 pass, 77 skip, anything else fail. A skip prints its reason.
#
# What a test may use:
#	skip REASON, fail REASON, need TOOL..., wait_until SECONDS COMMAND...
#	COMMAND | matches PATTERN	never "| grep -q"
#	make_sandbox			namespaces, addresses, certificate, directories
#	peer COMMAND...			run COMMAND as a client
#	start_NAME [PORT [TLS_PORT]]	nginx, haproxy, apache, node, python, asyncio, caddy, go:
#					HTTP and HTTPS servers; all but the pythons and go take
#					two more ports, of HTTP/2: prior knowledge, TLS
#	start_yagurad [OPTION...]	the daemon, scoped to this sandbox; waits until it answers;
#					$SAMPLE is its --sample: 1 (all), auto, 1/8 ...
#	stop_yagurad, daemon_log	end it, print what it said
#	yagura COMMAND...		the command line, talking to that daemon
#	api PATH			the desk's answer to GET /v1/PATH
#	status FIELD, counter TABLE.ROW	one value (jq path of status; row of a counter table)
#	access_lines FILE		complete lines of an access log
#	tls_file SERVER			part of the name of the file that holds its TLS functions
set -euo pipefail
export LC_ALL=C

skip() {
	echo "SKIP: $*"
	exit 77
}

fail() {
	SAID=1
	echo "FAIL: $*" >&2
	if declare -F on_fail >/dev/null; then on_fail >&2 || true; fi
	exit 1
}

# A command that fails outside any check ends a test too: which one it was, and what the daemon says.
ended() {
	local status=$?
	((status != 0 && status != 77)) && [[ -z ${SAID-} ]] || return 0
	echo "FAIL: status $status of \"$1\", called at ${BASH_LINENO[*]: -2:1}" >&2
	if declare -F on_fail >/dev/null; then on_fail >&2 || true; fi
}
trap 'ended "$BASH_COMMAND"' EXIT

need() {
	local tool
	for tool; do
		command -v "$tool" >/dev/null || skip "no $tool: run tools/setup"
	done
}

if [[ -z ${YG_SANDBOX-} ]]; then
	((EUID == 0)) || skip "needs root"
	need unshare ip
	exec env YG_SANDBOX=1 "$(dirname "${BASH_SOURCE[0]}")/../../tools/sandbox" "$(realpath "$0")" "$@"
fi

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${YG_BUILD:-$ROOT/build}
GATEWAY=10.77.0.1
GATEWAY6=fd77::1
CLIENTS=40 # addresses of the peer: 10.77.0.2 and up, fd77::2 and up
BPFFS=/sys/fs/bpf/yagura # these four are on mounts of the sandbox, never the host's
STATE=/var/lib/yagura
RUN=/run/yagura
WORK=/run/work # certificates, server configurations, logs
CERT=$WORK/cert.pem
KEY=$WORK/key.pem
DAEMON_LOG=$WORK/yagurad.log
DAEMON_PID=

peer() { ip netns exec peer "$@"; }

# comes_true SECONDS COMMAND...: poll COMMAND; a bare sleep is never a synchronisation. The time is
# of an idle machine; YG_SLOW stretches it: one that is shared, one that is emulated. A machine that
# stood still until the time was over has had none: COMMAND is tried 50 times at the least.
comes_true() {
	local deadline=$((SECONDS + $1 * ${YG_SLOW:-4})) tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		((++tries < 50 || SECONDS < deadline)) || return 1
		sleep 0.05
	done
}

# matches PATTERN: "grep -q" of standard input, which is read to its end: who stops reading at the
# first match may kill the writer, and with pipefail that is no match.
matches() {
	local text
	text=$(cat)
	grep -q "$@" <<<"$text"
}

wait_until() { comes_true "$@" || fail "timed out: ${*:2}"; }

is_listening() { ss -Hltn "sport = :$1" | matches .; }
is_running() { kill -0 "$1" 2>/dev/null; }

make_sandbox() {
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /var/lib # the state directory may be missing: its parent is ours
	mkdir -p /run/netns "$RUN" "$STATE" "$WORK"
	mount -t sysfs sysfs /sys
	mount -t bpf bpf /sys/fs/bpf
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null || true
	mount -t cgroup2 cgroup2 /sys/fs/cgroup 2>/dev/null || true
	chmod 755 "$WORK"
	make_libraries
	make_network
	make_certificate
}

# TLS libraries of our own: a probe sits on a file, so one on the host's library would be hit by
# every process of the host, and a sensor of somebody else would be hit by ours.
make_libraries() {
	local library
	mkdir -p "$WORK/lib"
	for library in /usr/lib/*-linux-gnu/lib{ssl.so.3,gnutls.so.30,nspr4.so}; do
		[[ -e $library ]] || continue
		cp "$(readlink -f "$library")" "$WORK/lib/${library##*/}"
		mount --bind "$WORK/lib/${library##*/}" "$(readlink -f "$library")"
	done
}

make_network() {
	local i
	ip netns add peer
	ip link add dev veth0 type veth peer name veth1 netns peer
	ip addr add "$GATEWAY/16" dev veth0
	ip addr add "$GATEWAY6/64" dev veth0 nodad
	for ((i = 2; i < CLIENTS + 2; i++)); do
		echo "addr add 10.77.0.$i/16 dev veth1"
		printf 'addr add fd77::%x/64 dev veth1 nodad\n' "$i"
	done | peer ip -batch -
	ip link set dev lo up
	peer ip link set dev lo up
	ip link set dev veth0 up
	peer ip link set dev veth1 up
}

make_certificate() {
	need openssl
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=api.test -addext "subjectAltName=DNS:api.test,IP:$GATEWAY,IP:$GATEWAY6" \
		-keyout "$KEY" -out "$CERT" 2>/dev/null
	chmod 644 "$KEY"
}

# --- servers: each answers 200 on both ports and logs "client:port status request" per request.

start_nginx() {
	local port=${1:-8080} tls=${2:-8443}
	need nginx
	mkdir -p "$WORK/nginx"
	cat >"$WORK/nginx/nginx.conf" <<-CONF
		daemon off; user root; worker_processes 1; pid $WORK/nginx/pid;
		error_log $WORK/nginx/error.log;
		events { worker_connections 4096; }
		http {
			log_format yagura '\$remote_addr:\$remote_port \$status \$request';
			access_log $WORK/nginx/access.log yagura;
			client_body_temp_path $WORK/nginx/body; proxy_temp_path $WORK/nginx/proxy;
			fastcgi_temp_path $WORK/nginx/fcgi; uwsgi_temp_path $WORK/nginx/uwsgi;
			scgi_temp_path $WORK/nginx/scgi;
			keepalive_requests 10000000;
			server {
				listen $port; listen [::]:$port;
				listen $tls ssl; listen [::]:$tls ssl;
				${3:+listen $3 http2; listen $4 ssl http2;}
				ssl_certificate $CERT; ssl_certificate_key $KEY;
				include $WORK/nginx/location[.]conf;
				location / {
					default_type application/json;
					return 200 '{"ok":true,"path":"\$uri"}\n';
				}
			}
		}
	CONF
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/nginx/access.log
	nginx -c "$WORK/nginx/nginx.conf" -p "$WORK/nginx" 2>"$WORK/nginx/start.log" &
	SERVER_PID=$!
	wait_until 10 is_listening "$tls"
}

start_haproxy() {
	local port=${1:-8080} tls=${2:-8443}
	need haproxy
	mkdir -p "$WORK/haproxy"
	cat "$CERT" "$KEY" >"$WORK/haproxy/both.pem"
	cat >"$WORK/haproxy/haproxy.cfg" <<-CONF
		global
			maxconn 4096
			nbthread 1
			log stdout format raw local0
		defaults
			mode http
			log global
			log-format "%ci:%cp %ST %{+Q}r"
			timeout client 60s
			timeout server 60s
			timeout connect 5s
		frontend api
			bind *:$port
			bind :::$port v6only
			bind *:$tls ssl crt $WORK/haproxy/both.pem alpn http/1.1
			bind :::$tls v6only ssl crt $WORK/haproxy/both.pem alpn http/1.1
			${3:+bind *:$3 proto h2}
			${3:+bind *:$4 ssl crt $WORK/haproxy/both.pem alpn h2}
			http-request return status 200 content-type application/json string '{"ok":true}'
	CONF
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/haproxy/access.log
	haproxy -db -f "$WORK/haproxy/haproxy.cfg" >"$WORK/haproxy/access.log" \
		2>"$WORK/haproxy/error.log" &
	SERVER_PID=$!
	wait_until 10 is_listening "$tls"
}

start_apache() {
	local port=${1:-8080} tls=${2:-8443} module
	need apache2
	mkdir -p "$WORK/apache/htdocs"
	echo '{"ok":true}' >"$WORK/apache/htdocs/index.json"
	# mpm_event closes connections early when its workers are busy; a test must not.
	for module in mpm_worker authz_core mime dir ssl socache_shmcb rewrite alias http2; do
		echo "LoadModule ${module}_module /usr/lib/apache2/modules/mod_$module.so"
	done >"$WORK/apache/httpd.conf"
	cat >>"$WORK/apache/httpd.conf" <<-CONF
		ServerName api.test
		ServerRoot $WORK/apache
		PidFile $WORK/apache/pid
		User www-data
		Group www-data
		ErrorLog $WORK/apache/error.log
		LogFormat "%h:%{remote}p %>s %r" yagura
		CustomLog $WORK/apache/access.log yagura
		Listen $port
		Listen $tls
		StartServers 1
		ServerLimit 1
		ThreadLimit 256
		ThreadsPerChild 256
		MaxSpareThreads 256
		MaxRequestWorkers 256
		KeepAlive On
		MaxKeepAliveRequests 0
		KeepAliveTimeout 60
		DocumentRoot $WORK/apache/htdocs
		TypesConfig /etc/mime.types
		<Directory />
			Require all granted
		</Directory>
		AliasMatch .* $WORK/apache/htdocs/index.json
		<VirtualHost *:$tls>
			SSLEngine on
			SSLCertificateFile $CERT
			SSLCertificateKeyFile $KEY
		</VirtualHost>
	CONF
	[[ -z ${3-} ]] || cat >>"$WORK/apache/httpd.conf" <<-CONF
		Listen $3
		Listen $4
		<VirtualHost *:$3>
			Protocols h2c
		</VirtualHost>
		<VirtualHost *:$4>
			Protocols h2
			SSLEngine on
			SSLCertificateFile $CERT
			SSLCertificateKeyFile $KEY
		</VirtualHost>
	CONF
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/apache/access.log
	chmod 755 "$WORK/apache" "$WORK/apache/htdocs"
	apache2 -f "$WORK/apache/httpd.conf" -DFOREGROUND >"$WORK/apache/start.log" 2>&1 &
	SERVER_PID=$!
	wait_until 10 is_listening "$tls"
}

start_node() {
	local port=${1:-8080} tls=${2:-8443}
	need node
	mkdir -p "$WORK/node"
	cat >"$WORK/node/server.js" <<-'JS'
		const fs = require("fs"), http = require("http"), https = require("https");
		const http2 = require("http2");
		const [cert, key, log, port, tls, h2, h2tls] = process.argv.slice(2);
		const out = fs.createWriteStream(log, { flags: "a" });
		const answer = (request, response) => {
			const { remoteAddress, remotePort } = request.socket;
			const client = remoteAddress.replace(/^::ffff:/, "") + ":" + remotePort;
			// curl 7.88 waits for ever if its HTTP/2 request is answered before it has ended.
			request.resume().on("end", () => {
				response.setHeader("Content-Type", "application/json");
				response.end('{"ok":true}');
				out.write(`${client} 200 ${request.method} ${request.url} HTTP/1.1\n`);
			});
		};
		const options = { cert: fs.readFileSync(cert), key: fs.readFileSync(key) };
		http.createServer(answer).listen(+port, "::");
		https.createServer(options, answer).listen(+tls, "::");
		if (h2) {
			http2.createServer(answer).listen(+h2, "::");
			http2.createSecureServer(options, answer).listen(+h2tls, "::");
		}
	JS
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/node/access.log
	node "$WORK/node/server.js" "$CERT" "$KEY" "$WORK/node/access.log" "$port" "$tls" "${@:3}" \
		>"$WORK/node/error.log" 2>&1 &
	SERVER_PID=$!
	wait_until 10 is_listening "$port"
	wait_until 10 is_listening "$tls"
}

start_python() {
	local port=${1:-8080} tls=${2:-8443}
	need python3
	mkdir -p "$WORK/python"
	cat >"$WORK/python/server.py" <<-'PY'
		import http.server, socket, ssl, sys, threading

		cert, key, log_path, port, tls = sys.argv[1:]
		log = open(log_path, "a", buffering=1)

		class Server(http.server.ThreadingHTTPServer):
		    address_family = socket.AF_INET6
		    request_queue_size = 256
		    daemon_threads = True

		class Handler(http.server.BaseHTTPRequestHandler):
		    protocol_version = "HTTP/1.1"
		    wbufsize = 65536

		    def do_GET(self):
		        self.rfile.read(int(self.headers.get("Content-Length") or 0))
		        body = b'{"ok":true}'
		        self.send_response(200)
		        self.send_header("Content-Type", "application/json")
		        self.send_header("Content-Length", str(len(body)))
		        self.end_headers()
		        self.wfile.write(body)
		        address = self.client_address[0].removeprefix("::ffff:")
		        log.write(f"{address}:{self.client_address[1]} 200 {self.requestline}\n")

		    do_POST = do_PUT = do_DELETE = do_GET

		    def log_message(self, *arguments):
		        pass

		clear = Server(("::", int(port)), Handler)
		secure = Server(("::", int(tls)), Handler)
		context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		context.load_cert_chain(cert, key)
		secure.socket = context.wrap_socket(
		    secure.socket, server_side=True, do_handshake_on_connect=False)
		threading.Thread(target=clear.serve_forever, daemon=True).start()
		secure.serve_forever()
	PY
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/python/access.log
	python3 "$WORK/python/server.py" "$CERT" "$KEY" "$WORK/python/access.log" "$port" "$tls" \
		>"$WORK/python/error.log" 2>&1 &
	SERVER_PID=$!
	wait_until 10 is_listening "$port"
	wait_until 10 is_listening "$tls"
}

# Memory BIOs: asyncio moves the ciphertext itself.
start_asyncio() {
	local port=${1:-8080} tls=${2:-8443}
	need python3
	mkdir -p "$WORK/asyncio"
	cat >"$WORK/asyncio/server.py" <<-'PY'
		import asyncio, ssl, sys

		cert, key, log_path, port, tls = sys.argv[1:]
		log = open(log_path, "a", buffering=1)
		BODY = b'{"ok":true}'
		HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"

		async def serve(reader, writer):
		    host, number, *_ = writer.get_extra_info("peername")
		    client = f"{host.removeprefix('::ffff:')}:{number}"
		    try:
		        while True:
		            head = await reader.readuntil(b"\r\n\r\n")
		            writer.write(HEAD % len(BODY) + BODY)
		            line = head.decode().splitlines()[0]
		            log.write(f"{client} 200 {line}\n")
		            await writer.drain()
		    except (asyncio.IncompleteReadError, ConnectionError):
		        writer.close()

		async def main():
		    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
		    context.load_cert_chain(cert, key)
		    await asyncio.start_server(serve, None, int(port), backlog=256)
		    await asyncio.start_server(serve, None, int(tls), ssl=context, backlog=256)
		    await asyncio.Event().wait()

		asyncio.run(main())
	PY
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/asyncio/access.log
	python3 "$WORK/asyncio/server.py" "$CERT" "$KEY" "$ACCESS_LOG" "$port" "$tls" \
		>"$WORK/asyncio/error.log" 2>&1 &
	SERVER_PID=$!
	wait_until 10 is_listening "$port"
	wait_until 10 is_listening "$tls"
}

# Go's crypto/tls. Its log is JSON; jq makes of it what the others write.
start_caddy() {
	local port=${1:-8080} tls=${2:-8443}
	need caddy jq
	mkdir -p "$WORK/caddy"
	cat >"$WORK/caddy/Caddyfile" <<-CONF
		{
			admin off
			auto_https off
			storage file_system $WORK/caddy
			servers {
				protocols h1 h2 h2c
			}
			log default {
				output discard
			}
			log access {
				include http.log.access
				output stdout
				format json
			}
		}
		http://:$port ${3:+http://:$3} {
			log
			header Content-Type application/json
			respond "{\"ok\":true}" 200
		}
		https://:$tls ${3:+https://:$4} {
			log
			tls $CERT $KEY
			header Content-Type application/json
			respond "{\"ok\":true}" 200
		}
	CONF
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/caddy/access.log
	HOME=$WORK/caddy caddy run --config "$WORK/caddy/Caddyfile" --adapter caddyfile \
		2>"$WORK/caddy/error.log" > >(jq --unbuffered -r '"\(.request.remote_ip):\(.request.remote_port) \(.status) \(.request.method) \(.request.uri) \(.request.proto)"' >"$WORK/caddy/access.log") &
	SERVER_PID=$!
	wait_until 20 is_listening "$port"
	wait_until 20 is_listening "$tls"
}

# tls_file SERVER: Debian's node links libssl, other builds of it carry OpenSSL themselves.
tls_file() {
	case $1 in
	caddy) echo caddy ;;
	node) if [[ $(node -p process.config.variables.node_shared_openssl) == true ]]; then
		echo libssl
	else
		echo node
	fi ;;
	*) echo libssl ;;
	esac
}

# A program in Go, without symbols, where a compiler is. Under TLS HTTP/2 as well as HTTP/1; the
# names of COLORS (sampling_rests.sh) have statuses of their own.
start_go() {
	mkdir -p "$WORK/go"
	cat >"$WORK/go/main.go" <<-'GO'
		package main

		import (
			"fmt"
			"net/http"
			"os"
		)

		func main() {
			codes := map[string]int{"/red": 201, "/green": 202, "/blue": 203}
			log, _ := os.OpenFile(os.Args[3], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0644)
			http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
				code, ok := codes[r.URL.Path]
				if !ok {
					code = 200
				}
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(code)
				fmt.Fprint(w, `{"ok":true}`)
				fmt.Fprintf(log, "%s %d %s %s %s\n", r.RemoteAddr, code, r.Method, r.URL, r.Proto)
			})
			go http.ListenAndServe("0.0.0.0:"+os.Args[4], nil)
			panic(http.ListenAndServeTLS("0.0.0.0:"+os.Args[5], os.Args[1], os.Args[2], nil))
		}
	GO
	(cd "$WORK/go" && HOME=$WORK/go GOFLAGS=-p=1 go build -ldflags='-s -w' -o server main.go)
	# shellcheck disable=SC2034 # read by tests
	ACCESS_LOG=$WORK/go/access.log
	"$WORK/go/server" "$CERT" "$KEY" "$ACCESS_LOG" "${1:-8080}" "${2:-8443}" \
		>"$WORK/go/error.log" 2>&1 &
	SERVER_PID=$!
	wait_until 20 is_listening "${2:-8443}"
}

# stop_server: end what start_NAME started last.
stop_server() {
	kill "$SERVER_PID" 2>/dev/null || true
	wait "$SERVER_PID" 2>/dev/null || true
}

access_lines() { if [[ -e $1 ]]; then wc -l <"$1"; else echo 0; fi; }

# --- the daemon

# netns_id: inode of this network namespace, the scope of every test.
netns_id() { stat -L -c %i /proc/self/ns/net; }

yagura() { "$BUILD/yagura" "$1" --socket "$RUN/yagura.sock" "${@:2}"; }

# start_yagurad OPTION...: on veth0 and lo, scoped to this sandbox's network namespace.
start_yagurad() {
	[[ -x $BUILD/yagurad ]] || skip "no $BUILD/yagurad: run make"
	need bpftool jq curl
	"$BUILD/yagurad" --sample "${SAMPLE:-1}" --bpffs "$BPFFS" --state-dir "$STATE" --run-dir "$RUN" \
		--interface veth0 --scope-netns "$(netns_id)" "$@" >>"$DAEMON_LOG" 2>&1 &
	DAEMON_PID=$!
	wait_until 20 daemon_settled
	is_running "$DAEMON_PID" || fail "yagurad ended during start"
}

# api PATH: what the desk answers there, e.g. api callers?limit=100
api() { curl -sf --unix-socket "$RUN/yagura.sock" "http://yagura/v1/$1"; }

# daemon_settled: every hook is attached and the desk knows, or the daemon is gone.
daemon_settled() {
	is_running "$DAEMON_PID" || return 0
	grep -q 'warden: ready' "$DAEMON_LOG" && [[ $(status '.interfaces | length') -gt 0 ]]
}

stop_yagurad() {
	[[ -n $DAEMON_PID ]] || return 0
	kill "$DAEMON_PID" 2>/dev/null || true
	wait "$DAEMON_PID" 2>/dev/null || true
	DAEMON_PID=
}

daemon_log() { tail -n "${1:-40}" "$DAEMON_LOG" 2>/dev/null || true; }
on_fail() { daemon_log 30; tail -n 5 "$WORK"/*/start.log "$WORK"/*/error.log 2>/dev/null || true; }

# status FIELD: a jq path of the desk's status, e.g. status .sensor[0].mode
status() { api status | jq -r "$1"; }

# counter TABLE.ROW: the kernel's tables (guard, sample, tls) are read from the pinned map and summed
# over CPUs; every other table is asked of the desk.
counter() {
	case $1 in
	guard.* | sample.* | tls.*)
		bpftool -j map dump pinned "$BPFFS/yg_counters" |
			jq "[.. | objects | select(has(\"guard\") and has(\"tls\")) | .$1] | add"
		;;
	*) status ".counters.$1 // 0" ;;
	esac
}
