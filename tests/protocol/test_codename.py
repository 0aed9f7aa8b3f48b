# SPDX-License-Identifier: AGPL-3.0-or-later
"""Codenames: whatever a person types is read as the same bits, or refused without repeating it."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol.codename import (
    conversation_keys,
    decode_codename,
    encode_codename,
    entropy_from_random,
    has_two_readings,
    load_wordlist,
    make_codename,
)
from dropbox.protocol.constants import LONGEST_CODENAME, LONGEST_TYPED, LONGEST_WORD
from dropbox.protocol.errors import BadValue, CodenameError, UnknownWord, WrongLength, WrongWordCount
from dropbox.words import codename_words

WORDS = codename_words()
ENTROPY = st.binary(min_size=12, max_size=12).map(entropy_from_random)
SEPARATORS = st.sampled_from(
    [" ", "  ", "-", " - ", "\n", "\t", "\u2011", "\u00a0", "\u3000", "\u00ad", "\r\n", ". ", "_"]
)
HYPHENED = [word for word in WORDS.words if "-" in word]


@settings(max_examples=60)
@given(entropy=ENTROPY, between=st.lists(SEPARATORS, min_size=7, max_size=7), upper=st.lists(st.booleans(), min_size=8))
def test_every_codename_is_read_however_it_is_typed(entropy: bytes, between: list[str], upper: list[bool]) -> None:
    """Case, blanks and hyphens of any kind between the words do not matter."""
    words = encode_codename(entropy, WORDS)
    shouted = [word.upper() if loud else word for word, loud in zip(words, upper, strict=False)]
    typed = shouted[0] + "".join(gap + word for gap, word in zip(between, shouted[1:], strict=True))
    assert decode_codename(f" {typed}\n", WORDS) == entropy


@pytest.mark.parametrize("word", HYPHENED)
def test_a_word_with_a_hyphen_is_read_in_every_way(word: str) -> None:
    """drop-down, felt-tip, t-shirt and yo-yo may be typed with their hyphen, with a blank, or as one."""
    place = WORDS.places[word]
    rng = random.Random(word)  # noqa: S311 - repeatable, and no secret
    entropy = next(
        one
        for one in (entropy_from_random(rng.randbytes(12)) for _ in range(20_000))
        if WORDS.words[place] in encode_codename(one, WORDS)
    )
    words = encode_codename(entropy, WORDS)
    for form in (word, word.replace("-", " "), word.replace("-", ""), word.replace("-", " - ")):
        typed = " ".join(form if one == word else one for one in words)
        assert decode_codename(typed, WORDS) == entropy


@settings(max_examples=60)
@given(typed=st.text(max_size=80))
def test_arbitrary_text_is_no_codename(typed: str) -> None:
    """Whatever is typed raises nothing but a codename's errors, and they do not repeat it."""
    with pytest.raises(CodenameError):
        decode_codename(typed, WORDS)


@settings(max_examples=40)
@given(places=st.lists(st.integers(0, 7_775), max_size=12), junk=st.integers(0, 12))
def test_arbitrary_words_of_the_list(places: list[int], junk: int) -> None:
    """Words of the list in any number: a codename whose words are these, or an error of a codename."""
    words = [WORDS.words[place] for place in places]
    try:
        entropy = decode_codename(" ".join(words), WORDS)
    except CodenameError:
        pass
    else:
        assert "".join(encode_codename(entropy, WORDS)).replace("-", "") == "".join(words).replace("-", "")
    words.insert(min(junk, len(words)), "qqqq")
    with pytest.raises(UnknownWord) as caught:
        decode_codename(" ".join(words), WORDS)
    assert "qqqq" not in str(caught.value) + repr(caught.value) + caught.value.say


def test_the_position_of_a_bad_word_counts_words_and_not_pieces() -> None:
    """A word with a hyphen before the bad one is one word, however it was typed."""
    for typed in ("t shirt qqqq zoom", "t-shirt qqqq zoom", "tshirt qqqq zoom"):
        with pytest.raises(UnknownWord) as caught:
            decode_codename(typed, WORDS)
        assert caught.value.position == 2


def test_the_number_of_words_is_told() -> None:
    """Seven words, one of them typed in two pieces, are seven."""
    with pytest.raises(WrongWordCount) as caught:
        decode_codename("yo yo zoom zoom zoom zoom zoom zoom", WORDS)
    assert caught.value.count == 7
    assert str(caught.value) == "wrong-word-count: 7 words"


def test_one_wrong_word_is_noticed() -> None:
    """About one in 2,048 codenames with one word changed passes the check: of 200 these here, none."""
    rng = random.Random(4)  # noqa: S311 - repeatable, and no secret
    passed = 0
    for _ in range(100):
        words = list(encode_codename(entropy_from_random(rng.randbytes(12)), WORDS))
        for at in rng.sample(range(8), 2):
            changed = [*words[:at], WORDS.words[rng.randrange(7_776)], *words[at + 1 :]]
            try:
                passed += changed != words and bool(decode_codename(" ".join(changed), WORDS))
            except CodenameError:
                continue
    assert passed == 0


