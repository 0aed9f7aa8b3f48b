# SPDX-License-Identifier: AGPL-3.0-or-later
"""The administrator's telephone: shows the one-time code of a secret (RFC 6238)."""

import time

import pyotp

STEP = 30
"""Seconds for which a code is shown."""


def code_now(secret: str, steps_ago: int = 0) -> str:
    """Six digits, valid for half a minute; ``secret`` is base32. The code of one step ago is still taken."""
    return pyotp.TOTP(secret).at(int(time.time()) - STEP * steps_ago)
