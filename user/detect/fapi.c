/* SPDX-License-Identifier: GPL-2.0-only */
#include "detect/posture_inside.h"

void yg_fapi_check(struct yg_look *look)
{
	(void)look;
}
