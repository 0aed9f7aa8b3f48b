# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one adapter to pyotp: one-time codes by RFC 6238 with SHA-1, 6 digits, 30 seconds, one step either way."""

import base64

import pyotp

from dropbox.protocol.primitives import same

STEP = 30
SECRET = 20
"""Bytes of a secret: what RFC 4226 recommends."""


def printed_secret(secret: bytes) -> str:
    """Base32, as authenticator apps take it: 32 characters for 20 bytes."""
    return base64.b32encode(secret).decode()


def code_at(secret: bytes, step: int) -> str:
    """The six digits of a step."""
    return pyotp.TOTP(printed_secret(secret)).at(step * STEP)


def matching_step(secret: bytes, code: str, now: float, last_step: int) -> int | None:
    """The step that ``code`` belongs to, one before or after now allowed, if it is later than the last one used."""
    present = int(now // STEP)
    for step in (present - 1, present, present + 1):
        if step > last_step and same(code_at(secret, step).encode(), code.encode()):
            return step
    return None
