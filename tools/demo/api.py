#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""api.py ADDRESS PORT: the demo's bank, with the mistake that the demo is about.

Every account may be read with any valid token: the API checks who asks, but not whether the
account is theirs. Plain HTTP behind the gateway; keep-alive; JSON in and out.
"""
import http.server
import json
import re
import sys

ACCOUNT = re.compile(r"/v1/accounts/(\d+)(/transactions)?$")


class Bank(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def caller(self):
        token = self.headers.get("Authorization", "")
        return token.removeprefix("Bearer user-") if token.startswith("Bearer user-") else None

    def do_GET(self):
        path = self.path.partition("?")[0]
        match = ACCOUNT.match(path)
        if path == "/v1/rates":
            self.answer(200, {"eur": 0.92, "jpy": 151.3})
        elif self.caller() is None:
            self.answer(401, {"error": "no token"})
        elif path == "/v1/me":
            self.answer(200, {"user": self.caller()})
        elif match and match[2]:
            self.answer(200, [{"amount": int(match[1]) % 97 + n, "to": 1000 + n} for n in range(3)])
        elif match:
            self.answer(200, {"account": int(match[1]), "balance": int(match[1]) * 7 % 9000})
        else:
            self.answer(404, {"error": "no such thing"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.path == "/v1/login":
            self.answer(200, {"token": f"user-{body.get('user')}"})
        elif self.path == "/v1/transfers" and self.caller():
            self.answer(201, {"accepted": True})
        else:
            self.answer(404, {"error": "no such thing"})

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


Server((sys.argv[1], int(sys.argv[2])), Bank).serve_forever()
