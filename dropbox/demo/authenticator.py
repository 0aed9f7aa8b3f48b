# SPDX-License-Identifier: AGPL-3.0-or-later
"""The administrator's telephone: shows the one-time code of a secret (RFC 6238)."""

import pyotp

STEP = 30
"""Seconds for which a code is shown."""


def code_now(secret: str) -> str:
    """Six digits, valid for half a minute; ``secret`` is base32."""
    return pyotp.TOTP(secret).now()
