#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Every label of endpoints: a capture in which it is given, and one as near to it in which it is not.
set -euo pipefail
exec python3 "$(dirname "$0")/labels.py" "$YG_BUILD/yagura"
