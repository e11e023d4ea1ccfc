#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# slow
# timeout 300
# ICMP errors about outer packets of external devices.
# shellcheck disable=SC2034 # see sites
external=1
# shellcheck source=icmp.sh
. "$(dirname "$0")/icmp.sh"
