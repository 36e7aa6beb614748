/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/host.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "core/log.h"

#define SOCKET_NAME "yagura.sock"
#define KEY_NAME    "identity.key"
#define DB_NAME	    "db"
#define BACKLOG	    128
#define V4_OFFSET   12
#define DECIMAL	    10

static int fail(const char *object, int r)
{
	yg_log(YG_LOG_ERROR, "%s: %s", object, strerror(-r));
	return r;
}

/* mkdir -p: every part that is missing is made 0755; the last one is then set by the caller. */
static int make_parents(const char *path)
{
	char *copy YG_CLEANUP_FREE = strdup(path);
	char *slash;

	if (!copy)
		return -ENOMEM;
	slash = copy;
	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	if (mkdir(copy, 0755) && errno != EEXIST)
		return -errno;
	return 0;
}

static int open_dir(const char *path, int *ret)
{
	int r = make_parents(path);

	if (r)
		return r;
	*ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret < 0 ? -errno : 0;
}

static int open_db(int state_fd, const struct yg_identity *identity, int *ret)
{
	int fd YG_CLEANUP_CLOSE = -1;

	if (mkdirat(state_fd, DB_NAME, 0700) && errno != EEXIST)
		return -errno;
	fd = openat(state_fd, DB_NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fchown(fd, identity->uid, identity->gid) || fchmod(fd, 0700))
		return -errno;
	*ret = YG_TAKE_FD(fd);
	return 0;
}

/* Made once: callers keep their hashes over restarts, and nobody else can compute them. */
static int read_key(int state_fd, struct yg_hash_key *ret)
{
	struct yg_hash_key key;
	int fd YG_CLEANUP_CLOSE = -1;
	struct stat stat;
	ssize_t len;

	/* Non-blocking: a FIFO would hold up the start. */
	fd = openat(state_fd, KEY_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    0600);
	/* A backup may have come back readable by all: with the key, guesses can be tested. */
	if (fd < 0 || fstat(fd, &stat) || fchmod(fd, 0600))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	len = pread(fd, &key, sizeof(key), 0);
	if (len < 0)
		return -errno;
	if (len != sizeof(key)) {
		if (len > 0)
			yg_log(YG_LOG_WARNING,
			       "%s: %zd bytes of %zu: began a new one, callers get "
			       "new names",
			       KEY_NAME, len, sizeof(key));
		if (getrandom(&key, sizeof(key), 0) != sizeof(key) ||
		    pwrite(fd, &key, sizeof(key), 0) != sizeof(key) || fsync(fd))
			return errno ? -errno : -EIO;
	}
	*ret = key;
	return 0;
}

static int open_state(const char *path, struct yg_host *host)
{
	int fd YG_CLEANUP_CLOSE = -1;
	int r;

	r = open_dir(path, &fd);
	if (!r)
		r = open_db(fd, &host->identity, &host->db_fd);
	if (!r)
		r = read_key(fd, &host->identity_key);
	return r;
}

static int check_bpffs(const char *path)
{
	struct statfs fs;
	int r;

	r = make_parents(path);
	if (r)
		return r;
	if (statfs(path, &fs))
		return -errno;
	if ((uint64_t)fs.f_type == BPF_FS_MAGIC)
		return chmod(path, 0700) ? -errno : 0;
	yg_log(YG_LOG_ERROR,
	       "bpffs '%s': not on a BPF file system; mount one: mount -t bpf bpf "
	       "/sys/fs/bpf",
	       path);
	return -ENOTSUP;
}

int yg_host_open(const struct yg_options *options, struct yg_host *ret)
{
	const char *user = options->user[0] != '\0' ? options->user : NULL;
	int r;

	r = yg_identity_find(user, &ret->identity);
	if (r)
		return fail(user ? user : "user 'yagura' or 'nobody'", r);
	if (ret->identity.shared)
		yg_log(YG_LOG_WARNING,
		       "roles run as nobody, whom other services may share, and the "
		       "API is root's alone; a user 'yagura' is better");
	r = open_dir(options->run_dir, &ret->run_fd);
	if (!r && fchmod(ret->run_fd, 0755))
		r = -errno;
	if (r)
		return fail(options->run_dir, r);
	r = open_state(options->state_dir, ret);
	if (r)
		return fail(options->state_dir, r);
	r = check_bpffs(options->bpffs);
	if (r)
		return fail(options->bpffs, r);
	return 0;
}

