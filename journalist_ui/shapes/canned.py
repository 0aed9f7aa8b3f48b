# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts that a unit keeps ready: they are offered to whoever writes to a source, and never sent by themselves."""

from dataclasses import dataclass
from typing import Annotated

from .asked import Asked, Whole

LONGEST_TITLE, LONGEST_CANNED = 80, 2_000
"""Letters."""

CannedNumber = Annotated[
    int, Whole("A canned text is a whole number. `dropbox-desk canned list` lists them.", 1, 1 << 31)
]
Version = Annotated[int, Whole("A version is a whole number.", 0, 1 << 31)]


@dataclass(frozen=True)
class CannedText:
    """One version of a text. ``category`` is the one that it is for, "" for any. ``by`` wrote it on ``day``, both "" as
    it is ``shipped`` with the program. ``gone``: this version is that it was removed."""

    number: int
    version: int
    title: str
    text: str
    category: str
    by: str
    day: str
    shipped: bool
    gone: bool = False


@dataclass(frozen=True)
class CannedList:
    """The newest version of each that was not removed, by number."""

    texts: tuple[CannedText, ...]


@dataclass(frozen=True)
class CannedTexts(Asked[CannedList], verb="canned"):
    """Every text that is offered."""


@dataclass(frozen=True)
class CannedVersions:
    """The newest first."""

    versions: tuple[CannedText, ...]


@dataclass(frozen=True)
class ShowCanned(Asked[CannedVersions], verb="canned-show"):
    """Every version of one, also of one that was removed."""

    number: CannedNumber


@dataclass(frozen=True)
class CannedKept:
    """``version`` is what it is now."""

    number: int
    version: int


@dataclass(frozen=True)
class KeepCanned(Asked[CannedKept], verb="canned-edit"):
    """A new version of a text, or, without a ``number``, a new text. ``base`` is the version that its writer saw, 0
    where they do not say: it is never written over one that they did not see."""

    title: str
    text: str
    category: str = ""
    number: CannedNumber | None = None
    base: Version = 0


@dataclass(frozen=True)
class CannedRemoved:
    """It is offered no more; its versions stay."""

    number: int


@dataclass(frozen=True)
class RemoveCanned(Asked[CannedRemoved], verb="canned-remove"):
    """Offer it no more."""

    number: CannedNumber
