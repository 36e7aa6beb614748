/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rtnetlink: RTM_GETLINK, RTM_GETADDR and RTM_GETROUTE dumps, and a socket for changes.
 *
 * Messages come from the kernel, but their lengths are checked all the same.
 * Source: rtnetlink(7), netlink(7).
 */
#include "capture/iface.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "capture/netlink.h"

#define TYPE_MASK    0x3fffu /* without NLA_F_NESTED and NLA_F_NET_BYTEORDER */
#define DRAIN_ROUNDS 256     /* reads per drain: bounds the time under a storm of changes */
#define CHANGE_GROUPS                                                                \
	(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | \
	 RTMGRP_IPV6_ROUTE)

struct yg_iface_monitor {
	int fd;
};

int yg_iface_monitor_open(struct yg_iface_monitor **ret)
{
	YG_CLEANUP_FREE struct yg_iface_monitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return -ENOMEM;
	r = yg_netlink_open(NETLINK_ROUTE, CHANGE_GROUPS, &monitor->fd);
	if (r)
		return r;
	*ret = YG_TAKE_PTR(monitor);
	return 0;
}

void yg_iface_monitor_close(struct yg_iface_monitor **monitor)
{
	if (*monitor)
		yg_closep(&(*monitor)->fd);
	yg_freep(monitor);
}

int yg_iface_monitor_fd(const struct yg_iface_monitor *monitor)
{
	return monitor->fd;
}

int yg_iface_monitor_drain(struct yg_iface_monitor *monitor)
{
	char buffer[4096];
	int changed = 0;

	for (int i = 0; i < DRAIN_ROUNDS; i++) {
		ssize_t len = recv(monitor->fd, buffer, sizeof(buffer), MSG_DONTWAIT | MSG_TRUNC);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return changed;
		if (len < 0 && errno != ENOBUFS)
			return -errno;
		changed = 1;
	}
	return changed;
}

/* Arrays that grow to a cap; what does not fit is counted. */
struct picture {
	struct yg_ifaces *out;
	size_t iface_cap, own_cap, gateway_cap;
	bool no_memory;
};

/*
 * grow() - room for one more in a growing array.
 * Return: the array's free row, or NULL at the cap or without memory.
 */
static void *grow(struct picture *picture, void **array, size_t count, size_t *cap, size_t max,
		  size_t width)
{
	if (count == max) {
		picture->out->skipped++;
		return NULL;
	}
	if (count == *cap) {
		size_t wanted = *cap ? *cap * 2 : 16;
		void *more = reallocarray(*array, wanted, width);

		if (!more) {
			picture->no_memory = true;
			return NULL;
		}
		*array = more;
		*cap = wanted;
	}
	memset((char *)*array + count * width, 0, width);
	return (char *)*array + count * width;
}

/* Attributes in @len bytes at @data: those up to type @max, the last of each type wins. */
static void index_attributes(const void *data, size_t len, const struct rtattr **ret, uint16_t max)
{
	for (uint16_t i = 0; i <= max; i++)
		ret[i] = NULL;
	while (len >= sizeof(struct rtattr)) {
		const struct rtattr *attr = data;
		size_t span = ((size_t)attr->rta_len + 3) & ~(size_t)3;
		uint16_t type = attr->rta_type & TYPE_MASK;

		if (attr->rta_len < sizeof(*attr) || attr->rta_len > len)
			return;
		if (type <= max)
			ret[type] = attr;
		if (span >= len)
			return;
		data = (const char *)data + span;
		len -= span;
	}
}

/* The attributes behind the fixed part @fixed of a message. */
static void index_message(const struct nlmsghdr *head, size_t fixed, const struct rtattr **ret,
			  uint16_t max)
{
	size_t skip = NLMSG_SPACE(fixed);

	index_attributes((const char *)head + skip,
			 head->nlmsg_len > skip ? head->nlmsg_len - skip : 0, ret, max);
}

static void copy_text(const struct rtattr *attr, char ret[YG_IFACE_NAME_CAP])
{
	size_t len = attr ? RTA_PAYLOAD(attr) : 0;

	if (len >= YG_IFACE_NAME_CAP)
		len = YG_IFACE_NAME_CAP - 1;
	if (len > 0)
		memcpy(ret, RTA_DATA(attr), len);
	ret[len] = '\0';
}

static bool copy_address(const struct rtattr *attr, uint8_t family, struct yg_address *ret)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!attr)
		return false;
	if (family == AF_INET && RTA_PAYLOAD(attr) == 4) {
		memcpy(ret->bytes, mapped, sizeof(mapped));
		memcpy(ret->bytes + 12, RTA_DATA(attr), 4);
		return true;
	}
	if (family == AF_INET6 && RTA_PAYLOAD(attr) == 16) {
		memcpy(ret->bytes, RTA_DATA(attr), 16);
		return true;
	}
	return false;
}

