#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""traffic.py clients|attacker GATEWAY REPORT: the demo's callers, until SIGTERM.

clients: twelve people, each with an address, a token and two accounts of their own, every other
one over TLS. attacker: one more person, with a valid token, who reads account after account.
REPORT is rewritten as JSON five times a second: requests, errors, and for the attacker `refused`,
the attempts that got no answer.
"""
import http.client
import json
import os
import random
import signal
import ssl
import sys
import threading
import time

CLIENTS = 12
ATTACKER_ADDRESS = "10.77.0.66"
ERRORS = (OSError, http.client.HTTPException)

stop = threading.Event()
lock = threading.Lock()
report = {"requests": 0, "errors": 0, "refused": 0}


def count(name):
    with lock:
        report[name] += 1


def connect(gateway, address, tls, timeout):
    source = (address, 0)
    if not tls:
        return http.client.HTTPConnection(gateway, 80, timeout, source_address=source)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(gateway, 443, timeout=timeout, source_address=source,
                                       context=context)


def ask(connection, method, target, token=None, body=None):
    headers = {"Host": "bank.example", "User-Agent": "bank-app/3.1"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    connection.request(method, target, body, headers)
    response = connection.getresponse()
    data = response.read()
    count("requests")
    if response.status >= 400:
        count("errors")
    return json.loads(data)


def client(gateway, number):
    """One person: mostly looks at their own accounts, now and then pays."""
    dice = random.Random(number)
    accounts = [1000 + 7 * number, 1003 + 7 * number]
    tls = number % 2 == 0
    try:
        connection = connect(gateway, f"10.77.0.{10 + number}", tls, 10)
        token = ask(connection, "POST", "/v1/login", body={"user": number, "password": "x"})["token"]
        while not stop.is_set():
            account = dice.choice(accounts)
            method, target, body = dice.choices(
                [("GET", f"/v1/accounts/{account}", None),
                 ("GET", f"/v1/accounts/{account}/transactions?page=1", None),
                 ("GET", "/v1/me", None), ("GET", "/v1/rates", None),
                 ("POST", "/v1/transfers", {"from": account, "to": 1003, "amount": 5})],
                [6, 3, 2, 2, 1])[0]
            ask(connection, method, target, token, body)
            stop.wait(dice.uniform(0.02, 0.12))
    except ERRORS:
        count("errors")


def attacker(gateway):
    """Account after account over one TLS connection; then knocks on a door that stays shut."""
    account = 1000
    connection = None
    while not stop.is_set():
        try:
            if connection is None:
                connection = connect(gateway, ATTACKER_ADDRESS, True, 0.7)
                token = ask(connection, "POST", "/v1/login", body={"user": 66})["token"]
            ask(connection, "GET", f"/v1/accounts/{account}", token)
            account += 1
            stop.wait(0.02)
        except ERRORS:
            count("refused")
            connection = None


def write(path):
    with lock:
        text = json.dumps(report)
    with open(path + ".new", "w") as out:
        out.write(text)
    os.rename(path + ".new", path)


def main(who, gateway, path):
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if who == "clients":
        threads = [threading.Thread(target=client, args=(gateway, n)) for n in range(CLIENTS)]
    else:
        threads = [threading.Thread(target=attacker, args=(gateway,))]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        write(path)
        time.sleep(0.2)
    write(path)


main(*sys.argv[1:])
