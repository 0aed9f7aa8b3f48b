# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's keys for contact details."""

from dataclasses import dataclass

from .asked import Asked


@dataclass(frozen=True)
class ContactKeyLine:
    """``key`` is the beginning of the key's hash, hexadecimal; ``day`` the ISO date on which it was made. ``held`` are
    the custodians who have halves of it, ``holders`` is among how many it was split. ``listed``: sources seal to it, by
    the signed list; ``usable``: two are left who open with it; ``due``: a new one is to take its place."""

    key: str
    day: str
    held: tuple[str, ...]
    holders: int
    listed: bool
    usable: bool
    due: bool


@dataclass(frozen=True)
class ContactKeyList:
    """Newest first. ``custodians`` have a passphrase of their own; ``listed``: the signed list has a key for this unit,
    whether it is one of these or not."""

    keys: tuple[ContactKeyLine, ...]
    custodians: tuple[str, ...]
    listed: bool


@dataclass(frozen=True)
class ContactKeys(Asked[ContactKeyList], verb="contact-keys"):
    """What there is, and who holds it."""


@dataclass(frozen=True)
class ContactKeyFile:
    """``file`` is what whoever keeps the roots needs, armoured; ``fingerprint`` that of it, hexadecimal, to be compared
    aloud."""

    key: str
    held: tuple[str, ...]
    fingerprint: str
    file: str


@dataclass(frozen=True)
class MakeContactKey(Asked[ContactKeyFile], verb="contact-key-make"):
    """A new key, split among all custodians. Older ones stay, for what was sealed to them."""


@dataclass(frozen=True)
class GetContactKey(Asked[ContactKeyFile], verb="contact-key-file"):
    """The file of the newest key again."""


@dataclass(frozen=True)
class HolderAsked:
    """``proposal`` waits for another custodian, who then gives ``name`` halves."""

    name: str
    proposal: int


@dataclass(frozen=True)
class AddHolder(Asked[HolderAsked], verb="contact-key-add"):
    """Let one more custodian hold halves. Whoever asks is the first of the two that it takes."""

    name: str
    reason: str = ""
