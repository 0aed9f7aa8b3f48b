# SPDX-License-Identifier: AGPL-3.0-or-later
"""The daemon's log: the kind of event and codes, on stderr. No content, no name, no time (the journal adds its own)."""

import os
import sys

_LEVELS = {"error": "<3>", "notice": "<5>"}


def log(level: str, *words: str) -> None:
    """One line; under systemd with its level, because deploy/systemd/desk.service keeps only notices and worse."""
    prefix = _LEVELS[level] if "JOURNAL_STREAM" in os.environ else ""
    print(f"{prefix}desk: {' '.join((level, *words))}", file=sys.stderr, flush=True)
