#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Exchanges and counted losses add up to the access log of node.
. "$(dirname "$0")/lib_conserve.sh"
conserve node