static void take_link(struct picture *picture, const struct nlmsghdr *head)
{
	const struct rtattr *attrs[IFLA_LINKINFO + 1], *info[IFLA_INFO_KIND + 1] = { NULL };
	const struct ifinfomsg *msg = NLMSG_DATA(head);
	struct yg_iface *iface;

	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*msg)) || msg->ifi_index <= 0)
		return;
	iface = grow(picture, (void **)&picture->out->ifaces, picture->out->iface_count,
		     &picture->iface_cap, YG_IFACES_MAX, sizeof(*iface));
	if (!iface)
		return;
	picture->out->iface_count++;
	index_message(head, sizeof(*msg), attrs, IFLA_LINKINFO);
	if (attrs[IFLA_LINKINFO])
		index_attributes(RTA_DATA(attrs[IFLA_LINKINFO]), RTA_PAYLOAD(attrs[IFLA_LINKINFO]),
				 info, IFLA_INFO_KIND);
	iface->ifindex = (uint32_t)msg->ifi_index;
	iface->up = msg->ifi_flags & IFF_UP;
	iface->loopback = msg->ifi_flags & IFF_LOOPBACK;
	iface->ethernet = msg->ifi_type == ARPHRD_ETHER || msg->ifi_type == ARPHRD_LOOPBACK;
	copy_text(attrs[IFLA_IFNAME], iface->name);
	copy_text(info[IFLA_INFO_KIND], iface->kind);
	if (attrs[IFLA_MTU] && RTA_PAYLOAD(attrs[IFLA_MTU]) == sizeof(iface->mtu))
		memcpy(&iface->mtu, RTA_DATA(attrs[IFLA_MTU]), sizeof(iface->mtu));
}

static void take_address(struct picture *picture, const struct nlmsghdr *head)
{
	const struct rtattr *attrs[IFA_LOCAL + 1];
	const struct ifaddrmsg *msg = NLMSG_DATA(head);
	struct yg_address addr, *row;

	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*msg)))
		return;
	index_message(head, sizeof(*msg), attrs, IFA_LOCAL);
	/* On a point-to-point link IFA_ADDRESS is the peer; IFA_LOCAL is ours. */
	if (!copy_address(attrs[IFA_LOCAL] ? attrs[IFA_LOCAL] : attrs[IFA_ADDRESS], msg->ifa_family,
			  &addr))
		return;
	row = grow(picture, (void **)&picture->out->own, picture->out->own_count, &picture->own_cap,
		   YG_OWN_MAX, sizeof(*row));
	if (!row)
		return;
	picture->out->own_count++;
	*row = addr;
}

static void add_gateway(struct picture *picture, const struct rtattr *attr, uint8_t family)
{
	struct yg_address addr, *row;

	if (!copy_address(attr, family, &addr))
		return;
	for (size_t i = 0; i < picture->out->gateway_count; i++) {
		if (memcmp(&picture->out->gateways[i], &addr, sizeof(addr)) == 0)
			return;
	}
	row = grow(picture, (void **)&picture->out->gateways, picture->out->gateway_count,
		   &picture->gateway_cap, YG_GATEWAYS_MAX, sizeof(*row));
	if (!row)
		return;
	picture->out->gateway_count++;
	*row = addr;
}

/* RTA_VIA: a gateway of another family than the route (IPv4 through IPv6, RFC 5549). */
static void add_via(struct picture *picture, const struct rtattr *attr)
{
	const struct rtvia *via;
	struct {
		struct rtattr head;
		uint8_t addr[16];
	} copy = { 0 };
	size_t len;

	if (!attr || RTA_PAYLOAD(attr) < sizeof(*via))
		return;
	via = RTA_DATA(attr);
	len = RTA_PAYLOAD(attr) - sizeof(*via);
	if (len > sizeof(copy.addr))
		return;
	copy.head.rta_len = (uint16_t)RTA_LENGTH(len);
	memcpy(copy.addr, via->rtvia_addr, len);
	add_gateway(picture, &copy.head, (uint8_t)via->rtvia_family);
}

/* The next hops of a multipath route: [len] bytes of rtnexthop, each with attributes. */
static void take_hops(struct picture *picture, const void *data, size_t len, uint8_t family)
{
	const struct rtattr *attrs[RTA_VIA + 1];

	while (len >= sizeof(struct rtnexthop)) {
		const struct rtnexthop *hop = data;
		size_t span = ((size_t)hop->rtnh_len + 3) & ~(size_t)3;

		if (hop->rtnh_len < sizeof(*hop) || span > len)
			return;
		index_attributes((const void *)(hop + 1), hop->rtnh_len - sizeof(*hop), attrs,
				 RTA_VIA);
		add_gateway(picture, attrs[RTA_GATEWAY], family);
		add_via(picture, attrs[RTA_VIA]);
		data = (const char *)data + span;
		len -= span;
	}
}