@pytest.mark.parametrize("hexed", ["053e5b3157eda37e5a847504", "053e5b3157ed9b601170cb04"])
def test_words_of_two_readings_are_read_as_they_stand_and_given_to_nobody(hexed: str) -> None:
    """yoyo and yo-yo: the list's own spelling is read first, and such a codename is drawn again."""
    entropy, other = bytes.fromhex(hexed), bytes(range(12))
    words = encode_codename(entropy, WORDS)
    assert decode_codename(" ".join(words), WORDS) == entropy
    assert has_two_readings(words, WORDS)
    draws = [entropy, entropy, other]
    assert make_codename(lambda size: draws.pop(0), WORDS) == (other, encode_codename(other, WORDS))


def test_nobody_makes_a_codename_without_that_rule() -> None:
    """Commands and pages ask make_codename for a new one; random bytes become entropy nowhere else."""
    root = Path(__file__).parents[2]
    made = re.compile(r"\b(?:entropy_from_random|entropyFromRandom)\b")
    sources = [path for folder in ("dropbox", "client", "journalist_ui") for path in (root / folder).rglob("*.*")]
    users = {
        path.relative_to(root).as_posix()
        for path in sources
        if path.suffix in (".py", ".js")
        and "static" not in path.parts
        and made.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"dropbox/protocol/codename.py", "client/protocol/codename.js"}


@settings(max_examples=60)
@given(entropy=ENTROPY)
def test_what_is_made_reads_back_as_itself(entropy: bytes) -> None:
    """As it is shown, with every hyphen left out, and with every hyphen a blank."""
    made, words = make_codename(lambda size: entropy, WORDS)
    for typed in (" ".join(words), " ".join(words).replace("-", ""), " ".join(words).replace("-", " ")):
        assert decode_codename(typed, WORDS) == made


def test_what_is_far_too_long_is_not_looked_at() -> None:
    """A codename with a screen of blanks around it is read; one in more characters than anybody types is none."""
    words = " ".join(encode_codename(bytes(12), WORDS))
    assert decode_codename(words.center(LONGEST_TYPED), WORDS) == bytes(12)
    for typed in (words.center(LONGEST_TYPED + 1), "zoom " * LONGEST_TYPED, "z" * (LONGEST_CODENAME + 1)):
        with pytest.raises(WrongWordCount):
            decode_codename(typed, WORDS)


def test_the_longest_word_is_as_long_as_it_is_said_to_be() -> None:
    """A word is put together of no more letters than that."""
    assert max(map(len, WORDS.known)) == LONGEST_WORD


def test_one_word_is_one_word() -> None:
    """The number is said in good English."""
    with pytest.raises(WrongWordCount) as caught:
        decode_codename("zoom", WORDS)
    assert caught.value.where == "1 word"


def test_only_the_one_list_is_taken() -> None:
    """Another list, or the same with a byte changed, would give other codenames."""
    data = "".join(f"{word}\n" for word in WORDS.words).encode()
    for other in (b"", data + b"\n", data.upper()):
        with pytest.raises(BadValue):
            load_wordlist(other)


def test_entropy_is_twelve_bytes_with_four_bits_cleared() -> None:
    """The top four bits of what the generator gives are dropped; another length is refused."""
    assert entropy_from_random(b"\xff" * 12) == b"\x0f" + b"\xff" * 11
    for size in (0, 11, 13):
        with pytest.raises(WrongLength):
            entropy_from_random(bytes(size))
        with pytest.raises(BadValue):
            encode_codename(bytes(size), WORDS)


@given(stretched=st.binary(min_size=32, max_size=32), first=st.binary(min_size=16, max_size=16))
def test_keys_of_two_units_share_nothing(stretched: bytes, first: bytes) -> None:
    """Two units that put all they got together find no common bytes: no run of four bytes occurs in both."""
    second = bytes([first[0] ^ 1]) + first[1:]

    def runs(unit_id: bytes) -> set[bytes]:
        keys = conversation_keys(stretched, unit_id)
        seen = (keys.key, keys.signing_seed, keys.pseudonym, keys.beacon, keys.refresh(bytes(16)))
        return {one[at : at + 4] for one in seen for at in range(29)}

    assert runs(first) & runs(second) == set()
    assert len(runs(first)) == 5 * 29


def test_a_fresh_chain_seed_with_every_message() -> None:
    """r differs with the message, the unit and the codename."""
    seeds = {
        conversation_keys(bytes([codename]) * 32, bytes([unit]) * 16).refresh(bytes([message]) * 16)
        for codename in range(4)
        for unit in range(4)
        for message in range(4)
    }
    assert len(seeds) == 64
