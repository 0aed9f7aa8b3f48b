# SPDX-License-Identifier: AGPL-3.0-or-later
"""Run by the scripts of deploy/bin, whose own path comes first."""

import sys

from .entries import enter

sys.argv = sys.argv[1:]
enter(sys.argv[0].rpartition("/")[2])
