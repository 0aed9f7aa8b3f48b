# SPDX-License-Identifier: AGPL-3.0-or-later
"""A codename written down in any way is read alike by the command line and the browser."""

import json
import random
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator

import pytest

from dropbox.protocol.codename import encode_codename, entropy_from_random
from dropbox.protocol.constants import LONGEST_TYPED
from dropbox.words import codename_words
from tests.client.bent import NodeOperations, Values
from tests.vectors.make import outcome

DECODE = "codename-decode"
GAPS = (
    *(" ", "  ", "\n", ", ", ". ", "; ", " - ", " \u2014 ", "_", "/", "\u00a0", "\u2009", "\u200b", "\u00ad", "\u2060"),
    *(
        " \u201c",
        "\u201d ",
        " \u00ab",
        "\u00bb ",
        " '",
        "' ",
        "\n1. ",
        "\n2) ",
        " \u2022 ",
        "\t\t",
        "\r\n> ",
        "\U0001f44d",
    ),
)
INSIDE = ("", "", "", "", "\u00ad", "\u200b", "\u2060", "\u200d", "\ufe0f", "\u0301")


@pytest.fixture(scope="module")
def node() -> Iterator[NodeOperations]:
    """The browser's code in one process."""
    process = NodeOperations()
    yield process
    process.close()


def alike(node: NodeOperations, typed: str) -> Values:
    """What both say. JSON carries a text that is not well formed as it is."""
    values = {"typed": typed}
    found = outcome(DECODE, values)
    assert node.answer(DECODE, values) == found, json.dumps(typed)[:400]
    return found


def test_random_codenames_with_random_gaps(node: NodeOperations) -> None:
    """200 codenames, each with gaps and marks drawn anew, some letters large: both read what they were made of."""
    rng = random.Random(10)  # noqa: S311 - repeatable, and no secret
    for _ in range(200):
        entropy = entropy_from_random(rng.randbytes(12))
        typed = rng.choice(GAPS)
        for word in encode_codename(entropy, codename_words()):
            typed += "".join(rng.choice((letter, letter.upper())) + rng.choice(INSIDE) for letter in word)
            typed += "".join(rng.choices(GAPS, k=rng.randint(1, 4)))
        assert alike(node, typed) == {"output": {"entropy": entropy.hex()}}, json.dumps(typed)


def test_every_character_parts_words_or_vanishes_alike(node: NodeOperations) -> None:
    """Each character of the first plane, and a sample of the others, between two words and inside one: no table of
    another version of Unicode changes the answer."""
    words = encode_codename(entropy_from_random(bytes(range(12))), codename_words())
    rng = random.Random(11)  # noqa: S311 - repeatable, and no secret
    marks = [chr(code) for code in range(0x10000)] + [chr(rng.randrange(0x10000, sys.maxunicode)) for _ in range(4_000)]
    rng.shuffle(marks)
    codes: Counter[str] = Counter()
    for at in range(0, len(marks), 40):
        some = marks[at : at + 40]
        codes.update([*alike(node, "".join(some) + " ".join(words))])
        codes.update([*alike(node, f"{words[0]} {''.join(some)} {' '.join(words[1:])}")])
    for mark in rng.sample(marks, 2_000):
        codes.update([*alike(node, f"{words[0][:2]}{mark}{words[0][2:]} {' '.join(words[1:])}")])
        codes.update([*alike(node, mark.join(words))])
    assert codes["output"] > 3_000
    assert codes["error"] > 1_000


@pytest.mark.parametrize(
    "typed", [" " * LONGEST_TYPED, "zoom " * 20_000, "z" * (LONGEST_TYPED + 1), "\U0001f44d" * 70_000]
)
def test_what_is_far_too_long_is_counted_alike(node: NodeOperations, typed: str) -> None:
    """Beyond the bound nothing is looked at, counted in characters and not in the units of a string."""
    assert alike(node, typed) == {"error": "wrong-word-count"}


def test_the_bound_is_counted_in_characters(node: NodeOperations) -> None:
    """A codename in as many pictures as there may be characters, and one picture more."""
    words = encode_codename(entropy_from_random(bytes(range(12))), codename_words())
    pictures = "\U0001f44d" * (LONGEST_TYPED - len(" ".join(words)))
    assert "output" in alike(node, pictures + " ".join(words))
    assert alike(node, "\U0001f44d" + pictures + " ".join(words)) == {"error": "wrong-word-count"}


def test_no_letter_of_another_version_is_folded() -> None:
    """What becomes a letter a to z by compatibility alone lies in sets that are spelled out: a reader with newer tables
    agrees. 0x1CCD6 is the first of an alphabet that came after version 14."""
    later = "\U0001ccd6\U0001ccef"
    assert all(unicodedata.category(one) in ("Cn", "So") for one in later)
    words = " ".join(encode_codename(entropy_from_random(bytes(range(12))), codename_words()))
    assert outcome(DECODE, {"typed": f"{later}{words}{later}"}) == outcome(DECODE, {"typed": words})
