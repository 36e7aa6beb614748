/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 1, capture: interfaces, own addresses and default gateways of this network namespace.
 *
 * One rtnetlink socket for changes and one for dumps. A change only says "look again": the caller
 * then takes a whole new picture, so a lost message (ENOBUFS) costs nothing but a look.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"
#include "core/macros.h"

#define YG_IFACE_NAME_CAP 16   /* IFNAMSIZ, NUL included */
#define YG_IFACES_MAX	  4096 /* interfaces of one namespace; more are counted, not listed */
#define YG_OWN_MAX	  4096 /* own addresses; more are counted, not listed */
#define YG_GATEWAYS_MAX	  64   /* default routes; more are counted, not listed */
#define YG_IFACES_TRIES	  4    /* pictures taken until one did not change meanwhile */
#define YG_RESOLVERS_MAX  16   /* name servers; more are not listed */

struct yg_iface {
	uint32_t ifindex;
	uint32_t mtu;
	char name[YG_IFACE_NAME_CAP];
	char kind[YG_IFACE_NAME_CAP]; /* "veth", "bridge", "vlan"...; "" for a device */
	bool up;		      /* IFF_UP */
	bool loopback;
	bool ethernet; /* frames start with an Ethernet header: loopback and ARPHRD_ETHER */
};

/* A picture of the namespace. Arrays are owned; read-only to callers. */
struct yg_ifaces {
	struct yg_iface *ifaces;
	struct yg_address *own;
	struct yg_address *gateways;
	size_t iface_count, own_count, gateway_count;
	size_t skipped; /* rows beyond a cap */
};

struct yg_iface_monitor;

/**
 * yg_iface_monitor_open() - subscribe to link, address and route changes here.
 * Return: 0; -ENOMEM; -errno of the socket.
 */
YG_MUST_CHECK int yg_iface_monitor_open(struct yg_iface_monitor **ret);
void yg_iface_monitor_close(struct yg_iface_monitor **monitor);

/* Readable when something changed; for poll(2). */
int yg_iface_monitor_fd(const struct yg_iface_monitor *monitor);

/**
 * yg_iface_monitor_drain() - take what is waiting; never blocks.
 * Return: 1 if anything relevant changed (also after an overflow); 0; -errno of the socket.
 */
YG_MUST_CHECK int yg_iface_monitor_drain(struct yg_iface_monitor *monitor);

/**
 * yg_ifaces_read() - dump links, addresses and default routes.
 * @ret: initialised on success; release with yg_ifaces_clean().
 *
 * A picture that changed while it was taken lacks interfaces that are there: it is taken again.
 *
 * Return: 0; -ENOMEM; -ETIMEDOUT if the kernel does not answer in a second; -EINTR it changed
 *	YG_IFACES_TRIES times; -errno.
 */
YG_MUST_CHECK int yg_ifaces_read(struct yg_ifaces *ret);
YG_MUST_CHECK int yg_ifaces_read_from(int fd, struct yg_ifaces *ret); /* of an open socket */
void yg_ifaces_clean(struct yg_ifaces *ifaces);

const struct yg_iface *yg_ifaces_find(const struct yg_ifaces *ifaces,
				      const char *name); /* or NULL */

/**
 * yg_resolvers_from_text() - name servers of a resolv.conf(5).
 * @ret: [YG_RESOLVERS_MAX].
 *
 * Lines that are not "nameserver ADDRESS" are skipped; a zone after '%' is ignored.
 * Return: addresses written.
 */
size_t yg_resolvers_from_text(struct yg_slice text, struct yg_address *ret);
