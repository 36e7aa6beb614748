# SPDX-License-Identifier: GPL-2.0-only
"""tunnel_end.py KIND NAME DEVICE NEAR FAR: one end of a tunnel that the kernel cannot make.

    NAME (IP packets)  <->  headers of KIND  <->  raw socket, UDP socket or frames of DEVICE

NEAR and FAR are addresses; of "vlan" MAC addresses. Ends when it is killed, and NAME with it.
"""
import contextlib
import fcntl
import os
import select
import socket
import struct
import sys

TUN, NO_PI = 1, 0x1000
TUNSETIFF = 0x400454CA
MORE_OPTIONS = struct.pack(">HBBI", 0x0102, 0x80, 1, 7) * 2  # of GENEVE: class, type, length, data
ETHERNET = bytes((2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1))
S_TAG, C_TAG = 0x88A8, 0x8100


def ethertype(packet):
    return 0x0800 if packet[0] >> 4 == 4 else 0x86DD


def inner(data, kind):
    """The packet in an Ethernet frame, or in what is one already."""
    if kind != 0x6558:
        return data
    at = 12
    while struct.unpack_from(">H", data, at)[0] in (S_TAG, C_TAG):
        at += 4
    return data[at + 2:]


class Raw:
    """IP protocols; the kernel hands on an IPv4 header, and none of IPv6."""

    def __init__(self, protocol, near, far, options=b""):
        family = socket.AF_INET6 if ":" in near else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_RAW, protocol)
        self.socket.bind((near, 0))
        if options:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, options)
        self.is_v4, self.far = family == socket.AF_INET, (far, 0)

    def send(self, packet):
        self.socket.sendto(self.wrap(packet), self.far)

    def receive(self):
        data = self.socket.recv(65536)
        return self.unwrap(data[(data[0] & 15) * 4:] if self.is_v4 else data)

    wrap = unwrap = staticmethod(lambda packet: packet)


class Gre(Raw):
    """Checksum (left zero), key and sequence number."""
    kind, sequence = 0, 0

    def wrap(self, packet):
        self.sequence += 1
        kind = self.kind or ethertype(packet)
        if self.kind:
            packet = ETHERNET + struct.pack(">H", ethertype(packet)) + packet
        return struct.pack(">HHIII", 0xB000, kind, 0, 7, self.sequence) + packet

    def unwrap(self, data):
        kind = struct.unpack_from(">H", data, 2)[0]
        return inner(data[16:], kind) if (kind == 0x6558) == (self.kind == 0x6558) else None


class Gretap(Gre):
    kind = 0x6558


class Geneve:
    """An Ethernet frame with a tag inside, behind two options."""

    def __init__(self, near, far):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((near, 6081))
        self.far = far, 6081

    def send(self, packet):
        frame = ETHERNET + struct.pack(">HHH", C_TAG, 9, ethertype(packet)) + packet
        head = struct.pack(">BBHI", len(MORE_OPTIONS) // 4, 0, 0x6558, 7 << 8)
        self.socket.sendto(head + MORE_OPTIONS + frame, self.far)

    def receive(self):
        data = self.socket.recv(65536)
        return inner(data[8 + (data[0] & 63) * 4:], struct.unpack_from(">H", data, 2)[0])


class Vlan:
    """Two tags. On its way in the kernel takes the outer one out of the frame."""

    def __init__(self, device, near, far):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(C_TAG))
        self.socket.bind((device, C_TAG))
        self.head = bytes.fromhex(far.replace(":", "") + near.replace(":", ""))
        self.head += struct.pack(">HHHH", S_TAG, 100, C_TAG, 7)

    def send(self, packet):
        self.socket.send(self.head + struct.pack(">H", ethertype(packet)) + packet)

    def receive(self):
        data, (_, _, direction, _, _) = self.socket.recvfrom(65536)
        return None if direction == socket.PACKET_OUTGOING else inner(data, 0x6558)


def make(kind, device, near, far):
    if kind == "vlan":
        return Vlan(device, near, far)
    if kind == "geneve":
        return Geneve(near, far)
    if kind in ("gre", "gretap"):
        return (Gre if kind == "gre" else Gretap)(socket.IPPROTO_GRE, near, far)
    padding = struct.pack(">BBBBI", 0, 0, 1, 4, 0)  # of the outer header's destination options
    return Raw(41 if kind == "sit" else 4, near, far, padding if kind == "ip6tnl" else b"")


kind, name, *rest = sys.argv[1:]
end = make(kind, *rest)
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", name.encode(), TUN | NO_PI))
while True:
    for fd in select.select([tun, end.socket], [], [])[0]:
        if fd == tun:
            end.send(os.read(tun, 65536))
        elif packet := end.receive():
            with contextlib.suppress(OSError):  # the device is not up yet
                os.write(tun, packet)
