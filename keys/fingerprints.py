# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fingerprints that two people read to each other."""

from dropbox.protocol.anchors import parse_signed_anchor
from dropbox.protocol.armour import ANCHOR, DIRECTORY, ENROLMENT, PAGES, ROOT_PUBLIC
from dropbox.protocol.directory import parse_signed_directory
from dropbox.protocol.enrolment import verify_enrolment
from dropbox.protocol.pages import parse_signed_pages
from dropbox.protocol.primitives import sha256
from dropbox.words import codename_words

WORDS = 20
"""Of a fingerprint: as many as 256 bits need."""


def grouped(digest: bytes) -> str:
    """32 bytes as 16 groups of four hex digits, each easy to say."""
    text = digest.hex()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def in_words(digest: bytes) -> tuple[str, ...]:
    """32 bytes as twenty words of the word list, the number of the bytes to its base: the same, said more easily."""
    words, rest, found = codename_words().words, int.from_bytes(digest, "big"), []
    for _ in range(WORDS):
        rest, place = divmod(rest, len(words))
        found.append(words[place])
    return tuple(reversed(found))


def word_lines(digest: bytes) -> list[str]:
    """The words with their numbers, five a line."""
    words = in_words(digest)
    numbered = [f"{number:2}. {word}" for number, word in enumerate(words, start=1)]
    return ["  ".join(f"{one:<14}" for one in numbered[at : at + 5]).rstrip() for at in range(0, WORDS, 5)]


def fingerprint_of(kind: str, data: bytes) -> bytes:
    """H over what the file stands for, without its signatures, so that it does not change as roots sign.

    Raises Malformed, BadSignature.
    """
    match kind:
        case _ if kind == ANCHOR:
            return parse_signed_anchor(data).anchor.fingerprint
        case _ if kind == ENROLMENT:
            return verify_enrolment(data).fingerprint
        case _ if kind == DIRECTORY:
            return sha256(parse_signed_directory(data).head.head.encode())
        case _ if kind == PAGES:
            return sha256(parse_signed_pages(data).pages.encode())
    return sha256(data)


KINDS = (ANCHOR, ENROLMENT, DIRECTORY, PAGES, ROOT_PUBLIC)
