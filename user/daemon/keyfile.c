/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

long yg_keyfile_read(const char *path, char **ret)
{
	YG_CLEANUP_CLOSE int fd = -1;
	YG_CLEANUP_FREE char *text = NULL;
	ssize_t n;
	long len = 0;

	*ret = NULL;
	if (!path || !path[0])
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	text = malloc(YG_KEYFILE_BYTES_MAX);
	if (!text)
		return -ENOMEM;
	while ((n = read(fd, text + len, YG_KEYFILE_BYTES_MAX - (size_t)len)) > 0) {
		len += n;
		if ((size_t)len == YG_KEYFILE_BYTES_MAX)
			return -EFBIG;
	}
	if (n < 0)
		return -errno;
	*ret = YG_TAKE_PTR(text);
	return len;
}
