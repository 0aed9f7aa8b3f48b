# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a keyring is written: nothing is lost, and what is none is refused before any of it is used."""

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from dropbox.flows.desk.state import Chain, EpochSecret, Keyring, PendingBatch, Seen
from dropbox.protocol.errors import BadValue
from journalist_ui.daemon import keyring_format
from journalist_ui.daemon.keyring_format import NAMES, decode_keyring, encode_keyring

NUMBERS = st.integers(0, 0xFFFF_FFFF)


def exactly(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


CHAINS = st.builds(Chain, exactly(16), NUMBERS, NUMBERS, st.one_of(exactly(32), st.just(b"")))
KEYRINGS = st.builds(
    Keyring,
    signing_seed=exactly(32),
    epochs=st.lists(st.builds(EpochSecret, NUMBERS, NUMBERS, NUMBERS, exactly(32))).map(
        lambda found: {one.epoch: one for one in found}
    ),
    chains=st.dictionaries(exactly(32), CHAINS),
    seeded=st.dictionaries(exactly(48), NUMBERS),
    next_number=st.dictionaries(exactly(32), NUMBERS),
    seen=st.dictionaries(exactly(32), st.builds(Seen, NUMBERS, NUMBERS)),
    number_floor=NUMBERS,
    no_seed_through=NUMBERS,
    pending=st.none() | st.builds(PendingBatch, NUMBERS, exactly(32), st.binary()),
    published_period=NUMBERS,
    published_hash=exactly(32),
    given_up=st.dictionaries(NUMBERS, exactly(32)),
    history=st.lists(NUMBERS),
    built=NUMBERS,
    dir_version=NUMBERS,
    audit_key=exactly(32) | st.just(b""),
    audit_from=NUMBERS,
    audit_since=NUMBERS,
)


@settings(max_examples=50)
@given(KEYRINGS)
def test_a_keyring_survives_its_writing(keyring: Keyring) -> None:
    """Every field comes back, in bytes that stay the same when they are written again."""
    written = encode_keyring(keyring)
    assert decode_keyring(written) == keyring
    assert encode_keyring(decode_keyring(written)) == written
    assert set(json.loads(written)) == set(NAMES)


def test_many_rows_are_written_by_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes whether a portion is one row or all of them."""
    keyring = Keyring(bytes(32), seen={number.to_bytes(32, "big"): Seen(number, 7) for number in range(1, 12)})
    whole = encode_keyring(keyring)
    for size in (1, 4, 11):
        monkeypatch.setattr(keyring_format, "PORTION", size)
        assert encode_keyring(keyring) == whole


def good() -> dict[str, Any]:
    seed, name = "11" * 32, "22" * 32
    chains = [[name, "33" * 16, 5, 1, seed, [[7, 0, seed]]]]
    keyring: dict[str, Any] = json.loads(encode_keyring(Keyring(b"s" * 32)))
    more = {"pending": [7, name, "00"], "given_up": [[6, name]], "history": [4, 5]}
    return keyring | {"epochs": [[5, 35, 41, seed]], "chains": chains, **more}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 4),
        ("v", 2),
        ("v", 1),
        ("v", True),
        ("signing_seed", "11" * 31),
        ("signing_seed", 5),
        ("signing_seed", "AA" * 32),
        ("signing_seed", "xx" * 32),
        ("epochs", {}),
        ("epochs", [[5, 35, 41]]),
        ("epochs", [[True, 35, 41, "11" * 32]]),
        ("epochs", [[5, 35, 41, "11" * 32], [5, 36, 41, "11" * 32]]),
        ("chains", [["22" * 32, "33" * 16, 5, 1, "44" * 16, []]]),
        ("chains", [["22" * 32, "33" * 15, 5, 1, "44" * 32, []]]),
        ("chains", [["22" * 32, "33" * 16, 5, 1, "44" * 32]]),
        ("chains", [["22" * 32, "33" * 16, 5, 1, "44" * 32, [[7, 0, "44" * 31]]]]),
        ("chains", [["22" * 32, "33" * 16, 5, 1, "44" * 32, [[7, 0]]]]),
        ("chains", [["22" * 32, "33" * 16, 5, 1, "44" * 32, [[7, 0, "44" * 32], [7, 1, "44" * 32]]]]),
        ("seen", [["22" * 31, 5, 5]]),
        ("seen", [["22" * 32, 5]]),
        ("seen", [["22" * 32, -1, 5]]),
        ("seen", [["22" * 32, 2**32, 5]]),
        ("seen", [["22" * 32, 5, 5.0]]),
        ("seeded", [["22" * 32, 5]]),
        ("next_number", [["22" * 32, "5"]]),
        ("number_floor", None),
        ("pending", None),
        ("pending", [7, "22" * 32]),
        ("published", [7]),
        ("published", [7, "22" * 31]),
        ("given_up", None),
        ("given_up", [[6, "22" * 31]]),
        ("given_up", [[6, "22" * 32], [6, "33" * 32]]),
        ("audit", None),
        ("audit", ["11" * 32, 1]),
        ("audit", ["11" * 31, 1, 1]),
        ("audit", ["11" * 32, -1, 1]),
        ("audit", ["11" * 32, 1, None]),
        ("audit", [0, 1, 1]),
        ("history", [1, "2"]),
        ("history", 5),
    ],
)
def test_what_is_no_keyring_is_refused(field: str, value: object) -> None:
    """A wrong kind, length or number anywhere, and a row twice."""
    assert decode_keyring(json.dumps(good()).encode()).epochs[5].not_after == 41
    with pytest.raises(BadValue):
        decode_keyring(json.dumps(good() | {field: value}).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"v":1}'])
def test_what_is_not_even_an_object_is_refused(data: bytes) -> None:
    """And a field more, or fewer, than there are."""
    with pytest.raises(BadValue):
        decode_keyring(data)
    for changed in (good() | {"more": 1}, {name: value for name, value in good().items() if name != "built"}):
        with pytest.raises(BadValue):
            decode_keyring(json.dumps(changed).encode())


def test_a_keyring_of_before_is_read() -> None:
    """Its chains had no keys of texts, and its batches are of a form that no server takes or shows: they are let go.
    Everything else is the same, and it is written in today's form."""
    fields = good()
    del fields["audit"]
    second = decode_keyring(json.dumps(fields | {"v": 2}).encode())
    assert json.loads(encode_keyring(second)) == good() | {"audit": ["", 0, 0]}
    before = fields | {"v": 1, "chains": [row[:5] for row in fields["chains"]]}
    with pytest.raises(BadValue):
        decode_keyring(json.dumps(before).encode())
    del before["given_up"]
    found = decode_keyring(json.dumps(before).encode())
    assert [chain.texts for chain in found.chains.values()] == [{}]
    assert found.chains.keys() == second.chains.keys()
    kept = {
        "audit": ["", 0, 0],
        "chains": [[*fields["chains"][0][:5], []]],
        "pending": [],
        "given_up": [],
        "history": [],
    }
    assert json.loads(encode_keyring(found)) == fields | kept
    for pending in ([7], [7, "22", "00"], None):
        with pytest.raises(BadValue):
            decode_keyring(json.dumps(before | {"pending": pending}).encode())
