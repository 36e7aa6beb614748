#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""labels.py YAGURA: each label of endpoints, given where its evidence is and nowhere near it.

For every row of LABELS two captures are made, one with the evidence and one without; `yagura
analyze` must give the endpoint the label, with a reason, in the first, and not in the second.
"""
import base64
import importlib.machinery
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile

loader = importlib.machinery.SourceFileLoader(
    "captures", str(pathlib.Path(__file__).parent.parent / "replay" / "make_captures"))
captures = importlib.util.module_from_spec(importlib.util.spec_from_loader("captures", loader))
sys.dont_write_bytecode = True
loader.exec_module(captures)

HOST, PUBLIC, PRIVATE, PROXY = "api.example.com", "8.8.4.4", "10.1.0.1", "10.1.0.99"
DAY = 86400


class Traffic:
    """Calls of clients, in order of time, and the options that analyze gets."""

    def __init__(self):
        self.capture, self.lines, self.options, self.spec = captures.Capture(), {}, [], None

    def call(self, method="GET", path="/v1/orders", client=PRIVATE, host=HOST, headers=(), body=b"",
             status=200, answer=b"{}", fields=(), server="10.9.0.1", times=6):
        for _ in range(times):
            line = self.lines.get((client, server))
            if not line:
                line = captures.Connection(self.capture, client, 40000 + len(self.lines), server)
                self.lines[client, server] = line.open()
            line.exchange(captures.request(method, path, headers, body, host=host),
                          captures.response(status, answer, fields))
            self.capture.wait(1)

    def days(self, count):
        """Nobody asks anything; connections do not last that long."""
        for line in self.lines.values():
            line.close()
        self.lines = {}
        self.capture.wait(count * DAY)

    def describe(self, host, *paths):
        document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"},
                    "servers": [{"url": f"https://{host}"}],
                    "paths": {path: {"get": {"responses": {}}} for path in paths}}
        self.spec = json.dumps(document)

    def endpoints(self, yagura):
        """Labels with reasons, by method and template."""
        with tempfile.TemporaryDirectory() as folder:
            pcap, spec = pathlib.Path(folder, "a.pcap"), pathlib.Path(folder, "spec.json")
            pcap.write_bytes(self.capture.pcap())
            if self.spec:
                spec.write_text(self.spec)
                self.options += ["--openapi", str(spec)]
            lines = subprocess.run([yagura, "analyze", "--json", *self.options, str(pcap)],
                                   check=True, capture_output=True, text=True).stdout.splitlines()
        found = [json.loads(line) for line in lines]
        return {f"{e['method']} {e['template'].split(' ')[0]}": e["label_reasons"]
                for e in found if e["type"] == "endpoint"}


def from_public(traffic, on):
    traffic.call(client=PUBLIC if on else PRIVATE)


def documented(traffic, on):
    traffic.describe(HOST, "/v1/users" if on else "/v1/orders")
    traffic.call()


def known_host(traffic, on):
    traffic.describe("other.example.com" if on else HOST, "/v1/orders")
    traffic.call()


def deprecated(traffic, on):
    traffic.call(fields=[("Deprecation", "true")] if on else [])


def superseded(traffic, on):
    traffic.call()
    traffic.call(path="/v2/orders" if on else "/v2/users")


def unused(traffic, on, spec):
    if spec:
        traffic.describe(HOST, "/v1/orders", "/v1/users")
    traffic.call()
    traffic.call(path="/v1/users")
    traffic.days(40)
    traffic.call(path="/v1/users" if on else "/v1/orders")


def late(traffic, on):
    traffic.call(path="/v1/users")
    if not on:
        traffic.call()
    traffic.days(40)
    traffic.call()


def staging(traffic, on):
    traffic.call(host="staging-api.example.com" if on else "stagingpost.example.com")


def past_the_proxy(traffic, on):
    traffic.options += ["--trusted-proxy", PROXY]
    traffic.call(client=PROXY, headers=[("X-Forwarded-For", PUBLIC)], times=20)
    traffic.call(client="10.1.0.50" if on else PROXY, headers=[("X-Forwarded-For", PUBLIC)],
                 times=1)


def model(traffic, on):
    said = {"messages": [{"role": "user", "content": "hello"}]}
    if on:
        said["model"] = "gpt-4o-mini"
    traffic.call("POST", "/v1/chat/completions" if on else "/v1/messages",
                 body=json.dumps(said).encode())


def tools(traffic, on):
    said = {"jsonrpc": "2.0", "id": 1, "method": "tools/call" if on else "orders/list",
            "params": {"name": "search"}}
    traffic.call("POST", "/rpc", body=json.dumps(said).encode(),
                 answer=b'{"jsonrpc":"2.0","id":1,"result":{}}')


def graphql(traffic, on):
    said = {"query": "query Orders { orders { id } }"} if on else {"query": "shoes size 9"}
    traffic.call("POST", "/query", body=json.dumps(said).encode())


def client_application(traffic, on):
    def part(claims):
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    for number in range(6):
        claims = {"sub": f"user-{number}", **({"client_id": "partner-7"} if on else {})}
        token = f"{part({'alg': 'RS256'})}.{part(claims)}.c2lnbmF0dXJl"
        traffic.call(headers=[("Authorization", f"Bearer {token}")], times=1)


def login(traffic, on):
    for number in range(6):
        secret = {"user": f"u{number}", "password": f"correct{number}horse"} if on else {"size": 9}
        traffic.call("POST", "/v1/orders", times=1, body=json.dumps(secret).encode(),
                     answer=json.dumps({"access_token": f"{number}e8f1a2b3c4d5e6f708192a3b4c5d6e7"}
                                       if on else {"id": number}).encode())


def refuse_login(traffic, on):
    for status in (200, 401):
        traffic.call("POST", "/v1/login" if on else "/v1/orders", status=status)


def pay(traffic, on):
    traffic.call("POST", "/v1/payments" if on else "/v1/paymentology", status=201, body=b'{"sum":1}')


def administer(traffic, on):
    traffic.call(path="/admin/users" if on else "/v1/users")
    traffic.call(path="/admin/users" if on else "/v1/users", status=403)


def persons(traffic, on):
    names = ("ann", "bob", "eve", "kim", "joe", "may")
    for name in names:
        answer = {"email": f"{name}@example.org"} if on else {"color": name}
        traffic.call(path="/v1/orders", answer=json.dumps(answer).encode(), times=1)


def third(traffic, on):
    traffic.options += ["--own", PRIVATE]
    traffic.call(server="93.184.216.34" if on else "10.9.0.1", host="api.partner.example.org")


# label, endpoint when it is given, endpoint when it is not, what is played
LABELS = [
    ("external", "GET /v1/orders", "GET /v1/orders", from_public),
    ("internal", "GET /v1/orders", "GET /v1/orders", lambda t, on: from_public(t, not on)),
    ("shadow", "GET /v1/orders", "GET /v1/orders", documented),
    ("rogue", "GET /v1/orders", "GET /v1/orders", known_host),
    ("zombie", "GET /v1/orders", "GET /v1/orders", deprecated),
    ("zombie", "GET /v1/orders", "GET /v1/orders", superseded),
    ("orphan", "GET /v1/orders", "GET /v1/orders", lambda t, on: unused(t, on, True)),
    ("dormant", "GET /v1/orders", "GET /v1/orders", lambda t, on: unused(t, on, False)),
    ("new", "GET /v1/orders", "GET /v1/orders", late),
    ("non-production", "GET /v1/orders", "GET /v1/orders", staging),
    ("bypass", "GET /v1/orders", "GET /v1/orders", past_the_proxy),
    ("llm", "POST /v1/chat/completions", "POST /v1/messages", model),
    ("mcp", "POST /rpc", "POST /rpc", tools),
    ("graphql", "POST /query", "POST /query", graphql),
    ("partner", "GET /v1/orders", "GET /v1/orders", client_application),
    ("authentication", "POST /v1/orders", "POST /v1/orders", login),
    ("authentication", "POST /v1/login", "POST /v1/orders", refuse_login),
    ("payment", "POST /v1/payments", "POST /v1/paymentology", pay),
    ("admin", "GET /admin/users", "GET /v1/users", administer),
    ("personal-data", "GET /v1/orders", "GET /v1/orders", persons),
    ("third-party", "GET /v1/orders", "GET /v1/orders", third),
    ("upstream", "GET /v1/orders", "GET /v1/orders", lambda t, on: third(t, not on)),
]


def main():
    failed = 0
    for label, given, not_given, play in LABELS:
        for on in (True, False):
            traffic = Traffic()
            play(traffic, on)
            endpoints = traffic.endpoints(sys.argv[1])
            labels = endpoints.get(given if on else not_given)
            if labels is None or bool(labels.get(label)) != on:
                print(f"not ok: {label} {'on' if on else 'off'}: {endpoints}")
                failed += 1
    print(f"{len(LABELS)} pairs, {failed} failures")
    sys.exit(failed > 0)


main()
