#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 600
# The actions of mappings with external devices: errors reach the sender all the same.
# shellcheck disable=SC2034 # see sites
external=1
# shellcheck source=actions.sh
. "$(dirname "$0")/actions.sh"
