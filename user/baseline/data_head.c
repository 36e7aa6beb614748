/* SPDX-License-Identifier: GPL-2.0-only */
#include "baseline/data_head.h"

#include "baseline/data_class.h"

bool yg_data_is_of_heads(uint32_t class_)
{
	return class_ == YG_DATA_IP_ADDRESS || class_ == YG_DATA_MAC_ADDRESS ||
	       class_ == YG_DATA_JWT || class_ == YG_DATA_SECRET_OAUTH ||
	       class_ == YG_DATA_SECRET_GENERIC || class_ == YG_DATA_SECRET_PASSWORD;
}
