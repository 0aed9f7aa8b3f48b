# SPDX-License-Identifier: AGPL-3.0-or-later
"""A member's own passphrase and one-time codes."""

from dataclasses import dataclass, field

from .asked import Asked


@dataclass(frozen=True)
class PassphraseChanged:
    """``totp_secret`` is a new code secret, base32, None where the old one stays. Where there is one, nothing is
    changed yet: ``in_force`` is false until a code of it was typed back."""

    name: str
    totp_secret: str | None = field(repr=False)
    in_force: bool


@dataclass(frozen=True)
class ChangePassphrase(Asked[PassphraseChanged], verb="member-passphrase"):
    """The session's own member changes the passphrase; every session of theirs ends. ``new_code`` asks for a new code
    secret, which a first change always makes."""

    old: str = field(repr=False)
    new: str = field(repr=False)
    new_code: bool = False


@dataclass(frozen=True)
class WaitingCodes:
    """The code secret that waits to be confirmed, None for none."""

    totp_secret: str | None = field(repr=False)


@dataclass(frozen=True)
class ShowCodes(Asked[WaitingCodes], verb="member-codes"):
    """The secret again, as often as it is asked for until it is confirmed."""


@dataclass(frozen=True)
class CodesConfirmed:
    """Passphrase, key and codes are the new ones. ``recovery_codes`` are ten that are shown once; each signs in once in
    place of a code."""

    name: str
    in_force: bool
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class ConfirmCodes(Asked[CodesConfirmed], verb="member-confirm"):
    """A code of the new secret: only now the change is in force. The member's sessions end."""

    code: str = field(repr=False)
