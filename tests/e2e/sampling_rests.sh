#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# long: the probes must rest and wake under four loads, 40 s and more
# TLS calls cost more than the CPU budget: the probes rest for a part of the time. What is read
# while they are awake is right (each path has a status of its own, so an answer that is glued to
# another request shows), what passed meanwhile is estimated within the stated error, and when the
# load ends all is as before: every request is seen again. With nginx (OpenSSL, waits outside of the
# library) and then with servers that wait inside a read, a thread for each connection: GnuTLS, Go and
# NSS.
# With --full (make test-e2e does not) HTTP/2 of Go as well.
. "$(dirname "$0")/lib.sh"
need h2load curl jq gcc

SECONDS_MAX=20 # of load, if nothing happens
CONNECTIONS=16 # of each
H2=8445
GNUTLS=8543 GO=8643 NSS=8743
declare -A COLORS=([red]=201 [green]=202 [blue]=203 [gray]=200)
SERVED=() # logs: a line for each request

on_fail() {
	status '.sensor[0] | with_entries(select(.key | startswith("tls")))'
	status '.counters | {tls, stream} | map_values(with_entries(select(.value > 0)))'
	daemon_log 20
	tail -n 3 "$WORK"/h2load.*
}

sensor() { status ".sensor[0].$1"; }
is_resting() { [[ $(sensor tls_rest) == "at times" ]]; }
has_rested() { [[ $(status ".sensor[0].tls_rested_s > $1") == true ]]; }
is_awake() { [[ $(sensor tls_rest) == no && $(sensor tls_awake) == 1 ]]; }
served() { cat "${SERVED[@]}" | wc -l; }
seen() { counter tls.request; }
turns() { grep -c 'probes: on in' "$DAEMON_LOG" || true; }

# load NAME PORT [OPTION...]: until it is killed.
load() {
	local color
	for color in "${!COLORS[@]}"; do
		echo "https://$GATEWAY:$2/$color"
	done >"$WORK/urls.$1"
	exec ip netns exec peer h2load "${@:3}" -i "$WORK/urls.$1" -D "$SECONDS_MAX" \
		-c "$CONNECTIONS" -t 1 >"$WORK/h2load.$1" 2>&1
}

