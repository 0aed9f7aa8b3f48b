# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one adapter to pyotp: one-time codes by RFC 6238 with SHA-1, 6 digits, 30 seconds, one step either way."""

import base64
import unicodedata
from collections.abc import Sequence

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


def plain_code(typed: str) -> str:
    """The digits of a code however they were typed: of any width, with blanks or hyphens between."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", typed) if letter.isascii() and letter.isalnum())


def matching_step(secret: bytes, typed: str, now: float, used: Sequence[int] = ()) -> int | None:
    """The step that a code belongs to, one before or after now allowed, if it is later than the last one used. What was
    used by a clock that was ahead does not keep a code of now from being good; but no code is good twice."""
    present, code = int(now // STEP), plain_code(typed)
    last = max((step for step in used if step <= present + 1), default=0)
    for step in (present - 1, present, present + 1):
        if step > last and step not in used and same(code_at(secret, step).encode(), code.encode()):
            return step
    return None
