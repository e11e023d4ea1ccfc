#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# Path MTU with external devices: errors reach the sender all the same.
# shellcheck disable=SC2034 # see sites
external=1
# shellcheck source=pmtu.sh
. "$(dirname "$0")/pmtu.sh"
