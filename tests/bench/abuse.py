#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""abuse.py URL ADDRESS...: one attacker after the other walks account numbers until it is cut off.

Each attacker has an address and a token of its own, one keep-alive connection, and sends a small
datagram every half millisecond beside it, so that the first dropped packet follows the block at
once. Prints per attacker one line of JSON: address, the monotonic time of its first request, how
many requests it sent, and whether it was cut off.
"""
import http.client
import json
import socket
import ssl
import sys
import threading
import time
import urllib.parse

REQUESTS_MAX = 400
ERRORS = (OSError, http.client.HTTPException)


def spray(address, host, stop):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((address, 0))
        while not stop.wait(0.0005):
            try:
                sender.sendto(b"x", (host, 9))
            except OSError:
                pass


def connect(url, address):
    if url.scheme == "http":
        return http.client.HTTPConnection(url.hostname, url.port, 0.5, source_address=(address, 0))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(url.hostname, url.port, timeout=0.5,
                                       source_address=(address, 0), context=context)


def walk(url, address, number):
    connection = connect(url, address)
    connection.connect()
    stop = threading.Event()
    thread = threading.Thread(target=spray, args=(address, url.hostname, stop))
    thread.start()
    first, sent, cut = time.monotonic_ns(), 0, False
    try:
        while sent < REQUESTS_MAX:
            sent += 1
            connection.request("GET", f"/v1/accounts/{5000 + 1000 * number + sent}",
                               headers={"Host": "bank.example",
                                        "Authorization": f"Bearer attacker-{number}"})
            connection.getresponse().read()
            time.sleep(0.002)
    except ERRORS:
        cut = True
    time.sleep(0.02)
    stop.set()
    thread.join()
    print(json.dumps({"address": address, "first_ns": first, "requests": sent, "cut": cut}), flush=True)


def main(target, *addresses):
    url = urllib.parse.urlsplit(target)
    for number, address in enumerate(addresses):
        walk(url, address, number)


main(*sys.argv[1:])
