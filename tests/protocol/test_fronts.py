# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bounds that have no vector of their own: a codename far too long, a key nothing fits."""

import pytest

from dropbox.protocol.batches import UnitBoard, encode_board, parse_board
from dropbox.protocol.codename import decode_codename
from dropbox.protocol.errors import BadPublicKey, BadValue, WrongWordCount
from dropbox.protocol.primitives import SealingKey, check_sealing_key
from dropbox.words import codename_words


def test_a_board_shows_a_unit_once() -> None:
    """Two parts for one unit would let a server choose which one a client believes."""
    part = UnitBoard(b"u" * 16, None)
    assert parse_board(encode_board([part])) == (part,)
    with pytest.raises(BadValue):
        parse_board(encode_board([part, part]))


def test_a_codename_has_an_end() -> None:
    """More than 512 characters are refused before they are looked at."""
    with pytest.raises(WrongWordCount):
        decode_codename("abacus " * 80, codename_words())


def test_a_key_is_usable_or_refused() -> None:
    """A real key passes; one that is no ML-KEM key, and one whose X25519 half is of small order, do not."""
    public = SealingKey(b"k" * 32).public
    check_sealing_key(public)
    for wrong in (b"\xff" * 1_216, public[:1_184] + bytes(32), public[:-1]):
        with pytest.raises(BadPublicKey):
            check_sealing_key(wrong)
