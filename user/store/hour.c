/* SPDX-License-Identifier: GPL-2.0-only */
#include "store/hour.h"

#include <errno.h>

#include <zstd.h>

#define BLOCK_VERSION 1
#define LEVEL	      3 /* beyond it blocks of cells shrink by a percent and cost twice the time */
#define HEAD_LEN      3 /* minute and length */

struct yg_hour {
	ZSTD_CCtx *packer;
	ZSTD_DCtx *unpacker;
	size_t lens[YG_HOUR_MINUTES]; /* 0: no cell */
	uint8_t cells[YG_HOUR_MINUTES][YG_CELL_PACKED_MAX];
	uint8_t plain[YG_HOUR_BYTES_MAX];
	uint8_t block[ZSTD_COMPRESSBOUND(YG_HOUR_BYTES_MAX)];
};

int yg_hour_new(struct yg_hour **ret)
{
	struct yg_hour *hour = calloc(1, sizeof(*hour));

	if (!hour)
		return -ENOMEM;
	hour->packer = ZSTD_createCCtx();
	hour->unpacker = ZSTD_createDCtx();
	if (!hour->packer || !hour->unpacker) {
		yg_hour_free(&hour);
		return -ENOMEM;
	}
	*ret = hour;
	return 0;
}

void yg_hour_free(struct yg_hour **hour)
{
	if (!*hour)
		return;
	(void)ZSTD_freeCCtx((*hour)->packer);
	(void)ZSTD_freeDCtx((*hour)->unpacker);
	free(*hour);
	*hour = NULL;
}

void yg_hour_reset(struct yg_hour *hour)
{
	for (unsigned int i = 0; i < YG_HOUR_MINUTES; i++)
		hour->lens[i] = 0;
}

static int merge(struct yg_hour *hour, unsigned int minute, struct yg_slice cell)
{
	struct yg_cell into, from;
	ssize_t len;

	if (yg_cell_unpack(hour->cells[minute], hour->lens[minute], &into) ||
	    yg_cell_unpack((const uint8_t *)cell.ptr, cell.len, &from))
		return -EINVAL;
	yg_cell_merge(&into, &from);
	len = yg_cell_pack(&into, hour->cells[minute], YG_CELL_PACKED_MAX);
	if (len < 0)
		return -EINVAL;
	hour->lens[minute] = (size_t)len;
	return 0;
}

int yg_hour_add(struct yg_hour *hour, unsigned int minute, struct yg_slice cell)
{
	if (minute >= YG_HOUR_MINUTES || cell.len == 0 || cell.len > YG_CELL_PACKED_MAX)
		return -EINVAL;
	if (hour->lens[minute])
		return merge(hour, minute, cell);
	memcpy(hour->cells[minute], cell.ptr, cell.len);
	hour->lens[minute] = cell.len;
	return 0;
}

int yg_hour_load(struct yg_hour *hour, struct yg_slice block)
{
	size_t len = ZSTD_decompressDCtx(hour->unpacker, hour->plain, sizeof(hour->plain),
					 block.ptr, block.len);
	const uint8_t *p = hour->plain;
	const uint8_t *end;

	if (ZSTD_isError(len) || len < 1 || *p++ != BLOCK_VERSION)
		return -EINVAL;
	end = hour->plain + len;
	while (p < end) {
		struct yg_slice cell;
		int r;

		if (end - p < HEAD_LEN)
			return -EINVAL;
		cell.len = (size_t)(p[1] | p[2] << 8);
		cell.ptr = (const char *)p + HEAD_LEN;
		if (cell.len > (size_t)(end - p - HEAD_LEN))
			return -EINVAL;
		r = yg_hour_add(hour, p[0], cell);
		if (r)
			return r;
		p += HEAD_LEN + cell.len;
	}
	return 0;
}

int yg_hour_pack(struct yg_hour *hour, struct yg_slice *ret)
{
	size_t used = 0, len;
	int count = 0;

	hour->plain[used++] = BLOCK_VERSION;
	for (unsigned int i = 0; i < YG_HOUR_MINUTES; i++) {
		if (!hour->lens[i])
			continue;
		hour->plain[used++] = (uint8_t)i;
		hour->plain[used++] = (uint8_t)hour->lens[i];
		hour->plain[used++] = (uint8_t)(hour->lens[i] >> 8);
		memcpy(hour->plain + used, hour->cells[i], hour->lens[i]);
		used += hour->lens[i];
		count++;
	}
	len = ZSTD_compressCCtx(hour->packer, hour->block, sizeof(hour->block), hour->plain, used,
				LEVEL);
	if (ZSTD_isError(len))
		return -ENOMEM;
	*ret = (struct yg_slice){ (const char *)hour->block, len };
	return count;
}

struct yg_slice yg_hour_view(const struct yg_hour *hour, unsigned int minute)
{
	if (minute >= YG_HOUR_MINUTES || !hour->lens[minute])
		return (struct yg_slice){ NULL, 0 };
	return (struct yg_slice){ (const char *)hour->cells[minute], hour->lens[minute] };
}
