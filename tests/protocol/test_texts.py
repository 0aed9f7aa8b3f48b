# SPDX-License-Identifier: AGPL-3.0-or-later
"""Marks and entries: read back by their source alone, and a bound to the walk."""

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.protocol.board import Chains, EntryPlace, EntryPlain
from dropbox.protocol.constants import EntryType
from dropbox.protocol.errors import NotForThisKey
from dropbox.protocol.marks import Mark, hide_mark, mark_name, mark_value, show_mark
from dropbox.protocol.primitives import ed25519_public
from dropbox.protocol.texts import open_row, row_key, seal_row, text_key
from tests.vectors.small_service import SERVICE, chain_key, keys_for, noise, seed

KEY = st.binary(min_size=32, max_size=32)
PERIOD = st.integers(0, 0xFFFF_FFFF)


@given(beacon=KEY, pseudonym=KEY, period=PERIOD, collected=st.integers(0, 1 << 20), waits=st.booleans())
def test_a_mark_is_read_back(beacon: bytes, pseudonym: bytes, period: int, collected: int, waits: bool) -> None:
    """Up to 65,535; its value lies in the set of any batch."""
    name = mark_name(beacon, pseudonym, period)
    payload = hide_mark(name, Mark(collected, waits))
    assert len(payload) == 3
    assert show_mark(name, payload) == Mark(min(collected, 0xFFFF), waits)
    assert all(mark_value(name, 1 << power) < 1 << (24 + power) for power in range(3, 18))


def test_two_payloads_in_256_of_other_names_look_like_a_mark() -> None:
    """The flag is the only sign that a value fell together by chance."""
    name = mark_name(seed("b"), seed("P"), 5)
    payloads = [bytes([flag]) + b"\0\0" for flag in range(256)]
    assert sum(show_mark(name, payload) is not None for payload in payloads) == 2


@settings(max_examples=40)
@given(lane=st.integers(0, 7), step=st.integers(0, 127), period=PERIOD, message=st.binary(min_size=16, max_size=16))
def test_an_entry_is_read_back(lane: int, step: int, period: int, message: bytes) -> None:
    """From any lane, step and period; from the lane beside it never."""
    keys = keys_for("north")
    signer, text = seed("north signs"), EntryPlain(EntryType.TEXT, 3, 2, 1, 8, b"text")
    place = EntryPlace(keys.beacon, keys.pseudonym, period, lane, message, step)
    entry = seal_row(place, text_key(chain_key(keys, step, message)), noise("n", 12), SERVICE, signer, text)
    public = ed25519_public(signer)
    assert open_row(keys, period, lane, entry, SERVICE, public, Chains()) == text
    with pytest.raises(NotForThisKey):
        open_row(keys, period, (lane + 1) % 8, entry, SERVICE, public, Chains())


def test_every_key_is_another() -> None:
    """Of steps, periods and lanes: none opens what another sealed."""
    keys = keys_for("north")
    chains = [chain_key(keys, step) for step in range(4)]
    made = [row_key(text_key(chain), period, lane) for chain in chains for period in range(4) for lane in range(8)]
    assert len({*made, *chains, *(text_key(chain) for chain in chains)}) == len(made) + 8


def test_eight_chains_to_their_ends_are_walked_and_no_step_more() -> None:
    """What the lanes of one batch can lead to; one step of a ninth is refused."""
    keys, chains = keys_for("north"), Chains()
    for number in range(8):
        assert chains.key_at(keys, bytes([number]) * 16, 127) == chain_key(keys, 127, bytes([number]) * 16)
    with pytest.raises(NotForThisKey):
        chains.key_at(keys, bytes([8]) * 16, 0)
