/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Iterator, or sock_diag.
 *
 * Source: sock_diag(7); kernel net/ipv4/inet_diag.c (SOCK_DESTROY, CONFIG_INET_DIAG_DESTROY).
 */
#include "capture/kill.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>

#include "capture/netlink.h"
#include "yagura/map.h"

#define VICTIMS_MAX    4096 /* sockets closed per sweep and family; the next sweep takes the rest */
#define ALL_BUT_LISTEN (0xfffu & ~(1u << TCP_LISTEN))
#define PREFIX_WHOLE   128

struct yg_kill {
	struct yg_loader *loader;  /* borrowed */
	struct bpf_link *iterator; /* NULL: sock_diag */
};

int yg_kill_open(struct yg_loader *loader, struct yg_kill **ret)
{
	YG_CLEANUP(yg_kill_close) struct yg_kill *kill = calloc(1, sizeof(*kill));
	struct bpf_program *program = yg_loader_handle(loader, YG_PROGRAM_SK_KILL);

	if (!kill)
		return -ENOMEM;
	kill->loader = loader;
	if (program) {
		kill->iterator = bpf_program__attach_iter(program, NULL);
		if (!kill->iterator)
			return -errno;
	} else if (yg_kill_diag()) {
		return -EOPNOTSUPP;
	}
	*ret = YG_TAKE_PTR(kill);
	return 0;
}

void yg_kill_close(struct yg_kill **kill)
{
	if (*kill)
		(void)bpf_link__destroy((*kill)->iterator);
	yg_freep(kill);
}

/* Reading an iterator to its end runs its program over every socket. */
static int sweep_iterator(struct yg_kill *kill)
{
	YG_CLEANUP_CLOSE int fd = bpf_iter_create(bpf_link__fd(kill->iterator));
	char nothing[64];
	ssize_t len;

	if (fd < 0)
		return -errno;
	do
		len = read(fd, nothing, sizeof(nothing));
	while (len > 0 || (len < 0 && (errno == EINTR || errno == EAGAIN)));
	return len < 0 ? -errno : 0;
}

struct sweep {
	const struct yg_kill *kill;
	uint64_t now_ns;
	struct inet_diag_sockid victims[VICTIMS_MAX];
	size_t count;
	uint8_t family;
};

static bool is_live(int map_fd, const void *key, uint64_t now_ns)
{
	struct yg_block block;

	return bpf_map_lookup_elem(map_fd, key, &block) == 0 && now_ns < block.expires_ns &&
	       block.verdict == YG_VERDICT_BLOCK;
}

/* The same order as the guard: allowed first, then exact, then prefixes. */
static bool is_blocked(const struct sweep *sweep, const struct inet_diag_sockid *id)
{
	struct yg_net net = { .prefix_len = PREFIX_WHOLE };
	const struct yg_loader *loader = sweep->kill->loader;
	const uint8_t *addr = (const uint8_t *)id->idiag_dst;
	bool is_v4 = sweep->family == AF_INET;
	struct yg_allow allow;
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (is_v4) {
		memcpy(net.addr, mapped, sizeof(mapped));
		memcpy(net.addr + sizeof(mapped), addr, 4);
	} else {
		memcpy(net.addr, addr, sizeof(net.addr));
		/* A dual-stack socket of an IPv4 client. */
		is_v4 = memcmp(addr, mapped, sizeof(mapped)) == 0;
	}
	if (bpf_map_lookup_elem(yg_loader_map(loader, YG_MAP_ALLOW_NETS), &net, &allow) == 0)
		return false;
	if (is_live(yg_loader_map(loader, is_v4 ? YG_MAP_BLOCK4 : YG_MAP_BLOCK6),
		    is_v4 ? net.addr + sizeof(mapped) : net.addr, sweep->now_ns))
		return true;
	return is_live(yg_loader_map(loader, YG_MAP_BLOCK_NETS), &net, sweep->now_ns);
}

