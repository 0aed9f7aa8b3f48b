# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where security keys can be used, and what is said where not."""

import re

_NUMBERS = re.compile(r"[0-9.]+|\[.*\]")
BY_NUMBER = (
    "Security keys are registered for a name. You reached this desk by a number: use its name, as in "
    "http://localhost:PORT/, or the name that whoever looks after the desk set as web_url."
)


def takes_keys(host: str) -> bool:
    """Whether browsers register keys for it: for a name, never for an address of numbers."""
    return bool(host) and not _NUMBERS.fullmatch(host)
