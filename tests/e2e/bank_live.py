#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A bank that runs: an authorization server with its API, and a client of theirs.

    bank_live.py serve PORT SWITCHES ISSUER    the server, in clear on loopback, behind a TLS edge
    bank_live.py visit HOST PORT ISSUER TIMES  the client: so many visits, each ten requests

The server verifies what it is given (PS256 and ES256 client assertions and proofs, tokens of its
own key), but leaves out each check that the file SWITCHES names, one name a line, as it stands when
a request comes. The client always tries what a correct server refuses.
"""
import base64
import hashlib
import http.client
import http.server
import json
import secrets
import ssl
import sys
import time
import urllib.parse

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (decode_dss_signature,
                                                             encode_dss_signature)

SHA256 = ec.ECDSA(hashes.SHA256())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def digest(text):
    return b64(hashlib.sha256(text.encode()).digest())


class Key:
    """A key of the curve P-256, its JWK, and what it signs."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.jwk = {"crv": "P-256", "kty": "EC", "x": b64(numbers.x.to_bytes(32, "big")),
                    "y": b64(numbers.y.to_bytes(32, "big"))}

    def sign(self, head, claims):
        text = ".".join(b64(json.dumps(part).encode()) for part in
                        ({"alg": "ES256", **head}, claims))
        r, s = decode_dss_signature(self.private.sign(text.encode(), SHA256))
        return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def thumbprint(jwk):
    return digest(json.dumps(jwk, separators=(",", ":"), sort_keys=True))


def verify(token, jwk):
    """Claims of a token that the key signed; raises if it did not."""
    text, _, signature = token.rpartition(".")
    raw = unb64(signature)
    x, y = (int.from_bytes(unb64(jwk[name]), "big") for name in "xy")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    pair = [int.from_bytes(part, "big") for part in (raw[:32], raw[32:])]
    key.verify(encode_dss_signature(*pair), text.encode(), SHA256)
    return json.loads(unb64(text.split(".")[1]))


class Bank(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    server_version, sys_version = "bank", ""
    key = Key()
    switches = issuer = ""

    def log_message(self, *arguments):
        pass

    def leaves_out(self, check):
        with open(self.switches, encoding="ascii") as file:
            return check in file.read().split()

    def answer(self, status, value, **fields):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"Content-Type": "application/json", **fields}.items():
            self.send_header(name.replace("_", "-"), text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/jwks.json":
            self.answer(200, {"keys": [{**self.key.jwk, "kid": "bank", "use": "sig"}]})
        elif self.is_allowed():
            self.answer(200, {"accounts": [{"id": 1, "balance": 120}]}, Cache_Control="no-store")
        else:
            self.answer(401, {"error": "invalid_token"},
                        WWW_Authenticate='DPoP error="invalid_token"')

    def is_allowed(self):
        token = self.headers.get("Authorization", "").removeprefix("DPoP ")
        proof = self.headers.get("DPoP", "")
        try:
            if self.leaves_out("token-signature"):
                claims = json.loads(unb64(token.split(".")[1]))
            else:
                claims = verify(token, self.key.jwk)
            jwk = json.loads(unb64(proof.split(".")[0]))["jwk"]
            if thumbprint(jwk) != claims["cnf"]["jkt"]:
                return False
            if not self.leaves_out("proof-signature"):
                verify(proof, jwk)
        except (InvalidSignature, ValueError, KeyError, IndexError):
            return False
        return claims["exp"] > time.time()

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        form = dict(urllib.parse.parse_qsl(body))
        proof = self.headers.get("DPoP", "")
        jwk = json.loads(unb64(proof.split(".")[0]))["jwk"]
        verify(proof, jwk)
        now = int(time.time())
        claims = {"iss": self.issuer, "sub": "user-1", "client_id": form["client_id"], "iat": now,
                  "exp": now + 300, "jti": secrets.token_urlsafe(16),
                  "cnf": {"jkt": thumbprint(jwk)}}
        fields = {} if self.leaves_out("no-store") else {"Cache_Control": "no-store"}
        self.answer(200, {"access_token": self.key.sign({"kid": "bank"}, claims),
                          "token_type": "DPoP", "expires_in": 300}, **fields)


class Client:
    def __init__(self, host, port, issuer):
        self.issuer, self.key, self.own = issuer, Key(), Key()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.line = http.client.HTTPSConnection(host, port, context=context)
        self.host = urllib.parse.urlsplit(issuer).netloc

    def call(self, method, path, body=None, **fields):
        head = {name.replace("_", "-"): text for name, text in fields.items()}
        self.line.request(method, path, body, {"Host": self.host, **head})
        response = self.line.getresponse()
        return response.status, json.loads(response.read())

    def proof(self, method, path, access="", broken=False):
        claims = {"htm": method, "htu": self.issuer + path, "iat": int(time.time()),
                  "jti": secrets.token_urlsafe(16)}
        if access:
            claims["ath"] = digest(access)
        token = self.key.sign({"typ": "dpop+jwt", "jwk": self.key.jwk}, claims)
        return forge(token) if broken else token

    def visit(self):
        now = int(time.time())
        assertion = self.own.sign({"kid": "client"}, {
            "iss": "client-1", "sub": "client-1", "aud": self.issuer, "iat": now, "exp": now + 60,
            "jti": secrets.token_urlsafe(16)})
        form = {"grant_type": "client_credentials", "client_id": "client-1",
                "client_assertion": assertion, "client_assertion_type":
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}
        self.call("GET", "/jwks.json")
        _, grant = self.call("POST", "/token", urllib.parse.urlencode(form),
                             DPoP=self.proof("POST", "/token"),
                             Content_Type="application/x-www-form-urlencoded")
        access = grant["access_token"]
        statuses = [self.accounts(access) for _ in range(6)]
        statuses += [self.accounts(forge(access)), self.accounts(access, broken=True)]
        return statuses

    def accounts(self, access, broken=False):
        return self.call("GET", "/accounts", Authorization=f"DPoP {access}",
                         DPoP=self.proof("GET", "/accounts", access, broken))[0]


def forge(token):
    """The same claims under a signature that nobody made."""
    text, _, signature = token.rpartition(".")
    raw = bytearray(unb64(signature))
    raw[40] ^= 1
    return text + "." + b64(bytes(raw))


def main():
    if sys.argv[1] == "serve":
        Bank.switches, Bank.issuer = sys.argv[3:5]
        http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Bank).serve_forever()
    client = Client(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    for _ in range(int(sys.argv[5])):
        print(*client.visit())


main()
