# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recovery sheets: a secret of three shares of which each sheet holds two, so that any two sheets give it and one gives
nothing. It is drawn, written as words of the word list or as one code, read back, put together; nothing is stored."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from dropbox.protocol.chance import Random
from dropbox.protocol.primitives import SealingKey, hkdf, sha256
from dropbox.words import codename_words
from journalist_ui.refusals import BadInput
from journalist_ui.vault import labels

SECRET = 16
"""Bytes of the secret and of each share."""
SHEETS = 3
WORDS = 25
"""Of a sheet."""
_MARK, _CHECK = 3, 3
_SIZE = 1 + _MARK + 2 * SECRET + _CHECK
_CODE = 63
"""Letters of a sheet's code: base32 of its bytes."""
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*")


class SheetKind(StrEnum):
    """What two sheets do: PEOPLE make a new administrator, CASES one who reads each case too."""

    PEOPLE = "people"
    CASES = "cases"


@dataclass(frozen=True)
class Sheet:
    """One of three. ``mark`` tells sheets that were drawn together from others; ``shares`` are the secret's shares
    ``number`` and the one after it."""

    kind: SheetKind
    number: int
    mark: bytes
    shares: tuple[bytes, bytes] = field(repr=False)

    def _bytes(self) -> bytes:
        head = bytes([(list(SheetKind).index(self.kind) << 4) | self.number])
        data = head + self.mark + b"".join(self.shares)
        return data + _check(data)

    def words(self) -> tuple[str, ...]:
        """Twenty-five words, the last few of which depend on all before: one that is misread is noticed."""
        words, rest, found = codename_words().words, int.from_bytes(self._bytes(), "big"), []
        for _ in range(WORDS):
            rest, place = divmod(rest, len(words))
            found.append(words[place])
        return tuple(reversed(found))

    def code(self) -> str:
        """The same as letters and digits, for a square code."""
        return base64.b32encode(self._bytes()).decode().rstrip("=")


def _check(data: bytes) -> bytes:
    return sha256(labels.RECOVERY_SHEET + data)[:_CHECK]


def _mixed(shares: Iterable[bytes]) -> bytes:
    """All of them, bit by bit exclusive-or."""
    mixed = 0
    for share in shares:
        mixed ^= int.from_bytes(share, "big")
    return mixed.to_bytes(SECRET, "big")


def sheets_key(secret: bytes) -> SealingKey:
    """The X-Wing key that a secret stands for."""
    return SealingKey(hkdf(secret, labels.RECOVERY_KEY))


def draw_sheets(kind: SheetKind, random: Random) -> tuple[bytes, tuple[Sheet, ...]]:
    """The public key of a new secret, and its three sheets."""
    shares = [random(SECRET) for _ in range(SHEETS)]
    public = sheets_key(_mixed(shares)).public
    mark = sha256(labels.RECOVERY_SHEET + public)[:_MARK]
    return public, tuple(
        Sheet(kind, number, mark, (shares[number - 1], shares[number % SHEETS])) for number in range(1, SHEETS + 1)
    )


def read_sheet(typed: str) -> Sheet:
    """A sheet as somebody types or scans it: its words in whatever capitals, with numbers, commas and line ends between
    or not, or its code. Raises BadInput, which says where."""
    plain = unicodedata.normalize("NFKC", typed).casefold()
    code = "".join(plain.split())
    # No words of a sheet are as short as its code.
    data = _of_code(code) if len(code) == _CODE else _of_words(plain)
    kinds = list(SheetKind)
    kind, number = data[0] >> 4, data[0] & 15
    if _check(data[:-_CHECK]) != data[-_CHECK:] or kind >= len(kinds) or not 1 <= number <= SHEETS:
        raise BadInput("Each word is one of the list, but together they are no sheet: one is another's. Compare them.")
    at = 1 + _MARK
    return Sheet(kinds[kind], number, data[1:at], (data[at : at + SECRET], data[at + SECRET : -_CHECK]))


def _of_code(code: str) -> bytes:
    try:
        return base64.b32decode(code.upper() + "=" * (-len(code) % 8))
    except ValueError:
        raise BadInput("That is no sheet's code. Scan it again, or type the sheet's words.") from None


def _of_words(plain: str) -> bytes:
    words = _WORD.findall(plain)
    if len(words) != WORDS:
        raise BadInput(f"A sheet has {WORDS} words; these are {len(words)}. Type them again.")
    value, places = 0, codename_words().places
    for at, word in enumerate(words, start=1):
        if word not in places:
            raise BadInput(f"Word {at} of the sheet is none of the word list. Look at it again.")
        value = value * len(places) + places[word]
    if value >= 1 << (8 * _SIZE):
        raise BadInput("These words are no sheet. Type them in their order, the first word first.")
    return value.to_bytes(_SIZE, "big")


def join_sheets(sheets: Sequence[Sheet]) -> SealingKey:
    """The key of two sheets. Raises BadInput: the same one twice, or of two drawings."""
    first, second = sheets
    if (first.mark, first.kind) != (second.mark, second.kind):
        raise BadInput("These two sheets were not printed together. Use two of the same printing.")
    if first.number == second.number:
        raise BadInput(f"This is sheet {first.number} twice. It takes two of the three.")
    shares: dict[int, bytes] = {}
    for sheet in sheets:
        for at, share in enumerate(sheet.shares):
            shares[(sheet.number - 1 + at) % SHEETS] = share
    return sheets_key(_mixed(shares.values()))
