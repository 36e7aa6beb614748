/* SPDX-License-Identifier: GPL-2.0-only */
#include "daemon/feed.h"

#include <errno.h>

#include "priv/link.h"

void yg_feed_out_init(struct yg_feed_out *out, int fd)
{
	*out = (struct yg_feed_out){ .fd = fd };
	out->writer = (struct yg_feed_writer){ .buf = out->packet, .cap = sizeof(out->packet) };
}

void yg_feed_out_flush(struct yg_feed_out *out)
{
	if (out->pending == 0)
		return;
	if (yg_link_send(out->fd, out->packet, out->writer.len))
		out->stats.lost += out->pending;
	else
		out->stats.sent += out->pending;
	out->writer.len = 0;
	out->pending = 0;
}

void yg_feed_out_put(struct yg_feed_out *out, const struct yg_feed_message *message)
{
	int r = yg_feed_put(&out->writer, message);

	if (r == -ENOSPC) {
		yg_feed_out_flush(out);
		r = yg_feed_put(&out->writer, message);
	}
	if (r)
		out->stats.refused++;
	else
		out->pending++;
}
