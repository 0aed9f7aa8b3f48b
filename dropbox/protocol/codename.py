# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codenames, and the keys that a source makes from one (docs/protocol.md, section 4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from . import labels
from .chance import Random
from .constants import (
    CHECK_BITS,
    CODENAME_WORDS,
    ENTROPY,
    ENTROPY_BITS,
    LONGEST_CODENAME,
    LONGEST_TYPED,
    STRETCH_LANES,
    STRETCH_MEMORY_KIB,
    STRETCH_PASSES,
    WORDLIST_LENGTH,
    WORDLIST_SHA256,
)
from .errors import BadValue, UnknownWord, WrongCheck, WrongLength, WrongWordCount
from .primitives import argon2id, ed25519_public, hkdf, sha256
from .spelling import pieces_written


@dataclass(frozen=True)
class WordList:
    """The EFF large list, proved by its hash.

    ``joined`` gives the places of a word as it reads without hyphens, its own spelling first; ``halved`` the place of a
    word with a hyphen by its two halves; ``known`` holds every piece of these.
    """

    words: tuple[str, ...]
    places: dict[str, int]
    joined: dict[str, tuple[int, ...]]
    halved: dict[tuple[str, ...], int]
    known: frozenset[str]


def load_wordlist(data: bytes) -> WordList:
    """The list's file, byte for byte. Raises BadValue when it is another."""
    if sha256(data).hex() != WORDLIST_SHA256:
        raise BadValue("word list")
    words = tuple(data.decode().split())
    places = {word: place for place, word in enumerate(words)}
    halved = {tuple(word.split("-")): place for word, place in places.items() if "-" in word}
    joined: dict[str, tuple[int, ...]] = {word: (place,) for word, place in places.items() if "-" not in word}
    for halves, place in halved.items():
        joined["".join(halves)] = (*joined.get("".join(halves), ()), place)
    known = frozenset(joined).union(*halved)
    return WordList(words, places, joined, halved, known)


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


def _readings(pieces: Sequence[str], words: WordList) -> Iterator[tuple[int, ...]]:
    """Every way to read the pieces as eight words of the list: at each piece the list's own spelling first, then a word
    with a hyphen that is written without, then one written as two pieces."""

    def walk(at: int, taken: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if at == len(pieces):
            if len(taken) == CODENAME_WORDS:
                yield taken
            return
        if len(taken) == CODENAME_WORDS:
            return
        for place in words.joined.get(pieces[at], ()):
            yield from walk(at + 1, (*taken, place))
        both = words.halved.get(tuple(pieces[at : at + 2]))
        if both is not None:
            yield from walk(at + 2, (*taken, both))

    return walk(0, ())


def _fault(pieces: Sequence[str], words: WordList) -> UnknownWord | WrongWordCount:
    """Where the pieces stop being words: the first unknown one by place, else their count."""
    position, at = 0, 0
    while at < len(pieces):
        position += 1
        if tuple(pieces[at : at + 2]) in words.halved:
            at += 2
        elif pieces[at] in words.joined:
            at += 1
        else:
            return UnknownWord(position)
    return WrongWordCount(position)


def _entropies(readings: Iterable[Sequence[int]]) -> Iterator[bytes]:
    """The entropy of each reading whose check bits hold."""
    for places in readings:
        value = 0
        for place in places:
            value = value * WORDLIST_LENGTH + place
        if value >> (ENTROPY_BITS + CHECK_BITS):
            continue
        entropy = (value >> CHECK_BITS).to_bytes(ENTROPY, "big")
        if value & ((1 << CHECK_BITS) - 1) == _check(entropy):
            yield entropy


def decode_codename(typed: str, words: WordList) -> bytes:
    """The 12 entropy bytes of a codename as a person or a device wrote it (step 4.2).

    Raises UnknownWord (with the place, never the word), WrongWordCount, WrongCheck.
    """
    pieces = pieces_written(typed[:LONGEST_TYPED], words.known)
    if len(typed) > LONGEST_TYPED or len(" ".join(pieces)) > LONGEST_CODENAME:
        raise WrongWordCount(len(pieces))
    readings = list(_readings(pieces, words))
    for entropy in _entropies(readings):
        return entropy
    if readings:
        raise WrongCheck("codename")
    raise _fault(pieces, words)


def has_two_readings(codename: Sequence[str], words: WordList) -> bool:
    """Whether the words, written without hyphens, are the codename of other entropy too: nobody may be given them."""
    pieces = [word.replace("-", "") for word in codename]
    return len(set(_entropies(_readings(pieces, words)))) > 1


def make_codename(random: Random, words: WordList) -> tuple[bytes, tuple[str, ...]]:
    """A new codename: its entropy and its words (step 4.1). ``random`` gives that many random bytes, 12 a draw."""
    while True:
        entropy = entropy_from_random(random(ENTROPY))
        codename = encode_codename(entropy, words)
        if not has_two_readings(codename, words):
            return entropy, codename


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
