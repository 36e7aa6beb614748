/* SPDX-License-Identifier: GPL-2.0-only */
/* How the rows of the tables of words are written; for those tables alone. */
#pragma once

#include "baseline/data_key.h"
#include "core/macros.h"

#define IN(class_, text)                                \
	{                                               \
		text, YG_DATA_##class_, YG_DATA_WORD_IN \
	}
#define WHOLE(class_, text)                                \
	{                                                  \
		text, YG_DATA_##class_, YG_DATA_WORD_WHOLE \
	}
#define FORM(class_, text)                                \
	{                                                 \
		text, YG_DATA_##class_, YG_DATA_WORD_FORM \
	}