/* bind(2) knows no directory fd: the name goes through /proc, so its length is bounded. */
static int listen_api(struct yg_host *host, int *ret)
{
	gid_t group = host->identity.shared ? 0 : host->identity.gid;
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd YG_CLEANUP_CLOSE = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", host->run_fd,
		       SOCKET_NAME);
	if (unlinkat(host->run_fd, SOCKET_NAME, 0) && errno != ENOENT)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    fchownat(host->run_fd, SOCKET_NAME, 0, group, AT_SYMLINK_NOFOLLOW) ||
	    fchmodat(host->run_fd, SOCKET_NAME, 0660, 0) || listen(fd, BACKLOG))
		return -errno;
	*ret = YG_TAKE_FD(fd);
	return 0;
}

static int parse_port(const char *text, uint16_t *ret)
{
	unsigned long port = 0;

	if (*text == '\0')
		return -EINVAL;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -EINVAL;
		port = port * DECIMAL + (unsigned long)(*text - '0');
		if (port > UINT16_MAX)
			return -EINVAL;
	}
	if (port == 0)
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

static bool is_loopback(const struct yg_address *addr)
{
	static const uint8_t v6[16] = { [15] = 1 };

	return yg_address_is_v4(addr) ? addr->bytes[V4_OFFSET] == 127
				      : memcmp(addr->bytes, v6, sizeof(v6)) == 0;
}

int yg_listen_from_text(const char *text, struct yg_address *ret_addr, uint16_t *ret_port)
{
	const char *colon = strrchr(text, ':');
	struct yg_address addr;
	struct yg_slice host;
	uint16_t port;

	if (!colon || parse_port(colon + 1, &port))
		return -EINVAL;
	host = (struct yg_slice){ text, (size_t)(colon - text) };
	if (host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
		host = (struct yg_slice){ text + 1, host.len - 2 };
	else if (memchr(host.ptr, ':', host.len))
		return -EINVAL;
	if (yg_address_from_text(host, &addr))
		return -EINVAL;
	if (!is_loopback(&addr))
		return -EPERM;
	*ret_addr = addr;
	*ret_port = port;
	return 0;
}

/* An IPv6 socket serves both families: 127.0.0.1 as ::ffff:127.0.0.1. */
static int listen_metrics(const char *text, int *ret)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6 };
	int fd YG_CLEANUP_CLOSE = -1;
	struct yg_address parsed;
	uint16_t port;
	int off = 0;
	int on = 1;
	int r;

	r = yg_listen_from_text(text, &parsed, &port);
	if (r)
		return r;
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	memcpy(&addr.sin6_addr, parsed.bytes, sizeof(addr.sin6_addr));
	addr.sin6_port = htons(port);
	if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, BACKLOG))
		return -errno;
	*ret = YG_TAKE_FD(fd);
	return 0;
}

int yg_host_listen(const struct yg_options *options, struct yg_host *host)
{
	int r;

	r = listen_api(host, &host->listen_fd);
	if (r)
		return fail(SOCKET_NAME, r);
	if (options->metrics_listen[0] == '\0')
		return 0;
	r = listen_metrics(options->metrics_listen, &host->metrics_fd);
	return r ? fail(options->metrics_listen, r) : 0;
}

void yg_host_close(struct yg_host *host)
{
	/* Only while the lock is ours: a successor's socket has the same name. */
	if (host->listen_fd >= 0 && host->lock_fd >= 0)
		(void)unlinkat(host->run_fd, SOCKET_NAME, 0);
	yg_closep(&host->listen_fd);
	yg_closep(&host->metrics_fd);
	yg_closep(&host->db_fd);
	yg_closep(&host->run_fd);
	yg_closep(&host->pins_fd);
	yg_closep(&host->lock_fd); /* last: whoever waits for it finds the rest released */
	explicit_bzero(&host->identity_key, sizeof(host->identity_key));
}