# The wrong ones: "/red 202 17 api.test:8443". Status 0: the answer fell into a rest.
glued() {
	api 'endpoints?limit=100' | jq -r '.items[] | .template as $t | .service as $service |
		.status | to_entries[] | "\($t) \(.key) \(.value) \($service)"' |
		while read -r template code count service; do
		[[ ${COLORS[${template#/}]-none} == "$code" || $code == 0 ]] ||
			echo "$template $code $count $service"
	done
}

# A thread for each connection, which waits in gnutls_record_recv().
start_gnutls() {
	cat >"$WORK/gnutls.c" <<-'C'
		#include <arpa/inet.h>
		#include <gnutls/gnutls.h>
		#include <pthread.h>
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <unistd.h>

		static gnutls_certificate_credentials_t credentials;
		static const char *const colors[] = { "green", "red", "green", "blue" };

		static void answer(gnutls_session_t session, char *request)
		{
			char line[64], text[128];
			int code = 200;

			for (int i = 1; i < 4; i++)
				if (!strncmp(request + 5, colors[i], strlen(colors[i])))
					code = 200 + (i == 1 ? 1 : i == 2 ? 2 : 3);
			int len = snprintf(text, sizeof(text), "HTTP/1.1 %d X\r\nContent-Type: application/json"
					"\r\nContent-Length: 12\r\n\r\n{\"code\":%d}", code, code);
			int n = snprintf(line, sizeof(line), "%.12s %d\n", request, code);
			if (write(1, line, n) != n)
				abort();
			gnutls_record_send(session, text, len);
		}

		static void *serve(void *arg)
		{
			const gnutls_datum_t protocol = { (unsigned char *)"http/1.1", 8 };
			int fd = (int)(long)arg, r;
			char request[8192];
			size_t len = 0;
			gnutls_session_t session;
			ssize_t n;

			gnutls_init(&session, GNUTLS_SERVER);
			gnutls_set_default_priority(session);
			gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
			gnutls_alpn_set_protocols(session, &protocol, 1, 0);
			gnutls_transport_set_int(session, fd);
			while ((r = gnutls_handshake(session)) < 0 && !gnutls_error_is_fatal(r))
				;
			while (r == 0 && len < sizeof(request) - 1 &&
			       (n = gnutls_record_recv(session, request + len, sizeof(request) - 1 - len)) > 0) {
				len += n;
				request[len] = 0;
				if (len > 4 && !memcmp(request + len - 4, "\r\n\r\n", 4)) {
					answer(session, request);
					len = 0;
				}
			}
			gnutls_deinit(session);
			close(fd);
			return NULL;
		}

		int main(int argc, char **argv)
		{
			struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[1])) };
			int fd = socket(AF_INET, SOCK_STREAM, 0);

			gnutls_certificate_allocate_credentials(&credentials);
			if (argc != 4 || bind(fd, (void *)&addr, sizeof(addr)) || listen(fd, 64) ||
			    gnutls_certificate_set_x509_key_file(credentials, argv[2], argv[3],
								 GNUTLS_X509_FMT_PEM) < 0)
				return 1;
			for (;;) {
				pthread_t thread;

				if (!pthread_create(&thread, NULL, serve, (void *)(long)accept(fd, NULL, NULL)))
					pthread_detach(thread);
			}
		}
	C
	gcc -O2 -w -o "$WORK/gnutls" "$WORK/gnutls.c" -lgnutls -pthread
	"$WORK/gnutls" "$GNUTLS" "$CERT" "$KEY" >>"$WORK/gnutls.log" &
	wait_until 10 is_listening "$GNUTLS"
}

start_nss() {
	mkdir "$WORK/nss"
	openssl pkcs12 -export -in "$CERT" -inkey "$KEY" -name api -passout pass: -out "$WORK/nss/api.p12"
	certutil -N -d "sql:$WORK/nss" --empty-password
	pk12util -i "$WORK/nss/api.p12" -d "sql:$WORK/nss" -W "" >/dev/null
	gcc -O2 -I/usr/include/nss -I/usr/include/nspr -o "$WORK/nss/server" \
		"$ROOT/tests/e2e/nss_server.c" -lssl3 -lnss3 -lnspr4 -pthread
	"$WORK/nss/server" "$NSS" "sql:$WORK/nss" >>"$WORK/nss.log" &
	wait_until 10 is_listening "$NSS"
}

# under_load NAME SLACK: with the loads in $pids, whose servers log to SERVED: probes rest, what
# is counted and estimated is what was served. SLACK: requests that a turn may cut in neither book.
under_load() {
	local rested total counted missed error off before_turns allowed
	rested=$(sensor tls_rested_s) before_turns=$(turns)
	comes_true "$SECONDS_MAX" is_resting || {
		(($(nproc) <= 4)) || skip "the load is no pressure for $(nproc) cores"
		fail "the probes do not rest: $(status .sensor)"
	}
	wait_until "$SECONDS_MAX" has_rested "$(jq -n "$rested + 2")"
	yagura status | grep 'TLS probes'
	kill "${pids[@]}" 2>/dev/null || true
	wait "${pids[@]}" 2>/dev/null || true
	wait_until 40 is_awake
	sleep 2 # the counters are told once a second
	total=$(served)
	counted=$(($(seen) - before))
	missed=$(($(sensor tls_missed) - missed_before))
	error=$(sensor tls_missed_error)
	off=$((total - counted - missed))
	# One in twenty is outside of what is stated; none, at any load of the machine, of its double.
	allowed=$((2 * error + $2 * ($(turns) - before_turns)))
	echo "$1: served $total, counted $counted, estimated $missed give or take $error: off by $off" \
		"in $(($(turns) - before_turns)) turns; rested $(sensor tls_rested_s) s in all"
	((counted > 0 && missed > 0 && error < total / 4)) || fail "$1: error $error of $total"
	((${off#-} <= allowed)) || fail "$1: off by $off, more than $allowed"
	[[ -z $(glued) ]] || fail "$1: answers to other requests: $(glued)"
	yagura status | matches "while its probes were there" || fail "status does not say what is exact"
}

# begin_count LOG...: from here on.
begin_count() {
	SERVED=("$@")
	before=$(seen) missed_before=$(sensor tls_missed)
	for log; do : >"$log"; done
}

# sees_all PORT...: every request that is made now.
sees_all() {
	local port
	before=$(seen)
	for port; do
		peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:$port/gray?[1-50]"
	done
	wait_until 10 is_counted_since $((50 * $#))
}
is_counted_since() { (($(seen) - before == $1)); }

make_sandbox
mkdir -p "$WORK/nginx"
for color in "${!COLORS[@]}"; do
	echo "location = /$color { return ${COLORS[$color]} '{\"color\":\"$color\"}'; }"
done >"$WORK/nginx/location.conf"
start_nginx 8080 8443 8082 "$H2"
start_gnutls
ports=(8443 "$GNUTLS")
if command -v go >/dev/null; then
	start_go 8680 $GO
	ports+=("$GO")
else
	mkdir -p "$WORK/go"
	echo "go: no compiler: without it (apt install golang-1.19-go)"
fi
if [[ -e /usr/include/nss/ssl.h ]] && command -v certutil >/dev/null; then
	start_nss
	ports+=("$NSS")
else
	echo "NSS: nothing to build with: without it (apt install libnss3-dev libnss3-tools)"
fi
start_yagurad --mode observe --cpu-budget 1 --log-level debug
is_read() {
	before=$(seen)
	peer curl -sk --http1.1 -o /dev/null "https://$GATEWAY:$1/gray" && (($(seen) > before))
}
for port in "${ports[@]}"; do
	wait_until 20 is_read "$port"
done
before=$(seen)
is_quiet() { local was=$before; before=$(seen); ((was == before)); }
wait_until 10 is_quiet

begin_count "$WORK/nginx/access.log"
load h1 8443 --h1 &
pids=($!)
load h2 "$H2" &
pids+=($!)
# A request that is under way when the probes come or go may be in neither book.
under_load nginx 3
sees_all 8443

begin_count "$WORK/gnutls.log" "$WORK/go/access.log" "$WORK/nss.log"
load gnutls "$GNUTLS" --h1 &
pids=($!)
if command -v go >/dev/null; then
	load go "$GO" --h1 &
	pids+=($!)
fi
if [[ -e $WORK/nss/server ]]; then
	load nss "$NSS" --h1 &
	pids+=($!)
fi
# Nor is the first request of each connection after a rest, for the wait for it began before.
under_load "GnuTLS, Go, NSS" $((CONNECTIONS * ${#pids[@]}))
[[ ! -e $WORK/nss/server || $(wc -l <"$WORK/nss.log") -gt 1000 ]] || fail "NSS was under no load"
sees_all "${ports[@]}"
stop_yagurad

# Learned anew: a request takes other numbers of records here (yagura(7)).
if [[ ${1-} == --full ]] && command -v go >/dev/null; then
	start_yagurad --mode observe --cpu-budget 1 --log-level debug
	wait_until 20 is_read "$GO"
	begin_count "$WORK/go/access.log"
	load go-h2 "$GO" &
	pids=($!)
	under_load "Go, HTTP/2" $CONNECTIONS
	stop_yagurad
fi

# never: nothing rests, whatever it costs.
start_yagurad --mode observe --cpu-budget 1 --tls-rest never
wait_until 20 is_read 8443
load h1 8443 --h1 &
h1=$!
is_busy() { (($(seen) > before + 500)); }
before=$(seen)
wait_until 20 is_busy
sleep 4 # three seconds above the budget would be the reason to rest
kill "$h1"
[[ $(sensor tls_rest) == never && $(sensor tls_rested_s) == 0 ]] || fail "$(status .sensor)"
echo "PASS: what was served is what was counted and estimated, none glued"
