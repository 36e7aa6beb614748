#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# A bank's gateway, its authorization server and its API: every fault of posture switched on is found
# by its rule, and switched off nothing is found.
set -euo pipefail
exec python3 "$(dirname "$0")/bank.py" "$YG_BUILD/yagura"