static void take_route(struct picture *picture, const struct nlmsghdr *head)
{
	const struct rtmsg *msg = NLMSG_DATA(head);
	const struct rtattr *attrs[RTA_VIA + 1];

	if (head->nlmsg_len < NLMSG_LENGTH(sizeof(*msg)) || msg->rtm_dst_len != 0)
		return;
	index_message(head, sizeof(*msg), attrs, RTA_VIA);
	add_gateway(picture, attrs[RTA_GATEWAY], msg->rtm_family);
	add_via(picture, attrs[RTA_VIA]);
	if (!attrs[RTA_MULTIPATH])
		return;
	take_hops(picture, RTA_DATA(attrs[RTA_MULTIPATH]), RTA_PAYLOAD(attrs[RTA_MULTIPATH]),
		  msg->rtm_family);
}

static void take_message(void *ctx, const struct nlmsghdr *head)
{
	struct picture *picture = ctx;

	if (head->nlmsg_type == RTM_NEWLINK)
		take_link(picture, head);
	else if (head->nlmsg_type == RTM_NEWADDR)
		take_address(picture, head);
	else if (head->nlmsg_type == RTM_NEWROUTE)
		take_route(picture, head);
}

static int dump(int fd, struct picture *picture, uint16_t type)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg gen;
	} request = {
		.head = { .nlmsg_len = sizeof(request), .nlmsg_type = type, .nlmsg_seq = type },
		.gen = { .rtgen_family = AF_UNSPEC },
	};

	return yg_netlink_dump(fd, &request.head, take_message, picture);
}

static int read_once(int fd, struct yg_ifaces *ret)
{
	static const uint16_t types[] = { RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE };
	YG_CLEANUP(yg_ifaces_clean) struct yg_ifaces ifaces = { 0 };
	struct picture picture = { .out = &ifaces };
	int r = 0;

	for (size_t i = 0; r == 0 && i < YG_ARRAY_SIZE(types); i++)
		r = dump(fd, &picture, types[i]);
	if (r == 0 && picture.no_memory)
		r = -ENOMEM;
	if (r == 0)
		*ret = YG_TAKE(ifaces, (struct yg_ifaces){ 0 });
	return r;
}

int yg_ifaces_read_from(int fd, struct yg_ifaces *ret)
{
	int r = -EINTR;

	for (unsigned int i = 0; i < YG_IFACES_TRIES && r == -EINTR; i++)
		r = read_once(fd, ret);
	return r;
}

int yg_ifaces_read(struct yg_ifaces *ret)
{
	YG_CLEANUP_CLOSE int fd = -1;
	int r = yg_netlink_open(NETLINK_ROUTE, 0, &fd);

	return r ? r : yg_ifaces_read_from(fd, ret);
}

void yg_ifaces_clean(struct yg_ifaces *ifaces)
{
	yg_freep(&ifaces->ifaces);
	yg_freep(&ifaces->own);
	yg_freep(&ifaces->gateways);
	*ifaces = (struct yg_ifaces){ 0 };
}

const struct yg_iface *yg_ifaces_find(const struct yg_ifaces *ifaces, const char *name)
{
	for (size_t i = 0; i < ifaces->iface_count; i++) {
		if (strcmp(ifaces->ifaces[i].name, name) == 0)
			return &ifaces->ifaces[i];
	}
	return NULL;
}

/* Cut the next word off @text. Return: absent at its end. */
static struct yg_slice next_word(struct yg_slice *text)
{
	static const char blank[] = " \t\r";
	struct yg_slice word = *text;

	while (word.len > 0 && memchr(blank, word.ptr[0], sizeof(blank) - 1)) {
		word.ptr++;
		word.len--;
	}
	*text = word;
	word.len = 0;
	while (text->len > 0 && !memchr(blank, text->ptr[0], sizeof(blank) - 1)) {
		text->ptr++;
		text->len--;
		word.len++;
	}
	return word;
}

size_t yg_resolvers_from_text(struct yg_slice text, struct yg_address *ret)
{
	size_t count = 0;

	while (text.len > 0 && count < YG_RESOLVERS_MAX) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;
		struct yg_slice line = { text.ptr, len }, word, addr;
		const char *zone;

		text.ptr += end ? len + 1 : len;
		text.len -= end ? len + 1 : len;
		word = next_word(&line);
		addr = next_word(&line);
		if (!yg_slice_equal(word, YG_SLICE("nameserver")) || addr.len == 0)
			continue;
		zone = memchr(addr.ptr, '%', addr.len);
		if (zone)
			addr.len = (size_t)(zone - addr.ptr);
		count += yg_address_from_text(addr, &ret[count]) == 0;
	}
	return count;
}