static void take_socket(void *ctx, const struct nlmsghdr *head)
{
	struct sweep *sweep = ctx;
	const struct inet_diag_msg *msg = NLMSG_DATA(head);

	if (head->nlmsg_len >= NLMSG_LENGTH(sizeof(*msg)) && sweep->count < VICTIMS_MAX &&
	    is_blocked(sweep, &msg->id))
		sweep->victims[sweep->count++] = msg->id;
}

/* A message of sock_diag about sockets of TCP that do not listen. */
struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

static struct question question_of(uint16_t type, uint8_t family)
{
	return (struct question){
		.head = { .nlmsg_len = sizeof(struct question), .nlmsg_type = type },
		.body = { .sdiag_family = family,
			  .sdiag_protocol = IPPROTO_TCP,
			  .idiag_states = ALL_BUT_LISTEN },
	};
}

/* Collect the blocked sockets of one family. */
static int dump_family(struct sweep *sweep, int fd)
{
	struct question question = question_of(SOCK_DIAG_BY_FAMILY, sweep->family);
	int r = yg_netlink_dump(fd, &question.head, take_socket, sweep);

	return r == -EINTR ? 0 : r; /* what came meanwhile is the next sweep's */
}

/* Dump first, destroy afterwards: the walk of the kernel must not meet sockets that vanish. */
static int sweep_family(struct sweep *sweep, int fd)
{
	struct question question = question_of(SOCK_DESTROY, sweep->family);
	int r = dump_family(sweep, fd);

	for (size_t i = 0; r == 0 && i < sweep->count; i++) {
		int err;

		question.body.id = sweep->victims[i];
		err = yg_netlink_order(fd, &question.head);
		/* A socket that ended on its own meanwhile is as good as closed. */
		if (err && err != -ENOENT)
			r = err;
	}
	return r;
}

static int sweep_diag(struct yg_kill *kill, uint64_t now_ns)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	YG_CLEANUP_FREE struct sweep *sweep = calloc(1, sizeof(*sweep));
	YG_CLEANUP_CLOSE int fd = -1;
	int r;

	if (!sweep)
		return -ENOMEM;
	r = yg_netlink_open(NETLINK_SOCK_DIAG, 0, &fd);
	sweep->kill = kill;
	sweep->now_ns = now_ns;
	for (size_t i = 0; r == 0 && i < YG_ARRAY_SIZE(families); i++) {
		sweep->family = families[i];
		sweep->count = 0;
		r = sweep_family(sweep, fd);
	}
	return r;
}

int yg_kill_diag(void)
{
	struct question nobody = question_of(SOCK_DESTROY, AF_INET);
	YG_CLEANUP_FREE struct sweep *sweep = calloc(1, sizeof(*sweep));
	YG_CLEANUP_CLOSE int fd = -1;
	int r;

	if (!sweep)
		return -ENOMEM;
	r = yg_netlink_open(NETLINK_SOCK_DIAG, 0, &fd);
	if (r)
		return r;
	sweep->family = AF_INET;
	sweep->count = VICTIMS_MAX; /* full: nothing is looked up, nothing is closed */
	/* Without the module for TCP the answer would be ENOENT too: a dump tells them apart. */
	r = dump_family(sweep, fd);
	if (r)
		return r;
	r = yg_netlink_order(fd, &nobody.head);
	return r == -ENOENT ? 0 : r ? r : -EPROTO;
}

int yg_kill_sweep(struct yg_kill *kill, int netns_fd, uint64_t now_ns)
{
	YG_CLEANUP_CLOSE int home = -1;
	int r;

	if (netns_fd >= 0) {
		home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
		if (home < 0 || setns(netns_fd, CLONE_NEWNET))
			return -errno;
	}
	r = kill->iterator ? sweep_iterator(kill) : sweep_diag(kill, now_ns);
	if (home >= 0 && setns(home, CLONE_NEWNET))
		return -errno;
	return r;
}
