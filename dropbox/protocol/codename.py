# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codenames, and the keys that a source makes from one (docs/protocol.md, section 4)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import labels
from .constants import (
    CHECK_BITS,
    CODENAME_WORDS,
    ENTROPY,
    ENTROPY_BITS,
    STRETCH_LANES,
    STRETCH_MEMORY_KIB,
    STRETCH_PASSES,
    WORDLIST_LENGTH,
    WORDLIST_SHA256,
)
from .errors import BadValue, UnknownWord, WrongCheck, WrongLength, WrongWordCount
from .primitives import argon2id, ed25519_public, hkdf, sha256

_SPACES = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212]+")
_MAX_TYPED = 512


@dataclass(frozen=True)
class WordList:
    """The EFF large list, proved by its hash."""

    words: tuple[str, ...]
    places: dict[str, int]


def load_wordlist(data: bytes) -> WordList:
    """The list's file, byte for byte. Raises BadValue when it is another."""
    if sha256(data).hex() != WORDLIST_SHA256:
        raise BadValue("word list")
    words = tuple(data.decode().split())
    return WordList(words, {word: place for place, word in enumerate(words)})


def entropy_from_random(random12: bytes) -> bytes:
    """92 bits: 12 random bytes with the top four bits cleared."""
    if len(random12) != ENTROPY:
        raise WrongLength("entropy")
    return bytes([random12[0] & 0x0F]) + random12[1:]


def _check(entropy: bytes) -> int:
    digest = sha256(labels.CODENAME_CHECK + entropy)
    return int.from_bytes(digest[:2], "big") >> (16 - CHECK_BITS)


def encode_codename(entropy: bytes, words: WordList) -> tuple[str, ...]:
    """Eight words for 92 bits (step 4.1). Raises BadValue when the top four bits are not zero."""
    if len(entropy) != ENTROPY or entropy[0] & 0xF0:
        raise BadValue("entropy")
    value = int.from_bytes(entropy, "big") << CHECK_BITS | _check(entropy)
    digits: list[str] = []
    for _ in range(CODENAME_WORDS):
        value, digit = divmod(value, WORDLIST_LENGTH)
        digits.append(words.words[digit])
    return tuple(reversed(digits))


def _normal(typed: str) -> list[str]:
    """Lower-case pieces without spaces and hyphens of any kind."""
    plain = unicodedata.normalize("NFKC", typed).lower()
    return [piece for piece in _SPACES.split(plain) if piece]


def _readings(pieces: Sequence[str], words: WordList) -> Iterator[tuple[int, ...]]:
    """Every way to read the pieces as eight words of the list, where a word with a hyphen may be two pieces."""
    joined: dict[str, list[int]] = {}
    for word, place in words.places.items():
        joined.setdefault(word.replace("-", ""), []).append(place)

    def walk(at: int, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if at == len(pieces):
            if len(taken) == CODENAME_WORDS:
                yield taken
            return
        if len(taken) == CODENAME_WORDS:
            return
        for place in joined.get(pieces[at], ()):
            yield from walk(at + 1, (*taken, place))
        if at + 1 < len(pieces) and "-".join(pieces[at : at + 2]) in words.places:
            yield from walk(at + 2, (*taken, words.places["-".join(pieces[at : at + 2])]))

    return walk(0, ())


def _fault(pieces: Sequence[str], words: WordList) -> UnknownWord | WrongWordCount:
    """Where the pieces stop being words: the first unknown one by place, else their count."""
    halves = {tuple(word.split("-")) for word in words.places if "-" in word}
    known = {word.replace("-", "") for word in words.places}
    position, at = 0, 0
    while at < len(pieces):
        position += 1
        if tuple(pieces[at : at + 2]) in halves:
            at += 2
        elif pieces[at] in known:
            at += 1
        else:
            return UnknownWord(position)
    return WrongWordCount(position)


def decode_codename(typed: str, words: WordList) -> bytes:
    """The 12 entropy bytes of a codename as a person typed it (step 4.2): case, spaces and hyphens are forgiven.

    Raises UnknownWord (with the place, never the word), WrongWordCount, WrongCheck.
    """
    if len(typed) > _MAX_TYPED:
        raise WrongWordCount(len(typed.split()))
    pieces = _normal(typed)
    readings = list(_readings(pieces, words))
    for places in readings:
        value = 0
        for place in places:
            value = value * WORDLIST_LENGTH + place
        if value >> (ENTROPY_BITS + CHECK_BITS):
            continue
        entropy = (value >> CHECK_BITS).to_bytes(ENTROPY, "big")
        if value & ((1 << CHECK_BITS) - 1) == _check(entropy):
            return entropy
    if readings:
        raise WrongCheck("codename")
    raise _fault(pieces, words)


def stretch(entropy: bytes, service_id: bytes) -> bytes:
    """S: Argon2id over the entropy, salted with the service (step 4.3). 32 bytes; about 19 MiB and some tens of
    milliseconds natively."""
    salt = sha256(labels.STRETCH_SALT + service_id)[:16]
    return argon2id(entropy, salt, STRETCH_MEMORY_KIB, STRETCH_PASSES, STRETCH_LANES)


@dataclass(frozen=True)
class ConversationKeys:
    """What a source holds towards one unit (step 4.4). Keys of two units have nothing in common."""

    unit_id: bytes
    key: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    pseudonym: bytes
    beacon: bytes = field(repr=False)

    def refresh(self, message_id: bytes) -> bytes:
        """r: the fresh chain seed that the message of this id brings."""
        return hkdf(self.key, labels.REFRESH + message_id)


def conversation_keys(stretched: bytes, unit_id: bytes) -> ConversationKeys:
    """K, P and b for one unit, from S (step 4.4)."""
    key = hkdf(stretched, labels.CONVERSATION + unit_id)
    seed = hkdf(key, labels.PSEUDONYM)
    return ConversationKeys(unit_id, key, seed, ed25519_public(seed), hkdf(key, labels.BEACON))
