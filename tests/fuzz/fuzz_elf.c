/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ELF reader and probe placement: any bytes end, and an answer passes the parent's check.
 *
 * The first byte chooses: the rest is a file, or a list of patches (u16 offset, u8 byte) to a good
 * library or Go program, which reaches the disassembler far sooner than bytes from nothing.
 */
#include <stdlib.h>

#include "../harness/elf_image.h"
#include "../harness/go_image.h"
#include "capture/gap.h"
#include "capture/place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inspect(const uint8_t *data, size_t size)
{
	struct yg_place place;
	struct yg_elf elf;

	if (yg_elf_open(data, size, &elf) || yg_place_find(&elf, &place))
		return;
	if (yg_gap_find(&elf) >= YG_GAP_MAX)
		abort();
	if (place.count > 0 && !yg_place_is_valid(&place, size))
		abort();
	for (uint32_t i = 0; i < place.count; i++) {
		if (yg_elf_code_len(&elf, place.probes[i].offset) == 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t magics[] = { GO_MAGIC_1_20, GO_MAGIC_1_18, GO_MAGIC_1_16, 0 };
	uint8_t *image;

	if (size == 0)
		return 0;
	if (data[0] & 1) {
		inspect(data + 1, size - 1);
		return 0;
	}
	/* Both are as long. On the heap, so that a byte too far is seen. */
	image = malloc(ELF_IMAGE_LEN);
	if (!image)
		return 0;
	if (data[0] & 4)
		go_image_make(image, &(struct go_image){ magics[(data[0] >> 3) & 3],
							 (enum go_image_text)(data[0] >> 5), false,
							 false });
	else
		elf_image_make(image, elf_image_openssl, ELF_FUNCTIONS,
			       data[0] & 2 ? SHT_SYMTAB : SHT_DYNSYM);
	for (size_t i = 1; i + 3 <= size; i += 3)
		image[(size_t)(data[i] | data[i + 1] << 8) & (ELF_IMAGE_LEN - 1)] = data[i + 2];
	inspect(image, ELF_IMAGE_LEN);
	free(image);
	return 0;
}
